// SPDX-License-Identifier: Apache-2.0
/* What fuzz targets share. */
#include "fuzz.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void fuzz_check(bool good)
{
    if (!good) abort();
}

const char *fuzz_file(const void *bytes, size_t size)
{
    static int file = -1;
    static char path[64];
    if (file < 0) {
        char name[40]; /* in memory: a file on a disk takes as long as all the rest */
        snprintf(name, sizeof name, "/baeum-fuzz-%ld", (long)getpid());
        file = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
        fuzz_check(file >= 0 && shm_unlink(name) == 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    fuzz_check(pwrite(file, bytes, size, 0) == (ssize_t)size && ftruncate(file, (off_t)size) == 0); /* its pages stay */
    return path;
}

enum { MOST = 4 << 20 };
static size_t in_use;

static void *allocate(void *user, size_t bytes, size_t align)
{
    void *memory = NULL;
    (void)user;
    if (bytes > MOST - in_use || posix_memalign(&memory, align, bytes ? bytes : 1)) return NULL;
    in_use += bytes;
    return memory;
}

static void release(void *user, void *memory, size_t bytes)
{
    (void)user;
    in_use -= bytes;
    free(memory);
}

bm_context *fuzz_context(void)
{
    static bm_context *context;
    if (!context) context = bm_context_new(.threads = 1, .allocator = { .allocate = allocate, .release = release });
    fuzz_check(!bm_failed(context));
    return context;
}
