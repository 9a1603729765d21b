// SPDX-License-Identifier: Apache-2.0
/* Spaces of settings: what depends on another setting that is searched, whatever the order in which they are written; ranges of whole
 * numbers and of reals; candidates that differ; and what is told of the progress, also of a search that goes on from a journal.
 */
#include <baeum.h>
#include "support/bmt.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bm_table *iris;
static bm_recipe *species;

static int begin(void **state)
{
    (void)state;
    iris = bm_table_load("iris");
    species = bm_recipe_new(.target = "Species");
    return 0;
}

static int end(void **state)
{
    (void)state;
    bm_free(iris);
    bm_free(species);
    return 0;
}

static void sound(const bm_search *s)
{
    if (bm_failed(s)) fail_msg("%s", bm_error(s));
}

/* A rate and the optimizer that it is of: in either order the same candidates with the same scores. */
static void either_order(void **state)
{
    (void)state;
    static const char *const spaces[] = { "optimizer=sgd|adam; optimizer.rate=.0001,.5",
                                          "optimizer.rate=.0001,.5; optimizer=sgd|adam" };
    double mean[2][4];
    for (int k = 0; k < 2; k++) {
        bm_search *s = bm_tune(iris, species, "mlp:4", spaces[k], .search = BM_SEARCH_GRID, .folds = 2, .epochs = 3,
                               .metric = "log_loss", .no_refit = true);
        sound(s);
        assert_int_equal(bm_search_trials(s), 4);
        for (int i = 0; i < 4; i++) mean[k][k ? i % 2 * 2 + i / 2 : i] = bm_search_trial(s, i).mean;
        bm_free(s);
    }
    for (int i = 0; i < 4; i++) assert_true(mean[0][i] == mean[1][i]);
    assert_true(mean[0][0] != mean[0][1] && mean[0][2] != mean[0][3]); /* the rate counts */
    bm_search *own =
        bm_tune(iris, species, "mlp:4", "optimizer.rate=.5,.01; optimizer=sgd(momentum=.9,nesterov=true)|adam:beta1=.5",
                .search = BM_SEARCH_GRID, .folds = 2, .epochs = 3, .metric = "log_loss", .no_refit = true);
    sound(own);
    bm_validation *both = bm_cross_validate(iris, species, "mlp:4,optimizer=sgd(momentum=.9,nesterov=true,rate=.5)", .folds = 2,
                                            .epochs = 3, .metric = "log_loss");
    assert_true(bm_search_trial(own, 0).mean == bm_validation_mean(both, "held_out", "log_loss"));
    bm_free(both);
    bm_free(own);
    bm_validation *v =
        bm_cross_validate(iris, species, "mlp:4,optimizer=sgd(rate=.5)", .folds = 2, .epochs = 3, .metric = "log_loss");
    assert_true(mean[0][1] == bm_validation_mean(v, "held_out", "log_loss"));
    bm_free(v);
}

/* A setting of some of the searched optimizers is one of theirs alone, and tried once with the others. */
static void of_some(void **state)
{
    (void)state;
    bm_search *s = bm_tune(iris, species, "mlp:4", "optimizer.momentum=0,.9; optimizer=adam|sgd", .search = BM_SEARCH_GRID,
                           .folds = 2, .epochs = 2, .no_refit = true);
    static const char *const settings[] = { "optimizer=adam", "optimizer.momentum=0, optimizer=sgd",
                                            "optimizer.momentum=.9, optimizer=sgd" };
    sound(s);
    assert_int_equal(bm_search_trials(s), 3);
    for (int i = 0; i < 3; i++) assert_string_equal(bm_search_trial(s, i).settings, settings[i]);
    bm_free(s);
    static const struct {
        const char *space, *says;
    } wrong[] = { { "optimizer.momentum=0,.9; optimizer=adam|adamw",
                    "adam has no setting \"optimizer.momentum\"; it has rate, " },
                  { "optimizer.bata1=.8,.9", "adam has no setting \"optimizer.bata1\"; did you mean \"beta1\"?" },
                  { "optimizer.momentum=0,7; optimizer=adam|sgd", "momentum is 7" },
                  { "epochs=1.5..4", "it takes whole numbers" },
                  { "epochs=1..1e17", "up to 2^53" },
                  { "epochs=1..100000000000000000000", "up to 2^53" } };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        s = bm_tune(iris, species, "mlp:4", wrong[i].space, .folds = 2, .epochs = 2);
        assert_int_equal(bm_status_of(s), BM_E_ARGUMENT);
        bmt_contains(wrong[i].space, bm_error(s), wrong[i].says);
        bm_free(s);
    }
}

