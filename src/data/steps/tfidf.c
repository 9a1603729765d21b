// SPDX-License-Identifier: Apache-2.0
/* Texts as counts of their terms, and as tf-idf: a column for each term of the training rows, name=term, in order of value, with how
 * often a row has it; tf-idf multiplies that with
 *
 *     idf = log((1 + rows) / (1 + rows with the term)) + 1        plain: log(rows / rows with it) + 1
 *
 * and divides each row by its length (norm l2, or l1, the sum, or none). Terms are words of two letters at least, small, or characters,
 * and runs of `least_ngrams` to `ngrams` of them. Left out are stop words, terms of fewer than `least_rows` rows or of more than the
 * share `most_share`, and all but the `most` that come most often. Rows count as often as they weigh. Terms that training had not are
 * passed over; a text in which no term is known is counted as unseen, a missing one as missing, and both have 0 everywhere. Source:
 * Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988; scikit-learn's CountVectorizer and TfidfVectorizer. */
#include "base/text.h"
#include "data/order.h"
#include "data/step.h"
#include "data/words.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 100000 };

static const char *const analyzers[] = { [BM_TERMS_WORDS] = "word", [BM_TERMS_CHARACTERS] = "char", NULL };
static const char *const norms[] = { [BM_NORM_L2] = "l2", [BM_NORM_L1] = "l1", [BM_NORM_NONE] = "none", NULL };
#define COUNT_FIELDS                                                                                                    \
    BMI_INT_FIELD(bm_step_tfidf_options, most, 1, MOST, 1000, "terms that are kept, those that come most often"),       \
        BMI_INT_FIELD(bm_step_tfidf_options, ngrams, 1, 20, 1, "longest run of words or characters that is a term"),    \
        BMI_INT_FIELD(bm_step_tfidf_options, least_ngrams, 1, 20, 1, "shortest run"),                                   \
        BMI_WORD_FIELD(bm_step_tfidf_options, analyzer, analyzers, "what terms are made of"),                           \
        BMI_REAL_FIELD(bm_step_tfidf_options, least_rows, 0, INFINITY, 0, "terms of fewer rows are left out"),          \
        BMI_REAL_FIELD(bm_step_tfidf_options, most_share, 0, 1, 1, "terms of a larger share of the rows are left out"), \
        BMI_TEXT_FIELD(bm_step_tfidf_options, stop, NULL, "words that are left out: the+a+of"),                         \
        BMI_BOOL_FIELD(bm_step_tfidf_options, keep_case, "capital letters stay"),                                       \
        BMI_BOOL_FIELD(bm_step_tfidf_options, binary, "a term counts once in a row")
static const bmi_field count_fields[] = { COUNT_FIELDS, { 0 } };
static const bmi_field fields[] = {
    COUNT_FIELDS,
    BMI_BOOL_FIELD(bm_step_tfidf_options, sublinear, "1 + log(count) instead of the count"),
    BMI_BOOL_FIELD(bm_step_tfidf_options, plain, "idf without the 1 that is added to both numbers of rows"),
    BMI_WORD_FIELD(bm_step_tfidf_options, norm, norms, "by what a row is divided"),
    { 0 },
};

static bm_status check(bmi_error *e, bm_place here, const void *options)
{
    const bm_step_tfidf_options *o = options;
    return o->least_ngrams <= o->ngrams
               ? BM_OK
               : bmi_fail(e, BM_E_ARGUMENT, here, "least_ngrams is %d and ngrams %d; it must not be above",
                          (int)o->least_ngrams, (int)o->ngrams);
}

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return chosen && f->columns[column].text;
}

/* The terms of the training rows: in how many rows each is, how often it comes, and in which text it was last met. */
typedef struct term {
    const char *text;
    double rows, times;
    int32_t last;
} term;
typedef struct terms {
    bmi_dictionary all;
    term *at;
    size_t capacity;
} terms;

static bool add_text(terms *t, bmi_units *u, const bm_step_tfidf_options *o, const char *text, int32_t code, double weight)
{
    if (!bmi_units_read(u, text, o->analyzer == BM_TERMS_CHARACTERS, o->keep_case, o->stop)) return false;
    for (size_t n = (size_t)o->least_ngrams; n <= (size_t)o->ngrams; n++)
        for (size_t i = 0; i + n <= u->n; i++) {
            const int32_t before = t->all.count;
            const int32_t k = bmi_dictionary_add(&t->all, u->at + u->begin[i], u->end[i + n - 1] - u->begin[i]);
            if (k < 0 || !bmi_grow(u->context, (void **)&t->at, &t->capacity, (size_t)t->all.count, sizeof *t->at))
                return false;
            if (k == before) t->at[k] = (term){ .last = -1 };
            const bool first = t->at[k].last != code;
            t->at[k].last = code;
            if (first) t->at[k].rows += weight;
            if (first || !o->binary) t->at[k].times += weight;
        }
    return true;
}

