// SPDX-License-Identifier: Apache-2.0
/* IDX: all types, sizes that lie, MNIST. */
#include "support/bmt.h"
#include "format/idx.h"
#include <stdlib.h>
#include <string.h>

static bm_tensor *parse(const void *bytes, size_t n, bmi_error *e)
{
    *e = (bmi_error){ 0 };
    return bmi_idx_parse(e, BM_HERE, NULL, "f", bytes, n);
}

static void types(void **state)
{
    (void)state;
    const struct {
        unsigned char bytes[24];
        size_t n;
        bm_type type;
        double want[2];
    } cases[] = {
        { { 0, 0, 0x08, 1, 0, 0, 0, 2, 7, 255 }, 10, BM_U8, { 7, 255 } },
        { { 0, 0, 0x09, 1, 0, 0, 0, 2, 7, 255 }, 10, BM_I32, { 7, -1 } },
        { { 0, 0, 0x0b, 1, 0, 0, 0, 2, 1, 0, 255, 254 }, 12, BM_I32, { 256, -2 } },
        { { 0, 0, 0x0c, 1, 0, 0, 0, 2, 0, 0, 1, 0, 255, 255, 255, 255 }, 16, BM_I32, { 256, -1 } },
        { { 0, 0, 0x0d, 1, 0, 0, 0, 2, 0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0 }, 16, BM_F32, { 1.5, -2 } },
        { { 0, 0, 0x0e, 1, 0, 0, 0, 2, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0 }, 24, BM_F64, { 1.5, -2 } },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_error e;
        bm_tensor *t = parse(cases[i].bytes, cases[i].n, &e);
        if (!t) fail_msg("%s", e.text);
        assert_int_equal(bm_tensor_type(t), cases[i].type);
        assert_int_equal(bm_tensor_size(t), 2);
        for (int k = 0; k < 2; k++) bmt_near("value", bm_tensor_at(t, k), cases[i].want[k], 0);
        bm_free(t);
        for (size_t cut = 0; cut < cases[i].n; cut++) { /* every cut */
            unsigned char *part = malloc(cut + 1);
            memcpy(part, cases[i].bytes, cut);
            assert_null(parse(part, cut, &e));
            assert_int_equal(e.status, BM_E_FORMAT);
            free(part);
        }
    }
}

static void lies(void **state)
{
    (void)state;
    const struct {
        unsigned char bytes[40];
        size_t n;
        const char *says;
    } cases[] = {
        { { 0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 }, 16, "the header says" },
        { { 0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3 }, 15, "(2, 2)" },
        { { 0, 0, 8, 1, 0, 0, 0, 1, 1, 2 }, 10, "2 bytes are there" },
        { { 0, 0, 8, 0 }, 4, "rank 0" },
        { { 0, 0, 8, 9, 0 }, 5, "rank 9" },
        { { 0, 0, 0x0a, 1, 0, 0, 0, 0 }, 8, "type 0x0a" },
        { { 1, 0, 8, 1, 0, 0, 0, 0 }, 8, "does not begin" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_error e;
        assert_null(parse(cases[i].bytes, cases[i].n, &e));
        assert_int_equal(e.status, BM_E_FORMAT);
        bmt_contains("lie", e.text, cases[i].says);
    }
}

static void mnist(void **state)
{
    (void)state;
    bmi_error e = { 0 };
    if (!bmt_data("mnist/t10k-images-idx3-ubyte.gz")) {
        bmt_skip("mnist");
        return;
    }
    bm_tensor *t = bmi_idx_read(&e, BM_HERE, NULL, bmt_data("mnist/t10k-images-idx3-ubyte.gz"));
    if (!t) fail_msg("%s", e.text);
    const bm_shape s = bm_tensor_shape(t);
    assert_true(s.rank == 3 && s.dim[0] == 10000 && s.dim[1] == 28 && s.dim[2] == 28);
    double sum = 0;
    for (int64_t i = 0; i < bm_tensor_size(t); i++) sum += bm_data_u8(t)[i];
    bmt_near("mean of the test images, as often published: .1325", sum / 255 / 7840000, .1325, 1e-4);
    bm_free(t);
}

static bm_status read_one(bm_context *context, void *arg)
{
    bmi_error e = { 0 };
    bm_tensor *t = bmi_idx_read(&e, BM_HERE, context, arg);
    bm_tensor_free(t);
    return e.status;
}

static void failing_allocations(void **state)
{
    (void)state;
    static const unsigned char bytes[] = { 0, 0, 0x0b, 1, 0, 0, 0, 2, 1, 0, 255, 254 };
    char path[4096];
    snprintf(path, sizeof path, "%s", bmt_temp_file("a.idx", bytes, sizeof bytes));
    assert_true(bmt_each_failure("idx", read_one, path) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(types), cmocka_unit_test(lies), cmocka_unit_test(mnist),
                                        cmocka_unit_test(failing_allocations) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
