// SPDX-License-Identifier: Apache-2.0
/* Columns as readers of tables make them: a type, the cells, and for text a dictionary of distinct values.
 *
 * A missing cell is NaN in a real column, INT64_MIN in one of integers or times, BMI_BOOL_MISSING in a true/false one, and code -1 in a
 * text one.
 */
#ifndef BMI_FORMAT_COLUMN_H
#define BMI_FORMAT_COLUMN_H
#include "base/memory.h"
#include "base/text.h"
#include "format/number_form.h"
#include <baeum/column.h>

#define BMI_BOOL_MISSING 2

/* Distinct texts, numbered from 0 in the order in which they came. Zero-initialise all but the context. */
typedef struct bmi_dictionary {
    bm_context *context;
    char *bytes; /* all texts, each ended by a zero byte */
    size_t used, capacity;
    uint64_t *starts; /* offset of each text; the next one (or `used`) ends it */
    size_t starts_capacity;
    int32_t count;
    uint64_t *slots;       /* open addressing: upper half of the hash, code + 1; 0 is free */
    size_t slots_capacity; /* a power of two, or 0 */
} bmi_dictionary;

/* The code of a text, which is added when it is new; -1 when there is no memory or there are 2^31 - 2 texts. */
int32_t bmi_dictionary_add(bmi_dictionary *d, const char *text, size_t n);
/* The code of a text, or -1. Does not change d; needs its slots. */
int32_t bmi_dictionary_find(const bmi_dictionary *d, const char *text, size_t n);
const char *bmi_dictionary_text(const bmi_dictionary *d, int32_t code, size_t *n); /* n may be null */
void bmi_dictionary_end(bmi_dictionary *d);

typedef struct bmi_column {
    char *name; /* bmi_text_copy */
    bm_column_type type;
    void *values; /* double, int64_t (integer, time), uint8_t or int32_t by type; `bytes` bytes as allocated */
    size_t bytes;
    bmi_dictionary dictionary; /* of text */
    bmi_number_form form;      /* how its numbers were written */
} bmi_column;

/* Whether a list of names in options can be used: with a count there is a pointer, and with a pointer a count, for { "a" } without
 * BM_NAMES would name nothing. False with the error. */
bool bmi_names_given(bmi_error *e, bm_place here, const char *what, bm_names names);
/* Bytes of a cell: 8, 8, 1, 4, 8. */
size_t bmi_column_cell(bm_column_type type);
/* Frees what a column holds and zeroes it. */
void bmi_column_end(bm_context *context, bmi_column *c);
/* A text of n bytes without the blanks around it. */
static inline const char *bmi_trim(const char *text, size_t *n)
{
    for (; *n && (*text == ' ' || *text == '\t'); --*n) text++;
    while (*n && (text[*n - 1] == ' ' || text[*n - 1] == '\t')) --*n;
    return text;
}
/* Whether a text is one of the markers of a missing cell. */
bool bmi_cell_is_missing(const char *text, size_t n);
/* 0 or 1 for a text that means false or true ("true", "True", "TRUE" ...), else -1. */
int bmi_cell_bool(const char *text, size_t n);
/* Reads a number with blanks around it. `integer`: written with digits and a sign alone. False when it is none;
 * 1e400 and inf are numbers of infinite value. */
bool bmi_cell_number(const char *text, size_t n, double *value, bool *integer);
/* Windows-1252, of which the letters of Latin-1 are a part, as UTF-8 into room for 3 n bytes; gives its length. */
size_t bmi_windows_to_utf8(const char *text, size_t n, char *into);

#endif
