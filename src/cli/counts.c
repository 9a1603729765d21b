// SPDX-License-Identifier: Apache-2.0
/* What rows have that training had not: in words with the columns and the texts, and in the result. */
#include "cli/cli.h"
#include "data/met.h"
#include "data/recipe.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    COLUMNS = 4,
    TEXTS = 3,
    CELL = 24,
    JSON_TEXTS = 100,
    ROOM = 10 * CELL + 4,                                   /* of a text of CELL columns, shown by visible */
    WHICH = COLUMNS * (4 * CELL + TEXTS * (ROOM + 40) + 40) /* of all that is named */
};

typedef struct entry {
    const char *text;
    int64_t count, order;
} entry;

/* Frequent texts first, then as they were met. */
static int by_count(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* The texts of the next column from *at that has some of a kind, into `of`; their number, 0 when there is none left. Steps are done column
 * by column, so texts of one column follow each other. */
static int64_t next_column(const bmi_met *met, bmi_met_kind kind, int64_t *at, const char **column, entry *of)
{
    bmi_met_kind is;
    const char *name, *text;
    int64_t n = 0, count;
    for (; bmi_met_at(met, *at, &is, &name, &text, &count); (*at)++) {
        if (is != kind) continue;
        if (n && strcmp(name, *column)) break;
        *column = name;
        of[n] = (entry){ text, count, n };
        n++;
    }
    qsort(of, (size_t)n, sizeof *of, by_count);
    return n;
}

static void put_column(json_t *list, const char *what, const char *column, const entry *of, int64_t n)
{
    json_t *texts = json_object();
    int64_t cells = 0;
    for (int64_t i = 0; i < n; i++) {
        if (i < JSON_TEXTS) json_object_set_new(texts, of[i].text, json_integer((json_int_t)of[i].count));
        cells += of[i].count;
    }
    json_array_append_new(
        list, json_pack("{s:s, s:s, s:I, s:o}", "column", column, "what", what, "cells", (json_int_t)cells, "values", texts));
}

/* A text for a message, with characters that nobody sees or that look like a blank by their number: "12<U+00A0>". */
static const char *visible(char into[ROOM], const char *text)
{
    static const struct {
        const char *bytes, *name;
    } hidden[] = { { "\xc2\xa0", "<U+00A0>" },
                   { "\xe2\x80\x8b", "<U+200B>" },
                   { "\xe2\x80\x89", "<U+2009>" },
                   { "\xe2\x80\xaf", "<U+202F>" },
                   { "\xef\xbb\xbf", "<U+FEFF>" } };
    char cell[4 * CELL + 4];
    *into = 0;
    for (const char *at = cli_cell(cell, text, CELL); *at;) {
        size_t k = 0;
        while (k < BMI_COUNT(hidden) && strncmp(at, hidden[k].bytes, strlen(hidden[k].bytes))) k++;
        if (k < BMI_COUNT(hidden)) cli_append(into, ROOM, "%s", hidden[k].name);
        else cli_append(into, ROOM, "%c", *at);
        at += k < BMI_COUNT(hidden) ? strlen(hidden[k].bytes) : 1;
    }
    return into;
}

/* ": store "Paris" (5), "Lyon" (1) and 3 others; city "Rome" (1)" of the cells of a kind, and their number. */
static int64_t name_cells(const bmi_met *met, bmi_met_kind kind, char into[WHICH], json_t *list)
{
    static const char *const what[] = { "unseen", "rare", "no number", "no date", "either date" };
    char name[4 * CELL + 4], text[ROOM], number[32];
    const char *column = NULL;
    int64_t at = 0, n, cells = 0, columns = 0;
    entry *of = malloc(((size_t)met->cells.count + 1) * sizeof *of);
    *into = 0;
    while (of && (n = next_column(met, kind, &at, &column, of))) {
        put_column(list, what[kind], column, of, n);
        for (int64_t i = 0; i < n; i++) cells += of[i].count;
        if (columns++ >= COLUMNS) continue;
        cli_append(into, WHICH, "%s%s", columns > 1 ? "; " : ": ", cli_cell(name, column, CELL));
        for (int64_t i = 0; i < n && i < TEXTS; i++)
            cli_append(into, WHICH, "%s \"%s\" (%s)", i ? "," : "", visible(text, of[i].text), cli_count(number, of[i].count));
        if (n > TEXTS) cli_append(into, WHICH, " and %s", cli_plural(text, n - TEXTS, "other", "others"));
    }
    if (columns > COLUMNS)
        cli_append(into, WHICH, "; and in %s more", cli_plural(text, columns - COLUMNS, "column", "columns"));
    free(of);
    return cells;
}

/* Which row of the input a row of the table is, from 1: rows that could not be read count. */
static int64_t row_number(const bm_table *t, int64_t row)
{
    int64_t skipped = 0;
    while (skipped < bm_table_skipped(t) && bm_table_skipped_at(t, skipped) <= row) skipped++;
    return row + skipped + 1;
}

json_t *cli_say_counts(cli *c, const bmi_met *met, const bm_table *t, const char *part)
{
    json_t *columns = json_array();
    char cells[64], which[WHICH], row[32], of[40] = "";
    if (part) snprintf(of, sizeof of, "%s: ", part);
    if (met->missing)
        cli_warn(c, "%s%s missing and filled as in training", of, cli_plural(cells, met->missing, "cell was", "cells were"));
    int64_t count = name_cells(met, BMI_MET_UNSEEN, which, columns);
    if (count)
        cli_warn(c, "%s%s a category that was not there in training%s", of, cli_plural(cells, count, "cell has", "cells have"),
                 which);
    count = name_cells(met, BMI_MET_RARE, which, columns);
    if (count)
        cli_warn(c, "%s%s a category that was too rare in training for a column of its own%s", of,
                 cli_plural(cells, count, "cell has", "cells have"), which);
    count = name_cells(met, BMI_MET_NO_NUMBER, which, columns);
    if (count)
        cli_warn(c, "%s%s no number where training had numbers and taken as missing%s", of,
                 cli_plural(cells, count, "cell is", "cells are"), which);
    count = name_cells(met, BMI_MET_NO_DATE, which, columns);
    if (count)
        cli_warn(c, "%s%s no date where training had dates and taken as missing%s", of,
                 cli_plural(cells, count, "cell is", "cells are"), which);
    count = name_cells(met, BMI_MET_EITHER_DATE, which, columns);
    if (count)
        cli_warn(c,
                 "%s%s a date whose day and month may be either way round, and no row tells; the month was taken to be first%s",
                 of, cli_plural(cells, count, "cell has", "cells have"), which);
    if (met->empty_rows) cli_count(row, row_number(t, met->first_empty));
    if (met->empty_rows == 1 && bm_table_rows(t) + bm_table_skipped(t) == 1)
        cli_warn(c, "%sthe row is empty in all columns of the model: its prediction rests on fillings", of);
    else if (met->empty_rows == 1)
        cli_warn(c, "%srow %s is empty in all columns of the model: its prediction rests on fillings", of, row);
    else if (met->empty_rows)
        cli_warn(c, "%s%s are empty in all columns of the model, the first of them row %s: their predictions rest on fillings",
                 of, cli_plural(cells, met->empty_rows, "row", "rows"), row);
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:o}", "missing", (json_int_t)met->missing, "unseen", (json_int_t)met->unseen,
                     "rare", (json_int_t)met->rare, "unreadable", (json_int_t)met->unreadable, "empty_rows",
                     (json_int_t)met->empty_rows, "columns", columns);
}

