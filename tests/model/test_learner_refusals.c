// SPDX-License-Identifier: Apache-2.0
/* What every learner refuses, asked of all that are registered: each with a message that says what and where, and each leaves a model that
 * was fitted as it was.
 */
#include "model/learner_support.h"
#include "nn/part.h"

static sample data;

/* A fit that must fail; the model then predicts as before, once the error is off. */
static void refuse(const subject *s, const sample *d, bm_status status, const char *says)
{
    sample *good = malloc(sizeof *good);
    assert_non_null(good);
    bmt_sample(s, good);
    bm_model *m = bmt_fitted(s, good), *same = bmt_fitted(s, good);
    bm_dataset *bad = bmt_dataset(s, d, false);
    if (bm_failed(bad)) status = bm_status_of(bad); /* what a dataset refuses itself */
    bmt_try_fit(s, m, bad);
    if (bm_status_of(m) != status) fail_msg("%s: %s: status %d, \"%s\"", s->what, says, bm_status_of(m), bm_error(m));
    bmt_contains(s->what, bm_error(m), says);
    bm_clear(m);
    bmt_same_predictions(s, "after a fit that failed", m, same, good, 0);
    bm_free(bad);
    bm_free(m);
    bm_free(same);
    free(good);
}

static void before_a_fit(const subject *s)
{
    bmt_sample(s, &data);
    bm_model *m = bmt_learner(s);
    bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, COLUMNS), data.x), *p = bm_predict(m, x);
    assert_int_equal(bm_status_of(p), BM_E_ARGUMENT);
    bmt_contains(s->what, bm_error(p), "not fitted");
    bm_dataset *d = bmt_dataset(s, &data, false);
    const bm_scores scores = bm_evaluate(m, d);
    assert_int_equal(scores.status, BM_E_ARGUMENT);
    bmt_contains(s->what, scores.error, "not fitted");
    assert_int_equal(bm_save(m, bmt_temp("unfitted")), BM_E_ARGUMENT);
    bmt_contains(s->what, bm_error(m), "not fitted");
    bm_free(d);
    bm_free(p);
    bm_free(x);
    bm_free(m);
}

static void unfitted(void **state)
{
    (void)state;
    bmt_each_learner(before_a_fit);
}

static void bad_numbers(const subject *s)
{
    static const double bad[] = { NAN, INFINITY, -INFINITY };
    for (size_t i = 0; i < BMI_COUNT(bad); i++) {
        bmt_sample(s, &data);
        data.x[17 * COLUMNS + 1] = bad[i];
        refuse(s, &data, BM_E_NUMBER, "row 17");
        data.weighed = true; /* what is no number is wrong in a row of weight 0, too */
        data.weight[17] = 0;
        refuse(s, &data, BM_E_NUMBER, "row 17");
        if (s->outputs > 1) continue;
        bmt_sample(s, &data);
        data.y[11] = bad[i];
        refuse(s, &data, BM_E_NUMBER, "row 11");
    }
}

static void not_finite(void **state)
{
    (void)state;
    bmt_each_learner(bad_numbers);
}

/* Targets below 0 are numbers as others, or refused with the first row that has one. */
static void negative_targets(const subject *s)
{
    if (s->outputs > 1) return;
    bmt_sample(s, &data);
    for (int64_t i = 4; i < ROWS; i++) data.y[i] -= 20;
    bm_model *m = bmt_learner(s);
    bm_dataset *d = bmt_dataset(s, &data, false);
    bmt_try_fit(s, m, d);
    if (bm_failed(m)) {
        assert_int_equal(bm_status_of(m), BM_E_DATA);
        bmt_contains(s->what, bm_error(m), "row 4");
    }
    bm_free(d);
    bm_free(m);
}

static void below_zero(void **state)
{
    (void)state;
    bmt_each_learner(negative_targets);
}

static void bad_targets(const subject *s)
{
    if (s->outputs == 1) return;
    bmt_sample(s, &data);
    for (int64_t i = 0; i < ROWS; i++) data.class[i] = 0;
    refuse(s, &data, BM_E_DATA, "one class");
    for (int64_t i = 0; i < ROWS; i++) data.class[i] = s->outputs - 1; /* not the first one */
    refuse(s, &data, BM_E_DATA, "one class");
    bmt_sample(s, &data);
    data.weighed = true;
    for (int64_t i = 0; i < ROWS; i++) data.weight[i] = data.class[i] == 1; /* weights leave one */
    refuse(s, &data, BM_E_DATA, "one class");
    bmt_sample(s, &data);
    data.class[5] = -1;
    refuse(s, &data, BM_E_DATA, "row 5");
}

static void targets(void **state)
{
    (void)state;
    bmt_each_learner(bad_targets);
}

static void bad_weights(const subject *s)
{
    if (!(s->kind->tasks & BM_LEARNS_WEIGHTED)) return;
    bmt_sample(s, &data);
    data.weighed = true;
    for (int64_t i = 0; i < ROWS; i++) data.weight[i] = 0;
    refuse(s, &data, BM_E_DATA, "weights of all rows");
    for (int k = 0; k < 2; k++) {
        for (int64_t i = 0; i < ROWS; i++) data.weight[i] = 1;
        data.weight[7] = k ? NAN : -1;
        refuse(s, &data, BM_E_DATA, "row 7");
    }
}

