// SPDX-License-Identifier: Apache-2.0
/* Applying a fitted recipe: rows of a table become a matrix, and targets when they are asked for. */
#include "data/recipe.h"
#include "base/context.h"
#include "base/threads.h"
#include "data/dataset.h"
#include "data/frame_rows.h"
#include "tensor/tensor.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* "the unit "kg"", "the sign €": what stands beside the numbers of a form. */
static const char *beside(const bmi_number_form *f, char into[60])
{
    if (*f->unit) snprintf(into, 60, "the unit \"%s\"", f->unit);
    else if (f->currency || f->percent) snprintf(into, 60, "the sign %s", f->percent ? "%" : bmi_currency_sign(f->currency));
    else snprintf(into, 60, "none");
    return into;
}

/* Whether a column's numbers can be taken for those of an input: the same decimal sign, and the same unit, currency or percent sign beside
 * them, or nothing. */
static bm_status check_form(bmi_error *e, const bm_table *t, const bmi_column *c, const bmi_input *input, bm_place here)
{
    const bmi_number_form *form = &c->form, *trained = &input->form;
    char now[60], then[60];
    if (form->decimal && trained->decimal && form->decimal != trained->decimal)
        return bmi_fail(e, BM_E_DATA, here,
                        "the numbers of column \"%.100s\" of %s were read with the decimal sign '%c', in training it was '%c'; "
                        "read the table with the recipe (.recipe of bm_table_read_csv)",
                        c->name, bmi_table_name(t), form->decimal, trained->decimal);
    if ((*form->unit || form->currency || form->percent) && !bmi_number_form_same_style(form, trained))
        return bmi_fail(
            e, BM_E_DATA, here,
            "the numbers of column \"%.100s\" of %s have %s, in training they had %s; write them in the same one, or "
            "read the table with the recipe (.recipe of bm_table_read_csv)",
            c->name, bmi_table_name(t), beside(form, now), beside(trained, then));
    return BM_OK;
}

/* The inputs of the recipe, from the table. */
static bm_status take_inputs(bmi_error *e, const bm_recipe *r, const bm_table *t, bm_rows rows, bmi_frame *f, bm_place here)
{
    for (size_t i = 0; i < r->n_inputs; i++) {
        const bmi_input *input = &r->inputs[i];
        const bmi_column *c = bmi_table_column(e, here, t, input->name, ", which the recipe was fitted with");
        if (!c || (!input->text && check_form(e, t, c, input, here))) return e->status;
        if (!bmi_frame_take(f, c, input, rows)) return bmi_fail_memory(e, here, (size_t)f->rows * 8, "the columns of a table");
    }
    return BM_OK;
}

/* The place of a step's column; SIZE_MAX where it may be absent, or with the error. */
static size_t place_of(const bmi_step_how *how, const bmi_recipe_step *s, const bmi_frame *f, const bmi_step_column *state)
{
    const bmi_step_kind *kind = s->kind;
    const size_t at = bmi_frame_find(f, state->name);
    if (at == SIZE_MAX && kind->ignores_absent)
        return at; /* it is taken away, here or later: else the recipe would have it as an input */
    if (at == SIZE_MAX)
        bmi_fail(how->error, BM_E_DATA, how->here, "recipe: %s finds no column \"%.100s\"", kind->name, state->name);
    else if (!(kind->applies ? kind->applies(f, at) : kind->takes(f, at, true, s->options))) {
        bmi_fail(how->error, BM_E_DATA, how->here, "recipe: %s takes %s; column \"%.100s\" is not", kind->name,
                 kind->takes_what, state->name);
        return SIZE_MAX;
    }
    return at;
}

bm_status bmi_step_check_whole(const bmi_step_how *how, const bmi_recipe_step *s, const bmi_frame *f, const size_t *at)
{
    for (size_t c = 0; c < s->n_columns; c++) {
        const double *x = at[c] == SIZE_MAX ? NULL : f->columns[at[c]].numbers;
        if (x && bmi_all_finite(x, f->rows)) continue;
        for (int64_t i = 0; x && i < f->rows; i++)
            if (!isfinite(x[i]))
                return bmi_fail(how->error, BM_E_DATA, how->here,
                                "%s: column \"%.100s\" %s in row %" PRId64 " of those that it sees; %s", s->kind->name,
                                s->columns[c].name, isnan(x[i]) ? "is missing" : "is not finite", i + 1,
                                isnan(x[i]) ? "put an impute step before it" : "leave such rows out");
    }
    return BM_OK;
}

