// SPDX-License-Identifier: Apache-2.0
/* One cell of a CSV file, with and without quotes (RFC 4180 section 2). */
#include "format/csv_inside.h"
#include <string.h>

void bmi_csv_dialect_set(bmi_csv_dialect *d, unsigned char delimiter, unsigned char line)
{
    *d = (bmi_csv_dialect){ .delimiter = delimiter, .line = line };
    d->kind[0] = BMI_CSV_NUL;
    d->kind['"'] = BMI_CSV_QUOTE;
    if (line == '\n') d->kind['\r'] = BMI_CSV_RETURN;
    d->kind[line] = BMI_CSV_LINE;
    d->kind[delimiter] = BMI_CSV_DELIMITER;
}

/* What follows a cell that ends at p: sets next and last. */
static bmi_csv_problem end_cell(const bmi_csv_dialect *d, const unsigned char *p, const unsigned char *end, bmi_csv_cell *cell)
{
    if (d->trim)
        while (p < end && cell->quoted && (*p == ' ' || *p == '\t') && !d->kind[*p]) p++;
    cell->next = p;
    cell->last = true;
    if (p == end) return BMI_CSV_FINE;
    switch (d->kind[*p]) {
    case BMI_CSV_DELIMITER:
        cell->last = false;
        cell->next = p + 1;
        return BMI_CSV_FINE;
    case BMI_CSV_LINE: cell->next = p + 1; return BMI_CSV_FINE;
    case BMI_CSV_RETURN:
        if (p + 1 < end && p[1] != '\n') return BMI_CSV_LONE_RETURN;
        cell->next = p + 1 < end ? p + 2 : p + 1;
        return BMI_CSV_FINE;
    case BMI_CSV_NUL: return BMI_CSV_HAS_NUL;
    default: return BMI_CSV_STRAY_QUOTE;
    }
}

static bmi_csv_problem read_quoted(const bmi_csv_dialect *d, const unsigned char *p, const unsigned char *end,
                                   bmi_csv_cell *cell)
{
    const unsigned char *open = p++;
    cell->at = p;
    cell->quoted = true;
    for (;;) {
        p = memchr(p, '"', (size_t)(end - p));
        if (!p) { /* a NUL in it is the problem whether the quote is closed behind `end` or never */
            cell->next = memchr(cell->at, 0, (size_t)(end - cell->at));
            if (cell->next) return BMI_CSV_HAS_NUL;
            cell->next = open;
            return BMI_CSV_OPEN_QUOTE;
        }
        if (p + 1 == end || p[1] != '"') break;
        cell->doubled = true;
        p += 2;
    }
    cell->n = (size_t)(p - cell->at);
    const unsigned char *nul = memchr(cell->at, 0, cell->n);
    if (nul) {
        cell->next = nul;
        return BMI_CSV_HAS_NUL;
    }
    return end_cell(d, p + 1, end, cell);
}

bmi_csv_problem bmi_csv_cell_read(const bmi_csv_dialect *d, const unsigned char *p, const unsigned char *end,
                                  bmi_csv_cell *cell)
{
    if (d->trim)
        while (p < end && (*p == ' ' || *p == '\t') && !d->kind[*p]) p++;
    *cell = (bmi_csv_cell){ .at = p };
    if (p < end && *p == '"') return read_quoted(d, p, end, cell);
    while (p < end && (!d->kind[*p] || (d->literal && *p == '"'))) cell->stray |= *p++ == '"';
    cell->n = (size_t)(p - cell->at);
    if (d->trim)
        while (cell->n && (cell->at[cell->n - 1] == ' ' || cell->at[cell->n - 1] == '\t')) cell->n--;
    return end_cell(d, p, end, cell);
}

size_t bmi_csv_cell_copy(const bmi_csv_cell *cell, char *into)
{
    if (!cell->doubled) {
        memcpy(into, cell->at, cell->n);
        return cell->n;
    }
    size_t n = 0;
    for (size_t i = 0; i < cell->n; i++) {
        into[n++] = (char)cell->at[i];
        i += cell->at[i] == '"';
    }
    return n;
}

/* Past the blanks at p that fill a line, to its end; p itself where something else is in it. */
static const unsigned char *skip_blanks(const bmi_csv_dialect *d, const unsigned char *p, const unsigned char *end)
{
    const unsigned char *q = p;
    while (q < end && (*q == ' ' || *q == '\t') && *q != d->delimiter) q++;
    const unsigned char *line = q < end && *q == '\r' && d->line == '\n' ? q + 1 : q;
    return line == end || *line == d->line ? line : p;
}

const unsigned char *bmi_csv_blank_lines(const bmi_csv_dialect *d, const unsigned char *p, const unsigned char *end)
{
    for (; p < end; p++) {
        if (d->several && (*p == ' ' || *p == '\t') && (p = skip_blanks(d, p, end)) == end) break;
        if (*p == d->line) continue;
        if (*p == '\r' && d->line == '\n' && (p + 1 == end || p[1] == '\n')) continue;
        if (*p != d->comment || !d->comment) break;
        const unsigned char *line = memchr(p, d->line, (size_t)(end - p));
        if (!line) return end;
        p = line;
    }
    return p;
}
