// SPDX-License-Identifier: Apache-2.0
/* Allocations that fail: the n-th of the context's allocator, and the n-th of malloc itself (so that of jansson and the C library,
 * too), through training, saving, loading, judging and predicting. n rises until a run succeeds: every n up to EACH, then about
 * THEN more over the rest, and the last LAST; each alone, and up to ALL_ON each, then every fourth, with all later calls failing as
 * well. Every time the status is BM_E_MEMORY, nothing is left allocated, and the model is as it was: it then does what was asked as if nothing had happened.
 */
#include <baeum.h>
#include "support/bmt_malloc.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#if defined __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* A sanitizer makes each run several times as long; the release build's test has tried the rest. */
enum { EACH = SANITIZED ? 60 : 140, THEN = SANITIZED ? 30 : 60, LAST = 20, ALL_ON = SANITIZED ? 10 : 40 };

/* What a scene works with. */
typedef struct world {
    bm_context *context;
    bm_dataset *data;
    bm_table *table;
    bm_model *model;
    char path[300];
    int files; /* in its folder */
} world;

typedef struct scene {
    const char *name;
    void (*prepare)(world *w);  /* with memory enough */
    bm_status (*act)(world *w); /* where memory is lacking */
    void (*unharmed)(world *w); /* afterwards, with memory enough again: nothing was lost, and it can be done now */
} scene;

static void sound(const char *what, const char *error)
{
    if (*error) fail_msg("%s: %s", what, error);
}

/* ---- the worlds ---- */
enum { ROWS = 70, COLUMNS = 6 };

static void make_data(world *w)
{
    static float x[ROWS * COLUMNS];
    static int32_t t[ROWS];
    unsigned seed = 7;
    for (int i = 0; i < ROWS * COLUMNS; i++) x[i] = (float)((seed = seed * 1103515245u + 12345u) >> 16 & 1023) / 512 - 1;
    for (int i = 0; i < ROWS; i++) t[i] = (x[COLUMNS * i] > 0) + (x[COLUMNS * i + 1] > 0);
    bm_tensor *a = bm_tensor_view(BM_F32, BM_SHAPE(ROWS, COLUMNS), x), *b = bm_tensor_view(BM_I32, BM_SHAPE(ROWS), t);
    w->data = bm_dataset_new({ a }, { b }, .class_names = { (bm_name[]){ "none", "one", "both" }, 3 }, .context = w->context);
    bm_free(a);
    bm_free(b);
    sound("data", bm_error(w->data));
}

static void make_network(world *w)
{
    w->model =
        bm_sequential_in(w->context, bm_input(COLUMNS), bm_dense(8, .activation = BM_TANH, .kernel_penalty = BM_L2(1e-4)),
                         bm_batch_norm(), bm_dropout(.3), bm_dense(3, .activation = BM_SOFTMAX));
    bm_compile(w->model, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY,
               .optimizer = bm_adam(.schedule = BM_INVERSE_TIME(.01), .clip_norm = 5),
               .metrics = { BM_ACCURACY, BM_F1_MACRO, BM_ROC_AUC });
}

static bm_status fit(world *w, bool weighted)
{
    return bm_fit(w->model, w->data, .epochs = 2, .batch = 32, .seed = 5, .validation_split = .2, .balanced = weighted,
                  .callbacks = { bm_early_stopping(.patience = 3), bm_reduce_on_plateau(),
                                 bm_stop_at(.loss = 1e-9, .gradient = 1e-12), bm_log_epochs() });
}

static uint64_t hash_of(bm_model *m)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (int64_t i = 0; i < bm_model_weights(m); i++) {
        const bm_tensor *t = bm_model_weight(m, bm_model_weight_name(m, i));
        const unsigned char *bytes = bm_data_any(t);
        for (size_t k = 0; k < (size_t)bm_tensor_size(t) * bm_type_size(bm_tensor_type(t)); k++)
            hash = (hash ^ bytes[k]) * 1099511628211u;
    }
    return hash;
}

