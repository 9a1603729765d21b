// SPDX-License-Identifier: Apache-2.0
/* Learning from a CSV file by parts: what bm_fit_table finds in the same rows, whatever the parts it is read by; scores and the trivial
 * answer part by part; what is refused, what goes wrong on the way.
 */
#include "support/bmt.h"
#include "base/random.h"
#include "data/recipe.h"
#include "model/parts.h"
#include <baeum/data.h>
#include <baeum/extend.h>
#include <baeum/model.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 3000 };

/* Numbers with a line in them, a text, missing cells, weights; the target has no value in a few rows. */
static const char *made(const char *name, int64_t rows)
{
    char *text = malloc((size_t)rows * 100 + 200), *at = text;
    at += sprintf(at, "a,b,city,w,y,kind\n");
    for (int64_t i = 0; i < rows; i++) {
        const double a = 1e6 + 10 * bmi_random_normal(7, 1, (uint64_t)i), b = bmi_random_unit(7, 2, (uint64_t)i);
        const int city = (int)bmi_random_below(7, 3, (uint64_t)i, 4);
        const double y = 3 * (a - 1e6) - 20 * b + 5 * city + bmi_random_normal(7, 4, (uint64_t)i);
        at += i % 37 == 5 ? sprintf(at, ",") : sprintf(at, "%.6f,", a);
        at += sprintf(at, "%.6f,c%d,%d,", b, city, (int)(i % 3) + 1);
        at += i % 501 == 500 ? sprintf(at, ",") : sprintf(at, "%.6f,", y);
        at += sprintf(at, "%s\n", i == rows - 3 ? "rare" : y > 5 ? "high" : y < -15 ? "low" : "middle");
    }
    const char *path = bmt_temp_file(name, text, (size_t)(at - text));
    free(text);
    return path;
}

static bm_model *model_of(const char *spec, const char *target, const char *weights)
{
    bm_recipe *r = bm_recipe_new(.target = target, .weights = weights);
    bm_recipe_drop(r, !strcmp(target, "y") ? "kind" : "y");
    bm_model *m = bm_learner_parse(spec, r);
    bm_free(r);
    return m;
}

static bm_csv *opened(const char *path, int64_t rows, bm_context *context)
{
    bm_csv *c = bm_csv_open(path, .rows = rows, .context = context);
    if (bm_failed(c)) fail_msg("%s", bm_error(c));
    return c;
}

static void fine(const bm_model *m)
{
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
}

static void same_scores(const bm_scores *a, const bm_scores *b, double tolerance)
{
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->count, b->count);
    bmt_near("loss", a->loss, b->loss, tolerance * fmax(1, fabs(b->loss)));
    for (int64_t i = 0; i < a->count; i++) {
        assert_string_equal(a->metrics[i].name, b->metrics[i].name);
        bmt_near(a->metrics[i].name, a->metrics[i].value, b->metrics[i].value, tolerance * fmax(1, fabs(b->metrics[i].value)));
    }
}

/* All rows are for training, and all are in the sample. */
static void as_a_table(void **state)
{
    (void)state;
    static const struct {
        const char *spec, *weights;
    } cases[] = {
        { "linear", NULL },           { "linear", "w" },
        { "linear:method=svd", "w" }, { "linear:no_intercept=true", NULL },
        { "ridge:alpha=.5", NULL },   { "ridge:alpha=.5", "w" },
        { "ridge:alpha=auto", NULL }, { "lasso:alpha=.1", NULL },
        { "elastic:alpha=.1", "w" },  { "poly:degree=2", NULL },
    };
    const char *path = made("parts.csv", ROWS);
    bm_table *t = bm_table_read_csv(path);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bm_csv *c = opened(path, 170, NULL);
        bm_model *whole = model_of(cases[i].spec, "y", cases[i].weights), *m = model_of(cases[i].spec, "y", cases[i].weights);
        bm_fit_table(whole, t);
        bm_fit_csv(m, c, .rows = 400);
        fine(whole);
        fine(m);
        const bm_tensor *a = bm_model_weight(whole, "output/kernel"), *b = bm_model_weight(m, "output/kernel");
        double largest = 1;
        for (int64_t k = 0; k < bm_tensor_size(a); k++) largest = fmax(largest, fabs(bm_tensor_at(a, k)));
        for (int64_t k = 0; k < bm_tensor_size(a); k++)
            bmt_near(cases[i].spec, bm_tensor_at(b, k), bm_tensor_at(a, k), 1e-10 * largest);
        assert_string_equal(bm_stopped_by(whole), bm_stopped_by(m));
        const bm_scores s1 = bm_model_scores(whole, "train"), s2 = bm_model_scores(m, "train"),
                        b1 = bm_model_scores(whole, "baseline"), b2 = bm_model_scores(m, "baseline");
        same_scores(&s2, &s1, 1e-9);
        same_scores(&b2, &b1, 1e-9);
        bm_free(whole);
        bm_free(m);
        bm_free(c);
    }
    bm_free(t);
}

