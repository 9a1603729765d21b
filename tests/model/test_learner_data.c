// SPDX-License-Identifier: Apache-2.0
/* What kinds of data every learner that is registered takes, and which it refuses in words: targets of several columns, labels, classes
 * as text, numbers or true and false; inputs of every type; columns of a table by their names.
 */
#include "model/learner_support.h"

static sample data, other;

/* A fit that must fail so. */
static void refused(const subject *s, const bm_tensor *x, const bm_tensor *t, bm_status status, const char *says)
{
    bm_model *m = bmt_learner(s);
    bm_dataset *d = bm_dataset_from(x, t);
    bm_fit(m, d, .seed = 3);
    if (bm_status_of(m) != status) fail_msg("%s: status %d, \"%s\"", s->what, bm_status_of(m), bm_error(m));
    bmt_contains(s->what, bm_error(m), says);
    bm_free(d);
    bm_free(m);
}

static bm_model *fitted_on(const subject *s, const char *text, const bm_tensor *x, const bm_tensor *t)
{
    bm_model *m = bmt_parse(s, text, NULL);
    bm_dataset *d = bm_dataset_from(x, t);
    bmt_fit(s, m, d);
    bm_free(d);
    return m;
}

/* ---- targets ---- */
/* Several targets are learned as each alone, by networks, whose hidden layers they share, at least at all. */
static void several(const subject *s)
{
    enum { TARGETS = 3 };
    static double y[ROWS * TARGETS], one[ROWS];
    if (s->outputs > 1) return;
    bmt_sample(s, &data);
    for (int64_t i = 0; i < ROWS; i++) {
        y[i * TARGETS] = data.y[i];
        y[i * TARGETS + 1] = s->kind->tasks & BM_LEARNS_SCALED ? -data.y[i] / 2 : 12 - data.y[i] / 2;
        y[i * TARGETS + 2] = data.y[(i + 1) % ROWS];
    }
    bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, COLUMNS), data.x),
              *t = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, TARGETS), y);
    bm_model *all = fitted_on(s, bmt_strict_text(s), x, t);
    int64_t n, n_one;
    double *p = bmt_predictions(s, all, &data, &n);
    assert_int_equal(n, ROWS * TARGETS);
    for (int k = 0; k < TARGETS; k++) {
        for (int64_t i = 0; i < ROWS; i++) one[i] = y[i * TARGETS + k];
        bm_tensor *u = bm_tensor_view(BM_F64, BM_SHAPE(ROWS), one);
        bm_model *alone = fitted_on(s, bmt_strict_text(s), x, u);
        double *q = bmt_predictions(s, alone, &data, &n_one);
        for (int64_t i = 0; i < ROWS; i++) {
            if (s->kind->fit) bmt_near(s->what, p[i * TARGETS + k], q[i], 1e-6);
            else if (!isfinite(p[i * TARGETS + k])) fail_msg("%s: of several targets a prediction is no number", s->what);
        }
        free(q);
        bm_free(alone);
        bm_free(u);
    }
    free(p);
    bm_free(all);
    bm_free(t);
    bm_free(x);
}

static void several_targets(void **state)
{
    (void)state;
    bmt_each_learner(several);
}

/* Several columns of 0 and 1: learned as each alone, or refused with the name of a learner that does it. */
static void labels(const subject *s)
{
    enum { LABELS = 3 };
    static int32_t label[ROWS * LABELS], one[ROWS];
    if (s->outputs != 2) return;
    bmt_sample(s, &data);
    for (int64_t i = 0; i < ROWS; i++)
        for (int k = 0; k < LABELS; k++) label[i * LABELS + k] = bmt_wave(i, k) + .2 * bmt_wave(i + 9, k) > .1 * k;
    bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, COLUMNS), data.x),
              *t = bm_tensor_view(BM_I32, BM_SHAPE(ROWS, LABELS), label);
    if (!(s->kind->tasks & BM_LEARNS_LABELS)) refused(s, x, t, BM_E_ARGUMENT, "logistic does");
    else {
        bm_model *all = fitted_on(s, bmt_strict_text(s), x, t);
        int64_t n, n_one;
        double *p = bmt_predictions(s, all, &data, &n);
        assert_int_equal(n, ROWS * LABELS);
        for (int k = 0; k < LABELS; k++) {
            for (int64_t i = 0; i < ROWS; i++) one[i] = label[i * LABELS + k];
            bm_tensor *u = bm_tensor_view(BM_I32, BM_SHAPE(ROWS), one);
            bm_model *alone = fitted_on(s, bmt_strict_text(s), x, u);
            double *q = bmt_predictions(s, alone, &data, &n_one);
            for (int64_t i = 0; i < ROWS; i++) bmt_near(s->what, p[i * LABELS + k], q[i], 1e-6);
            free(q);
            bm_free(alone);
            bm_free(u);
        }
        free(p);
        bm_free(all);
        label[7] = 2;
        refused(s, x, t, BM_E_DATA, "row 2 has the label 2");
    }
    bm_free(t);
    bm_free(x);
}

