// SPDX-License-Identifier: Apache-2.0
/* Random numbers: other ones in each run, the same for the same seed. Element i depends on (seed, stream, i) alone, and the
 * stream on the node and the run.
 */
#include "base/kinds.h"
#include "base/threads.h"
#include "kernels/cpu/fill.h"
#include "ops/op.h"
#include <float.h>
#include <math.h>

typedef struct random_args {
    int64_t type;
    bm_shape shape;
    double p[2];
} random_args;

static bm_status infer(bm_infer *i)
{
    const random_args *args = i->args;
    i->type = (bm_type)args->type;
    i->shape = args->shape;
    if (bmi_shape_check(i->error_, i->here, i->name, i->shape, true)) return BM_E_SHAPE;
    if (!bmi_type_is_real(i->type))
        return bm_infer_fail(i, BM_E_TYPE, "random numbers are f32 or f64, not %s (bm_cast changes the type)",
                             bm_type_name(i->type));
    if (!bmi_shape_known(i->shape))
        return bm_infer_fail(i, BM_E_SHAPE,
                             "the shape of random numbers must be known (bm_bernoulli_like follows another node)");
    return BM_OK;
}

/* Whether a number is one of a real type; of others, which are refused by name, every finite one. */
static bool fits(double x, bm_type type)
{
    return fabs(x) <= (type == BM_F32 ? (double)FLT_MAX : DBL_MAX);
}

static bm_status infer_uniform(bm_infer *i)
{
    const random_args *args = i->args;
    const double low = args->p[0], high = args->p[1];
    const bm_type type = (bm_type)args->type;
    if (low <= high && fits(low, type) && fits(high, type) && fits(high - low, BM_F64)) return infer(i);
    return bm_infer_fail(i, BM_E_ARGUMENT, "low is %g, high is %g; both and what lies between finite, low at most high", low,
                         high);
}

static bm_status check_normal(bm_infer *i, const double *p, bm_type type)
{
    if (fits(p[0], type) && p[1] >= 0 && fits(p[1], type)) return BM_OK;
    return bm_infer_fail(i, BM_E_ARGUMENT, "mean is %g, deviation is %g; both finite, the deviation 0 or more", p[0], p[1]);
}

static bm_status infer_normal(bm_infer *i)
{
    const random_args *args = i->args;
    return check_normal(i, args->p, (bm_type)args->type) ? BM_E_ARGUMENT : infer(i);
}

static bm_status infer_bernoulli(bm_infer *i)
{
    const double keep = *(const double *)i->args;
    if (!(keep >= 0 && keep <= 1)) return bm_infer_fail(i, BM_E_ARGUMENT, "the probability is %g; from 0 to 1", keep);
    return bmi_infer_real(i, 0) ? BM_E_TYPE : bmi_infer_same(i);
}

static bm_status infer_normal_like(bm_infer *i)
{
    if (check_normal(i, i->args, i->in_type[0])) return BM_E_ARGUMENT;
    return bmi_infer_real(i, 0) ? BM_E_TYPE : bmi_infer_same(i);
}

static bmi_fill fill_of(bmi_fill_kind kind, const double *p, const bm_array *out, bmi_isa isa)
{
    const bool kept = kind == BMI_FILL_BERNOULLI;
    return (bmi_fill){ isa, out->type == BM_F32 ? BMI_REAL_F32 : BMI_REAL_F64, kind, { p[0], kept ? 1 : p[1] }, out->data };
}

static void run_kind(const bm_call *c, bmi_fill_kind kind, const double *p)
{
    const bmi_fill f = fill_of(kind, p, &c->out, bmi_isa_now());
    bmi_fill_range(&f, c->seed, c->stream, 0, c->out.size);
}

static const double *numbers(const void *args)
{
    return ((const random_args *)args)->p;
}
static void run_uniform(const bm_call *c)
{
    run_kind(c, BMI_FILL_UNIFORM, numbers(c->args));
}
static void run_normal(const bm_call *c)
{
    run_kind(c, BMI_FILL_NORMAL, numbers(c->args));
}
static void run_normal_like(const bm_call *c)
{
    run_kind(c, BMI_FILL_NORMAL, c->args);
}
static void run_bernoulli(const bm_call *c)
{
    run_kind(c, BMI_FILL_BERNOULLI, c->args);
}

/* The same as a kernel, split over elements. */
typedef struct bound {
    bmi_fill fill;
    const bmi_run_state *state;
    uint64_t number;
    int64_t size;
} bound;

static void fill_part(const void *args, int part, int parts)
{
    const bound *b = args;
    int64_t first, last;
    bmi_slice(b->size, 64, part, parts, &first, &last);
    bmi_fill_range(&b->fill, b->state->seed, bmi_run_stream(b->state, b->number), first, last);
}

