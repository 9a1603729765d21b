// SPDX-License-Identifier: Apache-2.0
/* Settings of a fit are checked before any work, by learners with a method of their own, too; what a fit leaves on the model: its recipe, seed
 * and the library's version, in files and back.
 */
#include "support/bmt.h"
#include "model/model.h"
#include <baeum.h>
#include <math.h>
#include <string.h>

static bm_dataset *flowers(void)
{
    bm_dataset *d = bm_dataset_load("iris");
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    return d;
}

static void callbacks(void **state)
{
    (void)state;
    const struct {
        bm_callback callback;
        const char *says;
    } cases[] = { { bm_early_stopping(.patience = -3), "early_stopping: patience is -3" },
                  { bm_early_stopping(.change = NAN), "early_stopping: change is nan" },
                  { bm_reduce_on_plateau(.factor = 2), "reduce_on_plateau: factor is 2" },
                  { bm_callback_at("early_stoping", NULL, 0, BM_HERE), "did you mean \"early_stopping\"?" } };
    static const char *const learners[] = { "softmax", "perceptron", "mlp:4" };
    bm_dataset *d = flowers();
    bm_table *t = bm_table_load("iris");
    bm_recipe *r = bm_recipe_new(.target = "Species");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t k = 0; k < 3; k++) {
            bm_model *m = bm_learner_parse(learners[k], NULL), *over = bm_learner_parse(learners[k], r);
            bm_fit(m, d, .callbacks = { cases[i].callback });
            assert_int_equal(bm_status_of(m), BM_E_ARGUMENT);
            bmt_contains(learners[k], bm_error(m), cases[i].says);
            bm_fit_table(over, t, .callbacks = { cases[i].callback });
            assert_int_equal(bm_status_of(over), BM_E_ARGUMENT);
            bmt_contains(learners[k], bm_error(over), cases[i].says);
            assert_int_equal(bm_recipe_features(bm_model_recipe(over)), 0); /* nothing was done before */
            bm_free(m);
            bm_free(over);
        }
    bm_free(r);
    bm_free(t);
    bm_free(d);
}

/* A network on a table ends early by a callback of its own, which needs a place. */
static void early_stopping_has_a_place(void **state)
{
    (void)state;
    bm_table *t = bm_table_load("iris");
    const bm_callback other = bm_stop_at(.steps = 1000000), last[] = { other, bm_early_stopping(.patience = 2) };
    bm_recipe *r = bm_recipe_new(.target = "Species");
    for (int own = 0; own < 2; own++) {
        bm_model *m = bm_learner_parse("mlp:4", r);
        bm_fit_table(m, t, .validation = .2, .epochs = 2,
                     .callbacks = { other, other, other, other, other, other, other, last[own] });
        assert_int_equal(bm_status_of(m), own ? BM_OK : BM_E_ARGUMENT);
        if (!own) bmt_contains("full", bm_error(m), "give bm_early_stopping among them");
        bm_free(m);
    }
    bm_free(r);
    bm_free(t);
}