static void several_labels(void **state)
{
    (void)state;
    bmt_each_learner(labels);
}

/* Numbers for a learner of classes, classes for one of numbers, three classes for one of two; no target, rows that do not fit. */
static void other_tasks(const subject *s)
{
    const unsigned tasks = s->kind->tasks;
    const subject three = { s->kind, 3, "" };
    bmt_sample(&three, &data);
    bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, COLUMNS), data.x),
              *numbers = bm_tensor_view(BM_F64, BM_SHAPE(ROWS), data.y),
              *classes = bm_tensor_view(BM_I32, BM_SHAPE(ROWS), data.class),
              *fewer = bm_tensor_view(BM_F64, BM_SHAPE(ROWS - 1), data.y), *none = bm_tensor_new(BM_F64, BM_SHAPE(ROWS, 0)),
              *no_rows = bm_tensor_new(BM_F64, BM_SHAPE(0, COLUMNS)), *no_numbers = bm_tensor_new(BM_F64, BM_SHAPE(0));
    if (!(tasks & BM_LEARNS_NUMBERS)) refused(s, x, numbers, BM_E_ARGUMENT, "does not do regression");
    if (!(tasks & (BM_LEARNS_TWO_CLASSES | BM_LEARNS_CLASSES))) refused(s, x, classes, BM_E_ARGUMENT, "does not do classes");
    refused(s, x, NULL, BM_E_DATA, "has no target");
    refused(s, x, fewer, BM_E_SHAPE, "rows");
    refused(s, no_rows, no_numbers, BM_E_DATA, "no rows");
    refused(s, none, s->outputs > 1 ? classes : numbers, BM_E_DATA, "no columns");
    bm_tensor *all[] = { x, numbers, classes, fewer, none, no_rows, no_numbers };
    for (size_t i = 0; i < BMI_COUNT(all); i++) bm_free(all[i]);
}

static void tasks_and_sizes(void **state)
{
    (void)state;
    bmt_each_learner(other_tasks);
}

/* Weights that are not one a row. */
static void other_weights(const subject *s)
{
    bmt_sample(s, &data);
    bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, COLUMNS), data.x),
              *t = s->outputs > 1 ? bm_tensor_view(BM_I32, BM_SHAPE(ROWS), data.class)
                                  : bm_tensor_view(BM_F64, BM_SHAPE(ROWS), data.y),
              *many = bm_tensor_new(BM_F32, BM_SHAPE(2 * ROWS)), *wide = bm_tensor_new(BM_F32, BM_SHAPE(ROWS, 2));
    const bm_tensor *of[] = { many, wide };
    for (int k = 0; k < 2; k++) {
        bm_dataset *d = bm_dataset_new(.x = { x }, .t = { t }, .weights = of[k]);
        bm_model *m = bmt_learner(s);
        bm_fit(m, d);
        if (bm_status_of(m) != BM_E_SHAPE && bm_status_of(m) != BM_E_TYPE) fail_msg("%s: \"%s\"", s->what, bm_error(m));
        bmt_contains(s->what, bm_error(m), "weights");
        bm_free(m);
        bm_free(d);
    }
    bm_free(many);
    bm_free(wide);
    bm_free(x);
    bm_free(t);
}

static void shapes_of_weights(void **state)
{
    (void)state;
    bmt_each_learner(other_weights);
}

