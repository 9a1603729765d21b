// SPDX-License-Identifier: Apache-2.0
/* How a CSV file can be asked to be read: comments, blanks, separators, types; what bad rows and bad cells do; dates as a type. */
#include "support/bmt.h"
#include "base/text.h"
#include "format/csv.h"
#include "format/datetime.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bm_status read_text(const char *text, size_t n, size_t chunk, const bm_csv_options *o, bmi_error *e, bmi_csv *csv)
{
    *e = (bmi_error){ 0 };
    return bmi_csv_read_bytes(e, (bm_place){ 0 }, NULL, "t.csv", text, n, chunk, o, csv);
}

/* Names, then rows: cells by |, rows by /; a missing one is ?, texts stand in quotes. */
static const char *join(const bmi_csv *csv, char into[1000])
{
    *into = 0;
    for (int64_t r = -1; r < csv->rows; r++)
        for (size_t c = 0; c < csv->n_columns; c++) {
            const bmi_column *column = &csv->columns[c];
            char cell[200] = "?", number[40];
            const int64_t whole = r >= 0 && column->type != BM_COLUMN_TEXT && column->type != BM_COLUMN_BOOL
                                      ? ((const int64_t *)column->values)[r]
                                      : 0;
            if (r < 0) snprintf(cell, sizeof cell, "%s", column->name);
            else if (column->type == BM_COLUMN_TEXT && ((const int32_t *)column->values)[r] >= 0)
                snprintf(cell, sizeof cell, "\"%s\"",
                         bmi_dictionary_text(&column->dictionary, ((const int32_t *)column->values)[r], NULL));
            else if (column->type == BM_COLUMN_BOOL && ((const uint8_t *)column->values)[r] != BMI_BOOL_MISSING)
                strcpy(cell, ((const uint8_t *)column->values)[r] ? "true" : "false");
            else if (column->type == BM_COLUMN_REAL && !isnan(((const double *)column->values)[r]))
                bmi_write_real(number, ((const double *)column->values)[r]), strcpy(cell, number);
            else if (column->type == BM_COLUMN_INTEGER && whole != INT64_MIN)
                snprintf(cell, sizeof cell, "%lld", (long long)whole);
            else if (column->type == BM_COLUMN_TIME && whole != INT64_MIN)
                bmi_time_write(whole, (bmi_date_detail)column->form.detail, number), strcpy(cell, number);
            snprintf(into + strlen(into), 1000 - strlen(into), "%s%s", c ? "|" : r >= 0 ? "/" : "", cell);
        }
    return into;
}

/* Each is read in one chunk and in chunks of 16 bytes. */
static void read_as(const char *text, const bm_csv_options *o, const char *want, const char *note)
{
    for (size_t chunk = 0; chunk <= 16; chunk += 16) {
        bmi_csv csv;
        bmi_error e;
        char got[1000];
        if (read_text(text, strlen(text), chunk, o, &e, &csv)) fail_msg("%s: %s", text, e.text);
        if (strcmp(join(&csv, got), want)) fail_msg("%s: got %s, want %s", text, got, want);
        bool noted = false;
        for (size_t i = 0; i < csv.notes.count; i++) noted |= note && strstr(csv.notes.at[i], note);
        if (note && !noted) fail_msg("%s: no note \"%s\", but \"%s\"", text, note, csv.notes.count ? csv.notes.at[0] : "");
        if (!note && csv.notes.count) fail_msg("%s: a note: %s", text, csv.notes.at[0]);
        bmi_csv_end(NULL, &csv);
    }
}

