// SPDX-License-Identifier: Apache-2.0
/* Targets of learners over tables: networks learn numbers of any size, and predictions come back in the table's unit, also from a
 * file; a loss that means the values themselves leaves them alone. And what one raw row may hold.
 */
#include "support/bmt.h"
#include <baeum/model.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

enum { ROWS = 240 };

/* price = 400,000 + 9,000 area + 50,000 rooms, with a little noise that is no random number. */
static bm_table *houses(double scale)
{
    double area[ROWS], rooms[ROWS], price[ROWS];
    bm_name street[ROWS];
    static const char *const streets[] = { "north", "south", "west" };
    for (int i = 0; i < ROWS; i++) {
        area[i] = 40 + (i * 37) % 120;
        rooms[i] = 1 + (i * 7) % 6;
        price[i] = scale * (400000 + 9000 * area[i] + 50000 * rooms[i] + 10000 * sin(i));
        street[i] = streets[i % 3];
    }
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "area", area, ROWS);
    bm_table_add_real(t, "rooms", rooms, ROWS);
    bm_table_add_text(t, "street", street, ROWS);
    bm_table_add_real(t, "price", price, ROWS);
    return t;
}

static bm_model *fitted(bm_learner how, const bm_table *t, bool log1p, bm_loss loss)
{
    bm_recipe *r = bm_recipe_new(.target = "price", .target_log1p = log1p);
    bm_model *m = bm_learner(how, r);
    if (loss.name) bm_compile(m, .loss = loss);
    bm_fit_table(m, t, .validation = .2, .test = .2, .epochs = 200);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    bm_free(r);
    return m;
}

static const bm_loss no_loss;

static double r2(const bm_model *m)
{
    const bm_scores s = bm_model_scores(m, "test");
    return bm_score(&s, "r2");
}

static void any_scale(void **state)
{
    (void)state;
    const double scales[] = { 1e-9, 1, 1e6 };
    for (size_t i = 0; i < BMI_COUNT(scales); i++) {
        bm_table *t = houses(scales[i]);
        bm_model *plain = fitted(bm_mlp(.units = BM_SHAPE(16)), t, false, no_loss), *logs = fitted(bm_mlp(), t, true, no_loss);
        bm_model *layers = fitted(bm_network("dense 16 tanh"), t, false, (bm_loss){ .name = "huber" });
        assert_true(r2(plain) > .95);
        if (scales[i] >= 1) assert_true(r2(logs) > .9);
        assert_true(r2(layers) > .95);
        bm_free(plain);
        bm_free(logs);
        bm_free(layers);
        bm_free(t);
    }
}

/* The same predictions, in the table's unit, from the model that was saved. */
static void saved(void **state)
{
    (void)state;
    bm_table *t = houses(1);
    bm_model *m = fitted(bm_mlp(.units = BM_SHAPE(8)), t, true, no_loss);
    char path[1200];
    snprintf(path, sizeof path, "%s", bmt_temp("houses.safetensors"));
    assert_int_equal(bm_save(m, path), BM_OK);
    bm_model *back = bm_load(path);
    if (bm_failed(back)) fail_msg("%s", bm_error(back));
    bm_tensor *a = bm_predict_table(m, t), *b = bm_predict_table(back, t);
    for (int64_t i = 0; i < ROWS; i++) {
        assert_true(bm_tensor_at(a, i) == bm_tensor_at(b, i));
        bmt_near("price", bm_tensor_at(a, i), bm_table_number(t, i, 3), .25);
    }
    bm_free(a);
    bm_free(b);
    bm_free(back);
    bm_free(m);
    bm_free(t);
}

