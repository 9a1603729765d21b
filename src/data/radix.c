// SPDX-License-Identifier: Apache-2.0
/* Radix sort of keys with row numbers (Knuth, "The Art of Computer Programming", volume 3, 5.2.5): from the lowest digit upwards, each pass
 * stable and shared by the threads, which count their own parts first. Of long keys only the highest 33 bits that differ are sorted so;
 * what is equal in them is sorted by the rest, runs of a few by insertion. The order does not depend on how the parts are cut, for it
 * is the only stable one.
 */
#include "base/context.h"
#include "data/order.h"
#include "data/table_work.h"
#include <stdlib.h>
#include <string.h>

enum { DIGIT = 11, VALUES = 1 << DIGIT, TOP = 3 * DIGIT, FEW = 24, SOME = 1024 };

typedef struct pass {
    const bmi_pair *from;
    bmi_pair *to;
    int64_t n;
    int shift, width;
    uint32_t *counts; /* VALUES of each part */
} pass;

static void count_part(void *arg, int part, int parts)
{
    const pass *p = arg;
    uint32_t *counts = p->counts + (size_t)part * VALUES;
    int64_t begin, end;
    const uint64_t mask = (UINT64_C(1) << p->width) - 1;
    bmi_slice(p->n, 1, part, parts, &begin, &end);
    memset(counts, 0, VALUES * sizeof *counts);
    for (int64_t i = begin; i < end; i++) counts[p->from[i].key >> p->shift & mask]++;
}

static void move_part(void *arg, int part, int parts)
{
    const pass *p = arg;
    uint32_t *places = p->counts + (size_t)part * VALUES;
    int64_t begin, end;
    const uint64_t mask = (UINT64_C(1) << p->width) - 1;
    bmi_slice(p->n, 1, part, parts, &begin, &end);
    for (int64_t i = begin; i < end; i++) p->to[places[p->from[i].key >> p->shift & mask]++] = p->from[i];
}

/* Turns counts into the places of each part's first pair of each digit. True: all pairs have one digit. */
static bool places(const pass *p, int parts)
{
    uint32_t at = 0;
    for (int v = 0; v < 1 << p->width; v++) {
        const uint32_t before = at;
        for (int k = 0; k < parts; k++) {
            uint32_t *count = &p->counts[(size_t)k * VALUES + (size_t)v];
            const uint32_t n = *count;
            *count = at;
            at += n;
        }
        if (at - before == p->n) return true;
    }
    return false;
}

/* By bits low .. high - 1; gives where the result is. */
static bmi_pair *by_digits(bm_context *context, bmi_pair *pairs, bmi_pair *other, int64_t n, int low, int high,
                           uint32_t *counts, int parts)
{
    const int passes = (high - low + DIGIT - 1) / DIGIT;
    for (int k = 0; k < passes; k++) {
        const int begin = low + (high - low) * k / passes, end = low + (high - low) * (k + 1) / passes;
        pass p = { pairs, other, n, begin, end - begin, counts };
        bmi_parallel_exact(context, parts, count_part, &p);
        if (places(&p, parts)) continue;
        bmi_parallel_exact(context, parts, move_part, &p);
        bmi_pair *t = pairs;
        pairs = other;
        other = t;
    }
    return pairs;
}

static void by_insertion(bmi_pair *x, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        const bmi_pair p = x[i];
        int64_t k = i;
        for (; k > 0 && x[k - 1].key > p.key; k--) x[k] = x[k - 1];
        x[k] = p;
    }
}

/* Stable merge sort, for runs too short for digits. */
static void by_merging(bmi_pair *x, bmi_pair *room, int64_t n)
{
    if (n <= FEW) {
        by_insertion(x, n);
        return;
    }
    const int64_t half = n / 2;
    by_merging(x, room, half);
    by_merging(x + half, room, n - half);
    memcpy(room, x, (size_t)half * sizeof *x);
    for (int64_t i = 0, k = half, to = 0; i < half; to++) x[to] = k < n && x[k].key < room[i].key ? x[k++] : room[i++];
}

static void sort_run(bmi_pair *x, bmi_pair *room, int64_t n, int bits, uint32_t *counts);

/* Sorts the rest of runs that are equal from bit `from` on and begin in [begin, end). */
static void sort_runs(bmi_pair *x, bmi_pair *room, int64_t n, int64_t begin, int64_t end, int from, uint32_t *counts)
{
    for (int64_t i = begin; i < end;) {
        int64_t k = i + 1;
        uint64_t differ = 0;
        for (; k < n && x[k].key >> from == x[i].key >> from; k++) differ |= x[k].key ^ x[i].key;
        if (differ) sort_run(x + i, room + i, k - i, from, counts);
        i = k;
    }
}

