// SPDX-License-Identifier: Apache-2.0
/* The beginning of a fit: options and data are checked, and everything that the epochs need is made: orders, row weights, plans of
 * both batch sizes, validation, room in the history, callbacks and what they keep.
 */
#include "base/random.h"
#include "model/parts.h"
#include "model/training.h"
#include "base/part.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

static int64_t whole_number(int64_t given, int64_t usual)
{
    return given == BM_ZERO ? 0 : given ? given : usual;
}

/* ---- options ---- */
static bm_status check_numbers(const bm_fit_options *o, bmi_error *e, bm_place here)
{
    const int64_t epochs = whole_number(o->epochs, 1);
    if (epochs < 1) return bmi_fail(e, BM_E_ARGUMENT, here, "fit: epochs is %" PRId64 ", it must be 1 or more", epochs);
    if (o->batch && whole_number(o->batch, 1) < 1)
        return bmi_fail(e, BM_E_ARGUMENT, here, "fit: batch is %" PRId64 ", it must be 1 or more", whole_number(o->batch, 1));
    if (o->whole && o->batch) return bmi_fail(e, BM_E_ARGUMENT, here, "fit: both batch and whole are given; give one of them");
    if (o->validation && o->validation_split != 0)
        return bmi_fail(e, BM_E_ARGUMENT, here, "fit: both validation and validation_split are given; give one of them");
    if (o->validation_split != 0 && !(o->validation_split > 0 && o->validation_split < 1))
        return bmi_fail(e, BM_E_ARGUMENT, here, "fit: validation_split is %g, it must be a share between 0 and 1",
                        o->validation_split);
    if (o->class_weights.at && !o->class_weights.count)
        return bmi_fail(e, BM_E_ARGUMENT, here, "fit: class_weights has a pointer and no count; write BM_REALS(1, 5)");
    if (o->balanced && o->class_weights.count)
        return bmi_fail(e, BM_E_ARGUMENT, here, "fit: both balanced and class_weights are given; give one of them");
    for (size_t i = 0; i < o->class_weights.count; i++)
        if (!(o->class_weights.at[i] >= 0 && isfinite(o->class_weights.at[i])))
            return bmi_fail(e, BM_E_ARGUMENT, here, "fit: the weight of class %zu is %g; weights are >= 0", i,
                            o->class_weights.at[i]);
    return BM_OK;
}

bm_status bmi_fit_check(const bm_fit_options *o, bm_context *context, bmi_error *e, bm_place here)
{
    bmi_arena arena = { .context = context };
    check_numbers(o, e, here);
    for (int i = 0; i < BM_MODEL_MAX && !e->status; i++) {
        bm_callback kept;
        if (o->callbacks[i].name || o->callbacks[i].kind) bmi_part_keep(e, &arena, "callback", &o->callbacks[i], &kept);
    }
    bmi_arena_end(&arena);
    return e->status;
}

static bm_status take_options(bm_training *t)
{
    bm_fit_options *o = &t->o;
    const int64_t epochs = whole_number(o->epochs, 1);
    if (check_numbers(o, t->error, t->here)) return t->error->status;
    o->seed = whole_number(o->seed, 0);
    t->progress.epochs = o->resume ? epochs - t->model->epochs : epochs;
    return BM_OK;
}

/* "early_stopping", and "early_stopping_2" of a second one. */
static void name_hook(const bm_training *t, bmi_hook *h)
{
    int same = 1;
    for (int i = 0; i < t->n_hooks; i++) same += !strcmp(t->hooks[i].kind->name, h->kind->name);
    if (same > 1) snprintf(h->name, sizeof h->name, "%.60s_%d", h->kind->name, same);
    else snprintf(h->name, sizeof h->name, "%.60s", h->kind->name);
}

