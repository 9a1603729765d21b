// SPDX-License-Identifier: Apache-2.0
#include "support/op_cases.h"
#include "base/kinds.h"
#include "support/bmt.h"
#include "support/interpret.h"
#include <math.h>
#include <string.h>

/* Where an operation is defined and smooth, when that is not [-2, 2]. */
// clang-format off
static const struct domain {
    const char *op;
    int         input;
    double      low, high;
} domains[] = {
    { "log", 0, .2, 3 },        { "log1p", 0, -.6, 2 },    { "sqrt", 0, .3, 3 }, { "root_product", 0, .3, 3 },      { "rsqrt", 0, .3, 3 },
    { "reciprocal", 0, .4, 2 }, { "div", 1, .4, 2 },       { "pow", 0, .3, 2 },       { "sigmoid_crossentropy", 1, 0, 1 },
    { "softmax_crossentropy", 1, .1, 1 },                  { "softmax_crossentropy_grad", 1, .1, 1 },
    { "clip", 0, -3, 4 },       { "clip_grad", 0, -3, 4 }, { "tanh_grad", 0, -1, 1 }, { "sigmoid_grad", 0, 0, 1 },
};

#define N(...) BMI_DIMS(__VA_ARGS__)

/* Shapes for elementwise operations: empty, one, prime, more than a vector, broadcast every way. */
static const bm_shape odd[][3] = {
    { { 0 }, { 0 }, { 0 } },
    { N(0, 3), N(3), N(1) },
    { N(7), N(1), N(7) },
    { N(37), N(37), { 0 } },
    { N(3, 1, 5), N(2, 1), N(1, 1, 1, 5) },
    { N(5), N(3, 5), N(3, 1) },
};

/* ---- what examples do not cover ---- */
static bm_node nn(const bm_node *in) { return bm_matmul(in[0], in[1]); }
static bm_node tn(const bm_node *in) { return bm_matmul_of(in[0], true, in[1], false); }
static bm_node nt(const bm_node *in) { return bm_matmul_of(in[0], false, in[1], true); }
static bm_node tt(const bm_node *in) { return bm_matmul_of(in[0], true, in[1], true); }
static bm_node sum_some(const bm_node *in) { return bm_sum_over(in[0], BM_AXES(0, -1)); }
static bm_node sum_middle(const bm_node *in) { return bm_sum_keep(in[0], BM_AXES(1)); }
static bm_node sum_all(const bm_node *in) { return bm_sum(in[0]); }
static bm_node mean_some(const bm_node *in) { return bm_mean_over(in[0], BM_AXES(0, -1)); }
static bm_node mean_first(const bm_node *in) { return bm_mean_over(in[0], BM_AXES(0)); }
static bm_node max_some(const bm_node *in) { return bm_max_over(in[0], BM_AXES(0, 2)); }
static bm_node min_middle(const bm_node *in) { return bm_min_keep(in[0], BM_AXES(1)); }
static bm_node prod_some(const bm_node *in) { return bm_prod_over(in[0], BM_AXES(0, 2)); }
static bm_node logsumexp_some(const bm_node *in) { return bm_logsumexp_over(in[0], BM_AXES(0, 2)); }
static bm_node sum_apart(const bm_node *in) { return bm_sum_over(in[0], BM_AXES(1, 3)); }
static bm_node sum_apart_too(const bm_node *in) { return bm_sum_over(in[0], BM_AXES(0, 2, 4)); }
static bm_node mean_apart(const bm_node *in) { return bm_mean_keep(in[0], BM_AXES(0, 2)); }
static bm_node max_first(const bm_node *in) { return bm_max_over(in[0], BM_AXES(0)); }
static bm_node norm_one(const bm_node *in) { return bm_norm_over(in[0], 1, BM_AXES(0, 2)); }
static bm_node norm_two(const bm_node *in) { return bm_norm_over(in[0], 2, BM_AXES(1)); }
static bm_node norm_odd(const bm_node *in) { return bm_norm_over(in[0], 2.5, BM_AXES(0)); }
static bm_node norm_large(const bm_node *in) { return bm_norm(in[0], (double)INFINITY); }
static bm_node argmax_middle(const bm_node *in) { return bm_argmax(in[0], 1); }
static bm_node turn(const bm_node *in) { return bm_transpose(in[0], BM_AXES(3, 1, 0, 2)); }
static bm_node cut(const bm_node *in) { return bm_slice(in[0], BM_AXES(1, -2, 0), BM_AXES(-1, 1, 0)); }
static bm_node cut_some(const bm_node *in) { return bm_slice(in[0], BM_AXES(0, 1, -2), BM_AXES(-1, 2, -1)); }
static bm_node frame(const bm_node *in) { return bm_pad(in[0], BM_AXES(1, 0, 2), BM_AXES(0, 1, 1), 3); }
static bm_node join(const bm_node *in) { return bm_concat(1, in[0], in[1], in[2]); }
static bm_node join_rows(const bm_node *in) { return bm_concat(0, in[0], in[1], in[2]); }
static bm_node pile(const bm_node *in) { return bm_stack(-1, in[0], in[1]); }
static bm_node again(const bm_node *in) { return bm_tile(in[0], BM_AXES(2, 1, 3)); }
static bm_node rows(const bm_node *in) { return bm_gather(in[0], in[1]); }
static bm_node add_rows(const bm_node *in) { return bm_scatter_add(in[0], in[1], in[2]); }
static bm_node spread(const bm_node *in) { return bm_broadcast_like(in[0], in[1]); }
static bm_node gather_up(const bm_node *in) { return bm_sum_like(in[0], in[1]); }
static bm_node reshape(const bm_node *in) { return bm_reshape_op(in[0], BM_SHAPE(5, BM_ANY, 2)); }
static bm_node soft(const bm_node *in) { return bm_softmax(in[0]); }
static bm_node log_soft(const bm_node *in) { return bm_log_softmax(in[0]); }
static bm_node entropy(const bm_node *in) { return bm_softmax_crossentropy(in[0], in[1]); }
static bm_node pieces(const bm_node *in)
{
    bm_node out[3];
    bm_split(in[0], -1, 3, out);
    return bm_concat(0, out[2], out[0]);
}