/* The first rows weigh nothing, more of them than are in memory at once: no digit of the others is lost to what stands in them. */
static void first_rows_of_no_weight(void **state)
{
    (void)state;
    static char text[4000];
    char *at = text + sprintf(text, "x,w,y\n");
    for (int i = 0; i < 45; i++) at += sprintf(at, "1e20,0,5\n");
    for (int i = 0; i < 60; i++) at += sprintf(at, "%d,%d,%d\n", 1000000000 + i, 1 + i % 2, 3 * i + 7);
    const char *path = bmt_temp_file("first.csv", text, (size_t)(at - text));
    bm_csv *c = opened(path, 20, NULL);
    bm_recipe *r = bm_recipe_new(.target = "y", .weights = "w", .task = BM_REGRESSION, .without = "standardize");
    bm_model *m = bm_learner_parse("linear", r);
    bm_fit_csv(m, c, .rows = 20);
    fine(m);
    bmt_near("slope", bm_tensor_at(bm_model_weight(m, "output/kernel"), 0), 3, 1e-12);
    bm_free(m);
    bm_free(r);
    bm_free(c);
}

/* Parts of a file in which no row has a target, or none weighs anything; what stands in a row of weight 0 is not looked at. */
static void rows_that_are_none(void **state)
{
    (void)state;
    static char text[8000];
    char *at = text + sprintf(text, "x,w,y\n");
    for (int i = 0; i < 100; i++)
        at += i >= 20 && i < 40   ? sprintf(at, "%d,1,\n", i)
              : i >= 60 && i < 80 ? sprintf(at, "-7,0,-5\n")
                                  : sprintf(at, "%d,1,%d\n", i, i / 3 + 1);
    const char *path = bmt_temp_file("none.csv", text, (size_t)(at - text));
    bm_table *all = bm_table_read_csv(path);
    double found[2][2];
    for (int parts = 0; parts < 2; parts++) {
        bm_recipe *r = bm_recipe_new(.target = "y", .weights = "w", .task = BM_REGRESSION, .without = "standardize");
        bm_recipe_add(r, bm_step_log(), "x");
        bm_model *m = bm_learner_parse("poisson", r);
        bm_csv *c = opened(path, 10, NULL);
        if (parts) bm_fit_csv(m, c, .rows = 10);
        else bm_fit_table(m, all);
        fine(m);
        found[parts][0] = bm_tensor_at(bm_model_weight(m, "output/kernel"), 0);
        found[parts][1] = bm_tensor_at(bm_model_weight(m, "output/bias"), 0);
        bm_free(c);
        bm_free(m);
        bm_free(r);
    }
    bmt_near("slope", found[1][0], found[0][0], 1e-9);
    bmt_near("intercept", found[1][1], found[0][1], 1e-9);
    bm_table_free(all);
}

