// SPDX-License-Identifier: Apache-2.0
/* What in the columns that a fitted recipe uses may be a mistake, told as notes: numbers that look like marks of missing cells, and cells
 * with several answers. */
#include "base/text.h"
#include "base/threads.h"
#include "data/frame_rows.h"
#include "data/recipe.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A number that may mean a missing cell is 99, 999, -9999 ..., stands in so many cells at least, and is farther from all others than they
 * are from each other. */
enum { LEAST_NINES = 99, LEAST_MARKS = 2 };
/* Texts with answers in a list: in so many cells of all, 20 at least, parted by one of the two signs. */
enum { LEAST_LISTS = 20 };
static const char list_signs[] = ";|";

static bool is_nines(double x)
{
    double nines = LEAST_NINES;
    while (nines < fabs(x) && nines < 1e15) nines = 10 * nines + 9;
    return nines == fabs(x);
}

typedef struct ends {
    double least, most;
} ends;

/* The ends of the numbers of a column, with or without the nines. */
static ends find_ends(const bmi_column *c, bm_rows rows, int64_t n, bool nines)
{
    enum { BLOCK = 256 };
    ends of = { INFINITY, -INFINITY };
    if (nines && c->type == BM_COLUMN_REAL && !rows.at) {
        bmi_widen_ends(c->values, n, &of.least, &of.most);
        return of;
    }
    for (int64_t first = 0; first < n; first += BLOCK) {
        double x[BLOCK];
        const int64_t count = n - first < BLOCK ? n - first : BLOCK;
        bmi_column_numbers(c, rows, first, count, x);
        for (int64_t i = 0; i < count && !nines; i++)
            if (is_nines(x[i])) x[i] = NAN;
        bmi_widen_ends(x, count, &of.least, &of.most);
    }
    return of;
}

/* Cells of one value. */
static int64_t count(const bmi_column *c, bm_rows rows, int64_t n, double value)
{
    int64_t cells = 0;
    for (int64_t i = 0; i < n; i++) cells += bmi_column_number(c, bmi_row_at(rows, i)) == value;
    return cells;
}

/* Tells of the far ends of a column that are nines. */
static bool doubt_numbers(bm_recipe *r, const bmi_column *c, bm_rows rows, int64_t n, ends all)
{
    bool fine = true;
    if (!is_nines(all.least) && !is_nines(all.most)) return true;
    const ends others = find_ends(c, rows, n, false);
    const double least = others.least, most = others.most;
    for (double nines = LEAST_NINES; fine && least < most && nines < 1e15; nines = 10 * nines + 9)
        for (int sign = -1; fine && sign < 2; sign += 2) {
            const double x = sign * nines, gap = sign < 0 ? least - x : x - most;
            if (!(gap > most - least) || x < all.least || x > all.most) continue;
            const int64_t cells = count(c, rows, n, x);
            if (cells < LEAST_MARKS) continue;
            fine =
                bmi_notes_add(r->object.context, &r->notes,
                              "! %.100s is %.15g in %" PRId64 " rows, and %.6g to %.6g otherwise: if it means a missing cell, "
                              "say so when the table is read (--missing %.15g)",
                              c->name, x, cells, least, most, x);
        }
    return fine;
}

/* Whether a text is parts with a sign between them. */
static bool is_list(const char *text, char sign)
{
    const char *at = strchr(text, sign);
    return at && at > text && at[1] && !strchr(";|", at[1]);
}

static bool some_list(const bmi_column *c, char sign)
{
    for (int32_t code = 0; code < c->dictionary.count; code++)
        if (is_list(bmi_dictionary_text(&c->dictionary, code, NULL), sign)) return true;
    return false;
}

static bool doubt_texts(bm_recipe *r, const bmi_column *c, bm_rows rows, int64_t n)
{
    for (const char *sign = list_signs; *sign; sign++) {
        if (!some_list(c, *sign)) continue;
        int64_t cells = 0, lists = 0;
        const char *example = NULL;
        for (int64_t i = 0; i < n; i++) {
            const int32_t code = ((const int32_t *)c->values)[bmi_row_at(rows, i)];
            if (code < 0) continue;
            const char *text = bmi_dictionary_text(&c->dictionary, code, NULL);
            cells++;
            if (!is_list(text, *sign)) continue;
            lists++;
            if (!example) example = text;
        }
        if (lists >= LEAST_LISTS && 2 * lists > cells)
            return bmi_notes_add(r->object.context, &r->notes,
                                 "! %.100s has several answers in %" PRId64 " of %" PRId64
                                 " cells (\"%.60s\"), and every combination "
                                 "is a category of its own: make a column of true and false for each answer",
                                 c->name, lists, cells, example);
    }
    return true;
}

static bool is_number(const bmi_column *c)
{
    return c->type == BM_COLUMN_REAL || c->type == BM_COLUMN_INTEGER;
}

/* Whether a column is a feature, or a target that is a number. */
static bool is_used(const bm_recipe *r, const bmi_column *c)
{
    const bool target = r->target && !strcmp(r->target, c->name);
    return target ? r->to.task == BM_REGRESSION : bmi_recipe_input(r, c->name) != SIZE_MAX;
}

/* The ends of all columns of numbers, many at once. */
typedef struct looking {
    const bm_recipe *r;
    const bm_table *t;
    bm_rows rows;
    int64_t n;
    ends *of;
} looking;

static void look(void *arg, int part, int parts)
{
    const looking *w = arg;
    int64_t begin, end;
    bmi_slice((int64_t)w->t->n_columns, 1, part, parts, &begin, &end);
    for (int64_t k = begin; k < end; k++)
        if (is_number(&w->t->columns[k]) && is_used(w->r, &w->t->columns[k]))
            w->of[k] = find_ends(&w->t->columns[k], w->rows, w->n, true);
}

bm_status bmi_recipe_doubt(bm_recipe *r, const bm_table *t, bm_rows rows, int64_t n, bm_place here)
{
    enum { PARTS = 32 };
    looking w = { r, t, rows, n, bmi_alloc_raw(r->object.context, t->n_columns, sizeof *w.of) };
    bool fine = w.of;
    if (fine) bmi_parallel_exact(r->object.context, PARTS, look, &w);
    for (size_t k = 0; fine && k < t->n_columns; k++) {
        const bmi_column *c = &t->columns[k];
        if (!is_used(r, c)) continue;
        if (c->type == BM_COLUMN_TEXT) fine = doubt_texts(r, c, rows, n);
        else if (is_number(c)) fine = doubt_numbers(r, c, rows, n, w.of[k]);
    }
    bmi_release(r->object.context, w.of, t->n_columns, sizeof *w.of);
    return fine ? BM_OK : bmi_fail_memory(&r->object.error, here, 1000, "a note");
}
