// SPDX-License-Identifier: Apache-2.0
/* The history of a model's training: named columns of one number per epoch. */
#ifndef BMI_MODEL_HISTORY_H
#define BMI_MODEL_HISTORY_H
#include "base/memory.h"

typedef struct bmi_history_column {
    char name[48];
    double *at; /* one per epoch, NaN where there was none */
    size_t capacity;
} bmi_history_column;
typedef struct bmi_history {
    bm_context *context;
    int64_t epochs;
    size_t n_columns, capacity;
    bmi_history_column *columns;
} bmi_history;

/* The number of a column, made when it is new; SIZE_MAX when there is no memory. */
size_t bmi_history_column_of(bmi_history *h, const char *name);
/* Room for that many epochs more in every column; false: no memory. */
bool bmi_history_reserve(bmi_history *h, int64_t epochs);
/* One epoch more, all NaN; needs room. */
void bmi_history_next(bmi_history *h);
void bmi_history_put(bmi_history *h, size_t column, double value);             /* in the last epoch */
double bmi_history_get(const bmi_history *h, const char *name, int64_t epoch); /* -1: the last */
void bmi_history_end(bmi_history *h);

#endif
