// SPDX-License-Identifier: Apache-2.0
/* baeum train: what a session says, every option, every form of a model, how the task is found, files of rows, the JSON object. */
#include "support/bmt_command.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows of two columns, a from 1 on, by an awk expression of it; written as x.csv. */
static void make_csv(const char *header, int rows, const char *expression)
{
    bmt_exits(bmt_sh("(echo '%s'; seq 1 %d | awk '{ print %s }') > x.csv", header, rows, expression), 0);
}

static json_t *train(const char *arguments)
{
    return bmt_json(bmt_exits(bmt_sh("baeum train %s --json", arguments), 0));
}

/* What is inferred and what is the default stands in the words. */
static void session_of_classes(void **state)
{
    (void)state;
    const bmt_run r = bmt_exits(bmt_sh("baeum train iris"), 0);
    static const char *const lines[] = {
        "iris         150 rows · 5 columns: 4 numbers, 1 text · nothing missing",
        "target       Species, 3 classes: setosa 50, versicolor 50, virginica 50: classification (inferred, --task overrides)",
        "recipe       Sepal.Length, Sepal.Width, Petal.Length, Petal.Width: standardised",
        "split        104 train · 23 validation · 23 test, seed 0",
        "model        softmax · L2 penalty, C 1 · 15 parameters",
        "",
        "           accuracy   macro F1   macro precision   macro recall   balanced    AUC   log loss",
    };
    assert_string_equal(r.err, "");
    for (int i = 0; i < (int)BMI_COUNT(lines); i++) assert_string_equal(bmt_line(r.out, i), lines[i]);
    bmt_contains("test", bmt_line(r.out, 7), "test       ");
    bmt_contains("baseline", bmt_line(r.out, 8), "always the most frequent class");
    assert_string_equal(bmt_line(r.out, 10), "true \\ predicted   setosa   versicolor   virginica");
    assert_string_equal(bmt_line(r.out, 15), "! the test part has only 23 rows: its figures say little");
    bmt_contains("saved", bmt_line(r.out, 16), "saved iris.safetensors (");
    bmt_contains("next", bmt_line(r.out, 16), "next: baeum predict iris.safetensors new.csv");
    assert_int_equal(bmt_lines(r.out), 17);
    const bmt_run quiet = bmt_exits(bmt_sh("baeum train iris -q"), 0);
    assert_int_equal(bmt_lines(quiet.out), 4);
}

/* Of two classes F1, precision and recall are those of the second, and its name is said; they follow from the counts beside them. */
static void class_of_interest(void **state)
{
    (void)state;
    make_csv("x,y", 1000, "$1 % 97 \",\" (($1 % 97 > 60) != ($1 % 7 == 0) ? \"yes\" : \"no\")");
    const bmt_run r = bmt_exits(bmt_sh("baeum train x.csv -t y"), 0);
    bmt_contains("the class", r.out,
                 "F1   precision   recall   balanced    AUC   log loss   F1, precision, recall of \"yes\"\n");
    assert_null(strstr(r.out, "macro"));
    bmt_contains("in inspect", bmt_exits(bmt_sh("baeum inspect x.safetensors"), 0).out, "recall of \"yes\"\n");
    json_t *json = train("x.csv -t y");
    double n[2][2];
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 2; k++)
            n[i][k] = json_number_value(json_array_get(json_array_get(json_object_get(json, "confusion"), i), k));
    assert_string_equal(bmt_json_string(json, "positive"), "yes");
    assert_true(n[1][1] > 0 && n[0][1] > 0 && n[1][0] > 0);
    bmt_near("precision", bmt_json_number(json, "metrics.test.precision"), n[1][1] / (n[1][1] + n[0][1]), 1e-12);
    bmt_near("recall", bmt_json_number(json, "metrics.test.recall"), n[1][1] / (n[1][1] + n[1][0]), 1e-12);
    bmt_near("F1", bmt_json_number(json, "metrics.test.f1"), 2 * n[1][1] / (2 * n[1][1] + n[0][1] + n[1][0]), 1e-12);
    bmt_near("the mean of both", bmt_json_number(json, "metrics.test.recall_macro"),
             (n[1][1] / (n[1][1] + n[1][0]) + n[0][0] / (n[0][0] + n[0][1])) / 2, 1e-12);
    json_decref(json);
    json = train("iris");
    assert_null(json_object_get(json, "positive"));
    assert_true(bmt_json_number(json, "metrics.test.f1_macro") > 0);
    assert_null(json_object_get(json_object_get(json_object_get(json, "metrics"), "test"), "f1"));
    json_decref(json);
}

