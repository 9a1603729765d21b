// SPDX-License-Identifier: Apache-2.0
/* Impute: missing numbers get the median (default), the mean, the most frequent value or a constant of the training rows, each row as often
 * as it weighs. A column that is missing in all of them gets 0. Missing categories get the most frequent one where that is asked for, or
 * the text of the setting `text`; else they stay missing, for they are a category of their own in one-hot and others. Filled cells are
 * counted. With `indicator` a column of which training rows have missing cells gets another behind it, name_missing, that is 1 where the
 * cell was missing, else 0.
 *
 * What is kept: the value of numbers; the text of categories, or none; and behind it whether there is an indicator, where that is
 * asked for. */
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

static bool is_frequent(const bm_step_impute_options *o)
{
    return !strcmp(o->with, "most_frequent");
}

static bm_status check(bmi_error *e, bm_place here, const void *options)
{
    const bm_step_impute_options *o = options;
    double value;
    if (is_frequent(o) && o->text)
        return bmi_fail(e, BM_E_ARGUMENT, here,
                        "impute: categories get the most frequent one and the text \"%.100s\"; ask for one of them", o->text);
    return is_frequent(o) || !strcmp(o->with, "median") || !strcmp(o->with, "mean") || constant(o->with, &value)
               ? BM_OK
               : bmi_fail(e, BM_E_ARGUMENT, here,
                          "impute: with is \"%.100s\", must be median, mean, most_frequent or a number; categories get a text "
                          "by text=...",
                          o->with);
}

static const bmi_field fields[] = {
    BMI_TEXT_FIELD(bm_step_impute_options, with, "median", "mean, most_frequent or a number, too"),
    BMI_TEXT_FIELD(bm_step_impute_options, text, NULL, "what missing categories get"),
    BMI_BOOL_FIELD(bm_step_impute_options, indicator, "with a column name_missing, 1 where a cell was"),
    { 0 },
};

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    const bm_step_impute_options *o = options;
    (void)chosen;
    return !f->columns[column].text || is_frequent(o) || o->text;
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

