// SPDX-License-Identifier: Apache-2.0
/* Datetime: text that is dates is cut into numbers: column_year, _month, where a training row has a day _day, _weekday (Monday is 0), and
 * where one has a time _hour, _minute, _second. Cells that are no date are missing and counted as unreadable.
 *
 * Whether 1/2/2024 is in January or February is decided by all training rows: a day above 12 in one of them tells. When none does, the
 * month is taken to be first, unless that made one month in several years of what else is the first of each month; a note says so. The
 * setting "dmy" or "mdy" decides instead. What was decided is kept in `numbers`: nothing when the order does not matter or the month is
 * first, else one of these. */
#include "data/datetime.h"
#include "base/text.h"
#include "data/step.h"
#include <math.h>
#include <string.h>

enum { DAY_FIRST = 1, MONTH_FIRST_MAYBE = 2 };

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
static const bmi_field fields[] = {
    BMI_WORD_FIELD(bm_step_datetime_options, order, orders, "of 1/2/2024"),
    { 0 },
};

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

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const dates d = look(f, &f->columns[column]);
    const bm_date_order order = ((const bm_step_datetime_options *)how->options)->order;
    const bool asked = order != BM_DATE_FOUND, equal = d.dates[BMI_DAY_FIRST] == d.dates[BMI_MONTH_FIRST];
    const bool day_first = asked ? order == BM_DATE_DMY : better_order(&d) == BMI_DAY_FIRST;
    const size_t n = d.detail == BMI_OF_TIME ? BMI_DATETIME_PARTS : d.detail == BMI_OF_DAY ? BMI_HOUR : BMI_DAY;
    state->texts = bmi_arena_alloc(how->arena, n, sizeof *state->texts);
    state->numbers = bmi_arena_alloc(how->arena, 1, sizeof *state->numbers);
    if (!state->texts || !state->numbers)
        return bmi_fail_memory(how->error, how->here, n * sizeof *state->texts, "a step of a recipe");
    for (size_t i = 0; i < n; i++) state->texts[i] = bmi_datetime_parts[i];
    state->n_texts = n;
    state->numbers[0] = day_first ? DAY_FIRST : MONTH_FIRST_MAYBE;
    state->n_numbers = day_first || (!asked && equal && d.differ);
    bool fine = true;
    if (!asked && equal && d.differ)
        fine = bmi_notes_add(
            f->context, how->notes,
            "! %s: day and month may be either way round in every row; the %s was taken to be first (%s), %s says "
            "otherwise",
            state->name, day_first ? "day" : "month", day_first ? "dmy" : "mdy", day_first ? "mdy" : "dmy");
    else if (!asked && day_first)
        fine = bmi_notes_add(f->context, how->notes, "%s: the day is written before the month", state->name);
    return fine ? BM_OK : bmi_fail_memory(how->error, how->here, 1000, "a note");
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, size_t at)
{
    bmi_frame_column old = { 0 };
    const bmi_date_order order = s->n_numbers && s->numbers[0] == DAY_FIRST ? BMI_DAY_FIRST : BMI_MONTH_FIRST;
    size_t first = 0;
    bool fine = bmi_frame_replace(f, at, s->n_texts, &first, &old);
    for (size_t k = 0; fine && k < s->n_texts; k++) fine = bmi_frame_name(f, first + k, s->name, "_", s->texts[k]);
    for (int64_t i = 0; fine && i < f->rows; i++) {
        double parts[BMI_DATETIME_PARTS];
        bmi_date_detail detail;
        const bool date = old.codes[i] >= 0 &&
                          bmi_datetime_read(bmi_dictionary_text(old.dictionary, old.codes[i], NULL), order, parts, &detail);
        if (old.codes[i] >= 0 && !date) {
            f->counted.unreadable++;
            bmi_met_add(f->met, BMI_MET_NO_DATE, s->name, bmi_dictionary_text(old.dictionary, old.codes[i], NULL));
        }
        for (size_t k = 0; k < s->n_texts; k++) f->columns[first + k].numbers[i] = date ? parts[k] : NAN;
    }
    bmi_frame_column_end(f, &old);
    return fine ? BM_OK : bmi_fail_memory(how->error, how->here, (size_t)f->rows * 8, "the parts of dates");
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    if (s->n_numbers > 1 || (s->n_numbers && s->numbers[0] != DAY_FIRST && s->numbers[0] != MONTH_FIRST_MAYBE)) return false;
    if (s->n_texts != BMI_DAY && s->n_texts != BMI_HOUR && s->n_texts != BMI_DATETIME_PARTS) return false;
    for (size_t i = 0; i < s->n_texts; i++)
        if (strcmp(s->texts[i], bmi_datetime_parts[i])) return false;
    return true;
}

static const bmi_step_example examples[] = {
    { .table = "d\n2024-02-29\n2023-12-31\n",
      .out = "d_year,d_month,d_day,d_weekday\n2024,2,29,3\n2023,12,31,6\n",
      .source = "by hand: a Thursday and a Sunday" },
};

static const bmi_step_kind datetime = { .size = sizeof(bmi_step_kind),
                                        .name = "datetime",
                                        .doc = "dates into year, month, day, weekday, hour, minute, second",
                                        .options_size = sizeof(bm_step_datetime_options),
                                        .fields = fields,
                                        .examples = examples,
                                        .n_examples = BMI_COUNT(examples),
                                        .takes = takes,
                                        .applies = applies,
                                        .takes_what = "text that is dates",
                                        .fit = fit,
                                        .apply = apply,
                                        .lawful = lawful };
const bmi_kind bmi_kinds_step_datetime[] = { { "step", "datetime", &datetime }, { 0 } };
