// SPDX-License-Identifier: Apache-2.0
/* Loading a model. Nothing in the file is trusted: the container is checked by its reader, every JSON text by its own, and each
 * weight must be there with the type and shape that the structure wants.
 */
#include "base/json.h"
#include "data/recipe_tensors.h"
#include "format/safetensors.h"
#include "model/model.h"
#include "model/scores_json.h"
#include "base/part.h"
#include "tensor/tensor.h"
#include <math.h>
#include <string.h>

typedef struct loading {
    bm_model *m;
    bmi_error *e;
    const bm_model_load_options *o;
    bm_place here;
    bmi_safetensors file;
} loading;

/* A text of the metadata as a JSON object; null without the text, or with the error set. */
static json_t *text_of(loading *l, const char *key)
{
    char what[400];
    const char *text = bmi_safetensors_text(&l->file, key);
    if (!text || l->e->status) return NULL;
    snprintf(what, sizeof what, "load: %.300s: the text \"%s\"", l->o->path, key);
    json_t *value = bmi_json_read(l->e, l->here, l->o->context, what, text, strlen(text));
    if (value && !json_is_object(value)) {
        bmi_fail(l->e, BM_E_FORMAT, l->here, "%s is no JSON object", what);
        json_decref(value);
        return NULL;
    }
    return value;
}

static bm_status load_learner(loading *l, const json_t *from)
{
    const json_t *value = json_object_get(from, "learner");
    bm_learner how;
    if (!value || json_is_null(value)) return BM_OK;
    if (bmi_part_load(l->e, l->here, "learner", value, NULL, false, &how)) return l->e->status;
    bmi_outside outside[BMI_OUTSIDE];
    bmi_outside_of(l->o, outside);
    if (bmi_part_adopt(l->e, l->here, &how, NULL, outside, BM_MODEL_MAX)) return l->e->status;
    return bmi_learner_keep(l->m, &how, l->here);
}

static bm_status load_structure(loading *l)
{
    json_t *all = text_of(l, "model");
    if (!all)
        return bmi_fail(l->e, BM_E_FORMAT, l->here,
                        "load: %.300s is a safetensors file, but no model of Baeum: its metadata has no \"model\"", l->o->path);
    char what[400];
    snprintf(what, sizeof what, "load: %.300s", l->o->path);
    if (!load_learner(l, all)) bmi_model_load_layers(l->m, all, l->o, false, what, l->here);
    json_decref(all);
    return l->e->status;
}

/* The names of the classes: as many as the output tells apart. */
static bm_status load_classes(loading *l, const json_t *classes)
{
    const bm_shape row = l->m->network->heads[0].row;
    const int64_t columns = row.rank ? row.dim[row.rank - 1] : 1;
    const size_t n = json_array_size(classes);
    bool texts = json_is_array(classes);
    for (size_t i = 0; i < n; i++) texts = texts && json_is_string(json_array_get(classes, i));
    if (!texts) return bmi_fail(l->e, BM_E_FORMAT, l->here, "load: %.300s: the classes must be a list of texts", l->o->path);
    if (n && columns != BM_ANY && (int64_t)n != (columns == 1 ? 2 : columns))
        return bmi_fail(l->e, BM_E_FORMAT, l->here, "load: %.300s: %zu classes are named, the model has %lld output%s",
                        l->o->path, n, (long long)columns, columns == 1 ? "" : "s");
    if (!n) return BM_OK;
    const char **names = bmi_alloc(l->m->object.context, n, sizeof *names);
    if (!names) return bmi_fail_memory(l->e, l->here, n * sizeof *names, "names of classes");
    for (size_t i = 0; i < n; i++) names[i] = json_string_value(json_array_get(classes, i));
    bmi_model_set_classes(l->m, names, (int64_t)n);
    bmi_release(l->m->object.context, names, n, sizeof *names);
    return l->e->status;
}

