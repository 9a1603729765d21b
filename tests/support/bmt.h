// SPDX-License-Identifier: Apache-2.0
/* What all tests share: cmocka with its needed headers, comparisons with a message, where data lies, folders to write in, and
 * allocations that fail.
 */
#ifndef BMT_H
#define BMT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "base/status.h"

/* Defined where a sanitizer watches memory or threads, which takes memory and time of its own. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define BMT_SANITIZED
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BMT_SANITIZED
#endif
#endif

/* |got - want| <= relative * |want| + absolute-part of `tolerance` (tolerance * max(1, |want|)); else fails naming `what`. */
void bmt_near(const char *what, double got, double want, double tolerance);
/* Fails, naming what, unless text contains part. */
void bmt_contains(const char *what, const char *text, const char *part);
/* The path of a shared data file: under BAEUM_DATA, else ../shared/data from the source folder. Null when it is absent: then
 * call bmt_skip(path) and return. The string is static, overwritten by the next call. */
const char *bmt_data(const char *name);
/* Skips the running test and says why: "skipped: no locale with a decimal comma", and after a bmt_data that found nothing
 * "skipped: no data: mnist", which .ci/run takes for a failure where a folder of data is there. */
void bmt_skip(const char *what);

/* A path in a folder of this process, made at the first call and removed with all in it when the process ends. The string is
 * one of four that are used in turn. */
const char *bmt_temp(const char *name);
/* Writes a file in that folder and returns its path, as bmt_temp does. */
const char *bmt_temp_file(const char *name, const void *bytes, size_t n);
/* A whole file, ended by a zero; released by free. Fails the test when it cannot be read. */
unsigned char *bmt_read(const char *path, size_t *n);

/* ---- allocations that fail ----
 *
 * Through a context: bmt_faults counts what goes through the allocator, and its fail_at-th call gives null.
 *
 *     static bm_status train(bm_context *context, void *arg) { ... return status; }     everything released before it returns
 *     bmt_each_failure("training", train, &arg);
 *
 * calls train with a context whose 1st allocation fails, then the 2nd ... until a run needs fewer than that. Each failing run must
 * return BM_E_MEMORY, and after every run nothing may be left allocated. At malloc itself: support/bmt_malloc.h. */
typedef struct bmt_faults {
    long calls;   /* allocations asked for so far */
    long fail_at; /* the call that fails; 0: none */
    bool stays;   /* every call from fail_at on fails */
    bool failed;  /* one did */
    long live;    /* allocations not yet released */
    size_t live_bytes;
    size_t peak_bytes;
} bmt_faults;
/* A context over f, which must outlive everything made with it; null when its own allocation was made to fail. */
bm_context *bmt_context(bmt_faults *f, int64_t threads);
/* The allocator alone. */
bm_allocator bmt_allocator(bmt_faults *f);
/* Returns how many allocations the whole run needs. */
long bmt_each_failure(const char *what, bm_status (*run)(bm_context *context, void *arg), void *arg);
/* Writes a file under a root folder, with the folders above it. */
void bmt_put(const char *root, const char *name, const char *text);

#endif
