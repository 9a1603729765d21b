// SPDX-License-Identifier: Apache-2.0
/* Terms of texts: words, or characters, and runs of them. */
#ifndef BMI_DATA_WORDS_H
#define BMI_DATA_WORDS_H
#include <baeum/recipe.h>
#include <stdbool.h>
#include <stddef.h>

/* A text as a row of units: words with a blank between them, or characters. Units i to i + n - 1 are the
 * bytes from begin[i] to end[i + n - 1]. */
typedef struct bmi_units {
    bm_context *context;
    char *at;
    size_t *begin, *end, n, room; /* room: bytes and units that there is memory for */
} bmi_units;

/* Cuts a text, in small letters unless `keep_case`. Words are letters, digits and _ (UTF-8), two at least, none of `stop`, "the+a";
 * characters are all, a run of blanks as one. False when there is no memory. */
bool bmi_units_read(bmi_units *u, const char *text, bool characters, bool keep_case, const char *stop);
/* Capital letters of a text become small ones, where it stands. */
void bmi_words_lower(char *text);
void bmi_units_end(bmi_units *u);

#endif
