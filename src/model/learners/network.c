// SPDX-License-Identifier: Apache-2.0
/* Networks as learners: hidden layers from text; the output layer and loss follow from the task, training is Adam's with early
 * stopping on the validation rows, when there are some.
 */
#include "model/learners/network.h"
#include "base/kinds.h"
#include "data/dataset.h"
#include <math.h>
#include <string.h>

static bool is_positive(const bm_learning *l)
{
    const bm_loss_kind *loss = bmi_learner_loss(l->model);
    return l->task == BM_REGRESSION && loss && bmi_loss_positive(loss);
}

/* e to the power of the sum, which begins at the logarithm of the targets' mean: from 1, a mean of thousands is a long way. */
static bm_layer positive_output(const bm_learning *l)
{
    bm_dense_options o = { .units = l->outputs, .activation = BM_EXPONENTIAL, .name = "output" };
    const bm_dataset *d = l->train;
    const bm_tensor *t = d->t[0].tensor;
    double sum = 0, all = 0;
    for (int64_t i = 0; i < t->size; i++) {
        const double w = bmi_row_weight(d, i / l->outputs);
        sum += w * bm_tensor_at(t, i);
        all += w;
    }
    if (sum / all > 0 && sum / all < INFINITY) o.bias_init = BM_CONSTANT(bm_exactly(log(sum / all)));
    return bm_layer_at("dense", &o, sizeof o, (bm_place){ 0 });
}

bm_layer bmi_network_output(const bm_learning *l)
{
    if (is_positive(l)) return positive_output(l);
    if (l->task == BM_REGRESSION) return bmi_output_layer(l->outputs, "linear");
    return l->outputs == 2 ? bmi_output_layer(1, "sigmoid") : bmi_output_layer(l->outputs, "softmax");
}

/* Passes and patience where none were asked for: counted in passes for large tables, in steps for small ones, where a pass is only a
 * step or two and a hundred of them teach little. */
static int64_t usual(int64_t asked, int64_t epochs, int64_t least_steps, int64_t steps)
{
    const int64_t more = steps > 0 ? (least_steps + steps - 1) / steps : epochs;
    return asked > 0 ? asked : more > epochs ? more : epochs;
}

int64_t bmi_network_patience(int64_t asked, int64_t steps)
{
    enum { EPOCHS = 10, STEPS = 40 };
    return usual(asked, EPOCHS, STEPS, steps);
}

int64_t bmi_network_epochs(int64_t asked, int64_t steps)
{
    enum { EPOCHS = 100, STEPS = 1000 };
    return usual(asked, EPOCHS, STEPS, steps);
}

void bmi_network_schedule(bm_optimizer *o, double steps)
{
    bm_schedule *s = &((bm_optimizer_common *)(void *)o->options.at)->schedule; /* the options of all optimisers begin alike */
    const bm_schedule_kind *kind = s->kind ? s->kind : s->name ? bmi_kind_find("schedule", s->name) : NULL;
    if (kind && kind->number[0].name && !strcmp(kind->number[0].name, "steps") && s->p[0] == 0 && steps > 0) s->p[0] = steps;
}

static int64_t steps_of(const bm_learning *l, const bm_fit_options *fit)
{
    const int64_t rows = bmi_learning_rows(l), batch = fit->whole ? rows : fit->batch ? fit->batch : rows < 32 ? rows : 32;
    return batch > 0 ? (rows + batch - 1) / batch : 1;
}

void bmi_network_training_set(bm_learning *l, const bmi_network_training *o, bm_compile_options *c, bm_fit_options *fit)
{
    c->loss = l->task == BM_REGRESSION ? BM_MSE : l->outputs == 2 ? BM_BINARY_CROSSENTROPY : BM_SPARSE_CATEGORICAL_CROSSENTROPY;
    if (bmi_optimizer_parse(&l->model->object.error, l->here, &l->arena, o->optimizer, &c->optimizer)) return;
    if (o->rate >= 0) { /* the options of all optimisers begin alike */
        ((bm_optimizer_common *)(void *)c->optimizer.options.at)->rate = bm_exactly(o->rate);
        if (c->optimizer.size < sizeof(bm_optimizer_common)) c->optimizer.size = sizeof(bm_optimizer_common);
    }
    if (!fit->batch && !fit->whole && o->batch > 0) fit->batch = o->batch;
    const int64_t steps = steps_of(l, fit), patience = bmi_network_patience(o->patience, steps);
    if (!fit->epochs) fit->epochs = bmi_network_epochs(o->epochs, steps);
    bmi_network_schedule(&c->optimizer, (double)steps * (double)fit->epochs);
    if (!fit->validation && fit->validation_split == 0) return;
    int place = -1;
    for (int i = BM_MODEL_MAX - 1; i >= 0; i--) {
        if (fit->callbacks[i].name && !strcmp(fit->callbacks[i].name, "early_stopping")) return;
        if (!fit->callbacks[i].name && !fit->callbacks[i].kind) place = i;
    }
    if (place < 0) {
        bmi_object_fail(
            l->model, BM_E_ARGUMENT, l->here,
            "fit: all %d callbacks are taken, and none of them ends the training of this network early: leave one of "
            "them out, or give bm_early_stopping among them",
            BM_MODEL_MAX);
        return;
    }
    fit->callbacks[place] = bm_callback_at("early_stopping", &(bm_early_stopping_options){ .patience = patience },
                                           sizeof(bm_early_stopping_options), l->here);
}

