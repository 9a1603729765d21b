// SPDX-License-Identifier: Apache-2.0
/* Odd tables through every registered learner by the command: a model with finite figures, which predicts every row, or one line that says
 * what is wrong. Then what is refused, word for word.
 */
#include "base/kinds.h"
#include "support/bmt_command.h"
#include <baeum.h>
#include <baeum/extend.h>
#include <math.h>
#include <string.h>

/* awk programs that print a table of x ... and t, which is v: a number or a class. */
static const struct {
    const char *what, *header, *row;
    int rows;
} tables[] = {
    { "a constant column", "x,k,t", "x \",5,\" v", 40 },
    { "columns that depend on each other", "x,y,s,d,t", "x \",\" 2*x \",\" x+z \",\" x-z \",\" v", 40 },
    { "a column without a cell", "x,m,t", "x \",,\" v", 40 },
    { "a column with one cell", "x,m,t", "x \",\" (i == 3 ? 7 : \"\") \",\" v", 40 },
    { "a category per row", "x,id,t", "x \",id\" i \",\" v", 40 },
    { "one very large number", "x,z,t", "x \",\" (i == 4 ? 1e30 : z) \",\" v", 40 },
    { "a day that is none", "x,d,t", "x \",2024-02-\" i % 31 + 1 \",\" v", 62 },
    { "five rows", "x,z,t", "x \",\" z \",\" v", 5 },
    { "targets that are missing", "x,z,t", "x \",\" z \",\" (i % 2 ? v : \"\")", 60 },
    { "a class with one member", "x,z,t", "x \",\" z \",\" (i == 7 && !number ? \"rare\" : v)", 40 },
};

static void make(size_t table, bool numbers)
{
    bmt_exits(
        bmt_sh("(echo %s; awk 'BEGIN { number = %d; for (i = 0; i < %d; i++) { x = sin(i * 1.7) * 2; z = cos(i * i * .37); "
               "v = number ? 4 + x - z : x > 0 ? \"yes\" : \"no\"; print %s } }') > odd.csv",
               tables[table].header, numbers, tables[table].rows, tables[table].row),
        0);
}

static void finite(const char *what, const json_t *metrics)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)metrics, name, value) if (json_is_number(value) && !isfinite(json_number_value(value)))
        fail_msg("%s: %s is not finite", what, name);
}

static void try_one(const char *what, const char *model, int rows)
{
    const bmt_run r = bmt_sh("baeum train odd.csv -t t -m '%s' -o odd.st --json", model);
    if (r.code == 1 || r.code == 2) {
        if (bmt_lines(r.err) != 1 || strncmp(r.err, "baeum train: ", 13) != 0) fail_msg("%s, %s: says %s", what, model, r.err);
        return;
    }
    json_t *json = bmt_json(bmt_exits(r, 0));
    finite(what, json_object_get(json_object_get(json, "metrics"), "test"));
    json_decref(json);
    const bmt_run p = bmt_exits(bmt_sh("baeum predict odd.st odd.csv"), 0);
    if (bmt_lines(p.out) != rows + 1) fail_msg("%s, %s: %d lines of %d rows", what, model, bmt_lines(p.out), rows);
    if (strstr(p.out, "nan") || strstr(p.out, "inf")) fail_msg("%s, %s: predictions are %s", what, model, p.out);
    bmt_exits(bmt_sh("baeum evaluate odd.st odd.csv"), 0);
}

static void odd_tables(void **state)
{
    (void)state;
    const bmi_kind *k;
    int tried = 0;
    for (size_t t = 0; t < BMI_COUNT(tables); t++)
        for (int numbers = 0; numbers < 2; numbers++) {
            make(t, numbers);
            for (size_t i = 0; (k = bmi_kind_at("learner", i)); i++) {
                const bm_learner_kind *learner = k->record;
                if (!(learner->tasks & (numbers ? BM_LEARNS_NUMBERS : BM_LEARNS_TWO_CLASSES))) continue;
                try_one(tables[t].what, strcmp(k->name, "network") ? k->name : "dense 4 relu", tables[t].rows);
                tried++;
            }
        }
    assert_true(tried >= 100);
}