/* Figures that say little, or that nothing was learned, are said to. */
static void warned(void **state)
{
    (void)state;
    make_csv("x,y", 400, "$1 \",\" ($1 * 7919 % 101) * 1e6");
    const bmt_run r = bmt_exits(bmt_sh("baeum train x.csv -t y -m mlp:4 -e 1 --rate 0"), 0);
    bmt_contains("no better", r.out, "! no better than always saying the mean: R² ");
    assert_null(strstr(r.out, "say little"));
    make_csv("x,y", 400, "$1 % 10 \",\" ($1 * 7919 % 101 > 50 ? \"a\" : \"b\")");
    bmt_contains("no better", bmt_exits(bmt_sh("baeum train x.csv -t y -m perceptron"), 0).out,
                 "! no better than always saying how ");
    make_csv("x,y", 30, "$1 \",\" 2 * $1");
    const bmt_run few = bmt_exits(bmt_sh("baeum train x.csv -t y -q"), 0);
    bmt_contains("few", few.out, "! the test part has only 5 rows: its figures say little\n");
    assert_null(strstr(few.out, "no better"));
    bmt_contains("few", bmt_exits(bmt_sh("baeum train x.csv -t y -q --test 0"), 0).out,
                 "! the validation part has only 5 rows");
    assert_null(strstr(bmt_exits(bmt_sh("baeum train x.csv -t y -q --test 0 --validation 0"), 0).out, "say little"));
}

/* Classes weigh alike when the rows of the rare one are as many times there: the same model, where the penalty does not matter. */
static void balanced(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo x,y; seq 1 80 | awk '{ print ($1 * 7919 %% 101) \",\" ($1 %% 4 ? \"often\" : \"rare\")"
                     " }') > x.csv && (cat x.csv; for i in 1 2; do grep rare x.csv; done) > more.csv"),
              0);
    bmt_exits(bmt_sh("m='-t y --validation 0 --test 0 -q -m softmax:C=1e9,tolerance=1e-10'; baeum train x.csv $m -o x.st && "
                     "baeum train more.csv $m -o more.st && baeum train x.csv $m --balanced -o b.st"),
              0);
    double p[3];
    static const char *const models[] = { "x", "more", "b" };
    for (int i = 0; i < 3; i++)
        p[i] =
            atof(strchr(bmt_line(bmt_exits(bmt_sh("printf 'x\n30\n' | baeum predict %s.st -", models[i]), 0).out, 1), ',') + 1);
    assert_true(fabs(p[0] - p[1]) > .1);
    bmt_near("as if repeated", p[2], p[1], 1e-6);
    bmt_contains("no classes", bmt_exits(bmt_sh("baeum train creditcard -t share --balanced"), 2).err,
                 "--balanced weighs classes");
    bmt_exits(bmt_sh("baeum train x.csv -t y -m perceptron --balanced -q"), 0);
    bmt_exits(bmt_sh("baeum train x.csv -t y -m mlp:4 --balanced -q"), 0);
}

/* The logarithm of the target is learned, its own values are judged; the last rows judge. */
static void targets_and_order(void **state)
{
    (void)state;
    make_csv("x,y", 100, "$1 \",\" exp($1 / 10) - 1");
    json_t *plain = train("x.csv -t y"), *logs = train("x.csv -t y --log-target");
    assert_true(bmt_json_number(plain, "metrics.test.r2") < .9);
    bmt_near("exactly", bmt_json_number(logs, "metrics.test.r2"), 1, 1e-6);
    bmt_near("the same unit", bmt_json_number(logs, "baseline.mse") / bmt_json_number(plain, "baseline.mse"), 1, .5);
    json_decref(plain);
    json_decref(logs);
    make_csv("x,y", 100, "$1 % 7 \",\" $1");
    json_t *json = train("x.csv -t y --in-order");
    bmt_near("the mean of 1 to 70 for 86 to 100", bmt_json_number(json, "baseline.mae"), 93 - 35.5, 1e-4);
    json_decref(json);
    bmt_contains("said", bmt_exits(bmt_sh("baeum train x.csv -t y --in-order"), 0).out, "15 test, seed 0, in order\n");
    make_csv("x,y", 100, "$1 \",\" 1000 * $1");
    bmt_contains("the unit of losses", bmt_exits(bmt_sh("baeum train x.csv -t y -m mlp:4 -e 1"), 0).out,
                 "; losses are in these units\n");
}

/* A log gets some twenty lines of a thousand epochs, the first and the last among them; all when they are asked for. */
static void log_lines(void **state)
{
    (void)state;
    make_csv("x,y", 40, "$1 \",\" 2 * $1");
    const bmt_run some = bmt_exits(bmt_sh("baeum train x.csv -t y -m mlp:2 -e 210 --patience 210 | grep ^epoch"), 0);
    assert_in_range(bmt_lines(some.out), 15, 22);
    bmt_contains("first", bmt_line(some.out, 0), "epoch    1/210 ");
    bmt_contains("last", bmt_line(some.out, bmt_lines(some.out) - 1), "epoch  210/210 ");
    bmt_exits(bmt_sh("baeum train x.csv -t y -m mlp:2 -e 210 --patience 210 --verbose | grep -c ^epoch | grep -x 210"), 0);
    bmt_exits(
        bmt_sh("baeum train x.csv -t y -m mlp:2 -e 97 --patience 1 --rate 0 | grep '^epoch' | tail -1 | grep 'epoch    2/97'"),
        0);
}

