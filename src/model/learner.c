// SPDX-License-Identifier: Apache-2.0
/* Learners: models whose network and training follow from a kind, the data's task and its columns. Fitting one again forgets; when it
 * fails, what was learned before comes back.
 */
#include "data/dataset.h"
#include "data/recipe.h"
#include "model/dataset_columns.h"
#include "model/inference.h"
#include "model/learning.h"
#include "model/parts.h"
#include "base/part.h"
#include "tensor/tensor.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

bm_learner bm_learner_value_at(const char *name, const void *options, size_t size, bm_place here)
{
    bm_learner l;
    bmi_part_make(&l, name, NULL, options, size, here);
    return l;
}

/* ---- keeping ---- */
bm_status bmi_learner_keep(bm_model *m, const bm_learner *how, bm_place here)
{
    bm_learner *kept = bmi_arena_alloc(&m->learner_arena, 1, sizeof *kept);
    if (!kept) return bmi_fail_memory(&m->object.error, here, sizeof *kept, "a learner");
    if (bmi_part_keep(&m->object.error, &m->learner_arena, "learner", how, kept)) return m->object.error.status;
    m->learner = kept->kind;
    m->kept = kept;
    m->how = kept->options.at;
    return BM_OK;
}

bm_model *bmi_learner_new(bm_context *context, const bm_learner *how, const bm_recipe *recipe, bm_place here)
{
    bm_model *m = bmi_model_new(context, here);
    bmi_error *e = &m->object.error;
    if (e->status || (recipe && bmi_fail_from(e, &recipe->object.error)) || bmi_learner_keep(m, how, here) || !recipe) return m;
    m->recipe = bmi_recipe_copy(recipe);
    bmi_fail_from(e, &m->recipe->object.error);
    return m;
}

bm_model *bm_learner_at(bm_learner how, const bm_recipe *recipe, bm_place here)
{
    return bmi_model_made(bmi_learner_new(recipe ? recipe->object.context : NULL, &how, recipe, here));
}

/* ---- what learners see ---- */
bm_model *bm_learning_model(const bm_learning *l)
{
    return l->model;
}

const bm_dataset *bm_learning_train(const bm_learning *l)
{
    return l->train;
}

const bm_dataset *bm_learning_validation(const bm_learning *l)
{
    return l->validation;
}

bm_task bm_learning_task(const bm_learning *l)
{
    return l->task;
}

int64_t bm_learning_outputs(const bm_learning *l)
{
    return l->outputs;
}

void *bm_learning_memory(bm_learning *l, size_t bytes)
{
    void *memory = bmi_arena_alloc(&l->arena, bytes + 1, 1);
    if (!memory) bmi_fail_memory(&l->model->object.error, l->here, bytes, l->model->learner->name);
    return memory;
}

bm_status bm_learning_fail(bm_learning *l, bm_status status, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    bmi_fail_v(&l->model->object.error, status, l->here, format, list);
    va_end(list);
    return l->model->object.error.status;
}

int64_t bmi_learning_rows(const bm_learning *l)
{
    return l->model->parts ? l->model->parts->with_target[0] : l->train->rows;
}

bm_tensor *bmi_learning_weight(bm_learning *l, const char *name)
{
    char full[64];
    bmi_network *n = l->model->network;
    snprintf(full, sizeof full, "output/%s", name);
    for (size_t i = 0; i < n->training.n_weights; i++)
        if (!strcmp(n->training.weights[i].name, full)) {
            bm_tensor *t = bmi_session_variable(n->session, n->training.weights[i].node.index);
            if (!t) bmi_fail_from(&l->model->object.error, &n->session->object.error);
            return t;
        }
    bm_learning_fail(l, BM_E_ARGUMENT, "%s: its network has no weight \"%s\"", l->model->learner->name, full);
    return NULL;
}

bm_layer bmi_output_layer(int64_t units, const char *activation)
{
    const bm_dense_options o = { .units = units, .activation = { .name = activation }, .name = "output" };
    return bm_layer_at("dense", &o, sizeof o, (bm_place){ 0 });
}

/* ---- fitting ---- */
/* Classes without names are counted by the largest. Far more of them than rows are no classes but a number that slipped in. */
static bm_status count_classes(bm_learning *l, const bm_tensor *t)
{
    enum { ALWAYS_FINE = 10000 };
    const int64_t most = t->size > ALWAYS_FINE ? t->size : ALWAYS_FINE;
    for (int64_t i = 0; i < t->size; i++) {
        const int64_t k = (int64_t)bm_tensor_at(t, i);
        if (k >= most)
            return bm_learning_fail(l, BM_E_DATA,
                                    "fit: row %" PRId64 " has the class %" PRId64 ", and there are %" PRId64
                                    " rows; number the classes 0, 1, 2 ..., or give f32 numbers for a regression",
                                    i, k, t->size);
        if (k + 1 > l->outputs) l->outputs = k + 1;
    }
    return BM_OK;
}

