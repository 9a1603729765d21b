// SPDX-License-Identifier: Apache-2.0
/* What callbacks remember: their weights, and their state by name, which one function of theirs both writes and reads.
 */
#include "base/json.h"
#include "model/model.h"
#include <math.h>
#include <string.h>

/* ---- a state by name ---- */
struct bm_state {
    bmi_json *to; /* null: it is read */
    const json_t *from;
};

static json_t *save_real(double x)
{
    return isfinite(x) ? json_real(x) : json_string(isnan(x) ? "nan" : x > 0 ? "inf" : "-inf");
}

static bool load_real(const json_t *from, double *x)
{
    const char *text = json_string_value(from);
    bool overflow;
    if (json_is_number(from)) *x = json_number_value(from);
    return json_is_number(from) || (text && bmi_read_real(text, strlen(text), x, &overflow));
}

void bm_state_reals(bm_state *s, const char *name, double *values, int64_t count)
{
    if (s->to) {
        bmi_json list = bmi_json_list();
        for (int64_t i = 0; i < count; i++) bmi_json_add(&list, save_real(values[i]));
        bmi_json_put(s->to, name, bmi_json_end(&list));
        return;
    }
    const json_t *list = json_object_get(s->from, name);
    if (json_array_size(list) != (size_t)count) return;
    for (int64_t i = 0; i < count; i++) load_real(json_array_get(list, (size_t)i), &values[i]);
}

void bm_state_integers(bm_state *s, const char *name, int64_t *values, int64_t count)
{
    if (s->to) {
        bmi_json list = bmi_json_list();
        for (int64_t i = 0; i < count; i++) bmi_json_add(&list, json_integer((json_int_t)values[i]));
        bmi_json_put(s->to, name, bmi_json_end(&list));
        return;
    }
    const json_t *list = json_object_get(s->from, name);
    if (json_array_size(list) != (size_t)count) return;
    for (int64_t i = 0; i < count; i++) {
        const json_t *value = json_array_get(list, (size_t)i);
        if (json_is_integer(value)) values[i] = json_integer_value(value);
    }
}

void bm_state_bool(bm_state *s, const char *name, bool *value)
{
    const json_t *from = s->to ? NULL : json_object_get(s->from, name);
    if (s->to) bmi_json_put(s->to, name, json_boolean(*value));
    else if (json_is_boolean(from)) *value = json_is_true(from);
}

void bm_state_text(bm_state *s, const char *name, char *text, size_t room)
{
    const char *from = s->to ? NULL : json_string_value(json_object_get(s->from, name));
    if (s->to) bmi_json_put(s->to, name, json_string(bmi_is_utf8(text, strlen(text)) ? text : ""));
    else if (from && strlen(from) < room) strcpy(text, from);
}

json_t *bmi_hook_remember(const bmi_hook *h)
{
    if (!h->kind) return json_incref(h->said);
    bmi_json all = bmi_json_object();
    h->kind->remember(&(bm_state){ .to = &all }, h->options, h->state);
    return bmi_json_end(&all);
}

void bmi_hook_restore(bmi_hook *h, const json_t *said)
{
    h->kind->remember(&(bm_state){ .from = said }, h->options, h->state);
}

/* ---- weights ---- */
size_t bmi_weights_bytes(const bmi_network *n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n->training.n_weights; i++) {
        const bm_node w = n->training.weights[i].node;
        int64_t size;
        bmi_shape_size(bm_node_shape(w), BM_F64, &size);
        bytes += (size_t)size * bm_type_size(bm_node_type(w));
    }
    return bytes;
}

static void swap_bytes(unsigned char *a, unsigned char *b, size_t n)
{
    unsigned char between[1024];
    for (size_t at = 0; at < n; at += sizeof between) {
        const size_t k = n - at < sizeof between ? n - at : sizeof between;
        memcpy(between, a + at, k);
        memcpy(a + at, b + at, k);
        memcpy(b + at, between, k);
    }
}

void bmi_weights_exchange(bmi_network *n, unsigned char *at, bmi_exchange how)
{
    for (size_t i = 0; i < n->training.n_weights; i++) {
        bm_tensor *w = bmi_session_variable(n->session, n->training.weights[i].node.index);
        const size_t bytes = (size_t)w->size * bm_type_size(w->type);
        if (how == BMI_WEIGHTS_TAKE) memcpy(at, w->data, bytes);
        else if (how == BMI_WEIGHTS_GIVE) memcpy(w->data, at, bytes);
        else swap_bytes(w->data, at, bytes);
        at += bytes;
    }
}

/* ---- the model's callbacks ---- */
void bmi_hook_end(bm_context *context, bmi_hook *h)
{
    bmi_release(context, h->snapshot.at, h->snapshot.bytes, 1);
    json_decref(h->said);
    *h = (bmi_hook){ .kind = NULL };
}

void bmi_hooks_end(bm_model *m)
{
    for (int i = 0; i < m->n_hooks; i++) bmi_hook_end(m->object.context, &m->hooks[i]);
    m->n_hooks = 0;
    bmi_arena_end(&m->hook_arena);
}

void bmi_hooks_settle(bm_model *m)
{
    for (int i = 0; i < m->n_hooks; i++)
        if (m->hooks[i].snapshot.last) m->hooks[i].snapshot.kept = m->hooks[i].snapshot.last = false;
}
