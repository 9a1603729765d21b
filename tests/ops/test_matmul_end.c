// SPDX-License-Identifier: Apache-2.0
/* What of the chain behind a product goes into the product: the bias and the plain update, of small products alone, and nothing that
 * something else still needs.
 */
#include "ops/elementwise.h"
#include "ops/matmul.h"
#include "support/bmt.h"

extern const bmi_vector_code bmi_code_tanh;
enum { M = 4, N = 6, K = 5 };
static float a[M * K], b[K * N], c[M * N], bias[N], w[M * N], other[M * N], rate[1];

static bmi_contract_spec product(void)
{
    return (bmi_contract_spec){
        .real = BMI_REAL_F32, .m = M, .n = N, .k = K, .a = a, .b = b, .c = c, .lda = K, .ldb = N, .ldc = N
    };
}

static bmi_program_array whole(float *at)
{
    return (bmi_program_array){ at, BM_F32, N, 1, { 0 } };
}
static bmi_program_array row(float *at)
{
    return (bmi_program_array){ at, BM_F32, 0, 1, { 0 } };
}
static bmi_program_array one(float *at)
{
    return (bmi_program_array){ at, BM_F32, 0, 0, { 0 } };
}

/* tanh(bias + product), in place. */
static bmi_program_spec biased(void)
{
    return (bmi_program_spec){ .real = BMI_REAL_F32,
                               .rows = M,
                               .cols = N,
                               .n_operands = 2,
                               .n_steps = 2,
                               .n_results = 1,
                               .operand = { row(bias), whole(c) },
                               .result = { whole(c) },
                               .result_of = { 1 },
                               .step = { { &bmi_code_add, -1, -2, BMI_NONE, { 0 } },
                                         { &bmi_code_tanh, 0, BMI_NONE, BMI_NONE, { 0 } } } };
}

static bmi_program_spec update(void)
{
    return (bmi_program_spec){ .real = BMI_REAL_F32,
                               .rows = M,
                               .cols = N,
                               .n_operands = 3,
                               .n_steps = 1,
                               .n_results = 1,
                               .operand = { whole(w), one(rate), whole(c) },
                               .result = { whole(w) },
                               .step = { { &bmi_code_sub_product, -1, -2, -3, { 0 } } } };
}

static void the_product_adds_its_bias(void **state)
{
    (void)state;
    bmi_contract_spec s = product();
    bmi_program_spec p = biased();
    assert_true(bmi_matmul_end(&p, &s));
    assert_ptr_equal(s.bias, bias);
    assert_true(p.n_steps == 1 && p.n_operands == 1 && p.n_results == 1);
    assert_ptr_equal(p.step[0].code, &bmi_code_tanh);
    assert_ptr_equal(p.operand[0].at, c);
    assert_true(p.step[0].a == -1 && p.result_of[0] == 0);
}

static void nothing_is_left_of_a_bias_alone(void **state)
{
    (void)state;
    bmi_contract_spec s = product();
    bmi_program_spec p = biased();
    p.n_steps = 1, p.result_of[0] = 0;
    assert_false(bmi_matmul_end(&p, &s));
    assert_ptr_equal(s.bias, bias);
    assert_true(p.n_steps == 0 && p.n_results == 0);
}

static void the_product_updates_a_weight(void **state)
{
    (void)state;
    bmi_contract_spec s = product();
    bmi_program_spec p = update();
    assert_false(bmi_matmul_end(&p, &s));
    assert_ptr_equal(s.rate, rate);
    assert_ptr_equal(s.c, w);
}

static void assert_untouched(bmi_program_spec p, bmi_contract_spec s)
{
    const bmi_program_spec before = p;
    assert_true(bmi_matmul_end(&p, &s));
    assert_true(!s.bias && !s.rate && p.n_steps == before.n_steps && p.n_operands == before.n_operands &&
                p.n_results == before.n_results);
}

static void what_else_is_needed_stays(void **state)
{
    (void)state;
    bmi_program_spec p = biased();
    p.operand[0] = whole(other); /* no bias, but another matrix */
    assert_untouched(p, product());
    p = biased();
    p.operand[0] = one(bias); /* one number for all columns */
    assert_untouched(p, product());
    p = biased();
    p.step[1] = (bmi_program_step){ &bmi_code_add, 0, -2, BMI_NONE, { 0 } }; /* the product is read again */
    assert_untouched(p, product());
    p = biased();
    p.n_results = 2, p.result[1] = whole(other), p.result_of[1] = 0; /* the sum goes elsewhere too */
    assert_untouched(p, product());
    p = biased();
    p.n_results = 2, p.result[1] = row(bias), p.result_of[1] = 1; /* the bias is written */
    assert_untouched(p, product());
    p = update();
    p.operand[1] = whole(other); /* a rate for each weight */
    assert_untouched(p, product());
    p = update();
    p.result[0] = whole(other); /* w stays as it is */
    assert_untouched(p, product());
    bmi_contract_spec large = product();
    bmi_program_spec q = biased();
    large.m = q.rows = 600, large.n = large.ldb = large.ldc = q.cols = 512, large.k = large.lda = 512,
    q.operand[1].row = q.result[0].row = 512;
    assert_untouched(q, large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_product_adds_its_bias),
        cmocka_unit_test(nothing_is_left_of_a_bias_alone),
        cmocka_unit_test(the_product_updates_a_weight),
        cmocka_unit_test(what_else_is_needed_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