/* Weights of rows must be heeded, and leave something. */
static bm_status check_row_weights(bm_learning *l)
{
    const bm_tensor *w = l->train->weights;
    const bm_learner_kind *kind = l->model->learner;
    if (!w) return BM_OK;
    if (kind->fit && !(kind->tasks & BM_LEARNS_WEIGHTED))
        return bm_learning_fail(l, BM_E_ARGUMENT,
                                "fit: %s does not heed weights of rows; linear, ridge, softmax, perceptron and mlp do",
                                kind->name);
    if (l->model->parts || !bmi_weighs_nothing(l->train, NULL, w->size)) return BM_OK;
    return bm_learning_fail(l, BM_E_DATA, "fit: the weights of all rows that are learned from are 0");
}

/* Several columns of 0 and 1: labels, each yes or no for itself. */
static bm_status take_labels(bm_learning *l, const bm_tensor *t)
{
    const bm_learner_kind *kind = l->model->learner;
    l->outputs = t->size / l->train->rows;
    l->labels = true;
    if (!(kind->tasks & BM_LEARNS_LABELS))
        return bm_learning_fail(l, BM_E_ARGUMENT,
                                "fit: the target has %" PRId64
                                " columns of whole numbers, and the learner \"%s\" does not do several "
                                "labels; logistic does",
                                l->outputs, kind->name);
    for (int64_t i = 0; i < t->size; i++)
        if (bm_tensor_at(t, i) != 0 && bm_tensor_at(t, i) != 1)
            return bm_learning_fail(l, BM_E_DATA,
                                    "fit: row %" PRId64 " has the label %g; of several columns of labels each is 0 or 1",
                                    i / l->outputs, bm_tensor_at(t, i));
    return BM_OK;
}

/* Rows that count must be of two classes at least: between those of one there is nothing to learn. Of a file by parts the recipe has seen
 * them all. */
static bm_status check_two_classes(bm_learning *l, const bm_tensor *t)
{
    const bm_dataset *d = l->train;
    double first = -1;
    if (l->model->parts) return BM_OK;
    for (int64_t i = 0; i < d->rows; i++) {
        if (!(bmi_row_weight(d, i) > 0)) continue;
        const double class = bm_tensor_at(t, i);
        if (first >= 0 && class != first && l->outputs > 1) return BM_OK;
        first = class;
    }
    return bm_learning_fail(l, BM_E_DATA, "fit: the target has only one class%s; there is nothing to tell apart",
                            d->weights ? " in rows of weight above 0" : "");
}

/* Task and number of outputs, from the dataset's target. */
static bm_status look(bm_learning *l)
{
    const bm_learner_kind *kind = l->model->learner;
    const bm_dataset *d = l->train;
    if (bmi_object_failed(d)) {
        if (d) return bmi_fail_from(&l->model->object.error, &d->object.error);
        return bm_learning_fail(l, BM_E_ARGUMENT, "fit: the dataset is null");
    }
    if (!d->rows) return bm_learning_fail(l, BM_E_DATA, "fit: the dataset has no rows");
    if (!d->n_t) return bm_learning_fail(l, BM_E_DATA, "fit: the dataset has no target");
    if (!d->x[0].tensor->size)
        return bm_learning_fail(l, BM_E_DATA, "fit: the inputs have no columns; there is nothing to learn from");
    if (check_row_weights(l)) return l->model->object.error.status;
    const bm_tensor *t = d->t[0].tensor;
    if (bmi_type_is_real(t->type)) {
        l->task = BM_REGRESSION;
        l->outputs = t->size / d->rows;
    } else {
        l->task = BM_CLASSIFICATION;
        if (t->size > d->rows) return take_labels(l, t);
        l->outputs = d->n_classes;
        if (!d->n_classes && count_classes(l, t)) return l->model->object.error.status;
        if (check_two_classes(l, t)) return l->model->object.error.status;
    }
    const unsigned asked = l->task == BM_REGRESSION ? BM_LEARNS_NUMBERS
                           : l->outputs == 2        ? BM_LEARNS_TWO_CLASSES
                                                    : BM_LEARNS_CLASSES;
    if (!(kind->tasks & asked))
        return bm_learning_fail(
            l, BM_E_ARGUMENT, "fit: the learner \"%s\" does not do %s; %s", kind->name,
            asked == BM_LEARNS_NUMBERS ? "regression, and the target is numbers" : "classes, and the target is classes",
            asked == BM_LEARNS_NUMBERS ? "linear, ridge, lasso, mlp and others do" : "softmax, logistic and mlp do");
    return BM_OK;
}

