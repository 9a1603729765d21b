// SPDX-License-Identifier: Apache-2.0
/* Real numbers read and written: against the C library's strtod on a million cells, and the shortest text both ways. */
#include "base/random.h"
#include "base/text.h"
#include "support/bmt.h"
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* One cell must read as strtod reads it. The program runs in the C locale here. */
static void check_cell(const char *text)
{
    double v;
    bool overflow;
    const double want = strtod(text, NULL);
    if (!bmi_read_real(text, strlen(text), &v, &overflow)) fail_msg("\"%.80s\" is not read", text);
    if (!same_bits(v, want)) fail_msg("\"%.80s\" gives %a, strtod %a", text, v, want);
    if (overflow != (isinf(want) && strpbrk(text, "nN") == NULL)) fail_msg("\"%.80s\": overflow is %d", text, overflow);
}

static void hard_cells(void **state)
{
    (void)state;
    static const char *const cells[] = {
        "0",
        "-0",
        "+0",
        "0.0",
        "-0.000",
        "0e5",
        "0e999999999999999999999",
        "1",
        "-1",
        "+1.5",
        ".5",
        "5.",
        "-.5e1",
        "1e0",
        "1E+2",
        "1e-2",
        "007",
        "00.10",
        "123456789012345678",
        "12345678901234567890",
        "123456789012345678901234567890",
        "9007199254740993",
        "9007199254740992.5",
        "9007199254740991",
        "9007199254740993.00000000000000000000000000001",
        "9007199254740993e0",
        "0.1",
        "0.2",
        "0.3",
        "1e22",
        "1e23",
        "1e-22",
        "1e-23",
        "8.5e22",
        "9e22",
        "123e20",
        "5e-324",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.47032822920623272088284396434110686182e-324",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "2.225073858507201e-308",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1.797693134862315807e308",
        "1.797693134862315808e308",
        "1e308",
        "1e309",
        "1e400",
        "-1e400",
        "1e-400",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "0.000000000000000000000000000000000000000000000000000000001e60",
        "1000000000000000000000000000000000000000000000000000000000000e-60",
        "6929495644600919.5",
        "3.518437208883201171875E13",
        "62.5364939768271845828",
        "8.10109172351e-10",
        "1.50000000000000011102230246251565",
        "1.5000000000000001110223024625156541",
        "1.50000000000000011102230246251565404236316680908203125",
        "1.50000000000000011102230246251565404236316680908203126",
        "1.50000000000000011102230246251565404236316680908203124",
        "inf",
        "-inf",
        "INF",
        "Infinity",
        "-infinity",
        "1448997445238699",
        "89255e-22",
        "104110013277974872254e-225",
        "9.109383701528e-31",
        "6.02214076e23",
        "7.2057594037927933e+16",
        "0.500000000000000166533453693773481063544750213623046875",
        "8.442911973260991817129021e-309",
        "6631236846766476e-316",
        "3237883913302901e-324",
    };
    for (size_t i = 0; i < BMI_COUNT(cells); i++) check_cell(cells[i]);
    double v;
    bool overflow;
    assert_true(bmi_read_real("nan", 3, &v, &overflow) && isnan(v) && !overflow);
    assert_true(bmi_read_real("-NaN", 4, &v, &overflow) && isnan(v));
    assert_true(bmi_read_real("12junk", 2, &v, &overflow) && v == 12); /* no more than n bytes are looked at */
}

static void no_numbers(void **state)
{
    (void)state;
    static const char *const cells[] = { "",      " 1",    "1 ",  "-",     "+",        ".",    "-.",   "e5",
                                         ".e5",   "1e",    "1e+", "1e-",   "1.2.3",    "1,5",  "0x10", "0x1p3",
                                         "1e5.0", "--1",   "+-1", "1e--5", "infinit",  "in",   "nano", "nan(1)",
                                         "na",    "1_000", "1d5", "abc",   "\xc3\xa9", "1e5x", "inf1", "1f" };
    for (size_t i = 0; i < BMI_COUNT(cells); i++) {
        double v = 5;
        bool overflow = true;
        if (bmi_read_real(cells[i], strlen(cells[i]), &v, &overflow)) fail_msg("\"%s\" is read as %g", cells[i], v);
        assert_true(v == 0 && !overflow);
    }
    double v;
    bool overflow;
    assert_false(bmi_read_real("1\0002", 3, &v, &overflow));
}