/* Pairs whose keys differ below `bits`, in place, on this thread. */
static void sort_run(bmi_pair *x, bmi_pair *room, int64_t n, int bits, uint32_t *counts)
{
    if (n <= FEW) {
        by_insertion(x, n);
        return;
    }
    if (n <= SOME) {
        by_merging(x, room, n);
        return;
    }
    uint64_t differ = 0;
    for (int64_t i = 1; i < n; i++) differ |= x[i].key ^ x[0].key;
    const int high = bmi_bit_length(differ), low = high > TOP ? high - TOP : 0;
    (void)bits;
    bmi_pair *sorted = by_digits(NULL, x, room, n, low, high, counts, 1);
    if (sorted != x) memcpy(x, sorted, (size_t)n * sizeof *x);
    if (low) sort_runs(x, room, n, 0, n, low, counts);
}

typedef struct rest {
    bmi_pair *x, *room;
    int64_t n;
    int from;
    uint32_t *counts;
    int64_t begin[BMI_THREADS_MAX + 1]; /* of each part, where a run begins */
} rest;

static void sort_rest(void *arg, int part, int parts)
{
    const rest *r = arg;
    (void)parts;
    sort_runs(r->x, r->room, r->n, r->begin[part], r->begin[part + 1], r->from, r->counts + (size_t)part * VALUES);
}

/* A run that begins before a part belongs to the part before it. */
static void cut_rest(rest *r, int parts)
{
    r->begin[parts] = r->n;
    for (int part = 0; part < parts; part++) {
        int64_t begin, end;
        bmi_slice(r->n, 1, part, parts, &begin, &end);
        while (begin && begin < r->n && r->x[begin].key >> r->from == r->x[begin - 1].key >> r->from) begin++;
        r->begin[part] = begin;
    }
}

bmi_pair *bmi_radix_sort(bm_context *context, bmi_pair *pairs, bmi_pair *other, int64_t n, int bits)
{
    const int parts = bmi_parts(context, n);
    uint32_t *counts = bmi_alloc_raw(context, (size_t)parts * VALUES, sizeof *counts);
    if (!counts) return NULL;
    if (n > 1) {
        const int low = bits > TOP + DIGIT / 2 ? bits - TOP : 0;
        bmi_pair *sorted = by_digits(context, pairs, other, n, low, bits, counts, parts);
        rest r = { .x = sorted, .room = sorted == pairs ? other : pairs, .n = n, .from = low, .counts = counts };
        if (low) {
            cut_rest(&r, parts);
            bmi_parallel_exact(context, parts, sort_rest, &r);
        }
        pairs = sorted;
    }
    bmi_release(context, counts, (size_t)parts * VALUES, sizeof *counts);
    return pairs;
}

/* ---- numbers alone ---- */

static double number_of(uint64_t ordered)
{
    double x;
    ordered = ordered >> 63 ? ordered & ~(UINT64_C(1) << 63) : ~ordered;
    memcpy(&x, &ordered, sizeof x);
    return x;
}

double *bmi_sort_numbers(bm_context *context, double *numbers, double *other, int64_t n)
{
    enum { PASSES = 6 };
    uint32_t(*counts)[VALUES] = n > SOME && n <= (int64_t)BMI_ROWS_MOST ? bmi_alloc(context, PASSES, sizeof *counts) : NULL;
    uint64_t *from = (uint64_t *)(void *)numbers, *to = (uint64_t *)(void *)other;
    if (!counts) {
        qsort(numbers, (size_t)n, sizeof *numbers, bmi_by_number);
        return numbers;
    }
    for (int64_t i = 0; i < n; i++) {
        double x;
        memcpy(&x, &numbers[i], sizeof x);
        const uint64_t key = bmi_ordered_bits(x);
        memcpy(&from[i], &key, sizeof key);
        for (int p = 0; p < PASSES; p++) counts[p][key >> p * DIGIT & (VALUES - 1)]++;
    }
    for (int p = 0; p < PASSES; p++) {
        uint32_t at = 0;
        bool alone = false;
        for (int v = 0; v < VALUES; v++) {
            const uint32_t count = counts[p][v];
            alone |= count == n;
            counts[p][v] = at;
            at += count;
        }
        if (alone) continue;
        for (int64_t i = 0; i < n; i++) to[counts[p][from[i] >> p * DIGIT & (VALUES - 1)]++] = from[i];
        uint64_t *t = from;
        from = to;
        to = t;
    }
    bmi_release(context, counts, PASSES, sizeof *counts);
    double *sorted = (double *)(void *)from;
    for (int64_t i = 0; i < n; i++) {
        const double x = number_of(from[i]);
        memcpy(&sorted[i], &x, sizeof x);
    }
    return sorted;
}
