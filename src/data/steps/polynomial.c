// SPDX-License-Identifier: Apache-2.0
/* Polynomial: a column x becomes x, x^2 ... x^degree, each called by its power, so that a straight line through them is a curve in x.
 *
 * With interactions the products of all combinations of the columns up to the degree are added, a*b, a^2*b, or with interactions_only
 * those of different columns alone. They stand behind the last of the columns, by degree and then in the order of the columns, as
 * scikit-learn's PolynomialFeatures has them. A missing cell is missing in every power and product. */
#include "base/text.h"
#include "data/step.h"
#include <string.h>

enum { MOST_DEGREE = 9, MOST_COLUMNS = 10000 };

static const bmi_field fields[] = {
    BMI_INT_FIELD(bm_step_polynomial_options, degree, 1, MOST_DEGREE, 2, "highest power, or sum of powers in a product"),
    BMI_BOOL_FIELD(bm_step_polynomial_options, interactions, "products of different columns, too: a*b, a^2*b"),
    BMI_BOOL_FIELD(bm_step_polynomial_options, interactions_only, "products of different columns, no powers"),
    { 0 },
};

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)chosen;
    (void)options;
    return !f->columns[column].text && !f->columns[column].indicator;
}

static bool has_products(const bm_step_polynomial_options *o)
{
    return o->interactions || o->interactions_only;
}

/* Products of `degree` of n columns: n + degree - 1 over degree, or without powers n over degree. Beyond MOST_COLUMNS: more than that. */
static size_t count(size_t n, size_t degree, bool no_powers)
{
    double products = 1;
    if (no_powers && n < degree) return 0;
    for (size_t i = 0; i < degree; i++) products = products * (double)(no_powers ? n - i : n + i) / (double)(i + 1);
    return products > MOST_COLUMNS ? MOST_COLUMNS + 1 : (size_t)(products + .5);
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, const size_t *at, bmi_recipe_step *s)
{
    const bm_step_polynomial_options *o = how->options;
    size_t all = s->n_columns;
    (void)f, (void)at;
    for (int64_t d = 2; has_products(o) && d <= o->degree && all <= MOST_COLUMNS; d++)
        all += count(s->n_columns, (size_t)d, o->interactions_only);
    if (all <= MOST_COLUMNS) return BM_OK;
    return bmi_fail(
        how->error, BM_E_DATA, how->here,
        "polynomial: %zu columns make more than %d products up to degree %d; name fewer columns, or take a lower degree",
        s->n_columns, MOST_COLUMNS, (int)o->degree);
}

/* Powers of column `at` behind it. */
static bool add_powers(bmi_frame *f, size_t at, const char *name, int degree)
{
    size_t first = 0;
    bool fine = bmi_frame_add(f, at, (size_t)degree - 1, &first);
    for (int p = 1; fine && p < degree; p++) {
        fine = bmi_frame_name(f, first + (size_t)p - 1, name, "^", (const char[]){ (char)('1' + p), 0 });
        const double *x = f->columns[at].numbers, *before = p > 1 ? f->columns[first + (size_t)p - 2].numbers : x;
        double *to = f->columns[first + (size_t)p - 1].numbers;
        for (int64_t i = 0; i < f->rows; i++) to[i] = before[i] * x[i];
    }
    return fine;
}

/* "a^2*b" of the chosen columns, each as often as it stands there. */
static bool name_product(bmi_frame *f, size_t column, const bmi_recipe_step *s, const size_t *chosen, size_t degree)
{
    bmi_text name = { .context = f->context };
    for (size_t k = 0; k < degree;) {
        size_t power = 1;
        while (k + power < degree && chosen[k + power] == chosen[k]) power++;
        bmi_text_add(&name, "%s%s", k ? "*" : "", s->columns[chosen[k]].name);
        if (power > 1) bmi_text_add(&name, "^%zu", power);
        k += power;
    }
    const bool fine = !name.failed && bmi_frame_name(f, column, name.at, "", "");
    bmi_text_end(&name);
    return fine;
}