static bm_status apply_whole(const bmi_step_how *how, const bmi_recipe_step *s, bmi_frame *f)
{
    const size_t n = s->n_columns, mark = (size_t)(uintptr_t)s;
    if (!n || !s->kind->apply_whole) return BM_OK;
    size_t *at = bmi_alloc_raw(f->context, n, sizeof *at);
    if (!at) return bmi_step_no_memory(how, n * sizeof *at);
    for (size_t c = 0; !how->error->status && c < n; c++) {
        at[c] = place_of(how, s, f, &s->columns[c]);
        if (at[c] == SIZE_MAX) continue;
        if (f->columns[at[c]].step == mark)
            bmi_fail(how->error, BM_E_DATA, how->here, "recipe: %s has column \"%.100s\" twice", s->kind->name,
                     s->columns[c].name);
        f->columns[at[c]].step = mark;
        if (!how->error->status && !bmi_frame_show(f, at[c])) bmi_step_no_memory(how, (size_t)f->rows * 8);
    }
    if (!how->error->status) bmi_step_fill(how, s, f, at);
    if (!how->error->status && s->kind->needs_whole) bmi_step_check_whole(how, s, f, at);
    for (size_t c = 0; !how->error->status && s->kind->writes && c < n; c++)
        if (at[c] != SIZE_MAX && !bmi_frame_own(f, at[c])) bmi_step_no_memory(how, (size_t)f->rows * 8);
    if (!how->error->status) s->kind->apply_whole(how, s, f, at);
    bmi_release(f->context, at, n, sizeof *at);
    return how->error->status;
}

bm_status bmi_recipe_apply_step(const bmi_step_how *how, const bmi_recipe_step *s, bmi_frame *f)
{
    if (s->n_columns && !bmi_frame_show_added(f)) return bmi_step_no_memory(how, f->n * 8);
    if (bmi_step_is_whole(s->kind)) return apply_whole(how, s, f);
    for (size_t c = 0; c < s->n_columns; c++) {
        const size_t at = place_of(how, s, f, &s->columns[c]);
        if (how->error->status) return how->error->status;
        if (at != SIZE_MAX && !bmi_frame_own(f, at)) return bmi_step_no_memory(how, (size_t)f->rows * 8);
        if (at != SIZE_MAX && s->kind->apply(how, &s->columns[c], f, at)) return how->error->status;
    }
    return BM_OK;
}

static bm_status do_steps(bmi_error *e, const bm_recipe *r, bmi_frame *f, bm_place here)
{
    for (size_t s = 0; s < r->n_steps; s++) {
        const bmi_recipe_step *step = &r->steps[bmi_recipe_nth(r, s)];
        const bmi_step_how how = { .error = e, .here = here, .options = step->options };
        if (bmi_recipe_apply_step(&how, step, f)) return e->status;
    }
    return bmi_frame_settle(f) ? BM_OK : bmi_fail_memory(e, here, f->n * 8, "the columns of a table");
}

/* Says what is wrong with the first number of a column that is not finite in the matrix' type. */
static bm_status fail_number(bmi_error *e, const bmi_frame_column *c, bm_rows rows, bm_type type, bm_place here)
{
    int64_t i = 0;
    while (type == BM_F64 ? isfinite(c->numbers[i]) : isfinite((float)c->numbers[i])) i++;
    const bool missing = isnan(c->numbers[i]);
    const char *what =
        missing ? "missing; add an impute step to the recipe"
        : isinf(c->numbers[i])
            ? "not finite after the steps of the recipe; log needs a value above -1, box_cox one above 0, powers "
              "grow fast, and infinite cells stay so: leave such rows out, or clip the column"
            : "too large for f32; scale the column";
    return bmi_fail(e, missing ? BM_E_DATA : BM_E_NUMBER, here, "row %" PRId64 ": \"%.100s\" is %s", bmi_row_at(rows, i) + 1,
                    c->name, what);
}

