// SPDX-License-Identifier: Apache-2.0
/* Reading libsvm files. They are gone through twice by the same function: what is found in the first pass (rows, the highest index, whether
 * indices begin with 0) makes the room that the second one fills.
 */
#include "format/libsvm.h"
#include "base/available.h"
#include "base/file.h"
#include "base/text.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { LONGEST_LINE = 1 << 30 };

typedef struct pass {
    bmi_error *error;
    bm_place here;
    const char *name;
    int64_t line, rows, highest, lowest; /* indices; lowest > highest: none */
    bool real_labels, queries;
    bmi_csv *into; /* null: the first pass */
    size_t first;  /* the column of the lowest index that there may be */
    int64_t base;  /* that index */
} pass;

static bm_status wrong(pass *p, const char *what, const char *text, size_t n, const char *why)
{
    return bmi_fail(p->error, BM_E_FORMAT, p->here, "%.200s:%" PRId64 ": %s \"%.*s\" %s", p->name, p->line, what,
                    n < 60 ? (int)n : 60, text, why);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of a line, without blanks; n is 0 at its end. */
static const char *next_word(const char **at, const char *end, size_t *n)
{
    while (*at < end && is_blank(**at)) ++*at;
    const char *word = *at;
    while (*at < end && !is_blank(**at)) ++*at;
    *n = (size_t)(*at - word);
    return word;
}

static void put(const pass *p, size_t column, double value)
{
    ((double *)p->into->columns[column].values)[p->rows] = value;
}

static bm_status read_label(pass *p, const char *word, size_t n)
{
    double value;
    bool integer;
    if (memchr(word, ':', n)) return wrong(p, "the row begins with", word, n, "and has no label in front of it");
    if (memchr(word, ',', n)) return wrong(p, "the label", word, n, "is several labels; a row has one");
    if (!bmi_cell_number(word, n, &value, &integer) || !isfinite(value))
        return wrong(p, "the label", word, n, "is no finite number");
    if (value != floor(value) || fabs(value) >= 0x1p53) p->real_labels = true; /* 1.0 is a class, too */
    if (p->into) put(p, 0, value);
    return BM_OK;
}

/* "7:0.5", whose index must be greater than `*before`. */
static bm_status read_pair(pass *p, const char *word, size_t n, int64_t *before)
{
    const char *colon = memchr(word, ':', n);
    int64_t index;
    double value;
    bool integer;
    if (!colon || !bmi_read_int(word, (size_t)(colon - word), &index) || index < 0 || *word == '+')
        return wrong(p, "", word, n, "is no index:value");
    if (!bmi_cell_number(colon + 1, n - 1 - (size_t)(colon - word), &value, &integer) || !isfinite(value))
        return wrong(p, "the value of", word, n, "is no finite number");
    if (index <= *before) return wrong(p, "the index of", word, n, "is not greater than the one before it");
    if (index > BMI_CSV_MAX_COLUMNS) return wrong(p, "the index of", word, n, "is above 100000: a table has no more columns");
    *before = index;
    if (index < p->lowest) p->lowest = index;
    if (index > p->highest) p->highest = index;
    if (p->into) put(p, p->first + (size_t)(index - p->base), value);
    return BM_OK;
}

static bm_status read_line(pass *p, const char *at, const char *end)
{
    size_t n;
    int64_t before = -1, query = INT64_MIN;
    const char *comment = memchr(at, '#', (size_t)(end - at));
    if (comment) end = comment;
    const char *word = next_word(&at, end, &n);
    if (!n) return BM_OK;
    if (memchr(word, 0, (size_t)(end - word))) return wrong(p, "the line of", word, n, "has a NUL byte");
    if (read_label(p, word, n)) return p->error->status;
    word = next_word(&at, end, &n);
    if (n > 4 && !memcmp(word, "qid:", 4)) {
        if (!bmi_read_int(word + 4, n - 4, &query)) return wrong(p, "the query of", word, n, "is no integer");
        p->queries = true;
        word = next_word(&at, end, &n);
    }
    if (p->into && p->first > 1) ((int64_t *)p->into->columns[1].values)[p->rows] = query;
    for (; n; word = next_word(&at, end, &n))
        if (read_pair(p, word, n, &before)) return p->error->status;
    p->rows++;
    return BM_OK;
}

static bm_status go_through(pass *p, const char *at, size_t size)
{
    bm_status st = BM_OK;
    const char *const end = at + size;
    for (p->line = 1, p->rows = 0; at < end && !st; p->line++) {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        if (!line) line = end;
        st = read_line(p, at, line);
        at = line < end ? line + 1 : end;
    }
    return st;
}

static bool make_column(bm_context *context, bmi_csv *out, size_t at, const char *name, bm_column_type type, int64_t rows)
{
    bmi_column *c = &out->columns[at];
    *c = (bmi_column){ .name = bmi_text_copy(context, name), .type = type, .dictionary.context = context };
    c->values = bmi_alloc(context, (size_t)rows, bmi_column_cell(type));
    c->bytes = c->values ? (size_t)rows * bmi_column_cell(type) : 0;
    return c->name && c->values;
}

/* The columns, full of zeros. */
static bm_status make_columns(pass *p, bm_context *context, int64_t indices, bmi_csv *out)
{
    size_t bytes = SIZE_MAX, available;
    p->first = p->queries ? 2 : 1;
    bmi_mul_size((size_t)p->rows, (p->first + (size_t)indices) * sizeof(double), &bytes);
    if (!bmi_memory_fits(context, bytes, &available))
        return bmi_fail(
            p->error, BM_E_MEMORY, p->here,
            "%.200s: %" PRId64 " row%s of %" PRId64 " feature%s, zeros too, would take %zu MB, and there are %zu MB", p->name,
            p->rows, p->rows == 1 ? "" : "s", indices, indices == 1 ? "" : "s", bytes >> 20, available >> 20);
    out->columns = bmi_alloc(context, p->first + (size_t)indices, sizeof *out->columns);
    bool fine = out->columns;
    if (fine) out->n_columns = p->first + (size_t)indices;
    fine = fine && make_column(context, out, 0, "label", BM_COLUMN_REAL, p->rows) &&
           (p->first == 1 || make_column(context, out, 1, "qid", BM_COLUMN_INTEGER, p->rows));
    for (int64_t i = 0; fine && i < indices; i++) {
        char name[32];
        snprintf(name, sizeof name, "f%" PRId64, p->base + i);
        fine = make_column(context, out, p->first + (size_t)i, name, BM_COLUMN_REAL, p->rows);
    }
    return fine ? BM_OK : bmi_fail_memory(p->error, p->here, (size_t)(p->rows * indices) * 8, "the columns of a libsvm file");
}

bm_status bmi_libsvm_read_bytes(bmi_error *e, bm_place here, bm_context *context, const char *name, const void *bytes,
                                size_t size, const bm_libsvm_options *options, bmi_csv *out)
{
    pass p = { .error = e, .here = here, .name = name, .highest = -1, .lowest = INT64_MAX };
    *out = (bmi_csv){ 0 };
    if (options->features < 0 || options->features > BMI_CSV_MAX_COLUMNS)
        return bmi_fail(e, BM_E_ARGUMENT, here, "the number of features of %s is %" PRId64 "; it must be 0 to %d", name,
                        options->features, BMI_CSV_MAX_COLUMNS);
    if (go_through(&p, bytes, size)) return e->status;
    if (!p.rows) return bmi_fail(e, BM_E_DATA, here, "%s has no rows", name);
    p.base = options->zero_based || p.lowest == 0 ? 0 : 1;
    const int64_t found = p.highest + 1 - p.base, indices = found > options->features ? found : options->features;
    bm_status st = make_columns(&p, context, indices, out);
    p.into = out;
    if (!st) st = go_through(&p, bytes, size);
    if (!st) {
        out->rows = p.rows;
        uint64_t *labels = out->columns[0].values;
        for (int64_t r = 0; r < p.rows && !p.real_labels; r++) {
            double value;
            memcpy(&value, &labels[r], sizeof value);
            labels[r] = (uint64_t)(int64_t)value;
        }
        if (!p.real_labels) out->columns[0].type = BM_COLUMN_INTEGER;
    } else bmi_csv_end(context, out);
    return st;
}

bm_status bmi_libsvm_read(bmi_error *e, bm_place here, bm_context *context, const bm_libsvm_options *options, bmi_csv *out)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    *out = (bmi_csv){ 0 };
    if (!options->path) return bmi_fail(e, BM_E_ARGUMENT, here, "no path of a libsvm file is given");
    bm_status st = bmi_file_read_lines(e, here, context, options->path, true, LONGEST_LINE, &bytes, &size);
    if (!st) st = bmi_libsvm_read_bytes(e, here, context, options->path, bytes, size, options, out);
    bmi_file_release(context, bytes, size);
    return st;
}