/* More columns than rows: every learner ends in a moment, also those that solve with second derivatives. */
static void wide(void **state)
{
    (void)state;
    bmt_exits(
        bmt_sh("awk 'BEGIN { for (i = -1; i < 30; i++) { for (j = 0; j < 3000; j++) printf \"%%s,\", i < 0 ? \"c\" j : sin(i * "
               "j + j); print i < 0 ? \"t\" : i %% 9 } }' > odd.csv"),
        0);
    const char *const models[] = { "linear", "ridge", "lasso", "elastic", "huber", "poisson", "descent:rate=1e-5" };
    for (size_t i = 0; i < BMI_COUNT(models); i++) try_one("3,000 columns", models[i], 30);
    bmt_contains("products", bmt_exits(bmt_sh("baeum train odd.csv -t t -m poly -o odd.st"), 1).err, "take a smaller degree");
}

/* What is dropped says in how many rows its one value stands. */
static void told(void **state)
{
    (void)state;
    make(3, true);
    bmt_contains("one cell", bmt_exits(bmt_sh("baeum train odd.csv -t t -o odd.st"), 0).out,
                 "m is dropped: it has one value, in 1 of 28 rows");
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
        int code;
    } rows[] = {
        { "train odd.csv -t t -m ridge:alpha=-1", "ridge: alpha is -1, must be >= 0", 2 },
        { "train odd.csv -t t -m lasso:alpha=nan", "lasso: alpha is nan, must be >= 0", 2 },
        { "train odd.csv -t t --step colum=min_max", "there is no column \"colum\"; did you mean \"column\"?", 2 },
        { "train odd.csv -t t --drop colum", "there is no column \"colum\"; did you mean \"column\"?", 2 },
        { "train odd.csv -t t --weights w", "row 5 of odd.csv has no \"w\", the weight of the row", 1 },
        { "train odd.csv -t column --weights neg", "row 5 of odd.csv has -1 as \"neg\", the weight of the row; it must be >= 0",
          1 },
        { "train odd.csv -t t --time day", "split: row 3 has no time in column \"day\"; fill the cell, or leave the row out",
          1 },
        { "train odd.csv -t t --group one", "split: 1 group is too few for 3 parts", 1 },
        { "compare odd.csv -t t --group one",
          "folds: all rows are of one group in \"one\"; one to learn from and one to hold out are needed", 2 },
        { "compare odd.csv -t t --cv 41 -m linear", "folds: 41 are asked for, and there are 40 rows; ask for 40 at most", 2 },
        { "train odd.csv -t id --task regression", "no number to be predicted; leave --task regression out", 1 },
        { "train odd.csv -t id --log-target", "no number to be predicted; leave --log-target out", 1 },
        { "train odd.csv -t id -m linear", "too many to be classes", 1 },
        { "train few.csv -t t", "(\"c\" in row 1, \"b\" in row 3 ...), too many to be classes", 1 },
        { "train odd.csv -t t --types day=date,t=integer", "is not", 1 },
        { "tune odd.csv -t t -m ridge --search alfa=1", "ridge has no setting \"alfa\"; did you mean \"alpha\"?", 2 },
        { "predict iris.st odd.csv", "odd.csv has no column \"Sepal.Length\"", 1 },
        { "explain iris.st odd.csv", "has no column \"Sepal.Length\"", 1 },
        { "explain iris.st odd.csv --row 1", "has no column \"Sepal.Length\"", 1 },
    };
    bmt_exits(
        bmt_sh(
            "(echo column,t,w,neg,day,one,id; awk 'BEGIN { for (i = 1; i <= 40; i++) print sin(i) \",\" i * 1.5 \",\" (i == 5 "
            "? \"nan\" : 1) \",\" (i == 5 ? -1 : 1) \",\" (i == 3 ? \"\" : \"2024-01-\" i %% 28 + 1) \",g,id\" i }') > odd.csv "
            "&& "
            "baeum train iris -q -o iris.st && printf 'x,t\\n1,c\\n2,c\\n3,b\\n4,a\\n5,b\\n' > few.csv"),
        0);
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        const bmt_run r =
            bmt_exits(bmt_sh("baeum %s%s", rows[i].line, strstr(rows[i].line, "train") ? " -o no.st" : ""), rows[i].code);
        bmt_contains(rows[i].line, r.err, rows[i].says);
    }
    assert_string_equal(bmt_sh("ls no.st 2>/dev/null").out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(odd_tables), cmocka_unit_test(wide), cmocka_unit_test(told),
                                        cmocka_unit_test(refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