/* Reals between whole ends are reals where the step's setting is one. */
static void reals_of_steps(void **state)
{
    (void)state;
    bm_search *s =
        bm_tune(iris, species, "softmax", "robust.low=0..0.4; pca.components=1..3", .trials = 8, .folds = 2, .no_refit = true);
    sound(s);
    bm_free(s);
    s = bm_tune(iris, species, "softmax", "clip.low=0..1", .trials = 12, .folds = 2, .no_refit = true);
    sound(s);
    int between = 0;
    for (int64_t i = 0; i < bm_search_trials(s); i++) {
        const double v = atof(strstr(bm_search_trial(s, i).settings, "low=") + 4);
        between += v > 0 && v < 1;
    }
    assert_true(between > 6);
    bm_free(s);
}

/* Random candidates differ; of a space of few there are all, of a setting that some models lack no model comes twice. */
static void they_differ(void **state)
{
    (void)state;
    static const char *const spaces[] = { "C=.1,.2,.3,.4,.5; iterations=10|20|30|40|50", "iterations=1..30" };
    for (size_t k = 0; k < BMI_COUNT(spaces); k++) {
        bm_search *s = bm_tune(iris, species, "softmax", spaces[k], .folds = 2, .no_refit = true, .seed = 2);
        sound(s);
        assert_int_equal(bm_search_trials(s), 20);
        for (int64_t i = 0; i < 20; i++)
            for (int64_t j = 0; j < i; j++)
                assert_string_not_equal(bm_search_trial(s, i).settings, bm_search_trial(s, j).settings);
        bm_free(s);
    }
    bm_search *s = bm_tune(iris, species, NULL, "model=softmax|perceptron; softmax.C=.1..10 log", .trials = 8, .folds = 2,
                           .no_refit = true);
    int64_t perceptrons = 0;
    bm_search *whole =
        bm_tune(iris, species, "softmax", "iterations=1..5 log", .search = BM_SEARCH_GRID, .folds = 2, .no_refit = true);
    sound(whole);
    assert_int_equal(bm_search_trials(whole), 4); /* 1, 2, 3 and 5: 1.5 is rounded, too */
    bm_free(whole);
    bm_sweep *curve = bm_validation_curve(iris, species, "softmax", "iterations=1..5 log", .folds = 2);
    assert_int_equal(bm_sweep_points(curve), 4);
    bm_free(curve);
    sound(s);
    assert_int_equal(bm_search_trials(s), 8);
    for (int64_t i = 0; i < 8; i++) perceptrons += !strcmp(bm_search_trial(s, i).learner, "perceptron");
    assert_int_equal(perceptrons, 1);
    bm_free(s);
}

/* ---- progress ---- */
typedef struct told {
    int64_t calls, stop_after, rounds, failed, last_done;
    int64_t seen[64][2]; /* round and trial of what was finished */
    int64_t n;
    double best, first_best;
    bool orderly;
} told;

static bool hear(void *user, const bm_learn_progress *p)
{
    told *t = user;
    if (!t->calls++) t->first_best = p->best;
    t->orderly &= p->done <= p->all && p->round < p->rounds && p->candidate >= 0;
    if (p->finished && t->n < 64) {
        t->seen[t->n][0] = p->round;
        t->seen[t->n++][1] = p->candidate;
        t->failed += *p->error != 0;
        t->orderly &= isnan(p->score) == (*p->error != 0);
    }
    t->rounds = p->rounds;
    t->best = p->best;
    return !t->stop_after || t->calls < t->stop_after;
}

/* Of halving each trial is told by its own number, in each round that it takes part in. */
static void rounds_are_told(void **state)
{
    (void)state;
    told t = { .orderly = true };
    bm_search *s = bm_tune(iris, species, "softmax", "C=.001..1000 log", .search = BM_SEARCH_HALVING, .trials = 9, .folds = 2,
                           .factor = 3, .progress = hear, .user = &t, .no_refit = true);
    sound(s);
    assert_true(t.orderly);
    assert_int_equal(t.rounds, 2);
    assert_int_equal(t.n, 9 + 3);
    for (int64_t i = 9; i < 12; i++) {
        assert_int_equal(t.seen[i][0], 1);
        assert_int_equal(bm_search_trial(s, t.seen[i][1]).round, 1);
    }
    assert_true(t.best == bm_search_trial(s, bm_search_best(s)).mean);
    bm_free(s);
}

