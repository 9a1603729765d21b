// SPDX-License-Identifier: Apache-2.0
/* Numbers as people write them: forms of a column, marks of missing cells, and what is said about them. Values by hand. */
#include "support/bmt.h"
#include "base/text.h"
#include "format/csv.h"
#include <math.h>
#include <string.h>

static void read_text(const char *text, const bm_csv_options *o, bmi_csv *csv)
{
    static const bm_csv_options none;
    bmi_error e = { 0 };
    if (bmi_csv_read_bytes(&e, (bm_place){ 0 }, NULL, "t.csv", text, strlen(text), 0, o ? o : &none, csv))
        fail_msg("%s: %s", text, e.text);
}

/* The first column's cells joined by |: numbers, texts in quotes, ? for missing ones. */
static void join(const bmi_csv *csv, size_t column, char into[500])
{
    const bmi_column *c = &csv->columns[column];
    *into = 0;
    for (int64_t r = 0; r < csv->rows; r++) {
        char cell[100] = "?", number[32];
        if (c->type == BM_COLUMN_TEXT) {
            const int32_t code = ((const int32_t *)c->values)[r];
            if (code >= 0) snprintf(cell, sizeof cell, "\"%s\"", bmi_dictionary_text(&c->dictionary, code, NULL));
        } else if (c->type == BM_COLUMN_BOOL) {
            const uint8_t truth = ((const uint8_t *)c->values)[r];
            if (truth != BMI_BOOL_MISSING) strcpy(cell, truth ? "true" : "false");
        } else {
            const int64_t whole = ((const int64_t *)c->values)[r];
            double real;
            memcpy(&real, &whole, sizeof real);
            const bool integer = c->type == BM_COLUMN_INTEGER;
            if (integer ? whole != INT64_MIN : !isnan(real)) {
                bmi_write_real(number, integer ? (double)whole : real);
                strcpy(cell, number);
            }
        }
        snprintf(into + strlen(into), 500 - strlen(into), "%s%s", r ? "|" : "", cell);
    }
}

