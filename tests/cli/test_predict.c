// SPDX-License-Identifier: Apache-2.0
/* baeum predict: one line per raw row in order, whatever is missing, unknown or broken in it; where the lines go. */
#include "support/bmt_command.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* c.st: classes of a number, a text and a number with holes. line.st: y = 3 a - 2 b + 1 exactly. */
static int setup(void **state)
{
    (void)state;
    bmt_exits(
        bmt_sh("(echo 'size,colour,code,kind'; seq 1 300 | awk '{ print ($1 %% 7 ? $1 : \"\") \",\" ($1 %% 2 ? \"red\" : "
               "\"blue\") \",\" "
               "\"k\" $1 %% 3 \",\" ($1 <= 150 ? \"low\" : \"high\") }') > c.csv && baeum train c.csv -t kind -q -o c.st"),
        0);
    bmt_exits(
        bmt_sh(
            "(echo 'a,b,y'; seq 1 60 | awk '{ b = $1 * $1 %% 13; print $1 \",\" b \",\" 3 * $1 - 2 * b + 1 }') > line.csv && "
            "baeum train line.csv -t y -q -o line.st"),
        0);
    return 0;
}

static void put(const char *name, const char *content)
{
    bmt_temp_file(name, content, strlen(content));
}

static void classes(void **state)
{
    (void)state;
    put("new.csv", "size,colour,code\n10,red,k0\n290,blue,k1\n");
    const bmt_run r = bmt_exits(bmt_sh("baeum predict c.st new.csv"), 0);
    assert_string_equal(r.err, "");
    assert_string_equal(bmt_line(r.out, 0), "prediction,p_high,p_low");
    const char *const want[] = { "low", "high" };
    assert_int_equal(bmt_lines(r.out), 3);
    for (int i = 0; i < 2; i++) {
        char class[20];
        double high, low;
        assert_int_equal(sscanf(bmt_line(r.out, i + 1), "%19[^,],%lf,%lf", class, &high, &low), 3);
        assert_string_equal(class, want[i]);
        bmt_near("all together", high + low, 1, 1e-12);
        assert_true((high > low) == !strcmp(class, "high"));
    }
    put("with.csv",
        "kind,code,extra,colour,size\nhigh,k0,9,red,10\n?,k1,9,blue,290\n"); /* target, another order, a column more */
    assert_string_equal(bmt_exits(bmt_sh("baeum predict c.st with.csv"), 0).out, r.out);
}

static void numbers(void **state)
{
    (void)state;
    put("new.csv", "b,a\n1,1\n0,100\n-4,.5\n");
    const bmt_run r = bmt_exits(bmt_sh("baeum predict line.st new.csv"), 0);
    const double want[] = { 2, 301, 10.5 };
    assert_string_equal(bmt_line(r.out, 0), "prediction");
    for (int i = 0; i < 3; i++) bmt_near("y = 3 a - 2 b + 1", atof(bmt_line(r.out, i + 1)), want[i], 1e-5);
}

/* What training did not have is counted and told with its column and text; the row is predicted all the same. */
static void counted(void **state)
{
    (void)state;
    put("new.csv", "size,colour,code\n,red,k0\n5,green,k0\nmany,red,k0\n5,,9\n");
    const bmt_run r = bmt_exits(bmt_sh("baeum predict c.st new.csv"), 0);
    assert_int_equal(bmt_lines(r.out), 5);
    for (int i = 1; i < 5; i++) assert_true(*bmt_line(r.out, i) == 'l' || *bmt_line(r.out, i) == 'h');
    bmt_contains("missing", r.err, "! 2 cells were missing and filled as in training\n");
    bmt_contains("unseen", r.err,
                 "! 2 cells have a category that was not there in training: colour \"green\" (1); code \"9\" (1)\n");
    bmt_contains("unreadable", r.err,
                 "! 1 cell is no number where training had numbers and taken as missing: size \"many\" (1)\n");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum predict c.st new.csv --json"), 0));
    bmt_near("missing", bmt_json_number(json, "counts.missing"), 2, 0);
    bmt_near("unseen: green, code 9", bmt_json_number(json, "counts.unseen"), 2, 0);
    bmt_near("unreadable", bmt_json_number(json, "counts.unreadable"), 1, 0);
    assert_int_equal(json_array_size(json_object_get(json, "warnings")), 3);
    const json_t *columns = json_object_get(json_object_get(json, "counts"), "columns");
    assert_int_equal(json_array_size(columns), 3);
    assert_string_equal(bmt_json_string(json_array_get(columns, 0), "column"), "colour");
    assert_string_equal(bmt_json_string(json_array_get(columns, 0), "what"), "unseen");
    bmt_near("green", bmt_json_number(json_array_get(columns, 0), "values.green"), 1, 0);
    assert_string_equal(bmt_json_string(json_array_get(columns, 2), "what"), "no number");
    json_decref(json);
}

