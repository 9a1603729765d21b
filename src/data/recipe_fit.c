// SPDX-License-Identifier: Apache-2.0
/* Fitting a recipe: the target decides which rows count; then each step is fitted on the columns as the steps before left them and
 * done to them, the steps that were asked for first. */
#include "data/recipe.h"
#include "base/text.h"
#include "data/dataset.h"
#include "tensor/tensor.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

static bm_status fail_column(bm_recipe *r, const bmi_recipe_step *s, const bmi_frame *f, const char *name, bm_place here)
{
    char hint[BMI_HINT_BYTES];
    for (size_t i = 0; i < r->n_inputs; i++)
        if (!strcmp(r->inputs[i].name, name))
            return bmi_object_fail(
                r, BM_E_DATA, here,
                "%s: column \"%.100s\" is there no more: a step before took it away, or made others of it%s; "
                "ask for this step before that one",
                s->kind->name, name,
                r->late < r->n_asked ? ", as is done by default before steps that need whole columns" : "");
    return bmi_object_fail(r, BM_E_DATA, here, "%s: there is no column \"%.100s\"%s", s->kind->name, name,
                           bmi_did_you_mean(hint, name, f->columns, f->n, sizeof *f->columns));
}

/* The columns the step is done on, those named or all that it takes: their names (arena) and places in the frame, room for all. */
typedef struct chosen {
    size_t n, room;
    const char **names;
    size_t *places;
} chosen;

static bm_status choose_named(bm_recipe *r, const bmi_recipe_step *s, const bmi_frame *f, chosen *k, bm_place here)
{
    for (size_t i = 0; i < s->n_names; i++) {
        const size_t at = bmi_frame_find(f, s->names[i]);
        if (at == SIZE_MAX && r->target && !strcmp(r->target, s->names[i]))
            return bmi_object_fail(r, BM_E_DATA, here, "%s: \"%.100s\" is the target", s->kind->name, s->names[i]);
        if (at == SIZE_MAX && r->weights && !strcmp(r->weights, s->names[i]))
            return bmi_object_fail(r, BM_E_DATA, here, "%s: \"%.100s\" has the weights of the rows; it is no feature anyway",
                                   s->kind->name, s->names[i]);
        if (at == SIZE_MAX) return fail_column(r, s, f, s->names[i], here);
        if (!s->kind->takes(f, at, true, s->options))
            return bmi_object_fail(r, BM_E_TYPE, here, "%s takes %s; column \"%.100s\" is not", s->kind->name,
                                   s->kind->takes_what, s->names[i]);
        k->places[k->n] = at;
        k->names[k->n++] = s->names[i];
    }
    return BM_OK;
}

static bm_status choose(bm_recipe *r, const bmi_recipe_step *s, bmi_frame *f, chosen *k, bm_place here)
{
    const bool ready = s->n_names ? bmi_frame_show_added(f) : bmi_frame_settle(f);
    k->room = s->n_names ? s->n_names : f->n;
    k->names = ready ? bmi_arena_alloc(&r->found, k->room, sizeof *k->names) : NULL;
    k->places = k->names ? bmi_alloc_raw(f->context, k->room, sizeof *k->places) : NULL;
    if (!k->places) return bmi_fail_memory(&r->object.error, here, f->n * sizeof *k->names, "a step of a recipe");
    if (s->n_names) return choose_named(r, s, f, k, here);
    const bool no_dates = s->kind->categories && (size_t)(s - r->steps) < r->n_asked &&
                          !bmi_recipe_leaves_out(r, "datetime"); /* which comes then */
    for (size_t c = 0; c < f->n; c++) {
        if (no_dates && f->columns[c].iso) continue;
        if (!s->kind->takes(f, c, false, s->options)) continue;
        k->places[k->n] = c;
        if (!(k->names[k->n++] = bmi_arena_text(&r->found, f->columns[c].name)))
            return bmi_fail_memory(&r->object.error, here, 64, "a step of a recipe");
    }
    return BM_OK;
}