/* The rows of each text of a column's dictionary, by weight; null when there is no memory. */
static double *weigh(const bmi_frame *f, const bmi_frame_column *c)
{
    double *weight = bmi_alloc(f->context, (size_t)c->dictionary->count, sizeof *weight);
    for (int64_t i = 0; weight && i < f->rows; i++)
        if (c->codes[i] >= 0) weight[c->codes[i]] += bmi_frame_weight(f, i);
    return weight;
}

static int by_times(const void *a, const void *b)
{
    const term *x = a, *y = b;
    return x->times != y->times ? (x->times < y->times ? 1 : -1) : strcmp(x->text, y->text);
}
static int by_text(const void *a, const void *b)
{
    return strcmp(((const term *)a)->text, ((const term *)b)->text);
}

/* Keeps the terms that are asked for as the state: texts, and their idf where `idf` says so. */
static bm_status keep(const bmi_step_how *how, const bmi_frame *f, terms *t, bool idf, bmi_step_column *state)
{
    const bm_step_tfidf_options *o = how->options;
    double rows = 0;
    size_t n = 0;
    for (int64_t i = 0; i < f->rows; i++) rows += bmi_frame_weight(f, i);
    for (int32_t k = 0; k < t->all.count; k++) {
        if (t->at[k].rows < o->least_rows || t->at[k].rows > o->most_share * rows) continue;
        t->at[n] = t->at[k];
        t->at[n++].text = bmi_dictionary_text(&t->all, k, NULL);
    }
    const size_t kept = n < (size_t)o->most ? n : (size_t)o->most;
    if (kept < n) qsort(t->at, n, sizeof *t->at, by_times);
    if (kept) qsort(t->at, kept, sizeof *t->at, by_text);
    const bool fine = kept < n ? bmi_notes_add(f->context, how->notes, "%s: the %zu most frequent of %zu terms are kept",
                                               state->name, kept, n)
                      : kept   ? true
                               : bmi_notes_add(f->context, how->notes, "! %s: no term is left", state->name);
    if (!fine || !bmi_step_texts(how, state, kept) || !bmi_step_numbers(how, state, idf ? kept : 0))
        return bmi_step_no_memory(how, 100);
    for (size_t k = 0; k < kept; k++) {
        if (!(state->texts[k] = bmi_arena_text(how->arena, t->at[k].text))) return bmi_step_no_memory(how, 64);
        if (idf) state->numbers[k] = log((rows + !o->plain) / (t->at[k].rows + !o->plain)) + 1;
    }
    return BM_OK;
}

static bm_status fit_terms(const bmi_step_how *how, const bmi_frame *f, size_t column, bool idf, bmi_step_column *state)
{
    const bmi_frame_column *c = &f->columns[column];
    const size_t room = (size_t)c->dictionary->count;
    terms t = { .all = { .context = f->context } };
    bmi_units u = { .context = f->context };
    double *weight = weigh(f, c);
    bool fine = weight;
    for (int32_t code = 0; fine && code < c->dictionary->count; code++)
        if (weight[code] > 0)
            fine = add_text(&t, &u, how->options, bmi_dictionary_text(c->dictionary, code, NULL), code, weight[code]);
    const bm_status st = fine ? keep(how, f, &t, idf, state) : bmi_step_no_memory(how, room * sizeof *weight);
    bmi_release(f->context, weight, room, sizeof *weight);
    bmi_release(f->context, t.at, t.capacity, sizeof *t.at);
    bmi_dictionary_end(&t.all);
    bmi_units_end(&u);
    return st;
}

static bm_status fit_counts(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    return fit_terms(how, f, column, false, state);
}
static bm_status fit_tfidf(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    return fit_terms(how, f, column, true, state);
}

/* Counts of a row's terms into the columns from `first` on; false when there is no memory. known: whether one is among them. */
static bool count(bmi_frame *f, size_t first, const bmi_dictionary *vocabulary, bmi_units *u, const bm_step_tfidf_options *o,
                  const char *text, int64_t row, bool *known)
{
    if (!bmi_units_read(u, text, o->analyzer == BM_TERMS_CHARACTERS, o->keep_case, o->stop)) return false;
    for (size_t n = (size_t)o->least_ngrams; n <= (size_t)o->ngrams; n++)
        for (size_t i = 0; i + n <= u->n; i++) {
            const int32_t k = bmi_dictionary_find(vocabulary, u->at + u->begin[i], u->end[i + n - 1] - u->begin[i]);
            if (k < 0) continue;
            double *cell = &f->columns[first + (size_t)k].numbers[row];
            *cell = o->binary ? 1 : *cell + 1;
            *known = true;
        }
    return true;
}

/* Counts of a row become its tf-idf. */
static void weigh_row(bmi_frame *f, size_t first, const bmi_step_column *s, const bm_step_tfidf_options *o, int64_t row)
{
    double length = 0;
    for (size_t k = 0; k < s->n_texts; k++) {
        double *cell = &f->columns[first + k].numbers[row];
        if (*cell == 0) continue;
        *cell = (o->sublinear ? 1 + log(*cell) : *cell) * s->numbers[k];
        length += o->norm == BM_NORM_L2 ? *cell * *cell : fabs(*cell);
    }
    if (o->norm == BM_NORM_L2) length = sqrt(length);
    for (size_t k = 0; o->norm != BM_NORM_NONE && length > 0 && k < s->n_texts; k++)
        f->columns[first + k].numbers[row] /= length;
}

