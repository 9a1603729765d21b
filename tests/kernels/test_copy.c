// SPDX-License-Identifier: Apache-2.0
/* Strided copies against an element by element walk: random shapes and orders of axes, repeats, gaps and reversed axes, elements
 * of each size, split into parts; arrays end at unreadable pages.
 */
#include "kernels/cpu/copy.h"
#include "support/bmt.h"
#include "support/bmt_guard.h"
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 88172645463325252u;
static int64_t pick(int64_t n) /* xorshift: Marsaglia, 2003 */
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (int64_t)(seed >> 11) % n;
}

/* Strides of an array whose axes lie in memory in a random order, maybe with gaps; returns the elements it spans. */
static int64_t strides(int rank, const int64_t *dim, int64_t *stride, bool repeats)
{
    int order[BMI_COPY_RANK];
    int64_t next = 1, last = 0;
    for (int d = 0; d < rank; d++) order[d] = d;
    for (int d = rank - 1; d > 0 && pick(3); d--) {
        const int j = (int)pick(d + 1), t = order[d];
        order[d] = order[j], order[j] = t;
    }
    for (int k = rank - 1; k >= 0; k--) {
        const int d = order[k];
        stride[d] = repeats && pick(6) == 0 ? 0 : next;
        next = stride[d] ? next * dim[d] + (pick(4) ? 0 : pick(3)) : next;
        last += stride[d] * (dim[d] - 1);
    }
    return last + 1;
}

static void trial(int number)
{
    static const size_t sizes[] = { 1, 4, 8 };
    static const int64_t dims[] = { 1, 2, 3, 5, 16, 17, 33 };
    bmi_copy_spec s = { .size = sizes[pick(3)], .rank = (int)pick(6) };
    int64_t all = 1;
    for (int d = 0; d < s.rank; d++) s.dim[d] = dims[pick(all > 20000 ? 3 : 7)], all *= s.dim[d];
    const size_t to_bytes = (size_t)strides(s.rank, s.dim, s.to_stride, false) * s.size;
    const size_t from_bytes = (size_t)strides(s.rank, s.dim, s.from_stride, true) * s.size;
    unsigned char *to = bmt_guarded(to_bytes), *from = bmt_guarded(from_bytes), *want = calloc(1, to_bytes);
    for (size_t i = 0; i < from_bytes; i++) from[i] = (unsigned char)pick(256);
    s.to = to, s.from = from;
    const int flip = s.rank ? (int)pick(s.rank) : 0;
    if (s.rank && pick(4) == 0)
        s.from = from + s.from_stride[flip] * (s.dim[flip] - 1) * (int64_t)s.size,
        s.from_stride[flip] *= -1; /* read backwards */
    for (int64_t e = 0; e < all; e++) {
        int64_t left = e, a = 0, b = 0;
        for (int d = s.rank - 1; d >= 0; left /= s.dim[d], d--)
            a += left % s.dim[d] * s.to_stride[d], b += left % s.dim[d] * s.from_stride[d];
        memcpy(want + a * (int64_t)s.size, (const unsigned char *)s.from + b * (int64_t)s.size, s.size);
    }
    bmi_copy c;
    bmi_copy_bind(&c, &s);
    for (int parts = 1; parts <= 7; parts += 3) {
        memset(to, 0, to_bytes);
        for (int part = 0; part < parts; part++) bmi_copy_run(&c, part, parts);
        if (memcmp(to, want, to_bytes)) fail_msg("copy %d of rank %d, %d parts", number, s.rank, parts);
    }
    free(want);
    bmt_guarded_free(to, to_bytes), bmt_guarded_free(from, from_bytes);
}

static void random_copies(void **state)
{
    (void)state;
    for (int number = 0; number < 2000; number++) trial(number);
}

static void nothing_to_copy(void **state)
{
    (void)state;
    bmi_copy_spec s = { .size = 4, .rank = 3, .dim = { 2, 0, 3 }, .to_stride = { 0, 3, 1 }, .from_stride = { 0, 3, 1 } };
    bmi_copy c;
    bmi_copy_bind(&c, &s);
    bmi_copy_run(&c, 0, 1);
    assert_int_equal(bmi_copy_parts(&c), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(random_copies), cmocka_unit_test(nothing_to_copy) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
