// SPDX-License-Identifier: Apache-2.0
/* The command as a whole: each option of `baeum train` on each learner does something or is refused by its name; each command over odd
 * tables prints one JSON object, with an error exactly when it fails; and what cannot be written is told by each.
 */
#include "base/kinds.h"
#include "support/bmt_command.h"
#include <baeum/extend_model.h>
#include <stdlib.h>
#include <string.h>

static int tables(void **state)
{
    (void)state;
    bmt_exits(
        bmt_sh("awk 'BEGIN { split(\"p q r\", g, \" \"); print \"a,b,g,w,t,k,y\" > \"num.csv\"; print \"a,b,g,w,t,k,y\" > "
               "\"two.csv\";"
               " print \"a,b,g,w,t,k,y\" > \"many.csv\"; for (i = 0; i < 120; i++) { a = i * 37 %% 101 / 10; b = i * 17 %% 23;"
               " x = (i %% 20 == 3 ? \"\" : a) \",\" b \",\" g[1 + i %% 3] \",\" 1 + i %% 3 \",\" i \",\" int(i / 6) \",\";"
               " print x 1 + 2 * a + b / 2 + i * 29 %% 17 / 10 > \"num.csv\"; s = a + b * .4 + i * 7 %% 5;"
               " print x (s > 11 ? \"yes\" : \"no\") > \"two.csv\"; print x (s > 13 ? \"u\" : s > 9 ? \"v\" : \"w\") > "
               "\"many.csv\" } }'"),
        0);
    bmt_temp_file("empty.csv", "", 0);
    bmt_temp_file("head.csv", "a,y\n", 4);
    bmt_temp_file("one.csv", "a,y\n1,2\n", 8);
    bmt_temp_file("column.csv", "y\n1\n2\n3\n", 8);
    bmt_temp_file("missing.csv", "a,y\n,\n,\n,\n", 10);
    bmt_temp_file("twice.csv", "a,a,y\n1,2,3\n", 12);
    bmt_temp_file("open.csv", "a,y\n\"1,2\n3,4\n", 13);
    bmt_temp_file("bytes.csv", "\xff\xfe,y\n\0\1,2\n\xe9,3\n", 15);
    bmt_exits(bmt_sh("(printf '\"a\\\"\\\"\\nb\",y\\n'; seq 60 | awk '{ print $1 * 7 %% 13 \",\" $1 }') > names.csv"), 0);
    bmt_exits(bmt_sh("baeum train num.csv -t y -q -o n.st && baeum train two.csv -t y -q -o c.st"), 0);
    return 0;
}

/* What a run gave but for times, places and the seed, which is told back, as text; released by free. */
static char *outcome(const bmt_run *r)
{
    static const char *const passing[] = { "seconds", "file", "seed" };
    json_t *json = bmt_json(*r);
    for (size_t i = 0; i < BMI_COUNT(passing); i++) json_object_del(json, passing[i]);
    json_object_del(json_object_get(json, "history"), "seconds");
    json_object_del(json_object_get(json, "training"), "plan_seconds");
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(json);
    return text;
}

static const char *const options[] = {
    "--epochs 3",
    "--batch 7",
    "--rate .05",
    "--optimizer sgd:momentum=.5",
    "--loss huber",
    "--loss hinge",
    "--patience 1",
    "--validation .3",
    "--validation 0",

    "--seed 5",
    "--drop a",
    "--step a=min_max",
    "--weights w",
    "--balanced",
    "--log-target",
    "--without impute",
    "--in-order",
    "--group k",
    "--time t",
    "--metrics mae",
    "--metrics kappa",
    "--threshold .3",
    "--threshold best-f1",
    "--parts 40",

    "--poly a,b=2",
    "--pca 2",
    "--log1p b",
    "--missing 5",
    "--types b=text",
    "--keep a",
    "--task regression --loss mae",
};

/* Whether a message names an option, or the step that it leaves out. */
static bool is_named(const char *message, const char *option)
{
    static const char without[] = "--without ";
    const size_t n = sizeof without - 1;
    char name[40];
    if (!strncmp(option, without, n)) return strstr(message, option + n) != NULL;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(option + 2, " "), option + 2);
    return strstr(message, name) != NULL;
}

static void option(const char *table, const char *learner, const char *more, const char *of, const char *plain)
{
    const bmt_run r = bmt_sh("baeum train %s.csv -t y -m '%s' --json -o m.st %s %s", table, learner, more, of);
    char *is = outcome(&r);
    if (r.code == 0 && !strcmp(is, plain)) fail_msg("%s, %s: %s does nothing", table, learner, of);
    if (r.code != 0 && (r.code > 2 || !strstr(is, "\"error\"") || !is_named(is, of)))
        fail_msg("%s, %s, %s: %s", table, learner, of, is);
    free(is);
}

/* Learners that take options in a way of their own: of classes those that are like each other are tried once. */
static bool is_new(const char *name, int table)
{
    static const char *const like[][4] = { { "network", "elastic" },
                                           { "network", "softmax", "one_vs_rest" },
                                           { "network", "logistic", "one_vs_rest", "perceptron" } };
    for (int i = 0; i < 4 && like[table][i]; i++)
        if (!strcmp(name, like[table][i])) return false;
    return true;
}

