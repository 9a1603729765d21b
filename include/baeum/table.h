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
 *  A column's type comes from all of its cells: integers that fit int64 make it integer, numbers real, true/false (also True, TRUE ...)
 *  true/false, dates date/time, anything else text. Missing are: an empty cell, NA, N/A, n/a, \#N/A, \#NA, \<NA\>, NaN, nan, -NaN,
 *  -nan, NaT, null, NULL, None and ?, and the texts of .missing; in a column of text those in quotes are texts. Text that is numbers as
 *  people write them, all in one form ("1.234,5", "67,404", "39%", "$5", "5 kg"), or but for a few cells ("-", "n.a."), becomes
 *  numbers, which a note tells (docs/tables.md has the rules, and that by which the first row is names or data). Blanks around numbers
 *  are ignored. A row is bad that has a number that is not finite (inf, 1e400), a wrong count of cells, something behind the closing
 *  quote of a cell, a NUL byte, or a cell that is not of the type that .types gives. Empty lines are passed over. A text cell that is
 *  not UTF-8 is taken as Windows-1252. A row may have 64 MB.
 *
 *  Returns  gives a table, never null
 *  Errors   BM_E_FILE cannot be opened or read, or changed meanwhile; BM_E_FORMAT a bad row (file:line:cell says where), duplicate
 *           names, more than 100,000 columns; BM_E_DATA no header, no rows; BM_E_MEMORY
 */
BM_API bm_table *bm_table_read_csv_at(const bm_csv_options *options, size_t size, bm_place here);
#define bm_table_read_csv(...) bm_table_read_csv_at(BM_OPTIONS(bm_csv_options, .path = __VA_ARGS__), BM_HERE)

/** Opens a CSV file to be read by parts, for tables that are larger than memory. The file is gone over once or twice first, so that all
 *  parts have the types and the texts, in the same order, that the file read whole has: one behind the other they are that table,
 *  whatever the number of rows of a part and of threads. Memory is a part, a window of the file of 2 MB (or as large as its longest
 *  rows), and the different texts of the columns of text. Gzip files are inflated once in each pass.
 *
 *  Returns  gives a reader, never null; bm_free ends it
 *  Errors   as bm_table_read_csv, but for cells that are not of their column's type: they are the error of the part that has them;
 *           BM_E_FILE no regular file (a pipe cannot be read twice); BM_E_ARGUMENT rows < 0;
 *           BM_E_FORMAT the first row does not end in the first 4 MB
 */
BM_API bm_csv *bm_csv_open_at(const bm_csv_options *options, size_t size, bm_place here);
#define bm_csv_open(...) bm_csv_open_at(BM_OPTIONS(bm_csv_options, .path = __VA_ARGS__), BM_HERE)
/** Gives the next part as a table, of .rows rows but for the last; null behind the last one. An error is on the table and on c; then
 *  null. */
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
 *  follow: "moons:rows=500,noise=.2,seed=1"), or by the path of a CSV file. Errors as bm_table_read_csv, and BM_E_DATA no such name
 *  (the nearest is named). */
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

/** Writes a table as CSV: cells are quoted where they must be (texts as NA or "" that would be missing, too), numbers are the shortest
 *  text that reads back as the same bits, times are as ISO 8601 has them, missing cells are empty (in a table of one column "", of
 *  texts NA), lines end by LF. Read with .header and the columns' .types it is the same table, but for blanks at the ends of columns'
 *  names. The file is written whole or not at all.
 *  Returns BM_OK, or the error, which is also put into `error` (null allowed) as a line of at most `room` bytes. */
BM_API bm_status bm_table_write_csv_at(const bm_table *t, const bm_csv_write_options *options, size_t size, char *error, size_t room, bm_place here);
#define bm_table_write_csv(t, ...) bm_table_write_csv_at((t), BM_OPTIONS(bm_csv_write_options, .path = __VA_ARGS__), NULL, 0, BM_HERE)

/** Writes a table of numbers in the libsvm format: the label first, a column qid of integers as that, then all other columns in their
 *  order, zeros left out. The file is written whole or not at all. Returns BM_OK, or the error, also put into `error` as
 *  bm_table_write_csv does: BM_E_DATA no column of labels, a missing cell; BM_E_TYPE a column of text; BM_E_FILE; BM_E_MEMORY */
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

