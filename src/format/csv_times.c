// SPDX-License-Identifier: Apache-2.0
/* Columns of text that are dates become times. Every cell that is not missing must be a date, in one order of day and month: a day above
 * 12 in one cell tells which. Where none tells, though it matters, the column stays text until the order is said. Where more than half of
 * the cells are dates, the first that is none is told; under fill_bad_rows such cells are missing.
 */
#include "format/csv_inside.h"
#include "format/datetime.h"
#include <inttypes.h>
#include <string.h>

/* A column whose first different texts, so many, hold no date has none. */
enum { FIRST_TEXTS = 1000 };

typedef struct findings {
    int64_t dates[2], texts; /* cells by order; all that are not missing */
    bool differ;             /* a text is one date in one order and another in the other */
    bool timed, zones;       /* a time of day was there; such times are of different zones */
    int zone;                /* of the first of them */
    uint8_t detail;
    int32_t none[2]; /* the first text that is no date, by order; -1 */
} findings;

void bmi_csv_replace(bmi_csv_work *w, bmi_column *c, bm_column_type type, void *values, size_t bytes)
{
    bmi_release(w->context, c->values, c->bytes, 1);
    bmi_dictionary_end(&c->dictionary);
    c->values = values;
    c->bytes = bytes;
    c->type = type;
}