/* Many texts of many columns: the most frequent are named, all columns stand in the JSON; rows of nothing and cells that are no dates. */
static void met(void **state)
{
    (void)state;
    bmt_exits(
        bmt_sh(
            "awk 'BEGIN { print \"day,a,b,c,d,e,y\"; for (i = 0; i < 200; i++) { printf \"2024-%%02d-%%02d\", 1 + i %% 12, 1 + "
            "i %% 28; for (k = 0; k < 5; k++) printf \",%%s\", i %% (k + 2) ? \"u\" : \"v\"; print \",\" i %% 7 } }' > m.csv "
            "&& "
            "baeum train m.csv -t y --task regression -q -o m.st"),
        0);
    put("new.csv", "day,a,b,c,d,e\n"
                   "soon,p,x,x,x,x\nsoon,q,x,x,x,x\n1,2\n,,,,,\nlate,q,x,x,x,x\n2024-01-05,r,x,x,x,x\n,s,,,,\n");
    const bmt_run r = bmt_exits(bmt_sh("baeum predict m.st new.csv"), 0);
    bmt_contains("texts", r.err,
                 "! 21 cells have a category that was not there in training: a \"q\" (2), \"p\" (1), \"r\" (1) and 1 other; "
                 "b \"x\" (4); c \"x\" (4); d \"x\" (4); and in 1 column more\n");
    bmt_contains("no dates", r.err,
                 "! 3 cells are no date where training had dates and taken as missing: day \"soon\" (2), \"late\" (1)\n");
    bmt_contains("missing, each date once", r.err, "! 11 cells were missing and filled as in training\n");
    bmt_contains("nothing", r.err, "! row 4 is empty in all columns of the model: its prediction rests on fillings\n");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum predict m.st new.csv --json"), 0));
    assert_int_equal(json_array_size(json_object_get(json_object_get(json, "counts"), "columns")), 6);
    bmt_near("empty rows", bmt_json_number(json, "counts.empty_rows"), 1, 0);
    json_decref(json);
    put("new.csv", "day,a,b,c,d,e\n,,,,,\n,,,,,\n");
    bmt_contains(
        "several", bmt_exits(bmt_sh("baeum predict m.st new.csv"), 0).err,
        "! 2 rows are empty in all columns of the model, the first of them row 1: their predictions rest on fillings\n");
}

/* Texts as long as they come, in letters of several bytes; a blank that does not break is told as such. */
static void named_texts(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("awk 'BEGIN { print \"aé,bé,cé,dé,n,y\"; for (i = 0; i < 200; i++) { for (k = 0; k < 4; k++) "
                     "printf \"%%s,\", i %% (k + 2) ? \"u\" : \"v\"; print i \",\" i %% 7 } }' > w.csv && "
                     "baeum train w.csv -t y --task regression -q -o w.st"),
              0);
    bmt_exits(
        bmt_sh(
            "(echo aé,bé,cé,dé,n; for i in 1 2 3; do w=$(printf '😀%%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 "
            "22 23)$i; echo $w,$w,$w,$w,1; done; printf 'u,u,u,u,1\\302\\2402x\\n') > new.csv"),
        0);
    const bmt_run r = bmt_exits(bmt_sh("baeum predict w.st new.csv"), 0);
    bmt_contains("all of them", r.err, "😀2\" (1), \"😀😀");
    bmt_contains("the last column", r.err, "; dé \"😀");
    bmt_contains("a blank", r.err, ": n \"1<U+00A0>2x\" (1)\n");
    assert_int_equal(bmt_lines(r.out), 5);
    bmt_exits(bmt_sh("printf 'a,b\\n12,1\\n12\\302\\240,1\\n' > blank.csv"), 0);
    const bmt_run same = bmt_exits(bmt_sh("baeum predict line.st blank.csv"), 0);
    assert_string_equal(same.err, ""); /* behind a number it is a blank like others */
    assert_string_equal(bmt_line(same.out, 1), bmt_line(same.out, 2));
}