static void weights(void **state)
{
    (void)state;
    bmt_each_learner(bad_weights);
}

static void refuse_setting(const subject *s, const char *name, const char *value, const char *says)
{
    char text[160];
    snprintf(text, sizeof text, "%s:%s=%s", s->kind->name, name, value);
    bm_model *m = bm_learner_parse(text, NULL);
    if (!bm_failed(m)) fail_msg("%s is taken", text);
    bmt_contains(text, bm_error(m), says);
    bm_free(m);
}

/* Settings below and above their ranges, numbers and words that are none, and names that are no setting's are refused by name when the
 * learner is made. */
static void bad_settings(const subject *s)
{
    refuse_setting(s, "no_such_setting", "3", "no_such_setting");
    for (const bm_field *f = s->kind->fields; f && f->name; f++) {
        const bmi_field *field = (const bmi_field *)f;
        const bool number = field->type == BMI_FIELD_REAL || field->type == BMI_FIELD_INT;
        if (number || field->type == BMI_FIELD_WORD || field->type == BMI_FIELD_BOOL || field->type == BMI_FIELD_CHOICE)
            refuse_setting(s, field->name, "certainly", field->name);
        if (!number) continue;
        const double wrong[] = { field->low - (field->low == 1 ? 2 : 1), field->high + 1, NAN };
        for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
            char value[40];
            if (isinf(wrong[i]) || fabs(wrong[i]) > 1e12 || (isnan(wrong[i]) && field->type == BMI_FIELD_INT)) continue;
            snprintf(value, sizeof value, "%.10g", wrong[i]);
            refuse_setting(s, field->name, value, field->name);
        }
    }
}

static void settings(void **state)
{
    (void)state;
    bmt_each_learner(bad_settings);
}

/* Numbers as large and as small as they may be: a fit that says so, or predictions that are finite (or mere scores
 * whose largest is the class, which may be infinite). */
static void sizes(const subject *s)
{
    static const double factors[] = { 1e-300, 1e-30, 1e30, 1e150, 1e300 };
    for (size_t i = 0; i < BMI_COUNT(factors); i++) {
        bmt_sample(s, &data);
        for (int64_t k = 0; k < ROWS * COLUMNS; k++) data.x[k] *= factors[i] / 4;
        bm_model *m = bmt_learner(s);
        bm_dataset *d = bmt_dataset(s, &data, false);
        bmt_try_fit(s, m, d);
        if (bm_failed(m)) {
            if (bm_status_of(m) != BM_E_NUMBER && bm_status_of(m) != BM_E_DATA)
                fail_msg("%s: inputs of %g: \"%s\"", s->what, factors[i], bm_error(m));
            bm_free(m);
            bm_free(d);
            continue;
        }
        bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, COLUMNS), data.x), *p = bm_predict(m, x);
        for (int64_t k = 0; !bm_failed(p) && k < bm_tensor_size(p); k++)
            if (s->kind->tasks & BM_LEARNS_SCORES ? isnan(bm_tensor_at(p, k)) : !isfinite(bm_tensor_at(p, k)))
                fail_msg("%s: inputs of %g: a prediction is %g", s->what, factors[i], bm_tensor_at(p, k));
        bm_free(p);
        bm_free(x);
        bm_free(m);
        bm_free(d);
    }
}

static void extremes(void **state)
{
    (void)state;
    bmt_each_learner(sizes);
}

/* Every allocation of a fit fails once. */
typedef struct failing {
    const subject *s;
    const sample *d;
} failing;

static bm_status fit_once(bm_context *context, void *arg)
{
    const failing *f = arg;
    bm_recipe *r = bm_recipe_new(.context = context);
    bm_model *m = bm_learner_parse(bmt_text(f->s), r);
    bm_dataset *d = bmt_dataset(f->s, f->d, false);
    bmt_try_fit(f->s, m, d);
    const bm_status st = bm_status_of(r) ? bm_status_of(r) : bm_status_of(m);
    bm_free(d);
    bm_free(m);
    bm_free(r);
    return st;
}

static void memory(const subject *s)
{
    if (!s->kind->fit) return; /* those of bm_fit: tests/model/test_failure.c */
    bmt_sample(s, &data);
    data.rows = 12;
    for (int64_t i = 0; i < 12; i++) data.class[i] = (int32_t)(i % s->outputs);
    failing f = { s, &data };
    bmt_each_failure(s->what, fit_once, &f);
}

static void allocations(void **state)
{
    (void)state;
    bmt_each_learner(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unfitted), cmocka_unit_test(not_finite), cmocka_unit_test(below_zero), cmocka_unit_test(targets),
        cmocka_unit_test(weights),  cmocka_unit_test(settings),   cmocka_unit_test(extremes),   cmocka_unit_test(allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
