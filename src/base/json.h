// SPDX-License-Identifier: Apache-2.0
/* Reading and writing JSON where every allocation may fail. jansson's values are used, but not what it (2.14) does wrongly then: its
 * reader writes behind a buffer that could not grow, json_pack loses what it was given when there is no memory for the rest, and
 * json_dumps writes names of members without looking whether they found room.
 */
#ifndef BMI_BASE_JSON_H
#define BMI_BASE_JSON_H
#include "base/text.h"
#include <jansson.h>

/* An object or list that is being written. What is put into it is taken in any case, and may be null for want of memory; end gives
 * the whole, or null, with everything released, when anything lacked memory.
 *
 *     bmi_json to = bmi_json_object();
 *     bmi_json_put(&to, "task", json_string("regression"));
 *     return bmi_json_end(&to);
 */
typedef struct bmi_json {
    json_t *value;
    bool failed;
} bmi_json;
bmi_json bmi_json_object(void);
bmi_json bmi_json_list(void);
void bmi_json_put(bmi_json *object, const char *key, json_t *value);
void bmi_json_add(bmi_json *list, json_t *value);
json_t *bmi_json_end(bmi_json *j);

/* A text, null for a null; a number, null for what is not finite. */
json_t *bmi_json_text(const char *text);
json_t *bmi_json_number(double x);

/* Reads a JSON text (n bytes). Null with the error set: BM_E_FORMAT "<what> is no JSON: line 1, column 7: ...", BM_E_MEMORY. A member
 * may be there once, integers must fit 64 bits, and \u0000 is refused. */
json_t *bmi_json_read(bmi_error *e, bm_place here, bm_context *context, const char *what, const char *text, size_t n);

/* Adds a JSON value as text; flags as json_dumps. False: there was no memory, and what is there lacks something. */
bool bmi_text_json(bmi_text *t, const json_t *value, size_t flags);

#endif