static uint64_t bits_at(uint64_t stream, uint64_t i)
{
    return (uint64_t)bmi_random_u32(11, stream, 2 * i) << 32 | bmi_random_u32(11, stream, 2 * i + 1);
}

static double real_of(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* A million cells of ten forms: what tables hold, and what is hard. */
static void million_cells(void **state)
{
    (void)state;
    char text[512];
    for (uint64_t i = 0; i < 1000000; i++) {
        const uint64_t r = bits_at(1, i), s = bits_at(2, i);
        const double x = real_of(r);
        switch (i % 10) {
        case 0: snprintf(text, sizeof text, "%.17g", isfinite(x) ? x : 1.5); break;
        case 1: snprintf(text, sizeof text, "%.*g", (int)(s % 22) + 1, isfinite(x) ? x : 2.5); break;
        case 2: snprintf(text, sizeof text, "%llue%d", (unsigned long long)r, (int)(s % 700) - 350); break;
        case 3: snprintf(text, sizeof text, "%.*f", (int)(s % 8), (double)(int32_t)r / 1000); break;
        case 4:
            snprintf(text, sizeof text, "%s%llu.%llu", r % 2 ? "-" : "", (unsigned long long)(r >> 40),
                     (unsigned long long)(s >> (s % 64)));
            break;
        case 5: snprintf(text, sizeof text, "%.16f", (double)(r >> 11) * 0x1p-53); break;
        case 6:
            snprintf(text, sizeof text, "0.%0*d%llue-%d", (int)(s % 30) + 1, 0, (unsigned long long)r,
                     (int)(s >> 32) % 300 < 0 ? 7 : (int)(s >> 40) % 300);
            break;
        case 7: snprintf(text, sizeof text, "%.20e", real_of(r & UINT64_C(0x800FFFFFFFFFFFFF))); break; /* denormals */
        case 8:
            snprintf(text, sizeof text, "%llu%llu%llue%d", (unsigned long long)r, (unsigned long long)s,
                     (unsigned long long)(r ^ s), (int)(s % 600) - 350);
            break;
        default: snprintf(text, sizeof text, "%.17g", (double)(r >> 11) * 0x1p-53 * 100); break;
        }
        check_cell(text);
    }
}

/* Numbers exactly halfway between two doubles, written with all their digits, and one unit of the last digit to each side. */
static void halfway_cells(void **state)
{
    (void)state;
    char text[1200];
    for (uint64_t i = 0; i < 3000; i++) {
        const uint64_t r = bits_at(3, i);
        const long double x =
            real_of((r & UINT64_C(0x000FFFFFFFFFFFFF)) | (1023 - 60 + r % 121) << 52); /* long double has the bit below */
        const long double next = nextafter((double)x, INFINITY), half = x + (next - x) / 2;
        snprintf(text, sizeof text, "%.300Lf", half);
        check_cell(text);
        char *last = text + strlen(text) - 1;
        while (*last == '0') last--; /* the last digit of a dyadic fraction is 5 */
        if (*last == '.') continue;
        (*last)++;
        check_cell(text);
        *last = (char)(*last - 2);
        check_cell(text);
    }
    for (int64_t k = 1; k < 200; k++) { /* between denormals: (2k+1) 2^-1075 */
        int n = 0;
        /* 2^-1075 = 5^1075 / 10^1075: multiply out in decimal digits */
        static unsigned char digit[1300];
        memset(digit, 0, sizeof digit);
        int64_t carry = 2 * k + 1;
        for (n = 0; carry; carry /= 10) digit[n++] = (unsigned char)(carry % 10);
        for (int p = 0; p < 1075; p++) {
            carry = 0;
            for (int d = 0; d < n; d++) {
                carry += digit[d] * 5;
                digit[d] = (unsigned char)(carry % 10);
                carry /= 10;
            }
            for (; carry; carry /= 10) digit[n++] = (unsigned char)(carry % 10);
        }
        for (int d = 0; d < n; d++) text[d] = (char)('0' + digit[n - 1 - d]);
        strcpy(text + n, "e-1075");
        check_cell(text);
        text[n - 1]++;
        check_cell(text);
        text[n - 1] = (char)(text[n - 1] - 2);
        check_cell(text);
        text[n - 1]++;
        snprintf(text + n, 32, "%s", "0000000000001e-1088");
        check_cell(text);
    }
}

static void long_texts(void **state)
{
    (void)state;
    enum { N = 2000000 };
    char *text = malloc(N + 64);
    assert_non_null(text);
    memset(text, '0', N);
    strcpy(text + N, "1e-2000000"); /* a number behind two million zeros */
    check_cell(text);
    text[0] = '.';
    strcpy(text + N, "1e2000000");
    check_cell(text);
    memset(text, '7', N);
    text[1] = '.';
    strcpy(text + N, "e5");
    check_cell(text);
    memset(text, '1', N);
    strcpy(text + N, "e-1999999");
    check_cell(text);
    free(text);
}

/* Digits from the first that is not 0 to the last that is not. */
static int significant(const char *text)
{
    int digits = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (*text == '0' && !digits)) continue;
        zeros = *text == '0' ? zeros + 1 : 0;
        digits++;
    }
    return digits - zeros;
}