/* ---- training a network ---- */
static bm_status build_and_fit(world *w)
{
    make_network(w);
    return bm_failed(w->model) ? bm_status_of(w->model) : fit(w, true);
}

static void nothing_to_check(world *w)
{
    (void)w;
}

static void trained(world *w)
{
    make_data(w);
    make_network(w);
    fit(w, false);
    sound("a trained network", bm_error(w->model));
}

static bm_status fit_on(world *w)
{
    return fit(w, true);
}

/* The weights are those before the fit or after its last epoch, and the rest of the fit brings them where it would have. */
static void as_after_whole_epochs(world *w)
{
    static uint64_t after[3]; /* epochs of a fit that nothing disturbs */
    if (!after[0]) {
        world calm = { 0 };
        trained(&calm);
        after[0] = hash_of(calm.model);
        fit_on(&calm);
        after[2] = hash_of(calm.model);
        bm_free(calm.model);
        bm_free(calm.data);
        trained(&calm);
        bm_fit(calm.model, calm.data, .epochs = 1, .batch = 32, .seed = 5, .validation_split = .2, .balanced = true);
        after[1] = hash_of(calm.model);
        bm_free(calm.model);
        bm_free(calm.data);
    }
    bm_clear(w->model);
    const int64_t done = bm_history_epochs(w->model) - 2;
    assert_true(done >= 0 && done < 2);
    assert_true(hash_of(w->model) == after[done]);
    if (done) return;
    fit_on(w);
    sound("the fit again", bm_error(w->model));
    assert_true(hash_of(w->model) == after[2]);
}

static bm_status compile_again(world *w)
{
    return bm_compile(w->model, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = bm_sgd(), .metrics = { BM_LOG_LOSS });
}

static void still_compiled(world *w)
{
    bm_clear(w->model);
    const bm_scores s = bm_evaluate(w->model, w->data);
    sound("evaluate", s.error);
    assert_string_equal(s.metrics[0].name, "accuracy");
    as_after_whole_epochs(w);
}

/* ---- a learner on a table ---- */
static bm_status read_and_fit(world *w)
{
    w->table = bm_table_load("iris", .context = w->context);
    if (bm_failed(w->table)) return bm_status_of(w->table);
    bm_recipe *r = bm_recipe_new(.target = "Species", .context = w->context);
    bm_recipe_standardize(r, "Sepal.Length", "Sepal.Width");
    w->model = bm_learner(bm_mlp(.units = BM_SHAPE(5), .epochs = 2, .batch = 30), r);
    bm_free(r);
    return bm_fit_table(w->model, w->table, .validation = .2, .test = .2, .seed = 3);
}

static void learned(world *w)
{
    read_and_fit(w);
    sound("a learner", bm_error(w->model));
}

static bm_status fit_table_again(world *w)
{
    return bm_fit_table(w->model, w->table, .test = .3, .epochs = 1);
}

static void predicts_as_before(world *w)
{
    static uint64_t before;
    if (!before) {
        world calm = { 0 };
        learned(&calm);
        before = hash_of(calm.model);
        bm_free(calm.model);
        bm_free(calm.table);
    }
    bm_clear(w->model);
    assert_true(hash_of(w->model) == before);
    const bm_scores s = bm_model_scores(w->model, "validation");
    assert_int_equal(s.rows, 30);
    bm_tensor *p = bm_predict_table(w->model, w->table);
    sound("predict", bm_error(p));
    bm_free(p);
    fit_table_again(w);
    sound("the fit again", bm_error(w->model));
    assert_true(hash_of(w->model) != before);
}

static void linear_learned(world *w)
{
    w->table = bm_table_load("creditcard", .context = w->context);
    bm_recipe *r = bm_recipe_new(.target = "share", .target_log1p = true, .context = w->context);
    w->model = bm_learner(bm_linear(), r);
    bm_free(r);
    sound("a table", bm_error(w->table));
}

