// SPDX-License-Identifier: Apache-2.0
/* Reductions on the fast kernels, which take the middle of [outer, n, inner]. Axes that lie apart go one group after the other,
 * the last one first: a sum of sums, the largest of the largest, the log-sum-exp of log-sum-exps.
 */
#include "kernels/cpu/reduce.h"
#include "ops/reduce.h"
#include "ops/walk.h"
#include <math.h>

/* A shape as runs of axes that stay or go, axes of 1 left out. */
typedef struct runs {
    int n;
    int64_t size[BM_MAX_RANK];
    bool gone[BM_MAX_RANK];
} runs;

static runs runs_of(const bm_shape *shape, unsigned mask)
{
    runs r = { 0 };
    for (int64_t d = 0; d < shape->rank; d++) {
        const bool gone = mask >> d & 1;
        if (shape->dim[d] == 1) continue;
        if (r.n && r.gone[r.n - 1] == gone) r.size[r.n - 1] *= shape->dim[d];
        else {
            r.size[r.n] = shape->dim[d];
            r.gone[r.n++] = gone;
        }
    }
    if (!r.n) { /* one element */
        r.size[0] = 1;
        r.gone[0] = true;
        r.n = 1;
    }
    return r;
}

static int count_gone(const runs *r)
{
    int n = 0;
    for (int k = 0; k < r->n; k++) n += r->gone[k];
    return n;
}

/* The kind of the first kernel, and of those that join what it made. */
static bool kinds_of(bmi_reduction kind, double p, bmi_reduce_kind *first, bmi_reduce_kind *rest)
{
    static const bmi_reduce_kind plain[] = {
        [BMI_SUM] = BMI_REDUCE_SUM, [BMI_MEAN] = BMI_REDUCE_SUM,  [BMI_MAX] = BMI_REDUCE_MAX,
        [BMI_MIN] = BMI_REDUCE_MIN, [BMI_PROD] = BMI_REDUCE_PROD, [BMI_LOGSUMEXP] = BMI_REDUCE_LOGSUMEXP
    };
    if (kind != BMI_NORM) {
        *first = *rest = plain[kind];
        return true;
    }
    *first = isinf(p) ? BMI_REDUCE_MAX_ABS : p == 1 ? BMI_REDUCE_SUM_ABS : BMI_REDUCE_SUM_SQUARES;
    *rest = isinf(p) ? BMI_REDUCE_MAX : BMI_REDUCE_SUM;
    return isinf(p) || p == 1 || p == 2;
}

static bool emit(bmi_bind *b, const bmi_reduce_spec *spec)
{
    void *memory = bmi_bind_memory(b, bmi_reduce_bytes(spec));
    if (!memory) return false;
    const bmi_reduce *r = bmi_reduce_bind(memory, spec, b->isa);
    const bmi_kernel finish = bmi_reduce_finish(r);
    const int parts = bmi_reduce_parts(r);
    bmi_bind_emit(b, "reduce", bmi_reduce_run, r, parts < b->threads ? parts : b->threads);
    if (finish) bmi_bind_emit(b, "reduce, joined", finish, r, 1);
    return true;
}

/* Takes out the last run that goes. */
static bmi_reduce_spec next_spec(runs *r)
{
    bmi_reduce_spec spec = { .outer = 1, .n = 1, .inner = 1 };
    int at = r->n - 1;
    while (at >= 0 && !r->gone[at]) at--;
    for (int k = 0; k < at; k++) spec.outer *= r->size[k];
    for (int k = at + 1; k < r->n; k++) spec.inner *= r->size[k];
    if (at < 0) return spec;
    spec.n = r->size[at];
    for (int k = at; k + 1 < r->n; k++) {
        r->size[k] = r->size[k + 1];
        r->gone[k] = r->gone[k + 1];
    }
    r->n--;
    return spec;
}

/* Elements after the first kernel. */
static int64_t without_last_gone(const runs *r)
{
    int64_t size = 1;
    int last = r->n - 1;
    while (last >= 0 && !r->gone[last]) last--;
    for (int k = 0; k < r->n; k++) size *= k == last ? 1 : r->size[k];
    return size;
}

bool bmi_reduce_fast(bmi_bind *b, bmi_reduction kind, double p, unsigned mask)
{
    const bm_array *x = &b->in[0];
    bmi_reduce_kind first, rest;
    runs r = runs_of(&x->shape, mask);
    const int n = count_gone(&r);
    if (!bmi_type_is_real(x->type) || !kinds_of(kind, p, &first, &rest)) return false;
    const size_t half = (size_t)without_last_gone(&r) * bm_type_size(x->type) / 64 * 64 + 64;
    char *scratch = n > 1 ? bmi_bind_scratch(b, 2 * half) : NULL;
    const void *from = x->data;
    if (!n || (n > 1 && !scratch)) return b->failed;
    const int64_t count = b->out.size ? x->size / b->out.size : 0;
    for (int k = 0; k < n; k++) {
        bmi_reduce_spec spec = next_spec(&r);
        spec.real = x->type == BM_F32 ? BMI_REAL_F32 : BMI_REAL_F64;
        spec.kind = k ? rest : first;
        spec.x = from;
        spec.y = k == n - 1 ? b->out.data : scratch + (k % 2 ? half : 0);
        spec.root = k == n - 1 && kind == BMI_NORM && p == 2;
        spec.scale = k == n - 1 && kind == BMI_MEAN ? 1 / (double)count : 0;
        from = spec.y;
        if (!emit(b, &spec)) return true;
    }
    return true;
}

bool bmi_argmax_fast(bmi_bind *b)
{
    const bm_array *x = &b->in[0];
    const int64_t given = *(const int64_t *)b->args, axis = given < 0 ? given + x->shape.rank : given;
    if (!bmi_type_is_real(x->type)) return false;
    emit(b, &(bmi_reduce_spec){ .real = x->type == BM_F32 ? BMI_REAL_F32 : BMI_REAL_F64,
                                .kind = BMI_REDUCE_ARGMAX,
                                .outer = bmi_before_axis(&x->shape, axis),
                                .n = x->shape.dim[axis],
                                .inner = bmi_behind_axis(&x->shape, axis),
                                .x = x->data,
                                .y = b->out.data });
    return true;
}