/* A network's numbers are f32: no text has more digits than give the same one back. */
static void digits(void **state)
{
    (void)state;
    bmt_exits(
        bmt_sh(
            "baeum train c.csv -t kind -m mlp:4,epochs=3 -q -o f.st && baeum train line.csv -t y -m mlp:4,epochs=3 -q -o g.st"),
        0);
    static const char *const lines[] = { "f.st c.csv", "g.st line.csv" };
    for (int i = 0; i < 2; i++) {
        char *csv = strdup(bmt_exits(bmt_sh("baeum predict %s -q", lines[i]), 0).out);
        json_t *json = bmt_json(bmt_exits(bmt_sh("baeum predict %s -q --json", lines[i]), 0));
        const json_t *list = json_object_get(json, "predictions");
        for (int row = 0; row < 40; row++) {
            const char *text = bmt_line(csv, row + 1), *number = i ? text : strchr(text, ',') + 1;
            const double whole = bmt_json_number(json_array_get(list, (size_t)row), i ? "prediction" : "p_high");
            char shorter[40];
            assert_true(strtof(number, NULL) == (float)whole);
            assert_in_range(strspn(number, "-0123456789."), 1, 14);
            snprintf(shorter, sizeof shorter, "%.5g", whole); /* and no fewer where they are needed */
            assert_true(strcspn(number, ",") <= 7 || strtof(shorter, NULL) != (float)whole);
        }
        json_decref(json);
        free(csv);
    }
    bmt_exits(bmt_sh("awk -F, 'NR > 1 { $3 += 1700000000 } { print $1 \",\" $2 \",\" $3 }' line.csv > far.csv && "
                     "baeum train far.csv -t y -m mlp:4,epochs=3 -q -o h.st"),
              0);
    const double far = atof(bmt_line(bmt_exits(bmt_sh("baeum predict h.st far.csv -q"), 0).out, 1));
    assert_true(far > 1e6 && far != (double)(float)far);
    bmt_contains("a learner's are f64", bmt_line(bmt_exits(bmt_sh("baeum predict c.st c.csv -q"), 0).out, 1), ",0.");
    assert_true(strlen(bmt_line(bmt_exits(bmt_sh("baeum predict c.st c.csv -q"), 0).out, 1)) > 30);
}

/* Rows that cannot be read, and rows with numbers beyond f32, keep their place and stay empty. */
static void unusable(void **state)
{
    (void)state;
    put("new.csv", "size,colour,code\n1\n2,red,k0\n1e300,red,k0\n3,\"re\"d,k0\n4,red,k0,7\n5,blue,k1\n1e400,red,k0\n");
    const bmt_run r = bmt_exits(bmt_sh("baeum predict c.st new.csv"), 0);
    static const char first[] = ",l,,,l,"; /* of each line after the header: a class, or nothing */
    assert_int_equal(bmt_lines(r.out), 8);
    for (int i = 1; i < 8; i++) {
        const bool empty = first[i - 1] == ',' || i == 7;
        if (empty) assert_string_equal(bmt_line(r.out, i), ",,");
        else assert_int_equal(*bmt_line(r.out, i), 'l');
    }
    bmt_contains("rows", r.err, "! 4 rows could not be read and stay empty; the first: new.csv:2:1: the row has 1 cell");
    bmt_contains("1e400", r.err, "! new.csv:8:1: \"1e400\" in column \"size\" is not a finite number; leave the cell");
    bmt_contains("a large number", r.err, "! 1 row has no finite prediction and stays empty");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum predict c.st new.csv --json"), 0));
    bmt_near("lines", bmt_json_number(json, "rows"), 7, 0);
    bmt_near("unusable", bmt_json_number(json, "unusable"), 5, 0);
    const json_t *list = json_object_get(json, "predictions");
    assert_int_equal(json_array_size(list), 7);
    assert_true(json_is_null(json_object_get(json_array_get(list, 0), "prediction")));
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "prediction")), "low");
    json_decref(json);
    bmt_contains("asked to fail", bmt_exits(bmt_sh("baeum predict c.st new.csv --bad-rows error"), 1).err,
                 "new.csv:2:1: the row has 1 cell");
    put("new.csv", "size,colour,code\n1e300,red,k0\n");
    bmt_contains("none", bmt_exits(bmt_sh("baeum predict c.st new.csv"), 1).err, "no row can be used");
}

