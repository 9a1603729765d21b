// SPDX-License-Identifier: Apache-2.0
/* New tables of rows of others: each column in parts by the threads, texts by their codes with a copy of the dictionary. */
#include "base/context.h"
#include "data/table_work.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { PART = 1 << 16 }; /* rows that are worth a part of their own */

bm_table *bmi_result_of(const bm_table *t, bm_place here)
{
    bm_table *result = bmi_table_new(t ? t->object.context : NULL);
    if (bmi_object_failed(t)) bmi_object_fail_with(result, t, here, "the table");
    else if (t->rows > (int64_t)BMI_ROWS_MOST)
        bmi_object_fail(result, BM_E_UNSUPPORTED, here, "%s has %" PRId64 " rows; operations on tables take at most %" PRIu32,
                        bmi_table_name(t), t->rows, BMI_ROWS_MOST);
    return result;
}

void bmi_result_fail(bm_table *result, const bmi_error *e)
{
    if (result->object.users >= 0) bmi_fail_from(&result->object.error, e);
}

int bmi_parts(const bm_context *context, int64_t rows)
{
    const int64_t parts = rows / PART + 1, threads = bmi_threads(context);
    return (int)(parts < threads ? parts : threads);
}

bool bmi_dictionary_copy(bm_context *context, const bmi_dictionary *from, bmi_dictionary *to)
{
    *to = (bmi_dictionary){ .context = context };
    if (!from->count) return true;
    bmi_dictionary d = *to;
    d.bytes = bmi_alloc_raw(context, from->used, 1);
    d.starts = bmi_alloc_raw(context, (size_t)from->count, sizeof *d.starts);
    d.slots = bmi_alloc_raw(context, from->slots_capacity, sizeof *d.slots);
    d.used = d.capacity = from->used;
    d.count = from->count;
    d.starts_capacity = (size_t)from->count;
    d.slots_capacity = from->slots_capacity;
    *to = d;
    if (!d.bytes || !d.starts || !d.slots) {
        bmi_dictionary_end(to);
        return false;
    }
    memcpy(d.bytes, from->bytes, from->used);
    memcpy(d.starts, from->starts, (size_t)from->count * sizeof *d.starts);
    memcpy(d.slots, from->slots, from->slots_capacity * sizeof *d.slots);
    return true;
}

/* ---- taking cells ---- */

typedef struct taking {
    const bmi_taken *columns;
    bmi_column *to;
    int64_t rows;
} taking;

#define GATHER(T, none_)                                   \
    {                                                      \
        const T *source = from->values;                    \
        T *target = to->values;                            \
        for (int64_t i = begin; i < end; i++) {            \
            const uint32_t row = rows[i];                  \
            if (row == BMI_NO_ROW) target[i] = (T)(none_); \
            else target[i] = source[row];                  \
        }                                                  \
        return;                                            \
    }

static void take_cells(const bmi_column *from, bmi_column *to, const uint32_t *rows, int64_t begin, int64_t end)
{
    const size_t cell = bmi_column_cell(from->type);
    if (!rows) {
        if (end > begin)
            memcpy((char *)to->values + (size_t)begin * cell, (const char *)from->values + (size_t)begin * cell,
                   (size_t)(end - begin) * cell);
        return;
    }
    switch (bmi_stored(from->type)) {
    case BMI_STORED_REAL: GATHER(double, NAN)
    case BMI_STORED_INTEGER: GATHER(int64_t, INT64_MIN)
    case BMI_STORED_BYTE: GATHER(uint8_t, BMI_BOOL_MISSING)
    case BMI_STORED_CODE: GATHER(int32_t, -1)
    }
}

/* Part by part all columns one after the other, in pieces whose list of rows stays in the cache. */
static void take_part(void *arg, int part, int parts)
{
    const taking *k = arg;
    const int64_t pieces = k->rows / PART + 1, at = part / pieces, piece = part % pieces;
    const int64_t begin = piece * PART, end = piece + 1 == pieces ? k->rows : begin + PART;
    (void)parts;
    take_cells(k->columns[at].from, &k->to[at], k->columns[at].rows, begin, end);
}

