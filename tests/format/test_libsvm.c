// SPDX-License-Identifier: Apache-2.0
/* libsvm files: the classics of that format, what is refused and where, writing and reading back. Counts of the real files are those of
 * the LIBSVM data page (a1a: 1,605 rows, 123 features of which 119 occur; heart_scale: 270 rows, 13; a9a: 32,561).
 */
#include "support/bmt.h"
#include "format/libsvm.h"
#include <baeum/data.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bm_status parse(const char *text, size_t n, const bm_libsvm_options *o, bm_context *context, bmi_error *e, bmi_csv *csv)
{
    static const bm_libsvm_options none;
    *e = (bmi_error){ 0 };
    return bmi_libsvm_read_bytes(e, (bm_place){ 0 }, context, "t.svm", text, n, o ? o : &none, csv);
}

static double at(const bmi_csv *csv, size_t column, int64_t row)
{
    const bmi_column *c = &csv->columns[column];
    return c->type == BM_COLUMN_INTEGER ? (double)((const int64_t *)c->values)[row] : ((const double *)c->values)[row];
}

static void meaning(void **state)
{
    (void)state;
    static const char text[] = "# head\n+1 1:.5 \t 3:-2 # 7:1\r\n\r\n-1 qid:7 2:1e2\n  0\n";
    bmi_csv csv;
    bmi_error e;
    if (parse(text, sizeof text - 1, NULL, NULL, &e, &csv)) fail_msg("%s", e.text);
    static const char *const names[] = { "label", "qid", "f1", "f2", "f3" };
    const double want[3][5] = { { 1, (double)INT64_MIN, .5, 0, -2 }, { -1, 7, 0, 100, 0 }, { 0, (double)INT64_MIN, 0, 0, 0 } };
    assert_int_equal(csv.rows, 3);
    assert_int_equal(csv.n_columns, 5);
    assert_int_equal(csv.columns[0].type, BM_COLUMN_INTEGER);
    for (size_t c = 0; c < 5; c++) {
        assert_string_equal(csv.columns[c].name, names[c]);
        for (int64_t r = 0; r < 3; r++) bmt_near(names[c], at(&csv, c, r), want[r][c], 0);
    }
    bmi_csv_end(NULL, &csv);
    assert_int_equal(parse("1.5 0:1 2:3", 11, NULL, NULL, &e, &csv), BM_OK); /* an index of 0, no end of the last line */
    assert_int_equal(csv.n_columns, 4);
    assert_string_equal(csv.columns[1].name, "f0");
    assert_int_equal(csv.columns[0].type, BM_COLUMN_REAL);
    bmi_csv_end(NULL, &csv);
    const bm_libsvm_options wide = { .features = 9, .zero_based = true };
    assert_int_equal(parse("1 1:1\n", 6, &wide, NULL, &e, &csv), BM_OK);
    assert_int_equal(csv.n_columns, 10);
    assert_string_equal(csv.columns[9].name, "f8");
    bmi_csv_end(NULL, &csv);
}

/* Zeros are cells, too: what would take terabytes is refused before it is made. */
static void too_large(void **state)
{
    (void)state;
    enum { ROWS = 2000000 };
    static const char row[] = "1 100000:1\n";
    char *text = malloc(ROWS * (sizeof row - 1));
    bmi_csv csv;
    bmi_error e;
    for (size_t r = 0; r < ROWS; r++) memcpy(text + r * (sizeof row - 1), row, sizeof row - 1);
    assert_int_equal(parse(text, ROWS * (sizeof row - 1), NULL, NULL, &e, &csv), BM_E_MEMORY);
    bmt_contains("weighed", e.text, "t.svm: 2000000 rows of 100000 features, zeros too, would take 1525894 MB");
    assert_string_equal(e.text + strlen(e.text) - 3, " MB"); /* and there are so many */
    free(text);
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bm_status status;
        const char *says;
    } cases[] = {
        { "", BM_E_DATA, "no rows" },
        { "# only\n\n", BM_E_DATA, "no rows" },
        { "1 1:1\nx 1:1\n", BM_E_FORMAT, "t.svm:2: the label \"x\" is no finite number" },
        { "nan 1:1\n", BM_E_FORMAT, "t.svm:1: the label \"nan\"" },
        { "1,2 1:1\n", BM_E_FORMAT, "\"1,2\" is several labels; a row has one" },
        { " 1:1 2:1\n", BM_E_FORMAT, "has no label in front of it" },
        { "1 2:1 1:1\n", BM_E_FORMAT, "\"1:1\" is not greater than the one before it" },
        { "1 2:1 2:1\n", BM_E_FORMAT, "is not greater" },
        { "1 2\n", BM_E_FORMAT, "\"2\" is no index:value" },
        { "1 -2:1\n", BM_E_FORMAT, "is no index:value" },
        { "1 2:\n", BM_E_FORMAT, "the value of \"2:\" is no finite number" },
        { "1 2:inf\n", BM_E_FORMAT, "is no finite number" },
        { "1 100001:1\n", BM_E_FORMAT, "is above 100000" },
        { "1 qid:x 2:1\n", BM_E_FORMAT, "is no integer" },
        { "1 2:1 qid:3\n", BM_E_FORMAT, "is no index:value" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_csv csv;
        bmi_error e;
        assert_int_equal(parse(cases[i].text, strlen(cases[i].text), NULL, NULL, &e, &csv), cases[i].status);
        bmt_contains(cases[i].text, e.text, cases[i].says);
    }
}

