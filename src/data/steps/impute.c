// SPDX-License-Identifier: Apache-2.0
/* Impute: missing numbers get the median (default), the mean, the most frequent value or a constant of the training rows. A
 * column that is missing in all of them gets 0. Filled cells are counted. */
#include "data/step.h"
#include "base/text.h"
#include "data/quantile.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool constant(const char *with, double *value)
{
    bool overflow = false;
    return bmi_read_real(with, strlen(with), value, &overflow) && isfinite(*value);
}

static bool setting(const char *with)
{
    double value;
    return !strcmp(with, "median") || !strcmp(with, "mean") || !strcmp(with, "most_frequent") || constant(with, &value);
}

static bool takes(const bmi_frame *f, size_t column, bool chosen)
{
    (void)chosen;
    return !f->columns[column].text;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value that comes most often, the smallest of equals. */
static double most_frequent(double *x, int64_t n)
{
    qsort(x, (size_t)n, sizeof *x, compare);
    int64_t best = 0, best_run = 0;
    for (int64_t i = 0, run = 0; i < n; i++) {
        run = i && x[i] == x[i - 1] ? run + 1 : 1;
        if (run > best_run) {
            best_run = run;
            best = i;
        }
    }
    return x[best];
}

static bm_status fit(const bmi_step_fit *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const char *with = how->with ? how->with : "median";
    const double *x = f->columns[column].numbers;
    double value = 0;
    state->numbers = bmi_arena_alloc(how->arena, 1, sizeof *state->numbers);
    if (!state->numbers) return bmi_fail_memory(how->error, how->here, 8, "a step of a recipe");
    state->n_numbers = 1;
    if (!constant(with, &value)) {
        double *there = bmi_alloc_raw(f->context, (size_t)f->rows, sizeof *there);
        if (!there) return bmi_fail_memory(how->error, how->here, (size_t)f->rows * sizeof *there, "to fill missing cells");
        int64_t n = 0;
        for (int64_t i = 0; i < f->rows; i++)
            if (!isnan(x[i])) there[n++] = x[i];
        if (n && !strcmp(with, "median")) value = bmi_quantile(there, n, .5);
        else if (n && !strcmp(with, "most_frequent")) value = most_frequent(there, n);
        else
            for (int64_t i = 0; i < n; i++) value += there[i] / (double)n;
        bmi_release(f->context, there, (size_t)f->rows, sizeof *there);
    }
    state->numbers[0] = value;
    return BM_OK;
}

static bm_status apply(bmi_error *e, bm_place here, const bmi_step_column *state, bmi_frame *f, size_t column)
{
    (void)e;
    (void)here;
    double *x = f->columns[column].numbers;
    for (int64_t i = 0; i < f->rows; i++) {
        if (!isnan(x[i])) continue;
        x[i] = state->numbers[0];
        f->counted.missing++;
    }
    return BM_OK;
}

static bool lawful(const bmi_step_column *s)
{
    return s->n_numbers == 1 && !s->n_texts && isfinite(s->numbers[0]);
}

static const bmi_step_kind impute = { .name = "impute",
                                      .doc = "missing numbers get the median, mean, most frequent value or a constant",
                                      .setting = setting,
                                      .takes = takes,
                                      .takes_what = "numbers",
                                      .fit = fit,
                                      .apply = apply,
                                      .lawful = lawful };
const bmi_kind bmi_kinds_step_impute[] = { { "step", "impute", &impute }, { 0 } };