bm_status bmi_take(bm_table *to, const bmi_taken *columns, size_t n, int64_t rows, bm_place here)
{
    bm_context *context = to->object.context;
    const size_t before = to->n_columns;
    for (size_t i = 0; i < n; i++) {
        const bmi_column *from = columns[i].from;
        bmi_column *c = bmi_table_add(to, columns[i].name ? columns[i].name : from->name, from->type, rows, here);
        if (!c) return to->object.error.status;
        c->form = from->form;
        if (!bmi_dictionary_copy(context, &from->dictionary, &c->dictionary))
            return bmi_fail_memory(&to->object.error, here, from->dictionary.used, "the texts of a column");
    }
    const int64_t pieces = rows / PART + 1;
    taking k = { columns, n ? to->columns + before : NULL, rows };
    for (size_t i = 0; i < n;) { /* so that parts fit an int */
        const size_t most = INT32_MAX / (size_t)pieces, some = n - i < most ? n - i : most;
        bmi_parallel_exact(context, (int)(some * (size_t)pieces), take_part, &k);
        i += some;
        k.columns += some;
        k.to += some;
    }
    return BM_OK;
}

bm_status bmi_take_all(bm_table *to, const bm_table *t, const uint32_t *rows, int64_t n, bm_place here)
{
    bm_context *context = to->object.context;
    bmi_taken *columns = bmi_alloc(context, t->n_columns, sizeof *columns);
    if (!columns) return bmi_fail_memory(&to->object.error, here, t->n_columns * sizeof *columns, "the columns of a table");
    for (size_t i = 0; i < t->n_columns; i++) columns[i] = (bmi_taken){ &t->columns[i], NULL, rows };
    bmi_take(to, columns, t->n_columns, n, here);
    bmi_release(context, columns, t->n_columns, sizeof *columns);
    if (!to->object.error.status && !bmi_table_keep_marks(to, (const char *const *)t->marks.at, t->marks.count))
        bmi_fail_memory(&to->object.error, here, 100, "the marks of missing cells");
    return to->object.error.status;
}

/* ---- joining cells ---- */

void bmi_put_missing(bmi_column *to, int64_t at, int64_t n)
{
    for (int64_t i = at; i < at + n; i++) switch (bmi_stored(to->type)) {
        case BMI_STORED_REAL: ((double *)to->values)[i] = NAN; break;
        case BMI_STORED_INTEGER: ((int64_t *)to->values)[i] = INT64_MIN; break;
        case BMI_STORED_BYTE: ((uint8_t *)to->values)[i] = BMI_BOOL_MISSING; break;
        case BMI_STORED_CODE: ((int32_t *)to->values)[i] = -1; break;
        }
}

static bool put_texts(bm_context *context, bmi_column *to, int64_t at, const bmi_column *from, const uint32_t *rows, int64_t n)
{
    const size_t count = (size_t)from->dictionary.count;
    int32_t *codes = bmi_alloc_raw(context, count, sizeof *codes);
    bool fine = codes;
    for (int32_t k = 0; fine && k < from->dictionary.count; k++) {
        size_t bytes;
        const char *text = bmi_dictionary_text(&from->dictionary, k, &bytes);
        codes[k] = bmi_dictionary_add(&to->dictionary, text, bytes);
        fine = codes[k] >= 0;
    }
    for (int64_t i = 0; fine && i < n; i++) {
        const int32_t code = ((const int32_t *)from->values)[rows ? (int64_t)rows[i] : i];
        ((int32_t *)to->values)[at + i] = code < 0 ? -1 : codes[code];
    }
    bmi_release(context, codes, count, sizeof *codes);
    return fine;
}

bool bmi_put_cells(bm_context *context, bmi_column *to, int64_t at, const bmi_column *from, const uint32_t *rows, int64_t n)
{
    const bmi_storage storage = bmi_stored(to->type);
    if (storage == BMI_STORED_CODE && from->type == to->type) return put_texts(context, to, at, from, rows, n);
    bmi_put_missing(to, at, n);
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = rows ? (int64_t)rows[i] : i;
        if (bmi_column_is_missing(from, row)) continue;
        if (storage == BMI_STORED_REAL) ((double *)to->values)[at + i] = bmi_column_number(from, row);
        else if (storage == BMI_STORED_BYTE) ((uint8_t *)to->values)[at + i] = ((const uint8_t *)from->values)[row];
        else if (storage == BMI_STORED_INTEGER)
            ((int64_t *)to->values)[at + i] =
                from->type == BM_COLUMN_BOOL ? ((const uint8_t *)from->values)[row] : ((const int64_t *)from->values)[row];
    }
    return true;
}