static void forms(void **state)
{
    (void)state;
    const struct {
        const char *text;
        bm_column_type type;
        const char *cells, *note; /* of the first column; part of the first note, or null: there is none */
    } cases[] = {
        { "a;b\n1,5;x\n-2,25;y\n", BM_COLUMN_REAL, "1.5|-2.25", "a has decimal commas: \"-2,25\" is read as -2.25" },
        { "a;b\n1.234,5;x\n12;y\n", BM_COLUMN_REAL, "1234.5|12", "decimal commas and thousands separators" },
        { "a;b\n67,404;x\n1,250;y\n", BM_COLUMN_REAL, "67.404|1.25", "if the comma is no decimal comma" },
        { "a,b\n\"67,404\",x\n999,y\n", BM_COLUMN_INTEGER, "67404|999", "if the comma is a decimal comma" },
        { "a,b\n\"67,404\",1.5\n999,2\n", BM_COLUMN_INTEGER, "67404|999",
          "a has thousands separators: \"67,404\" is read as 67404" },
        { "a,b\n\"67,404\",\"1,5\"\n999,2\n", BM_COLUMN_REAL, "67.404|999", "a has decimal commas" }, /* b decides */
        { "a,b\n\"0,404\",x\n999,y\n", BM_COLUMN_REAL, "0.404|999", "decimal commas" }, /* no group begins with 0 */
        { "a,b\n\"1,234,567.5\",x\n", BM_COLUMN_REAL, "1234567.5", "thousands" },
        { "a\tb\n1.234.567\tx\n1.234\ty\n", BM_COLUMN_INTEGER, "1234567|1234", "thousands" },
        { "a,b\n1 234,x\n12 345 678,y\n", BM_COLUMN_INTEGER, "1234|12345678", "thousands" },
        { "a;b\n1\xc2\xa0"
          "234,5;x\n1\xe2\x80\xaf"
          "000;y\n",
          BM_COLUMN_REAL, "1234.5|1000", "decimal commas and thousands" },
        { "a,b\n1'234.5,x\n7,y\n", BM_COLUMN_REAL, "1234.5|7", "thousands" },
        { "a\n39%\n0%\n", BM_COLUMN_INTEGER, "39|0", "a has percent signs: \"39%\" is read as 39" },
        { "a\n28.8 %\n-5%\n", BM_COLUMN_REAL, "28.8|-5", "percent signs" },
        { "a\n$5\n$-7\n-$1\n\"$2,011,801\"\n", BM_COLUMN_INTEGER, "5|-7|-1|2011801", "signs of currency ($)" },
        { "a;b\n1.234,50 €;x\n2 €;y\n", BM_COLUMN_REAL, "1234.5|2", "€" },
        { "a\n\xa3"
          "5\n\xa3"
          "6.5\n",
          BM_COLUMN_REAL, "5|6.5", "Windows-1252" },
        { "a;b\n1.234,50 \x80;x\n2 \x80;y\n", BM_COLUMN_REAL, "1234.5|2", "Windows-1252" },
        { "a\n\xe2\x88\x92"
          "5%\n",
          BM_COLUMN_INTEGER, "-5", "percent" },
        { "a,b\n\"1,00,000\",x\n\"12,34,567.50\",y\n999,z\n", BM_COLUMN_REAL, "100000|1234567.5|999",
          "a has thousands separators in Indian groups (lakh, crore): \"12,34,567.50\" is read as 1234567.5" },
        { "a,b\n\"1,00,000\",x\n\"1,000\",y\n99999999,z\n", BM_COLUMN_INTEGER, "100000|1000|99999999",
          "Indian groups (lakh, crore): \"1,00,000\" is read as 100000" },
        { "a,b\n\"₹1,00,000\",x\n\"-₹12,34,56,789\",y\n", BM_COLUMN_INTEGER, "100000|-123456789", "and signs of currency (₹)" },
        { "a,b\n\"12,345\",x\n\"1,234,567\",y\n", BM_COLUMN_INTEGER, "12345|1234567", "a has thousands separators: " },
        { "a,b\n\"12,345\",1.5\n\"1,234\",2\n", BM_COLUMN_INTEGER, "12345|1234", "a has thousands separators: " },
        { "a,b\n\"1,234\",1.5\n8.123456,2\n", BM_COLUMN_REAL, "1234|8.123456",
          "a has thousands separators: \"1,234\" is read as 1234" }, /* not the longest */
        { "a\n5.2 kg\n-7kg\n+1e3 kg \n", BM_COLUMN_REAL, "5.2|-7|1000", "a has the unit \"kg\": \"" },
        { "a\n7 °C\n8.5 °C\n-2°C\n", BM_COLUMN_REAL, "7|8.5|-2", "a has the unit \"°C\": \"8.5 °C\" is read as 8.5" },
        { "a\n12km\n1km\n7km\n-\n", BM_COLUMN_INTEGER, "12|1|7|?", "a has the unit \"km\": \"12km\" is read as 12" },
        { "a;b\n1.234,5 kWh/m²;x\n2 kWh/m²;y\n3 kWh/m²;z\n", BM_COLUMN_REAL, "1234.5|2|3",
          "decimal commas, thousands separators and the unit \"kWh/m²\"" },
        { "a\n5 m2\n6 m2\n70 m2\n", BM_COLUMN_INTEGER, "5|6|70", "the unit \"m2\"" },
        { "a\n5 EUR\n6 EUR\n7 EUR\n", BM_COLUMN_INTEGER, "5|6|7", "the unit \"EUR\"" },
        { "a\n12 %vol\n13 %vol\n7%vol\n", BM_COLUMN_INTEGER, "12|13|7", "the unit \"%vol\"" },
        { "a\n5 円\n6 円\n7 円\n", BM_COLUMN_INTEGER, "5|6|7", "the unit \"円\"" },
        { "a\n1\n-\n2.5\n", BM_COLUMN_REAL, "1|?|2.5", "a: 2 of 3 cells are numbers; the other (\"-\") is taken as missing" },
        { "a\n1\n\" \"\nn.a.\n2\n", BM_COLUMN_INTEGER, "1|?|?|2", "a: 2 of 4 cells are numbers; the others" },
        { "a\n9007199254740993\n--\n", BM_COLUMN_INTEGER, "9007199254740992|?",
          "1 of 2" }, /* exact; written here as a double */
        /* what stays text */
        { "a\n0.5 kg\n1.5 kg\n", BM_COLUMN_TEXT, "\"0.5 kg\"|\"1.5 kg\"", NULL }, /* as 2WD, 4WD */
        { "a\n5 kg\n6 kg\n7 lb\n", BM_COLUMN_TEXT, "\"5 kg\"|\"6 kg\"|\"7 lb\"", NULL },
        { "a\n5 kg\n6 kg\n7 kg\n8\n", BM_COLUMN_TEXT, "\"5 kg\"|\"6 kg\"|\"7 kg\"|\"8\"", NULL },
        { "a\n5 kg\n6 kg\n7 kg\nx\n", BM_COLUMN_TEXT, "\"5 kg\"|\"6 kg\"|\"7 kg\"|\"x\"", NULL },
        { "a\n5 k g\n6 k g\n7 k g\n", BM_COLUMN_TEXT, "\"5 k g\"|\"6 k g\"|\"7 k g\"", NULL },
        { "a\n5–9\n6–9\n7–9\n", BM_COLUMN_TEXT, "\"5–9\"|\"6–9\"|\"7–9\"", NULL }, /* a dash is no letter */
        { "a\n$5 m\n$6 m\n$7 m\n", BM_COLUMN_TEXT, "\"$5 m\"|\"$6 m\"|\"$7 m\"", NULL },
        { "a\n5 €/l\n6 €/l\n7 €/l\n", BM_COLUMN_TEXT, "\"5 €/l\"|\"6 €/l\"|\"7 €/l\"", NULL },
        { "a,b\n\"1,00,00\",1\n\"100,00,000\",1\n\"1,00,000,000\",1\n", BM_COLUMN_TEXT,
          "\"1,00,00\"|\"100,00,000\"|\"1,00,000,000\"", NULL },
        { "a,b\n\"1,00,000\",1\n\"100,000\",1\n", BM_COLUMN_TEXT, "\"1,00,000\"|\"100,000\"", NULL },
        { "a\n$5\n€5\n", BM_COLUMN_TEXT, "\"$5\"|\"€5\"", NULL },
        { "a\n5%\n5\n", BM_COLUMN_TEXT, "\"5%\"|\"5\"", NULL },
        { "a\n1\nx\n", BM_COLUMN_TEXT, "\"1\"|\"x\"", NULL },
        { "a\n-\n--\n", BM_COLUMN_TEXT, "\"-\"|\"--\"", NULL },
        { "a,b\n\"12,34\",1\n\"1,2,3\",1\n", BM_COLUMN_TEXT, "\"12,34\"|\"1,2,3\"", NULL },
        { "a\n1,234 5\n", BM_COLUMN_TEXT, "\"1,234 5\"", NULL },
        { "a\n2024-01-42\n", BM_COLUMN_TEXT, "\"2024-01-42\"", NULL },
        { "a\n12:30\n", BM_COLUMN_TEXT, "\"12:30\"", NULL },
        { "a\n%\n", BM_COLUMN_TEXT, "\"%\"", NULL },
        { "a\n$\n", BM_COLUMN_TEXT, "\"$\"", NULL },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_csv csv;
        char got[500];
        const bm_csv_options one = { .delimiter = ';' }; /* of one column */
        const bool bare = !strpbrk(cases[i].text, ",;\t") || !strncmp(cases[i].text, "a\n", 2);
        read_text(cases[i].text, bare ? &one : NULL, &csv);
        join(&csv, 0, got);
        if (csv.columns[0].type != cases[i].type || strcmp(got, cases[i].cells))
            fail_msg("%s: got %s %s, want %s", cases[i].text, bm_column_type_name(csv.columns[0].type), got, cases[i].cells);
        if (cases[i].note) {
            assert_true(csv.notes.count > 0);
            bmt_contains(cases[i].text, csv.notes.at[0], cases[i].note);
        } else if (csv.notes.count) fail_msg("%s: a note: %s", cases[i].text, csv.notes.at[0]);
        bmi_csv_end(NULL, &csv);
    }
}