static void ways(void **state)
{
    (void)state;
    static const bm_column_as price[] = { { "b", BM_COLUMN_REAL } }, zip_text[] = { { "zip", BM_COLUMN_TEXT } },
                              text_a[] = { { "a", BM_COLUMN_TEXT } },
                              zip[] = { { "a", BM_COLUMN_TEXT }, { "b", BM_COLUMN_REAL } },
                              truth[] = { { "a", BM_COLUMN_BOOL } }, day[] = { { "a", BM_COLUMN_TIME } };
    const struct {
        const char *text;
        bm_csv_options o;
        const char *want, *note;
    } cases[] = {
        { "a \"title\r\n\r\na,b\r\n1,2\r\n", { .skip = 2 }, "a|b/1|2", NULL },
        { "one\rtwo\ra;b\r1;2\r3;4", { .skip = 2 }, "a|b/1|2/3|4", NULL },
        { "1,2\n3,4\n5,6\n", { .skip = 1, .no_header = true }, "c1|c2/3|4/5|6", NULL },
        { "# a \"table\"\na,b\n1,2\n#3,\"4\n5,6\n# end", { .comment = '#' }, "a|b/1|2/5|6", NULL },
        { "a,b\n2024-01-31T10:00:00Z,1\n2024-01-31T10:00:00+09:00,2\n",
          { 0 },
          "a|b/2024-01-31T10:00:00|1/2024-01-31T10:00:00|2",
          "a has times of different zones, which are not made one" },
        { "a,b\n2024-01-31T10:00Z,1\n2024-01-31 10:01 UTC,2\n2024-01-31 10:02 GMT,3\n",
          { 0 },
          "a|b/2024-01-31T10:00:00|1/2024-01-31T10:01:00|2/2024-01-31T10:02:00|3",
          NULL },
        { "a,b\n2024-01-31T10:00-0500,1\n2024-01-31 10:01,2\n",
          { 0 },
          "a|b/2024-01-31T10:00:00|1/2024-01-31T10:01:00|2",
          "different zones" },
        { "a,b\n2024-01-31T10:00-05:00,1\n2024-01-31 10:01 -0500,2\n2024-02-01,3\n",
          { 0 },
          "a|b/2024-01-31T10:00:00|1/2024-01-31T10:01:00|2/2024-02-01T00:00:00|3",
          NULL },
        { "a,b,c\n<NA>,NaT,#NA\n2,2024-01-31,-nan\n3,2024-02-29,.5\n",
          { 0 },
          "a|b|c/?|?|?/2|2024-01-31|?/3|2024-02-29|0.5",
          NULL },
        { "zip,n\n12345,1\n00501,02\n",
          { 0 },
          "zip|n/12345|1/501|2",
          "zip has numbers that begin with 0, which are read without it" },
        { "zip,n\n00501,1\n02134,2\n", { .types = { zip_text, 1 } }, "zip|n/\"00501\"|1/\"02134\"|2", NULL },
        { "m,n\n01,0\n02,0.125\n", { 0 }, "m|n/1|0/2|0.125", NULL },
        { "a,b\n1/2/2024,1/13/2024\n3/4/2024,1/5/2024\n",
          { .dates = "dmy" },
          "a|b/2024-02-01|2024-01-13/2024-04-03|2024-01-05",
          "b: the month is written before the day" },
        { "a,b\n1,2\n  \n \t\n3,4\n   ", { 0 }, "a|b/1|2/3|4", NULL },
        { "a\tb\r\n1\t2\r\n  \r\n\t\r\n 3\t4\r\n", { 0 }, "a|b/1|2/?|?/3|4", NULL },
        { "a\nx\n  \ny\n", { 0 }, "a/\"x\"/?/\"y\"", NULL },
        { "a,b\n1,2\n  x\n",
          { .fill_bad_rows = true, .header = true, .types = { text_a, 1 } },
          "a|b/\"1\"|2/\"  x\"|?",
          "too few" },
        { "sep=;\r\na;b\r\n1;2\r\n", { 0 }, "a|b/1|2", NULL },
        { "\xef\xbb\xbfSEP=x\na,bxc\n1x2\n", { 0 }, "a,b|c/1|2", NULL },
        { "sep=;\n1\n2\n", { .no_header = true }, "c1/1/2", NULL },
        { "sep=;;x\n1;2;3\n", { .header = true }, "sep=|c2|x/1|2|3", "column 2 has no name" },
        { "sep=;\na,b\n1,2\n", { .delimiter = ',' }, "a|b/1|2", NULL }, /* what is given holds */
        { "a,b\n18446744073709551615,1\n5,2\n",
          { 0 },
          "a|b/1.8446744073709552e+19|1/5|2",
          "a has whole numbers of more digits" },
        { "a,b\n9007199254740993,1\n.5,2\n", { 0 }, "a|b/9007199254740992|1/0.5|2", "their last digits are lost" },
        { "a,b\n9007199254740993,1\n5,2\n", { 0 }, "a|b/9007199254740993|1/5|2", NULL },
        { "a,b\n9007199254740993,1\nx,2\n", { 0 }, "a|b/\"9007199254740993\"|1/\"x\"|2", NULL },
        { "a,b\n1,\"x\n#y\"\n#\n2,z#\n", { .comment = '#' }, "a|b/1|\"x\n#y\"/2|\"z#\"", NULL },
        { "%x\r\na;b\r\n1;2\r\n%\"\r\n3;4", { .comment = '%' }, "a|b/1|2/3|4", NULL },
        { "a,b\n x ,\" y \"\nz\t, \" q\" \n", { .trim = true }, "a|b/\"x\"|\" y \"/\"z\"|\" q\"", NULL },
        { "a,b\n x ,1\n NA,2\n  ,3\n", { 0 }, "a|b/\" x \"|1/?|2/?|3", NULL },
        { "a,b\n1'000,1\n2,1'5\n", { .thousands = '\'' }, "a|b/1000|\"1\"/2|\"1'5\"", "a has thousands separators" },
        { "a;b\n1.234;x\n2.000;y\n", { .thousands = '.' }, "a|b/1234|\"x\"/2000|\"y\"", "a has thousands separators" },
        { "a;b\n1.234;x\n2.000;y\n", { 0 }, "a|b/1.234|\"x\"/2|\"y\"", NULL },
        { "a,b\n007,1\n08,2\n", { .types = { zip, 2 } }, "a|b/\"007\"|1/\"08\"|2", NULL },
        { "a,b\n1,\"2,5\"\n2,\"3,25\"\n", { .types = { price, 1 } }, "a|b/1|2.5/2|3.25", NULL },
        { "a,b\nx,\nNA,NA\n", { .types = { price, 1 } }, "a|b/\"x\"|?/?|?", NULL },
        { "a\n1\n0\ntrue\nNA\n", { .types = { truth, 1 } }, "a/true/false/true/?", NULL },
        { "a\n1/2/2024\n3/4/2024\n", { .types = { day, 1 }, .dates = "dmy" }, "a/2024-02-01/2024-04-03", NULL },
        { "a,b\n\"NA\",1\nNA,2\n\"\",3\n,4\n", { 0 }, "a|b/?|1/?|2/?|3/?|4", NULL }, /* no text: quotes say nothing */
        { "a,b\n\"NA\",1\nNA,2\n\"\",3\n,4\nx,5\n", { 0 }, "a|b/\"NA\"|1/?|2/\"\"|3/?|4/\"x\"|5", NULL },
        { "a,b\n\"NA\",1\n\"5\",2\n", { 0 }, "a|b/?|1/5|2", NULL },
        { "a,b\n\"67,404\",1\n\"\",2\n", { 0 }, "a|b/67404|1/?|2", "thousands separators" },
        { "a,b\n\"-9\",1\n\"x\",2\n", { .missing = { (const bm_name[]){ "-9" }, 1 } }, "a|b/?|1/\"x\"|2", NULL },
        { "1,2\n3,4\n5,7\n", { .header = true }, "1|2/3|4/5|7", NULL },
        { "1.5,a\n3,b\n5,c\n", { 0 }, "c1|c2/1.5|\"a\"/3|\"b\"/5|\"c\"", "the first row looks like data (\"1.5\")" },
        { "1.5,a\n3,b\n5,c\n", { .header = true }, "1.5|a/3|\"b\"/5|\"c\"", NULL },
        { "1.5,a\n3,b\n5,c\n", { .no_header = true }, "c1|c2/1.5|\"a\"/3|\"b\"/5|\"c\"", NULL },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) read_as(cases[i].text, &cases[i].o, cases[i].want, cases[i].note);
}

