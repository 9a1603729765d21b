// SPDX-License-Identifier: Apache-2.0
/* Saving a model as one safetensors file: weights by name, and with them what of learners and recipes is many numbers or texts; everything
 * else as JSON texts in the file's metadata. Nothing in it tells of time, so equal runs give equal files.
 */
#include "base/json.h"
#include "data/recipe_tensors.h"
#include "format/safetensors.h"
#include "model/model.h"
#include "model/scores_json.h"
#include "base/part.h"
#include <math.h>
#include <string.h>

static json_t *save_layers(const bm_model *m)
{
    bmi_json list = bmi_json_list(), all = bmi_json_object();
    for (size_t i = 0; i < m->n_layers; i++) bmi_json_add(&list, bmi_layer_save(&m->layers[i]));
    bmi_json_put(&all, "type", json_string("sequential"));
    bmi_json_put(&all, "layers", bmi_json_end(&list));
    if (m->learner) bmi_json_put(&all, "learner", bmi_part_save(m->kept));
    return bmi_json_end(&all);
}

static json_t *save_task(const bm_model *m)
{
    bmi_json classes = bmi_json_list(), all = bmi_json_object();
    for (int64_t i = 0; i < m->n_classes; i++) bmi_json_add(&classes, json_string(m->classes[i]));
    bmi_json_put(&all, "task",
                 json_string(m->task == BM_REGRESSION       ? "regression"
                             : m->task == BM_CLASSIFICATION ? "classification"
                                                            : "unknown"));
    bmi_json_put(&all, "classes", bmi_json_end(&classes));
    if (m->threshold > 0) bmi_json_put(&all, "threshold", bmi_json_number(m->threshold));
    return bmi_json_end(&all);
}

static json_t *save_history(const bmi_history *h)
{
    bmi_json all = bmi_json_object();
    for (size_t i = 0; i < h->n_columns; i++) {
        if (!strcmp(h->columns[i].name, "seconds")) continue;
        bmi_json column = bmi_json_list();
        for (int64_t k = 0; k < h->epochs; k++) bmi_json_add(&column, bmi_json_number(h->columns[i].at[k]));
        bmi_json_put(&all, h->columns[i].name, bmi_json_end(&column));
    }
    return bmi_json_end(&all);
}

static json_t *save_partial(const bmi_partial *p)
{
    bmi_json all = bmi_json_object(), means = bmi_json_list();
    for (int i = 0; i < BM_MODEL_MAX; i++) bmi_json_add(&means, bmi_json_number(p->means[i]));
    bmi_json_put(&all, "step", json_integer(p->step));
    bmi_json_put(&all, "rows", json_integer(p->rows));
    bmi_json_put(&all, "loss", bmi_json_number(p->loss));
    bmi_json_put(&all, "penalty", bmi_json_number(p->penalty));
    bmi_json_put(&all, "means", bmi_json_end(&means));
    return bmi_json_end(&all);
}

static json_t *save_training(const bm_model *m, bool whole)
{
    bmi_json all = bmi_json_object();
    bmi_json_put(&all, "compile", m->settings.compiled ? bmi_settings_save(&m->settings) : json_null());
    bmi_json_put(&all, "weighted", json_boolean(m->settings.weighted));
    bmi_json_put(&all, "form", json_string(bmi_forms[m->settings.form]));
    bmi_json_put(&all, "epochs", json_integer(m->epochs));
    if (m->seeded) bmi_json_put(&all, "seed", json_integer((json_int_t)m->seed));
    if (whole && m->partial.step) bmi_json_put(&all, "partial", save_partial(&m->partial));
    if (whole && isfinite(m->gradient)) bmi_json_put(&all, "gradient", json_real(m->gradient));
    if (whole && m->n_hooks) bmi_json_put(&all, "callbacks", bmi_hooks_save(m));
    if (m->balanced) bmi_json_put(&all, "balanced", json_true());
    if (m->in_order) bmi_json_put(&all, "in_order", json_true());
    if (m->group) bmi_json_put(&all, "group", json_string(m->group));
    if (m->time) bmi_json_put(&all, "time", json_string(m->time));
    bmi_json_put(&all, "best_epoch", json_integer(m->best_epoch));
    bmi_json_put(&all, "rate", bmi_json_number(m->rate));
    bmi_json_put(&all, "stopped_by", json_string(m->stopped_by));
    bmi_json_put(&all, "history", save_history(&m->history));
    bmi_json_put(&all, "scores", bmi_scores_save(m));
    return bmi_json_end(&all);
}

