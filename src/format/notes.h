// SPDX-License-Identifier: Apache-2.0
/* Notes: sentences about what was decided or met on the way, in order. */
#ifndef BMI_FORMAT_NOTES_H
#define BMI_FORMAT_NOTES_H
#include "base/memory.h"

/* What kind of note it is, for programs that do something about it or know better words for what can be done: in these a part of the
 * sentence is marked, which is the advice (BMI_ADVICE_...), or the columns that it is about. */
typedef enum bmi_note_kind {
    BMI_NOTE,
    BMI_NOTE_ONE_LEFT_OUT, /* a row of a file that could not be read; marked: "was left out" */
    BMI_NOTE_LEFT_OUT,     /* rows that could not; "were left out" */
    BMI_NOTE_NOT_JUDGED,   /* held-out rows that cannot be judged, or only in part */
    BMI_NOTE_AMOUNTS,      /* classes that may be amounts */
    BMI_NOTE_UNITS,        /* a target that is learned standardised */
    BMI_NOTE_DEPENDENT,    /* columns that depend on each other, marked: their coefficients are not determined */
    BMI_NOTE_CATEGORIES,   /* that those of one text do is no fault */
    BMI_NOTE_CONSTANT,     /* a column of one value */
    BMI_ADVICE_IS_COMMA, /* the decimal sign is a comma; a point; there is a header; days or months come first; the same as dmy, as mdy */
    BMI_ADVICE_IS_POINT,
    BMI_ADVICE_HEADER,
    BMI_ADVICE_SKIP, /* the first line is a title */
    BMI_ADVICE_DATES,
    BMI_ADVICE_DMY,
    BMI_ADVICE_MDY,
    BMI_ADVICE_TEXT,       /* a column of text keeps what a number loses */
    BMI_ADVICE_CATEGORIES, /* a text with many of them: drop it, or keep more */
    BMI_ADVICE_BOOTSTRAP,  /* there are no standard errors but by resampling */
    BMI_ADVICE_ROWS        /* what is missing is to be had from the rows of training */
} bmi_note_kind;

typedef struct bmi_note {
    bmi_note_kind kind;
    int from, to; /* the marked part of the sentence; to 0: none is */
} bmi_note;

typedef struct bmi_notes {
    char **at;
    bmi_note *about; /* of each */
    size_t count, capacity, about_capacity;
} bmi_notes;

/* Adds a sentence (cut at 1,000 bytes, without control characters and what is no UTF-8); false when there is no memory. */
bool bmi_notes_add(bm_context *context, bmi_notes *n, const char *format, ...) BMI_PRINTF(3, 4);
/* The same of a kind; what stands between \001 and \002 in the format is the marked part. */
bool bmi_notes_add_as(bmi_note_kind kind, bm_context *context, bmi_notes *n, const char *format, ...) BMI_PRINTF(4, 5);
/* Adds the i-th note of a list, with its kind. */
bool bmi_notes_copy(bm_context *context, bmi_notes *n, const bmi_notes *from, size_t i);
/* Adds a text as it is. */
bool bmi_notes_keep(bm_context *context, bmi_notes *n, const char *text);
void bmi_notes_end(bm_context *context, bmi_notes *n);

#endif