static void dates(void **state)
{
    (void)state;
    const struct {
        const char *text;
        bm_csv_options o;
        const char *want, *note;
    } cases[] = {
        { "d\n2024-01-13\n1999-12-31\nNA\n", { 0 }, "d/2024-01-13/1999-12-31/?", NULL },
        { "d\n2024-01-13T05:06\n1969-12-31 23:59:59.25\n", { 0 }, "d/2024-01-13T05:06:00/1969-12-31T23:59:59.250000", NULL },
        { "d\n13/01/2024\n1/2/2024\n", { 0 }, "d/2024-01-13/2024-02-01", "d: the day is written before the month" },
        { "d\n1/13/2024\n1/2/2024\n", { 0 }, "d/2024-01-13/2024-01-02", NULL },
        { "d\n1/2/2024\n3/4/2024\n", { 0 }, "d/\"1/2/2024\"/\"3/4/2024\"", "either way round in every row: it stays text" },
        { "d\n1/2/2024\n3/4/2024\n", { .dates = "mdy" }, "d/2024-01-02/2024-03-04", NULL },
        { "d\n13/1/2024\n1/13/2024\n3/4/2024\n",
          { 0 },
          "d/\"13/1/2024\"/\"1/13/2024\"/\"3/4/2024\"",
          "d: 2 of 3 cells are dates with the month first, but \"13/1/2024\" in row 1 is none of that form: it stays text" },
        { "d\n1/1/2024\n4/4/2024\n", { 0 }, "d/2024-01-01/2024-04-04", NULL }, /* the same either way */
        { "d,x\n\"Jan 13, 2024\",1\n2024-01-14,2\n15.1.2024,3\n-,4\n",
          { 0 },
          "d|x/2024-01-13|1/2024-01-14|2/2024-01-15|3/?|4",
          NULL },
        { "d\n2024-05\nJune 2024\n", { 0 }, "d/2024-05/2024-06", NULL },
        { "d\n2024-02-28\n2024-02-31\n2024-03-01\n",
          { 0 },
          "d/\"2024-02-28\"/\"2024-02-31\"/\"2024-03-01\"",
          "d: 2 of 3 cells are dates, but \"2024-02-31\" in row 2 is none of that form: it stays text" },
        { "d\n2024-02-28\n2024-02-31\n2024-03-01\n",
          { .fill_bad_rows = true },
          "d/2024-02-28/?/2024-03-01",
          "1 cell is not what the column is and is taken as missing; the first: t.csv:3:1: \"2024-02-31\" in column \"d\" is "
          "no date" },
        { "d\n13/01/2024\n01/14/2024\n15/01/2024\n",
          { 0 },
          "d/\"13/01/2024\"/\"01/14/2024\"/\"15/01/2024\"",
          "d: 2 of 3 cells are dates, but \"01/14/2024\" in row 2 is none of that form" }, /* two forms in one column */
        { "d\n2023-02-29\n2024-02-29\n1900-02-29\n", { 0 }, "d/\"2023-02-29\"/\"2024-02-29\"/\"1900-02-29\"", NULL },
        { "d\n2024-01-01\nx\n", { 0 }, "d/\"2024-01-01\"/\"x\"", NULL },
        { "d\n2024-01-13\n", { .text = { (const bm_name[]){ "d" }, 1 } }, "d/\"2024-01-13\"", NULL },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_csv_options o = cases[i].o;
        o.header = true;
        read_as(cases[i].text, &o, cases[i].want, cases[i].note);
    }
}

