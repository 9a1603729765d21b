// SPDX-License-Identifier: Apache-2.0
/* An operation from outside the library, with nothing but the public headers: x^3 times a number, its gradient, bad data in it,
 * and records that are refused.
 */
#include "support/bmt.h"
#include <baeum.h>
#include <baeum/extend.h>

typedef struct cube_args {
    double by;
} cube_args;

static bm_status infer(bm_infer *i)
{
    if (i->in_type[0] != BM_F64)
        return bm_infer_fail(i, BM_E_TYPE, "x is %s, and this cube takes f64", bm_type_name(i->in_type[0]));
    i->type = i->in_type[0];
    i->shape = i->in_shape[0];
    return BM_OK;
}

static void run(const bm_call *c)
{
    const double *x = c->in[0].data, by = ((const cube_args *)c->args)->by;
    double *y = c->out.data, *keep = c->scratch;
    for (int64_t i = 0; i < c->out.size; i++) {
        if (x[i] > 99) bm_call_fault(c, "cube", (int64_t)x[i], i, 100);
        keep[i] = x[i] * x[i];
        y[i] = by * keep[i] * x[i];
    }
}

static size_t scratch(const bm_call *c)
{
    return (size_t)c->out.size * sizeof(double);
}

static void grad(bm_node y, bm_node dy, bm_node *dx)
{
    const cube_args *args = bm_node_args(y);
    dx[0] = bm_mul(dy, bm_scale(bm_square(bm_node_in(y, 0)), 3 * args->by));
}

static const bm_op cube = { .size = sizeof(bm_op),
                            .name = "cube",
                            .n_in = 1,
                            .args_size = sizeof(cube_args),
                            .infer = infer,
                            .grad = grad,
                            .run = run,
                            .scratch = scratch,
                            .doc = "by x^3" };

static bm_node cubed(bm_node x, double by)
{
    return bm_custom_at(&cube, &(cube_args){ by }, sizeof(cube_args), &x, 1, NULL, BM_HERE);
}

static void works(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    const bm_node x = bm_placeholder(g, BM_F64, BM_SHAPE(BM_ANY), "x"), y = cubed(x, 2), dy = bm_gradient(y, x),
                  ddy = bm_gradient(dy, x);
    bm_session *s = bm_session_new(g, .seed = 1);
    bm_tensor *t = bm_tensor_copy(BM_F64, BM_SHAPE(2), ((const double[]){ 1, -3 }));
    bm_run(s, BM_FEEDS({ x, t }), BM_FETCHES(y, dy, ddy));
    assert_string_equal(bm_error(s), "");
    assert_string_equal(bm_node_kind(y), "cube");
    const double want[3][2] = { { 2, -54 }, { 6, 54 }, { 12, -36 } };
    for (int i = 0; i < 2; i++) {
        assert_true(bm_data_f64(bm_value(s, y))[i] == want[0][i]);
        assert_true(bm_data_f64(bm_value(s, dy))[i] == want[1][i]);
        assert_true(bm_data_f64(bm_value(s, ddy))[i] == want[2][i]);
    }
    bm_free(t);
    t = bm_tensor_copy(BM_F64, BM_SHAPE(3), ((const double[]){ 1, 2, 200 }));
    assert_int_equal(bm_run(s, BM_FEEDS({ x, t }), BM_FETCHES(y)), BM_E_DATA);
    bmt_contains("fault", bm_error(s), "cube 200 at position 2 is outside 0 .. 99");
    bm_free(t);
    bm_free(s);
    bm_free(g);
}

static void refused(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    const bm_node x = bm_placeholder(g, BM_F32, BM_SHAPE(3), "x");
    assert_false(bm_node_ok(cubed(x, 1)));
    assert_int_equal(bm_status_of(g), BM_E_TYPE);
    bmt_contains("type", bm_error(g), "cube: x is f32");
    bm_clear(g);
    assert_false(bm_node_ok(bm_custom_at(&cube, &(cube_args){ 1 }, 3, &x, 1, NULL, BM_HERE)));
    bmt_contains("size of arguments", bm_error(g), "3 bytes of arguments");
    bm_clear(g);
    const bm_op no_run = { .size = sizeof(bm_op), .name = "nothing", .n_in = 1, .infer = infer };
    assert_false(bm_node_ok(bm_custom_at(&no_run, NULL, 0, &x, 1, NULL, BM_HERE)));
    bmt_contains("record", bm_error(g), "run");
    bm_free(g);
}

/* ---- records that do not keep their word ---- */

