// SPDX-License-Identifier: Apache-2.0
/* --weights: rows that weigh n are n rows, in training, scores and baseline; the column is no feature and predict does without it. */
#include "support/bmt_command.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows with weights 0 to 3, and the same as often as they weigh. One of two values in a tenth of a hundred: standardised alike. */
static int begin(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo a,b,w,y; seq 1 90 | awk '{ print $1 * 37 %% 91 \",\" ($1 * 7919) %% 11 \",\" $1 %% 4 \",\""
                     " (($1 * 37 %% 91) + ($1 * 31) %% 40 > 60 ? \"yes\" : \"no\") }') > w.csv && "
                     "awk -F, 'NR == 1 { print \"a,b,y\" } NR > 1 { for (i = 0; i < $3; i++) print $1 \",\" $2 \",\" $4 }' "
                     "w.csv > more.csv && cut -d, -f1,2,4 w.csv > without.csv"),
              0);
    return 0;
}

static void as_if_repeated(void **state)
{
    (void)state;
    /* nearly no penalty: what the two preparations make of a column makes no difference then */
    static const char rest[] = "-t y --validation 0 --test 0 -m softmax:C=1e9,tolerance=1e-10 --json";
    json_t *weighed = bmt_json(bmt_exits(bmt_sh("baeum train w.csv --weights w -o w.st %s", rest), 0)),
           *more = bmt_json(bmt_exits(bmt_sh("baeum train more.csv -o more.st %s", rest), 0));
    static const char *const parts[] = { "metrics.train", "baseline" };
    static const char *const names[] = { "log_loss", "accuracy", "f1", "precision", "recall", "balanced_accuracy", "roc_auc" };
    for (int p = 0; p < 2; p++)
        for (size_t i = 0; i < BMI_COUNT(names); i++) {
            char at[80];
            snprintf(at, sizeof at, "%s.%s", parts[p], names[i]);
            bmt_near(at, bmt_json_number(weighed, at), bmt_json_number(more, at), 1e-6);
        }
    bmt_near("rows are rows", bmt_json_number(weighed, "rows.train"), 90, 0);
    json_t *judged = bmt_json(bmt_exits(bmt_sh("baeum evaluate w.st w.csv --json"), 0));
    bmt_near("evaluated", bmt_json_number(judged, "metrics.log_loss"), bmt_json_number(weighed, "metrics.train.log_loss"),
             1e-12);
    json_decref(weighed), json_decref(more), json_decref(judged);
    const bmt_run r = bmt_exits(bmt_sh("baeum evaluate w.st without.csv"), 0);
    bmt_contains("told", r.out, "! without.csv has no column \"w\", the weights of rows in training: each row counts once");
    bmt_contains("weights", bmt_exits(bmt_sh("baeum evaluate w.st w.csv"), 0).out,
                 "\nweights      w, 0 to 3 · 22 rows weigh nothing · in the scores rows count as they weigh, in the table of "
                 "classes once\n");
    char *by_weight = strdup(bmt_exits(bmt_sh("baeum predict w.st without.csv"), 0).out);
    assert_string_equal(bmt_exits(bmt_sh("baeum predict w.st w.csv"), 0).out, by_weight);
    free(by_weight);
}

