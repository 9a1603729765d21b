// SPDX-License-Identifier: Apache-2.0
/* Impute: missing numbers get the median (default), the mean, the most frequent value or a constant of the training rows. A
 * column that is missing in all of them gets 0. Filled cells are counted. */
#include "data/step.h"
#include "base/text.h"
#include "data/order.h"
#include <math.h>
#include <string.h>

static bool constant(const char *with, double *value)
{
    bool overflow = false;
    return bmi_read_real(with, strlen(with), value, &overflow) && isfinite(*value);
}

static bool is_one_of(const char *with)
{
    return !strcmp(with, "median") || !strcmp(with, "mean") || !strcmp(with, "most_frequent");
}

static bm_status check(bmi_error *e, bm_place here, const void *options)
{
    const char *with = ((const bm_step_impute_options *)options)->with;
    double value;
    return is_one_of(with) || constant(with, &value)
               ? BM_OK
               : bmi_fail(e, BM_E_ARGUMENT, here, "impute: with is \"%.100s\", must be median, mean, most_frequent or a number",
                          with);
}

static const bmi_field fields[] = {
    BMI_TEXT_FIELD(bm_step_impute_options, with, "median", "mean, most_frequent or a number, too"),
    { 0 },
};

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    (void)chosen;
    return !f->columns[column].text;
}

/* The value that comes most often, the smallest of equals. */
static double most_frequent(bmi_weighed *x, int64_t n)
{
    int64_t best = 0;
    double most = 0, run = 0;
    bmi_weighed_sort(x, n);
    for (int64_t i = 0; i < n; i++) {
        run = x[i].weight + (i && x[i].number == x[i - 1].number ? run : 0);
        if (run > most) {
            most = run;
            best = i;
        }
    }
    return x[best].number;
}

static double find(const bmi_frame *f, const double *x, const char *with, bmi_weighed *there)
{
    int64_t n = 0;
    double all = 0, mean = 0;
    for (int64_t i = 0; i < f->rows; i++) {
        if (isnan(x[i])) continue;
        there[n++] = (bmi_weighed){ x[i], bmi_frame_weight(f, i) };
        all += bmi_frame_weight(f, i);
    }
    if (n && !strcmp(with, "median")) return bmi_weighed_median(there, n);
    if (n && !strcmp(with, "most_frequent")) return most_frequent(there, n);
    for (int64_t i = 0; i < n; i++) mean += there[i].number / all * there[i].weight;
    return mean;
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const char *with = ((const bm_step_impute_options *)how->options)->with;
    const double *x = f->columns[column].numbers;
    double value = 0;
    if (!bmi_step_numbers(how, state, 1)) return how->error->status;
    if (!constant(with, &value)) {
        const size_t rows = (size_t)f->rows;
        void *there = bmi_alloc_raw(f->context, rows, sizeof(bmi_weighed));
        if (!there) return bmi_fail_memory(how->error, how->here, rows * sizeof(bmi_weighed), "to fill missing cells");
        value = f->weights || strcmp(with, "median") ? find(f, x, with, there) : bmi_median_there(x, f->rows, there);
        bmi_release(f->context, there, rows, sizeof(bmi_weighed));
    }
    state->numbers[0] = value;
    return BM_OK;
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *state, bmi_frame *f, size_t column)
{
    (void)how;
    double *x = f->columns[column].numbers;
    for (int64_t i = 0; i < f->rows; i++) {
        if (!isnan(x[i])) continue;
        x[i] = state->numbers[0];
        f->counted.missing++;
    }
    return BM_OK;
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    return s->n_numbers == 1 && !s->n_texts && isfinite(s->numbers[0]);
}

static const bmi_step_example examples[] = {
    { .table = "a,b\n1,5\n,\n3,1\n8,1\n", .out = "a,b\n1,5\n3,1\n3,1\n8,1\n", .source = "by hand" },
    { .options = "mean", .table = "a\n1\n2\n6\n", .rows = "a\nNA\n", .out = "a\n3\n", .source = "by hand" },
    { .options = "-1.5", .table = "a,b\n1,0\n,2\n", .out = "a,b\n1,0\n-1.5,2\n", .source = "by hand" },
};

static const bmi_step_kind impute = { .size = sizeof(bmi_step_kind),
                                      .name = "impute",
                                      .doc = "missing numbers get the median, mean, most frequent value or a constant",
                                      .options_size = sizeof(bm_step_impute_options),
                                      .fields = fields,
                                      .keeps_values = true,
                                      .heeds_weights = true,
                                      .check = check,
                                      .examples = examples,
                                      .n_examples = BMI_COUNT(examples),
                                      .takes = takes,
                                      .takes_what = "numbers",
                                      .fit = fit,
                                      .apply = apply,
                                      .lawful = lawful };
const bmi_kind bmi_kinds_step_impute[] = { { "step", "impute", &impute }, { 0 } };
