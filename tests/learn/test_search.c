// SPDX-License-Identifier: Apache-2.0
/* Search: grids and draws as they should be, the same result on any number of threads and after any interruption, rows of the test seen by
 * nobody, settings of learner, optimiser and recipe, halving, nesting, and what is refused before anything is fitted.
 */
#include <baeum.h>
#include "support/bmt.h"
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bm_table *iris, *infert;
static bm_recipe *species, *age;

static void sound(const bm_search *s)
{
    if (bm_failed(s)) fail_msg("%s", bm_error(s));
}

/* The mean of a trial is that of a cross-validation with its settings. */
static void grid(void **state)
{
    (void)state;
    bm_search *s =
        bm_tune(iris, species, "softmax", "C=.1,1,10; iterations=50|1000", .search = BM_SEARCH_GRID, .folds = 4, .seed = 5);
    sound(s);
    assert_int_equal(bm_search_trials(s), 6);
    assert_string_equal(bm_search_trial(s, 0).settings, "C=.1, iterations=50");
    assert_string_equal(bm_search_trial(s, 5).settings, "C=10, iterations=1000");
    bm_validation *v = bm_cross_validate(iris, species, "softmax:C=10,iterations=1000", .folds = 4, .seed = 5);
    assert_true(bm_search_trial(s, 5).mean == bm_validation_mean(v, "held_out", "accuracy"));
    assert_true(bm_search_trial(s, 5).spread == bm_validation_spread(v, "held_out", "accuracy"));
    const int64_t best = bm_search_best(s);
    for (int64_t i = 0; i < 6; i++) {
        const double other = bm_search_trial(s, i).mean, own = bm_search_trial(s, best).mean;
        assert_true(i < best ? other < own : other <= own); /* of equals the first */
    }
    assert_string_equal(bm_search_metric(s), "accuracy");
    assert_int_equal(bm_search_trial(s, 6).status, BM_E_ARGUMENT);
    bm_free(v);
    bm_free(s);
}

static void ranges(void **state)
{
    (void)state;
    bm_search *s =
        bm_tune(iris, species, "softmax", "C=.01..100 log 5", .search = BM_SEARCH_GRID, .folds = 2, .no_refit = true);
    static const char *const points[] = { "C=0.01", "C=0.1", "C=1", "C=10", "C=100" };
    sound(s);
    for (int i = 0; i < 5; i++) assert_string_equal(bm_search_trial(s, i).settings, points[i]);
    assert_null(bm_search_model(s));
    bm_free(s);
    s = bm_tune(iris, species, "softmax", "iterations=3..6", .search = BM_SEARCH_GRID, .folds = 2, .no_refit = true);
    sound(s);
    assert_int_equal(bm_search_trials(s), 4);
    assert_string_equal(bm_search_trial(s, 3).settings, "iterations=6");
    bm_free(s);
    s = bm_tune(iris, species, "softmax", "iterations=3..6", .trials = 50, .folds = 2,
                .no_refit = true); /* there are no more than 4 */
    sound(s);
    assert_int_equal(bm_search_trials(s), 4);
    bm_free(s);
    double low = 0, all = 0;
    s = bm_tune(infert, age, "linear", "polynomial=2..4; impute=-1..1", .trials = 9, .folds = 2, .no_refit = true);
    sound(s);
    bm_free(s);
    s = bm_tune(iris, species, "softmax", "C=.001..1000 log", .trials = 40, .folds = 2, .no_refit = true, .seed = 3);
    sound(s);
    for (int64_t i = 0; i < 40; i++) {
        const double C = atof(bm_search_trial(s, i).settings + 2);
        assert_true(C >= .001 && C <= 1000);
        low += C < 1;
        all++;
    }
    assert_true(low / all > .3 && low / all < .7); /* half of a logarithmic range */
    bm_free(s);
}