/* The same with weights of rows. */
static void linear_weighed(world *w)
{
    w->table = bm_table_load("creditcard", .context = w->context);
    bm_recipe *r = bm_recipe_new(.target = "share", .weights = "age", .context = w->context);
    w->model = bm_learner(bm_linear(), r);
    bm_free(r);
    sound("a table", bm_error(w->table));
}

static bm_status solve(world *w)
{
    return bm_fit_table(w->model, w->table, .test = .2);
}

static void solves(world *w)
{
    bm_clear(w->model);
    solve(w);
    sound("least squares", bm_error(w->model));
}

/* Fewer rows than columns. */
static void few_rows(world *w)
{
    static float x[4 * COLUMNS], t[4];
    for (int i = 0; i < 4 * COLUMNS; i++) x[i] = (float)(i * i % 11);
    for (int i = 0; i < 4; i++) t[i] = (float)(i * i);
    bm_tensor *a = bm_tensor_view(BM_F32, BM_SHAPE(4, COLUMNS), x), *b = bm_tensor_view(BM_F32, BM_SHAPE(4, 1), t);
    w->data = bm_dataset_new({ a }, { b }, .context = w->context);
    bm_free(a);
    bm_free(b);
    bm_recipe *r = bm_recipe_new(.target = "y", .context = w->context); /* the context comes with it */
    w->model = bm_learner(bm_linear(), r);
    bm_free(r);
    sound("few rows", bm_error(w->data));
}

static bm_status solve_few(world *w)
{
    return bm_fit(w->model, w->data);
}

/* All other learners that solve, one after the other, on four rows. */
static void four_rows(world *w)
{
    static double x[12] = { 1, 2, 3, 5, 1, 2, 4, 7, 1, 2, 9, 9 }, t[4] = { 1, 0, 2, 5 };
    bm_tensor *a = bm_tensor_view(BM_F64, BM_SHAPE(4, 3), x), *b = bm_tensor_view(BM_F64, BM_SHAPE(4, 1), t);
    w->data = bm_dataset_new({ a }, { b }, .context = w->context);
    bm_free(a);
    bm_free(b);
    sound("four rows", bm_error(w->data));
}

static bm_status solve_all(world *w)
{
    static const char *const how[] = { "linear:method=normal",
                                       "linear:method=svd",
                                       "ridge",
                                       "ridge:alpha=auto",
                                       "ridge:alpha=auto,folds=2",
                                       "ridge:alpha=0",
                                       "lasso:alpha=.1",
                                       "elastic:alpha=auto,folds=2,alphas=1 .1",
                                       "poly",
                                       "poly:alpha=1",
                                       "huber",
                                       "poisson",
                                       "descent:steps=5" };
    bm_status st = BM_OK;
    for (size_t i = 0; !st && i < BMI_COUNT(how); i++) {
        bm_recipe *r = bm_recipe_new(.target = "y", .context = w->context);
        bm_model *m = bm_learner_parse(how[i], r);
        bm_free(r);
        st = bm_fit(m, w->data);
        if (st && st != BM_E_MEMORY) fail_msg("%s: %s", how[i], bm_error(m));
        bm_free(m);
    }
    return st;
}

static bm_status walk_path(world *w)
{
    bm_path p = bm_coefficient_path(w->data, .count = 3, .context = w->context);
    const bm_status st = bm_status_of(p.coefficients);
    bm_free(p.alphas), bm_free(p.coefficients), bm_free(p.intercepts);
    return st;
}

static void solves_few(world *w)
{
    bm_clear(w->model);
    solve_few(w);
    sound("few rows", bm_error(w->model));
}

/* Counts: the output layer that is given, with what belongs to the loss. */
static bm_status learn_counts(world *w)
{
    bm_recipe *r = bm_recipe_new(.target = "y", .context = w->context);
    w->model = bm_learner_parse("dense 3 tanh, dense 1 name=rate", r);
    bm_free(r);
    bm_compile(w->model, .loss = BM_POISSON);
    return bm_fit(w->model, w->data, .epochs = 1);
}

