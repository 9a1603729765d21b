// SPDX-License-Identifier: Apache-2.0
#include "support/bmt.h"
#include "base/memory.h"
#include "tensor/tensor.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void types(void **state)
{
    (void)state;
    static const struct {
        bm_type type;
        size_t bytes;
        const char *name;
    } cases[] = {
        { BM_F32, 4, "f32" },
        { BM_F64, 8, "f64" },
        { BM_I32, 4, "i32" },
        { BM_I64, 8, "i64" },
        { BM_U8, 1, "u8" },
        { BM_BOOL, 1, "bool" },
        { (bm_type)0, 0, "no type" },
        { BM_TYPE_COUNT_, 0, "no type" },
        { (bm_type)1000, 0, "no type" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        assert_int_equal(bm_type_size(cases[i].type), cases[i].bytes);
        assert_string_equal(bm_type_name(cases[i].type), cases[i].name);
    }
    assert_true(bmi_type_is_real(BM_F64) && !bmi_type_is_real(BM_I32) && bmi_type_is_int(BM_U8) && !bmi_type_is_int(BM_BOOL));
}

static void made_of_zeros(void **state)
{
    (void)state;
    for (int type = BM_F32; type < BM_TYPE_COUNT_; type++) {
        bm_tensor *t = bm_tensor_new((bm_type)type, BM_SHAPE(2, 0 + 3, 4));
        assert_false(bm_failed(t));
        assert_int_equal(bm_tensor_type(t), type);
        assert_int_equal(bm_tensor_size(t), 24);
        assert_true(bmi_shape_equal(bm_tensor_shape(t), BM_SHAPE(2, 3, 4)));
        assert_int_equal((uintptr_t)bm_data(t) % 64, 0);
        for (int64_t i = 0; i < 24; i++) assert_true(bm_tensor_at(t, i) == 0);
        assert_true(isnan(bm_tensor_at(t, 24)) && isnan(bm_tensor_at(t, -1)));
        bm_free(t);
    }
    bm_tensor *scalar = bm_tensor_new(BM_F64, BM_SCALAR), *empty = bm_tensor_new(BM_F32, BM_SHAPE(3, 0, 5));
    assert_int_equal(bm_tensor_size(scalar), 1);
    assert_int_equal(bm_tensor_size(empty), 0);
    assert_false(bm_failed(empty));
    bm_free(scalar);
    bm_free(empty);
}

static void viewed_and_copied(void **state)
{
    (void)state;
    float numbers[6] = { 1, 2, 3, 4, 5, 6 };
    bm_tensor *view = bm_tensor_view(BM_F32, BM_SHAPE(2, 3), numbers), *copy = bm_tensor_copy(BM_F32, BM_SHAPE(2, 3), numbers);
    numbers[4] = 50;
    assert_true(bm_data_f32(view)[4] == 50 && bm_tensor_at(view, 4) == 50);
    assert_true(bm_data_f32(copy)[4] == 5);
    assert_null(bm_data(view)); /* the caller's memory may be const */
    assert_ptr_equal(bm_data(copy), bm_data_any(copy));
    assert_null(bm_data_f64(copy));
    assert_null(bm_data_i32(copy));
    assert_null(bm_data_i64(copy));
    assert_null(bm_data_u8(copy));
    copy->borrowed_out = true;
    assert_null(bm_data(copy));
    bm_free(view);
    bm_free(copy);
    const uint8_t bytes[2] = { 0, 1 };
    bm_tensor *flags = bm_tensor_view(BM_BOOL, BM_SHAPE(2), bytes), *u8 = bm_tensor_view(BM_U8, BM_SHAPE(2), bytes);
    assert_ptr_equal(bm_data_u8(flags), bytes);
    assert_ptr_equal(bm_data_u8(u8), bytes);
    bm_free(flags);
    bm_free(u8);
    bm_tensor *none = bm_tensor_view(BM_F32, BM_SHAPE(0, 3), NULL);
    assert_false(bm_failed(none));
    bm_free(none);
}

static void refused(void **state)
{
    (void)state;
    const int64_t big = INT64_C(1) << 31;
    bm_shape nine = { .rank = 9 }, below = { .rank = -1 };
    const struct {
        bm_type type;
        bm_shape shape;
        bm_status status;
        const char *part;
    } cases[] = {
        { (bm_type)0, BM_SHAPE(2), BM_E_TYPE, "tensor: 0 is no element type" },
        { (bm_type)7, BM_SHAPE(2), BM_E_TYPE, "7 is no element type" },
        { BM_F32, BM_SHAPE(2, -3), BM_E_SHAPE, "dimension 1 is -3, must be >= 0" },
        { BM_F32, BM_SHAPE(BM_ANY, 3), BM_E_SHAPE, "dimension 0 is BM_ANY" },
        { BM_F32, nine, BM_E_SHAPE, "the rank is 9, must be 0 to 8" },
        { BM_F32, below, BM_E_SHAPE, "the rank is -1" },
        { BM_F32, BM_SHAPE(big, big, big), BM_E_SHAPE,
          "(2147483648, 2147483648, 2147483648) of f32 are more bytes than can be addressed" },
        { BM_F64, BM_SHAPE(INT64_C(1) << 60), BM_E_SHAPE, "more bytes than can be addressed" },
        { BM_F64, BM_SHAPE(INT64_C(1) << 50), BM_E_MEMORY,
          "out of memory: 9007199254740992 bytes asked for a tensor of f64 (1125899906842624)" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_tensor *t = bm_tensor_new(cases[i].type, cases[i].shape);
        assert_int_equal(bm_status_of(t), cases[i].status);
        bmt_contains("refused", bm_error(t), cases[i].part);
        bmt_contains("place", bm_error(t), "test_tensor.c:");
        assert_true(bm_tensor_type(t) == 0 && bm_tensor_shape(t).rank == 0 && bm_tensor_size(t) == 0);
        assert_null(bm_data_any(t));
        assert_true(isnan(bm_tensor_at(t, 0)));
        bm_free(t);
    }
    bm_tensor *view = bm_tensor_view(BM_F32, BM_SHAPE(2), NULL), *copy = bm_tensor_copy(BM_F32, BM_SHAPE(2), NULL);
    bmt_contains("null", bm_error(view), "data is null, but the shape has 2 elements");
    bm_clear(view); /* there is nothing that could be used */
    assert_true(bm_failed(view) && bm_data_any(view) == NULL);
    static const double aligned[3];
    bm_tensor *between = bm_tensor_view(BM_F64, BM_SHAPE(2), (const char *)aligned + 4),
              *half = bm_tensor_view(BM_F32, BM_SHAPE(2), (const char *)aligned + 4);
    assert_int_equal(bm_status_of(between), BM_E_ARGUMENT);
    bmt_contains("misaligned", bm_error(between), "f64 lie at multiples of 8 bytes, data does not");
    assert_false(bm_failed(half));
    bm_free(between);
    bm_free(half);
    assert_int_equal(bm_status_of(copy), BM_E_ARGUMENT);
    bm_free(view);
    bm_free(copy);
    assert_true(bm_tensor_failed(NULL) && bm_tensor_size(NULL) == 0 && bm_tensor_type(NULL) == 0 && bm_data_any(NULL) == NULL);
}

static bm_status make_run(bm_context *context, void *arg)
{
    (void)arg;
    bm_tensor *t = bm_tensor_new_in_at(context, BM_F32, BM_SHAPE(100), (bm_place){ 0 });
    const bm_status status = bm_status_of(t);
    bm_free(t);
    return status;
}

static void each_allocation_fails(void **state)
{
    (void)state;
    assert_int_equal(bmt_each_failure("tensor", make_run, NULL), 2);
    bmi_error e = { 0 };
    bmi_fail(&e, BM_E_DATA, (bm_place){ 0 }, "why");
    bm_tensor *t = bmi_tensor_failed(NULL, &e);
    assert_string_equal(bm_error(t), "why");
    bm_free(t);
    bmt_faults f = { .fail_at = 2 }; /* the context has the first */
    bm_context *context = bmt_context(&f, 1);
    t = bmi_tensor_failed(context, &e);
    assert_int_equal(bm_status_of(t), BM_E_MEMORY); /* not even the tensor that would say why */
    bm_clear(t);
    bm_free(t);
    assert_int_equal(bm_status_of(t), BM_E_MEMORY);
    bm_free(context);
}

static void broadcasting(void **state)
{
    (void)state;
    const struct {
        bm_shape a, b, want;
        bool fits;
    } cases[] = {
        { BM_SHAPE(3, 4), BM_SHAPE(3, 4), BM_SHAPE(3, 4), true },
        { BM_SHAPE(3, 4), BM_SHAPE(4), BM_SHAPE(3, 4), true },
        { BM_SHAPE(3, 1), BM_SHAPE(1, 4), BM_SHAPE(3, 4), true },
        { BM_SHAPE(2, 3), BM_SCALAR, BM_SHAPE(2, 3), true },
        { BM_SHAPE(3, 4), BM_SHAPE(3), BM_SCALAR, false },
        { BM_SHAPE(0, 1), BM_SHAPE(5), BM_SHAPE(0, 5), true },
        { BM_SHAPE(0), BM_SHAPE(1), BM_SHAPE(0), true },
        { BM_SHAPE(0), BM_SHAPE(2), BM_SCALAR, false },
        { BM_SHAPE(BM_ANY, 4), BM_SHAPE(4), BM_SHAPE(BM_ANY, 4), true },
        { BM_SHAPE(BM_ANY), BM_SHAPE(7), BM_SHAPE(7), true },
        { BM_SHAPE(BM_ANY), BM_SHAPE(1), BM_SHAPE(BM_ANY), true },
        { BM_SHAPE(BM_ANY), BM_SHAPE(BM_ANY), BM_SHAPE(BM_ANY), true },
        { BM_SHAPE(BM_ANY), BM_SHAPE(0), BM_SHAPE(0), true },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_shape out, other;
        assert_int_equal(bmi_shape_broadcast(cases[i].a, cases[i].b, &out), cases[i].fits);
        assert_int_equal(bmi_shape_broadcast(cases[i].b, cases[i].a, &other), cases[i].fits);
        if (cases[i].fits) assert_true(bmi_shape_equal(out, cases[i].want) && bmi_shape_equal(other, cases[i].want));
    }
}

static void shape_sizes(void **state)
{
    (void)state;
    int64_t n = -1;
    assert_true(bmi_shape_size(BM_SHAPE(3, 4, 5), BM_F32, &n) && n == 60);
    assert_true(bmi_shape_size(BM_SHAPE(INT64_MAX / 8, 0, 1), BM_F64, &n) && n == 0);
    assert_false(bmi_shape_size(BM_SHAPE(INT64_MAX, 0, INT64_MAX), BM_F64, &n)); /* its strides could not be told */
    assert_false(bmi_shape_size(BM_SHAPE(0, INT64_MAX), BM_F64, &n));
    assert_false(bmi_shape_size(BM_SHAPE(3, BM_ANY), BM_F32, &n));
    assert_false(bmi_shape_size(BM_SHAPE(0, BM_ANY), BM_F32, &n));
    assert_false(bmi_shape_size(BM_SHAPE(INT64_MAX, 2), BM_U8, &n));
    assert_true(bmi_shape_size(BM_SHAPE(INT64_MAX), BM_U8, &n) || PTRDIFF_MAX < INT64_MAX);
    assert_true(bmi_shape_known(BM_SHAPE(3, 4)) && !bmi_shape_known(BM_SHAPE(3, BM_ANY)) && bmi_shape_known(BM_SCALAR));
    char text[200];
    assert_string_equal(bmi_shape_text(text, &BM_SHAPE(128, 64)), "(128, 64)");
    assert_string_equal(bmi_shape_text(text, &BM_SHAPE(BM_ANY, 3)), "(any, 3)");
    assert_string_equal(bmi_shape_text(text, &BM_SCALAR), "()");
    const int64_t m = INT64_MIN + 1;
    bmi_shape_text(text, &BM_SHAPE(m, m, m, m, m, m, m, m));
    assert_true(strlen(text) < 200 && text[strlen(text) - 1] == ')');
}

static void expect_print(const bm_tensor *t, const char *want)
{
    const char *path = bmt_temp("print");
    FILE *to = fopen(path, "w");
    bm_tensor_print(t, to);
    fclose(to);
    char *text = (char *)bmt_read(path, NULL);
    assert_string_equal(text, want);
    free(text);
}

static void printing(void **state)
{
    (void)state;
    const float reals[6] = { 1, 2.5f, 0.1f, NAN, -INFINITY, 1e-8f };
    bm_tensor *t = bm_tensor_view(BM_F32, BM_SHAPE(2, 3), reals);
    expect_print(t, "f32 [2, 3] [[1, 2.5, 0.1], [nan, -inf, 1e-08]]\n");
    bm_free(t);
    const int64_t i64[2] = { INT64_MIN, INT64_MAX };
    t = bm_tensor_view(BM_I64, BM_SHAPE(2), i64);
    expect_print(t, "i64 [2] [-9223372036854775808, 9223372036854775807]\n");
    bm_free(t);
    const int32_t i32[1] = { -7 };
    t = bm_tensor_view(BM_I32, BM_SCALAR, i32);
    expect_print(t, "i32 [] -7\n");
    bm_free(t);
    const uint8_t u8[2] = { 1, 0 };
    t = bm_tensor_view(BM_BOOL, BM_SHAPE(2, 1), u8);
    expect_print(t, "bool [2, 1] [[true], [false]]\n");
    bm_free(t);
    t = bm_tensor_new(BM_F64, BM_SHAPE(2000));
    expect_print(t, "f64 [2000] [0, 0, 0, ..., 0, 0, 0]\n");
    bm_free(t);
    t = bm_tensor_new(BM_F64, BM_SHAPE(5000, 0));
    expect_print(t, "f64 [5000, 0] [[], [], [], ..., [], [], []]\n");
    bm_free(t);
    t = bm_tensor_new(BM_F64, BM_SHAPE(100, 100, 100, 100, 0)); /* not 100 million times [] */
    const char *path = bmt_temp("print empty");
    FILE *to = fopen(path, "w");
    bm_tensor_print(t, to);
    assert_in_range(ftell(to), 1, 20000);
    fclose(to);
    bm_free(t);
    expect_print(NULL, "failed tensor: no object (null)\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types),    cmocka_unit_test(made_of_zeros),         cmocka_unit_test(viewed_and_copied),
        cmocka_unit_test(refused),  cmocka_unit_test(broadcasting),          cmocka_unit_test(shape_sizes),
        cmocka_unit_test(printing), cmocka_unit_test(each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
