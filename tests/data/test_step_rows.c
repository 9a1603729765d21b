// SPDX-License-Identifier: Apache-2.0
/* What the rows of the training mean to every kind of step that is registered: their order has no say, a row of weight n is n rows, and
 * what stands in one of weight 0 is not looked at.
 */
#include "data/step_support.h"

/* ---- order ---- */
/* Fitted on the rows of an example in another order, a step gives rows to be predicted the same features, up to the order of sums. */
static void another_order(const bmi_step_kind *k, const bmi_step_example *x)
{
    char what[300];
    bm_table *t = table_of(x->table, NULL), *u = x->rows ? table_of(x->rows, NULL) : table_of(x->table, NULL);
    const int64_t n = bm_table_rows(t);
    int64_t *order = malloc((size_t)n * sizeof *order);
    assert_non_null(order);
    for (int64_t i = 0; i < n; i++) order[i] = n - 1 - i;
    for (int64_t i = 0; i + 2 < n; i += 3) { /* not only backwards */
        const int64_t kept = order[i];
        order[i] = order[i + 2];
        order[i + 2] = kept;
    }
    bm_table *turned = bm_table_take_at(t, (bm_rows){ order, (size_t)n }, BM_HERE);
    bm_recipe *r = recipe_of(k, x, NULL), *q = recipe_of(k, x, NULL);
    bm_recipe_fit(r, t);
    bm_recipe_fit(q, turned);
    bm_dataset *d = bm_recipe_apply_x(r, u), *e = bm_recipe_apply_x(q, u);
    say(what, k, x, "fitted on rows in another order");
    if (bm_failed(d) || bm_failed(e)) fail_msg("%s: %s %s", what, bm_error(d), bm_error(e));
    assert_int_equal(bm_recipe_features(r), bm_recipe_features(q));
    for (int64_t c = 0; c < bm_recipe_features(r); c++) {
        assert_string_equal(bm_recipe_feature_name(r, c), bm_recipe_feature_name(q, c));
        for (int64_t i = 0; i < bm_dataset_rows(d); i++) bmt_near(what, cell(e, i, c), cell(d, i, c), 1e-9);
    }
    free(order);
    bm_free(d);
    bm_free(e);
    bm_free(r);
    bm_free(q);
    bm_free(t);
    bm_free(u);
    bm_free(turned);
}

static void order_of_training(void **state)
{
    (void)state;
    each_example(another_order);
}

/* ---- weights ---- */
/* Tables whose rows are told to teach a step the same; `of` is what it is then applied to. */
typedef struct pair {
    const bm_table *one, *other, *of;
    const char *other_weights;
    double tolerance; /* 0: the same bits */
} pair;

static const char *const all_columns[] = { "x", "z", "word", "few" };
static const char *const tries[] = { "x", "z", "word", "few", "x,z", "x,z,few" };

/* A step with settings on some of the columns, and what is done by default. */
static bm_recipe *weighed_recipe(const bmi_step_kind *k, const char *options, const char *columns, const char *weights)
{
    char memory[200];
    const char *at[16];
    const bool plain = k->needs_target; /* what follows would be fitted on what folds of other rows give */
    bm_recipe *r = bm_recipe_new(.target = "y", .weights = weights, .task = BM_REGRESSION, .type = BM_F64, .plain = plain);
    bm_recipe_step_at(r, k->name, names_of(columns, memory, at), options, BM_HERE);
    for (size_t i = 0; plain && i < BMI_COUNT(all_columns); i++)
        if (!strstr(columns, all_columns[i])) bm_recipe_drop(r, all_columns[i]);
    return r;
}

/* Two recipes of the step, fitted on the one and on the other table, refuse both, or give the same features. */
static void alike(const bmi_step_kind *k, const char *options, const char *columns, const pair *p)
{
    char what[400];
    bm_recipe *r = weighed_recipe(k, options, columns, "w"), *q = weighed_recipe(k, options, columns, p->other_weights);
    const bm_status st = bm_recipe_fit(r, p->one), same = bm_recipe_fit(q, p->other);
    snprintf(what, sizeof what, "%s:%s on %s: %.120s, %.120s", k->name, options ? options : "", columns, bm_error(r),
             bm_error(q));
    if (st != same) fail_msg("%s", what);
    bm_dataset *d = bm_recipe_apply_x(r, p->of), *e = bm_recipe_apply_x(q, p->of);
    if (!st && bm_recipe_features(r) != bm_recipe_features(q)) fail_msg("%s: other features", what);
    if (bm_status_of(d) != bm_status_of(e)) fail_msg("%s: %s %s", what, bm_error(d), bm_error(e));
    for (int64_t j = 0; !bm_failed(d) && j < bm_dataset_x(d, 0)->size; j++) {
        const double a = bm_tensor_at(bm_dataset_x(d, 0), j), b = bm_tensor_at(bm_dataset_x(e, 0), j);
        if (p->tolerance > 0) bmt_near(what, a, b, p->tolerance);
        else if (memcmp(&a, &b, sizeof a) != 0) fail_msg("%s: feature %d is %.17g and %.17g", what, (int)j, a, b);
    }
    bm_free(d);
    bm_free(e);
    bm_free(r);
    bm_free(q);
}

/* Every kind, with its defaults and the settings of its examples. */
static void each_alike(const char *one, const char *other, const char *other_weights, double tolerance)
{
    bm_table *t = table_of(one, NULL), *u = table_of(other, NULL);
    const pair of = { t, u, t, other_weights, tolerance }, *const p = &of;
    const bmi_step_kind *k;
    for (size_t i = 0; (k = kind_at(i)); i++)
        for (size_t c = 0; c < BMI_COUNT(tries); c++) {
            alike(k, NULL, tries[c], p);
            for (size_t e = 0; e < k->n_examples; e++)
                if (k->examples[e].options) alike(k, k->examples[e].options, tries[c], p);
        }
    bm_free(t);
    bm_free(u);
}

static const char weighed[] =
    "x,z,word,few,y,w\n1,2,a,,1,2\n5,-1,b,1,2,1\n,7,a,,4,3\n2.5,1,c,6,3,0\n9,3,b,2,8,1\n4,0,a,4,6,2\n";

/* A table in which rows stand as often as another weighs them. */
static void weights_are_rows(void **state)
{
    (void)state;
    static const char repeated[] = "x,z,word,few,y\n1,2,a,,1\n1,2,a,,1\n5,-1,b,1,2\n,7,a,,4\n,7,a,,4\n,7,a,,4\n9,3,b,2,8\n"
                                   "4,0,a,4,6\n4,0,a,4,6\n";
    each_alike(weighed, repeated, NULL, 1e-11);
}

/* The row of weight 0 with other cells, and without it. */
static void rows_without_a_say(void **state)
{
    (void)state;
    static const char other[] =
        "x,z,word,few,y,w\n1,2,a,,1,2\n5,-1,b,1,2,1\n,7,a,,4,3\n-1e30,NA,q,,-7,0\n9,3,b,2,8,1\n4,0,a,4,6,2\n";
    static const char without[] = "x,z,word,few,y,w\n1,2,a,,1,2\n5,-1,b,1,2,1\n,7,a,,4,3\n9,3,b,2,8,1\n4,0,a,4,6,2\n";
    each_alike(weighed, other, "w", 0);
    each_alike(weighed, without, "w", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(order_of_training), cmocka_unit_test(weights_are_rows),
                                        cmocka_unit_test(rows_without_a_say) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
