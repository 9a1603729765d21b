// SPDX-License-Identifier: Apache-2.0
/* What a second call does: a network's fit goes on, a learner's forgets; compiling keeps the weights and drops the optimiser's state;
 * several threads ask one model at once.
 */
#include <baeum.h>
#include "support/bmt.h"
#include <math.h>
#include <pthread.h>
#include <string.h>

static bm_model *network(bm_optimizer optimizer)
{
    bm_model *m =
        bm_sequential(bm_input(4), bm_dense(8, .activation = BM_TANH), bm_dropout(.2), bm_dense(3, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = optimizer, .metrics = { BM_ACCURACY });
    return m;
}

static void sound(const char *error)
{
    if (*error) fail_msg("%s", error);
}

static void same_weights(const char *what, bm_model *a, bm_model *b, bool same)
{
    bool equal = bm_model_weights(a) == bm_model_weights(b);
    for (int64_t i = 0; equal && i < bm_model_weights(a); i++) {
        const bm_tensor *x = bm_model_weight(a, bm_model_weight_name(a, i)),
                        *y = bm_model_weight(b, bm_model_weight_name(b, i));
        equal = !memcmp(bm_data_any(x), bm_data_any(y), (size_t)bm_tensor_size(x) * bm_type_size(bm_tensor_type(x)));
    }
    if (equal != same) fail_msg("%s: the weights are %s", what, equal ? "the same" : "not the same");
}

/* Gives b the weights of a. */
static void copy_weights(bm_model *a, bm_model *b)
{
    for (int64_t i = 0; i < bm_model_weights(a); i++)
        bm_model_set_weight(b, bm_model_weight_name(a, i), bm_model_weight(a, bm_model_weight_name(a, i)));
    sound(bm_error(b));
}

static void compiled_again(void **state)
{
    (void)state;
    bm_dataset *iris = bm_dataset_load("iris");
    bm_model *m = network(bm_adam(.rate = .01)), *fresh = network(bm_adam(.rate = .01)), *kept = network(bm_adam(.rate = .01));
    bm_fit(m, iris, .epochs = 3, .seed = 1);
    bm_fit(kept, iris, .epochs = 3, .seed = 1);
    bm_fit(fresh, iris, .epochs = 3, .seed = 2); /* so many random numbers are drawn */
    const bm_scores before = bm_evaluate(m, iris);
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = bm_adam(.rate = .01), .metrics = { BM_ACCURACY });
    const bm_scores after = bm_evaluate(m, iris);
    assert_true(before.loss == after.loss);
    same_weights("compiled again", m, kept, true);
    bm_compile(fresh, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = bm_adam(.rate = .01),
               .metrics = { BM_ACCURACY });
    copy_weights(m, fresh);
    bm_fit(m, iris, .epochs = 1, .seed = 1);
    bm_fit(fresh, iris, .epochs = 1, .seed = 1);
    bm_fit(kept, iris, .epochs = 1, .seed = 1);
    same_weights("a new optimiser from the same weights", m, fresh, true);
    same_weights("the optimiser that went on", m, kept, false);
    sound(bm_error(m));
    bm_free(m);
    bm_free(fresh);
    bm_free(kept);
    bm_free(iris);
}