/* The target of the rows, once a step asks for it. */
static bm_status make_target(bm_recipe *r, bmi_training *t, bm_place here)
{
    const bool classes = r->to.task == BM_CLASSIFICATION;
    if (t->target.task) return BM_OK;
    bm_tensor *made = bmi_target_apply(&r->object.error, r, t->table, t->rows, NULL, BM_F64, here);
    if (!made) return r->object.error.status;
    *(classes ? &t->classes_made : &t->values_of) = made;
    t->target = (bmi_step_target){ .task = r->to.task,
                                   .n_classes = r->to.n_classes,
                                   .classes = classes ? made->data : NULL,
                                   .class_names = r->to.classes,
                                   .values = classes ? NULL : made->data };
    return BM_OK;
}

/* Leaves rows out of the training, for which keep is false. */
static bm_status leave_out(bm_recipe *r, const bmi_recipe_step *s, bmi_frame *f, bmi_training *t, const bool *keep,
                           bm_place here)
{
    const size_t n = t->n;
    int32_t *classes = t->classes_made ? t->classes_made->data : NULL;
    double *values = t->values_of ? t->values_of->data : NULL;
    float *weights = t->weights ? t->weights->data : NULL;
    if (!t->own) {
        if (!(t->own = bmi_alloc_raw(r->object.context, n, sizeof *t->own)))
            return bmi_fail_memory(&r->object.error, here, n * sizeof *t->own, "the rows of a table");
        for (size_t i = 0; i < n; i++) t->own[i] = bmi_row_at(t->rows, (int64_t)i);
        t->room = n;
    }
    if (!bmi_frame_keep(f, keep)) return bmi_fail_memory(&r->object.error, here, f->n * n * 8, "the rows of a table");
    t->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (!keep[i]) continue;
        t->own[t->n] = t->own[i];
        if (classes) classes[t->n] = classes[i];
        if (values) values[t->n] = values[i];
        if (weights) weights[t->n] = weights[i];
        t->n++;
    }
    t->rows = (bm_rows){ t->own, t->n };
    if (t->n) return BM_OK;
    return bmi_object_fail(r, BM_E_DATA, here, "%s: it leaves no row to learn from", s->kind->name);
}

static bm_status do_rows(bm_recipe *r, const bmi_step_how *how, const bmi_recipe_step *s, bmi_frame *f, const chosen *k,
                         bmi_training *t)
{
    const size_t n = (size_t)f->rows;
    bool *keep = bmi_alloc_raw(f->context, n, sizeof *keep);
    if (!keep) return bmi_step_no_memory(how, n);
    memset(keep, true, n * sizeof *keep);
    bm_status st = s->kind->keep(how, s, f, k->places, keep);
    bool all = true;
    for (size_t i = 0; i < n; i++) all = all && keep[i];
    if (!st && !all) st = leave_out(r, s, f, t, keep, how->here);
    bmi_release(f->context, keep, n, sizeof *keep);
    return st;
}

/* Marks the chosen columns as the step's, so that none is taken twice. */
static bm_status claim(bm_recipe *r, const bmi_recipe_step *s, bmi_frame *f, const chosen *k, size_t i, bm_place here)
{
    const size_t number = (size_t)(s - r->steps) + 1;
    bmi_frame_column *c = &f->columns[k->places[i]];
    if (!c->name || c->step == number)
        return bmi_object_fail(r, BM_E_ARGUMENT, here, "%s: column \"%.100s\" is named twice", s->kind->name, k->names[i]);
    c->step = number;
    return BM_OK;
}

/* What the step made of a scaled column is scaled, too. */
static void mark_scaled(const bmi_step_kind *kind, bmi_frame *f, size_t at, bool scaled)
{
    const bmi_frame_column *c = &f->columns[at]; /* they may have moved */
    if (kind->scales) f->columns[at].scaled = true;
    for (size_t h = 0; (scaled || kind->scales) && h < c->n_heirs; h++) f->columns[c->heirs + h].scaled = true;
}

