// SPDX-License-Identifier: Apache-2.0
/* Compiling a model: its settings are checked and kept, a new network is built with them, and the old one's weights are handed
 * on. Only when all of that succeeded does the model change.
 */
#include "model/model.h"
#include <math.h>
#include <string.h>

/* The losses that were given: loss, or losses one after the other. */
static bm_status keep_losses(bmi_error *e, const bm_compile_options *o, bmi_settings *s)
{
    bm_loss given[BM_MODEL_MAX];
    memcpy(given, o->losses, sizeof given);
    if (o->loss.name || o->loss.kind) {
        if (given[0].name || given[0].kind)
            return bmi_fail(e, BM_E_ARGUMENT, s->here, "compile: both loss and losses are given; give one of them");
        given[0] = o->loss;
    }
    for (int i = 0; i < BM_MODEL_MAX; i++) {
        s->loss_weights[i] = o->loss_weights[i] == 0 ? 1 : o->loss_weights[i] == (double)BM_ZERO ? 0 : o->loss_weights[i];
        if (!given[i].name && !given[i].kind) continue;
        double p[2];
        given[i].kind = bmi_loss_find(e, s->here, "compile", given[i], p);
        if (!given[i].kind) return e->status;
        given[i].name = given[i].kind->name;
        s->losses[i] = given[i];
        s->n_losses = i + 1;
    }
    if (!s->n_losses) return bmi_fail(e, BM_E_ARGUMENT, s->here, "compile: no loss is given, as .loss = BM_MSE");
    return BM_OK;
}

static bm_status keep_metrics(bmi_error *e, const bm_compile_options *o, bmi_settings *s)
{
    for (int i = 0; i < BM_MODEL_MAX && (o->metrics[i].name || o->metrics[i].kind); i++) {
        double p[2];
        s->metrics[i] = o->metrics[i];
        s->metrics[i].kind = bmi_metric_find(e, s->here, "compile", o->metrics[i], p);
        if (!s->metrics[i].kind) return e->status;
        s->metrics[i].name = s->metrics[i].kind->name;
        s->n_metrics = i + 1;
        if (strlen(s->metrics[i].name) >= sizeof(((bm_scores *)NULL)->metrics[0].name))
            return bmi_fail(e, BM_E_ARGUMENT, s->here, "compile: the name of the metric %.60s is longer than %zu bytes",
                            s->metrics[i].name, sizeof(((bm_scores *)NULL)->metrics[0].name) - 1);
        for (int k = 0; k < i; k++)
            if (!strcmp(s->metrics[k].name, s->metrics[i].name))
                return bmi_fail(e, BM_E_ARGUMENT, s->here, "compile: the metric %s is given twice", s->metrics[i].name);
    }
    return BM_OK;
}

bm_status bmi_model_compile(bm_model *m, const bm_compile_options *o, bm_output form, bm_place here)
{
    bmi_error *e = &m->object.error;
    bmi_settings s = { .compiled = true, .form = form, .here = here };
    if (keep_losses(e, o, &s) || keep_metrics(e, o, &s)) return e->status;
    const bm_optimizer adam = { .name = "adam", .here = here };
    if (bmi_optimizer_keep(e, &m->arena, o->optimizer.name || o->optimizer.kind ? &o->optimizer : &adam, &s.optimizer))
        return e->status;
    if (s.n_losses != m->network->n_heads)
        return bmi_fail(e, BM_E_ARGUMENT, here, "compile: %d losses are given, the model has %d output%s", s.n_losses,
                        m->network->n_heads, m->network->n_heads == 1 ? "" : "s");
    if (bmi_model_rebuild(m, &s, false, here)) return e->status;
    m->rate = 1;
    m->partial = (bmi_partial){ 0 };
    m->gradient = NAN;
    bmi_hooks_end(m);
    bmi_rows_seen_end(&m->seen, m->object.context);
    return BM_OK;
}

bm_status bmi_model_rebuild(bm_model *m, const bmi_settings *s, bool keep_optimizer, bm_place here)
{
    bmi_error *e = &m->object.error;
    bmi_network *n = bmi_network_new(e, m->object.context, m->layers, m->n_layers, s, here);
    if (n && !bmi_network_hand_on(n, m->network, keep_optimizer, e)) {
        bmi_network_free(m->network);
        m->network = n;
        m->settings = *s;
        return BM_OK;
    }
    bmi_network_free(n);
    return e->status;
}

/* Models that are loaded are not asked: what was learned stands. */
static bm_status check_positive(bm_model *m, const bm_compile_options *o, bm_place here)
{
    bmi_error *e = &m->object.error;
    const bm_loss loss = o->loss.name || o->loss.kind ? o->loss : o->losses[0];
    double p[2];
    const bm_loss_kind *kind = loss.name || loss.kind ? bmi_loss_find(e, here, "compile", loss, p) : NULL;
    if (!kind || !bmi_loss_positive(kind) || !bmi_head_linear(&m->network->heads[0])) return e->status;
    return bmi_fail(
        e, BM_E_ARGUMENT, here,
        "compile: the loss %s takes numbers above 0, and the last layer puts out any numbers: give it .activation = "
        "BM_EXPONENTIAL (or BM_SOFTPLUS)",
        kind->name);
}

bm_status bm_compile_at(bm_model *m, const bm_compile_options *options, size_t size, bm_place here)
{
    if (bmi_object_failed(m) || !bmi_model_idle(m, "compile", here)) return bmi_object_status(m);
    bm_compile_options o = { 0 };
    if (bmi_options_copy(&m->object.error, here, &o, sizeof o, offsetof(bm_compile_options, named_), options, size))
        return m->object.error.status;
    if (m->learner) return bmi_learner_compile(m, &o, here);
    return check_positive(m, &o, here) ? m->object.error.status : bmi_model_compile(m, &o, BM_OUTPUT_ANY, here);
}
