// SPDX-License-Identifier: Apache-2.0
/* Learners that go over a file again and again until they have their minimum: what bm_fit_table finds in the same rows, statistics
 * included, on any number of threads; weights of rows and of classes; stopping, progress, a file that changes, memory that ends; metrics
 * that want all rows.
 */
#include "support/bmt.h"
#include "base/random.h"
#include "model/inference.h"
#include "model/parts.h"
#include <baeum/data.h>
#include <baeum/model.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

enum { ROWS = 1500 };

/* Numbers, a text, missing cells, weights; three classes, two, counts and numbers with outliers that all follow from them. `twice` is twice
 * b. */
static const char *made(const char *name, int64_t rows)
{
    char *text = malloc((size_t)rows * 120 + 200), *at = text;
    at += sprintf(at, "a,b,twice,city,w,kind,side,count,far\n");
    for (int64_t i = 0; i < rows; i++) {
        const double a = bmi_random_normal(8, 1, (uint64_t)i), b = 50 + floor(600 * bmi_random_unit(8, 2, (uint64_t)i)) / 64;
        const int city = (int)bmi_random_below(8, 3, (uint64_t)i, 3);
        const double y = a - .2 * (b - 54) + .4 * city + bmi_random_normal(8, 4, (uint64_t)i);
        at += i % 37 == 5 ? sprintf(at, ",") : sprintf(at, "%.6f,", a);
        at += sprintf(at, "%.6f,%.6f,c%d,%d,%s,%s,", b, 2 * b, city, (int)(i % 3) + 1,
                      y > 1.5   ? "high"
                      : y < -.5 ? "low"
                                : "middle",
                      y > .3 ? "yes" : "no");
        at += sprintf(at, "%d,%.6f\n", (int)fmax(0, floor(exp(.4 * y))), 7 * y + (i % 60 == 7 ? 400 : 0));
    }
    const char *path = bmt_temp_file(name, text, (size_t)(at - text));
    free(text);
    return path;
}

/* The categories of the text depend on each other, and `twice` on b; without both no column does. */
typedef enum columns { USUAL, DEPENDENT, APART } columns;

static bm_model *model_of(const char *spec, const char *target, const char *weights, columns what, bm_context *context)
{
    static const char *const others[] = { "kind", "side", "count", "far" };
    const bool numbers = !strcmp(target, "count") || !strcmp(target, "far");
    bm_recipe *r = bm_recipe_new(.target = target, .weights = weights, .context = context,
                                 .task = numbers ? BM_REGRESSION : BM_CLASSIFICATION);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i], target)) bm_recipe_drop(r, others[i]);
    if (what != DEPENDENT) bm_recipe_drop(r, "twice");
    if (what == APART) bm_recipe_drop(r, "city");
    bm_model *m = bm_learner_parse(spec, r);
    bm_free(r);
    return m;
}

static void fine(const bm_model *m)
{
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
}

static void near_tensors(const char *what, const bm_tensor *b, const bm_tensor *a, double tolerance)
{
    if (!a && !b) return;
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(bm_tensor_size(a), bm_tensor_size(b));
    double largest = strncmp(what, "inference", 9) ? 1 : 0; /* weights are of columns of deviation 1 */
    for (int64_t k = 0; k < bm_tensor_size(a); k++)
        if (isfinite(bm_tensor_at(a, k))) largest = fmax(largest, fabs(bm_tensor_at(a, k)));
    for (int64_t k = 0; k < bm_tensor_size(a); k++) {
        const double x = bm_tensor_at(a, k), y = bm_tensor_at(b, k);
        if (!strcmp(what, "inference/columns") && k % 4 == 3) continue; /* the most similar column: of categories all are */
        if (isfinite(x) || isfinite(y)) bmt_near(what, y, x, tolerance * largest);
    }
}

