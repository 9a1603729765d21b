// SPDX-License-Identifier: Apache-2.0
/* What learners leave alone and what they keep, asked of all that are registered: settings, data, table and recipe of the caller are as
 * they were; predicting and judging change nothing; nothing is printed; the same seed gives the same bits, none the documented one; and a
 * fit that fails for lack of memory leaves what was learned before, or nothing.
 */
#include "data/recipe.h"
#include "model/learner_support.h"
#include "model/model.h"
#include "support/bmt_child.h"

static sample data, other;

/* ---- what was given ---- */
/* The settings that a model was made with, as a value and as it keeps them, and the data, byte by byte. */
static void unchanged(const subject *s)
{
    const bm_learner value = strcmp(s->kind->name, "network") ? bm_learner_value_at(s->kind->name, NULL, 0, BM_HERE)
                                                              : bm_network("dense 8 relu"),
                     before = value;
    bmt_sample(s, &data);
    data.weighed = true;
    bm_model *m = bm_learner(value, NULL);
    bm_dataset *d = bmt_dataset(s, &data, false), *same = bmt_dataset(s, &data, false);
    unsigned char *how = malloc(s->kind->options_size);
    assert_non_null(how);
    memcpy(how, m->how, s->kind->options_size);
    bmt_fit(s, m, d);
    bmt_fit(s, m, d);
    if (memcmp(how, m->how, s->kind->options_size) != 0) fail_msg("%s: fitting changed its settings", s->what);
    if (memcmp(&value, &before, sizeof value) != 0) fail_msg("%s: fitting changed the value it was made of", s->what);
    const bm_tensor *of[][2] = { { bm_dataset_x(d, 0), bm_dataset_x(same, 0) },
                                 { bm_dataset_t(d, 0), bm_dataset_t(same, 0) },
                                 { bm_dataset_weights(d), bm_dataset_weights(same) } };
    for (size_t k = 0; k < BMI_COUNT(of); k++)
        for (int64_t i = 0; i < bm_tensor_size(of[k][0]); i++)
            bmt_same_bits(s, "fitting changed the data", bm_tensor_at(of[k][0], i), bm_tensor_at(of[k][1], i));
    free(how);
    bm_free(d);
    bm_free(same);
    bm_free(m);
}

static void settings_and_data(void **state)
{
    (void)state;
    bmt_each_learner(unchanged);
}

static bm_table *table_in(bm_context *context, const subject *s, const sample *d)
{
    static const char *const names[COLUMNS] = { "a", "b", "c" };
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    double column[ROWS];
    int64_t class[ROWS];
    for (int j = 0; j < COLUMNS; j++) {
        for (int i = 0; i < ROWS; i++) column[i] = j == 2 && i % 11 == 3 ? NAN : d->x[i * COLUMNS + j];
        bm_table_add_real(t, names[j], column, ROWS);
    }
    for (int i = 0; i < ROWS; i++) class[i] = d->class[i];
    if (s->outputs > 1) bm_table_add_integer(t, "t", class, ROWS);
    else bm_table_add_real(t, "t", d->y, ROWS);
    return t;
}

static bm_recipe *recipe_in(bm_context *context, const subject *s)
{
    return bm_recipe_new(.target = "t", .task = s->outputs > 1 ? BM_CLASSIFICATION : BM_REGRESSION, .context = context);
}

/* Both files have the same bytes. */
static void same_files(const subject *s, const char *why, const char *a, const char *b)
{
    size_t n, k;
    unsigned char *x = bmt_read(a, &n), *y = bmt_read(b, &k);
    if (n != k || memcmp(x, y, n) != 0) fail_msg("%s: %s", s->what, why);
    free(x);
    free(y);
}

