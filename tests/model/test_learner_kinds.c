// SPDX-License-Identifier: Apache-2.0
/* What every learner must keep, asked of all that are registered, point by point as scikit-learn's checks of estimators: what it may be
 * used for before a fit, that a fit forgets and repeats, and that files give back the same bits. What rows, their order and their weights
 * mean stands in test_learner_rows.c, what data it takes in test_learner_data.c, what it leaves alone in test_learner_state.c, what it
 * refuses in test_learner_refusals.c; docs/contract.md has the list.
 */
#include "model/learner_support.h"
#include <sys/mman.h>
#include <unistd.h>

static sample data, other;

static void record(const subject *s)
{
    const bm_learner_kind *k = s->kind;
    assert_int_equal(k->size, sizeof *k);
    if (!k->doc || strchr(k->doc, '\n') || !strchr(k->doc, '.')) fail_msg("%s: its doc is no line", s->what);
    assert_non_null(k->layers);
    assert_non_null(k->compile);
}

static void records(void **state)
{
    (void)state;
    bmt_each_learner(record);
}

/* Learns something: better than the mean, or the most frequent class. */
static void learn(const subject *s)
{
    int64_t n;
    bmt_sample(s, &data);
    bm_model *m = bmt_learned(s, &data);
    double *p = bmt_predictions(s, m, &data, &n), wrong = 0, trivial = 0, mean = 0, of[3] = { 0 };
    const int64_t columns = n / ROWS;
    for (int i = 0; i < ROWS; i++) mean += data.y[i] / ROWS;
    for (int i = 0; i < ROWS; i++) {
        if (s->outputs == 1) {
            wrong += (p[i] - data.y[i]) * (p[i] - data.y[i]);
            trivial += (mean - data.y[i]) * (mean - data.y[i]);
            continue;
        }
        wrong += bmt_likeliest(p + i * columns, columns) != data.class[i];
        of[data.class[i]]++;
    }
    if (s->outputs > 1) trivial = ROWS - fmax(of[0], fmax(of[1], of[2]));
    if (!(wrong < .8 * trivial)) fail_msg("%s: error %g, of the trivial answer %g", s->what, wrong, trivial);
    free(p);
    bm_free(m);
}

static void learns(void **state)
{
    (void)state;
    bmt_each_learner(learn);
}

static void again(const subject *s)
{
    bmt_sample(s, &data);
    other = data;
    for (int64_t i = 0; i < ROWS * COLUMNS; i++) other.x[i] = 3 - 2 * data.x[i];
    other.rows = ROWS - 7;
    bm_model *once = bmt_fitted(s, &data), *twice = bmt_fitted(s, &other);
    bm_dataset *d = bmt_dataset(s, &data, false);
    bmt_fit(s, twice, d);
    bmt_same_predictions(s, "fitting again forgets", once, twice, &data, 0);
    bmt_fit(s, twice, d);
    bmt_same_predictions(s, "fitting repeats", once, twice, &data, 0);
    for (int64_t i = 0; i < ROWS * COLUMNS; i++)
        if (bm_tensor_at(bm_dataset_x(d, 0), i) != data.x[i]) fail_msg("%s: fitting changed the data", s->what);
    bm_free(d);
    bm_free(once);
    bm_free(twice);
}

static void fitting_again(void **state)
{
    (void)state;
    bmt_each_learner(again);
}

static void file(const subject *s)
{
    char first[200];
    size_t n, m;
    bmt_sample(s, &data);
    bm_model *a = bmt_fitted(s, &data);
    snprintf(first, sizeof first, "%s", bmt_temp("kept.safetensors"));
    bm_save(a, first);
    bm_model *b = bm_load(first);
    if (bm_failed(b)) fail_msg("%s: %s", s->what, bm_error(b));
    bmt_same_predictions(s, "saved and loaded", a, b, &data, 0);
    bm_save(b, bmt_temp("again.safetensors"));
    unsigned char *x = bmt_read(first, &n), *y = bmt_read(bmt_temp("again.safetensors"), &m);
    if (n != m || memcmp(x, y, n) != 0) fail_msg("%s: saving what was loaded gives another file", s->what);
    bm_dataset *d = bmt_dataset(s, &data, false);
    bmt_fit(s, b, d); /* a loaded learner is a learner */
    bmt_same_predictions(s, "a loaded learner, fitted", a, b, &data, 0);
    free(x);
    free(y);
    bm_free(d);
    bm_free(a);
    bm_free(b);
}