/* Large numbers that go through the network may leave f32 on the way. */
static void not_finite(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("baeum train line.csv -t y -m 'dense 4' -e 3 -q -o net.st"), 0);
    put("new.csv", "a,b\n1,1\n3e38,-3e38\n2,2\n");
    const bmt_run r = bmt_exits(bmt_sh("baeum predict net.st new.csv"), 0);
    assert_true(isfinite(atof(bmt_line(r.out, 1))) && *bmt_line(r.out, 1) && *bmt_line(r.out, 3));
    assert_int_equal(bmt_lines(r.out), 4);
}

/* A column that says which row it is stands before the predictions, as it was written. */
static void ids(void **state)
{
    (void)state;
    put("new.csv", "who,size,colour,code\n007,10,red,k0\n008,1\n,290,blue,k1\nx y,290,blue,k1\n");
    const bmt_run r = bmt_exits(bmt_sh("baeum predict c.st new.csv --id who | cut -d, -f1,2"), 0);
    assert_string_equal(r.out, "who,prediction\n007,low\n,\n,high\nx y,high\n");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum predict c.st new.csv --id who --json"), 0));
    assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(json, "predictions"), 0), "who")),
                        "007");
    json_decref(json);
    put("two.csv", "who,size, at ,colour,code\n007,10,1.50,red,k0\n008\n9,11,0x1,red,k0\n");
    static const char *const same_columns[] = { "--id who,size,at", "--id 'who, size , at'", "--id who --id size,at,who" };
    for (size_t i = 0; i < BMI_COUNT(same_columns); i++)
        assert_string_equal(bmt_exits(bmt_sh("baeum predict c.st two.csv %s | cut -d, -f1-4", same_columns[i]), 0).out,
                            "who,size,at,prediction\n007,10,1.50,low\n,,,\n9,11,0x1,low\n");
    json = bmt_json(bmt_exits(bmt_sh("baeum predict c.st two.csv --json"), 0));
    for (int i = 0; i < 3; i++)
        bmt_near("its row", bmt_json_number(json_array_get(json_object_get(json, "predictions"), (size_t)i), "row"), i + 1, 0);
    json_decref(json);
    const bmt_run same = bmt_exits(bmt_sh("baeum predict c.st new.csv --id size"), 0); /* one that is learned from */
    bmt_contains("a feature", bmt_line(same.out, 1), "10,low,");
    bmt_contains("a slip", bmt_exits(bmt_sh("baeum predict c.st new.csv --id whom"), 2).err,
                 "--id: there is no column \"whom\"; did you");
}

/* To standard output, into a file, from standard input; words are never among the lines. */
static void places(void **state)
{
    (void)state;
    put("new.csv", "size,colour,code\n10,red,k0\n,blue,k1\n");
    bmt_contains("its own input", bmt_exits(bmt_sh("ln -s . here && baeum predict c.st new.csv -o here/new.csv"), 2).err,
                 "-o here/new.csv is the file new.csv, which is read");
    char *want = strdup(bmt_exits(bmt_sh("baeum predict c.st new.csv"), 0).out);
    assert_non_null(want);
    const bmt_run to = bmt_exits(bmt_sh("baeum predict c.st new.csv -o out.csv"), 0);
    char *file = bmt_text("out.csv");
    assert_string_equal(file, want);
    free(file);
    bmt_contains("told", to.out, "2 rows predicted in out.csv\n");
    assert_string_equal(bmt_exits(bmt_sh("baeum predict c.st - < new.csv"), 0).out, want);
    assert_string_equal(bmt_exits(bmt_sh("gzip -c new.csv | baeum predict c.st - -o - | cat"), 0).out, want);
    assert_string_equal(bmt_exits(bmt_sh("baeum predict c.st new.csv -o /dev/stdout | cat"), 0).out, want);
    assert_string_equal(bmt_exits(bmt_sh("baeum predict c.st new.csv -q"), 0).out, want);
    assert_string_equal(bmt_exits(bmt_sh("baeum predict c.st new.csv --threads 1"), 0).out, want);
    bmt_contains("semicolons", bmt_exits(bmt_sh("sed 's/,/;/g' new.csv | baeum predict c.st - --delimiter ';'"), 0).out,
                 "prediction;p_high;p_low\n");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum predict c.st new.csv -o out.csv --json"), 0));
    assert_string_equal(bmt_json_string(json, "file"), "out.csv");
    assert_null(json_object_get(json, "predictions"));
    json_decref(json);
    bmt_contains("both", bmt_exits(bmt_sh("baeum predict c.st new.csv -o - --json"), 2).out, "both want standard output");
    bmt_exits(bmt_sh("seq 1 50 | awk '{ print $1 \",\" 2 * $1 }' > h.csv && baeum train h.csv --no-header -t c2 -q -o h.st"),
              0);
    bmt_near("twice", atof(bmt_line(bmt_exits(bmt_sh("echo 30 | baeum predict h.st - --no-header"), 0).out, 1)), 60, 1e-5);
    free(want);
}

