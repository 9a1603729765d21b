// SPDX-License-Identifier: Apache-2.0
/* Operations against values that NumPy and SciPy gave (tests/golden/ops.py wrote tests/golden/ops.txt). */
#include "support/bmt.h"
#include "support/interpret.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const bm_node *in;
#define ONE(name)                  \
    static bm_node do_##name(void) \
    {                              \
        return bm_##name(in[0]);   \
    }
// clang-format off
ONE(neg) ONE(abs) ONE(sign) ONE(exp) ONE(expm1) ONE(log) ONE(log1p) ONE(sqrt) ONE(rsqrt) ONE(square) ONE(reciprocal) ONE(sin) ONE(cos) ONE(erf)
ONE(sigmoid) ONE(tanh) ONE(relu) ONE(selu) ONE(gelu) ONE(silu) ONE(softplus) ONE(softsign) ONE(step) ONE(sum) ONE(min) ONE(softmax) ONE(log_softmax)
// clang-format on
#define TWO(name)                       \
    static bm_node do_##name(void)      \
    {                                   \
        return bm_##name(in[0], in[1]); \
    }
            TWO(add) TWO(sub) TWO(mul) TWO(div) TWO(minimum) TWO(maximum) TWO(less) TWO(greater_equal) TWO(pow) TWO(matmul) TWO(
                sigmoid_crossentropy) TWO(gather) TWO(softmax_crossentropy)
#define AS(name, node)             \
    static bm_node do_##name(void) \
    {                              \
        return node;               \
    }
                AS(leaky_relu, bm_leaky_relu(in[0], .1)) AS(elu, bm_elu(in[0], 1.3)) AS(clip, bm_clip(in[0], -1, 2))
                    AS(scale, bm_scale(in[0], -2.5)) AS(shift, bm_shift(in[0], .75)) AS(where, bm_where(bm_cast(in[0], BM_BOOL),
                                                                                                        in[1], in[2]))
                        AS(sum_some, bm_sum_over(in[0], BM_AXES(0, 2))) AS(sum_keep, bm_sum_keep(in[0], BM_AXES(1)))
                            AS(mean, bm_mean_over(in[0], BM_AXES(-1))) AS(max, bm_max_over(in[0], BM_AXES(1)))
                                AS(prod, bm_prod_over(in[0], BM_AXES(0))) AS(logsumexp, bm_logsumexp_over(in[0], BM_AXES(2)))
                                    AS(norm1, bm_norm_over(in[0], 1, BM_AXES(2))) AS(norm2, bm_norm_over(in[0], 2, BM_AXES(2)))
                                        AS(norm3, bm_norm_over(in[0], 3, BM_AXES(2)))
                                            AS(norm_inf, bm_norm_over(in[0], (double)INFINITY, BM_AXES(2)))
                                                AS(argmax,
                                                   bm_argmax(in[0], 1)) AS(matmul_tn, bm_matmul_of(in[0], true, in[1], false))
                                                    AS(matmul_nt, bm_matmul_of(in[0], false, in[1], true))
                                                        AS(reshape, bm_reshape_op(in[0], BM_SHAPE(4, BM_ANY)))
                                                            AS(flatten,
                                                               bm_flatten_op(in[0])) AS(transpose,
                                                                                        bm_transpose(in[0], BM_AXES(2, 0, 1)))
                                                                AS(slice, bm_slice(in[0], BM_AXES(0, 1, -3), BM_AXES(-1, 2, 2)))
                                                                    AS(pad,
                                                                       bm_pad(in[0], BM_AXES(1, 0, 1), BM_AXES(0, 2, 1), .5))
                                                                        AS(tile, bm_tile(in[0], BM_AXES(2, 1, 3)))
                                                                            AS(concat, bm_concat(1, in[0], in[1]))
                                                                                AS(stack, bm_stack(1, in[0], in[1]))
                                                                                    AS(one_hot, bm_one_hot(in[0], 3, BM_F32))
                                                                                        AS(scatter_add,
                                                                                           bm_scatter_add(in[0], in[1], in[2]))

                                                                                            static const struct build {
    const char *name;
    bm_node (*node)(void);
    int index; /* the input that holds indices, + 1 */
} builds[] = {
#define B(name)             \
    {                       \
#name, do_##name, 0 \
    }
    B(neg),
    B(abs),
    B(sign),
    B(exp),
    B(expm1),
    B(log),
    B(log1p),
    B(sqrt),
    B(rsqrt),
    B(square),
    B(reciprocal),
    B(sin),
    B(cos),
    B(erf),
    B(sigmoid),
    B(tanh),
    B(relu),
    B(selu),
    B(gelu),
    B(silu),
    B(softplus),
    B(softsign),
    B(step),
    B(sum),
    B(min),
    B(softmax),
    B(log_softmax),
    B(add),
    B(sub),
    B(mul),
    B(div),
    B(minimum),
    B(maximum),
    B(less),
    B(greater_equal),
    B(pow),
    B(matmul),
    B(sigmoid_crossentropy),
    B(where),
    B(reshape),
    B(flatten),
    B(transpose),
    B(slice),
    B(pad),
    B(tile),
    B(concat),
    B(stack),
    { "matmul batch", do_matmul, 0 },
    { "softmax_crossentropy of distributions", do_softmax_crossentropy, 0 },
    { "leaky_relu .1", do_leaky_relu, 0 },
    { "elu 1.3", do_elu, 0 },
    { "clip -1 2", do_clip, 0 },
    { "scale -2.5", do_scale, 0 },
    { "shift .75", do_shift, 0 },
    { "sum over 0 2", do_sum_some, 0 },
    { "sum keep 1", do_sum_keep, 0 },
    { "mean over -1", do_mean, 0 },
    { "max over 1", do_max, 0 },
    { "prod over 0", do_prod, 0 },
    { "logsumexp over 2", do_logsumexp, 0 },
    { "norm 1 over 2", do_norm1, 0 },
    { "norm 2 over 2", do_norm2, 0 },
    { "norm 3 over 2", do_norm3, 0 },
    { "norm inf over 2", do_norm_inf, 0 },
    { "argmax 1", do_argmax, 0 },
    { "matmul tn", do_matmul_tn, 0 },
    { "matmul nt", do_matmul_nt, 0 },
    { "one_hot", do_one_hot, 1 },
    { "gather", do_gather, 2 },
    { "scatter_add", do_scatter_add, 2 },
    { "softmax_crossentropy", do_softmax_crossentropy, 2 },
};