/* A validation part of classes that training has not. */
static void rows_that_tell_nothing(void **state)
{
    (void)state;
    int refusals = 0; /* of six rows and three classes some seeds part them so */
    const char *path = bmt_temp_file("few.csv", "x,y\n1,q\n2,q\n3,q\n4,t\n5,s\n6,s\n", 28);
    for (int seed = 1; seed < 60; seed++) {
        bm_csv *c = opened(path, 3, NULL);
        bm_recipe *r = bm_recipe_new(.target = "y");
        bm_model *m = bm_learner_parse("softmax", r);
        bm_fit_csv(m, c, .rows = 3, .validation = .3, .seed = seed);
        if (bm_failed(m) && strstr(bm_error(m), "no row of the validation part has a class that was there in training"))
            refusals++;
        else if (bm_failed(m)) assert_null(strstr(bm_error(m), "no rows are asked for"));
        bm_free(m);
        bm_free(r);
        bm_free(c);
    }
    assert_true(refusals > 0);
}

typedef struct ran {
    double loss[4], validation[4];
    bm_scores scores[4];
    float weight;
} ran;

/* A network of classes, read by parts of some size, with some threads. */
static ran run(const char *path, int64_t part, int64_t threads, const char *spec, const char *target)
{
    static const char *const names[] = { "train", "validation", "test", "baseline" };
    ran r = { .weight = 0 };
    bm_context *context = bm_context_new(.threads = threads);
    bm_recipe *recipe = bm_recipe_new(.target = target, .weights = "w", .context = context);
    bm_recipe_drop(recipe, !strcmp(target, "y") ? "kind" : "y");
    bm_model *m = bm_learner_parse(spec, recipe);
    bm_csv *c = opened(path, part, context);
    bm_fit_csv(m, c, .test = .2, .validation = .2, .seed = 3, .epochs = 4, .batch = 50, .sample = 500, .rows = 420);
    fine(m);
    assert_int_equal(bm_history_epochs(m), 4);
    for (int i = 0; i < 4; i++) {
        r.loss[i] = bm_history(m, "loss", i);
        r.validation[i] = bm_history(m, "validation_loss", i);
        r.scores[i] = bm_model_scores(m, names[i]);
    }
    r.weight = (float)bm_tensor_at(bm_model_weight(m, bm_model_weight_name(m, 0)), 0);
    bm_free(c);
    bm_free(m);
    bm_free(recipe);
    bm_free(context);
    return r;
}

static void networks(void **state)
{
    (void)state;
    const char *path = made("parts.csv", ROWS);
    static const char *const targets[] = { "kind", "y" };
    for (int k = 0; k < 2; k++) {
        const ran a = run(path, 5, 1, "mlp:8,rate=.01", targets[k]), b = run(path, 3000, 2, "mlp:8,rate=.01", targets[k]);
        assert_true(a.loss[3] < .8 * a.loss[0]);
        assert_true(a.validation[3] < a.validation[0]);
        assert_memory_equal(a.loss, b.loss, sizeof a.loss);
        assert_memory_equal(a.validation, b.validation, sizeof a.validation);
        assert_true(a.weight == b.weight);
        for (int i = 0; i < 4; i++) same_scores(&a.scores[i], &b.scores[i], 0);
        assert_int_equal(a.scores[0].rows + a.scores[1].rows + a.scores[2].rows, k ? ROWS - 5 : ROWS);
        assert_true(fabs((double)a.scores[2].rows - .2 * ROWS) < 4 * sqrt(.2 * .8 * ROWS));
        assert_true(a.scores[2].loss < .8 * a.scores[3].loss);
    }
}