static bm_status load_task(loading *l)
{
    static const struct {
        const char *name;
        bm_task task;
    } tasks[] = { { "regression", BM_REGRESSION }, { "classification", BM_CLASSIFICATION }, { "unknown", BM_TASK_INFER } };
    json_t *all = text_of(l, "task");
    const char *name = json_string_value(json_object_get(all, "task"));
    size_t i = 0;
    if (!all) return l->e->status;
    while (i < BMI_COUNT(tasks) && (!name || strcmp(name, tasks[i].name))) i++;
    if (i == BMI_COUNT(tasks)) bmi_fail(l->e, BM_E_FORMAT, l->here, "load: %.300s: the task is no known one", l->o->path);
    else if (!load_classes(l, json_object_get(all, "classes"))) l->m->task = tasks[i].task;
    const json_t *threshold = json_object_get(all, "threshold");
    if (json_is_number(threshold) && json_number_value(threshold) > 0 && json_number_value(threshold) <= 1)
        l->m->threshold = json_number_value(threshold);
    json_decref(all);
    return l->e->status;
}

/* Columns of the history: lists of one length. */
static bm_status load_history(loading *l, json_t *from)
{
    bmi_history *h = &l->m->history;
    const char *name;
    json_t *column;
    size_t epochs = 0;
    bool ok = true;
    json_object_foreach(from, name, column) if (json_array_size(column) > epochs) epochs = json_array_size(column);
    json_object_foreach(from, name, column) ok = ok && bmi_history_column_of(h, name) != SIZE_MAX;
    ok = ok && bmi_history_reserve(h, (int64_t)epochs);
    for (size_t k = 0; ok && k < epochs; k++) {
        bmi_history_next(h);
        json_object_foreach(from, name, column)
        {
            const json_t *v = json_array_get(column, k);
            bmi_history_put(h, bmi_history_column_of(h, name), json_is_number(v) ? json_number_value(v) : NAN);
        }
    }
    return ok ? BM_OK : bmi_fail_memory(l->e, l->here, epochs * sizeof(double), "the history");
}

static double number_or_nan(const json_t *v)
{
    return json_is_number(v) ? json_number_value(v) : NAN;
}

static const json_int_t MOST = (json_int_t)1 << 53; /* rows, epochs of a fit */

/* The epoch that was not over when a checkpoint was made. */
static bm_status load_partial(loading *l, bmi_partial *p, const json_t *from)
{
    *p = (bmi_partial){ 0 };
    if (!from || json_is_null(from)) return BM_OK;
    const json_int_t step = json_integer_value(json_object_get(from, "step")),
                     rows = json_integer_value(json_object_get(from, "rows"));
    const json_t *weight = json_object_get(from, "weight"); /* files of before have none: their means are of rows alike */
    if (step < 1 || rows < step || rows > MOST)
        return bmi_fail(l->e, BM_E_FORMAT, l->here, "load: %.300s: %lld rows in %lld steps of an epoch cannot be", l->o->path,
                        (long long)rows, (long long)step);
    *p = (bmi_partial){ .step = step,
                        .rows = rows,
                        .loss = number_or_nan(json_object_get(from, "loss")),
                        .penalty = number_or_nan(json_object_get(from, "penalty")),
                        .weight = json_is_number(weight) ? json_number_value(weight) : (double)rows };
    for (size_t i = 0; i < BM_MODEL_MAX; i++) p->means[i] = number_or_nan(json_array_get(json_object_get(from, "means"), i));
    return BM_OK;
}

static bm_output form_of(const json_t *training)
{
    const char *form = json_string_value(json_object_get(training, "form"));
    for (size_t i = 0; form && bmi_forms[i]; i++)
        if (!strcmp(form, bmi_forms[i])) return (bm_output)i;
    return BM_OUTPUT_ANY;
}

