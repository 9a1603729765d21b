// SPDX-License-Identifier: Apache-2.0
/* What a fitted recipe meets in rows that training did not have, by column and text: for those who want to name it. The counts of a
 * dataset say only how often. */
#ifndef BMI_DATA_MET_H
#define BMI_DATA_MET_H
#include "format/column.h"

typedef enum bmi_met_kind {
    BMI_MET_UNSEEN,
    BMI_MET_RARE,
    BMI_MET_NO_NUMBER,
    BMI_MET_NO_DATE,
    BMI_MET_EITHER_DATE
} bmi_met_kind;

typedef struct bmi_met {
    int64_t missing, unseen, rare, unreadable; /* cells of the table; a missing one is not unreadable */
    int64_t empty_rows, first_empty; /* rows with no cell that can be read in any column of the recipe, and the first of them */
    bmi_dictionary cells;            /* which cells, each kind, column and text once */
    size_t capacity;
    int64_t *counts; /* of each */
    bool failed;     /* no memory */
} bmi_met;

/* One more cell of a kind. Of a null m nothing. */
void bmi_met_add(bmi_met *m, bmi_met_kind kind, const char *column, const char *text);
/* The i-th cell and how often it was met, in the order of first meeting; false past the last. */
bool bmi_met_at(const bmi_met *m, int64_t i, bmi_met_kind *kind, const char **column, const char **text, int64_t *count);
void bmi_met_end(bmi_met *m);

#endif
