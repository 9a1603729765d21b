// SPDX-License-Identifier: Apache-2.0
/* Thousands of classes: scores need memory for some rows of probabilities at a time, not for rows x classes, and are those of all rows
 * at once.
 */
#include <baeum.h>
#include "support/bmt.h"
#include <math.h>
#include <stdlib.h>

enum { CLASSES = 2000, ROWS = 5 * CLASSES };

static bm_table *table(bm_context *context)
{
    static double a[ROWS], b[ROWS];
    static char text[CLASSES][8];
    static const char *y[ROWS];
    for (int i = 0; i < CLASSES; i++) snprintf(text[i], sizeof text[i], "k%d", i);
    for (int i = 0; i < ROWS; i++) {
        a[i] = i % CLASSES % 60 + .1 * (i / CLASSES);
        b[i] = i % CLASSES / 60 - .1 * (i / CLASSES % 3);
        y[i] = text[i % CLASSES];
    }
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    bm_table_add_real(t, "a", a, ROWS), bm_table_add_real(t, "b", b, ROWS);
    bm_table_add_text(t, "y", y, ROWS);
    return t;
}

static void memory(void **state)
{
    (void)state;
    bmt_faults faults = { 0 };
    bm_context *context = bmt_context(&faults, 1);
    bm_table *t = table(context);
    bm_recipe *r = bm_recipe_new(.target = "y", .context = context);
    bm_model *m = bm_learner_parse("mlp:4,rate=.03", r);
    bm_fit_table(m, t, .epochs = 2, .batch = 256);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    assert_int_equal(bm_model_classes(m), CLASSES);
    assert_int_equal(bm_model_scores(m, "train").rows + bm_model_scores(m, "validation").rows + bm_model_scores(m, "test").rows,
                     ROWS);
    const bm_scores s = bm_evaluate_table(m, t);
    assert_int_equal(s.status, BM_OK);
    assert_true(faults.peak_bytes < (size_t)96 << 20); /* 160 MB for the probabilities of all rows as f64 */
    /* all at once; rows are predicted in parts of another size there, so probabilities may differ in the last bit of f32 */
    bm_tensor *p = bm_predict_table(m, t);
    int32_t *truth = malloc(ROWS * sizeof *truth);
    bm_dataset *d = bm_recipe_apply(bm_model_recipe(m), t);
    for (int i = 0; i < ROWS; i++) truth[i] = (int32_t)bm_tensor_at(bm_dataset_t(d, 0), i);
    bm_tensor *of = bm_tensor_view(BM_I32, BM_SHAPE(ROWS), truth);
    const bm_metric metrics[] = { BM_ACCURACY, BM_F1_MACRO, BM_LOG_LOSS };
    for (int i = 0; i < 3; i++) {
        bm_tensor *v = bm_measure(metrics[i], p, of);
        bmt_near(metrics[i].name, bm_score(&s, metrics[i].name), bm_tensor_at(v, 0), i < 2 ? 2. / ROWS : 1e-6);
        bm_free(v);
    }
    assert_true(bm_score(&s, "roc_auc") > .7 && bm_score(&s, "roc_auc") < 1);
    bm_free(p), bm_free(of), bm_free(d), free(truth);
    bm_free(m), bm_free(r), bm_free(t), bm_free(context);
    assert_int_equal(faults.live, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(memory) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
