// SPDX-License-Identifier: Apache-2.0
/* Text: numbers without the locale, growing strings, nearest names.
 */
#ifndef BMI_BASE_TEXT_H
#define BMI_BASE_TEXT_H
#include "base/status.h"

/* A growing string. After the first failed allocation `failed` is set and further calls do nothing. `at` is always
 * terminated once anything was added; null before. */
typedef struct bmi_text {
    bm_context *context;
    char       *at;
    size_t      length, capacity;
    bool        failed;
} bmi_text;
void bmi_text_add(bmi_text *t, const char *format, ...) BMI_PRINTF(2, 3);
void bmi_text_bytes(bmi_text *t, const void *bytes, size_t n);
void bmi_text_end(bmi_text *t);

/* Reads a decimal number that fills [at, at+n) wholly ("-1.5e3", "inf", "nan", ".5", "5."; no blanks, no hex): correctly
 * rounded, equal to strtod in the C locale. False when it is no number. 1e400 gives true and infinity with *overflow set. */
bool bmi_read_real(const char *at, size_t n, double *value, bool *overflow);
bool bmi_read_int(const char *at, size_t n, int64_t *value); /* optional sign and digits; false outside int64 */

/* Writes the shortest decimal text that reads back as the same bits (f32: as the same float), without the locale; "nan",
 * "inf", "-inf". into needs 32 bytes. Returns the length. */
int bmi_write_real(char into[32], double value);
int bmi_write_real_f32(char into[32], float value);

/* "(128, 64)"; "()" for rank 0; any for BM_ANY. Room for a rank-8 shape: 200 bytes. */
struct bm_shape;
const char *bmi_shape_text(char into[200], const struct bm_shape *shape);

/* Of `count` names the one nearest to `name` (edit distance, at most a third of its length + 1), or null: for "did you
 * mean". */
const char *bmi_nearest(const char *name, const char *const *names, size_t count);

#endif