static bm_status do_whole(bm_recipe *r, const bmi_step_how *how, bmi_recipe_step *s, bmi_frame *f, const chosen *k,
                          bmi_training *t)
{
    bool scaled = k->n > 0;
    bm_status st = BM_OK;
    for (size_t i = 0; !st && i < k->n; i++) {
        s->columns[i].name = k->names[i];
        st = claim(r, s, f, k, i, how->here);
        if (!st && !bmi_frame_show(f, k->places[i])) st = bmi_step_no_memory(how, (size_t)f->rows * 8);
        scaled = scaled && f->columns[k->places[i]].scaled;
    }
    if (st || !k->n) return st;
    s->n_columns = k->n;
    if (s->kind->needs_whole) st = bmi_step_check_whole(how, s, f, k->places);
    if (!st) st = s->kind->fit_whole(how, f, k->places, s);
    if (!st && s->kind->prepares && r->late == r->n_asked && !bmi_recipe_leaves_out(r, "impute"))
        st = bmi_step_keep_medians(how, f, k->places, s);
    if (!st && s->kind->keep) st = do_rows(r, how, s, f, k, t);
    for (size_t i = 0; !st && s->kind->writes && i < k->n; i++)
        if (!bmi_frame_own(f, k->places[i])) st = bmi_step_no_memory(how, (size_t)f->rows * 8);
    if (!st && s->kind->apply_whole) st = s->kind->apply_whole(how, s, f, k->places);
    for (size_t i = 0; !st && i < k->n; i++) mark_scaled(s->kind, f, k->places[i], scaled);
    return st;
}

/* What is kept of a column must be finite. */
static bm_status check_state(const bmi_step_how *how, const bmi_step_kind *kind, const bmi_step_column *state)
{
    for (size_t i = 0; i < state->n_numbers; i++)
        if (!isfinite(state->numbers[i]))
            return bmi_fail(how->error, BM_E_DATA, how->here,
                            "%s: column \"%.100s\" has cells that are infinite, or too large to compute with; leave such rows "
                            "out, or clip the column before",
                            kind->name, state->name);
    return BM_OK;
}

static bm_status do_columns(bm_recipe *r, const bmi_step_how *how, bmi_recipe_step *s, bmi_frame *f, const chosen *k)
{
    bm_status st = BM_OK;
    for (size_t i = 0; i < k->n && !st; i++) {
        bmi_step_column *state = &s->columns[i];
        state->name = k->names[i];
        const bool scaled = f->columns[k->places[i]].scaled;
        st = claim(r, s, f, k, i, how->here);
        if (!st && !bmi_frame_show(f, k->places[i])) st = bmi_step_no_memory(how, (size_t)f->rows * 8);
        if (!st) st = s->kind->fit(how, f, k->places[i], state);
        if (!st) st = check_state(how, s->kind, state);
        if (!st && !bmi_frame_own(f, k->places[i])) st = bmi_step_no_memory(how, (size_t)f->rows * 8);
        if (!st) st = s->kind->apply(how, state, f, k->places[i]);
        if (!st) s->n_columns = i + 1;
        if (!st) mark_scaled(s->kind, f, k->places[i], scaled);
    }
    return st;
}

bm_status bmi_recipe_do(bm_recipe *r, bmi_recipe_step *s, bmi_frame *f, bmi_training *t, bm_place here)
{
    chosen k = { 0 };
    const bool sees = s->kind->sees_target && r->target;
    const bmi_step_how how = { .error = &r->object.error,
                               .here = here,
                               .arena = &r->found,
                               .options = s->options,
                               .notes = &r->notes,
                               .target = sees ? &t->target : NULL };
    bm_status st = sees ? make_target(r, t, here) : BM_OK;
    if (!st) st = choose(r, s, f, &k, here);
    if (!st && !(s->columns = bmi_arena_alloc(&r->found, k.n, sizeof *s->columns)))
        st = bmi_fail_memory(&r->object.error, here, k.n * sizeof *s->columns, "a step of a recipe");
    if (!st) st = bmi_step_is_whole(s->kind) ? do_whole(r, &how, s, f, &k, t) : do_columns(r, &how, s, f, &k);
    bmi_release(f->context, k.places, k.room, sizeof *k.places);
    return st;
}

