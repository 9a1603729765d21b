// SPDX-License-Identifier: Apache-2.0
/* Order of numbers and texts, and order statistics. */
#ifndef BMI_DATA_ORDER_H
#define BMI_DATA_ORDER_H
#include <stdint.h>

/* For qsort and bsearch: doubles (or structs that begin with one; NaN is equal to nothing), texts (const char *) by their bytes. */
int bmi_by_number(const void *a, const void *b);
int bmi_by_text(const void *a, const void *b);

/* Between two numbers, part in [0, 1] of the way; their difference may be more than a double holds. */
static inline double bmi_between(double low, double high, double part)
{
    const double apart = high - low;
    return apart - apart == 0 ? low + part * apart : low * (1 - part) + high * part;
}

/* The quantile q in [0, 1] of n > 0 numbers without NaN, by linear interpolation between neighbours (Hyndman and Fan's type 7), without
 * sorting everything. Changes the order of the numbers. */
double bmi_quantile(double *numbers, int64_t n, double q);
/* The median of those of n numbers that are not NaN, 0 when all are; they stay as they are. room: for n numbers. The same as that of
 * bmi_quantile. */
double bmi_median_there(const double *numbers, int64_t n, double *room);

/* Sorts in place, by a heap: qsort takes memory, and nobody is told when there is none. */
void bmi_sort_hashes(uint64_t *x, int64_t n);

typedef struct bmi_weighed {
    double number, weight; /* the weight is > 0 */
} bmi_weighed;
void bmi_weighed_sort(bmi_weighed *x, int64_t n); /* by number, then by weight */
/* The median of n > 0 of them; of whole weights that of numbers repeated so often. Sorts them. */
double bmi_weighed_median(bmi_weighed *x, int64_t n);

#endif