static void session_of_numbers(void **state)
{
    (void)state;
    const bmt_run r = bmt_exits(bmt_sh("baeum train creditcard --target share --model mlp:64,32 --epochs 3 --threads 1"), 0);
    static const char *const parts[] = {
        "creditcard   1,319 rows · 12 columns: 9 numbers, 3 text · nothing missing\n",
        "target       share, real, .000109 to .906: regression (inferred, --task overrides)\n",
        "card, owner, selfemp: one-hot into 9\n",
        "! expenditure over income gives share almost alone (R² 1.000): will you know it when you predict?",
        "   --drop expenditure\n",
        "split        923 train · 198 validation · 198 test, seed 0\n",
        "model        mlp:64,32 · 3,265 parameters · ", /* 17·64+64 + 64·32+32 + 32+1 */
        " kernels a step, planned in ",
        " ms · 1 thread\n",
        "training     adam, rate .001 · mse · batches of 32 rows · at most 3 epochs, ended by 10 epochs without a better one\n",
        "\nepoch    1/3   loss ",
        "\nepoch    3/3   loss ",
        "ended after 3 epochs\n",
        "             R²",
        "always the mean\n",
    };
    for (size_t i = 0; i < BMI_COUNT(parts); i++) bmt_contains("the session", r.out, parts[i]);
    bmt_contains("without it", bmt_exits(bmt_sh("baeum train creditcard -t share --drop expenditure"), 0).out,
                 "recipe       reports, age");
    assert_null(strstr(bmt_sh("baeum train creditcard -t share --drop expenditure").out, "almost alone"));
    bmt_contains("a class given away", bmt_sh("baeum train creditcard -q").out,
                 "! expenditure gives card almost alone (right in .98");
}

/* What is not exact is honest; columns that give the target in a sum are named. */
static void given_away(void **state)
{
    (void)state;
    make_csv("a,b,c,y", 300, "$1 * 7919 % 101 \",\" $1 * 104729 % 97 \",\" $1 \",\" $1 * 7919 % 101 + 2 * ($1 * 104729 % 97)");
    bmt_contains(
        "a sum", bmt_exits(bmt_sh("baeum train x.csv -t y"), 0).out,
        "! b and a together give y (R² 1.000), which looks like a leak: will you know them when you predict?   --drop b,a\n");
    assert_null(strstr(bmt_exits(bmt_sh("baeum train x.csv -t y --drop a"), 0).out, "leak"));
    make_csv("a,y", 300, "$1 \",\" 10 * $1 + $1 * 7919 % 101"); /* R2 .998 */
    assert_null(strstr(bmt_exits(bmt_sh("baeum train x.csv -t y"), 0).out, "alone"));
    make_csv("a b,y", 300, "$1 \",\" 3 - 10 * $1");
    bmt_contains("a copy", bmt_exits(bmt_sh("baeum train x.csv -t y"), 0).out, "! a b gives y almost alone (R² 1.000)");
    bmt_contains("a copy", bmt_exits(bmt_sh("baeum train x.csv -t y"), 0).out, "--drop 'a b'\n");
}

/* Numbers and dates as people write them, by options and found out; the model reads rows as training did. */
static void written_by_people(void **state)
{
    (void)state;
    make_csv("a;when;y", 120, "$1 \",\" $1 % 10 \";\" 1 + $1 % 9 \"/\" 1 + $1 % 12 \"/2024;\" ($1 % 7 ? $1 : \"none\") \",5\"");
    bmt_exits(bmt_sh("sed -i 's/none,5/gone/' x.csv"), 0);
    const bmt_run r = bmt_exits(bmt_sh("baeum train x.csv -t y --missing gone,-7 --dates dmy -o p.st"), 0);
    bmt_contains("decimal commas", r.out, "! a has decimal commas: \"");
    bmt_contains("missing", r.out, "17 cells missing in 1 column\n");
    assert_null(strstr(r.out, "either way round"));
    bmt_contains("dates", bmt_exits(bmt_sh("baeum train x.csv -t y --missing gone"), 0).out,
                 "! when: day and month may be either way");
    bmt_exits(bmt_sh("(echo a,y; seq 60 | awk '{ print \"\\\"1,\" 100 + $1 \"\\\",\" $1 }') > either.csv && "
                     "(echo a,y; seq 60 | awk '{ print \"1\\302\\240\" 100 + $1 \",\" $1 }') > blank.csv"),
              0);
    bmt_contains("either way", bmt_exits(bmt_sh("baeum train either.csv -t y"), 0).out,
                 "is read as 1101; if the comma is a decimal comma, give --decimal comma\n");
    bmt_contains("no comma", bmt_exits(bmt_sh("baeum train blank.csv -t y"), 0).out, "is read as 1101\n");
    const bmt_run comma = bmt_exits(bmt_sh("(echo 'a;when'; echo '50,5;3/4/2024') | baeum predict p.st - | tail -1"), 0);
    const bmt_run half = bmt_exits(bmt_sh("(echo 'a,when'; echo '\"50,5\",3/4/2024') | baeum predict p.st - | tail -1"), 0);
    assert_string_equal(comma.out, half.out);
    bmt_contains("decimal", bmt_exits(bmt_sh("baeum train x.csv -t y --decimal semicolon"), 2).err, "it must be point|comma");
}