static const bmi_field fields[] = {
    BMI_TEXT_FIELD(bm_network_options, layers, NULL, "hidden layers, as \"dense 128 relu, dropout .3\""),
    BMI_TEXT_FIELD(bm_network_options, optimizer, "adam", "with settings: sgd:rate=.1,momentum=.9"),
    BMI_REAL_FIELD(bm_network_options, rate, 0, INFINITY, -1, "default: the optimiser's own"),
    BMI_INT_FIELD(bm_network_options, epochs, 1, 1e15, -1, "at most; default 100, more where these are under 1,000 steps"),
    BMI_INT_FIELD(bm_network_options, batch, 1, 1e15, -1, "default 32, or all rows when there are fewer"),
    BMI_INT_FIELD(bm_network_options, patience, 1, 1e15, -1,
                  "epochs without a better validation loss; default 10, more where these are under 40 steps"),
    { 0 },
};

/* A last dense layer with as many units as there are outputs, and no activation or the one that goes with the task, is meant as
 * the output layer itself: "dense 64 relu, dense 10". */
static bool is_output(const bm_learning *l, const bm_layer *layer)
{
    const bm_dense_options *o = (const void *)layer->options.at;
    const char *activation = o->activation.name;
    if (!layer->name || strcmp(layer->name, "dense") ||
        layer->size < offsetof(bm_dense_options, activation) + sizeof o->activation)
        return false;
    if (o->units != l->outputs && !(l->outputs == 2 && o->units == 1)) return false;
    if (!activation || !strcmp(activation, "linear")) return true;
    if (is_positive(l)) return !strcmp(activation, "exponential") || !strcmp(activation, "softplus");
    return l->task == BM_CLASSIFICATION && !strcmp(activation, o->units == 1 ? "sigmoid" : "softmax");
}

/* The usual output layer with the settings of the one that was given. */
static bm_layer output_of(const bm_learning *l, const bm_layer *given)
{
    const bm_layer usual = bmi_network_output(l);
    const bm_dense_options *u = (const void *)usual.options.at;
    if (!given) return usual;
    bm_layer own = *given;
    bm_dense_options *o = (void *)own.options.at;
    own.size = sizeof *o;
    o->units = u->units;
    if (!o->name) o->name = u->name;
    if (!is_positive(l) || !o->activation.name || strcmp(o->activation.name, "softplus")) o->activation = u->activation;
    if (!o->bias_init.name && !strcmp(o->activation.name, "exponential")) o->bias_init = u->bias_init;
    return own;
}

static size_t layers(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    const bm_network_options *o = options;
    bmi_error *e = &l->model->object.error;
    bm_layers hidden = { 0 };
    if (!o->layers) return bm_learning_fail(l, BM_E_ARGUMENT, "network: no layers are given, as \"dense 128 relu\""), 0;
    if (bmi_layers_from_text(e, l->here, &l->arena, o->layers, &hidden, &l->holds)) return 0;
    size_t first =
        hidden.count && !strcmp(hidden.at[0].name ? hidden.at[0].name : "", "input"); /* the data says what the input is */
    const bm_layer *output =
        hidden.count > first && is_output(l, &hidden.at[hidden.count - 1]) ? &hidden.at[--hidden.count] : NULL;
    if (hidden.count - first + 1 > room)
        return bm_learning_fail(l, BM_E_ARGUMENT, "network: %zu layers are too many, %zu are the most", hidden.count, room - 1),
               0;
    for (size_t i = first; i < hidden.count; i++) into[i - first] = hidden.at[i];
    into[hidden.count - first] = output_of(l, output);
    return hidden.count - first + 1;
}

static void compile(bm_learning *l, const void *options, bm_compile_options *c, bm_fit_options *fit)
{
    const bm_network_options *o = options;
    bmi_network_training_set(l, &(bmi_network_training){ o->optimizer, o->rate, o->epochs, o->batch, o->patience }, c, fit);
}

static const bm_learner_kind network = {
    .size = sizeof(bm_learner_kind),
    .name = "network",
    .options_size = sizeof(bm_network_options),
    .fields = fields,
    .tasks = BM_LEARNS_NUMBERS | BM_LEARNS_TWO_CLASSES | BM_LEARNS_CLASSES | BM_LEARNS_SCALED,
    .layers = layers,
    .compile = compile,
    .doc = "A network of any layers.",
};
const bmi_kind bmi_kinds_learner_network[] = { { "learner", "network", &network }, { 0 } };
