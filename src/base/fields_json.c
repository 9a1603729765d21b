// SPDX-License-Identifier: Apache-2.0
/* Options to JSON and back by their table. */
#include "base/fields.h"
#include "base/kinds.h"
#include <math.h>
#include <string.h>

typedef struct loading {
    bmi_error *e;
    bm_place here;
    const char *owner;
    bool strict;
} loading;

static json_t *save_number(double v)
{
    if (isfinite(v)) return json_real(v);
    return json_string(isnan(v) ? "nan" : v > 0 ? "inf" : "-inf");
}

/* Puts a new value under a key; false when there is no memory. Takes the value. */
static bool put(json_t *to, const char *key, json_t *value)
{
    return value && json_object_set_new(to, key, value) == 0;
}

/* json_null() is null alone when there is no memory, which it never needs. */
static json_t *save_text(const char *text)
{
    return text ? json_string(text) : json_null();
}

/* The name of a kind: the choice's or the part's own, else its record's, which has it after its size. */
static const char *kind_name(const char *name, const void *kind)
{
    return name || !kind ? name : ((const bmi_part_kind *)kind)->name;
}

static json_t *save_choice(const bmi_choice *c)
{
    const char *name = kind_name(c->name, c->kind);
    if (c->p[0] == 0 && c->p[1] == 0) return save_text(name);
    json_t *object = json_object(), *p = json_array();
    bool good = object && p && put(object, "name", save_text(name));
    for (int i = 0; i < (c->p[1] != 0 ? 2 : 1) && good; i++)
        good = json_array_append_new(p, save_number(c->p[i] == (double)BM_ZERO ? 0 : c->p[i])) == 0;
    if (good && json_object_set(object, "p", p) != 0) good = false;
    json_decref(p);
    if (good) return object;
    json_decref(object);
    return NULL;
}

static json_t *save_part(const bmi_part *part, const char *family)
{
    const char *name = kind_name(part->name, part->kind);
    const bmi_part_kind *kind = part->kind ? part->kind : name ? bmi_kind_find(family, name) : NULL;
    if (!kind || !kind->fields) return save_text(name);
    json_t *object = json_object();
    if (object && put(object, "name", save_text(name)) && put(object, "options", bmi_fields_save(kind->fields, &part->options)))
        return object;
    json_decref(object);
    return NULL;
}

static json_t *save_shape(const bmi_dims *d)
{
    json_t *list = json_array();
    bool good = list != NULL;
    for (int64_t i = 0; good && i < d->rank; i++) good = json_array_append_new(list, json_integer(d->dim[i])) == 0;
    if (good) return list;
    json_decref(list);
    return NULL;
}

static json_t *save_field(const bmi_field *f, const void *at)
{
    switch (f->type) {
    case BMI_FIELD_REAL:
        if (f->words && *(const double *)at == BM_AUTO) return json_string(f->words[0]);
        return save_number(*(const double *)at);
    case BMI_FIELD_INT: return json_integer(*(const int64_t *)at);
    case BMI_FIELD_BOOL: return json_boolean(*(const bool *)at);
    case BMI_FIELD_TEXT: return save_text(*(const char *const *)at);
    case BMI_FIELD_CHOICE: return save_choice(at);
    case BMI_FIELD_WORD: return save_text(f->words[*(const int *)at]);
    case BMI_FIELD_SHAPE: return save_shape(at);
    case BMI_FIELD_PART: return save_part(at, f->family);
    }
    return json_null();
}

json_t *bmi_fields_save(const bmi_field *fields, const void *options)
{
    json_t *to = json_object();
    for (const bmi_field *f = fields; to && f && f->name; f++)
        if (!put(to, f->name, save_field(f, (const unsigned char *)options + f->offset))) {
            json_decref(to);
            to = NULL;
        }
    return to;
}

static void wrong_type(loading *l, const char *member, const char *wanted)
{
    bmi_fail(l->e, BM_E_FORMAT, l->here, "%s: %s must be %s", l->owner, member, wanted);
}

static bool load_number(const json_t *from, double *value)
{
    const char *text = json_string_value(from);
    if (json_is_number(from)) *value = json_number_value(from);
    else if (text && !strcmp(text, "inf")) *value = INFINITY;
    else if (text && !strcmp(text, "-inf")) *value = -INFINITY;
    else if (text && !strcmp(text, "nan")) *value = NAN;
    else return false;
    return true;
}

static void load_int(loading *l, const bmi_field *f, void *options, const json_t *from)
{
    const double v = json_is_real(from) ? json_real_value(from) : 0.5;
    if (json_is_number(from) && json_number_value(from) == f->number)
        return; /* left to the default, which may lie outside the range */
    if (json_is_integer(from)) bmi_field_put_int(f, options, json_integer_value(from));
    else if (v == floor(v) && fabs(v) <= 0x1p53) bmi_field_put_int(f, options, (int64_t)v); /* 3.0 is a whole number too */
    else wrong_type(l, f->name, "a whole number");
}