/* Copies rows of a column to their places in a matrix; false when a number is not finite there. A difference of such a number with itself
 * is not 0, so that their sum tells without a branch. */
static bool copy_column(const bmi_frame_column *c, int64_t first, int64_t rows, int64_t n, bm_type type, char *to)
{
    const double *x = c->numbers + first;
    double wide = 0;
    float narrow = 0;
    to += (size_t)(first * n) * bm_type_size(type);
    if (type == BM_F64)
        for (int64_t i = 0; i < rows; i++) {
            ((double *)(void *)to)[i * n] = x[i];
            wide += x[i] - x[i];
        }
    else
        for (int64_t i = 0; i < rows; i++) {
            const float value = (float)x[i];
            ((float *)(void *)to)[i * n] = value;
            narrow += value - value;
        }
    return wide == 0 && narrow == 0;
}

/* How many columns from the c-th on are the categories of one column, in order. */
static int64_t categories_of(const bmi_frame *f, size_t c)
{
    const bmi_frame_column *x = f->columns;
    int64_t n = 0;
    while (c + (size_t)n < f->n && x[c].category && x[c + (size_t)n].category == x[c].category &&
           x[c + (size_t)n].place == x[c].place + n)
        n++;
    return n;
}

/* Zeros, and a one in the column of the row's category. */
static void copy_categories(const bmi_frame_column *c, int64_t count, int64_t first, int64_t rows, int64_t n, bm_type type,
                            char *to)
{
    const int32_t *of = c->category->of + first;
    const size_t size = bm_type_size(type);
    to += (size_t)(first * n) * size;
    for (int64_t i = 0; i < rows; i++, to += (size_t)n * size) {
        const int64_t at = (int64_t)of[i] - c->place;
        memset(to, 0, (size_t)count * size);
        if (at < 0 || at >= count) continue;
        if (type == BM_F64) ((double *)(void *)to)[at] = 1;
        else ((float *)(void *)to)[at] = 1;
    }
}

enum { PARTS = 32 };
typedef struct copying {
    const bmi_frame *f;
    const bm_tensor *x;
    size_t bad[PARTS]; /* a column with a number that is not finite there, from 1; or 0 */
} copying;

/* All columns, some rows at a time, so that a row's line of memory is written while it is near. */
static void copy_part(void *arg, int part, int parts)
{
    enum { BLOCK = 128 };
    copying *w = arg;
    const bmi_frame *f = w->f;
    const int64_t n = (int64_t)f->n;
    int64_t begin, end;
    bmi_slice(f->rows, BLOCK, part, parts, &begin, &end);
    for (int64_t first = begin; first < end; first += BLOCK)
        for (int64_t c = 0, count; c < n; c += count) {
            const int64_t rows = end - first < BLOCK ? end - first : BLOCK, categories = categories_of(f, (size_t)c);
            char *to = (char *)w->x->data + (size_t)c * bm_type_size(w->x->type);
            count = categories ? categories : 1;
            if (categories) copy_categories(&f->columns[c], count, first, rows, n, w->x->type, to);
            else if (!copy_column(&f->columns[c], first, rows, n, w->x->type, to) && !w->bad[part])
                w->bad[part] = (size_t)c + 1;
        }
}

static void copy(bmi_error *e, const bmi_frame *f, bm_rows rows, const bm_tensor *x, bm_place here)
{
    copying w = { .f = f, .x = x };
    bmi_parallel_exact(f->context, PARTS, copy_part, &w);
    for (int part = 0; part < PARTS && !e->status; part++)
        if (w.bad[part]) fail_number(e, &f->columns[w.bad[part] - 1], rows, x->type, here);
}

