// SPDX-License-Identifier: Apache-2.0
/* The median of numbers with gaps is that of all of them in order, however they lie. */
#include "support/bmt.h"
#include "data/order.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 20000 };

/* The i-th of n numbers of a kind. */
static double number(int kind, int64_t i, int64_t n)
{
    const double r = fmod((double)(i + 1) * 0.6180339887498949, 1);
    switch (kind) {
    case 0: return r;
    case 1: return (double)i;            /* in order */
    case 2: return (double)(n - i);      /* the other way round */
    case 3: return r < .7 ? 5 : r;       /* mostly one value */
    case 4: return i % 3 ? NAN : r;      /* mostly missing */
    case 5: return i == n - 1 ? 3 : NAN; /* one that is there, where no sample looks */
    case 6: return i % 40 ? r : 1e9 + r; /* what a sample of every 40th sees is far from the others */
    case 7: return i < n / 3 ? -INFINITY : i;
    default: return NAN;
    }
}

static void median(void **state)
{
    (void)state;
    static const int64_t sizes[] = { 1, 2, 3, 2048, 2049, 4096, 20000, 19999 };
    double *x = malloc(MOST * sizeof *x), *room = malloc(MOST * sizeof *room), *sorted = malloc(MOST * sizeof *sorted);
    for (int kind = 0; kind < 9; kind++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            const int64_t n = sizes[s];
            size_t there = 0;
            for (int64_t i = 0; i < n; i++) {
                x[i] = number(kind, i, n);
                if (!isnan(x[i])) sorted[there++] = x[i];
            }
            qsort(sorted, there, sizeof *sorted, bmi_by_number);
            double expected = 0;
            if (there) expected = sorted[(there - 1) / 2];
            if (there && there % 2 == 0 && expected != sorted[there / 2]) expected += .5 * (sorted[there / 2] - expected);
            const double got = bmi_median_there(x, n, room);
            if (memcmp(&got, &expected, sizeof got) != 0)
                fail_msg("kind %d of %d: %.17g, must be %.17g", kind, (int)n, got, expected);
            for (int64_t i = 0; i < n; i++) {
                const double same = number(kind, i, n);
                assert_memory_equal(&x[i], &same, isnan(same) ? 0 : sizeof same);
            }
        }
    free(x), free(room), free(sorted);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(median) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
