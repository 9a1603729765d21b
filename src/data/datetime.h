// SPDX-License-Identifier: Apache-2.0
/* Dates and times written as text. */
#ifndef BMI_DATA_DATETIME_H
#define BMI_DATA_DATETIME_H
#include <stdbool.h>

enum { BMI_YEAR, BMI_MONTH, BMI_DAY, BMI_WEEKDAY, BMI_HOUR, BMI_MINUTE, BMI_SECOND, BMI_DATETIME_PARTS };
extern const char *const bmi_datetime_parts[BMI_DATETIME_PARTS]; /* "year" ... */

/* Reads 2011-01-31, 2011/1/31, 1/31/2011 (month first) or 31.1.2011 (day first), with an optional time (blank or T, 13:05,
 * 13:05:59 or 13:05:59.25, an optional Z) behind it, into its parts; weekday 0 is Monday. *time: a time was there. False when
 * it is something else or no day of the calendar. */
bool bmi_datetime_read(const char *text, double parts[BMI_DATETIME_PARTS], bool *time);

#endif