/* The scores of the parts are those of the model on tables of the same rows. */
static void judged(void **state)
{
    (void)state;
    static const char *const names[] = { "train", "validation", "test" };
    const char *path = made("parts.csv", ROWS);
    bm_table *t = bm_table_read_csv(path);
    static const char *const targets[] = { "kind", "y" };
    for (int k = 0; k < 2; k++) {
        bm_csv *c = opened(path, 333, NULL);
        bm_model *m = model_of("mlp:8", targets[k], "w");
        bm_fit_csv(m, c, .test = .2, .validation = .3, .seed = 9, .epochs = 2);
        fine(m);
        const bmi_parts how = { .seed = 9, .validation = .3, .test = .2 };
        for (int part = 0; part < 3; part++) {
            int64_t rows[ROWS];
            size_t n = 0;
            for (int64_t i = 0; i < ROWS; i++)
                if (bmi_parts_role(&how, i) == part) rows[n++] = i;
            bm_table *of = bm_table_take(t, BM_VALUE(bm_rows, rows, n));
            const bm_scores want = bm_evaluate_table(m, of), got = bm_model_scores(m, names[part]);
            assert_int_equal(want.status, BM_OK);
            same_scores(&got, &want, 1e-9);
            assert_int_equal(got.no_target, want.no_target);
            bm_free(of);
        }
        bm_free(m);
        bm_free(c);
    }
    bm_free(t);
}

/* A row has the same prediction, to the last bit, whatever rows its table has beside it. */
static void few_rows_at_once(void **state)
{
    (void)state;
    static const struct {
        const char *spec, *target;
    } cases[] = { { "mlp:40", "kind" }, { "mlp:40", "y" }, { "linear", "y" }, { "poly:degree=3", "y" }, { "softmax", "kind" } };
    enum { SOME = 300 };
    bm_table *t = bm_table_read_csv(made("few.csv", SOME));
    for (size_t k = 0; k < BMI_COUNT(cases); k++) {
        bm_model *m = model_of(cases[k].spec, cases[k].target, NULL);
        bm_fit_table(m, t, .epochs = 2, .test = .1);
        fine(m);
        bm_tensor *all = bm_predict_table(m, t);
        assert_false(bm_failed(all));
        const int64_t columns = bm_tensor_size(all) / SOME;
        static const int64_t at_once[] = { 1, 3, 7, 50, 129 };
        for (size_t i = 0; i < BMI_COUNT(at_once); i++)
            for (int64_t first = 0; first + at_once[i] <= SOME; first += at_once[i]) {
                int64_t rows[SOME];
                for (int64_t r = 0; r < at_once[i]; r++) rows[r] = first + r;
                bm_table *part = bm_table_take(t, BM_VALUE(bm_rows, rows, (size_t)at_once[i]));
                bm_tensor *p = bm_predict_table(m, part);
                assert_false(bm_failed(p));
                assert_memory_equal(bm_data(p), (const double *)bm_data(all) + first * columns,
                                    (size_t)(at_once[i] * columns) * sizeof(double));
                bm_free(p);
                bm_free(part);
            }
        bm_free(all);
        bm_free(m);
    }
    bm_free(t);
}

/* A sample smaller than the file has every class, and is told; other rows do not change which part a row is in. */
static void sample(void **state)
{
    (void)state;
    const char *path = made("parts.csv", ROWS), *note;
    bm_csv *c = opened(path, 100, NULL);
    bm_model *m = model_of("mlp:4", "kind", NULL);
    bm_fit_csv(m, c, .sample = 200, .epochs = 1);
    fine(m);
    assert_int_equal(bm_model_classes(m), 4); /* "rare" is there once */
    bool told = false;
    for (int64_t i = 0; (note = bm_recipe_note(bm_model_recipe(m), i)); i++)
        told |= strstr(note, "the recipe was fitted on 20") && strstr(note, " of 3000 training rows");
    assert_true(told);
    bm_free(m);
    bm_free(c);
}

