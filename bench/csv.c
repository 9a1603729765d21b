// SPDX-License-Identifier: Apache-2.0
/* Reading a CSV file of numbers through the public interface: bench_csv FILE THREADS prints one JSON line, MB/s of eight readings
 * (as bench/peers/read_csv.py), and the peak memory beside the table's. */
#include "common.h"

enum { READINGS = 8 };

int main(int count, char **arguments)
{
    if (count != 3) return fprintf(stderr, "usage: %s FILE THREADS\n", arguments[0]), 2;
    FILE *f = fopen(arguments[1], "rb");
    if (!f || fseek(f, 0, SEEK_END)) return fprintf(stderr, "%s cannot be read\n", arguments[1]), 1;
    const double mb = (double)ftell(f) / 1e6;
    fclose(f);
    bm_context *context = bm_context_new(.threads = atoi(arguments[2]));
    double seconds[READINGS], table = 0;
    for (int i = 0; i < READINGS; i++) {
        const double t = now();
        bm_table *read = bm_table_read_csv(arguments[1], .context = context);
        seconds[i] = now() - t;
        if (bm_failed(read)) {
            bm_report(read, stderr);
            return 1;
        }
        table = 8e-6 * (double)(bm_table_rows(read) * bm_table_columns(read));
        bm_free(read);
    }
    qsort(seconds, READINGS, sizeof *seconds, by_size);
    printf("{\"median\": %.1f, \"min\": %.1f, \"max\": %.1f, \"table_mb\": %.1f, \"peak_mb\": %.1f}\n",
           2 * mb / (seconds[READINGS / 2 - 1] + seconds[READINGS / 2]), mb / seconds[READINGS - 1], mb / seconds[0], table,
           (double)peak_kb() * 1.024e-3);
    bm_free(context);
    return 0;
}
