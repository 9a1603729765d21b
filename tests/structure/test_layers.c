// SPDX-License-Identifier: Apache-2.0
/* The layers: a file includes headers of its own folder and of folders on lines below alone, never upward, never sideways. And no
 * source file grows beyond 800 lines.
 */
#include "support/bmt.h"
#include <stdlib.h>
#include <string.h>

/* From the top down; what stands in one row does not see each other. */
static const char *const layers[][4] = {
    { "cli" },           { "view", "serve", "learn" },
    { "model" },         { "nn", "data" },
    { "run", "format" }, { "plan" },
    { "ops" },           { "graph" },
    { "linalg" },        { "kernels" },
    { "tensor" },        { "base" },
};

/* Which layer each public header belongs to. */
static const char *const headers[][2] = {
    { "base.h", "base" },          { "tensor.h", "tensor" },
    { "graph.h", "graph" },        { "extend_fields.h", "base" },
    { "extend_graph.h", "graph" }, { "extend.h", "model" },
    { "extend_nn.h", "nn" },       { "ops.h", "ops" },
    { "session.h", "run" },        { "nn.h", "nn" },
    { "data.h", "data" },          { "column.h", "format" },
    { "model.h", "model" },        { "extend_model.h", "model" },
    { "view.h", "view" },          { "learn.h", "learn" },
    { "table.h", "data" },         { "recipe.h", "data" },
    { "learners.h", "model" },     { "inference.h", "model" },
    { "curves.h", "model" },       { "libsvm.h", "data" },
    { "paths.h", "model" },        { "nonlinear.h", "model" },
};

/* Row and column of a layer; row -1 when there is no such. */
static int row_of(const char *name, size_t n, int *column)
{
    for (size_t r = 0; r < BMI_COUNT(layers); r++)
        for (int c = 0; c < 4 && layers[r][c]; c++)
            if (strlen(layers[r][c]) == n && !strncmp(layers[r][c], name, n)) {
                *column = c;
                return (int)r;
            }
    return -1;
}

static int header_row(const char *name, size_t n, int *column)
{
    for (size_t i = 0; i < BMI_COUNT(headers); i++)
        if (strlen(headers[i][0]) == n && !strncmp(headers[i][0], name, n))
            return row_of(headers[i][1], strlen(headers[i][1]), column);
    return -1;
}

/* Where a file belongs, by its path from the source folder; the umbrella header belongs to the top. */
static int file_row(const char *path, int *column)
{
    static const char public_folder[] = "include/baeum/", source[] = "src/";
    *column = 0;
    if (!strcmp(path, "include/baeum.h")) return 0;
    if (!strncmp(path, public_folder, strlen(public_folder))) {
        const char *name = path + strlen(public_folder);
        return header_row(name, strlen(name), column);
    }
    if (strncmp(path, source, strlen(source))) return -1;
    path += strlen(source);
    const char *slash = strchr(path, '/');
    return slash ? row_of(path, (size_t)(slash - path), column) : -1;
}

/* Checks one line "path:#include ..."; what is wrong as text, or null. */
static const char *check_include(const char *path, const char *target, char mark)
{
    int mine, its, row = file_row(path, &mine), other;
    if (row < 0) return "lies in no known layer: add its folder or header to the table of this test";
    if (mark == '<') {
        if (!strncmp(target, "baeum/", 6)) other = header_row(target + 6, strcspn(target, ">") - 6, &its);
        else return strncmp(target, "baeum.h", 7) ? NULL : "includes the umbrella header: include what is used";
    } else {
        const char *slash = strchr(target, '/');
        if (!slash) return "includes a header without its layer: write \"layer/file.h\"";
        other = row_of(target, (size_t)(slash - target), &its);
    }
    if (other < 0) return "includes a header of no known layer";
    if (other < row) return "includes upward";
    if (other == row && its != mine) return "includes sideways";
    return NULL;
}

static FILE *from_source(const char *command)
{
    char text[4400];
    const char *source = getenv("BAEUM_SOURCE");
    snprintf(text, sizeof text, "cd '%s' && %s", source ? source : ".", command);
    FILE *from = popen(text, "r");
    assert_non_null(from);
    return from;
}

static void includes_go_down(void **state)
{
    (void)state;
    FILE *from = from_source("grep -rHE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include' src include");
    char line[1000];
    int seen = 0, wrong = 0;
    while (fgets(line, sizeof line, from)) {
        char *colon = strchr(line, ':'), *open = colon ? strpbrk(colon, "<\"") : NULL;
        if (!open) continue;
        *colon = 0;
        const char *what = check_include(line, open + 1, *open);
        open[1 + strcspn(open + 1, ">\"")] = 0;
        if (what) {
            print_message("%s %s (%s)\n", line, what, open + 1);
            wrong++;
        }
        seen++;
    }
    pclose(from);
    assert_true(seen > 50);
    assert_int_equal(wrong, 0);
}

/* The check itself finds what it is for. */
static void check_works(void **state)
{
    (void)state;
    assert_null(check_include("src/graph/a.c", "graph/b.h\"", '"'));
    assert_null(check_include("src/graph/a.c", "base/b.h\"", '"'));
    assert_null(check_include("src/kernels/cpu/a.c", "kernels/b.h\"", '"'));
    assert_null(check_include("src/ops/a.c", "baeum/ops.h>", '<'));
    assert_null(check_include("src/ops/a.c", "stdio.h>", '<'));
    assert_string_equal(check_include("src/base/a.c", "tensor/b.h\"", '"'), "includes upward");
    assert_string_equal(check_include("src/base/a.c", "baeum/tensor.h>", '<'), "includes upward");
    assert_string_equal(check_include("src/nn/a.c", "data/b.h\"", '"'), "includes sideways");
    assert_string_equal(check_include("include/baeum/base.h", "baeum/graph.h>", '<'), "includes upward");
    assert_non_null(check_include("src/base/a.c", "b.h\"", '"'));
    assert_non_null(check_include("src/other/a.c", "base/b.h\"", '"'));
    assert_non_null(check_include("src/base/a.c", "baeum/other.h>", '<'));
    assert_non_null(check_include("src/base/a.c", "baeum.h>", '<'));
}

static void files_stay_short(void **state)
{
    (void)state;
    /* bench/.venv has the packages of others that make bench installs */
    FILE *from = from_source("find src include tests examples tools bench -name .venv -prune -o "
                             "'(' -name '*.[ch]' -o -name '*.py' -o -name '*.cmake' ')' -print 2>/dev/null | xargs wc -l");
    char line[1000], name[900];
    long n;
    int seen = 0, wrong = 0;
    while (fgets(line, sizeof line, from)) {
        if (sscanf(line, "%ld %899s", &n, name) != 2 || !strcmp(name, "total")) continue;
        seen++;
        if (n <= 800) continue;
        print_message("%s has %ld lines: cut it by topic\n", name, n);
        wrong++;
    }
    pclose(from);
    assert_true(seen > 30);
    assert_int_equal(wrong, 0);
}

/* Every source file says its licence first. */
static void licences(void **state)
{
    (void)state;
    FILE *from = from_source("find src include tests examples -name '*.[ch]' -exec sh -c 'for f; do head -1 \"$f\" | grep -q "
                             "SPDX-License-Identifier || echo \"$f\"; done' sh {} +");
    char line[1000];
    int wrong = 0;
    while (fgets(line, sizeof line, from)) {
        print_message("no licence in the first line: %s", line);
        wrong++;
    }
    pclose(from);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(check_works), cmocka_unit_test(includes_go_down),
                                        cmocka_unit_test(files_stay_short), cmocka_unit_test(licences) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
