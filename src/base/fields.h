// SPDX-License-Identifier: Apache-2.0
/* Field tables: one row per field of an options struct. Filling defaults, checking, saving and loading as JSON, short text
 * specs ("rate=.1,momentum=.9"), --help and the reference docs all come from the table.
 */
#ifndef BMI_BASE_FIELDS_H
#define BMI_BASE_FIELDS_H
#include "base/status.h"
#include <jansson.h>

typedef enum bmi_field_type {
    BMI_FIELD_REAL = 1, /* double */
    BMI_FIELD_INT,      /* int64_t */
    BMI_FIELD_BOOL,     /* bool */
    BMI_FIELD_TEXT,     /* const char *, borrowed until the options are kept */
    BMI_FIELD_CHOICE,   /* a choice struct {const char *name; const void *kind; double p[2];}; `family` names its kinds */
    BMI_FIELD_PART      /* a struct {name, kind, place, size, options} such as bm_schedule; `family` names its kinds */
} bmi_field_type;

typedef struct bmi_field {
    const char    *name;
    bmi_field_type type;
    size_t         offset;
    double         low, high;       /* allowed range of numbers */
    bool           above, below;    /* the range leaves out low, high */
    double         number;          /* default of numbers (0 fields get it); NAN: required */
    const char    *text;            /* default of texts and choices */
    const char    *family;          /* of choices and parts */
    const char    *doc;             /* one line */
} bmi_field;                        /* a table ends by a row with name null */

/* The head that every choice has. */
typedef struct bmi_choice {
    const char *name;
    const void *kind;
    double      p[2];
} bmi_choice;

/* Rows by hand: BMI_REAL_FIELD(bm_adam_options, rate, 0, INFINITY, 0.001, "step size"). */
#define BMI_REAL_FIELD(T, f, lo, hi, def, doc_) { .name = #f, .type = BMI_FIELD_REAL, .offset = offsetof(T, f), .low = (lo), .high = (hi), .number = (def), .doc = (doc_) }
#define BMI_INT_FIELD(T, f, lo, hi, def, doc_)  { .name = #f, .type = BMI_FIELD_INT, .offset = offsetof(T, f), .low = (lo), .high = (hi), .number = (def), .doc = (doc_) }
#define BMI_BOOL_FIELD(T, f, doc_)              { .name = #f, .type = BMI_FIELD_BOOL, .offset = offsetof(T, f), .doc = (doc_) }
#define BMI_TEXT_FIELD(T, f, def, doc_)         { .name = #f, .type = BMI_FIELD_TEXT, .offset = offsetof(T, f), .text = (def), .doc = (doc_) }
#define BMI_CHOICE_FIELD(T, f, fam, def, doc_)  { .name = #f, .type = BMI_FIELD_CHOICE, .offset = offsetof(T, f), .family = (fam), .text = (def), .doc = (doc_) }
#define BMI_PART_FIELD(T, f, fam, doc_)         { .name = #f, .type = BMI_FIELD_PART, .offset = offsetof(T, f), .family = (fam), .doc = (doc_) }

/* Fills the defaults (0 becomes the default, BM_ZERO becomes 0) and checks every range; the message names `owner`, the
 * field, the value and the range: "adam: rate is -1, must be >= 0". */
bm_status bmi_fields_settle(bmi_error *e, bm_place here, const char *owner, const bmi_field *fields, void *options);

/* A new JSON object of settled options, or null when there is no memory. Fields equal to their default are written too.
 * Choices as "relu" or {"name": "leaky_relu", "p": [0.1]}; numbers that are not finite as null. */
json_t *bmi_fields_save(const bmi_field *fields, const void *options);

/* Reads JSON into zeroed options: a given 0 becomes BM_ZERO, so that settling keeps it. Unknown members are BM_E_FORMAT when
 * `strict`, naming the nearest field, else ignored. Texts borrow from `from`. */
bm_status bmi_fields_load(bmi_error *e, bm_place here, const char *owner, const bmi_field *fields, void *options, const json_t *from, bool strict);

/* Reads "key=value,key=value" the same way (names of choices take numbers in brackets: "leaky_relu(.1)"); texts are copied
 * into `arena`. A lone value goes to the first field of the table. */
struct bmi_arena;
bm_status bmi_fields_parse(bmi_error *e, bm_place here, const char *owner, const bmi_field *fields, void *options, const char *spec, struct bmi_arena *arena);

/* The row of a name, or null. */
const bmi_field *bmi_field_find(const bmi_field *fields, const char *name);

#endif