static void words(void **state)
{
    (void)state;
    const bmt_run r = bmt_exits(bmt_sh("baeum train w.csv -t y --weights w -m mlp:4,epochs=3 -o n.st"), 0);
    bmt_contains("said", r.out, "\nweights      w, 0 to 3 · 22 rows weigh nothing\n");
    bmt_contains("no feature", r.out, "\nrecipe       a, b: standardised\n");
    static const bmt_refusal cases[] = {
        { "w.csv -t y --weights v", "--weights: there is no column \"v\"", 2 },
        { "w.csv -t y --weights y", "--weights: \"y\" is the target", 2 },
        { "w.csv -t y --weights w --drop b,w", "--drop: \"w\" has the weights of the rows", 2 },
        { "digits --weights pixel_0", "the weights of all rows that are learned from are 0", 1 },
        { "iris --weights Species2", "no column \"Species2\"", 2 },
        { "text.csv -t y --weights w", "are text; they must be numbers", 1 },
        { "dates.csv -t y --weights w", "are dates; they must be numbers", 1 },
        { "minus.csv -t y --weights w", "row 3 of minus.csv has -1 as \"w\", the weight of the row; it must be >= 0", 1 },
        { "none.csv -t y --weights w", "row 2 of none.csv has no \"w\", the weight of the row", 1 },
        { "w.csv -t y --weights w --test without.csv", "without.csv has no column \"w\" for the weights of its rows", 1 },
    };
    bmt_exits(bmt_sh("e='BEGIN { FS = OFS = \",\" }'; awk \"$e NR == 4 { \\$3 = -1 } 1\" w.csv > minus.csv; "
                     "awk \"$e NR == 3 { \\$3 = \\\"\\\" } 1\" w.csv > none.csv; "
                     "awk \"$e NR > 1 { \\$3 = \\\"kg\\\" \\$3 } 1\" w.csv > text.csv; "
                     "awk \"$e NR > 1 { \\$3 = \\\"2024-01-0\\\" NR %% 9 + 1 } 1\" w.csv > dates.csv"),
              0);
    bmt_refused("train -o x.st", cases, BMI_COUNT(cases));
}

/* What training was asked for is in its JSON, and in the model. */
static void settings(void **state)
{
    (void)state;
    static const struct {
        const char *options, *says;
        bool weights, balanced, log_target, in_order;
    } cases[] = {
        { "w.csv -t y", NULL, false, false, false, false },
        { "w.csv -t y --weights w", "\ntraining     rows weighed by w\n", true, false, false, false },
        { "w.csv -t y --balanced --in-order", "\ntraining     classes balanced · rows split in order\n", false, true, false,
          true },
        { "w.csv -t y --balanced -m mlp:3,epochs=2", "\ntraining     classes balanced\n", false, true, false, false },
        { "w.csv -t a --log-target --weights w", "\ntraining     rows weighed by w · log(1 + target) learned\n", true, false,
          true, false },
        { "w.csv -t y --group b", "\ntraining     rows split by groups of b\n", false, false, false, false },
        { "w.csv -t y --time a --balanced", "\ntraining     classes balanced · rows split by time in a\n", false, true, false,
          false },
        { "blobs --in-order --balanced", "\ntraining     classes balanced · rows split in order\n", false, true, false, true },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        json_t *told[] = { bmt_json(bmt_exits(bmt_sh("baeum train %s -o s.st --json", cases[i].options), 0)),
                           bmt_json(bmt_exits(bmt_sh("baeum inspect s.st --json"), 0)) };
        for (int k = 0; k < 2; k++) {
            const json_t *w = json_object_get(told[k], "weights");
            assert_true(cases[i].weights ? json_is_string(w) && !strcmp(json_string_value(w), "w") : json_is_null(w));
            assert_true(json_is_true(json_object_get(told[k], "balanced")) == cases[i].balanced);
            assert_true(json_is_true(json_object_get(told[k], "log_target")) == cases[i].log_target);
            assert_true(json_is_true(json_object_get(told[k], "in_order")) == cases[i].in_order);
            const json_t *group = json_object_get(told[k], "group"), *time = json_object_get(told[k], "time");
            const bool grouped = strstr(cases[i].options, "--group"), timed = strstr(cases[i].options, "--time");
            assert_true(grouped ? !strcmp(json_string_value(group), "b") : json_is_null(group));
            assert_true(timed ? !strcmp(json_string_value(time), "a") : json_is_null(time));
            json_decref(told[k]);
        }
        const bmt_run r = bmt_exits(bmt_sh("baeum inspect s.st"), 0);
        if (cases[i].says) bmt_contains(cases[i].options, r.out, cases[i].says);
        else assert_null(strstr(r.out, "\ntraining "));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_if_repeated), cmocka_unit_test(words), cmocka_unit_test(settings) };
    return cmocka_run_group_tests(tests, begin, NULL);
}
