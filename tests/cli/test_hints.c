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
    const struct CMUnitTest tests[] = { cmocka_unit_test(model_and_task), cmocka_unit_test(next), cmocka_unit_test(lists),
                                        cmocka_unit_test(folders) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