/* --task of a target that can be nothing else, and options of reading on a file that needs none, are left out. */
static void every_option_on_every_learner(void **state)
{
    (void)state;
    static const struct {
        const char *table;
        unsigned task;
    } targets[] = { { "num", BM_LEARNS_NUMBERS }, { "two", BM_LEARNS_TWO_CLASSES }, { "many", BM_LEARNS_CLASSES } };
    const bmi_kind *k;
    int learners = 0;
    for (size_t i = 0; (k = bmi_kind_at("learner", i)); i++)
        for (size_t t = 0; t < BMI_COUNT(targets); t++) {
            const bm_learner_kind *kind = k->record;
            const char *spec = !strcmp(k->name, "network")   ? "dense 4 relu"
                               : !strcmp(k->name, "mlp")     ? "mlp:4"
                               : !strcmp(k->name, "descent") ? "descent:steps=50,rate=.01"
                                                             : k->name;
            const char *more = kind->fit ? "" : "-e 5";
            if (!(kind->tasks & targets[t].task) || !is_new(k->name, (int)t)) continue;
            const bmt_run plain =
                bmt_exits(bmt_sh("baeum train %s.csv -t y -m '%s' --json -o m.st %s", targets[t].table, spec, more), 0);
            char *is = outcome(&plain);
            for (size_t o = 0; o < BMI_COUNT(options); o++) option(targets[t].table, spec, more, options[o], is);
            free(is);
            learners++;
        }
    assert_true(learners >= 12);
}

static void one_object_whatever_the_table(void **state)
{
    (void)state;
    static const char *const files[] = { "empty.csv", "head.csv",  "one.csv",   "column.csv", "missing.csv", "twice.csv",
                                         "open.csv",  "bytes.csv", "names.csv", "none.csv",   ".",           "n.st" };
    static const char *const lines[] = { "train %s -t y -o x.st",
                                         "train %s -t y -o x.st --parts 7",
                                         "predict n.st %s",
                                         "predict c.st %s --parts 7 -o p.csv",
                                         "evaluate n.st %s",
                                         "evaluate c.st n.st %s",
                                         "evaluate c.st %s --curve roc",
                                         "inspect %s -t y",
                                         "explain n.st %s",
                                         "explain c.st %s --row 1",
                                         "compare %s -t y --models linear --cv 2",
                                         "tune %s -t y -m ridge --search alpha=.1,1 --cv 2 -o t.st",
                                         "diagnose %s -t y -m linear --cv 2",
                                         "split %s -o s",
                                         "data show %s",
                                         "data get %s -o g.csv" };
    for (size_t i = 0; i < BMI_COUNT(files); i++)
        for (size_t k = 0; k < BMI_COUNT(lines); k++) {
            char line[200];
            const char *at = strstr(lines[k], "%s");
            snprintf(line, sizeof line, "baeum %.*s%s%s --json", (int)(at - lines[k]), lines[k], files[i], at + 2);
            const bmt_run r = bmt_sh("%s", line);
            json_t *json = bmt_json(r);
            const json_t *error = json_object_get(json, "error");
            if (r.code > 2 || (r.code != 0) != (error != NULL)) fail_msg("%s: exit code %d and\n%s", line, r.code, r.out);
            if (error) assert_true(strlen(bmt_json_string(json, "error.message")) > 5);
            json_decref(json);
        }
}

static void nothing_can_be_written(void **state)
{
    (void)state;
    static const char *const full[] = { "train num.csv -t y -o m.st",
                                        "predict n.st num.csv",
                                        "inspect num.csv",
                                        "inspect n.st --json",
                                        "evaluate n.st num.csv",
                                        "explain n.st",
                                        "compare num.csv -t y --models linear --cv 2",
                                        "diagnose num.csv -t y -m linear --cv 2",
                                        "split num.csv -o s",
                                        "data list",
                                        "data show iris",
                                        "help layers",
                                        "--version --json" };
    static const char *const file[] = { "train num.csv -t y -q",
                                        "predict n.st num.csv",
                                        "evaluate n.st num.csv",
                                        "explain n.st",
                                        "evaluate c.st two.csv --curve confusion",
                                        "data get iris" };
    if (bmt_sh("test -c /dev/full").code) {
        bmt_skip("/dev/full");
        return;
    }
    for (size_t i = 0; i < BMI_COUNT(full); i++)
        bmt_contains(full[i], bmt_exits(bmt_sh("baeum %s > /dev/full", full[i]), 1).err, "No space left on device");
    for (size_t i = 0; i < BMI_COUNT(file); i++) {
        bmt_contains(file[i], bmt_exits(bmt_sh("baeum %s -o /dev/full", file[i]), 1).err, "No space left on device");
        json_t *json = bmt_json(bmt_exits(bmt_sh("baeum %s -o /dev/full --json", file[i]), 1));
        bmt_contains(file[i], bmt_json_string(json, "error.message"), "No space left on device");
        json_decref(json);
        bmt_contains(file[i], bmt_exits(bmt_sh("baeum %s -o none/x", file[i]), 1).err, "mkdir -p none makes it");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_option_on_every_learner),
                                        cmocka_unit_test(one_object_whatever_the_table),
                                        cmocka_unit_test(nothing_can_be_written) };
    return cmocka_run_group_tests(tests, tables, NULL);
}
