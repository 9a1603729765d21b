// SPDX-License-Identifier: Apache-2.0
/* Whether the first row has the names of the columns. It is compared with up to 100 rows behind it (of the first 64 KB, at least one):
 *
 * - it has names when a column of numbers, dates or true/false begins with something else;
 * - otherwise it is data when a cell of it is a date, true or false, or a number that is not whole, or stands among the cells below it in
 *   a row that is not the same, or when all its cells are numbers; but numbers that count up by one (0, 1, 2 or 2019, 2020) are names;
 * - otherwise it has names; or is data, where a recipe was fitted to a file without names.
 *
 * Empty cells and markers of missing ones say nothing.
 */
#include "format/csv_inside.h"
#include "format/datetime.h"
#include <math.h>
#include <string.h>

enum { MOST_ROWS = 100, MOST_TEXT = 64, NUMBER = 1, TRUTH = 2, DATE = 4 };

typedef struct sight {
    bmi_csv_cell first;
    uint8_t kinds; /* what all cells below may be */
    bool any;      /* one of them is not missing */
    bool again;    /* one of them is the first cell's text */
} sight;

/* What a text may be. */
static uint8_t kinds_of(const char *text, size_t n)
{
    char copy[MOST_TEXT];
    double parts[BMI_DATETIME_PARTS];
    bmi_date_detail detail;
    bmi_number_form style;
    uint8_t kinds = 0;
    if (n >= sizeof copy) return 0;
    memcpy(copy, text, n);
    copy[n] = 0;
    if (bmi_number_form_fits(copy, n, &style)) kinds |= NUMBER;
    if (bmi_cell_bool(copy, n) >= 0) kinds |= TRUTH;
    if (bmi_datetime_read(copy, BMI_MONTH_FIRST, parts, &detail) || bmi_datetime_read(copy, BMI_DAY_FIRST, parts, &detail))
        kinds |= DATE;
    return kinds;
}

static const char *text_of(const bmi_csv_cell *cell, size_t *n)
{
    *n = cell->n;
    return bmi_trim((const char *)cell->at, n);
}

static bool says_nothing(const bmi_csv_work *w, const char *text, size_t n)
{
    return !n || bmi_csv_is_missing(w, text, n) || bmi_number_is_missing(text, n);
}

static void look_below(const bmi_csv_work *w, const bmi_csv_cell *cell, bool same_row, sight *s)
{
    size_t n, first_n;
    const char *text = text_of(cell, &n), *first = text_of(&s->first, &first_n);
    if (says_nothing(w, text, n)) return;
    s->kinds &= kinds_of(text, n);
    s->any = true;
    s->again |= !same_row && n == first_n && !memcmp(text, first, n);
}

/* The rows below, those of another number of cells left out, up to one that cannot be read or does not end before `end`. */
static void look_at_rows(const bmi_csv_work *w, const unsigned char *row, size_t row_bytes, const unsigned char *p,
                         const unsigned char *end, bool whole, sight *s)
{
    for (int r = 0; r < MOST_ROWS && (p = bmi_csv_blank_lines(&w->dialect, p, end)) < end; r++) {
        bmi_csv_cell cell = { .last = false };
        const unsigned char *q = p;
        size_t cells = 0;
        for (; !cell.last; cells++) {
            if (bmi_csv_cell_read(&w->dialect, q, end, &cell)) return;
            q = cell.next;
        }
        if (q == end && !whole && r) return; /* cut off */
        const bool same = (size_t)(q - p) == row_bytes && !memcmp(p, row, row_bytes);
        for (size_t c = 0; cells == w->n_columns && c < cells; c++) {
            bmi_csv_cell_read(&w->dialect, p, end, &cell);
            look_below(w, &cell, same, &s[c]);
            p = cell.next;
        }
        p = q;
    }
}