/* A recipe and a table that a model was fitted with: the model has a copy of the one, and nothing of the other. */
static void recipe_and_table(const subject *s)
{
    char before[200];
    bmt_sample(s, &data);
    bm_table *t = table_in(NULL, s, &data);
    bm_recipe *r = recipe_in(NULL, s);
    json_t *asked = bmi_recipe_save(r);
    snprintf(before, sizeof before, "%s", bmt_temp("before.csv"));
    bm_table_write_csv(t, before);
    bm_model *m = bmt_parse(s, bmt_text(s), r);
    bm_fit_table(m, t, .seed = 1, .test = .2, .epochs = s->kind->fit ? 0 : 3);
    if (bm_failed(m)) fail_msg("%s: %s", s->what, bm_error(m));
    bm_table_write_csv(t, bmt_temp("after.csv"));
    same_files(s, "fitting changed the table", before, bmt_temp("after.csv"));
    json_t *after = bmi_recipe_save(r);
    if (!json_equal(asked, after)) fail_msg("%s: fitting changed the recipe that was given", s->what);
    assert_int_equal(bm_recipe_features(r), 0);
    assert_int_equal(bm_recipe_features(bm_model_recipe(m)), COLUMNS);
    json_decref(asked);
    json_decref(after);
    bm_free(r);
    bm_free(t);
    bm_tensor *p = bm_predict_row(m, .values = { { "a", .number = .5 }, { "b", .number = 1 } }); /* c is missing */
    if (bm_failed(p)) fail_msg("%s: %s", s->what, bm_error(p));
    bm_free(p);
    bm_free(m);
}

static void recipes_and_tables(void **state)
{
    (void)state;
    bmt_each_learner(recipe_and_table);
}

/* ---- what is asked ---- */
/* Asking a model, by good and by bad questions, changes nothing of it: its file has the same bytes. */
static void asked(const subject *s)
{
    char before[200];
    int64_t n;
    bmt_sample(s, &data);
    bm_model *m = bmt_fitted(s, &data);
    snprintf(before, sizeof before, "%s", bmt_temp("before.safetensors"));
    bm_save(m, before);
    assert_true(*bm_stopped_by(m));
    free(bmt_predictions(s, m, &data, &n));
    bm_dataset *d = bmt_dataset(s, &data, false);
    const bm_scores scores = bm_evaluate(m, d);
    if (scores.status || !isfinite(scores.loss)) fail_msg("%s: %s, loss %g", s->what, scores.error, scores.loss);
    bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(ROWS / 3, 2), data.x), *p = bm_predict(m, x);
    assert_true(bm_failed(p));
    FILE *nowhere = fopen("/dev/null", "w");
    bm_summary(m, nowhere);
    fclose(nowhere);
    bm_save(m, bmt_temp("after.safetensors"));
    if (bm_failed(m)) fail_msg("%s: %s", s->what, bm_error(m));
    same_files(s, "predicting, judging or looking changed the model", before, bmt_temp("after.safetensors"));
    bm_free(p);
    bm_free(x);
    bm_free(d);
    bm_free(m);
}

static void questions(void **state)
{
    (void)state;
    bmt_each_learner(asked);
}

/* ---- seeds ---- */
static void seeded(const subject *s)
{
    bmt_sample(s, &data);
    bm_dataset *d = bmt_dataset(s, &data, false);
    bm_model *m[4];
    for (int way = 0; way < 4; way++) {
        m[way] = bmt_learner(s);
        if (way == 0) bm_fit(m[way], d);
        else bm_fit(m[way], d, .seed = way == 1 ? BM_ZERO : 11);
        if (bm_failed(m[way])) fail_msg("%s: %s", s->what, bm_error(m[way]));
    }
    bmt_same_predictions(s, "no seed is seed 0", m[0], m[1], &data, 0);
    bmt_same_predictions(s, "the same seed", m[2], m[3], &data, 0);
    for (int way = 0; way < 4; way++) bm_free(m[way]);
    bm_free(d);
}

static void seeds(void **state)
{
    (void)state;
    bmt_each_learner(seeded);
}

