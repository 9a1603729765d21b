// SPDX-License-Identifier: Apache-2.0
/* Each cause that an error of the library can have (base/cause.h) is brought about by files and options, and the command says what helps by
 * options of its own: as the end of its message, in place of what the library tells programs in C.
 */
#include "base/cause.h"
#include "support/bmt_command.h"
#include <string.h>

static const struct {
    bmi_cause cause;
    const char *make, *line;
    int code;
    const char *ends; /* the message; "" in front: it says no more than the library */
} cases[] = {
    { BMI_CAUSE_NO_COLUMN, "true", "predict iris.st iris.csv --no-header", 1,
      "which the recipe was fitted with; with --no-header columns are called c1, c2 ..., and in training they had names: give "
      "it without" },
    { BMI_CAUSE_NO_COLUMN, "true", "evaluate bare.st bare.csv --header", 1,
      "the target; baeum predict does without it; the columns had no names in training, and --header says that here they "
      "have: give it without" },
    { BMI_CAUSE_NO_COLUMN, "tail -n +2 iris.csv", "predict iris.st f.csv", 1,
      "; its first row looks like data: it must be the names that the columns had in training (without names, train and "
      "predict with --no-header)" },
    { BMI_CAUSE_SAME_NAMES, "printf 'a,a\\n1,2\\n'", "inspect f.csv", 1,
      "f.csv:1:2: a second column is named \"a\"; rename one of them, or read with --rename-duplicates; if the first row is "
      "data, give --no-header" },
    { BMI_CAUSE_CELLS, "printf 'a,b\\n1,2\\n3\\n'", "inspect f.csv", 1,
      "f.csv:3:1: the row has 1 cell, there are 2 columns; add the missing delimiters; --bad-rows skip leaves such rows out" },
    { BMI_CAUSE_CELLS, "printf 'a,b\\n1,2\\n3,4,5\\n'", "train f.csv -t b", 1,
      "put cells with a delimiter inside in quotes; --bad-rows skip leaves such rows out" },
    { BMI_CAUSE_CELLS, "printf 'a,b\\n1,2\\n3\\n'", "inspect f.csv --bad-rows error", 1, "; add the missing delimiters" },
    { BMI_CAUSE_CELLS, "printf 'a,b\\n1,2\\n3\\n'", "train f.csv -t b --parts 1", 1, "; --bad-rows skip leaves such rows out" },
    { BMI_CAUSE_COMMENTS, "printf '# made today\\na,b\\n1,2\\n'", "inspect f.csv", 1,
      "the row has 2 cells, there is 1 column; if lines that begin with # are comments, say so: --comment '#'" },
    { BMI_CAUSE_TITLES, "printf 'A title\\na,b\\n1,2\\n3,4\\n'", "inspect f.csv", 1,
      "or give another delimiter; titles above the names of the columns are lines to skip: --skip 1" },
    { BMI_CAUSE_OUTSIDE, "sed 's/\\\\\"dense\\\\\"/\\\\\"danse\\\\\"/' iris.st", "predict f.csv iris", 1,
      "in .layers of bm_load; this command has none: the program that made the model can" },
    { BMI_CAUSE_UNSEEN, "echo a,y; seq 300 | sed 's/.*/&,t&/'", "train f.csv -t y --task classification", 1,
      " were not there in training; a class needs rows in every part: leave rare ones out, or --validation 0 --test 0" },
    { BMI_CAUSE_SHARES, "true", "compare iris --cv 60 -m softmax", 1,
      "so that they cannot have equal shares; ask for fewer, or give --not-stratified" },
    { BMI_CAUSE_SHARES, "true", "tune iris --cv 60 -m softmax --search C=1,2", 1, "; ask for fewer, or give --not-stratified" },
    { BMI_CAUSE_SHARES, "true", "diagnose iris --cv 60", 1, "; ask for fewer, or give --not-stratified" },
    { BMI_CAUSE_NO_FEATURE, "echo b; seq 30", "train f.csv -t b", 1,
      "no feature is left to learn from; a column besides the target must tell rows apart" },
    { BMI_CAUSE_NO_NUMBER, "echo a,b; seq 30 | sed 's/.*/&,t/; 4s/t/u/'", "train f.csv -t b --task regression", 1,
      "it can be classes, but no number to be predicted; leave --task regression out" },
    { BMI_CAUSE_NO_NUMBER, "echo a,b; seq 30 | sed 's/.*/&,t/; 4s/t/u/'", "train f.csv -t b --log-target", 1,
      "it can be classes, but no number to be predicted; leave --log-target out" },
    { BMI_CAUSE_MANY_CLASSES, "echo a,b; seq 100 | sed 's/.*/&,n&/'", "train f.csv -t b", 1,
      "too many to be classes; name another target, or, if they are classes, give --task classification" },
    { BMI_CAUSE_MANY_CLASSES, "echo a,b; seq 100 | sed 's/.*/&,& of &/'", "train f.csv -t b", 1,
      "all in one way; if they are classes, give --task classification" },
    { BMI_CAUSE_FEW_ROWS, "echo a,b; echo 1,2; echo 3,4", "train f.csv -t b", 1,
      "split: 2 rows are too few for validation 0.15 and test 0.15; --validation 0 --test 0 trains on all rows" },
    { BMI_CAUSE_FEW_ROWS, "echo a,b,g; seq 30 | sed 's/.*/&,&,x/'", "train f.csv -t b --group g", 1,
      "split: 1 group is too few for 3 parts; --validation 0 --test 0 trains on all rows" },
    { BMI_CAUSE_FEW_TIMES, "echo a,b,w; seq 30 | awk '{ print $1 \",\" $1 \",\" ($1 > 15) }'", "train f.csv -t b --time w", 1,
      "has only two times in all 30 rows: each part needs times of its own; --validation 0 makes two parts" },
    { BMI_CAUSE_SCHEDULE, "true", "train iris -m mlp:4 --optimizer adam:schedule=step", 2,
      "--optimizer: adam: schedule: the every of step is required and was not given; it must be > 0; it stands in brackets, "
      "as in adam:schedule=cosine(1000), and an epoch has rows / batch of them" },
};