static void counts_only(world *w)
{
    few_rows(w);
    bm_free(w->model);
    w->model = NULL;
}

/* ---- files ---- */
int fsync(int file);

/* Instead of the C library's, for all of this program: what is tested here is memory, and disks are slow. */
int fsync(int file)
{
    (void)file;
    return 0;
}

static int entries(const char *path)
{
    char folder[300];
    int n = 0;
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d));) n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
    closedir(d);
    return n;
}

static void saved(world *w)
{
    trained(w);
    snprintf(w->path, sizeof w->path, "%s", bmt_temp_file("model", "the old file", 12));
    w->files = entries(w->path);
}

static bm_status save(world *w)
{
    return bm_save(w->model, w->path, .training = true);
}

static void old_file_is_there(world *w)
{
    size_t n;
    char *old = (char *)bmt_read(w->path, &n);
    assert_string_equal(old, "the old file");
    free(old);
    assert_int_equal(entries(w->path), w->files); /* no temporary file */
    bm_clear(w->model);
    save(w);
    sound("save", bm_error(w->model));
    as_after_whole_epochs(w);
}

static void on_disk(world *w)
{
    saved(w);
    save(w);
    sound("save", bm_error(w->model));
    bm_free(w->model);
    w->model = NULL;
}

static void table_on_disk(world *w)
{
    learned(w);
    snprintf(w->path, sizeof w->path, "%s", bmt_temp("learner"));
    save(w);
    sound("save", bm_error(w->model));
    bm_free(w->model);
    w->model = NULL;
}

static bm_status load(world *w)
{
    w->model = bm_load(w->path, .context = w->context);
    return bm_status_of(w->model);
}

/* A checkpoint within an epoch, with what metrics of all rows have seen of it. */
static void within_an_epoch(world *w)
{
    make_data(w);
    make_network(w);
    bm_fit(w->model, w->data, .epochs = 2, .batch = 32, .seed = 5, .callbacks = { bm_stop_at(.steps = 1) });
    snprintf(w->path, sizeof w->path, "%s", bmt_temp("within"));
    save(w);
    sound("save", bm_error(w->model));
    bm_free(w->model);
    w->model = NULL;
}

static void loads(world *w)
{
    bm_free(w->model);
    load(w);
    sound("load", bm_error(w->model));
}

/* A fit that is resumed from a checkpoint, with callbacks that remember and best weights in it. */
static void from_checkpoint(world *w)
{
    on_disk(w);
    load(w);
    sound("a checkpoint", bm_error(w->model));
}

static bm_status resume(world *w)
{
    return bm_fit(w->model, w->data, .epochs = 4, .resume = true, .batch = 32, .seed = 5, .validation_split = .2,
                  .callbacks = { bm_early_stopping(.patience = 3), bm_reduce_on_plateau(), bm_stop_at(.loss = 1e-9) });
}

static void resumes_all_the_same(world *w)
{
    static uint64_t four;
    if (!four) {
        world calm = { 0 };
        from_checkpoint(&calm);
        resume(&calm);
        four = hash_of(calm.model);
        bm_free(calm.model);
        bm_free(calm.data);
    }
    bm_clear(w->model);
    resume(w);
    sound("resumed", bm_error(w->model));
    assert_int_equal(bm_history_epochs(w->model), 4);
    assert_true(hash_of(w->model) == four);
}

/* ---- judging and predicting: the model is const ---- */
static bm_status predict(world *w)
{
    bm_tensor *p = bm_predict(w->model, bm_dataset_x(w->data, 0));
    const bm_status st = bm_status_of(p);
    bm_free(p);
    return st;
}

static bm_status evaluate(world *w)
{
    return bm_evaluate(w->model, w->data).status;
}

