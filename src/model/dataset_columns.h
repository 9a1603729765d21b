// SPDX-License-Identifier: Apache-2.0
/* A dataset on its way into a network: what feeds input, target and row weights. */
#ifndef BMI_MODEL_DATASET_COLUMNS_H
#define BMI_MODEL_DATASET_COLUMNS_H
#include "data/dataset.h"
#include "model/column.h"
#include "model/network.h"

typedef struct bmi_dataset_columns {
    bmi_column_of x, t, w;
    bm_shape x_row, t_row; /* of a row as the network sees it, unknown dimensions filled in */
    bool weighted;         /* the dataset has row weights (w is not made here) */
} bmi_dataset_columns;

/* Checks that inputs and (with a compiled network) targets fit the network: BM_E_SHAPE and BM_E_TYPE name both sides, BM_E_DATA no
 * target, a class outside, a weight that is negative. `who`: "fit". */
bm_status bmi_dataset_columns_make(bmi_dataset_columns *c, const bmi_network *n, const bm_dataset *d, bmi_error *e,
                                   const char *who, bm_place here);
/* How rows of x reach the input; `one`: x is one row without its dimension. */
bm_status bmi_input_column(bmi_column_of *c, bm_shape *row, bool *one, const bmi_network *n, const bm_tensor *x, double scale,
                           bmi_error *e, const char *who, bm_place here);

/* Whether the weights of all these rows (null: the first `count`) are 0, so that nothing can be learned or judged. */
bool bmi_weighs_nothing(const bm_dataset *d, const int64_t *rows, int64_t count);
/* The error of rows to be judged that all weigh 0. */
bm_status bmi_fail_weightless(bmi_error *e, bm_place here, const char *who, int64_t rows);

#endif
