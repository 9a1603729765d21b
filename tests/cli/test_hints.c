// SPDX-License-Identifier: Apache-2.0
/* Errors name the option of the command that mends them, and the line "next:" can be typed as it is. */
#include "support/bmt_command.h"
#include <stdlib.h>
#include <string.h>

/* A model that does not learn what the target was taken as. */
static void model_and_task(void **state)
{
    (void)state;
    static const struct {
        const char *target, *arguments, *says;
    } rows[] = {
        { "stars", "-m linear",
          "--model linear does not learn classes, and the target stars is taken as 5 classes; give --task regression to learn "
          "it as a "
          "number, or a model that does: " },
        { "stars", "-m softmax --task regression",
          "give --task classification to learn it as classes, or a model that does: " },
        { "size", "-m perceptron",
          "--model perceptron does not learn numbers, and the target size is taken as numbers; a model that does: " },
        { "word", "-m linear", "the target word is taken as 2 classes; a model that does: " },
        { "name", "", "too many to be classes; name another target, or, if they are classes, give --task classification\n" },
    };
    bmt_exits(
        bmt_sh("(echo name,stars,size,word; seq 100 | awk '{ print \"n\" $1 \",\" 1 + $1 %% 5 \",\" $1 / 8 \",\" ($1 %% 2 ? "
               "\"yes\" : \"no\") }') > t.csv"),
        0);
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        const bmt_run r = bmt_sh("baeum train t.csv -q -t %s %s", rows[i].target, rows[i].arguments);
        assert_int_not_equal(r.code, 0);
        bmt_contains(rows[i].arguments, r.err, rows[i].says);
        if (!strstr(rows[i].arguments, "-m")) continue;
        char *others = strdup(strstr(r.err, "a model that does: ") + strlen("a model that does: "));
        assert_non_null(others);
        char *task = strstr(rows[i].arguments, "--task"); /* each of those that are named works */
        for (char *name = strtok(others, ", \n"); name; name = strtok(NULL, ", \n"))
            bmt_exits(bmt_sh("baeum train t.csv -q -t %s -d name -m %s %s", rows[i].target, name, task ? task : ""), 0);
        free(others);
    }
    bmt_exits(bmt_sh("baeum train t.csv -t stars -m linear --task regression -q"), 0);
}

/* Runs what stands behind "next:" of a session. */
static bmt_run next_of(const char *arguments)
{
    const bmt_run r = bmt_exits(bmt_sh("baeum train %s", arguments), 0);
    const char *next = strstr(r.out, "next: ");
    assert_non_null(next);
    char line[600];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(next + 6, "\n"), next + 6);
    return bmt_exits(bmt_sh("%s", line), 0);
}

static void next(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("seq 60 | awk '{ print $1 \" \" 2 * $1 }' > h.csv && echo 30 > new.csv"), 0);
    bmt_near("read as in training", atof(bmt_line(next_of("h.csv -t c2 --no-header --delimiter space -o 'a b.st'").out, 1)), 60,
             1e-5);
    /* a set of images in a folder of its own: 20 rows of 2 x 2, training and test alike */
    bmt_exits(bmt_sh("mkdir -p own/mnist && cd own/mnist && for p in train t10k; do "
                     "(printf '\\000\\000\\010\\003\\000\\000\\000\\050\\000\\000\\000\\002\\000\\000\\000\\002'; for i in "
                     "$(seq 20); do printf "
                     "'\\001\\002\\003\\377\\377\\003\\002\\001'; done) > $p-images-idx3-ubyte; (printf "
                     "'\\000\\000\\010\\001\\000\\000\\000\\050'; for i in $(seq 20); do printf '\\000\\001'; done) > "
                     "$p-labels-idx1-ubyte; done"),
              0);
    assert_int_equal(bmt_lines(next_of("mnist --data own -o m.st").out), 41);
}

/* Blanks around the commas of a list of columns do not matter; those of a name in the file do. */
static void lists(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo 'a,b, c,y'; seq 60 | awk '{ print $1 \",\" $1 %% 7 \",\" $1 %% 5 \",\" $1 * $1 / 8 }') > l.csv"),
              0);
    bmt_contains("dropped", bmt_exits(bmt_sh("baeum train l.csv -t y -d 'b , c'"), 0).out, "recipe       a: standardised\n");
    bmt_contains("steps", bmt_exits(bmt_sh("baeum train l.csv -t y --step 'a , b=min_max' --step ' c=min_max'"), 0).out,
                 "recipe       a, b: min_max\n");
    bmt_contains("a slip", bmt_exits(bmt_sh("baeum train l.csv -t y -d 'a, bb'"), 2).err,
                 "--drop: there is no column \"bb\"; did you mean \"b\"?");
}

