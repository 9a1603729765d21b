// SPDX-License-Identifier: Apache-2.0
/* How two columns go together: Pearson's correlation, the correlation ratio (Pearson, 1905), Cramer's V (Cramer, "Mathematical methods of
 * statistics", 1946, 21.9), each over the rows that have both cells; and columns that are equal.
 */
#include "base/context.h"
#include "base/index.h"
#include "data/table_look.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double pearson(const bmi_column *a, const bmi_column *b, int64_t rows)
{
    double n = 0, x_sum = 0, y_sum = 0, xx = 0, yy = 0, xy = 0;
    for (int pass = 0; pass < 2; pass++) {
        const double x_mean = pass ? x_sum / n : 0, y_mean = pass ? y_sum / n : 0;
        for (int64_t r = 0; r < rows; r++) {
            const double x = bmi_column_number(a, r) - x_mean, y = bmi_column_number(b, r) - y_mean;
            if (isnan(x) || isnan(y)) continue;
            if (!pass) {
                n++;
                x_sum += x;
                y_sum += y;
                continue;
            }
            xx += x * x;
            yy += y * y;
            xy += x * y;
        }
    }
    /* what rounding leaves of a constant is no variance */
    if (n < 2 || xx <= 1e-28 * x_sum * x_sum / n || yy <= 1e-28 * y_sum * y_sum / n) return NAN;
    const double r = xy / (sqrt(xx) * sqrt(yy));
    return r > 1 ? 1 : r < -1 ? -1 : r;
}

/* Of texts that are others in most rows, as names are, the mean of one is hardly more than a row: any target seems to go with them. */
static bool is_name(double texts, double rows)
{
    return 2 * texts > rows;
}

typedef struct text_sum {
    double sum, count;
} text_sum;

static bool eta(const bm_table *t, const bmi_column *text, const bmi_column *number, double *value)
{
    const size_t texts = (size_t)text->dictionary.count;
    text_sum *of = bmi_alloc(t->object.context, texts, sizeof *of);
    double n = 0, sum = 0, all = 0, between = 0, groups = 0;
    const int32_t *codes = text->values;
    if (!of) return false;
    for (int64_t r = 0; r < t->rows; r++) {
        const double x = bmi_column_number(number, r);
        if (codes[r] < 0 || isnan(x)) continue;
        of[codes[r]].sum += x;
        of[codes[r]].count++;
        sum += x;
        n++;
    }
    const double mean = sum / n;
    for (size_t k = 0; k < texts; k++) {
        if (!of[k].count) continue;
        const double d = of[k].sum / of[k].count - mean;
        between += of[k].count * d * d;
        groups++;
    }
    for (int64_t r = 0; r < t->rows; r++) {
        const double x = bmi_column_number(number, r);
        if (codes[r] >= 0 && !isnan(x)) all += (x - mean) * (x - mean);
    }
    *value = groups < 2 || is_name(groups, n) || all <= 1e-28 * n * mean * mean ? NAN : sqrt(fmin(1, between / all));
    bmi_release(t->object.context, of, texts, sizeof *of);
    return true;
}

/* Counts of pairs by the numbers of equal keys in both columns. */
static bool cramers_v(const bm_table *t, const bmi_column *a, const bmi_column *b, double *value)
{
    bm_context *context = t->object.context;
    bmi_error e = { 0 };
    bmi_keys k = { .context = context, .n = 2, .build.t = t };
    const size_t na = (size_t)a->dictionary.count, nb = (size_t)b->dictionary.count;
    double *of_a = bmi_alloc(context, na, sizeof *of_a), *of_b = bmi_alloc(context, nb, sizeof *of_b), *pairs = NULL;
    k.build.columns = bmi_alloc(context, 2, sizeof *k.build.columns);
    bool fine = of_a && of_b && k.build.columns;
    if (fine) {
        k.build.columns[0] = a;
        k.build.columns[1] = b;
        fine = !bmi_keys_make(&e, (bm_place){ 0 }, &k) && (pairs = bmi_alloc(context, k.count, sizeof *pairs));
    }
    double n = 0, texts_a = 0, texts_b = 0, sum = 0;
    const int32_t *x = a->values, *y = b->values;
    for (int64_t r = 0; fine && r < t->rows; r++) {
        if (k.build.ids[r] == BMI_NO_ROW) continue;
        pairs[k.build.ids[r]]++;
        texts_a += !of_a[x[r]]++;
        texts_b += !of_b[y[r]]++;
        n++;
    }
    for (uint32_t i = 0; fine && i < k.count; i++) sum += pairs[i] / of_a[x[k.first[i]]] * (pairs[i] / of_b[y[k.first[i]]]);
    const double least = fmin(texts_a, texts_b);
    *value = least < 2 || is_name(texts_a, n) || is_name(texts_b, n) ? NAN : sqrt(fmin(1, fmax(0, (sum - 1) / (least - 1))));
    bmi_release(context, pairs, k.count, sizeof *pairs);
    bmi_release(context, of_b, nb, sizeof *of_b);
    bmi_release(context, of_a, na, sizeof *of_a);
    bmi_keys_end(&k);
    return fine;
}

