// SPDX-License-Identifier: Apache-2.0
/* The target: whether it is classes or numbers, and its values as tensors.
 *
 * What is classes and what numbers is told by target_classes.c for text and by target_numbers.c for the rest. A class has the number of
 * its place in order of value (numbers, or bytes of text). */
#include "data/recipe.h"
#include "data/order.h"
#include "tensor/tensor.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const bmi_column *find(bmi_error *e, const bm_recipe *r, const bm_table *t, bm_place here)
{
    return bmi_table_column(e, here, t, r->target, " for the target");
}

/* Rows that have a target; *kept stays null when all have. none: there may be no such row, else that is an error. */
static bm_status rows_with_target(bmi_error *e, bm_context *context, const bm_table *t, const bmi_column *c, bm_rows rows,
                                  bool none, int64_t **kept, size_t *n_kept, size_t *room, bm_place here)
{
    const int64_t n = bmi_rows_count(t, rows);
    int64_t missing = 0;
    for (int64_t i = 0; i < n; i++) missing += bmi_column_is_missing(c, bmi_row_at(rows, i));
    *n_kept = (size_t)n;
    if (n == missing && !none)
        return bmi_fail(e, BM_E_DATA, here, "the target \"%.100s\" is missing in all %" PRId64 " rows of %s", c->name, n,
                        bmi_table_name(t));
    if (!missing) return BM_OK;
    *room = (size_t)n;
    *kept = bmi_alloc_raw(context, *room, sizeof **kept);
    if (!*kept) return bmi_fail_memory(e, here, *room * sizeof **kept, "the rows of a table");
    *n_kept = 0;
    for (int64_t i = 0; i < n; i++)
        if (!bmi_column_is_missing(c, bmi_row_at(rows, i))) (*kept)[(*n_kept)++] = bmi_row_at(rows, i);
    return BM_OK;
}

bm_status bmi_target_rows(bmi_error *e, const bm_recipe *r, const bm_table *t, int64_t **kept, size_t *n_kept, size_t *room,
                          bm_place here)
{
    const bmi_column *c = find(e, r, t, here);
    return c ? rows_with_target(e, r->object.context, t, c, (bm_rows){ 0 }, false, kept, n_kept, room, here) : e->status;
}

bm_status bmi_target_rows_of_part(bmi_error *e, const bm_recipe *r, const bm_table *t, int64_t **kept, size_t *n_kept,
                                  size_t *room, bm_place here)
{
    const bmi_column *c = find(e, r, t, here);
    return c ? rows_with_target(e, r->object.context, t, c, (bm_rows){ 0 }, true, kept, n_kept, room, here) : e->status;
}

static bm_status keep_rows(bm_recipe *r, const bm_table *t, const bmi_column *c, bm_rows rows, int64_t **kept, size_t *n_kept,
                           size_t *room, bm_place here)
{
    if (rows_with_target(&r->object.error, r->object.context, t, c, rows, false, kept, n_kept, room, here) || !*kept)
        return r->object.error.status;
    const int64_t left_out = bmi_rows_count(t, rows) - (int64_t)*n_kept;
    if (!bmi_notes_add(r->object.context, &r->notes, "%" PRId64 " row%s without a target %s left out", left_out,
                       left_out == 1 ? "" : "s", left_out == 1 ? "was" : "were"))
        return bmi_fail_memory(&r->object.error, here, 1000, "a note");
    return BM_OK;
}

/* Mean and standard deviation of the target as it is learned (Welford, 1962; with weights West, 1979), and the largest error of an f32 of
 * it. */
typedef struct spread {
    double mean, deviation, lost;
} spread;

static spread spread_of(const bm_recipe *r, const bmi_column *c, bm_rows rows, const float *weights, int64_t n)
{
    spread s = { 0 };
    double squares = 0, all = 0;
    for (int64_t i = 0; i < n; i++) {
        const double w = weights ? (double)weights[i] : 1;
        const double y = bmi_column_number(c, bmi_row_at(rows, i)), x = r->log1p ? log1p(y) : y, d = x - s.mean;
        const double lost = fabs(x - (double)(float)x);
        all += w;
        s.mean += d / all * w;
        squares += d * (x - s.mean) * w;
        if (lost > s.lost) s.lost = lost;
    }
    s.deviation = sqrt(squares / all);
    return s;
}