static bool may_begin_date(const char *text)
{
    const unsigned char b = (unsigned char)text[strspn(text, " ")];
    return (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z');
}

/* Whether times are of one zone; one without a zone is of another than any. */
static void look_at_zone(const char *text, findings *f)
{
    enum { NONE = 10000 };
    int zone;
    if (!bmi_time_zone(text, &zone)) zone = NONE;
    f->zones |= f->timed && zone != f->zone;
    f->zone = zone;
    f->timed = true;
}

static findings look(const bmi_csv_work *w, const bmi_column *c, const bmi_csv_census *census)
{
    findings f = { .none = { -1, -1 } };
    for (int32_t code = 0; code < c->dictionary.count; code++) {
        size_t n;
        int64_t time[2] = { 0, 0 };
        bmi_date_detail detail = BMI_OF_MONTH;
        const char *text = bmi_dictionary_text(&c->dictionary, code, &n);
        bool date[2] = { false, false };
        if (code == FIRST_TEXTS && !f.dates[0] && !f.dates[1]) return (findings){ 0 };
        if (!n || bmi_number_is_missing(text, n) || (!w->named_marks && bmi_cell_is_missing(text, n))) continue;
        const bool iso = n > 4 && text[4] == '-'; /* the order does not matter */
        for (int order = 0; order < 2 && may_begin_date(text); order++) {
            date[order] = order && iso ? date[0] : bmi_time_read(text, (bmi_date_order)order, &time[order], &detail);
            if (order && iso) time[1] = time[0];
            if (date[order] && (uint8_t)detail > f.detail) f.detail = (uint8_t)detail;
        }
        if ((date[0] || date[1]) && detail == BMI_OF_TIME) look_at_zone(text, &f);
        f.texts += census->counts[code];
        f.differ |= date[0] && date[1] && time[0] != time[1];
        for (int order = 0; order < 2; order++) {
            if (date[order]) f.dates[order] += census->counts[code];
            else if (f.none[order] < 0) f.none[order] = code;
        }
    }
    return f;
}

bool bmi_csv_as_times(bmi_csv_work *w, bmi_column *c, const bmi_number_form *form)
{
    const size_t count = (size_t)c->dictionary.count, rows = (size_t)w->out->rows, column = (size_t)(c - w->out->columns);
    int64_t *times = bmi_alloc_raw(w->context, count, sizeof *times), *values = bmi_alloc_raw(w->context, rows, sizeof *values);
    bool fine = times && values;
    for (size_t code = 0; fine && code < count; code++) {
        bmi_date_detail detail;
        const char *text = bmi_dictionary_text(&c->dictionary, (int32_t)code, NULL);
        if (!bmi_time_read(text, (bmi_date_order)(form->date - 1), &times[code], &detail)) times[code] = INT64_MIN;
    }
    for (size_t r = 0; fine && r < rows; r++) {
        const int32_t code = ((const int32_t *)c->values)[r];
        size_t n;
        values[r] = code < 0 ? INT64_MIN : times[code];
        if (code < 0 || times[code] != INT64_MIN) continue;
        const char *text = bmi_dictionary_text(&c->dictionary, code, &n);
        if (n && !bmi_number_is_missing(text, n) && (w->named_marks || !bmi_cell_is_missing(text, n)))
            fine = bmi_csv_mark_bad(w, (int64_t)r, column);
    }
    bmi_release(w->context, times, count, sizeof *times);
    if (fine) {
        bmi_csv_replace(w, c, BM_COLUMN_TIME, values, rows * sizeof *values);
        c->form = *form;
    } else bmi_release(w->context, values, rows, sizeof *values);
    return fine;
}

/* The order in which most cells are dates; or the one that was given, unless all cells are dates in the other one alone. */
static int order_of(const bmi_csv_work *w, const findings *f)
{
    const int said = w->options->dates && *w->options->dates == 'd' ? BMI_DAY_FIRST : BMI_MONTH_FIRST;
    if (w->options->dates) return f->dates[said] < f->texts && f->dates[!said] == f->texts ? !said : said;
    return f->dates[BMI_DAY_FIRST] > f->dates[BMI_MONTH_FIRST] ? BMI_DAY_FIRST : BMI_MONTH_FIRST;
}

/* Tells an order that is not the usual one, or not the one that was given. */
static bool tell_order(bmi_csv_work *w, const bmi_column *c, const findings *f, int order)
{
    const char *dates = w->options->dates;
    const bool other = dates ? (*dates == 'd') != (order == BMI_DAY_FIRST) : order == BMI_DAY_FIRST;
    if (!other || f->dates[0] == f->dates[1]) return true;
    return bmi_notes_add(w->context, &w->out->notes, "%.100s: the %s", c->name,
                         order == BMI_DAY_FIRST ? "day is written before the month" : "month is written before the day");
}

static bool tell_zones(bmi_csv_work *w, const bmi_column *c, const findings *f)
{
    return !f->zones ||
           bmi_notes_add(w->context, &w->out->notes,
                         "%.100s has times of different zones, which are not made one: each stays what is written", c->name);
}

/* Tells why a column that nearly is dates stays text, where it does. */
static bool settle(bmi_csv_work *w, bmi_column *c, const findings *f, const bmi_csv_census *census)
{
    const int order = order_of(w, f);
    const int64_t dates = f->dates[order];
    const bool either = !w->options->dates && !f->differ && f->dates[0] == f->dates[1];
    const bmi_number_form form = { .date = (uint8_t)(1 + (either ? BMI_EITHER_FIRST : order)), .detail = f->detail };
    const uint8_t asked = w->asked[c - w->out->columns];
    const bool same = !w->options->dates && f->differ && f->dates[0] == f->dates[1];
    const bool mixed = same && f->none[0] != f->none[1]; /* some are dates in one order alone, as many in the other */
    const bool unsure = same && !mixed;
    if (asked == BM_COLUMN_TIME)
        return (!unsure || bmi_notes_add_as(
                               BMI_ADVICE_DATES, w->context, &w->out->notes,
                               "%.100s has dates whose day and month may be either way round in every row: the month is taken "
                               "to be first; \001say dmy or mdy\002",
                               c->name)) &&
               (unsure || tell_order(w, c, f, order)) && tell_zones(w, c, f) &&
               bmi_csv_to_asked(w, (size_t)(c - w->out->columns), &form);
    if (!dates || 2 * dates <= f->texts) return true;
    if (unsure)
        return bmi_notes_add_as(BMI_ADVICE_DATES, w->context, &w->out->notes,
                                "%.100s has dates whose day and month may be either way round in every row: it stays text; "
                                "\001say dmy or mdy\002",
                                c->name);
    if (dates < f->texts && (!w->fill || mixed)) {
        const int32_t none = f->none[order];
        const char *which = !mixed ? "" : order == BMI_DAY_FIRST ? " with the day first" : " with the month first";
        return bmi_notes_add(w->context, &w->out->notes,
                             "%.100s: %" PRId64 " of %" PRId64 " cells are dates%s, but \"%.60s\" in row %" PRId64
                             " is none of that form: it stays text",
                             c->name, dates, f->texts, which, bmi_dictionary_text(&c->dictionary, none, NULL),
                             census->first[none] + 1);
    }
    return tell_order(w, c, f, order) && tell_zones(w, c, f) && bmi_csv_as_times(w, c, &form);
}

bm_status bmi_csv_times(bmi_csv_work *w)
{
    bool fine = true;
    for (size_t k = 0; fine && k < w->n_columns; k++) {
        bmi_column *c = &w->out->columns[k];
        bmi_csv_census census = { 0 };
        if (c->type != BM_COLUMN_TEXT || (w->asked[k] && w->asked[k] != BM_COLUMN_TIME)) continue;
        if (w->options->recipe && !w->asked[k]) continue; /* it reads them in the form they had in training */
        fine = bmi_csv_count(w, c, &census);
        const findings f = fine ? look(w, c, &census) : (findings){ 0 };
        fine = fine && settle(w, c, &f, &census);
        bmi_csv_count_end(w, &census);
    }
    return fine || w->error->status ? w->error->status
                                    : bmi_fail_memory(w->error, w->here, (size_t)w->out->rows * 8, "the times of a column");
}
