// SPDX-License-Identifier: Apache-2.0
/* The CSV reader: awkward files, types, bad rows, chunks and threads, failing allocations. */
#include "support/bmt.h"
#include "base/random.h"
#include "base/text.h"
#include "format/csv.h"
#include "format/datetime.h"
#include <baeum/data.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bm_status parse(const char *text, size_t n, const bm_csv_options *o, bm_context *context, bmi_error *e, bmi_csv *csv)
{
    static const bm_csv_options none;
    *e = (bmi_error){ 0 };
    return bmi_csv_read_bytes(e, (bm_place){ 0 }, context, "t.csv", text, n, 0, o ? o : &none, csv);
}

/* A cell as text; "NULL" when missing. */
static const char *cell(const bmi_csv *csv, size_t c, int64_t r)
{
    static char text[64];
    const bmi_column *column = &csv->columns[c];
    switch (column->type) {
    case BM_COLUMN_REAL: {
        const double x = ((const double *)column->values)[r];
        if (isnan(x)) return "NULL";
        bmi_write_real(text, x);
        return text;
    }
    case BM_COLUMN_INTEGER: {
        const int64_t x = ((const int64_t *)column->values)[r];
        if (x == INT64_MIN) return "NULL";
        snprintf(text, sizeof text, "%lld", (long long)x);
        return text;
    }
    case BM_COLUMN_TIME: {
        const int64_t x = ((const int64_t *)column->values)[r];
        if (x == INT64_MIN) return "NULL";
        bmi_time_write(x, (bmi_date_detail)column->form.detail, text);
        return text;
    }
    case BM_COLUMN_BOOL: {
        const uint8_t x = ((const uint8_t *)column->values)[r];
        return x == BMI_BOOL_MISSING ? "NULL" : x ? "true" : "false";
    }
    default: {
        const int32_t code = ((const int32_t *)column->values)[r];
        return code < 0 ? "NULL" : bmi_dictionary_text(&column->dictionary, code, NULL);
    }
    }
}

/* ---- what well-formed text means ---- */

static void types(void **state)
{
    (void)state;
    const struct {
        const char *cells; /* of one column "a", one a line */
        bm_column_type type;
        const char *want; /* the cells, joined by | */
    } cases[] = {
        { "1\n-2\n+3\n", BM_COLUMN_INTEGER, "1|-2|3" },
        { "1\n2.5\n", BM_COLUMN_REAL, "1|2.5" },
        { "1\n1e3\n", BM_COLUMN_REAL, "1|1000" },
        { ".5\n5.\n-.25\n", BM_COLUMN_REAL, "0.5|5|-0.25" },
        { "0.1\n-0.3\n123456789.123456789\n", BM_COLUMN_REAL, "0.1|-0.3|123456789.12345679" },
        { "1\nNA\n3\n", BM_COLUMN_INTEGER, "1|NULL|3" },
        { "1\nNaN\nnan\nnull\nNULL\nN/A\nn/a\n#N/A\nNone\n?\n", BM_COLUMN_INTEGER,
          "1|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL" },
        { "\"\"\nNA\n", BM_COLUMN_REAL, "NULL|NULL" },
        { "true\nFalse\nTRUE\nNA\n", BM_COLUMN_BOOL, "true|false|true|NULL" },
        { "true\n1\n", BM_COLUMN_TEXT, "true|1" },
        { "1\nx\n", BM_COLUMN_TEXT, "1|x" },
        { "x\n1\nNA\n", BM_COLUMN_TEXT, "x|1|NULL" },
        { "\" 5 \"\n 6\n7\t\n", BM_COLUMN_INTEGER, "5|6|7" },
        { "\"5\"\n6\n", BM_COLUMN_INTEGER, "5|6" },
        { "9007199254740993\n1\n", BM_COLUMN_INTEGER, "9007199254740993|1" },
        { "9223372036854775807\n-9223372036854775807\nNA\n", BM_COLUMN_INTEGER,
          "9223372036854775807|-9223372036854775807|NULL" },
        { "9223372036854775808\n1\n", BM_COLUMN_REAL, "9.223372036854776e+18|1" },
        { "-9223372036854775808\n1\n", BM_COLUMN_REAL, "-9.223372036854776e+18|1" },
        { "0x10\n1\n", BM_COLUMN_TEXT, "0x10|1" },
        { "2011-01-01\n2011-01-02\n", BM_COLUMN_TIME, "2011-01-01|2011-01-02" },
        { "1e-400\n1\n", BM_COLUMN_REAL, "0|1" },
        { "inf\nx\n", BM_COLUMN_TEXT, "inf|x" }, /* not finite only matters where the column is numbers */
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        char text[500], got[500] = "";
        bmi_csv csv;
        bmi_error e;
        snprintf(text, sizeof text, "a\n%s", cases[i].cells);
        if (parse(text, strlen(text), NULL, NULL, &e, &csv)) fail_msg("%s: %s", cases[i].cells, e.text);
        for (int64_t r = 0; r < csv.rows; r++) {
            strcat(got, r ? "|" : "");
            strcat(got, cell(&csv, 0, r));
        }
        if (csv.columns[0].type != cases[i].type || strcmp(got, cases[i].want))
            fail_msg("%s: got %s %s, want %s %s", cases[i].cells, bm_column_type_name(csv.columns[0].type), got,
                     bm_column_type_name(cases[i].type), cases[i].want);
        bmi_csv_end(NULL, &csv);
    }
}