/* ---- silence ---- */
static void speak_not(const subject *s)
{
    int64_t n;
    bmt_sample(s, &data);
    bm_model *m = bmt_fitted(s, &data);
    free(bmt_predictions(s, m, &data, &n));
    bm_save(m, bmt_temp("silent.safetensors"));
    bm_model *back = bm_load(bmt_temp("silent.safetensors"));
    data.x[3] = NAN;
    bm_dataset *d = bmt_dataset(s, &data, false);
    const bm_scores scores = bm_evaluate(back, d);
    bm_fit(back, d);
    assert_true(bm_failed(back) && scores.status);
    bm_free(d);
    bm_free(back);
    bm_free(m);
}

static void use_all(void)
{
    bmt_each_learner(speak_not);
}

/* Fitting, predicting, saving, loading and failing print nothing. */
static void silence(void **state)
{
    (void)state;
    bmt_silent(use_all);
}

/* ---- allocations that fail ---- */
static bm_status fit_few(bm_model *m, const bm_dataset *d, const subject *s)
{
    return bm_fit(m, d, .seed = 3, .epochs = s->kind->fit ? 0 : 1);
}

/* The n-th allocation of a fit fails: of a model that was fitted what it had learned stays, of a new one nothing is there to predict with.
 * With memory enough it is then fitted as if nothing had happened. True when the fit needed fewer. */
static bool lacking(const subject *s, long n, bool fitted, const bm_dataset *first, const bm_dataset *second,
                    const bm_model *of_first, const bm_model *of_second)
{
    bmt_faults f = { 0 };
    bm_context *context = bmt_context(&f, 1);
    bm_recipe *r = bm_recipe_new(.context = context);
    bm_model *m = bmt_parse(s, bmt_short_text(s), r);
    if (fitted && fit_few(m, first, s)) fail_msg("%s: %s", s->what, bm_error(m));
    f.calls = 0;
    f.fail_at = n;
    const bm_status st = fit_few(m, second, s);
    const bool failed = f.failed;
    f.fail_at = 0;
    if (failed && st != BM_E_MEMORY) fail_msg("%s: allocation %ld fails, and the status is %s", s->what, n, bm_status_name(st));
    bm_clear(m);
    if (failed && fitted) bmt_same_predictions(s, "what was learned before", of_first, m, &data, 0);
    else if (failed) {
        bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, COLUMNS), data.x), *p = bm_predict(m, x);
        if (!bm_failed(p)) fail_msg("%s: allocation %ld of its first fit fails, and it predicts", s->what, n);
        bmt_contains(s->what, bm_error(p), "not fitted");
        bm_free(p);
        bm_free(x);
    }
    if (failed && fit_few(m, second, s)) fail_msg("%s: %s", s->what, bm_error(m));
    bmt_same_predictions(s, "fitted after that", of_second, m, &data, 0);
    bm_free(m);
    bm_free(r);
    bm_free(context);
    if (f.live) fail_msg("%s: %ld allocations are left when the %ld. fails", s->what, f.live, n);
    return !failed;
}

static void memory(const subject *s)
{
#ifdef BMT_SANITIZED
    const int step = 7;
#else
    const int step = 1;
#endif
    bmt_sample(s, &data);
    other = data;
    for (int64_t i = 0; i < ROWS * COLUMNS; i++) other.x[i] = 1 - data.x[i] / 2;
    bm_dataset *first = bmt_dataset(s, &data, false), *second = bmt_dataset(s, &other, false);
    bm_model *of_first = bmt_parse(s, bmt_short_text(s), NULL), *of_second = bmt_parse(s, bmt_short_text(s), NULL);
    fit_few(of_first, first, s);
    fit_few(of_second, second, s);
    for (int fitted = 0; fitted < 2; fitted++)
        for (long n = 1; !lacking(s, n, fitted, first, second, of_first, of_second); n += n < 40 ? 1 : step) {}
    bm_free(first);
    bm_free(second);
    bm_free(of_first);
    bm_free(of_second);
}

static void allocations(void **state)
{
    (void)state;
    bmt_each_learner(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_and_data), cmocka_unit_test(recipes_and_tables),
        cmocka_unit_test(questions),         cmocka_unit_test(seeds),
        cmocka_unit_test(silence),           cmocka_unit_test(allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