static void files(void **state)
{
    (void)state;
    bmt_each_learner(file);
}

/* The same bits on any number of threads, over a table and its recipe. */
static void on_threads(const subject *s)
{
    bm_model *first = NULL;
    bmt_sample(s, &data);
    for (int threads = 1; threads <= 4; threads *= 2) {
        bm_context *context = bm_context_new(.threads = threads);
        bm_table *t = bm_table_new_in_at(context, BM_HERE);
        double column[ROWS];
        int64_t class[ROWS];
        for (int j = 0; j < COLUMNS; j++) {
            for (int i = 0; i < ROWS; i++) column[i] = data.x[i * COLUMNS + j];
            bm_table_add_real(t, j == 0 ? "a" : j == 1 ? "b" : "c", column, ROWS);
        }
        for (int i = 0; i < ROWS; i++) class[i] = data.class[i];
        if (s->outputs > 1) bm_table_add_integer(t, "t", class, ROWS);
        else bm_table_add_real(t, "t", data.y, ROWS);
        bm_recipe *r =
            bm_recipe_new(.target = "t", .task = s->outputs > 1 ? BM_CLASSIFICATION : BM_REGRESSION, .context = context);
        bm_model *m = bm_learner_parse(bmt_text(s), r);
        bm_fit_table(m, t, .test = .2, .seed = 1);
        if (bm_failed(m)) fail_msg("%s: %s", s->what, bm_error(m));
        for (int64_t i = 0; first && i < bm_model_weights(m); i++) {
            const char *name = bm_model_weight_name(m, i);
            const bm_tensor *a = bm_model_weight(first, name), *b = bm_model_weight(m, name);
            for (int64_t k = 0; k < bm_tensor_size(a); k++)
                if (bm_tensor_at(a, k) != bm_tensor_at(b, k)) fail_msg("%s: %s differs on %d threads", s->what, name, threads);
        }
        if (!first) first = m;
        else bm_free(m);
        bm_free(r);
        bm_free(t);
        bm_free(context);
    }
    bm_free(first);
}

static void threads(void **state)
{
    (void)state;
    bmt_each_learner(on_threads);
}

/* One input, and fewer rows than inputs. */
static void shapes(const subject *s)
{
    static const int64_t shape[][2] = { { ROWS, 1 }, { 6, 20 }, { 2, 1 } };
    for (size_t i = 0; i < BMI_COUNT(shape); i++) {
        bmt_sample(s, &data);
        data.rows = shape[i][0];
        data.columns = shape[i][1];
        if (s->outputs == 3 && data.rows < 3) continue;
        for (int64_t k = 0; k < data.rows; k++) data.class[k] = (int32_t)(k % s->outputs);
        bm_model *m = bmt_fitted(s, &data);
        int64_t n;
        double *p = bmt_predictions(s, m, &data, &n);
        for (int64_t k = 0; k < n; k++)
            if (!isfinite(p[k]))
                fail_msg("%s: %lld x %lld: a prediction is %g", s->what, (long long)shape[i][0], (long long)shape[i][1], p[k]);
        free(p);
        bm_free(m);
    }
}

static void narrow_and_wide(void **state)
{
    (void)state;
    bmt_each_learner(shapes);
}

/* A column of one value, and columns that are each other's multiples. */
static void dependent(const subject *s)
{
    for (int all = 0; all < 2; all++) {
        bmt_sample(s, &data);
        for (int64_t i = 0; i < ROWS; i++) {
            double *x = data.x + i * COLUMNS;
            x[1] = all ? 4 : 2 * x[0];
            x[2] = 4;
            if (all) x[0] = -1;
        }
        bm_model *m = bmt_fitted(s, &data);
        int64_t n;
        double *p = bmt_predictions(s, m, &data, &n);
        for (int64_t k = 0; k < n; k++)
            if (!isfinite(p[k])) fail_msg("%s: a prediction is %g", s->what, p[k]);
        free(p);
        bm_free(m);
    }
}

static void dependent_columns(void **state)
{
    (void)state;
    bmt_each_learner(dependent);
}

