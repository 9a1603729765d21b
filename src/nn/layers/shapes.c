// SPDX-License-Identifier: Apache-2.0
/* Layers that move no number: input, flatten, reshape. */
#include "nn/layers/layer.h"

static const char *const types[] = { "default", "f32", "f64", "i32", "i64", "u8", "bool", NULL };
_Static_assert(BM_F32 == 1 && BM_BOOL == 6 && sizeof(bm_type) == sizeof(int), "the words above are the types by value");

static const bmi_field input_fields[] = {
    BMI_SHAPE_FIELD(bm_input_options, shape, -1, NAN, "of one row, without the batch"),
    BMI_WORD_FIELD(bm_input_options, type, types, "of the numbers; default the model's real type"),
    BMI_INT_FIELD(bm_input_options, batch, 1, 0x1p31, 0, "rows at once; 0: any number"),
    BMI_LAYER_NAME(bm_input_options),
    { 0 },
};

static const bmi_field flatten_fields[] = { BMI_LAYER_NAME(bm_flatten_options), { 0 } };

static const bmi_field reshape_fields[] = {
    BMI_SHAPE_FIELD(bm_reshape_options, shape, -1, NAN, "of one row, without the batch; one dimension may be -1"),
    BMI_LAYER_NAME(bm_reshape_options),
    { 0 },
};

/* The model makes the placeholder by the options; here it is handed on. */
static bm_node build_input(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    (void)options;
    return n == 1 ? in[0] : bm_build_fail(b, BM_E_ARGUMENT, "it takes one input, got %zu", n);
}

static bm_node build_flatten(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    (void)options;
    return bmi_layer_one_input(b, in, n, 1) ? bm_flatten_op(in[0]) : bmi_node_failed(b->graph);
}

static bm_node build_reshape(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    const bm_reshape_options *o = options;
    char from[200], to[200];
    if (!bmi_layer_one_input(b, in, n, 1)) return bmi_node_failed(b->graph);
    const bm_shape x = bm_node_shape(in[0]);
    bm_shape y = { .rank = o->shape.rank + 1, .dim = { x.dim[0] } };
    int64_t have = 1, want = 1, open = 0;
    bool known = true, good = y.rank <= BM_MAX_RANK;
    for (int64_t i = 1; i < x.rank; i++) {
        if (x.dim[i] == BM_ANY) known = false;
        else good = bmi_mul_i64(have, x.dim[i], &have) && good;
    }
    for (int64_t i = 1; good && i < y.rank; i++) {
        y.dim[i] = o->shape.dim[i - 1];
        if (y.dim[i] == BM_ANY) good = !open, open = i;
        else good = bmi_mul_i64(want, y.dim[i], &want);
    }
    if (good && open) good = known && want > 0 && have % want == 0, y.dim[open] = good ? have / want : 0;
    else if (known) good = good && have == want;
    if (good) return bm_reshape_op(in[0], y);
    return bm_build_fail(b, BM_E_SHAPE, "x is %s; its rows do not go into %s, the batch aside", bmi_shape_text(from, &x),
                         bmi_shape_text(to, &o->shape));
}

static const bm_layer_kind input =
    BMI_LAYER("input", bm_input_options, input_fields, build_input, "the shape of the rows that a model takes");
static const bm_layer_kind flatten =
    BMI_LAYER("flatten", bm_flatten_options, flatten_fields, build_flatten, "(batch, a, b, ...) to (batch, a*b*...)");
static const bm_layer_kind reshape =
    BMI_LAYER("reshape", bm_reshape_options, reshape_fields, build_reshape, "rows in another shape of as many elements");

const bmi_kind bmi_kinds_layer_shapes[] = {
    { "layer", "input", &input }, { "layer", "flatten", &flatten }, { "layer", "reshape", &reshape }, { 0 }
};
