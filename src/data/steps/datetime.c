// SPDX-License-Identifier: Apache-2.0
/* Datetime: text that is dates is cut into numbers: column_year, _month, where a training row has a day _day, _weekday (Monday is 0),
 * and where one has a time _hour, _minute, _second. Cells that are no date are missing and counted as unreadable.
 *
 * Whether 1/2/2024 is in January or February is decided by all training rows: a day above 12 in one of them tells. When none does, the
 * month is taken to be first, unless that made one month in several years of what else is the first of each month; a note says so. The
 * setting "dmy" or "mdy" decides instead.
 *
 * Other parts can be chosen: _day_of_year (1 to 366), _week_of_year (as ISO 8601 counts them, 1 to 53), _quarter (1 to 4), _weekend (1
 * on Saturdays and Sundays). Cyclic parts are sin and cos of 2 pi (part - first) / period, so that December is beside January; the
 * periods are 12 months, 31 days, 7 weekdays, 24 hours, 60 minutes and seconds, 366 days and 53 weeks of a year, 4 quarters. _elapsed is
 * the time since the first training row's date, in days or seconds.
 *
 * What is kept: the names behind the column's; as numbers the order, MONTH_FIRST when it does not matter, and the first time in seconds
 * since 1970, which is missing where nothing elapses; the order alone is left out, too, when the month is first. */
#include "data/datetime.h"
#include "base/text.h"
#include "data/step.h"
#include <math.h>
#include <string.h>

enum { MONTH_FIRST, DAY_FIRST, MONTH_FIRST_MAYBE };

/* The parts in the order of their columns; the first are those of bmi_datetime_read. */
enum { DAY_OF_YEAR = BMI_DATETIME_PARTS, WEEK_OF_YEAR, QUARTER, WEEKEND, ELAPSED, N_PARTS };
typedef struct part {
    const char *name, *sine, *cosine; /* null: it does not come around */
    double first, period;
} part;
static const part parts_of_dates[N_PARTS] = {
    [BMI_YEAR] = { "year", NULL, NULL, 0, 0 },
    [BMI_MONTH] = { "month", "month_sin", "month_cos", 1, 12 },
    [BMI_DAY] = { "day", "day_sin", "day_cos", 1, 31 },
    [BMI_WEEKDAY] = { "weekday", "weekday_sin", "weekday_cos", 0, 7 },
    [BMI_HOUR] = { "hour", "hour_sin", "hour_cos", 0, 24 },
    [BMI_MINUTE] = { "minute", "minute_sin", "minute_cos", 0, 60 },
    [BMI_SECOND] = { "second", "second_sin", "second_cos", 0, 60 },
    [DAY_OF_YEAR] = { "day_of_year", "day_of_year_sin", "day_of_year_cos", 1, 366 },
    [WEEK_OF_YEAR] = { "week_of_year", "week_of_year_sin", "week_of_year_cos", 1, 53 },
    [QUARTER] = { "quarter", "quarter_sin", "quarter_cos", 1, 4 },
    [WEEKEND] = { "weekend", NULL, NULL, 0, 0 },
    [ELAPSED] = { "elapsed", NULL, NULL, 0, 0 },
};

/* What the texts of the rows are as dates. */
typedef struct dates {
    int64_t texts, dates[2], differ; /* texts; dates by order; texts that are dates in both and different ones */
    bmi_date_detail detail;          /* the most that one of them has */
    bool months, years;              /* with the month first there are several of them */
} dates;

static dates look(const bmi_frame *f, const bmi_frame_column *c)
{
    dates d = { 0 };
    double month = 0, year = 0;
    for (int64_t i = 0; i < f->rows; i++) {
        double parts[2][BMI_DATETIME_PARTS];
        bmi_date_detail detail[2] = { BMI_OF_MONTH, BMI_OF_MONTH };
        bool date[2];
        size_t n;
        if (c->codes[i] < 0) continue;
        const char *text = bmi_dictionary_text(c->dictionary, c->codes[i], &n);
        for (int order = 0; order < 2; order++) {
            if (order && c->iso) memcpy(parts[1], parts[0], sizeof *parts), detail[1] = detail[0], date[1] = date[0];
            else date[order] = bmi_datetime_read(text, (bmi_date_order)order, parts[order], &detail[order]);
            d.dates[order] += date[order];
        }
        d.texts += date[0] || date[1] || !bmi_number_is_missing(text, n);
        d.differ += date[0] && date[1] && parts[0][BMI_DAY] != parts[1][BMI_DAY];
        if (date[0]) {
            d.months |= month > 0 && month != parts[0][BMI_MONTH];
            d.years |= month > 0 && year != parts[0][BMI_YEAR];
            month = parts[0][BMI_MONTH];
            year = parts[0][BMI_YEAR];
        }
        for (int order = 0; order < 2; order++)
            if (date[order] && detail[order] > d.detail) d.detail = detail[order];
    }
    return d;
}

