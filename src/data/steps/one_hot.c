// SPDX-License-Identifier: Apache-2.0
/* One-hot: a column per category of the training rows, in order of value, and one more for cells that are missing or of a category not
 * seen in training (both are counted). The new columns are called column=category, the last one column=?.
 *
 * Of a text with more than 100 categories the 100 most frequent are kept, those of one row left out; the others, rare ones, share the
 * last column, which is noted; the 10,000 most frequent are remembered, so that they are told from those that training had not. The
 * setting is another number than 100, for numbers too, or "all". A row is as many as it weighs.
 *
 * Of text the state has the texts of the kept categories, then of the rare ones, and where there are some `numbers` is how many are kept;
 * of numbers it has those of the kept categories, then of the rare ones, and the texts of the kept ones. */
#include "data/step.h"
#include "base/text.h"
#include "data/order.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 10000, USUAL = 100 };

typedef struct category {
    double number;
    const char *text; /* null of numbers */
    int64_t rows;
    double weight; /* of the rows */
} category;

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return f->columns[column].text || (chosen && !f->columns[column].indicator);
}

static bm_status too_many(const bmi_step_how *how, const char *name)
{
    return bmi_fail(how->error, BM_E_DATA, how->here,
                    "one_hot: column \"%.100s\" has more than %d categories; drop it, or group them", name, MOST);
}

static bm_status no_memory(const bmi_step_how *how)
{
    return bmi_fail_memory(how->error, how->here, 1024, "the categories of a column");
}

/* How many categories are kept. */
static int64_t most_of(const bm_step_one_hot_options *o, bool text)
{
    return o->most > 0 ? o->most : text ? USUAL : MOST;
}

static bool shorthand(const char *text, void *options, bmi_arena *arena)
{
    (void)arena;
    if (strcmp(text, "all")) return false;
    ((bm_step_one_hot_options *)options)->most = MOST;
    return true;
}

static const bmi_field fields[] = {
    BMI_INT_FIELD(bm_step_one_hot_options, most, 1, MOST, -1,
                  "categories with a column; default 100 of a text, else all (10,000)"),
    { 0 },
};

static int by_value(const void *a, const void *b)
{
    const category *x = a, *y = b;
    return x->text ? strcmp(x->text, y->text) : bmi_by_number(x, y);
}

static bool is_single(const category *c)
{
    return c->rows == 1 && c->weight <= 1;
}

/* The most frequent first, those of one row last. */
static int by_rows(const void *a, const void *b)
{
    const category *x = a, *y = b;
    if (is_single(x) != is_single(y)) return is_single(x) ? 1 : -1;
    return x->weight != y->weight ? (x->weight < y->weight ? 1 : -1) : by_value(a, b);
}

/* The most frequent of n categories go to the front; their number. */
static size_t keep_frequent(category *all, size_t n, size_t most)
{
    size_t kept = 0;
    if (n <= most) return n;
    qsort(all, n, sizeof *all, by_rows);
    while (kept < most && !is_single(&all[kept])) kept++;
    return kept ? kept : most;
}

static bm_status note_rest(const bmi_step_how *how, const bmi_frame *f, const bmi_step_column *state, size_t n, size_t kept,
                           int64_t rows)
{
    return bmi_notes_add(f->context, how->notes,
                         "! %s has %zu different texts: the %zu most frequent are categories, the others (%" PRId64
                         " rows) are one; drop it, or set one_hot to a number of categories or all",
                         state->name, n, kept, rows)
               ? BM_OK
               : no_memory(how);
}

/* The texts of categories into the state; false when there is no memory. */
static bool keep_texts(const bmi_step_how *how, const category *all, size_t n, bmi_step_column *state)
{
    state->texts = bmi_arena_alloc(how->arena, n + 1, sizeof *state->texts);
    for (size_t i = 0; state->texts && i < n; i++) {
        char number[32];
        if (!all[i].text) bmi_write_real(number, all[i].number);
        if (!(state->texts[i] = bmi_arena_text(how->arena, all[i].text ? all[i].text : number))) return false;
        state->n_texts++;
    }
    return state->texts;
}