/* Counts by the Poisson loss are learned as they are: its formula is about the values. */
static void values_that_mean_themselves(void **state)
{
    (void)state;
    double x[ROWS], count[ROWS];
    for (int i = 0; i < ROWS; i++) x[i] = i % 10, count[i] = i % 10 + (double)(i % 3);
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "x", x, ROWS);
    bm_table_add_real(t, "price", count, ROWS);
    bm_recipe *r = bm_recipe_new(.target = "price", .task = BM_REGRESSION);
    bm_model *m = bm_learner(bm_mlp(.units = BM_SHAPE(8)), r);
    bm_compile(m, .loss = BM_POISSON);
    bm_fit_table(m, t, .epochs = 1);
    for (int64_t i = 0; bm_recipe_note(bm_model_recipe(m), i); i++)
        assert_null(strstr(bm_recipe_note(bm_model_recipe(m), i), "learned standardised"));
    bm_free(m);
    m = bm_learner(bm_mlp(.units = BM_SHAPE(8)), r);
    bm_fit_table(m, t, .epochs = 1);
    bool said = false;
    for (int64_t i = 0; bm_recipe_note(bm_model_recipe(m), i); i++)
        said = said || strstr(bm_recipe_note(bm_model_recipe(m), i), "price: learned standardised, (price - ");
    assert_true(said);
    bm_free(m);
    bm_free(r);
    bm_free(t);
}

static void one_row(void **state)
{
    (void)state;
    bm_table *t = houses(1);
    bm_model *m = fitted(bm_linear(), t, false, no_loss);
    bm_tensor *p =
        bm_predict_row(m, .values = { { "area", .number = 100 }, { "rooms", .number = 3 }, { "street", .text = "west" } });
    bmt_near("price", bm_tensor_at(p, 0), 400000 + 900000 + 150000, .02);
    bm_free(p);
    p = bm_predict_row(m, .values = { { "area", .text = "100" }, { "rooms", .number = 3 }, { "street", .text = "west" } });
    bmt_near("a number as text", bm_tensor_at(p, 0), 400000 + 900000 + 150000, .02);
    bm_free(p);
    p = bm_predict_row(m, .values = { { "Area", .number = 100 }, { "rooms", .number = 3 } });
    assert_int_equal(bm_status_of(p), BM_E_DATA);
    bmt_contains("misspelt", bm_error(p), "there is no column \"Area\"");
    bmt_contains("misspelt", bm_error(p), "did you mean \"area\"?");
    bm_free(p);
    p = bm_predict_row(m, .values = { { "area", .text = "large" }, { "rooms", .number = 3 } });
    assert_int_equal(bm_status_of(p), BM_E_TYPE);
    bmt_contains("text for a number", bm_error(p), "\"area\" is a number in the recipe; \"large\" is none");
    bm_free(p);
    p = bm_predict_row(m, .values = { { "area", .number = 100 }, { "street", .number = 3 } });
    assert_int_equal(bm_status_of(p), BM_E_TYPE);
    bmt_contains("a number for text", bm_error(p), "\"street\" is text in the recipe; give it as .text");
    bm_free(p);
    p = bm_predict_row(m, .values = { { "price", .number = 1 }, { "area", .number = 100 }, { "area", .number = 10 } });
    assert_int_equal(bm_status_of(p), BM_E_ARGUMENT);
    bmt_contains("twice", bm_error(p), "\"area\" is given twice");
    bm_free(p);
    bm_free(m);
    bm_free(t);
}

/* bm_stop in the middle of an exact method: an error, and the model is as it was. */
static bm_model *working;

static void ring(int number)
{
    (void)number;
    bm_stop(working);
}

