// SPDX-License-Identifier: Apache-2.0
/* Between softmax.c, which cuts rows into parts, and variants/softmax.c and variants/crossentropy.c, which compute them. */
#ifndef BMI_KERNELS_CPU_SOFTMAX_BOUND_H
#define BMI_KERNELS_CPU_SOFTMAX_BOUND_H
#include "kernels/cpu/softmax.h"
#include "kernels/cpu/variant.h"

typedef void bmi_softmax_body(const bmi_softmax *s, int64_t first, int64_t last);
typedef void bmi_crossentropy_body(const bmi_crossentropy *c, int64_t first, int64_t last);

#endif