static const double indices[] = { 4, 0, 1, 4, 2, 3 };
static const struct extra {
    const char *op, *what;
    bm_node   (*build)(const bm_node *in);
    int         n_in;
    bm_shape    shape[3];
    bm_type     index; /* type of input 1 when that holds indices */
    int64_t     terms; /* numbers of about 1 that are added up to one */
} extras[] = {
    { "matmul", "odd", nn, 2, { N(7, 5), N(5, 3) }, 0 },
    { "matmul", "transposed x", tn, 2, { N(5, 7), N(5, 3) }, 0 },
    { "matmul", "transposed y", nt, 2, { N(7, 5), N(3, 5) }, 0 },
    { "matmul", "both transposed", tt, 2, { N(5, 7), N(3, 5) }, 0 },
    { "matmul", "one", nn, 2, { N(1, 1), N(1, 1) }, 0 },
    { "matmul", "no rows", nn, 2, { N(0, 5), N(5, 3) }, 0 },
    { "matmul", "nothing to sum", nn, 2, { N(2, 0), N(0, 3) }, 0 },
    { "matmul", "wide", nn, 2, { N(3, 2), N(2, 67) }, 0 },
    { "matmul", "batch", nn, 2, { N(2, 3, 2), N(2, 2, 3) }, 0 },
    { "matmul", "broadcast batch", nt, 2, { N(2, 1, 3, 2), N(3, 4, 2) }, 0 },
    { "matmul", "batch transposed", tn, 2, { N(2, 2, 3), N(2, 2, 2) }, 0 },
    { "matmul", "batch by a matrix", nn, 2, { N(2, 3, 4), N(4, 2) }, 0 },
    { "matmul", "batch by a transposed matrix", nt, 2, { N(2, 3, 4), N(2, 4) }, 0 },
    { "matmul", "matrix by a batch", nn, 2, { N(3, 4), N(2, 4, 2) }, 0 },
    { "sum", "some axes", sum_some, 1, { N(2, 3, 5) }, 0 },
    { "sum", "middle axis", sum_middle, 1, { N(2, 3, 5) }, 0 },
    { "sum", "nothing", sum_middle, 1, { N(2, 0, 5) }, 0 },
    { "sum", "a scalar", sum_all, 1, { { 0 } }, 0 },
    { "sum", "axes apart", sum_apart, 1, { N(2, 3, 2, 3, 2) }, 0 },
    { "sum", "three axes apart", sum_apart_too, 1, { N(2, 2, 3, 2, 3) }, 0 },
    { "sum", "a long row", sum_all, 1, { N(1237) }, 0 },
    { "mean", "apart, one axis empty", mean_apart, 1, { N(4, 3, 0) }, 0 },
    { "mean", "apart", mean_apart, 1, { N(4, 3, 5) }, 0 },
    { "max", "many rows", max_first, 1, { N(131, 3) }, 0 },
    { "mean", "some axes", mean_some, 1, { N(2, 3, 5) }, 0 },
    { "mean", "first axis", mean_first, 1, { N(7, 3) }, 0 },
    { "max", "some axes", max_some, 1, { N(2, 3, 5) }, 0 },
    { "min", "middle axis", min_middle, 1, { N(2, 3, 5) }, 0 },
    { "prod", "some axes", prod_some, 1, { N(2, 3, 2) }, 0 },
    { "logsumexp", "some axes", logsumexp_some, 1, { N(2, 3, 5) }, 0 },
    { "norm", "order 1", norm_one, 1, { N(2, 3, 5) }, 0 },
    { "norm", "order 2", norm_two, 1, { N(2, 3, 5) }, 0 },
    { "norm", "order 2.5", norm_odd, 1, { N(5, 3) }, 0 },
    { "norm", "largest", norm_large, 1, { N(2, 3) }, 0 },
    { "argmax", "middle axis", argmax_middle, 1, { N(2, 5, 3) }, 0 },
    { "transpose", "four axes", turn, 1, { N(2, 3, 1, 5) }, 0 },
    { "slice", "nothing", cut, 1, { N(2, 3, 5) }, 0 },
    { "slice", "some", cut_some, 1, { N(2, 3, 5) }, 0 },
    { "slice", "split", pieces, 1, { N(2, 6) }, 0 },
    { "pad", "three axes", frame, 1, { N(2, 3, 1) }, 0 },
    { "concat", "one empty", join, 3, { N(2, 1, 3), N(2, 0, 3), N(2, 2, 3) }, 0 },
    { "concat", "rows", join_rows, 3, { N(2, 3), N(1, 3), N(4, 3) }, 0 },
    { "concat", "stack", pile, 2, { N(2, 3), N(2, 3) }, 0 },
    { "tile", "three axes", again, 1, { N(2, 3, 1) }, 0 },
    { "gather", "a table of indices", rows, 2, { N(5, 2), N(2, 3) }, BM_I32 },
    { "gather", "no rows of width", rows, 2, { N(5, 0), N(3) }, BM_I64 },
    { "scatter_add", "a table of indices", add_rows, 3, { N(5, 2), N(2, 3), N(2, 3, 2) }, BM_I32 },
    { "broadcast_like", "more axes", spread, 2, { N(3, 1), N(2, 3, 5) }, 0 },
    { "sum_like", "fewer axes", gather_up, 2, { N(2, 3, 5), N(3, 1) }, 0 },
    { "sum_like", "to a scalar", gather_up, 2, { N(2, 3), { 0 } }, 0 },
    { "reshape", "one open", reshape, 1, { N(3, 10) }, 0 },
    { "softmax", "odd", soft, 1, { N(3, 17) }, 0 },
    { "softmax", "one class", soft, 1, { N(3, 1) }, 0 },
    { "softmax", "many classes", soft, 1, { N(2, 101) }, 0 },
    { "softmax", "no rows", soft, 1, { N(0, 5) }, 0 },
    { "log_softmax", "odd", log_soft, 1, { N(3, 17) }, 0 },
    { "softmax_crossentropy", "two axes of rows", entropy, 2, { N(2, 3, 5), N(2, 3) }, BM_I32 },
    { "softmax_crossentropy", "distributions", entropy, 2, { N(3, 7), N(3, 7) }, 0 },
};

