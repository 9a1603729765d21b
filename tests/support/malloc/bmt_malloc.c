// SPDX-License-Identifier: Apache-2.0
/* The interposer: the program's own malloc and its like come before libc's, for libraries too. They hand on to glibc's functions
 * behind the names (or to the address sanitizer's). dl_iterate_phdr is GNU's.
 */
#define _GNU_SOURCE
#include "support/bmt_malloc.h"
#include <errno.h>
#include <link.h>
#include <string.h>

#if defined __has_feature
#if __has_feature(address_sanitizer)
#define REAL(name) __interceptor_##name
#define REAL_ALIGN __interceptor_memalign
#endif
#endif
#if defined __SANITIZE_ADDRESS__
#define REAL(name) __interceptor_##name
#define REAL_ALIGN __interceptor_memalign
#endif
#ifndef REAL
#define REAL(name) __libc_##name
#define REAL_ALIGN __libc_memalign
#endif

void *REAL(malloc)(size_t n);
void *REAL(calloc)(size_t count, size_t n);
void *REAL(realloc)(void *old, size_t n);
void *REAL_ALIGN(size_t align, size_t n);
void REAL(free)(void *at);
void free(void *at);
void *malloc(size_t n);
void *calloc(size_t count, size_t n);
void *realloc(void *old, size_t n);
void *aligned_alloc(size_t align, size_t n);
void *memalign(size_t align, size_t n);
int posix_memalign(void **at, size_t align, size_t n);

static bool counting, fails_on, one_failed;
static long calls, fails_at, live;
static uintptr_t openmp_begin, openmp_end;

static int find_openmp(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size, (void)arg;
    if (!strstr(info->dlpi_name, "libgomp.so") && !strstr(info->dlpi_name, "libomp.so")) return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type != PT_LOAD) continue;
        const uintptr_t begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr, end = begin + info->dlpi_phdr[i].p_memsz;
        if (!openmp_begin || begin < openmp_begin) openmp_begin = begin;
        if (end > openmp_end) openmp_end = end;
    }
    return 0;
}

void bmt_malloc_start(long fail_at, bool stays)
{
    if (!openmp_begin) dl_iterate_phdr(find_openmp, NULL);
    calls = 0;
    fails_at = fail_at;
    fails_on = stays;
    one_failed = false;
    __atomic_store_n(&counting, true, __ATOMIC_SEQ_CST);
}

long bmt_malloc_stop(void)
{
    __atomic_store_n(&counting, false, __ATOMIC_SEQ_CST);
    return calls;
}

bool bmt_malloc_failed(void)
{
    return one_failed;
}

long bmt_malloc_live(void)
{
    return __atomic_load_n(&live, __ATOMIC_RELAXED);
}

static void *lives(void *memory)
{
    if (memory) __atomic_add_fetch(&live, 1, __ATOMIC_RELAXED);
    return memory;
}

/* Whether the call that comes from `caller` fails; counts it. */
static bool fails(const void *caller)
{
    if (!__atomic_load_n(&counting, __ATOMIC_RELAXED)) return false;
    const uintptr_t from = (uintptr_t)caller;
    if (from >= openmp_begin && from < openmp_end) return false;
    const long call = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    if (!fails_at || !(call == fails_at || (fails_on && call > fails_at))) return false;
    one_failed = true;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : lives(REAL(malloc)(n));
}

void *calloc(size_t count, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : lives(REAL(calloc)(count, n));
}

void *realloc(void *old, size_t n)
{
    if (fails(__builtin_return_address(0))) return NULL;
    void *memory = REAL(realloc)(old, n);
    if (!old) return lives(memory);
    if (!memory && !n) __atomic_sub_fetch(&live, 1, __ATOMIC_RELAXED); /* a realloc to 0 is a free */
    return memory;
}

void free(void *at)
{
    if (at) __atomic_sub_fetch(&live, 1, __ATOMIC_RELAXED);
    REAL(free)(at);
}

void *aligned_alloc(size_t align, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : lives(REAL_ALIGN(align, n));
}

void *memalign(size_t align, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : lives(REAL_ALIGN(align, n));
}

int posix_memalign(void **at, size_t align, size_t n)
{
    void *memory = fails(__builtin_return_address(0)) ? NULL : REAL_ALIGN(align, n);
    if (!memory) return ENOMEM;
    *at = lives(memory);
    return 0;
}

long bmt_each_malloc_failure(const char *what, bm_status (*run)(void *arg), void *arg, bool any_error)
{
    for (long n = 1;; n++) {
        for (int stays = 0; stays < 2; stays++) {
            bmt_malloc_start(n, stays);
            const bm_status status = run(arg);
            const long needed = bmt_malloc_stop();
            if (one_failed && (any_error ? !status : status != BM_E_MEMORY))
                fail_msg("%s: call %ld of malloc failed, and the status is %s", what, n, bm_status_name(status));
            if (!one_failed && status) fail_msg("%s: no allocation failed, and the status is %s", what, bm_status_name(status));
            if (!one_failed) return needed;
        }
    }
}
