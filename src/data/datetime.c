// SPDX-License-Identifier: Apache-2.0
/* Dates in the usual written forms, in the Gregorian calendar. The weekday is Zeller's congruence in the form of days since
 * 0000-03-01 (Richards, "Mapping Time", 1998, chapter 25).
 */
#include "data/datetime.h"
#include <stddef.h>

const char *const bmi_datetime_parts[BMI_DATETIME_PARTS] = { "year", "month", "day", "weekday", "hour", "minute", "second" };

/* Reads up to `most` digits; their count, 0 when there is none. */
static int digits(const char **p, int most, int *value)
{
    int n = 0;
    *value = 0;
    while (n < most && **p >= '0' && **p <= '9') {
        *value = *value * 10 + (*(*p)++ - '0');
        n++;
    }
    return n;
}

static int days_in(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static int weekday(int year, int month, int day)
{
    const int y = month < 3 ? year - 1 : year, m = month < 3 ? month + 9 : month - 3;
    const int days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    return (days + 2) % 7; /* 0000-03-01 was a Wednesday */
}

static bool read_date(const char **p, int *year, int *month, int *day)
{
    int a, b, c;
    const int n = digits(p, 4, &a);
    const char between = **p;
    if (!n || (between != '-' && between != '/' && between != '.')) return false;
    (*p)++;
    if (!digits(p, 2, &b) || *(*p)++ != between) return false;
    const int m = digits(p, 4, &c);
    if (n == 4 && (m == 1 || m == 2) && between != '.') {
        *year = a, *month = b, *day = c;
    } else if (n <= 2 && m == 4 && between != '-') {
        *year = c;
        *month = between == '/' ? a : b;
        *day = between == '/' ? b : a;
    } else {
        return false;
    }
    return *month >= 1 && *month <= 12 && *day >= 1 && *day <= days_in(*year, *month);
}

static bool read_time(const char **p, int *hour, int *minute, double *second)
{
    int whole, part;
    *second = 0;
    if (!digits(p, 2, hour) || *hour > 23 || **p != ':') return false;
    (*p)++;
    if (digits(p, 2, minute) != 2 || *minute > 59) return false;
    if (**p != ':') return true;
    (*p)++;
    if (digits(p, 2, &whole) != 2 || whole > 60) return false;
    *second = whole;
    if (**p != '.') return true;
    (*p)++;
    const int n = digits(p, 9, &part);
    double scale = 1;
    for (int i = 0; i < n; i++) scale *= 10;
    *second += part / scale;
    return n > 0;
}

bool bmi_datetime_read(const char *text, double parts[BMI_DATETIME_PARTS], bool *time)
{
    int year, month, day, hour = 0, minute = 0;
    double second = 0;
    const char *p = text;
    while (*p == ' ') p++;
    if (!read_date(&p, &year, &month, &day)) return false;
    *time = *p == 'T' || (*p == ' ' && p[1] >= '0' && p[1] <= '9');
    if (*time) {
        p++;
        if (!read_time(&p, &hour, &minute, &second)) return false;
        p += *p == 'Z';
    }
    while (*p == ' ') p++;
    if (*p) return false;
    const double all[] = { year, month, day, weekday(year, month, day), hour, minute, second };
    for (int i = 0; i < BMI_DATETIME_PARTS; i++) parts[i] = all[i];
    return true;
}