static void stopped(void **state)
{
    (void)state;
    enum { MANY = 4000, COLUMNS = 300 };
    static float x[MANY][COLUMNS], y[MANY];
    for (int i = 0; i < MANY; i++)
        for (int k = 0; k < COLUMNS; k++) x[i][k] = (float)sin(i * (k + 1.)), y[i] += x[i][k];
    bm_tensor *a = bm_tensor_view(BM_F32, BM_SHAPE(MANY, COLUMNS), x), *b = bm_tensor_view(BM_F32, BM_SHAPE(MANY), y);
    bm_dataset *d = bm_dataset_from(a, b);
    working = bm_learner(bm_linear(), NULL);
    const struct itimerval often = { .it_value = { .tv_usec = 2000 }, .it_interval = { .tv_usec = 2000 } },
                           never = { .it_value = { 0 } };
    const struct sigaction rings = { .sa_handler = ring, .sa_flags = SA_RESTART };
    sigaction(SIGALRM, &rings, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    bm_fit(working, d);
    setitimer(ITIMER_REAL, &never, NULL);
    signal(SIGALRM, SIG_DFL);
    assert_int_equal(bm_status_of(working), BM_E_STOPPED);
    bmt_contains("stopped", bm_error(working), "linear: stopped before the solution was found");
    bm_clear(working);
    assert_int_equal(bm_fit(working, d), BM_OK);
    bm_free(working);
    bm_free(d);
    bm_free(a);
    bm_free(b);
}

/* Seconds since 1970, three a row: an f32 knows them by 128. */
static void large_numbers(void **state)
{
    (void)state;
    double x[ROWS], y[ROWS];
    for (int i = 0; i < ROWS; i++) {
        x[i] = i;
        y[i] = 1.7e9 + 3 * i + (i % 2 ? .5 : -.5);
    }
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "x", x, ROWS);
    bm_table_add_real(t, "price", y, ROWS);
    bm_model *m = fitted(bm_linear(), t, false, no_loss);
    const bm_scores s = bm_model_scores(m, "test");
    bm_tensor *p = bm_predict_table(m, t);
    double mae = 0;
    for (int i = 0; i < ROWS; i++) mae += fabs(bm_tensor_at(p, i) - y[i]) / ROWS;
    assert_true(bm_score(&s, "mae") > .4 && bm_score(&s, "mae") < .6);
    bmt_near("mae", mae, .5, .02);
    const char *path = bmt_temp("large.safetensors");
    bm_save(m, path);
    bm_model *back = bm_load(path);
    const bm_scores a = bm_evaluate_table(m, t), b = bm_evaluate_table(back, t);
    bmt_near("mae of all", bm_score(&a, "mae"), mae, 1e-6);
    assert_true(bm_score(&a, "mae") == bm_score(&b, "mae"));
    bm_dataset *d = bm_recipe_apply(bm_model_recipe(m), t);
    assert_int_equal(bm_tensor_type(bm_dataset_t(d, 0)), BM_F64);
    bm_free(d), bm_free(p), bm_free(back), bm_free(m), bm_free(t);
}

/* A text that is no date is a slip in one row, where a table would count it as missing. */
static void date_of_one_row(void **state)
{
    (void)state;
    char dates[ROWS][16];
    bm_name texts[ROWS];
    double y[ROWS];
    for (int i = 0; i < ROWS; i++) {
        snprintf(dates[i], sizeof dates[i], "2024-%02d-%02d", i / 28 % 12 + 1, i % 28 + 1);
        texts[i] = dates[i];
        y[i] = i / 28 % 12 + .5;
    }
    bm_table *t = bm_table_new();
    bm_table_add_text(t, "day", texts, ROWS);
    bm_table_add_real(t, "price", y, ROWS);
    bm_model *m = fitted(bm_linear(), t, false, no_loss);
    bm_tensor *p = bm_predict_row(m, .values = { { "day", .text = "2024-03-05" } });
    bmt_near("of a date", bm_tensor_at(p, 0), 2.5, .5);
    bm_free(p);
    p = bm_predict_row(m, .values = { { "day", .text = "tomorrow" } });
    assert_int_equal(bm_status_of(p), BM_E_TYPE);
    bmt_contains("no date", bm_error(p), "\"day\" is a date in the recipe; \"tomorrow\" is none");
    bm_free(p), bm_free(m), bm_free(t);
}