static void same_scores(const bm_model *a, const bm_model *b, const char *part, double tolerance)
{
    const bm_scores x = bm_model_scores(a, part), y = bm_model_scores(b, part);
    assert_int_equal(x.rows, y.rows);
    assert_int_equal(x.count, y.count);
    for (int64_t i = 0; i < x.count; i++) {
        assert_string_equal(x.metrics[i].name, y.metrics[i].name);
        bmt_near(x.metrics[i].name, y.metrics[i].value, x.metrics[i].value, tolerance * fmax(1, fabs(x.metrics[i].value)));
    }
}

static void same_notes(const bm_model *a, const bm_model *b)
{
    const char *x, *y;
    bm_table *s = bm_coefficients(a, .confidence = .95), *t = bm_coefficients(b, .confidence = .95);
    for (int64_t i = 0; (x = bm_table_note(s, i)) || bm_table_note(t, i); i++) {
        y = bm_table_note(t, i);
        assert_non_null(x);
        assert_non_null(y);
        if (!strpbrk(x, ".")) assert_string_equal(x, y); /* else it has figures, which have been compared */
    }
    bm_free(s);
    bm_free(t);
}

typedef struct scene {
    const char *spec, *target, *weights;
    columns what;
    bool balanced;
    double tolerance; /* 0: 1e-8 */
} scene;

/* Weights have nothing of what columns that depend on each other leave open. */
static void shortest(bm_model *m)
{
    const bm_tensor *of = bm_model_learned(m, "inference/dependent"), *w = bm_model_weight(m, "output/kernel");
    assert_non_null(strstr(bm_stopped_by(m), ", rank "));
    assert_true(bm_ended(m) & BM_ENDED_RANK);
    assert_non_null(of);
    const int64_t n = bm_tensor_shape(w).dim[0], units = bm_tensor_shape(w).dim[1], apart = bm_tensor_shape(of).dim[1];
    for (int64_t i = 0; i < bm_tensor_shape(of).dim[0]; i++)
        for (int64_t u = 0; u < units; u++) {
            double along = 0;
            for (int64_t k = 0; k < n; k++)
                along += bm_tensor_at(of, i * apart + apart - n + k) * bm_tensor_at(w, k * units + u);
            bmt_near("along a dependence", along, 0, 1e-9);
        }
}

