// SPDX-License-Identifier: Apache-2.0
/* Safetensors: there and back, equal bytes, every cut, wrong offsets, and the Python package both ways. */
#include "support/bmt.h"
#include "support/bmt_python.h"
#include "format/safetensors.h"
#include <stdlib.h>
#include <string.h>

static const float weights[6] = { 1, 2, 3, 4, 5, .5f };
static const double deep[2] = { .1, -0. };
static const uint64_t seed[1] = { UINT64_MAX };
static const uint8_t bytes[3] = { 1, 2, 3 };
static const int32_t whole[1] = { -7 };

static const bmi_st_entry entries[] = {
    { "w", BMI_ST_F32, { 2, { 2, 3 } }, weights, 0 }, { "b", BMI_ST_U8, { 1, { 3 } }, bytes, 0 },
    { "d", BMI_ST_F64, { 1, { 2 } }, deep, 0 },       { "s", BMI_ST_U64, { 1, { 1 } }, seed, 0 },
    { "i", BMI_ST_I32, { 0, { 0 } }, whole, 0 },      { "empty", BMI_ST_F32, { 2, { 0, 5 } }, NULL, 0 },
};
static const bmi_st_text texts[] = { { "model", "{\"a\": \"\xc3\xa9\"}" }, { "task", "classification" } };

static const char *write_file(const char *name, bm_context *context, bmi_error *e)
{
    const char *path = bmt_temp(name);
    bmi_safetensors_write(e, BM_HERE, context, path, entries, BMI_COUNT(entries), texts, BMI_COUNT(texts));
    return path;
}

static void check_content(const bmi_safetensors *s)
{
    assert_int_equal(s->n, BMI_COUNT(entries));
    for (size_t i = 0; i < BMI_COUNT(entries); i++) {
        const bmi_st_entry *got = bmi_safetensors_find(s, entries[i].name);
        assert_non_null(got);
        assert_int_equal(got->type, entries[i].type);
        assert_int_equal(got->shape.rank, entries[i].shape.rank);
        for (int64_t k = 0; k < got->shape.rank; k++) assert_int_equal(got->shape.dim[k], entries[i].shape.dim[k]);
        assert_int_equal((uintptr_t)got->data % bmi_st_size(got->type), 0);
        if (got->bytes) assert_memory_equal(got->data, entries[i].data, got->bytes);
    }
    assert_null(bmi_safetensors_find(s, "none"));
    assert_string_equal(bmi_safetensors_text(s, "task"), "classification");
    assert_string_equal(bmi_safetensors_text(s, "model"), texts[0].value);
    assert_null(bmi_safetensors_text(s, "none"));
}

static void there_and_back(void **state)
{
    (void)state;
    bmi_error e = { 0 };
    bmi_safetensors s;
    char path[4096];
    snprintf(path, sizeof path, "%s", write_file("a.safetensors", NULL, &e));
    if (bmi_safetensors_read(&e, BM_HERE, NULL, path, &s)) fail_msg("%s", e.text);
    check_content(&s);
    bmi_safetensors_end(&s);
    size_t n, m;
    unsigned char *first = bmt_read(path, &n), *second = bmt_read(write_file("b.safetensors", NULL, &e), &m);
    assert_int_equal(n, m);
    assert_memory_equal(first, second, n); /* equal input, equal bytes */
    assert_int_equal(first[0] % 8, 0);     /* the header is padded */
    free(first);
    free(second);
}

static void every_cut(void **state)
{
    (void)state;
    bmi_error e = { 0 };
    size_t n;
    unsigned char *whole_file = bmt_read(write_file("a.safetensors", NULL, &e), &n);
    for (size_t cut = 0; cut < n; cut++) {
        bmi_safetensors s;
        char *part = malloc(cut + 1); /* its own memory, so that a read past the end is seen by the sanitizer */
        memcpy(part, whole_file, cut);
        e = (bmi_error){ 0 };
        assert_int_equal(bmi_safetensors_parse(&e, BM_HERE, NULL, "cut", part, cut, &s), BM_E_FORMAT);
        assert_true(strlen(e.text) > 20);
        free(part);
    }
    free(whole_file);
}

static void wrong_headers(void **state)
{
    (void)state;
    const struct {
        const char *header;
        size_t data;
        bm_status status;
        const char *says;
    } cases[] = {
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, BM_OK, "" },
        { "{}", 0, BM_OK, "" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8, BM_E_FORMAT, "belong to none" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, BM_E_FORMAT, "hole" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8, BM_E_FORMAT, "do not fit" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_"
          "offsets\":[4,12]}}",
          12, BM_E_FORMAT, "overlaps" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, BM_E_FORMAT, "outside" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", 8, BM_E_FORMAT, "outside" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[9223372036854775807,9223372036854775807],\"data_offsets\":[0,1]}}", 1,
          BM_E_FORMAT, "shape that cannot be" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[9223372036854775807],\"data_offsets\":[0,9223372036854775807]}}", 1, BM_E_FORMAT,
          "outside" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[99999999999999999999],\"data_offsets\":[0,1]}}", 1, BM_E_FORMAT, "no JSON" },
        { "{\"a\":{\"dtype\":\"F7\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, BM_E_FORMAT, "\"F7\"" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, BM_E_FORMAT, "shape that cannot be" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}", 4, BM_E_FORMAT, "shape that cannot be" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,1]}}", 1, BM_E_UNSUPPORTED, "rank 9" },
        { "{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, BM_E_FORMAT, "no dtype" },
        { "{\"a\":7}", 0, BM_E_FORMAT, "no dtype" },
        { "{\"a\":{},\"a\":{}}", 0, BM_E_FORMAT, "no JSON" },
        { "{\"__metadata__\":{\"a\":1}}", 0, BM_E_FORMAT, "no text" },
        { "{\"__metadata__\":[]}", 0, BM_E_FORMAT, "no map" },
        { "[1]", 0, BM_E_FORMAT, "no safetensors header" },
        { "{\"a\":", 0, BM_E_FORMAT, "no JSON" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        const size_t length = strlen(cases[i].header), size = 8 + length + cases[i].data;
        unsigned char *file = calloc(size, 1);
        bmi_safetensors s;
        bmi_error e = { 0 };
        file[0] = (unsigned char)length;
        memcpy(file + 8, cases[i].header, length);
        if (bmi_safetensors_parse(&e, BM_HERE, NULL, "f", file, size, &s) != cases[i].status)
            fail_msg("%s: %s", cases[i].header, e.text);
        if (cases[i].status) bmt_contains(cases[i].header, e.text, cases[i].says);
        else bmi_safetensors_end(&s);
        for (int k = 0; k < 8; k++) file[k] = 0xff; /* a header longer than any file */
        e = (bmi_error){ 0 };
        assert_int_equal(bmi_safetensors_parse(&e, BM_HERE, NULL, "f", file, size, &s), BM_E_FORMAT);
        free(file);
    }
}

