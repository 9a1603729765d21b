// SPDX-License-Identifier: Apache-2.0
#include "support/bmt_guard.h"
#include "support/bmt.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}
static size_t pages(size_t bytes)
{
    return (bytes + page() - 1) / page() * page();
}

void *bmt_guarded(size_t bytes)
{
    const int zero = open("/dev/zero", O_RDWR);
    char *at = mmap(NULL, pages(bytes) + page(), PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);
    close(zero);
    if (at == MAP_FAILED || mprotect(at + pages(bytes), page(), PROT_NONE)) fail_msg("no memory for %zu guarded bytes", bytes);
    return at + pages(bytes) - bytes;
}

void bmt_guarded_free(void *memory, size_t bytes)
{
    if (memory) munmap((char *)memory + bytes - pages(bytes), pages(bytes) + page());
}