/* A callback, settled, with its state. */
static bm_status begin_callback(bm_training *t, const bm_callback *c)
{
    bmi_hook *h = &t->hooks[t->n_hooks];
    bm_callback *kept = bmi_arena_alloc(&t->hook_arena, 1, sizeof *kept);
    if (!kept) return bmi_fail_memory(t->error, t->here, sizeof *kept, "a callback");
    if (bmi_part_keep(t->error, &t->hook_arena, "callback", c, kept)) return t->error->status;
    h->kind = kept->kind;
    h->options = kept->options.at;
    h->state = bmi_arena_alloc(&t->hook_arena, h->kind->state_size + 1, 1);
    if (!h->state) return bmi_fail_memory(t->error, t->here, h->kind->state_size, h->kind->name);
    h->flags = h->kind->flags | (h->kind->needs ? h->kind->needs(h->options) : 0);
    h->seen = t->model->epochs;
    t->flags |= h->flags;
    name_hook(t, h);
    t->n_hooks++;
    return BM_OK;
}

static bm_status begin_callbacks(bm_training *t)
{
    for (int i = 0; i < BM_MODEL_MAX; i++)
        if ((t->o.callbacks[i].name || t->o.callbacks[i].kind) && begin_callback(t, &t->o.callbacks[i]))
            return t->error->status;
    return BM_OK;
}

/* ---- data ---- */
static const int32_t *classes_of(const bm_training *t, int64_t *n)
{
    const bmi_head *head = &t->network->heads[0];
    const bm_tensor *x = t->data->t[0].tensor;
    *n = head->form == BM_OUTPUT_CLASSES ? head->row.dim[head->row.rank - 1] : 2;
    const bool plain =
        (head->form == BM_OUTPUT_CLASSES && head->loss->target == BM_TARGET_CLASS) || head->form == BM_OUTPUT_BINARY;
    return plain && x->type == BM_I32 && x->size == t->data->rows ? x->data : NULL;
}

/* Rows for training and, with validation_split, those for validation. */
static bm_status split(bm_training *t)
{
    t->rows = t->model->parts ? t->model->parts->with_target[0] : t->data->rows;
    if (t->o.validation_split == 0) return BM_OK;
    int64_t n_classes, counts[3];
    const int32_t *classes = classes_of(t, &n_classes);
    t->chosen = bmi_alloc(t->model->object.context, (size_t)t->rows, sizeof *t->chosen);
    if (!t->chosen) return bmi_fail_memory(t->error, t->here, (size_t)t->rows * sizeof *t->chosen, "the order of rows");
    const bm_split_options o = { .validation = t->o.validation_split, .seed = t->o.seed };
    const bmi_split_by by = { .classes = classes, .n_classes = classes ? n_classes : 0 };
    if (bmi_split_rows(t->error, t->here, t->model->object.context, t->rows, &by, &o, t->chosen, counts))
        return t->error->status;
    t->rows = counts[0];
    t->validation_rows = counts[1];
    return BM_OK;
}

static bm_status cut_batches(bm_training *t)
{
    const int64_t fixed = bm_node_shape(t->network->input).dim[0];
    int64_t batch = t->o.whole ? t->rows : t->o.batch ? t->o.batch : t->rows < 32 ? t->rows : 32;
    if (fixed > 0 && !t->o.batch && !t->o.whole) batch = fixed;
    if (batch > t->rows)
        return bmi_fail(t->error, BM_E_ARGUMENT, t->here,
                        "fit: batch is %" PRId64 ", but there are only %" PRId64
                        " rows to train on; a batch is at most all of them",
                        batch, t->rows);
    if (batch > t->data->rows)
        return bmi_fail(t->error, BM_E_ARGUMENT, t->here,
                        "fit: batch is %" PRId64 ", but only %" PRId64 " rows of the file are in memory at once; ask for more",
                        batch, t->data->rows);
    if (fixed > 0 && (batch != fixed || (t->rows % fixed && !t->o.drop_last)))
        return bmi_fail(t->error, BM_E_SHAPE, t->here,
                        "fit: the model's input takes exactly %" PRId64 " rows at once, batch is %" PRId64 " of %" PRId64
                        " rows%s",
                        fixed, batch, t->rows, batch == fixed ? "; drop_last leaves out the short last batch" : "");
    t->batches = (bmi_batches){ .rows = t->rows,
                                .batch = batch,
                                .seed = (uint64_t)t->o.seed,
                                .in_order = t->o.no_shuffle,
                                .replace = t->o.draw,
                                .drop_short = t->o.drop_last };
    t->order_room = t->rows < t->data->rows ? t->rows : t->data->rows;
    t->order = bmi_alloc(t->model->object.context, (size_t)t->order_room, sizeof *t->order);
    if (!t->order) return bmi_fail_memory(t->error, t->here, (size_t)t->order_room * sizeof *t->order, "the order of rows");
    t->progress.steps = bmi_batches_count(&t->batches);
    return BM_OK;
}