static bm_status load_training(loading *l)
{
    bm_compile_options compile;
    bm_model *m = l->m;
    json_t *all = text_of(l, "training");
    const json_t *setting = json_object_get(all, "compile");
    if (setting && !json_is_object(setting) && !json_is_null(setting))
        bmi_fail(l->e, BM_E_FORMAT, l->here, "load: %.300s: \"compile\" must be an object", l->o->path);
    const char *by = json_string_value(json_object_get(all, "stopped_by"));
    if (!l->e->status && json_is_object(setting) && !bmi_settings_load(l->e, l->here, setting, l->o, &compile) &&
        !bmi_model_compile(m, &compile, form_of(all), l->here) && json_is_true(json_object_get(all, "weighted"))) {
        bmi_settings s = m->settings;
        s.weighted = true;
        bmi_model_rebuild(m, &s, false, l->here);
    }
    const double rate = json_number_value(json_object_get(all, "rate"));
    const json_t *best = json_object_get(all, "best_epoch");
    if (all && !l->e->status && !load_history(l, json_object_get(all, "history"))) {
        m->epochs = json_integer_value(json_object_get(all, "epochs"));
        m->balanced = json_is_true(json_object_get(all, "balanced"));
        m->seeded = json_is_integer(json_object_get(all, "seed"));
        m->seed = json_integer_value(json_object_get(all, "seed"));
        bmi_model_note_split(m, json_is_true(json_object_get(all, "in_order")),
                             json_string_value(json_object_get(all, "group")), json_string_value(json_object_get(all, "time")),
                             l->here);
        load_partial(l, &m->partial, json_object_get(all, "partial"));
        m->gradient = number_or_nan(json_object_get(all, "gradient"));
        bmi_hooks_load(m, json_object_get(all, "callbacks"), &l->file, l->o->path, l->here);
        m->best_epoch = json_is_integer(best) ? json_integer_value(best) : -1;
        m->rate = rate > 0 && rate <= 1e30 ? rate : 1;
        if (m->best_epoch < -1 || m->best_epoch > MOST) m->best_epoch = -1;
        if (m->epochs < 0 || m->epochs > MOST)
            bmi_fail(l->e, BM_E_FORMAT, l->here, "load: %.300s: %lld epochs cannot be", l->o->path, (long long)m->epochs);
        snprintf(m->stopped_by, sizeof m->stopped_by, "%s", by ? by : "");
        bmi_ended_load(m, json_object_get(all, "ended"));
        bmi_scores_load(m, json_object_get(all, "scores"));
    }
    json_decref(all);
    return l->e->status;
}

/* Which library wrote the file; older ones do not say. */
static bm_status load_version(loading *l)
{
    json_t *all = text_of(l, "baeum");
    const char *version = json_string_value(json_object_get(all, "version"));
    if (version) snprintf(l->m->version, sizeof l->m->version, "%s", version);
    json_decref(all);
    return l->e->status;
}

static bm_status load_recipe(loading *l)
{
    json_t *all = text_of(l, "recipe");
    if (!all) return l->e->status;
    bm_recipe *r = bmi_recipe_load_beside(l->m->object.context, all, &l->file, l->here);
    json_decref(all);
    if (bmi_object_failed(r)) {
        bmi_fail_from(l->e, &r->object.error);
        bmi_object_free(r);
        return l->e->status;
    }
    l->m->recipe = r;
    return BM_OK;
}

static bm_status load_variable(loading *l, const bmi_st_entry *from, const char *name, bm_node node)
{
    char a[200], b[200];
    const bm_type type = bm_node_type(node);
    const bm_shape shape = bm_node_shape(node);
    if (bmi_st_to(from->type) != type || !bmi_shape_equal(from->shape, shape))
        return bmi_fail(l->e, BM_E_FORMAT, l->here, "load: %.300s: \"%s\" is %s %s, its layer wants %s %s", l->o->path, name,
                        bmi_st_name(from->type), bmi_shape_text(a, &from->shape), bm_type_name(type),
                        bmi_shape_text(b, &shape));
    bm_tensor *t = bmi_tensor_make(l->m->object.context, type, shape, true, l->here);
    if (bmi_object_failed(t)) {
        bmi_fail_from(l->e, &t->object.error);
        bmi_object_free(t);
        return l->e->status;
    }
    if (t->size) memcpy(t->data, from->data, (size_t)t->size * bm_type_size(type));
    return bmi_session_adopt(l->m->network->session, node.index, t) ? BM_OK : bmi_fail_memory(l->e, l->here, 0, "variables");
}