bm_tensor *bmi_recipe_matrix(bmi_error *e, const bm_recipe *r, const bmi_frame *f, bm_rows rows, bm_place here)
{
    const bm_type type = r->type;
    const int64_t n = (int64_t)r->n_features;
    if (f->n != r->n_features) {
        bmi_fail(e, BM_E_DATA, here, "recipe: it makes %zu features here and made %zu in training", f->n, r->n_features);
        return NULL;
    }
    bm_tensor *x = bmi_tensor_make(r->object.context, type, BM_SHAPE(f->rows, n), true, here);
    bmi_fail_from(e, &x->object.error);
    for (int64_t c = 0; !e->status && c < n; c++) {
        const bmi_frame_column *column = &f->columns[c];
        if (column->text || strcmp(column->name, r->features[c]))
            bmi_fail(e, BM_E_DATA, here, "recipe: feature %" PRId64 " is \"%.100s\" here and was \"%.100s\" in training", c,
                     column->name, r->features[c]);
    }
    if (!e->status) copy(e, f, rows, x, here);
    if (!e->status) return x;
    bm_tensor_free(x);
    return NULL;
}

static bool is_missing(const bmi_frame_column *c, int64_t row)
{
    return c->text ? c->codes[row] < 0 : isnan(c->numbers[row]);
}

/* Missing cells of the columns as the table has them, and rows that have no others. */
static void find_missing(const bmi_frame *f, bmi_met *met)
{
    int64_t missing = 0;
    for (size_t c = 0; c < f->n; c++)
        for (int64_t i = 0; i < f->rows; i++) missing += is_missing(&f->columns[c], i);
    for (int64_t i = 0; missing >= (int64_t)f->n && i < f->rows; i++) {
        size_t c = 0;
        while (c < f->n && is_missing(&f->columns[c], i)) c++;
        if (c == f->n && !met->empty_rows++) met->first_empty = i;
    }
    met->missing = missing - f->counted.unreadable;
}

bm_status bmi_recipe_usable(bmi_error *e, const bm_recipe *r, const bm_table *t, bool *usable, bmi_met *met, bm_place here)
{
    bmi_frame f = { .context = r->object.context, .rows = t->rows, .met = met };
    if (met) *met = (bmi_met){ .cells = { .context = r->object.context } };
    if (!take_inputs(e, r, t, (bm_rows){ 0 }, &f, here)) {
        if (met) find_missing(&f, met);
        do_steps(e, r, &f, here);
    }
    if (met) met->unseen = f.counted.unseen, met->rare = f.counted.rare, met->unreadable = f.counted.unreadable;
    if (met && met->failed) bmi_fail_memory(e, here, 64, "what a table has and training had not");
    memset(usable, !e->status, (size_t)t->rows * sizeof *usable);
    for (size_t c = 0; !e->status && c < f.n; c++)
        for (int64_t i = 0; f.columns[c].numbers && i < f.rows; i++)
            if (!isfinite((float)f.columns[c].numbers[i])) usable[i] = false;
    bmi_frame_end(&f);
    return e->status;
}

/* "gentoo" 2, "emperor" 1: what a dataset says of classes that were not there in training, and the log, too. */
static bm_status tell_unseen(bm_dataset *d, const bm_recipe *r, const bmi_unseen *u, bm_place here)
{
    enum { NAMED = 3 };
    char text[NAMED * 80] = "";
    size_t n = 0;
    for (int64_t k = 0; k < u->n && k < NAMED; k++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s\"%s\" %" PRId64, k ? ", " : "", u->text[k], u->rows[k]);
    if (u->n > NAMED) snprintf(text + n, sizeof text - n, " ...");
    if (u->all)
        bmi_log(r->object.context, "evaluate: %" PRId64 " row%s a class as \"%.100s\" that was not there in training: %s",
                u->all, u->all == 1 ? " has" : "s have", r->target, text);
    if (d->counted.no_target)
        bmi_log(r->object.context, "evaluate: %" PRId64 " row%s without a target, \"%.100s\", %s left out",
                d->counted.no_target, d->counted.no_target == 1 ? "" : "s", r->target,
                d->counted.no_target == 1 ? "is" : "are");
    if (u->all && !(d->unseen = bmi_arena_text(&d->arena, text)))
        return bmi_fail_memory(&d->object.error, here, sizeof text, "the classes of a target");
    return BM_OK;
}

