// SPDX-License-Identifier: Apache-2.0
/* Paths of coefficients on CreditCard: what ridge and lasso make of each column of numbers while the penalty falls. Ridge makes coefficients small and
 * none 0; lasso has them enter one after the other, exactly 0 before.
 */
#include <baeum.h>
#include <math.h>

static int show(const char *title, const bm_dataset *d, const bm_recipe *r, double share)
{
    bm_path p = bm_coefficient_path(d, .r = share, .count = 12, .ratio = share > 0 ? 1e-3 : 1e-4);
    const int64_t columns = bm_recipe_features(r);
    printf("%s\n%10s %5s", title, "alpha", "not 0");
    for (int64_t c = 0; c < columns; c++) printf(" %11.11s", bm_recipe_feature_name(r, c));
    printf("\n");
    for (int64_t i = 0; !bm_failed(p.coefficients) && i < bm_tensor_size(p.alphas); i++) {
        int kept = 0;
        for (int64_t c = 0; c < columns; c++) kept += bm_tensor_at(p.coefficients, i * columns + c) != 0;
        printf("%10.3g %5d", bm_tensor_at(p.alphas, i), kept);
        for (int64_t c = 0; c < columns; c++) printf(" %11.4f", bm_tensor_at(p.coefficients, i * columns + c));
        printf("\n");
    }
    bm_report(p.coefficients, stderr);
    const int failed = bm_failed(p.coefficients);
    bm_free(p.alphas);
    bm_free(p.coefficients);
    bm_free(p.intercepts);
    return failed;
}

int main(void)
{
    bm_table *t = bm_table_load("creditcard");
    bm_recipe *r = bm_recipe_new(.target = "share", .target_standardize = true);
    bm_recipe_drop(r, "card", "owner", "selfemp");
    bm_recipe_fit(r, t);
    bm_dataset *d = bm_recipe_apply(r, t);
    const int failed = show("ridge", d, r, BM_ZERO) | show("lasso", d, r, 1);
    bm_report(r, stderr);
    bm_free(d);
    bm_free(r);
    bm_free(t);
    return failed;
}