static bool bind_kind(bmi_bind *b, bmi_fill_kind kind, const double *p)
{
    bound *k = bmi_bind_memory(b, sizeof *k);
    const int parts = bmi_fill_parts(b->out.size);
    if (!k) return true;
    *k = (bound){ fill_of(kind, p, &b->out, b->isa), b->state, b->number, b->out.size };
    bmi_bind_emit(b, b->op->name, fill_part, k, parts < b->threads ? parts : b->threads);
    return true;
}

static bool bind_uniform(bmi_bind *b)
{
    return bind_kind(b, BMI_FILL_UNIFORM, numbers(b->args));
}
static bool bind_normal(bmi_bind *b)
{
    return bind_kind(b, BMI_FILL_NORMAL, numbers(b->args));
}
static bool bind_normal_like(bmi_bind *b)
{
    return bind_kind(b, BMI_FILL_NORMAL, b->args);
}
static bool bind_bernoulli(bmi_bind *b)
{
    return bind_kind(b, BMI_FILL_BERNOULLI, b->args);
}

#define RANDOM_ARGS(a, b) \
    .args = &(const random_args){ BM_F32, BMI_DIMS(3), { a, b } }, .shape = BMI_DIMS(3), .source = "by hand"
static const bm_example examples_uniform[] = { { RANDOM_ARGS(2, 2), .out = BMI_REALS(2, 2, 2) } };
static const bm_example examples_normal[] = { { RANDOM_ARGS(-1, 0), .out = BMI_REALS(-1, -1, -1) } };
static const bm_example examples_bernoulli[] = {
    { .in = { BMI_REALS(0, 0) },
      .in_shape = { BMI_DIMS(2) },
      .args = &(const double){ 1 },
      .out = BMI_REALS(1, 1),
      .shape = BMI_DIMS(2),
      .source = "by hand" },
    { .in = { BMI_REALS(0, 0) },
      .in_shape = { BMI_DIMS(2) },
      .args = &(const double){ 0 },
      .out = BMI_REALS(0, 0),
      .shape = BMI_DIMS(2),
      .source = "by hand" },
};

static const bm_example examples_normal_like[] = {
    { .in = { BMI_REALS(0, 0) },
      .in_shape = { BMI_DIMS(2) },
      .args = &(const double[2]){ 3, 0 },
      .out = BMI_REALS(3, 3),
      .shape = BMI_DIMS(2),
      .source = "by hand" },
};

#define RANDOM(name_, inputs, size_, infer_, list, doc_, ...)                        \
    static const bm_op bmi_op_##name_ = { .size = sizeof(bm_op),                     \
                                          .name = #name_,                            \
                                          .n_in = inputs,                            \
                                          .args_size = size_,                        \
                                          .flags = BM_OP_RANDOM | BM_OP_NO_GRADIENT, \
                                          .infer = infer_,                           \
                                          .run = run_##list,                         \
                                          .bind = bind_##list,                       \
                                          BMI_EXAMPLES(examples_##list),             \
                                          .doc = doc_,                               \
                                          __VA_ARGS__ };
RANDOM(random_uniform, 0, sizeof(random_args), infer_uniform, uniform, "uniform in [low, high)", .scratch = NULL)
RANDOM(random_normal, 0, sizeof(random_args), infer_normal, normal, "normal of a mean and deviation", .scratch = NULL)
RANDOM(bernoulli_like, 1, sizeof(double), infer_bernoulli, bernoulli,
       "1 with a probability, else 0, in the type and shape of the input", .shape_inputs = 1)
RANDOM(normal_like, 1, 2 * sizeof(double), infer_normal_like, normal_like,
       "normal of a mean and deviation, in the type and shape of the input", .shape_inputs = 1)

static bm_node add_random(bm_graph *g, const bm_op *op, bm_type type, bm_shape shape, double a, double b, bm_place here)
{
    random_args args = { .type = type, .shape = { .rank = shape.rank }, .p = { a, b } };
    for (int64_t d = 0; d < shape.rank && d < BM_MAX_RANK; d++) args.shape.dim[d] = shape.dim[d];
    return bmi_node_add(g, op, &args, NULL, 0, NULL, here);
}

bm_node bm_random_uniform_at(bm_graph *g, bm_type type, bm_shape shape, double low, double high, bm_place here)
{
    return add_random(g, &bmi_op_random_uniform, type, shape, low, high, here);
}

bm_node bm_random_normal_at(bm_graph *g, bm_type type, bm_shape shape, double mean, double deviation, bm_place here)
{
    return add_random(g, &bmi_op_random_normal, type, shape, mean, deviation, here);
}

bm_node bm_bernoulli_like_at(bm_node like, double keep, bm_place here)
{
    return bmi_op1(&bmi_op_bernoulli_like, &keep, like, here);
}

bm_node bm_normal_like_at(bm_node like, double mean, double deviation, bm_place here)
{
    const double p[2] = { mean, deviation };
    return bmi_op1(&bmi_op_normal_like, p, like, here);
}

const bmi_kind bmi_kinds_op_random[] = {
    BMI_OP_KIND(random_uniform), BMI_OP_KIND(random_normal), BMI_OP_KIND(bernoulli_like), BMI_OP_KIND(normal_like), { 0 }
};