static void models(void **state)
{
    (void)state;
    bmt_temp_file("net.json", "{\"layers\": [{\"kind\": \"dense\", \"options\": {\"units\": 8, \"activation\": \"tanh\"}}]}",
                  78);
    static const struct {
        const char *data, *model;
        double parameters;
        const char *extra;
    } rows[] = {
        { "creditcard -t share", "linear", 18, "" },
        { "infert", "logistic", 9, "" }, /* education into 4, four numbers, a bias */
        { "iris", "softmax", 15, "" },
        { "iris", "softmax:C=10,iterations=500", 15, "" },
        { "iris", "perceptron", 15, "" },
        { "iris", "mlp", 4 * 64 + 64 + 64 * 3 + 3, "-e 2" },
        { "iris", "mlp:64,32", 320 + 2080 + 99, "-e 2" },
        { "iris", "'mlp:64, 32'", 320 + 2080 + 99, "-e 2" },
        { "iris", "'mlp(64,32)'", 320 + 2080 + 99, "-e 2" },
        { "iris", "'mlp:8, dropout=.2'", 67, "-e 2" },
        { "creditcard", "mlp:4", 15 * 4 + 4 + 5, "-e 2" }, /* two classes: one output */
        { "iris", "'dense 8 relu'", 67, "-e 2" },
        { "iris", "'dense 8 relu, dropout .3, dense 3 softmax'", 67, "-e 2" },
        { "iris", "'dense 8 relu, batch_norm'", 67 + 32, "-e 2" },
        { "iris", "net.json", 67, "-e 2" },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        const bmt_run r =
            bmt_exits(bmt_sh("baeum train %s --model %s %s --json -o m.st", rows[i].data, rows[i].model, rows[i].extra), 0);
        json_t *json = bmt_json(r);
        bmt_near(rows[i].model, bmt_json_number(json, "parameters"), rows[i].parameters, 0);
        assert_true(
            isfinite(bmt_json_number(json, strcmp(rows[i].model, "linear") ? "metrics.test.accuracy" : "metrics.test.r2")));
        json_decref(json);
        bmt_exits(bmt_sh("baeum inspect m.st"), 0);
    }
}

/* Every option of networks is taken as it is given, and a JSON object tells what was taken. */
static void settings(void **state)
{
    (void)state;
    json_t *json =
        train("iris -m mlp:8 --epochs 4 --batch 13 --rate .02 --optimizer sgd:momentum=.9 --patience 2 --seed 5 --threads 2");
    assert_string_equal(bmt_json_string(json, "training.optimizer"), "sgd");
    bmt_near("rate", bmt_json_number(json, "training.rate"), .02, 0);
    bmt_near("batch", bmt_json_number(json, "training.batch"), 13, 0);
    bmt_near("epochs", bmt_json_number(json, "training.epochs"), 4, 0);
    bmt_near("patience", bmt_json_number(json, "training.patience"), 2, 0);
    bmt_near("threads", bmt_json_number(json, "training.threads"), 2, 0);
    bmt_near("seed", bmt_json_number(json, "seed"), 5, 0);
    bmt_near("epochs done", bmt_json_number(json, "epochs"), 4, 0);
    assert_string_equal(bmt_json_string(json, "stopped_by"), "epochs");
    assert_string_equal(bmt_json_string(json, "training.loss"), "sparse_categorical_crossentropy");
    json_decref(json);
    json = train("iris -m mlp:8 -e 2");
    assert_string_equal(bmt_json_string(json, "training.optimizer"), "adam");
    bmt_near("default rate", bmt_json_number(json, "training.rate"), .001, 0);
    bmt_near("default batch", bmt_json_number(json, "training.batch"), 32, 0);
    bmt_near("default patience", bmt_json_number(json, "training.patience"), 10, 0);
    assert_true(bmt_json_number(json, "training.kernels") > 3);
    json_decref(json);
    static const struct {
        const char *arguments, *loss;
    } losses[] = {
        { "creditcard -t share --loss huber", "huber" }, { "creditcard -t share --loss poisson", "poisson" },
        { "creditcard -t share --loss msle", "msle" },   { "creditcard --loss hinge", "hinge" },
        { "creditcard", "binary_crossentropy" },         { "iris --loss softmax_crossentropy", "softmax_crossentropy" },
    };
    for (size_t i = 0; i < BMI_COUNT(losses); i++) {
        char line[200];
        snprintf(line, sizeof line, "%s -m mlp:4 -e 1", losses[i].arguments);
        json = train(line);
        assert_string_equal(bmt_json_string(json, "training.loss"), losses[i].loss);
        json_decref(json);
    }
}