static void load_choice(loading *l, const bmi_field *f, bmi_choice *to, const json_t *from)
{
    const json_t *p = json_object_get(from, "p");
    to->name = json_string_value(json_is_object(from) ? json_object_get(from, "name") : from);
    bool good = to->name && (!p || (json_is_array(p) && json_array_size(p) <= 2));
    for (size_t i = 0; good && i < json_array_size(p); i++) {
        good = load_number(json_array_get(p, i), &to->p[i]);
        if (to->p[i] == 0) to->p[i] = (double)BM_ZERO;
    }
    if (!good) wrong_type(l, f->name, "a name, or {\"name\": ..., \"p\": [up to two numbers]}");
}

static void load_word(loading *l, const bmi_field *f, int *to, const json_t *from)
{
    const int word = bmi_field_word(f, json_string_value(from));
    if (word >= 0) *to = word;
    else wrong_type(l, f->name, bmi_field_words(f, (char[200]){ 0 }));
}

static void load_shape(loading *l, const bmi_field *f, bmi_dims *to, const json_t *from)
{
    const size_t n = json_array_size(from); /* 0 of what is no list */
    bool good = json_is_array(from) && n <= BMI_DIMS_MAX;
    for (size_t i = 0; good && i < n; i++) {
        good = json_is_integer(json_array_get(from, i));
        to->dim[i] = json_integer_value(json_array_get(from, i));
    }
    to->rank = good ? (int64_t)n : 0;
    if (!good) wrong_type(l, f->name, "a list of at most 8 whole numbers");
}

static void load_part(loading *l, const bmi_field *f, bmi_part *to, const json_t *from)
{
    const json_t *options = json_object_get(from, "options");
    to->name = json_string_value(json_is_object(from) ? json_object_get(from, "name") : from);
    if (!to->name || (options && !json_is_object(options))) {
        wrong_type(l, f->name, "a name, or {\"name\": ..., \"options\": {...}}");
        return;
    }
    const bmi_part_kind *kind = to->kind ? to->kind : bmi_kind_find(f->family, to->name);
    if (!kind || !options) return; /* settling names what is unknown */
    if (kind->options_size > f->room - offsetof(bmi_part, options) || !kind->fields) {
        if (json_object_size(options)) wrong_type(l, f->name, "without options: its kind has none");
        return;
    }
    to->size = kind->options_size;
    bmi_fields_load(l->e, l->here, kind->name, kind->fields, &to->options, options, l->strict);
}

static void load_field(loading *l, const bmi_field *f, void *options, const json_t *from)
{
    void *at = (unsigned char *)options + f->offset;
    double v;
    if (json_is_null(from)) return;
    switch (f->type) {
    case BMI_FIELD_REAL:
        if (f->words && json_is_string(from) && !strcmp(json_string_value(from), f->words[0])) *(double *)at = BM_AUTO;
        else if (!load_number(from, &v)) wrong_type(l, f->name, "a number");
        else if (v != f->number) bmi_field_put_number(f, options, v); /* else as with integers */
        break;
    case BMI_FIELD_INT: load_int(l, f, options, from); break;
    case BMI_FIELD_BOOL:
        if (json_is_boolean(from)) *(bool *)at = json_is_true(from);
        else wrong_type(l, f->name, "true or false");
        break;
    case BMI_FIELD_TEXT:
        if (json_is_string(from)) *(const char **)at = json_string_value(from);
        else wrong_type(l, f->name, "a text");
        break;
    case BMI_FIELD_CHOICE: load_choice(l, f, at, from); break;
    case BMI_FIELD_WORD: load_word(l, f, at, from); break;
    case BMI_FIELD_SHAPE: load_shape(l, f, at, from); break;
    case BMI_FIELD_PART: load_part(l, f, at, from); break;
    }
}

bm_status bmi_fields_load(bmi_error *e, bm_place here, const char *owner, const bmi_field *fields, void *options,
                          const json_t *from, bool strict)
{
    loading l = { e, here, owner, strict };
    if (!e->status && !json_is_object(from))
        return bmi_fail(e, BM_E_FORMAT, here, "%s: the settings must be a JSON object", owner);
    void *members = json_object_iter((json_t *)(uintptr_t)from);
    for (; members && !e->status; members = json_object_iter_next((json_t *)(uintptr_t)from, members)) {
        const char *name = json_object_iter_key(members);
        const bmi_field *f = bmi_field_find(fields, name);
        if (f) load_field(&l, f, options, json_object_iter_value(members));
        else if (strict) {
            const char *near = bmi_field_nearest(fields, name);
            bmi_fail(e, BM_E_FORMAT, here, "%s has no setting \"%.60s\"%s%s%s", owner, name, near ? "; did you mean \"" : "",
                     near ? near : "", near ? "\"?" : "");
        }
    }
    return e->status;
}