static void layouts(void **state)
{
    (void)state;
    const struct {
        const char *text;
        bm_csv_options o;
        const char *want; /* names, then rows: cells by |, rows by / */
    } cases[] = {
        { "a,b\n1,2\n", { 0 }, "a|b/1|2" },
        { "a;b\n1,5;2\n", { 0 }, "a|b/1.5|2" }, /* a decimal comma */
        { "a\tb\n1\t2\n3\t4", { 0 }, "a|b/1|2/3|4" },
        { "a|b\n1|2\n", { 0 }, "a|b/1|2" },
        { "a,b\n5\" pipe,x\n\"6\"\" pipe\",\"y,z\"\n7\"\",\n", { 0 }, "a|b/5\" pipe|x/6\" pipe|y,z/7\"\"|NULL" },
        { "a:b\n1:2\n", { .delimiter = ':' }, "a|b/1|2" },
        { "a,b\r\n1,2\r\n", { 0 }, "a|b/1|2" },
        { "a,b\r1,2\r3,4", { 0 }, "a|b/1|2/3|4" },
        { "\xef\xbb\xbf"
          "a,b\n1,2\n",
          { 0 },
          "a|b/1|2" },
        { "1,2\n3,4\n", { .no_header = true }, "c1|c2/1|2/3|4" },
        { "\n\na,b\n\n1,2\n\n\n3,4\n\n", { 0 }, "a|b/1|2/3|4" },
        { "a,b\n\"x\ny\",2\n", { 0 }, "a|b/x\ny|2" },
        { "a,b\n\"x\"\"y\",\"1,z\"\n", { 0 }, "a|b/x\"y|1,z" },
        { ",b\n1,2\n", { 0 }, "c1|b/1|2" },
        { "a,a,a\n1,2,3\n", { .rename_duplicates = true }, "a|a.2|a.3/1|2|3" },
        { "a,b\n1,007\n", { .text = { (const bm_name[]){ "b" }, 1 } }, "a|b/1|007" },
        { "\"a b\",\"c\"\"d\"\n1,2", { 0 }, "a b|c\"d/1|2" },
        { " a b ,\" c\t\", \n1,2,3\n", { 0 }, "a b|c|c3/1|2|3" },                  /* blanks around names */
        { "a\xe9\nx\xe9\n", { 0 }, "a\xc3\xa9/x\xc3\xa9" },                        /* Latin-1 */
        { "Preis in \x80\n\x84so\x93 \x96 \x9f\n", { 0 }, "Preis in €/„so“ – Ÿ" }, /* Windows-1252 */
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        char got[500] = "";
        bmi_csv csv;
        bmi_error e;
        if (parse(cases[i].text, strlen(cases[i].text), &cases[i].o, NULL, &e, &csv)) fail_msg("%s: %s", cases[i].text, e.text);
        for (int64_t r = -1; r < csv.rows; r++)
            for (size_t c = 0; c < csv.n_columns; c++) {
                strcat(got, c ? "|" : r >= 0 ? "/" : "");
                strcat(got, r < 0 ? csv.columns[c].name : cell(&csv, c, r));
            }
        assert_string_equal(got, cases[i].want);
        bmi_csv_end(NULL, &csv);
    }
}

