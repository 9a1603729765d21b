// SPDX-License-Identifier: Apache-2.0
/* Sorting tables. Each key becomes a whole number of as few bits as its values need (the place of a text among all texts, an integer
 * less the least one, a real's bits in an order of unsigned numbers), the largest being a missing cell; neighbouring keys that fit 64
 * bits together are sorted as one, the last ones first.
 */
#include "base/context.h"
#include "data/order.h"
#include "data/table_work.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct ranked {
    const char *text;
    int32_t code;
} ranked;

uint32_t *bmi_text_ranks(bm_context *context, const bmi_dictionary *d)
{
    const size_t n = (size_t)d->count;
    ranked *texts = bmi_alloc_raw(context, n, sizeof *texts);
    uint32_t *ranks = texts ? bmi_alloc_raw(context, n, sizeof *ranks) : NULL;
    if (ranks) {
        for (int32_t k = 0; k < d->count; k++) texts[k] = (ranked){ bmi_dictionary_text(d, k, NULL), k };
        qsort(texts, n, sizeof *texts, bmi_by_text);
        for (size_t i = 0; i < n; i++) ranks[texts[i].code] = (uint32_t)i;
    }
    bmi_release(context, texts, n, sizeof *texts);
    return ranks;
}

/* A key as numbers 0 .. most, where `most` is a missing cell. */
#define MISSING UINT64_MAX
enum { BLOCK = 1024 }; /* cells on their way */

typedef struct coded {
    const bmi_column *column;
    bool descending;
    uint64_t low, high; /* least and largest value as unsigned numbers of their order, which are below MISSING */
    uint32_t *ranks;    /* of texts */
    int bits;
} coded;

/* Writes the place in their order of the cells of n rows, ~0 of missing ones. */
static void orders_of(const coded *k, const uint32_t *rows, int64_t n, uint64_t *to)
{
    const bmi_column *c = k->column;
    switch (bmi_stored(c->type)) {
    case BMI_STORED_REAL: {
        const double *x = c->values;
        for (int64_t i = 0; i < n; i++) to[i] = x[rows[i]] != x[rows[i]] ? MISSING : bmi_ordered_bits(x[rows[i]]);
        break;
    }
    case BMI_STORED_INTEGER: {
        const int64_t *x = c->values; /* turned round the missing one is 0, and then the largest */
        for (int64_t i = 0; i < n; i++) to[i] = ((uint64_t)x[rows[i]] ^ UINT64_C(1) << 63) - 1;
        break;
    }
    case BMI_STORED_BYTE: {
        const uint8_t *x = c->values;
        for (int64_t i = 0; i < n; i++) to[i] = x[rows[i]] == BMI_BOOL_MISSING ? MISSING : x[rows[i]];
        break;
    }
    default: {
        const int32_t *x = c->values;
        for (int64_t i = 0; i < n; i++) to[i] = x[rows[i]] < 0 ? MISSING : k->ranks[x[rows[i]]];
    }
    }
}

static bool coded_new(bm_context *context, const bmi_sort_key *key, const uint32_t *rows, int64_t n, coded *k)
{
    *k = (coded){ .column = key->column, .descending = key->descending, .low = UINT64_MAX };
    if (key->column->type == BM_COLUMN_TEXT && !(k->ranks = bmi_text_ranks(context, &key->column->dictionary))) return false;
    uint64_t at[BLOCK];
    for (int64_t i = 0; i < n; i += BLOCK) {
        const int64_t some = n - i < BLOCK ? n - i : BLOCK;
        orders_of(k, rows + i, some, at);
        for (int64_t b = 0; b < some; b++) {
            const bool there = at[b] != MISSING;
            if (at[b] < k->low) k->low = at[b];
            if (there && at[b] > k->high) k->high = at[b];
        }
    }
    if (k->low > k->high) k->low = k->high = 0; /* all are missing */
    k->bits = bmi_bit_length(k->high - k->low + 1);
    return true;
}

static void coded_end(bm_context *context, coded *k)
{
    bmi_release(context, k->ranks, (size_t)k->column->dictionary.count, sizeof *k->ranks);
}

typedef struct filling {
    const coded *keys;
    size_t n_keys;
    const uint32_t *rows;
    bmi_pair *pairs;
    int64_t n;
} filling;

static void fill_part(void *arg, int part, int parts)
{
    const filling *f = arg;
    uint64_t at[BLOCK];
    int64_t begin, end;
    bmi_slice(f->n, 1, part, parts, &begin, &end);
    for (int64_t i = begin; i < end; i += BLOCK) {
        const int64_t some = end - i < BLOCK ? end - i : BLOCK;
        bmi_pair *to = f->pairs + i;
        for (int64_t b = 0; b < some; b++) to[b] = (bmi_pair){ .row = f->rows[i + b] };
        for (size_t j = 0; j < f->n_keys; j++) {
            const coded *k = &f->keys[j];
            const uint64_t missing = k->high - k->low + 1;
            orders_of(k, f->rows + i, some, at);
            for (int64_t b = 0; b < some; b++) {
                const uint64_t code = at[b] == MISSING ? missing : k->descending ? k->high - at[b] : at[b] - k->low;
                to[b].key = j ? to[b].key << k->bits | code : code;
            }
        }
    }
}

