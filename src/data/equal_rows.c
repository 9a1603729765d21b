// SPDX-License-Identifier: Apache-2.0
/* Rows of one part that stand in another, too: a model that is judged on rows it was trained on is not judged on new ones. Rows are
 * compared by a hash of 64 bits of all their cells, so that two different ones of n are taken for equal with a chance of n^2 / 2^65. */
#include "data/order.h"
#include "data/dataset.h"
#include "data/table_look.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Eight bytes at a time by multiplication and a shift (the mix of MurmurHash's end, Appleby, 2011). */
static uint64_t add(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (; n; at += n < 8 ? n : 8, n -= n < 8 ? n : 8) {
        uint64_t word = 0;
        memcpy(&word, at, n < 8 ? n : 8);
        hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 33;
    }
    return hash * UINT64_C(0xc4ceb9fe1a85ec53) + 1; /* so that a cell's end counts */
}

static uint64_t add_number(uint64_t hash, double x)
{
    x = isnan(x) ? NAN : x + 0.; /* all that are missing are one; -0 is 0 */
    return add(hash, &x, sizeof x);
}

/* A cell of numbers; integers that f64 cannot tell from their neighbours as what they are. */
static uint64_t add_cell(uint64_t hash, const bmi_column *c, int64_t row)
{
    const double x = bmi_column_number(c, row);
    return c->type == BM_COLUMN_INTEGER && fabs(x) >= 0x1p53 ? add(hash, (const int64_t *)c->values + row, sizeof(int64_t))
                                                             : add_number(hash, x);
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t text_hash(const char *text)
{
    return add(0, text ? text : "", text ? strlen(text) + 1 : 0);
}

/* Each text of a column is hashed once. */
static bool hash_texts(const bm_table *t, const bmi_column *c, uint64_t *hash)
{
    const size_t n = (size_t)c->dictionary.count;
    uint64_t *of = bmi_alloc_raw(t->object.context, n + 1, sizeof *of);
    if (!of) return false;
    of[0] = text_hash(NULL);
    for (size_t k = 0; k < n; k++) of[k + 1] = text_hash(bmi_dictionary_text(&c->dictionary, (int32_t)k, NULL));
    for (int64_t i = 0; i < t->rows; i++) hash[i] = add(hash[i], &of[((const int32_t *)c->values)[i] + 1], sizeof *of);
    bmi_release(t->object.context, of, n + 1, sizeof *of);
    return true;
}

/* Into hash[rows] the cells of a column, as texts or numbers as those of `like` are: a file may be read with a recipe that keeps numbers in
 * a form of their own as text. False when there is no memory. */
static bool hash_column(const bm_table *t, const bmi_column *c, const bmi_column *like, uint64_t *hash)
{
    const bool read = c->type == BM_COLUMN_TEXT && like->type != BM_COLUMN_TEXT;
    if (c->type == BM_COLUMN_TEXT && !read) return hash_texts(t, c, hash);
    double *of_texts = read ? bmi_column_numbers_of_texts(t->object.context, c, &like->form) : NULL;
    if (read && !of_texts) return false;
    for (int64_t i = 0; i < t->rows; i++) {
        char number[32];
        if (like->type == BM_COLUMN_TEXT) {
            const char *text = bmi_column_cell_text(c, i, number);
            const uint64_t of = text_hash(text);
            hash[i] = add(hash[i], &of, sizeof of);
        } else if (read && !bmi_column_is_missing(c, i)) {
            hash[i] = add_number(hash[i], of_texts[((const int32_t *)c->values)[i]]);
        } else hash[i] = add_cell(hash[i], c, i);
    }
    bmi_release(t->object.context, of_texts, (size_t)c->dictionary.count, sizeof *of_texts);
    return true;
}

/* The cells of a table's columns that `like` has, in its order. False: it lacks one, or there is no memory. */
static bool hash_table(const bm_table *t, const bm_table *like, uint64_t *hash)
{
    bool fine = true;
    for (size_t k = 0; fine && k < like->n_columns; k++) {
        const int64_t at = bm_table_find(t, like->columns[k].name);
        fine = at >= 0 && hash_column(t, &t->columns[at], &like->columns[k], hash);
    }
    return fine;
}

static void hash_tensor(const bm_tensor *t, int64_t rows, uint64_t *hash)
{
    const int64_t columns = t->size / rows;
    for (int64_t i = 0; i < rows; i++) {
        if (t->type != BM_F32 && t->type != BM_F64) {
            const size_t bytes = (size_t)columns * bm_type_size(t->type);
            hash[i] = add(hash[i], (const char *)t->data + (size_t)i * bytes, bytes);
            continue;
        }
        for (int64_t k = 0; k < columns; k++) hash[i] = add_number(hash[i], bm_tensor_at(t, i * columns + k));
    }
}

static void hash_dataset(const bm_dataset *d, uint64_t *hash)
{
    for (int i = 0; i < d->n_x; i++) hash_tensor(d->x[i].tensor, d->rows, hash);
    for (int i = 0; i < d->n_t; i++) hash_tensor(d->t[i].tensor, d->rows, hash);
}

/* How many of n hashes are among `others`, which are sorted. */
static int64_t count(const uint64_t *hash, int64_t n, uint64_t *others, int64_t m)
{
    int64_t equal = 0;
    bmi_sort_hashes(others, m);
    for (int64_t i = 0; i < n; i++) equal += bsearch(&hash[i], others, (size_t)m, sizeof *others, by_value) != NULL;
    return equal;
}

int64_t bm_table_equal_rows(const bm_table *t, const bm_table *among)
{
    if (bmi_object_failed(t) || bmi_object_failed(among)) return -1;
    uint64_t *hash = bmi_alloc(t->object.context, (size_t)t->rows, sizeof *hash);
    uint64_t *others = bmi_alloc(t->object.context, (size_t)among->rows, sizeof *others);
    int64_t equal = -1;
    if (hash && others && hash_table(t, among, hash) && hash_table(among, among, others))
        equal = count(hash, t->rows, others, among->rows);
    bmi_release(t->object.context, hash, (size_t)t->rows, sizeof *hash);
    bmi_release(t->object.context, others, (size_t)among->rows, sizeof *others);
    return equal;
}

int64_t bmi_duplicate_rows(const bm_table *t)
{
    bm_context *context = t->object.context;
    uint64_t *hash = bmi_alloc(context, (size_t)t->rows, sizeof *hash);
    int64_t twice = -1;
    if (hash && hash_table(t, t, hash)) {
        twice = 0;
        bmi_sort_hashes(hash, t->rows);
        for (int64_t i = 1; i < t->rows; i++) twice += hash[i] == hash[i - 1];
    }
    bmi_release(context, hash, (size_t)t->rows, sizeof *hash);
    return twice;
}

/* Whether all inputs and targets of two datasets have the same types and rows of the same size. */
static bool alike(const bm_dataset *d, const bm_dataset *among)
{
    bool same = d->n_x == among->n_x && d->n_t == among->n_t;
    for (int i = 0; same && i < d->n_x + d->n_t; i++) {
        const bm_tensor *x = i < d->n_x ? d->x[i].tensor : d->t[i - d->n_x].tensor;
        const bm_tensor *y = i < d->n_x ? among->x[i].tensor : among->t[i - d->n_x].tensor;
        same = x->type == y->type && x->size / d->rows == y->size / among->rows;
    }
    return same;
}

int64_t bm_dataset_equal_rows(const bm_dataset *d, const bm_dataset *among)
{
    if (bmi_object_failed(d) || bmi_object_failed(among) || !alike(d, among)) return -1;
    uint64_t *hash = bmi_alloc(d->object.context, (size_t)d->rows, sizeof *hash);
    uint64_t *others = bmi_alloc(d->object.context, (size_t)among->rows, sizeof *others);
    int64_t equal = -1;
    if (hash && others) {
        hash_dataset(d, hash);
        hash_dataset(among, others);
        equal = count(hash, d->rows, others, among->rows);
    }
    bmi_release(d->object.context, hash, (size_t)d->rows, sizeof *hash);
    bmi_release(d->object.context, others, (size_t)among->rows, sizeof *others);
    return equal;
}