/* Scores over a table have the metrics that a network was compiled with, too, in the table's unit. */
static void metrics_asked_for(void **state)
{
    (void)state;
    bm_table *t = houses(1);
    bm_recipe *r = bm_recipe_new(.target = "price");
    bm_model *m = bm_learner_parse("mlp:4", r);
    bm_compile(m, .loss = BM_MAE, .metrics = { BM_METRIC_MAE, BM_METRIC_MAPE });
    bm_fit_table(m, t, .test = .25, .epochs = 20);
    const bm_scores s = bm_evaluate_table(m, t), baseline = bm_model_scores(m, "baseline");
    bm_tensor *p = bm_predict_table(m, t);
    const int64_t price = bm_table_find(t, "price");
    double mape = 0;
    for (int64_t i = 0; i < bm_table_rows(t); i++) {
        const double want = bm_table_number(t, i, price);
        mape += fabs(bm_tensor_at(p, i) - want) / fabs(want) / (double)bm_table_rows(t);
    }
    bmt_near("mape", bm_score(&s, "mape"), mape, 1e-6);
    bmt_near("loss", s.loss, bm_score(&s, "mse"), 0);
    assert_true(bm_score(&baseline, "mape") > 0);
    bm_free(p), bm_free(m), bm_free(r);

    bm_table *flowers = bm_table_load("iris");
    r = bm_recipe_new(.target = "Species");
    m = bm_learner_parse("mlp:4", r);
    bm_compile(m, .metrics = { BM_TOP_K(2), BM_ACCURACY });
    bm_fit_table(m, flowers, .epochs = 20);
    const bm_scores of = bm_evaluate_table(m, flowers);
    p = bm_predict_table(m, flowers);
    int64_t right = 0, accuracies = 0;
    for (int64_t i = 0; i < 150; i++) { /* the classes are in order, 50 rows each */
        const double truth = bm_tensor_at(p, 3 * i + i / 50);
        int above = 0;
        for (int64_t k = 0; k < 3; k++) above += bm_tensor_at(p, 3 * i + k) > truth;
        right += above < 2;
    }
    bmt_near("top 2", bm_score(&of, "top_k"), (double)right / 150, 1e-12);
    for (int64_t i = 0; i < of.count; i++) accuracies += !strcmp(of.metrics[i].name, "accuracy");
    assert_int_equal(accuracies, 1);
    bm_free(p), bm_free(m), bm_free(r), bm_free(flowers), bm_free(t);
}

/* Whole numbers that an f64 would merge. */
static void large_classes(void **state)
{
    (void)state;
    const int64_t first = INT64_C(9007199254740992);
    double x[ROWS];
    int64_t label[ROWS];
    for (int i = 0; i < ROWS; i++) {
        x[i] = i % 4;
        label[i] = first + i % 4;
    }
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "x", x, ROWS);
    bm_table_add_integer(t, "label", label, ROWS);
    bm_recipe *r = bm_recipe_new(.target = "label");
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    assert_int_equal(bm_recipe_classes(r), 4);
    assert_string_equal(bm_recipe_class_name(r, 1), "9007199254740993");
    bm_dataset *d = bm_recipe_apply(r, t);
    for (int i = 0; i < ROWS; i++) assert_true(bm_tensor_at(bm_dataset_t(d, 0), i) == i % 4);
    bm_free(d), bm_free(r);
    r = bm_recipe_new(.target = "label", .task = BM_REGRESSION);
    for (int i = 0; i < ROWS; i++) label[i] = INT64_C(9223372036854775000) + i;
    bm_table *same = bm_table_new();
    bm_table_add_real(same, "x", x, ROWS);
    bm_table_add_integer(same, "label", label, ROWS);
    assert_int_equal(bm_recipe_fit(r, same), BM_E_DATA);
    bmt_contains("merged", bm_error(r), "beyond 2^53 whole numbers are rounded");
    bm_free(r), bm_free(same), bm_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(any_scale),
                                        cmocka_unit_test(large_numbers),
                                        cmocka_unit_test(large_classes),
                                        cmocka_unit_test(saved),
                                        cmocka_unit_test(values_that_mean_themselves),
                                        cmocka_unit_test(one_row),
                                        cmocka_unit_test(date_of_one_row),
                                        cmocka_unit_test(metrics_asked_for),
                                        cmocka_unit_test(stopped) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
