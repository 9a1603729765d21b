// SPDX-License-Identifier: Apache-2.0
/* Dates in the usual written forms, in the Gregorian calendar. The weekday is Zeller's congruence in the form of days since
 * 0000-03-01 (Richards, "Mapping Time", 1998, chapter 25).
 */
#include "format/datetime.h"
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

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
    /* 400 years are whole weeks: with them no year is below 0 */
    const int y = 400 + (month < 3 ? year - 1 : year), m = month < 3 ? month + 9 : month - 3;
    const int days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    return (days + 2) % 7; /* 0000-03-01 was a Wednesday */
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Reads one of `count` English names, whole or its first three letters ("sept" too), in any case; its number from 1, 0: none. */
static int name(const char **p, const char *const *names, int count)
{
    size_t n = 0;
    while (is_letter((*p)[n])) n++;
    for (int k = 0; k < count; k++) {
        size_t same = 0;
        while (same < n && names[k][same] && small((*p)[same]) == names[k][same]) same++;
        if (same != n || (n != 3 && names[k][n] && !(n == 4 && names[k][0] == 's'))) continue;
        *p += n;
        return k + 1;
    }
    return 0;
}

static int month_name(const char **p)
{
    static const char *const names[] = { "january", "february", "march",     "april",   "may",      "june",
                                         "july",    "august",   "september", "october", "november", "december" };
    return name(p, names, 12);
}

static int weekday_name(const char **p)
{
    static const char *const names[] = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" };
    return name(p, names, 7);
}

static void blanks(const char **p)
{
    while (**p == ' ') (*p)++;
}

/* A year of four digits, or of two: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068 (POSIX). */
static bool read_year(const char **p, int *year)
{
    const int n = digits(p, 4, year);
    if (n == 2) *year += *year < 69 ? 2000 : 1900;
    return (n == 2 || n == 4) && !(**p >= '0' && **p <= '9');
}

/* "th" and the like behind the number of a day. */
static void ordinal(const char **p)
{
    static const char *const ends[] = { "st", "nd", "rd", "th" };
    for (int i = 0; i < 4; i++)
        if (small((*p)[0]) == ends[i][0] && small((*p)[1]) == ends[i][1]) {
            *p += 2;
            return;
        }
}

/* "Jan 13, 2024", "January 13 2024" */
static bool read_month_first(const char **p, int *year, int *month, int *day)
{
    *month = month_name(p);
    *p += *month && **p == '.';
    blanks(p);
    if (!*month || !digits(p, 2, day)) return false;
    ordinal(p);
    const char *before = *p;
    *p += **p == ',';
    blanks(p);
    return *p > before && read_year(p, year);
}

/* " Jan 2024", "-Jan-24": what follows the day. */
static bool read_behind_day(const char **p, int *year, int *month)
{
    ordinal(p);
    const char between = **p;
    if (between != ' ' && between != '-' && between != '/') return false;
    (*p)++;
    *month = month_name(p);
    *p += *month && between == ' ' && **p == '.';
    *p += between == ' ' && **p == ',';
    if (!*month || **p != between) return false;
    (*p)++;
    return read_year(p, year);
}

/* Three numbers, of which `a` of n digits was read: the order of day and month is *order with / and -. */
static bool read_numbers(const char **p, int a, int n, bmi_date_order order, int *year, int *month, int *day)
{
    int b, c;
    const char between = *(*p)++;
    const int k = digits(p, 2, &b);
    if (!k || *(*p)++ != between) return false;
    if (n == 4) {
        *year = a, *month = b;
        return digits(p, 2, day);
    }
    const char *last = *p;
    if (n > 2 || !read_year(p, &c) || (*p - last == 2 && (between == '-' || n + k < (between == '.' ? 4 : 2)))) return false;
    const bool day_first = between == '.' || order == BMI_DAY_FIRST;
    *year = c;
    *month = day_first ? b : a;
    *day = day_first ? a : b;
    return true;
}

