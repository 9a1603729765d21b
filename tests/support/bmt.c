// SPDX-License-Identifier: Apache-2.0
/* nftw is XSI's. */
#define _XOPEN_SOURCE 700
#include "support/bmt.h"
#include <ftw.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void bmt_near(const char *what, double got, double want, double tolerance)
{
    const double size = fabs(want) > 1 ? fabs(want) : 1;
    if (got == want || (isnan(got) && isnan(want)) || fabs(got - want) <= tolerance * size) return;
    fail_msg("%s: got %.17g, want %.17g, tolerance %g", what, got, want, tolerance);
}

void bmt_contains(const char *what, const char *text, const char *part)
{
    if (!text || !strstr(text, part)) fail_msg("%s: \"%s\" does not contain \"%s\"", what, text ? text : "(null)", part);
}

static bool no_data; /* bmt_data found nothing, last time */

const char *bmt_data(const char *name)
{
    static char path[4096];
    const char *data = getenv("BAEUM_DATA"), *source = getenv("BAEUM_SOURCE");
    if (data) snprintf(path, sizeof path, "%s/%s", data, name);
    else snprintf(path, sizeof path, "%s/../shared/data/%s", source ? source : ".", name);
    no_data = access(path, R_OK) != 0;
    return no_data ? NULL : path;
}

void bmt_skip(const char *what)
{
    print_message("skipped: no %s%s\n", no_data ? "data: " : "", what);
    no_data = false;
    skip();
}

static char folder[64];
static pid_t owner; /* a forked child must not remove its parent's folder */

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about, (void)kind, (void)where;
    return remove(path);
}

static void remove_folder(void)
{
    if (getpid() == owner) nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *bmt_temp(const char *name)
{
    static char paths[4][4096];
    static int turn;
    if (!folder[0]) {
        strcpy(folder, "/tmp/baeum-test-XXXXXX");
        if (!mkdtemp(folder)) fail_msg("no folder for temporary files");
        owner = getpid();
        atexit(remove_folder);
    }
    turn = (turn + 1) % 4;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", folder, name);
    return paths[turn];
}

const char *bmt_temp_file(const char *name, const void *bytes, size_t n)
{
    const char *path = bmt_temp(name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, n, file) != n || fclose(file) != 0) fail_msg("cannot write %s", path);
    return path;
}

unsigned char *bmt_read(const char *path, size_t *n)
{
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("cannot open %s", path);
    size_t capacity = 4096, size = 0, got;
    unsigned char *bytes = malloc(capacity);
    while (bytes && (got = fread(bytes + size, 1, capacity - 1 - size, file)) > 0) {
        size += got;
        if (size == capacity - 1) bytes = realloc(bytes, capacity *= 2);
    }
    fclose(file);
    if (!bytes) fail_msg("no memory for %s", path);
    bytes[size] = 0;
    if (n) *n = size;
    return bytes;
}

void bmt_put(const char *root, const char *name, const char *text)
{
    char path[4400];
    snprintf(path, sizeof path, "%s%s", root, name);
    for (char *slash = strchr(path + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}
