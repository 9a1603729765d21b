// SPDX-License-Identifier: Apache-2.0
/* What is written as CSV is read back cell for cell with the columns' types: random tables of awkward cells of all types. */
#include "support/bmt.h"
#include <baeum/data.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 60 };

static const char *const awkward[] = {
    "",         "NA",
    "\"NA\"",   "null",
    "?",        " ",
    " x",       "x ",
    "\t",       "a,b",
    "a;b",      "a|b",
    "a\tb",     "#x",
    "#",        "\"",
    "\"\"",     "a\"b",
    "a\nb",     "a\r\nb",
    "\r",       "\n",
    "1",        "1.5",
    "007",      "true",
    "FALSE",    "2024-01-02",
    "1/2/2024", "$5",
    "39%",      "5 kg",
    "1,234",    "\xef\xbb\xbf\x78",
    "é",        "c1",
    "inf",      "-",
    "n.a.",     "#DIV/0!",
    "None",     "nan",
    "'",
};

static uint64_t draw(uint64_t *state, uint64_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*state >> 33) % below;
}

static void fill(bm_table *t, bm_column_type type, const char *name, int64_t rows, uint64_t *state)
{
    static double reals[ROWS];
    static int64_t wholes[ROWS];
    static bm_name texts[ROWS];
    for (int64_t r = 0; r < rows; r++) {
        const bool missing = !draw(state, 4);
        const double scale[] = { 1, 1e-310, 1e290, 3, 1e15 };
        reals[r] = missing ? NAN : ((double)draw(state, 1u << 30) - (1 << 29)) * scale[draw(state, 5)];
        wholes[r] =
            missing ? INT64_MIN : (int64_t)(draw(state, 1u << 30) * draw(state, 1u << 30)) - INT64_C(400000000000000000);
        if (type == BM_COLUMN_TIME && !missing)
            wholes[r] %= INT64_C(60000000000000000); /* years 68 to 3871, to the microsecond */
        texts[r] = missing ? NULL : awkward[draw(state, BMI_COUNT(awkward))];
    }
    if (type == BM_COLUMN_REAL) bm_table_add_real(t, name, reals, rows);
    else if (type == BM_COLUMN_INTEGER) bm_table_add_integer(t, name, wholes, rows);
    else if (type == BM_COLUMN_TIME) bm_table_add_time(t, name, wholes, rows);
    else bm_table_add_text(t, name, texts, rows);
}

static void same_cell(const bm_table *a, const bm_table *b, int64_t r, int64_t c)
{
    const char *x = bm_table_text(a, r, c), *y = bm_table_text(b, r, c);
    if (!x != !y || (x && strcmp(x, y)))
        fail_msg("row %d of %s: \"%s\" came back as \"%s\"", (int)r, bm_table_column_name(a, c), x ? x : "(missing)",
                 y ? y : "(missing)");
    const double u = bm_table_number(a, r, c), v = bm_table_number(b, r, c);
    if (memcmp(&u, &v, sizeof u) && !(isnan(u) && isnan(v))) fail_msg("row %d: %.17g came back as %.17g", (int)r, u, v);
    assert_int_equal(bm_table_integer(a, r, c), bm_table_integer(b, r, c));
    assert_int_equal(bm_table_time(a, r, c), bm_table_time(b, r, c));
}

