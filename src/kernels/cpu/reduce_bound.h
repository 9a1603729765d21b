// SPDX-License-Identifier: Apache-2.0
/* Between reduce.c, which cuts a reduction into pieces, and variants/reduce.c and reduce_columns.c, which compute them. */
#ifndef BMI_KERNELS_CPU_REDUCE_BOUND_H
#define BMI_KERNELS_CPU_REDUCE_BOUND_H
#include "kernels/cpu/reduce.h"
#include "kernels/cpu/variant.h"

enum {
    BMI_REDUCE_BLOCK = 64,  /* vectors or rows that are summed one after the other */
    BMI_REDUCE_STRIP = 256, /* columns that are worked on together */
    BMI_REDUCE_LEVELS = 40, /* of the tree over blocks */
};

struct bmi_reduce {
    bmi_reduce_spec spec;
    bmi_isa isa;
    int64_t units;  /* pieces along the results: rows, or strips of columns of each outer index */
    int64_t chunks; /* pieces along n; 1: no second kernel */
    int64_t chunk;  /* n of a piece: blocks times a power of two */
    void *scratch;  /* [chunks][results], when chunks > 1 */
};

/* y[i] = the reduction of row i of `rows`, each n numbers, the next one `stride` further. */
typedef void bmi_reduce_rows_body(bmi_reduce_kind kind, const void *x, int64_t rows, int64_t n, int64_t stride, void *y);
/* y[j] = the reduction of column j of n x cols numbers, rows `stride` apart; cols <= BMI_REDUCE_STRIP. */
typedef void bmi_reduce_columns_body(bmi_reduce_kind kind, const void *x, int64_t n, int64_t cols, int64_t stride, void *y);
/* y[j] = what chunks of results x[chunk][j] give together. */
typedef void bmi_reduce_join_body(bmi_reduce_kind kind, const void *x, int64_t chunks, int64_t results, void *y);
/* y[j] scaled and rooted. */
typedef void bmi_reduce_end_body(void *y, int64_t results, double scale, bool root);

#endif