/* Large enough for several parts. */
static bm_node bernoulli(const bm_node *in) { return bm_bernoulli_like(in[0], .7); }
static bm_node plus(const bm_node *in) { return bm_add(in[0], in[1]); }
static bm_node wide_tanh(const bm_node *in) { return bm_tanh(in[0]); }
static bm_node normal(const bm_node *in) { return bm_random_normal(in[0].graph, bm_node_type(in[0]), BM_SHAPE(70001), 0, 1); }
static bm_node uniform(const bm_node *in) { return bm_random_uniform(in[0].graph, bm_node_type(in[0]), BM_SHAPE(70001), -1, 1); }
static bm_node swap(const bm_node *in) { return bm_transpose(in[0], BM_AXES(1, 0)); }
static bm_node inner_swap(const bm_node *in) { return bm_transpose(in[0], BM_AXES(0, 2, 1)); }
static bm_node cut_wide(const bm_node *in) { return bm_slice(in[0], BM_AXES(3, 5), BM_AXES(-1, 201)); }
static bm_node frame_wide(const bm_node *in) { return bm_pad(in[0], BM_AXES(1, 7), BM_AXES(0, 9), -1); }
static bm_node twice(const bm_node *in) { return bm_tile(in[0], BM_AXES(1, 2)); }
static bm_node beside(const bm_node *in) { return bm_concat(1, in[0], in[1]); }
static bm_node sum_first(const bm_node *in) { return bm_sum_over(in[0], BM_AXES(0)); }
static bm_node sum_last(const bm_node *in) { return bm_sum_over(in[0], BM_AXES(1)); }
static const struct extra large[] = {
    { "matmul", "large", nn, 2, { N(150, 130), N(130, 170) }, 0, 130 },
    { "matmul", "large, transposed x", tn, 2, { N(130, 150), N(130, 170) }, 0, 130 },
    { "matmul", "large, transposed y", nt, 2, { N(150, 130), N(170, 130) }, 0, 130 },
    { "matmul", "large batch", nn, 2, { N(20, 30, 40), N(20, 40, 50) }, 0, 40 },
    { "add", "large, a row added", plus, 2, { N(301, 307), N(307) }, 0 },
    { "tanh", "large", wide_tanh, 1, { N(301, 307) }, 0 },
    { "sum", "large, all", sum_all, 1, { N(301, 307) }, 0, 301 * 307 },
    { "sum", "large, columns", sum_first, 1, { N(301, 307) }, 0, 301 },
    { "sum", "large, rows", sum_last, 1, { N(301, 307) }, 0, 307 },
    { "softmax", "large", soft, 1, { N(301, 307) }, 0 },
    { "softmax_crossentropy", "large distributions", entropy, 2, { N(301, 307), N(301, 307) }, 0, 307 },
    { "gather", "large", rows, 2, { N(5, 20011), N(2, 3) }, BM_I32 },
    { "scatter_add", "large", add_rows, 3, { N(5, 20011), N(2, 3), N(2, 3, 20011) }, BM_I32 },
    { "transpose", "large", swap, 1, { N(301, 307) }, 0 },
    { "transpose", "large, in a batch", inner_swap, 1, { N(7, 101, 103) }, 0 },
    { "slice", "large", cut_wide, 1, { N(301, 307) }, 0 },
    { "pad", "large", frame_wide, 1, { N(301, 307) }, 0 },
    { "tile", "large", twice, 1, { N(301, 307) }, 0 },
    { "concat", "large", beside, 2, { N(301, 307), N(301, 7) }, 0 },
    { "broadcast_like", "large", spread, 2, { N(301, 1), N(301, 307) }, 0 },
    { "bernoulli_like", "large", bernoulli, 1, { N(301, 307) }, 0 },
    { "random_normal", "large", normal, 1, { N(1) }, 0 },
    { "random_uniform", "large", uniform, 1, { N(1) }, 0 },
};

