// SPDX-License-Identifier: Apache-2.0
/* Copies between strided views of elements of 1, 4 or 8 bytes: transpose, slice, concatenate, pad, tile and repeat are all this
 * kernel with other strides.
 */
#ifndef BMI_KERNELS_CPU_COPY_H
#define BMI_KERNELS_CPU_COPY_H
#include "kernels/kernel.h"

enum { BMI_COPY_RANK = 8 };

typedef struct bmi_copy_spec {
    size_t size; /* of an element */
    int rank;
    int64_t dim[BMI_COPY_RANK];
    int64_t to_stride[BMI_COPY_RANK], from_stride[BMI_COPY_RANK]; /* in elements; 0 in from_stride repeats */
    void *to;                                                     /* no element is written twice; not on `from` */
    const void *from;
} bmi_copy_spec;

/* Bound: dimensions of size 1 gone, those that walk as one joined, the rest ordered so that writing runs along memory. */
typedef struct bmi_copy {
    bmi_copy_spec spec; /* rank >= 2 now; the last dimension is the run */
    int64_t runs;       /* elements / last dimension: what parts are cut from */
    bool tiled;         /* the last two dimensions are a transpose: done in squares */
} bmi_copy;

void bmi_copy_bind(bmi_copy *c, const bmi_copy_spec *spec);
/* The kernel: args is a bmi_copy. */
void bmi_copy_run(const void *args, int part, int parts);
/* How many parts pay. */
int bmi_copy_parts(const bmi_copy *c);

#endif