/* Names with commas stand in double quotes, in those two for one; what cannot be is told with the right form. */
static void quoted(void **state)
{
    (void)state;
    bmt_exits(
        bmt_sh(
            "(echo '\"x,y\",\"q\"\"q\", z ,y,x'; seq 60 | awk '{ print $1 \",\" $1 %% 7 \",\" $1 %% 5 \",\" $1 * $1 / 8 \",\" "
            "$1 %% 11 }') > l.csv"),
        0);
    static const struct {
        const char *options, *recipe;
    } fine[] = {
        { "-d '\"x,y\",\"q\"\"q\"'", "z, x: standardised\n" },
        { "-d 'x,y'", "q\"q, z, x: standardised\n" }, /* one column of that very name */
        { "-d ' \"x,y\" , z , x'", "q\"q: standardised\n" },
        { "-d '\"z\"'", "x,y, q\"q, x: standardised\n" },
        { "--step '\"x,y\",z=min_max' -d x", "x,y, z: min_max\n" },
        { "-d 'q\"q,x'", "x,y, z: standardised\n" }, /* a quote inside is one */
    };
    for (size_t i = 0; i < BMI_COUNT(fine); i++) {
        char want[100];
        snprintf(want, sizeof want, "recipe       %s", fine[i].recipe);
        bmt_contains(fine[i].options, bmt_exits(bmt_sh("baeum train l.csv -t y %s -o l.st", fine[i].options), 0).out, want);
    }
    static const struct {
        const char *options, *says;
    } wrong[] = {
        { "-d 'z,\"x,y'", "--drop: z,\"x,y has a double quote that is not closed, or not followed by a comma\n" },
        { "-d '\"x,y\"z'", "has a double quote that is not closed, or not followed by a comma\n" },
        { "-d '\"\"'", "--drop: there is no column \"\"; " },
        { "--missing '\"a'", "--missing: \"a has a double quote that is not closed" },
    };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++)
        bmt_contains(wrong[i].options, bmt_exits(bmt_sh("baeum train l.csv -t y %s", wrong[i].options), 2).err, wrong[i].says);
    bmt_exits(bmt_sh("sed -i '1s/,x$/,w/' l.csv && baeum train l.csv -t y -q -o l.st"), 0);
    bmt_contains(
        "cut at its comma", bmt_exits(bmt_sh("baeum train l.csv -t y -d 'x,y,z'"), 2).err,
        "--drop: there is no column \"x\"; did you mean \"x,y\"? A name with a comma stands in double quotes: '\"x,y\"'\n");
    assert_string_equal(
        bmt_line(bmt_exits(bmt_sh("baeum predict l.st l.csv --id '\"x,y\",\"q\"\"q\", w' | cut -d, -f1-4"), 0).out, 0),
        "\"x,y\",\"q\"\"q\",w");
    bmt_contains("more marks than there is room for",
                 bmt_exits(bmt_sh("baeum train l.csv -t y --missing $(seq -s, 65)"), 2).err,
                 "--missing: more than 64 texts are too many");
}

/* What is proposed behind --drop is taken by a shell and by the list as it stands. */
static void proposed(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo '\"it'\"'\"'s, $1\",b,y'; seq 60 | awk '{ print $1 \",\" $1 %% 7 \",\" 3 * $1 }') > l.csv"), 0);
    char *out = strdup(bmt_exits(bmt_sh("baeum train l.csv -t y -q"), 0).out), *line = strstr(out, "   --drop ");
    assert_non_null(line);
    line[strcspn(line, "\n")] = 0;
    bmt_contains(line, bmt_exits(bmt_sh("baeum train l.csv -t y %s", line), 0).out, "recipe       b: standardised\n");
    free(out);
    bmt_exits(bmt_sh("(echo x1,x10,y; seq 60 | awk '{ print 3 * $1 \",\" $1 %% 7 \",\" 3 * $1 }') > l.csv"), 0);
    assert_null(strstr(bmt_exits(bmt_sh("baeum train l.csv -t y -d x1"), 0).out, "x1 gives y")); /* x10 is another column */
}

