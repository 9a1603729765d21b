// SPDX-License-Identifier: Apache-2.0
/* Models: making and ending them, what their outputs mean.
 */
#include "model/model.h"
#include "tensor/tensor.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

static void end(void *object)
{
    bm_model *m = object;
    bmi_hooks_end(m);
    bmi_rows_seen_end(&m->seen, m->object.context);
    bmi_network_free(m->network);
    bmi_learned_end(&m->learned, m->object.context);
    bmi_history_end(&m->history);
    bmi_object_free(m->recipe);
    bmi_arena_end(&m->class_arena);
    bmi_arena_end(&m->learner_arena);
    bmi_arena_end(&m->arena);
}

static bool made(const void *object)
{
    return !((const bm_model *)object)->unmade;
}

static const bmi_object_kind model_kind = { .name = "model", .end = end, .made = made };
BMI_STATIC_FAILED(model, &model_kind);
BMI_OBJECT_VERBS(model)

bm_model *bmi_model_new(bm_context *context, bm_place here)
{
    bm_model *m = bmi_object_new(context, &model_kind, sizeof *m);
    (void)here;
    if (!m) return &bmi_no_memory_model;
    m->arena.context = m->class_arena.context = m->learner_arena.context = m->history.context = m->hook_arena.context = context;
    m->rate = 1;
    m->gradient = NAN;
    m->best_epoch = -1;
    return m;
}

bm_model *bmi_model_made(bm_model *m)
{
    if (m->object.users >= 0) m->unmade = m->object.error.status;
    return m;
}

bm_status bmi_model_set_layers(bm_model *m, bm_layers layers, bm_place here)
{
    bmi_error *e = &m->object.error;
    if (e->status || bmi_need(e, here, "model: the list of layers", layers.at, layers.count)) return e->status;
    m->layers = bmi_arena_alloc(&m->arena, layers.count + 1, sizeof *m->layers);
    if (!m->layers) return bmi_fail_memory(e, here, layers.count * sizeof *m->layers, "layers");
    for (m->n_layers = 0; m->n_layers < layers.count; m->n_layers++)
        if (bmi_layer_keep(e, &m->arena, &layers.at[m->n_layers], m->layers, m->n_layers, &m->layers[m->n_layers]))
            return e->status;
    m->network = bmi_network_new(e, m->object.context, m->layers, m->n_layers, &m->settings, here);
    return e->status;
}

void bmi_model_swap(bm_model *a, bm_model *b)
{
    bm_model keep_a = *a, keep_b = *b;
    *a = keep_b;
    *b = keep_a;
    bm_model *const all[2] = { a, b };
    const bm_model *const kept[2] = { &keep_a, &keep_b };
    for (int i = 0; i < 2; i++) {
        all[i]->object = kept[i]->object;
        all[i]->learner = kept[i]->learner;
        all[i]->kept = kept[i]->kept;
        all[i]->how = kept[i]->how;
        all[i]->asked = kept[i]->asked;
        all[i]->learner_arena = kept[i]->learner_arena;
        all[i]->recipe = kept[i]->recipe;
        all[i]->before = kept[i]->before;
        all[i]->threshold = kept[i]->threshold;
        all[i]->passing = kept[i]->passing;
        atomic_store(&all[i]->running, kept[i]->running);
        atomic_store(&all[i]->stop, kept[i]->stop);
    }
}

bm_model *bm_sequential_in_at(bm_context *context, bm_layers layers, bm_place here)
{
    bm_model *m = bmi_model_new(context, here);
    bmi_model_set_layers(m, layers, here);
    return bmi_model_made(m);
}

bm_model *bm_sequential_at(bm_layers layers, bm_place here)
{
    return bm_sequential_in_at(NULL, layers, here);
}

bmi_network *bmi_model_network(const bm_model *m, bmi_error *e, bm_place here)
{
    if (!m) bmi_fail(e, BM_E_ARGUMENT, here, "the model is null");
    else if (m->object.error.status) bmi_fail_from(e, &m->object.error);
    else if (!m->network)
        bmi_fail(e, BM_E_ARGUMENT, here, "the learner \"%s\" was not fitted yet", m->learner ? m->learner->name : "");
    return e->status || bmi_network_ready(m->network, m->seed, e) ? NULL : m->network;
}