static void predicts(world *w)
{
    sound("the model is never marked", bm_error(w->model));
    assert_int_equal(predict(w), BM_OK);
    assert_int_equal(evaluate(w), BM_OK);
    as_after_whole_epochs(w);
}

static bm_status predict_table(world *w)
{
    bm_tensor *p = bm_predict_table(w->model, w->table);
    const bm_status st = bm_status_of(p);
    bm_free(p);
    return st;
}

static bm_status predict_row(world *w)
{
    bm_tensor *p = bm_predict_row(w->model, .values = { { "Sepal.Length", .number = 5 }, { "Petal.Width", .number = .2 } });
    const bm_status st = bm_status_of(p);
    bm_free(p);
    return st;
}

static bm_status evaluate_table(world *w)
{
    return bm_evaluate_table(w->model, w->table).status;
}

static bm_status metrics_and_curves(world *w)
{
    static const char *const names[] = { "roc", "classes" };
    bm_status st = bm_evaluate_table(w->model, w->table,
                                     .metrics = { BM_BRIER, BM_ROC_AUC_OVO, BM_AVERAGE_PRECISION, BM_TOP_K(2), BM_MCC })
                       .status;
    for (int i = 0; i < 2 && !st; i++) {
        bm_table *t = bm_model_curve(w->model, names[i], .table = w->table);
        st = bm_status_of(t);
        bm_free(t);
    }
    return st;
}

/* Rows of classes that training had not seen, and one without a class. */
static void other_rows(world *w)
{
    static const char rows[] =
        "Sepal.Length,Sepal.Width,Petal.Length,Petal.Width,Species\n5,3,1.5,.2,setosa\n6,3,4.5,1.4,rosa\n"
        "6,3,4.5,1.4,\n6.5,3,5.5,2,virginica\n6,3,4.4,1.3,florentina\n";
    learned(w);
    bm_free(w->table);
    w->table = bm_table_read_csv(bmt_temp_file("other.csv", rows, sizeof rows - 1), .context = w->context);
    sound("other rows", bm_error(w->table));
}

static void judges_other_rows(world *w)
{
    sound("the model is never marked", bm_error(w->model));
    const bm_scores s = bm_evaluate_table(w->model, w->table);
    sound("evaluate", s.error);
    assert_true(s.rows == 4 && s.unseen_class == 2 && s.no_target == 1);
}

static void predicts_rows(world *w)
{
    sound("the model is never marked", bm_error(w->model));
    assert_int_equal(predict_row(w), BM_OK);
    predicts_as_before(w);
}

static const scene scenes[] = {
    { "training a new network", make_data, build_and_fit, nothing_to_check },
    { "training on", trained, fit_on, as_after_whole_epochs },
    { "compiling again", trained, compile_again, still_compiled },
    { "a table and a learner", NULL, read_and_fit, nothing_to_check },
    { "a learner again", learned, fit_table_again, predicts_as_before },
    { "least squares", linear_learned, solve, solves },
    { "least squares of weighed rows", linear_weighed, solve, solves },
    { "least squares of few rows", few_rows, solve_few, solves_few },
    { "other solvers", four_rows, solve_all, nothing_to_check },
    { "a path of coefficients", four_rows, walk_path, nothing_to_check },
    { "counts", counts_only, learn_counts, nothing_to_check },
    { "save", saved, save, old_file_is_there },
    { "load within an epoch", within_an_epoch, load, loads },
    { "load a network", on_disk, load, loads },
    { "load a learner", table_on_disk, load, loads },
    { "resume", from_checkpoint, resume, resumes_all_the_same },
    { "predict", trained, predict, predicts },
    { "evaluate", trained, evaluate, predicts },
    { "predict a table", learned, predict_table, predicts_rows },
    { "predict a row", learned, predict_row, predicts_rows },
    { "evaluate a table", learned, evaluate_table, predicts_rows },
    { "chosen metrics and curves", learned, metrics_and_curves, predicts_rows },
    { "evaluate other rows", other_rows, evaluate_table, judges_other_rows },
};