/* The same bad file under the three policies; the first ten are told in the order of the file. */
static void bad_rows(void **state)
{
    (void)state;
    static const bm_column_as types[] = { { "n", BM_COLUMN_INTEGER } };
    static const char text[] = "n,t\n1,a\n2\n3,b,c\nx,d\n1e999,e\n5,\"f\"g\n6,h\n";
    bm_csv_options o = { .types = { types, 1 } };
    bmi_csv csv;
    bmi_error e;
    char got[1000];
    assert_int_equal(read_text(text, sizeof text - 1, 0, &o, &e, &csv), BM_E_FORMAT);
    bmt_contains("error", e.text, "t.csv:3:1: the row has 1 cell, there are 2 columns");
    static const char *const of_skip[] = { "t.csv:3:1: the row has 1 cell", "t.csv:4:3: the row has 3 cells",
                                           "t.csv:5:1: \"x\" in column \"n\" is no integer",
                                           "t.csv:6:1: \"1e999\" in column \"n\"",
                                           "t.csv:7:2: a quote stands behind the first one" };
    for (size_t chunk = 0; chunk <= 16; chunk += 16) {
        o.skip_bad_rows = true;
        o.fill_bad_rows = false;
        assert_int_equal(read_text(text, sizeof text - 1, chunk, &o, &e, &csv), BM_OK);
        assert_string_equal(join(&csv, got), "n|t/1|\"a\"/6|\"h\"");
        assert_int_equal(csv.skipped, 5);
        assert_int_equal(csv.bad.count, 5);
        for (size_t i = 0; i < 5; i++) bmt_contains("skip", csv.bad.at[i], of_skip[i]);
        bmi_csv_end(NULL, &csv);
        o.skip_bad_rows = false;
        o.fill_bad_rows = true;
        assert_int_equal(read_text(text, sizeof text - 1, chunk, &o, &e, &csv), BM_OK);
        assert_string_equal(join(&csv, got), "n|t/1|\"a\"/2|?/3|\"b\"/?|\"d\"/?|\"e\"/6|\"h\"");
        assert_int_equal(csv.skipped, 1);
        assert_int_equal(csv.notes.count, 4);
        bmt_contains("left out", csv.notes.at[0], "1 row could not be read and was left out");
        assert_string_equal(csv.notes.at[1], "1 row has too few cells; the others are missing");
        assert_string_equal(csv.notes.at[2], "1 row has too many cells, which were cut off");
        bmt_contains("cells", csv.notes.at[3],
                     "2 cells are not what the column is and are taken as missing; the first: t.csv:5:1: \"x\"");
        bmi_csv_end(NULL, &csv);
    }
}