static bool read_date(const char **p, bmi_date_order order, int *year, int *month, int *day)
{
    int a;
    if (is_letter(**p)) {
        const char *start = *p;
        if (weekday_name(p)) {
            *p += **p == ',';
            blanks(p);
        } else *p = start;
    }
    bool fine;
    if (is_letter(**p)) fine = read_month_first(p, year, month, day);
    else {
        const int n = digits(p, 4, &a);
        if (!n) return false;
        const bool numbers = (**p == '-' || **p == '/' || **p == '.') && !is_letter((*p)[1]);
        *day = a;
        fine = numbers ? read_numbers(p, a, n, order, year, month, day) : n <= 2 && read_behind_day(p, year, month);
    }
    return fine && *month >= 1 && *month <= 12 && *day >= 1 && *day <= days_in(*year, *month);
}

/* " PM" behind a time of twelve hours. */
static bool read_half(const char **p, int *hour)
{
    const char *q = *p;
    blanks(&q);
    const char half = small(*q);
    if ((half != 'a' && half != 'p') || small(q[1]) != 'm') return true;
    *p = q + 2;
    if (*hour < 1 || *hour > 12) return false;
    *hour = *hour % 12 + (half == 'p' ? 12 : 0);
    return true;
}

static bool read_time(const char **p, int *hour, int *minute, double *second)
{
    int whole, part;
    *second = 0;
    if (!digits(p, 2, hour) || *hour > 23 || **p != ':') return false;
    (*p)++;
    if (digits(p, 2, minute) != 2 || *minute > 59) return false;
    if (**p != ':') return read_half(p, hour);
    (*p)++;
    if (digits(p, 2, &whole) != 2 || whole > 60) return false;
    *second = whole;
    if (**p == '.') {
        (*p)++;
        const int n = digits(p, 9, &part);
        double scale = 1;
        for (int i = 0; i < n; i++) scale *= 10;
        *second += part / scale;
        if (!n) return false;
    }
    return read_half(p, hour);
}

/* Z, UTC, GMT, or a difference to UTC: the time is taken as it is written. */
static bool read_zone(const char **p)
{
    int part;
    blanks(p);
    if (**p == 'Z') (*p)++;
    else if (!strncmp(*p, "UTC", 3) || !strncmp(*p, "GMT", 3)) *p += 3;
    else if (**p == '+' || **p == '-') {
        (*p)++;
        if (digits(p, 2, &part) != 2) return false;
        *p += **p == ':';
        return digits(p, 2, &part) == 2;
    }
    return true;
}

/* "2024-05", "05/2024", "May 2024": all of a text. Other years are more likely to be numbers of something. */
static bool read_month(const char *p, int *year, int *month)
{
    if (is_letter(*p)) {
        *month = month_name(&p);
        p += *month && *p == '.';
        p += *month && *p == ',';
        if (!*month || (*p != ' ' && *p != '-')) return false;
        p++;
        if (digits(&p, 4, year) != 4) return false;
    } else {
        int first, second;
        const int n = digits(&p, 4, &first);
        if (!n || (*p != '-' && *p != '/')) return false;
        p++;
        const int k = digits(&p, 4, &second);
        if (!((n == 4 && (k == 1 || k == 2)) || (n <= 2 && k == 4))) return false;
        *year = n == 4 ? first : second;
        *month = n == 4 ? second : first;
    }
    blanks(&p);
    return !*p && *month >= 1 && *month <= 12 && *year >= 1800 && *year < 2200;
}

bool bmi_datetime_read(const char *text, bmi_date_order order, double parts[BMI_DATETIME_PARTS], bmi_date_detail *detail)
{
    int year, month, day = 1, hour = 0, minute = 0;
    double second = 0;
    const char *p = text;
    blanks(&p);
    if (strchr("<>=!?#*/()[]{}", *p) || !p[strcspn(p, "0123456789")])
        return false; /* most texts that are none, without a further look */
    if (read_month(p, &year, &month)) *detail = BMI_OF_MONTH;
    else {
        if (!read_date(&p, order, &year, &month, &day)) return false;
        const char *q = p + (*p == ',');
        if (*q == ' ' || *q == 'T') q++;
        *detail = q > p && *q >= '0' && *q <= '9' ? BMI_OF_TIME : BMI_OF_DAY;
        if (*detail == BMI_OF_TIME) {
            p = q;
            if (!read_time(&p, &hour, &minute, &second) || !read_zone(&p)) return false;
        }
        blanks(&p);
        if (*p) return false;
    }
    const double all[] = { year, month, day, weekday(year, month, day), hour, minute, second };
    for (int i = 0; i < BMI_DATETIME_PARTS; i++) parts[i] = all[i];
    return true;
}

