// SPDX-License-Identifier: Apache-2.0
/* What the parts of the CSV reader share.
 *
 * The data rows are cut into chunks at row starts, at places that depend on the file alone. One pass counts line ends and quotes
 * per chunk, which gives the row starts (an even number of quotes lies before a line end that ends a row) and room for the rows;
 * a second pass parses all chunks, several at once, straight into the columns. A cell is kept as the bits of a double, in
 * columns of text as a number in the chunk's own dictionary. Chunks whose guess of a column's type differs from what all
 * chunks together say are parsed again, knowing the type. A quote inside a cell without quotes (5" pipe) is a character of it, which the
 * count of quotes cannot know: from the first such row on chunks are cut by going through the cells.
 */
#ifndef BMI_FORMAT_CSV_INSIDE_H
#define BMI_FORMAT_CSV_INSIDE_H
#include "format/csv.h"
#include "format/source.h"

/* What a byte means outside quotes. */
enum { BMI_CSV_DELIMITER = 1, BMI_CSV_LINE = 2, BMI_CSV_RETURN = 4, BMI_CSV_QUOTE = 8, BMI_CSV_NUL = 16 };

typedef struct bmi_csv_dialect {
    unsigned char delimiter;
    unsigned char line;    /* the byte that ends a line: LF (CR before it is part of the line end), or CR */
    unsigned char comment; /* lines that begin with it are none; 0: there are no such lines */
    bool trim;             /* blanks around cells are no part of them */
    bool several;          /* there are two columns at least: a line of blanks alone is no row */
    bool literal;          /* a quote inside a cell that does not begin with one is a character of it, else a problem */
    unsigned char kind[256];
} bmi_csv_dialect;

typedef enum bmi_csv_problem {
    BMI_CSV_FINE,
    BMI_CSV_CELLS,
    BMI_CSV_STRAY_QUOTE,
    BMI_CSV_OPEN_QUOTE,
    BMI_CSV_HAS_NUL,
    BMI_CSV_LONE_RETURN,
    BMI_CSV_TOO_LONG,
    BMI_CSV_NO_MEMORY,
    BMI_CSV_NO_ROOM
} bmi_csv_problem;

typedef struct bmi_csv_cell {
    const unsigned char *at, *next; /* inside the quotes; behind the delimiter or line end, or where the problem is */
    size_t n;
    bool quoted, doubled, last; /* doubled: holds "" for "; last: of its row */
    bool stray;                 /* a quote is in it that is a character */
} bmi_csv_cell;

void bmi_csv_dialect_set(bmi_csv_dialect *d, unsigned char delimiter, unsigned char line);
/* The cell that begins at p. */
bmi_csv_problem bmi_csv_cell_read(const bmi_csv_dialect *d, const unsigned char *p, const unsigned char *end,
                                  bmi_csv_cell *cell);
/* Copies a cell's text into `into` (room for cell->n bytes), "" as "; returns its length. */
size_t bmi_csv_cell_copy(const bmi_csv_cell *cell, char *into);
/* Past empty lines, those of blanks alone and comments. */
const unsigned char *bmi_csv_blank_lines(const bmi_csv_dialect *d, const unsigned char *p, const unsigned char *end);

/* What the cells of a column were, as bits; BIG: digits alone, that f64 may not hold; SLOW: the fast way for numbers is not tried. */
enum {
    BMI_SEEN_INT = 1,
    BMI_SEEN_REAL = 2,
    BMI_SEEN_BOOL = 4,
    BMI_SEEN_TEXT = 8,
    BMI_SEEN_BIG = 16,
    BMI_SEEN_INFINITE = 32,
    BMI_SEEN_LATE_TEXT = 64,
    BMI_SEEN_SLOW = 128
};
/* How a column is parsed: guessed per chunk; as text; as int64_t. */
enum { BMI_CSV_GUESS, BMI_CSV_AS_TEXT, BMI_CSV_AS_INT64 };
#define BMI_CSV_MISSING UINT64_C(0x7ff8000000000000) /* bits of the NaN that stands for a missing cell */

/* A row longer than this is a bad one, so that a quote that is never closed does not take all memory. */
enum { BMI_CSV_MAX_ROW = 1 << 26 };

/* The first bad rows of a chunk, and of a file, are kept to be told. */
enum { BMI_CSV_TOLD = 10 };
typedef struct bmi_csv_bad {
    bmi_csv_problem problem;
    size_t problem_at, row_at; /* offsets of the problem and of its row */
    int64_t cells;             /* of the row up to the problem, the one with it counted */
} bmi_csv_bad;