/* ---- classes ---- */
bm_status bmi_model_set_classes(bm_model *m, const char *const *names, int64_t n)
{
    bmi_arena arena = { .context = m->object.context };
    const char **own = bmi_arena_alloc(&arena, (size_t)n + 1, sizeof *own);
    bool ok = own != NULL;
    for (int64_t i = 0; ok && i < n; i++) {
        char number[32];
        snprintf(number, sizeof number, "%" PRId64, i);
        own[i] = bmi_arena_text(&arena, names && names[i] ? names[i] : number);
        ok = own[i] != NULL;
    }
    if (!ok) {
        bmi_arena_end(&arena);
        return bmi_fail_memory(&m->object.error, (bm_place){ 0 }, (size_t)n * sizeof *own, "names of classes");
    }
    bmi_arena_end(&m->class_arena);
    m->class_arena = arena;
    m->classes = own;
    m->n_classes = n;
    m->confusion = NULL;
    return BM_OK;
}

bm_status bmi_model_take_classes(bm_model *m, const bm_dataset *d)
{
    const bmi_head *head = &m->network->heads[0];
    const int64_t columns = head->row.rank ? head->row.dim[head->row.rank - 1] : 1;
    m->task = head->form == BM_OUTPUT_REALS ? BM_REGRESSION : BM_CLASSIFICATION;
    const int64_t n = head->form == BM_OUTPUT_REALS ? 0 : head->form == BM_OUTPUT_BINARY ? 2 : columns;
    if (n < 0) return BM_OK;
    if (bm_dataset_classes(d) != n) return n == m->n_classes ? BM_OK : bmi_model_set_classes(m, NULL, n);
    const char **names = bmi_alloc(m->object.context, (size_t)n + 1, sizeof *names);
    if (!names) return bmi_fail_memory(&m->object.error, (bm_place){ 0 }, (size_t)n * sizeof *names, "names of classes");
    for (int64_t i = 0; i < n; i++) names[i] = bm_dataset_class_name(d, i);
    bmi_model_set_classes(m, names, n);
    bmi_release(m->object.context, names, (size_t)n + 1, sizeof *names);
    return m->object.error.status;
}

bm_task bm_model_task(const bm_model *m)
{
    return m ? m->task : BM_TASK_INFER;
}

int64_t bm_model_classes(const bm_model *m)
{
    return m ? m->n_classes : 0;
}

const char *bm_model_class_name(const bm_model *m, int64_t i)
{
    return m && i >= 0 && i < m->n_classes ? m->classes[i] : NULL;
}

const bm_recipe *bm_model_recipe(const bm_model *m)
{
    return m ? m->recipe : NULL;
}

bool bmi_model_idle(bm_model *m, const char *what, bm_place here)
{
    if (!atomic_load(&m->running)) return true;
    bmi_object_fail(m, BM_E_ARGUMENT, here,
                    "%s: the model is being fitted, and a callback of that fit cannot do this; do it after the fit", what);
    return false;
}

bm_status bmi_model_note_split(bm_model *m, bool in_order, const char *group, const char *time, bm_place here)
{
    m->in_order = in_order;
    m->group = bmi_arena_text(&m->arena, group);
    m->time = bmi_arena_text(&m->arena, time);
    if ((!group || m->group) && (!time || m->time)) return BM_OK;
    return bmi_fail_memory(&m->object.error, here, 64, "names of columns");
}

void bmi_model_begin_work(bm_model *m)
{
    atomic_store(&m->stop, 0);
    atomic_store(&m->running, 1);
}

void bmi_model_end_work(bm_model *m)
{
    atomic_store(&m->running, 0);
}

void bm_stop(bm_model *m)
{
    if (m && m->object.users > 0 && atomic_load(&m->running)) atomic_store(&m->stop, 1);
}
