// SPDX-License-Identifier: Apache-2.0
/* Counter-based random numbers: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011). A number is a function of (seed, stream, position) alone, so any thread can make any of them.
 */
#ifndef BMI_BASE_RANDOM_H
#define BMI_BASE_RANDOM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* out = philox4x32-10(counter, key): the raw block function, as in the paper's test vectors. */
void bmi_philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2]);

/* Numbers of one stream. Element i depends on (seed, stream, i) alone: block i/4, word i%4 of counter
 * {low i/4, high i/4, low stream, high stream}, key {low seed, high seed}. */
uint32_t bmi_random_u32(uint64_t seed, uint64_t stream, uint64_t i);
/* [0, 1): the upper 53 of 64 bits, u32 2i low and 2i+1 high. */
double bmi_random_unit(uint64_t seed, uint64_t stream, uint64_t i);
/* Standard normal by Box-Muller: sqrt(-2 log(1-u)) cos(2 pi v) of units u = 2i and v = 2i+1; log and cos are its own, within
 * 2 units in the last place. |result| < 8.6. */
double bmi_random_normal(uint64_t seed, uint64_t stream, uint64_t i);
/* [0, n): the high word of 64 bits times n; n > 0. No value is likelier than another by more than n / 2^64. */
uint64_t bmi_random_below(uint64_t seed, uint64_t stream, uint64_t i, uint64_t n);

/* 64 random bits as a number in [0, n): what bmi_random_below makes of its bits. */
static inline uint64_t bmi_random_scale(uint64_t bits, uint64_t n)
{
    __extension__ typedef unsigned __int128 uint128;
    return (uint64_t)(((uint128)bits * n) >> 64);
}

/* A permutation of 0 .. n-1 (Fisher-Yates over bmi_random_below); n may be 0. */
void bmi_random_permutation(uint64_t seed, uint64_t stream, int64_t *order, int64_t n);

/* One 64-bit stream number from two parts, so that streams of different uses keep apart: of one use no two numbers meet, and
 * two uses meet by chance alone (2^-64 a pair). It may be applied again to its own result. */
uint64_t bmi_random_stream(uint64_t use, uint64_t number);

#endif