/* ---- row weights ---- */
static bool wants_weights(const bm_training *t)
{
    return t->data->weights || t->o.class_weights.count || t->o.balanced;
}

void bmi_class_weights(const bm_fit_options *o, const bm_dataset *d, const int64_t *rows, int64_t count, int64_t n, double *of)
{
    double all = 0;
    for (int64_t k = 0; k < n; k++) of[k] = o->balanced ? 0 : o->class_weights.at[k];
    for (int64_t i = 0; o->balanced && i < count; i++) {
        const int64_t row = rows ? rows[i] : i;
        const double own = bmi_row_weight(d, row);
        of[(int64_t)bm_tensor_at(d->t[0].tensor, row)] += own;
        all += own;
    }
    for (int64_t k = 0; o->balanced && k < n; k++) of[k] = of[k] > 0 ? all / ((double)n * of[k]) : 0;
}

void bmi_training_weigh(const bm_training *t, const int32_t *classes, const double *of)
{
    for (int64_t i = 0; t->weights && i < t->data->rows; i++) {
        const double w = bmi_row_weight(t->data, i) * (of ? of[classes[i]] : 1);
        if (t->network->type == BM_F32) ((float *)t->weights)[i] = (float)w;
        else ((double *)t->weights)[i] = w;
    }
}

static bm_status make_weights(bm_training *t)
{
    if (!wants_weights(t)) return BM_OK;
    const size_t size = bm_type_size(t->network->type);
    int64_t n = 0;
    const int32_t *classes = NULL;
    double *of = NULL;
    if (!t->model->parts && bmi_weighs_nothing(t->data, t->chosen, t->rows))
        return bmi_fail(t->error, BM_E_DATA, t->here, "fit: the weights of all rows that are learned from are 0");
    if (t->o.class_weights.count || t->o.balanced) {
        classes = classes_of(t, &n);
        if (!classes)
            return bmi_fail(t->error, BM_E_ARGUMENT, t->here,
                            "fit: class weights need a target of class numbers (i32), one a row; give weights of rows instead");
        of = bmi_arena_alloc(&t->arena, (size_t)n, sizeof *of);
        if (!of) return bmi_fail_memory(t->error, t->here, (size_t)n * sizeof *of, "class weights");
        if (t->o.class_weights.count && t->o.class_weights.count != (size_t)n)
            return bmi_fail(t->error, BM_E_ARGUMENT, t->here,
                            "fit: class_weights has %zu numbers, the model has %" PRId64 " classes", t->o.class_weights.count,
                            n);
        bmi_class_weights(&t->o, t->data, t->chosen, t->rows, n, of);
    }
    t->weights = bmi_alloc(t->model->object.context, (size_t)t->data->rows, size);
    if (!t->weights) return bmi_fail_memory(t->error, t->here, (size_t)t->data->rows * size, "weights of rows");
    bmi_training_weigh(t, classes, of);
    t->columns.w = (bmi_column_of){ .from = t->weights,
                                    .from_bytes = size,
                                    .into_bytes = size,
                                    .elements = 1,
                                    .from_type = t->network->type,
                                    .into_type = t->network->type,
                                    .same = true };
    return BM_OK;
}

/* ---- plans ---- */
/* The norm of the gradient by all trained weights, as a node; plans share it with the gradients of the step. */
static bm_status make_gradient(bm_training *t)
{
    bmi_network *n = t->network;
    if (!(t->flags & BM_CALLBACK_GRADIENT) || n->gradient.graph) return t->error->status;
    if (n->minimized.norm.graph) n->gradient = n->minimized.norm;
    if (n->gradient.graph) return BM_OK;
    bm_node *of = bmi_arena_alloc(&n->arena, 2 * n->training.n_weights, sizeof *of), sum = { NULL, -1 };
    if (!of) return bmi_fail_memory(t->error, t->here, n->training.n_weights * sizeof *of, "gradients");
    size_t k = 0;
    for (size_t i = 0; i < n->training.n_weights; i++)
        if (n->training.weights[i].trained) of[k++] = n->training.weights[i].node;
    bm_gradients_at(n->loss, (bm_nodes){ of, k }, (bm_node){ NULL, -1 }, of + k, t->here);
    for (size_t i = 0; i < k; i++) {
        const bm_node squares = bm_sum_at(bm_square_at(of[k + i], t->here), (bm_axes){ 0 }, true, false, t->here);
        sum = sum.graph ? bm_add_at(sum, squares, t->here) : squares;
    }
    n->gradient = bm_sqrt_at(sum, t->here);
    return bmi_fail_from(t->error, &n->graph->object.error);
}