/* What metrics of all rows know of an epoch that was broken off, where a checkpoint has it as it must be. */
static bm_status load_rows(loading *l)
{
    bm_model *m = l->m;
    const bmi_st_entry *y = bmi_safetensors_find(&l->file, "training/predictions"),
                       *t = bmi_safetensors_find(&l->file, "training/targets"),
                       *w = bmi_safetensors_find(&l->file, "training/weights"),
                       *counts = bmi_safetensors_find(&l->file, "training/counts");
    const int64_t rows = m->partial.rows;
    const int64_t columns = bmi_row_elements(m->network->heads[0].row);
    bmi_rows_seen *s = &m->seen;
    if (!m->partial.step || !m->network->compiled || !counts || counts->type != bmi_st_of(BM_F64)) return BM_OK;
    const bool all = y && t && y->type == bmi_st_of(BM_F64) && t->type == y->type && y->shape.rank == 2 && t->shape.rank == 2 &&
                     y->shape.dim[0] == rows && t->shape.dim[0] == rows && y->shape.dim[1] == columns;
    const bool weighed = all && w && w->type == bmi_st_of(BM_F64) && w->bytes == (size_t)rows * sizeof(double);
    if (!bmi_rows_seen_make(s, m->network, all ? rows : 1, 1, columns, all ? t->shape.dim[1] : 1, weighed))
        return bmi_fail_memory(l->e, l->here, counts->bytes + (all ? y->bytes + t->bytes : 0), "predictions");
    if (!s->counts || s->all != all || counts->bytes != (size_t)s->n_counts * sizeof *s->counts) {
        bmi_rows_seen_end(s, m->object.context);
        return BM_OK;
    }
    memcpy(s->counts, counts->data, counts->bytes);
    if (all) memcpy(s->prediction, y->data, y->bytes);
    if (all) memcpy(s->target, t->data, t->bytes);
    if (weighed) memcpy(s->weight, w->data, w->bytes);
    s->whole = true;
    return BM_OK;
}

/* All weights; of a checkpoint also what the optimiser keeps, and the place in the streams of random numbers. */
static bm_status load_variables(loading *l)
{
    bmi_network *n = l->m->network;
    const bmi_st_entry *state = bmi_safetensors_find(&l->file, "training/state");
    const bool whole = state && state->type == BMI_ST_U64 && state->bytes == 16;
    for (size_t i = 0; i < bmi_network_variables(n, whole) && !l->e->status; i++) {
        const char *name;
        const bm_node node = bmi_network_variable(n, i, &name);
        const bmi_st_entry *from = bmi_safetensors_find(&l->file, name);
        if (!from)
            bmi_fail(l->e, BM_E_FORMAT, l->here, "load: %.300s has no \"%s\", which its structure wants", l->o->path, name);
        else load_variable(l, from, name, node);
    }
    if (whole) {
        uint64_t at[2];
        memcpy(at, state->data, sizeof at);
        l->m->seed = (int64_t)at[0];
        n->session->state.seed = at[0];
        n->session->state.tick = at[1];
    }
    if (!l->e->status) atomic_store(&n->ready, true);
    return l->e->status;
}

bm_model *bm_load_at(const bm_model_load_options *options, size_t size, bm_place here)
{
    bm_model_load_options o = { 0 };
    bmi_error e = { 0 };
    bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_model_load_options, named_), options, size);
    bm_model *m = bmi_model_new(o.context, here);
    loading l = { .m = m, .e = &m->object.error, .o = &o, .here = here };
    if (m->object.error.status || bmi_fail_from(&m->object.error, &e)) return bmi_model_made(m);
    if (!o.path || !*o.path) bmi_fail(l.e, BM_E_ARGUMENT, here, "load: no path is given");
    else if (!bmi_safetensors_read(l.e, here, o.context, o.path, &l.file)) {
        if (!load_structure(&l) && !load_version(&l) && !load_training(&l) && !load_recipe(&l) && !load_variables(&l) &&
            !load_rows(&l) && !bmi_learned_load(m, &l.file, o.path, here))
            load_task(&l);
        bmi_safetensors_end(&l.file);
    }
    return bmi_model_made(m);
}
