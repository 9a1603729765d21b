// SPDX-License-Identifier: Apache-2.0
/* Ordinal: the categories of a text become 0, 1, 2 ... in the order that the setting gives, "low < middle < high" (or "low | middle |
 * high" where a text has a <), else in order of value. A training row with a text that the order does not name is an error. Cells that
 * are missing or of a category not seen in training (both are counted) get the middle one of the training rows (their lower median, each
 * row as often as it weighs), or -1, the most frequent one, or stay missing; or unseen ones are an error, and missing ones get the
 * middle. */
#include "data/step.h"
#include "base/text.h"
#include "data/order.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 10000 };

/* The next text of an order from *at on, without the blanks around it: its start and bytes. False at the end. */
static bool next_text(const char **at, char separator, const char **text, size_t *bytes)
{
    if (!*at) return false;
    const char *end = strchr(*at, separator), *stop = end ? end : *at + strlen(*at);
    *bytes = (size_t)(stop - *at);
    *text = bmi_trim(*at, bytes);
    *at = end ? end + 1 : NULL;
    return true;
}

static char separator_of(const char *with)
{
    return strchr(with, '|') ? '|' : '<';
}

/* How many texts an order names; 0 when it is wrong: one text alone, an empty one, one twice, or too many. */
static size_t count_order(const char *with)
{
    size_t n = 0, bytes, other_bytes;
    const char *text, *other;
    for (const char *at = with; next_text(&at, separator_of(with), &text, &bytes); n++) {
        if (!bytes || n == MOST) return 0;
        const char *rest = at;
        while (next_text(&rest, separator_of(with), &other, &other_bytes))
            if (bytes == other_bytes && !memcmp(text, other, bytes)) return 0;
    }
    return n > 1 ? n : 0;
}

static const char *const unseen_words[] = { [BM_ORDINAL_MIDDLE] = "middle",   [BM_ORDINAL_BELOW] = "below",
                                            [BM_ORDINAL_MISSING] = "missing", [BM_ORDINAL_MOST_FREQUENT] = "most_frequent",
                                            [BM_ORDINAL_ERROR] = "error",     NULL };

/* The text is the order itself, which may have commas and signs of equality; ",unseen=below" may stand behind it. */
static bool shorthand(const char *text, void *options, bmi_arena *arena)
{
    bm_step_ordinal_options *o = options;
    if (!strncmp(text, "order=", 6) || !strncmp(text, "unseen=", 7)) return false;
    char *order = bmi_arena_text(arena, text), *end = order ? strstr(order, ",unseen=") : NULL;
    for (int i = 0; end && unseen_words[i]; i++) {
        if (strcmp(end + 8, unseen_words[i]) != 0) continue;
        o->unseen = (bm_ordinal_unseen)i;
        *end = 0;
        break;
    }
    return (o->order = order);
}

static bm_status check(bmi_error *e, bm_place here, const void *options)
{
    const char *order = ((const bm_step_ordinal_options *)options)->order;
    return !order || count_order(order)
               ? BM_OK
               : bmi_fail(e, BM_E_ARGUMENT, here,
                          "ordinal: order is \"%.100s\"; it must be two texts at least, each once, as low < middle < high",
                          order);
}

static const bmi_field fields[] = {
    BMI_TEXT_FIELD(bm_step_ordinal_options, order, NULL, "low < middle < high; default: in order of value"),
    BMI_WORD_FIELD(bm_step_ordinal_options, unseen, unseen_words, "what unseen and missing cells become"),
    { 0 },
};

static const char *order_of(const bmi_step_how *how)
{
    return ((const bm_step_ordinal_options *)how->options)->order;
}

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    (void)chosen;
    return f->columns[column].text;
}

typedef struct place {
    const char *text;
    int64_t number;
} place;

static int by_text(const void *a, const void *b)
{
    return strcmp(((const place *)a)->text, ((const place *)b)->text);
}

/* The number of each text of a column's dictionary, -1 of those that are not among `texts`; null when there is no memory. */
static int64_t *numbers_of(const bmi_frame *f, const bmi_dictionary *dictionary, const char *const *texts, size_t n)
{
    int64_t *map = bmi_alloc_raw(f->context, (size_t)dictionary->count, sizeof *map);
    place *places = bmi_alloc_raw(f->context, n, sizeof *places);
    for (size_t i = 0; map && places && i < n; i++) places[i] = (place){ texts[i], (int64_t)i };
    if (map && places) qsort(places, n, sizeof *places, by_text);
    for (int32_t code = 0; map && places && code < dictionary->count; code++) {
        const place sought = { .text = bmi_dictionary_text(dictionary, code, NULL) };
        const place *found = bsearch(&sought, places, n, sizeof *places, by_text);
        map[code] = found ? found->number : -1;
    }
    if (!places) {
        bmi_release(f->context, map, (size_t)dictionary->count, sizeof *map);
        map = NULL;
    }
    bmi_release(f->context, places, n, sizeof *places);
    return map;
}