static bm_status make_passes(bm_training *t)
{
    const bmi_network *n = t->network;
    const bm_shape none = { 0 };
    bmi_pass_request r = { .guard = n->loss };
    bmi_pass_feed(&r, n->input, t->columns.x_row);
    bmi_pass_feed(&r, n->heads[0].target, t->columns.t_row);
    if (t->weights) bmi_pass_feed(&r, n->weight, none);
    if (t->weighed) bmi_pass_feed(&r, n->eval_weight, none);
    bmi_pass_fetch(&r, n->step);
    t->loss = bmi_pass_fetch(&r, n->loss);
    t->penalty = n->penalty.graph ? bmi_pass_fetch(&r, n->penalty) : -1;
    t->data_loss = n->penalty.graph ? bmi_pass_fetch(&r, n->data) : t->loss;
    t->gradient = t->flags & BM_CALLBACK_GRADIENT ? bmi_pass_fetch(&r, n->gradient) : -1;
    t->sums = n->heads[0].loss->reduction == BM_REDUCE_SUM;
    for (int i = 0; i < n->n_metrics; i++) {
        const bm_node of = t->weighed ? n->metrics[i].weighed : n->metrics[i].mean;
        t->means[i] = of.graph ? bmi_pass_fetch(&r, of) : -1;
    }
    t->output = t->seen.prediction ? bmi_pass_fetch(&r, n->heads[0].judged_training) : -1;
    const int64_t rest = t->o.drop_last ? 0 : t->rows % t->batches.batch;
    if (bmi_pass_make(&t->whole, t->session, &r, t->batches.batch, t->error, t->here)) return t->error->status;
    t->progress.batch = t->batches.batch;
    t->progress.kernels = (int64_t)t->whole.plan->plan->n_steps;
    t->progress.plan_seconds = t->whole.plan->plan->seconds;
    if (rest) bmi_pass_make(&t->rest, t->session, &r, rest, t->error, t->here);
    return t->error->status;
}

static bm_status begin_validation(bm_training *t)
{
    enum { ROWS_AT_ONCE = 256 };
    const bm_dataset *d = t->o.validation ? t->o.validation : t->data;
    if (!t->o.validation && !t->validation_rows) return BM_OK;
    return bmi_judge_begin(&t->judge, t->network, t->session, d, t->o.validation ? NULL : t->chosen + t->rows,
                           t->o.validation ? bm_dataset_rows(d) : t->validation_rows, ROWS_AT_ONCE, t->error, "fit: validation",
                           t->here);
}

/* ---- history ---- */
static bm_status begin_history(bm_training *t)
{
    enum { EPOCHS_AT_ONCE = 65536 };
    bmi_history *h = &t->model->history;
    char name[64];
    bool ok = true;
    ok = ok && (t->column_loss = bmi_history_column_of(h, "loss")) != SIZE_MAX;
    for (int i = 0; i < t->network->n_metrics; i++)
        ok = ok && (t->column_mean[i] = bmi_history_column_of(h, t->network->metrics[i].kind->name)) != SIZE_MAX;
    if (t->judge.network) {
        ok = ok && (t->column_validation_loss = bmi_history_column_of(h, "validation_loss")) != SIZE_MAX;
        for (int i = 0; i < t->network->n_metrics; i++) {
            snprintf(name, sizeof name, "validation_%s", t->network->metrics[i].kind->name);
            ok = ok && (t->column_validation[i] = bmi_history_column_of(h, name)) != SIZE_MAX;
        }
    }
    ok = ok && (t->column_rate = bmi_history_column_of(h, "rate")) != SIZE_MAX;
    ok = ok && (t->column_seconds = bmi_history_column_of(h, "seconds")) != SIZE_MAX;
    ok = ok && bmi_history_reserve(h, t->progress.epochs < 1                ? 1
                                      : t->progress.epochs < EPOCHS_AT_ONCE ? t->progress.epochs
                                                                            : EPOCHS_AT_ONCE);
    return ok ? BM_OK : bmi_fail_memory(t->error, t->here, 0, "the history");
}