static bm_status fit_numbers(const bmi_step_how *how, const bmi_frame *f, const double *x, bmi_step_column *state)
{
    const char *with = ((const bm_step_impute_options *)how->options)->with;
    double value = 0;
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

/* The most frequent text, of equals the first in order of value; null when all cells are missing, or with the error. */
static const char *most_frequent_text(const bmi_step_how *how, const bmi_frame *f, const bmi_frame_column *c)
{
    const size_t n = (size_t)c->dictionary->count;
    const char *best = NULL;
    double *weight = bmi_alloc(f->context, n, sizeof *weight), most = 0;
    if (!weight) {
        bmi_step_no_memory(how, n * sizeof *weight);
        return NULL;
    }
    for (int64_t i = 0; i < f->rows; i++)
        if (c->codes[i] >= 0) weight[c->codes[i]] += bmi_frame_weight(f, i);
    for (int32_t code = 0; code < c->dictionary->count; code++) {
        const char *text = bmi_dictionary_text(c->dictionary, code, NULL);
        if (weight[code] < most || !(weight[code] > 0)) continue;
        if (weight[code] > most || strcmp(text, best) < 0) best = text;
        most = weight[code];
    }
    bmi_release(f->context, weight, n, sizeof *weight);
    return best;
}

static bm_status fit_text(const bmi_step_how *how, const bmi_frame *f, const bmi_frame_column *c, bmi_step_column *state)
{
    const bm_step_impute_options *o = how->options;
    const char *text = o->text ? o->text : most_frequent_text(how, f, c);
    if (how->error->status || !text) return how->error->status;
    if (!bmi_step_texts(how, state, 1)) return how->error->status;
    if (!(state->texts[0] = bmi_arena_text(how->arena, text))) return bmi_step_no_memory(how, 64);
    return BM_OK;
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const bmi_frame_column *c = &f->columns[column];
    const size_t values = !c->text, asked = ((const bm_step_impute_options *)how->options)->indicator;
    if (!bmi_step_numbers(how, state, values + asked)) return how->error->status;
    if (asked) state->numbers[values] = bmi_frame_present(f, column) < f->rows;
    return c->text ? fit_text(how, f, c, state) : fit_numbers(how, f, c->numbers, state);
}

/* Puts the column of indicators behind column `at`. */
static bool indicate(const bmi_step_column *state, bmi_frame *f, size_t at)
{
    size_t first = 0;
    if (!bmi_frame_add(f, at, 1, &first) || !bmi_frame_name(f, first, state->name, "_", "missing")) return false;
    const bmi_frame_column *c = &f->columns[at];
    f->columns[first].indicator = true;
    for (int64_t i = 0; i < f->rows; i++) f->columns[first].numbers[i] = c->text ? c->codes[i] < 0 : isnan(c->numbers[i]);
    return true;
}

/* Texts that are missing get one that the column's dictionary may lack: then it gets a dictionary of its own. */
static bool fill_texts(bmi_frame *f, bmi_frame_column *c, const char *text)
{
    bmi_dictionary *own = bmi_alloc(f->context, 1, sizeof *own);
    if (!own) return false;
    own->context = f->context;
    bool fine = true;
    for (int32_t code = 0; fine && code < c->dictionary->count; code++) {
        size_t n;
        const char *old = bmi_dictionary_text(c->dictionary, code, &n);
        fine = bmi_dictionary_add(own, old, n) == code;
    }
    const int32_t filled = fine ? bmi_dictionary_add(own, text, strlen(text)) : -1;
    if (filled < 0) {
        bmi_dictionary_end(own);
        bmi_release(f->context, own, 1, sizeof *own);
        return false;
    }
    for (int64_t i = 0; i < f->rows; i++)
        if (c->codes[i] < 0) {
            c->codes[i] = filled;
            f->counted.missing++;
        }
    if (c->own) bmi_dictionary_end(c->own);
    bmi_release(f->context, c->own, 1, sizeof *c->own);
    c->dictionary = c->own = own;
    return true;
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *state, bmi_frame *f, size_t at)
{
    const bool text = f->columns[at].text, asked = ((const bm_step_impute_options *)how->options)->indicator;
    if (state->n_numbers != (size_t)!text + asked)
        return bmi_fail(how->error, BM_E_DATA, how->here, "recipe: impute has no value for column \"%.100s\"", state->name);
    if (asked && state->numbers[state->n_numbers - 1] > 0 && !indicate(state, f, at))
        return bmi_step_no_memory(how, (size_t)f->rows * 8);
    bmi_frame_column *c = &f->columns[at];
    if (text && state->n_texts && bmi_frame_present(f, at) < f->rows && !fill_texts(f, c, state->texts[0]))
        return bmi_step_no_memory(how, (size_t)c->dictionary->count * 32);
    for (int64_t i = 0; !text && i < f->rows; i++) {
        if (!isnan(c->numbers[i])) continue;
        c->numbers[i] = state->numbers[0];
        f->counted.missing++;
    }
    return BM_OK;
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    const size_t asked = ((const bm_step_impute_options *)options)->indicator;
    if (asked && s->n_numbers && s->numbers[s->n_numbers - 1] != 0 && s->numbers[s->n_numbers - 1] != 1) return false;
    return (s->n_numbers == 1 + asked && !s->n_texts) || (s->n_numbers == asked && s->n_texts <= 1);
}

static const bmi_step_example examples[] = {
    { .table = "a,b\n1,5\n,\n3,1\n8,1\n", .out = "a,b\n1,5\n3,1\n3,1\n8,1\n", .source = "by hand" },
    { .options = "mean", .table = "a\n1\n2\n6\n", .rows = "a\nNA\n", .out = "a\n3\n", .source = "by hand" },
    { .options = "-1.5", .table = "a,b\n1,0\n,2\n", .out = "a,b\n1,0\n-1.5,2\n", .source = "by hand" },
    { .options = "indicator",
      .table = "a,b\n1,0\n,2\n",
      .rows = "a,b\n,\n4,5\n",
      .out = "a,a_missing,b\n1,1,1\n4,0,5\n",
      .source = "scikit-learn SimpleImputer(strategy=\"median\", add_indicator=True)" },
    { .options = "most_frequent",
      .table = "a,b\nx,0\n,2\ny,2\ny,3\n",
      .rows = "a,b\n,\n",
      .then = "one_hot",
      .out = "a=x,a=y,a=?,b\n0,1,0,2\n",
      .source = "by hand" },
    { .options = "text=none,indicator",
      .columns = "a",
      .table = "a,b\nx,0\n,2\ny,2\n",
      .rows = "a,b\n,7\nx,7\n",
      .then = "one_hot",
      .out = "a=none,a=x,a=y,a=?,a_missing,b\n1,0,0,0,1,7\n0,1,0,0,0,7\n",
      .source = "by hand" },
};

static const bmi_step_kind impute = { .size = sizeof(bmi_step_kind),
                                      .name = "impute",
                                      .doc = "missing cells get the median, mean, most frequent value, a constant or a text",
                                      .options_size = sizeof(bm_step_impute_options),
                                      .fields = fields,
                                      .keeps_values = true,
                                      .check = check,
                                      .examples = examples,
                                      .n_examples = BMI_COUNT(examples),
                                      .takes = takes,
                                      .takes_what = "numbers, or with most_frequent or a text categories",
                                      .fit = fit,
                                      .apply = apply,
                                      .lawful = lawful };
const bmi_kind bmi_kinds_step_impute[] = { { "step", "impute", &impute }, { 0 } };