/* A rate of 0 freezes the weights; the same seed gives the same file, whatever the threads. */
static void zero_and_seeds(void **state)
{
    (void)state;
    json_t *one = train("iris -m mlp:8 --rate 0 -e 1"), *more = train("iris -m mlp:8 --rate 0 -e 5 --patience 9");
    bmt_near("rate", bmt_json_number(more, "training.rate"), 0, 0);
    bmt_near("epochs", bmt_json_number(more, "epochs"), 5, 0);
    bmt_near("frozen", bmt_json_number(more, "metrics.test.log_loss"), bmt_json_number(one, "metrics.test.log_loss"), 0);
    json_decref(more);
    more = train("iris -m mlp:8 --rate .1 -e 5 --patience 9");
    assert_true(bmt_json_number(more, "metrics.test.log_loss") < bmt_json_number(one, "metrics.test.log_loss") - .1);
    json_decref(one);
    json_decref(more);
    bmt_exits(bmt_sh("for t in 1 2 3; do baeum train creditcard -m mlp:32,dropout=.1 -e 3 -s 7 --threads $t -q -o t$t.st || "
                     "exit 1; done; "
                     "cmp t1.st t2.st && cmp t1.st t3.st"),
              0);
    bmt_exits(bmt_sh("baeum train creditcard -m mlp:32,dropout=.1 -e 3 -s 8 -q -o t4.st && cmp -s t1.st t4.st"), 1);
}

static void parts(const char *arguments, double n_train, double n_validation, double n_test)
{
    json_t *json = train(arguments);
    bmt_near("training rows", bmt_json_number(json, "rows.train"), n_train, 0);
    bmt_near("validation rows", bmt_json_number(json, "rows.validation"), n_validation, 0);
    bmt_near("test rows", bmt_json_number(json, "rows.test"), n_test, 0);
    json_decref(json);
}

static void splits(void **state)
{
    (void)state;
    parts("iris", 104, 23, 23); /* .15 of 150 is 22.5 */
    parts("iris --validation .2 --test .1", 105, 30, 15);
    parts("iris --validation 20% --test 10%", 105, 30, 15);
    parts("iris --validation 0", 127, 0, 23);
    parts("iris --validation 0 --test 0", 150, 0, 0);
    bmt_exits(bmt_sh("baeum data split iris -q -o p"), 0);
    parts("p-train.csv --validation p-validation.csv --test p-test.csv -t Species", 104, 23, 23);
    parts("p-train.csv --test p-test.csv -t Species", 88, 16, 23);
    parts("p-train.csv --validation p-validation.csv --test 0 -t Species", 104, 23, 0);
    for (int seed = 0; seed < 3;
         seed++) { /* stratified: the most frequent class has its share, 1,023 of 1,319, in every test part */
        char line[100];
        snprintf(line, sizeof line, "creditcard --seed %d", seed);
        json_t *json = train(line);
        bmt_near("share of yes", bmt_json_number(json, "baseline.accuracy"), 154. / 198, 1e-9);
        json_decref(json);
    }
    bmt_contains("nothing held out", bmt_sh("baeum train iris --validation 0 --test 0").out, "! no rows were held out");
    bmt_contains("no such file", bmt_exits(bmt_sh("baeum train iris --test none.csv"), 1).err, "none.csv");
    bmt_contains("another table", bmt_exits(bmt_sh("baeum train iris --test p-none"), 1).err, "p-none");
    bmt_exits(bmt_sh("cut -d, -f1,5 p-test.csv > narrow.csv"), 0);
    bmt_contains("a column less", bmt_exits(bmt_sh("baeum train iris --test narrow.csv"), 1).err,
                 "narrow.csv has no column \"Sepal.Width\"");
}

/* Text, true/false, or whole numbers of at most 20 values with at least 10 rows a value are classes; the rest is regression. */
static void tasks(void **state)
{
    (void)state;
    static const struct {
        const char *what, *expression;
        int rows;
        const char *options, *task;
    } rows[] = {
        { "20 values, 10 rows each", "$1 \",\" $1 % 20", 200, "", "classification" },
        { "21 values", "$1 \",\" $1 % 21", 420, "", "regression" },
        { "9.95 rows a value", "$1 \",\" $1 % 20", 199, "", "regression" },
        { "two values, 10 rows each", "$1 \",\" $1 % 2", 20, "--validation 0 --test 0", "classification" },
        { "two values, 9.5 rows each", "$1 \",\" $1 % 2", 19, "--validation 0 --test 0", "regression" },
        { "halves", "$1 \",\" ($1 % 2) + .5", 200, "", "regression" },
        { "whole numbers written as reals", "$1 \",\" ($1 % 2) \".0\"", 200, "", "classification" },
        { "text", "$1 \",x\" $1 % 50", 500, "", "classification" },
        { "true and false", "$1 \",\" ($1 % 2 ? \"true\" : \"false\")", 200, "", "classification" },
        { "asked for numbers", "$1 \",\" $1 % 2", 200, "--task regression", "regression" },
        { "asked for classes", "$1 \",\" ($1 % 2) + .5", 200, "--task classification", "classification" },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        char line[100];
        make_csv("a,b", rows[i].rows, rows[i].expression);
        snprintf(line, sizeof line, "x.csv -t b %s", rows[i].options);
        json_t *json = train(line);
        if (strcmp(bmt_json_string(json, "task"), rows[i].task))
            fail_msg("%s: %s", rows[i].what, bmt_json_string(json, "task"));
        assert_string_equal(bmt_json_string(json, "model"), *rows[i].task == 'r' ? "linear" : "softmax");
        json_decref(json);
    }
    bmt_contains("said", bmt_sh("baeum train x.csv -t b --task classification").out, "classification (as asked)");
    make_csv("a,b", 200, "$1 \",x\" $1 % 2");
    bmt_contains("text is no number", bmt_exits(bmt_sh("baeum train x.csv -t b --task regression"), 1).err, "is text");
}

