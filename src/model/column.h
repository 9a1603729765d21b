// SPDX-License-Identifier: Apache-2.0
/* Rows of a dataset's tensor on their way into a plan's feed: chosen rows, or neighbouring ones, converted to the feed's type.
 */
#ifndef BMI_MODEL_COLUMN_H
#define BMI_MODEL_COLUMN_H
#include "kernels/kernel.h"
#include "tensor/tensor.h"

typedef struct bmi_column_of bmi_column_of;
struct bmi_column_of {
    const unsigned char *from;
    size_t from_bytes, into_bytes; /* of a row */
    int64_t elements;              /* of a row */
    bm_type from_type, into_type;
    bool same; /* a row is copied as it is */
    bmi_isa isa;
};

/* How rows of a tensor reach a feed of `type`: bytes become reals in [0, 1] when `scale` says so (inputs), else numbers keep
 * their value. False when there is no such way: reals into integers. */
bool bmi_column_make(bmi_column_of *c, const bm_tensor *t, bm_type type, bool scale);
/* Rows first .. last - 1 of what goes into a feed: those that `rows` names. */
void bmi_column_gather(const bmi_column_of *c, void *into, const int64_t *rows, int64_t first, int64_t last);
/* Asks for rows that will be gathered soon: few, so that nothing else hides the way from memory. */
void bmi_column_prefetch(const bmi_column_of *c, const int64_t *rows, int64_t n);
/* n neighbours from row `first` on. */
void bmi_column_copy(const bmi_column_of *c, void *into, int64_t first, int64_t n);

#endif
