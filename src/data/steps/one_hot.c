// SPDX-License-Identifier: Apache-2.0
/* One-hot: a column per category of the training rows, in order of value, and one more for cells that are missing or of a category not
 * seen in training (both are counted). The new columns are called column=category, the last one column=?.
 *
 * Of a text with more than 100 categories the 100 most frequent are kept, those of one row left out; the others, rare ones, share the
 * last column, which is noted; the 10,000 most frequent are remembered, so that they are told from those that training had not. The
 * setting is another number than 100, for numbers too, or "all"; categories of fewer rows than a number or a share can be joined, too. A
 * row is as many as it weighs.
 *
 * Cells that are missing or unseen may also get zeros in all columns, be refused, or count as the most frequent category; then the last
 * column is there for rare categories alone, and not without them.
 *
 * Of text the state has the texts of the kept categories, then of the rare ones, and where there are some `numbers` is how many are kept;
 * of numbers it has those of the kept categories, then of the rare ones, and the texts of the kept ones. Where the most frequent category
 * is asked for it stands behind these once more. */
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

static const char *const unseen_words[] = { [BM_UNSEEN_SLOT] = "slot",
                                            [BM_UNSEEN_IGNORE] = "ignore",
                                            [BM_UNSEEN_ERROR] = "error",
                                            [BM_UNSEEN_MOST_FREQUENT] = "most_frequent",
                                            NULL };
