// SPDX-License-Identifier: Apache-2.0
/* Training throughput through the public API: shuffling, the check for bad numbers and the history are on.
 * train MODEL BATCH THREADS [cold]: one JSON line; with "cold" only the time from start to the end of the first step. "loss" is that of
 * all data after as many epochs as in peers/common.py, -1 when cold.
 */
#include "common.h"

enum { REPEATS = 5 };

int main(int argc, char **argv)
{
    const double start = now();
    const char which = argc > 1 ? argv[1][0] : 'a';
    const int64_t batch = argc > 2 ? atoll(argv[2]) : 128, threads = argc > 3 ? atoll(argv[3]) : 1;
    bm_context *context = bm_context_new(.threads = threads);
    bm_dataset *data = bench_data(which);
    const double ready = now();
    bm_model *m = bench_model(which, context);
    bm_fit(m, data, .batch = batch, .callbacks = { bm_stop_at(.steps = 1) });
    const double first = now() - ready, rss_first = (double)peak_kb() / 1024;
    double rate[REPEATS] = { 0 }, seconds = 0, loss = -1;
    int64_t epochs = 1;
    if (argc < 5) {
        bm_fit(m, data, .epochs = which == 'a' ? 2 : batch > 1 ? 20 : 2, .batch = batch);
        bm_scores s = bm_evaluate(m, data);
        loss = bm_score(&s, "loss");
        while (seconds < .5 && !bm_failed(m)) { /* warm up, and find how many epochs take long enough */
            const double t = now();
            bm_fit(m, data, .epochs = epochs, .batch = batch);
            seconds = now() - t;
            if (seconds < .5) epochs = seconds < .05 ? epochs * 8 : (int64_t)((double)epochs * .7 / seconds) + 1;
        }
        for (int i = 0; i < REPEATS && !bm_failed(m); i++) {
            const double t = now();
            bm_fit(m, data, .epochs = epochs, .batch = batch);
            rate[i] = (double)epochs * 12800 / (now() - t);
        }
        qsort(rate, REPEATS, sizeof *rate, by_size);
    }
    if (bm_failed(m)) bm_report(m, stderr);
    else
        printf("{\"peer\": \"baeum\", \"model\": \"%c\", \"batch\": %lld, \"threads\": %lld, \"min\": %.1f, \"median\": %.1f, "
               "\"max\": %.1f, "
               "\"first_step_s\": %.5f, \"start_s\": %.5f, \"rss_mb\": %.1f, \"rss_first_mb\": %.1f, \"epochs\": %lld, "
               "\"loss\": %.6f}\n",
               which, (long long)batch, (long long)threads, rate[0], rate[REPEATS / 2], rate[REPEATS - 1], first, ready - start,
               (double)peak_kb() / 1024, rss_first, (long long)bm_history_epochs(m), loss);
    const int failed = bm_failed(m);
    bm_free(m);
    bm_free(data);
    bm_free(context);
    return failed;
}
