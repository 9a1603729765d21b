// SPDX-License-Identifier: Apache-2.0
/* A setting of a learner by its name: through its table of fields, or through that of a kind that one of its fields names.
 */
#include "learn/space.h"
#include "base/fields.h"
#include "base/kinds.h"
#include "base/text.h"
#include <string.h>

static const bm_field *find(const bm_field *fields, const char *path, size_t n)
{
    for (const bm_field *f = fields; f && f->name; f++)
        if (strlen(f->name) == n && !memcmp(f->name, path, n)) return f;
    return NULL;
}

const bmi_part_kind *bmi_inner_kind(const char *family, const char *text)
{
    char name[64];
    const size_t n = text ? strcspn(text, ":( ,") : 0;
    if (!n || n >= sizeof name) return NULL;
    memcpy(name, text, n);
    name[n] = 0;
    return bmi_kind_find(family, name);
}

static const char *text_of(const bm_learner *l, const bm_field *f)
{
    const char *text;
    memcpy(&text, l->options.at + f->offset, sizeof text);
    return text ? text : f->text;
}

const bmi_part_kind *bmi_learner_inner(const bm_learner *l, const char *path)
{
    const size_t n = strcspn(path, ".");
    const bm_field *head = l->kind && path[n] ? find(l->kind->fields, path, n) : NULL;
    return head && head->type == BM_FIELD_TEXT ? bmi_inner_kind(head->name, text_of(l, head)) : NULL;
}

const bm_field *bmi_learner_field(const bm_learner *l, const char *path)
{
    const size_t n = strcspn(path, ".");
    if (!path[n]) return l->kind ? find(l->kind->fields, path, n) : NULL;
    const bmi_part_kind *kind = bmi_learner_inner(l, path);
    return kind ? find(kind->fields, path + n + 1, strlen(path + n + 1)) : NULL;
}

static size_t bytes_of(const bm_field *f)
{
    switch (f->type) {
    case BM_FIELD_BOOL: return sizeof(bool);
    case BM_FIELD_TEXT: return sizeof(char *);
    case BM_FIELD_CHOICE: return sizeof(bmi_choice);
    case BM_FIELD_WORD: return sizeof(int);
    case BM_FIELD_SHAPE: return sizeof(bmi_dims);
    case BM_FIELD_PART: return f->room;
    case BM_FIELD_REAL:
    case BM_FIELD_INT: break;
    }
    return sizeof(double);
}

/* How long the first of settings is, whose own values may have settings in brackets; up to `end`. */
static size_t item_length(const char *item, const char *end)
{
    int open = 0;
    const char *at = item;
    for (; at < end && (*at != ',' || open > 0); at++) open += (*at == '(') - (*at == ')');
    return (size_t)(at - item);
}

/* "sgd:momentum=.9", or "sgd(momentum=.9)", with another rate: "sgd:momentum=.9,rate=.1". What was given before goes. */
static const char *with_setting(bmi_arena *arena, const char *text, const char *name, const char *value)
{
    bmi_text t = { .context = arena->context };
    const size_t n = strcspn(text, ":("), all = strlen(text);
    const char *end = text + all - (text[n] == '(' && text[all - 1] == ')');
    bmi_text_add(&t, "%.*s:", (int)n, text);
    for (const char *item = text + n + (text[n] != 0); item < end;) {
        const size_t length = item_length(item, end), key = strcspn(item, "=,");
        if (key != strlen(name) || memcmp(item, name, key) != 0) bmi_text_add(&t, "%.*s,", (int)length, item);
        item += length + (item + length < end);
    }
    bmi_text_add(&t, "%s=%s", name, value);
    const char *kept = t.failed ? NULL : bmi_arena_text(arena, t.at);
    bmi_text_end(&t);
    return kept;
}

/* A text that is the spec of a kind must be one. */
static bm_status check_spec(bmi_error *e, bm_place here, bmi_arena *arena, const bm_field *f, const char *text)
{
    union {
        bmi_part part;
        unsigned char room[BMI_PART_ROOM];
    } read, kept;
    if (!bmi_kind_at(f->name, 0) || bmi_part_parse(e, here, arena, f->name, text, &read)) return e->status;
    return bmi_part_keep(e, arena, f->name, &read, &kept);
}

static bm_status set_inner(bmi_error *e, bm_place here, bmi_arena *arena, bm_learner *l, const bm_field *head, const char *name,
                           const char *value)
{
    const char *text = with_setting(arena, text_of(l, head), name, value);
    if (!text) return bmi_fail_memory(e, here, 64, "a setting");
    memcpy(l->options.at + head->offset, &text, sizeof text);
    return check_spec(e, here, arena, head, text);
}

bm_status bmi_learner_set(bmi_error *e, bm_place here, bmi_arena *arena, bm_learner *l, const char *path, const char *value)
{
    const size_t n = strcspn(path, ".");
    const bm_field *head = find(l->kind->fields, path, n);
    if (!bmi_learner_field(l, path))
        return bmi_fail(e, BM_E_ARGUMENT, here, "%s has no setting \"%.60s\"", l->kind->name, path);
    if (l->size < l->kind->options_size) l->size = l->kind->options_size;
    if (path[n]) return set_inner(e, here, arena, l, head, path + n + 1, value);
    memset(l->options.at + head->offset, 0, bytes_of(head));
    if (head->type == BM_FIELD_TEXT) { /* a comma belongs to it */
        memcpy(l->options.at + head->offset, &value, sizeof value);
        return check_spec(e, here, arena, head, value);
    }
    bmi_text t = { .context = arena->context };
    bmi_text_add(&t, "%s=%s", path, value);
    if (t.failed) bmi_fail_memory(e, here, 64, "a setting");
    else bmi_fields_parse(e, here, l->kind->name, l->kind->fields, l->options.at, t.at, arena);
    bmi_text_end(&t);
    return e->status;
}
