// SPDX-License-Identifier: Apache-2.0
/* Writing a table of numbers as libsvm: zeros are left out, all others are the shortest text that reads back as the same bits. */
#include "base/file.h"
#include "base/text.h"
#include "format/libsvm.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROOM = 1 << 16, LONGEST = 64 };

typedef struct output {
    bmi_error *error;
    bm_place here;
    bmi_writer *writer;
    char *at; /* ROOM bytes */
    size_t used;
    const char *path;
} output;

/* Room for one more item. */
static bm_status reserve(output *o)
{
    if (o->used + LONGEST <= ROOM) return BM_OK;
    const size_t used = o->used;
    o->used = 0;
    return bmi_writer_bytes(o->writer, o->at, used);
}

/* A cell as a number; false with the error when it has none. */
static bool number_of(output *o, const bmi_column *c, int64_t row, double *value)
{
    switch (c->type) {
    case BM_COLUMN_REAL: *value = ((const double *)c->values)[row]; break;
    case BM_COLUMN_INTEGER:
    case BM_COLUMN_TIME: {
        const int64_t whole = ((const int64_t *)c->values)[row];
        *value = whole == INT64_MIN ? NAN : c->type == BM_COLUMN_TIME ? (double)whole / 1e6 : (double)whole;
        break;
    }
    case BM_COLUMN_BOOL: {
        const uint8_t truth = ((const uint8_t *)c->values)[row];
        *value = truth == BMI_BOOL_MISSING ? NAN : truth;
        break;
    }
    default: *value = NAN; break;
    }
    if (!isnan(*value)) return true;
    bmi_fail(o->error, BM_E_DATA, o->here,
             "%s: the cell of row %" PRId64 " in column \"%.100s\" is missing, which libsvm cannot say; fill such cells first",
             o->path, row + 1, c->name);
    return false;
}

static bm_status put_row(output *o, const bmi_column *columns, size_t n, size_t label, int64_t row, int64_t base)
{
    double value = NAN;
    if (reserve(o) || !number_of(o, &columns[label], row, &value)) return o->error->status;
    o->used += (size_t)bmi_write_real(o->at + o->used, value);
    for (size_t c = 0; c < n; c++) /* in front of the features, wherever it stands */
        if (c != label && columns[c].type == BM_COLUMN_INTEGER && !strcmp(columns[c].name, "qid")) {
            const int64_t query = ((const int64_t *)columns[c].values)[row];
            if (query != INT64_MIN) o->used += (size_t)snprintf(o->at + o->used, LONGEST / 2, " qid:%" PRId64, query);
        }
    for (size_t c = 0; c < n; c++) {
        if (c == label || (columns[c].type == BM_COLUMN_INTEGER && !strcmp(columns[c].name, "qid"))) continue;
        const int64_t index = base++;
        if (reserve(o) || !number_of(o, &columns[c], row, &value)) return o->error->status;
        if (value == 0) continue;
        o->used += (size_t)snprintf(o->at + o->used, LONGEST / 2, " %" PRId64 ":", index);
        o->used += (size_t)bmi_write_real(o->at + o->used, value);
    }
    if (reserve(o)) return o->error->status;
    o->at[o->used++] = '\n';
    return BM_OK;
}

bm_status bmi_libsvm_write(bmi_error *e, bm_place here, bm_context *context, const bm_libsvm_write_options *options,
                           const bmi_column *columns, size_t n_columns, size_t label, int64_t rows)
{
    output o = { .error = e, .here = here, .path = options->path };
    if (!options->path) return bmi_fail(e, BM_E_ARGUMENT, here, "no path is given for the libsvm file");
    for (size_t c = 0; c < n_columns; c++)
        if (columns[c].type == BM_COLUMN_TEXT)
            return bmi_fail(e, BM_E_TYPE, here,
                            "%s: column \"%.100s\" is text, and libsvm has numbers alone; encode or drop it", options->path,
                            columns[c].name);
    o.at = bmi_alloc_raw(context, ROOM, 1);
    if (!o.at) return bmi_fail_memory(e, here, ROOM, "to write a libsvm file");
    o.writer = bmi_writer_begin(e, here, context, options->path);
    bm_status st = o.writer ? BM_OK : e->status;
    for (int64_t r = 0; r < rows && !st; r++) st = put_row(&o, columns, n_columns, label, r, !options->zero_based);
    if (!st && !bmi_writer_bytes(o.writer, o.at, o.used)) bmi_writer_commit(o.writer);
    bmi_writer_end(o.writer);
    bmi_release(context, o.at, ROOM, 1);
    return e->status;
}