/* Reads back as the same bits, and no fewer digits of printf's do. */
static void check_written(double x)
{
    char text[32], other[40];
    double back;
    bool overflow;
    const int n = bmi_write_real(text, x);
    assert_int_equal(n, strlen(text));
    if (!bmi_read_real(text, strlen(text), &back, &overflow) || !same_bits(back, x))
        fail_msg("%a is written \"%s\", which reads as %a", x, text, back);
    assert_true(same_bits(strtod(text, NULL), x));
    const int digits = significant(text);
    if (digits < 2) return;
    snprintf(other, sizeof other, "%.*e", digits - 2, x);
    if (strtod(other, NULL) == x) fail_msg("%s is shorter than %s", other, text);
}

static void written_reads_back(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        { 0, "0" },
        { 1, "1" },
        { -1.5, "-1.5" },
        { 0.1, "0.1" },
        { 1.0 / 3, "0.3333333333333333" },
        { 5e-324, "5e-324" },
        { 1e22, "1e+22" },
        { 1e16, "10000000000000000" },
        { 0x1p-44, "5.684341886080802e-14" },
        { 12345678901234567.0, "12345678901234568" },
        { 1e15, "1000000000000000" },
        { 2.5e-7, "2.5e-07" },
        { 0.0001, "0.0001" },
        { 0.00012345, "0.00012345" },
        { 0.00001, "1e-05" },
        { 1.7976931348623157e308, "1.7976931348623157e+308" },
        { 123456, "123456" },
        { 0.30000000000000004, "0.30000000000000004" },
    };
    char text[32];
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_write_real(text, cases[i].value);
        assert_string_equal(text, cases[i].text);
        check_written(cases[i].value);
    }
    bmi_write_real(text, -0.0);
    assert_string_equal(text, "-0");
    bmi_write_real(text, NAN);
    assert_string_equal(text, "nan");
    bmi_write_real(text, -INFINITY);
    assert_string_equal(text, "-inf");
    for (uint64_t i = 0; i < 100000; i++) {
        const double x = real_of(bits_at(4, i));
        if (isfinite(x)) check_written(x);
        check_written(real_of(bits_at(5, i) & UINT64_C(0x800FFFFFFFFFFFFF)));
        check_written((double)(int32_t)bits_at(6, i) / 1000);
    }
    for (int e = -1074; e < 1024; e++) { /* powers of two: unequal gaps */
        check_written(ldexp(1, e));
        check_written(nextafter(ldexp(1, e), 0));
        check_written(nextafter(ldexp(1, e), INFINITY));
    }
}