static void each_cause(void **state)
{
    (void)state;
    bool met[BMI_CAUSE_COUNT_] = { false };
    bmt_exits(bmt_sh("baeum data get iris -q && tail -n +2 iris.csv > bare.csv && baeum train iris -q -o iris.st && "
                     "baeum train bare.csv --no-header -t c5 -q -o bare.st"),
              0);
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmt_exits(bmt_sh("(%s) > f.csv", cases[i].make), 0);
        const bmt_run r = bmt_exits(bmt_sh("baeum %s", cases[i].line), cases[i].code);
        char *end = strchr(r.err, '\n');
        const size_t n = strlen(cases[i].ends);
        if (!end || end[1] || (size_t)(end - r.err) < n || strncmp(end - n, cases[i].ends, n))
            fail_msg("%s: \"%s\" is to end by \"%s\"", cases[i].line, r.err, cases[i].ends);
        met[cases[i].cause] = true;
    }
    for (int k = BMI_CAUSE_NONE + 1; k < BMI_CAUSE_COUNT_; k++)
        if (!met[k]) fail_msg("cause %d is brought about by no case", k);
}

/* Notes, and how a fit ended: the figure and the option's name. */
static void notes(void **state)
{
    (void)state;
    static const struct {
        const char *make, *line, *says;
    } rows[] = {
        { "echo a,b; seq 40 | awk '{ print $1 \",\" ($1 % 3 ? \"x\" : \"y\") }'",
          "train f.csv -t b -m perceptron:epochs=1 -o f.st",
          "! perceptron:epochs=1 is not converged after 1 epoch: scores may become better with more of them, as in --model "
          "perceptron:epochs=10000\n" },
        { "echo a,b; seq 40 | awk '{ print $1 \",\" ($1 % 3 ? \"x\" : \"y\") }'",
          "train f.csv -t b -m perceptron:epochs=2000 -o f.st",
          " not converged after 2000 epochs: scores may become better with more of them, as in --model "
          "perceptron:epochs=20000\n" },
        { "echo a,b; seq 40 | sed 's/.*/&,&/'; echo 1", "predict f.st f.csv",
          "! 1 row could not be read and stays empty; the first: f.csv:42:1: the row has 1 cell" },
        { "awk 'BEGIN { for (j = 0; j < 400; j++) printf \"c%d,\", j; print \"y\"; for (i = 0; i < 1500; i++) { for (j = 0; j "
          "< "
          "400; j++) printf \"%.3g,\", sin(i * (j + 1) + j * j); print i } }'",
          "train f.csv -t y -m linear --validation 0 --test 0 -q -o f.st && baeum explain f.st",
          "; find them from the rows of training: give DATA\n" },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        bmt_exits(bmt_sh("(%s) > f.csv", rows[i].make), 0);
        const bmt_run r = bmt_exits(bmt_sh("baeum %s 2>&1", rows[i].line), 0);
        bmt_contains(rows[i].line, r.out, rows[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_cause), cmocka_unit_test(notes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
