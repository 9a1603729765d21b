// SPDX-License-Identifier: Apache-2.0
/* Tables: named columns of reals, integers, true/false, text or times, with missing cells; read from CSV or made in memory.
 */
// clang-format off
#ifndef BAEUM_TABLE_H
#define BAEUM_TABLE_H
#include <baeum/column.h>
#ifdef __cplusplus
extern "C" {
#endif

/** A list of row numbers from 0, borrowed for the call; {0} means all rows where it is an option. */
typedef struct bm_rows {
    const int64_t *at;
    size_t         count;
} bm_rows;
#define BM_ROWS(...) BM_LIST(bm_rows, int64_t, __VA_ARGS__)
/* For calls of the form f(object, "a", "b", ...) with any number of names, none included: the list ends by a null. */
#define BM_FIRST_(first_, ...)      (first_)
#define BM_REST_NAMES_(first_, ...) BM_LIST(bm_names, bm_name, __VA_ARGS__)

/** Reads a CSV file (RFC 4180; line ends LF, CRLF or CR; a UTF-8 byte order mark is skipped).
 *
 *  A column's type comes from all of its cells: integers that fit int64 make it integer, numbers real, true/false (also True,
 *  TRUE ...) true/false, dates date/time, anything else text. Missing are: an empty cell, NA, N/A, n/a, \#N/A, NaN, nan, null, NULL, None
 *  and ?, and the texts of .missing; in a column of text those in quotes are texts. Text that is numbers as people write them, all in one
 *  form ("1.234,5", "67,404", "39%", "$5", "5 kg"), or but for a few cells ("-", "n.a."), becomes numbers, which a note tells
 *  (docs/tables.md has the rules, and that by which the first row is names or data). Blanks around numbers are ignored. A row is bad that has
 *  a number that is not finite (inf, 1e400), a wrong count of cells, a stray quote, a NUL byte, or a cell that is not of the type that
 *  .types gives. Empty lines are passed over. A text cell that is not UTF-8 is taken as Windows-1252. A row may have 64 MB.
 *
 *  Returns  gives a table, never null
 *  Errors   BM_E_FILE cannot be opened or read, or changed meanwhile; BM_E_FORMAT a bad row (file:line:cell says where), duplicate names, more than
 *           100,000 columns; BM_E_DATA no header, no rows; BM_E_MEMORY
 */
BM_API bm_table *bm_table_read_csv_at(const bm_csv_options *options, size_t size, bm_place here);
#define bm_table_read_csv(...) bm_table_read_csv_at(BM_OPTIONS(bm_csv_options, .path = __VA_ARGS__), BM_HERE)

/** Opens a CSV file to be read by parts, for tables that are larger than memory. The file is gone over once or twice first, so that all parts
 *  have the types and the texts, in the same order, that the file read whole has: one behind the other they are that table, whatever the
 *  number of rows of a part and of threads. Memory is a part, a window of the file of 2 MB (or as large as its longest rows), and the
 *  different texts of the columns of text. Gzip files are inflated once in each pass.
 *
 *  Returns  gives a reader, never null; bm_free ends it
 *  Errors   as bm_table_read_csv, but for cells that are not of their column's type: they are the error of the part that has them; BM_E_FILE
 *           no regular file (a pipe cannot be read twice); BM_E_ARGUMENT rows < 0
 */
BM_API bm_csv *bm_csv_open_at(const bm_csv_options *options, size_t size, bm_place here);
#define bm_csv_open(...) bm_csv_open_at(BM_OPTIONS(bm_csv_options, .path = __VA_ARGS__), BM_HERE)
/** Gives the next part as a table, of .rows rows but for the last; null behind the last one. An error is on the table and on c; then null. */
BM_API bm_table *bm_csv_next_at(bm_csv *c, bm_place here);
#define bm_csv_next(c) bm_csv_next_at((c), BM_HERE)
/** Back to the first part. */
BM_API bm_status bm_csv_rewind_at(bm_csv *c, bm_place here);
#define bm_csv_rewind(c) bm_csv_rewind_at((c), BM_HERE)
/** Rows of the file that can be cut into cells; notes about the columns, as bm_table_note has them. */
BM_API int64_t     bm_csv_rows(const bm_csv *c);
BM_API const char *bm_csv_note(const bm_csv *c, int64_t i);

/** Reads a libsvm (svmlight) file: a line a row, "label index:value ...", of which `qid:number` may follow the label and all behind a # is
 *  left out. The table has the columns label (integer where all labels are), qid where a row has one, and f1 ... fN (f0 ... where index
 *  0 is used) of reals, 0 where a row says nothing; N is the highest index.
 *
 *  Returns  gives a table, never null
 *  Errors   BM_E_FILE; BM_E_FORMAT (file:line) a label that is no number, or several; an index that is not greater than the one before it,
 *           or above 100,000; a value that is no finite number; BM_E_DATA no rows; BM_E_MEMORY
 *  Source   https://www.csie.ntu.edu.tw/~cjlin/libsvm; Joachims, SVMlight
 */
BM_API bm_table *bm_table_read_libsvm_at(const bm_libsvm_options *options, size_t size, bm_place here);
#define bm_table_read_libsvm(...) bm_table_read_libsvm_at(BM_OPTIONS(bm_libsvm_options, .path = __VA_ARGS__), BM_HERE)

/** A table by the name of a bundled set ("iris", "infert", "creditcard", "digits"), of a generator ("xor", "moons" ...; settings may
 *  follow: "moons:rows=500,noise=.2,seed=1"), or by the path of a CSV file. Errors as bm_table_read_csv, and BM_E_DATA no such name (the nearest is named). */
BM_API bm_table *bm_table_load_at(const bm_csv_options *options, size_t size, bm_place here);
#define bm_table_load(...) bm_table_load_at(BM_OPTIONS(bm_csv_options, .path = __VA_ARGS__), BM_HERE)

/** An empty table, for the bm_table_add functions. */
BM_API bm_table *bm_table_new_in_at(bm_context *context, bm_place here);
#define bm_table_new() bm_table_new_in_at(NULL, BM_HERE)

/** Adds a column by copying: reals (NaN is missing), integers (INT64_MIN is missing), texts (null is missing), or times in microseconds
 *  since 1970-01-01T00:00 (INT64_MIN is missing), of the years 0 to 9999.
 *  Errors   on the table: BM_E_DATA the name is taken or empty; BM_E_SHAPE another number of rows than the columns before;
 *           BM_E_NUMBER an infinite real, a time of another year; BM_E_DATA a text or name that is not UTF-8; BM_E_MEMORY
 */
BM_API bm_status bm_table_add_real_at(bm_table *t, const char *name, const double *values, int64_t rows, bm_place here);
BM_API bm_status bm_table_add_integer_at(bm_table *t, const char *name, const int64_t *values, int64_t rows, bm_place here);
BM_API bm_status bm_table_add_text_at(bm_table *t, const char *name, const bm_name *values, int64_t rows, bm_place here);
BM_API bm_status bm_table_add_time_at(bm_table *t, const char *name, const int64_t *values, int64_t rows, bm_place here);
#define bm_table_add_real(t, name, values, rows)    bm_table_add_real_at((t), (name), (values), (rows), BM_HERE)
#define bm_table_add_integer(t, name, values, rows) bm_table_add_integer_at((t), (name), (values), (rows), BM_HERE)
#define bm_table_add_text(t, name, values, rows)    bm_table_add_text_at((t), (name), (values), (rows), BM_HERE)
#define bm_table_add_time(t, name, values, rows)    bm_table_add_time_at((t), (name), (values), (rows), BM_HERE)

/** Rows and columns; 0 of a failed table. */
BM_API int64_t bm_table_rows(const bm_table *t);
BM_API int64_t bm_table_columns(const bm_table *t);
/** Name and type of a column (from 0); null and 0 outside. The table keeps the name. */
BM_API const char    *bm_table_column_name(const bm_table *t, int64_t column);
BM_API bm_column_type bm_table_column_type(const bm_table *t, int64_t column);
/** The number of a column by its name; -1 when there is none. */
BM_API int64_t bm_table_find(const bm_table *t, const char *name);
/** Missing cells of a column. */
BM_API int64_t bm_table_missing(const bm_table *t, int64_t column);
/** A cell as a number: true is 1, a time is seconds since 1970; NaN when it is missing, text, or outside. */
BM_API double bm_table_number(const bm_table *t, int64_t row, int64_t column);
/** A cell of an integer column, exactly; INT64_MIN when it is missing or no integer. */
BM_API int64_t bm_table_integer(const bm_table *t, int64_t row, int64_t column);
/** A cell of a column of times in microseconds since 1970-01-01T00:00; INT64_MIN when it is missing or no time. */
BM_API int64_t bm_table_time(const bm_table *t, int64_t row, int64_t column);
/** A cell of a text column; null when it is missing or the column is not text. The table keeps it. */
BM_API const char *bm_table_text(const bm_table *t, int64_t row, int64_t column);
/** Notes about the reading (rows left out, names changed ...), one sentence each; null past the last. The table keeps them. */
BM_API const char *bm_table_note(const bm_table *t, int64_t i);
/** Rows that were left out as bad. */
BM_API int64_t bm_table_skipped(const bm_table *t);
/** Where the i-th of them (from 0) stood: how many rows of the table come before it; -1 past the last. */
BM_API int64_t bm_table_skipped_at(const bm_table *t, int64_t i);
/** The first ten rows that were left out, or cells that were taken as missing, because they could not be read, one sentence each
 *  ("file:line:cell: why"), in the order of the file; null past the last. The table keeps them. */
BM_API const char *bm_table_bad_row(const bm_table *t, int64_t i);

/** A table of chosen rows in their order (a row may come twice). Errors BM_E_ARGUMENT a row outside; BM_E_MEMORY. */
BM_API bm_table *bm_table_take_at(const bm_table *t, bm_rows rows, bm_place here);
#define bm_table_take(t, rows) bm_table_take_at((t), (rows), BM_HERE)

/** Writes a table as CSV: cells are quoted where they must be (texts as NA or "" that would be missing, too), numbers are the shortest text
 *  that reads back as the same bits, times are as ISO 8601 has them, missing cells are empty (in a table of one column "", of texts NA), lines end by
 *  LF. Read with .header and the columns' .types it is the same table, but for blanks at the ends of columns' names. The file is written whole or not at all.
 *  Returns BM_OK, or the error, which is also put into `error` (null allowed) as a line of at most `room` bytes. */
BM_API bm_status bm_table_write_csv_at(const bm_table *t, const bm_csv_write_options *options, size_t size, char *error, size_t room, bm_place here);
#define bm_table_write_csv(t, ...) bm_table_write_csv_at((t), BM_OPTIONS(bm_csv_write_options, .path = __VA_ARGS__), NULL, 0, BM_HERE)

/** Writes a table of numbers in the libsvm format: the label first, a column qid of integers as that, then all other columns in their order,
 *  zeros left out. The file is written whole or not at all. Returns BM_OK, or the error, also put into `error` as bm_table_write_csv does:
 *  BM_E_DATA no column of labels, a missing cell; BM_E_TYPE a column of text; BM_E_FILE; BM_E_MEMORY */
BM_API bm_status bm_table_write_libsvm_at(const bm_table *t, const bm_libsvm_write_options *options, size_t size, char *error, size_t room,
                                          bm_place here);
#define bm_table_write_libsvm(t, ...) bm_table_write_libsvm_at((t), BM_OPTIONS(bm_libsvm_write_options, .path = __VA_ARGS__), NULL, 0, BM_HERE)

/** A column in figures. Those that a type has not are NaN; those of times are seconds since 1970. */
typedef struct bm_summary {
    int64_t count, missing, distinct;
    double  mean, std;                    /**< std with divisor count - 1 */
    double  min, q1, median, q3, max;     /**< quantiles by linear interpolation */
    double  skew;                         /**< m3 / m2^1.5 of central moments with divisor count */
    int64_t top_count[5];                 /**< the most frequent values, first the most frequent, ties in order of value */
    char    top[5][48];                   /**< their text, cut at 47 bytes; "" past the last */
} bm_summary;

/** Figures of one column; all zero and NaN when the column is outside or there is no memory. */
BM_API bm_summary bm_table_summary(const bm_table *t, int64_t column);

#ifdef __cplusplus
}
#endif
#endif