/* All rows are for training, and all are in the sample. */
static void as_a_table(void **state)
{
    (void)state;
    static const scene cases[] = {
        { "softmax", "kind", NULL, USUAL, 0, 0 },
        { "softmax:C=.01", "kind", "w", USUAL, 0, 0 },
        { "softmax", "kind", "w", USUAL, true, 0 },
        { "softmax:penalty=none", "kind", NULL, APART, 0, 0 },
        { "softmax:penalty=none", "kind", "w", DEPENDENT, 0, 0 },
        { "softmax:penalty=none,no_intercept=true", "side", NULL, USUAL, 0, 0 },
        { "logistic", "side", NULL, USUAL, 0, 0 },
        { "logistic:penalty=none", "side", "w", APART, 0, 0 },
        { "logistic:penalty=none", "side", NULL, APART, true, 0 },
        { "logistic:penalty=none", "side", NULL, DEPENDENT, true, 0 },
        { "logistic:no_intercept=true,C=.1", "side", NULL, USUAL, 0, 0 },
        { "logistic:solver=lbfgs,tolerance=1e-9", "kind", "w", USUAL, 0, 0 },
        { "logistic:penalty=l1,C=.02", "side", "w", USUAL, 0, 0 },
        { "softmax:penalty=elastic,C=.02", "kind", NULL, USUAL, 0, 0 },
        { "one_vs_rest", "kind", NULL, USUAL, 0, 0 },
        { "one_vs_rest:penalty=none", "kind", "w", USUAL, true, 0 },
        { "one_vs_rest:penalty=l1,C=.05", "kind", NULL, USUAL, 0, 0 },
        { "poisson", "count", NULL, USUAL, 0, 0 },
        { "poisson:alpha=0", "count", "w", APART, 0, 0 },
        { "poisson:alpha=0,no_intercept=true", "count", NULL, APART, 0, 0 },
        { "poisson:alpha=0", "count", NULL, DEPENDENT, 0, 0 },
        { "huber:alpha=0", "far", NULL, DEPENDENT, 0, 0 },
        { "huber", "far", NULL, APART, 0, 0 },
        { "huber:epsilon=2,alpha=.1", "far", "w", USUAL, 0, 0 },
        { "linear", "far", NULL, APART, 0, 0 },
        { "linear", "far", "w", APART, 0, 0 },
        { "linear", "far", "w", DEPENDENT, 0, 0 },
        { "linear:no_intercept=true", "far", NULL, APART, 0, 0 },
        { "ridge:alpha=.1", "far", NULL, USUAL, 0, 0 },
    };
    static const char *const kept[] = { "covariance", "theory", "columns", "target", "figures" };
    const char *path = made("methods.csv", ROWS);
    bm_table *t = bm_table_read_csv(path);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const scene *s = &cases[i];
        const double tolerance = s->tolerance > 0 ? s->tolerance : 1e-8;
        char name[80];
        bm_csv *c = bm_csv_open(path, .rows = 270);
        bm_model *whole = model_of(s->spec, s->target, s->weights, s->what, NULL),
                 *m = model_of(s->spec, s->target, s->weights, s->what, NULL);
        bm_fit_table(whole, t, .balanced = s->balanced);
        bm_fit_csv(m, c, .rows = 400, .balanced = s->balanced);
        fine(whole);
        fine(m);
        near_tensors(s->spec, bm_model_weight(m, "output/kernel"), bm_model_weight(whole, "output/kernel"), tolerance);
        near_tensors(s->spec, bm_model_weight(m, "output/bias"), bm_model_weight(whole, "output/bias"), tolerance);
        if (strncmp(s->spec, "huber", 5)) assert_string_equal(bm_stopped_by(whole), bm_stopped_by(m));
        assert_int_equal(bm_ended(whole), bm_ended(m));
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++) {
            if (!k && s->what != APART) continue; /* which of two like columns counts as the other's shadow, rounding decides */
            snprintf(name, sizeof name, "inference/%s", kept[k]);
            near_tensors(name, bm_model_learned(m, name), bm_model_learned(whole, name), 1e-7);
        }
        same_notes(whole, m);
        if (s->what == DEPENDENT) shortest(m);
        same_scores(whole, m, "train", 1e-7);
        same_scores(whole, m, "baseline", 1e-9);
        bm_free(whole);
        bm_free(m);
        bm_free(c);
    }
    bm_free(t);
}

/* The file is read by parts of some size, with some threads. */
static bm_model *fitted(const char *path, int64_t part, int64_t threads, const char *spec, const char *target)
{
    bm_context *context = bm_context_new(.threads = threads);
    bm_csv *c = bm_csv_open(path, .rows = part, .context = context);
    bm_model *m = model_of(spec, target, "w", USUAL, context);
    bm_fit_csv(m, c, .test = .2, .validation = .2, .seed = 3, .sample = 500, .rows = 420);
    fine(m);
    bm_free(c);
    bm_free(context);
    return m;
}

static void same_bits(void **state)
{
    (void)state;
    static const char *const cases[][2] = { { "softmax", "kind" },
                                            { "logistic:solver=lbfgs", "side" },
                                            { "one_vs_rest", "kind" },
                                            { "logistic:penalty=l1,C=.1", "side" },
                                            { "poisson:alpha=0", "count" },
                                            { "huber", "far" },
                                            { "logistic:penalty=none", "side" } };
    const char *path = made("methods.csv", ROWS);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bm_model *a = fitted(path, 170, 1, cases[i][0], cases[i][1]), *b = fitted(path, ROWS, 3, cases[i][0], cases[i][1]);
        static const char *const names[] = { "output/kernel", "output/bias" };
        for (int k = 0; k < 2; k++) {
            const bm_tensor *x = bm_model_weight(a, names[k]), *y = bm_model_weight(b, names[k]);
            assert_memory_equal(bm_data_f64(x), bm_data_f64(y), (size_t)bm_tensor_size(x) * sizeof(double));
        }
        near_tensors("figures", bm_model_learned(a, "inference/figures"), bm_model_learned(b, "inference/figures"), 0);
        same_scores(a, b, "test", 0);
        same_scores(a, b, "validation", 0);
        assert_true(bm_model_scores(a, "test").loss < bm_model_scores(a, "baseline").loss);
        bm_free(a);
        bm_free(b);
    }
}