/* ---- making cases ---- */

static void of_example(const bm_op *op, size_t k, void (*check)(const bmt_case *, void *), void *user)
{
    const bm_example *e = &op->examples[k];
    bmt_case          c = { .op = op, .args = e->args, .n_in = op->n_in };
    if (c.n_in < 0)
        for (c.n_in = 0; c.n_in < BMT_INPUTS && e->in[c.n_in];) c.n_in++;
    snprintf(c.name, sizeof c.name, "%s, as in example %zu", op->name, k + 1);
    for (int j = 0; j < c.n_in; j++) {
        c.type[j]  = e->in_type[j];
        c.shape[j] = e->in_shape[j];
        if (c.type[j] == BM_I32 || c.type[j] == BM_I64 || c.type[j] == BM_U8) c.numbers[j] = e->in[j];
    }
    check(&c, user);
}

static void of_odd_shapes(const bm_op *op, void (*check)(const bmt_case *, void *), void *user)
{
    const bm_example *e = &op->examples[0];
    for (size_t s = 0; s < BMI_COUNT(odd); s++) {
        bmt_case c = { .op = op, .args = e->args, .n_in = op->n_in };
        snprintf(c.name, sizeof c.name, "%s on odd shapes %zu", op->name, s + 1);
        for (int j = 0; j < c.n_in; j++) {
            c.type[j]  = e->in_type[j] == BM_BOOL ? BM_BOOL : 0;
            c.shape[j] = op->shape_inputs || op->flags & BM_OP_UPDATE ? odd[s][0] : odd[s][j];
        }
        check(&c, user);
    }
}

