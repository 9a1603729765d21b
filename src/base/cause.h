// SPDX-License-Identifier: Apache-2.0
/* Causes of errors, for programs that know a remedy of their own: where a function of the library is called with .rename_duplicates, the
 * command has an option. An error that has none is told by its text alone. Words may change, a cause stays with what brought it about.
 */
#ifndef BMI_BASE_CAUSE_H
#define BMI_BASE_CAUSE_H

/* (advice): a part of the text is marked, which says what a program in C does. */
typedef enum bmi_cause {
    BMI_CAUSE_NONE,
    BMI_CAUSE_NO_COLUMN,    /* a table has no column of a name that is asked for */
    BMI_CAUSE_SAME_NAMES,   /* two columns of one name (advice) */
    BMI_CAUSE_CELLS,        /* a row of a file has more or fewer cells than there are columns */
    BMI_CAUSE_COMMENTS,     /* the same where the names of the columns look like a comment */
    BMI_CAUSE_TITLES,       /* the same where they may be a title */
    BMI_CAUSE_OUTSIDE,      /* a file names a kind that the library does not have */
    BMI_CAUSE_UNSEEN,       /* rows have classes alone that training did not have */
    BMI_CAUSE_SHARES,       /* no class has rows for all folds (advice) */
    BMI_CAUSE_NO_FEATURE,   /* a recipe leaves nothing to learn from */
    BMI_CAUSE_NO_NUMBER,    /* numbers are to be learned, and the target is text */
    BMI_CAUSE_MANY_CLASSES, /* a target of texts that hardly repeat (advice) */
    BMI_CAUSE_FEW_ROWS,     /* rows or groups are fewer than the parts they are split into need */
    BMI_CAUSE_FEW_TIMES,    /* two times, and three parts that need one each */
    BMI_CAUSE_SCHEDULE,     /* a number of a schedule is missing, or cannot be */
    BMI_CAUSE_COUNT_
} bmi_cause;

#endif