/* Every column of the table but the target and the weights, as inputs and into the frame. */
static bm_status take_columns(bm_recipe *r, const bm_table *t, bm_rows rows, bmi_frame *f, bm_place here)
{
    r->inputs = bmi_arena_alloc(&r->found, t->n_columns, sizeof *r->inputs);
    if (!r->inputs) return bmi_fail_memory(&r->object.error, here, t->n_columns * sizeof *r->inputs, "the columns of a table");
    for (size_t c = 0; c < t->n_columns; c++) {
        if (r->target && !strcmp(r->target, t->columns[c].name)) continue;
        if (r->weights && !strcmp(r->weights, t->columns[c].name)) continue;
        bmi_input *input = &r->inputs[r->n_inputs];
        *input = (bmi_input){ .name = bmi_arena_text(&r->found, t->columns[c].name),
                              .text = t->columns[c].type == BM_COLUMN_TEXT || t->columns[c].type == BM_COLUMN_TIME,
                              .form = t->columns[c].form };
        if (!input->name || !bmi_frame_take(f, &t->columns[c], input, rows))
            return bmi_fail_memory(&r->object.error, here, (size_t)f->rows * 8, "the columns of a table");
        r->n_inputs++;
    }
    return BM_OK;
}

/* The texts that meant a missing cell when the table was read. */
static bm_status keep_marks(bm_recipe *r, const bm_table *t, bm_place here)
{
    r->marks = bmi_arena_alloc(&r->found, t->marks.count + 1, sizeof *r->marks);
    for (; r->marks && r->n_marks < t->marks.count; r->n_marks++)
        if (!(r->marks[r->n_marks] = bmi_arena_text(&r->found, t->marks.at[r->n_marks]))) break;
    return r->marks && r->n_marks == t->marks.count
               ? BM_OK
               : bmi_fail_memory(&r->object.error, here, 100, "the marks of missing cells");
}

/* Inputs that are only dropped (the first step that changes them takes them away) need not be there at prediction. */
static bm_status forget_dropped(bm_recipe *r, bm_place here)
{
    bool *seen = bmi_recipe_index_inputs(r) ? bmi_alloc(r->object.context, r->n_inputs, sizeof *seen) : NULL;
    bool *dropped = seen ? bmi_alloc(r->object.context, r->n_inputs, sizeof *dropped) : NULL;
    for (size_t i = 0; dropped && i < r->n_steps; i++) {
        const bmi_recipe_step *s = &r->steps[bmi_recipe_nth(r, i)];
        for (size_t c = 0; c < s->n_columns; c++) {
            const bmi_step_column *state = &s->columns[c];
            const bool drops = s->kind->ignores_absent, keeps = drops && state->n_numbers && state->numbers[0] == 0;
            const size_t input = keeps ? SIZE_MAX : bmi_recipe_input(r, state->name);
            if (input == SIZE_MAX || seen[input]) continue;
            seen[input] = true;
            dropped[input] = drops;
        }
    }
    const size_t n = r->n_inputs;
    if (dropped) r->n_inputs = 0;
    for (size_t i = 0; dropped && i < n; i++)
        if (!dropped[i]) r->inputs[r->n_inputs++] = r->inputs[i];
    bmi_index_end(&r->input_names);
    const bool fine = dropped && bmi_recipe_index_inputs(r);
    bmi_release(r->object.context, dropped, n, sizeof *dropped);
    bmi_release(r->object.context, seen, n, sizeof *seen);
    return fine ? BM_OK : bmi_fail_memory(&r->object.error, here, n, "the columns of a table");
}