/* The columns that stand in place of the texts, all 0, and the terms as a dictionary. */
static bool begin(bmi_frame *f, size_t first, const bmi_step_column *s, bmi_dictionary *vocabulary)
{
    for (size_t k = 0; k < s->n_texts; k++) {
        if (!bmi_frame_name(f, first + k, s->name, "=", s->texts[k])) return false;
        memset(f->columns[first + k].numbers, 0, (size_t)f->rows * sizeof(double));
        if (bmi_dictionary_add(vocabulary, s->texts[k], strlen(s->texts[k])) != (int32_t)k) return false;
    }
    return true;
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, size_t at)
{
    bmi_frame_column old = { 0 };
    bmi_dictionary vocabulary = { .context = f->context };
    bmi_units u = { .context = f->context };
    size_t first = 0;
    bool fine = bmi_frame_replace(f, at, s->n_texts, &first, &old) && begin(f, first, s, &vocabulary);
    for (int64_t i = 0; fine && i < f->rows; i++) {
        const char *text = old.codes[i] < 0 ? NULL : bmi_dictionary_text(old.dictionary, old.codes[i], NULL);
        bool known = false;
        f->counted.missing += !text;
        if (text) fine = count(f, first, &vocabulary, &u, how->options, text, i, &known);
        if (s->n_numbers) weigh_row(f, first, s, how->options, i);
        if (!text || known || !s->n_texts) continue;
        f->counted.unseen++;
        bmi_met_add(f->met, BMI_MET_UNSEEN, s->name, text);
    }
    bmi_units_end(&u);
    bmi_dictionary_end(&vocabulary);
    bmi_frame_column_end(f, &old);
    return fine ? BM_OK : bmi_step_no_memory(how, s->n_texts * (size_t)f->rows * 8);
}

static bool lawful_texts(const bmi_step_column *s)
{
    for (size_t i = 1; i < s->n_texts; i++)
        if (strcmp(s->texts[i - 1], s->texts[i]) >= 0) return false;
    return s->n_texts <= MOST;
}
static bool lawful_counts(const bmi_step_column *s, const void *options)
{
    (void)options;
    return lawful_texts(s) && !s->n_numbers;
}
static bool lawful_tfidf(const bmi_step_column *s, const void *options)
{
    (void)options;
    return lawful_texts(s) && s->n_numbers == s->n_texts;
}

static const bmi_step_example count_examples[] = {
    { .columns = "t",
      .table = "t,b\nA red apple,1\nred red wine,2\n",
      .rows = "t,b\nRED wine und wine,3\n\"\",4\n",
      .out = "t=apple,t=red,t=wine,b\n0,1,2,3\n0,0,0,4\n",
      .source = "by hand: a word has two letters at least" },
    { .columns = "t",
      .options = "ngrams=2,least_ngrams=2,stop=the",
      .table = "t,b\nsee the sea,1\nSEE Sea see,1\n",
      .out = "t=sea see,t=see sea,b\n0,1,1\n1,1,1\n",
      .source = "by hand" },
};
static const bmi_step_example examples[] = {
    { .columns = "t",
      .table = "t,b\nred apple,1\nred wine,2\n",
      .rows = "t,b\nred red,5\n",
      .options = "norm=none",
      .out = "t=apple,t=red,t=wine,b\n0,2,0,5\n",
      .source = "by hand: red is in all rows, idf 1" },
};

static const char source[] = "Salton and Buckley, \"Term-weighting approaches in automatic text retrieval\", 1988";
#define COMMON                                                                            \
    .size = sizeof(bmi_step_kind), .source = source, .needs_names = true, .scales = true, \
    .options_size = sizeof(bm_step_tfidf_options), .check = check, .takes = takes, .takes_what = "text", .apply = apply
static const bmi_step_kind text_counts = { COMMON,
                                           .name = "text_counts",
                                           .doc =
                                               "how often a text has each word of the training rows, or each run of characters",
                                           .fields = count_fields,
                                           .examples = count_examples,
                                           .n_examples = BMI_COUNT(count_examples),
                                           .fit = fit_counts,
                                           .lawful = lawful_counts };
static const bmi_step_kind tfidf = {
    COMMON,           .name = "tfidf",       .doc = "counts of words, those in few texts weighing more, each row of length 1",
    .fields = fields, .examples = examples,  .n_examples = BMI_COUNT(examples),
    .fit = fit_tfidf, .lawful = lawful_tfidf
};
const bmi_kind bmi_kinds_step_tfidf[] = { { "step", "text_counts", &text_counts }, { "step", "tfidf", &tfidf }, { 0 } };