static void real_files(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t rows, features, positive;
        const char *says; /* null: it is read */
    } files[] = {
        { "heart_scale", 270, 13, 120, NULL },
        { "a1a", 1605, 119, 395, NULL },
        { "a1a.crlf", 1605, 119, 395, NULL },
        { "a9a", 32561, 123, 7841, NULL },
        { "a9a.t", 16281, 122, 3846, NULL },
        { "agaricus.txt.train", 6513, 126, 3140, NULL },
        { "agaricus.txt.test", 1611, 126, 776, NULL },
        { "odd/svmlight_classification.txt", 6, 21, 2, NULL },
        { "odd/svmlight_invalid.txt", 0, 0, 0, "svmlight_invalid.txt:1: the label \"python\"" },
        { "odd/svmlight_invalid_order.txt", 0, 0, 0, "svmlight_invalid_order.txt:1: the index of \"2:-5.2\"" },
        { "odd/svmlight_multilabel.txt", 0, 0, 0, "svmlight_multilabel.txt:2: the label \"1,0\" is several" },
    };
    for (size_t i = 0; i < BMI_COUNT(files); i++) {
        char name[200];
        snprintf(name, sizeof name, "libsvm/%s", files[i].name);
        if (!bmt_data(name)) {
            bmt_skip("libsvm");
            return;
        }
        bm_table *t = bm_table_read_libsvm(bmt_data(name));
        if (files[i].says) bmt_contains(name, bm_error(t), files[i].says);
        else {
            if (bm_failed(t)) fail_msg("%s", bm_error(t));
            int64_t positive = 0;
            for (int64_t r = 0; r < bm_table_rows(t); r++) positive += bm_table_integer(t, r, 0) == 1;
            assert_int_equal(bm_table_rows(t), files[i].rows);
            assert_int_equal(bm_table_columns(t), files[i].features + 1);
            assert_int_equal(positive, files[i].positive);
        }
        bm_free(t);
    }
}

static void written(void **state)
{
    (void)state;
    const double x[] = { .1, 0, -1e-300, 3 }, hole[] = { 1, NAN, 2, 3 };
    const int64_t label[] = { 1, -1, 1, 0 }, query[] = { 1, 1, 2, 2 };
    const bm_name text[] = { "a", "b", "c", "d" };
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "f1", x, 4);
    bm_table_add_integer(t, "label", label, 4);
    bm_table_add_integer(t, "qid", query, 4);
    bm_table_add_integer(t, "f2", label, 4);
    const char *path = bmt_temp("out.svm");
    char error[300];
    assert_int_equal(bm_table_write_libsvm(t, path), BM_OK);
    size_t n;
    char *got = (char *)bmt_read(path, &n);
    assert_string_equal(got, "1 qid:1 1:0.1 2:1\n-1 qid:1 2:-1\n1 qid:2 1:-1e-300 2:1\n0 qid:2 1:3\n");
    free(got);
    bm_table *back = bm_table_read_libsvm(path);
    static const char *const names[] = { "label", "qid", "f1", "f2" };
    for (int64_t r = 0; r < 4; r++)
        for (int k = 0; k < 4; k++)
            bmt_near(names[k], bm_table_number(back, r, k), bm_table_number(t, r, bm_table_find(t, names[k])), 0);
    bm_free(back);
    bm_libsvm_write_options o = { .path = path, .label = "y" };
    assert_int_equal(bm_table_write_libsvm_at(t, &o, sizeof o, error, sizeof error, BM_HERE), BM_E_DATA);
    bmt_contains("no label", error, "has no column \"y\" for the labels");
    bm_table_add_real(t, "hole", hole, 4);
    o.label = NULL;
    assert_int_equal(bm_table_write_libsvm_at(t, &o, sizeof o, error, sizeof error, BM_HERE), BM_E_DATA);
    bmt_contains("missing", error, "the cell of row 2 in column \"hole\" is missing");
    bm_table_add_text(t, "word", text, 4);
    assert_int_equal(bm_table_write_libsvm_at(t, &o, sizeof o, error, sizeof error, BM_HERE), BM_E_TYPE);
    bmt_contains("text", error, "\"word\" is text");
    bm_free(t);
}

static bm_status read_all(bm_context *context, void *arg)
{
    bm_table *t = bm_table_read_libsvm(arg, .context = context);
    const bm_status st = bm_status_of(t);
    bm_free(t);
    return st;
}

static void failing_allocations(void **state)
{
    (void)state;
    char path[4096];
    snprintf(path, sizeof path, "%s", bmt_temp_file("small.svm", "1 qid:1 1:2 3:4\n-1 2:1\n", 23));
    bmt_each_failure("reading a libsvm file", read_all, path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meaning),    cmocka_unit_test(refused), cmocka_unit_test(too_large),
        cmocka_unit_test(real_files), cmocka_unit_test(written), cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