static bm_status name_features(bm_recipe *r, bmi_frame *f, bm_place here)
{
    if (!bmi_frame_settle(f)) return bmi_fail_memory(&r->object.error, here, f->n * 8, "the columns of a table");
    if (*f->twice)
        return bmi_object_fail(
            r, BM_E_DATA, here,
            "two columns would be called \"%s\", one that a step makes and one of the table or of another step; rename or drop "
            "the latter",
            f->twice);
    if (!f->n) {
        char what[250] = ""; /* the notes tell what was dropped, and why */
        for (size_t i = 0, n = 0; i < r->notes.count && n + 1 < sizeof what; i++)
            n += (size_t)snprintf(what + n, sizeof what - n, "%s%s", n ? "; " : ": ", r->notes.at[i]);
        const bmi_recipe_step *first = r->n_steps ? &r->steps[0] : NULL;
        if (!*what && first && first->n_columns)
            snprintf(what, sizeof what, ": %s is done to \"%.100s\"%s", first->kind->name, first->columns[0].name,
                     first->n_columns > 1 ? " and others" : "");
        return bmi_fail_as(&r->object.error, BMI_CAUSE_NO_FEATURE, BM_E_DATA, here, "no feature is left to learn from%s%s",
                           r->n_steps ? " after the steps of the recipe" : "", what);
    }
    r->features = bmi_arena_alloc(&r->found, f->n, sizeof *r->features);
    if (!r->features) return bmi_fail_memory(&r->object.error, here, f->n * sizeof *r->features, "the names of features");
    for (size_t c = 0; c < f->n; c++) {
        if (f->columns[c].text)
            return bmi_object_fail(r, BM_E_TYPE, here,
                                   "column \"%.100s\" is text at the end of the recipe; one-hot encode it, or drop it",
                                   f->columns[c].name);
        if (!(r->features[r->n_features++] = bmi_arena_text(&r->found, f->columns[c].name)))
            return bmi_fail_memory(&r->object.error, here, 64, "the names of features");
    }
    return BM_OK;
}

/* Weights that sum to less than the rows are shares, not rows repeated: they are multiplied until they sum to them. */
static double scale_of(const bmi_training *c)
{
    const float *w = c->weights->data;
    double all = 0;
    for (size_t i = 0; i < c->n; i++) all += (double)w[i];
    return all < (double)c->n ? (double)c->n / all : 1;
}

/* Rows of weight 0 are left out. */
static bm_status weigh(bm_recipe *r, const bm_table *t, bmi_training *c, bm_place here)
{
    const size_t n = c->n;
    const int64_t column = bm_table_find(t, r->weights);
    if (column >= 0) r->weights_form = t->columns[column].form;
    if (!(c->weights = bmi_weights_apply(&r->object.error, r, t, c->rows, here))) return r->object.error.status;
    float *w = c->weights->data;
    int64_t *at = bmi_alloc_raw(r->object.context, n, sizeof *at);
    if (!at) return bmi_fail_memory(&r->object.error, here, n * sizeof *at, "the rows of a table");
    c->n = 0;
    for (size_t i = 0; i < n; i++)
        if (w[i] > 0) {
            at[c->n] = bmi_row_at(c->rows, (int64_t)i);
            w[c->n++] = w[i];
        }
    bmi_release(r->object.context, c->own, c->room, sizeof *c->own);
    c->own = at;
    c->room = n;
    c->rows = (bm_rows){ at, c->n };
    return c->n ? BM_OK
                : bmi_object_fail(r, BM_E_DATA, here, "the weights of all rows that are learned from are 0: column \"%.100s\"",
                                  r->weights);
}

/* Before the first step whose columns lack what it needs the unasked ones that give it are done. */
static bm_status prepare(bm_recipe *r, size_t s, bmi_frame *f, bmi_training *c, bm_place here)
{
    if (r->plain || r->late < r->n_asked) return BM_OK;
    if (!bmi_frame_settle(f)) return bmi_fail_memory(&r->object.error, here, f->n * 8, "the columns of a table");
    if (!bmi_recipe_unprepared(&r->steps[s], f)) return BM_OK;
    const bm_status st = bmi_recipe_default(r, f, c, r->steps[s].kind->prepares, here);
    r->late = s;
    r->prepared = r->n_steps;
    return st;
}