static void refused(void **state)
{
    (void)state;
    put("new.csv", "size,colour\n10,red\n");
    bmt_contains("a column", bmt_exits(bmt_sh("baeum predict c.st new.csv"), 1).err,
                 "new.csv has no column \"code\", which the recipe was fitted with");
    bmt_contains("a column in other letters",
                 bmt_exits(bmt_sh("printf 'Size,colour,code\\n1,red,k0\\n' | baeum predict c.st -"), 1).err,
                 "did you mean \"Size\"?");
    bmt_contains("no model", bmt_exits(bmt_sh("baeum predict none.st new.csv"), 1).err,
                 "none.st: No such file or directory; a model file is made by baeum train");
    bmt_contains("a table", bmt_exits(bmt_sh("baeum predict new.csv new.csv"), 1).err, "new.csv");
    bmt_contains("a folder", bmt_exits(bmt_sh("baeum predict . new.csv"), 1).err, ".");
    put("code.csv", "size,colour,code\n1,red,1\n");
    assert_int_equal(bmt_lines(bmt_exits(bmt_sh("baeum predict c.st code.csv"), 0).out), 2);
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum predict c.st new.csv --json"), 1));
    bmt_contains("as json", bmt_json_string(json, "error.message"), "\"code\"");
    json_decref(json);
}

/* Rows that no prediction can be made of stay empty, whatever the parts are; where no row is left that is an error. */
static void parts_without_usable_rows(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo x,y; seq 60 | awk '{ print $1 \",\" 3 * $1 + sin($1) }') > log.csv && "
                     "baeum train log.csv -t y -q --step x=log -o log.st"),
              0);
    bmt_exits(bmt_sh("(echo x; printf '1\\n2\\n-5\\n-6\\n-7\\n3\\n') > rows.csv && baeum predict log.st rows.csv > whole.csv"),
              0);
    char *whole = bmt_text("whole.csv");
    assert_int_equal(bmt_lines(whole), 7);
    assert_string_equal(bmt_line(whole, 3), "\"\"");
    for (int rows = 1; rows < 5; rows++)
        assert_string_equal(bmt_exits(bmt_sh("baeum predict log.st rows.csv --parts %d", rows), 0).out, whole);
    free(whole);
    bmt_exits(bmt_sh("(echo x; printf -- '-5\\n-6\\n') > none.csv"), 0);
    bmt_contains("whole", bmt_exits(bmt_sh("baeum predict log.st none.csv"), 1).err, "no row can be used");
    bmt_contains("parts", bmt_exits(bmt_sh("baeum predict log.st none.csv --parts 1"), 1).err, "no row can be used");
    /* rows that can be used, whose predictions are all without end, are no error of either way */
    bmt_exits(bmt_sh("(echo x,y; seq 60 | awk '{ print $1 \",\" 3 * $1 }') > up.csv && baeum train up.csv -t y -m linear "
                     "--log-target -q "
                     "-o up.st && printf 'x\\n1e36\\n2e36\\n' > far.csv"),
              0);
    bmt_contains("whole", bmt_exits(bmt_sh("baeum predict up.st far.csv"), 0).err, "2 rows have no finite prediction");
    bmt_contains("parts", bmt_exits(bmt_sh("baeum predict up.st far.csv --parts 1"), 0).err,
                 "2 rows have no finite prediction");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_without_usable_rows),
        cmocka_unit_test(classes),
        cmocka_unit_test(numbers),
        cmocka_unit_test(counted),
        cmocka_unit_test(met),
        cmocka_unit_test(unusable),
        cmocka_unit_test(not_finite),
        cmocka_unit_test(named_texts),
        cmocka_unit_test(digits),
        cmocka_unit_test(ids),
        cmocka_unit_test(places),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
