// SPDX-License-Identifier: Apache-2.0
/* One-hot: a column per category of the training rows, in order of value, and one more for cells that are missing or of a
 * category not seen in training (both are counted). The new columns are called column=category, the last one column=?.
 *
 * Of a text with more than 100 categories the 100 most frequent are kept, those of one row left out; the others share the last column, which
 * is noted. The setting is another number than 100, for numbers too, or "all". */
#include "data/step.h"
#include "base/text.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 10000, USUAL = 100 };

typedef struct category {
    const char *text; /* null of numbers */
    double number;
    int64_t rows;
} category;

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
    return bmi_fail_memory(how->error, how->here, 1024, "the categories of a column");
}

/* How many categories are kept; 0: the setting is wrong. */
static int64_t most_of(const char *with, bool text)
{
    int64_t most;
    if (!with) return text ? USUAL : MOST;
    if (!strcmp(with, "all")) return MOST;
    return bmi_read_int(with, strlen(with), &most) && most > 0 && most <= MOST ? most : 0;
}

static bool setting(const char *with)
{
    return most_of(with, true) > 0;
}

static int by_value(const void *a, const void *b)
{
    const category *x = a, *y = b;
    return x->text ? strcmp(x->text, y->text) : compare_numbers(&x->number, &y->number);
}

static int by_rows(const void *a, const void *b)
{
    const category *x = a, *y = b;
    return x->rows != y->rows ? (x->rows < y->rows ? 1 : -1) : by_value(a, b);
}

/* The most frequent of n categories go to the front; their number. */
static size_t keep_frequent(category *all, size_t n, size_t most)
{
    size_t kept = 0;
    if (n <= most) return n;
    qsort(all, n, sizeof *all, by_rows);
    while (kept < most && all[kept].rows > 1) kept++;
    return kept ? kept : most;
}

static bm_status note_rest(const bmi_step_fit *how, const bmi_frame *f, const bmi_step_column *state, size_t n, size_t kept,
                           int64_t rows)
{
    return bmi_notes_add(f->context, how->notes,
                         "! %s has %zu different texts: the %zu most frequent are categories, the others (%" PRId64
                         " rows) are one; drop it, or set one_hot to a number of categories or all",
                         state->name, n, kept, rows)
               ? BM_OK
               : no_memory(how);
}

/* Keeps the frequent ones of n categories, in order of value, as the state of a column. */
static bm_status settle(const bmi_step_fit *how, const bmi_frame *f, category *all, size_t n, bool text, bmi_step_column *state)
{
    const size_t most = (size_t)most_of(how->with, text);
    if (n > MOST && most == MOST) return too_many(how, state->name);
    const size_t kept = keep_frequent(all, n, most);
    int64_t rest = 0;
    for (size_t i = kept; i < n; i++) rest += all[i].rows;
    if (kept < n && !how->with && note_rest(how, f, state, n, kept, rest)) return how->error->status;
    qsort(all, kept, sizeof *all, by_value);
    state->texts = bmi_arena_alloc(how->arena, kept + 1, sizeof *state->texts);
    if (!text) state->numbers = bmi_arena_alloc(how->arena, kept + 1, sizeof *state->numbers);
    if (!state->texts || (!text && !state->numbers)) return no_memory(how);
    for (size_t i = 0; i < kept; i++) {
        char number[32];
        if (!text) bmi_write_real(number, all[i].number);
        const char *copy = bmi_arena_text(how->arena, text ? all[i].text : number);
        if (!copy) return no_memory(how);
        if (!text) state->numbers[state->n_numbers++] = all[i].number;
        state->texts[state->n_texts++] = copy;
    }
    return BM_OK;
}

/* Texts that occur in the rows. */
static bm_status fit_text(const bmi_step_fit *how, const bmi_frame *f, const bmi_frame_column *c, bmi_step_column *state)
{
    const size_t room = (size_t)c->dictionary->count;
    category *all = bmi_alloc(f->context, room, sizeof *all);
    if (!all) return no_memory(how);
    size_t n = 0;
    for (int64_t i = 0; i < f->rows; i++)
        if (c->codes[i] >= 0) all[c->codes[i]].rows++;
    for (size_t code = 0; code < room; code++)
        if (all[code].rows) {
            all[n].rows = all[code].rows;
            all[n++].text = bmi_dictionary_text(c->dictionary, (int32_t)code, NULL);
        }
    const bm_status st = settle(how, f, all, n, true, state);
    bmi_release(f->context, all, room, sizeof *all);
    return st;
}

/* Numbers that occur in the rows, with their texts. */
static bm_status fit_numbers(const bmi_step_fit *how, const bmi_frame *f, const bmi_frame_column *c, bmi_step_column *state)
{
    category *all = bmi_alloc_raw(f->context, (size_t)f->rows, sizeof *all);
    if (!all) return no_memory(how);
    size_t n = 0, distinct = 0;
    for (int64_t i = 0; i < f->rows; i++)
        if (!isnan(c->numbers[i])) all[n++] = (category){ .number = c->numbers[i] + 0., .rows = 1 };
    qsort(all, n, sizeof *all, by_value);
    for (size_t i = 0; i < n; i++)
        if (!distinct || all[i].number != all[distinct - 1].number) all[distinct++] = all[i];
        else all[distinct - 1].rows++;
    const bm_status st = settle(how, f, all, distinct, false, state);
    bmi_release(f->context, all, (size_t)f->rows, sizeof *all);
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
    size_t first = 0;
    bool fine = (!text || map) && bmi_frame_replace(f, at, s->n_texts + 1, &first, &old);
    const size_t map_count = text && map ? (size_t)(fine ? old.dictionary->count : f->columns[at].dictionary->count) : 0;
    if (fine) fine = name_columns(f, first, s);
    for (size_t k = 0; fine && k <= s->n_texts; k++) memset(f->columns[first + k].numbers, 0, (size_t)f->rows * sizeof(double));
    for (int64_t i = 0; fine && i < f->rows; i++) {
        const bool missing = text ? old.codes[i] < 0 : isnan(old.numbers[i]);
        size_t k = s->n_texts;
        if (!missing) k = text ? map[old.codes[i]] : category_of_number(s, old.numbers[i] + 0.);
        f->counted.missing += missing;
        f->columns[first + k].numbers[i] = 1;
        if (missing || k < s->n_texts) continue;
        char number[32];
        f->counted.unseen++;
        if (!text) bmi_write_real(number, old.numbers[i]);
        bmi_met_add(f->met, BMI_MET_UNSEEN, s->name, text ? bmi_dictionary_text(old.dictionary, old.codes[i], NULL) : number);
    }
    bmi_release(f->context, map, map_count, sizeof *map);
    bmi_frame_column_end(f, &old);
    return fine ? BM_OK : bmi_fail_memory(e, here, (size_t)f->rows * 8, "the categories of a column");
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
                                       .setting = setting,
                                       .takes = takes,
                                       .takes_what = "text or numbers",
                                       .fit = fit,
                                       .apply = apply,
                                       .lawful = lawful };
const bmi_kind bmi_kinds_step_one_hot[] = { { "step", "one_hot", &one_hot }, { 0 } };