/* No row to predict: no prediction, and no error. */
static void nothing(const subject *s)
{
    bmt_sample(s, &data);
    bm_model *m = bmt_fitted(s, &data);
    bm_tensor *x = bm_tensor_new(BM_F64, BM_SHAPE(0, COLUMNS)), *p = bm_predict(m, x);
    if (bm_failed(p)) fail_msg("%s: 0 rows: %s", s->what, bm_error(p));
    assert_int_equal(bm_tensor_size(p), 0);
    bm_free(p);
    bm_free(x);
    bm_free(m);
}

static void no_rows(void **state)
{
    (void)state;
    bmt_each_learner(nothing);
}

/* One row: of numbers it is met, or its mean; of classes there is nothing to tell apart. */
static void single(const subject *s)
{
    bmt_sample(s, &data);
    data.rows = 1;
    bm_model *m = bmt_learner(s);
    bm_dataset *d = bmt_dataset(s, &data, false);
    bmt_try_fit(s, m, d);
    if (s->outputs > 1) {
        assert_int_equal(bm_status_of(m), BM_E_DATA);
        bmt_contains(s->what, bm_error(m), "one class");
    } else if (bm_failed(m)) fail_msg("%s: one row: %s", s->what, bm_error(m));
    else {
        int64_t n;
        double *p = bmt_predictions(s, m, &data, &n);
        if (n != 1 || !isfinite(p[0])) fail_msg("%s: one row: a prediction is %g", s->what, p[0]);
        free(p);
    }
    bm_free(d);
    bm_free(m);
}

static void one_row(void **state)
{
    (void)state;
    bmt_each_learner(single);
}

/* Data in pages that nobody may write. */
static void guarded(const subject *s)
{
    bmt_sample(s, &data);
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = (sizeof data + page - 1) / page * page;
    void *pages = NULL;
    assert_int_equal(posix_memalign(&pages, page, bytes), 0);
    sample *kept = pages;
    *kept = data;
    assert_int_equal(mprotect(kept, bytes, PROT_READ), 0);
    bm_model *a = bmt_fitted(s, &data), *b = bmt_learner(s);
    bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, COLUMNS), kept->x),
              *t = s->outputs > 1 ? bm_tensor_view(BM_I32, BM_SHAPE(ROWS), kept->class)
                                  : bm_tensor_view(BM_F64, BM_SHAPE(ROWS), kept->y);
    bm_dataset *d = bm_dataset_from(x, t);
    bmt_fit(s, b, d);
    bmt_same_predictions(s, "read-only data", a, b, kept, 0);
    bm_free(d);
    bm_free(x);
    bm_free(t);
    bm_free(a);
    bm_free(b);
    assert_int_equal(mprotect(pages, bytes, PROT_READ | PROT_WRITE), 0);
    free(pages);
}

static void read_only(void **state)
{
    (void)state;
    bmt_each_learner(guarded);
}

/* Classes 1 and 2 where no row is of class 0: the others are learned. */
static void later_labels(const subject *s)
{
    if (s->outputs != 2 || !(s->kind->tasks & BM_LEARNS_CLASSES)) return;
    bmt_sample(s, &data);
    for (int64_t i = 0; i < ROWS; i++) data.class[i] += 1;
    subject of_three = *s;
    of_three.outputs = 3;
    bm_model *m = bmt_learned(&of_three, &data);
    int64_t n;
    double *p = bmt_predictions(&of_three, m, &data, &n);
    const int64_t columns = n / ROWS;
    int64_t wrong = 0;
    assert_true(columns == 3);
    for (int64_t i = 0; i < ROWS; i++) {
        for (int64_t k = 0; k < columns; k++)
            if (isnan(p[i * columns + k])) fail_msg("%s: labels from 1: a prediction is NaN", s->what);
        wrong += bmt_likeliest(p + i * columns, columns) != data.class[i];
    }
    if (wrong > ROWS / 3) fail_msg("%s: labels from 1: %lld of %d rows are wrong", s->what, (long long)wrong, ROWS);
    free(p);
    bm_free(m);
}

static void labels_from_one(void **state)
{
    (void)state;
    bmt_each_learner(later_labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records),           cmocka_unit_test(learns),
        cmocka_unit_test(fitting_again),     cmocka_unit_test(files),
        cmocka_unit_test(threads),           cmocka_unit_test(narrow_and_wide),
        cmocka_unit_test(dependent_columns), cmocka_unit_test(no_rows),
        cmocka_unit_test(one_row),           cmocka_unit_test(read_only),
        cmocka_unit_test(labels_from_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
