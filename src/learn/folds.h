// SPDX-License-Identifier: Apache-2.0
/* The inside of folds: which of them holds which row out. */
#ifndef BMI_LEARN_FOLDS_H
#define BMI_LEARN_FOLDS_H
#include "base/memory.h"
#include "base/object.h"
#include "format/notes.h"
#include <baeum/learn.h>

struct bm_folds {
    bmi_object object;
    int64_t rows;  /* of the data */
    int64_t n;     /* that are in folds at all */
    int64_t *kept; /* their numbers, ascending; null: all */
    size_t kept_room;
    int64_t k, repeats;
    int32_t *fold_of;     /* repeats x n: which fold holds a row out, -1: none; or null: */
    unsigned char *parts; /* k x n: BMI_LEARNED, BMI_HELD_OUT or 0 */
    double share;         /* held-out rows over learned ones, of a usual fold */
    bmi_notes notes;
};
enum { BMI_LEARNED = 1, BMI_HELD_OUT = 2 };

/* What rows are known by, as bmi_split_by. */
typedef struct bmi_folds_by {
    const int32_t *classes, *groups;
    int64_t n_classes, n_groups;
    const double *times;
} bmi_folds_by;

/* folds_assign.c: n rows to k folds. order: 0 .. n-1 shuffled, or null. Status BM_E_MEMORY without an error. */
void bmi_folds_plain(int64_t n, int64_t k, const int64_t *order, int32_t *fold_of);
bool bmi_folds_stratified(bm_context *context, int64_t n, int64_t k, const int32_t *classes, int64_t n_classes,
                          const int64_t *order, int32_t *fold_of);
/* By groups, as even as whole groups allow; where classes are given their shares are kept as well as that allows. order is of groups. */
bool bmi_folds_grouped(bm_context *context, int64_t n, int64_t k, const bmi_folds_by *by, const int64_t *order,
                       int32_t *fold_of);

/* The folds that some options ask for, of a table or a dataset, or of chosen rows of a table ({0}: all; ascending); never null. */
bm_folds *bmi_folds_make(const bm_table *t, const bm_dataset *d, bm_rows only, const bm_folds_options *o, bm_place here);
/* One fold of so many rows: chosen ones are learned from, others, which may be none, are held out. */
bm_folds *bmi_folds_one(bm_context *context, int64_t rows, bm_rows learned, bm_rows held, bm_place here);
/* The shared options of another struct. */
#define BMI_FOLDS_OF(o)                                                                                               \
    {                                                                                                                 \
        .kind = (o)->kind, .folds = (o)->folds, .repeats = (o)->repeats, .held_out = (o)->held_out, .gap = (o)->gap,  \
        .window = (o)->window, .in_order = (o)->in_order, .not_stratified = (o)->not_stratified, .group = (o)->group, \
        .time = (o)->time, .fold = (o)->fold, .groups = (o)->groups, .seed = (o)->seed                                \
    }

#endif
