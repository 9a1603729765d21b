// SPDX-License-Identifier: Apache-2.0
/* Settings and shapes that cannot be: the message says what, where in the caller's file, both shapes, and what would do; the model stays
 * as it was. Every number of every callback's and learner's options is tried, as tests/nn does for layers and optimisers.
 */
#include <baeum.h>
#include <baeum/extend.h>
#include "base/fields.h"
#include "base/kinds.h"
#include "support/bmt.h"
#include <math.h>
#include <string.h>

/* ---- shapes ---- */
static bm_node matmul_build(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    (void)options, (void)n;
    return bm_matmul(in[0], bm_build_weight(b, "w", BM_SHAPE(3, 3), BM_ONES, (bm_penalty){ 0 }));
}

static const bm_layer_kind matmul_kind = { .size = sizeof(bm_layer_kind), .name = "product", .build = matmul_build };

static void says(const char *what, const char *error, const char *const parts[])
{
    bmt_contains(what, error, "test_bad_input.c:");
    for (int i = 0; parts[i]; i++) bmt_contains(what, error, parts[i]);
}
#define SAYS(what, error, ...) says(what, error, (const char *const[]){ __VA_ARGS__, NULL })

static void layers_that_disagree(void **state)
{
    (void)state;
    bm_model *m = bm_sequential(bm_input(4), bm_dense(5), bm_reshape(3, 3));
    SAYS("reshape", bm_error(m), "reshape_1", "(any, 5)", "(3, 3)");
    assert_int_equal(bm_status_of(m), BM_E_SHAPE);
    bm_free(m);
    m = bm_sequential(bm_input(4), bm_layer_custom_at(&matmul_kind, NULL, 0, BM_HERE));
    SAYS("a layer of one's own", bm_error(m), "product_1", "(any, 4)", "(3, 3)");
    bm_free(m);
}