static void ten_are_told(void **state)
{
    (void)state;
    char text[4000] = "a,b\n";
    for (int i = 0; i < 40; i++) sprintf(text + strlen(text), i % 2 ? "%d,%d\n" : "%d\n", i, i);
    const bm_csv_options o = { .skip_bad_rows = true };
    for (size_t chunk = 0; chunk <= 16; chunk += 16) {
        bmi_csv csv;
        bmi_error e;
        assert_int_equal(read_text(text, strlen(text), chunk, &o, &e, &csv), BM_OK);
        assert_int_equal(csv.skipped, 20);
        assert_int_equal(csv.bad.count, 10);
        for (size_t i = 0; i < 10; i++) {
            char where[40];
            snprintf(where, sizeof where, "t.csv:%d:1: the row has 1 cell", (int)(2 + 2 * i));
            bmt_contains("in order", csv.bad.at[i], where);
        }
        bmi_csv_end(NULL, &csv);
    }
}

static void refused(void **state)
{
    (void)state;
    static const bm_column_as none[] = { { "c", BM_COLUMN_REAL } }, what[] = { { "a", (bm_column_type)9 } },
                              price[] = { { "b", BM_COLUMN_REAL } }, truth[] = { { "b", BM_COLUMN_BOOL } },
                              day[] = { { "b", BM_COLUMN_TIME } };
    static const struct {
        bm_csv_options o;
        bm_status status;
        const char *says;
    } cases[] = {
        { { .types = { none, 1 } }, BM_E_DATA, "t.csv has no column \"c\", whose type is given" },
        { { .types = { what, 1 } }, BM_E_ARGUMENT, "the type of column \"a\" is 9" },
        { { .types = { price, 1 } }, BM_E_FORMAT, "t.csv:2:2: \"x\" in column \"b\" is not a finite number" },
        { { .types = { truth, 1 } }, BM_E_FORMAT, "t.csv:2:2: \"x\" in column \"b\" is neither true nor false" },
        { { .types = { day, 1 } }, BM_E_FORMAT, "t.csv:2:2: \"x\" in column \"b\" is no date" },
        { { .comment = ',', .delimiter = ',' }, BM_E_ARGUMENT, "cannot begin the comments" },
        { { .skip = -1 }, BM_E_ARGUMENT, "-1 lines cannot be left out at the top" },
        { { .comment = '"' }, BM_E_ARGUMENT, "cannot begin the comments" },
        { { .thousands = 'x' }, BM_E_ARGUMENT, "the thousands separator of t.csv is 'x'" },
        { { .thousands = ',', .decimal = ',' }, BM_E_ARGUMENT, "are both ','" },
        { { .dates = "ymd" }, BM_E_ARGUMENT, "must be dmy or mdy" },
        { { .header = true, .no_header = true }, BM_E_ARGUMENT, "with a header and without one" },
    };
    static const char text[] = "a,b\n1,x\n2,3\n";
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_csv csv;
        bmi_error e;
        assert_int_equal(read_text(text, sizeof text - 1, 0, &cases[i].o, &e, &csv), cases[i].status);
        bmt_contains("refused", e.text, cases[i].says);
    }
    const bm_name empty = ""; /* NA is no missing cell then, and no number */
    const bm_csv_options o = { .missing = { &empty, 1 }, .types = { price, 1 } };
    bmi_csv csv;
    bmi_error e;
    assert_int_equal(read_text("a,b\n1,NA\n,\n", 11, 0, &o, &e, &csv), BM_E_FORMAT);
    bmt_contains("NA", e.text, "t.csv:2:2: \"NA\" in column \"b\" is not a finite number");
}