static bool has_flatten(const bm_layer *layers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (layers[i].name && (!strcmp(layers[i].name, "flatten") || !strcmp(layers[i].name, "reshape"))) return true;
    return false;
}

static bm_status build(bm_learning *l)
{
    enum { ROOM = 64 };
    bm_model *m = l->model;
    const bm_tensor *x = l->train->x[0].tensor;
    bm_layer *layers = bm_learning_memory(l, (ROOM + 2) * sizeof *layers);
    if (!layers) return m->object.error.status;
    bm_input_options input = { .type = m->learner->type ? m->learner->type : BM_F32, .name = "input" };
    input.shape.rank = x->shape.rank > 1 ? x->shape.rank - 1 : 1;
    for (int64_t i = 0; i < input.shape.rank; i++) input.shape.dim[i] = x->shape.rank > 1 ? x->shape.dim[i + 1] : 1;
    layers[0] = bm_layer_at("input", &input, sizeof input, l->here);
    const size_t n = m->learner->layers(l, m->how, layers + 1, ROOM);
    if (m->object.error.status) return m->object.error.status;
    if (input.shape.rank < 2 || has_flatten(layers, n + 1))
        return bmi_model_set_layers(m, (bm_layers){ layers, n + 1 }, l->here);
    memmove(layers + 2, layers + 1, n * sizeof *layers); /* images: each row becomes one vector */
    layers[1] = bm_layer_at("flatten", NULL, 0, l->here);
    return bmi_model_set_layers(m, (bm_layers){ layers, n + 2 }, l->here);
}

static bm_output form_of(const bm_learning *l)
{
    if (l->task == BM_REGRESSION) return BM_OUTPUT_REALS;
    if (l->labels) return BM_OUTPUT_LABELS;
    const bm_shape out = l->model->network->heads[0].row;
    return l->outputs == 2 && out.dim[out.rank - 1] == 1 ? BM_OUTPUT_BINARY : BM_OUTPUT_CLASSES;
}

/* Labels outside the classes would be read, and written, beside them. */
static bm_status check_labels(bm_learning *l)
{
    const bm_tensor *t = l->train->t[0].tensor;
    if (l->task == BM_REGRESSION || t->size != l->train->rows) return BM_OK;
    for (int64_t i = 0; i < l->train->rows; i++) {
        const double label = bm_tensor_at(t, i);
        if (!(label >= 0 && label < (double)l->outputs))
            return bm_learning_fail(l, BM_E_DATA, "fit: row %" PRId64 " has the class %g; there are %" PRId64, i, label,
                                    l->outputs);
    }
    return BM_OK;
}

static bm_status check_class_weights(bm_learning *l, const bm_fit_options *o)
{
    if (l->task == BM_REGRESSION || l->train->t[0].tensor->size != l->train->rows)
        return bm_learning_fail(
            l, BM_E_ARGUMENT,
            "fit: class weights need a target of class numbers (i32), one a row; give weights of rows instead");
    if (!(l->model->learner->tasks & BM_LEARNS_WEIGHTED))
        return bm_learning_fail(l, BM_E_ARGUMENT, "fit: %s does not weigh classes; softmax, logistic, perceptron and mlp do",
                                l->model->learner->name);
    if (!o->balanced && o->class_weights.count != (size_t)l->outputs)
        return bm_learning_fail(l, BM_E_ARGUMENT, "fit: class_weights has %zu numbers, the target has %lld classes",
                                o->class_weights.count, (long long)l->outputs);
    return BM_OK;
}

/* The training rows, each with its class's weight beside its own. */
static bm_dataset *weigh(bm_learning *l, const bm_fit_options *o)
{
    const bm_dataset *d = l->train;
    const bm_tensor *t = d->t[0].tensor;
    bm_model *m = l->model;
    double *of = bm_learning_memory(l, (size_t)l->outputs * sizeof *of);
    bm_tensor *w = of ? bm_tensor_new_in_at(m->object.context, BM_F32, BM_SHAPE(d->rows), l->here) : NULL;
    bm_dataset *weighed = NULL;
    if (w && !bmi_fail_from(&m->object.error, &w->object.error)) {
        bmi_class_weights(o, d, NULL, d->rows, l->outputs, of);
        for (int64_t i = 0; i < d->rows; i++)
            ((float *)w->data)[i] = (float)(bmi_row_weight(d, i) * of[(int64_t)bm_tensor_at(t, i)]);
        const bm_dataset_options parts = { .x = { d->x[0].tensor }, .t = { t }, .weights = w, .context = m->object.context };
        weighed = bm_dataset_new_at(&parts, sizeof parts, l->here);
        bmi_fail_from(&m->object.error, &weighed->object.error);
    }
    bmi_object_free(w);
    return weighed;
}