/* Fits; the frame has the features of the training rows then. */
static bm_status fit(bm_recipe *r, const bm_table *t, bm_rows rows, bmi_training *c, bmi_frame *f, bm_place here)
{
    *c = (bmi_training){ .table = t, .rows = rows };
    *f = (bmi_frame){ .context = r->object.context };
    bm_status st = bmi_target_fit(r, t, rows, &c->own, &c->n, &c->room, here);
    if (c->own) c->rows = (bm_rows){ c->own, c->n };
    if (!st && !c->n) st = bmi_object_fail(r, BM_E_DATA, here, "there is no row to fit the recipe on");
    if (!st && r->weights) st = weigh(r, t, c, here);
    f->rows = (int64_t)c->n;
    f->weights = c->weights ? c->weights->data : NULL;
    if (!st && f->weights) f->weight_scale = scale_of(c);
    if (!st) st = bmi_target_scale(r, t, c->rows, f->weights, f->rows, here);
    if (!st) st = take_columns(r, t, c->rows, f, here);
    if (!st) st = keep_marks(r, t, here);
    for (size_t s = 0; !st && s < r->n_asked; s++) {
        st = prepare(r, s, f, c, here);
        if (!st) st = bmi_recipe_do(r, &r->steps[s], f, c, here);
        if (!st) st = bmi_recipe_tell(r, &r->steps[s], here);
    }
    if (!st && !r->plain) st = bmi_recipe_default(r, f, c, BMI_PREPARES_NOTHING, here);
    if (!st) st = name_features(r, f, here);
    if (!st) st = forget_dropped(r, here);
    if (!st) st = bmi_recipe_doubt(r, t, c->rows, f->rows, here);
    if (st) bmi_recipe_forget(r);
    else r->fitted = true;
    return st;
}

static void end(const bm_recipe *r, bmi_training *c, bmi_frame *f)
{
    bmi_frame_end(f);
    bmi_release(r->object.context, c->own, c->room, sizeof *c->own);
    bm_tensor_free(c->weights);
    bm_tensor_free(c->classes_made);
    bm_tensor_free(c->values_of);
}

/* Whether a recipe can be fitted on rows of a table; forgets the fit before. */
static bm_status begin(bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here)
{
    if (bmi_object_failed(r)) return bmi_object_status(r);
    if (bmi_object_failed(t)) return bmi_object_fail_of(r, t, here);
    if (bmi_need(&r->object.error, here, "recipe: the list of rows", rows.at, rows.count)) return r->object.error.status;
    for (size_t i = 0; i < rows.count; i++)
        if (rows.at[i] < 0 || rows.at[i] >= t->rows)
            return bmi_object_fail(r, BM_E_ARGUMENT, here, "row %" PRId64 " is asked for, %s has %" PRId64, rows.at[i],
                                   bmi_table_name(t), t->rows);
    bmi_recipe_forget(r);
    return BM_OK;
}

bm_status bm_recipe_fit_at(bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here)
{
    bmi_training c;
    bmi_frame f;
    if (begin(r, t, rows, here)) return bmi_object_status(r);
    fit(r, t, rows, &c, &f, here);
    end(r, &c, &f);
    return bmi_object_status(r);
}

/* The training rows as they were when the fit ended. */
static void make_dataset(bm_dataset *d, const bm_recipe *r, bmi_training *c, const bmi_frame *f, bm_place here)
{
    bmi_error *e = &d->object.error;
    bm_tensor *x = bmi_recipe_matrix(e, r, f, c->rows, here), *y = NULL;
    d->counted = f->counted;
    if (x && !bmi_dataset_add(d, false, x, NULL, here) && r->target &&
        (y = bmi_target_apply(e, r, c->table, c->rows, NULL, r->type, here)))
        bmi_dataset_add(d, true, y, r->target, here);
    bm_tensor *w = y && !e->status && c->weights ? bmi_weights_apply(e, r, c->table, c->rows, here) : NULL;
    if (w) bmi_dataset_weigh(d, w, here);
    if (!e->status && r->to.n_classes) bmi_dataset_name_classes(d, r->to.classes, r->to.n_classes, here);
}

bm_dataset *bmi_recipe_fit_apply(bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here)
{
    bm_dataset *d = bmi_dataset_new(r ? r->object.context : NULL);
    bmi_training c;
    bmi_frame f;
    if (d->object.users < 0) {
        bmi_object_fail(r, BM_E_MEMORY, here, "%s", bmi_object_error(d));
        return d;
    }
    if (!begin(r, t, rows, here)) {
        if (!fit(r, t, rows, &c, &f, here)) make_dataset(d, r, &c, &f, here);
        end(r, &c, &f);
    }
    if (bmi_object_failed(r)) bmi_object_fail_of(d, r, here);
    return d;
}

bm_dataset *bm_recipe_fit_apply_at(bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here)
{
    bm_dataset *d = bmi_recipe_fit_apply(r, t, rows, here);
    bmi_dataset_keep_recipe(d, r);
    return d;
}