/* Keeps the frequent ones of n categories, in order of value, as the state of a column. */
static bm_status settle(const bmi_step_how *how, const bmi_frame *f, category *all, size_t n, bool text, bmi_step_column *state)
{
    const size_t most = (size_t)most_of(how->options, text);
    if (n > MOST && most == MOST) return too_many(how, state->name);
    const size_t kept = keep_frequent(all, n, most), known = n < MOST ? n : MOST;
    int64_t rest = 0;
    for (size_t i = kept; i < n; i++) rest += all[i].rows;
    if (kept < n && ((const bm_step_one_hot_options *)how->options)->most < 0 && note_rest(how, f, state, n, kept, rest))
        return how->error->status;
    qsort(all, kept, sizeof *all, by_value);
    qsort(all + kept, known - kept, sizeof *all, by_value);
    state->numbers = bmi_arena_alloc(how->arena, text ? 1 : known + 1, sizeof *state->numbers);
    if (!state->numbers || !keep_texts(how, all, text ? known : kept, state)) return no_memory(how);
    state->n_numbers = text ? known > kept : known;
    if (text) state->numbers[0] = (double)kept;
    for (size_t i = 0; !text && i < known; i++) state->numbers[i] = all[i].number;
    return BM_OK;
}

/* Texts that occur in the rows. */
static bm_status fit_text(const bmi_step_how *how, const bmi_frame *f, const bmi_frame_column *c, bmi_step_column *state)
{
    const size_t room = (size_t)c->dictionary->count;
    category *all = bmi_alloc(f->context, room, sizeof *all);
    if (!all) return no_memory(how);
    size_t n = 0;
    for (int64_t i = 0; i < f->rows; i++)
        if (c->codes[i] >= 0) {
            all[c->codes[i]].rows++;
            all[c->codes[i]].weight += bmi_frame_weight(f, i);
        }
    for (size_t code = 0; code < room; code++)
        if (all[code].rows) {
            all[n] = all[code];
            all[n++].text = bmi_dictionary_text(c->dictionary, (int32_t)code, NULL);
        }
    const bm_status st = settle(how, f, all, n, true, state);
    bmi_release(f->context, all, room, sizeof *all);
    return st;
}

/* Numbers that occur in the rows, with their texts. */
static bm_status fit_numbers(const bmi_step_how *how, const bmi_frame *f, const bmi_frame_column *c, bmi_step_column *state)
{
    category *all = bmi_alloc_raw(f->context, (size_t)f->rows, sizeof *all);
    if (!all) return no_memory(how);
    size_t n = 0, distinct = 0;
    for (int64_t i = 0; i < f->rows; i++)
        if (!isnan(c->numbers[i]))
            all[n++] = (category){ .number = c->numbers[i] + 0., .rows = 1, .weight = bmi_frame_weight(f, i) };
    qsort(all, n, sizeof *all, by_value);
    for (size_t i = 0; i < n; i++)
        if (!distinct || all[i].number != all[distinct - 1].number) all[distinct++] = all[i];
        else {
            all[distinct - 1].rows++;
            all[distinct - 1].weight += all[i].weight;
        }
    const bm_status st = settle(how, f, all, distinct, false, state);
    bmi_release(f->context, all, (size_t)f->rows, sizeof *all);
    return st;
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const bmi_frame_column *c = &f->columns[column];
    return c->text ? fit_text(how, f, c, state) : fit_numbers(how, f, c, state);
}

/* Whether a state is one of text, and how many categories it has. */
static bool is_text(const bmi_step_column *s)
{
    return !s->n_numbers || s->n_numbers < s->n_texts;
}

static size_t kept_of(const bmi_step_column *s)
{
    return s->n_numbers && is_text(s) ? (size_t)s->numbers[0] : s->n_texts;
}

/* The place of a text or number among the sorted kept ones of a list, `kept` + 1 when it is among the sorted rest, else `kept`. */
static size_t find(const void *sought, const void *list, size_t size, size_t kept, size_t n,
                   int (*compare)(const void *, const void *))
{
    const char *begin = list, *found = kept ? bsearch(sought, begin, kept, size, compare) : NULL;
    if (found) return (size_t)(found - begin) / size;
    return kept + (n > kept && bsearch(sought, begin + kept * size, n - kept, size, compare));
}

static size_t category_of_text(const bmi_step_column *s, const char *text)
{
    return find(&text, s->texts, sizeof *s->texts, kept_of(s), s->n_texts, bmi_by_text);
}

static size_t category_of_number(const bmi_step_column *s, double number)
{
    return is_text(s) ? kept_of(s) : find(&number, s->numbers, sizeof *s->numbers, kept_of(s), s->n_numbers, bmi_by_number);
}