static bmi_date_order better_order(const dates *d)
{
    if (d->dates[BMI_DAY_FIRST] == d->dates[BMI_MONTH_FIRST] && d->differ && !d->months && d->years) return BMI_DAY_FIRST;
    return d->dates[BMI_DAY_FIRST] > d->dates[BMI_MONTH_FIRST] ? BMI_DAY_FIRST : BMI_MONTH_FIRST;
}

static const char *const orders[] = { [BM_DATE_FOUND] = "found", [BM_DATE_DMY] = "dmy", [BM_DATE_MDY] = "mdy", NULL };
static const char *const elapsed_words[] = {
    [BM_ELAPSED_NONE] = "none", [BM_ELAPSED_DAYS] = "days", [BM_ELAPSED_SECONDS] = "seconds", NULL
};
static const bmi_field fields[] = {
    BMI_WORD_FIELD(bm_step_datetime_options, order, orders, "of 1/2/2024"),
    BMI_TEXT_FIELD(
        bm_step_datetime_options, parts, NULL,
        "year+month+day+weekday+hour+minute+second+day_of_year+week_of_year+quarter+weekend, or none; default: to second"),
    BMI_BOOL_FIELD(bm_step_datetime_options, cyclic, "parts that come around as sine and cosine"),
    BMI_WORD_FIELD(bm_step_datetime_options, elapsed, elapsed_words, "time since the first training row"),
    { 0 },
};

/* Which parts a text names, a bit each; 0: it names what is none. */
static unsigned read_parts(const char *text)
{
    unsigned found = 0;
    for (const char *at = text; *at;) {
        size_t n = strcspn(at, "+"), k = 0;
        while (k < ELAPSED && (strlen(parts_of_dates[k].name) != n || strncmp(parts_of_dates[k].name, at, n) != 0)) k++;
        if (k == ELAPSED) return 0;
        found |= 1u << k;
        at += n;
        if (*at == '+' && !*++at) return 0;
    }
    return found;
}

static bm_status check(bmi_error *e, bm_place here, const void *options)
{
    const bm_step_datetime_options *o = options;
    if (o->parts && !strcmp(o->parts, "none") && o->elapsed == BM_ELAPSED_NONE)
        return bmi_fail(e, BM_E_ARGUMENT, here,
                        "datetime: without parts and elapsed time nothing is left of a date; drop the column");
    if (!o->parts || !strcmp(o->parts, "none") || read_parts(o->parts)) return BM_OK;
    return bmi_fail(
        e, BM_E_ARGUMENT, here,
        "datetime: parts is \"%.100s\"; it must be names joined by +, of year, month, day, weekday, hour, minute, second, "
        "day_of_year, week_of_year, quarter and weekend, or none",
        o->parts);
}

/* Whether the first text of a column is no date either way round. */
static bool begins_otherwise(const bmi_frame *f, const bmi_frame_column *c)
{
    for (int64_t i = 0; i < f->rows; i++) {
        double parts[BMI_DATETIME_PARTS];
        bmi_date_detail detail;
        size_t n;
        if (c->codes[i] < 0) continue;
        const char *text = bmi_dictionary_text(c->dictionary, c->codes[i], &n);
        if (bmi_number_is_missing(text, n)) continue;
        return !bmi_datetime_read(text, BMI_MONTH_FIRST, parts, &detail) &&
               !bmi_datetime_read(text, BMI_DAY_FIRST, parts, &detail);
    }
    return true;
}

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    if (!f->columns[column].text) return false;
    if (!chosen && begins_otherwise(f, &f->columns[column])) return false;
    const dates d = look(f, &f->columns[column]);
    const int64_t most = d.dates[better_order(&d)];
    return most > 0 && (chosen || most == d.texts);
}

/* New rows may have no date at all. */
static bool applies(const bmi_frame *f, size_t column)
{
    return f->columns[column].text;
}

/* The columns of dates with so much detail, and the elapsed time, a bit each. */
static unsigned chosen_parts(const bm_step_datetime_options *o, bmi_date_detail detail)
{
    const int usual = detail == BMI_OF_TIME ? BMI_DATETIME_PARTS : detail == BMI_OF_DAY ? BMI_HOUR : BMI_DAY;
    const unsigned parts = !o->parts ? (1u << usual) - 1 : !strcmp(o->parts, "none") ? 0 : read_parts(o->parts);
    return parts | (o->elapsed != BM_ELAPSED_NONE ? 1u << ELAPSED : 0);
}