typedef struct bmi_csv_chunk {
    size_t begin, end;    /* offsets of its first row and of the next chunk's */
    size_t lines, quotes; /* counted in the bytes before `begin` of the next and from its own */
    int64_t base, room;   /* first row in the columns; rows there is room for */
    int64_t rows, bad;    /* rows kept; bad rows left out */
    int64_t *bad_at;      /* the rows kept before each of them */
    size_t bad_room;
    int64_t filled, cut;            /* rows with too few and too many cells that were kept */
    bool serial;                    /* of the rest from a row on where quotes could not be counted on */
    bmi_csv_bad told[BMI_CSV_TOLD]; /* the first bad rows, `n_told` of them */
    int n_told;
    bool stopped;      /* the chunk was not parsed to its end, because of the bad row told last */
    bool goes_on;      /* or of one from which on quotes must be looked at cell by cell */
    size_t stopped_at; /* offset of the row it was stopped by */
} bmi_csv_chunk;

/* How often each text of a column occurs, and the row where it first did. */
typedef struct bmi_csv_census {
    int64_t *counts, *first;
    size_t counts_room, first_room;
} bmi_csv_census;

typedef struct bmi_csv_work {
    bm_context *context;
    const bmi_source *source;
    const bm_csv_options *options;
    bmi_error *error;
    bm_place here;
    bmi_csv_dialect dialect;
    size_t data; /* offset of the first data row */
    size_t n_columns, n_chunks, chunk_bytes;
    bmi_csv_chunk *chunks;
    size_t chunks_capacity;
    uint8_t *seen;         /* [chunk][column] */
    bmi_dictionary *texts; /* [chunk][column] */
    uint8_t *mode;         /* [column] */
    bool *codes;           /* [column]: digits that begin with 0 are in the first rows, as in 00501; or null */
    uint8_t *asked;        /* [column]: the type it was asked to have, 0: none; text stays text whatever is in it */
    uint64_t **cells;      /* [column], `room` of them each */
    int64_t room;
    uint64_t *marks; /* the caller's texts of missing cells that are numbers, as bits of f64; options->missing.count of room */
    size_t n_marks;
    bool named_marks;     /* an empty text is among them: NA and the like are texts */
    bool windows_names;   /* names of columns that are not UTF-8 */
    bool skip, fill;      /* bad rows are left out; bad cells are missing, which goes with it */
    bool cut;             /* the source is the head of a file that goes on */
    int64_t lines_before; /* in front of the source */
    int64_t first_line;   /* where the first row stands, from 1 */
    /* cells that are not of their column's type */
    bool *bad;                     /* [row] of out: it has one and is left out; null: none has */
    int64_t bad_rows, bad_filled;  /* rows marked, cells that were made missing */
    int64_t bad_row[BMI_CSV_TOLD]; /* the first of them, in order, and their columns */
    size_t bad_column[BMI_CSV_TOLD];
    int bad_told;
    const char *first_row, *first_cell; /* the first bad row and the first bad cell in words, of those in out->bad */
    const bmi_csv_census *census;       /* [column] of texts counted elsewhere, or null */
    const bmi_column *plan;             /* [column]: the types and forms that are known already, of a part of a file; or null */
    bmi_csv *out;
} bmi_csv_work;

/* csv_layout.c: delimiter, line end, header; the chunks and room for the rows. */
bm_status bmi_csv_layout(bmi_csv_work *w);
bm_status bmi_csv_cut(bmi_csv_work *w);
/* csv_header.c: whether the row at `row` has the names of the columns; `rows` is where the rows behind it begin. */
bm_status bmi_csv_is_header(bmi_csv_work *w, const unsigned char *row, const unsigned char *rows, const unsigned char *end,
                            bool whole, bool *header);
/* Finds columns of numbers that may be codes; false when there is no memory. */
bool bmi_csv_find_codes(bmi_csv_work *w, const unsigned char *p, const unsigned char *end);
/* csv_rows.c: parses one chunk whose bytes are at [begin, end). `tile` has room for tile_rows rows. */
typedef struct bmi_csv_scratch {
    unsigned char *buffer;
    size_t capacity;
    uint64_t *tile;
    uint8_t *seen; /* of the row at hand */
    char *text;    /* a cell without its quotes */
    size_t text_capacity;
} bmi_csv_scratch;
int64_t bmi_csv_tile_rows(size_t n_columns);
void bmi_csv_rows(const bmi_csv_work *w, size_t chunk, const unsigned char *begin, const unsigned char *end,
                  bmi_csv_scratch *s);
