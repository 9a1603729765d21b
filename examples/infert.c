// SPDX-License-Identifier: Apache-2.0
/* infert: who is a case? A network with two hidden layers on a table of 248 women (R, package datasets), beside the trivial answer.
 * stratum and pooled.stratum number the matched groups of the study; they tell nothing of a person and are left out.
 */
#include <baeum.h>

int main(void)
{
    bm_table *t = bm_table_load("infert");
    bm_recipe *r = bm_recipe_new(.target = "case");
    bm_recipe_drop(r, "stratum", "pooled.stratum");
    bm_model *m = bm_learner_parse("dense 32 relu, dense 16 relu", r);
    bm_compile(m, .optimizer = bm_adam(.rate = .01));
    bm_fit_table(m, t, .validation = .15, .test = .25, .seed = 1, .epochs = 100);
    bm_summary(m, stdout);

    const bm_scores test = bm_model_scores(m, "test"), baseline = bm_model_scores(m, "baseline");
    printf("test accuracy %.3f, always the most frequent class %.3f\n", bm_score(&test, "accuracy"),
           bm_score(&baseline, "accuracy"));
    bm_tensor *p = bm_predict_row(m, .values = { { "education", .text = "12+ yrs" },
                                                 { "age", .number = 30 },
                                                 { "parity", .number = 1 },
                                                 { "induced", .number = 0 },
                                                 { "spontaneous", .number = 2 } });
    printf("a woman of 30 after two miscarriages: probability %.2f\n", bm_tensor_at(p, 1));

    bm_report(m, stderr);
    const int status = bm_failed(m) || bm_failed(p);
    bm_free(p);
    bm_free(m);
    bm_free(r);
    bm_free(t);
    return status;
}
