// SPDX-License-Identifier: Apache-2.0
/* Every kind of step, with the settings of each of its examples, on every odd table: columns of one value, without a cell, of a category
 * a row, with infinite, huge and tiny cells, with empty texts; one row, one column, columns that depend on each other, ten thousand of
 * them; alone and with a target of numbers or of classes. Each ends in finite features, also of rows that are odder still, or in an error
 * that names the step and the column. */
#include "support/bmt.h"
#include "data/recipe.h"
#include "tensor/tensor.h"
#include <baeum.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 24, WIDE = 10000, WIDE_ROWS = 6, MOST_NAMES = 8 };

/* A column: numbers where `text` is null. */
typedef struct column {
    const char *name;
    double (*number)(int64_t row);
    const char *(*text)(int64_t row);
} column;
typedef struct odd {
    const char *what;
    int64_t rows;
    column columns[MOST_NAMES];
    const char *before; /* a step that is done to alpha first, or null */
} odd;

static double three(int64_t row)
{
    (void)row;
    return 3;
}
static double none(int64_t row)
{
    (void)row;
    return NAN;
}
static double usual(int64_t row)
{
    return (double)((row * 7 + 3) % 11) + .25 * (double)(row % 3);
}
static double twice(int64_t row)
{
    return 2 * usual(row);
}
static double rising(int64_t row)
{
    return (double)row;
}
static double gaps(int64_t row)
{
    return row % 3 ? usual(row) : NAN;
}
static double once(int64_t row)
{
    return row == 4 ? 2 : NAN;
}
static double huge(int64_t row)
{
    return (row % 2 ? 1.7e308 : -1.7e308) / (double)(1 + row % 5);
}
static double tiny(int64_t row)
{
    return 4e-320 * (double)(1 + row % 5);
}
static double near(int64_t row)
{
    return row == 3 ? 1 + 0x1p-52 : 1;
}
static double zeros(int64_t row)
{
    return row % 2 ? -0. : 0.;
}
static const char *same_text(int64_t row)
{
    (void)row;
    return "same";
}
static const char *no_text(int64_t row)
{
    (void)row;
    return NULL;
}
static const char *each(int64_t row)
{
    static char text[ROWS][24];
    snprintf(text[row], sizeof text[row], "text number %d", (int)row);
    return text[row];
}
static const char *few(int64_t row)
{
    static const char *const texts[] = { "red apple", "green pear", NULL, "red pear" };
    return texts[row % 4];
}
static const char *blank(int64_t row)
{
    return row % 3 ? (row % 2 ? " " : "") : "a word";
}
static const char *dates(int64_t row)
{
    static const char *const texts[] = { "2024-02-29", "1999-12-31T23:59:59", "2024-02-30", NULL, "no date" };
    return texts[row % 5];
}
static const char *days(int64_t row)
{
    static const char *const texts[] = { "2024-02-29", "1999-12-31", "2020-01-01" };
    return texts[row % 3];
}

static const odd tables[] = {
    { "one value", ROWS, { { "alpha", three, NULL }, { "words", NULL, same_text }, { "other", usual, NULL } } },
    { "one value alone", ROWS, { { "alpha", three, NULL } } },
    { "one text alone", ROWS, { { "words", NULL, same_text } } },
    { "without a cell", ROWS, { { "alpha", none, NULL }, { "words", NULL, no_text }, { "other", usual, NULL } } },
    { "without a cell alone", ROWS, { { "alpha", none, NULL } } },
    { "without a text alone", ROWS, { { "words", NULL, no_text } } },
    { "one cell", ROWS, { { "alpha", once, NULL }, { "other", usual, NULL } } },
    { "one row", 1, { { "alpha", usual, NULL }, { "words", NULL, few }, { "dates", NULL, days } } },
    { "two rows", 2, { { "alpha", usual, NULL }, { "words", NULL, few }, { "dates", NULL, days } } },
    { "one column", ROWS, { { "alpha", usual, NULL } } },
    { "a category a row", ROWS, { { "words", NULL, each }, { "alpha", usual, NULL } } },
    { "a category a row alone", ROWS, { { "words", NULL, each } } },
    { "gaps", ROWS, { { "alpha", gaps, NULL }, { "words", NULL, few }, { "other", usual, NULL } } },
    { "infinite", ROWS, { { "alpha", huge, NULL }, { "other", usual, NULL } }, "polynomial:3" }, /* tables have no such cells */
    { "huge", ROWS, { { "alpha", huge, NULL }, { "other", usual, NULL } } },
    { "tiny", ROWS, { { "alpha", tiny, NULL }, { "other", usual, NULL } } },
    { "nearly one value", ROWS, { { "alpha", near, NULL }, { "other", usual, NULL } } },
    { "zeros", ROWS, { { "alpha", zeros, NULL }, { "other", usual, NULL } } },
    { "dependent", ROWS, { { "alpha", usual, NULL }, { "other", twice, NULL }, { "third", usual, NULL } } },
    { "empty texts", ROWS, { { "words", NULL, blank }, { "alpha", usual, NULL } } },
    { "dates", ROWS, { { "dates", NULL, dates }, { "alpha", usual, NULL } } },
    { "days", ROWS, { { "dates", NULL, days }, { "alpha", rising, NULL } } },
};

