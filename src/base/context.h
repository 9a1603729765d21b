// SPDX-License-Identifier: Apache-2.0
/* The inside of a context: threads, allocator, log. The built-in context is the null pointer: all processors (or
 * BAEUM_THREADS), malloc's memory, silence; nothing can change it.
 */
#ifndef BMI_BASE_CONTEXT_H
#define BMI_BASE_CONTEXT_H
#include "base/object.h"

struct bm_context {
    bmi_object object;
    int threads;            /* 0: as the built-in one */
    bm_allocator allocator; /* allocate null: malloc's */
    bm_log log;             /* null: silence */
    void *log_user;
};

/* Sends one line to the log of a context, cut at 1000 bytes; nothing without a log. */
void bmi_log(const bm_context *context, const char *format, ...) BMI_PRINTF(2, 3);

#endif
