// SPDX-License-Identifier: Apache-2.0
/* Columns that give the target away. A figure that is known only once the target is known makes a model look better than it will
 * ever be, so what predicts almost alone is to be said aloud. */
#ifndef BMI_DATA_LEAK_H
#define BMI_DATA_LEAK_H
#include "data/recipe.h"

typedef enum bmi_leak_kind {
    BMI_LEAK_ALONE,    /* one column is the target, but for scale and shift: share is R^2 */
    BMI_LEAK_MONOTONE, /* the target rises or falls with one column throughout: share is R^2 of the ranks */
    BMI_LEAK_QUOTIENT, /* the first over the second */
    BMI_LEAK_TOGETHER, /* a weighed sum of two to four columns */
    BMI_LEAK_RULE, /* a class for each value, or one threshold, of one column: share is that of the rows which it has right */
    BMI_LEAK_SUM,  /* one threshold of the sum, the difference or the quotient of two columns */
    BMI_LEAK_DIFFERENCE,
    BMI_LEAK_RATIO
} bmi_leak_kind;

enum { BMI_LEAK_COLUMNS = 4 };
typedef struct bmi_leak {
    bmi_leak_kind kind;
    int n;
    const char *columns[BMI_LEAK_COLUMNS]; /* of the table */
    double share;
} bmi_leak;

/* Looks for them among the columns of rows of a table ({0}: all) that a fitted recipe takes, and calls `found` with each; it returns false
 * when it lacks memory. Looks at 20,000 rows at most, and at the first 24 columns of numbers. */
bm_status bmi_leaks_find(bmi_error *e, bm_place here, const bm_recipe *r, const bm_table *t, bm_rows rows,
                         bool (*found)(void *user, const bmi_leak *leak), void *user);
/* "casual and registered together give count (R² 1.000), which looks like a leak: will you know them when you predict?" */
const char *bmi_leak_text(const bmi_leak *leak, const char *target, char into[500]);
/* Finds them and notes them on the recipe. */
bm_status bmi_recipe_note_leaks(bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here);

#endif
