// SPDX-License-Identifier: Apache-2.0
/* The allocator whose n-th call fails. */
#include "support/bmt.h"
#include <stdlib.h>

static void *allocate(void *user, size_t bytes, size_t align)
{
    bmt_faults *f = user;
    const long call = __atomic_add_fetch(&f->calls, 1, __ATOMIC_RELAXED);
    if (f->fail_at && (call == f->fail_at || (f->stays && call > f->fail_at))) {
        f->failed = true;
        return NULL;
    }
    void *memory = NULL;
    if (posix_memalign(&memory, align, bytes) != 0) return NULL;
    __atomic_add_fetch(&f->live, 1, __ATOMIC_RELAXED);
    const size_t now = __atomic_add_fetch(&f->live_bytes, bytes, __ATOMIC_RELAXED);
    if (now > f->peak_bytes) f->peak_bytes = now;
    return memory;
}

static void release(void *user, void *memory, size_t bytes)
{
    bmt_faults *f = user;
    __atomic_sub_fetch(&f->live, 1, __ATOMIC_RELAXED);
    __atomic_sub_fetch(&f->live_bytes, bytes, __ATOMIC_RELAXED);
    free(memory);
}

bm_allocator bmt_allocator(bmt_faults *f)
{
    return (bm_allocator){ f, allocate, release };
}

bm_context *bmt_context(bmt_faults *f, int64_t threads)
{
    bm_context *context = bm_context_new(.threads = threads, .allocator = bmt_allocator(f));
    if (bm_failed(context)) {
        if (!f->failed) fail_msg("no context: %s", bm_error(context));
        bm_free(context);
        return NULL;
    }
    return context;
}

long bmt_each_failure(const char *what, bm_status (*run)(bm_context *context, void *arg), void *arg)
{
    for (long n = 1;; n++) {
        for (int stays = 0; stays < 2; stays++) {
            bmt_faults f = { 0 };
            bm_context *context = bmt_context(&f, 1);
            f.calls = 0;
            f.fail_at = n;
            f.stays = stays;
            const bm_status status = run(context, arg);
            bm_free(context);
            if (f.live || f.live_bytes)
                fail_msg("%s: %ld allocations (%zu bytes) left when call %ld %s", what, f.live, f.live_bytes, n,
                         f.failed ? "failed" : "did not fail");
            if (f.failed && status != BM_E_MEMORY)
                fail_msg("%s: call %ld of the allocator failed, and the status is %s", what, n, bm_status_name(status));
            if (!f.failed && status) fail_msg("%s: no allocation failed, and the status is %s", what, bm_status_name(status));
            if (!f.failed) return f.calls;
        }
    }
}
