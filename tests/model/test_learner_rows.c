// SPDX-License-Identifier: Apache-2.0
/* What rows, their order and their weights mean to every learner that is registered: a row is predicted alike alone and among others, a
 * row of weight n is n rows, one of weight 0 is none, and a class's weight is that of its rows.
 */
#include "model/learner_support.h"

static sample data, other;

/* A fit of `other` is one of `data`. */
static void same_fit(const subject *s, const char *why)
{
    bm_model *a = bmt_strictly_fitted(s, &data), *b = bmt_strictly_fitted(s, &other);
    bmt_same_predictions(s, why, a, b, &data, bmt_way(s));
    bm_free(a);
    bm_free(b);
}

/* ---- predicting ---- */
/* The prediction for a row does not depend on the rows beside it: the same bits in any order; nor on how many there are. */
static void rows_alone(const subject *s)
{
    int64_t n, m_n;
    bmt_sample(s, &data);
    bm_model *m = bmt_fitted(s, &data);
    double *p = bmt_predictions(s, m, &data, &n);
    const int64_t columns = n / ROWS;
    other = data;
    for (int64_t i = 0; i < ROWS; i++) bmt_copy_row(&other, i, &data, ROWS - 1 - i);
    double *q = bmt_predictions(s, m, &other, &m_n);
    for (int64_t i = 0; i < n; i++)
        bmt_same_bits(s, "in reverse order", q[(ROWS - 1 - i / columns) * columns + i % columns], p[i]);
    free(q);
    for (int64_t rows = 1; rows < ROWS; rows += 4)
        for (int64_t first = 0; first + rows <= ROWS; first += rows + 5) {
            other = data;
            other.rows = rows;
            for (int64_t i = 0; i < rows; i++) bmt_copy_row(&other, i, &data, first + i);
            q = bmt_predictions(s, m, &other, &m_n);
            assert_int_equal(m_n, rows * columns);
            for (int64_t k = 0; k < m_n; k++) bmt_near(s->what, q[k], p[first * columns + k], bmt_shape(s));
            free(q);
        }
    bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(COLUMNS), data.x + 2 * COLUMNS), *one = bm_predict(m, x);
    if (bm_failed(one)) fail_msg("%s: one row: %s", s->what, bm_error(one));
    assert_int_equal(bm_tensor_size(one), columns);
    for (int64_t k = 0; k < columns; k++) bmt_near(s->what, bm_tensor_at(one, k), p[2 * columns + k], bmt_shape(s));
    bm_free(one);
    bm_free(x);
    free(p);
    bm_free(m);
}

static void order_and_subsets(void **state)
{
    (void)state;
    bmt_each_learner(rows_alone);
}

/* ---- the order of training rows ---- */
static void order_in_fit(const subject *s)
{
    if (bmt_by_rows(s->kind)) return;
    bmt_sample(s, &data);
    other = data;
    for (int64_t i = 0; i < ROWS; i++) bmt_copy_row(&other, i, &data, (i * 7) % ROWS);
    same_fit(s, "another order of rows");
}

static void order_of_training(void **state)
{
    (void)state;
    bmt_each_learner(order_in_fit);
}

/* ---- weights ---- */
/* A row of weight n is n rows. The weights' mean is 1: the loss of networks is divided by the number of rows. */
static void repeated(const subject *s)
{
    if (bmt_by_rows(s->kind)) return;
    bmt_sample(s, &data);
    data.weighed = true;
    other = data;
    other.weighed = false;
    other.rows = 0;
    for (int64_t i = 0; i < ROWS; i++) {
        data.weight[i] = (float)(i * 5 % 3);
        for (int k = 0; k < i * 5 % 3; k++) bmt_copy_row(&other, other.rows++, &data, i);
    }
    assert_int_equal(other.rows, ROWS);
    same_fit(s, "weights are repeated rows");
}

static void repeated_rows(void **state)
{
    (void)state;
    bmt_each_learner(repeated);
}

/* Weights of 1 are none: but for the class's own ways that is the same arithmetic. */
static void of_one(const subject *s)
{
    bmt_sample(s, &data);
    bm_model *none = bmt_fitted(s, &data);
    data.weighed = true;
    bm_model *ones = bmt_fitted(s, &data);
    bmt_same_predictions(s, "weights of 1", ones, none, &data, 0);
    bm_free(none);
    bm_free(ones);
}

static void weights_of_one(void **state)
{
    (void)state;
    bmt_each_learner(of_one);
}

/* A row of weight a + b is a row of weight a and one of weight b. */
static void parted(const subject *s)
{
    if (bmt_by_rows(s->kind) || !s->kind->fit) return;
    bmt_sample(s, &data);
    data.weighed = true;
    for (int64_t i = 0; i < ROWS; i++) data.weight[i] = (float)(1 + i % 4) / 2;
    other = data;
    other.rows = 0;
    for (int64_t i = 0; i < ROWS; i++)
        for (int k = 0; k < 2; k++) {
            bmt_copy_row(&other, other.rows, &data, i);
            other.weight[other.rows++] *= k ? .75F : .25F;
        }
    same_fit(s, "a weight parted over two rows");
}

static void parted_rows(void **state)
{
    (void)state;
    bmt_each_learner(parted);
}