/* Columns that depend on each other but for rounding: it grows by the rows of the file, not by those that stand for them. */
static void rounded(void **state)
{
    (void)state;
    enum { FEW = 900 };
    static const char *const specs[] = { "linear", "huber:alpha=0", "poisson:alpha=0" };
    static char text[FEW * 60 + 40];
    char *at = text + sprintf(text, "a,b,sum,y\n");
    for (int i = 0; i < FEW; i++) {
        const double a = 10 * bmi_random_unit(9, 1, (uint64_t)i), b = 5 * bmi_random_unit(9, 2, (uint64_t)i);
        at += sprintf(at, "%.4f,%.4f,%.4f,%d\n", round(a * 1e4) / 1e4, round(b * 1e4) / 1e4,
                      (round(a * 1e4) + round(b * 1e4)) / 1e4, (int)(a / 3 + 2 * bmi_random_unit(9, 3, (uint64_t)i)));
    }
    const char *path = bmt_temp_file("rounded.csv", text, (size_t)(at - text));
    bm_table *t = bm_table_read_csv(path);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        bm_csv *c = bm_csv_open(path, .rows = 100);
        bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
        bm_model *whole = bm_learner_parse(specs[i], r), *m = bm_learner_parse(specs[i], r);
        bm_fit_table(whole, t);
        bm_fit_csv(m, c);
        fine(whole);
        fine(m);
        bmt_contains(specs[i], bm_stopped_by(m), ", rank 2 of 3");
        assert_int_equal(bm_ended(m), BM_ENDED_RANK);
        assert_int_equal(bm_ended(whole), BM_ENDED_RANK);
        near_tensors(specs[i], bm_model_weight(m, "output/kernel"), bm_model_weight(whole, "output/kernel"), 1e-8);
        shortest(m);
        bm_free(whole);
        bm_free(m);
        bm_free(r);
        bm_free(c);
    }
    bm_free(t);
}

/* A fit begins at the weights of the one before, and needs next to no steps. */
static void warm(void **state)
{
    (void)state;
    bm_csv *c = bm_csv_open(made("methods.csv", ROWS));
    bm_model *m = model_of("softmax:warm_start=true,tolerance=1e-9", "kind", NULL, USUAL, NULL);
    for (int i = 0; i < 2; i++) {
        bm_fit_csv(m, c);
        fine(m);
        assert_string_equal(bm_stopped_by(m), i ? "converged after 0 iterations" : bm_stopped_by(m));
    }
    bm_free(m);
    bm_free(c);
}