/* ---- what is wrong ---- */

static void bad_files(void **state)
{
    (void)state;
#define TEXT(s) s, sizeof s - 1
    const struct {
        const char *text;
        size_t n;
        bm_status status;
        const char *says; /* part of the message */
        int64_t left;     /* rows left when bad ones are left out; -1: an error then too */
    } cases[] = {
        { TEXT(""), BM_E_DATA, "empty", -1 },
        { TEXT("\n\n"), BM_E_DATA, "empty", -1 },
        { TEXT("a,b\n"), BM_E_DATA, "no rows", -1 },
        { TEXT("a,b\n1,2\n3\n5,6\n"), BM_E_FORMAT, "t.csv:3:1: the row has 1 cell, there are 2 columns", 2 },
        { TEXT("a,b\n1,2,3\n5,6\n"), BM_E_FORMAT, "t.csv:2:3: the row has 3 cells", 1 },
        { TEXT("a,b\n\"x\"y,2\n5,6\n"), BM_E_FORMAT, "t.csv:2:1: a quote stands behind the first one", 1 },
        { TEXT("a,b\n1,2\n\"x,2\n5,6\n"), BM_E_FORMAT, "t.csv:3:1: the quote that opens", 2 },
        { TEXT("a,b\n1,\0\n5,6\n"), BM_E_FORMAT, "t.csv:2:2: there is a NUL byte", 1 },
        { TEXT("a,b\n1,\"\0\"\n5,6\n"), BM_E_FORMAT, "t.csv:2:2: there is a NUL byte", 1 },
        { TEXT("a,b\n1,x\ry\n5,6\n"), BM_E_FORMAT, "t.csv:2:2: a carriage return stands alone", 1 },
        { TEXT("a,b\n1,2\n1e400,2\n"), BM_E_FORMAT, "t.csv:3:1: \"1e400\" in column \"a\" is not a finite number", 1 },
        { TEXT("a,b\n1,2\n\n\"x\ny\",3\n5,-inf\n"), BM_E_FORMAT, "t.csv:6:2: \"-inf\"", 2 },
        { TEXT("a,a\n1,2\n"), BM_E_FORMAT, "t.csv:1:2: a second column is named \"a\"", -1 },
        { TEXT("sep=;\n\"a;b\n1;2\n"), BM_E_FORMAT, "t.csv:2:1: a quote opens here and is never closed", -1 },
        { TEXT("sep=;\na;a\n1;2\n"), BM_E_FORMAT, "t.csv:2:2: a second column is named \"a\"", -1 },
        { TEXT("\r\n\r\na,a\r\n1,2\r\n"), BM_E_FORMAT, "t.csv:3:2: a second column is named \"a\"", -1 },
        { TEXT("\"a,b\n1,2\n"), BM_E_FORMAT, "t.csv:1:1: a quote opens here and is never closed", -1 },
        { TEXT("a\0b\n1\n"), BM_E_FORMAT, "NUL", -1 },
        { TEXT("\xff\xfe"
               "a\0"),
          BM_E_FORMAT, "UTF-16", -1 },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_csv csv;
        bmi_error e;
        const bm_csv_options skip = { .skip_bad_rows = true };
        assert_int_equal(parse(cases[i].text, cases[i].n, NULL, NULL, &e, &csv), cases[i].status);
        bmt_contains(cases[i].text, e.text, cases[i].says);
        const bm_status st = parse(cases[i].text, cases[i].n, &skip, NULL, &e, &csv);
        if (cases[i].left < 0) {
            assert_int_equal(st, cases[i].status);
            continue;
        }
        if (st) fail_msg("%s: %s", cases[i].text, e.text);
        assert_int_equal(csv.rows, cases[i].left);
        assert_true(csv.skipped > 0);
        assert_true(csv.notes.count > 0);
        bmi_csv_end(NULL, &csv);
    }
}

