// SPDX-License-Identifier: Apache-2.0
/* What readers of tables share with tables: lists of names, types of columns, how a CSV file is read.
 */
// clang-format off
#ifndef BAEUM_COLUMN_H
#define BAEUM_COLUMN_H
#include <baeum/base.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef const char *bm_name;
/** A list of names, borrowed for the call: BM_NAMES("a", "b"), or { array, n }; {0}: none. In options an array with a count of 0 is an
 *  error, for it is what { "a" } without BM_NAMES gives. */
typedef struct bm_names {
    const bm_name *at;
    size_t         count;
} bm_names;
#define BM_NAMES(...) BM_LIST(bm_names, bm_name, __VA_ARGS__)

/** What a column holds. */
typedef enum bm_column_type {
    BM_COLUMN_REAL = 1, /**< double */
    BM_COLUMN_INTEGER,  /**< int64_t */
    BM_COLUMN_BOOL,     /**< true or false */
    BM_COLUMN_TEXT,     /**< UTF-8 text */
    BM_COLUMN_TIME,     /**< int64_t: microseconds since 1970-01-01T00:00, without a zone */
    BM_COLUMN_TYPE_COUNT_
} bm_column_type;

/** "real", "integer", "true/false", "text", "date/time"; "no type" otherwise. Static text. */
BM_API const char *bm_column_type_name(bm_column_type type);

/** The type that a column is read as. */
typedef struct bm_column_as {
    bm_name        name;
    bm_column_type type;
} bm_column_as;
/** A list of them, borrowed for the call: BM_TYPES({ "zip", BM_COLUMN_TEXT }, { "price", BM_COLUMN_REAL }). */
typedef struct bm_types {
    const bm_column_as *at;
    size_t              count;
} bm_types;
#define BM_TYPES(...) BM_LIST(bm_types, bm_column_as, __VA_ARGS__)

/** How a CSV file is read. A zero field means its default. */
typedef struct bm_csv_options {
    const char *path;          /**< the file, gzip allowed; "-" is standard input */
    BM_NAMED_;
    char        delimiter;     /**< default: found out among comma, semicolon, tab and bar */
    bool        no_header;     /**< the first row is data; columns are named c1 ... cN; default: found out (docs/tables.md has the rule) */
    bool        skip_bad_rows; /**< rows that cannot be read are left out and counted; default: the first one is the error */
    bool        rename_duplicates; /**< a second column "a" becomes "a.2", aloud; default: an error */
    bm_names    text;          /**< columns that stay text whatever is in them; names that are not there are ignored */
    bm_context *context;       /**< default: the built-in one */
    const bm_recipe *recipe;   /**< borrowed for the call: columns that were text when it was fitted stay text, so that "007" is what it was,
                                *   and numbers are read in the form they had then */
    bm_names missing;          /**< texts that mean a missing cell, in any column, beside the usual ones: BM_NAMES("-999", "none"); with an
                                *   empty text among them the usual ones (NA, null, ? ...) are texts: BM_NAMES("") */
    char     decimal;          /**< the decimal sign, '.' or ','; default: found out column by column */
    bool     header;           /**< the first row has the names, whatever it looks like */
    bool     fill_bad_rows;    /**< cells that cannot be read are missing, short rows are filled and long ones cut, all counted and told; rows
                                *   that cannot be cut into cells are left out */
    bool     trim;             /**< blanks around texts are cut, and may stand around quotes; those of cells in quotes stay */
    char     comment;          /**< lines that begin with it are passed over; default: none */
    char     thousands;        /**< between groups of digits: ',' '.' ' ' or '\''; default: found out column by column */
    bm_name  dates;            /**< what 1/2/2024 means, "dmy" or "mdy"; default: found out column by column */
    bm_types types;            /**< types of named columns; what is not of its type is a bad cell. Names that are not there are an error */
    int64_t  rows;             /**< of a part, for bm_csv_open; default 65,536 */
    int64_t  skip;             /**< lines at the top, titles and the like, that are left out; default: none */
} bm_csv_options;

/** How a libsvm file is read. A zero field means its default. */
typedef struct bm_libsvm_options {
    const char *path;       /**< the file, gzip allowed; "-" is standard input */
    BM_NAMED_;
    int64_t     features;   /**< columns f1 ... that there are at least, beyond the highest index of the file; default: none */
    bool        zero_based; /**< the lowest index is 0; default: it is when the file has one */
    bm_context *context;    /**< default: the built-in one */
    const bm_recipe *recipe; /**< borrowed for the call: there are at least the columns that it was fitted with */
} bm_libsvm_options;

/** How a libsvm file is written. */
typedef struct bm_libsvm_write_options {
    const char *path;
    BM_NAMED_;
    bm_name     label;      /**< the column of the labels; default: "label" */
    bool        zero_based; /**< the first feature has index 0; default: 1 */
} bm_libsvm_write_options;

/** How a CSV file is written. */
typedef struct bm_csv_write_options {
    const char *path;
    BM_NAMED_;
    char        delimiter; /**< default: comma */
    bool        no_header;
    bool        f32;       /**< numbers are written with as few digits as give the same f32 back, at most 9 */
} bm_csv_write_options;

#ifdef __cplusplus
}
#endif
#endif
