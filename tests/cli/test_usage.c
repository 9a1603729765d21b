// SPDX-License-Identifier: Apache-2.0
/* Wrong usage of the command: exit code 2, a message that names the option and says what to do, and nothing on standard output;
 * the help; the manual page.
 */
#include "support/bmt_page.h"
#include <stdlib.h>
#include <string.h>

static const char *const commands[] = { "train",   "predict", "evaluate", "inspect", "explain",
                                        "compare", "tune",    "diagnose", "split",   "data" };

static void version_and_help(void **state)
{
    (void)state;
    assert_string_equal(bmt_exits(bmt_sh("baeum --version"), 0).out, "baeum 0.1.0\n");
    for (size_t i = 0; i < BMI_COUNT(commands); i++) {
        bmt_contains("the list of commands", bmt_exits(bmt_sh("baeum --help"), 0).out, commands[i]);
        const bmt_run r = bmt_exits(bmt_sh("baeum %s --help", commands[i]), 0);
        bmt_contains(commands[i], r.out, "\nexamples\n  baeum ");
        bmt_contains(commands[i], r.out, "--json");
        assert_string_equal(r.err, "");
        const bmt_run again = bmt_exits(bmt_sh("baeum help %s", commands[i]), 0);
        assert_string_equal(again.out, r.out);
    }
    const bmt_run lasso = bmt_exits(bmt_sh("baeum help lasso"), 0);
    bmt_contains("one of the models", lasso.out, "\n  lasso               Least squares with a penalty");
    bmt_contains("its settings", lasso.out, "\n      alphas          of alpha=auto");
    assert_null(strstr(lasso.out, "ridge "));
    bmt_contains("of two topics", bmt_exits(bmt_sh("baeum help huber"), 0).out, "\nlosses: --loss huber\n");
    const bmt_run none = bmt_exits(bmt_sh("baeum"), 2);
    assert_string_equal(none.out, "");
    bmt_contains("without a command", none.err, "baeum train");
}

/* Names of kinds: told before anything is read (there is no file), with the right name where one can be meant, else with all. */
static void names(void **state)
{
    (void)state;
    static const struct {
        const char *arguments, *says;
    } rows[] = {
        { "-m mlq:8", "\"mlq:8\" is no learner; did you mean \"mlp:8\"?" },
        { "-m zzzzzz", "\"zzzzzz\" is no learner; there are linear, ridge, lasso, softmax, logistic" },
        { "-m 'mlp 64 32'", "\"mlp 64 32\": settings of mlp stand behind a colon, as in \"mlp:64,32\"" },
        { "-m 'mlp 64, dropout=.1'", "stand behind a colon, as in \"mlp:64,32,dropout=.2\"" },
        { "-m 'softmax C=2'", "\"softmax C=2\": settings of softmax stand behind a colon, as in \"softmax:NAME=VALUE\"" },
        { "-m mlp,", "\"mlp,\": settings of mlp stand behind a colon" },
        { "-m mlp:", "\"mlp:\" has nothing behind the colon; \"mlp\" alone has the defaults" },
        { "-m mlp:8 --optimizer 'sgd: '", "\"sgd: \" has nothing behind the colon; \"sgd\" alone has the defaults" },
        { "-m dense", "dense: units is required and was not given" },
        { "-m 'dense()'", "\"dense()\" is no learner; did you mean \"dense\"?" },
        { "-m tree", "\"tree\" is no learner; it is not there yet; there are linear" },
        { "-m conv", "\"conv\" is no learner; it is not there yet" },
        { "-m 'conv 3 relu'", "\"conv\" is no layer; it is not there yet, there are " },
        { "-m 'Dense(64,relu)'", "\"Dense(64,relu)\" is no layer; did you mean \"dense 64 relu\"?" },
        { "-m 'Dense(64, relu)'", "\"Dense(64, relu)\" is no layer; did you mean \"dense 64 relu\"?" },
        { "-m 'fc 3, dropout'", "did you mean \"dense\"?" },
        { "-m 'zzzzzz 3'", "is no layer; there are activate, dense, " },
        { "-m 'dense 8 swish'", "\"swish\" is no activation or setting of it; did you mean \"silu\"?" },
        { "-m 'dense 8 Leaky-ReLU(.2)'", "did you mean \"leaky_relu(.2)\"?" },
        { "-m 'dense 8 no_bais'", "did you mean \"no_bias\"?" },
        { "-m 'dense 8 zzzzzzz'", "\"zzzzzzz\" is no activation or setting of it; there are linear, relu, " },
        { "-m 'dense 8 kernel_penalty=l2:.01'", "\"l2:.01\", which is no penalty; did you mean \"l2(.01)\"?" },
        { "-m 'dense 8 kernel_init=zzzzzzz'", "which is no initializer; there are " },
        { "-m mlp:8 --optimizer rms", "--optimizer: \"rms\" is no optimizer; did you mean \"rmsprop\"?" },
        { "-m mlp:8 --optimizer zzzzzz", "is no optimizer; there are adam, " },
        { "-m mlp:8 --optimizer adam:lr=.1", "adam has no setting \"lr\"; did you mean \"rate\"?" },
        { "-m mlp:8 --loss bce", "--loss: there is no loss \"bce\"; did you mean \"binary_crossentropy\"?" },
        { "-m mlp:8 --loss zzzzzz", "there is no loss \"zzzzzz\"; there are binary_crossentropy, " },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        const bmt_run r = bmt_exits(bmt_sh("baeum train nofile.csv %s", rows[i].arguments), 2);
        bmt_contains(rows[i].arguments, r.err, rows[i].says);
        assert_int_equal(bmt_lines(r.err), 1);
    }
    bmt_contains("good ones",
                 bmt_exits(bmt_sh("baeum train nofile.csv -m 'dense 8 relu kernel_penalty=l2(.01)' --loss mse"), 1).err,
                 "nofile.csv");
}