/* Where a row that was given up ends: behind the next line end from p. */
const unsigned char *bmi_csv_skip_line(const bmi_csv_dialect *d, const unsigned char *p, const unsigned char *end);
/* csv_finish.c: types, dictionaries, gaps closed; then, behind what looks at texts, what bad cells do. */
bm_status bmi_csv_finish(bmi_csv_work *w);
/* csv_forms.c: columns of text that are numbers as people write them become numbers. */
bm_status bmi_csv_number_forms(bmi_csv_work *w);
/* The cells of a column of text as numbers of a form, as integers if `whole`; false when there is no memory. */
bool bmi_csv_as_numbers(bmi_csv_work *w, bmi_column *c, const bmi_number_form *form, bool whole);
/* The cells of a column of text as true and false; false when there is no memory. */
bool bmi_csv_as_truth(bmi_csv_work *w, bmi_column *c);
/* csv_times.c: columns of text that are dates become times. */
bm_status bmi_csv_times(bmi_csv_work *w);
bool bmi_csv_as_times(bmi_csv_work *w, bmi_column *c, const bmi_number_form *form);
/* Puts cells of another width in place of a column's texts. */
void bmi_csv_replace(bmi_csv_work *w, bmi_column *c, bm_column_type type, void *values, size_t bytes);
/* csv_types.c: columns that were asked to have a type: which they are (into w->asked), and their texts as what they shall be. */
bm_status bmi_csv_asked(bmi_csv_work *w);
bool bmi_csv_to_asked(bmi_csv_work *w, size_t column, const bmi_number_form *form);
/* csv_bad.c: notes a cell that is not what its column is; false when there is no memory. Then, behind all else, what such cells do, and
 * the first bad rows in words. */
bool bmi_csv_mark_bad(bmi_csv_work *w, int64_t row, size_t column);
bm_status bmi_csv_bad_cells(bmi_csv_work *w);
bm_status bmi_csv_judge_rows(bmi_csv_work *w);
/* csv_rest.c: the rest from a row on at which a chunk stopped is cut by its cells and parsed again. */
bm_status bmi_csv_parse_rest(bmi_csv_work *w, size_t stopped);
/* Whole rows at the beginning of n > 0 bytes, `enough` bytes of them or as many as there are. */
typedef struct bmi_csv_reading {
    size_t enough, n_columns;
    bool skip, fill; /* bad rows are passed over; those of another number of cells are kept */
    bool last;       /* the file ends with the bytes */
} bmi_csv_reading;
typedef struct bmi_csv_run {
    size_t bytes;
    int64_t rows; /* that are kept */
    bool broken;  /* the last one cannot be read, where that is the error */
    bool stray;   /* a quote in them is a character */
} bmi_csv_run;
bmi_csv_run bmi_csv_whole_rows(const bmi_csv_dialect *d, const unsigned char *p, size_t n, const bmi_csv_reading *how);
/* csv_forms.c: counts the texts of a column, or gives what was counted elsewhere; false when there is no memory. */
bool bmi_csv_count(const bmi_csv_work *w, const bmi_column *c, bmi_csv_census *into);
void bmi_csv_count_end(const bmi_csv_work *w, bmi_csv_census *counted);
/* Whether a cell's text means that it is missing: one of the markers, or one of the caller's; in quotes, the caller's alone. */
bool bmi_csv_is_missing(const bmi_csv_work *w, const char *text, size_t n);
bool bmi_csv_is_mark(const bmi_csv_work *w, const char *text, size_t n);
/* csv_finish.c: joins the texts of chunk i, whose cells begin at `cells`, into a dictionary; counts them, if that is wanted, as those of
 * rows from `row` on. `codes` may be null. False when there is no memory. */
bool bmi_csv_join_texts(bmi_csv_work *w, size_t c, size_t i, const uint64_t *cells, int32_t *codes, bmi_dictionary *all,
                        bmi_csv_census *census, int64_t row, bool *windows);
unsigned bmi_csv_seen(const bmi_csv_work *w, size_t c); /* in all chunks */
bm_column_type bmi_csv_settled(unsigned seen, uint8_t asked);
/* Tells of a column, whose type was not asked for, that digits are lost: those of a real beyond 2^53, or zeros in front of a code.
 * False when there is no memory. */
bool bmi_csv_note_digits(bm_context *context, const bmi_column *c, unsigned seen, bool code, bmi_notes *notes);
/* csv.c: what options can be; room for the chunks' rows; the end of all that. */
bm_status bmi_csv_check(bmi_error *e, bm_place here, const char *name, const bm_csv_options *o);
bm_status bmi_csv_make_room(bmi_csv_work *w);
void bmi_csv_work_end(bmi_csv_work *w);
/* csv.c: parses chunks [first, n_chunks) that `again` (null: all) marks. */
bm_status bmi_csv_parse_chunks(bmi_csv_work *w, size_t first, const bool *again);
/* csv_report.c: what is wrong with a bad row, as a cause and as "file:line:cell: ...". */
bmi_cause bmi_csv_cause(const bmi_csv_work *w, const bmi_csv_bad *bad);
bm_status bmi_csv_describe(bmi_csv_work *w, const bmi_csv_bad *bad, char into[600]);
/* The same for a cell of a kept row that is not what its column is. */
bm_status bmi_csv_describe_cell(bmi_csv_work *w, int64_t row, size_t column, size_t *offset, char into[600]);
/* How many threads share `items` pieces of work: at most BMI_CSV_PARTS. */
enum { BMI_CSV_PARTS = 64 };
int bmi_csv_parts(const bmi_csv_work *w, size_t items);

#endif
