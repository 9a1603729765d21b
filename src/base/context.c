// SPDX-License-Identifier: Apache-2.0
/* Contexts. One lies in memory of its own allocator. */
#include "base/context.h"
#include "base/locale.h"
#include "base/memory.h"
#include "base/threads.h"
#include <string.h>

static void end(void *object)
{
    bm_context *context = object;
    bm_context copy = *context; /* lends its allocator to the release of the context itself */
    bmi_release(&copy, context, 1, sizeof *context);
}

static const bmi_object_kind kind = { .name = "context", .end = end, .ends_itself = true };
BMI_STATIC_FAILED(context, &kind);
BMI_OBJECT_VERBS(context)

bm_context *bm_context_new_at(const bm_context_options *options, size_t size, bm_place here)
{
    bmi_error e = { 0 };
    bm_context_options o = { 0 };
    bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_context_options, named_), options, size);
    if (o.threads == BM_ZERO || o.threads < 0 || o.threads > BMI_THREADS_MAX)
        bmi_fail(&e, BM_E_ARGUMENT, here, "context: threads is %lld, must be 1 to %d, or 0 for all processors",
                 (long long)(o.threads == BM_ZERO ? 0 : o.threads), BMI_THREADS_MAX);
    if (!o.allocator.allocate != !o.allocator.release)
        bmi_fail(&e, BM_E_ARGUMENT, here, "context: the allocator has no %s function; give both or none",
                 o.allocator.allocate ? "release" : "allocate");
    bm_context first = { .object = { .kind = &kind, .users = 1, .bytes = sizeof first } };
    if (!e.status) {
        first.threads = (int)o.threads;
        first.allocator = o.allocator;
        first.log = o.log;
        first.log_user = o.log_user;
        if (!first.threads) first.threads = bmi_threads(NULL);
    }
    first.object.error = e;
    bm_context *context = bmi_alloc(&first, 1, sizeof *context);
    if (!context) return &bmi_no_memory_context;
    *context = first;
    return context;
}

int64_t bm_context_threads(const bm_context *context)
{
    return bmi_threads(context);
}

void bmi_log(const bm_context *context, const char *format, ...)
{
    if (!context || !context->log) return;
    char line[1001];
    va_list list;
    va_start(list, format);
    const int n = bmi_format(line, sizeof line, format, list);
    va_end(list);
    if (n < 0) return;
    for (char *c = line; *c; c++)
        if (*c == '\n' || *c == '\r') *c = ' ';
    context->log(context->log_user, line);
}