/* "1.795" is a number as it stands; decimal commas elsewhere make its point doubtful, which is told. */
static void both_signs(void **state)
{
    (void)state;
    static const char *const texts[] = { "a;b\n12,50;1.795\n3,25;767\n", "a;b\n12,50;1795\n3,25;767\n",
                                         "a;b\n12,50;\n3,25;\n" };
    for (size_t i = 0; i < BMI_COUNT(texts); i++) {
        bmi_csv csv;
        read_text(texts[i], NULL, &csv);
        assert_int_equal(csv.notes.count, i ? 1 : 2);
        if (!i)
            bmt_contains(
                "notes", csv.notes.at[1],
                "b is read with decimal points, though a has decimal commas; if its points part thousands, say that the "
                "comma is the decimal sign");
        bmi_csv_end(NULL, &csv);
    }
}

/* A column of 1 ... numbers with some other cells. */
static void nearly_numbers(void **state)
{
    (void)state;
    const struct {
        int numbers, others, different;
        bm_column_type type;
        const char *note;
    } cases[] = {
        { 299, 1, 1, BM_COLUMN_INTEGER, "a: 299 of 300 cells are numbers; the other (\"odd 0\") is taken as missing" },
        { 190, 10, 10, BM_COLUMN_INTEGER,
          "a: 190 of 200 cells are numbers; the others (\"odd 0\", \"odd 1\", \"odd 2\" ...) are" },
        { 189, 10, 10, BM_COLUMN_TEXT, "a: 189 of 199 cells are numbers, the others are" }, /* below 95 in 100 */
        { 400, 11, 11, BM_COLUMN_TEXT, "it stays text" },                                   /* too many different texts */
        { 20, 1, 1, BM_COLUMN_INTEGER, "20 of 21" },
        { 19, 1, 1, BM_COLUMN_TEXT, NULL }, /* too few numbers to tell */
        { 80, 20, 1, BM_COLUMN_TEXT, NULL },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        char text[8000] = "a\n";
        size_t n = 2;
        bmi_csv csv;
        for (int k = 0; k < cases[i].numbers; k++) n += (size_t)sprintf(text + n, "%d\n", k);
        for (int k = 0; k < cases[i].others; k++) n += (size_t)sprintf(text + n, "odd %d\n", k % cases[i].different);
        read_text(text, NULL, &csv);
        assert_int_equal(csv.columns[0].type, cases[i].type);
        if (cases[i].note) bmt_contains("note", csv.notes.at[0], cases[i].note);
        else assert_int_equal(csv.notes.count, 0);
        if (cases[i].type == BM_COLUMN_INTEGER)
            assert_true(((const int64_t *)csv.columns[0].values)[cases[i].numbers] == INT64_MIN);
        bmi_csv_end(NULL, &csv);
    }
}

