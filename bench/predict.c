// SPDX-License-Identifier: Apache-2.0
/* Prediction latency of the 784-512-512-10 network through the public API. predict BATCH THREADS: one JSON line. */
#include "common.h"

enum { ROUNDS = 200 };

int main(int argc, char **argv)
{
    const int64_t batch = argc > 1 ? atoll(argv[1]) : 1, threads = argc > 2 ? atoll(argv[2]) : 1;
    bm_context *context = bm_context_new(.threads = threads);
    bm_model *m = bench_model('a', context);
    bm_tensor *x = bm_tensor_new(BM_F32, BM_SHAPE(batch, 784)), *y = bm_tensor_new(BM_F32, BM_SHAPE(batch, 10));
    uint64_t state = 88172645463325252ULL;
    double us[ROUNDS];
    long calls = 0;
    for (int64_t i = 0; i < batch * 784; i++) ((float *)bm_data(x))[i] = (float)uniform(&state);
    for (const double t = now(); now() - t < .3; calls++) bm_predict_into(m, x, y);
    const long each = calls / 60 > 0 ? calls / 60 : 1;
    for (int i = 0; i < ROUNDS; i++) {
        const double t = now();
        for (long k = 0; k < each; k++) bm_predict_into(m, x, y);
        us[i] = (now() - t) / (double)each * 1e6;
    }
    qsort(us, ROUNDS, sizeof *us, by_size);
    if (bm_failed(y)) bm_report(y, stderr);
    else
        printf("{\"peer\": \"baeum\", \"model\": \"a\", \"batch\": %lld, \"threads\": %lld, \"min_us\": %.2f, \"median_us\": "
               "%.2f, \"p99_us\": %.2f, \"rss_mb\": %.1f}\n",
               (long long)batch, (long long)threads, us[0], us[ROUNDS / 2], us[ROUNDS - 3], (double)peak_kb() / 1024);
    const int failed = bm_failed(y);
    bm_free(x);
    bm_free(y);
    bm_free(m);
    bm_free(context);
    return failed;
}
