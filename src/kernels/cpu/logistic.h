// SPDX-License-Identifier: Apache-2.0
/* Rows of a linear classifier: the losses of sigmoid units, and what stands between its two matrix products. Sums over rows are
 * taken in f64 in one order, so the bits depend on the rows alone.
 */
#ifndef BMI_KERNELS_CPU_LOGISTIC_H
#define BMI_KERNELS_CPU_LOGISTIC_H
#include "kernels/cpu/variant.h"

/* A block of rows of `units` sums each, dense, with what is made of it. */
typedef struct bmi_logistic_block {
    int64_t rows, units, columns;
    void *sums;          /* reals: rows x units */
    const void *bias;    /* reals: units; or null */
    const void *sign;    /* reals: rows x units, 1 where the class is the unit's, else -1 */
    const void *weight;  /* reals: one a row; or null */
    void *loss;          /* reals: rows x units; or null */
    void *curvature;     /* reals: rows x units: second derivatives by the sums; or null */
    const void *product; /* reals: units x columns, added to the gradient; or null */
    double *gradient;    /* units rows of columns + 1 numbers, the last of each the bias's */
    bool biased;         /* the bias has a gradient */
} bmi_logistic_block;

enum {
    BMI_LOGISTIC_SHIFT,  /* sums += bias */
    BMI_LOGISTIC_LOSSES, /* loss = weight log(1 + exp(-sign s)), sums = its derivative, curvature */
    BMI_LOGISTIC_COLLECT /* gradient += product; the bias's += the columns' sums of `sums` */
};
typedef void bmi_logistic_body(const bmi_logistic_block *b, int what);
extern bmi_logistic_body *const bmi_logistic_rows[BMI_ISA_COUNT][BMI_REAL_COUNT];

#endif