enum { NO_TARGET, NUMBERS, CLASSES, TARGETS };

static void add_target(bm_table *t, int target, int64_t rows)
{
    double y[ROWS];
    bm_name classes[ROWS];
    for (int64_t i = 0; i < rows; i++) y[i] = (double)(i * i % 7) + (double)i / 10, classes[i] = i % 2 ? "yes" : "no";
    if (target == NUMBERS) bm_table_add_real(t, "goal", y, rows);
    if (target == CLASSES) bm_table_add_text(t, "goal", classes, rows);
}

static bm_table *make(const odd *o, int target)
{
    bm_table *t = bm_table_new();
    for (const column *c = o->columns; c->name; c++) {
        double x[ROWS];
        bm_name texts[ROWS];
        for (int64_t i = 0; i < o->rows; i++)
            if (c->text) texts[i] = c->text(i);
            else x[i] = c->number(i);
        if (c->text) bm_table_add_text(t, c->name, texts, o->rows);
        else bm_table_add_real(t, c->name, x, o->rows);
    }
    add_target(t, target, o->rows);
    if (bm_failed(t)) fail_msg("%s: %s", o->what, bm_error(t));
    return t;
}

/* Rows of the same columns that training had not. */
static bm_table *make_new(const odd *o)
{
    static const double numbers[] = { NAN, 0, -1, 1e9, -1e308, 3 };
    static const bm_name texts[] = { NULL, "never seen", "", "2025-01-01", "Red  APPLE", "31/31/31" };
    bm_table *t = bm_table_new();
    for (const column *c = o->columns; c->name; c++)
        if (c->text) bm_table_add_text(t, c->name, texts, BMI_COUNT(texts));
        else bm_table_add_real(t, c->name, numbers, BMI_COUNT(numbers));
    return t;
}

static bool all_finite(const bm_dataset *d)
{
    const bm_tensor *x = bm_dataset_x(d, 0);
    for (int64_t i = 0; i < x->size; i++)
        if (!isfinite(bm_tensor_at(x, i))) return false;
    return true;
}

/* Whether an error says what it is about: a step (one of the default may be it), the recipe's end or its target, and a column where it is of
 * the data. */
static bool tells(const char *error, bm_status st, const bm_table *t)
{
    bool step = strstr(error, "recipe") || strstr(error, "target");
    for (size_t i = 0; !step && bmi_kind_at("step", i); i++) step = strstr(error, bmi_kind_at("step", i)->name);
    bool named = st == BM_E_ARGUMENT; /* of the settings */
    for (int64_t c = 0; !named && c < bm_table_columns(t); c++) named = strstr(error, bm_table_column_name(t, c));
    return step && named;
}

