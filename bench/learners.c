// SPDX-License-Identifier: Apache-2.0
/* Fit times of the linear learners through the public API, on the table of peers/regression.py.
 * learners JOB THREADS [coefficients]: one JSON line. */
#include "common.h"

enum { ROWS = 100000, COLUMNS = 50, REPEATS = 7 };

/* scikit-learn's penalties in the terms of J = MSE + r a sum|w| + (1 - r) / 2 a sum w^2: ridge a = 2 alpha / rows, the others 2 alpha. */
static const struct {
    const char *name, *how;
} jobs[] = { { "linear", "linear" },
             { "ridge", "ridge:alpha=2e-5" },
             { "lasso", "lasso:alpha=.02" },
             { "elastic", "elastic:alpha=.02,r=.5" } };

static double error_of(const bm_tensor *y, const double *t)
{
    double sum = 0;
    for (int64_t i = 0; i < ROWS; i++) sum += (bm_tensor_at(y, i) - t[i]) * (bm_tensor_at(y, i) - t[i]);
    return sum / ROWS;
}

int main(int argc, char **argv)
{
    const char *how = NULL;
    for (size_t i = 0; argc > 2 && i < sizeof jobs / sizeof *jobs; i++)
        if (!strcmp(argv[1], jobs[i].name)) how = jobs[i].how;
    if (!how) return 2;
    bm_context *context = bm_context_new(.threads = atoll(argv[2]));
    bm_tensor *x = bm_tensor_new_in_at(context, BM_F64, BM_SHAPE(ROWS, COLUMNS), BM_HERE),
              *t = bm_tensor_new_in_at(context, BM_F64, BM_SHAPE(ROWS, 1), BM_HERE);
    bench_read("regression", "x", bm_data(x), sizeof(double) * ROWS * COLUMNS);
    bench_read("regression", "t", bm_data(t), sizeof(double) * ROWS);
    bm_dataset *d = bm_dataset_new(.x = { x }, .t = { t }, .context = context);
    bm_model *m = bm_learner_parse(how, NULL);
    double ms[REPEATS];
    bm_fit(m, d);
    for (int i = 0; i < REPEATS; i++) {
        const double start = now();
        bm_fit(m, d);
        ms[i] = 1e3 * (now() - start);
    }
    qsort(ms, REPEATS, sizeof *ms, by_size);
    bm_tensor *y = bm_predict(m, x);
    if (bm_failed(m)) bm_report(m, stderr);
    else {
        printf("{\"peer\": \"baeum\", \"job\": \"%s\", \"threads\": %s, \"min\": %.3f, \"median\": %.3f, \"max\": %.3f, "
               "\"loss\": %.9g, "
               "\"rss_mb\": %.1f",
               argv[1], argv[2], ms[0], ms[REPEATS / 2], ms[REPEATS - 1], error_of(y, bm_data_f64(t)),
               (double)peak_kb() / 1024);
        const bm_tensor *w = bm_model_weight(m, "output/kernel");
        if (argc > 3) printf(", \"coefficients\": [");
        for (int64_t i = 0; argc > 3 && i < COLUMNS; i++) printf("%s%.17g", i ? ", " : "", bm_tensor_at(w, i));
        printf(argc > 3 ? "]}\n" : "}\n");
    }
    const int failed = bm_failed(m);
    bm_free(y), bm_free(m), bm_free(d), bm_free(x), bm_free(t), bm_free(context);
    return failed;
}