json_t *cli_say_met(cli *c, const bm_recipe *r, const bm_table *t, const char *part)
{
    bmi_error e = { 0 };
    bmi_met met = { 0 };
    json_t *counts = NULL;
    bool *usable = malloc((size_t)bm_table_rows(t) + 1);
    if (!usable) bmi_fail_memory(&e, BM_HERE, (size_t)bm_table_rows(t), "the rows of a table");
    else if (!bmi_recipe_usable(&e, r, t, usable, &met, BM_HERE)) counts = cli_say_counts(c, &met, t, part);
    bmi_met_end(&met);
    free(usable);
    if (e.status) cli_fail_recipe(c, r, t, &e);
    return counts;
}

void cli_say_counted(cli *c, const int64_t counts[4])
{
    static const char *const what[] = { "missing", "unseen", "rare", "unreadable" }, *const says[] = {
        "missing and filled as in training", "of a category that was not there in training",
        "of a category that was too rare in training for a column of its own",
        "no number or date where training had them and taken as missing"
    };
    json_t *all = json_object();
    char cells[64];
    for (int i = 0; i < 4; i++) {
        json_object_set_new(all, what[i], json_integer((json_int_t)counts[i]));
        if (counts[i]) cli_warn(c, "%s %s", cli_plural(cells, counts[i], "cell was", "cells were"), says[i]);
    }
    cli_put(c, "counts", all);
}
