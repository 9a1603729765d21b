// SPDX-License-Identifier: Apache-2.0
/* Callbacks in checkpoints: their states are members of the JSON text "training", the weights they keep are tensors named
 * "training/early_stopping/dense_1/kernel".
 */
#include "base/json.h"
#include "model/model.h"
#include "tensor/tensor.h"
#include <string.h>

/* Whether a checkpoint has something of this callback. */
static bool remembers(const bmi_hook *h)
{
    return !h->kind || BMI_CALLBACK_HAS(h->kind, remember);
}

json_t *bmi_hooks_save(const bm_model *m)
{
    bmi_json list = bmi_json_list();
    for (int i = 0; i < m->n_hooks; i++) {
        const bmi_hook *h = &m->hooks[i];
        if (!remembers(h)) continue;
        bmi_json all = bmi_json_object();
        bmi_json_put(&all, "name", json_string(h->name));
        bmi_json_put(&all, "seen", json_integer((json_int_t)h->seen));
        bmi_json_put(&all, "weights", json_boolean(h->snapshot.kept));
        bmi_json_put(&all, "last", json_boolean(h->snapshot.last));
        bmi_json_put(&all, "epoch", json_integer((json_int_t)h->snapshot.epoch));
        bmi_json_put(&all, "state", bmi_hook_remember(h));
        bmi_json_add(&list, bmi_json_end(&all));
    }
    return bmi_json_end(&list);
}

/* "training/early_stopping/dense_1/kernel"; null: no memory. */
static char *entry_name(bmi_arena *arena, const bmi_hook *h, const char *weight)
{
    static const char form[] = "training/%s/%s";
    const size_t room = sizeof form + strlen(h->name) + strlen(weight);
    char *name = bmi_arena_alloc(arena, room, 1);
    if (name) snprintf(name, room, form, h->name, weight);
    return name;
}

size_t bmi_hooks_entries(const bm_model *m)
{
    return (size_t)m->n_hooks * m->network->training.n_weights;
}

bool bmi_hooks_add_entries(const bm_model *m, bmi_arena *names, bmi_st_entry *entries, size_t *n)
{
    const bm_build *b = &m->network->training;
    for (int i = 0; i < m->n_hooks; i++) {
        const bmi_hook *h = &m->hooks[i];
        const unsigned char *at = h->snapshot.at;
        for (size_t k = 0; remembers(h) && h->snapshot.kept && k < b->n_weights; k++) {
            const bm_type type = bm_node_type(b->weights[k].node);
            const bm_shape shape = bm_node_shape(b->weights[k].node);
            const char *name = entry_name(names, h, b->weights[k].name);
            int64_t size;
            if (!name) return false;
            bmi_shape_size(shape, BM_F64, &size);
            entries[(*n)++] = (bmi_st_entry){ .name = name, .type = bmi_st_of(type), .shape = shape, .data = at };
            at += (size_t)size * bm_type_size(type);
        }
    }
    return true;
}

/* ---- loading ---- */
static bm_status wrong(bm_model *m, const char *path, bm_place here)
{
    return bmi_object_fail(m, BM_E_FORMAT, here, "load: %.300s: what it says of callbacks is wrong", path);
}

static bm_status load_weights(bm_model *m, bmi_hook *h, const bmi_safetensors *file, const char *path, bm_place here)
{
    const bm_build *b = &m->network->training;
    bmi_arena names = { .context = m->object.context };
    bmi_snapshot *s = &h->snapshot;
    const bmi_st_entry **entries = bmi_arena_alloc(&names, b->n_weights + 1, sizeof *entries);
    if (!entries) return bmi_fail_memory(&m->object.error, here, 64, "a list of weights");
    for (size_t k = 0; k < b->n_weights && !m->object.error.status; k++) {
        const char *name = entry_name(&names, h, b->weights[k].name);
        const bmi_st_entry *from = entries[k] = name ? bmi_safetensors_find(file, name) : NULL;
        if (!name) bmi_fail_memory(&m->object.error, here, 64, "a name");
        else if (!from || bmi_st_to(from->type) != bm_node_type(b->weights[k].node) ||
                 !bmi_shape_equal(from->shape, bm_node_shape(b->weights[k].node)))
            bmi_object_fail(m, BM_E_FORMAT, here,
                            "load: %.300s has no \"%.200s\" of the shape and type that its structure wants", path, name);
    }
    if (!m->object.error.status) { /* all of it is in the file: so much memory there is */
        s->bytes = bmi_weights_bytes(m->network);
        s->at = bmi_alloc(m->object.context, s->bytes, 1);
        s->kept = s->at != NULL;
        if (!s->at) bmi_fail_memory(&m->object.error, here, s->bytes, "the weights that a callback keeps");
    }
    unsigned char *at = s->at;
    for (size_t k = 0; s->kept && k < b->n_weights; at += entries[k++]->bytes)
        if (entries[k]->bytes) memcpy(at, entries[k]->data, entries[k]->bytes);
    bmi_arena_end(&names);
    return m->object.error.status;
}

static bm_status load_one(bm_model *m, bmi_hook *h, const json_t *from, const bmi_safetensors *file, const char *path,
                          bm_place here)
{
    const char *name = json_string_value(json_object_get(from, "name"));
    const json_t *seen = json_object_get(from, "seen"), *epoch = json_object_get(from, "epoch");
    json_t *state = json_object_get(from, "state");
    if (!name || !*name || strlen(name) >= sizeof h->name || !json_is_object(state) || !json_is_integer(seen) ||
        !json_is_integer(epoch))
        return wrong(m, path, here);
    strcpy(h->name, name);
    h->said = json_incref(state);
    h->seen = json_integer_value(seen);
    h->snapshot.epoch = json_integer_value(epoch);
    if (!json_is_true(json_object_get(from, "weights"))) return BM_OK;
    h->snapshot.last = json_is_true(json_object_get(from, "last"));
    return load_weights(m, h, file, path, here);
}

bm_status bmi_hooks_load(bm_model *m, const json_t *from, const bmi_safetensors *file, const char *path, bm_place here)
{
    if (!from) return BM_OK; /* before callbacks were saved */
    if (!json_is_array(from) || json_array_size(from) > BM_MODEL_MAX) return wrong(m, path, here);
    for (size_t i = 0; i < json_array_size(from) && !m->object.error.status; i++)
        load_one(m, &m->hooks[m->n_hooks++], json_array_get(from, i), file, path, here);
    return m->object.error.status;
}