static void written_f32_reads_back(void **state)
{
    (void)state;
    char text[32];
    bmi_write_real_f32(text, 0.1f);
    assert_string_equal(text, "0.1");
    bmi_write_real_f32(text, 16777216.0f);
    assert_string_equal(text, "16777216");
    bmi_write_real_f32(text, 1e-45f);
    assert_string_equal(text, "1e-45");
    bmi_write_real_f32(text, -INFINITY);
    assert_string_equal(text, "-inf");
    for (uint64_t i = 0; i < 300000; i++) {
        const uint32_t bits = bmi_random_u32(12, 1, i);
        float x;
        memcpy(&x, &bits, sizeof x);
        if (!isfinite(x)) continue;
        double back = 0;
        bool overflow;
        const int n = bmi_write_real_f32(text, x);
        const float other = strtof(text, NULL);
        assert_true(n <= 15 && bmi_read_real(text, (size_t)n, &back, &overflow));
        const float mine = (float)back;
        if (memcmp(&mine, &x, sizeof x) || memcmp(&other, &x, sizeof x)) fail_msg("%a is written %s", (double)x, text);
    }
}

/* Sets a locale with a decimal comma: one of the machine's, else one made here from glibc's sources of locales. */
static bool set_comma_locale(void)
{
    static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8", "fr_FR.utf8" };
    for (size_t i = 0; i < BMI_COUNT(names); i++)
        if (setlocale(LC_ALL, names[i])) return true;
    char command[4500];
    snprintf(command, sizeof command, "localedef --no-archive -i de_DE -f UTF-8 '%s' >/dev/null 2>&1", bmt_temp("de_DE.UTF-8"));
    if (system(command) != 0) return false;
    setenv("LOCPATH", bmt_temp("."), 1);
    return setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
}

static void locale_does_not_matter(void **state)
{
    (void)state;
    if (!set_comma_locale()) {
        bmt_skip("locale with a decimal comma");
        return;
    }
    char printed[32];
    snprintf(printed, sizeof printed, "%.1f", 1.5);
    assert_string_equal(printed, "1,5");
    char text[32];
    double v;
    bool overflow;
    bmi_write_real(text, 1234.5678);
    const bool written = !strcmp(text, "1234.5678");
    const bool fast = bmi_read_real("1234.5678", 9, &v, &overflow) && v == 1234.5678;
    const bool slow = bmi_read_real("1.23456789012345678901", 22, &v, &overflow) && v == 1.23456789012345678901;
    const bool comma = bmi_read_real("1,5", 3, &v, &overflow);
    bmi_error e = { 0 };
    bmi_fail(&e, BM_E_NUMBER, (bm_place){ 0 }, "rate is %g", .5);
    bmi_text t = { 0 };
    bmi_text_add(&t, "%.1f", 1.5);
    const bool points = !strcmp(e.text, "rate is 0.5") && t.at && !strcmp(t.at, "1.5");
    bmi_text_end(&t);
    snprintf(printed, sizeof printed, "%.1f", 1.5);
    const bool kept = !strcmp(printed, "1,5"); /* the program's own locale stays */
    setlocale(LC_ALL, "C");
    assert_true(written && fast && slow && !comma && points && kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hard_cells),
        cmocka_unit_test(no_numbers),
        cmocka_unit_test(million_cells),
        cmocka_unit_test(halfway_cells),
        cmocka_unit_test(long_texts),
        cmocka_unit_test(written_reads_back),
        cmocka_unit_test(written_f32_reads_back),
        cmocka_unit_test(locale_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