/* A name with the sign that stands before a step; the curve is found exactly. */
static void names_with_signs(void **state)
{
    (void)state;
    make_csv("a=b,y", 40, "$1 \",\" $1 * $1");
    json_t *json = train("x.csv -t y --step a=b=polynomial");
    bmt_near("a square", bmt_json_number(json, "metrics.test.r2"), 1, 1e-9);
    json_decref(json);
}

static void recipes(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo 'n,c,id,\"x,y\",one,y'; seq 1 200 | awk '{ print ($1 %% 9 ? $1 : \"\") \",\" ($1 %% 3 ? \"p\" : "
                     "\"q\") \",id\" $1 "
                     "\",\" $1 %% 5 \",7,\" $1 %% 2 }') > r.csv"),
              0);
    const bmt_run r = bmt_exits(bmt_sh("baeum train r.csv -t y"), 0);
    bmt_contains("missing cells", r.out, "22 cells missing in 1 column");
    bmt_contains("all-distinct text", r.out, "id is dropped: its 140 texts all differ");
    bmt_contains("one value", r.out, "one is dropped: it has one value in all 140 rows");
    bmt_contains("median", r.out, " missing numbers get the median of their column");
    bmt_contains("one-hot", r.out, "c: one-hot into 3"); /* p, q, and what was not seen */
    static const struct {
        const char *drop;
        int features;
    } drops[] = {
        { "--drop n", 4 },    { "--drop n,c", 1 },  { "-d n -d c", 1 },  { "-d x,y", 4 },
        { "-d n,n -d n", 4 }, { "-d id,one,n", 4 }, { "-d 'n,,c,'", 1 },
    };
    for (size_t i = 0; i < BMI_COUNT(drops); i++) {
        bmt_exits(bmt_sh("baeum train r.csv -t y %s -q -o d.st", drops[i].drop), 0);
        json_t *json = bmt_json(bmt_exits(bmt_sh("baeum inspect d.st --json"), 0));
        assert_int_equal(json_array_size(json_object_get(json, "features")), drops[i].features);
        json_decref(json);
    }
    bmt_contains("all dropped", bmt_exits(bmt_sh("baeum train r.csv -t y -d n,c -d x,y"), 1).err, "feature");
}

static void reading(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo a,a,y; seq 60 | awk '{ print $1 \",-\" $1 \",\" 2 * $1 }') > dup.csv"), 0);
    bmt_contains("twice", bmt_exits(bmt_sh("baeum train dup.csv -t y"), 1).err,
                 "rename one of them, or read with --rename-duplicates");
    bmt_contains("renamed", bmt_exits(bmt_sh("baeum train dup.csv -t y --rename-duplicates"), 0).out,
                 "dup          60 rows · 3 columns");
    bmt_exits(bmt_sh("seq 1 100 | awk '{ print $1 \";\" 2 * $1 \"|\" }' > s.csv"), 0);
    json_t *json = train("s.csv --no-header --delimiter ';' -t c2 --task classification --validation 0 --test 0 -o s.st");
    assert_string_equal(bmt_json_string(json, "target"), "c2");
    json_decref(json);
    bmt_exits(bmt_sh("(echo 'a b'; seq 1 100 | awk '{ print $1 \" \" 2 * $1 }'; echo 3) > space.csv"), 0);
    bmt_contains("a bad row", bmt_exits(bmt_sh("baeum train space.csv --delimiter space -t b"), 1).err,
                 "space.csv:102:1: the row has 1 cell");
    bmt_contains("a bad row", bmt_exits(bmt_sh("baeum train space.csv --delimiter space -t b --bad-rows error"), 1).err,
                 "space.csv:102");
    const bmt_run r = bmt_exits(bmt_sh("baeum train space.csv --delimiter space -t b --bad-rows skip"), 0);
    bmt_contains("left out", r.out, "! 1 row could not be read and was left out; the first: space.csv:102:1");
    bmt_contains("rows", r.out, "100 rows");
    json = train("space.csv --delimiter space -t b --bad-rows skip");
    bmt_contains("a warning", json_string_value(json_array_get(json_object_get(json, "warnings"), 0)), "space.csv:102:1");
    json_decref(json);
}