/* ---- operations: a table in, a new table out ----
 *
 * None changes its arguments. The result is never null; an error lands on it: BM_E_DATA no such column (the nearest is named) or a
 * wrong condition, BM_E_TYPE a column of a type that cannot do it, BM_E_ARGUMENT an option outside its range, BM_E_UNSUPPORTED more than
 * 4,294,967,294 rows in or out, BM_E_MEMORY, and the error of a failed argument. The same arguments give the same cells on any
 * number of threads. Of two cells -0 and 0 are equal, and so are two missing ones where nothing else is said. */

/** A table of some columns in the order of their names: bm_table_select(t, "a", "b"); of all but some: bm_table_drop(t, "a"). */
BM_API bm_table *bm_table_select_at(const bm_table *t, bm_names columns, bm_place here);
BM_API bm_table *bm_table_drop_at(const bm_table *t, bm_names columns, bm_place here);
#define bm_table_select(...) bm_table_select_at(BM_FIRST_(__VA_ARGS__, NULL), BM_REST_NAMES_(__VA_ARGS__, NULL), BM_HERE)
#define bm_table_drop(...)   bm_table_drop_at(BM_FIRST_(__VA_ARGS__, NULL), BM_REST_NAMES_(__VA_ARGS__, NULL), BM_HERE)

/** A column's old and new name. */
typedef struct bm_renamed {
    const char *from, *to;
} bm_renamed;
typedef struct bm_renames {
    const bm_renamed *at;
    size_t            count;
} bm_renames;
/** The same table with other names of columns, bm_table_rename(t, { "a", "b" }, { "b", "a" }): all change at once.
 *  Errors also BM_E_DATA two columns would have one name. */
BM_API bm_table *bm_table_rename_at(const bm_table *t, bm_renames names, bm_place here);
#define bm_table_rename(t, ...) bm_table_rename_at((t), BM_LIST(bm_renames, bm_renamed, __VA_ARGS__), BM_HERE)

/** The rows for which a condition is true, in their order.
 *
 *      age >= 18 and (city = 'Seoul' or city in ('Busan', 'Jeju')) and not income missing and price / area < 2.5
 *      day between '2024-01-01' and '2024-03-31' and start < '2024-02-29 13:05'
 *
 *  Comparisons = (also ==) != (also <>) < <= > >= of numbers, of texts by their bytes, or of dates, which stand in quotes as texts do,
 *  in the forms in which files have them but 1/2/2024, which may be two days (a date without a time of day is its midnight); arithmetic
 *  + - * / % of numbers; the difference of two columns of dates in seconds; "x in (...)", "x between a and b" (both included), "x
 *  missing" (also "x is missing"), "x contains 'text'", "x starts with 'text'", "x ends with 'text'", each also with "not" before the
 *  word; and, or, not; brackets. 'Texts' stand in single quotes (two of them are one of the text), names of columns bare (letters,
 *  digits, _ and points) or in "double" quotes. Words are small or large. A column of true and false is a condition by itself. What is
 *  compared with a missing cell is neither true nor false (as in SQL), so that the row is left out, also under "not". Whole numbers are
 *  compared exactly, arithmetic is of doubles.
 *
 *  Errors   also BM_E_ARGUMENT the condition cannot be read: the message tells the place (from 1), what stands there and what may
 */
BM_API bm_table *bm_table_filter_at(const bm_table *t, const char *condition, bm_place here);
#define bm_table_filter(t, condition) bm_table_filter_at((t), (condition), BM_HERE)
/** The rows for which a function says true; it is called once a row, in order, on this thread. Rows by their numbers: bm_table_take. */
typedef bool (*bm_row_function)(const bm_table *t, int64_t row, void *user);
BM_API bm_table *bm_table_filter_by_at(const bm_table *t, bm_row_function keep, void *user, bm_place here);
#define bm_table_filter_by(t, keep, user) bm_table_filter_by_at((t), (keep), (user), BM_HERE)

/** How rows are sorted. */
typedef struct bm_table_sort_options {
    bm_names by;          /**< columns, the first one counts most; required */
    BM_NAMED_;
    bm_names descending;  /**< those among them that go from large to small */
    bool     all_descending;
} bm_table_sort_options;
/** Rows in the order of some columns: numbers by value, false before true, texts by their bytes; missing cells are last in either
 *  direction. Rows that are equal there keep their order. By radix sort. */