/* What there is, with its settings, from the tables that also check and read them. */
static void lists(void **state)
{
    (void)state;
    static const struct {
        const char *topic, *has;
    } rows[] = {
        { "models", "\n      C               weight of the data against the penalty; default 1\n" },
        { "layers", "\n      units           columns of the kernel; required\n" },
        { "activations", "\n      slope           below 0; default 0.1\n" },
        { "losses", "\n  huber " },
        { "optimizers", "\n  all of them\n      schedule " },
        { "schedules", "\n  cosine " },
        { "schedules", "updates until 0; default: all of the fit\n" },
        { "metrics", "\n  roc_auc " },
        { "penalties", "\n  l2 " },
        { "initializers", "\n  glorot_uniform " },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        const bmt_run r = bmt_exits(bmt_sh("baeum help %s", rows[i].topic), 0);
        bmt_contains(rows[i].topic, r.out, rows[i].has);
        bmt_contains("its use", bmt_line(r.out, 0), ": ");
        assert_string_equal(r.err, "");
    }
    static const char *const pages[][2] = { { "docs/recipes.md", "steps" }, { "docs/linear.md", "models" } };
    for (size_t i = 0; i < BMI_COUNT(pages); i++) { /* tools/help-docs writes it there */
        char *page = bmt_page(pages[i][0]);
        bmt_contains(pages[i][0], page, bmt_exits(bmt_sh("baeum help %s", pages[i][1]), 0).out);
        free(page);
    }
    bmt_contains("a slip", bmt_exits(bmt_sh("baeum help lossess"), 2).err, "did you mean losses?");
    bmt_contains("where", bmt_exits(bmt_sh("baeum train --help"), 0).out, "baeum help layers");
}