static void data_that_disagrees(void **state)
{
    (void)state;
    bm_dataset *iris = bm_dataset_load("iris");
    bm_model *m = bm_sequential(bm_input_of(.shape = BM_SHAPE(5), .name = "flower"), bm_dense(3, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY);
    bm_fit(m, iris);
    SAYS("input", bm_error(m), "flower", "(5)", "(150, 4)");
    bm_clear(m);
    bm_tensor *p = bm_predict(m, bm_dataset_x(iris, 0));
    SAYS("predict", bm_error(p), "flower", "(5)", "(150, 4)");
    bm_free(p);
    bm_scores s = bm_evaluate(m, iris);
    SAYS("evaluate", s.error, "flower", "(5)", "(150, 4)");
    bm_tensor *w = bm_tensor_new(BM_F32, BM_SHAPE(3, 5));
    bm_model_set_weight(m, "dense_1/kernel", w);
    SAYS("a weight", bm_error(m), "dense_1/kernel", "(5, 3)", "(3, 5)");
    bm_clear(m);
    bm_model_set_weight(m, "dense_1/kernl", w);
    SAYS("its name", bm_error(m), "dense_1/kernl", "did you mean \"dense_1/kernel\"");
    bm_free(m);
    m = bm_sequential(bm_input(4), bm_dense(2));
    bm_compile(m, .loss = BM_MSE);
    bm_dataset *three = bm_dataset_from(bm_dataset_x(iris, 0), p = bm_tensor_new(BM_F32, BM_SHAPE(150, 3)));
    bm_fit(m, three);
    SAYS("target", bm_error(m), "mse", "(2)", "(3)");
    bm_clear(m);
    bm_fit(m, iris, .validation = three);
    SAYS("class numbers", bm_error(m), "mse", "(2)");
    bm_free(m);
    bm_free(w);
    bm_free(p);
    bm_free(three);
    bm_free(iris);
}

/* ---- numbers ---- */
/* Puts a wrong number into a part's options; it must be refused with owner, field, range and the caller's line. */
static void try_number(const char *family, const bmi_part_kind *kind, const bmi_field *f, double value, bm_model *m,
                       bm_dataset *d)
{
    bm_learner part = { .name = kind->name, .here = { "options.c", 12 }, .size = kind->options_size };
    if (f->type == BMI_FIELD_REAL) *(double *)(void *)(part.options.at + f->offset) = value;
    else *(int64_t *)(void *)(part.options.at + f->offset) = (int64_t)value;
    char error[700];
    if (!strcmp(family, "learner")) {
        bm_model *l = bm_learner(part, NULL);
        snprintf(error, sizeof error, "%s", bm_error(l));
        assert_int_equal(bm_status_of(l), BM_E_ARGUMENT);
        bm_free(l);
    } else {
        const bm_callback c = { .name = kind->name, .here = part.here, .size = part.size, .options = part.options };
        assert_int_equal(bm_fit(m, d, .callbacks = { c }), BM_E_ARGUMENT);
        snprintf(error, sizeof error, "%s", bm_error(m));
        assert_int_equal(bm_history_epochs(m), 0);
        bm_clear(m);
    }
    const char *const parts[] = { "options.c:12: ", kind->name, f->name, "must be" };
    for (int i = 0; i < 4; i++) bmt_contains(kind->name, error, parts[i]);
}

static void every_option(void **state)
{
    (void)state;
    static const char *const families[] = { "callback", "learner" };
    bm_dataset *iris = bm_dataset_load("iris");
    bm_model *m = bm_sequential(bm_input(4), bm_dense(3, .activation = BM_SOFTMAX));
    const bmi_kind *k;
    int tried = 0;
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY);
    for (int i = 0; i < 2; i++)
        for (size_t n = 0; (k = bmi_kind_at(families[i], n)); n++) {
            const bmi_part_kind *kind = k->record;
            for (const bmi_field *f = kind->fields; f && f->name; f++) {
                if (f->type != BMI_FIELD_REAL && f->type != BMI_FIELD_INT) continue;
                if (f->type == BMI_FIELD_REAL) try_number(families[i], kind, f, NAN, m, iris);
                if (isfinite(f->low)) try_number(families[i], kind, f, -5, m, iris);
                if (isfinite(f->high) && f->high < 1e15) try_number(families[i], kind, f, f->high + 1, m, iris);
                tried++;
            }
        }
    assert_true(tried > 20);
    bm_free(m);
    bm_free(iris);
}