BM_API bm_table *bm_table_sort_at(const bm_table *t, const bm_table_sort_options *options, size_t size, bm_place here);
#define bm_table_sort(t, ...) bm_table_sort_at((t), BM_OPTIONS(bm_table_sort_options, .by = __VA_ARGS__), BM_HERE)

/** What is made of the cells of a group. All but BM_GROUP_ROWS pass over missing cells. */
typedef enum bm_group_kind {
    BM_GROUP_ROWS = 1, /**< rows of the group; takes no column */
    BM_GROUP_COUNT,    /**< cells that are there */
    BM_GROUP_SUM,      /**< integer of integers and true/false; 0 of none */
    BM_GROUP_MEAN,
    BM_GROUP_MEDIAN,
    BM_GROUP_MIN,      /**< the smallest value, of the column's type; texts by their bytes */
    BM_GROUP_MAX,      /**< the largest one */
    BM_GROUP_STD,      /**< standard deviation, divisor count - 1 */
    BM_GROUP_VAR,      /**< its square */
    BM_GROUP_FIRST,    /**< the first value, of the column's type */
    BM_GROUP_LAST,
    BM_GROUP_DISTINCT, /**< different values */
    BM_GROUP_SKEW,     /**< m3 / m2^1.5 of central moments with divisor count; missing when all are equal */
    BM_GROUP_QUANTILE, /**< .q of it, by linear interpolation (type 7 of Hyndman and Fan) */
    BM_GROUP_KIND_COUNT_
} bm_group_kind;
typedef struct bm_aggregate {
    const char   *column; /**< null of BM_GROUP_ROWS alone */
    bm_group_kind kind;
    const char   *as;     /**< name of the result; default: "rows", "<column>_mean", "<column>_q0.9" ... */
    double        q;      /**< of BM_GROUP_QUANTILE, in [0, 1] */
} bm_aggregate;
typedef struct bm_aggregates {
    const bm_aggregate *at;
    size_t              count;
} bm_aggregates;
#define BM_AGGREGATES(...) BM_LIST(bm_aggregates, bm_aggregate, __VA_ARGS__)

/** How rows are grouped. */
typedef struct bm_table_group_options {
    bm_names      by;           /**< columns; rows of the same values there are a group; required */
    BM_NAMED_;
    bm_aggregates results;      /**< one column each; default: { NULL, BM_GROUP_ROWS }, which counts the values of .by */
    bool          keep_missing; /**< rows whose key is missing are a group, too, the last; default: they are in none, as in pandas */
    bool          unsorted;     /**< groups in the order of their first rows; default: in the order of their keys */
    bool          by_size;      /**< the largest group first, equal ones in the order of their keys */
} bm_table_group_options;
/** One row a group: its keys, then the results.
 *
 *      bm_table *g = bm_table_group(t, BM_NAMES("city"),
 *                                   .results = BM_AGGREGATES({ "price", BM_GROUP_MEAN }, { "price", BM_GROUP_QUANTILE, .q = .9 }));
 *      bm_table *n = bm_table_group(t, BM_NAMES("city"), .by_size = true);          how often each value is there
 *
 *  Sums add the rows of 16 parts at most, each in order, and then the parts, so that they do not depend on threads.
 *  Errors   also BM_E_TYPE a sum, mean ... of text; BM_E_NUMBER a sum of integers outside 64 bits, a sum that is not finite */
BM_API bm_table *bm_table_group_at(const bm_table *t, const bm_table_group_options *options, size_t size, bm_place here);
#define bm_table_group(t, ...) bm_table_group_at((t), BM_OPTIONS(bm_table_group_options, .by = __VA_ARGS__), BM_HERE)

