// SPDX-License-Identifier: Apache-2.0
/* The first 20 principal components of 20,000 rows of 200 numbers by a recipe, of a table in memory: bench_pca FILE THREADS
 * [randomised] prints one JSON line, the milliseconds of fit and apply of eight runs (as bench/peers/pca.py, which writes FILE: the
 * columns one after the other, f64). */
#include "common.h"

enum { ROWS = 20000, COLUMNS = 200, RUNS = 8 };

int main(int count, char **arguments)
{
    if (count < 3) return fprintf(stderr, "usage: %s FILE THREADS [randomised]\n", arguments[0]), 2;
    FILE *f = fopen(arguments[1], "rb");
    double *x = malloc((size_t)ROWS * sizeof *x), took[RUNS], share = 0;
    bm_context *context = bm_context_new(.threads = atoi(arguments[2]));
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    for (int c = 0; c < COLUMNS; c++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", c);
        if (!f || !x || fread(x, sizeof *x, ROWS, f) != ROWS) return fprintf(stderr, "%s cannot be read\n", arguments[1]), 1;
        bm_table_add_real(t, name, x, ROWS);
    }
    fclose(f);
    for (int i = 0; i < RUNS; i++) {
        bm_recipe *r = bm_recipe_new(.plain = true, .type = BM_F64, .context = context);
        bm_recipe_add(r, bm_step_pca(.components = 20, .method = count > 3 ? BM_PCA_RANDOMISED : BM_PCA_EXACT));
        const double begin = now();
        bm_dataset *d = bm_recipe_fit_apply(r, t);
        took[i] = 1e3 * (now() - begin);
        if (bm_failed(d)) {
            bm_report(d, stderr);
            return 1;
        }
        const double *z = bm_data_f64(bm_dataset_x(d, 0));
        share = 0; /* the variance of the first component, so that a wrong result shows */
        for (int64_t k = 0; k < ROWS; k++) share += z[k * 20] * z[k * 20] / (ROWS - 1);
        bm_free(d);
        bm_free(r);
    }
    qsort(took, RUNS, sizeof *took, by_size);
    printf("{\"median\": %.2f, \"min\": %.2f, \"max\": %.2f, \"loss\": %.6f}\n", (took[RUNS / 2 - 1] + took[RUNS / 2]) / 2,
           took[0], took[RUNS - 1], share);
    free(x);
    bm_free(t);
    bm_free(context);
    return 0;
}