/* A column of 1 kg ... with some other cells stays text, and it is told why. */
static void nearly_units(void **state)
{
    (void)state;
    const struct {
        int units;
        const char *others, *note;
    } cases[] = {
        { 200, "x\n", "a: 200 of 201 cells are numbers with the unit \"kg\", but \"x\" has it not: it stays text" },
        { 200, "5\n", "but \"5\" has it not: it stays text; write all in one unit or as plain numbers" },
        { 20, "-\n5 lb\n6 lb\n", "a: 20 of 22 cells are numbers with the unit \"kg\", but \"5 lb\" has it not" },
        { 20, "\"1.234,5 kg\"\n\"1,234.5 kg\"\n", "the unit \"kg\", but they are written in several ways" },
        { 17, "x\ny\n", NULL },
        { 19, "x\n", NULL },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        for (int last = 0; last < 2; last++) {
            char text[4000];
            bmi_csv csv;
            size_t n = (size_t)sprintf(text, "a\n%s", last ? "" : cases[i].others);
            for (int k = 0; k < cases[i].units; k++) n += (size_t)sprintf(text + n, "%d kg\n", k);
            if (last) strcpy(text + n, cases[i].others);
            read_text(text, NULL, &csv);
            assert_int_equal(csv.columns[0].type, BM_COLUMN_TEXT);
            if (cases[i].note) bmt_contains("note", csv.notes.at[0], cases[i].note);
            else assert_int_equal(csv.notes.count, 0);
            bmi_csv_end(NULL, &csv);
        }
    }
}