/* The names of the columns into the state. */
static bm_status name_parts(const bmi_step_how *how, unsigned parts, bool cyclic, bmi_step_column *state)
{
    if (!bmi_step_texts(how, state, 2 * N_PARTS)) return how->error->status;
    state->n_texts = 0;
    for (int k = 0; k < N_PARTS; k++) {
        const part *p = &parts_of_dates[k];
        if (!(parts >> k & 1)) continue;
        state->texts[state->n_texts++] = cyclic && p->sine ? p->sine : p->name;
        if (cyclic && p->sine) state->texts[state->n_texts++] = p->cosine;
    }
    return BM_OK;
}

static double seconds_of(const char *text, bmi_date_order order)
{
    int64_t time;
    bmi_date_detail detail;
    return bmi_time_read(text, order, &time, &detail) ? (double)time / 1e6 : NAN;
}

/* The first time of the rows, in seconds since 1970. */
static double first_time(const bmi_frame *f, const bmi_frame_column *c, bmi_date_order order)
{
    double first = INFINITY;
    for (int64_t i = 0; i < f->rows; i++)
        if (c->codes[i] >= 0) first = fmin(first, seconds_of(bmi_dictionary_text(c->dictionary, c->codes[i], NULL), order));
    return isfinite(first) ? first : 0;
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const bmi_frame_column *c = &f->columns[column];
    const bm_step_datetime_options *o = how->options;
    const dates d = look(f, c);
    const bool asked = o->order != BM_DATE_FOUND, equal = d.dates[BMI_DAY_FIRST] == d.dates[BMI_MONTH_FIRST];
    const bool day_first = asked ? o->order == BM_DATE_DMY : better_order(&d) == BMI_DAY_FIRST;
    const bool unsure = !asked && equal && d.differ, elapses = o->elapsed != BM_ELAPSED_NONE;
    if (name_parts(how, chosen_parts(o, d.detail), o->cyclic, state)) return how->error->status;
    if (!bmi_step_numbers(how, state, 2)) return how->error->status;
    state->numbers[0] = day_first ? DAY_FIRST : unsure ? MONTH_FIRST_MAYBE : MONTH_FIRST;
    state->numbers[1] = elapses ? first_time(f, c, day_first ? BMI_DAY_FIRST : BMI_MONTH_FIRST) : 0;
    state->n_numbers = elapses ? 2 : day_first || unsure;
    bool fine = true;
    if (unsure)
        fine = bmi_notes_add(
            f->context, how->notes,
            "! %s: day and month may be either way round in every row; the %s was taken to be first (%s), %s says "
            "otherwise",
            state->name, day_first ? "day" : "month", day_first ? "dmy" : "mdy", day_first ? "mdy" : "dmy");
    else if (!asked && day_first)
        fine = bmi_notes_add(f->context, how->notes, "%s: the day is written before the month", state->name);
    return fine ? BM_OK : bmi_fail_memory(how->error, how->here, 1000, "a note");
}

/* What is made of a date for the columns, by part. */
static void make_parts(double parts[N_PARTS])
{
    static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
    const int year = (int)parts[BMI_YEAR], month = (int)parts[BMI_MONTH], weekday = (int)parts[BMI_WEEKDAY];
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int day = before[month - 1] + (leap && month > 2) + (int)parts[BMI_DAY];
    int week = (day - weekday + 9) / 7;                   /* of the year whose Thursday it has */
    const int first = (weekday + 7 * 53 - (day - 1)) % 7; /* weekday of January 1 */
    const int last = year - 1, leap_before = (last % 4 == 0 && last % 100 != 0) || last % 400 == 0;
    if (week == 0) week = first == 4 || (first == 5 && leap_before) ? 53 : 52;
    else if (week == 53 && !(first == 3 || (first == 2 && leap))) week = 1;
    parts[DAY_OF_YEAR] = day;
    parts[WEEK_OF_YEAR] = week;
    parts[QUARTER] = (month + 2) / 3;
    parts[WEEKEND] = weekday >= 5;
}

/* What a column of a name is made of: the part, and 0 for itself, 1 for its sine, 2 for its cosine; false when there is none. */
static bool column_of(const char *name, int *which, int *form)
{
    for (*which = 0; *which < N_PARTS; ++*which) {
        const part *p = &parts_of_dates[*which];
        const char *const forms[] = { p->name, p->sine, p->cosine };
        for (*form = 0; *form < 3; ++*form)
            if (forms[*form] && !strcmp(name, forms[*form])) return true;
    }
    return false;
}

static double value_of(const double parts[N_PARTS], int which, int form)
{
    const part *p = &parts_of_dates[which];
    const double angle = form ? 2 * 3.14159265358979323846 * (parts[which] - p->first) / p->period : 0;
    return form == 0 ? parts[which] : form == 1 ? sin(angle) : cos(angle);
}