static bm_status infer_silent(bm_infer *i)
{
    (void)i;
    return BM_E_SHAPE;
}
static bm_status infer_no_type(bm_infer *i)
{
    i->type = (bm_type)55;
    i->shape = BM_SHAPE(3);
    return BM_OK;
}
static bm_status infer_no_shape(bm_infer *i)
{
    i->type = BM_F32;
    i->shape = BM_SHAPE(-7);
    return BM_OK;
}
static bm_status infer_changing(bm_infer *i)
{
    i->type = BM_F32;
    i->shape = i->known ? BM_SHAPE(5) : BM_SHAPE(3);
    return BM_OK;
}
static bm_status infer_unknown(bm_infer *i)
{
    i->type = BM_F32;
    i->shape = BM_SHAPE(BM_ANY);
    return BM_OK;
}
static void run_zero(const bm_call *c)
{
    for (int64_t i = 0; i < c->out.size; i++) ((float *)c->out.data)[i] = 0;
}

static void bad_inference(void **state)
{
    (void)state;
    const struct {
        bm_status (*infer)(bm_infer *);
        bm_status want;
        const char *part;
        bool runs, eager; /* it is the run, the eager graph that fails */
    } cases[] = {
        { infer_silent, BM_E_SHAPE, "the infer of liar refuses its inputs", false, true },
        { infer_no_type, BM_E_TYPE, "the infer of liar gives 55, which is no type", false, true },
        { infer_no_shape, BM_E_SHAPE, "-7", false, true },
        { infer_changing, BM_E_SHAPE, "the infer of liar gave f32 (3) for the graph and gives f32 (5) for this run", true,
          false },
        { infer_unknown, BM_E_SHAPE, "any", true, true },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        for (int eager = 0; eager < 2; eager++) {
            const bm_op liar = { .size = sizeof(bm_op), .name = "liar", .n_in = 1, .infer = cases[k].infer, .run = run_zero };
            bm_graph *g = bm_graph_new(.eager = eager);
            const bm_node x = bm_numbers(g, BM_F32, BM_SHAPE(3), 1, 2, 3),
                          y = bm_custom_at(&liar, NULL, 0, &x, 1, NULL, BM_HERE);
            if (eager ? cases[k].eager : !cases[k].runs) {
                assert_int_equal(bm_status_of(g), cases[k].want);
                bmt_contains("graph", bm_error(g), cases[k].part);
                assert_false(bm_node_ok(y));
            } else assert_string_equal(bm_error(g), "");
            if (!eager && cases[k].runs) {
                bm_session *s = bm_session_new(g);
                assert_int_equal(bm_run(s, BM_NO_FEEDS, BM_FETCHES(y)), cases[k].want);
                bmt_contains("session", bm_error(s), cases[k].part);
                bm_free(s);
            }
            bm_free(g);
        }
    }
}

static void grad_twice(bm_node y, bm_node dy, bm_node *dx)
{
    (void)y;
    dx[0] = bm_concat(0, dy, dy);
}
static void grad_type(bm_node y, bm_node dy, bm_node *dx)
{
    (void)y;
    dx[0] = bm_cast(dy, BM_F32);
}

static void bad_gradients(void **state)
{
    (void)state;
    const struct {
        void (*grad)(bm_node, bm_node, bm_node *);
        bm_status want;
        const char *part;
    } cases[] = {
        { grad_twice, BM_E_SHAPE,
          "the operation liar of node \"liar\" gives f64 (6) as the derivative by its input 1, which is f64 (3)" },
        { grad_type, BM_E_TYPE, "gives f32 (3) as the derivative by its input 1, which is f64 (3)" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        bm_op liar = cube;
        liar.name = "liar";
        liar.grad = cases[k].grad;
        bm_graph *g = bm_graph_new();
        const bm_node x = bm_placeholder(g, BM_F64, BM_SHAPE(3), "x");
        const bm_node y = bm_custom_at(&liar, &(cube_args){ 1 }, sizeof(cube_args), &x, 1, NULL, BM_HERE);
        const int64_t size = bm_graph_size(g);
        assert_false(bm_node_ok(bm_gradient(y, x)));
        assert_int_equal(bm_status_of(g), cases[k].want);
        assert_int_equal(bm_graph_size(g), size);
        bmt_contains("gradient", bm_error(g), cases[k].part);
        bm_free(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(works), cmocka_unit_test(refused), cmocka_unit_test(bad_inference),
                                        cmocka_unit_test(bad_gradients) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
