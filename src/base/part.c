// SPDX-License-Identifier: Apache-2.0
/* Layers, optimisers, callbacks, learners and steps as values: making, keeping, saving, loading, and reading from text. */
#include "base/part.h"
#include "base/kinds.h"
#include "base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef union room { /* a part with all of its options */
    bmi_part part;
    unsigned char bytes[BMI_PART_ROOM];
} room;

/* The table by which one part is settled. */
static void row_of(bmi_field row[2], const char *family)
{
    row[0] = (bmi_field){ .name = "kind", .type = BMI_FIELD_PART, .family = family, .room = BMI_PART_ROOM };
    row[1] = (bmi_field){ 0 };
}

void bmi_part_make(void *to, const char *name, const void *kind, const void *options, size_t size, bm_place here)
{
    room *r = to;
    const size_t fits = BMI_PART_ROOM - offsetof(bmi_part, options);
    memset(r, 0, sizeof *r);
    r->part.name = name;
    r->part.kind = kind;
    r->part.place = here;
    r->part.size = options ? size : 0;
    if (options) memcpy(r->bytes + offsetof(bmi_part, options), options, size < fits ? size : fits);
}

/* Copies the texts of options into the arena; names of choices become their records'. */
static bool keep_texts(bmi_arena *arena, const bmi_field *fields, void *options)
{
    for (const bmi_field *f = fields; f && f->name; f++) {
        void *at = (unsigned char *)options + f->offset;
        if (f->type == BMI_FIELD_TEXT && *(const char **)at) {
            const char *copy = bmi_arena_text(arena, *(const char **)at);
            if (!copy) return false;
            *(const char **)at = copy;
        } else if (f->type == BMI_FIELD_CHOICE) {
            bmi_choice *c = at;
            if (!c->kind && c->name) c->kind = bmi_kind_find(f->family, c->name);
            c->name = c->kind ? ((const bmi_choice_kind *)c->kind)->name : NULL;
        }
    }
    return true;
}

/* What is wrong with a row of a table, of options of so many bytes; null: nothing. */
static const char *fault_of(const bmi_field *f, size_t options_size)
{
    static const struct {
        size_t size, align;
    } of[] = { [BMI_FIELD_REAL] = { sizeof(double), _Alignof(double) },
               [BMI_FIELD_INT] = { sizeof(int64_t), _Alignof(int64_t) },
               [BMI_FIELD_BOOL] = { sizeof(bool), 1 },
               [BMI_FIELD_TEXT] = { sizeof(char *), _Alignof(char *) },
               [BMI_FIELD_CHOICE] = { sizeof(bmi_choice), _Alignof(bmi_choice) },
               [BMI_FIELD_WORD] = { sizeof(int), _Alignof(int) },
               [BMI_FIELD_SHAPE] = { sizeof(bmi_dims), _Alignof(bmi_dims) },
               [BMI_FIELD_PART] = { offsetof(bmi_part, options), _Alignof(bmi_part) } };
    if (f->type < BMI_FIELD_REAL || f->type > BMI_FIELD_PART) return "which has no type that there is";
    const size_t size = f->type == BMI_FIELD_PART ? f->room : of[f->type].size;
    if (size < of[f->type].size) return "which has no room for a value";
    if (f->offset > options_size || options_size - f->offset < size) return "which lies outside of its options";
    if (f->offset % of[f->type].align) return "whose offset is not that of its type";
    if (f->type == BMI_FIELD_INT && !isnan(f->number) && !(fabs(f->number) < 0x1p63)) return "whose default is no int64_t";
    if (f->type == BMI_FIELD_WORD && (!f->words || !f->words[0])) return "which has no words";
    if ((f->type == BMI_FIELD_CHOICE || f->type == BMI_FIELD_PART) && !f->family) return "which names no family";
    return NULL;
}