static void exact(void **state)
{
    (void)state;
    static const bm_column_type kinds[] = { BM_COLUMN_TEXT, BM_COLUMN_REAL, BM_COLUMN_INTEGER, BM_COLUMN_TIME };
    static const char *const names[] = { "a", "NA", "x,y", "1", "é \"q\"", "#n" };
    uint64_t seed = 1;
    for (int k = 0; k < 400; k++) {
        const int64_t columns = 1 + (int64_t)draw(&seed, BMI_COUNT(names)), rows = 1 + (int64_t)draw(&seed, ROWS - 1);
        bm_table *t = bm_table_new();
        bm_column_as types[BMI_COUNT(names)];
        for (int64_t c = 0; c < columns; c++) {
            types[c] = (bm_column_as){ names[c], kinds[draw(&seed, 4)] };
            fill(t, types[c].type, names[c], rows, &seed);
        }
        if (bm_failed(t)) fail_msg("%s", bm_error(t));
        const char *path = bmt_temp("exact.csv");
        const char delimiter = ",;\t|~"[draw(&seed, 5)];
        assert_int_equal(bm_table_write_csv(t, path, .delimiter = delimiter), BM_OK);
        bm_table *back =
            bm_table_read_csv(path, .header = true, .types = { types, (size_t)columns },
                              .delimiter = delimiter == '~' ? '~' : 0, .comment = k % 2 ? '#' : 0, .trim = k % 3 == 0);
        if (bm_failed(back)) fail_msg("%s", bm_error(back));
        assert_int_equal(bm_table_columns(back), columns);
        assert_int_equal(bm_table_rows(back), rows);
        for (int64_t c = 0; c < columns; c++) {
            assert_string_equal(bm_table_column_name(back, c), names[c]);
            assert_int_equal(bm_table_column_type(back, c), types[c].type);
            for (int64_t r = 0; r < rows; r++) same_cell(t, back, r, c);
        }
        bm_free(back);
        bm_free(t);
    }
}

/* True and false come from files alone; they and the types that all cells give need no help. */
static void by_itself(void **state)
{
    (void)state;
    static const char text[] =
        "t,i,r,b,d\nx,1,.5,true,2024-01-02\n\"NA\",,,,\n\"\",3,2,false,2024-02-29\nNA,4,3,true,2024-03-01\n";
    char first[4096];
    snprintf(first, sizeof first, "%s", bmt_temp_file("first.csv", text, sizeof text - 1));
    bm_table *t = bm_table_read_csv(first);
    assert_false(bm_failed(t));
    static const bm_column_type want[] = { BM_COLUMN_TEXT, BM_COLUMN_INTEGER, BM_COLUMN_REAL, BM_COLUMN_BOOL, BM_COLUMN_TIME };
    assert_string_equal(bm_table_text(t, 1, 0), "NA");
    assert_string_equal(bm_table_text(t, 2, 0), "");
    assert_null(bm_table_text(t, 3, 0));
    const char *path = bmt_temp("second.csv");
    assert_int_equal(bm_table_write_csv(t, path), BM_OK);
    bm_table *back = bm_table_read_csv(path);
    for (int64_t c = 0; c < 5; c++) {
        assert_int_equal(bm_table_column_type(t, c), want[c]);
        assert_int_equal(bm_table_column_type(back, c), want[c]);
        for (int64_t r = 0; r < 4; r++) same_cell(t, back, r, c);
    }
    bm_free(back);
    bm_free(t);
}

/* Numbers of orders or tweets that f64 cannot tell apart are different values and different rows all the same. */
static void large_integers(void **state)
{
    (void)state;
    static const char text[] = "id\n9007199254740993\n9007199254740992\n\"\"\n-9223372036854775807\n9007199254740993\n5\n";
    bm_table *t = bm_table_read_csv(bmt_temp_file("ids.csv", text, sizeof text - 1));
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    assert_int_equal(bm_table_column_type(t, 0), BM_COLUMN_INTEGER);
    assert_int_equal(bm_table_integer(t, 0, 0), INT64_C(9007199254740993));
    const bm_summary s = bm_table_summary(t, 0);
    assert_int_equal(s.count, 5);
    assert_int_equal(s.missing, 1);
    assert_int_equal(s.distinct, 4);
    assert_int_equal(s.top_count[0], 2);
    assert_string_equal(s.top[0], "9007199254740993");
    assert_string_equal(s.top[1], "-9223372036854775807"); /* ties in order of value */
    assert_string_equal(s.top[2], "5");
    assert_string_equal(s.top[3], "9007199254740992");
    bm_table *one = bm_table_take(t, BM_ROWS(1)), *other = bm_table_take(t, BM_ROWS(0));
    assert_int_equal(bm_table_equal_rows(one, other), 0);
    assert_int_equal(bm_table_equal_rows(t, other), 2);
    bm_free(other);
    bm_free(one);
    bm_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(exact), cmocka_unit_test(by_itself),
                                        cmocka_unit_test(large_integers) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