static void asked_for(void **state)
{
    (void)state;
    const bm_name marks[] = { "-999", "nix" }, text[] = { "a" }, only[] = { "", "-999" }, big[] = { "9007199254740993" };
    const struct {
        const char *text;
        bm_csv_options o;
        const char *a, *b;
    } cases[] = {
        { "a,b\n-999,x\n3,nix\n", { .missing = { marks, 2 } }, "?|3", "\"x\"|?" },
        { "a,b\n1,0.125\n-999.5,0."
          "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001\n",
          { .missing = { (const bm_name[]){ "-999.5" }, 1 } },
          "1|?",
          "0.125|1e-91" },
        { "a,b\n-999,1.5\nnix,-999.0\n", { .missing = { marks, 2 } }, "?|?", "1.5|?" },
        { "a,b\n9007199254740993,1\n-999,1\n", { .missing = { marks, 2 } }, "9007199254740992|?", "1|1" },
        { "a,b\nNA,NA\nUS,null\n,?\n-999,DE\n",
          { .missing = { only, 1 } },
          "\"NA\"|\"US\"|?|\"-999\"",
          "\"NA\"|\"null\"|\"?\"|\"DE\"" }, /* NA is a text */
        { "a,b\nNA,3\nUS,-999\n-999,\n", { .missing = { only, 2 } }, "\"NA\"|\"US\"|?", "3|?|?" },
        { "a,b\n9007199254740993,1\n9007199254740992,1\n", { .missing = { big, 1 } }, "?|9007199254740992", "1|1" },
        { "a,b\n\"1,5\",\"2,5\"\n", { .text = { text, 1 } }, "\"1,5\"", "2.5" },
        { "a,b\n1.234,true\n12,false\n", { .decimal = ',' }, "1234|12", "true|false" },
        { "a,b\n\"67,404\",\"1,5\"\n", { .decimal = '.' }, "67404", "\"1,5\"" },
        { "a,b\n\"67,404\",NA\n", { .decimal = ',' }, "67.404", "?" },
        { "a;b\n67,404;1\n", { .decimal = '.' }, "67404", "1" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_csv csv;
        char got[500];
        read_text(cases[i].text, &cases[i].o, &csv);
        join(&csv, 0, got);
        assert_string_equal(got, cases[i].a);
        join(&csv, 1, got);
        assert_string_equal(got, cases[i].b);
        bmi_csv_end(NULL, &csv);
    }
    bmi_csv csv;
    bmi_error e = { 0 };
    const bm_csv_options wrong = { .decimal = ';' };
    assert_int_equal(bmi_csv_read_bytes(&e, (bm_place){ 0 }, NULL, "t", "a\n1\n", 4, 0, &wrong, &csv), BM_E_ARGUMENT);
    bmt_contains("decimal", e.text, "a point or a comma");
}

static bm_status read_all(bm_context *context, void *arg)
{
    static const char text[] = "p;q;r;s;t\n1,5;39%;$5;-;x\n2,5;4%;$6;7;true\n";
    bmi_csv csv;
    bmi_error e = { 0 };
    const bm_csv_options o = { .decimal = *(const char *)arg };
    const bm_status st = bmi_csv_read_bytes(&e, (bm_place){ 0 }, context, "t", text, sizeof text - 1, 0, &o, &csv);
    if (!st) bmi_csv_end(context, &csv);
    return st;
}

static void failing_allocations(void **state)
{
    (void)state;
    char decimal = 0;
    assert_true(bmt_each_failure("reading forms of numbers", read_all, &decimal) > 10);
    decimal = ',';
    assert_true(bmt_each_failure("reading all as text first", read_all, &decimal) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),        cmocka_unit_test(both_signs), cmocka_unit_test(nearly_numbers),
        cmocka_unit_test(nearly_units), cmocka_unit_test(asked_for),  cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