bool bmi_learning_not_finite(bm_learning *l)
{
    const bm_dataset *d = l->train;
    const bm_tensor *both[] = { d->x[0].tensor, d->t[0].tensor };
    for (int k = 0; k < 2; k++) {
        const int64_t columns = both[k]->size / d->rows, at = bmi_tensor_not_finite(both[k]);
        if (at < 0) continue;
        bm_learning_fail(l, BM_E_NUMBER,
                         "fit: row %" PRId64 " has a number that is not finite, in column %" PRId64
                         " of the %s; drop such rows or fill the cell",
                         at / columns, at % columns, k ? "target" : "inputs");
        return true;
    }
    return false;
}

/* Weights that are not finite come from numbers in the data that are not, or from numbers too large for their squares. */
static bm_status check_found(bm_learning *l)
{
    bm_model *m = l->model;
    const bmi_network *n = m->network;
    bool fine = true;
    for (size_t i = 0; !m->object.error.status && fine && i < n->training.n_weights; i++) {
        const bm_tensor *w = bmi_session_variable(n->session, n->training.weights[i].node.index);
        for (int64_t k = 0; w && fine && k < w->size; k++) fine = isfinite(bm_tensor_at(w, k));
    }
    if (fine || bmi_learning_not_finite(l)) return m->object.error.status;
    return bm_learning_fail(l, BM_E_NUMBER,
                            "%s: the weights are not finite: the inputs or the target are too large; standardise them",
                            m->learner->name);
}

/* By the learner's own method: the model is ready as after bm_fit. */
static bm_status fit_own(bm_learning *l, const bm_fit_options *o)
{
    bm_model *m = l->model;
    const bm_dataset *train = l->train;
    bm_dataset *weighed = NULL;
    m->seed = l->seed;
    m->seeded = true;
    m->balanced = o->balanced;
    if (o->balanced || o->class_weights.count) {
        if (check_class_weights(l, o) || check_labels(l)) return m->object.error.status;
        weighed = weigh(l, o);
        l->train = weighed;
    }
    if (!m->object.error.status && !check_labels(l) && !bmi_network_ready(m->network, m->seed, &m->object.error)) {
        m->learner->fit(l, m->how);
        check_found(l);
    }
    bmi_inference_keep(l, false);
    l->train = train;
    bmi_object_free(weighed);
    if (m->object.error.status) return m->object.error.status;
    m->best_epoch = -1;
    if (!m->stopped_by[0]) bmi_model_ended(m, 0, "solved");
    return bmi_model_take_classes(m, l->train);
}

/* What bm_compile was given instead of the learner's own. */
static void replace(bm_compile_options *own, const bm_compile_options *asked)
{
    const bool many = asked->losses[0].name || asked->losses[0].kind;
    if (asked->loss.name || asked->loss.kind || many) {
        own->loss = asked->loss;
        memcpy(own->losses, asked->losses, sizeof own->losses);
    }
    memcpy(own->loss_weights, asked->loss_weights, sizeof own->loss_weights);
    if (asked->optimizer.kind) own->optimizer = asked->optimizer;
    if (asked->metrics[0].kind) memcpy(own->metrics, asked->metrics, sizeof own->metrics);
}

bm_status bmi_learner_train(bm_model *m, const bm_fit_options *o, bm_place here)
{
    bm_learning l = { .model = m,
                      .arena = { .context = m->object.context },
                      .train = o->data,
                      .validation = o->validation,
                      .seed = o->seed == BM_ZERO ? 0 : o->seed,
                      .here = here };
    bm_compile_options compile = { .zero_ = 0 };
    bm_fit_options fit = *o;
    if (!bmi_fit_check(o, m->object.context, &m->object.error, here) && !look(&l) && !build(&l)) {
        compile.metrics[0] = l.task == BM_REGRESSION ? BM_METRIC_MAE : BM_ACCURACY;
        m->learner->compile(&l, m->how, &compile, &fit);
        if (m->asked) replace(&compile, m->asked);
        if (!m->object.error.status && !bmi_model_compile(m, &compile, form_of(&l), here)) {
            if (m->learner->fit) fit_own(&l, &fit);
            else bmi_model_fit(m, &fit, here);
        }
    }
    bmi_hooks_end(m); /* fitting a learner again forgets */
    json_decref(l.holds);
    bmi_arena_end(&l.arena);
    return m->object.error.status;
}

bm_status bmi_learner_fit(bm_model *m, const bm_fit_options *o, bm_place here)
{
    bm_model *before = bmi_model_new(m->object.context, here);
    if (bmi_fail_from(&m->object.error, &before->object.error)) {
        bmi_object_free(before);
        return m->object.error.status;
    }
    bmi_model_swap(m, before);
    m->before = before;
    if (bmi_learner_train(m, o, here)) bmi_model_swap(m, before);
    m->before = NULL;
    bmi_object_free(before);
    return m->object.error.status;
}
