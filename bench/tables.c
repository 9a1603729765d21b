// SPDX-License-Identifier: Apache-2.0
/* Operations on tables through the public interface: bench_tables FOLDER WORK THREADS prints one JSON line, ms (median, least, most),
 * the memory that the operation needed beside the table it works on, and checksums of the result. bench/peers/tables.py makes the
 * folder's files and does the same works. */
#include "common.h"

enum { RUNS = 9 };

static bm_table *group(const bm_table *t, bm_names by)
{
    return bm_table_group(
        t, by, .unsorted = true,
        .results = BM_AGGREGATES({ "r1", BM_GROUP_MEAN, "r1" }, { "r2", BM_GROUP_MEAN, "r2" }, { "r3", BM_GROUP_MEAN, "r3" },
                                 { "r4", BM_GROUP_MEAN, "r4" }, { "r5", BM_GROUP_MEAN, "r5" }, { "r6", BM_GROUP_MEAN, "r6" },
                                 { "r7", BM_GROUP_MEAN, "r7" }, { "r8", BM_GROUP_MEAN, "r8" }, { "i1", BM_GROUP_MEAN, "i1" },
                                 { "i2", BM_GROUP_MEAN, "i2" }, { "i3", BM_GROUP_MEAN, "i3" }, { "i4", BM_GROUP_MEAN, "i4" }));
}

static bm_table *work(const char *what, const bm_table *left, const bm_table *right)
{
    if (!strcmp(what, "group-one")) return group(left, BM_NAMES("city"));
    if (!strcmp(what, "group-two")) return group(left, BM_NAMES("city", "shop"));
    if (!strcmp(what, "sort-real")) return bm_table_sort(left, BM_NAMES("r1"));
    if (!strcmp(what, "sort-two")) return bm_table_sort(left, BM_NAMES("city", "i2"));
    return bm_table_join(left, right, BM_NAMES("k"));
}

/* As checksums of bench/peers/tables.py. */
static void print_sums(const bm_table *t)
{
    printf("\"sums\": {\"rows\": %lld", (long long)bm_table_rows(t));
    for (int64_t c = 0; c < bm_table_columns(t); c++) {
        double sum = 0;
        for (int64_t r = 0; r < bm_table_rows(t); r++) {
            const char *text = bm_table_text(t, r, c);
            const double x =
                bm_table_column_type(t, c) == BM_COLUMN_TEXT ? text ? (double)strlen(text) : NAN : bm_table_number(t, r, c);
            if (!isnan(x)) sum += (double)(r % 97 + 1) * x;
        }
        printf(", \"%s\": %.17g", bm_table_column_name(t, c), sum);
    }
    printf("}");
}

static bm_table *read_file(const char *folder, const char *name, bm_context *context)
{
    char path[1000];
    snprintf(path, sizeof path, "%s/%s.csv", folder, name);
    bm_table *t = bm_table_read_csv(path, .context = context);
    if (bm_failed(t)) bm_report(t, stderr), exit(1);
    return t;
}

int main(int count, char **arguments)
{
    if (count != 4) return fprintf(stderr, "usage: %s FOLDER WORK THREADS\n", arguments[0]), 2;
    const char *what = arguments[2];
    bench_counter memory = { 0 };
    bm_context *plain = bm_context_new(.threads = atoi(arguments[3]));
    bm_context *counting = bm_context_new(.threads = atoi(arguments[3]), .allocator = { &memory, bench_take, bench_give });
    bm_table *left = read_file(arguments[1], "left", plain), *right = read_file(arguments[1], "right", plain), *out = NULL;
    double ms[RUNS];
    for (int i = -1; i < RUNS; i++) { /* the first one warms up */
        bm_free(out);
        const double begin = now();
        out = work(what, left, right);
        if (i >= 0) ms[i] = (now() - begin) * 1e3;
        if (bm_failed(out)) bm_report(out, stderr), exit(1);
    }
    bm_table *checked = strncmp(what, "group", 5)        ? out
                        : strcmp(what, "group-two") == 0 ? bm_table_sort(out, BM_NAMES("city", "shop"))
                                                         : bm_table_sort(out, BM_NAMES("city"));
    qsort(ms, RUNS, sizeof *ms, by_size);
    printf("{\"median\": %.3f, \"min\": %.3f, \"max\": %.3f, ", ms[RUNS / 2], ms[0], ms[RUNS - 1]);
    print_sums(checked);
    if (checked != out) bm_free(checked);
    bm_free(out);
    bm_free(left), bm_free(right);
    left = read_file(arguments[1], "left", counting), right = read_file(arguments[1], "right", counting);
    const size_t tables = memory.now;
    memory.most = 0;
    out = work(what, left, right);
    printf(", \"table_mb\": %.1f, \"more_mb\": %.1f}\n", (double)tables / 1e6, (double)(memory.most - tables) / 1e6);
    bm_free(out), bm_free(left), bm_free(right);
    bm_free(plain), bm_free(counting);
    return 0;
}