/* How numbers are learned: standardised when that is asked for, else as they are, in f64 where f32 would blur them. What varies too
 * little to be divided by is not standardised. */
bm_status bmi_target_scale(bm_recipe *r, const bm_table *t, bm_rows rows, const float *weights, int64_t n, bm_place here)
{
    if (r->to.task != BM_REGRESSION) return BM_OK;
    const bmi_column *c = find(&r->object.error, r, t, here);
    if (!c) return r->object.error.status;
    const spread s = spread_of(r, c, rows, weights, n);
    if (!r->standardize_target || !(s.deviation > 0) || !isfinite(s.deviation)) {
        r->to.wide = s.lost > 1e-6 * s.deviation;
        return BM_OK;
    }
    r->to.mean = s.mean;
    r->to.deviation = s.deviation;
    return bmi_notes_add_as(BMI_NOTE_UNITS, r->object.context, &r->notes, "%s: learned standardised, (%s%s%s - %.4g) / %.4g",
                            c->name, r->log1p ? "log1p(" : "", c->name, r->log1p ? ")" : "", s.mean, s.deviation)
               ? BM_OK
               : bmi_fail_memory(&r->object.error, here, 1024, "a note");
}

bm_status bmi_target_fit(bm_recipe *r, const bm_table *t, bm_rows rows, int64_t **kept, size_t *n_kept, size_t *room,
                         bm_place here)
{
    *kept = NULL;
    *room = 0;
    *n_kept = (size_t)bmi_rows_count(t, rows);
    if (!r->target) return BM_OK;
    const bmi_column *c = find(&r->object.error, r, t, here);
    if (!c || keep_rows(r, t, c, rows, kept, n_kept, room, here)) return r->object.error.status;
    r->to.form = c->form;
    const bm_rows chosen = *kept ? (bm_rows){ *kept, *n_kept } : rows;
    const int64_t n = (int64_t)*n_kept;
    if (c->type == BM_COLUMN_TEXT) {
        if (r->task == BM_REGRESSION)
            return bmi_fail_as(
                &r->object.error, BMI_CAUSE_NO_NUMBER, BM_E_DATA, here,
                "the target \"%.100s\" is text (\"%.60s\" ...): it can be classes, but no number to be predicted", c->name,
                bmi_dictionary_text(&c->dictionary, ((const int32_t *)c->values)[bmi_row_at(chosen, 0)], NULL));
        r->to.task = BM_CLASSIFICATION;
        bmi_target_text_classes(r, c, chosen, n, here);
    } else {
        bmi_target_numbers(r, c, chosen, n, here);
    }
    if (!r->object.error.status && r->to.task == BM_REGRESSION && c->type == BM_COLUMN_TIME &&
        !bmi_notes_add(r->object.context, &r->notes,
                       "! %s: dates are learned as seconds since 1970-01-01; predictions and scores are in seconds", c->name))
        return bmi_fail_memory(&r->object.error, here, 1000, "a note");
    if (!r->object.error.status && r->to.task == BM_CLASSIFICATION && r->to.n_classes < 2)
        bmi_object_fail(r, BM_E_DATA, here,
                        "the target \"%.100s\" is \"%.60s\" in all rows that are learned from: there is nothing to learn",
                        c->name, r->to.classes[0]);
    return r->object.error.status;
}

/* A cell as a number; of_texts: what the texts of a column of text mean as numbers, or null. */
static double number_of(const bmi_column *c, const double *of_texts, int64_t row)
{
    return !of_texts                       ? bmi_column_number(c, row)
           : bmi_column_is_missing(c, row) ? NAN
                                           : of_texts[((const int32_t *)c->values)[row]];
}

/* The class of a cell, or -1. */
static int64_t class_of(const bmi_target *to, const bmi_column *c, const double *of_texts, int64_t row)
{
    char number[32];
    const char *text = bmi_column_cell_text(c, row, number);
    if (to->numbers) {
        const double x = number_of(c, of_texts, row),
                     *found = bsearch(&x, to->numbers, (size_t)to->n_classes, sizeof x, bmi_by_number);
        return found ? found - to->numbers : -1;
    }
    if (!text) return -1;
    const char **found = bsearch(&text, to->classes, (size_t)to->n_classes, sizeof *to->classes, bmi_by_text);
    return found ? found - to->classes : -1;
}