static bm_status no_memory(const bmi_step_how *how)
{
    return bmi_fail_memory(how->error, how->here, 1024, "the categories of a column");
}

/* The texts in the order that was given. */
static bm_status take_order(const bmi_step_how *how, bmi_step_column *state)
{
    const char *text;
    size_t bytes;
    state->texts = bmi_arena_alloc(how->arena, count_order(order_of(how)), sizeof *state->texts);
    if (!state->texts) return no_memory(how);
    for (const char *at = order_of(how); next_text(&at, separator_of(order_of(how)), &text, &bytes);) {
        char *copy = bmi_arena_alloc(how->arena, bytes + 1, 1);
        if (!copy) return no_memory(how);
        memcpy(copy, text, bytes);
        copy[bytes] = 0;
        state->texts[state->n_texts++] = copy;
    }
    return BM_OK;
}

/* The texts that occur in the rows, in order of value; rows_of: how often each text of the dictionary does. */
static bm_status find_order(const bmi_step_how *how, const bmi_frame_column *c, const double *rows_of, bmi_step_column *state)
{
    size_t n = 0;
    for (int32_t code = 0; code < c->dictionary->count; code++) n += rows_of[code] > 0;
    if (n > MOST)
        return bmi_fail(how->error, BM_E_DATA, how->here,
                        "ordinal: column \"%.100s\" has more than %d categories; drop it, or group them", state->name, MOST);
    state->texts = bmi_arena_alloc(how->arena, n + 1, sizeof *state->texts);
    if (!state->texts) return no_memory(how);
    for (int32_t code = 0; code < c->dictionary->count; code++) {
        if (!(rows_of[code] > 0)) continue;
        state->texts[state->n_texts] = bmi_arena_text(how->arena, bmi_dictionary_text(c->dictionary, code, NULL));
        if (!state->texts[state->n_texts++]) return no_memory(how);
    }
    qsort(state->texts, n, sizeof *state->texts, bmi_by_text);
    return BM_OK;
}

static bm_ordinal_unseen unseen_of(const bmi_step_how *how)
{
    return ((const bm_step_ordinal_options *)how->options)->unseen;
}

/* The first of the most frequent numbers; have: the weight of each. */
static double most_frequent(const double *have, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (have[i] > have[best]) best = i;
    return (double)best;
}

/* The lower median of the rows' numbers, or what else unseen cells get; refuses a text that has none. */
static bm_status find_middle(const bmi_step_how *how, const bmi_frame *f, const bmi_frame_column *c, const double *rows_of,
                             const bmi_step_column *state, double *middle)
{
    int64_t *map = numbers_of(f, c->dictionary, state->texts, state->n_texts);
    double all = 0, below = 0, *have = bmi_alloc(f->context, state->n_texts, sizeof *have);
    bm_status st = map && have ? BM_OK : no_memory(how);
    for (int32_t code = 0; !st && code < c->dictionary->count; code++) {
        if (rows_of[code] > 0 && map[code] < 0)
            st = bmi_fail(how->error, BM_E_DATA, how->here,
                          "ordinal: column \"%.100s\" has \"%.100s\", which the order does not name", state->name,
                          bmi_dictionary_text(c->dictionary, code, NULL));
        else if (rows_of[code] > 0) have[map[code]] += rows_of[code];
        all += rows_of[code];
    }
    *middle = 0;
    for (size_t i = 0; !st && i < state->n_texts && 2 * below < all; i++) {
        *middle = (double)i;
        below += have[i];
    }
    if (!st && unseen_of(how) == BM_ORDINAL_MOST_FREQUENT) *middle = most_frequent(have, state->n_texts);
    if (unseen_of(how) == BM_ORDINAL_BELOW) *middle = -1;
    bmi_release(f->context, map, (size_t)c->dictionary->count, sizeof *map);
    bmi_release(f->context, have, state->n_texts, sizeof *have);
    return st;
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const bmi_frame_column *c = &f->columns[column];
    const size_t room = (size_t)c->dictionary->count;
    double *rows_of = bmi_alloc(f->context, room, sizeof *rows_of);
    state->numbers = bmi_arena_alloc(how->arena, 1, sizeof *state->numbers);
    bm_status st = rows_of && state->numbers ? BM_OK : no_memory(how);
    for (int64_t i = 0; !st && i < f->rows; i++)
        if (c->codes[i] >= 0) rows_of[c->codes[i]] += bmi_frame_weight(f, i);
    if (!st) st = order_of(how) ? take_order(how, state) : find_order(how, c, rows_of, state);
    if (!st) st = find_middle(how, f, c, rows_of, state, state->numbers);
    if (!st) state->n_numbers = 1;
    bmi_release(f->context, rows_of, room, sizeof *rows_of);
    return st;
}

