// SPDX-License-Identifier: Apache-2.0
/* How far vector code is from the truth, in units in the last place. */
#ifndef BMT_ULP_H
#define BMT_ULP_H
#include "kernels/cpu/program.h"

/* |got - want| in units of the last place of a float (bits 32) or double (64) near want; 0 when both are NaN, or got is what
 * want overflows or underflows to; a huge number when only one is NaN. */
double bmt_ulp(long double got, long double want, int bits);

/* f32 code against the f64 code of the same row, for every float (a sample of them under sanitizers and without
 * optimisation), with gradual underflow. Fails above `limit` ulp, and where AVX2 and AVX-512 differ in a bit. */
void bmt_every_float(const char *what, const bmi_vector_code *code, double limit);

/* f32 and f64 code of every instruction set against `want` on numbers of all sizes and on `low` .. `high`. Fails above the limits. */
void bmt_sampled(const char *what, const bmi_vector_code *code, long double (*want)(long double), double low, double high,
                 double limit32, double limit64);

#endif
