// SPDX-License-Identifier: Apache-2.0
#include "support/interpret.h"
#include "base/random.h"
#include "base/text.h"
#include "support/bmt.h"
#include <stdlib.h>
#include <string.h>

bmt_machine bmt_machine_new(bm_graph *g, uint64_t seed)
{
    return (bmt_machine){ .g = g, .state = { .seed = seed, .tick = 1 } };
}

static void forget(bmt_machine *m, bool all)
{
    for (size_t i = 0; i < m->size; i++) {
        if (!all && m->fed[i]) continue;
        bm_tensor_free(m->value[i]);
        m->value[i] = NULL;
    }
}

void bmt_machine_end(bmt_machine *m)
{
    forget(m, true);
    free(m->value);
    free(m->fed);
    *m = (bmt_machine){ 0 };
}

static void make_room(bmt_machine *m)
{
    const size_t n = m->g->count;
    if (n <= m->size) return;
    m->value = realloc(m->value, n * sizeof *m->value);
    m->fed = realloc(m->fed, n * sizeof *m->fed);
    assert_non_null(m->value);
    assert_non_null(m->fed);
    for (size_t i = m->size; i < n; i++) {
        m->value[i] = NULL;
        m->fed[i] = false;
    }
    m->size = n;
}

void bmt_feed(bmt_machine *m, bm_node n, bm_tensor *value)
{
    make_room(m);
    forget(m, false);
    bm_tensor_free(m->value[n.index]);
    m->value[n.index] = value;
    m->fed[n.index] = true;
}

/* Infers the node's shape with its inputs' shapes known, and runs the plain kernel. */
static bm_tensor *compute(bmt_machine *m, const bmi_node *n, int64_t index)
{
    bm_type *types = calloc((size_t)n->n_in + 1, sizeof *types);
    bm_shape *shapes = calloc((size_t)n->n_in + 1, sizeof *shapes);
    bm_array *in = calloc((size_t)n->n_in + 1, sizeof *in);
    for (int j = 0; j < n->n_in; j++) {
        const bm_tensor *t = m->value[n->in[j]];
        types[j] = t->type;
        shapes[j] = t->shape;
        in[j] = (bm_array){ t->type, t->shape, t->size, t->data };
    }
    bmi_error e = { 0 };
    bm_infer i = {
        .args = n->args, .n_in = n->n_in, .in_type = types, .in_shape = shapes, .error_ = &e, .name = n->name, .known = true
    };
    if (n->op->infer(&i)) fail_msg("%s", e.text);
    bm_tensor *t = bm_tensor_new(i.type, i.shape);
    if (bm_failed(t)) fail_msg("%s: %s", n->name, bm_error(t));
    bm_call call = { .args = n->args,
                     .n_in = n->n_in,
                     .in = in,
                     .out = { t->type, t->shape, t->size, t->data },
                     .seed = m->state.seed,
                     .stream = bmi_run_stream(&m->state, (uint64_t)index),
                     .state_ = &m->state,
                     .number_ = (uint64_t)index };
    const size_t bytes = n->op->scratch ? n->op->scratch(&call) : 0;
    call.scratch = bytes ? aligned_alloc(64, (bytes + 63) / 64 * 64) : NULL;
    if (t->size) memset(t->data, 0xa5, (size_t)t->size * bm_type_size(t->type)); /* a kernel must write everything */
    n->op->run(&call);
    free(call.scratch);
    free(types);
    free(shapes);
    free(in);
    return t;
}

const bm_tensor *bmt_value(bmt_machine *m, bm_node n)
{
    if (bm_failed(m->g)) fail_msg("%s", bm_error(m->g));
    if (!bm_node_ok(n)) fail_msg("a failed node has no value");
    make_room(m);
    bool *needed = calloc((size_t)n.index + 1, sizeof *needed);
    assert_non_null(needed);
    needed[n.index] = true;
    for (int64_t i = n.index; i >= 0; i--)
        for (int j = 0; needed[i] && !m->value[i] && j < m->g->nodes[i].n_in; j++) needed[m->g->nodes[i].in[j]] = true;
    for (int64_t i = 0; i <= n.index; i++) {
        const bmi_node *node = &m->g->nodes[i];
        if (!needed[i] || m->value[i]) continue;
        if (node->value) m->value[i] = bmi_object_keep(node->value);
        else if (node->op == &bmi_op_variable) m->value[i] = bm_tensor_new(node->type, node->shape);
        else if (node->op == &bmi_op_placeholder) fail_msg("the placeholder %s is not fed", node->name);
        else m->value[i] = compute(m, node, i);
    }
    free(needed);
    return m->value[n.index];
}

/* ---- tensors ---- */

void bmt_set(bm_tensor *t, int64_t i, double value)
{
    switch (t->type) {
    case BM_F32: ((float *)t->data)[i] = (float)value; break;
    case BM_F64: ((double *)t->data)[i] = value; break;
    case BM_I32: ((int32_t *)t->data)[i] = (int32_t)value; break;
    case BM_I64: ((int64_t *)t->data)[i] = (int64_t)value; break;
    case BM_U8: ((uint8_t *)t->data)[i] = (uint8_t)value; break;
    default: ((uint8_t *)t->data)[i] = value != 0; break;
    }
}

bm_tensor *bmt_tensor(bm_type type, bm_shape shape, const double *numbers)
{
    bm_tensor *t = bm_tensor_new(type, shape);
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    for (int64_t i = 0; i < t->size; i++) bmt_set(t, i, numbers[i]);
    return t;
}

bm_tensor *bmt_random(bm_type type, bm_shape shape, double low, double high, uint64_t stream)
{
    bm_tensor *t = bm_tensor_new(type, shape);
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    for (int64_t i = 0; i < t->size; i++) {
        double v = low + (high - low) * bmi_random_unit(20240607, stream, (uint64_t)i);
        if (type == BM_BOOL) v = v > (low + high) / 2;
        bmt_set(t, i, v);
    }
    return t;
}

bm_tensor *bmt_convert(const bm_tensor *t, bm_type type)
{
    bm_tensor *c = bm_tensor_new(type, t->shape);
    if (bm_failed(c)) fail_msg("%s", bm_error(c));
    for (int64_t i = 0; i < t->size; i++) bmt_set(c, i, bm_tensor_at(t, i));
    return c;
}

void bmt_near_tensor(const char *what, const bm_tensor *got, const bm_tensor *want, double tolerance)
{
    char a[200], b[200], name[300];
    if (!bmi_shape_equal(got->shape, want->shape))
        fail_msg("%s: got shape %s, want %s", what, bmi_shape_text(a, &got->shape), bmi_shape_text(b, &want->shape));
    for (int64_t i = 0; i < want->size; i++) {
        snprintf(name, sizeof name, "%s, element %lld", what, (long long)i);
        bmt_near(name, bm_tensor_at(got, i), bm_tensor_at(want, i), tolerance);
    }
}