static void class_weights(void **state)
{
    (void)state;
    const char *path = made("methods.csv", ROWS);
    bm_csv *c = bm_csv_open(path, .rows = 300);
    bm_model *m = model_of("logistic", "side", NULL, USUAL, NULL), *n = model_of("mlp:4", "kind", NULL, USUAL, NULL);
    const double first[] = { 1, 1 }, heavy[] = { 1, 20 }, alone[] = { 0, 1 };
    bm_fit_csv(m, c, .class_weights = BM_VALUE(bm_reals, first, 2));
    fine(m);
    const double before = bm_tensor_at(bm_model_weight(m, "output/bias"), 0);
    bm_fit_csv(m, c, .class_weights = BM_VALUE(bm_reals, heavy, 2));
    fine(m);
    assert_true(bm_tensor_at(bm_model_weight(m, "output/bias"), 0) > before + 1.5); /* log 20 is 3 */
    bm_fit_csv(m, c, .class_weights = BM_VALUE(bm_reals, heavy, 1));
    bmt_contains("count", bm_error(m), "fit: class_weights has 1 numbers, the target has 2 classes");
    bm_clear(m);
    bm_fit_csv(m, c, .class_weights = BM_VALUE(bm_reals, heavy, 2), .balanced = true);
    bmt_contains("both", bm_error(m), "fit: both balanced and class_weights are given");
    bm_clear(m);
    bm_fit_csv(m, c, .class_weights = BM_VALUE(bm_reals, alone, 2));
    bmt_contains("one", bm_error(m),
                 "fit: the target has only one class in rows of weight above 0; there is nothing to tell apart");
    bm_free(m);
    m = model_of("linear", "far", NULL, USUAL, NULL);
    bm_fit_csv(m, c, .balanced = true);
    bmt_contains("numbers", bm_error(m), "fit: class weights need a target of classes, and this one is numbers");
    bm_free(m);
    double recall[2]; /* of networks, too: balanced classes are found more evenly */
    for (int i = 0; i < 2; i++) {
        bm_fit_csv(n, c, .balanced = i, .epochs = 20, .seed = 5);
        fine(n);
        const bm_scores s = bm_model_scores(n, "train");
        recall[i] = bm_score(&s, "balanced_accuracy");
    }
    assert_true(recall[1] > recall[0]);
    bm_free(n);
    for (int i = 0; i < 2; i++) { /* they weigh in the loss alone; weights that hardly move answer alike */
        static const char *const names[] = { "accuracy", "balanced_accuracy", "roc_auc" }; /* of a row, of parts, of all rows */
        n = model_of("mlp:4,rate=1e-12", "kind", i ? "w" : NULL, USUAL, NULL);
        bm_compile(n, .metrics = { { .name = names[0] }, { .name = names[1] }, { .name = names[2] } });
        double of[2][3];
        for (int k = 0; k < 2; k++) {
            bm_fit_csv(n, c, .balanced = k, .epochs = 1, .seed = 5);
            fine(n);
            for (int j = 0; j < 3; j++) of[k][j] = bm_history(n, names[j], 0);
        }
        for (int j = 0; j < 3; j++) {
            if (!(of[0][j] > 0)) fail_msg("%s: %g", names[j], of[0][j]);
            if (of[0][j] != of[1][j]) fail_msg("%s: %.17g, and balanced %.17g", names[j], of[0][j], of[1][j]);
        }
        bm_free(n);
    }
    bm_free(c);
}

typedef struct stopping {
    int64_t pass;
    int calls;
} stopping;

static bool stop_in(void *user, const bm_progress *p)
{
    stopping *s = user;
    s->calls++;
    assert_int_equal(p->epochs, 0);
    assert_true(p->step <= p->steps && p->steps == ROWS);
    return p->epoch < s->pass;
}

/* bm_stop, or a progress function that says so: iterations that are done are kept, what has none is as it was. */
static void stopped(void **state)
{
    (void)state;
    bm_csv *c = bm_csv_open(made("methods.csv", ROWS), .rows = 200);
    bm_model *m = model_of("softmax", "kind", NULL, USUAL, NULL);
    stopping s = { .pass = 7 };
    bm_fit_csv(m, c, .callbacks = { bm_on_progress(stop_in, .user = &s) });
    fine(m);
    bmt_contains("stopped", bm_stopped_by(m), "stop after ");
    assert_true(s.calls >= 7);
    assert_true(bm_model_scores(m, "train").rows == ROWS);
    const double loss = bm_model_scores(m, "train").loss;
    assert_true(loss < bm_model_scores(m, "baseline").loss);
    s = (stopping){ .pass = 2 };
    bm_fit_csv(m, c, .callbacks = { bm_on_progress(stop_in, .user = &s, .epochs_only = true) });
    assert_int_equal(bm_status_of(m), BM_E_STOPPED);
    assert_int_equal(s.calls, 2);
    bm_clear(m);
    assert_true(bm_model_scores(m, "train").loss == loss);
    bm_free(m);
    bm_free(c);
}

/* At the first rows of the pass after that one: calls come ten times a second. */
static bool stop_after(void *user, const bm_progress *p)
{
    const stopping *s = user;
    if (p->epoch == s->pass && p->epoch_done) nanosleep(&(struct timespec){ .tv_nsec = 110000000 }, NULL);
    return p->epoch != s->pass || p->epoch_done;
}

