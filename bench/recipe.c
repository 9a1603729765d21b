// SPDX-License-Identifier: Apache-2.0
/* A whole recipe, fitted and applied: medians for missing numbers, standardised, texts one-hot, of a table in memory: bench_recipe FILE TYPE
 * THREADS prints one JSON line, ms (median, least, most), checksums of the columns as bench/peers/recipe.py has them, which writes FILE, and
 * memory: of the table, of the result, and the most that there was at once, both among it. */
#include "common.h"

enum { RUNS = 7 };

static bm_table *read_file(const char *path, bm_context *context)
{
    bm_table *t = bm_table_read_csv(path, .context = context);
    if (bm_failed(t)) bm_report(t, stderr), exit(1);
    return t;
}

static bm_dataset *prepare(const bm_table *t, bm_type type, bm_context *context)
{
    bm_recipe *r = bm_recipe_new(.plain = true, .type = type, .context = context);
    bm_recipe_add(r, bm_step_impute("median"));
    bm_recipe_add(r, bm_step_standardize());
    bm_recipe_add(r, bm_step_one_hot());
    bm_dataset *d = bm_recipe_fit_apply(r, t);
    if (bm_failed(d)) bm_report(d, stderr), exit(1);
    bm_free(r);
    return d;
}

/* The sum of a column's numbers + 3, the i-th times i % 97 + 1. The column of missing and unseen texts counts where there are some. */
static void print_sums(const bm_tensor *x)
{
    const int64_t rows = bm_tensor_shape(x).dim[0], columns = bm_tensor_shape(x).dim[1];
    const char *comma = "";
    printf("\"sums\": [");
    for (int64_t c = 0; c < columns; c++) {
        double sum = 0, all = 0;
        for (int64_t i = 0; i < rows; i++) {
            const double v = bm_tensor_at(x, i * columns + c);
            sum += (double)(i % 97 + 1) * (v + 3);
            all += fabs(v);
        }
        if (all > 0) printf("%s%.17g", comma, sum), comma = ", ";
    }
    printf("]");
}

int main(int count, char **arguments)
{
    if (count != 4) return fprintf(stderr, "usage: %s FILE TYPE THREADS\n", arguments[0]), 2;
    const bm_type type = strcmp(arguments[2], "f32") == 0 ? BM_F32 : BM_F64;
    bench_counter memory = { 0 };
    bm_context *plain = bm_context_new(.threads = atoi(arguments[3]));
    bm_context *counting = bm_context_new(.threads = atoi(arguments[3]), .allocator = { &memory, bench_take, bench_give });
    bm_table *t = read_file(arguments[1], plain);
    double ms[RUNS];
    for (int i = -1; i < RUNS; i++) { /* the first one warms up */
        const double begin = now();
        bm_dataset *d = prepare(t, type, plain);
        if (i >= 0) ms[i] = (now() - begin) * 1e3;
        bm_free(d);
    }
    bm_free(t);
    qsort(ms, RUNS, sizeof *ms, by_size);
    printf("{\"median\": %.3f, \"min\": %.3f, \"max\": %.3f, ", ms[RUNS / 2], ms[0], ms[RUNS - 1]);
    t = read_file(arguments[1], counting);
    const size_t table = memory.now;
    memory.most = 0;
    bm_dataset *d = prepare(t, type, counting);
    const size_t most = memory.most, result = memory.now - table;
    print_sums(bm_dataset_x(d, 0));
    printf(", \"table_mb\": %.1f, \"result_mb\": %.1f, \"most_mb\": %.1f}\n", (double)table / 1e6, (double)result / 1e6,
           (double)most / 1e6);
    bm_free(d), bm_free(t);
    bm_free(plain), bm_free(counting);
    return 0;
}
