// SPDX-License-Identifier: Apache-2.0
/* Rows of a linear classifier (kernels/cpu/logistic.h). */
#include "kernels/cpu/logistic.h"
#include "kernels/cpu/math.h"

static void shift(const bmi_logistic_block *b)
{
    real *s = b->sums;
    const real *bias = b->bias;
    for (int64_t r = 0; r < b->rows; r++, s += b->units)
        for (int64_t j = 0; j < b->units; j++) s[j] += bias[j];
}

/* With m = -sign s: log(1 + exp m), whose derivative by m is sigmoid m. */
static void losses(const bmi_logistic_block *b)
{
    real *s = b->sums, *loss = b->loss, *curvature = b->curvature;
    const real *sign = b->sign;
    const int64_t all = b->rows * b->units;
    for (int64_t i = 0; i < all; i += LANES) {
        const size_t n = all - i < LANES ? (size_t)(all - i) : LANES;
        const vec y = v_load_n(sign + i, n), m = v_neg(v_mul(y, v_load_n(s + i, n))), p = v_sigmoid(m);
        if (loss) v_store_n(loss + i, v_softplus(m), n);
        if (curvature) v_store_n(curvature + i, v_mul(p, v_sigmoid(v_neg(m))), n);
        v_store_n(s + i, v_neg(v_mul(y, p)), n);
    }
    if (!b->weight) return;
    for (int64_t r = 0; r < b->rows; r++) {
        const real w = ((const real *)b->weight)[r];
        for (int64_t i = r * b->units; i < (r + 1) * b->units; i++) {
            s[i] *= w;
            if (loss) loss[i] *= w;
            if (curvature) curvature[i] *= w;
        }
    }
}

static void collect(const bmi_logistic_block *b)
{
    const real *s = b->sums, *product = b->product;
    for (int64_t j = 0; j < b->units; j++) {
        double *g = b->gradient + j * (b->columns + 1), sum = 0;
        for (int64_t i = 0; product && i < b->columns; i++) g[i] += (double)product[j * b->columns + i];
        for (int64_t r = 0; b->biased && r < b->rows; r++) sum += (double)s[r * b->units + j];
        g[b->columns] += sum;
    }
}

bmi_logistic_body BMI_V(bmi_logistic_rows);
void BMI_V(bmi_logistic_rows)(const bmi_logistic_block *b, int what)
{
    if (what == BMI_LOGISTIC_SHIFT) shift(b);
    else if (what == BMI_LOGISTIC_LOSSES) losses(b);
    else collect(b);
}