/* However early or late it is stopped, there is what was found, or nothing: bm_stop is no fault of the rows. */
static void stopped_anywhere(void **state)
{
    (void)state;
    bm_csv *c = bm_csv_open(made("methods.csv", ROWS), .rows = 200);
    int kept = 0;
    for (int64_t pass = 1; pass < 14; pass++) {
        bm_model *m = model_of("logistic", "side", NULL, USUAL, NULL);
        stopping s = { .pass = pass };
        bm_fit_csv(m, c, .callbacks = { bm_on_progress(stop_after, .user = &s) });
        if (bm_status_of(m) != BM_E_STOPPED) fine(m);
        assert_false(kept && bm_failed(m)); /* what is found is kept */
        kept += !bm_failed(m);
        bm_free(m);
    }
    assert_true(kept > 1);
    bm_free(c);
}

/* In place, of the same length and time: only the class of a row is another one. */
typedef struct renaming {
    const char *path;
    int64_t pass, passes;
} renaming;

static bool rename_class(void *user, const bm_progress *p)
{
    renaming *r = user;
    r->passes = p->epoch;
    if (p->epoch != r->pass) return true;
    struct stat before;
    stat(r->path, &before);
    const struct timespec times[2] = { before.st_atim, before.st_mtim };
    size_t n;
    unsigned char *text = bmt_read(r->path, &n);
    for (size_t i = n - 8; i > 0; i--)
        if (!memcmp(text + i, ",c1,1,", 6)) {
            FILE *f = fopen(r->path, "r+");
            fseek(f, (long)i, SEEK_SET);
            fputs(",c1,9,", f);
            fclose(f);
            break;
        }
    utimensat(AT_FDCWD, r->path, times, 0);
    free(text);
    return true;
}

/* A class that was not there when they were counted. */
static void changed_class(void **state)
{
    (void)state;
    renaming r = { .pass = -1 };
    for (int i = 0; i < 2; i++) {
        char path[400];
        snprintf(path, sizeof path, "%s", made("renamed.csv", ROWS));
        r.path = path;
        bm_csv *c = bm_csv_open(path, .rows = 300);
        bm_model *m = model_of("logistic", "w", NULL, USUAL, NULL);
        bm_fit_csv(m, c, .metrics = { { .name = "recall_macro" } },
                   .callbacks = { bm_on_progress(rename_class, .user = &r, .epochs_only = true) });
        if (i) bmt_contains("changed", bm_error(m), "evaluate: the file was changed while it was read");
        else fine(m);
        r.pass = r.passes - 1; /* between the two passes of judging */
        bm_free(m);
        bm_free(c);
    }
}

static bool grow(void *user, const bm_progress *p)
{
    if (p->epoch != 3) return true;
    FILE *f = fopen(user, "a");
    fputs("1,50,100,c1,1,low,no,0,0\n", f);
    fclose(f);
    return true;
}

static void changed(void **state)
{
    (void)state;
    static const char *const cases[][2] = { { "softmax", "kind" }, { "poisson", "count" }, { "linear", "far" } };
    for (int i = 0; i < 3; i++) {
        char path[400];
        snprintf(path, sizeof path, "%s", made("growing.csv", ROWS));
        bm_csv *c = bm_csv_open(path, .rows = 300);
        bm_model *m = model_of(cases[i][0], cases[i][1], NULL, USUAL, NULL);
        bm_fit_csv(m, c, .callbacks = { bm_on_progress(grow, .user = path, .epochs_only = true) });
        assert_int_equal(bm_status_of(m), BM_E_FILE);
        bmt_contains(cases[i][0], bm_error(m), "while it was read");
        bm_clear(m);
        assert_int_equal(bm_model_scores(m, "train").rows, 0);
        bm_free(m);
        bm_free(c);
    }
}

