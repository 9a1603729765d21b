// SPDX-License-Identifier: Apache-2.0
/* What operations on tables share: columns by how they are stored, rows as 32-bit numbers, rows by equal keys, orders of rows.
 *
 * A new type of column whose cells are int64_t (missing INT64_MIN) is handled as integers are everywhere here.
 */
#ifndef BMI_DATA_TABLE_WORK_H
#define BMI_DATA_TABLE_WORK_H
#include "base/threads.h"
#include "data/table.h"

#define BMI_NO_ROW UINT32_MAX /* in a list of rows: none, its cells are missing */
#define BMI_ROWS_MOST (UINT32_MAX - 1)

typedef enum bmi_storage { BMI_STORED_REAL, BMI_STORED_INTEGER, BMI_STORED_BYTE, BMI_STORED_CODE } bmi_storage;
static inline bmi_storage bmi_stored(bm_column_type type)
{
    return type == BM_COLUMN_REAL   ? BMI_STORED_REAL
           : type == BM_COLUMN_TEXT ? BMI_STORED_CODE
           : type == BM_COLUMN_BOOL ? BMI_STORED_BYTE
                                    : BMI_STORED_INTEGER;
}
/* Whether sums and means of it make sense. */
static inline bool bmi_is_number(bm_column_type type)
{
    return type == BM_COLUMN_REAL || type == BM_COLUMN_INTEGER || type == BM_COLUMN_BOOL;
}

/* ---- table_rows.c ---- */

/* An empty table for the result of an operation on t, with its context; failed when t is, or has too many rows. Never null. */
bm_table *bmi_result_of(const bm_table *t, bm_place here);
/* The error that options or other arguments made, put on the result. */
void bmi_result_fail(bm_table *result, const bmi_error *e);
/* How many parts rows are worked on in by the threads, where the result does not depend on it. */
int bmi_parts(const bm_context *context, int64_t rows);

/* Columns of a result: cells of `from` in the order of rows (null: as they are). */
typedef struct bmi_taken {
    const bmi_column *from;
    const char *name;     /* null: its own */
    const uint32_t *rows; /* with BMI_NO_ROW: a missing cell */
} bmi_taken;
/* Adds them all, `rows` long. */
bm_status bmi_take(bm_table *to, const bmi_taken *columns, size_t n, int64_t rows, bm_place here);
/* All columns of t, its marks of missing cells too. */
bm_status bmi_take_all(bm_table *to, const bm_table *t, const uint32_t *rows, int64_t n, bm_place here);
/* A copy of a dictionary; false when there is no memory. */
bool bmi_dictionary_copy(bm_context *context, const bmi_dictionary *from, bmi_dictionary *to);
/* Puts cells of `from` (rows null: the first n) at cells at, at + 1 ... of a column of another table: integers and true/false become what
 * the column is, texts are added to its dictionary. False when there is no memory. */
bool bmi_put_cells(bm_context *context, bmi_column *to, int64_t at, const bmi_column *from, const uint32_t *rows, int64_t n);
void bmi_put_missing(bmi_column *to, int64_t at, int64_t n);

/* ---- table_keys.c ---- */

/* Rows of equal keys get one number, from 0 in the order in which the keys come in `build`; rows of `probe` the number of the equal key
 * there. */
typedef struct bmi_key_side {
    const bm_table *t; /* null of probe: there is none */
    const bmi_column **columns;
    uint32_t *ids; /* BMI_NO_ROW: a missing key that is left out, or one that build does not have */
    uint64_t *key;
    uint8_t *out;
} bmi_key_side;
typedef struct bmi_keys {
    bm_context *context;
    size_t n; /* columns */
    bool keep_missing;
    bmi_key_side build, probe;
    uint32_t count;  /* different keys of build */
    uint32_t *first; /* their first rows; `first_room` of them */
    size_t first_room;
} bmi_keys;
/* Finds the columns of names in a table, for a message " to group by"; *room of them to be released. Null with the error. */
const bmi_column **bmi_key_columns(bmi_error *e, bm_place here, const bm_table *t, bm_names names, const char *what);
bm_status bmi_keys_make(bmi_error *e, bm_place here, bmi_keys *k);
void bmi_keys_end(bmi_keys *k);

/* ---- table_sort.c ---- */

typedef struct bmi_sort_key {
    const bmi_column *column;
    bool descending;
} bmi_sort_key;
/* Puts n rows of a table in the order of keys, missing cells last, equal rows as they were. False when there is no memory. */
bool bmi_sort_rows(bm_context *context, const bmi_sort_key *keys, size_t n_keys, uint32_t *rows, int64_t n);
/* The place of each text of a dictionary in the order of their bytes, `count` to be released; null when there is no memory. */
uint32_t *bmi_text_ranks(bm_context *context, const bmi_dictionary *d);

/* ---- radix.c ---- */

typedef struct bmi_pair {
    uint64_t key;
    uint32_t row;
} bmi_pair;
/* Sorts n pairs by the lowest `bits` of their keys (the others are 0), equal ones as they were; gives the array the result is in,
 * `pairs` or `other`, which has room for as many. Null when there is no memory. */
bmi_pair *bmi_radix_sort(bm_context *context, bmi_pair *pairs, bmi_pair *other, int64_t n, int bits);
/* Sorts n numbers without NaN, with room for as many in `other`; gives the array the result is in. Never fails: without memory it sorts
 * another way. */
double *bmi_sort_numbers(bm_context *context, double *numbers, double *other, int64_t n);

/* A double as an unsigned number of the same order (-0 as 0), and back. */
static inline uint64_t bmi_ordered_bits(double x)
{
    uint64_t bits;
    x += 0.;
    __builtin_memcpy(&bits, &x, 8);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}
static inline int bmi_bit_length(uint64_t x)
{
    return x ? 64 - __builtin_clzll(x) : 0;
}

#endif