static void object(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("rm -f creditcard.safetensors"), 0); /* a model that is replaced would be a warning */
    json_t *json = train("creditcard");
    assert_string_equal(bmt_json_string(json, "task"), "classification");
    assert_string_equal(bmt_json_string(json, "target"), "card");
    assert_string_equal(json_string_value(json_array_get(json_object_get(json, "classes"), 1)), "yes");
    assert_string_equal(bmt_json_string(json, "model"), "softmax");
    assert_string_equal(bmt_json_string(json, "file"), "creditcard.safetensors");
    assert_true(bmt_json_number(json, "seconds") >= 0);
    static const char *const where[] = { "metrics.train", "metrics.validation", "metrics.test", "baseline" };
    static const char *const which[] = { "accuracy", "f1", "precision", "recall", "balanced_accuracy", "roc_auc", "log_loss" };
    for (size_t i = 0; i < BMI_COUNT(where); i++)
        for (size_t k = 0; k < BMI_COUNT(which); k++) {
            char path[100];
            snprintf(path, sizeof path, "%s.%s", where[i], which[k]);
            assert_true(bmt_json_number(json, path) >= 0);
        }
    assert_int_equal(json_array_size(json_object_get(json, "warnings")), 2);
    json_decref(json);
    json = train("creditcard -t share --drop expenditure -o share.st");
    assert_null(json_object_get(json, "classes"));
    assert_int_equal(json_array_size(json_object_get(json, "warnings")), 0);
    assert_true(bmt_json_number(json, "metrics.test.r2") > bmt_json_number(json, "baseline.r2"));
    assert_true(bmt_json_number(json, "metrics.test.mse") < bmt_json_number(json, "baseline.mse"));
    bmt_near("root", pow(bmt_json_number(json, "metrics.test.rmse"), 2), bmt_json_number(json, "metrics.test.mse"), 1e-10);
    json_decref(json);
}

/* Where the model goes: by name of the data, by -o, to standard output without a word beside it. */
static void outputs(void **state)
{
    (void)state;
    make_csv("a,b", 60, "$1 \",\" 2 * $1");
    bmt_exits(bmt_sh("mkdir sub && cp x.csv sub/y.csv && baeum train sub/y.csv -t b -q && test -s y.safetensors"), 0);
    bmt_exits(bmt_sh("gzip -k sub/y.csv && rm y.safetensors && baeum train sub/y.csv.gz -t b -q && test -s y.safetensors"), 0);
    bmt_exits(bmt_sh("baeum train - -t b -q < x.csv && test -s model.safetensors"), 0);
    bmt_exits(bmt_sh("baeum train x.csv -t b -o 'sub/a b' -q && baeum inspect 'sub/a b' -q"), 0);
    bmt_exits(
        bmt_sh(
            "baeum train x.csv -t b -o - > one.st 2> words && baeum train x.csv -t b -o /dev/stdout 2> words | cat > two.st && "
            "cmp one.st two.st && baeum inspect one.st -q"),
        0);
    char *words = bmt_text("words");
    bmt_contains("words go elsewhere", words, "split        42 train");
    free(words);
    bmt_contains("both", bmt_exits(bmt_sh("baeum train x.csv -t b -o - --json"), 2).out, "both want standard output");
    bmt_contains("a folder", bmt_exits(bmt_sh("baeum train x.csv -t b -o sub"), 1).err, "is a folder; name a file in it");
    bmt_contains("no folder", bmt_exits(bmt_sh("baeum train x.csv -t b -o none/m"), 1).err,
                 "none/m cannot be written: folder none: No such");
}

/* Losses that do not go with the target, and what goes. */
static void wrong_losses(void **state)
{
    (void)state;
    bmt_contains("three classes", bmt_exits(bmt_sh("baeum train iris -m mlp:4 --loss mse"), 2).err,
                 "--loss mse does not go with a target of 3 classes; for these");
    bmt_contains("two classes", bmt_exits(bmt_sh("baeum train creditcard -m mlp:4 --loss softmax_crossentropy"), 2).err,
                 "binary_crossentropy");
    bmt_contains("numbers", bmt_exits(bmt_sh("baeum train creditcard -t share -m mlp:4 --loss hinge"), 2).err,
                 "--loss hinge is for classes, the target is numbers");
    bmt_contains("few steps", bmt_exits(bmt_sh("baeum train iris -m softmax:iterations=2"), 0).out,
                 "! softmax:iterations=2 is not converged after 2 iterations: scores may become better with more of them, as "
                 "in --model softmax:iterations=10000");
    bmt_exits(
        bmt_sh(
            "awk 'BEGIN { for (j = 0; j < 90; j++) printf \"c%%d,\", j; print \"y\"; for (i = 0; i < 40; i++) { for (j = 0; j "
            "< 90; j++) printf \"%%g,\", sin(i + int(j / 3) * 7) + .001 * sin(i * j * j); print cos(i * i) } }' > alike.csv"),
        0);
    const bmt_run alike =
        bmt_exits(bmt_sh("baeum train alike.csv -t y -m lasso:alpha=1e-7,iterations=1 --validation 0 --test 0"), 0);
    bmt_contains("not converged", alike.out,
                 "is not converged after 1 iterations: scores may become better with more of them, as in --model "
                 "lasso:iterations=10000; columns nearly depend on each other");
    bmt_contains("digits", bmt_exits(bmt_sh("baeum train alike.csv -t y -m ridge:alpha=1e-12,method=cholesky"), 0).out,
                 "digits lost; --model ridge with method=auto loses none");
}

