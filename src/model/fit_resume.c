// SPDX-License-Identifier: Apache-2.0
/* Callbacks of a fit that begins: they become the model's, in the place of those of the fit before; when that one is resumed, with
 * what those remember, and with the weights with which it would have gone on.
 */
#include "base/context.h"
#include "model/training.h"
#include <string.h>

static bool remembers(const bmi_hook *h)
{
    return BMI_CALLBACK_HAS(h->kind, remember);
}

static bmi_hook *find(bm_model *m, const char *name)
{
    for (int i = 0; i < m->n_hooks; i++)
        if (!strcmp(m->hooks[i].name, name)) return &m->hooks[i];
    return NULL;
}

/* Takes over state and weights; the old one's memory of weights goes to the new one. */
static void take_over(bmi_hook *h, bmi_hook *old, const json_t *said)
{
    bmi_hook_restore(h, said);
    h->restored = true;
    h->seen = old->seen;
    if (!h->snapshot.at || h->snapshot.bytes != old->snapshot.bytes) return;
    const bmi_snapshot own = h->snapshot;
    h->snapshot = old->snapshot;
    old->snapshot = own;
}

static void say(const bm_training *t, bmi_hook *const *old)
{
    const bm_model *m = t->model;
    for (int i = 0; i < t->n_hooks && (m->epochs || m->partial.step); i++)
        if (!old[i] && remembers(&t->hooks[i]))
            bmi_log(m->object.context, "fit: %s starts afresh: the model that is resumed has no state of it", t->hooks[i].name);
    for (int k = 0; k < m->n_hooks; k++) {
        bool used = m->hooks[k].kind && !remembers(&m->hooks[k]);
        for (int i = 0; i < t->n_hooks; i++) used = used || old[i] == &m->hooks[k];
        if (!used) bmi_log(m->object.context, "fit: the state of %s is not used: no such callback is given", m->hooks[k].name);
    }
}

static bm_status resume(bm_training *t)
{
    bm_model *m = t->model;
    bmi_hook *old[BM_MODEL_MAX] = { NULL };
    json_t *said[BM_MODEL_MAX] = { NULL };
    for (int i = 0; i < t->n_hooks && !t->error->status; i++) {
        if (!remembers(&t->hooks[i])) continue;
        old[i] = find(m, t->hooks[i].name);
        if (old[i] && !(said[i] = bmi_hook_remember(old[i]))) bmi_fail_memory(t->error, t->here, 64, "the state of a callback");
    }
    if (!t->error->status) {
        say(t, old);
        for (int k = m->n_hooks; k-- > 0;) /* the last one put its weights back over all others' */
            if (m->hooks[k].snapshot.last) {
                bmi_weights_exchange(t->network, m->hooks[k].snapshot.at, BMI_WEIGHTS_SWAP);
                m->hooks[k].snapshot.last = false;
            }
        for (int i = 0; i < t->n_hooks; i++)
            if (old[i]) take_over(&t->hooks[i], old[i], said[i]);
    }
    for (int i = 0; i < t->n_hooks; i++) json_decref(said[i]);
    return t->error->status;
}

/* An epoch that was broken off goes on where its steps are those of this fit; else it begins anew. */
static void take_epoch(bm_training *t)
{
    bmi_partial *p = &t->model->partial;
    const int64_t batch = t->batches.batch, all = t->rows;
    const bool same = p->step <= t->progress.steps && p->rows == (p->step * batch < all ? p->step * batch : all);
    if (t->o.resume && same) return;
    if (t->o.resume)
        bmi_log(t->model->object.context,
                "fit: the epoch that was broken off begins anew: its steps had other batches, or rows, than those of this fit");
    *p = (bmi_partial){ 0 };
}

/* The rows of an epoch that was broken off; without them its metrics of all rows cannot be had. */
static void take_rows(bm_training *t)
{
    bm_model *m = t->model;
    bmi_rows_seen *s = &t->seen, *old = &m->seen;
    const int64_t rows = m->partial.rows;
    const bool fits = t->o.resume && m->partial.step && s->counts && old->counts && old->whole && s->all == old->all &&
                      s->columns == old->columns && s->n_counts == old->n_counts;
    if (fits && !s->all) s->whole = true;
    if (fits && s->all && rows <= s->rows && rows <= old->rows && s->target_columns == old->target_columns &&
        !s->weight == !old->weight) {
        memcpy(s->prediction, old->prediction, (size_t)(rows * s->columns) * sizeof *s->prediction);
        memcpy(s->target, old->target, (size_t)(rows * s->target_columns) * sizeof *s->target);
        if (s->weight) memcpy(s->weight, old->weight, (size_t)rows * sizeof *s->weight);
        s->whole = true;
    }
    if (s->whole) memcpy(s->counts, old->counts, (size_t)s->n_counts * sizeof *s->counts);
    bmi_rows_seen_end(old, m->object.context);
    *old = *s;
    *s = (bmi_rows_seen){ .prediction = NULL };
}

bm_status bmi_training_commit(bm_training *t)
{
    bm_model *m = t->model;
    const bool resumed = t->o.resume && (m->epochs || m->partial.step);
    if (t->o.resume && resume(t)) return t->error->status;
    take_epoch(t);
    take_rows(t);
    bmi_hooks_end(m);
    memcpy(m->hooks, t->own, sizeof m->hooks);
    m->n_hooks = t->n_hooks;
    m->hook_arena = t->hook_arena;
    t->hook_arena = (bmi_arena){ .context = m->object.context };
    t->hooks = m->hooks;
    for (t->hook = 0; resumed && t->hook < t->n_hooks && !t->error->status; t->hook++) {
        bmi_hook *h = &t->hooks[t->hook];
        if (h->restored && BMI_CALLBACK_HAS(h->kind, resumed)) h->kind->resumed(t, h->options, h->state);
        if (h->seen != m->epochs - 1) continue;
        t->progress.epoch_done = true; /* the checkpoint was made by a callback before this one */
        bmi_training_call_epoch(t, h);
    }
    return t->error->status;
}
