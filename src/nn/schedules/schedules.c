// SPDX-License-Identifier: Apache-2.0
/* Schedules: factors of the base rate by t, the number of updates done before (f64, rank 0). */
#include "base/kinds.h"
#include <baeum/extend_nn.h>
#include <math.h>

#define PI 3.14159265358979323846

/* The largest whole number not above x >= 0. */
static bm_node whole(bm_node x)
{
    return bm_cast(bm_cast(x, BM_I64), BM_F64);
}
/* base^x for base > 0. */
static bm_node power(double base, bm_node x)
{
    return bm_exp(bm_scale(x, log(base)));
}
/* t / steps, at most 1. */
static bm_node progress(bm_node t, double steps)
{
    return bm_clip(bm_scale(t, 1 / steps), 0, 1);
}

#define ROW(name_, doc_, expression, ...)                                                                                 \
    static bm_node factor_##name_(bm_node t, const double p[2])                                                           \
    {                                                                                                                     \
        return expression;                                                                                                \
    }                                                                                                                     \
    static const bm_schedule_kind schedule_##name_ = {                                                                    \
        .size = sizeof schedule_##name_, .name = #name_, .doc = doc_, .factor = factor_##name_, .number = { __VA_ARGS__ } \
    };
#define STEPS(name_, doc_)                                                                                   \
    {                                                                                                        \
        .name = name_, .initial = NAN, .low = 0, .high = INFINITY, .above = true, .below = true, .doc = doc_ \
    }
#define FACTOR                                                                                              \
    {                                                                                                       \
        .name = "factor", .initial = .1, .low = 0, .high = 1, .above = true, .doc = "of the rate each time" \
    }

ROW(inverse_time, "1 / (1 + decay t)", bm_reciprocal(bm_shift(bm_scale(t, p[0]), 1)),
    { .name = "decay", .initial = NAN, .low = 0, .high = INFINITY, .below = true, .doc = "loss of rate with each update" })
ROW(step, "factor^floor(t / every)", power(p[1], whole(bm_scale(bm_shift(t, .5), 1 / p[0]))),
    STEPS("every", "updates between two steps"), FACTOR)
ROW(exponential, "factor^(t / every)", power(p[1], bm_scale(t, 1 / p[0])), STEPS("every", "updates for one factor"), FACTOR)
ROW(cosine, "last + (1 - last) (1 + cos(pi t / steps)) / 2, then last (Loshchilov and Hutter, 2017)",
    bm_shift(bm_scale(bm_cos(bm_scale(progress(t, p[0]), PI)), (1 - p[1]) / 2), (1 + p[1]) / 2),
    STEPS("steps", "updates until the last factor"), { .name = "last", .low = 0, .high = 1, .doc = "factor at the end" })
ROW(polynomial, "(1 - t / steps)^power, then 0",
    bm_pow(bm_shift(bm_neg(progress(t, p[0])), 1), bm_cast(bm_number(t.graph, p[1]), BM_F64)),
    STEPS("steps", "updates until 0"),
    { .name = "power", .initial = 1, .low = 0, .high = INFINITY, .above = true, .below = true, .doc = "1 is a straight line" })

#define KIND(name_)                           \
    {                                         \
        "schedule", #name_, &schedule_##name_ \
    }
const bmi_kind bmi_kinds_schedule_schedules[] = { KIND(inverse_time), KIND(step),       KIND(exponential),
                                                  KIND(cosine),       KIND(polynomial), { 0 } };
