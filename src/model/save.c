// SPDX-License-Identifier: Apache-2.0
/* Saving a model as one safetensors file: weights by name, everything else as JSON texts in the file's metadata. Nothing in it tells
 * of time, so equal runs give equal files.
 */
#include "data/recipe.h"
#include "format/safetensors.h"
#include "model/model.h"
#include "model/scores_json.h"
#include "nn/part.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static json_t *save_layers(const bm_model *m)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < m->n_layers; i++)
        if (json_array_append_new(list, bmi_layer_save(&m->layers[i]))) {
            json_decref(list);
            return NULL;
        }
    json_t *all = list ? json_pack("{s:s, s:o}", "type", "sequential", "layers", list) : NULL;
    if (all && m->learner) {
        json_t *how = bmi_part_save(m->kept);
        if (!how || json_object_set_new(all, "learner", how)) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

static json_t *save_task(const bm_model *m)
{
    json_t *classes = json_array();
    for (int64_t i = 0; classes && i < m->n_classes; i++)
        if (json_array_append_new(classes, json_string(m->classes[i]))) {
            json_decref(classes);
            classes = NULL;
        }
    const char *task = m->task == BM_REGRESSION ? "regression" : m->task == BM_CLASSIFICATION ? "classification" : "unknown";
    return classes ? json_pack("{s:s, s:o}", "task", task, "classes", classes) : NULL;
}

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *save_history(const bmi_history *h)
{
    json_t *all = json_object();
    for (size_t i = 0; all && i < h->n_columns; i++) {
        if (!strcmp(h->columns[i].name, "seconds")) continue;
        json_t *column = json_array();
        for (int64_t k = 0; column && k < h->epochs; k++)
            if (json_array_append_new(column, number(h->columns[i].at[k]))) {
                json_decref(column);
                column = NULL;
            }
        if (!column || json_object_set_new(all, h->columns[i].name, column)) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

static const char *const forms[] = { "any", "reals", "binary", "classes", "labels" }; /* by bm_output */

static json_t *save_training(const bm_model *m)
{
    json_t *compile = m->settings.compiled ? bmi_settings_save(&m->settings) : json_null();
    json_t *history = save_history(&m->history), *scores = bmi_scores_save(m);
    if (compile && history && scores)
        return json_pack("{s:o, s:b, s:s, s:I, s:I, s:o, s:s, s:o, s:o}", "compile", compile, "weighted", m->settings.weighted, "form", forms[m->settings.form], "epochs", (json_int_t)m->epochs,
                         "best_epoch", (json_int_t)m->best_epoch, "rate", number(m->rate), "stopped_by", m->stopped_by, "history", history, "scores", scores);
    json_decref(compile);
    json_decref(history);
    json_decref(scores);
    return NULL;
}

/* ---- the file ---- */
enum { TEXTS = 5 };

static bool add_text(bmi_st_text *texts, size_t *n, const char *key, json_t *value)
{
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(value);
    if (!text) return false;
    texts[(*n)++] = (bmi_st_text){ key, text };
    return true;
}

/* Entries of all variables; the last one, of a checkpoint, is the seed and the place in the streams of random numbers. */
static bm_status add_entries(bm_model *m, bool training, bmi_st_entry *entries, size_t *n, const uint64_t *state)
{
    bmi_network *net = m->network;
    for (size_t i = 0; i < bmi_network_variables(net, training); i++) {
        const char      *name;
        const bm_node    node = bmi_network_variable(net, i, &name);
        const bm_tensor *v    = bmi_session_variable(net->session, node.index);
        if (!v) return bmi_fail_from(&m->object.error, &net->session->object.error);
        entries[(*n)++] = (bmi_st_entry){ .name = name, .type = bmi_st_of(v->type), .shape = v->shape, .data = v->data };
    }
    if (training) entries[(*n)++] = (bmi_st_entry){ .name = "training/state", .type = BMI_ST_U64, .shape = { .rank = 1, .dim = { 2 } }, .data = state };
    return BM_OK;
}

static bm_status write_file(bm_model *m, const bm_save_options *o, bm_place here)
{
    bmi_error     *e        = &m->object.error;
    const size_t   room     = bmi_network_variables(m->network, true) + 1;
    const uint64_t state[2] = { (uint64_t)m->seed, m->network->session->state.tick };
    bmi_st_text    texts[TEXTS];
    size_t         n = 0, n_texts = 0;
    bmi_st_entry  *entries = bmi_alloc(m->object.context, room, sizeof *entries);
    bool           ok = entries != NULL;
    ok = ok && add_text(texts, &n_texts, "baeum", json_pack("{s:i}", "format", 1));
    ok = ok && add_text(texts, &n_texts, "model", save_layers(m));
    ok = ok && add_text(texts, &n_texts, "task", save_task(m));
    ok = ok && add_text(texts, &n_texts, "training", save_training(m));
    ok = ok && (!m->recipe || add_text(texts, &n_texts, "recipe", bmi_recipe_save(m->recipe)));
    if (!ok) bmi_fail_memory(e, here, 0, "a model file");
    else if (!add_entries(m, o->training && m->settings.compiled, entries, &n, state))
        bmi_safetensors_write(e, here, m->object.context, o->path, entries, n, texts, n_texts);
    bmi_object_clear(m->network->session);
    for (size_t i = 0; i < n_texts; i++) free((char *)(uintptr_t)texts[i].value);
    bmi_release(m->object.context, entries, room, sizeof *entries);
    return e->status;
}

/* Kinds from outside that have no table of options cannot be written. */
static bm_status check_kinds(bm_model *m, bm_place here)
{
    for (size_t i = 0; i < m->n_layers; i++)
        if (!m->layers[i].kind->fields)
            return bmi_object_fail(m, BM_E_UNSUPPORTED, here, "save: the layer %s is of the kind %s, which has no table of its options and cannot be saved", m->layers[i].name,
                                   m->layers[i].kind->name);
    return BM_OK;
}

bm_status bm_save_at(bm_model *m, const bm_save_options *options, size_t size, bm_place here)
{
    if (bmi_object_failed(m)) return bmi_object_status(m);
    bmi_error      *e = &m->object.error;
    bm_save_options o = { 0 };
    if (bmi_options_copy(e, here, &o, sizeof o, offsetof(bm_save_options, named_), options, size)) return e->status;
    if (!o.path || !*o.path) return bmi_fail(e, BM_E_ARGUMENT, here, "save: no path is given");
    if (!bmi_model_network(m, e, here) || check_kinds(m, here)) return e->status;
    return write_file(m, &o, here);
}
