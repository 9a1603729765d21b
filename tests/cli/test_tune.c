// SPDX-License-Identifier: Apache-2.0
/* baeum tune: what it says and saves, its journal after Ctrl-C and after a kill, wrong options. */
#include "support/bmt_command.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void finds_and_saves(void **state)
{
    (void)state;
    const bmt_run r = bmt_exits(bmt_sh("baeum tune iris --model softmax --search 'C=.01..100 log' --trials 6"), 0);
    bmt_contains("progress", r.out, "/30   C=");
    bmt_contains("the test", r.out, "\ntest ");
    bmt_contains("saved", r.out, "saved iris.safetensors");
    bmt_exits(bmt_sh("test ! -e iris.safetensors.journal"), 0); /* the search is done */
    bmt_exits(bmt_sh("baeum predict iris.safetensors iris -o p.csv && test $(wc -l < p.csv) = 151"), 0);
    json_t *json =
        bmt_json(bmt_exits(bmt_sh("baeum tune infert --search 'model=softmax|mlp:4' --search softmax.C=.1,1 --search "
                                  "'impute=mean|median' --grid --nested 2 --epochs 3 --json -o t.safetensors"),
                           0));
    assert_int_equal(json_array_size(json_object_get(json, "trials")), 6);
    assert_int_equal(json_array_size(json_object_get(json, "outer")), 2);
    assert_true(bmt_json_number(json, "metrics.test.accuracy") > 0);
    assert_string_equal(bmt_json_string(json, "file"), "t.safetensors");
    json_decref(json);
    bmt_contains(
        "halving",
        bmt_exits(bmt_sh("baeum tune iris -m mlp:4 --search 'rate=.001..1 log' --halving --trials 6 --epochs 3"), 0).out,
        "33.3%");
}

/* Starts a search that takes long, waits until its journal has some lines, and ends it by a signal. */
static bmt_run broken_off(int signal, const char *options)
{
    char line[400];
    const struct timespec moment = { .tv_nsec = 20000000 };
    struct stat about = { 0 };
    char path[300];
    snprintf(path, sizeof path, "%s", bmt_temp("b.safetensors.journal"));
    unlink(path);
    snprintf(line, sizeof line,
             "exec baeum tune iris -m mlp:16 --search 'rate=.001..1 log' --trials 12 --epochs 400 --seed 3 -o b.safetensors %s",
             options);
    const pid_t process = bmt_start(line, "b.out", "b.err");
    for (int i = 0; i < 3000 && (stat(path, &about) || about.st_size < 900); i++) nanosleep(&moment, NULL);
    kill(process, signal);
    return (bmt_run){ .code = bmt_wait(process), .out = bmt_text("b.out"), .err = bmt_text("b.err") };
}

/* Without times and counts of what was taken from the journal. */
static char *numbers_of(json_t *json)
{
    size_t i;
    json_t *trial;
    json_array_foreach(json_object_get(json, "trials"), i, trial) json_object_del(trial, "fit_seconds");
    json_object_del(json, "resumed");
    char *text = json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(json);
    return text;
}

static void goes_on(void **state)
{
    (void)state;
    static const int signals[] = { SIGINT, SIGKILL };
    char *whole = numbers_of(bmt_json(bmt_exits(
        bmt_sh(
            "baeum tune iris -m mlp:16 --search 'rate=.001..1 log' --trials 12 --epochs 400 --seed 3 -o b.safetensors --json"),
        0)));
    for (int i = 0; i < 2; i++) {
        const bmt_run r = broken_off(signals[i], "");
        if (i == 0) {
            assert_int_equal(r.code, 130);
            bmt_contains("how to go on", r.err, "the same command with --resume b.safetensors.journal goes on");
        } else assert_int_equal(r.code, 128 + SIGKILL);
        json_t *json =
            bmt_json(bmt_exits(bmt_sh("baeum tune iris -m mlp:16 --search 'rate=.001..1 log' --trials 12 --epochs 400 --seed 3 "
                                      "-o b.safetensors --resume b.safetensors.journal --json"),
                               0));
        assert_true(bmt_json_number(json, "resumed") >= 1);
        char *again = numbers_of(json);
        assert_string_equal(again, whole);
        free(again);
        bmt_exits(bmt_sh("test -s b.safetensors.journal"), 0); /* who named it keeps it */
        free(r.out);
        free(r.err);
    }
    bmt_contains(
        "another seed",
        bmt_exits(bmt_sh("baeum tune iris -m mlp:16 --search 'rate=.001..1 log' --trials 12 --epochs 400 --seed 4 --resume "
                         "b.safetensors.journal"),
                  2)
            .err,
        "seed is 3 there and 4 here");
    free(whole);
}

