// SPDX-License-Identifier: Apache-2.0
/* Every operation computes the same in f32 as in f64, up to f32's precision, and whole numbers exactly. */
#include "support/bmt.h"
#include "support/interpret.h"
#include "support/op_cases.h"
#include <string.h>

static bm_tensor *value_in(const bmt_case *c, bm_type real)
{
    bm_graph *g = bm_graph_new();
    bm_node in[BMT_INPUTS];
    for (int j = 0; j < c->n_in; j++) {
        bm_tensor *t = bmt_case_input(c, j, BM_F64, 11), *as = bmt_convert(t, c->type[j] ? c->type[j] : real);
        in[j] = bm_constant(g, as, NULL);
        bm_free(t);
        bm_free(as);
    }
    bm_node y = bmt_case_node(c, g, in);
    bmt_machine m = bmt_machine_new(g, 1);
    const bm_tensor *v = bmt_value(&m, y);
    bm_tensor *t = bmt_convert(v, v->type);
    bmt_machine_end(&m);
    bm_free(g);
    return t;
}

static void check(const bmt_case *c, void *user)
{
    (void)user;
    if (c->op->flags & BM_OP_RANDOM) return;
    bm_tensor *narrow = value_in(c, BM_F32), *wide = value_in(c, BM_F64);
    bmt_near_tensor(c->name, narrow, wide, bmi_type_is_real(narrow->type) ? 2e-6 : 0);
    bm_free(narrow);
    bm_free(wide);
}

static void f32_is_f64(void **state)
{
    (void)state;
    bmt_each_case(check, NULL);
}

/* Binary operations on whole numbers at the ends of their range: nothing but two's complement. */
static void whole_numbers(void **state)
{
    (void)state;
    const double a[] = { 2147483647., -2147483648., -2147483648., 7, 0, -7 }, b[] = { 1, -1, -1, 0, 0, 2 };
    const struct {
        const char *op;
        double want[6];
    } rows[] = {
        { "add", { -2147483648., 2147483647., 2147483647., 7, 0, -5 } },
        { "sub", { 2147483646., -2147483647., -2147483647., 7, 0, -9 } },
        { "mul", { 2147483647., -2147483648., -2147483648., 0, 0, -14 } },
        { "div", { 2147483647., -2147483648., -2147483648., 0, 0, -3 } },
        { "minimum", { 1, -2147483648., -2147483648., 0, 0, -7 } },
        { "maximum", { 2147483647., -1, -1, 7, 0, 2 } },
        { "less", { 0, 1, 1, 0, 0, 1 } },
        { "equal", { 0, 0, 0, 0, 1, 0 } },
    };
    bm_graph *g = bm_graph_new();
    bm_node x = bm_numbers_at(g, BM_I32, BM_SHAPE(6), a, 6, NULL, BM_HERE),
            y = bm_numbers_at(g, BM_I32, BM_SHAPE(6), b, 6, NULL, BM_HERE);
    bmt_machine m = bmt_machine_new(g, 1);
    bm_node (*const build[])(bm_node, bm_node, bm_place) = { bm_add_at,     bm_sub_at,     bm_mul_at,  bm_div_at,
                                                             bm_minimum_at, bm_maximum_at, bm_less_at, bm_equal_at };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        bm_tensor *want = bmt_tensor(BM_F64, BM_SHAPE(6), rows[i].want);
        bmt_near_tensor(rows[i].op, bmt_value(&m, build[i](x, y, BM_HERE)), want, 0);
        bm_free(want);
    }
    bmt_machine_end(&m);
    bm_free(g);
}

/* Large i64 keep all their bits: nothing goes through reals. */
static void wide_numbers(void **state)
{
    (void)state;
    const int64_t big[] = { 9007199254740993, -9007199254740993 };
    bm_graph *g = bm_graph_new();
    bm_tensor *t = bm_tensor_copy(BM_I64, BM_SHAPE(2), big);
    bm_node x = bm_constant(g, t, NULL), one = bm_numbers(g, BM_I64, BM_SCALAR, 1), yes = bm_less(x, one);
    bmt_machine m = bmt_machine_new(g, 1);
    assert_int_equal(bm_data_i64(bmt_value(&m, bm_add(x, one)))[0], 9007199254740994);
    assert_int_equal(bm_data_i64(bmt_value(&m, bm_abs(x)))[1], 9007199254740993);
    assert_int_equal(bm_data_i64(bmt_value(&m, bm_neg(x)))[0], -9007199254740993);
    assert_int_equal(bm_data_i64(bmt_value(&m, bm_where(yes, one, x)))[0], 9007199254740993);
    assert_int_equal(bm_data_i64(bmt_value(&m, bm_clip(x, -4, 5)))[0], 5);
    assert_int_equal(bm_data_i64(bmt_value(&m, bm_sum(bm_add(x, one))))[0], 2);
    assert_int_equal(bm_data_i32(bmt_value(&m, bm_cast(x, BM_I32)))[0], 1);
    bmt_machine_end(&m);
    bm_free(t);
    bm_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(f32_is_f64), cmocka_unit_test(whole_numbers),
                                        cmocka_unit_test(wide_numbers) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
