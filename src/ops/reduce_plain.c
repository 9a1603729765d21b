// SPDX-License-Identifier: Apache-2.0
/* The plain kernel of reductions: for each output element a walk over the reduced box, in f64 or int64_t.
 */
#include "ops/reduce.h"
#include "ops/walk.h"
#include <math.h>

unsigned bmi_reduce_mask(const bmi_reduce_args *args, int64_t rank)
{
    unsigned mask = args->all ? (1u << rank) - 1 : 0;
    for (int64_t k = 0; !args->all && k < args->axes.count; k++)
        mask |= 1u << (args->axes.at[k] < 0 ? args->axes.at[k] + rank : args->axes.at[k]);
    return mask;
}

static double start_of(bmi_reduction kind)
{
    switch (kind) {
    case BMI_MAX: return -INFINITY;
    case BMI_MIN: return INFINITY;
    case BMI_PROD: return 1;
    default: return 0;
    }
}

static double step(bmi_reduction kind, double p, double sum, double v)
{
    switch (kind) {
    case BMI_MAX: return v > sum || isnan(v) ? v : sum;
    case BMI_MIN: return v < sum || isnan(v) ? v : sum;
    case BMI_PROD: return sum * v;
    case BMI_LOGSUMEXP: return sum + exp(v - p); /* p: the largest */
    case BMI_NORM:
        if (isinf(p)) return fabs(v) > sum || isnan(v) ? fabs(v) : sum;
        return sum + (p == 1 ? fabs(v) : p == 2 ? v * v : pow(fabs(v), p));
    default: return sum + v;
    }
}

static double real_at(const bm_array *x, int64_t k)
{
    return x->type == BM_F32 ? (double)((const float *)x->data)[k] : ((const double *)x->data)[k];
}

/* One group of reals, that begins at element `base`. */
static double group(bmi_reduction kind, double p, const bm_array *x, int64_t base, const bmi_walk *reduced)
{
    bmi_walk w = *reduced;
    const int last = w.rank - 1;
    double sum = start_of(kind);
    do {
        for (int64_t i = 0; i < w.dim[last]; i++) sum = step(kind, p, sum, real_at(x, base + w.at[0] + i * w.stride[0][last]));
    } while (bmi_walk_next(&w));
    return sum;
}

static double finish(bmi_reduction kind, double p, double sum, int64_t count)
{
    if (kind == BMI_MEAN) return sum / (double)count;
    if (kind == BMI_LOGSUMEXP) return p + log(sum);
    if (kind == BMI_NORM && p == 2) return sqrt(sum);
    if (kind == BMI_NORM && p != 1 && !isinf(p)) return pow(sum, 1 / p);
    return sum;
}

static double reduce_reals(bmi_reduction kind, double p, const bm_array *x, int64_t base, const bmi_walk *reduced,
                           int64_t count)
{
    if (!count) return kind == BMI_MEAN ? NAN : kind == BMI_LOGSUMEXP ? -INFINITY : start_of(kind);
    if (kind == BMI_LOGSUMEXP) {
        p = group(BMI_MAX, 0, x, base, reduced);
        if (isinf(p) || isnan(p)) return p;
    }
    return finish(kind, p, group(kind, p, x, base, reduced), count);
}

static int64_t reduce_integers(bmi_reduction kind, const bm_array *x, int64_t base, const bmi_walk *reduced, int64_t count)
{
    bmi_walk w = *reduced;
    const int last = w.rank - 1;
    const int64_t least = x->type == BM_I32 ? INT32_MIN : INT64_MIN, most = x->type == BM_I32 ? INT32_MAX : INT64_MAX;
    int64_t sum = kind == BMI_MAX ? least : kind == BMI_MIN ? most : kind == BMI_PROD;
    if (!count) return sum;
    do {
        for (int64_t i = 0; i < w.dim[last]; i++) {
            const int64_t v = bmi_integer_at(x, base + w.at[0] + i * w.stride[0][last]);
            if (kind == BMI_MAX) sum = v > sum ? v : sum;
            else if (kind == BMI_MIN) sum = v < sum ? v : sum;
            else if (kind == BMI_PROD) sum = (int64_t)((uint64_t)sum * (uint64_t)v);
            else sum = (int64_t)((uint64_t)sum + (uint64_t)v);
        }
    } while (bmi_walk_next(&w));
    return sum;
}

void bmi_reduce_plain(bmi_reduction kind, double p, const bm_array *x, const bm_array *out, unsigned mask)
{
    bm_shape kept = { 0 }, gone = { 0 };
    int64_t stride[BM_MAX_RANK], kept_stride[1][BM_MAX_RANK], gone_stride[1][BM_MAX_RANK], count = 1, done = 0;
    bmi_strides(&x->shape, stride);
    for (int64_t d = 0; d < x->shape.rank; d++) {
        bm_shape *side = mask >> d & 1 ? &gone : &kept;
        if (mask >> d & 1) count *= x->shape.dim[d];
        (mask >> d & 1 ? gone_stride : kept_stride)[0][side->rank] = stride[d];
        side->dim[side->rank++] = x->shape.dim[d];
    }
    bmi_walk over, inside = { 0 };
    if (!out->size || !bmi_walk_start(&over, &kept, 1, (const int64_t(*)[BM_MAX_RANK])kept_stride)) return;
    if (count) bmi_walk_start(&inside, &gone, 1, (const int64_t(*)[BM_MAX_RANK])gone_stride);
    const int last = over.rank - 1;
    do {
        for (int64_t i = 0; i < over.dim[last]; i++, done++) {
            const int64_t base = over.at[0] + i * over.stride[0][last];
            switch (x->type) {
            case BM_F32: ((float *)out->data)[done] = (float)reduce_reals(kind, p, x, base, &inside, count); break;
            case BM_F64: ((double *)out->data)[done] = reduce_reals(kind, p, x, base, &inside, count); break;
            case BM_I32: ((int32_t *)out->data)[done] = (int32_t)reduce_integers(kind, x, base, &inside, count); break;
            default: ((int64_t *)out->data)[done] = reduce_integers(kind, x, base, &inside, count); break;
            }
        }
    } while (bmi_walk_next(&over));
}