/* Every number of a search but its times. */
static void same(const char *what, const bm_search *a, const bm_search *b)
{
    sound(a);
    sound(b);
    assert_int_equal(bm_search_trials(a), bm_search_trials(b));
    for (int64_t i = 0; i < bm_search_trials(a); i++) {
        const bm_trial x = bm_search_trial(a, i), y = bm_search_trial(b, i);
        if (strcmp(x.settings, y.settings) != 0 || memcmp(&x.mean, &y.mean, sizeof x.mean) != 0 ||
            memcmp(&x.spread, &y.spread, sizeof x.spread) != 0 || x.round != y.round || x.share != y.share ||
            x.status != y.status)
            fail_msg("%s: trial %d: %s %.17g and %s %.17g", what, (int)i, x.settings, x.mean, y.settings, y.mean);
    }
    assert_int_equal(bm_search_best(a), bm_search_best(b));
    assert_int_equal(bm_search_outer(a), bm_search_outer(b));
    for (int64_t i = 0; i < bm_search_outer(a); i++) assert_true(bm_search_outer_score(a, i) == bm_search_outer_score(b, i));
    const bm_scores x = bm_model_scores(bm_search_model(a), "test"), y = bm_model_scores(bm_search_model(b), "test");
    assert_int_equal(x.rows, y.rows);
    for (int64_t k = 0; k < x.count; k++) assert_true(x.metrics[k].value == y.metrics[k].value || isnan(x.metrics[k].value));
}

static bm_search *halve(bm_context *context, const char *journal, bm_learn_function progress, void *user)
{
    bm_recipe *r = bm_recipe_new(.target = "Species", .context = context);
    bm_search *s =
        bm_tune(iris, r, NULL,
                "model=softmax|perceptron|mlp:4; softmax.C=.01..100 log; mlp.optimizer.rate=.001..1 log; impute=mean|median",
                .search = BM_SEARCH_HALVING, .trials = 9, .folds = 3, .test = .2, .epochs = 4, .seed = 11, .outer = 2,
                .journal = journal, .progress = progress, .user = user);
    bm_free(r);
    return s;
}

static void same_on_any_threads(void **state)
{
    (void)state;
    bm_search *first = NULL;
    for (int64_t threads = 1; threads <= 4; threads += 3) {
        bm_context *context = bm_context_new(.threads = threads);
        bm_search *s = halve(context, NULL, NULL, NULL);
        if (first) {
            same("threads", first, s);
            bm_free(s);
        } else first = s;
        bm_free(context);
    }
    int64_t last = 0;
    for (int64_t i = 0; i < 9; i++) last += bm_search_trial(first, i).share == 1;
    assert_int_equal(last, 3); /* a third of 9 came to all rows; 20 rows at least leave no round before that one */
    assert_int_equal(bm_search_outer(first), 2);
    assert_true(isfinite(bm_search_outer_mean(first)) && isfinite(bm_search_outer_spread(first)));
    bm_free(first);
}

/* The journal cut somewhere is what a process leaves that was killed there. */
static void cut_anywhere(void **state)
{
    (void)state;
    const char *path = bmt_temp("whole.journal");
    char own[300];
    snprintf(own, sizeof own, "%s", path);
    bm_search *whole = halve(NULL, own, NULL, NULL);
    sound(whole);
    size_t n;
    unsigned char *text = bmt_read(own, &n);
    const int64_t first = bm_search_resumed(whole);
    assert_int_equal(first, 0);
    for (size_t cut = 0; cut <= n; cut += cut < 100 ? 77 : 1277) {
        char part[300];
        snprintf(part, sizeof part, "%s", bmt_temp_file("cut.journal", text, cut));
        bm_search *s = halve(NULL, part, NULL, NULL);
        same("cut", whole, s);
        size_t m;
        unsigned char *again = bmt_read(part, &m);
        int lines[2] = { 0, 0 };
        for (size_t i = 0; i < n; i++) lines[0] += text[i] == '\n';
        for (size_t i = 0; i < m; i++) lines[1] += again[i] == '\n';
        assert_int_equal(lines[0], lines[1]); /* nothing is fitted twice, nothing is missing */
        free(again);
        bm_free(s);
    }
    bm_search *s = halve(NULL, own, NULL, NULL);
    same("all of it", whole, s);
    assert_true(bm_search_resumed(s) > 9);
    bm_free(s);
    bm_free(whole);
    free(text);
}

static bool kill_after(void *user, const bm_learn_progress *p)
{
    (void)p;
    if (--*(int *)user == 0) raise(SIGKILL);
    return true;
}

static void killed(void **state)
{
    (void)state;
    bm_search *whole = halve(NULL, NULL, NULL, NULL);
    static const int after[] = { 1, 9, 61 };
    for (size_t i = 0; i < BMI_COUNT(after); i++) {
        char path[300], name[40];
        snprintf(name, sizeof name, "killed-%zu.journal", i);
        snprintf(path, sizeof path, "%s", bmt_temp(name));
        const pid_t child = fork();
        if (!child) {
            int left = after[i];
            halve(NULL, path, kill_after, &left);
            _exit(0);
        }
        int how;
        assert_int_equal(waitpid(child, &how, 0), child);
        assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
        bm_search *s = halve(NULL, path, NULL, NULL);
        same("killed", whole, s);
        bm_free(s);
    }
    bm_free(whole);
}