static void too_many_columns(void **state)
{
    (void)state;
    char *text = malloc(BMI_CSV_MAX_COLUMNS + 10);
    memset(text, ',', BMI_CSV_MAX_COLUMNS + 10);
    bmi_csv csv;
    bmi_error e;
    assert_int_equal(parse(text, BMI_CSV_MAX_COLUMNS + 10, NULL, NULL, &e, &csv), BM_E_FORMAT);
    bmt_contains("many columns", e.text, "more than 100000 columns");
    free(text);
}

static void long_line(void **state) /* one cell of 10 MB in quotes, with line ends, over many chunks; and one without */
{
    (void)state;
    const size_t n = 10 << 20;
    for (int quoted = 0; quoted < 2; quoted++) {
        char *text = malloc(n + 100);
        size_t at = (size_t)sprintf(text, "a,b\n1,2\n3,%s", quoted ? "\"" : "");
        const size_t begin = at;
        for (; at - begin < n; at++) text[at] = quoted && at % 100 == 0 ? '\n' : (char)('a' + at % 26);
        at += (size_t)sprintf(text + at, "%s\n5,6\n", quoted ? "\"" : "");
        bmi_csv csv;
        bmi_error e;
        if (parse(text, at, NULL, NULL, &e, &csv)) fail_msg("%s", e.text);
        assert_int_equal(csv.rows, 3);
        assert_int_equal(csv.columns[1].type, BM_COLUMN_TEXT);
        assert_int_equal(strlen(cell(&csv, 1, 1)), n);
        assert_memory_equal(cell(&csv, 1, 1), text + begin, n);
        assert_string_equal(cell(&csv, 1, 2), "6");
        bmi_csv_end(NULL, &csv);
        free(text);
    }
}

/* ---- numbers ---- */

static uint32_t random_word(void)
{
    static uint64_t i;
    return bmi_random_u32(7, 0, i++);
}
static double random_unit(void)
{
    return random_word() / 4294967296. + random_word() / 4294967296. / 4294967296.;
}

static void numbers_as_strtod(void **state) /* a million random cells, equal bit by bit */
{
    (void)state;
    enum { N = 1000000 };
    char *text = malloc(40 * N), *cells = malloc(40 * N);
    size_t at = (size_t)sprintf(text, "a\n");
    for (int i = 0; i < N; i++) {
        char *into = cells + 40 * i;
        union {
            uint64_t u;
            double d;
        } x;
        switch (i % 8) {
        case 0:
            do x.u = (uint64_t)random_word() << 32 | random_word();
            while (!isfinite(x.d));
            snprintf(into, 40, "%.17g", x.d);
            break;
        case 6: snprintf(into, 40, "%.*f", (int)(random_word() % 8), (random_unit() - .5) * 2000); break;
        case 7: snprintf(into, 40, "%d", (int)random_word() >> random_word() % 32); break;
        case 1: snprintf(into, 40, "%.6f", (random_unit() - .5) * 8); break;
        case 2: snprintf(into, 40, "%.16g", random_unit() - .5); break;
        case 3: snprintf(into, 40, "%d.%u", (int)random_word(), random_word()); break;
        case 4: snprintf(into, 40, "%u%u", random_word(), random_word()); break;
        default:
            snprintf(into, 40, "%.*fe%+d", (int)(random_word() % 18), random_unit() * 1e5, (int)(random_word() % 80) - 40);
            break;
        }
        at += (size_t)sprintf(text + at, "%s\n", into);
    }
    bmi_csv csv;
    bmi_error e;
    if (parse(text, at, NULL, NULL, &e, &csv)) fail_msg("%s", e.text);
    assert_int_equal(csv.rows, N);
    for (int i = 0; i < N; i++) {
        const double want = strtod(cells + 40 * i, NULL), got = ((const double *)csv.columns[0].values)[i];
        if (memcmp(&want, &got, 8)) fail_msg("%s: got %.17g, want %.17g", cells + 40 * i, got, want);
    }
    bmi_csv_end(NULL, &csv);
    free(text);
    free(cells);
}

/* ---- chunks and threads ---- */