/* What a session warns of, and how training ends. */
static void told(void **state)
{
    (void)state;
    make_csv("a,b", 60, "$1 \",\" $1 * $1 % 17");
    bmt_contains("the same file", bmt_exits(bmt_sh("baeum train x.csv -t b --test x.csv --task regression"), 0).out,
                 "! 51 test rows are each equal to a training row: scores on such rows say little of new ones\n");
    assert_null(strstr(bmt_sh("baeum train x.csv -t b --task regression").out, "equal to a training row"));
    bmt_exits(
        bmt_sh(
            "(echo a,b; echo '-0,1'; seq 30 | sed 's/.*/&,&/') > p.csv && printf 'b,a,c\\n1,0,5\\n7,7.0,5\\n7,8,5\\n' > q.csv"),
        0);
    bmt_contains("other columns, other forms of numbers",
                 bmt_exits(bmt_sh("baeum train p.csv -t b --validation 0 --test q.csv"), 0).out,
                 "! 2 test rows are each equal");
    make_csv("a,b", 160, "$1 \",\" ($1 > 100 ? 2 * $1 : \"\")");
    bmt_contains("rows without a target", bmt_exits(bmt_sh("baeum train x.csv -t b"), 0).out,
                 "! 100 rows have no \"b\", the target; left out\n");
    bmt_contains(
        "the end", bmt_exits(bmt_sh("baeum train iris -m mlp:8 --rate 0 --patience 3"), 0).out,
        "\nstopped at epoch 4: no better for 3 epochs; the weights of epoch 1 are kept (loss 1.27, validation 1.27)\n");
    json_t *json = train("iris -m mlp:8 --rate 0 --patience 3");
    assert_string_equal(bmt_json_string(json, "stopped_by"), "early_stopping");
    bmt_near("epochs", bmt_json_number(json, "epochs"), 4, 0);
    bmt_near("the best", bmt_json_number(json, "best_epoch"), 1, 0);
    const json_t *history = json_object_get(json, "history"), *loss = json_object_get(history, "loss"),
                 *validation = json_object_get(history, "validation_loss");
    assert_int_equal(json_array_size(loss), 4);
    assert_int_equal(json_array_size(validation), 4);
    bmt_near("frozen", json_number_value(json_array_get(validation, 3)), json_number_value(json_array_get(validation, 0)), 0);
    assert_true(json_number_value(json_array_get(loss, 0)) > 0);
    json_decref(json);
    json = train("iris");
    assert_null(json_object_get(json, "history")); /* a method of its own has none */
    json_decref(json);
}

/* A file that is no model is not written over. */
static void keeps_other_files(void **state)
{
    (void)state;
    bmt_temp_file("sums.csv", "a,b\n1,2\n", 8);
    const bmt_run r = bmt_exits(bmt_sh("baeum train iris -q -o sums.csv"), 1);
    bmt_contains("a table", r.err, "sums.csv is there and is no model");
    char *kept = bmt_text("sums.csv");
    assert_string_equal(kept, "a,b\n1,2\n");
    free(kept);
    bmt_exits(bmt_sh("printf '\\100\\0\\0\\0\\0\\0\\0\\0{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}       "
                     "   1234' > w.safetensors"),
              0);
    bmt_contains("weights of another program", bmt_exits(bmt_sh("baeum train iris -q -o w.safetensors"), 1).err, "is no model");
    bmt_exits(
        bmt_sh("baeum train iris -q -o own.st && baeum train iris -q -o own.st && : > empty && baeum train iris -q -o empty"),
        0);
}

int main(void)
{
    setenv("BAEUM_THREADS", "1", 1); /* threads that other tests keep waiting make small networks slow */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_other_files),
        cmocka_unit_test(session_of_classes),
        cmocka_unit_test(class_of_interest),
        cmocka_unit_test(warned),
        cmocka_unit_test(log_lines),
        cmocka_unit_test(balanced),
        cmocka_unit_test(targets_and_order),
        cmocka_unit_test(session_of_numbers),
        cmocka_unit_test(given_away),
        cmocka_unit_test(written_by_people),
        cmocka_unit_test(models),
        cmocka_unit_test(settings),
        cmocka_unit_test(zero_and_seeds),
        cmocka_unit_test(splits),
        cmocka_unit_test(tasks),
        cmocka_unit_test(recipes),
        cmocka_unit_test(names_with_signs),
        cmocka_unit_test(reading),
        cmocka_unit_test(object),
        cmocka_unit_test(outputs),
        cmocka_unit_test(wrong_losses),
        cmocka_unit_test(told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