/* A target as it is learned. */
static double learned(const bm_recipe *r, double y)
{
    if (r->log1p) y = log1p(y);
    return r->to.deviation > 0 ? (y - r->to.mean) / r->to.deviation : y;
}

/* The number of a class that was not there in training, behind the others. */
static int64_t add_unseen(bmi_unseen *u, const char *text)
{
    char begin[sizeof *u->text];
    int64_t k = 0;
    snprintf(begin, sizeof begin, "%s", text);
    bmi_clean(begin);
    while (k < u->n && strcmp(u->text[k], begin)) k++;
    if (k == BMI_UNSEEN_CLASSES) k--;
    if (k == u->n) strcpy(u->text[u->n++], begin);
    u->rows[k]++;
    u->all++;
    return k;
}

/* One cell as a value to be learned. */
static bm_status take_value(bmi_error *e, const bm_recipe *r, const bm_table *t, const bmi_column *c, const double *of_texts,
                            int64_t row, bmi_unseen *unseen, const bm_tensor *into, int64_t i, bm_place here)
{
    char number[32];
    if (bmi_column_is_missing(c, row))
        return bmi_fail(e, BM_E_DATA, here, "row %" PRId64 " of %s has no \"%.100s\", which is the target; leave such rows out",
                        row + 1, bmi_table_name(t), c->name);
    if (r->to.task == BM_CLASSIFICATION) {
        int64_t k = class_of(&r->to, c, of_texts, row);
        if (k < 0 && unseen) k = r->to.n_classes + add_unseen(unseen, bmi_column_cell_text(c, row, number));
        if (k < 0)
            return bmi_fail(e, BM_E_DATA, here,
                            "row %" PRId64 " of %s has \"%.60s\" as \"%.100s\", a class that was not there in training",
                            row + 1, bmi_table_name(t), bmi_column_cell_text(c, row, number), c->name);
        ((int32_t *)into->data)[i] = (int32_t)k;
        return BM_OK;
    }
    const double y = number_of(c, of_texts, row);
    if (isnan(y))
        return bmi_fail(e, BM_E_DATA, here, "row %" PRId64 " of %s has \"%.60s\" as \"%.100s\"; in training it was a number",
                        row + 1, bmi_table_name(t), bmi_column_cell_text(c, row, number), c->name);
    if (r->log1p && !(y > -1))
        return bmi_fail(e, BM_E_DATA, here,
                        "row %" PRId64
                        " of %s has %g as \"%.100s\", whose log(1 + y) is learned and needs values above -1; leave "
                        "such rows out",
                        row + 1, bmi_table_name(t), y, c->name);
    if (into->type == BM_F64) ((double *)into->data)[i] = learned(r, y);
    else ((float *)into->data)[i] = (float)learned(r, y);
    return BM_OK;
}

bm_tensor *bmi_target_apply(bmi_error *e, const bm_recipe *r, const bm_table *t, bm_rows rows, bmi_unseen *unseen, bm_type type,
                            bm_place here)
{
    const bmi_column *c = find(e, r, t, here);
    if (!c) return NULL;
    const int64_t n = bmi_rows_count(t, rows);
    const bool classes = r->to.task == BM_CLASSIFICATION;
    const bool read = c->type == BM_COLUMN_TEXT && (!classes || r->to.numbers); /* texts that are to be numbers */
    double *of_texts = read ? bmi_column_numbers_of_texts(r->object.context, c, &r->to.form) : NULL;
    if (read && !of_texts) {
        bmi_fail_memory(e, here, (size_t)c->dictionary.count * sizeof *of_texts, "the values of a target");
        return NULL;
    }
    bm_tensor *made = bm_tensor_new_in_at(r->object.context, classes ? BM_I32 : r->to.wide ? BM_F64 : type, BM_SHAPE(n), here);
    bmi_fail_from(e, &made->object.error);
    for (int64_t i = 0; !e->status && i < n; i++) take_value(e, r, t, c, of_texts, bmi_row_at(rows, i), unseen, made, i, here);
    bmi_release(r->object.context, of_texts, (size_t)c->dictionary.count, sizeof *of_texts);
    if (!e->status) return made;
    bm_tensor_free(made);
    return NULL;
}
