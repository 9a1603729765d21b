// SPDX-License-Identifier: Apache-2.0
/* CreditCard: the share of income that is spent by card, from the eight numeric columns (R, package AER), by a straight line and by a
 * network, beside the trivial answer. `expenditure` over income is nearly the share itself: with it the network can find the ratio.
 */
#include <baeum.h>

static int judge(const bm_table *t, const char *model, double rate)
{
    bm_recipe *r = bm_recipe_new(.target = "share");
    bm_recipe_drop(r, "card", "owner", "selfemp");
    bm_model *m = bm_learner_parse(model, r);
    if (rate > 0) bm_compile(m, .optimizer = bm_adam(.rate = rate));
    bm_fit_table(m, t, .validation = .15, .test = .15, .seed = 3);
    const bm_scores test = bm_model_scores(m, "test"), mean = bm_model_scores(m, "baseline");
    printf("%-10s  R2 %.3f   MAE %.4f   (always the mean: R2 %.3f, MAE %.4f)\n", model, bm_score(&test, "r2"),
           bm_score(&test, "mae"), bm_score(&mean, "r2"), bm_score(&mean, "mae"));
    bm_report(m, stderr);
    const int failed = bm_failed(m);
    bm_free(m);
    bm_free(r);
    return failed;
}

int main(void)
{
    bm_table *t = bm_table_load("creditcard");
    bm_report(t, stderr);
    const int status = judge(t, "linear", 0) | judge(t, "mlp:64,32", .003);
    bm_free(t);
    return status;
}
