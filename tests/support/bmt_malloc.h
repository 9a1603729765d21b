// SPDX-License-Identifier: Apache-2.0
/* Counting and failing at malloc itself: malloc, calloc, realloc, aligned_alloc, posix_memalign and memalign of the whole
 * process, whichever library calls them. A test program that includes this header is linked with the interposer
 * (tests/CMakeLists.txt finds it by the include); others are not.
 *
 *     bmt_malloc_start(0);  epochs 2 to n;  assert_int_equal(bmt_malloc_stop(), 0);
 *
 * The OpenMP runtime ends the process when it gets no memory, so its calls are neither counted nor failed; threads are
 * made at the first parallel call, so let one run before counting starts.
 */
#ifndef BMT_MALLOC_H
#define BMT_MALLOC_H
#include "support/bmt.h"

/* Counts from here; the fail_at-th call gives null (0: none does). `stays`: every later one too. */
void bmt_malloc_start(long fail_at, bool stays);
/* Ends counting (and failing); returns how many allocations were asked for. */
long bmt_malloc_stop(void);
/* Whether a call was made to fail since the last start. */
bool bmt_malloc_failed(void);
/* Blocks that are allocated and not yet freed, counted or not: equal before and after something that leaves nothing behind. (The
 * OpenMP runtime's are left out only where it runs no threads.) */
long bmt_malloc_live(void);

/* As bmt_each_failure, at malloc: run must return BM_E_MEMORY (or, with `any_error`, any error: where a library reports a failed
 * allocation as something else) when a call failed, and BM_OK when none did. Leaks show under the sanitizer. Returns how many
 * allocations the whole run needs. */
long bmt_each_malloc_failure(const char *what, bm_status (*run)(void *arg), void *arg, bool any_error);
#endif