static void try_one(const bmi_step_kind *k, const char *options, const char *name, const odd *o, int target, bool plain)
{
    bm_table *t = make(o, target), *u = make_new(o);
    bm_recipe *r = bm_recipe_new(.target = target ? "goal" : NULL, .plain = plain, .type = BM_F64);
    char what[300];
    snprintf(what, sizeof what, "%s%s%s of %s, \"%s\", target %d%s", k->name, options ? ":" : "", options ? options : "",
             name ? name : "all", o->what, target, plain ? ", plain" : "");
    if (o->before) bm_recipe_step(r, o->before, NULL, "alpha");
    if (name) bm_recipe_step_at(r, k->name, (bm_names){ &name, 1 }, options, BM_HERE);
    else bm_recipe_step_at(r, k->name, (bm_names){ 0 }, options, BM_HERE);
    bm_dataset *d = bm_recipe_fit_apply(r, t);
    if (bm_failed(d) && !tells(bm_error(d), bm_status_of(d), t)) fail_msg("%s: the error does not tell: %s", what, bm_error(d));
    if (!bm_failed(d) && !all_finite(d)) fail_msg("%s: a feature is not finite", what);
    if (!bm_failed(r)) {
        bm_recipe *copy = bmi_recipe_copy(r);
        if (bm_failed(copy)) fail_msg("%s: it cannot be saved and loaded: %s", what, bm_error(copy));
        bm_dataset *e = bm_recipe_apply_x(copy, u);
        if (bm_failed(e) && !tells(bm_error(e), bm_status_of(e), t))
            fail_msg("%s, new rows: the error does not tell: %s", what, bm_error(e));
        if (!bm_failed(e) && !all_finite(e)) fail_msg("%s: a feature of a new row is not finite", what);
        bm_free(e);
        bm_free(copy);
    }
    bm_free(d);
    bm_free(r);
    bm_free(u);
    bm_free(t);
}

/* All columns that fit, and each that there is by its name. */
static void try_columns(const bmi_step_kind *k, const char *options, const odd *o, int target)
{
    for (int plain = 0; plain < 2; plain++) {
        if (!k->needs_names) try_one(k, options, NULL, o, target, plain);
        for (const column *c = o->columns; c->name; c++) try_one(k, options, c->name, o, target, plain);
    }
}

#ifdef BMT_SANITIZED
enum { EACH = 4 }; /* some of the tables for each, and others for the next */
#else
enum { EACH = 1 };
#endif

static void odd_tables(void **state)
{
    (void)state;
    for (size_t i = 0; bmi_kind_at("step", i); i++) {
        const bmi_step_kind *k = bmi_kind_at("step", i)->record;
        for (size_t e = 0; e <= k->n_examples; e++) {
            const char *options = e < k->n_examples ? k->examples[e].options : NULL;
            if (e < k->n_examples && !options) continue;
            for (size_t o = (i + e) % EACH; o < BMI_COUNT(tables); o += EACH)
                for (int target = NO_TARGET; target < TARGETS; target++) try_columns(k, options, &tables[o], target);
        }
    }
}

/* Ten thousand columns, numbers or texts, with a step on all of them. */
static void wide(void **state)
{
    (void)state;
    static char names[WIDE][16];
    static bm_name all[WIDE];
    bm_table *t = bm_table_new();
    for (int c = 0; c < WIDE; c++) {
        double x[WIDE_ROWS];
        bm_name texts[WIDE_ROWS];
        snprintf(names[c], sizeof names[c], "%s%d", c % 2 ? "text" : "number", c);
        all[c] = names[c];
        for (int i = 0; i < WIDE_ROWS; i++) x[i] = (c * 31 + i * i) % 17, texts[i] = (c + i) % 3 ? "one word" : "another";
        if (c % 2) bm_table_add_text(t, names[c], texts, WIDE_ROWS);
        else bm_table_add_real(t, names[c], x, WIDE_ROWS);
    }
    add_target(t, NUMBERS, WIDE_ROWS);
    for (size_t i = 0; bmi_kind_at("step", i); i++) {
        const bmi_step_kind *k = bmi_kind_at("step", i)->record;
        bm_name chosen[WIDE];
        size_t n = 0;
        const bool texts = strstr(k->takes_what, "text"), any = strstr(k->takes_what, "any");
        for (int c = 0; k->needs_names && c < WIDE; c++)
            if (any ? c % 4 == 0 : texts == (c % 2 != 0)) chosen[n++] = all[c];
        bm_recipe *r = bm_recipe_new(.target = "goal");
        bm_recipe_step_at(r, k->name, (bm_names){ chosen, n }, NULL, BM_HERE);
        bm_dataset *d = bm_recipe_fit_apply(r, t);
        if (bm_failed(d) && !tells(bm_error(d), bm_status_of(d), t))
            fail_msg("%s: the error does not tell: %s", k->name, bm_error(d));
        if (!bm_failed(d) && !all_finite(d)) fail_msg("%s: a feature is not finite", k->name);
        bm_free(d);
        bm_free(r);
    }
    bm_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(odd_tables), cmocka_unit_test(wide) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