/* The next combination of `degree` of n columns in order; false after the last. */
static bool next(size_t *chosen, size_t degree, size_t n, bool no_powers)
{
    for (size_t k = degree; k-- > 0;) {
        if (chosen[k] + (no_powers ? degree - k : 1) >= n) continue;
        chosen[k]++;
        for (size_t j = k + 1; j < degree; j++) chosen[j] = chosen[j - 1] + no_powers;
        return true;
    }
    return false;
}

/* All products, behind the last column. */
static bool add_products(bmi_frame *f, const bmi_recipe_step *s, const size_t *at, const bm_step_polynomial_options *o)
{
    const size_t n = s->n_columns;
    size_t all = 0, column = 0, last = at[0];
    for (size_t d = 2; d <= (size_t)o->degree; d++) all += count(n, d, o->interactions_only);
    for (size_t c = 0; c < n; c++)
        if (at[c] > last) last = at[c];
    bool fine = bmi_frame_add(f, last, all, &column);
    for (size_t d = 2; fine && d <= (size_t)o->degree; d++) {
        size_t chosen[MOST_DEGREE] = { 0 };
        if (o->interactions_only && n < d) break;
        for (size_t k = 0; k < d; k++) chosen[k] = o->interactions_only ? k : 0;
        do {
            double *to = f->columns[column].numbers;
            fine = name_product(f, column++, s, chosen, d);
            memcpy(to, f->columns[at[chosen[0]]].numbers, (size_t)f->rows * sizeof *to);
            for (size_t k = 1; k < d; k++) {
                const double *x = f->columns[at[chosen[k]]].numbers;
                for (int64_t i = 0; i < f->rows; i++) to[i] *= x[i];
            }
        } while (fine && next(chosen, d, n, o->interactions_only));
    }
    return fine;
}

static bm_status apply(const bmi_step_how *how, const bmi_recipe_step *s, bmi_frame *f, const size_t *at)
{
    const bm_step_polynomial_options *o = how->options;
    bool fine = !has_products(o) || add_products(f, s, at, o);
    for (size_t c = 0; fine && !has_products(o) && c < s->n_columns; c++)
        fine = add_powers(f, at[c], s->columns[c].name, (int)o->degree);
    return fine ? BM_OK : bmi_fail_memory(how->error, how->here, (size_t)f->rows * 8, "the powers of a column");
}

/* Nothing is kept; files of earlier versions have the degree with every column. */
static bool lawful(const bmi_recipe_step *s)
{
    const bm_step_polynomial_options *o = s->options;
    size_t all = s->n_columns;
    for (int64_t d = 2; has_products(o) && d <= o->degree && all <= MOST_COLUMNS; d++)
        all += count(s->n_columns, (size_t)d, o->interactions_only);
    return !s->state.n_arrays && all <= MOST_COLUMNS;
}

static const bmi_step_example examples[] = {
    { .table = "a,b\n2,3\n-1,.5\n",
      .options = "3",
      .out = "a,a^2,a^3,b,b^2,b^3\n2,4,8,3,9,27\n-1,1,-1,.5,.25,.125\n",
      .source = "by hand" },
    { .table = "a,b\n2,3\n-1,.5\n",
      .options = "interactions",
      .out = "a,b,a^2,a*b,b^2\n2,3,4,6,9\n-1,.5,1,-.5,.25\n",
      .source = "scikit-learn PolynomialFeatures" },
    { .table = "a,b,c\n2,3,5\n-1,.5,4\n",
      .options = "3,interactions_only",
      .out = "a,b,c,a*b,a*c,b*c,a*b*c\n2,3,5,6,10,15,30\n-1,.5,4,-.5,-4,2,-2\n",
      .source = "scikit-learn PolynomialFeatures" },
};

static const bmi_step_kind polynomial = {
    .size = sizeof(bmi_step_kind),
    .name = "polynomial",
    .options_size = sizeof(bm_step_polynomial_options),
    .fields = fields,
    .doc = "x, x^2 ... up to the degree; products of columns a*b",
    .examples = examples,
    .n_examples = BMI_COUNT(examples),
    .keeps_values = true,
    .takes = takes,
    .takes_what = "numbers",
    .fit_whole = fit,
    .apply_whole = apply,
    .lawful_whole = lawful,
};
const bmi_kind bmi_kinds_step_polynomial[] = { { "step", "polynomial", &polynomial }, { 0 } };