typedef struct numbers {
    bm_shape shape;
    double *at;
} numbers;

/* The rest of an "in" or "out" line: rank, dimensions, numbers. */
static numbers read_numbers(const char *line)
{
    numbers n = { { 0 }, NULL };
    char *at;
    int64_t size = 1;
    n.shape.rank = strtoll(line, &at, 10);
    assert_in_range(n.shape.rank, 0, BM_MAX_RANK);
    for (int64_t d = 0; d < n.shape.rank; d++) size *= n.shape.dim[d] = strtoll(at, &at, 10);
    n.at = calloc((size_t)size, sizeof *n.at);
    assert_non_null(n.at);
    for (int64_t i = 0; i < size; i++) n.at[i] = strtod(at, &at);
    return n;
}

static void check(const struct build *b, const numbers *a, int n, bm_type real)
{
    bm_graph *g = bm_graph_new();
    bm_node node[4];
    char what[200];
    for (int j = 0; j < n - 1; j++) {
        bm_tensor *t = bmt_tensor(b->index == j + 1 ? BM_I32 : real, a[j].shape, a[j].at);
        node[j] = bm_constant(g, t, NULL);
        bm_free(t);
    }
    in = node;
    const bm_node y = b->node();
    bmt_machine m = bmt_machine_new(g, 1);
    bm_tensor *out = bmt_tensor(BM_F64, a[n - 1].shape, a[n - 1].at);
    snprintf(what, sizeof what, "%s (%s)", b->name, bm_type_name(real));
    bmt_near_tensor(what, bmt_value(&m, y), out,
                    real == BM_F32 ? 3e-6 : 3e-14); /* inputs of 4 digits are rounded in f32, and e^8 makes 8 times of it */
    bm_free(out);
    bmt_machine_end(&m);
    bm_free(g);
}

static void numpy(void **state)
{
    (void)state;
    const char *source = getenv("BAEUM_SOURCE");
    char path[4096], line[16384], name[200] = "";
    bool seen[BMI_COUNT(builds)] = { false };
    numbers a[4];
    int n = 0;
    snprintf(path, sizeof path, "%s/tests/golden/ops.txt", source ? source : ".");
    FILE *f = fopen(path, "r");
    if (!f) fail_msg("%s cannot be read", path);
    while (fgets(line, sizeof line, f)) {
        if (!strncmp(line, "case ", 5)) snprintf(name, sizeof name, "%.*s", (int)strcspn(line + 5, "\n"), line + 5);
        if (!strncmp(line, "in ", 3)) a[n++] = read_numbers(line + 3);
        if (strncmp(line, "out ", 4) != 0) continue;
        a[n++] = read_numbers(line + 4);
        size_t k = 0;
        while (k < BMI_COUNT(builds) && strcmp(builds[k].name, name) != 0) k++;
        if (k == BMI_COUNT(builds)) fail_msg("%s is in the file and not in the test", name);
        seen[k] = true;
        check(&builds[k], a, n, BM_F32);
        check(&builds[k], a, n, BM_F64);
        while (n) free(a[--n].at);
    }
    fclose(f);
    for (size_t k = 0; k < BMI_COUNT(builds); k++)
        if (!seen[k]) fail_msg("%s is in the test and not in the file", builds[k].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(numpy) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
