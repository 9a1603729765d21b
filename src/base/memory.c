// SPDX-License-Identifier: Apache-2.0
/* Allocation through a context, with checked sizes. */
#include "base/memory.h"
#include "base/context.h"
#include "base/pages.h"
#include <stdlib.h>
#include <string.h>

#define LARGE (2 * BMI_LARGE_PAGE) /* from here on memory lies in large pages */

size_t bmi_alignment(size_t bytes)
{
    return bytes < BMI_PAGED ? BMI_ALIGN : BMI_PAGE;
}

bool bmi_mul_size(size_t a, size_t b, size_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

bool bmi_add_size(size_t a, size_t b, size_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

bool bmi_mul_i64(int64_t a, int64_t b, int64_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

/* What an allocator is asked for; false when it overflows. Never 0: null then means failure with every allocator. */
static bool asked_bytes(size_t count, size_t size, size_t *bytes)
{
    if (!bmi_mul_size(count, size, bytes) || *bytes > PTRDIFF_MAX - BMI_PAGE) return false;
    if (!*bytes) *bytes = 1;
    return true;
}

void *bmi_alloc_raw(bm_context *context, size_t count, size_t size)
{
    size_t bytes;
    if (!asked_bytes(count, size, &bytes)) return NULL;
    const size_t align = bmi_alignment(bytes);
    if (context && context->allocator.allocate) return context->allocator.allocate(context->allocator.user, bytes, align);
    if (bytes < LARGE) return aligned_alloc(align, (bytes + align - 1) / align * align);
    void *memory = NULL; /* not aligned_alloc: its sizes must be multiples of the alignment */
    if (posix_memalign(&memory, BMI_LARGE_PAGE, bytes)) return NULL;
    bmi_pages_advise(memory, bytes);
    return memory;
}

void *bmi_alloc(bm_context *context, size_t count, size_t size)
{
    void *memory = bmi_alloc_raw(context, count, size);
    if (memory) memset(memory, 0, count * size);
    return memory;
}

void bmi_release(bm_context *context, void *memory, size_t count, size_t size)
{
    size_t bytes;
    if (!memory || !asked_bytes(count, size, &bytes)) return;
    if (context && context->allocator.allocate) context->allocator.release(context->allocator.user, memory, bytes);
    else free(memory);
}

bool bmi_grow(bm_context *context, void **at, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity) return true;
    size_t wanted = *capacity ? *capacity : 8;
    while (wanted < needed)
        if (!bmi_mul_size(wanted, 2, &wanted)) return false;
    void *more = bmi_alloc_raw(context, wanted, size);
    if (!more) return false;
    if (*capacity) memcpy(more, *at, *capacity * size);
    memset((unsigned char *)more + *capacity * size, 0, (wanted - *capacity) * size);
    bmi_release(context, *at, *capacity, size);
    *at = more;
    *capacity = wanted;
    return true;
}

char *bmi_text_copy(bm_context *context, const char *text)
{
    if (!text) return NULL;
    const size_t n = strlen(text) + 1;
    char *copy = bmi_alloc_raw(context, n, 1);
    if (copy) memcpy(copy, text, n);
    return copy;
}

void bmi_text_release(bm_context *context, char *text)
{
    if (text) bmi_release(context, text, strlen(text) + 1, 1);
}