/* A row of weight 0 is none: the fit is that without it. */
static void left_out(const subject *s)
{
    if (bmt_by_rows(s->kind) || !s->kind->fit) return;
    bmt_sample(s, &data);
    data.weighed = true;
    other = data;
    other.weighed = false;
    other.rows = 0;
    for (int64_t i = 0; i < ROWS; i++) {
        data.weight[i] = i % 3 != 1;
        if (i % 3 != 1) bmt_copy_row(&other, other.rows++, &data, i);
    }
    same_fit(s, "rows of weight 0 are none");
}

static void rows_left_out(void **state)
{
    (void)state;
    bmt_each_learner(left_out);
}

/* What stands in a row of weight 0 has no say: the same bits whatever it is. The first row is one of them. Their squares must be
 * numbers: of learners in f64 up to 1e154. */
static void no_say(const subject *s)
{
    const double sizes[] = { 0, 1e6, -3e9, s->kind->type == BM_F64 ? 1e100 : 1e12 };
    bm_model *m[4];
    for (int way = 0; way < 4; way++) {
        bmt_sample(s, &data);
        data.weighed = true;
        for (int64_t i = 0; i < ROWS; i += 9) {
            data.weight[i] = 0;
            for (int64_t j = 0; way && j < COLUMNS; j++) data.x[i * COLUMNS + j] = sizes[way] * (double)(j - 1);
            if (way) data.y[i] = way == 1 ? 1e7 : 0;
            if (way) data.class[i] = way == 1 ? 0 : s->outputs - 1;
        }
        m[way] = bmt_fitted(s, &data);
    }
    bmt_sample(s, &data);
    for (int way = 1; way < 4; way++) bmt_same_predictions(s, "what rows of weight 0 hold", m[0], m[way], &data, 0);
    for (int way = 0; way < 4; way++) bm_free(m[way]);
}

static void rows_without_a_say(void **state)
{
    (void)state;
    bmt_each_learner(no_say);
}

/* The weights are as they were. */
static void kept(const subject *s)
{
    bmt_sample(s, &data);
    data.weighed = true;
    for (int64_t i = 0; i < ROWS; i++) data.weight[i] = (float)(1 + i % 3);
    bm_dataset *d = bmt_dataset(s, &data, false);
    bm_model *m = bmt_learner(s);
    if (s->outputs > 1) bm_fit(m, d, .seed = 3, .balanced = true);
    bmt_fit(s, m, d);
    for (int64_t i = 0; i < ROWS; i++)
        if (bm_tensor_at(bm_dataset_weights(d), i) != (double)data.weight[i])
            fail_msg("%s: fitting changed the weight of row %d", s->what, (int)i);
    bm_free(d);
    bm_free(m);
}

static void weights_are_kept(void **state)
{
    (void)state;
    bmt_each_learner(kept);
}

/* ---- weights of classes ---- */
static bm_model *fitted_by(const subject *s, const bm_dataset *d, bool balanced, const double *weights)
{
    bm_model *m = bmt_parse(s, bmt_strict_text(s), NULL);
    const bm_reals of = { weights, weights ? (size_t)s->outputs : 0 };
    bm_fit(m, d, .seed = 3, .balanced = balanced, .class_weights = of);
    if (bm_failed(m)) fail_msg("%s: %s", s->what, bm_error(m));
    return m;
}

/* A class that weighs far more than the others is what is predicted; "balanced" is rows / (classes * rows of the class). */
static void weighed_classes(const subject *s)
{
    if (s->outputs < 2) return;
    double heavy[3] = { 1000, 1e-4, 1e-4 }, rows_of[3] = { 0 };
    bmt_sample(s, &data);
    for (int64_t i = 0; i < ROWS; i++) rows_of[data.class[i]]++;
    bm_dataset *d = bmt_dataset(s, &data, false);
    bm_model *m = fitted_by(s, d, false, heavy);
    int64_t n;
    double said = 0;
    double *p = bmt_predictions(s, m, &data, &n);
    for (int64_t i = 0; i < ROWS; i++) {
        const bool first = bmt_likeliest(p + i * (n / ROWS), n / ROWS) == 0;
        said += first;
        if (data.class[i] == 0 && !first) fail_msg("%s: of weight 1000, a row of the class is lost", s->what);
    }
    /* networks end by their number of steps, the perceptron when all rows of the class are right */
    const bool few = !s->kind->fit || s->kind->tasks & BM_LEARNS_SCORES;
    if (said < (few ? rows_of[0] : .8 * ROWS))
        fail_msg("%s: of weight 1000, a class is predicted for %d of %d rows", s->what, (int)said, ROWS);
    free(p);
    bm_free(m);
    for (int k = 0; k < s->outputs; k++) heavy[k] = ROWS / (s->outputs * rows_of[k]);
    bm_model *balanced = fitted_by(s, d, true, NULL), *by_hand = fitted_by(s, d, false, heavy);
    bmt_same_predictions(s, "balanced classes", balanced, by_hand, &data, 1e-12);
    bm_free(balanced);
    bm_free(by_hand);
    bm_free(d);
}

static void class_weights(void **state)
{
    (void)state;
    bmt_each_learner(weighed_classes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_subsets),  cmocka_unit_test(order_of_training), cmocka_unit_test(repeated_rows),
        cmocka_unit_test(weights_of_one),     cmocka_unit_test(parted_rows),       cmocka_unit_test(rows_left_out),
        cmocka_unit_test(rows_without_a_say), cmocka_unit_test(weights_are_kept),  cmocka_unit_test(class_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
