// SPDX-License-Identifier: Apache-2.0
/* Null where the public functions take a list, an array or a stream: an error that says which, or nothing where a function only writes. */
#include "support/bmt.h"
#include <baeum.h>
#include <baeum/view.h>

#define REFUSED(object, part)                                  \
    do {                                                       \
        assert_int_equal(bm_status_of(object), BM_E_ARGUMENT); \
        bmt_contains("error", bm_error(object), part);         \
        bm_clear(object);                                      \
    } while (0)

static void lists_of_graphs_and_sessions(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node x = bm_numbers(g, BM_F32, BM_SHAPE(4), 1, 2, 3, 4), out[2];
    bm_split(x, 0, 2, NULL);
    REFUSED(g, "split: the array for the parts is null");
    bm_gradients_at(x, (bm_nodes){ &x, 1 }, (bm_node){ 0 }, NULL, BM_HERE);
    REFUSED(g, "gradient: the array for the derivatives is null");
    bm_gradients_at(x, (bm_nodes){ NULL, 2 }, (bm_node){ 0 }, out, BM_HERE);
    REFUSED(g, "gradient: the list of nodes x is null");
    bm_minimize_over_at(bm_sum(x), (bm_nodes){ NULL, 2 }, bm_adam(), BM_HERE);
    REFUSED(g, "minimize: the list of variables is null");
    bm_session *s = bm_session_new(g);
    const bm_nodes no_nodes = { NULL, 1 };
    const bm_feeds no_feeds = { NULL, 1 };
    bm_run(s, BM_NO_FEEDS, no_nodes);
    REFUSED(s, "run: the list of fetches is null, where there should be 1");
    bm_run(s, no_feeds, BM_FETCHES(x));
    REFUSED(s, "run: the list of feeds is null");
    assert_int_equal(bm_run(s, BM_NO_FEEDS, BM_FETCHES(x)), BM_OK);
    bm_free(s);
    bm_free(g);
}

static void lists_of_models_and_data(void **state)
{
    (void)state;
    bm_model *none = bm_sequential_at((bm_layers){ NULL, 2 }, BM_HERE);
    REFUSED(none, "model: the list of layers is null");
    bm_dataset *d = bm_dataset_load("xor");
    bm_model *m = bm_sequential(bm_input(2), bm_dense(2, .activation = BM_SOFTMAX)), *own = bm_learner(bm_logistic(), NULL);
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY);
    bm_fit(m, d, .class_weights = { NULL, 2 });
    REFUSED(m, "fit: the list of class_weights is null");
    bm_fit(own, d, .class_weights = { NULL, 2 });
    REFUSED(own, "fit: the list of class_weights is null");
    bm_recipe *r = bm_recipe_new();
    bm_recipe_step_at(r, "drop", (bm_names){ NULL, 2 }, NULL, BM_HERE);
    REFUSED(r, "recipe: the list of columns is null");
    bm_table *t = bm_table_read_csv("/nonexistent.csv", .missing = { NULL, 1 });
    REFUSED(t, "CSV: the list of texts of missing cells is null");
    const double two[] = { 1, 2 };
    bm_table *rows = bm_table_new(), *taken = bm_table_take(rows, ((bm_rows){ NULL, 3 }));
    REFUSED(taken, "table: the list of rows is null, where there should be 3");
    bm_table_add_real(rows, "a", two, 2);
    bm_recipe_fit_at(r, rows, (bm_rows){ NULL, 2 }, BM_HERE);
    REFUSED(r, "recipe: the list of rows is null");
    bm_free(taken);
    bm_free(rows);
    bm_table *u = bm_table_read_csv("/nonexistent.csv", .text = { NULL, 1 });
    REFUSED(u, "CSV: the list of text columns is null");
    bm_dataset *named = bm_dataset_new(.x = { bm_dataset_x(d, 0) }, .class_names = { NULL, 2 });
    REFUSED(named, "dataset: the list of class_names is null");
    const bm_name marks[] = { "-999" }; /* an array and no count, as { "-999" } without BM_NAMES gives it */
    bm_free(t), bm_free(u), bm_free(named);
    t = bm_table_read_csv("/nonexistent.csv", .missing = { marks });
    REFUSED(t, "CSV: the list of texts of missing cells has a pointer and no count; write BM_NAMES(\"a\", \"b\") for names");
    u = bm_table_read_csv("/nonexistent.csv", .text = { marks });
    REFUSED(u, "CSV: the list of text columns has a pointer and no count");
    named = bm_dataset_new(.x = { bm_dataset_x(d, 0) }, .class_names = { marks });
    REFUSED(named, "dataset: the list of class_names has a pointer and no count");
    assert_false(bm_set_at(0, NULL));
    bm_free(named);
    bm_free(u);
    bm_free(t);
    bm_free(r);
    bm_free(own);
    bm_free(m);
    bm_free(d);
    bm_free(none);
}

