// SPDX-License-Identifier: Apache-2.0
/* baeum explain: coefficients with statistics, the contributions of a row, importance of any model, and what is refused. */
#include "support/bmt_command.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The object of a list whose member has a text. */
static const json_t *row_of(const json_t *list, const char *member, const char *text)
{
    size_t i;
    json_t *one;
    json_array_foreach(list, i, one) if (!strcmp(json_string_value(json_object_get(one, member)), text)) return one;
    fail_msg("no %s %s", member, text);
    return NULL;
}

static double in_row(const json_t *list, const char *member, const char *text, const char *number)
{
    return json_number_value(json_object_get(row_of(list, member, text), number));
}

/* The values are statsmodels': tests/golden/inference.txt, case card. */
static void coefficients(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("baeum train creditcard -t expenditure -m linear --drop card,share,owner,selfemp --validation 0 --test 0 "
                     "-q -o m.st"),
              0);
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum explain m.st --json"), 0));
    const json_t *of = json_object_get(json, "coefficients");
    assert_int_equal(json_array_size(of), 8);
    assert_string_equal(json_string_value(json_object_get(json_array_get(of, 7), "feature")), "intercept");
    assert_true(fabs(json_number_value(json_object_get(json_array_get(of, 0), "standardized"))) >=
                fabs(json_number_value(json_object_get(json_array_get(of, 1), "standardized"))));
    char want[60], line[400];
    double value;
    char feature[60], quantity[60];
    int seen = 0;
    char path[4300];
    snprintf(path, sizeof path, "%s/tests/golden/inference.txt", getenv("BAEUM_SOURCE") ? getenv("BAEUM_SOURCE") : ".");
    FILE *from = fopen(path, "r");
    assert_non_null(from);
    while (fgets(line, sizeof line, from)) {
        if (sscanf(line, "%59s %*s %59s %59s %lf", want, feature, quantity, &value) != 4 || strcmp(want, "card")) continue;
        if (strcmp(quantity, "coefficient") && strcmp(quantity, "standard_error")) continue;
        bmt_near(feature, in_row(of, "feature", feature, quantity) / value, 1, 1e-9);
        seen++;
    }
    fclose(from);
    assert_int_equal(seen, 16);
    assert_null(json_object_get(json_object_get(json_object_get(json, "figures"), "expenditure"), "durbin_watson"));
    json_decref(json);
    const bmt_run r = bmt_exits(bmt_sh("LC_ALL=C.UTF-8 baeum explain m.st"), 0);
    bmt_contains("head", r.out, "expenditure   coefficient");
    bmt_contains("bars", r.out, "████████████");
    bmt_contains("figures", r.out, "1,319\n");
    bmt_contains("plain bars", bmt_exits(bmt_sh("LC_ALL=C baeum explain m.st"), 0).out, "############");
    bmt_exits(bmt_sh("baeum explain m.st creditcard --robust hc3 -o hc.csv -q"), 0);
    bmt_contains("a file", bmt_exits(bmt_sh("head -1 hc.csv"), 0).out, "feature,target,coefficient,standard_error");
}

