// SPDX-License-Identifier: Apache-2.0
/* Finds where a cell ends without looking at what is in it, 16 bytes at a time with SSE2 (part of every x86-64), else one by one. The
 * next cell can then be begun before the number in this one is read: the processor works on several cells at once. */
#ifndef BMI_FORMAT_STOP_H
#define BMI_FORMAT_STOP_H
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The first of two bytes in p[0 .. 31], or null. */
static inline const unsigned char *bmi_stop(const unsigned char *p, unsigned char a, unsigned char b)
{
#ifdef __SSE2__
    const __m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b);
    for (int i = 0; i < 2; i++, p += 16) {
        const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
        const int mask = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(x, va), _mm_cmpeq_epi8(x, vb)));
        if (mask) return p + __builtin_ctz((unsigned)mask);
    }
    return NULL;
#else
    for (int i = 0; i < 32; i++)
        if (p[i] == a || p[i] == b) return p + i;
    return NULL;
#endif
}

#endif
