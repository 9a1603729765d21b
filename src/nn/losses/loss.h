// SPDX-License-Identifier: Apache-2.0
/* What the files of losses share. A loss is a row: a function that gives one value per row, and its record. */
#ifndef BMI_NN_LOSSES_LOSS_H
#define BMI_NN_LOSSES_LOSS_H
#include "base/kinds.h"
#include "nn/build.h"
#include <math.h>

/* Mean or sum over all axes but the first: shape (batch). */
bm_node bmi_loss_row_mean(bm_node x);
bm_node bmi_loss_row_sum(bm_node x);
/* log(x) where `where` > 0, else 0, also in its gradient: for t log y at t = 0. */
bm_node bmi_loss_safe_log(bm_node x, bm_node where);

#define BMI_LOSS(name_, doc_, ...)                                                                            \
    static const bm_loss_kind loss_##name_ = {                                                                \
        .size = sizeof loss_##name_, .name = #name_, .doc = doc_, .rows = rows_##name_, .target = __VA_ARGS__ \
    }
#define BMI_LOSS_KIND(name_)          \
    {                                 \
        "loss", #name_, &loss_##name_ \
    }

#endif
