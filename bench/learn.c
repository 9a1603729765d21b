// SPDX-License-Identifier: Apache-2.0
/* 5-fold cross-validation of a linear model on a table with missing numbers and a category, the preparation included: bench_learn FILE
 * TARGET MODEL THREADS prints one JSON line, seconds of nine runs (as bench/peers/cv.py), and the mean R^2 of the held-out rows. */
#include "common.h"

enum { RUNS = 9 };

int main(int count, char **arguments)
{
    if (count != 5) return fprintf(stderr, "usage: %s FILE TARGET MODEL THREADS\n", arguments[0]), 2;
    bm_context *context = bm_context_new(.threads = atoi(arguments[4]));
    bm_table *table = bm_table_read_csv(arguments[1], .context = context);
    bm_recipe *recipe = bm_recipe_new(.target = arguments[2], .context = context);
    double seconds[RUNS], r2 = 0;
    for (int i = 0; i <= RUNS; i++) { /* the first is not counted */
        const double t = now();
        bm_validation *v =
            bm_cross_validate(table, recipe, arguments[3], .folds = 5, .in_order = true, .no_train_scores = true);
        if (i) seconds[i - 1] = now() - t;
        r2 = bm_validation_mean(v, "held_out", "r2");
        if (bm_failed(v)) {
            bm_report(v, stderr);
            return 1;
        }
        bm_free(v);
    }
    qsort(seconds, RUNS, sizeof *seconds, by_size);
    printf("{\"median\": %.6f, \"min\": %.6f, \"max\": %.6f, \"r2\": %.9f}\n", seconds[RUNS / 2], seconds[0], seconds[RUNS - 1],
           r2);
    bm_free(recipe);
    bm_free(table);
    bm_free(context);
    return 0;
}
