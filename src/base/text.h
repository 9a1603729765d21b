// SPDX-License-Identifier: Apache-2.0
/* Text: numbers without the locale, growing strings, nearest names.
 */
#ifndef BMI_BASE_TEXT_H
#define BMI_BASE_TEXT_H
#include "base/status.h"

/* A growing string. After the first failed allocation `failed` is set and further calls do nothing. `at` is always
 * terminated once anything was added; null before. %g writes a point in every locale. */
typedef struct bmi_text {
    bm_context *context;
    char *at;
    size_t length, capacity;
    bool failed;
} bmi_text;
void bmi_text_add(bmi_text *t, const char *format, ...) BMI_PRINTF(2, 3);
void bmi_text_bytes(bmi_text *t, const void *bytes, size_t n);
void bmi_text_end(bmi_text *t);

/* Reads a decimal number that fills [at, at+n) wholly ("-1.5e3", "inf", "nan", ".5", "5."; no blanks, no hex; inf, infinity and
 * nan in any case and with a sign): correctly rounded, equal to strtod in the C locale. False when it is no number: then *value
 * is 0. 1e400 gives true and infinity with *overflow set; everything else clears it. at need not be terminated. */
bool bmi_read_real(const char *at, size_t n, double *value, bool *overflow);
bool bmi_read_int(const char *at, size_t n, int64_t *value); /* optional sign and digits; false outside int64 */

/* Writes the shortest decimal text that reads back as the same bits (f32: as the same float; nan as some nan), without the
 * locale; "nan", "inf", "-inf". With an exponent ("1e-05") below 1e-4 and from 1e17 (f32: 1e9) on. Returns the length. */
int bmi_write_real(char into[32], double value);
int bmi_write_real_f32(char into[32], float value);

/* Whether bytes are UTF-8 (RFC 3629). */
bool bmi_is_utf8(const char *text, size_t n);

/* Of `count` names the one nearest to `name`, or null: for "did you mean". Nearest by edits (insert, delete, replace, swap two
 * neighbours; case does not count), at most a third of name's length + 1; of equals the first. Names over 100 bytes are not
 * considered. */
const char *bmi_nearest(const char *name, const char *const *names, size_t count);
/* The same as the end of a message, `; did you mean "area"?`, or "" when no name is near. records: `count` structs of `stride` bytes
 * that begin with a pointer to their name. Returns into. */
enum { BMI_HINT_BYTES = 140 };
const char *bmi_did_you_mean(char into[BMI_HINT_BYTES], const char *name, const void *records, size_t count, size_t stride);

#endif
