// SPDX-License-Identifier: Apache-2.0
/* Functions of the C library on the lanes of a vector, one by one. */
#ifndef BMI_OPS_ELEMENTWISE_LIBM_H
#define BMI_OPS_ELEMENTWISE_LIBM_H
#ifdef BMI_VARIANT
#include "kernels/cpu/row.h"
#include <math.h>
#define BY_LANES1(name, e)                                                                  \
    V vec libm_##name(vec x)                                                                \
    {                                                                                       \
        real a[LANES];                                                                      \
        v_store(a, x);                                                                      \
        for (int i = 0; i < LANES; i++) a[i] = (e);                                         \
        return v_load(a);                                                                   \
    }
BY_LANES1(exp, (real)exp((double)a[i]))
BY_LANES1(log, (real)log((double)a[i]))
BY_LANES1(log1p, (real)log1p((double)a[i]))
BY_LANES1(expm1, (real)expm1((double)a[i]))
BY_LANES1(tanh, (real)tanh((double)a[i]))
BY_LANES1(sin, (real)sin((double)a[i]))
BY_LANES1(cos, (real)cos((double)a[i]))
BY_LANES1(erf, (real)erf((double)a[i]))
BY_LANES1(sigmoid, (real)(1 / (1 + exp(-(double)a[i]))))
BY_LANES1(softplus, (real)(fmax((double)a[i], 0.) + log1p(exp(-fabs((double)a[i])))))
V vec libm_pow(vec x, vec y)
{
    real a[LANES], b[LANES];
    v_store(a, x);
    v_store(b, y);
    for (int i = 0; i < LANES; i++) a[i] = (real)pow((double)a[i], (double)b[i]);
    return v_load(a);
}
#endif
#endif
