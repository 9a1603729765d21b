// SPDX-License-Identifier: Apache-2.0
/* NPY and NPZ: files that NumPy wrote (tests/golden/npy.py), cuts, wrong headers, there and back. */
#include "support/bmt.h"
#include "format/npy.h"
#include <stdlib.h>
#include <string.h>

static const char *file(const char *name)
{
    static char path[4096];
    const char *source = getenv("BAEUM_SOURCE");
    snprintf(path, sizeof path, "%s/tests/format/npy/%s", source ? source : ".", name);
    return path;
}

static void numpy_files(void **state)
{
    (void)state;
    const struct {
        const char *name;
        bm_type type;
    } cases[] = {
        { "le_f4", BM_F32 }, { "be_f4", BM_F32 }, { "le_f8", BM_F64 },     { "be_f8", BM_F64 },     { "le_f2", BM_F32 },
        { "le_i4", BM_I32 }, { "be_i4", BM_I32 }, { "le_i8", BM_I64 },     { "be_i8", BM_I64 },     { "i1", BM_I32 },
        { "le_i2", BM_I32 }, { "be_i2", BM_I32 }, { "u1", BM_U8 },         { "le_u2", BM_I32 },     { "be_u2", BM_I32 },
        { "le_u4", BM_I64 }, { "b1", BM_BOOL },   { "version_2", BM_F32 }, { "version_3", BM_F32 },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++)
        for (int fortran = 0; fortran < (strncmp(cases[i].name, "version", 7) ? 2 : 1); fortran++) {
            char name[40];
            bmi_error e = { 0 };
            snprintf(name, sizeof name, "%s%s.npy", cases[i].name, fortran ? "_fortran" : "");
            bm_tensor *t = bmi_npy_read(&e, BM_HERE, NULL, file(name));
            if (!t) fail_msg("%s", e.text);
            assert_int_equal(bm_tensor_type(t), cases[i].type);
            assert_true(bm_tensor_shape(t).rank == 2 && bm_tensor_shape(t).dim[0] == 2 && bm_tensor_shape(t).dim[1] == 3);
            const bool from_0 = cases[i].type == BM_U8 || cases[i].type == BM_BOOL || strstr(name, "_u");
            for (int k = 0; k < 6; k++)
                bmt_near(name, bm_tensor_at(t, k), cases[i].type == BM_BOOL ? k > 0 : from_0 ? k : k - 2, 0);
            bm_free(t);
        }
}

static void shapes(void **state)
{
    (void)state;
    bmi_error e = { 0 };
    bm_tensor *t = bmi_npy_read(&e, BM_HERE, NULL, file("scalar.npy"));
    assert_true(t && bm_tensor_shape(t).rank == 0 && bm_tensor_at(t, 0) == 2.5);
    bm_tensor_free(t);
    t = bmi_npy_read(&e, BM_HERE, NULL, file("rank_3_fortran.npy"));
    for (int i = 0; i < 24; i++) bmt_near("rank 3", bm_tensor_at(t, i), i, 0);
    bm_tensor_free(t);
    t = bmi_npy_read(&e, BM_HERE, NULL, file("empty.npy"));
    assert_true(t && bm_tensor_size(t) == 0 && bm_tensor_shape(t).dim[1] == 3);
    bm_tensor_free(t);
    assert_null(bmi_npy_read(&e, BM_HERE, NULL, file("complex.npy")));
    assert_int_equal(e.status, BM_E_UNSUPPORTED);
    e = (bmi_error){ 0 };
    assert_null(bmi_npy_read(&e, BM_HERE, NULL, file("text.npy")));
    assert_int_equal(e.status, BM_E_UNSUPPORTED);
}

static void every_cut(void **state)
{
    (void)state;
    size_t n;
    unsigned char *bytes = bmt_read(file("le_f4.npy"), &n);
    for (size_t cut = 0; cut < n; cut++) {
        bmi_error e = { 0 };
        unsigned char *part = malloc(cut + 1);
        memcpy(part, bytes, cut);
        assert_null(bmi_npy_parse(&e, BM_HERE, NULL, "f", part, cut));
        assert_int_equal(e.status, BM_E_FORMAT);
        free(part);
    }
    free(bytes);
}

static void wrong_headers(void **state)
{
    (void)state;
    const char *const cases[] = {
        "",
        "{}",
        "{'descr': '<f4'}",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (), 'more': 1}",
        "{'descr': '<f99999999999', 'fortran_order': False, 'shape': ()}",
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        unsigned char bytes[300] = "\x93NUMPY\x01";
        bmi_error e = { 0 };
        bytes[8] = (unsigned char)strlen(cases[i]);
        memcpy(bytes + 10, cases[i], strlen(cases[i]));
        assert_null(bmi_npy_parse(&e, BM_HERE, NULL, "f", bytes, 14 + strlen(cases[i])));
        assert_int_equal(e.status, BM_E_FORMAT);
    }
}

static void archives(void **state)
{
    (void)state;
    bmi_error e = { 0 };
    bmi_npz z;
    if (bmi_npz_read(&e, BM_HERE, NULL, file("stored.npz"), &z) == BM_E_UNSUPPORTED) {
        bmt_contains("libzip is not there", e.text, "libzip4");
        bmt_skip("libzip");
        return;
    }
    if (e.status) fail_msg("%s", e.text);
    assert_int_equal(z.n, 2);
    assert_string_equal(z.members[0].name, "x");
    assert_string_equal(z.members[1].name, "y");
    bmt_near("x", bm_tensor_at(z.members[0].tensor, 5), 3, 0);
    bmt_near("y", bm_tensor_at(z.members[1].tensor, 0), 1, 0);
    bmi_npz_end(&z);
    if (bmi_npz_read(&e, BM_HERE, NULL, file("deflated.npz"), &z)) fail_msg("%s", e.text);
    bmt_near("y", bm_tensor_at(z.members[1].tensor, 99), 99, 0);
    bmi_npz_end(&z);
    assert_int_equal(bmi_npz_read(&e, BM_HERE, NULL, file("le_f4.npy"), &z), BM_E_FORMAT);
    e = (bmi_error){ 0 };
    assert_int_equal(bmi_npz_read(&e, BM_HERE, NULL, "no/such.npz", &z), BM_E_FILE);
    size_t n;
    unsigned char *bytes = bmt_read(file("deflated.npz"), &n);
    for (size_t i = 0; i < n; i += 7) { /* a damaged archive is an error or the same numbers, never a crash */
        bytes[i] ^= 0x55;
        e = (bmi_error){ 0 };
        if (!bmi_npz_read(&e, BM_HERE, NULL, bmt_temp_file("bad.npz", bytes, n), &z)) bmi_npz_end(&z);
        bytes[i] ^= 0x55;
    }
    free(bytes);
}

static bm_status read_both(bm_context *context, void *arg)
{
    bmi_error e = { 0 };
    bmi_npz z;
    (void)arg;
    bm_tensor *t = bmi_npy_read(&e, BM_HERE, context, file("be_i2_fortran.npy"));
    bm_tensor_free(t);
    if (!e.status && !bmi_npz_read(&e, BM_HERE, context, file("stored.npz"), &z)) bmi_npz_end(&z);
    return e.status == BM_E_UNSUPPORTED ? BM_OK : e.status;
}

static void failing_allocations(void **state)
{
    (void)state;
    assert_true(bmt_each_failure("npy", read_both, NULL) >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numpy_files),   cmocka_unit_test(shapes),   cmocka_unit_test(every_cut),
        cmocka_unit_test(wrong_headers), cmocka_unit_test(archives), cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
