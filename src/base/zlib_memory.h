// SPDX-License-Identifier: Apache-2.0
/* The memory of zlib through a context, which is its `opaque`: zlib does not tell how much it gives back, so each piece keeps its size. */
#ifndef BMI_BASE_ZLIB_MEMORY_H
#define BMI_BASE_ZLIB_MEMORY_H
#include "base/memory.h"
#include <zlib.h>

static inline void *bmi_zlib_alloc(void *context, unsigned count, unsigned size)
{
    size_t *memory = bmi_alloc_raw(context, 1, BMI_ALIGN + (size_t)count * size);
    if (!memory) return NULL;
    *memory = BMI_ALIGN + (size_t)count * size;
    return (unsigned char *)memory + BMI_ALIGN;
}

static inline void bmi_zlib_free(void *context, void *at)
{
    if (!at) return;
    size_t *memory = (size_t *)(void *)((unsigned char *)at - BMI_ALIGN);
    bmi_release(context, memory, 1, *memory);
}

#endif