/* A second search of the same name is told that the first one works; the first one ends as if it had been alone. */
static void two_at_once(void **state)
{
    (void)state;
    static const char line[] =
        "exec baeum tune iris -m mlp:16 --search 'rate=.001..1 log' --trials 12 --epochs 1500 --seed 3 -o two.safetensors";
    const struct timespec moment = { .tv_nsec = 20000000 };
    struct stat about = { 0 };
    char path[300];
    snprintf(path, sizeof path, "%s", bmt_temp("two.safetensors.journal"));
    unlink(path);
    const pid_t first = bmt_start(line, "two.out", "two.err");
    for (int i = 0; i < 3000 && (stat(path, &about) || about.st_size < 900); i++) nanosleep(&moment, NULL);
    bmt_contains("the second", bmt_exits(bmt_sh("%s", line), 1).err, "another search works with this journal");
    assert_int_equal(stat(path, &about), 0); /* which is still there */
    bmt_contains("going on", bmt_exits(bmt_sh("%s --resume two.safetensors.journal", line), 1).err,
                 "another search works with this journal");
    assert_int_equal(bmt_wait(first), 0);
    char *out = bmt_text("two.out");
    bmt_contains("the first", out, "saved two.safetensors");
    free(out);
    bmt_exits(bmt_sh("test ! -e two.safetensors.journal"), 0);
}

/* Files that would be lost are not written to. */
static void files_stay(void **state)
{
    (void)state;
    static const char own[] = "{\"values\": [1, 2, 3]}";
    bmt_temp_file("own.json", own, strlen(own));
    bmt_contains("no journal", bmt_exits(bmt_sh("baeum tune iris --search C=1,2 --resume own.json"), 1).err,
                 "own.json is no journal of a search; name another file");
    char *text = bmt_text("own.json");
    assert_string_equal(text, own);
    free(text);
    bmt_exits(bmt_sh("echo begun > z.st.journal"), 0);
    bmt_contains(
        "a journal that is there", bmt_exits(bmt_sh("baeum tune iris --search C=1,2 -o z.st"), 2).err,
        "z.st.journal has what a search did that was broken off: --resume z.st.journal goes on with it; remove the file to "
        "begin anew");
    bmt_exits(bmt_sh("grep -q begun z.st.journal"), 0);
    bmt_contains("one file", bmt_exits(bmt_sh("baeum tune iris --search C=1,2 --resume x.st -o x.st"), 2).err,
                 "both name x.st");
    bmt_contains("a device", bmt_exits(bmt_sh("baeum tune iris --search C=1,2 --resume /dev/full -o y.st"), 1).err,
                 "a journal is a file");
    bmt_contains("blanks",
                 bmt_exits(bmt_sh("baeum tune iris --search 'C=1,2; model = softmax|one_vs_rest' --grid -o y.st"), 0).out,
                 "C=1, model=one_vs_rest");
    bmt_contains("networks among models",
                 bmt_exits(bmt_sh("baeum tune iris --search 'model = softmax|mlp:4' --epochs 2 --grid -o y.st"), 0).out,
                 "model=mlp:4");
}

static void refused(void **state)
{
    (void)state;
    static const bmt_refusal cases[] = {
        { "iris", "what is to be searched? Give --search", 2 },
        { "iris --search CC=1,2", "softmax has no setting \"CC\"", 2 },
        { "iris --search C=-1,2", "C is -1, must be > 0", 2 },
        { "iris --search C=1,2 --grid --halving", "leave --halving out", 2 },
        { "iris --search C=1,2 --grid --trials 4", "leave --trials out", 2 },
        { "iris --search C=1,2 --test x.csv", "shares of the rows", 2 },
        { "iris --search C=1,2 --metric mse", "the metric mse is of numbers", 2 },
        { "iris --search C=1,2 --nested 1", "--nested is \"1\"", 2 },
        { "iris --search C=1,2 -o /nowhere/x", "cannot be written", 1 },
        { "iris --search 'model=softmax' -m mlp", "leave one of them out", 2 },
        { "iris --search C=1,2 --metric nix", "no metric \"nix\"", 2 },
    };
    bmt_refused("tune", cases, BMI_COUNT(cases));
    bmt_contains("two results", bmt_exits(bmt_sh("baeum tune iris --search C=1,2 -o - --json"), 2).out,
                 "both want standard output");
    bmt_contains("help", bmt_exits(bmt_sh("baeum tune --help"), 0).out, "--resume FILE");
    bmt_contains("other names", bmt_exits(bmt_sh("baeum gridsearch iris"), 2).err, "did you mean tune");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(finds_and_saves), cmocka_unit_test(goes_on),
                                        cmocka_unit_test(two_at_once), cmocka_unit_test(files_stay),
                                        cmocka_unit_test(refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