/* The number of a cell, counted when it is none of a category. */
static bm_status number_of(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, const bmi_frame_column *old,
                           const int64_t *map, int64_t i, double *to)
{
    const int32_t code = old->codes[i];
    const int64_t number = code < 0 ? -1 : map[code];
    *to = number >= 0 ? (double)number : unseen_of(how) == BM_ORDINAL_MISSING ? NAN : s->numbers[0];
    f->counted.missing += code < 0 && unseen_of(how) != BM_ORDINAL_MISSING;
    if (code < 0 || number >= 0) return BM_OK;
    f->counted.unseen++;
    bmi_met_add(f->met, BMI_MET_UNSEEN, s->name, bmi_dictionary_text(old->dictionary, code, NULL));
    if (unseen_of(how) != BM_ORDINAL_ERROR) return BM_OK;
    return bmi_fail(how->error, BM_E_DATA, how->here,
                    "ordinal: column \"%.100s\" has \"%.100s\" in row %" PRId64
                    " of those that it sees, which training had not; unseen=middle gives such cells the middle one",
                    s->name, bmi_dictionary_text(old->dictionary, code, NULL), i + 1);
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, size_t at)
{
    const bmi_dictionary *dictionary = f->columns[at].dictionary;
    const size_t room = (size_t)dictionary->count;
    int64_t *map = numbers_of(f, dictionary, s->texts, s->n_texts);
    char *name = map ? bmi_text_copy(f->context, s->name) : NULL;
    bmi_frame_column old = { 0 };
    size_t first = 0;
    const bool fine = name && bmi_frame_replace(f, at, 1, &first, &old);
    bm_status st = fine ? BM_OK : bmi_fail_memory(how->error, how->here, (size_t)f->rows * 8, "the categories of a column");
    for (int64_t i = 0; !st && i < f->rows; i++) st = number_of(how, s, f, &old, map, i, &f->columns[first].numbers[i]);
    if (fine) f->columns[first].name = name;
    else bmi_text_release(f->context, name);
    bmi_release(f->context, map, room, sizeof *map);
    bmi_frame_column_end(f, &old);
    return st;
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    if (s->n_numbers != 1 || s->n_texts > MOST || !(s->numbers[0] >= -1 && s->numbers[0] <= MOST)) return false;
    bool ordered = true; /* by value, as they are where no order was given: then none is there twice */
    for (size_t i = 1; i < s->n_texts; i++) ordered = ordered && strcmp(s->texts[i - 1], s->texts[i]) < 0;
    for (size_t i = 0; !ordered && i < s->n_texts; i++)
        for (size_t k = 0; k < i; k++)
            if (!strcmp(s->texts[i], s->texts[k])) return false;
    return true;
}

static const bmi_step_example examples[] = {
    { .options = "low < high", .table = "a,b\nlow,1\nhigh,2\nlow,3\n", .out = "a,b\n0,1\n1,2\n0,3\n", .source = "by hand" },
    { .table = "a,b\nx,1\nz,2\ny,3\n", .rows = "a,b\nz,0\nnever seen,0\n", .out = "a,b\n2,0\n1,0\n", .source = "by hand" },
    { .options = "low < high,unseen=below",
      .table = "a,b\nlow,1\nhigh,2\n",
      .rows = "a,b\nhigh,0\nmiddle,0\n,0\n",
      .out = "a,b\n1,0\n-1,0\n-1,0\n",
      .source = "scikit-learn OrdinalEncoder(handle_unknown=\"use_encoded_value\", unknown_value=-1)" },
    { .options = "unseen=most_frequent",
      .table = "a,b\nx,1\nz,2\nz,3\nx,3\nz,3\n",
      .rows = "a,b\nw,0\n",
      .out = "a,b\n1,0\n",
      .source = "by hand" },
    { .options = "unseen=missing",
      .table = "a,b\nx,1\nz,2\nx,3\n",
      .rows = "a,b\nw,0\n",
      .then = "impute",
      .out = "a,b\n0,0\n",
      .source = "by hand" },
};

static const bmi_step_kind ordinal = { .size = sizeof(bmi_step_kind),
                                       .name = "ordinal",
                                       .doc = "categories into 0, 1, 2 ... in order of value, or as low < middle < high says",
                                       .options_size = sizeof(bm_step_ordinal_options),
                                       .fields = fields,
                                       .shorthand = shorthand,
                                       .check = check,
                                       .examples = examples,
                                       .n_examples = BMI_COUNT(examples),
                                       .categories = true,
                                       .takes = takes,
                                       .takes_what = "text",
                                       .fit = fit,
                                       .apply = apply,
                                       .lawful = lawful };
const bmi_kind bmi_kinds_step_ordinal[] = { { "step", "ordinal", &ordinal }, { 0 } };