bool bmi_relate(const bm_table *t, int64_t a, int64_t b, bmi_relation *into)
{
    const bmi_column *x = &t->columns[a], *y = &t->columns[b];
    const bool x_text = x->type == BM_COLUMN_TEXT, y_text = y->type == BM_COLUMN_TEXT;
    into->kind = x_text && y_text ? BMI_CRAMERS_V : x_text || y_text ? BMI_ETA : BMI_PEARSON;
    if (x_text && y_text) return cramers_v(t, x, y, &into->value);
    if (x_text || y_text) return eta(t, x_text ? x : y, x_text ? y : x, &into->value);
    into->value = pearson(x, y, t->rows);
    return true;
}

/* ---- equal columns ---- */

typedef struct hashed {
    uint64_t hash;
    int64_t column;
} hashed;

static int by_hash(const void *a, const void *b)
{
    const hashed *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return (x->column > y->column) - (x->column < y->column);
}

/* A number for each text that is the same in every column; null when there is no memory. */
static uint64_t *text_hashes(bm_context *context, const bmi_dictionary *d)
{
    uint64_t *hash = bmi_alloc_raw(context, (size_t)d->count, sizeof *hash);
    for (int32_t k = 0; hash && k < d->count; k++) {
        size_t n;
        const char *text = bmi_dictionary_text(d, k, &n);
        hash[k] = bmi_hash(text, n);
    }
    return hash;
}

static bool hash_column(const bm_table *t, const bmi_column *c, uint64_t *into)
{
    uint64_t hash = (uint64_t)c->type, *texts = NULL;
    if (c->type == BM_COLUMN_TEXT && !(texts = text_hashes(t->object.context, &c->dictionary))) return false;
    for (int64_t r = 0; r < t->rows; r++) {
        uint64_t cell = 0x5bd1e995;
        if (!bmi_column_is_missing(c, r)) {
            if (texts) cell = texts[((const int32_t *)c->values)[r]];
            else if (bmi_stored(c->type) == BMI_STORED_INTEGER) cell = (uint64_t)((const int64_t *)c->values)[r];
            else cell = bmi_ordered_bits(bmi_column_number(c, r));
        }
        hash = (hash ^ cell) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    bmi_release(t->object.context, texts, (size_t)c->dictionary.count, sizeof *texts);
    *into = hash;
    return true;
}

static bool equal_cells(const bmi_column *a, const bmi_column *b, int64_t rows)
{
    bool same = a->type == b->type;
    for (int64_t r = 0; same && r < rows; r++) {
        const bool gone = bmi_column_is_missing(a, r);
        same = gone == bmi_column_is_missing(b, r);
        if (gone || !same) continue;
        if (a->type == BM_COLUMN_TEXT)
            same = !strcmp(bmi_dictionary_text(&a->dictionary, ((const int32_t *)a->values)[r], NULL),
                           bmi_dictionary_text(&b->dictionary, ((const int32_t *)b->values)[r], NULL));
        else if (bmi_stored(a->type) == BMI_STORED_INTEGER)
            same = ((const int64_t *)a->values)[r] == ((const int64_t *)b->values)[r];
        else same = bmi_column_number(a, r) == bmi_column_number(b, r);
    }
    return same;
}

typedef struct hashing {
    const bm_table *t;
    hashed *of;
    bool *failed;
} hashing;

static void hash_part(void *arg, int part, int parts)
{
    const hashing *h = arg;
    (void)parts;
    h->of[part].column = part;
    h->failed[part] = !hash_column(h->t, &h->t->columns[part], &h->of[part].hash);
}

bool bmi_equal_columns(const bm_table *t, int64_t *same)
{
    bm_context *context = t->object.context;
    hashing h = { t, bmi_alloc(context, t->n_columns, sizeof *h.of), bmi_alloc(context, t->n_columns, 1) };
    bool fine = h.of && h.failed;
    if (fine) bmi_parallel_exact(context, (int)t->n_columns, hash_part, &h);
    for (size_t i = 0; fine && i < t->n_columns; i++) fine = !h.failed[i];
    if (fine) qsort(h.of, t->n_columns, sizeof *h.of, by_hash);
    for (size_t i = 0; fine && i < t->n_columns; i++) {
        const int64_t column = h.of[i].column;
        same[column] = column;
        for (size_t k = i; k > 0 && h.of[k - 1].hash == h.of[i].hash; k--) {
            const int64_t before = h.of[k - 1].column;
            if (same[before] != before || !equal_cells(&t->columns[before], &t->columns[column], t->rows)) continue;
            same[column] = before;
            break;
        }
    }
    bmi_release(context, h.failed, t->n_columns, 1);
    bmi_release(context, h.of, t->n_columns, sizeof *h.of);
    return fine;
}