bool bmi_csv_find_codes(bmi_csv_work *w, const unsigned char *p, const unsigned char *end)
{
    enum { SHORTEST = 3 }; /* 07 is a month or an hour */
    w->codes = bmi_alloc(w->context, w->n_columns, sizeof *w->codes);
    for (int r = 0; w->codes && r < MOST_ROWS && (p = bmi_csv_blank_lines(&w->dialect, p, end)) < end; r++) {
        bmi_csv_cell cell = { .last = false };
        for (size_t c = 0; !cell.last; c++, p = cell.next) {
            size_t n;
            if (bmi_csv_cell_read(&w->dialect, p, end, &cell)) return true;
            const char *text = text_of(&cell, &n);
            if (c >= w->n_columns || n < SHORTEST || *text != '0' || (cell.next == end && end[-1] != w->dialect.line)) continue;
            while (n && text[n - 1] >= '0' && text[n - 1] <= '9') n--;
            w->codes[c] |= !n;
        }
    }
    return w->codes;
}

/* A first cell as a plain number above cells that are numbers, too; else NaN. */
static double number_of(const sight *s)
{
    size_t n;
    bool integer;
    double value;
    const char *text = text_of(&s->first, &n);
    return s->any && s->kinds & NUMBER && bmi_cell_number(text, n, &value, &integer) ? value : NAN;
}

/* Whether the numbers of the first row, two at least, count up by one. */
static bool is_counting(const sight *s, size_t n)
{
    double before = NAN;
    size_t numbers = 0;
    for (size_t c = 0; c < n; c++) {
        const double value = number_of(&s[c]);
        if (isnan(value)) continue;
        if (numbers++ && value != before + 1) return false;
        before = value;
    }
    return numbers > 1;
}

/* What one column says: 1 names, -1 data, 0 nothing. */
static int judge(const bmi_csv_work *w, const sight *s, bool counting)
{
    size_t n;
    bool integer;
    double value;
    const char *text = text_of(&s->first, &n);
    if (!s->any || says_nothing(w, text, n)) return 0;
    const uint8_t kinds = kinds_of(text, n);
    const bool number = bmi_cell_number(text, n, &value, &integer);
    if (s->kinds && !(s->kinds & kinds)) return 1;
    if (counting && number) return 0;
    if (s->kinds & kinds & (TRUTH | DATE) || s->again) return -1;
    return (s->kinds & NUMBER || !s->kinds) && kinds & NUMBER && !(number && value == floor(value)) ? -1 : 0;
}

/* Whether the first row is numbers alone. */
static bool is_all_numbers(const sight *s, size_t n)
{
    size_t c = 0;
    while (c < n && !isnan(number_of(&s[c]))) c++;
    return c == n;
}

bm_status bmi_csv_is_header(bmi_csv_work *w, const unsigned char *row, const unsigned char *rows, const unsigned char *end,
                            bool whole, bool *header)
{
    const size_t n = w->n_columns;
    sight *s = bmi_alloc(w->context, n, sizeof *s);
    const unsigned char *p = row;
    const char *shown = NULL;
    size_t shown_n = 0;
    if (!s) return bmi_fail_memory(w->error, w->here, n * sizeof *s, "the first row of a CSV file");
    for (size_t c = 0; c < n; c++) {
        bmi_csv_cell_read(&w->dialect, p, end, &s[c].first);
        s[c].kinds = NUMBER | TRUTH | DATE;
        p = s[c].first.next;
    }
    look_at_rows(w, row, (size_t)(rows - row), rows, end, whole, s);
    int said = 0;
    const bool counting = is_counting(s, n);
    for (size_t c = 0; c < n && said != 1; c++) {
        const int says = judge(w, &s[c], counting);
        if (says < 0 && !shown) shown = text_of(&s[c].first, &shown_n);
        if (says) said = says;
    }
    if (!said && !counting && is_all_numbers(s, n)) {
        said = -1;
        shown = text_of(&s->first, &shown_n);
    }
    *header = said > 0 || (!said && !w->options->recipe);
    const bool fine =
        *header || w->options->recipe ||
        bmi_notes_add_as(BMI_ADVICE_HEADER, w->context, &w->out->notes,
                         "the first row looks like data (\"%.*s\"): columns are called c1, c2 ...; if it has their names, "
                         "\001say that there is a header\002",
                         shown_n < 60 ? (int)shown_n : 60, shown);
    bmi_release(w->context, s, n, sizeof *s);
    return fine ? BM_OK : bmi_fail_memory(w->error, w->here, 1000, "a note");
}
