// SPDX-License-Identifier: Apache-2.0
/* The perceptron: gates of two inputs by hand, exclusive or that it cannot learn, 0 at the threshold itself, the order of rows by the
 * seed, and the mean of all weights against its definition.
 */
#include "base/random.h"
#include "data/dataset.h"
#include "support/bmt.h"
#include <baeum.h>
#include <string.h>

static const double corners[8] = { 0, 0, 0, 1, 1, 0, 1, 1 };

static bm_dataset *gate(const int32_t t[4])
{
    bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(4, 2), corners), *y = bm_tensor_view(BM_I32, BM_SHAPE(4), t);
    bm_dataset *d = bm_dataset_from(x, y);
    bm_free(x);
    bm_free(y);
    return d;
}

static int right(const bm_model *m, const int32_t t[4])
{
    bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(4, 2), corners), *p = bm_predict(m, x);
    int n = 0;
    if (bm_failed(p)) fail_msg("%s", bm_error(p));
    for (int i = 0; i < 4; i++) {
        assert_true(bm_tensor_at(p, i) == 0 || bm_tensor_at(p, i) == 1); /* a step */
        n += bm_tensor_at(p, i) == t[i];
    }
    bm_free(p);
    bm_free(x);
    return n;
}

/* "Perceptrons" (Minsky, Papert, 1969): a line parts and, or, nand, not exclusive or. */
static void gates(void **state)
{
    (void)state;
    const int32_t and[4] = { 0, 0, 0, 1 }, or [4] = { 0, 1, 1, 1 }, nand[4] = { 1, 1, 1, 0 }, xor[4] = { 0, 1, 1, 0 };
    const int32_t *const all[4] = { and, or, nand, xor};
    for (int g = 0; g < 4; g++)
        for (int averaged = 0; averaged < 2; averaged++) {
            bm_dataset *d = gate(all[g]);
            bm_model *m = bm_learner(bm_perceptron(.averaged = averaged, .epochs = 500), NULL);
            bm_fit(m, d, .seed = 2);
            if (bm_failed(m)) fail_msg("%s", bm_error(m));
            if (g < 3 && !averaged) assert_int_equal(right(m, all[g]), 4);
            if (g == 3) assert_true(right(m, xor) < 4);
            bmt_contains("end", bm_stopped_by(m), g < 3 ? "converged after" : "not converged after 500 epochs");
            bm_free(m);
            bm_free(d);
        }
}

static void at_the_threshold(void **state)
{
    (void)state;
    const int32_t or [4] = { 0, 1, 1, 1 };
    bm_dataset *d = gate(or);
    bm_model *m = bm_learner(bm_perceptron(.epochs = 500), NULL);
    bm_fit(m, d);
    const double w[2] = { 1, 1 }, b = -1;
    bm_tensor *kernel = bm_tensor_copy(BM_F64, BM_SHAPE(2, 1), w), *bias = bm_tensor_copy(BM_F64, BM_SHAPE(1), &b);
    bm_model_set_weight(m, "output/kernel", kernel);
    bm_model_set_weight(m, "output/bias", bias);
    const int32_t and[4] = { 0, 0, 0, 1 }; /* (0, 1) and (1, 0) lie on the line: s = 0 gives 0 */
    assert_int_equal(right(m, and), 4);
    bm_free(kernel);
    bm_free(bias);
    bm_free(m);
    bm_free(d);
}

/* Two epochs over rows that no plane parts, as it is defined: after each row the weights are added up. */
static void mean_of_all_weights(void **state)
{
    (void)state;
    enum { ROWS = 25, COLUMNS = 3, EPOCHS = 2, SEED = 11 };
    double x[ROWS * COLUMNS], w[COLUMNS + 1] = { 0 }, sum[COLUMNS + 1] = { 0 };
    int32_t t[ROWS];
    float weight[ROWS];
    for (int i = 0; i < ROWS * COLUMNS; i++) x[i] = (double)(i * i % 17) / 4 - 2;
    for (int i = 0; i < ROWS; i++) t[i] = i * 7 % 3 == 0, weight[i] = (float)(1 + i % 2);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        int64_t order[ROWS];
        bmi_random_permutation(SEED, bmi_random_stream(BMI_STREAM_SHUFFLE, (uint64_t)epoch), order, ROWS);
        for (int i = 0; i < ROWS; i++) {
            const double *row = x + order[i] * COLUMNS;
            double s = w[COLUMNS];
            for (int k = 0; k < COLUMNS; k++) s += w[k] * row[k];
            const double step = .5 * (double)weight[order[i]] * (t[order[i]] - (s > 0));
            for (int k = 0; k < COLUMNS; k++) w[k] += step * row[k];
            w[COLUMNS] += step;
            for (int k = 0; k <= COLUMNS; k++) sum[k] += w[k];
        }
    }
    bm_tensor *a = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, COLUMNS), x), *b = bm_tensor_view(BM_I32, BM_SHAPE(ROWS), t),
              *c = bm_tensor_view(BM_F32, BM_SHAPE(ROWS), weight);
    bm_dataset *d = bm_dataset_new({ a }, { b }, .weights = c);
    bm_model *m = bm_learner(bm_perceptron(.rate = .5, .epochs = EPOCHS, .averaged = true), NULL);
    bm_fit(m, d, .seed = SEED);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    for (int k = 0; k < COLUMNS; k++)
        bmt_near("weight", bm_tensor_at(bm_model_weight(m, "output/kernel"), k), sum[k] / (ROWS * EPOCHS), 1e-12);
    bmt_near("bias", bm_tensor_at(bm_model_weight(m, "output/bias"), 0), sum[COLUMNS] / (ROWS * EPOCHS), 1e-12);
    bm_free(m);
    bm_free(d);
    bm_free(a);
    bm_free(b);
    bm_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gates),
        cmocka_unit_test(at_the_threshold),
        cmocka_unit_test(mean_of_all_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
