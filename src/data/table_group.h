// SPDX-License-Identifier: Apache-2.0
/* Groups of rows and what is made of their cells. */
#ifndef BMI_DATA_TABLE_GROUP_H
#define BMI_DATA_TABLE_GROUP_H
#include "data/table_work.h"

/* Rows by groups: `ids` has a group (below n) or BMI_NO_ROW for each row; `start` and `list` the rows of each group in order, made when
 * an aggregate needs them. */
typedef struct bmi_groups {
    bm_context *context;
    int64_t rows;
    uint32_t n;
    const uint32_t *ids;
    uint32_t *start, *list;
} bmi_groups;

/* Fills a column of the result, of the type that bmi_aggregate_type gives: `result` has a cell for each group. */
bm_status bmi_aggregate(bmi_error *e, bm_place here, bmi_groups *g, const bmi_column *c, const bm_aggregate *a,
                        bmi_column *result);
/* All means over columns of numbers at once: results[i] of columns[i]. */
bm_status bmi_aggregate_means(bmi_error *e, bm_place here, const bmi_groups *g, const bmi_column *const *columns, size_t n,
                              double *const *results);
bm_column_type bmi_aggregate_type(const bmi_column *c, bm_group_kind kind);
void bmi_groups_end(bmi_groups *g);

#endif