/* Dates that were asked for and may be two days are read with the month first, aloud; as texts of a recipe they are what they were. */
static void dates_asked(void **state)
{
    (void)state;
    static const bm_column_as types[] = { { "d", BM_COLUMN_TIME } };
    static const char text[] = "d,n\n1/2/2024,1\n3/4/2024,2\n";
    bmi_csv csv;
    bmi_error e;
    char got[1000];
    const bm_csv_options o = { .types = { types, 1 } }, dmy = { .types = { types, 1 }, .dates = "dmy" };
    assert_int_equal(read_text(text, sizeof text - 1, 0, &o, &e, &csv), BM_OK);
    assert_string_equal(join(&csv, got), "d|n/2024-01-02|1/2024-03-04|2");
    assert_int_equal(csv.notes.count, 1);
    bmt_contains("aloud", csv.notes.at[0],
                 "d has dates whose day and month may be either way round in every row: the month is "
                 "taken to be first; say dmy or mdy");
    bmi_csv_end(NULL, &csv);
    assert_int_equal(read_text(text, sizeof text - 1, 0, &dmy, &e, &csv), BM_OK);
    assert_string_equal(join(&csv, got), "d|n/2024-02-01|1/2024-04-03|2");
    assert_int_equal(csv.notes.count, 0);
    bmi_csv_end(NULL, &csv);
}

static bm_status read_all(bm_context *context, void *arg)
{
    static const bm_column_as types[] = { { "n", BM_COLUMN_INTEGER }, { "z", BM_COLUMN_TEXT } };
    bmi_csv csv;
    bmi_error e = { 0 };
    bm_csv_options o = { .path = arg, .types = { types, 2 }, .comment = '#', .fill_bad_rows = true };
    bm_status st = bmi_csv_read(&e, (bm_place){ 0 }, context, &o, &csv);
    if (!st) bmi_csv_end(context, &csv);
    o.fill_bad_rows = false;
    o.skip_bad_rows = true;
    if (!st) st = bmi_csv_read(&e, (bm_place){ 0 }, context, &o, &csv);
    if (!st) bmi_csv_end(context, &csv);
    return st;
}

static void failing_allocations(void **state)
{
    (void)state;
    static const char text[] =
        "# c\nn,d,p,z\n1,2024-01-02,\"1,5\",a\nx,2024-01-03,\"2,5\",b\n3\n4,2024-02-30,\"3,5\",5\" c,,\n";
    char path[4096];
    snprintf(path, sizeof path, "%s", bmt_temp_file("small.csv", text, sizeof text - 1));
    assert_true(bmt_each_failure("reading a CSV file", read_all, path) > 20);
}

/* Numbers that were named as missing are found in the middle of a long file, too, where cells are read the fast way, and do not make a
 * column of integers real or one of truths text. */
static void named_far_from_the_end(void **state)
{
    (void)state;
    enum { ROWS = 600 };
    static char text[ROWS * 40 + 12];
    bmi_error e;
    bmi_csv csv;
    size_t n = (size_t)sprintf(text, "a,b,c,d\n");
    for (int i = 0; i < ROWS; i++)
        n += (size_t)sprintf(text + n, i % 7 ? "%d,%d.5,%d,true\n" : "-999,-999.0,-999.5,-999\n", i, i, i);
    const bm_csv_options o = { .missing = { (const bm_name[]){ "-999", "-999.5" }, 2 } };
    assert_int_equal(read_text(text, n, 0, &o, &e, &csv), BM_OK);
    for (int i = 0; i < ROWS; i++) {
        assert_true((((const int64_t *)csv.columns[0].values)[i] == INT64_MIN) == (i % 7 == 0));
        assert_true((isnan(((const double *)csv.columns[1].values)[i]) != 0) == (i % 7 == 0));
    }
    assert_int_equal(csv.columns[2].type, BM_COLUMN_INTEGER);
    assert_int_equal(csv.columns[3].type, BM_COLUMN_BOOL);
    for (int i = 0; i < ROWS; i++) {
        assert_true((((const int64_t *)csv.columns[2].values)[i] == INT64_MIN) == (i % 7 == 0));
        assert_true((((const uint8_t *)csv.columns[3].values)[i] == BMI_BOOL_MISSING) == (i % 7 == 0));
    }
    bmi_csv_end(NULL, &csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_far_from_the_end),
        cmocka_unit_test(ways),
        cmocka_unit_test(dates),
        cmocka_unit_test(bad_rows),
        cmocka_unit_test(ten_are_told),
        cmocka_unit_test(refused),
        cmocka_unit_test(dates_asked),
        cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