static bm_status start_callbacks(bm_training *t)
{
    const size_t bytes = bmi_weights_bytes(t->network);
    for (t->hook = 0; t->hook < t->n_hooks && !t->error->status; t->hook++) {
        bmi_hook *h = &t->hooks[t->hook];
        if (h->flags & BM_CALLBACK_WEIGHTS) {
            h->snapshot = (bmi_snapshot){ .at = bmi_alloc(t->model->object.context, bytes, 1), .bytes = bytes };
            if (!h->snapshot.at) return bmi_fail_memory(t->error, t->here, bytes, "the best weights");
        }
        h->begun = true;
        if (h->kind->begin) h->kind->begin(t, h->options, h->state);
    }
    return t->error->status ? t->error->status : bmi_training_commit(t);
}

/* The network with or without row weights, as this fit needs it; and its first values. */
static bm_status make_ready(bm_training *t)
{
    bm_model *m = t->model;
    if (!m->settings.compiled)
        return bmi_fail(t->error, BM_E_ARGUMENT, t->here,
                        "fit: the model is not compiled: call bm_compile(m, .loss = ...) first");
    if (bmi_object_failed(t->data)) {
        if (t->data) return bmi_fail_from(t->error, &t->data->object.error);
        return bmi_fail(t->error, BM_E_ARGUMENT, t->here, "fit: the dataset is null");
    }
    m->seed = t->o.seed;
    m->balanced = t->o.balanced;
    m->seeded = true;
    size_t kept = 0;
    for (int i = 0; i < t->n_hooks; i++)
        if (t->hooks[i].flags & BM_CALLBACK_WEIGHTS) kept += bmi_weights_bytes(m->network);
    if (bmi_network_weigh(m->network, true, kept, t->error, t->here)) return t->error->status;
    if (bmi_network_ready(m->network, m->seed, t->error)) return t->error->status;
    if (wants_weights(t) != m->settings.weighted) {
        bmi_settings s = m->settings;
        s.weighted = wants_weights(t);
        if (bmi_model_rebuild(m, &s, true, t->here)) return t->error->status;
    }
    t->network = m->network;
    t->session = m->network->session;
    t->session->state.seed = (uint64_t)t->o.seed;
    return BM_OK;
}

bm_status bmi_training_begin(bm_training *t)
{
    t->progress.model = t->model;
    if (take_options(t) || begin_callbacks(t) || make_ready(t) ||
        bmi_dataset_columns_make(&t->columns, t->network, t->data, t->error, "fit", t->here) || split(t) || cut_batches(t) ||
        make_weights(t) || make_gradient(t) || bmi_training_make_rows(t) || make_passes(t) || begin_validation(t) ||
        begin_history(t) || bmi_model_take_classes(t->model, t->data))
        return t->error->status;
    bm_training_set_rate(t, t->model->rate);
    t->start = t->last_look = bmi_now();
    t->until_look = 1;
    return start_callbacks(t);
}

void bmi_training_end(bm_training *t)
{
    bm_context *context = t->model->object.context;
    bmi_judge_end(&t->judge);
    for (int i = 0; t->hooks == t->own && i < t->n_hooks; i++) bmi_hook_end(context, &t->own[i]);
    bmi_arena_end(&t->hook_arena);
    bmi_rows_seen_end(&t->seen, context);
    if (!t->model->partial.step) bmi_rows_seen_end(&t->model->seen, context);
    bmi_release(context, t->order, (size_t)t->order_room, sizeof *t->order);
    if (t->data && t->chosen) bmi_release(context, t->chosen, (size_t)t->data->rows, sizeof *t->chosen);
    if (t->weights) bmi_release(context, t->weights, (size_t)t->data->rows, bm_type_size(t->network->type));
    bmi_arena_end(&t->arena);
}
