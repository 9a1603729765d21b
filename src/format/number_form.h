// SPDX-License-Identifier: Apache-2.0
/* Numbers as people write them: with a decimal comma, thousands separators, a percent sign, a sign of currency, a unit. A column has
 * one form; its percent, currency and unit never change the value: 39% is 39, $5 is 5, and 5 kg is 5.
 */
#ifndef BMI_FORMAT_NUMBER_FORM_H
#define BMI_FORMAT_NUMBER_FORM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BMI_UNIT_BYTES = 16 }; /* with the closing zero */

/* How the numbers of a column are written. All zero: plainly, as programs do (-1234.5e3). */
typedef struct bmi_number_form {
    char decimal;              /* ',' or '.'; 0: plain */
    char thousands;            /* what stands between groups of three digits: ',' '.' '\'' or ' ' (any blank); 0: nothing */
    bool indian;               /* groups of two digits before the last three: 12,34,567 */
    bool percent;              /* % behind the number */
    uint8_t currency;          /* 1 + its number among the signs, 0: none; before or behind the number */
    uint8_t date;              /* 1 + bmi_date_order of a column of dates, which are numbers in seconds since 1970; 0: none */
    uint8_t detail;            /* bmi_date_detail: the most that one of these dates has */
    char unit[BMI_UNIT_BYTES]; /* behind the number, a blank between or none: "kg", "°C", "km/h"; "": none */
} bmi_number_form;

static inline bool bmi_number_form_is_plain(const bmi_number_form *f)
{
    return !f->decimal && !f->date;
}

/* The forms that differ in their separators: number 0 is plain, the others allow thousands separators and need none. */
enum { BMI_NUMBER_FORMS = 8, BMI_NUMBER_FORMS_OF_POINT = 0x8f, BMI_NUMBER_FORMS_OF_COMMA = 0x70 };
extern const bmi_number_form bmi_number_forms[BMI_NUMBER_FORMS];

/* Which of these forms a text can be read in, as bits; 0: it is no number. *style gets its percent, currency and unit; with one of
 * them it is never plain. */
unsigned bmi_number_form_fits(const char *text, size_t n, bmi_number_form *style);

/* Whether two forms have the same percent, currency and unit. */
bool bmi_number_form_same_style(const bmi_number_form *a, const bmi_number_form *b);

/* Takes a unit over from a text, which is `n` bytes without blanks around it; false when that is no unit: letters of any script, ° and %,
 * with a / before the next ones and one digit behind the last (m/s, kWh/m2). */
bool bmi_number_form_set_unit(bmi_number_form *f, const char *text, size_t n);

/* Reads a text in a form. Percent, currency and unit of the form may be missing in the text, others may not be there. `integer`: there
 * are digits and a sign alone besides the form's own; *whole gets its exact value, or INT64_MIN when it has none in int64. False
 * when it is no finite number of that form. */
bool bmi_number_form_read(const bmi_number_form *f, const char *text, size_t n, double *value, bool *integer, int64_t *whole);

/* Whether a text among numbers means that there is none: "-", "--", ".", "n.a.", or blanks ... */
bool bmi_number_is_missing(const char *text, size_t n);

/* The sign of a currency (UTF-8), null for 0 and numbers without one; the number of a sign, 0 when it is none. */
const char *bmi_currency_sign(uint8_t currency);
uint8_t bmi_currency_find(const char *sign);

#endif