/* What the library notes is told with the command's options, and they do it. */
static void notes(void **state)
{
    (void)state;
    bmt_exits(
        bmt_sh(
            "(echo day,place,y; seq 600 | awk '{ print 1 + $1 %% 12 \"/\" 1 + $1 %% 11 \"/2024,p\" $1 %% 150 \",\" $1 * $1 }') "
            "> n.csv"),
        0);
    const bmt_run r = bmt_exits(bmt_sh("baeum train n.csv -t y"), 0);
    bmt_contains("dates", r.out, "the month was taken to be first (mdy), --dates dmy says otherwise\n");
    bmt_contains("categories", r.out, "--drop leaves the column out, --one-hot COL=all keeps all of them\n");
    const bmt_run said = bmt_exits(bmt_sh("baeum train n.csv -t y --dates dmy --step place=one_hot:all"), 0);
    assert_null(strstr(said.out, "--dates"));
    assert_null(strstr(said.out, "one_hot:all keeps"));
}

/* Columns of a named set that are no predictors. */
static void left_out(void **state)
{
    (void)state;
    const bmt_run r = bmt_exits(bmt_sh("baeum train infert"), 0);
    bmt_contains(
        "told", r.out,
        "\nleft out     stratum, pooled.stratum: they number the groups in which cases were matched with controls (--keep uses "
        "them)\n");
    static const struct {
        const char *options;
        double features, left_out;
    } cases[] = {
        { "", 8, 2 },
        { "--keep stratum,pooled.stratum", 10, 0 },
        { "--keep stratum", 9, 1 },
        { "-d age", 7, 2 },
        { "-d stratum", 8, 1 },
        { "-t stratum --task regression", 9, 1 },
        { "--weights stratum", 8, 1 },
        { "--keep stratum --step stratum=min_max", 9, 1 },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        json_t *json = bmt_json(bmt_exits(bmt_sh("baeum train infert %s --json -o i.st", cases[i].options), 0)),
               *model = bmt_json(bmt_exits(bmt_sh("baeum inspect i.st --json"), 0));
        bmt_near(cases[i].options, (double)json_array_size(json_object_get(model, "features")), cases[i].features, 0);
        bmt_near(cases[i].options, (double)json_array_size(json_object_get(json, "left_out")), cases[i].left_out, 0);
        json_decref(json), json_decref(model);
    }
    bmt_exits(bmt_sh("baeum data get infert -q && baeum train infert.csv -o i.st | grep -q '^left out     stratum' && "
                     "cp infert.csv study.csv && ! baeum train study.csv -t case -o i.st | grep '^left out'"),
              0);
    bmt_contains("both", bmt_exits(bmt_sh("baeum train infert --keep stratum -d stratum"), 2).err,
                 "--drop and --keep both name \"stratum\"");
    bmt_contains("no choice of columns", bmt_exits(bmt_sh("baeum train infert --keep age"), 2).err,
                 "--keep: \"age\" is not left out by itself; --drop leaves columns out\n");
    bmt_contains(
        "a step", bmt_exits(bmt_sh("baeum train infert --step stratum=min_max"), 2).err,
        "--step: \"stratum\" is left out; steps are done to columns that are used (--keep uses one that a set leaves out)");
    bmt_contains("a dropped one", bmt_exits(bmt_sh("baeum train iris -d Petal.Width --step Petal.Width=min_max"), 2).err,
                 "--step: \"Petal.Width\" is left out; steps are done to columns that are used\n");
    bmt_contains("arrays", bmt_exits(bmt_sh("baeum train moons --keep z"), 2).err, "--keep: there is no column \"z\"");
}

