// SPDX-License-Identifier: Apache-2.0
/* Initial values of weights. Element i is a function of (seed, stream, i) alone.
 *
 * fan_in (m_l) and fan_out (m_{l+1}) are a kernel's rows and columns. Uniform ones draw from U(-limit, limit), normal ones from
 * N(0, deviation); limit = sqrt(3) deviation gives both the same variance.
 *   glorot, sigmoid   deviation sqrt(2 / (fan_in + fan_out))          Glorot and Bengio, 2010
 *   tanh              4 times that                                    as taught, after Glorot and Bengio
 *   relu              sqrt(2) times that                              as taught, after He et al.
 *   he                sqrt(2 / fan_in)                                He, Zhang, Ren, Sun, 2015
 *   lecun             sqrt(1 / fan_in)                                LeCun, Bottou, Orr, Mueller, 1998
 */
#include "base/kinds.h"
#include "kernels/cpu/fill.h"
#include <baeum/extend_graph.h>
#include <math.h>
#include <string.h>

static void put(bm_array *out, int64_t i, double value)
{
    if (out->type == BM_F32) ((float *)out->data)[i] = (float)value;
    else ((double *)out->data)[i] = value;
}

static void constant(bm_array *out, double value)
{
    if (value == 0 && !signbit(value)) { /* most: biases and all that optimisers remember */
        if (out->size) memset(out->data, 0, (size_t)out->size * bm_type_size(out->type));
        return;
    }
    for (int64_t i = 0; i < out->size; i++) put(out, i, value);
}

static void fill(bm_array *out, bmi_fill_kind kind, double a, double b, uint64_t seed, uint64_t stream)
{
    const bmi_fill f = { bmi_isa_now(), out->type == BM_F32 ? BMI_REAL_F32 : BMI_REAL_F64, kind, { a, b }, out->data };
    bmi_fill_range(&f, seed, stream, 0, out->size);
}

static void uniform(bm_array *out, double low, double high, uint64_t seed, uint64_t stream)
{
    fill(out, BMI_FILL_UNIFORM, low, high, seed, stream);
}

static void normal(bm_array *out, double mean, double deviation, uint64_t seed, uint64_t stream)
{
    fill(out, BMI_FILL_NORMAL, mean, deviation, seed, stream);
}

#define ROW(name_, doc_, statement, ...)                                                                          \
    static void fill_##name_(const double p[2], bm_array *out, int64_t fan_in, int64_t fan_out, uint64_t seed,    \
                             uint64_t stream)                                                                     \
    {                                                                                                             \
        const double in = fan_in > 0 ? (double)fan_in : 1, both = in + (double)fan_out;                           \
        (void)p, (void)in, (void)both, (void)seed, (void)stream;                                                  \
        statement;                                                                                                \
    }                                                                                                             \
    static const bm_init_kind init_##name_ = {                                                                    \
        .size = sizeof init_##name_, .name = #name_, .doc = doc_, .fill = fill_##name_, .number = { __VA_ARGS__ } \
    };
#define NONE         \
    {                \
        .name = NULL \
    }
#define BOTH(name_, doc_, deviation)                                                     \
    ROW(name_##_uniform, "U(-a, a), a = sqrt(3) times " doc_,                            \
        uniform(out, -sqrt(3) * (deviation), sqrt(3) * (deviation), seed, stream), NONE) \
    ROW(name_##_normal, "N(0, d^2), d = " doc_, normal(out, 0, deviation, seed, stream), NONE)

ROW(zeros, "0", constant(out, 0), NONE)
ROW(ones, "1", constant(out, 1), NONE)
ROW(constant, "one value everywhere", constant(out, p[0]), { .name = "value", .doc = "what each element is" })
ROW(uniform, "U(low, high)", uniform(out, p[0], p[1], seed, stream), { .name = "low", .initial = -.05, .doc = "least value" },
    { .name = "high", .initial = .05, .doc = "largest value" })
ROW(normal, "N(mean, deviation^2)", normal(out, p[0], p[1], seed, stream), { .name = "mean", .doc = "mean" },
    { .name = "deviation", .initial = .05, .high = INFINITY, .below = true, .doc = "standard deviation" })
BOTH(glorot, "sqrt(2 / (fan_in + fan_out))", sqrt(2 / both))
BOTH(sigmoid, "sqrt(2 / (fan_in + fan_out))", sqrt(2 / both))
BOTH(tanh, "4 sqrt(2 / (fan_in + fan_out))", 4 * sqrt(2 / both))
BOTH(relu, "sqrt(2) sqrt(2 / (fan_in + fan_out))", 2 / sqrt(both))
BOTH(he, "sqrt(2 / fan_in)", sqrt(2 / in))
BOTH(lecun, "sqrt(1 / fan_in)", sqrt(1 / in))

#define KIND(name_)                          \
    {                                        \
        "initializer", #name_, &init_##name_ \
    }
const bmi_kind bmi_kinds_initializer_initializers[] = {
    KIND(zeros),          KIND(ones),
    KIND(constant),       KIND(uniform),
    KIND(normal),         KIND(glorot_uniform),
    KIND(glorot_normal),  KIND(sigmoid_uniform),
    KIND(sigmoid_normal), KIND(tanh_uniform),
    KIND(tanh_normal),    KIND(relu_uniform),
    KIND(relu_normal),    KIND(he_uniform),
    KIND(he_normal),      KIND(lecun_uniform),
    KIND(lecun_normal),   { 0 },
};
