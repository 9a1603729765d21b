// SPDX-License-Identifier: Apache-2.0
#include "base/kinds.h"
#include "base/text.h"
#include "support/bmt.h"
#include <string.h>

static void integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } cases[] = {
        { "0", true, 0 },
        { "-0", true, 0 },
        { "+7", true, 7 },
        { "007", true, 7 },
        { "9223372036854775807", true, INT64_MAX },
        { "-9223372036854775808", true, INT64_MIN },
        { "9223372036854775808", false, 0 },
        { "-9223372036854775809", false, 0 },
        { "99999999999999999999", false, 0 },
        { "", false, 0 },
        { "-", false, 0 },
        { "1.0", false, 0 },
        { " 1", false, 0 },
        { "1a", false, 0 },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        int64_t v = 1;
        assert_int_equal(bmi_read_int(cases[i].text, strlen(cases[i].text), &v), cases[i].good);
        if (cases[i].good) assert_true(v == cases[i].value);
    }
}

static void growing(void **state)
{
    (void)state;
    bmi_text t = { 0 };
    bmi_text_bytes(&t, "", 0);
    assert_string_equal(t.at, "");
    for (int i = 0; i < 1000; i++) bmi_text_add(&t, "%d,", i % 10);
    assert_int_equal(t.length, 2000);
    assert_int_equal(strlen(t.at), 2000);
    assert_false(t.failed);
    char long_word[600];
    memset(long_word, 'x', 599);
    long_word[599] = 0;
    bmi_text_add(&t, "<%s>", long_word);
    assert_int_equal(t.length, 2601);
    assert_int_equal(t.at[2600], '>');
    bmi_text_end(&t);
    assert_null(t.at);
    bmi_text_end(&t);
}

static void nearest_names(void **state)
{
    (void)state;
    static const char *const names[] = { "relu", "leaky_relu", "sigmoid", "tanh", "Species", "softmax", NULL };
    static const struct {
        const char *asked, *want;
    } cases[] = {
        { "rleu", "relu" },
        { "RELU", "relu" },
        { "sigmod", "sigmoid" },
        { "species", "Species" },
        { "leakyrelu", "leaky_relu" },
        { "tahn", "tanh" },
        { "softmx", "softmax" },
        { "zzzzzz", NULL },
        { "", NULL },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        const char *got = bmi_nearest(cases[i].asked, names, BMI_COUNT(names));
        if (cases[i].want) {
            assert_non_null(got);
            assert_string_equal(got, cases[i].want);
        } else assert_null(got);
    }
    char long_name[300];
    memset(long_name, 'a', 299);
    long_name[299] = 0;
    assert_null(bmi_nearest(long_name, names, BMI_COUNT(names)));
    const char *one[] = { long_name };
    assert_null(bmi_nearest("aaa", one, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(integers), cmocka_unit_test(growing),
                                        cmocka_unit_test(nearest_names) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
