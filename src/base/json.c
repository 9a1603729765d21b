// SPDX-License-Identifier: Apache-2.0
/* JSON written where every allocation may fail. jansson's ..._new functions take their value also when they fail. */
#include "base/json.h"
#include <math.h>

bmi_json bmi_json_object(void)
{
    json_t *value = json_object();
    return (bmi_json){ value, !value };
}

bmi_json bmi_json_list(void)
{
    json_t *value = json_array();
    return (bmi_json){ value, !value };
}

void bmi_json_put(bmi_json *object, const char *key, json_t *value)
{
    if (json_object_set_new(object->value, key, value)) object->failed = true;
}

void bmi_json_add(bmi_json *list, json_t *value)
{
    if (json_array_append_new(list->value, value)) list->failed = true;
}

json_t *bmi_json_end(bmi_json *j)
{
    if (!j->failed) return j->value;
    json_decref(j->value);
    return NULL;
}

json_t *bmi_json_text(const char *text)
{
    return text ? json_string(text) : json_null();
}

json_t *bmi_json_number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static int add(const char *bytes, size_t n, void *text)
{
    bmi_text *t = text;
    bmi_text_bytes(t, bytes, n);
    return t->failed ? -1 : 0;
}

bool bmi_text_json(bmi_text *t, const json_t *value, size_t flags)
{
    return value && !json_dump_callback(value, add, t, flags) && !t->failed;
}