/* Targets as a column are those of a row each; inputs of one column, of rows without a dimension. */
static void column(const subject *s)
{
    bmt_sample(s, &data);
    data.columns = 1;
    bm_model *a = bmt_fitted(s, &data);
    const bm_type type = s->outputs > 1 ? BM_I32 : BM_F64;
    const void *of = s->outputs > 1 ? (const void *)data.class : data.y;
    bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(ROWS), data.x), *t = bm_tensor_view(type, BM_SHAPE(ROWS, 1), of);
    bm_model *b = fitted_on(s, bmt_text(s), x, t);
    bmt_same_predictions(s, "inputs of shape (n), targets of shape (n, 1)", a, b, &data, 0);
    bm_free(x);
    bm_free(t);
    bm_free(a);
    bm_free(b);
}

static void shapes_of_columns(void **state)
{
    (void)state;
    bmt_each_learner(column);
}

/* ---- types of inputs ---- */
static void put(bm_tensor *t, int64_t i, double v)
{
    switch (bm_tensor_type(t)) {
    case BM_F32: ((float *)bm_data(t))[i] = (float)v; return;
    case BM_F64: ((double *)bm_data(t))[i] = v; return;
    case BM_I32: ((int32_t *)bm_data(t))[i] = (int32_t)v; return;
    case BM_I64: ((int64_t *)bm_data(t))[i] = (int64_t)v; return;
    default: ((uint8_t *)bm_data(t))[i] = (uint8_t)v;
    }
}

/* Inputs of every type that hold the same numbers, in training and in predicting; bytes are numbers in [0, 1]. */
static void input_types(const subject *s)
{
    static const bm_type types[] = { BM_F32, BM_I32, BM_I64, BM_U8, BM_BOOL };
    for (size_t k = 0; k < BMI_COUNT(types); k++) {
        const double most = types[k] == BM_BOOL ? 1 : 5, unit = types[k] == BM_U8 ? 1. / 255 : 1;
        bmt_sample(s, &data);
        bm_tensor *x = bm_tensor_new(types[k], BM_SHAPE(ROWS, COLUMNS));
        for (int64_t i = 0; i < ROWS * COLUMNS; i++) {
            const double v = fmin(most, fabs(round(data.x[i] + 1)));
            put(x, i, types[k] == BM_U8 ? 50 * v : v);
            data.x[i] = types[k] == BM_U8 ? 50 * v * unit : v;
        }
        const bm_type type = s->outputs > 1 ? BM_I32 : BM_F64;
        bm_tensor *t = bm_tensor_view(type, BM_SHAPE(ROWS), s->outputs > 1 ? (const void *)data.class : data.y);
        bm_model *a = bmt_fitted(s, &data), *b = fitted_on(s, bmt_text(s), x, t);
        /* what is not f64 is converted block by block, with sums in another order; a byte over 255 is rounded for networks of f32 */
        bmt_same_predictions(s, bm_type_name(types[k]), a, b, &data, types[k] == BM_U8 ? 1e-4 : 1e-9);
        int64_t n;
        double *p = bmt_predictions(s, b, &data, &n);
        bm_tensor *q = bm_predict(b, x);
        if (bm_failed(q)) fail_msg("%s: %s", s->what, bm_error(q));
        for (int64_t i = 0; i < n; i++) bmt_near(s->what, bm_tensor_at(q, i), p[i], types[k] == BM_U8 ? 1e-5 : 0);
        free(p);
        bm_free(q);
        bm_free(a);
        bm_free(b);
        bm_free(t);
        bm_free(x);
    }
}

static void types(void **state)
{
    (void)state;
    bmt_each_learner(input_types);
}

/* ---- predicting: other columns, numbers that are none ---- */
static void bad_inputs(const subject *s)
{
    bmt_sample(s, &data);
    bm_model *m = bmt_fitted(s, &data);
    for (int64_t columns = COLUMNS - 1; columns <= COLUMNS + 1; columns += 2) {
        other = data;
        other.columns = columns;
        other.rows = ROWS / 2;
        bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(other.rows, columns), data.x), *p = bm_predict(m, x);
        assert_int_equal(bm_status_of(p), BM_E_SHAPE);
        bmt_contains(s->what, bm_error(p), columns < COLUMNS ? "2" : "4");
        bmt_contains(s->what, bm_error(p), "3");
        bm_dataset *d = bmt_dataset(s, &other, false);
        const bm_scores scores = bm_evaluate(m, d);
        assert_int_equal(scores.status, BM_E_SHAPE);
        bm_free(d);
        bm_free(p);
        bm_free(x);
    }
    static const double bad[] = { NAN, INFINITY, -INFINITY };
    for (size_t i = 0; i < BMI_COUNT(bad); i++) {
        bmt_sample(s, &data);
        data.x[17 * COLUMNS + 1] = bad[i];
        bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, COLUMNS), data.x), *p = bm_predict(m, x);
        if (bm_status_of(p) != BM_E_NUMBER) fail_msg("%s: %g is predicted from", s->what, bad[i]);
        bmt_contains(s->what, bm_error(p), "row 17");
        bmt_contains(s->what, bm_error(p), "column 1");
        bm_dataset *d = bmt_dataset(s, &data, false);
        const bm_scores scores = bm_evaluate(m, d);
        if (scores.status != BM_E_NUMBER) fail_msg("%s: %g is judged", s->what, bad[i]);
        bmt_contains(s->what, scores.error, "row 17");
        bm_free(d);
        bm_free(p);
        bm_free(x);
    }
    bm_free(m);
}