/* What each column that is made is made of: the part and its form. */
typedef struct columns {
    size_t first;
    struct {
        int part, form;
    } at[2 * N_PARTS];
} columns;

/* The cells of a row, counted when it is no date. */
static void read_row(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, const bmi_frame_column *old,
                     const columns *to, int64_t i)
{
    const bool day_first = s->n_numbers && s->numbers[0] == DAY_FIRST;
    const bmi_date_order order = day_first ? BMI_DAY_FIRST : BMI_MONTH_FIRST;
    const char *text = old->codes[i] >= 0 ? bmi_dictionary_text(old->dictionary, old->codes[i], NULL) : NULL;
    double parts[N_PARTS] = { 0 };
    bmi_date_detail detail;
    const bool date = text && bmi_datetime_read(text, order, parts, &detail);
    if (date) make_parts(parts);
    if (date && s->n_numbers == 2)
        parts[ELAPSED] = (seconds_of(text, order) - s->numbers[1]) /
                         (((const bm_step_datetime_options *)how->options)->elapsed == BM_ELAPSED_DAYS ? 86400 : 1);
    if (text && !date) {
        f->counted.unreadable++;
        bmi_met_add(f->met, BMI_MET_NO_DATE, s->name, text);
    }
    for (size_t k = 0; k < s->n_texts; k++)
        f->columns[to->first + k].numbers[i] = date ? value_of(parts, to->at[k].part, to->at[k].form) : NAN;
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, size_t at)
{
    bmi_frame_column old = { 0 };
    columns to = { 0 };
    bool fine = bmi_frame_replace(f, at, s->n_texts, &to.first, &old);
    for (size_t k = 0; fine && k < s->n_texts; k++) {
        column_of(s->texts[k], &to.at[k].part, &to.at[k].form); /* all are some: name_parts, or lawful, saw to it */
        fine = bmi_frame_name(f, to.first + k, s->name, "_", s->texts[k]);
    }
    for (int64_t i = 0; fine && i < f->rows; i++) read_row(how, s, f, &old, &to, i);
    bmi_frame_column_end(f, &old);
    return fine ? BM_OK : bmi_fail_memory(how->error, how->here, (size_t)f->rows * 8, "the parts of dates");
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    const bool elapses = ((const bm_step_datetime_options *)options)->elapsed != BM_ELAPSED_NONE;
    if (elapses ? s->n_numbers != 2 : s->n_numbers > 1) return false;
    if (s->n_numbers && s->numbers[0] != DAY_FIRST && s->numbers[0] != MONTH_FIRST_MAYBE &&
        !(elapses && s->numbers[0] == MONTH_FIRST))
        return false;
    if (!s->n_texts || s->n_texts > 2 * N_PARTS) return false;
    int last = -1;
    for (size_t i = 0; i < s->n_texts; i++) {
        int which, form;
        if (!column_of(s->texts[i], &which, &form) || 3 * which + form <= last) return false;
        last = 3 * which + form;
    }
    return true;
}

static const bmi_step_example examples[] = {
    { .table = "d\n2024-02-29\n2023-12-31\n",
      .out = "d_year,d_month,d_day,d_weekday\n2024,2,29,3\n2023,12,31,6\n",
      .source = "by hand: a Thursday and a Sunday" },
    { .options = "parts=week_of_year+quarter+weekend+day_of_year,elapsed=days",
      .table = "d\n2024-02-29T12:00\n2023-12-31\n2021-01-01\n2020-12-31\n",
      .out = "d_day_of_year,d_week_of_year,d_quarter,d_weekend,d_elapsed\n60,9,1,0,1155.5\n365,52,4,1,1095\n1,53,1,0,1\n366,53,"
             "4,0,0\n",
      .source = "pandas 2.3: dayofyear, isocalendar().week, quarter, dayofweek >= 5, (d - d.min()) / Timedelta(days=1)" },
    { .options = "parts=year+month,cyclic",
      .table = "d\n2024-01-29\n2023-04-30\n",
      .out = "d_year,d_month_sin,d_month_cos\n2024,0,1\n2023,1,6.123233995736766e-17\n",
      .source = "by hand: January is at 0, April at a quarter" },
};

static const bmi_step_kind datetime = {
    .size = sizeof(bmi_step_kind),
    .name = "datetime",
    .doc = "dates into year, month, day, weekday, hour, minute, second, or other parts, cyclic, elapsed",
    .options_size = sizeof(bm_step_datetime_options),
    .fields = fields,
    .check = check,
    .examples = examples,
    .n_examples = BMI_COUNT(examples),
    .takes = takes,
    .applies = applies,
    .takes_what = "text that is dates",
    .fit = fit,
    .apply = apply,
    .lawful = lawful
};
const bmi_kind bmi_kinds_step_datetime[] = { { "step", "datetime", &datetime }, { 0 } };
