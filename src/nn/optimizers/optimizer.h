// SPDX-License-Identifier: Apache-2.0
/* What the files of optimisers share. An optimiser is one file: its options' field table, its update function, its record and a
 * row in a table of kinds; the options struct and the macro are in baeum/nn.h.
 *
 * An update function builds the nodes of one variable's step. All of a variable's updates are elementwise over one shape, so that
 * the plan makes them one pass; numbers that are the same for all variables (bias corrections) are made once, by bm_update_shared.
 */
#ifndef BMI_NN_OPTIMIZERS_OPTIMIZER_H
#define BMI_NN_OPTIMIZERS_OPTIMIZER_H
#include "base/fields.h"
#include "base/kinds.h"
#include <baeum/extend_nn.h>
#include <math.h>

#define BMI_OPTIMIZER(name_, T, fields_, update_, doc_)                                                                    \
    {                                                                                                                      \
        .size = sizeof(bm_optimizer_kind), .name = name_, .options_size = sizeof(T), .fields = fields_, .update = update_, \
        .doc = doc_                                                                                                        \
    }

/* A number of the step that all variables share, in the type of the present one. */
static inline bm_node bmi_shared(bm_update *u, const char *key, bm_node (*make)(bm_update *u, const void *options),
                                 const void *options)
{
    return bm_cast(bm_update_shared(u, key, make, options), bm_node_type(bm_update_variable(u)));
}

/* share * old + (1 - share) * fresh. */
static inline bm_node bmi_average(bm_node old, bm_node fresh, double share)
{
    return bm_mix(old, fresh, share, 1 - share);
}
/* The same of the fresh one's square. */
static inline bm_node bmi_average_square(bm_node old, bm_node fresh, double share)
{
    return bm_mix_square(old, fresh, share, 1 - share);
}

#endif