/* Options that have no table: of fitting, judging, splitting, generating. */
static void options_of_calls(void **state)
{
    (void)state;
    bm_dataset *iris = bm_dataset_load("iris");
    bm_table *t = bm_table_load("iris");
    bm_recipe *r = bm_recipe_new(.target = "Species");
    bm_model *m = bm_sequential(bm_input(4), bm_dense(3, .activation = BM_SOFTMAX)),
             *l = bm_learner(bm_softmax_regression(), r);
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY);
#define REFUSED(call, error, clear, ...) \
    do {                                 \
        call;                            \
        SAYS(#call, error, __VA_ARGS__); \
        clear;                           \
    } while (0)
#define FIT(part, ...) REFUSED(bm_fit(m, iris, __VA_ARGS__), bm_error(m), bm_clear(m), part)
    FIT("epochs is -3", .epochs = -3);
    FIT("batch is -3", .batch = -3);
    FIT("batch is 151, but there are only 150 rows", .batch = 151);
    FIT("batch is 121, but there are only 120 rows to train on", .batch = 121, .validation_split = .2);
    FIT("validation_split is -0.5", .validation_split = -.5);
    FIT("validation_split is nan", .validation_split = NAN);
    FIT("validation_split is inf", .validation_split = INFINITY);
    FIT("validation_split is 1", .validation_split = 1);
    FIT("the weight of class 1 is -1", .class_weights = BM_REALS(1, -1, 1));
    FIT("the weight of class 2 is nan", .class_weights = BM_REALS(1, 1, NAN));
    FIT("the weight of class 0 is inf", .class_weights = BM_REALS(INFINITY, 1, 1));
    FIT("class_weights has 2 numbers, the model has 3 classes", .class_weights = BM_REALS(1, 1));
    FIT("class_weights has a pointer and no count", .class_weights = { (const double[]){ 1, 5, 1 } });
    FIT("both validation and validation_split", .validation = iris, .validation_split = .5);
#define TABLE(part, ...) REFUSED(bm_fit_table(l, t, __VA_ARGS__), bm_error(l), bm_clear(l), part)
    TABLE("test is -0.25", .test = -.25);
    TABLE("test is nan", .test = NAN);
    TABLE("validation is 1.5", .validation = 1.5);
    TABLE("validation", .validation = .7, .test = .5);
    bm_scores s;
    REFUSED(s = bm_evaluate(m, iris, .batch = -1), s.error, (void)0, "batch is -1, it must be 1 or more");
    REFUSED(s = bm_evaluate(m, iris, .batch = 1LL << 40), s.error, (void)0, "it must be 1 or more, at most 2147483647");
    REFUSED(s = bm_evaluate(m, NULL), s.error, (void)0, "the dataset is null");
    s = bm_evaluate(m, iris, .batch = 100000); /* as many rows as there are */
    assert_int_equal(s.status, BM_OK);
    bm_parts p;
#define SPLIT(part, ...)                                                \
    REFUSED(p = bm_dataset_split(iris, __VA_ARGS__), bm_error(p.train), \
            (bm_free(p.train), bm_free(p.validation), bm_free(p.test)), part)
    SPLIT("test is -0.1", .test = -.1);
    SPLIT("validation is nan", .validation = NAN);
    SPLIT("test is 2", .test = 2);
    bm_dataset *g;
#define GENERATED(part, ...) REFUSED(g = bm_dataset_load("moons", __VA_ARGS__), bm_error(g), bm_free(g), part)
    GENERATED("rows is -1", .rows = -1);
    GENERATED("noise is -1", .noise = -1);
    GENERATED("noise is nan", .noise = NAN);
    assert_int_equal(bm_history_epochs(m), 0); /* nothing of all that was done */
    bm_fit(m, iris, .batch = 150);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    bm_free(m);
    bm_free(l);
    bm_free(r);
    bm_free(t);
    bm_free(iris);
}

/* What could not be made cannot be cleared into something that works. */
static void failed_constructors(void **state)
{
    (void)state;
    bm_dataset *d = bm_dataset_load("linear", .rows = 50);
    bm_graph *eager = bm_graph_new(.eager = true);
    bm_model *models[] = { bm_sequential(bm_input(1), bm_dense(0)),
                           bm_model_parse("input 1, dens 3"),
                           bm_model_parse(NULL),
                           bm_load("no such file"),
                           bm_learner_parse("mlp:units=0", NULL),
                           bm_learner_parse("", NULL) };
    bm_session *sessions[] = { bm_session_new(NULL), bm_session_new(eager) };
    for (size_t i = 0; i < BMI_COUNT(models); i++) {
        bm_model *m = models[i];
        bm_clear(m);
        assert_true(bm_failed(m));
        bm_compile(m, .loss = BM_MSE);
        bm_fit(m, d);
        bm_tensor *p = bm_predict(m, bm_dataset_x(d, 0));
        assert_true(bm_failed(p));
        bm_free(p);
        bm_save(m, bmt_temp("unmade.safetensors"));
        assert_true(bm_failed(m));
        bm_free(m);
    }
    for (size_t i = 0; i < BMI_COUNT(sessions); i++) {
        bm_clear(sessions[i]);
        assert_true(bm_failed(sessions[i]));
        bm_free(sessions[i]);
    }
    bm_model *m = bm_sequential(bm_input(2), bm_dense(1));
    bm_fit(m, d); /* was not compiled */
    assert_true(bm_failed(m));
    bm_clear(m);
    bm_compile(m, .loss = BM_MSE);
    if (bm_fit(m, d)) fail_msg("%s", bm_error(m));
    bm_free(m), bm_free(eager), bm_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_that_disagree), cmocka_unit_test(data_that_disagrees), cmocka_unit_test(every_option),
        cmocka_unit_test(options_of_calls),     cmocka_unit_test(failed_constructors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