/* A file of several chunks with everything in it: quotes over line ends, late text, bad rows, big integers. */
static char *large_file(size_t *n, bool broken)
{
    char *text = malloc(8 << 20);
    *n = (size_t)sprintf(text, "i,r,late,t,q,big,b\n");
    for (int i = 0; i < 60000; i++) {
        *n += (size_t)sprintf(text + *n, "%d,%.4f,", i - 30000, i / 7.);
        *n +=
            i > 50000 && i % 500 == 0 ? (size_t)sprintf(text + *n, "x%d", i / 500) : (size_t)sprintf(text + *n, "%d", i % 100);
        *n += (size_t)sprintf(text + *n, ",name %d,", i % 777);
        if (i % 5) *n += (size_t)sprintf(text + *n, "\"a, \"\"%d\"\"\nb\"", i % 50);
        *n += (size_t)sprintf(text + *n, ",%lld,%s\n", 9007199254740993ll + i, i % 3 ? "true" : "false");
        if (broken && i % 9973 == 0) *n += (size_t)sprintf(text + *n, "%s", i % 2 ? "1,2\n" : "1,\"x\"y,3,4,5,6,true\n");
    }
    return text;
}

static void same_columns(const bmi_csv *a, const bmi_csv *b)
{
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->skipped, b->skipped);
    assert_int_equal(a->n_columns, b->n_columns);
    for (size_t c = 0; c < a->n_columns; c++) {
        const bmi_column *x = &a->columns[c], *y = &b->columns[c];
        assert_int_equal(x->type, y->type);
        assert_memory_equal(x->values, y->values, (size_t)a->rows * bmi_column_cell(x->type));
        assert_int_equal(x->dictionary.count, y->dictionary.count);
        if (x->dictionary.count) assert_memory_equal(x->dictionary.bytes, y->dictionary.bytes, x->dictionary.used);
    }
}

static void any_number_of_threads(void **state)
{
    (void)state;
    for (int broken = 0; broken < 2; broken++) {
        size_t n;
        char *text = large_file(&n, broken);
        const char *path = bmt_temp_file("large.csv", text, n);
        bm_csv_options o = { .path = path, .skip_bad_rows = broken };
        bmi_csv one, other;
        bmi_error e = { 0 };
        bm_context *serial = bm_context_new(.threads = 1);
        if (bmi_csv_read_bytes(&e, (bm_place){ 0 }, serial, "t", text, n, 0, &o, &one)) fail_msg("%s", e.text);
        assert_int_equal(one.rows, 60000);
        assert_int_equal(one.skipped, broken ? 7 : 0);
        const bm_column_type want[] = { BM_COLUMN_INTEGER, BM_COLUMN_REAL,    BM_COLUMN_TEXT, BM_COLUMN_TEXT,
                                        BM_COLUMN_TEXT,    BM_COLUMN_INTEGER, BM_COLUMN_BOOL };
        for (size_t c = 0; c < 7; c++) assert_int_equal(one.columns[c].type, want[c]);
        assert_string_equal(cell(&one, 2, 0), "0");
        assert_string_equal(cell(&one, 2, 51000), "x102");
        assert_string_equal(cell(&one, 4, 59999), "a, \"49\"\nb");
        assert_string_equal(cell(&one, 5, 2), "9007199254740995");
        for (int threads = 1; threads <= 4; threads++) {
            bm_context *context = bm_context_new(.threads = threads);
            if (bmi_csv_read(&e, (bm_place){ 0 }, context, &o, &other))
                fail_msg("%s", e.text); /* from the file, piece by piece */
            same_columns(&one, &other);
            bmi_csv_end(context, &other);
            bm_free(context);
        }
        bmi_csv_end(serial, &one);
        bm_free(serial);
        free(text);
    }
}

/* ---- real files ---- */

