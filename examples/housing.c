// SPDX-License-Identifier: Apache-2.0
/* House prices (California, census of 1990: 20,640 blocks, 207 cells missing, one column of texts): the skewed columns are found and their
 * logarithm taken, missing cells get the mean, the text becomes columns of 0 and 1, and the price's logarithm is learned.
 *
 *     housing housing.csv
 */
#include <baeum.h>
#include <stdlib.h>

typedef struct skewed {
    const char *name;
    double skew;
} skewed;

static int larger_first(const void *a, const void *b)
{
    const double x = ((const skewed *)a)->skew, y = ((const skewed *)b)->skew;
    return (x < y) - (x > y);
}

/* The columns of numbers with a skew above 1, the most skewed first, but for the target. */
static size_t find_skewed(const bm_table *t, skewed found[32])
{
    size_t n = 0;
    for (int64_t c = 0; c < bm_table_columns(t) && n < 32; c++) {
        const bm_summary s = bm_table_summary(t, c);
        if (s.skew > 1 && c != bm_table_find(t, "median_house_value"))
            found[n++] = (skewed){ bm_table_column_name(t, c), s.skew };
    }
    qsort(found, n, sizeof *found, larger_first);
    return n;
}

static void learn(const char *title, bm_learner how, const bm_table *t, const skewed *logs, size_t n)
{
    bm_recipe *r = bm_recipe_new(.target = "median_house_value", .target_log1p = true);
    bm_recipe_impute(r, "mean");
    for (size_t i = 0; i < n; i++) bm_recipe_log(r, logs[i].name);
    bm_model *m = bm_learner(how, r);
    bm_fit_table(m, t, .test = .2, .seed = 1);
    const bm_scores test = bm_model_scores(m, "test"), baseline = bm_model_scores(m, "baseline");
    printf("%-34s R2 %.3f   mean error %.0f dollars (of the mean price %.0f)\n", title, bm_score(&test, "r2"),
           bm_score(&test, "mae"), bm_score(&baseline, "mae"));
    bm_report(m, stderr);
    bm_free(m);
    bm_free(r);
}

int main(int argc, char **argv)
{
    bm_table *t = bm_table_read_csv(argc > 1 ? argv[1] : "housing.csv");
    skewed found[32];
    const size_t n = find_skewed(t, found);
    for (int64_t c = 0; c < bm_table_columns(t); c++)
        if (bm_table_missing(t, c)) printf("%s: %d cells missing\n", bm_table_column_name(t, c), (int)bm_table_missing(t, c));
    for (size_t i = 0; i < n; i++) printf("%-20s skew %.4f\n", found[i].name, found[i].skew);
    if (!bm_failed(t)) {
        learn("linear", bm_linear(), t, NULL, 0);
        learn("linear, log of skewed columns", bm_linear(), t, found, n);
        learn("ridge, log of skewed columns", bm_ridge(.alpha = BM_AUTO), t, found, n);
    }
    bm_report(t, stderr);
    const int failed = bm_failed(t);
    bm_free(t);
    return failed;
}