static void fitted_again(void **state)
{
    (void)state;
    bm_dataset *iris = bm_dataset_load("iris");
    bm_model *once = network(bm_adam()), *twice = network(bm_adam());
    bm_fit(once, iris, .epochs = 4, .seed = 3);
    bm_fit(twice, iris, .epochs = 2, .seed = 3);
    bm_fit(twice, iris, .epochs = 2, .seed = 3);
    same_weights("a network goes on", once, twice, true);
    assert_int_equal(bm_history_epochs(twice), 4);
    bm_free(once);
    bm_free(twice);
    once = bm_learner(bm_mlp(.units = BM_SHAPE(6), .epochs = 3), NULL);
    twice = bm_learner(bm_mlp(.units = BM_SHAPE(6), .epochs = 3), NULL);
    bm_fit(once, iris, .seed = 3);
    bm_fit(twice, iris, .seed = 4);
    same_weights("another seed", once, twice, false);
    bm_fit(twice, iris, .seed = 3);
    same_weights("a learner forgets", once, twice, true);
    assert_int_equal(bm_history_epochs(twice), 3);
    bm_fit(twice, iris, .batch = 100000);
    assert_true(bm_failed(twice));
    bm_clear(twice);
    same_weights("a fit that failed", once, twice, true);
    assert_int_equal(bm_history_epochs(twice), 3);
    bm_free(once);
    bm_free(twice);
    /* and another table: other columns, other classes */
    bm_table *flowers = bm_table_load("iris"), *cards = bm_table_load("creditcard");
    bm_recipe *r = bm_recipe_new(.target = "Species"), *s = bm_recipe_new(.target = "card");
    bm_model *m = bm_learner(bm_softmax_regression(), r);
    bm_fit_table(m, flowers, .test = .2);
    sound(bm_error(m));
    assert_int_equal(bm_model_classes(m), 3);
    bm_fit_table(m, cards);
    assert_int_equal(bm_status_of(m), BM_E_DATA); /* it has no Species */
    bm_clear(m);
    bm_tensor *p = bm_predict_table(m, flowers);
    sound(bm_error(p));
    bm_free(p);
    bm_free(m);
    bm_free(r);
    bm_free(s);
    bm_free(flowers);
    bm_free(cards);
    bm_free(iris);
}

/* ---- several threads ask one const model ---- */
typedef struct asked {
    const bm_model *m;
    const bm_dataset *d;
    const float *want;
    double loss;
    int thread, wrong;
} asked;

static void *ask(void *arg)
{
    asked *a = arg;
    for (int k = 0; k < 60; k++) {
        const int64_t n = 1 + (k * 37 + a->thread * 11) % 150, first = (150 - n) / (1 + k % 3);
        bm_tensor *x = bm_tensor_view(BM_F32, BM_SHAPE(n, 4), bm_data_f32(bm_dataset_x(a->d, 0)) + 4 * first),
                  *p = bm_predict(a->m, x);
        if (bm_failed(p)) a->wrong++;
        /* in another number of rows the last bit may differ */
        for (int64_t i = 0; i < 3 * n && !bm_failed(p); i++)
            a->wrong += fabs(bm_tensor_at(p, i) - a->want[3 * first + i]) > 1e-6;
        bm_free(p);
        bm_free(x);
        p = bm_predict(a->m, bm_dataset_x(a->d, 0));
        a->wrong += bm_failed(p) || memcmp(bm_data_f32(p), a->want, 450 * sizeof(float)) != 0;
        bm_free(p);
        a->wrong += bm_evaluate(a->m, a->d).loss != a->loss;
        bm_tensor *bad = bm_tensor_new(BM_F32, BM_SHAPE(2, 5));
        p = bm_predict(a->m, bad); /* one bad request spoils nothing */
        a->wrong += bm_status_of(p) != BM_E_SHAPE;
        bm_free(p);
        bm_free(bad);
    }
    return NULL;
}

static void asked_by_many(void **state)
{
    (void)state;
    enum { THREADS = 8 };
    for (int ready = 0; ready < 2;
         ready++) { /* threads meet a model whose weights have no values yet, and one that is trained */
        bm_dataset *iris = bm_dataset_load("iris");
        bm_model *m = network(bm_adam()), *twin = network(bm_adam());
        if (ready) bm_fit(m, iris, .epochs = 2);
        if (ready) bm_fit(twin, iris, .epochs = 2);
        bm_tensor *want = bm_predict(twin, bm_dataset_x(iris, 0));
        const double loss = bm_evaluate(twin, iris).loss;
        pthread_t threads[THREADS];
        asked a[THREADS];
        for (int i = 0; i < THREADS; i++) {
            a[i] = (asked){ .m = m, .d = iris, .want = bm_data_f32(want), .loss = loss, .thread = i };
            assert_int_equal(pthread_create(&threads[i], NULL, ask, &a[i]), 0);
        }
        for (int i = 0; i < THREADS; i++) {
            pthread_join(threads[i], NULL);
            assert_int_equal(a[i].wrong, 0);
        }
        sound(bm_error(m));
        same_weights("asking changes nothing", m, twin, true);
        bm_free(want);
        bm_free(twin);
        bm_free(m);
        bm_free(iris);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(compiled_again), cmocka_unit_test(fitted_again),
                                        cmocka_unit_test(asked_by_many) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