/* Rare classes that nobody is taken for. */
static void rare(void **state)
{
    (void)state;
    bmt_exits(
        bmt_sh("(echo x,y; seq 1000 | awk '{ print ($1 * 7919 %% 101) \",\" ($1 %% 20 ? \"often\" : \"rare\") }') > r.csv && "
               "(echo x,y; seq 1000 | awk '{ print ($1 * 7919 %% 101) \",\" ($1 %% 2 ? \"a\" : \"b\") }') > even.csv && "
               "(echo x,y; seq 1000 | awk '{ print $1 %% 100 \",\" ($1 %% 100 > 90 ? \"rare\" : \"often\") }') > told.csv"),
        0);
    static const char never[] =
        "! \"rare\" is never predicted, though 7 of 150 rows have it: --balanced makes rare classes weigh as much as "
        "frequent ones in training\n",
                      hint[] = "--balanced makes rare";
    bmt_contains("training", bmt_exits(bmt_sh("baeum train r.csv -t y -o r.st"), 0).out, never);
    bmt_contains("with few words", bmt_exits(bmt_sh("baeum train r.csv -t y -q -o r.st"), 0).out, never);
    bmt_contains("evaluating", bmt_exits(bmt_sh("baeum evaluate r.st r.csv"), 0).out,
                 "! \"rare\" is never predicted, though 50 of 1,000 rows have it: --balanced makes");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum evaluate r.st r.csv --json"), 0));
    bmt_contains("as JSON", json_string_value(json_array_get(json_object_get(json, "warnings"), 0)), "never predicted");
    json_decref(json);
    static const char *const none[] = { "train r.csv -t y --balanced -o b.st", "evaluate b.st r.csv",
                                        "train even.csv -t y -m perceptron", "train told.csv -t y", "train iris" };
    for (size_t i = 0; i < BMI_COUNT(none); i++) assert_null(strstr(bmt_exits(bmt_sh("baeum %s", none[i]), 0).out, hint));
    /* rare ones are predicted, for others */
    bmt_exits(bmt_sh("(echo x,y; seq 40 | awk '{ print -$1 \",often\" }; END { for (i = 0; i < 10; i++) print \"900,rare\" }') "
                     "> u.csv && "
                     "(echo x,y; seq 40 | awk '{ print ($1 %% 4 == 1 ? 900 : -$1) \",\" ($1 %% 8 == 2 ? \"rare\" : \"often\") "
                     "}') > v.csv && "
                     "baeum train u.csv -t y -q --validation 0 --test 0 -o u.st"),
              0);
    bmt_contains(
        "no more right", bmt_exits(bmt_sh("baeum evaluate u.st v.csv"), 0).out,
        "! no more rows are right than by always saying \"often\" (25 against 35): --balanced makes rare classes weigh");
}

/* More classes than are counted in a table: what they tell is told all the same. */
static void rare_of_many(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo x,y; seq 600 | awk '{ print $1 %% 50 \",k\" ($1 %% 50 < 26 ? $1 %% 50 : 0) }') > many.csv && "
                     "(echo x,y; seq 600 | awk '{ print $1 %% 50 \",k\" ($1 %% 5 ? 0 : 1 + $1 %% 25) }') > other.csv && "
                     "baeum train many.csv -t y -q -m one_vs_rest --validation 0 --test 0 -o m.st"),
              0);
    const bmt_run r = bmt_exits(bmt_sh("baeum evaluate m.st other.csv"), 0);
    assert_null(strstr(r.out, "true \\ predicted"));
    bmt_contains("told", r.out, "! no more rows are right than by always saying \"k0\" (");
    static const char *const shifted[] = { "$1", "($1 + 1)" };
    for (int k = 0; k < 2; k++)
        bmt_exits(bmt_sh("(echo x,y; seq 600 | awk '{ print \"u\" %s %% 15 \",k\" $1 %% 15 }') > even%d.csv", shifted[k], k),
                  0);
    bmt_contains(
        "none is rare",
        bmt_exits(bmt_sh("baeum train even0.csv -t y -q --validation 0 --test 0 -o m.st && baeum evaluate m.st even1.csv"), 0)
            .out,
        "! no more rows are right than by always saying \"k0\" (0 against 40)\n");
    bmt_contains("in training", bmt_exits(bmt_sh("baeum train many.csv -t y -m softmax:C=1e-9 -q --test .3 -o m.st"), 0).out,
                 "\" is never predicted, though ");
}

/* A folder that is not there: the same words wherever something is written, before any work. */
static void folders(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "train iris -o 'new er/x'",
        "predict iris.st nofile.csv -o 'new er/x'",
        "data get iris -o 'new er/x'",
        "data split iris -o 'new er/x'",
    };
    bmt_exits(bmt_sh("baeum train iris -q -o iris.st"), 0);
    for (size_t i = 0; i < BMI_COUNT(lines); i++) {
        const bmt_run r = bmt_exits(bmt_sh("baeum %s", lines[i]), 1);
        bmt_contains(lines[i], r.err,
                     " cannot be written: folder new er: No such file or directory; mkdir -p 'new er' makes it\n");
        assert_string_equal(r.out, "");
    }
    bmt_exits(bmt_sh("mkdir -p 'new er'"), 0);
    bmt_contains("a folder itself", bmt_exits(bmt_sh("baeum predict iris.st iris -o 'new er'"), 1).err,
                 "-o new er is a folder; name a file in it");
    bmt_exits(bmt_sh("baeum data split iris -o 'new er/x' && test -s 'new er/x-train.csv'"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(model_and_task), cmocka_unit_test(next),
                                        cmocka_unit_test(lists),          cmocka_unit_test(folders),
                                        cmocka_unit_test(quoted),         cmocka_unit_test(proposed),
                                        cmocka_unit_test(notes),          cmocka_unit_test(left_out),
                                        cmocka_unit_test(rare),           cmocka_unit_test(rare_of_many) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