/* Of a record from outside. */
static bm_status check_table(bmi_error *e, bm_place here, const bmi_part_kind *kind)
{
    for (const bmi_field *f = kind ? kind->fields : NULL; f && f->name; f++) {
        const char *fault = fault_of(f, kind->options_size);
        if (fault) return bmi_fail(e, BM_E_ARGUMENT, here, "%s: its table has the field %s, %s", kind->name, f->name, fault);
    }
    return BM_OK;
}

/* Files hold texts as UTF-8. */
static bm_status check_texts(bmi_error *e, bm_place here, const bmi_part_kind *kind, const void *options)
{
    for (const bmi_field *f = kind->fields; f && f->name; f++) {
        const char *text =
            f->type == BMI_FIELD_TEXT ? *(const char *const *)(const void *)((const char *)options + f->offset) : NULL;
        if (text && !bmi_is_utf8(text, strlen(text)))
            return bmi_fail(e, BM_E_ARGUMENT, here, "%s: %s is not UTF-8", kind->name, f->name);
    }
    return BM_OK;
}

bm_status bmi_part_keep(bmi_error *e, bmi_arena *arena, const char *family, const void *from, void *to)
{
    bmi_field row[2];
    room *r = to;
    row_of(row, family);
    memcpy(r, from, sizeof *r);
    const bm_place here = r->part.place;
    if (!r->part.name && !r->part.kind) return bmi_fail(e, BM_E_ARGUMENT, here, "%s: an empty value names no kind", family);
    if (check_table(e, here, r->part.kind) || bmi_fields_settle(e, here, family, row, r)) return e->status;
    if (!r->part.kind) r->part.kind = bmi_kind_find(family, r->part.name);
    const bmi_part_kind *kind = r->part.kind;
    r->part.name = kind->name;
    if (check_texts(e, here, kind, &r->part.options)) return e->status;
    if (!keep_texts(arena, kind->fields, &r->part.options)) return bmi_fail_memory(e, here, 100, kind->name);
    return BM_OK;
}

bm_status bmi_part_copy(bmi_error *e, bmi_arena *arena, const char *family, const void *from, void *to)
{
    room settled, *r = to;
    if (bmi_part_keep(e, arena, family, from, &settled)) return e->status;
    memcpy(r, from, sizeof *r);
    r->part.kind = settled.part.kind;
    r->part.name = settled.part.name;
    if (!keep_texts(arena, ((const bmi_part_kind *)r->part.kind)->fields, &r->part.options))
        return bmi_fail_memory(e, r->part.place, 100, r->part.name);
    return BM_OK;
}

json_t *bmi_part_save(const void *kept)
{
    const room *r = kept;
    const bmi_part_kind *kind = r->part.kind;
    json_t *to = json_object();
    bool good = to && json_object_set_new(to, "kind", json_string(kind->name)) == 0;
    if (good && kind->fields) {
        json_t *options = bmi_fields_save(kind->fields, &r->part.options);
        good = options && json_object_set_new(to, "options", options) == 0;
    }
    if (good) return to;
    json_decref(to);
    return NULL;
}

static const bmi_part_kind *find(const char *family, const char *name, const void *const *kinds)
{
    for (size_t i = 0; kinds && kinds[i]; i++)
        if (!strcmp(((const bmi_part_kind *)kinds[i])->name, name)) return kinds[i];
    return bmi_kind_find(family, name);
}

bm_status bmi_part_unknown(bmi_error *e, bm_place here, const char *family, const char *name)
{
    const char *near = bmi_kind_nearest(family, name);
    const size_t n = strlen(family);
    const char *end = family[n - 1] == 's' ? "es" : family[n - 1] == 'y' ? "ies" : "s"; /* losses, penalties, layers */
    return bmi_fail_as(e, BMI_CAUSE_OUTSIDE, BM_E_UNSUPPORTED, here,
                       "%s: the kind \"%.60s\" is not known to this library%s%s%s; give the record of a kind from outside "
                       "where the file is loaded, in .%.*s%s of bm_load",
                       family, name, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "",
                       (int)(n - (*end == 'i')), family, end);
}