static void rows(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("baeum train infert -t case -q --drop stratum,pooled.stratum -o i.st"), 0);
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum explain i.st infert --row 5 --json"), 0));
    json_t *predicted = bmt_json(bmt_exits(bmt_sh("baeum predict i.st infert --json"), 0));
    const json_t *of = json_object_get(json, "contributions"), *classes = json_object_get(json, "predicted");
    double sum = 0;
    for (size_t i = 0; i + 1 < json_array_size(of); i++)
        sum += json_number_value(json_object_get(json_array_get(of, i), "contribution"));
    bmt_near("sum", in_row(of, "column", "prediction", "contribution"), sum, 1e-9);
    const double p = json_number_value(json_object_get(json_array_get(json_object_get(predicted, "predictions"), 4), "p_1"));
    bmt_near("probability", 1 / (1 + exp(-sum)), p, 1e-6);
    bmt_near("said", json_number_value(json_object_get(classes, "1")), p, 1e-6);
    assert_string_equal(json_string_value(json_object_get(row_of(of, "column", "education"), "value")), "6-11yrs");
    json_decref(json);
    json_decref(predicted);
    bmt_contains("a row", bmt_exits(bmt_sh("baeum explain i.st 'age=30,parity=2,education=12+ yrs'"), 0).out,
                 "\nage           30 ");
    bmt_contains("a category that training had not",
                 bmt_exits(bmt_sh("baeum explain i.st 'age=30,parity=2,induced=0,spontaneous=0,education=PhD'"), 0).out,
                 "! 1 cell has a category that was not there in training: education \"PhD\" (1)");
    bmt_exits(
        bmt_sh(
            "(echo x,y; seq 60 | awk '{ print $1 \",\" 1000 * $1 + $1 %% 7 }') > k.csv && baeum train k.csv -t y -q -o k.st"),
        0);
    bmt_contains("too large", bmt_exits(bmt_sh("baeum explain k.st x=1e308"), 1).err,
                 "what \"x\" contributes to the row is larger than f64 holds");
    bmt_exits(bmt_sh("printf 'x\\n1\\n\"\"\\n' > gap.csv"), 0);
    bmt_contains("an empty row", bmt_exits(bmt_sh("baeum explain k.st gap.csv --row 2"), 0).out,
                 "! the row is empty in all columns of the model");
    json = bmt_json(bmt_exits(bmt_sh("baeum explain k.st gap.csv --row 2 --json"), 0));
    bmt_near("counted", bmt_json_number(json, "counts.missing"), 1, 0);
    json_decref(json);
    bmt_contains("no column", bmt_exits(bmt_sh("baeum explain i.st agee=30"), 2).err, "did you mean \"age\"?");
    bmt_contains("no number", bmt_exits(bmt_sh("baeum explain i.st age=old"), 2).err, "\"age\" is numbers; \"old\" is none");
    bmt_contains("no value", bmt_exits(bmt_sh("baeum explain i.st age=3,parity"), 2).err, "no COLUMN=VALUE");
    bmt_contains("past the end", bmt_exits(bmt_sh("baeum explain i.st infert --row 249"), 2).err, "has 248 rows");
    bmt_contains("no data", bmt_exits(bmt_sh("baeum explain i.st --row 2"), 2).err, "--row is a row of DATA");
}

static void any_model(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("baeum train iris -m mlp:8 -q -o n.st"), 0);
    bmt_contains("no rows", bmt_exits(bmt_sh("baeum explain n.st"), 2).err, "baeum explain n.st DATA");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum explain n.st iris --repeats 3 --seed 5 --json"), 0));
    const json_t *of = json_object_get(json, "importance");
    assert_int_equal(json_array_size(of), 4);
    const char *first = json_string_value(json_object_get(json_array_get(of, 0), "column"));
    assert_true(!strncmp(first, "Petal", 5) || !strncmp(first, "petal", 5));
    json_decref(json);
    const bmt_run a = bmt_exits(bmt_sh("baeum explain n.st iris --seed 5"), 0);
    assert_string_equal(a.out, bmt_exits(bmt_sh("baeum explain n.st iris --seed 5 --threads 1"), 0).out);
    bmt_contains("no score", bmt_exits(bmt_sh("baeum explain n.st iris --metric beauty"), 1).err, "beauty");
    bmt_contains("contributions", bmt_exits(bmt_sh("baeum explain n.st iris --row 1"), 1).err, "not one dense layer");
}

/* Columns that depend on each other are named, by train and by explain. */
static void dependent(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo a,b,s,y; seq 60 | awk '{ b = ($1 * 7) %% 11; print $1 * 1.5 \",\" b \",\" $1 * 1.5 + b \",\" 3 * "
                     "$1 + sin($1) }') > dep.csv"),
              0);
    const bmt_run r = bmt_exits(bmt_sh("baeum train dep.csv -t y -m linear -o d.st"), 0);
    bmt_contains("train", r.out, "columns depend on each other (solved, rank 2 of 3): a, b, s;");
    bmt_contains("explain", bmt_exits(bmt_sh("baeum explain d.st"), 0).out, "! a, b, s depend on each other");
}