/* By the last of the keys that fit 64 bits together, n_keys of them at the end; the others are left. */
static bool sort_word(bm_context *context, const coded *keys, size_t n_keys, int bits, uint32_t *rows, int64_t n)
{
    bmi_pair *pairs = bmi_alloc_raw(context, (size_t)n, sizeof *pairs);
    bmi_pair *other = pairs ? bmi_alloc_raw(context, (size_t)n, sizeof *other) : NULL;
    const bmi_pair *sorted = NULL;
    if (other) {
        filling f = { keys, n_keys, rows, pairs, n };
        bmi_parallel_exact(context, bmi_parts(context, n), fill_part, &f);
        sorted = bmi_radix_sort(context, pairs, other, n, bits);
    }
    for (int64_t i = 0; sorted && i < n; i++) rows[i] = sorted[i].row;
    const bool fine = sorted;
    bmi_release(context, other, (size_t)n, sizeof *other);
    bmi_release(context, pairs, (size_t)n, sizeof *pairs);
    return fine;
}

bool bmi_sort_rows(bm_context *context, const bmi_sort_key *keys, size_t n_keys, uint32_t *rows, int64_t n)
{
    coded *codes = bmi_alloc(context, n_keys, sizeof *codes);
    bool fine = codes;
    size_t made = 0;
    for (; fine && made < n_keys; made += fine) fine = coded_new(context, &keys[made], rows, n, &codes[made]);
    for (size_t left = n_keys; fine && left;) {
        size_t first = left - 1;
        int bits = codes[first].bits;
        while (first && bits + codes[first - 1].bits <= 64) bits += codes[--first].bits;
        fine = sort_word(context, codes + first, left - first, bits, rows, n);
        left = first;
    }
    for (size_t i = 0; i < made; i++) coded_end(context, &codes[i]);
    bmi_release(context, codes, n_keys, sizeof *codes);
    return fine;
}

/* ---- tables ---- */

static bool named(bm_names names, const char *name)
{
    bool found = false;
    for (size_t i = 0; i < names.count; i++) found |= names.at[i] && !strcmp(names.at[i], name);
    return found;
}

/* Keys of the options; each name under .descending must be one of them. */
static bmi_sort_key *sort_keys(bmi_error *e, bm_place here, const bm_table *t, const bm_table_sort_options *o)
{
    if (!o->by.count) bmi_fail(e, BM_E_ARGUMENT, here, "sort: name the columns to sort by, as BM_NAMES(\"a\", \"b\")");
    const bmi_column **columns = e->status ? NULL : bmi_key_columns(e, here, t, o->by, " to sort by");
    bmi_sort_key *keys = columns ? bmi_alloc(t->object.context, o->by.count, sizeof *keys) : NULL;
    if (columns && !keys) bmi_fail_memory(e, here, o->by.count * sizeof *keys, "the keys of a sort");
    if (keys) bmi_names_given(e, here, "sort: the list of descending columns", o->descending);
    for (size_t i = 0; keys && !e->status && i < o->descending.count; i++)
        if (!o->descending.at[i] || !named(o->by, o->descending.at[i]))
            bmi_fail(e, BM_E_ARGUMENT, here, "sort: \"%.100s\" is to be descending, but is no column that is sorted by",
                     o->descending.at[i] ? o->descending.at[i] : "");
    for (size_t i = 0; keys && i < o->by.count; i++)
        keys[i] = (bmi_sort_key){ columns[i], o->all_descending || named(o->descending, o->by.at[i]) };
    bmi_release(t->object.context, columns, o->by.count, sizeof *columns);
    return keys;
}

bm_table *bm_table_sort_at(const bm_table *t, const bm_table_sort_options *options, size_t size, bm_place here)
{
    bm_table *sorted = bmi_result_of(t, here);
    bm_table_sort_options o;
    bmi_error e = { 0 };
    if (bmi_object_failed(sorted)) return sorted;
    bm_context *context = sorted->object.context;
    bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_table_sort_options, named_), options, size);
    bmi_sort_key *keys = e.status ? NULL : sort_keys(&e, here, t, &o);
    uint32_t *rows = e.status ? NULL : bmi_alloc_raw(context, (size_t)t->rows, sizeof *rows);
    for (int64_t i = 0; rows && i < t->rows; i++) rows[i] = (uint32_t)i;
    if (!e.status && (!rows || !bmi_sort_rows(context, keys, o.by.count, rows, t->rows)))
        bmi_fail_memory(&e, here, (size_t)t->rows * 2 * sizeof(bmi_pair), "to sort rows");
    bmi_result_fail(sorted, &e);
    if (!e.status) bmi_take_all(sorted, t, rows, t->rows, here);
    bmi_release(context, rows, (size_t)t->rows, sizeof *rows);
    if (keys) bmi_release(context, keys, o.by.count, sizeof *keys);
    return sorted;
}
