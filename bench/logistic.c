// SPDX-License-Identifier: Apache-2.0
/* Fitting softmax regression: logistic PREFIX ROWS COLUMNS f64|f32 THREADS [ITERATIONS]. PREFIX.x has the numbers, PREFIX.t the
 * classes (i32), as bench/peers/logistic.py writes them. Seconds, and the objective: mean loss + |w|^2 / (2 C rows), C = 1. */
#include "common.h"

static double objective(bm_model *m, const bm_dataset *d, int64_t rows)
{
    const bm_tensor *w = bm_model_weight(m, "output/kernel");
    double squares = 0;
    for (int64_t i = 0; i < bm_tensor_size(w); i++) squares += bm_tensor_at(w, i) * bm_tensor_at(w, i);
    return bm_evaluate(m, d).loss + squares / (2 * (double)rows);
}

int main(int argc, char **argv)
{
    if (argc < 6) return fprintf(stderr, "logistic PREFIX ROWS COLUMNS f64|f32 THREADS [ITERATIONS]\n"), 2;
    const int64_t rows = atoll(argv[2]), columns = atoll(argv[3]);
    const bool wide = !strcmp(argv[4], "f64");
    char name[1000];
    snprintf(name, sizeof name, "%s-%s.x", argv[1], argv[4]);
    setenv("BAEUM_THREADS", argv[5], 1);
    bm_tensor *x = bm_tensor_new(wide ? BM_F64 : BM_F32, BM_SHAPE(rows, columns)), *t = bm_tensor_new(BM_I32, BM_SHAPE(rows));
    FILE *f = fopen(name, "rb");
    if (!f || fread(bm_data(x), wide ? 8 : 4, (size_t)(rows * columns), f) != (size_t)(rows * columns))
        return fprintf(stderr, "%s cannot be read\n", name), 1;
    fclose(f);
    snprintf(name, sizeof name, "%s.t", argv[1]);
    f = fopen(name, "rb");
    if (!f || fread(bm_data(t), 4, (size_t)rows, f) != (size_t)rows) return fprintf(stderr, "%s cannot be read\n", name), 1;
    fclose(f);
    bm_dataset *d = bm_dataset_from(x, t);
    const long data = peak_kb();
    double seconds[5], loss = 0;
    int n = 0;
    char how[64] = "";
    for (const double start = now(); n < 5 && (n < 2 || now() - start < 10); n++) {
        bm_model *m = bm_learner(
            bm_softmax_regression(.solver = BM_LOGISTIC_LBFGS, .tolerance = 5e-5, .iterations = argc > 6 ? atoi(argv[6]) : 100),
            NULL);
        const double begin = now();
        bm_fit(m, d, .seed = 1);
        seconds[n] = now() - begin;
        if (bm_failed(m)) return bm_report(m, stderr), 1;
        snprintf(how, sizeof how, "%s", bm_stopped_by(m));
        if (!n) loss = objective(m, d, rows);
        bm_free(m);
    }
    qsort(seconds, (size_t)n, sizeof *seconds, by_size);
    printf("{\"median\": %.5f, \"min\": %.5f, \"max\": %.5f, \"loss\": %.8f, \"end\": \"%s\", \"more_mb\": %.1f}\n",
           seconds[n / 2], seconds[0], seconds[n - 1], loss, how, (double)(peak_kb() - data) / 1024);
    bm_free(d);
    bm_free(x);
    bm_free(t);
    return 0;
}
