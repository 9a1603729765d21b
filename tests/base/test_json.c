// SPDX-License-Identifier: Apache-2.0
/* JSON read and written: as jansson does where jansson has memory, and safely where it has none. */
#include "base/json.h"
#include "base/random.h"
#include "support/bmt_malloc.h"
#include <stdlib.h>
#include <string.h>

static json_t *read_text(bmi_error *e, const char *text)
{
    return bmi_json_read(e, (bm_place){ 0 }, NULL, "it", text, strlen(text));
}

static void right_ones(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "[]",
        " [ ] ",
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-17",
        "9223372036854775807",
        "-9223372036854775808",
        "1.5",
        "-1e3",
        "1E+2",
        "0.1e-7",
        "1e-400",
        "\"\"",
        "\"a\\\"b\\\\c\\/d\\b\\f\\n\\r\\t\"",
        "\"\\u00e9\\u20ac\\ud83d\\ude00\"",
        "\"\xc3\xa9\x7f\"",
        "[1,2.5,\"x\",[],{},null,true]",
        "{\"a\":{\"b\":[{\"c\":0.1}]},\"\":1}",
        "\n{\t\"a\" :\r1 , \"b\" : [ 1 , 2 ] }\n",
    };
    for (size_t i = 0; i < BMI_COUNT(texts); i++) {
        bmi_error e = { 0 };
        json_t *ours = read_text(&e, texts[i]), *theirs = json_loads(texts[i], JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
        if (!ours || !json_equal(ours, theirs)) fail_msg("%s: %s", texts[i], e.text);
        bmi_text t = { .context = NULL };
        assert_true(bmi_text_json(&t, ours, JSON_COMPACT | JSON_ENCODE_ANY));
        char *dumped = json_dumps(theirs, JSON_COMPACT | JSON_ENCODE_ANY);
        assert_string_equal(t.at, dumped);
        free(dumped);
        bmi_text_end(&t);
        json_decref(ours);
        json_decref(theirs);
    }
}

static void wrong_ones(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        { "", "it is no JSON: line 1, column 1: it ends too early" },
        { "{\"a\":1,}", "column 8: the name of a member" },
        { "{\"a\":1,\"a\":2}", "there twice" },
        { "[1,]", "a value is expected" },
        { "[1 2]", "\",\" or \"]\"" },
        { "{\"a\" 1}", "\":\" is expected" },
        { "{a:1}", "the name of a member" },
        { "[1]x", "more behind its end" },
        { "01", "starts with 0" },
        { "-", "a digit is missing" },
        { "1.", "a digit is missing" },
        { ".5", "a value is expected" },
        { "1e", "a digit is missing" },
        { "1e400", "too large" },
        { "9223372036854775808", "an integer that is too large" },
        { "+1", "a value is expected" },
        { "\"abc", "closing quote" },
        { "\"a\nb\"", "control character" },
        { "\"\\x\"", "an escape that is none" },
        { "\"\\u12g4\"", "four hexadecimal" },
        { "\"\\ud800\"", "surrogate" },
        { "\"\\ud800\\u0041\"", "surrogate" },
        { "\"\\udc00\"", "surrogate" },
        { "\"\\u0000\"", "\\u0000 is not allowed" },
        { "\"\xff\"", "not UTF-8" },
        { "\"\xed\xa0\x80\"", "not UTF-8" },
        { "nul", "a value is expected" },
        { "NaN", "a value is expected" },
        { "\n\n [1,\n x]", "line 4, column 2" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_error e = { 0 };
        if (read_text(&e, cases[i].text) || e.status != BM_E_FORMAT) fail_msg("%s was read", cases[i].text);
        bmt_contains(cases[i].text, e.text, cases[i].part);
    }
    static char deep[20001];
    memset(deep, '[', 20000);
    bmi_error e = { 0 };
    assert_null(read_text(&e, deep));
    bmt_contains("deep", e.text, "nested too deeply");
}

/* Texts that are changed in one place: taken and refused as jansson does. */
static void changed_ones(void **state)
{
    (void)state;
    static const char whole[] = "{\"dtype\": \"F32\", \"shape\": [1, 20, -3.5e2], \"\\u00e9\\n\": {\"x\": [true, false, null, "
                                "{}]}, \"data\": \"\xc3\xa9\"}";
    for (uint64_t i = 0; i < 20000; i++) {
        char text[sizeof whole];
        const size_t n = sizeof whole - 1;
        memcpy(text, whole, sizeof whole);
        for (uint64_t k = 0; k < 1 + i % 2; k++)
            text[bmi_random_below(1, 2 * k, i, n)] = (char)(1 + bmi_random_below(1, 2 * k + 1, i, 127));
        bmi_error e = { 0 };
        json_t *ours = bmi_json_read(&e, (bm_place){ 0 }, NULL, "it", text, n),
               *theirs = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
        if (!ours != !theirs || (ours && !json_equal(ours, theirs)))
            fail_msg("%.*s: %s, and jansson %s", (int)n, text, e.text, theirs ? "takes it" : "does not");
        json_decref(ours);
        json_decref(theirs);
    }
}

static bm_status there_and_back(void *arg)
{
    bmi_error e = { 0 };
    json_t *value = read_text(&e, arg);
    bmi_text t = { .context = NULL };
    if (value && !bmi_text_json(&t, value, JSON_COMPACT)) e.status = BM_E_MEMORY;
    if (!e.status) assert_string_equal(t.at, arg);
    bmi_text_end(&t);
    json_decref(value);
    return e.status;
}

static bm_status written(void *arg)
{
    bmi_json list = bmi_json_list(), all = bmi_json_object();
    (void)arg;
    bmi_json_add(&list, bmi_json_number(1.5));
    bmi_json_add(&list, bmi_json_text(NULL));
    bmi_json_add(&list, bmi_json_text("a text"));
    bmi_json_put(&all, "list", bmi_json_end(&list));
    bmi_json_put(&all, "one", json_integer(1));
    json_t *value = bmi_json_end(&all);
    if (value) assert_int_equal(json_array_size(json_object_get(value, "list")), 3);
    json_decref(value);
    return value ? BM_OK : BM_E_MEMORY;
}

static void each_allocation_fails(void **state)
{
    (void)state;
    static char text[] = "{\"a name that is longer than any first buffer\":[1,2.5,\"and a text of which one can say that, "
                         "too\",[],{\"x\":null}],\"b\":true}";
    there_and_back(text); /* what is kept for good is there */
    const long before = bmt_malloc_live();
    assert_true(bmt_each_malloc_failure("JSON read", there_and_back, text, false) > 10);
    assert_true(bmt_each_malloc_failure("JSON written", written, NULL, false) > 5);
    assert_int_equal(bmt_malloc_live(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_ones),
        cmocka_unit_test(wrong_ones),
        cmocka_unit_test(changed_ones),
        cmocka_unit_test(each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