static void spectrum_file(const char *folder, const char *name, bool header)
{
    char path[300], json[300];
    snprintf(path, sizeof path, "csv-spectrum/%scsvs/%s.csv", folder, name);
    snprintf(json, sizeof json, "csv-spectrum/%sjson/%s.json", folder, name);
    if (!bmt_data(path)) {
        bmt_skip("csv-spectrum");
        return;
    }
    bm_table *t = bm_table_read_csv(bmt_data(path), .header = header);
    if (bm_failed(t)) fail_msg("%s: %s", name, bm_error(t));
    json_t *rows = json_load_file(bmt_data(json), 0, NULL);
    assert_non_null(rows);
    assert_int_equal(bm_table_rows(t), json_array_size(rows));
    for (int64_t r = 0; r < bm_table_rows(t); r++)
        for (int64_t c = 0; c < bm_table_columns(t); c++) {
            const char *want = json_string_value(json_object_get(json_array_get(rows, (size_t)r), bm_table_column_name(t, c)));
            char got[100];
            if (bm_table_text(t, r, c)) snprintf(got, sizeof got, "%s", bm_table_text(t, r, c));
            else if (isnan(bm_table_number(t, r, c)))
                snprintf(got, sizeof got, "%s", want && strcmp(want, "NULL") ? "" : want); /* a missing cell */
            else snprintf(got, sizeof got, "%.0f", bm_table_number(t, r, c));
            assert_non_null(want);
            if (!strcmp(want, "08123")) want = "8123"; /* a number: the column is integer */
            assert_string_equal(got, want);
        }
    json_decref(rows);
    bm_free(t);
}

static void spectrum(void **state)
{
    (void)state;
    static const char *const names[] = { "comma_in_quotes",
                                         "empty",
                                         "empty_crlf",
                                         "escaped_quotes",
                                         "json",
                                         "newlines",
                                         "newlines_crlf",
                                         "quotes_and_newlines",
                                         "simple",
                                         "simple_crlf",
                                         "utf8" };
    for (size_t i = 0; i < BMI_COUNT(names); i++)
        for (int header = 0; header < 2; header++) spectrum_file("", names[i], header);
    static const char *const extra[] = { "latin1", "newlines_cr", "null" };
    for (size_t i = 0; i < BMI_COUNT(extra); i++)
        for (int header = 0; header < 2; header++) spectrum_file("extra/", extra[i], header);
    if (!bmt_data("csv-spectrum/csvs/location_coordinates.csv")) return;
    /* quotes as seconds of arc; the telephone numbers of the file and of its JSON differ */
    bm_table *t = bm_table_read_csv(bmt_data("csv-spectrum/csvs/location_coordinates.csv"));
    json_t *want = json_load_file(bmt_data("csv-spectrum/json/location_coordinates.json"), 0, NULL);
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    assert_non_null(want);
    assert_int_equal(bm_table_rows(t), 1);
    assert_int_equal(bm_table_columns(t), 4);
    assert_int_equal(bm_table_integer(t, 0, 0), 2095257564);
    for (int64_t c = 1; c < 4; c++)
        assert_string_equal(bm_table_text(t, 0, c), json_string_value(json_object_get(want, bm_table_column_name(t, c))));
    json_decref(want);
    bm_free(t);
}

/* ---- failures ---- */

static bm_status read_all(bm_context *context, void *arg)
{
    const char *path = arg;
    bmi_csv csv;
    bmi_error e = { 0 };
    const bm_csv_options o = { .path = path, .rename_duplicates = true };
    const bm_status st = bmi_csv_read(&e, (bm_place){ 0 }, context, &o, &csv);
    if (!st) bmi_csv_end(context, &csv);
    return st;
}

static void failing_allocations(void **state)
{
    (void)state;
    static const char text[] = "a,a,,t\n1,2,3,\"x\"\"y\"\n2,2.5,x,z\n3,4,true,\xe9\n9223372036854775807,1,2,\"\"\n";
    char path[4096];
    snprintf(path, sizeof path, "%s", bmt_temp_file("small.csv", text, sizeof text - 1));
    assert_true(bmt_each_failure("reading a CSV file", read_all, path) > 10);
}

static void no_file(void **state)
{
    (void)state;
    bm_table *t = bm_table_read_csv("no/such/file.csv");
    assert_int_equal(bm_status_of(t), BM_E_FILE);
    bmt_contains("no file", bm_error(t), "no/such/file.csv");
    bmt_contains("no file", bm_error(t), "test_csv.c:");
    bm_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types),
        cmocka_unit_test(layouts),
        cmocka_unit_test(bad_files),
        cmocka_unit_test(too_many_columns),
        cmocka_unit_test(long_line),
        cmocka_unit_test(numbers_as_strtod),
        cmocka_unit_test(any_number_of_threads),
        cmocka_unit_test(spectrum),
        cmocka_unit_test(failing_allocations),
        cmocka_unit_test(no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