/* Rows of the test may be anything: the search does not change. */
static void nobody_sees_the_test(void **state)
{
    (void)state;
    double mean[2][5];
    for (int other = 0; other < 2; other++) {
        char text[6000] = "x,z,y\n";
        for (int i = 0; i < 100; i++)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%d,%d,%d\n",
                     i < 80  ? i % 11
                     : other ? 1000000
                             : 3,
                     i % 7,
                     i < 80  ? i % 11 * 3 + i % 5
                     : other ? -5000
                             : 12);
        bm_table *t = bm_table_read_csv(bmt_temp_file("seen.csv", text, strlen(text)));
        bm_recipe *r = bm_recipe_new(.target = "y");
        bm_search *s =
            bm_tune(t, r, "linear", "polynomial=2|3; impute=mean|0|7", .search = BM_SEARCH_GRID, .in_order = true, .test = .2);
        sound(s);
        for (int64_t i = 0; i < 5; i++) mean[other][i] = bm_search_trial(s, i).mean;
        assert_int_equal(bm_model_scores(bm_search_model(s), "test").rows, 20);
        assert_int_equal(bm_model_scores(bm_search_model(s), "train").rows, 80);
        bm_free(s);
        bm_free(r);
        bm_free(t);
    }
    assert_memory_equal(mean[0], mean[1], sizeof mean[0]);
}

/* The model is one like any other: it is saved, loaded, and predicts raw rows with the recipe that won. */
static void the_best_is_a_model(void **state)
{
    (void)state;
    char path[300];
    snprintf(path, sizeof path, "%s", bmt_temp("best.safetensors"));
    bm_search *s = bm_tune(iris, species, "mlp", "units=4|8x4; rate=.01,.1", .search = BM_SEARCH_GRID, .folds = 2, .epochs = 5);
    sound(s);
    assert_int_equal(bm_search_trials(s), 4);
    bm_model *m = bm_search_model(s);
    assert_int_equal(bm_save(m, path), BM_OK);
    bm_model *back = bm_load(path);
    bm_tensor *a = bm_predict_table(m, iris), *b = bm_predict_table(back, iris);
    for (int64_t i = 0; i < 450; i++) assert_true(bm_tensor_at(a, i) == bm_tensor_at(b, i));
    bm_free(a);
    bm_free(b);
    bm_free(back);
    bm_free(s);
}

/* A candidate that cannot be fitted takes nothing from the others. */
static void some_fail(void **state)
{
    (void)state;
    bm_search *s = bm_tune(infert, age, NULL, "model=linear|softmax", .search = BM_SEARCH_GRID, .folds = 3);
    sound(s);
    assert_int_equal(bm_search_best(s), 0);
    assert_int_equal(bm_search_trial(s, 1).status, BM_E_ARGUMENT);
    bmt_contains("why", bm_search_trial(s, 1).error, "does not do regression");
    bm_free(s);
    s = bm_tune(infert, age, NULL, "model=perceptron|softmax", .search = BM_SEARCH_GRID, .folds = 3);
    assert_int_equal(bm_status_of(s), BM_E_DATA);
    bmt_contains("all of them", bm_error(s), "no candidate could be fitted");
    assert_int_equal(bm_search_best(s), -1);
    bm_free(s);
}

/* Why a candidate failed is told by a search that goes on, too. */
static void failures_are_recalled(void **state)
{
    (void)state;
    char path[300];
    snprintf(path, sizeof path, "%s", bmt_temp("failed.journal"));
    for (int round = 0; round < 2; round++) {
        bm_search *s =
            bm_tune(infert, age, NULL, "model=linear|softmax", .search = BM_SEARCH_GRID, .folds = 3, .journal = path);
        sound(s);
        assert_int_equal(bm_search_resumed(s), round ? 2 : 0);
        bmt_contains("why", bm_search_trial(s, 1).error, "does not do regression");
        bm_free(s);
    }
}

static bool never(void *user, const bm_learn_progress *p)
{
    (void)p;
    *(bool *)user = true;
    return true;
}

