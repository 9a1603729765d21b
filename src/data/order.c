// SPDX-License-Identifier: Apache-2.0
/* Order of numbers and texts. Quantiles by Hoare's selection with the median of three as pivot (Hoare, "Algorithm 65: FIND", 1961); of many
 * numbers only those between two of a sample are looked at so (Floyd, Rivest, "Expected time bounds for selection", 1975). */
#include "data/order.h"
#include <math.h>
#include <stdbool.h>
#include <string.h>

int bmi_by_number(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x == y ? 0 : x < y ? -1 : 1;
}

int bmi_by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void swap(double *a, double *b)
{
    const double t = *a;
    *a = *b;
    *b = t;
}

/* Puts the k-th smallest number at place k, no larger ones before it, no smaller ones behind it. */
static void place(double *x, int64_t n, int64_t k)
{
    int64_t low = 0, high = n - 1;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (x[middle] < x[low]) swap(&x[middle], &x[low]);
        if (x[high] < x[low]) swap(&x[high], &x[low]);
        if (x[high] < x[middle]) swap(&x[high], &x[middle]);
        const double pivot = x[middle];
        int64_t i = low, j = high;
        while (i <= j) {
            while (x[i] < pivot) i++;
            while (pivot < x[j]) j--;
            if (i <= j) swap(&x[i++], &x[j--]);
        }
        if (k <= j) high = j;
        else if (k >= i) low = i;
        else return;
    }
}

double bmi_quantile(double *numbers, int64_t n, double q)
{
    const double at = q * (double)(n - 1);
    const int64_t k = (int64_t)at;
    place(numbers, n, k);
    const double below = numbers[k], part = at - (double)k;
    if (part == 0 || k + 1 >= n) return below;
    double above = numbers[k + 1];
    for (int64_t i = k + 2; i < n; i++)
        if (numbers[i] < above) above = numbers[i];
    return bmi_between(below, above, part);
}

/* Two numbers between which the median of n > 0 numbers is likely to lie, by a sample of every step-th: false when all of it is NaN. */
static bool bracket(const double *x, int64_t n, double *low, double *high)
{
    enum { SAMPLE = 512, ASIDE = 48 }; /* some four standard deviations of where the sample's median lies */
    double of[SAMPLE];
    int64_t m = 0;
    for (int64_t i = 0; i < SAMPLE; i++) {
        of[m] = x[i * n / SAMPLE];
        m += !isnan(of[m]);
    }
    if (!m) return false;
    const int64_t down = m / 2 - ASIDE, up = m / 2 + ASIDE;
    place(of, m, down < 0 ? 0 : down);
    *low = of[down < 0 ? 0 : down];
    place(of, m, up < m ? up : m - 1);
    *high = of[up < m ? up : m - 1];
    return true;
}

double bmi_median_there(const double *x, int64_t n, double *room)
{
    enum { FEW = 2048 };
    double low, high;
    int64_t there = 0, below = 0, between = 0;
    if (n > FEW && bracket(x, n, &low, &high)) {
        for (int64_t i = 0; i < n; i++) { /* without a branch: nobody could foretell it */
            room[between] = x[i];
            between += (x[i] >= low) & (x[i] <= high);
            below += x[i] < low;
            there += !isnan(x[i]);
        }
        const int64_t first = (there - 1) / 2 - below, second = there / 2 - below;
        if (first >= 0 && second < between) {
            place(room, between, first);
            const double one = room[first];
            if (second == first) return one;
            double other = room[second];
            for (int64_t i = second + 1; i < between; i++) other = room[i] < other ? room[i] : other;
            return bmi_between(one, other, .5);
        }
        there = 0;
    }
    for (int64_t i = 0; i < n; i++)
        if (!isnan(x[i])) room[there++] = x[i];
    return there ? bmi_quantile(room, there, .5) : 0;
}

static bool is_before(bmi_weighed a, bmi_weighed b)
{
    return a.number < b.number || (a.number == b.number && a.weight < b.weight);
}

static void sift(bmi_weighed *x, int64_t root, int64_t n)
{
    const bmi_weighed sinks = x[root];
    for (int64_t child; (child = 2 * root + 1) < n; root = child) {
        child += child + 1 < n && is_before(x[child], x[child + 1]);
        if (!is_before(sinks, x[child])) break;
        x[root] = x[child];
    }
    x[root] = sinks;
}

/* Heapsort (Williams, 1964): glibc's qsort asks malloc for room, and puts equals in another order without it. */
void bmi_weighed_sort(bmi_weighed *x, int64_t n)
{
    for (int64_t i = n / 2; i-- > 0;) sift(x, i, n);
    for (int64_t i = n - 1; i > 0; i--) {
        const bmi_weighed most = x[0];
        x[0] = x[i];
        x[i] = most;
        sift(x, 0, i);
    }
}

double bmi_weighed_median(bmi_weighed *x, int64_t n)
{
    double all = 0, below = 0;
    int64_t i = 0;
    bmi_weighed_sort(x, n);
    for (int64_t k = 0; k < n; k++) all += x[k].weight;
    while (i + 1 < n && 2 * (below + x[i].weight) < all) below += x[i++].weight;
    if (i + 1 < n && 2 * (below + x[i].weight) == all) return bmi_between(x[i].number, x[i + 1].number, .5);
    return x[i].number;
}

static void sink(uint64_t *x, int64_t at, int64_t n)
{
    const uint64_t value = x[at];
    for (int64_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        if (child + 1 < n && x[child + 1] > x[child]) child++;
        if (x[child] <= value) break;
        x[at] = x[child];
        at = child;
    }
    x[at] = value;
}

void bmi_sort_hashes(uint64_t *x, int64_t n)
{
    for (int64_t i = n / 2 - 1; i >= 0; i--) sink(x, i, n);
    for (int64_t i = n - 1; i > 0; i--) {
        const uint64_t largest = x[0];
        x[0] = x[i];
        x[i] = largest;
        sink(x, 0, i);
    }
}
