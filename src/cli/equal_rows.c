// SPDX-License-Identifier: Apache-2.0
/* Rows of the validation or test part that stand in the training part, too: what is scored on them says little of new rows, so it is
 * said aloud. Rows are compared by a hash of all their cells (FNV-1a of 64 bits, with a mix behind each cell).
 */
#include "cli/train.h"
#include "tensor/tensor.h"
#include <stdlib.h>
#include <string.h>

static uint64_t add(uint64_t hash, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
    hash ^= hash >> 29; /* so that a cell's end counts */
    return hash * UINT64_C(0xbf58476d1ce4e5b9) + 1;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Hashes of a table's rows over the columns that `like` has, in its order; released by free. Null: no memory, or a column less. */
static uint64_t *of_table(const bm_table *t, const bm_table *like)
{
    const int64_t rows = bm_table_rows(t);
    uint64_t *hash = calloc((size_t)rows + 1, sizeof *hash);
    for (int64_t k = 0; hash && k < bm_table_columns(like); k++) {
        const int64_t at = bm_table_find(t, bm_table_column_name(like, k));
        const bool text = at >= 0 && bm_table_column_type(t, at) == BM_COLUMN_TEXT;
        for (int64_t i = 0; at >= 0 && i < rows; i++) {
            const char *cell = text ? bm_table_text(t, i, at) : NULL;
            const double number = text ? 0 : bm_table_number(t, i, at) + 0.; /* -0 is 0 */
            hash[i] = text ? add(hash[i], cell ? cell : "", cell ? strlen(cell) + 1 : 0) : add(hash[i], &number, sizeof number);
        }
        if (at >= 0) continue;
        free(hash);
        return NULL;
    }
    return hash;
}

static uint64_t *of_arrays(const bm_dataset *d)
{
    const int64_t rows = bm_dataset_rows(d);
    const bm_tensor *parts[] = { bm_dataset_x(d, 0), bm_dataset_t(d, 0) };
    uint64_t *hash = calloc((size_t)rows + 1, sizeof *hash);
    for (int p = 0; hash && p < 2; p++) {
        const size_t bytes = (size_t)(bm_tensor_size(parts[p]) / rows) * bm_type_size(bm_tensor_type(parts[p]));
        const char *at = parts[p]->data;
        for (int64_t i = 0; at && i < rows; i++) hash[i] = add(hash[i], at + (size_t)i * bytes, bytes);
    }
    return hash;
}

static int64_t rows_of(const cli_training *t, int part)
{
    return t->table[part] ? bm_table_rows(t->table[part]) : t->data[part] ? bm_dataset_rows(t->data[part]) : 0;
}

static uint64_t *hashes(const cli_training *t, int part)
{
    return t->table[part] ? of_table(t->table[part], t->table[0]) : of_arrays(t->data[part]);
}

void cli_warn_equal_rows(cli_training *t)
{
    static const char *const names[] = { NULL, "validation", "test" };
    const int64_t n = rows_of(t, 0);
    uint64_t *train = rows_of(t, 1) || rows_of(t, 2) ? hashes(t, 0) : NULL;
    if (train) qsort(train, (size_t)n, sizeof *train, by_value);
    for (int part = 1; train && part < 3; part++) {
        const int64_t rows = rows_of(t, part);
        uint64_t *own = rows ? hashes(t, part) : NULL;
        int64_t equal = 0;
        char number[32];
        for (int64_t i = 0; own && i < rows; i++) equal += bsearch(&own[i], train, (size_t)n, sizeof *train, by_value) != NULL;
        if (equal)
            cli_warn(t->c, "%s %s row%s equal to a training row: scores on such rows say little of new ones",
                     cli_count(number, equal), names[part], equal == 1 ? " is" : "s are each");
        free(own);
    }
    free(train);
}