static void wrong_entries(void **state)
{
    (void)state;
    const bmi_st_entry cases[][2] = {
        { { "a", BMI_ST_U8, { 1, { 1 } }, bytes, 0 }, { "a", BMI_ST_U8, { 1, { 1 } }, bytes, 0 } },
        { { "__metadata__", BMI_ST_U8, { 1, { 1 } }, bytes, 0 }, { "a", BMI_ST_U8, { 1, { 1 } }, bytes, 0 } },
        { { "\xff", BMI_ST_U8, { 1, { 1 } }, bytes, 0 }, { "a", BMI_ST_U8, { 1, { 1 } }, bytes, 0 } },
        { { "b", BMI_ST_U8, { 1, { -1 } }, bytes, 0 }, { "a", BMI_ST_U8, { 1, { 1 } }, bytes, 0 } },
        { { "b", 0, { 1, { 1 } }, bytes, 0 }, { "a", BMI_ST_U8, { 1, { 1 } }, bytes, 0 } },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_error e = { 0 };
        assert_true(bmi_safetensors_write(&e, BM_HERE, NULL, bmt_temp("wrong"), cases[i], 2, NULL, 0) != BM_OK);
        assert_true(strlen(e.text) > 20);
    }
}

/* Python: reads our file, and writes one for us. */
static const char script[] =
    "import sys\n"
    "import numpy as np, safetensors, safetensors.numpy as st\n"
    "with safetensors.safe_open(sys.argv[1], 'np') as f:\n"
    "    assert f.metadata() == {'model': '{\"a\": \"\\u00e9\"}', 'task': 'classification'}, f.metadata()\n"
    "    assert sorted(f.keys()) == ['b', 'd', 'empty', 'i', 's', 'w'], f.keys()\n"
    "    w = f.get_tensor('w')\n"
    "    assert w.dtype == np.float32 and w.tolist() == [[1, 2, 3], [4, 5, .5]], w\n"
    "    assert f.get_tensor('s').tolist() == [2 ** 64 - 1]\n"
    "    assert f.get_tensor('i').shape == () and f.get_tensor('i') == -7\n"
    "    assert f.get_tensor('empty').shape == (0, 5)\n"
    "    d = f.get_tensor('d'); assert d[0] == .1 and np.signbit(d[1])\n"
    "st.save_file({'x': np.arange(6, dtype=np.int64).reshape(2, 3), 'm': np.array([True, False]), 'h': np.ones(3, "
    "np.float16)}, sys.argv[2], {'k': 'v'})\n";

static void python(void **state)
{
    (void)state;
    char ours[4096], theirs[4096], command[13000];
    bmi_error e = { 0 };
    const char *program = bmt_python();
    if (!program) return;
    snprintf(ours, sizeof ours, "%s", write_file("ours.safetensors", NULL, &e));
    snprintf(theirs, sizeof theirs, "%s", bmt_temp("theirs.safetensors"));
    const char *text = bmt_temp_file("check.py", script, sizeof script - 1);
    snprintf(command, sizeof command, "'%s' %s %s %s", program, text, ours, theirs);
    assert_int_equal(system(command), 0);
    bmi_safetensors s;
    if (bmi_safetensors_read(&e, BM_HERE, NULL, theirs, &s)) fail_msg("%s", e.text);
    const bmi_st_entry *x = bmi_safetensors_find(&s, "x"), *h = bmi_safetensors_find(&s, "h"),
                       *m = bmi_safetensors_find(&s, "m");
    assert_true(x && h && m && x->type == BMI_ST_I64 && h->type == BMI_ST_F16 && m->type == BMI_ST_BOOL);
    assert_int_equal(bmi_st_to(h->type), 0);
    for (int i = 0; i < 6; i++) assert_int_equal(((const int64_t *)x->data)[i], i);
    assert_string_equal(bmi_safetensors_text(&s, "k"), "v");
    bmi_safetensors_end(&s);
}

static bm_status both_ways(bm_context *context, void *arg)
{
    (void)arg;
    bmi_error e = { 0 };
    bmi_safetensors s;
    const char *path = write_file("fail.safetensors", context, &e);
    if (!e.status && !bmi_safetensors_read(&e, BM_HERE, context, path, &s)) bmi_safetensors_end(&s);
    return e.status;
}

static void failing_allocations(void **state)
{
    (void)state;
    assert_true(bmt_each_failure("safetensors", both_ways, NULL) > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back), cmocka_unit_test(every_cut), cmocka_unit_test(wrong_headers),
        cmocka_unit_test(wrong_entries),  cmocka_unit_test(python),    cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