/* Days from 1970-01-01 to a day, and back: years begin in March and come in eras of 400 years, 146097 days (Richards, as above). */
static int64_t days_of(int year, int month, int day)
{
    const int64_t y = month < 3 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    const int64_t of_year = (153 * (month < 3 ? month + 9 : month - 3) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void day_of(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
    const int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = y + era * 400 + (*month < 3);
}

bool bmi_time_read(const char *text, bmi_date_order order, int64_t *time, bmi_date_detail *detail)
{
    double p[BMI_DATETIME_PARTS];
    if (!bmi_datetime_read(text, order, p, detail)) return false;
    const int64_t days = days_of((int)p[BMI_YEAR], (int)p[BMI_MONTH], (int)p[BMI_DAY]);
    *time = ((days * 24 + (int64_t)p[BMI_HOUR]) * 60 + (int64_t)p[BMI_MINUTE]) * 60000000 + llround(p[BMI_SECOND] * 1e6);
    return true;
}

bool bmi_time_zone(const char *text, int *minutes)
{
    const char *time = strchr(text, ':');
    const char *p = time ? time + strcspn(time, "ZUG+-") : "";
    int hours, rest;
    *minutes = 0;
    if (*p && strchr("ZUG", *p)) return true;
    const int sign = *p == '-' ? -1 : 1;
    if (!*p || !digits((p++, &p), 2, &hours)) return false;
    p += *p == ':';
    digits(&p, 2, &rest);
    *minutes = sign * (60 * hours + rest);
    return true;
}

/* The day of a time, and the microseconds since it began. */
static int64_t cut_day(int64_t time, int64_t *rest)
{
    const int64_t of_day = INT64_C(86400000000), days = time / of_day - (time % of_day < 0);
    *rest = time - days * of_day;
    return days;
}

void bmi_time_parts(int64_t time, double parts[BMI_DATETIME_PARTS])
{
    int64_t rest, year;
    int month, day;
    const int64_t days = cut_day(time, &rest);
    day_of(days, &year, &month, &day);
    const double all[] = { (double)year,
                           month,
                           day,
                           (double)(((days + 3) % 7 + 7) % 7), /* 1970-01-01 was a Thursday */
                           (double)(rest / INT64_C(3600000000)),
                           (double)(rest / 60000000 % 60),
                           (double)(rest % 60000000) / 1e6 };
    for (int i = 0; i < BMI_DATETIME_PARTS; i++) parts[i] = all[i];
}

int bmi_time_write(int64_t time, bmi_date_detail detail, char into[BMI_TIME_BYTES])
{
    int64_t rest, year;
    int month, day;
    day_of(cut_day(time, &rest), &year, &month, &day);
    int n = snprintf(into, BMI_TIME_BYTES, "%04" PRId64 "-%02d", year, month);
    if (detail == BMI_OF_MONTH && day == 1 && !rest) return n;
    n += snprintf(into + n, BMI_TIME_BYTES - (size_t)n, "-%02d", day);
    if (detail != BMI_OF_TIME && !rest) return n;
    const int64_t minutes = rest / 60000000, micro = rest % 1000000;
    n += snprintf(into + n, BMI_TIME_BYTES - (size_t)n, "T%02d:%02d:%02d", (int)(minutes / 60), (int)(minutes % 60),
                  (int)(rest / 1000000 % 60));
    if (micro) n += snprintf(into + n, BMI_TIME_BYTES - (size_t)n, ".%06d", (int)micro);
    return n;
}
