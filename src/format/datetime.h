// SPDX-License-Identifier: Apache-2.0
/* Dates and times: as text, as parts, as microseconds since 1970-01-01T00:00 without a zone. */
#ifndef BMI_FORMAT_DATETIME_H
#define BMI_FORMAT_DATETIME_H
#include <stdbool.h>
#include <stdint.h>

enum { BMI_YEAR, BMI_MONTH, BMI_DAY, BMI_WEEKDAY, BMI_HOUR, BMI_MINUTE, BMI_SECOND, BMI_DATETIME_PARTS };
extern const char *const bmi_datetime_parts[BMI_DATETIME_PARTS]; /* "year" ... */

/* What comes first in 1/2/2024 and 1-2-2024. */
typedef enum bmi_date_order { BMI_MONTH_FIRST, BMI_DAY_FIRST } bmi_date_order;

/* How much of a date was written. */
typedef enum bmi_date_detail { BMI_OF_MONTH, BMI_OF_DAY, BMI_OF_TIME } bmi_date_detail;

/* Reads a date with an optional time behind it into its parts; weekday 0 is Monday. A month without a day is its first day. False when
 * it is something else or no day of the calendar. Forms (English names whole or by three letters, in any case):
 *
 *     2011-01-31  2011/1/31  2011.01.31     1/31/2011  1-31-2011  1/31/11 in the given order     31.1.2011  31.01.11
 *     31 Jan 2011  31-Jan-11  31st January 2011  Jan 31, 2011  Mon, 31 Jan 2011
 *     and behind them, after a blank, T or a comma: 13:05  13:05:59.25  1:05 PM, then Z, UTC, GMT or +02:00, which change nothing
 *     2011-01  2011/1  01/2011  1-2011  Jan 2011  January, 2011  Jan-2011, months of 1800 to 2199 */
bool bmi_datetime_read(const char *text, bmi_date_order order, double parts[BMI_DATETIME_PARTS], bmi_date_detail *detail);

/* The same as microseconds since 1970. A second of 60 is the next minute's first. */
bool bmi_time_read(const char *text, bmi_date_order order, int64_t *time, bmi_date_detail *detail);
/* The difference to UTC, in minutes, that stands behind a text which was read with a time of day; false when none does. */
bool bmi_time_zone(const char *text, int *minutes);
/* The parts of a time, weekday 0 is Monday. */
void bmi_time_parts(int64_t time, double parts[BMI_DATETIME_PARTS]);
/* Writes a time as ISO 8601 has it, as much of it as `detail` says or its value needs: 2011-01, 2011-01-31, 2011-01-31T13:05:59.25.
 * Gives its length. */
enum { BMI_TIME_BYTES = 32 };
int bmi_time_write(int64_t time, bmi_date_detail detail, char into[BMI_TIME_BYTES]);

#endif
