// SPDX-License-Identifier: Apache-2.0
/* What reading a table whole and by parts share. */
#ifndef BMI_DATA_TABLE_READ_H
#define BMI_DATA_TABLE_READ_H
#include "data/table.h"

/* What a recipe knows of a file: whether its columns have names; joins the columns that stay text and the marks of missing cells to those
 * that were named. *texts gets the memory of both lists, `room` of them. */
bm_status bmi_csv_as_in_training(bmi_error *e, bm_place here, bm_context *context, bm_csv_options *o, const char ***texts,
                                 size_t *room);
/* Gives a table what was read; *csv is empty then, on failure too. */
bm_status bmi_table_take_csv(bmi_error *e, bm_place here, bm_table *t, bmi_csv *csv, const char *path);

#endif