/** Which rows a join gives. */
typedef enum bm_join_kind {
    BM_JOIN_INNER = 0, /**< pairs of rows whose keys are equal, in the order of the left rows, then of the right */
    BM_JOIN_LEFT,      /**< and left rows without a partner, in their place */
    BM_JOIN_RIGHT,     /**< pairs and right rows without a partner, in the order of the right rows */
    BM_JOIN_FULL,      /**< as left, and behind them right rows without a partner */
    BM_JOIN_SEMI,      /**< left rows that have a partner, once; columns of the left table alone */
    BM_JOIN_ANTI,      /**< left rows that have none */
    BM_JOIN_KIND_COUNT_
} bm_join_kind;
/** How tables are joined. */
typedef struct bm_table_join_options {
    bm_names     by;                          /**< columns that both tables have; or .left_by and .right_by */
    BM_NAMED_;
    bm_join_kind how;                         /**< default: inner */
    bm_names     left_by, right_by;           /**< the same of columns with different names, pair by pair; both stay in the result */
    const char  *left_suffix, *right_suffix;  /**< of columns, no keys, that both tables have; default "_x" and "_y" */
    bool         match_missing;               /**< keys that are missing are equal; default: such a row has no partner */
} bm_table_join_options;
/** Two tables by equal keys; each left row meets each right row of its key. Keys are integers, reals and true/false in any
 *  mixture (by exact value), or texts.
 *  Errors   also BM_E_TYPE a key that is text in one table and a number in the other; BM_E_DATA two columns of one name in the result */
BM_API bm_table *bm_table_join_at(const bm_table *left, const bm_table *right, const bm_table_join_options *options, size_t size,
                                  bm_place here);
#define bm_table_join(left, right, ...) bm_table_join_at((left), (right), BM_OPTIONS(bm_table_join_options, .by = __VA_ARGS__), BM_HERE)

/** How rows are drawn. */
typedef struct bm_table_sample_options {
    char    zero_;
    BM_NAMED_;
    int64_t rows;        /**< how many; or */
    double  share;       /**< of the rows, rounded to a whole number; one of the two is required */
    bool    replacement; /**< a row may be drawn again */
    int64_t seed;
    bool    in_order;    /**< drawn rows keep the order of the table; default: the order in which they were drawn */
} bm_table_sample_options;
/** Rows drawn at random (Philox): the same seed gives the same rows. Errors also BM_E_ARGUMENT more rows than there are. */
BM_API bm_table *bm_table_sample_at(const bm_table *t, const bm_table_sample_options *options, size_t size, bm_place here);
#define bm_table_sample(t, ...) bm_table_sample_at((t), BM_OPTIONS(bm_table_sample_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** Tables in a list, borrowed. */
typedef struct bm_tables {
    const bm_table *const *at;
    size_t                 count;
} bm_tables;
#define BM_TABLES(...) BM_LIST(bm_tables, bm_table *, __VA_ARGS__)
/** The rows of several tables, one table below the other: bm_table_concat(BM_TABLES(a, b)). Columns meet by name, in the order in which
 *  names come; where a table has not a column its cells are missing. True/false beside integers becomes integer, either beside reals
 *  real; a column without any value takes the other's type. Errors also BM_E_TYPE text beside numbers; BM_E_ARGUMENT no tables. */
BM_API bm_table *bm_table_concat_at(bm_tables tables, bm_place here);
#define bm_table_concat(tables) bm_table_concat_at((tables), BM_HERE)

/** Which of equal rows count as the first. */
typedef enum bm_keep { BM_KEEP_FIRST = 0, BM_KEEP_LAST, BM_KEEP_NONE, BM_KEEP_COUNT_ } bm_keep;
typedef struct bm_table_unique_options {
    BM_NAMED_;
    bm_names columns; /**< rows are equal when they are equal here; default: in all columns */
    bm_keep  keep;    /**< of equal rows the first (default), the last, or none stays */
    char     zero_;   /*   ends the list of the macros, which may be called with the table alone */
} bm_table_unique_options;
/** The table without its duplicate rows, in its order; and the rows that this leaves out. */
BM_API bm_table *bm_table_unique_at(const bm_table *t, const bm_table_unique_options *options, size_t size, bm_place here);
BM_API bm_table *bm_table_duplicates_at(const bm_table *t, const bm_table_unique_options *options, size_t size, bm_place here);
#define bm_table_unique(...)     bm_table_unique_at(BM_FIRST_(__VA_ARGS__, NULL), BM_UNIQUE_(__VA_ARGS__, .zero_ = 0), BM_HERE)
#define bm_table_duplicates(...) bm_table_duplicates_at(BM_FIRST_(__VA_ARGS__, NULL), BM_UNIQUE_(__VA_ARGS__, .zero_ = 0), BM_HERE)
#define BM_UNIQUE_(first_, ...)  BM_OPTIONS(bm_table_unique_options, __VA_ARGS__)


#ifdef __cplusplus
}
#endif
#endif