static void refused_before_any_fit(void **state)
{
    (void)state;
    static const struct {
        const char *learner, *space, *says;
    } cases[] = {
        { "softmax", "Cc=1,2", "softmax has no setting \"Cc\"; did you mean \"C\"?; it has C, iterations, tolerance" },
        { "softmax", "C=-1..2", "C is -1, must be > 0" },
        { "softmax", "C=1,0", "C is 0, must be > 0" },
        { "softmax", "C=1,many", "C is \"many\", must be a number" },
        { "softmax", "iterations=1.5,2", "must be a whole number" },
        { "softmax", "C=5..1", "the first must be less" },
        { "softmax", "C=0..1 log", "above 0 for log" },
        { "softmax", "C=1..2..3", "is no range" },
        { "softmax", "C=1..2 lin", "is no range" },
        { "softmax", "C=1,,2", "empty value" },
        { "softmax", "C=1,2;C=3", "given twice" },
        { "softmax", "C", "no setting with values" },
        { "softmax", " ; ", "no setting is given" },
        { "softmax", NULL, "no setting is given" },
        { "softmax", "perceptron.rate=1,2", "none of the models" },
        { "softmax", "nix.rate=1,2", "no setting \"nix.rate\"" },
        { "softmax", "model=linear|mlp", "leave one of them out" },
        { NULL, "model=linear|softmaxx", "softmaxx" },
        { NULL, "C=1,2", "no learner is given" },
        { NULL, "model=softmax|perceptron; C=1,2", "perceptron has no setting \"C\"" },
        { "mlp", "optimizer.rat=.1,.2", "no setting \"optimizer.rat\"" },
        { "mlp", "optimizer.rate=-1,.2", "rate is -1" },
        { "mlp", "optimizer=adam|adamm", "adamm" },
        { "softmax", "impute=mean|men", "with is \"men\", must be median, mean, most_frequent or a number" },
        { "softmax", "impute.wit=mean|median", "did you mean \"with\"?" },
        { "softmax", "pca.components=0,2", "pca: components is 0" },
        { "softmaxx", "C=1,2", "did you mean \"softmax\"" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bool fitted = false;
        bm_search *s =
            bm_tune(iris, species, cases[i].learner, cases[i].space, .progress = never, .user = &fitted, .trials = 3);
        if (!bm_failed(s)) fail_msg("%s was taken", cases[i].space ? cases[i].space : "null");
        bmt_contains(cases[i].says, bm_error(s), cases[i].says);
        assert_int_equal(bm_status_of(s), BM_E_ARGUMENT);
        assert_false(fitted);
        bm_free(s);
    }
    const bm_tune_options wrong[] = {
        { .space = "C=1,2", .trials = -1 },
        { .space = "C=1,2", .trials = 5, .search = BM_SEARCH_GRID },
        { .space = "C=1,2", .outer = 1 },
        { .space = "C=1,2", .test = 1.5 },
        { .space = "C=1,2", .factor = 1 },
        { .space = "C=1,2", .search = (bm_search_kind)7 },
        { .space = "C=.1..9 1000; tolerance=.1..1 1000; iterations=1..90000 1000", .search = BM_SEARCH_GRID },
        { .space = "C=1,2", .metric = "acuracy" },
        { .space = "C=1,2", .folds = 1 },
    };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        bm_search *s = bm_tune_at(iris, species, "softmax", &wrong[i], sizeof wrong[i], BM_HERE);
        assert_int_equal(bm_status_of(s), BM_E_ARGUMENT);
        bm_free(s);
    }
}