static void of_row(const bm_op *op, const struct extra *x, void (*check)(const bmt_case *, void *), void *user)
{
    bmt_case c = { .op = op, .build = x->build, .n_in = x->n_in, .terms = x->terms };
    snprintf(c.name, sizeof c.name, "%s, %s", x->op, x->what);
    memcpy(c.shape, x->shape, sizeof x->shape);
    if (x->index) {
        c.type[1]    = x->index;
        c.numbers[1] = indices;
    }
    check(&c, user);
}

void bmt_each_large_case(void (*check)(const bmt_case *c, void *user), void *user)
{
    for (size_t i = 0; i < BMI_COUNT(large); i++) of_row(bmi_kind_find("op", large[i].op), &large[i], check, user);
}

void bmt_each_case(void (*check)(const bmt_case *c, void *user), void *user)
{
    const bmi_kind *kind;
    for (size_t i = 0; (kind = bmi_kind_at("op", i)); i++) {
        const bm_op *op = kind->record;
        for (size_t k = 0; k < op->n_examples; k++) of_example(op, k, check, user);
        if (op->flags & BM_OP_ELEMENTWISE && strcmp(op->name, "cast") != 0) of_odd_shapes(op, check, user);
        for (size_t k = 0; k < BMI_COUNT(extras); k++)
            if (!strcmp(extras[k].op, op->name)) of_row(op, &extras[k], check, user);
    }
    for (size_t i = 0; i < BMI_COUNT(extras); i++)
        if (!bmi_kind_find("op", extras[i].op)) fail_msg("there is no operation %s", extras[i].op);
    for (size_t i = 0; i < BMI_COUNT(domains); i++)
        if (!bmi_kind_find("op", domains[i].op)) fail_msg("there is no operation %s", domains[i].op);
}

bm_node bmt_case_node(const bmt_case *c, bm_graph *g, const bm_node *in)
{
    return c->build ? c->build(in) : bmi_node_add(g, c->op, c->args, in, c->n_in, NULL, BM_HERE);
}

bm_tensor *bmt_case_input(const bmt_case *c, int j, bm_type real, uint64_t stream)
{
    const bm_type type = c->type[j] ? c->type[j] : real;
    double        low = -2, high = 2;
    if (c->numbers[j]) return bmt_tensor(type, c->shape[j], c->numbers[j]);
    for (size_t i = 0; i < BMI_COUNT(domains); i++) {
        if (strcmp(domains[i].op, c->op->name) != 0 || domains[i].input != j) continue;
        low  = domains[i].low;
        high = domains[i].high;
    }
    bm_tensor *t = bmt_random(type, c->shape[j], low, high, stream * 16 + (uint64_t)j);
    for (int64_t i = 0; i < t->size && bmi_type_is_real(type); i++) { /* numbers of f32, so that both types compute the same */
        double v = bm_tensor_at(t, i);
        if (low < 0 && fabs(v) < .03) v = v < 0 ? v - .05 : v + .05;
        bmt_set(t, i, (double)(float)v);
    }
    return t;
}