static void numbers(void **state)
{
    (void)state;
    bm_dataset *d = flowers();
    const struct {
        bm_fit_options o;
        const char *says;
    } cases[] = { { { .data = d, .epochs = -1 }, "fit: epochs is -1" },
                  { { .data = d, .batch = -2 }, "fit: batch is -2" },
                  { { .data = d, .validation_split = 1.5 }, "fit: validation_split is 1.5" },
                  { { .data = d, .class_weights = BM_REALS(1, NAN, 1) }, "fit: the weight of class 1 is nan" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bm_model *m = bm_learner(bm_softmax_regression(), NULL);
        bm_fit_at(m, &cases[i].o, sizeof cases[i].o, BM_HERE);
        assert_int_equal(bm_status_of(m), BM_E_ARGUMENT);
        bmt_contains("a setting", bm_error(m), cases[i].says);
        bm_free(m);
    }
    bm_free(d);
}

/* The recipe is that of the dataset that a network was fitted on last. */
static void recipes(void **state)
{
    (void)state;
    bm_dataset *d = flowers();
    bm_dataset *plain = bm_dataset_from(bm_dataset_x(d, 0), bm_dataset_t(d, 0));
    bm_model *m = bm_sequential(bm_input(4), bm_dense(3, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY);
    bm_fit(m, d);
    assert_non_null(bm_model_recipe(m));
    bm_fit(m, plain);
    assert_string_equal(bm_error(m), "");
    assert_null(bm_model_recipe(m));
    bm_fit(m, d);
    assert_non_null(bm_model_recipe(m));
    bm_fit(m, plain, .epochs = -1); /* a fit that failed changes nothing */
    assert_non_null(bm_model_recipe(m));
    bm_free(m);
    bm_free(plain);
    bm_free(d);
}

static void origin(void **state)
{
    (void)state;
    bm_dataset *d = flowers();
    for (int exact = 0; exact < 2; exact++) {
        bm_model *m = exact ? bm_learner(bm_softmax_regression(), NULL)
                            : bm_sequential(bm_input(4), bm_dense(3, .activation = BM_SOFTMAX));
        if (!exact) bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY);
        bm_fit(m, d, .seed = -(int64_t)9007199254740993);
        bm_save(m, bmt_temp("origin.st"));
        bm_model *back = bm_load(bmt_temp("origin.st"));
        assert_string_equal(bm_error(back), "");
        assert_string_equal(back->version, bm_version());
        assert_true(back->seeded && back->seed == -9007199254740993);
        bm_free(back);
        bm_free(m);
    }
    bm_model *m = bm_sequential(bm_input(4), bm_dense(3));
    bm_save(m, bmt_temp("origin.st"));
    bm_model *back = bm_load(bmt_temp("origin.st"));
    assert_string_equal(bm_error(back), "");
    assert_false(back->seeded);
    bm_free(back);
    bm_free(m);
    bm_free(d);
}

static double nothing(const bm_metric_input *in, const double p[2])
{
    (void)in, (void)p;
    return 0;
}

/* Names of metrics are as long as scores can tell them. */
static void names_of_metrics(void **state)
{
    (void)state;
    static const bm_metric_kind fits = { .size = sizeof fits, .name = "a_name_of_31_bytes_____________", .all = nothing },
                                no = { .size = sizeof no, .name = "a_name_of_32_bytes______________", .all = nothing };
    bm_dataset *d = flowers();
    bm_model *m = bm_sequential(bm_input(4), bm_dense(3, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .metrics = { { .kind = &fits } });
    bm_fit(m, d, .validation = d, .epochs = 2);
    const bm_scores s = bm_evaluate(m, d);
    assert_true(bm_score(&s, fits.name) == 0 && bm_history(m, "validation_a_name_of_31_bytes_____________", 1) == 0);
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .metrics = { { .kind = &no } });
    assert_int_equal(bm_status_of(m), BM_E_ARGUMENT);
    bmt_contains("too long", bm_error(m), "is longer than 31 bytes");
    bm_free(m);
    bm_free(d);
}

/* Of names in a file that are longer than the history's the beginning is kept, once. */
static void names_of_history(void **state)
{
    (void)state;
    static const char name[] = "a_name_in_a_file_that_is_longer_than_the_history_has_room_for";
    bmi_history h = { .context = NULL };
    const size_t i = bmi_history_column_of(&h, name);
    assert_int_equal(i, 0);
    assert_true(bmi_history_reserve(&h, 1));
    bmi_history_next(&h);
    bmi_history_put(&h, bmi_history_column_of(&h, name), 3);
    assert_int_equal(h.n_columns, 1);
    assert_true(bmi_history_get(&h, name, 0) == 3);
    bmi_history_end(&h);
}

/* A JSON text that is one string is the line in it. */
static void quoted_line(void **state)
{
    (void)state;
    bm_model *m = bm_model_parse("\"input 4, dense 4\"");
    assert_string_equal(bm_error(m), "");
    assert_int_equal(bm_model_layers(m), 2);
    bm_free(m);
    m = bm_model_parse(" \"dense 4\"");
    bmt_contains("no input", bm_error(m), "the first layer must be an input");
    bm_free(m);
    m = bm_model_parse("\"dense 4");
    assert_int_equal(bm_status_of(m), BM_E_FORMAT);
    bmt_contains("no end", bm_error(m), "model is no JSON");
    bm_free(m);
    m = bm_learner_parse("\"dense 4 tanh, dense 2\"", NULL);
    assert_string_equal(bm_error(m), "");
    bm_free(m);
    m = bm_model_parse("[4]");
    assert_int_equal(bm_status_of(m), BM_E_FORMAT);
    bm_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(callbacks),        cmocka_unit_test(early_stopping_has_a_place),
                                        cmocka_unit_test(numbers),          cmocka_unit_test(recipes),
                                        cmocka_unit_test(origin),           cmocka_unit_test(quoted_line),
                                        cmocka_unit_test(names_of_metrics), cmocka_unit_test(names_of_history) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
