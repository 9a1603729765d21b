// SPDX-License-Identifier: Apache-2.0
/* What several layers share: checks of their input, and the linear part x W + b. */
#include "nn/layers/layer.h"

bool bmi_layer_one_input(bm_build *b, const bm_node *in, size_t n, int64_t rank)
{
    char text[200];
    const bm_shape x = bm_node_shape(in[0]);
    if (b->error->status) return false;
    if (n != 1) bm_build_fail(b, BM_E_ARGUMENT, "it takes one input, got %zu", n);
    else if (bm_node_type(in[0]) != b->type)
        bm_build_fail(b, BM_E_TYPE, "x is %s, the model's numbers are %s; bm_cast changes the type",
                      bm_type_name(bm_node_type(in[0])), bm_type_name(b->type));
    else if (x.rank < rank)
        bm_build_fail(b, BM_E_SHAPE, "x is %s; it needs at least %lld dimensions, the batch included", bmi_shape_text(text, &x),
                      (long long)rank);
    return !b->error->status;
}

int64_t bmi_layer_last(bm_build *b, bm_node x)
{
    char text[200];
    const bm_shape s = bm_node_shape(x);
    const int64_t last = s.rank ? s.dim[s.rank - 1] : BM_ANY;
    if (last > 0 && s.rank > 1) return last;
    bm_build_fail(b, BM_E_SHAPE, "x is %s; the length of its last axis must be known and at least 1", bmi_shape_text(text, &s));
    return 0;
}

bm_node bmi_layer_linear(bm_build *b, bm_node x, const bmi_linear *l)
{
    const int64_t in = bmi_layer_last(b, x);
    if (!in) return bmi_node_failed(b->graph);
    bm_node w = bm_build_weight(b, l->kernel, BM_SHAPE(in, l->units), l->kernel_init, l->kernel_penalty);
    if (l->max_norm > 0) bm_build_max_norm(b, w, l->max_norm);
    if (l->drop > 0 && b->training && bm_node_ok(w))
        w = bm_mul(w, bm_scale(bm_bernoulli_like(w, 1 - l->drop), 1 / (1 - l->drop)));
    bm_node y = bm_matmul(x, w);
    if (l->bias) y = bm_add(y, bm_build_weight(b, l->bias, BM_SHAPE(l->units), l->bias_init, l->bias_penalty));
    return y;
}