static void wrong(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
    } rows[] = {
        { "baeum trian iris", "did you mean train?" },
        { "baeum fit x.csv", "there is no command \"fit\"; did you mean train?" },
        { "baeum score m.st x.csv", "did you mean evaluate?" },
        { "baeum predict m.st x.csv --proba",
          "there is no option --proba; the probability of each class is in the columns p_<class>" },
        { "baeum train iris -m mlp:4 --optimizer adam:schedule=step",
          "--optimizer: adam: schedule: the every of step is required and was not given; it must be > 0; it stands in "
          "brackets, as in "
          "adam:schedule=cosine(1000)" },
        { "baeum xyzzy", "there is no command \"xyzzy\"; baeum --help" },
        { "baeum train", "what to work on is missing: baeum train DATA" },
        { "baeum train iris wine", "\"wine\" is one argument too many" },
        { "baeum predict m.safetensors", "an argument is missing: baeum predict MODEL DATA" },
        { "baeum train iris --epocs 3", "there is no option --epocs; did you mean --epochs?" },
        { "baeum train iris --lr .1", "there is no option --lr; did you mean --rate?" },
        { "baeum train iris --test-size .2", "did you mean --test?" },
        { "baeum train iris --test 100%", "--test is \"100%\"; a share of the rows" },
        { "baeum train iris --frobnicate", "baeum train --help lists them" },
        { "baeum train iris -x", "there is no option -x" },
        { "baeum predict a b --target c", "there is no option --target" },
        { "baeum train iris --epochs", "--epochs wants a value: N" },
        { "baeum train iris -e", "--epochs wants a value: N" },
        { "baeum train iris --json=yes", "--json takes no value" },
        { "baeum train iris --epochs 0", "--epochs is \"0\"; it must be a whole number from 1" },
        { "baeum train iris --epochs -3", "--epochs is \"-3\"" },
        { "baeum train iris --epochs 2.5", "--epochs is \"2.5\"" },
        { "baeum train iris --epochs 99999999999999999999", "--epochs is" },
        { "baeum train iris --batch 0", "--batch is \"0\"" },
        { "baeum train iris --batch many", "--batch is \"many\"" },
        { "baeum train iris --rate -1", "--rate is \"-1\"; it must be a number of at least 0" },
        { "baeum train iris --rate nan", "--rate is \"nan\"" },
        { "baeum train iris --rate inf", "--rate is \"inf\"" },
        { "baeum train iris --rate 1e999", "--rate is \"1e999\"" },
        { "baeum train iris --seed -1", "--seed is \"-1\"" },
        { "baeum train iris --threads 0", "--threads is \"0\"; it must be a whole number from 1 to 1,024" },
        { "baeum train iris --patience 0", "--patience is \"0\"" },
        { "baeum train iris --validation 1", "--validation is \"1\"; a share of the rows is at least 0 and below 1" },
        { "baeum train iris --test -.1", "--test is \"-.1\"" },
        { "baeum train iris --test nan", "--test is \"nan\"" },
        { "baeum train iris --test ''", "--test is empty" },
        { "baeum train iris --validation .5 --test .5", "leave nothing for training" },
        { "baeum train iris --task guess", "--task is \"guess\"; it must be regression|classification" },
        { "baeum train iris --bad-rows keep", "--bad-rows is \"keep\"; it must be error|skip" },
        { "baeum train iris --delimiter ab", "--delimiter is \"ab\"" },
        { "baeum train iris --delimiter '\"'", "other than a quote" },
        { "baeum train iris --target Specis", "--target: there is no column \"Specis\"; did you mean \"Species\"?" },
        { "baeum train iris --target xyzzy", "there are Sepal.Length, Sepal.Width" },
        { "baeum train iris --target ''", "--target is empty" },
        { "baeum train iris --drop Petal.Lenght",
          "--drop: there is no column \"Petal.Lenght\"; did you mean \"Petal.Length\"?" },
        { "baeum train iris --drop Species", "is the target; it cannot be dropped" },
        { "baeum train infert --group stratun", "--group: there is no column \"stratun\"; did you mean \"stratum\"?" },
        { "baeum train infert --time when", "--time: there is no column \"when\"" },
        { "baeum train infert --group stratum --in-order", "--group, --time and --in-order are three ways to split" },
        { "baeum data split infert --group stratun", "did you mean \"stratum\"?" },
        { "baeum train iris --step min_mx", "--step: \"min_mx\" is no step; did you mean \"min_max\"?" },
        { "baeum train iris --step xyzzy=min_max", "--step: there is no column \"xyzzy\"" },
        { "baeum train iris --step Species=ordinal", "--step: \"Species\" is the target" },
        { "baeum train iris --step ,=min_max", "--step: no column stands before \"=min_max\"" },
        { "baeum train iris --step polynomial:99", "polynomial: degree is 99, must be >= 1 and <= 9" },
        { "baeum train iris --optimizer adm -m mlp:8", "--optimizer: \"adm\" is no optimizer; did you mean \"adam\"?" },
        { "baeum train iris --optimizer sgd", "--optimizer is of networks" },
        { "baeum train iris --optimizer sgd:momentun=.9 -m mlp:8", "momentum" },
        { "baeum train iris --loss crossentrpy -m mlp:8", "--loss: there is no loss" },
        { "baeum train iris --model mlq:8", "mlp" },
        { "baeum train iris --model mlp:units", "--model" },
        { "baeum train iris --model 'dense 8 relo'", "relu" },
        { "baeum train iris --model linear", "linear" },
        { "baeum train iris --rate .1", "softmax" },
        { "baeum inspect iris --batch 5", "--batch is of --plan" },
        { "baeum inspect iris --plan", "--plan is of a model; iris is none" },
        { "baeum data", "what to work on is missing" },
        { "baeum data lst", "did you mean list" },
        { "baeum data show", "which data? baeum data show DATA" },
        { "baeum data list all", "one argument too many" },
        { "baeum data split iris --validation rows.csv", "are shares of the rows here" },
        { "baeum compare iris -t Sepal.Length --models linear --not-stratified",
          "--not-stratified leaves the shares of classes alone" },
        { "baeum data show iris --test .5", "--test is of baeum data split, not of show" },
        { "baeum data list --rows 3", "--rows is of baeum data show, not of list" },
        { "baeum data list --target y", "--target is of baeum data get and split, not of list" },
        { "baeum compare iris --models softmax,logistic --epochs 5", "--epochs is of networks" },
        { "baeum tune iris -m softmax --search C=1,2 --validation .2", "--validation is of networks" },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        const bmt_run r = bmt_sh("%s", rows[i].line);
        if (r.code != 2) fail_msg("%s: exit code %d instead of 2:\n%s%s", rows[i].line, r.code, r.out, r.err);
        bmt_contains(rows[i].line, r.err, rows[i].says);
        if (bmt_lines(r.err) != 1) fail_msg("%s: not one line but\n%s", rows[i].line, r.err);
    }
    static const char *const reading[] = { "header",        "no-header", "delimiter ';'",   "bad-rows skip",    "comment '#'",
                                           "skip 2",        "trim",      "types a=real",    "format csv",       "missing NA",
                                           "decimal comma", "dates dmy", "thousands blank", "rename-duplicates" };
    for (size_t i = 0; i < BMI_COUNT(reading); i++) {
        char says[100];
        snprintf(says, sizeof says, "--%.*s is of baeum data get, show and split, not of list", (int)strcspn(reading[i], " "),
                 reading[i]);
        bmt_contains(reading[i], bmt_exits(bmt_sh("baeum data list --%s", reading[i]), 2).err, says);
    }
}