static void refused(void **state)
{
    (void)state;
    const char *path = made("parts.csv", ROWS);
    const struct {
        const char *spec, *step, *says;
        bm_fit_csv_options o;
    } cases[] = {
        { "descent", NULL, "fit: descent does not learn by parts; linear, ridge", { NULL } },
        { "lasso:alpha=auto", NULL, "lasso: folds need all rows at once", { NULL } },
        { "linear", "outliers", "the step outliers does to training rows what it does to no others", { NULL } },
        { "linear", NULL, "fit: validation is 0.6 and test is 0.5", { .validation = .6, .test = .5 } },
        { "linear", NULL, "fit: validation is -1 and test is 0", { .validation = -1 } },
        { "linear", NULL, "fit: sample is -1, it must be 1 or more", { .sample = -1 } },
        { "linear", NULL, "fit: rows is -2, it must be 1 or more", { .rows = -2 } },
        { "mlp:4",
          NULL,
          "fit: batch is 500, but only 100 rows of the file are in memory at once",
          { .batch = 500, .rows = 100 } },
        { "mlp:4", NULL, "fit: epochs is -1", { .epochs = -1 } },
        { "linear", NULL, "no row with a target falls into the test part", { .test = 1e-9 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bm_csv *c = opened(path, 500, NULL);
        bm_model *m = model_of(cases[i].spec, "y", NULL);
        bm_recipe *r = bm_recipe_new(.target = "y");
        if (cases[i].step) {
            bm_recipe_step(r, cases[i].step, NULL, "a");
            bm_free(m);
            m = bm_learner_parse(cases[i].spec, r);
        }
        bm_fit_csv_options o = cases[i].o;
        o.csv = c;
        bm_fit_csv_at(m, &o, sizeof o, BM_HERE);
        bmt_contains(cases[i].says, bm_error(m), cases[i].says);
        bm_free(r);
        bm_free(m);
        bm_free(c);
    }
    bm_model *m = model_of("linear", "y", NULL);
    bm_fit_csv(m, NULL);
    bmt_contains("null", bm_error(m), "fit: the CSV file is null");
    bm_clear(m);
    bm_csv *none = bm_csv_open(bmt_temp("none.csv"));
    bm_fit_csv(m, none);
    bmt_contains("no file", bm_error(m), "cannot open");
    bm_free(none);
    bm_free(m);
}

/* The file grows, or another one takes its place, between two passes: the model is as it was. */
static bool grow(void *user, const bm_progress *p)
{
    (void)p;
    FILE *f = fopen(user, "a");
    fputs("1,.5,c1,1,3,high\n", f);
    fclose(f);
    return true;
}

static void changed(void **state)
{
    (void)state;
    char path[400];
    snprintf(path, sizeof path, "%s", made("changing.csv", ROWS));
    bm_csv *c = opened(path, 100, NULL);
    bm_model *m = model_of("mlp:4", "y", NULL);
    bm_fit_csv(m, c, .epochs = 1, .rows = 500);
    fine(m);
    const double before = bm_model_scores(m, "train").loss;
    bm_fit_csv(m, c, .epochs = 3, .rows = 500, .callbacks = { bm_on_progress(grow, .user = path, .epochs_only = true) });
    bmt_contains("changed", bm_error(m), "while it was read");
    bm_clear(m);
    assert_true(bm_model_scores(m, "train").loss == before);
    assert_int_equal(bm_history_epochs(m), 1);
    bm_free(m);
    bm_free(c);
}

static bool stop_second(void *user, const bm_progress *p)
{
    (void)user;
    if (p->epoch == 1) bm_stop((bm_model *)(uintptr_t)p->model);
    return true;
}

static void stopped(void **state)
{
    (void)state;
    const char *path = made("parts.csv", ROWS);
    bm_csv *c = opened(path, 100, NULL);
    bm_model *m = model_of("mlp:4", "y", NULL);
    bm_fit_csv(m, c, .epochs = 9, .test = .2, .rows = 500, .callbacks = { bm_on_progress(stop_second, .epochs_only = true) });
    fine(m);
    assert_string_equal(bm_stopped_by(m), "stop");
    assert_int_equal(bm_history_epochs(m), 1);
    assert_true(bm_model_scores(m, "test").rows > 0);
    bm_free(m);
    bm_free(c);
}

/* What is wrong in a later part is told with the rows of the file that it has. */
static void later_rows(void **state)
{
    (void)state;
    size_t n;
    const char *from = made("parts.csv", ROWS);
    unsigned char *text = bmt_read(from, &n);
    char *all = malloc(n + 100), path[400];
    memcpy(all, text, n);
    n += (size_t)sprintf(all + n, "1000000,.5,c1,-2,3,high\n");
    snprintf(path, sizeof path, "%s", bmt_temp_file("negative.csv", all, n));
    bm_csv *c = opened(path, 700, NULL);
    bm_model *m = model_of("linear", "y", "w");
    bm_fit_csv(m, c, .sample = 100);
    bmt_contains("rows", bm_error(m), "in rows 2801 to 3001 of the file: ");
    bmt_contains("what", bm_error(m), "\"w\"");
    bm_free(m);
    bm_free(c);
    free(text);
    free(all);
}

typedef struct tried {
    const char *path, *spec, *target;
} tried;

static bm_status fit_all(bm_context *context, void *arg)
{
    const tried *t = arg;
    bm_csv *c = bm_csv_open(t->path, .context = context, .rows = 30);
    bm_recipe *r = bm_recipe_new(.target = t->target, .context = context, .weights = "w");
    bm_recipe_drop(r, !strcmp(t->target, "y") ? "kind" : "y");
    bm_model *m = bm_learner_parse(t->spec, r);
    bm_fit_csv(m, c, .test = .2, .validation = .2, .sample = 40, .rows = 32, .epochs = 1);
    const bm_status st = bm_status_of(m);
    bm_free(m);
    bm_free(r);
    bm_free(c);
    return st;
}

static void failing_memory(void **state)
{
    (void)state;
    char path[400];
    snprintf(path, sizeof path, "%s", made("few.csv", 90));
    bmt_each_failure("linear by parts", fit_all, &(tried){ path, "linear", "y" });
    bmt_each_failure("classes by parts", fit_all, &(tried){ path, "mlp:2", "kind" });
}

/* A metric that looks how much is allocated while it is asked. */
static bmt_faults seen;
static size_t most_seen;

static int64_t one_number(int64_t columns)
{
    return columns > 0;
}

static void look(double *counts, const bm_metric_input *part, const double p[2])
{
    (void)counts, (void)part, (void)p;
    if (seen.live_bytes > most_seen) most_seen = seen.live_bytes;
}

static double nothing(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)in, (void)p;
    return counts[0];
}

static const bm_metric_kind looking = {
    .size = sizeof(bm_metric_kind), .name = "looking", .counts = one_number, .add = look, .end = nothing
};

/* The rows that were learned from are gone when the model is judged: many of them at once leave it no less memory than few. */
static void memory_of_judging(void **state)
{
    (void)state;
    static const int64_t rows[] = { 100, ROWS };
    const char *path = made("judged.csv", ROWS);
    size_t most[2];
    for (int i = 0; i < 2; i++) {
        bm_context *context = bmt_context(&seen, 1);
        bm_csv *c = opened(path, 100, context);
        bm_recipe *r = bm_recipe_new(.target = "y", .context = context);
        bm_recipe_drop(r, "kind");
        bm_model *m = bm_learner(bm_linear(), r);
        most_seen = 0;
        bm_fit_csv(m, c, .rows = rows[i], .sample = 500, .metrics = { { .kind = &looking } });
        fine(m);
        most[i] = most_seen;
        bm_free(m);
        bm_free(r);
        bm_free(c);
        bm_free(context);
    }
    assert_true(most[0] > 0);
    if (most[1] > most[0] + ROWS * sizeof(double)) fail_msg("%zu bytes, and %zu of fewer rows at once", most[1], most[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks),
        cmocka_unit_test(judged),
        cmocka_unit_test(sample),
        cmocka_unit_test(refused),
        cmocka_unit_test(changed),
        cmocka_unit_test(stopped),
        cmocka_unit_test(later_rows),
        cmocka_unit_test(few_rows_at_once),
        cmocka_unit_test(failing_memory),
        cmocka_unit_test(as_a_table),
        cmocka_unit_test(rows_that_are_none),
        cmocka_unit_test(rows_that_tell_nothing),
        cmocka_unit_test(first_rows_of_no_weight),
        cmocka_unit_test(memory_of_judging),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
