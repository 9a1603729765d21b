// SPDX-License-Identifier: Apache-2.0
/* Conditions at work: each instruction on a block of rows. Truths are three, as in SQL: what is compared with a missing cell is unknown. */
#include "data/condition.h"
#include <math.h>
#include <string.h>

enum { F = BMI_FALSE, T = BMI_TRUE, U = BMI_UNKNOWN };
static const uint8_t both[3][3] = { { F, F, F }, { F, T, U }, { F, U, U } };
static const uint8_t either[3][3] = { { F, T, U }, { T, T, T }, { U, T, U } };
static const uint8_t opposite[3] = { T, F, U };

static void push_cells(const bmi_column *c, int64_t row, int n, double *to)
{
    if (c->type == BM_COLUMN_REAL) memcpy(to, (const double *)c->values + row, (size_t)n * sizeof *to);
    else
        for (int i = 0; i < n; i++) to[i] = bmi_column_number(c, row + i);
}

/* Times are of the years 0 to 9999: no difference of microseconds overflows. */
static void push_seconds(const bmi_instruction *k, int64_t row, int n, double *to)
{
    const int64_t *x = (const int64_t *)k->a->values + row, *y = (const int64_t *)k->b->values + row;
    for (int i = 0; i < n; i++) to[i] = x[i] == INT64_MIN || y[i] == INT64_MIN ? NAN : (double)(x[i] - y[i]) / 1e6;
}

#define COMPARE_LOOP(symbol)                                                               \
    for (int i = 0; i < n; i++) to[i] = isnan(x[i]) || isnan(y[i]) ? U : x[i] symbol y[i]; \
    break;

static void compare(bmi_comparison how, const double *x, const double *y, int n, uint8_t *to)
{
    switch (how) {
    case BMI_EQUAL: COMPARE_LOOP(==)
    case BMI_UNEQUAL: COMPARE_LOOP(!=)
    case BMI_LESS: COMPARE_LOOP(<)
    case BMI_LESS_EQUAL: COMPARE_LOOP(<=)
    case BMI_MORE: COMPARE_LOOP(>)
    case BMI_MORE_EQUAL: COMPARE_LOOP(>=)
    }
}

static void test_integers(const bmi_instruction *k, int64_t row, int n, uint8_t *to)
{
    const int64_t *x = (const int64_t *)k->a->values + row, *y = k->b ? (const int64_t *)k->b->values + row : NULL;
    for (int i = 0; i < n; i++) {
        const int64_t other = y ? y[i] : k->integer;
        to[i] = x[i] == INT64_MIN || other == INT64_MIN ? U : bmi_compares(k->comparison, (x[i] > other) - (x[i] < other));
    }
}

static void compare_texts(const bmi_instruction *k, int64_t row, int n, uint8_t *to)
{
    const int32_t *x = (const int32_t *)k->a->values + row, *y = (const int32_t *)k->b->values + row;
    for (int i = 0; i < n; i++) {
        to[i] = U;
        if (x[i] < 0 || y[i] < 0) continue;
        const int sign =
            strcmp(bmi_dictionary_text(&k->a->dictionary, x[i], NULL), bmi_dictionary_text(&k->b->dictionary, y[i], NULL));
        to[i] = bmi_compares(k->comparison, (sign > 0) - (sign < 0));
    }
}

/* What pushes a block, by cells of columns. */
static void push(const bmi_instruction *k, int64_t row, int n, bmi_block *to)
{
    switch (k->op) {
    case BMI_PUSH_NUMBER:
        for (int i = 0; i < n; i++) to->number[i] = k->number;
        break;
    case BMI_PUSH_CELLS: push_cells(k->a, row, n, to->number); break;
    case BMI_PUSH_SECONDS: push_seconds(k, row, n, to->number); break;
    case BMI_PUSH_TRUTH: memset(to->truth, (int)k->integer, (size_t)n); break;
    case BMI_PUSH_BOOLS: memcpy(to->truth, (const uint8_t *)k->a->values + row, (size_t)n); break; /* missing: 2, unknown */
    case BMI_TEST_MISSING:
        for (int i = 0; i < n; i++) to->truth[i] = bmi_column_is_missing(k->a, row + i);
        break;
    case BMI_TEST_INTEGERS: test_integers(k, row, n, to->truth); break;
    case BMI_TEST_TEXTS:
        for (int i = 0; i < n; i++) {
            const int32_t code = ((const int32_t *)k->a->values)[row + i];
            to->truth[i] = code < 0 ? U : k->truths[code];
        }
        break;
    default: compare_texts(k, row, n, to->truth);
    }
}

/* What changes the block on top. */
static void change(const bmi_instruction *k, int n, bmi_block *x)
{
    if (k->op == BMI_TO_NUMBER) /* from the end, for the numbers overwrite the truths */
        for (int i = n - 1; i >= 0; i--) {
            const uint8_t truth = x->truth[i];
            x->number[i] = truth == U ? NAN : truth;
        }
    else
        for (int i = 0; i < n; i++) {
            if (k->op == BMI_NEGATE) x->number[i] = -x->number[i];
            else if (k->op == BMI_NOT) x->truth[i] = opposite[x->truth[i]];
            else x->truth[i] = isnan(x->number[i]);
        }
}

/* A remainder has the sign of the divisor, as in Python and R. */
static double remainder_of(double x, double y)
{
    const double r = fmod(x, y);
    return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}

/* A quotient that is none (1/0) is missing. */
static double finite(double x)
{
    return isfinite(x) ? x : NAN;
}

/* What makes one block of two. */
static void join(const bmi_instruction *k, int n, bmi_block *x, const bmi_block *y)
{
    switch (k->op) {
    case BMI_ADD:
        for (int i = 0; i < n; i++) x->number[i] = finite(x->number[i] + y->number[i]);
        break;
    case BMI_SUBTRACT:
        for (int i = 0; i < n; i++) x->number[i] = finite(x->number[i] - y->number[i]);
        break;
    case BMI_MULTIPLY:
        for (int i = 0; i < n; i++) x->number[i] = finite(x->number[i] * y->number[i]);
        break;
    case BMI_DIVIDE:
        for (int i = 0; i < n; i++) x->number[i] = finite(x->number[i] / y->number[i]);
        break;
    case BMI_REMAINDER:
        for (int i = 0; i < n; i++) x->number[i] = remainder_of(x->number[i], y->number[i]);
        break;
    case BMI_AND:
        for (int i = 0; i < n; i++) x->truth[i] = both[x->truth[i]][y->truth[i]];
        break;
    case BMI_OR:
        for (int i = 0; i < n; i++) x->truth[i] = either[x->truth[i]][y->truth[i]];
        break;
    default: { /* each truth lies before the number it is made of, or in it */
        uint8_t truths[BMI_CONDITION_BLOCK];
        compare(k->comparison, x->number, y->number, n, truths);
        memcpy(x->truth, truths, (size_t)n);
    }
    }
}

void bmi_condition_run(const bmi_condition *c, int64_t row, int n, bmi_block *stack)
{
    bmi_block *top = stack - 1;
    for (size_t i = 0; i < c->n; i++) {
        const bmi_instruction *k = &c->code[i];
        if (k->op <= BMI_COMPARE_TEXTS) push(k, row, n, ++top);
        else if (k->op == BMI_NEGATE || k->op == BMI_NOT || k->op == BMI_TO_NUMBER || k->op == BMI_IS_MISSING)
            change(k, n, top);
        else {
            top--;
            join(k, n, top, top + 1);
        }
    }
}
