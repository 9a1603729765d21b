// SPDX-License-Identifier: Apache-2.0
/* Arrays that fitted learners keep, by name, in the order in which they were kept; of a file in the order of their names. */
#include "model/learned.h"
#include "model/learning.h"
#include <string.h>

static const char prefix[] = "learned/";
enum { PREFIX = sizeof prefix - 1, LONGEST = 100 };

void bmi_learned_end(bmi_learned *k, bm_context *context)
{
    for (size_t i = 0; i < k->n; i++) {
        bmi_text_release(context, k->at[i].name);
        bmi_object_free(k->at[i].tensor);
    }
    bmi_release(context, k->at, k->capacity, sizeof *k->at);
    *k = (bmi_learned){ 0 };
}

static struct bmi_learned_array *find(const bm_model *m, const char *name)
{
    for (size_t i = 0; name && i < m->learned.n; i++)
        if (!strcmp(m->learned.at[i].name + PREFIX, name)) return &m->learned.at[i];
    return NULL;
}

/* Takes the tensor, on failure too; `name` is without the prefix. */
static bm_status add(bm_model *m, const char *name, bm_tensor *t, bm_place here)
{
    bmi_learned *k = &m->learned;
    char full[PREFIX + LONGEST + 1];
    struct bmi_learned_array *there = find(m, name);
    if (bmi_fail_from(&m->object.error, &t->object.error)) {
        bmi_object_free(t);
        return m->object.error.status;
    }
    if (there) {
        bmi_object_free(there->tensor);
        there->tensor = t;
        return BM_OK;
    }
    snprintf(full, sizeof full, "%s%s", prefix, name);
    char *own = bmi_text_copy(m->object.context, full);
    if (!own || !bmi_grow(m->object.context, (void **)&k->at, &k->capacity, k->n + 1, sizeof *k->at)) {
        bmi_text_release(m->object.context, own);
        bmi_object_free(t);
        return bmi_fail_memory(&m->object.error, here, sizeof full, "what a learner keeps");
    }
    t->borrowed_out = true;
    k->at[k->n++] = (struct bmi_learned_array){ own, t };
    return BM_OK;
}

static bool named_well(const char *name)
{
    static const char may[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/";
    const size_t n = name ? strlen(name) : 0;
    return n && n <= LONGEST && strspn(name, may) == n;
}

bm_status bmi_learning_keep(bm_learning *l, const char *name, bm_shape shape, const double *numbers)
{
    bm_model *m = l->model;
    if (m->object.error.status) return m->object.error.status;
    if (!named_well(name))
        return bm_learning_fail(l, BM_E_ARGUMENT,
                                "%s keeps numbers as \"%.120s\"; their name is to be of letters, digits, _ and /",
                                m->learner->name, name ? name : "");
    bm_tensor *t = bmi_tensor_make(m->object.context, BM_F64, shape, false, l->here);
    if (!t->object.error.status && numbers && t->size) memcpy(t->data, numbers, (size_t)t->size * sizeof *numbers);
    return add(m, name, t, l->here);
}

double *bmi_learning_kept(bm_learning *l, const char *name)
{
    const struct bmi_learned_array *a = find(l->model, name);
    return a ? a->tensor->data : NULL;
}

const bm_tensor *bm_model_learned(const bm_model *m, const char *name)
{
    const struct bmi_learned_array *a = m ? find(m, name) : NULL;
    return a ? a->tensor : NULL;
}

const char *bm_model_learned_name(const bm_model *m, int64_t i)
{
    return m && i >= 0 && (size_t)i < m->learned.n ? m->learned.at[i].name + PREFIX : NULL;
}

const double *bmi_model_learned(const bm_model *m, const char *name, bm_shape shape)
{
    const bm_tensor *t = bm_model_learned(m, name);
    if (!t || t->shape.rank != shape.rank) return NULL;
    for (int64_t i = 0; i < shape.rank; i++)
        if (shape.dim[i] != BM_ANY && shape.dim[i] != t->shape.dim[i]) return NULL;
    return t->data;
}

/* ---- files ---- */
static bool is_weight(const bm_model *m, const char *name)
{
    for (size_t i = 0; m->network && i < bmi_network_variables(m->network, true); i++) {
        const char *weight;
        bmi_network_variable(m->network, i, &weight);
        if (!strcmp(weight, name)) return true;
    }
    return false;
}

bm_status bmi_learned_load(bm_model *m, const bmi_safetensors *file, const char *path, bm_place here)
{
    bmi_error *e = &m->object.error;
    for (size_t i = 0; i < file->n && !e->status; i++) {
        const bmi_st_entry *from = &file->entries[i];
        if (strncmp(from->name, prefix, PREFIX) || !m->learner || is_weight(m, from->name)) continue;
        if (from->type != bmi_st_of(BM_F64) || !named_well(from->name + PREFIX))
            return bmi_fail(e, BM_E_FORMAT, here,
                            "load: %.300s: \"%.120s\" is %s; what a learner keeps is F64, with a name of letters, "
                            "digits, _ and /",
                            path, from->name, bmi_st_name(from->type));
        bm_tensor *t = bmi_tensor_make(m->object.context, BM_F64, from->shape, true, here);
        if (!t->object.error.status && t->size) memcpy(t->data, from->data, (size_t)t->size * sizeof(double));
        add(m, from->name + PREFIX, t, here);
    }
    return e->status;
}

size_t bmi_learned_entries(const bm_model *m, bmi_st_entry *into)
{
    for (size_t i = 0; i < m->learned.n; i++) {
        const bm_tensor *t = m->learned.at[i].tensor;
        into[i] =
            (bmi_st_entry){ .name = m->learned.at[i].name, .type = bmi_st_of(BM_F64), .shape = t->shape, .data = t->data };
    }
    return m->learned.n;
}