/* ---- the two ways of failing ---- */
static void tear_down(world *w)
{
    bm_free(w->model);
    bm_free(w->data);
    bm_free(w->table);
    bm_free(w->context);
}

/* The n after this one; `all` is how many allocations a whole run takes. */
static long next(long n, long all)
{
    if (n < EACH || n >= all - LAST) return n + 1;
    const long step = (all - EACH) / THEN + 1;
    return n + step > all - LAST ? all - LAST : n + step;
}

static void judge(const scene *s, world *w, long n, bool stays, bool failed, bm_status status)
{
    if (failed && status != BM_E_MEMORY)
        fail_msg("%s: allocation %ld%s failed, and the status is %s", s->name, n, stays ? " and all later" : "",
                 bm_status_name(status));
    if (!failed && status)
        fail_msg("%s: no allocation failed, and the status is %s: %s", s->name, bm_status_name(status),
                 w->model ? bm_error(w->model) : "");
    if (failed) s->unharmed(w);
}

/* One run in which the n-th allocation of the context's allocator fails (0: none). Gives how many there were. */
static long through_context(const scene *s, long n, bool stays)
{
    bmt_faults f = { 0 };
    world w = { .context = bmt_context(&f, 1) };
    if (s->prepare) s->prepare(&w);
    f.calls = 0;
    f.fail_at = n;
    f.stays = stays;
    const bm_status status = s->act(&w);
    const long calls = f.calls;
    const bool failed = f.failed;
    f.fail_at = 0;
    judge(s, &w, n, stays, failed, status);
    tear_down(&w);
    if (f.live || f.live_bytes)
        fail_msg("%s: %ld blocks (%zu bytes) are left when allocation %ld%s failed", s->name, f.live, f.live_bytes, n,
                 stays ? " and all later" : "");
    return calls;
}

static long through_malloc(const scene *s, long n, bool stays)
{
    const long before = bmt_malloc_live();
    world w = { .context = bm_context_new(.threads = 1) };
    if (s->prepare) s->prepare(&w);
    bmt_malloc_start(n, stays);
    const bm_status status = s->act(&w);
    const long calls = bmt_malloc_stop();
    judge(s, &w, n, stays, bmt_malloc_failed(), status);
    tear_down(&w);
    const long left = bmt_malloc_live() - before;
    if (n && left)
        fail_msg("%s: %ld blocks of malloc are left when call %ld%s failed", s->name, left, n, stays ? " and all later" : "");
    return calls;
}

typedef long (*one_run)(const scene *s, long n, bool stays);

static void each_fails(const scene *s, one_run run, const char *where)
{
    const long all = run(s, 0, false);
    long runs = 0;
    for (long n = 1; n <= all; n = next(n, all)) {
        run(s, n, false);
        runs++;
        if (n > ALL_ON && n % 4) continue;
        run(s, n, true);
        runs++;
    }
    if (all < 3) fail_msg("%s: only %ld allocations at %s", s->name, all, where);
    print_message("%s takes %ld allocations at %s; failed in %ld ways\n", s->name, all, where, runs);
}

static void at_the_context(void **state)
{
    each_fails(*state, through_context, "the context's allocator");
}

static void at_malloc(void **state)
{
    through_malloc(*state, 0, false); /* what is kept for good is there */
    each_fails(*state, through_malloc, "malloc");
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[2 * BMI_COUNT(scenes)];
    for (size_t i = 0; i < BMI_COUNT(scenes); i++) {
        tests[2 * i] = (struct CMUnitTest){ scenes[i].name, at_the_context, NULL, NULL, (void *)(uintptr_t)&scenes[i] };
        tests[2 * i + 1] = (struct CMUnitTest){ scenes[i].name, at_malloc, NULL, NULL, (void *)(uintptr_t)&scenes[i] };
    }
    if (argc > 1) cmocka_set_test_filter(argv[1]); /* one scene: "load*" */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