/* Features, target and weights of rows that are there. */
static bm_status make(bm_dataset *d, const bm_recipe *r, const bm_table *t, bm_rows rows, bool target, bmi_unseen *unseen,
                      bm_place here)
{
    bmi_frame f = { .context = r->object.context, .rows = bmi_rows_count(t, rows) };
    bmi_error e = { 0 };
    bm_tensor *x = NULL, *y = NULL, *w = NULL;
    bm_status st = take_inputs(&e, r, t, rows, &f, here);
    if (!st) st = do_steps(&e, r, &f, here);
    if (!st && !(x = bmi_recipe_matrix(&e, r, &f, rows, here))) st = e.status;
    if (!st && target && !(y = bmi_target_apply(&e, r, t, rows, unseen, r->type, here))) st = e.status;
    if (!st && y && r->weights && bm_table_find(t, r->weights) >= 0 && !(w = bmi_weights_apply(&e, r, t, rows, here)))
        st = e.status;
    d->counted = f.counted;
    bmi_frame_end(&f);
    bmi_fail_from(&d->object.error, &e);
    if (st) {
        bm_tensor_free(x);
        bm_tensor_free(y);
        return st;
    }
    if (bmi_dataset_add(d, false, x, NULL, here)) bm_tensor_free(y);
    else if (y) bmi_dataset_add(d, true, y, r->target, here);
    if (d->object.error.status) bm_tensor_free(w);
    else if (w) bmi_dataset_weigh(d, w, here);
    if (r->to.n_classes) bmi_dataset_name_classes(d, r->to.classes, r->to.n_classes, here);
    return d->object.error.status;
}

/* The same of the rows that have a target (chosen ones have), whatever class that is. */
static bm_status make_judged(bm_dataset *d, const bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here)
{
    int64_t *kept = NULL;
    size_t n = 0, room = 0;
    bmi_unseen unseen = { 0 };
    if (!rows.at && bmi_target_rows(&d->object.error, r, t, &kept, &n, &room, here)) return d->object.error.status;
    const bm_rows of = kept ? (bm_rows){ kept, n } : rows;
    if (!make(d, r, t, of, true, &unseen, here)) {
        d->counted.unseen_class = unseen.all;
        d->counted.no_target = rows.at ? 0 : t->rows - (int64_t)n;
        tell_unseen(d, r, &unseen, here);
    }
    bmi_release(r->object.context, kept, room, sizeof *kept);
    return d->object.error.status;
}

bm_dataset *bmi_recipe_apply(const bm_recipe *r, const bm_table *t, bm_rows rows, bmi_want want, bm_place here)
{
    bm_dataset *d = bmi_dataset_new(r ? r->object.context : NULL);
    bmi_error e = { 0 };
    if (d->object.users < 0) return d;
    if (bmi_object_failed(r)) bmi_fail_of(&e, r, here);
    else if (bmi_object_failed(t)) bmi_fail_of(&e, t, here);
    else if (!r->fitted) bmi_fail(&e, BM_E_ARGUMENT, here, "recipe: it is not fitted yet");
    for (size_t i = 0; !e.status && rows.at && i < rows.count; i++)
        if (rows.at[i] < 0 || rows.at[i] >= t->rows)
            bmi_fail(&e, BM_E_ARGUMENT, here, "row %" PRId64 " is asked for, %s has %" PRId64, rows.at[i], bmi_table_name(t),
                     t->rows);
    if (bmi_fail_from(&d->object.error, &e)) return d;
    const bool target = r->target && want != BMI_WANT_NONE && (want >= BMI_WANT_TARGET || bm_table_find(t, r->target) >= 0);
    if (target && want == BMI_WANT_JUDGED) make_judged(d, r, t, rows, here);
    else make(d, r, t, rows, target, NULL, here);
    return d;
}

bm_status bmi_dataset_keep_recipe(bm_dataset *d, const bm_recipe *r)
{
    if (d->object.error.status || !d->n_t) return d->object.error.status;
    d->recipe = bmi_recipe_copy(r);
    return bmi_fail_from(&d->object.error, &d->recipe->object.error);
}

bm_dataset *bm_recipe_apply_at(const bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here)
{
    bm_dataset *d = bmi_recipe_apply(r, t, rows, BMI_WANT_IF_THERE, here);
    bmi_dataset_keep_recipe(d, r);
    return d;
}
bm_dataset *bm_recipe_apply_x_at(const bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here)
{
    return bmi_recipe_apply(r, t, rows, BMI_WANT_NONE, here);
}
