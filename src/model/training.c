// SPDX-License-Identifier: Apache-2.0
/* What callbacks see and do of a running fit.
 */
#include "model/training.h"
#include "base/part.h"
#include <math.h>
#include <string.h>

bm_callback bm_callback_at(const char *name, const void *options, size_t size, bm_place here)
{
    bm_callback c;
    bmi_part_make(&c, name ? name : "", NULL, options, size, here);
    return c;
}

bm_callback bm_callback_custom_at(const bm_callback_kind *kind, const void *options, size_t size, bm_place here)
{
    bm_callback c;
    bmi_part_make(&c, kind ? NULL : "", kind, options, size, here);
    return c;
}

bm_model *bm_training_model(const bm_training *t)
{
    return t->model;
}

const bm_progress *bm_training_progress(bm_training *t)
{
    return &t->progress;
}

double bm_training_number(const bm_training *t, const char *name)
{
    return t->progress.epoch_done ? bmi_history_get(&t->model->history, name, -1) : NAN;
}

bool bm_training_maximize(const bm_training *t, const char *name)
{
    static const char prefix[] = "validation_";
    if (!strncmp(name, prefix, sizeof prefix - 1)) name += sizeof prefix - 1;
    for (int i = 0; i < t->network->n_metrics; i++)
        if (!strcmp(t->network->metrics[i].kind->name, name)) return t->network->metrics[i].kind->maximize;
    return false;
}

double bm_training_gradient(const bm_training *t)
{
    return t->gradient_norm;
}

double bm_training_rate(const bm_training *t)
{
    return t->model->rate;
}

void bm_training_set_rate(bm_training *t, double factor)
{
    bm_tensor *rate = bmi_session_variable(t->session, t->network->minimized.rate.index);
    const bm_optimizer_common *o = (const void *)t->model->settings.optimizer.options.at;
    if (!rate) {
        bmi_fail_from(t->error, &t->session->object.error);
        return;
    }
    t->model->rate = factor;
    if (rate->type == BM_F32) *(float *)rate->data = (float)(o->rate * factor);
    else *(double *)rate->data = o->rate * factor;
}

void bm_training_stop(bm_training *t, const char *why)
{
    if (t->stop) return;
    t->stop = true;
    snprintf(t->why, sizeof t->why, "%.60s", why);
}

void bmi_training_limit(bm_training *t, int64_t steps)
{
    if (steps < t->steps_limit) t->steps_limit = steps;
}

bm_status bm_training_fail(bm_training *t, bm_status status, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    bmi_fail_v(t->error, status, t->here, format, list);
    va_end(list);
    return t->error->status;
}

/* ---- weights kept ---- */
void bm_training_keep(bm_training *t)
{
    bmi_snapshot *s = &t->hooks[t->hook].snapshot;
    if (!s->at) return;
    bmi_weights_exchange(t->network, s->at, BMI_WEIGHTS_TAKE);
    s->kept = true;
    s->epoch = t->model->history.epochs - 1;
}

/* At the end the weights that were trained last are kept in their place: a fit that is resumed goes on from them. */
void bm_training_put_back(bm_training *t)
{
    const bmi_hook *h = &t->hooks[t->hook];
    bmi_snapshot *s = &t->hooks[t->hook].snapshot;
    if (!s->kept || s->last) return;
    s->last = t->ending && BMI_CALLBACK_HAS(h->kind, remember);
    bmi_weights_exchange(t->network, s->at, s->last ? BMI_WEIGHTS_SWAP : BMI_WEIGHTS_GIVE);
    t->model->best_epoch = s->epoch;
}