static void wrong_as_json(void **state)
{
    (void)state;
    static const char *const lines[] = { "baeum train iris --epochs 0 --json", "baeum trian --json",
                                         "baeum train --json iris --target x" };
    for (size_t i = 0; i < BMI_COUNT(lines); i++) {
        const bmt_run r = bmt_exits(bmt_sh("%s", lines[i]), 2);
        json_t *json = bmt_json(r);
        assert_true(strlen(bmt_json_string(json, "error.message")) > 10);
        assert_true(json_is_null(json_object_get(json_object_get(json, "error"), "where")));
        assert_string_equal(r.err, "");
        json_decref(json);
    }
}

/* Help and version are one object, too. */
static void help_as_json(void **state)
{
    (void)state;
    static const char *const lines[][3] = {
        { "baeum --help --json", "help", "baeum train" },    { "baeum help --json", "help", "baeum train" },
        { "baeum train --help --json", "help", "--target" }, { "baeum help train --json", "help", "--target" },
        { "baeum help --json lasso", "help", "alphas" },     { "baeum help losses --json", "help", "huber" },
        { "baeum --version --json", "version", "0.1" },
    };
    for (size_t i = 0; i < BMI_COUNT(lines); i++) {
        json_t *json = bmt_json(bmt_exits(bmt_sh("%s", lines[i][0]), 0));
        bmt_contains(lines[i][0], bmt_json_string(json, lines[i][1]), lines[i][2]);
        json_decref(json);
    }
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum help lossess --json"), 2));
    bmt_contains("a slip", bmt_json_string(json, "error.message"), "did you mean losses?");
    json_decref(json);
}

/* The page is what tools/make-man writes from --help. */
static void manual(void **state)
{
    (void)state;
    const char *source = getenv("BAEUM_SOURCE"), *build = getenv("BAEUM_BUILD");
    char path[4096];
    assert_non_null(source);
    snprintf(path, sizeof path, "%s/man/baeum.1", source);
    char *page = (char *)bmt_read(path, NULL);
    const bmt_run made = bmt_exits(bmt_sh("'%s/tools/make-man' '%s'", source, build), 0);
    if (strcmp(page, made.out))
        fail_msg("man/baeum.1 is not what tools/make-man writes from --help: run tools/make-man BUILD > man/baeum.1");
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_and_help), cmocka_unit_test(wrong),        cmocka_unit_test(names),  cmocka_unit_test(lists),
        cmocka_unit_test(wrong_as_json),    cmocka_unit_test(help_as_json), cmocka_unit_test(manual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