static void streams(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node x = bm_variable(g, BM_F32, BM_SHAPE(2), BM_ONES, "x"), y = bm_sum(bm_square(x));
    bm_session *s = bm_session_new(g);
    bm_tensor *t = bm_tensor_new(BM_F32, BM_SHAPE(2));
    bm_model *m = bm_sequential(bm_input(2), bm_dense(2));
    bm_node_print(x, NULL);
    bm_graph_print(g, NULL);
    bm_graph_dot(g, NULL);
    bm_tensor_print(t, NULL);
    bm_tensor_print(NULL, NULL);
    bm_summary(m, NULL);
    bm_report(m, NULL);
    bm_plan_print(s, BM_NO_FEEDS, BM_FETCHES(y), 0, NULL);
    REFUSED(s, "plan print: the stream is null");
    bm_picture_dot(s, BM_NO_FEEDS, y, NULL);
    REFUSED(s, "picture: the stream is null");
    bm_picture_svg(s, BM_NO_FEEDS, y, NULL);
    REFUSED(s, "picture: the path is null");
    bm_model_plan_print(m, 2, 0, NULL);
    REFUSED(m, "plan print: the stream is null");
    bm_free(m);
    bm_free(t);
    bm_free(s);
    bm_free(g);
}

static bm_status train(bm_model *m, const bm_dataset *d, bm_optimizer optimizer, bm_callback callback)
{
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = optimizer);
    return bm_fit(m, d, .epochs = 1, .callbacks = { callback });
}

/* A null name, record or function is not the same as none: the default stands for {0} alone. */
static void names_and_functions(void **state)
{
    (void)state;
    const bm_optimizer usual = { 0 };
    const bm_callback none = { 0 };
    bm_dataset *d = bm_dataset_load("xor");
    bm_model *m = bm_sequential(bm_input(2), bm_dense(2, .activation = BM_SOFTMAX));
    assert_int_equal(train(m, d, usual, none), BM_OK);
    train(m, d, bm_optimizer_at(NULL, NULL, 0, BM_HERE), none);
    REFUSED(m, "optimizer: kind is \"\", which is no optimizer");
    train(m, d, bm_optimizer_custom_at(NULL, NULL, 0, BM_HERE), none);
    REFUSED(m, "optimizer: kind is \"\", which is no optimizer");
    train(m, d, usual, bm_callback_at(NULL, NULL, 0, BM_HERE));
    REFUSED(m, "callback");
    train(m, d, usual, bm_callback_custom_at(NULL, NULL, 0, BM_HERE));
    REFUSED(m, "callback");
    train(m, d, usual, bm_on_progress(NULL));
    REFUSED(m, "on_progress: no function is given");
    bm_free(m);
    bm_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_graphs_and_sessions),
        cmocka_unit_test(lists_of_models_and_data),
        cmocka_unit_test(streams),
        cmocka_unit_test(names_and_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
