// SPDX-License-Identifier: Apache-2.0
/* Rows of logits: softmax, its logarithm, their gradients, and cross-entropy against labels or distributions.
 *
 * The largest number of a row is taken out first (Goodfellow, Bengio, Courville, "Deep Learning", section 4.1). Sums along a row
 * have the order of kernels/cpu/reduce.h, so the bits do not depend on parts. Each struct is filled once; its kernel takes it as args.
 */
#ifndef BMI_KERNELS_CPU_SOFTMAX_H
#define BMI_KERNELS_CPU_SOFTMAX_H
#include "kernels/kernel.h"
#include <baeum/tensor.h>

typedef enum bmi_softmax_kind {
    BMI_SOFTMAX,              /* y = softmax(x) */
    BMI_LOG_SOFTMAX,          /* y = log softmax(x) */
    BMI_SOFTMAX_GRADIENT,     /* y = x (dy - sum(x dy)), x the softmax */
    BMI_LOG_SOFTMAX_GRADIENT, /* y = dy - exp(x) sum(dy), x the log-softmax */
} bmi_softmax_kind;

typedef struct bmi_softmax {
    bmi_isa isa;
    bmi_real real;
    bmi_softmax_kind kind;
    int64_t rows, n;    /* dense */
    const void *x, *dy; /* dy: of the gradients */
    void *y;            /* may be x or dy */
} bmi_softmax;
void bmi_softmax_run(const void *args, int part, int parts);

/* Cross-entropy sum_c t_c (logsumexp(x) - x_c) of each row: t is 1 at the label, or a distribution. A label outside 0 .. n-1 is
 * reported and makes its loss NaN and its gradient 0. */
typedef struct bmi_crossentropy {
    bmi_isa isa;
    bmi_real real;
    int64_t rows, n;
    const void *x;       /* logits, dense */
    const void *labels;  /* rows integers; or null: */
    bm_type label_type;  /* BM_I32, BM_I64, BM_U8 */
    const void *targets; /* rows x n reals */
    void *loss;          /* rows; or null */
    void *gradient;      /* of the logits: (softmax(x) sum(t) - t) weight scale; may be x; or null */
    const void *weight;  /* of each row, reals; null counts as 1 */
    double scale;        /* 0 counts as 1 */
    void (*fault)(void *user, int64_t label, int64_t row); /* or null; may be called from several threads */
    void *fault_user;
} bmi_crossentropy;
void bmi_crossentropy_run(const void *args, int part, int parts);

/* How many parts pay for rows x n numbers. */
int bmi_softmax_parts(int64_t rows, int64_t n);

#endif