static void refused(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("baeum train iris -q -o l.st"), 0);
    bmt_contains("rows", bmt_exits(bmt_sh("baeum explain l.st --bootstrap 5"), 2).err, "--bootstrap needs the rows");
    bmt_contains("rows", bmt_exits(bmt_sh("baeum explain l.st --robust hc1"), 2).err, "--robust needs the rows");
    bmt_contains("repeats", bmt_exits(bmt_sh("baeum explain l.st iris --repeats 3"), 2).err, "--repeats is of permutations");
    bmt_contains("seed", bmt_exits(bmt_sh("baeum explain l.st iris --seed 3"), 2).err, "--seed is of permutations");
    bmt_contains("of numbers", bmt_exits(bmt_sh("baeum explain l.st iris --metric r2"), 1).err, "these rows have no r2: ");
    bmt_exits(bmt_sh("baeum train creditcard -t expenditure -m linear --drop card,share,owner,selfemp -q -o part.st"), 0);
    bmt_contains("other rows", bmt_exits(bmt_sh("baeum explain part.st creditcard --robust hc3"), 1).err,
                 "these are not the rows that the model was fitted on (1319 with a weight; it had ");
    bmt_contains("other rows", bmt_exits(bmt_sh("baeum explain part.st creditcard --bootstrap 20"), 1).err,
                 "bootstrap: these are not the rows that the model was fitted on (1319 with a weight; it had ");
    bmt_contains("a quote", bmt_exits(bmt_sh("baeum explain part.st 'age=30,\"income\"=2,dependents=1'"), 2).err,
                 "a double quote that is not closed, or not followed by a comma; ");
    bmt_contains("a quote", bmt_exits(bmt_sh("baeum explain part.st 'age=30,\"income=2\"'"), 0).out, "income");
    /* more columns than statistics are found for: with the rows as without them */
    bmt_exits(bmt_sh("awk 'BEGIN { for (j = 0; j < 2001; j++) printf \"c%%d,\", j; print \"y\"; for (i = 0; i < 9; i++) { "
                     "for (j = 0; j < 2001; j++) printf \"%%g,\", sin(i + j * j); print i } }' > wide.csv && "
                     "baeum train wide.csv -t y -m linear --validation 0 --test 0 -q -o wide.st"),
              0);
    const char *const wide[] = { "baeum explain wide.st", "baeum explain wide.st wide.csv" };
    for (int k = 0; k < 2; k++)
        bmt_contains(wide[k], bmt_exits(bmt_sh("%s", wide[k]), 0).out,
                     "no standard errors: they are found for at most 2,000 columns");
    bmt_contains("squares", bmt_exits(bmt_sh("baeum explain l.st iris --robust hc1"), 1).err, "of least squares");
    bmt_contains("a row", bmt_exits(bmt_sh("baeum explain part.st creditcard --row 3 --robust hc1"), 2).err,
                 "--robust says nothing of the contributions to one row");
    bmt_contains("a row", bmt_exits(bmt_sh("baeum explain part.st age=30 --row 3"), 2).err, "--row says nothing of");
    bmt_contains("a metric", bmt_exits(bmt_sh("baeum explain part.st creditcard --metric r2 --bootstrap 9"), 2).err,
                 "--bootstrap says nothing of what a metric loses by permutations");
    bmt_contains("confidence", bmt_exits(bmt_sh("baeum explain l.st --confidence 1"), 2).err, "below 1");
    bmt_contains("a choice", bmt_exits(bmt_sh("baeum explain l.st iris --robust hc9"), 2).err, "hc0|hc1|hc2|hc3");
    bmt_contains("bootstrap", bmt_exits(bmt_sh("baeum explain l.st iris --bootstrap 10"), 0).out, "10 fits on resampled rows");
    bmt_contains("a penalty", bmt_exits(bmt_sh("baeum explain l.st"), 0).out, "--bootstrap 1000 and DATA");
    /* numbers of the row are read as those of a file */
    bmt_exits(
        bmt_sh("awk 'BEGIN { print \"a;y\"; for (i = 1; i < 40; i++) printf \"%%d.%%03d,50 €;%%d\\n\", i %% 7 + 1, i * 20 %% "
               "1000, i %% 7 * 1000 + i * 20 %% 1000 }' > euro.csv && baeum train euro.csv -t y -m linear -q -o euro.st && "
               "printf 'a\\n1.234\\n' > cell.csv && baeum explain euro.st a=1.234 > written && baeum explain euro.st cell.csv "
               "--row 1 "
               "> read && cmp written read && grep -q 'y 233$' written"),
        0);
    bmt_contains("a number", bmt_exits(bmt_sh("baeum explain euro.st a=abc"), 2).err, "\"a\" is numbers; \"abc\" is none");
    bmt_contains("no file", bmt_exits(bmt_sh("baeum explain nothing.st"), 1).err, "nothing.st");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(coefficients), cmocka_unit_test(rows), cmocka_unit_test(any_model),
                                        cmocka_unit_test(dependent), cmocka_unit_test(refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