bm_status bmi_part_load(bmi_error *e, bm_place here, const char *family, const json_t *from, const void *const *kinds,
                        bool strict, void *to)
{
    const char *name = json_string_value(json_is_object(from) ? json_object_get(from, "kind") : from);
    const json_t *options = json_object_get(from, "options");
    room *r = to;
    bmi_part_make(r, name, NULL, NULL, 0, here);
    if (!name) return bmi_fail(e, BM_E_FORMAT, here, "%s: must be {\"kind\": name, \"options\": {...}}", family);
    const bmi_part_kind *kind = find(family, name, kinds);
    if (!kind) return bmi_part_unknown(e, here, family, name);
    r->part.kind = kind;
    if (!options || !kind->fields) return BM_OK;
    r->part.size = kind->options_size;
    if (kind->options_size > BMI_PART_ROOM - offsetof(bmi_part, options))
        return bmi_fail(e, BM_E_UNSUPPORTED, here, "%s: the options of %s are larger than a value holds", family, kind->name);
    return bmi_fields_load(e, here, kind->name, kind->fields, &r->part.options, options, strict);
}

static const void *find_outside(const bmi_outside *o, const char *name, size_t most)
{
    for (size_t i = 0; name && i < most && o->kinds[i]; i++)
        if (!strcmp(((const bmi_part_kind *)o->kinds[i])->name, name)) return o->kinds[i];
    return NULL;
}

bm_status bmi_part_adopt(bmi_error *e, bm_place here, void *loaded, const bmi_field *fields, const bmi_outside *outside,
                         size_t most)
{
    room *r = loaded;
    const bmi_part_kind *kind = r->part.kind;
    if (!fields && kind) fields = kind->fields;
    for (const bmi_field *f = r->part.size ? fields : NULL; f && f->name && !e->status; f++)
        for (const bmi_outside *o = outside; o->family; o++) {
            if ((f->type != BMI_FIELD_CHOICE && f->type != BMI_FIELD_PART) || strcmp(f->family, o->family)) continue;
            bmi_choice *choice = (void *)((unsigned char *)&r->part.options + f->offset); /* a part begins as a choice does */
            const void *record = find_outside(o, choice->name, most);
            if (record) choice->kind = record;
            else if (choice->name && !choice->kind && !bmi_kind_find(f->family, choice->name))
                bmi_part_unknown(e, here, f->family, choice->name);
        }
    return e->status;
}

bm_status bmi_part_parse(bmi_error *e, bm_place here, bmi_arena *arena, const char *family, const char *text, void *to)
{
    const size_t n = strcspn(text, ":("), length = strlen(text);
    const bool round = text[n] == '(';
    room *r = to;
    char *name = bmi_arena_alloc(arena, n + 1, 1), *rest = bmi_arena_alloc(arena, length + 1, 1);
    bmi_part_make(r, name, NULL, NULL, 0, here);
    if (!name || !rest) return bmi_fail_memory(e, here, length, "a text");
    memcpy(name, text, n);
    while (n && (name[strlen(name) - 1] == ' ')) name[strlen(name) - 1] = 0;
    if (round && text[length - 1] != ')')
        return bmi_fail(e, BM_E_ARGUMENT, here, "%s: \"%.100s\" has a bracket that does not close", family, text);
    if (n < length) memcpy(rest, text + n + 1, length - n - 1 - round);
    const bmi_part_kind *kind = bmi_kind_find(family, name);
    if (!kind) {
        char hint[BMI_KIND_HINT];
        return bmi_fail(e, BM_E_ARGUMENT, here, "\"%.60s\" is no %s%s", name, family, bmi_kind_hint(family, name, hint));
    }
    if (n < length && !round && !rest[strspn(rest, " ")])
        return bmi_fail(e, BM_E_ARGUMENT, here, "\"%.60s\" has nothing behind the colon; \"%.60s\" alone has the defaults",
                        text, name);
    r->part.size = kind->options_size;
    return bmi_fields_parse(e, here, kind->name, kind->fields, &r->part.options, rest, arena);
}