static void inputs(void **state)
{
    (void)state;
    bmt_each_learner(bad_inputs);
}

/* ---- tables ---- */
/* A table of the sample: its columns in the order of `names`, the target as a number or as the texts of classes. */
static bm_table *table_of(const sample *d, const char *const *names, int n_names, const char *const *classes)
{
    enum { ROOM = 1 << 16 };
    static char text[ROOM];
    size_t at = 0;
    for (int k = 0; k < n_names; k++) at += (size_t)snprintf(text + at, ROOM - at, "%s%s", k ? "," : "", names[k]);
    at += (size_t)snprintf(text + at, ROOM - at, "\n");
    for (int64_t i = 0; i < d->rows; i++)
        for (int k = 0; k < n_names; k++) {
            const char *end = k + 1 < n_names ? "," : "\n";
            const double *x = d->x + i * d->columns;
            if (*names[k] == 't' && classes) at += (size_t)snprintf(text + at, ROOM - at, "%s%s", classes[d->class[i]], end);
            else if (*names[k] == 't') at += (size_t)snprintf(text + at, ROOM - at, "%.17g%s", d->y[i], end);
            else if (*names[k] == 'z') at += (size_t)snprintf(text + at, ROOM - at, "word%d%s", (int)(i % 5), end);
            else at += (size_t)snprintf(text + at, ROOM - at, "%.17g%s", x[*names[k] - 'a'], end);
        }
    bm_table *t = bm_table_read_csv(bmt_temp_file("learner.csv", text, at));
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    return t;
}

static const char *const in_order[] = { "a", "b", "c", "t" };

static bm_model *fitted_table(const subject *s, const bm_table *t)
{
    bm_recipe *r = bm_recipe_new(.target = "t", .task = s->outputs > 1 ? BM_CLASSIFICATION : BM_REGRESSION);
    bm_model *m = bmt_parse(s, bmt_text(s), r);
    bm_fit_table(m, t, .seed = 1, .epochs = s->kind->fit ? 0 : 5);
    if (bm_failed(m)) fail_msg("%s: %s", s->what, bm_error(m));
    bm_free(r);
    return m;
}

static void same_of_table(const subject *s, const char *why, const bm_model *a, const bm_table *t, const bm_model *b,
                          const bm_table *u)
{
    bm_tensor *p = bm_predict_table(a, t), *q = bm_predict_table(b, u);
    if (bm_failed(p) || bm_failed(q)) fail_msg("%s: %s: %s %s", s->what, why, bm_error(p), bm_error(q));
    assert_int_equal(bm_tensor_size(p), bm_tensor_size(q));
    for (int64_t i = 0; i < bm_tensor_size(p); i++) bmt_same_bits(s, why, bm_tensor_at(p, i), bm_tensor_at(q, i));
    bm_free(p);
    bm_free(q);
}