static void refused(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        { "softmax:solver=saga", "kind",
          "softmax: the solver saga takes single rows at random, and these come by parts; newton and lbfgs do" },
        { "logistic:solver=saga,penalty=l1", "side", "solver=descent does all of them" },
        { "logistic:solver=lbfgs,penalty=l1", "side", "the solver lbfgs does not do a penalty of l1; descent and saga do" },
        { "perceptron", "side",
          "fit: perceptron does not learn by parts; linear, ridge, lasso, elastic, poly, huber, poisson, logistic" },
        { "poisson", "far", "poisson: a target is below 0, -" },
    };
    bm_csv *c = bm_csv_open(made("methods.csv", ROWS));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bm_model *m = model_of(cases[i][0], cases[i][1], NULL, USUAL, NULL);
        bm_fit_csv(m, c);
        bmt_contains(cases[i][0], bm_error(m), cases[i][2]);
        bm_free(m);
    }
    bm_free(c);
}

/* Metrics of all rows at once are those of the table. */
static void metrics(void **state)
{
    (void)state;
    const char *path = made("methods.csv", ROWS);
    bm_table *t = bm_table_read_csv(path);
    static const struct {
        const char *spec, *target;
        bm_metric of[4];
    } cases[] = {
        { "linear", "far", { { .name = "median_ae" }, { .name = "max_error" }, { .name = "rmse" } } },
        { "softmax", "side", { { .name = "pr_auc" }, { .name = "accuracy" }, { .name = "roc_auc" } } },
        { "softmax", "kind", { { .name = "roc_auc" }, { .name = "kappa" } } },
    };
    for (size_t i = 0; i < 2 * (sizeof cases / sizeof *cases); i++) {
        const char *weights = i % 2 ? "w" : NULL;
        bm_csv *c = bm_csv_open(path, .rows = 333);
        bm_model *a = model_of(cases[i / 2].spec, cases[i / 2].target, weights, USUAL, NULL),
                 *b = model_of(cases[i / 2].spec, cases[i / 2].target, weights, USUAL, NULL);
        bm_fit_table_options how = { .table = t };
        bm_fit_csv_options by = { .csv = c };
        memcpy(how.metrics, cases[i / 2].of, sizeof cases->of);
        memcpy(by.metrics, cases[i / 2].of, sizeof cases->of);
        bm_fit_table_at(a, &how, sizeof how, BM_HERE);
        bm_fit_csv_at(b, &by, sizeof by, BM_HERE);
        fine(a);
        fine(b);
        same_scores(a, b, "train", 1e-8);
        same_scores(a, b, "baseline", 1e-9);
        assert_true(isfinite(bm_model_scores(b, "train").metrics[0].value));
        bm_free(a);
        bm_free(b);
        bm_free(c);
    }
    bm_free(t);
}

static bm_status fit_all(bm_context *context, void *arg)
{
    const scene *s = arg;
    bm_csv *c = bm_csv_open(s->weights, .context = context, .rows = 30);
    bm_model *m = model_of(s->spec, s->target, "w", s->what, context);
    bm_fit_csv(m, c, .test = .2, .sample = 15, .rows = 14, .balanced = s->balanced);
    const bm_status st = bm_status_of(m);
    bm_free(m);
    bm_free(c);
    return st;
}

static void failing_memory(void **state)
{
    (void)state;
    char path[400];
    snprintf(path, sizeof path, "%s", made("few.csv", 28));
    static const char *const cases[][2] = { { "softmax:penalty=none,iterations=1", "kind" },
                                            { "logistic:solver=lbfgs,iterations=1", "side" },
                                            { "poisson:alpha=0,iterations=1", "count" } };
    for (int i = 0; i < 3; i++)
        bmt_each_failure(cases[i][0], fit_all,
                         &(scene){ cases[i][0], cases[i][1], path, i == 0 ? DEPENDENT : USUAL, i == 1, 0 });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounded),        cmocka_unit_test(as_a_table),       cmocka_unit_test(same_bits),
        cmocka_unit_test(warm),           cmocka_unit_test(class_weights),    cmocka_unit_test(stopped),
        cmocka_unit_test(changed),        cmocka_unit_test(refused),          cmocka_unit_test(metrics),
        cmocka_unit_test(failing_memory), cmocka_unit_test(stopped_anywhere), cmocka_unit_test(changed_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