/* The category of every dictionary text, so that each is looked up once; null when there is no memory. */
static size_t *map_texts(const bmi_frame *f, const bmi_frame_column *c, const bmi_step_column *s)
{
    size_t *map = bmi_alloc_raw(f->context, (size_t)c->dictionary->count, sizeof *map);
    for (int32_t code = 0; map && code < c->dictionary->count; code++)
        map[code] = category_of_text(s, bmi_dictionary_text(c->dictionary, code, NULL));
    return map;
}

/* Names the columns of `kept` categories and the rest, all cells 0. */
static bool begin_columns(bmi_frame *f, size_t at, const bmi_step_column *s, size_t kept)
{
    bool fine = true;
    for (size_t k = 0; fine && k <= kept; k++) {
        fine = bmi_frame_name(f, at + k, s->name, "=", k < kept ? s->texts[k] : "?");
        f->columns[at + k].indicator = true;
        memset(f->columns[at + k].numbers, 0, (size_t)f->rows * sizeof(double));
    }
    return fine;
}

/* Counts a cell of a category that has no column. */
static void count(bmi_frame *f, const bmi_step_column *s, bool rare, const bmi_frame_column *c, int64_t row)
{
    char number[32];
    *(rare ? &f->counted.rare : &f->counted.unseen) += 1;
    if (!c->text) bmi_write_real(number, c->numbers[row]);
    bmi_met_add(f->met, rare ? BMI_MET_RARE : BMI_MET_UNSEEN, s->name,
                c->text ? bmi_dictionary_text(c->dictionary, c->codes[row], NULL) : number);
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, size_t at)
{
    const bool text = f->columns[at].text;
    size_t *map = text ? map_texts(f, &f->columns[at], s) : NULL;
    bmi_frame_column old = { 0 };
    size_t first = 0;
    const size_t kept = kept_of(s);
    bool fine = (!text || map) && bmi_frame_replace(f, at, kept + 1, &first, &old);
    const size_t map_count = text && map ? (size_t)(fine ? old.dictionary->count : f->columns[at].dictionary->count) : 0;
    if (fine) fine = begin_columns(f, first, s, kept);
    for (int64_t i = 0; fine && i < f->rows; i++) {
        const bool missing = text ? old.codes[i] < 0 : isnan(old.numbers[i]);
        size_t k = kept;
        if (!missing) k = text ? map[old.codes[i]] : category_of_number(s, old.numbers[i] + 0.);
        f->counted.missing += missing;
        f->columns[first + (k < kept ? k : kept)].numbers[i] = 1;
        if (!missing && k >= kept) count(f, s, k > kept, &old, i);
    }
    bmi_release(f->context, map, map_count, sizeof *map);
    bmi_frame_column_end(f, &old);
    return fine ? BM_OK : bmi_fail_memory(how->error, how->here, (size_t)f->rows * 8, "the categories of a column");
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    const bool text = is_text(s);
    if (s->n_texts > MOST || s->n_numbers > MOST) return false;
    if (text && s->n_numbers && !(s->n_numbers == 1 && s->numbers[0] >= 1 && s->numbers[0] < (double)s->n_texts)) return false;
    const size_t kept = kept_of(s), n = text ? s->n_texts : s->n_numbers;
    for (size_t i = 1; i < n; i++)
        if (i != kept && (text ? strcmp(s->texts[i - 1], s->texts[i]) >= 0 : s->numbers[i - 1] >= s->numbers[i])) return false;
    return true;
}

static const bmi_step_example examples[] = {
    { .table = "a\nx\ny\nx\n", .rows = "a\ny\nnever seen\n", .out = "a=x,a=y,a=?\n0,1,0\n0,0,1\n", .source = "by hand" },
};

static const bmi_step_kind one_hot = { .size = sizeof(bmi_step_kind),
                                       .name = "one_hot",
                                       .doc = "a column per category and one for unseen or missing",
                                       .options_size = sizeof(bm_step_one_hot_options),
                                       .fields = fields,
                                       .shorthand = shorthand,
                                       .heeds_weights = true,
                                       .examples = examples,
                                       .n_examples = BMI_COUNT(examples),
                                       .takes = takes,
                                       .takes_what = "text or numbers",
                                       .fit = fit,
                                       .apply = apply,
                                       .lawful = lawful };
const bmi_kind bmi_kinds_step_one_hot[] = { { "step", "one_hot", &one_hot }, { 0 } };
