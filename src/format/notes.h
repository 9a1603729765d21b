// SPDX-License-Identifier: Apache-2.0
/* Notes: sentences about what was decided or met on the way, in order. */
#ifndef BMI_FORMAT_NOTES_H
#define BMI_FORMAT_NOTES_H
#include "base/memory.h"

typedef struct bmi_notes {
    char **at;
    size_t count, capacity;
} bmi_notes;

/* Adds a sentence (cut at 1,000 bytes, without control characters and what is no UTF-8); false when there is no memory. */
bool bmi_notes_add(bm_context *context, bmi_notes *n, const char *format, ...) BMI_PRINTF(3, 4);
/* Adds a text as it is. */
bool bmi_notes_keep(bm_context *context, bmi_notes *n, const char *text);
void bmi_notes_end(bm_context *context, bmi_notes *n);

#endif