static const bmi_field fields[] = {
    BMI_INT_FIELD(bm_step_one_hot_options, most, 1, MOST, -1,
                  "categories with a column; default 100 of a text, else all (10,000)"),
    BMI_REAL_FIELD(bm_step_one_hot_options, least_rows, 0, INFINITY, 0, "categories of fewer rows share the last column"),
    BMI_SHARE_FIELD(bm_step_one_hot_options, least_share, 0, "the same as a share of the rows"),
    BMI_WORD_FIELD(bm_step_one_hot_options, unseen, unseen_words, "what unseen and missing cells become"),
    BMI_BOOL_FIELD(bm_step_one_hot_options, drop_first, "no column for the first category"),
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

/* Those of the `kept` first of n categories that have rows enough go to the front; their number, one at least. */
static size_t keep_large(const bm_step_one_hot_options *o, category *all, size_t n, size_t kept)
{
    double sum = 0;
    if (o->least_rows <= 0 && o->least_share <= 0) return kept;
    for (size_t i = 0; i < n; i++) sum += all[i].weight;
    qsort(all, kept, sizeof *all, by_rows);
    const double least = fmax(o->least_rows, o->least_share * sum);
    size_t large = 0;
    for (size_t i = 0; i < kept; i++) {
        if (all[i].weight < least) continue;
        const category moved = all[large];
        all[large++] = all[i];
        all[i] = moved;
    }
    return large || !kept ? large : 1;
}

/* The most frequent of n > 0 categories in order of value. */
static const category *most_frequent(const category *all, size_t n)
{
    const category *best = all;
    for (size_t i = 1; i < n; i++)
        if (all[i].weight > best->weight) best = &all[i];
    return best;
}

/* Whether the most frequent category stands behind the others once more. */
static bool keeps_one(const bm_step_one_hot_options *o)
{
    return o->unseen == BM_UNSEEN_MOST_FREQUENT;
}

static bm_status note_rest(const bmi_step_how *how, const bmi_frame *f, const bmi_step_column *state, size_t n, size_t kept,
                           int64_t rows)
{
    return bmi_notes_add_as(BMI_ADVICE_CATEGORIES, f->context, how->notes,
                            "! %s has %zu different texts: the %zu most frequent are categories, the others (%" PRId64
                            " rows) are one; \001drop it, or set one_hot to a number of categories or all\002",
                            state->name, n, kept, rows)
               ? BM_OK
               : no_memory(how);
}

/* The texts of categories into the state, that of `again` behind them where it is not null; false when there is no memory. */
static bool keep_texts(const bmi_step_how *how, const category *all, size_t n, const category *again, bmi_step_column *state)
{
    state->texts = bmi_arena_alloc(how->arena, n + 1, sizeof *state->texts);
    if (state->texts && again && !(state->texts[n] = bmi_arena_text(how->arena, again->text))) return false;
    for (size_t i = 0; state->texts && i < n; i++) {
        char number[32];
        if (!all[i].text) bmi_write_real(number, all[i].number);
        if (!(state->texts[i] = bmi_arena_text(how->arena, all[i].text ? all[i].text : number))) return false;
        state->n_texts++;
    }
    state->n_texts += state->texts && again;
    return state->texts;
}

/* Keeps the frequent ones of n categories, in order of value, as the state of a column. */
static bm_status settle(const bmi_step_how *how, const bmi_frame *f, category *all, size_t n, bool text, bmi_step_column *state)
{
    const bm_step_one_hot_options *o = how->options;
    const size_t most = (size_t)most_of(o, text);
    if (n > MOST && most == MOST) return too_many(how, state->name);
    const size_t frequent = keep_frequent(all, n, most), kept = keep_large(o, all, n, frequent), known = n < MOST ? n : MOST;
    int64_t rest = 0;
    for (size_t i = kept; i < n; i++) rest += all[i].rows;
    if (frequent < n && o->most < 0 && note_rest(how, f, state, n, kept, rest)) return how->error->status;
    qsort(all, kept, sizeof *all, by_value);
    qsort(all + kept, known - kept, sizeof *all, by_value);
    const category *again = keeps_one(o) && n ? most_frequent(all, kept) : NULL;
    state->numbers = bmi_arena_alloc(how->arena, text ? 1 : known + 1, sizeof *state->numbers);
    if (!state->numbers || !keep_texts(how, all, text ? known : kept, text ? again : NULL, state)) return no_memory(how);
    state->n_numbers = text ? known > kept : known + (again != NULL);
    if (text) state->numbers[0] = (double)kept;
    for (size_t i = 0; !text && i < known; i++) state->numbers[i] = all[i].number;
    if (!text && again) state->numbers[known] = again->number;
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

/* Whether a state is one of text; how many categories are known, how many of them have columns. */
static bool is_text(const bmi_step_column *s)
{
    return !s->n_numbers || s->n_numbers < s->n_texts;
}

static size_t known_of(const bmi_step_column *s, const bm_step_one_hot_options *o)
{
    const size_t n = is_text(s) ? s->n_texts : s->n_numbers;
    return n - (keeps_one(o) && n);
}

static size_t kept_of(const bmi_step_column *s, const bm_step_one_hot_options *o)
{
    if (!is_text(s)) return s->n_texts;
    return s->n_numbers ? (size_t)s->numbers[0] : known_of(s, o);
}

/* What is asked of each cell: the options, and what follows from the state. */
typedef struct coding {
    const bmi_step_column *s;
    const bm_step_one_hot_options *o;
    size_t kept, known, usual; /* usual: the category of unseen and missing cells; SIZE_MAX: none */
    bool slot;                 /* there is a last column for the others */
} coding;

/* The place of a text or number among the sorted kept ones of a list, `kept` + 1 when it is among the sorted rest, else `kept`. */
static size_t find(const void *sought, const void *list, size_t size, size_t kept, size_t n,
                   int (*compare)(const void *, const void *))
{
    const char *begin = list, *found = kept ? bsearch(sought, begin, kept, size, compare) : NULL;
    if (found) return (size_t)(found - begin) / size;
    return kept + (n > kept && bsearch(sought, begin + kept * size, n - kept, size, compare));
}

static size_t category_of_text(const coding *c, const char *text)
{
    return is_text(c->s) ? find(&text, c->s->texts, sizeof *c->s->texts, c->kept, c->known, bmi_by_text) : c->kept;
}

static size_t category_of_number(const coding *c, double number)
{
    return is_text(c->s) ? c->kept : find(&number, c->s->numbers, sizeof *c->s->numbers, c->kept, c->known, bmi_by_number);
}

static coding coding_of(const bmi_step_column *s, const bm_step_one_hot_options *o)
{
    coding c = { .s = s, .o = o, .kept = kept_of(s, o), .known = known_of(s, o), .usual = SIZE_MAX };
    c.slot = o->unseen == BM_UNSEEN_SLOT || c.known > c.kept;
    if (keeps_one(o) && c.known)
        c.usual = is_text(s) ? category_of_text(&c, s->texts[c.known]) : category_of_number(&c, s->numbers[c.known]);
    return c;
}

/* The category of every dictionary text, so that each is looked up once; null when there is no memory. */
static size_t *map_texts(const bmi_frame *f, const bmi_frame_column *column, const coding *c)
{
    size_t *map = bmi_alloc_raw(f->context, (size_t)column->dictionary->count, sizeof *map);
    for (int32_t code = 0; map && code < column->dictionary->count; code++)
        map[code] = category_of_text(c, bmi_dictionary_text(column->dictionary, code, NULL));
    return map;
}

/* The columns that are made: those of the kept categories, without the first where it is dropped, and the last one. */
static size_t columns_of(const coding *c)
{
    return c->kept - (c->o->drop_first && c->kept) + c->slot;
}

/* Names them. */
static bool begin_columns(bmi_frame *f, size_t at, const coding *c)
{
    const size_t n = columns_of(c), first = c->o->drop_first && c->kept;
    bool fine = true;
    for (size_t k = 0; fine && k < n; k++) {
        fine = bmi_frame_name(f, at + k, c->s->name, "=", k + first < c->kept ? c->s->texts[k + first] : "?");
        f->columns[at + k].indicator = true;
    }
    return fine;
}

/* Counts a cell of a category that has no column; refuses it where unseen ones are an error. */
static bm_status count(const bmi_step_how *how, bmi_frame *f, const coding *c, bool rare, const bmi_frame_column *column,
                       int64_t row)
{
    char number[32];
    if (!column->text) bmi_write_real(number, column->numbers[row]);
    const char *text = column->text ? bmi_dictionary_text(column->dictionary, column->codes[row], NULL) : number;
    *(rare ? &f->counted.rare : &f->counted.unseen) += 1;
    bmi_met_add(f->met, rare ? BMI_MET_RARE : BMI_MET_UNSEEN, c->s->name, text);
    if (rare || c->o->unseen != BM_UNSEEN_ERROR) return BM_OK;
    return bmi_fail(how->error, BM_E_DATA, how->here,
                    "one_hot: column \"%.100s\" has \"%.100s\" in row %" PRId64
                    " of those that it sees, which training had not; "
                    "unseen=ignore gives such cells zeros",
                    c->s->name, text, row + 1);
}

/* Which of the columns that are made is 1 in a row: *place, -1 for none. */
static bm_status set(const bmi_step_how *how, bmi_frame *f, const coding *c, const bmi_frame_column *old, const size_t *map,
                     int64_t i, int32_t *place)
{
    const bool missing = old->text ? old->codes[i] < 0 : isnan(old->numbers[i]);
    size_t k = c->kept;
    if (!missing) k = old->text ? map[old->codes[i]] : category_of_number(c, old->numbers[i] + 0.);
    const bool rare = !missing && k > c->kept, none = k == c->kept;
    f->counted.missing += missing;
    if (!missing && k >= c->kept && count(how, f, c, rare, old, i)) return how->error->status;
    if (none) k = c->o->unseen == BM_UNSEEN_SLOT ? c->kept : c->usual;
    else if (rare) k = c->kept;
    const size_t dropped = c->o->drop_first && c->kept;
    *place = k != SIZE_MAX && k >= dropped ? (int32_t)(k - dropped) : -1;
    return BM_OK;
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, size_t at)
{
    const coding c = coding_of(s, how->options);
    const bool text = f->columns[at].text;
    const size_t map_count = text ? (size_t)f->columns[at].dictionary->count : 0;
    size_t *map = text ? map_texts(f, &f->columns[at], &c) : NULL;
    bmi_frame_column old = { 0 };
    size_t first = 0;
    bmi_frame_category *made = NULL;
    bool fine = (!text || map) && bmi_frame_replace_with_categories(f, at, columns_of(&c), &first, &old, &made);
    if (fine) fine = begin_columns(f, first, &c);
    bm_status st = fine ? BM_OK : bmi_fail_memory(how->error, how->here, (size_t)f->rows * 8, "the categories of a column");
    for (int64_t i = 0; !st && i < f->rows; i++) {
        int32_t place = -1;
        st = set(how, f, &c, &old, map, i, &place);
        if (made && !st) made->of[i] = place;
    }
    bmi_release(f->context, map, map_count, sizeof *map);
    bmi_frame_column_end(f, &old);
    return st;
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    const bool text = is_text(s);
    if (s->n_texts > MOST + 1 || s->n_numbers > MOST + 1) return false;
    const size_t n = known_of(s, options);
    if (text && s->n_numbers && !(s->n_numbers == 1 && s->numbers[0] >= 1 && s->numbers[0] < (double)n)) return false;
    const size_t kept = kept_of(s, options);
    if (kept > n) return false;
    for (size_t i = 1; i < n; i++)
        if (i != kept && (text ? strcmp(s->texts[i - 1], s->texts[i]) >= 0 : s->numbers[i - 1] >= s->numbers[i])) return false;
    if (!keeps_one(options) || !n) return true;
    const coding c = coding_of(s, options);
    return c.usual < kept;
}

static const bmi_step_example examples[] = {
    { .options = "least_rows=2",
      .table = "a,b\nx,1\ny,1\nx,1\nz,1\n",
      .rows = "a,b\nx,2\nz,2\nw,2\n",
      .out = "a=x,a=?,b\n1,0,2\n0,1,2\n0,1,2\n",
      .source = "by hand" },
    { .options = "unseen=ignore",
      .table = "a\nx\ny\nx\n",
      .rows = "a\ny\nnever seen\n",
      .out = "a=x,a=y\n0,1\n0,0\n",
      .source = "scikit-learn OneHotEncoder(handle_unknown=\"ignore\")" },
    { .options = "unseen=most_frequent,drop_first",
      .columns = "a,b",
      .table = "a,b\nx,5\ny,7\ny,5\n",
      .rows = "a,b\nx,7\nnever seen,6\n",
      .out = "a=y,b=7\n0,1\n1,0\n",
      .source = "by hand" },
    { .table = "a\nx\ny\nx\n", .rows = "a\ny\nnever seen\n", .out = "a=x,a=y,a=?\n0,1,0\n0,0,1\n", .source = "by hand" },
};

static const bmi_step_kind one_hot = { .size = sizeof(bmi_step_kind),
                                       .name = "one_hot",
                                       .doc = "a column per category and one for unseen or missing",
                                       .options_size = sizeof(bm_step_one_hot_options),
                                       .fields = fields,
                                       .shorthand = shorthand,
                                       .examples = examples,
                                       .n_examples = BMI_COUNT(examples),
                                       .categories = true,
                                       .takes = takes,
                                       .takes_what = "text or numbers",
                                       .fit = fit,
                                       .apply = apply,
                                       .lawful = lawful };
const bmi_kind bmi_kinds_step_one_hot[] = { { "step", "one_hot", &one_hot }, { 0 } };
