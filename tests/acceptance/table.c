// SPDX-License-Identifier: Apache-2.0
/* A table, its preparation, a learner: one file afterwards. Around the program stands what shows that it works. */
#include <baeum.h>

int main(void)
{
    bm_table *t = bm_table_read_csv("bike.csv");
    bm_recipe *r = bm_recipe_new(.target = "count", .target_log1p = true);
    bm_recipe_drop(r, "casual", "registered");
    bm_recipe_datetime(r, "datetime");
    bm_recipe_one_hot(r, "season", "weather");
    bm_recipe_standardize(r);                     /* no columns named: all that are numbers */
    bm_model *ridge = bm_learner(bm_linear(), r); /* a learner is a model: fit, evaluate, predict, save; it copies r */
    bm_fit_table(ridge, t, .test = .25, .seed = 7);

    bm_save(ridge, "bike.safetensors");
    bm_scores test = bm_model_scores(ridge, "test"), baseline = bm_model_scores(ridge, "baseline");
    printf("rows %d R2 %.4f MAE %.4f baseline %.4f\n", (int)test.rows, bm_score(&test, "r2"), bm_score(&test, "mae"),
           bm_score(&baseline, "mae"));
    bm_model *again = bm_load("bike.safetensors");
    bm_tensor *a = bm_predict_table(ridge, t), *b = bm_predict_table(again, t);
    int same = bm_tensor_size(a) == bm_table_rows(t) && bm_tensor_size(b) == bm_table_rows(t);
    for (int64_t i = 0; same && i < bm_tensor_size(a); i++) same = bm_tensor_at(a, i) == bm_tensor_at(b, i);
    printf("the file predicts %s\n", same ? "the same" : "otherwise");
    bm_report(ridge, stderr);
    int status = bm_failed(ridge) || bm_failed(again);
    bm_free(a);
    bm_free(b);
    bm_free(again);
    bm_free(ridge);
    bm_free(r);
    bm_free(t);
    return status;
}