static void journals_of_others(void **state)
{
    (void)state;
    char path[300];
    snprintf(path, sizeof path, "%s", bmt_temp("own.journal"));
    bm_search *s = bm_tune(iris, species, "softmax", "C=1,2", .journal = path);
    sound(s);
    bm_free(s);
    const struct {
        const bm_table *t;
        const bm_recipe *r;
        const char *learner, *space;
        int64_t seed, folds;
        const char *says;
    } cases[] = {
        { iris, species, "softmax", "C=1,3", 0, 0, "space is \"C=1,2\" there and \"C=1,3\" here" },
        { iris, species, "softmax", "C=1,2", 4, 0, "seed is 0 there and 4 here" },
        { iris, species, "softmax", "C=1,2", 0, 7, "folds is 0 there and 7 here" },
        { iris, species, "one_vs_rest", "C=1,2", 0, 0, "learner is \"softmax\" there" },
        { infert, age, "linear", "impute=mean|median", 0, 0, "rows is 150 there and 248 here; table is " },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        s = bm_tune(cases[i].t, cases[i].r, cases[i].learner, cases[i].space, .seed = cases[i].seed, .folds = cases[i].folds,
                    .journal = path);
        bmt_contains(cases[i].says, bm_error(s), cases[i].says);
        assert_int_equal(bm_status_of(s), BM_E_ARGUMENT);
        bm_free(s);
    }
    static const char *const garbage[] = { "hello\n", "{\"a\":1}\n", "hello", "[1,2]\n" };
    for (size_t i = 0; i < BMI_COUNT(garbage); i++) {
        s = bm_tune(iris, species, "softmax", "C=1,2", .journal = bmt_temp_file("bad.journal", garbage[i], strlen(garbage[i])));
        if (bm_status_of(s) != BM_E_FORMAT) fail_msg("%s: %s", garbage[i], bm_error(s));
        bm_free(s);
    }
    size_t n;
    char *text = (char *)bmt_read(path, &n);
    const size_t head = strcspn(text, "\n") + 1;
    memcpy(text + head, "{\"stage\":\"x\"", 12);
    s = bm_tune(iris, species, "softmax", "C=1,2", .journal = bmt_temp_file("bad.journal", text, n));
    assert_int_equal(bm_status_of(s), BM_E_FORMAT);
    bmt_contains("where", bm_error(s), "line 2");
    bm_free(s);
    free(text);
    s = bm_tune(iris, species, "softmax", "C=1,2", .journal = "/nowhere/at/all.journal");
    assert_int_equal(bm_status_of(s), BM_E_FILE);
    bm_free(s);
}

static void values_of_options(void **state)
{
    (void)state;
    bm_search *s = bm_tune(iris, species, NULL, "C=.5,2", .how = bm_softmax_regression(.iterations = 40), .folds = 2);
    sound(s);
    assert_string_equal(bm_search_trial(s, 1).learner, "softmax");
    bm_free(s);
    s = bm_tune(iris, species, "mlp:optimizer=sgd(momentum=.5)", "epochs=2|3", .folds = 2);
    sound(s);
    bm_free(s);
    s = bm_tune(iris, species, "dense 8 relu", "layers=dense 4 relu, dropout .1|dense 8; epochs=2", .folds = 2);
    sound(s);
    assert_int_equal(bm_search_trials(s), 2);
    bm_free(s);
    s = bm_tune(iris, species, "mlp:4", "rate=.001..1 log", .search = BM_SEARCH_HALVING, .by_epochs = true, .trials = 9,
                .epochs = 9, .folds = 2);
    sound(s);
    assert_int_equal(bm_search_trial(s, bm_search_best(s)).round, 2);
    bm_free(s);
}

/* arg: a journal in which all is done, or null; nothing is written then, and so nothing waits for the disk. */
static bm_status every_allocation(bm_context *context, void *arg)
{
    static const char text[] = "x,c\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n7,a\n8,b\n9,a\n10,b\n";
    bm_table *t = bm_table_read_csv(bmt_temp_file("few.csv", text, strlen(text)), .context = context);
    bm_recipe *r = bm_recipe_new(.target = "c", .context = context);
    bm_search *s =
        bm_tune(t, r, "softmax", "C=1,2; impute=mean", .search = BM_SEARCH_GRID, .folds = 2, .test = .2, .journal = arg);
    const bm_status status = bm_status_of(s);
    bm_free(s);
    bm_free(r);
    bm_free(t);
    return status;
}

static void failing_allocations(void **state)
{
    (void)state;
    char path[300];
    snprintf(path, sizeof path, "%s", bmt_temp("failing.journal"));
    bmt_each_failure("a search", every_allocation, NULL);
    assert_int_equal(every_allocation(NULL, path), BM_OK);
    bmt_each_failure("a search that is done", every_allocation, path);
}

static int open_all(void **state)
{
    (void)state;
    iris = bm_table_load("iris");
    infert = bm_table_load("infert");
    species = bm_recipe_new(.target = "Species");
    age = bm_recipe_new(.target = "age");
    bm_recipe_drop(age, "education", "stratum", "pooled.stratum");
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    bm_free(iris);
    bm_free(infert);
    bm_free(species);
    bm_free(age);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grid),
        cmocka_unit_test(ranges),
        cmocka_unit_test(same_on_any_threads),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(killed),
        cmocka_unit_test(nobody_sees_the_test),
        cmocka_unit_test(the_best_is_a_model),
        cmocka_unit_test(some_fail),
        cmocka_unit_test(failures_are_recalled),
        cmocka_unit_test(refused_before_any_fit),
        cmocka_unit_test(journals_of_others),
        cmocka_unit_test(values_of_options),
        cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