/* What goes on from a journal knows the best of it, and the numbers of its trials. */
static void resumed_is_told(void **state)
{
    (void)state;
    char path[300];
    snprintf(path, sizeof path, "%s", bmt_temp("told.journal"));
    unlink(path);
    bm_context *one = bm_context_new(.threads = 1);
    bm_recipe *r = bm_recipe_new(.target = "Species", .context = one);
    told first = { .orderly = true, .stop_after = 5 }, second = { .orderly = true };
    bm_search *s = bm_tune(iris, r, "softmax", "C=10,.0001,.001,1e-5", .search = BM_SEARCH_GRID, .folds = 2, .journal = path,
                           .progress = hear, .user = &first);
    assert_int_equal(bm_status_of(s), BM_E_STOPPED);
    bm_free(s);
    s = bm_tune(iris, r, "softmax", "C=10,.0001,.001,1e-5", .search = BM_SEARCH_GRID, .folds = 2, .journal = path,
                .progress = hear, .user = &second);
    sound(s);
    assert_true(bm_search_resumed(s) >= 1 && bm_search_trial(s, 0).mean > bm_search_trial(s, 3).mean);
    assert_true(second.first_best == bm_search_trial(s, 0).mean);
    assert_int_equal(second.seen[second.n - 1][1], 3);
    bm_free(s);
    bm_free(r);
    bm_free(one);
}

static void failures_are_told(void **state)
{
    (void)state;
    bm_table *infert = bm_table_load("infert");
    bm_recipe *age = bm_recipe_new(.target = "age");
    told t = { .orderly = true };
    bm_search *s =
        bm_tune(infert, age, NULL, "model=linear|softmax", .search = BM_SEARCH_GRID, .folds = 2, .progress = hear, .user = &t);
    sound(s);
    assert_true(t.orderly);
    assert_int_equal(t.failed, 1);
    bm_free(s);
    bm_free(age);
    bm_free(infert);
}

/* Metrics with numbers, as they stand in a list of metrics; and a figure that knows how many features there are. */
static void metrics(void **state)
{
    (void)state;
    bm_search *s = bm_tune(iris, species, "softmax", "C=.01,1", .folds = 3, .metric = "fbeta_macro(.5)");
    sound(s);
    bm_validation *v = bm_cross_validate(iris, species, "softmax:C=1", .folds = 3, .metric = "fbeta_macro(.5)");
    assert_true(bm_search_trial(s, 1).mean == bm_validation_mean(v, "held_out", "fbeta_macro(.5)"));
    assert_true(bm_validation_mean(v, "held_out", "fbeta_macro(.5)") > .9);
    bm_free(v);
    bm_free(s);
    static const char *const wrong[] = {
        "accuracy_macro", "roc_auc_micro", "fbeta(", "fbeta(-1)", "accuracy,f1", "f1(.5)x", ""
    };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        v = bm_cross_validate(iris, species, "softmax", .metric = wrong[i]);
        if (bm_status_of(v) != BM_E_ARGUMENT) fail_msg("%s was taken: %s", wrong[i], bm_error(v));
        bm_free(v);
    }
    bm_table *infert = bm_table_load("infert");
    bm_recipe *age = bm_recipe_new(.target = "age");
    bm_recipe_drop(age, "education", "stratum", "pooled.stratum");
    v = bm_cross_validate(infert, age, "linear", .folds = 4, .metric = "adjusted_r2");
    for (int64_t i = 0; i < 4; i++) {
        const bm_scores one = bm_validation_scores(v, "held_out", i);
        const double n = (double)one.rows; /* parity, induced, case and spontaneous */
        bmt_near("adjusted", bm_score(&one, "adjusted_r2"), 1 - (1 - bm_score(&one, "r2")) * (n - 1) / (n - 4 - 1), 1e-12);
    }
    bm_free(v);
    bm_free(age);
    bm_free(infert);
}

/* Every allocation of drawn candidates failing in turn. */
static bm_status drawn(bm_context *context, void *arg)
{
    static const char text[] = "x,c\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n7,a\n8,b\n9,a\n10,b\n";
    (void)arg;
    bm_table *t = bm_table_read_csv(bmt_temp_file("drawn.csv", text, strlen(text)), .context = context);
    bm_recipe *r = bm_recipe_new(.target = "c", .context = context);
    bm_search *s = bm_tune(t, r, "softmax", "C=.1..2 log", .trials = 2, .folds = 2, .no_refit = true);
    const bm_status status = bm_status_of(s);
    bm_free(s);
    bm_free(r);
    bm_free(t);
    return status;
}

static void failing_allocations(void **state)
{
    (void)state;
    bmt_each_failure("drawn candidates", drawn, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(either_order),      cmocka_unit_test(of_some),         cmocka_unit_test(reals_of_steps),
        cmocka_unit_test(they_differ),       cmocka_unit_test(rounds_are_told), cmocka_unit_test(resumed_is_told),
        cmocka_unit_test(failures_are_told), cmocka_unit_test(metrics),         cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
