// SPDX-License-Identifier: Apache-2.0
/* Penalties on weights, numbers that are added to the loss. The derivative of |w| is sign(w), 0 at 0.
 * Source: Goodfellow, Bengio, Courville, "Deep Learning", section 7.1; elastic: Zou and Hastie, 2005
 */
#include "base/kinds.h"
#include <baeum/extend_nn.h>
#include <math.h>

static bm_node l1_of(bm_node w, const double p[2])
{
    return bm_scale(bm_sum(bm_abs(w)), p[0]);
}
static bm_node l2_of(bm_node w, const double p[2])
{
    return bm_scale(bm_sum(bm_square(w)), p[0]);
}
static bm_node elastic_of(bm_node w, const double p[2])
{
    return bm_add(l1_of(w, p), bm_scale(bm_sum(bm_square(w)), p[1]));
}

#define NUMBER(name_, start, doc_)                                                    \
    {                                                                                 \
        .name = name_, .initial = start, .high = INFINITY, .below = true, .doc = doc_ \
    }
static const bm_penalty_kind l1 = {
    .size = sizeof l1, .name = "l1", .doc = "a sum |w|", .of = l1_of, .number = { NUMBER("a", .01, "factor") }
};
static const bm_penalty_kind l2 = {
    .size = sizeof l2, .name = "l2", .doc = "a sum w^2", .of = l2_of, .number = { NUMBER("a", .01, "factor") }
};
static const bm_penalty_kind elastic = { .size = sizeof elastic,
                                         .name = "elastic",
                                         .doc = "a sum |w| + b sum w^2",
                                         .of = elastic_of,
                                         .number = { NUMBER("a", .01, "factor of the absolute values"),
                                                     NUMBER("b", .01, "factor of the squares") } };

const bmi_kind bmi_kinds_penalty_penalties[] = {
    { "penalty", "l1", &l1 }, { "penalty", "l2", &l2 }, { "penalty", "elastic", &elastic }, { 0 }
};
