// SPDX-License-Identifier: Apache-2.0
/* One-hot: a column per category of the training rows, in order of value, and one more for cells that are missing or of a
 * category not seen in training (both are counted). The new columns are called column=category, the last one column=?. */
#include "data/step.h"
#include "base/text.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 10000 };

static bool takes(const bmi_frame *f, size_t column, bool chosen)
{
    return f->columns[column].text || (chosen && !f->columns[column].indicator);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bm_status too_many(const bmi_step_fit *how, const char *name)
{
    return bmi_fail(how->error, BM_E_DATA, how->here,
                    "one_hot: column \"%.100s\" has more than %d categories; drop it, or group them", name, MOST);
}

static bm_status no_memory(const bmi_step_fit *how)
{
    return bmi_fail_memory(how->error, how->here, 1024, "for the categories of a column");
}

/* Texts that occur in the rows. */
static bm_status fit_text(const bmi_step_fit *how, const bmi_frame *f, const bmi_frame_column *c, bmi_step_column *state)
{
    const size_t all = (size_t)c->dictionary->count;
    bool *there = bmi_alloc(f->context, all, sizeof *there);
    bm_status st = there ? BM_OK : no_memory(how);
    size_t n = 0;
    for (int64_t i = 0; !st && i < f->rows; i++)
        if (c->codes[i] >= 0 && !there[c->codes[i]]) {
            there[c->codes[i]] = true;
            n++;
        }
    if (!st && n > MOST) st = too_many(how, state->name);
    if (!st && !(state->texts = bmi_arena_alloc(how->arena, n + 1, sizeof *state->texts))) st = no_memory(how);
    for (size_t code = 0; !st && code < all; code++) {
        if (!there[code]) continue;
        const char *text = bmi_arena_text(how->arena, bmi_dictionary_text(c->dictionary, (int32_t)code, NULL));
        if (!text) st = no_memory(how);
        else state->texts[state->n_texts++] = text;
    }
    if (!st) qsort(state->texts, n, sizeof *state->texts, compare_texts);
    bmi_release(f->context, there, all, sizeof *there);
    return st;
}

/* Numbers that occur in the rows, with their texts. */
static bm_status fit_numbers(const bmi_step_fit *how, const bmi_frame *f, const bmi_frame_column *c, bmi_step_column *state)
{
    double *sorted = bmi_alloc_raw(f->context, (size_t)f->rows, sizeof *sorted);
    if (!sorted) return no_memory(how);
    size_t n = 0, distinct = 0;
    for (int64_t i = 0; i < f->rows; i++)
        if (!isnan(c->numbers[i])) sorted[n++] = c->numbers[i] + 0.;
    qsort(sorted, n, sizeof *sorted, compare_numbers);
    for (size_t i = 0; i < n; i++)
        if (!distinct || sorted[i] != sorted[distinct - 1]) sorted[distinct++] = sorted[i];
    bm_status st = distinct > MOST ? too_many(how, state->name) : BM_OK;
    if (!st) {
        state->numbers = bmi_arena_alloc(how->arena, distinct + 1, sizeof *state->numbers);
        state->texts = bmi_arena_alloc(how->arena, distinct + 1, sizeof *state->texts);
        if (!state->numbers || !state->texts) st = no_memory(how);
    }
    for (size_t i = 0; !st && i < distinct; i++) {
        char text[32];
        bmi_write_real(text, sorted[i]);
        const char *kept = bmi_arena_text(how->arena, text);
        if (!kept) st = no_memory(how);
        else {
            state->numbers[state->n_numbers++] = sorted[i];
            state->texts[state->n_texts++] = kept;
        }
    }
    bmi_release(f->context, sorted, (size_t)f->rows, sizeof *sorted);
    return st;
}

static bm_status fit(const bmi_step_fit *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const bmi_frame_column *c = &f->columns[column];
    return c->text ? fit_text(how, f, c, state) : fit_numbers(how, f, c, state);
}

/* The category of a text or number; n_texts when it is none. */
static size_t category_of_text(const bmi_step_column *s, const char *text)
{
    const char **found = bsearch(&text, s->texts, s->n_texts, sizeof *s->texts, compare_texts);
    return found ? (size_t)(found - s->texts) : s->n_texts;
}

static size_t category_of_number(const bmi_step_column *s, double number)
{
    const double *found = bsearch(&number, s->numbers, s->n_numbers, sizeof *s->numbers, compare_numbers);
    return found ? (size_t)(found - s->numbers) : s->n_texts;
}

/* The category of every dictionary text, so that each is looked up once; null when there is no memory. */
static size_t *map_texts(const bmi_frame *f, const bmi_frame_column *c, const bmi_step_column *s)
{
    size_t *map = bmi_alloc_raw(f->context, (size_t)c->dictionary->count, sizeof *map);
    for (int32_t code = 0; map && code < c->dictionary->count; code++)
        map[code] = category_of_text(s, bmi_dictionary_text(c->dictionary, code, NULL));
    return map;
}

static bool name_columns(bmi_frame *f, size_t at, const bmi_step_column *s)
{
    for (size_t k = 0; k <= s->n_texts; k++) {
        bmi_text name = { .context = f->context };
        bmi_text_add(&name, "%s=%s", s->name, k < s->n_texts ? s->texts[k] : "?");
        f->columns[at + k].name = name.failed ? NULL : bmi_text_copy(f->context, name.at);
        f->columns[at + k].indicator = true;
        bmi_text_end(&name);
        if (!f->columns[at + k].name) return false;
    }
    return true;
}

static bm_status apply(bmi_error *e, bm_place here, const bmi_step_column *s, bmi_frame *f, size_t at)
{
    const bool text = f->columns[at].text;
    size_t *map = text ? map_texts(f, &f->columns[at], s) : NULL;
    bmi_frame_column old = { 0 };
    bool fine = (!text || map) && bmi_frame_replace(f, at, s->n_texts + 1, &old);
    const size_t map_count = text && map ? (size_t)(fine ? old.dictionary->count : f->columns[at].dictionary->count) : 0;
    if (fine) fine = name_columns(f, at, s);
    for (size_t k = 0; fine && k <= s->n_texts; k++) memset(f->columns[at + k].numbers, 0, (size_t)f->rows * sizeof(double));
    for (int64_t i = 0; fine && i < f->rows; i++) {
        const bool missing = text ? old.codes[i] < 0 : isnan(old.numbers[i]);
        size_t k = s->n_texts;
        if (!missing) k = text ? map[old.codes[i]] : category_of_number(s, old.numbers[i] + 0.);
        f->counted.missing += missing;
        f->counted.unseen += !missing && k == s->n_texts;
        f->columns[at + k].numbers[i] = 1;
    }
    bmi_release(f->context, map, map_count, sizeof *map);
    bmi_frame_column_end(f, &old);
    return fine ? BM_OK : bmi_fail_memory(e, here, (size_t)f->rows * 8, "for the categories of a column");
}

static bool lawful(const bmi_step_column *s)
{
    if ((s->n_numbers && s->n_numbers != s->n_texts) || s->n_texts > MOST) return false;
    for (size_t i = 1; i < s->n_texts; i++)
        if (s->n_numbers ? s->numbers[i - 1] >= s->numbers[i] : strcmp(s->texts[i - 1], s->texts[i]) >= 0) return false;
    return true;
}

static const bmi_step_kind one_hot = { .name = "one_hot",
                                       .doc = "a column per category and one for unseen or missing",
                                       .takes = takes,
                                       .takes_what = "text or numbers",
                                       .fit = fit,
                                       .apply = apply,
                                       .lawful = lawful };
const bmi_kind bmi_kinds_step_one_hot[] = { { "step", "one_hot", &one_hot }, { 0 } };
