// SPDX-License-Identifier: Apache-2.0
/* The inside of a dataset, and what training reads from it: orders of rows, and rows gathered into batches. */
#ifndef BMI_DATA_DATASET_H
#define BMI_DATA_DATASET_H
#include "base/memory.h"
#include "tensor/tensor.h"
#include <baeum/data.h>

typedef struct bmi_series { /* an input or target */
    bm_tensor *tensor;      /* counted; dimension 0 is the row */
    const char *name;
    double scale; /* what a value is multiplied by on its way to a model: 1/255 for bytes, else 1 */
} bmi_series;

struct bm_dataset {
    bmi_object object;
    bmi_arena arena; /* names */
    int64_t rows;
    int n_x, n_t;
    bmi_series x[BM_DATASET_MAX], t[BM_DATASET_MAX];
    bm_tensor *weights; /* f32 (rows), counted; or null */
    int64_t n_classes;
    const char **classes;
    bm_dataset_counted counted;
    bm_recipe *recipe;  /* a copy of the one that made it from a table, with targets; counted; or null */
    const char *unseen; /* "gentoo" 2, "emperor" 1: classes that were not there in training; null: none */
};

/* What a row weighs. */
static inline double bmi_row_weight(const bm_dataset *d, int64_t row)
{
    return d->weights ? bm_tensor_at(d->weights, row) : 1;
}

/* An empty dataset, never null; the functions below add to it. */
bm_dataset *bmi_dataset_new(bm_context *context);
/* Adds an input or target; null name: the default one. Takes `tensor` (also on failure). Errors on d. */
bm_status bmi_dataset_add(bm_dataset *d, bool target, bm_tensor *tensor, const char *name, bm_place here);
bm_status bmi_dataset_weigh(bm_dataset *d, bm_tensor *weights, bm_place here); /* takes */
bm_status bmi_dataset_name_classes(bm_dataset *d, const char *const *names, int64_t n, bm_place here);

/* Streams of random numbers by use (base/random.h). */
enum {
    BMI_STREAM_SPLIT = 0x73706c69,
    BMI_STREAM_SHUFFLE = 0x73687566,
    BMI_STREAM_DRAW = 0x64726177,
    BMI_STREAM_GENERATOR = 0x67656e65
};

/* How an epoch is cut into batches. */
typedef struct bmi_batches {
    int64_t rows, batch;
    uint64_t seed;
    bool in_order;   /* no shuffling */
    bool replace;    /* rows are drawn with replacement */
    bool drop_short; /* a last batch of fewer rows is left out */
} bmi_batches;

/* Batches of an epoch: ceil(rows / batch), or floor when the short one is dropped. */
int64_t bmi_batches_count(const bmi_batches *b);
/* Writes the row numbers of an epoch (from 0) into order[rows]; they depend on (seed, epoch) alone. */
void bmi_batches_order(const bmi_batches *b, int64_t epoch, int64_t *order);

/* Copies rows order[0 .. count-1] of a tensor into `into` (dense, type `as`): the same type, or anything to f32 or f64, times
 * scale. Part `part` of `parts` does its slice of the rows. Null order: rows first .. first+count-1. Never allocates. */
void bmi_gather_rows(void *into, bm_type as, const bm_tensor *from, double scale, const int64_t *order, int64_t first,
                     int64_t count, int part, int parts);

/* What is known of the rows that are split; each may be null. */
typedef struct bmi_split_by {
    const int32_t *classes; /* one a row, in [0, n_classes): every class keeps its share as nearly as whole rows allow */
    int64_t n_classes;
    const int32_t *groups; /* one a row, in [0, n_groups): rows of a group stay together */
    int64_t n_groups;
    const double *times; /* one a row, none NaN: the earliest train, the last test */
    int32_t *own_groups; /* what bmi_split_by_end releases */
    double *own_times;
} bmi_split_by;

/* Splits rows 0 .. n-1 into training, validation and test rows: order[n] gets them one after the other, counts[3] how many each has.
 * Errors: BM_E_ARGUMENT a fraction out of range, too few rows, groups and an order asked for together; BM_E_DATA too few groups;
 * BM_E_MEMORY. */
bm_status bmi_split_rows(bmi_error *e, bm_place here, bm_context *context, int64_t n, const bmi_split_by *by,
                         const bm_split_options *o, int64_t *order, int64_t counts[3]);
/* split_group.c: the same by groups; counts has how many rows the parts should have, and gets how many they have. */
bm_status bmi_split_groups(bmi_error *e, bm_place here, bm_context *context, int64_t n, const bmi_split_by *by, uint64_t seed,
                           int64_t *order, int64_t counts[3]);
/* split_by.c: groups and times of n rows of a table ({0}: all) by the columns that the options name; to be ended, also after an error. */
bm_status bmi_split_by_columns(bmi_error *e, bm_place here, const bm_table *t, bm_rows rows, int64_t n,
                               const bm_split_options *o, bmi_split_by *by);
/* split.c: the groups of a dataset's rows by a tensor of integers, numbered as they come, into by (to be ended). */
bm_status bmi_split_groups_of(bmi_error *e, bm_place here, const bm_dataset *d, const bm_split_options *o, bmi_split_by *by);
void bmi_split_by_end(bm_context *context, int64_t n, bmi_split_by *by);

#endif