static json_t *save_format(void)
{
    bmi_json all = bmi_json_object();
    bmi_json_put(&all, "format", json_integer(1));
    bmi_json_put(&all, "version", json_string(bm_version()));
    return bmi_json_end(&all);
}

/* ---- the file ---- */
enum { TEXTS = 5 };

typedef struct metadata {
    bmi_text memory[TEXTS];
    bmi_st_text texts[TEXTS];
    size_t n;
} metadata;

static bool add_text(metadata *m, bm_context *context, const char *key, json_t *value)
{
    bmi_text *t = &m->memory[m->n];
    *t = (bmi_text){ .context = context };
    const bool ok = bmi_text_json(t, value, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(value);
    m->texts[m->n++] = (bmi_st_text){ key, t->at };
    return ok;
}

/* Entries of all variables, and of what the learner keeps; of a checkpoint also the seed and the place in the streams of random numbers, and what callbacks keep. */
static bm_status add_entries(bm_model *m, bool training, bmi_arena *names, bmi_st_entry *entries, size_t *n,
                             const uint64_t *state)
{
    bmi_network *net = m->network;
    for (size_t i = 0; i < bmi_network_variables(net, training); i++) {
        const char *name;
        const bm_node node = bmi_network_variable(net, i, &name);
        const bm_tensor *v = bmi_session_variable(net->session, node.index);
        if (!v) return bmi_fail_from(&m->object.error, &net->session->object.error);
        entries[(*n)++] = (bmi_st_entry){ .name = name, .type = bmi_st_of(v->type), .shape = v->shape, .data = v->data };
    }
    *n += bmi_learned_entries(m, entries + *n);
    if (!training) return BM_OK;
    entries[(*n)++] =
        (bmi_st_entry){ .name = "training/state", .type = BMI_ST_U64, .shape = { .rank = 1, .dim = { 2 } }, .data = state };
    const bmi_rows_seen *s = &m->seen;
    if (m->partial.step && s->counts && s->whole) /* of the epoch's rows so far */
        entries[(*n)++] = (bmi_st_entry){
            .name = "training/counts", .type = bmi_st_of(BM_F64), .shape = BM_SHAPE(s->n_counts), .data = s->counts
        };
    if (m->partial.step && s->all && s->whole) {
        const bm_shape y = BM_SHAPE(m->partial.rows, s->columns), t = BM_SHAPE(m->partial.rows, s->target_columns);
        entries[(*n)++] =
            (bmi_st_entry){ .name = "training/predictions", .type = bmi_st_of(BM_F64), .shape = y, .data = s->prediction };
        entries[(*n)++] =
            (bmi_st_entry){ .name = "training/targets", .type = bmi_st_of(BM_F64), .shape = t, .data = s->target };
    }
    if (bmi_hooks_add_entries(m, names, entries, n)) return BM_OK;
    return bmi_fail_memory(&m->object.error, (bm_place){ 0 }, 64, "a model file");
}

static bm_status write_file(bm_model *m, const bm_save_options *o, bm_place here)
{
    bmi_error *e = &m->object.error;
    const uint64_t state[2] = { (uint64_t)m->seed, m->network->session->state.tick };
    bm_context *context = m->object.context;
    bmi_arena names = { .context = context };
    bmi_recipe_tensors beside = { .arena = { .context = context } };
    metadata meta;
    size_t n = 0;
    meta.n = 0;
    bool ok = add_text(&meta, context, "baeum", save_format());
    ok = ok && add_text(&meta, context, "model", save_layers(m));
    ok = ok && add_text(&meta, context, "task", save_task(m));
    ok = ok && add_text(&meta, context, "training", save_training(m, o->training));
    ok = ok && (!m->recipe || add_text(&meta, context, "recipe", bmi_recipe_save_beside(m->recipe, &beside)));
    const size_t room = bmi_network_variables(m->network, true) + 4 + bmi_hooks_entries(m) + m->learned.n + beside.n;
    bmi_st_entry *entries = ok ? bmi_alloc(context, room, sizeof *entries) : NULL;
    if (!entries) bmi_fail_memory(e, here, 0, "a model file");
    else if (!add_entries(m, o->training && m->settings.compiled, &names, entries, &n, state)) {
        if (beside.n) memcpy(entries + n, beside.at, beside.n * sizeof *entries);
        bmi_safetensors_write(e, here, context, o->path, entries, n + beside.n, meta.texts, meta.n);
    }
    bmi_object_clear(m->network->session);
    for (size_t i = 0; i < meta.n; i++) bmi_text_end(&meta.memory[i]);
    bmi_arena_end(&names);
    bmi_recipe_tensors_end(&beside);
    bmi_release(context, entries, room, sizeof *entries);
    return e->status;
}

/* Kinds from outside that have options and no table of them cannot be written. */
static bm_status check_kinds(bm_model *m, bm_place here)
{
    for (size_t i = 0; i < m->n_layers; i++)
        if (!m->layers[i].kind->fields && m->layers[i].kind->options_size)
            return bmi_object_fail(
                m, BM_E_UNSUPPORTED, here,
                "save: the layer %s is of the kind %s, which has options and no table of them (bm_layer_kind.fields)",
                m->layers[i].name, m->layers[i].kind->name);
    const bm_optimizer_kind *optimizer = m->settings.compiled ? m->settings.optimizer.kind : NULL;
    if (optimizer && !optimizer->fields && optimizer->options_size > sizeof(bm_optimizer_common))
        return bmi_object_fail(m, BM_E_UNSUPPORTED, here,
                               "save: the optimiser %s has options of its own and no table of them (bm_optimizer_kind.fields)",
                               optimizer->name);
    return BM_OK;
}

/* JSON is UTF-8; so must be what the caller named. */
static bm_status check_names(bm_model *m, bm_place here)
{
    for (size_t i = 0; i < m->n_layers; i++)
        if (!bmi_is_utf8(m->layers[i].name, strlen(m->layers[i].name)))
            return bmi_object_fail(m, BM_E_ARGUMENT, here, "save: the name of layer %zu, \"%.60s\", is not UTF-8", i + 1,
                                   m->layers[i].name);
    for (int64_t i = 0; i < m->n_classes; i++)
        if (!bmi_is_utf8(m->classes[i], strlen(m->classes[i])))
            return bmi_object_fail(m, BM_E_ARGUMENT, here, "save: the name of class %lld, \"%.60s\", is not UTF-8",
                                   (long long)i, m->classes[i]);
    return BM_OK;
}

bm_status bm_save_at(bm_model *m, const bm_save_options *options, size_t size, bm_place here)
{
    if (bmi_object_failed(m)) return bmi_object_status(m);
    bmi_error *e = &m->object.error;
    bm_save_options o = { 0 };
    if (bmi_options_copy(e, here, &o, sizeof o, offsetof(bm_save_options, named_), options, size)) return e->status;
    if (!o.path || !*o.path) return bmi_fail(e, BM_E_ARGUMENT, here, "save: no path is given");
    if (!bmi_model_network(m, e, here) || check_kinds(m, here) || check_names(m, here)) return e->status;
    return write_file(m, &o, here);
}
