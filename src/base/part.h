// SPDX-License-Identifier: Apache-2.0
/* What layers, optimisers, callbacks, learners and steps of recipes have in common: a value with a name or record, a place, and
 * options inside. Each such struct begins as bmi_part (base/fields.h) and each record as bmi_part_kind.
 */
#ifndef BMI_BASE_PART_H
#define BMI_BASE_PART_H
#include "base/fields.h"
#include "base/memory.h"

enum { BMI_PART_ROOM = 512 }; /* bytes of every such struct */

/* Fills *to (zeroed, BMI_PART_ROOM bytes) with name or record, place and a copy of the options; more options than fit are an
 * error where the part is used. */
void bmi_part_make(void *to, const char *name, const void *kind, const void *options, size_t size, bm_place here);

/* A copy in which all is settled, the record is found, and texts lie in the arena. BM_E_ARGUMENT an unknown or missing kind
 * ("layer" names the family in messages), a setting outside its range; BM_E_MEMORY. `to` has room for BMI_PART_ROOM bytes. */
bm_status bmi_part_keep(bmi_error *e, bmi_arena *arena, const char *family, const void *from, void *to);

/* The same unsettled, so that it can be kept later: an explicit zero is still one. */
bm_status bmi_part_copy(bmi_error *e, bmi_arena *arena, const char *family, const void *from, void *to);

/* {"kind": "dense", "options": {...}} of a kept part; null when there is no memory. */
json_t *bmi_part_save(const void *kept);
/* The reverse, a value to be kept after; texts borrow from `from`. A bare text is a kind without options. `kinds`: records from
 * outside the library, ended by null, or null. BM_E_FORMAT no such form; BM_E_UNSUPPORTED an unknown kind. */
bm_status bmi_part_load(bmi_error *e, bm_place here, const char *family, const json_t *from, const void *const *kinds,
                        bool strict, void *to);
/* Records from outside the library that choices of a loaded part may name: a family, and `most` of its kinds or a null behind the last. */
typedef struct bmi_outside {
    const char *family;
    const void *const *kinds;
} bmi_outside;
/* Gives the choices of a part that was loaded the records that they name. `fields`: of its options, null: its kind's; `outside` is ended by
 * a null family; a name that is neither among its families' records nor known is BM_E_UNSUPPORTED. */
bm_status bmi_part_adopt(bmi_error *e, bm_place here, void *loaded, const bmi_field *fields, const bmi_outside *outside,
                         size_t most);
/* BM_E_UNSUPPORTED: a loaded file names a kind that is not known, and where its record is to be given. */
bm_status bmi_part_unknown(bmi_error *e, bm_place here, const char *family, const char *name);
/* "adam", "sgd:rate=.1,momentum=.9" or "sgd(rate=.1)"; texts go to the arena. */
bm_status bmi_part_parse(bmi_error *e, bm_place here, bmi_arena *arena, const char *family, const char *text, void *to);

#endif
