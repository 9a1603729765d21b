// SPDX-License-Identifier: Apache-2.0
/* Field tables: one row for each field of an options struct. Defaults, checking, saving and loading come from the table. The
 * library's own kinds have the same; a kind from outside that has one is saved and loaded with its options.
 */
// clang-format off
#ifndef BAEUM_EXTEND_FIELDS_H
#define BAEUM_EXTEND_FIELDS_H
#include <baeum/base.h>
#include <math.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef enum bm_field_type {
    BM_FIELD_REAL = 1, /**< double */
    BM_FIELD_INT,      /**< int64_t */
    BM_FIELD_BOOL,     /**< bool */
    BM_FIELD_TEXT,     /**< const char *, copied when the options are kept */
    BM_FIELD_CHOICE,   /**< bm_activation, bm_init, bm_penalty, bm_schedule, bm_loss or bm_metric; `family` says which */
    BM_FIELD_WORD,     /**< an enum or other 4-byte int, as one of `words`; words[0] is the default */
    BM_FIELD_SHAPE,    /**< bm_shape: no dimensions is the default; `low` is the least dimension */
    BM_FIELD_PART      /**< a value such as bm_optimizer, in options with room for it (those of layers have none); `family` names its kinds */
} bm_field_type;

/** A row; a table ends by one without a name. */
typedef struct bmi_field {
    const char   *name;
    bm_field_type type;
    size_t        offset;
    double        low, high;    /**< allowed range of finite numbers; 0, 0: any (infinite ones too where the default is) */
    bool          above, below; /**< the range leaves out low, high */
    double        number;       /**< default of numbers (0 fields get it), which may lie outside the range; NAN: required */
    const char   *text;         /**< default of texts and choices; null: none */
    const char   *family;       /**< of choices and parts: "activation", "initializer", "penalty", "schedule", "loss", "metric" ... */
    const char   *doc;          /**< one line */
    size_t        room;         /**< of parts: bytes of the whole struct */
    const char *const *words;   /**< of words: their texts by value, ended by null; of reals: null, or BM_AUTO is allowed, and called words[0] */
} bm_field;

/* Rows: BM_REAL_FIELD(my_options, rate, 0, INFINITY, 0.001, "step size"): type of the struct, field, range, default, doc. */
#define BM_FIELD_(T, f, type_, doc_) .name = #f, .type = (type_), .offset = offsetof(T, f), .doc = (doc_)
#define BM_REAL_FIELD(T, f, lo, hi, def, doc_)   { BM_FIELD_(T, f, BM_FIELD_REAL, doc_), .low = (lo), .high = (hi), .number = (def) }
/** A real that may be BM_AUTO, "auto" in texts. */
#define BM_AUTO_FIELD(T, f, lo, hi, def, doc_)   { BM_FIELD_(T, f, BM_FIELD_REAL, doc_), .low = (lo), .high = (hi), .number = (def), \
                                                   .words = (const char *const[]){ "auto", NULL } }
#define BM_INT_FIELD(T, f, lo, hi, def, doc_)    { BM_FIELD_(T, f, BM_FIELD_INT, doc_), .low = (lo), .high = (hi), .number = (def) }
#define BM_BOOL_FIELD(T, f, doc_)                { BM_FIELD_(T, f, BM_FIELD_BOOL, doc_) }
#define BM_TEXT_FIELD(T, f, def, doc_)           { BM_FIELD_(T, f, BM_FIELD_TEXT, doc_), .text = (def) }
#define BM_CHOICE_FIELD(T, f, fam, def, doc_)    { BM_FIELD_(T, f, BM_FIELD_CHOICE, doc_), .family = (fam), .text = (def) }
#define BM_WORD_FIELD(T, f, list, doc_)          { BM_FIELD_(T, f, BM_FIELD_WORD, doc_), .words = (list) }
#define BM_SHAPE_FIELD(T, f, lo, def, doc_)      { BM_FIELD_(T, f, BM_FIELD_SHAPE, doc_), .low = (lo), .high = INFINITY, .number = (def) }
#define BM_PART_FIELD(T, f, fam, doc_)           { BM_FIELD_(T, f, BM_FIELD_PART, doc_), .family = (fam), .room = sizeof(((T *)0)->f) }

#ifdef __cplusplus
}
#endif
#endif
