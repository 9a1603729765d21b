// SPDX-License-Identifier: Apache-2.0
/* A table of four times the memory that the process may have for it: by parts a learner finds its line, a classifier its plane, a network
 * learns; all are judged, though the area over 2,000,000 rows has no room; read whole it does not fit.
 */
#include "support/bmt.h"
#include <baeum/data.h>
#include <baeum/model.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    COLUMNS = 10,
    ROWS = 2500000,
    TABLE = COLUMNS * ROWS * 8, /* 200 MB */
    PART = 20000                /* rows in memory at once: of the file, of the sample, of the block */
};

static char *put(char *at, unsigned number)
{
    char digits[12];
    int n = 0;
    do digits[n++] = (char)('0' + number % 10);
    while (number /= 10);
    while (n) *at++ = digits[--n];
    return at;
}

/* y = a + 2 b + ... + 9 i + 7, and columns of whole numbers below 1,000; "high" where y is above its middle, but for one row in 16. */
static void make(const char *path)
{
    FILE *f = fopen(path, "w");
    uint32_t state = 1;
    fputs("a,b,c,d,e,f,g,h,i,y,class\n", f);
    for (int64_t r = 0; r < ROWS; r++) {
        char line[100], *at = line;
        unsigned y = 7;
        for (unsigned k = 1; k < COLUMNS; k++) {
            state = state * 1664525u + 1013904223u;
            const unsigned x = (state >> 8) % 1000;
            y += k * x;
            at = put(at, x);
            *at++ = ',';
        }
        at = put(at, y);
        at += sprintf(at, ",%s\n", (y > 22500) != (state >> 28 == 3) ? "high" : "low");
        fwrite(line, 1, (size_t)(at - line), f);
    }
    assert_int_equal(fclose(f), 0);
}

/* Lets the process have `more` bytes beside those it has. */
static bool limit_memory(size_t more)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    const bool known = f && fscanf(f, "%lu", &pages) == 1;
    if (f) fclose(f);
    const size_t all = (size_t)pages * (size_t)sysconf(_SC_PAGESIZE) + more;
    const struct rlimit most = { all, all };
    return known && !setrlimit(RLIMIT_AS, &most);
}

/* What a child says: 0, or where it failed. */
static int numbers(const char *path)
{
    bm_context *context = bm_context_new(.threads = 1);
    if (!limit_memory(TABLE / 4)) return 2;
    bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION, .context = context);
    bm_recipe_drop(r, "class");
    bm_csv *c = bm_csv_open(path, .context = context, .rows = PART);
    bm_model *line = bm_learner(bm_linear(), r), *network = bm_learner(bm_mlp(.units = BM_SHAPE(8), .batch = 500), r);
    bm_fit_csv(line, c, .test = .1, .rows = PART, .sample = PART);
    if (bm_failed(line)) return fprintf(stderr, "%s\n", bm_error(line)), 3;
    const bm_scores of = bm_model_scores(line, "test");
    if (!(bm_score(&of, "rmse") < 1e-6) || of.rows < ROWS / 11) return 4;
    bm_free(line);
    bm_fit_csv(network, c, .test = .1, .rows = PART, .sample = PART, .validation = .1, .epochs = 1);
    if (bm_failed(network)) return fprintf(stderr, "%s\n", bm_error(network)), 5;
    const bm_scores learned = bm_model_scores(network, "test");
    if (!(bm_score(&learned, "r2") > .9)) return 6;
    bm_table *whole = bm_table_read_csv(path, .context = context);
    return bm_status_of(whole) == BM_E_MEMORY ? 0 : 7; /* so the limit is one */
}

static int classes(const char *path)
{
    bm_context *context = bm_context_new(.threads = 1);
    if (!limit_memory(TABLE / 4)) return 2;
    bm_recipe *r = bm_recipe_new(.target = "class", .context = context);
    bm_recipe_drop(r, "y");
    bm_csv *c = bm_csv_open(path, .context = context, .rows = PART);
    bm_model *plane = bm_learner(bm_logistic(.iterations = 3), r);
    bm_fit_csv(plane, c, .test = .1, .rows = PART, .sample = PART);
    if (bm_failed(plane)) return fprintf(stderr, "%s\n", bm_error(plane)), 3;
    const bm_scores train = bm_model_scores(plane, "train"), test = bm_model_scores(plane, "test");
    if (!(bm_score(&test, "accuracy") > .9 && bm_score(&train, "accuracy") > .9) || test.rows < ROWS / 11) return 4;
    const char *why = bm_score_why(&train, "roc_auc");
    return isnan(bm_score(&train, "roc_auc")) && why && strstr(why, "it takes 48 bytes a row") ? 0 : 5;
}

static void a_quarter(void **state)
{
    (void)state;
#ifdef BMT_SANITIZED
    bmt_skip("room for a sanitizer beside the limit");
#endif
    static int (*const learns[])(const char *path) = { numbers, classes };
    const char *path = bmt_temp("table.csv");
    make(path);
    pid_t child[2];
    for (int i = 0; i < 2; i++) {
        child[i] = fork();
        if (!child[i]) _exit(learns[i](path));
    }
    for (int i = 0; i < 2; i++) {
        int status = 1;
        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quarter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
