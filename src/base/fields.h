// SPDX-License-Identifier: Apache-2.0
/* Field tables: one row per field of an options struct. Filling defaults, checking, saving and loading as JSON, short text
 * specs ("rate=.1,momentum=.9"), --help and the reference docs all come from the table.
 */
#ifndef BMI_BASE_FIELDS_H
#define BMI_BASE_FIELDS_H
#include "base/status.h"
#include <baeum/extend_fields.h>
#include <jansson.h>

/* The rows are the public ones: kinds from outside have the same tables. */
typedef bm_field bmi_field;
#define BMI_FIELD_REAL BM_FIELD_REAL
#define BMI_FIELD_INT BM_FIELD_INT
#define BMI_FIELD_BOOL BM_FIELD_BOOL
#define BMI_FIELD_TEXT BM_FIELD_TEXT
#define BMI_FIELD_CHOICE BM_FIELD_CHOICE
#define BMI_FIELD_WORD BM_FIELD_WORD
#define BMI_FIELD_SHAPE BM_FIELD_SHAPE
#define BMI_FIELD_PART BM_FIELD_PART
#define BMI_REAL_FIELD BM_REAL_FIELD
#define BMI_AUTO_FIELD BM_AUTO_FIELD
#define BMI_INT_FIELD BM_INT_FIELD
#define BMI_BOOL_FIELD BM_BOOL_FIELD
#define BMI_TEXT_FIELD BM_TEXT_FIELD
#define BMI_CHOICE_FIELD BM_CHOICE_FIELD
#define BMI_WORD_FIELD BM_WORD_FIELD
#define BMI_SHAPE_FIELD BM_SHAPE_FIELD
#define BMI_PART_FIELD BM_PART_FIELD
/* A share, 0 <= f < 1. */
#define BMI_SHARE_FIELD(T, f, def, doc_)                                                                                   \
    {                                                                                                                      \
        .name = #f, .type = BMI_FIELD_REAL, .offset = offsetof(T, f), .low = 0, .high = 1, .below = true, .number = (def), \
        .doc = (doc_)                                                                                                      \
    }

/* Dimensions. */
enum { BMI_DIMS_MAX = 8 };
typedef struct bmi_dims {
    int64_t rank, dim[BMI_DIMS_MAX];
} bmi_dims;

/* The head that every choice has. A number is 0 for the kind's default and BM_ZERO for 0, also after settling. */
typedef struct bmi_choice {
    const char *name;
    const void *kind;
    double p[2];
} bmi_choice;

/* The head of the record of every family that choices are of. */
typedef struct bmi_choice_kind {
    size_t size;
    const char *name;
    const char *doc;
    bm_choice_number number[2];
} bmi_choice_kind;

/* The head that every part has; the options follow the size, aligned to 8. */
typedef struct bmi_part {
    const char *name;
    const void *kind;
    bm_place place;
    size_t size; /* of the options; 0: all defaults */
    union {
        int64_t i_;
        double d_;
        void *p_;
    } options; /* and on, to the field's room */
} bmi_part;

/* The head of the record of every family that parts are of. */
typedef struct bmi_part_kind {
    size_t size;
    const char *name;
    size_t options_size;            /* bytes of the settled options */
    const struct bmi_field *fields; /* their table; null: no options */
} bmi_part_kind;

/* Finds the record of a choice and checks its numbers; it may be done again. `what` is how messages call the choice:
 * "dense: activation is \"rleu\", which is no activation; did you mean \"relu\"?". Null with the error set, or for a choice that
 * names nothing (without an error). */
const void *bmi_choice_settle(bmi_error *e, bm_place here, const char *owner, const char *what, const char *family,
                              const bmi_choice *choice);
/* The numbers of a settled choice: the kind's defaults where it says 0. */
void bmi_choice_numbers(const bmi_choice_kind *kind, const double given[2], double p[2]);

/* Fills the defaults (0 becomes the default, BM_ZERO becomes 0) and checks every range; the message names `owner`, the
 * field, the value and the range: "adam: rate is -1, must be >= 0". Choices and parts must be of a known kind, or bring their
 * own; a part's options are settled too. Once only: a second time would take a settled 0 for a default. On an error the options
 * are half settled and of no use. */
bm_status bmi_fields_settle(bmi_error *e, bm_place here, const char *owner, const bmi_field *fields, void *options);

/* A new JSON object of settled options, or null when there is no memory. Fields equal to their default are written too.
 * Choices as "relu" or {"name": "leaky_relu", "p": [0.1]}; parts as "constant" or {"name": "cosine", "options": {...}}; no
 * text, choice or part as null; words as texts; shapes as lists; numbers that are not finite as the texts "inf", "-inf", "nan". */
json_t *bmi_fields_save(const bmi_field *fields, const void *options);

/* Reads JSON into zeroed options, to be settled after: a given 0 becomes BM_ZERO, so that settling keeps it (unless 0 is the
 * default anyway). Unknown members are BM_E_FORMAT when `strict`, naming the nearest field, else ignored; a member of a wrong
 * type always is. A null member is the default. Texts borrow from `from`. */
bm_status bmi_fields_load(bmi_error *e, bm_place here, const char *owner, const bmi_field *fields, void *options,
                          const json_t *from, bool strict);

/* Reads "key=value,key=value" the same way, unknown keys being BM_E_ARGUMENT. Names of choices take numbers in brackets,
 * "leaky_relu(.1)", parts their own options, "cosine(steps=100)"; shapes are 28x28x1; switches are true, false, yes, no,
 * 1, 0 or the bare key. A lone first value goes to the first field of the table ("64,activation=relu"). Blanks around keys and values
 * do not count. A key given twice is BM_E_ARGUMENT. Texts are copied into `arena`. */
struct bmi_arena;
bm_status bmi_fields_parse(bmi_error *e, bm_place here, const char *owner, const bmi_field *fields, void *options,
                           const char *spec, struct bmi_arena *arena);

/* The row of a name, or null; and of all names the nearest to a wrong one, or null. */
const bmi_field *bmi_field_find(const bmi_field *fields, const char *name);
const char *bmi_field_nearest(const bmi_field *fields, const char *name);

/* The value of a word, or -1 (also of null); and all words as "relu, tanh or linear". */
int bmi_field_word(const bmi_field *field, const char *text);
const char *bmi_field_words(const bmi_field *field, char into[200]);

/* Puts a given number into a field of zeroed options: 0 becomes BM_ZERO unless 0 is the default. */
void bmi_field_put_number(const bmi_field *field, void *options, double value);
void bmi_field_put_int(const bmi_field *field, void *options, int64_t value);

#endif