/* Classes are what their texts, numbers or true and false say: the same model, under its own names, and decisions by its probabilities. */
static void names_of_classes(const subject *s)
{
    static const char *const as[][3] = {
        { "0", "1", "2" }, { "-1", "4", "70" }, { "few", "more", "most" }, { "false", "true", "" }
    };
    if (s->outputs < 2) return;
    bmt_sample(s, &data);
    bm_table *plain = table_of(&data, in_order, 4, as[0]);
    bm_model *first = fitted_table(s, plain);
    for (size_t k = 1; k < BMI_COUNT(as); k++) {
        if (s->outputs > 2 && !*as[k][2]) continue;
        bm_table *t = table_of(&data, in_order, 4, as[k]);
        bm_model *m = fitted_table(s, t);
        same_of_table(s, as[k][0], first, plain, m, t);
        assert_int_equal(bm_model_classes(m), s->outputs);
        for (int c = 0; c < s->outputs; c++) assert_string_equal(bm_model_class_name(m, c), as[k][c]);
        bm_tensor *p = bm_predict_table(m, t), *said = bm_predict_classes(m, t);
        if (bm_failed(said)) fail_msg("%s: %s", s->what, bm_error(said));
        for (int64_t i = 0; i < ROWS; i++) {
            const int64_t columns = bm_tensor_size(p) / ROWS;
            double row[3];
            for (int64_t c = 0; c < columns; c++) row[c] = bm_tensor_at(p, i * columns + c);
            assert_int_equal((int64_t)bm_tensor_at(said, i), bmt_likeliest(row, columns));
        }
        bm_free(said);
        bm_free(p);
        bm_free(m);
        bm_free(t);
    }
    bm_free(first);
    bm_free(plain);
}

static void classes_by_name(void **state)
{
    (void)state;
    bmt_each_learner(names_of_classes);
}

/* Columns are found by their names: in any order, among others, without the target; one that is not there is named. */
static void names_of_columns(const subject *s)
{
    static const char *const turned[] = { "c", "z", "a", "t", "b" }, *const bare[] = { "b", "c", "a" },
                             *const lacking[] = { "a", "b", "t" };
    static const char *const words[] = { "low", "middle", "top" };
    bmt_sample(s, &data);
    const char *const *classes = s->outputs > 1 ? words : NULL;
    bm_table *t = table_of(&data, in_order, 4, classes), *u = table_of(&data, turned, 5, classes),
             *v = table_of(&data, bare, 3, classes), *w = table_of(&data, lacking, 3, classes);
    bm_model *m = fitted_table(s, t);
    same_of_table(s, "columns in another order, and one more", m, t, m, u);
    same_of_table(s, "columns in another order, and no target", m, t, m, v);
    bm_tensor *p = bm_predict_table(m, w);
    assert_int_equal(bm_status_of(p), BM_E_DATA);
    bmt_contains(s->what, bm_error(p), "\"c\"");
    bm_scores scores = bm_evaluate_table(m, w);
    assert_int_equal(scores.status, BM_E_DATA);
    bmt_contains(s->what, scores.error, "\"c\"");
    bm_scores there = bm_evaluate_table(m, t), elsewhere = bm_evaluate_table(m, u);
    if (there.status) fail_msg("%s: %s", s->what, there.error);
    bmt_same_bits(s, "judged by columns in another order", there.loss, elsewhere.loss);
    bm_table *tables[] = { t, u, v, w };
    for (size_t i = 0; i < BMI_COUNT(tables); i++) bm_free(tables[i]);
    bm_free(p);
    bm_free(m);
}

static void columns_by_name(void **state)
{
    (void)state;
    bmt_each_learner(names_of_columns);
}

/* Classes that training had not are wrong when they are judged, and counted. */
static void unseen(const subject *s)
{
    static const char *const before[] = { "low", "middle", "top" }, *const after[] = { "low", "unheard of", "top" };
    if (s->outputs < 2) return;
    bmt_sample(s, &data);
    bm_table *t = table_of(&data, in_order, 4, before), *u = table_of(&data, in_order, 4, after);
    bm_model *m = fitted_table(s, t);
    same_of_table(s, "the target has no say in predicting", m, t, m, u);
    const bm_scores scores = bm_evaluate_table(m, u);
    if (scores.status) fail_msg("%s: %s", s->what, scores.error);
    int64_t ones = 0;
    for (int64_t i = 0; i < ROWS; i++) ones += data.class[i] == 1;
    assert_int_equal(scores.unseen_class, ones);
    bm_free(m);
    bm_free(t);
    bm_free(u);
}

static void unseen_classes(void **state)
{
    (void)state;
    bmt_each_learner(unseen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_targets),
        cmocka_unit_test(several_labels),
        cmocka_unit_test(tasks_and_sizes),
        cmocka_unit_test(shapes_of_weights),
        cmocka_unit_test(shapes_of_columns),
        cmocka_unit_test(types),
        cmocka_unit_test(inputs),
        cmocka_unit_test(classes_by_name),
        cmocka_unit_test(columns_by_name),
        cmocka_unit_test(unseen_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
