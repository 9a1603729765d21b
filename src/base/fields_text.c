// SPDX-License-Identifier: Apache-2.0
/* Short text specs, "key=value,key=value", into options by their table. */
#include "base/fields.h"
#include "base/kinds.h"
#include "base/memory.h"
#include "base/text.h"
#include <string.h>

typedef struct parsing {
    bmi_error *e;
    bm_place here;
    const char *owner;
    bmi_arena *arena;
    uint64_t given; /* bit i: row i of the table */
} parsing;

/* A piece of the spec. */
typedef struct span {
    const char *at;
    size_t n;
} span;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static span trim(span s)
{
    while (s.n && is_blank(*s.at)) s.at++, s.n--;
    while (s.n && is_blank(s.at[s.n - 1])) s.n--;
    return s;
}

/* Bytes up to the first `mark` outside brackets, or all. */
static size_t up_to(span s, char mark)
{
    int depth = 0;
    size_t i = 0;
    for (; i < s.n; i++) {
        if (s.at[i] == mark && depth == 0) break;
        if (s.at[i] == '(') depth++;
        if (s.at[i] == ')') depth--;
    }
    return i;
}

/* A copy in the arena; null with the error set when there is no memory. */
static const char *keep(parsing *p, span s)
{
    char *copy = bmi_arena_alloc(p->arena, s.n + 1, 1);
    if (!copy) {
        bmi_fail_memory(p->e, p->here, s.n + 1, "a setting");
        return NULL;
    }
    if (s.n) memcpy(copy, s.at, s.n);
    copy[s.n] = 0;
    return copy;
}

static void wrong(parsing *p, const bmi_field *f, span s, const char *wanted)
{
    bmi_fail(p->e, BM_E_ARGUMENT, p->here, "%s: %s is \"%.*s\", must be %s", p->owner, f->name, (int)(s.n < 60 ? s.n : 60),
             s.at, wanted);
}

static bool read_number(span s, double *v)
{
    bool overflow;
    return bmi_read_real(s.at, s.n, v, &overflow) && !overflow;
}

static bool same(span s, const char *text)
{
    return strlen(text) == s.n && !memcmp(s.at, text, s.n);
}

static void parse_bool(parsing *p, const bmi_field *f, bool *to, span s)
{
    if (same(s, "true") || same(s, "yes") || same(s, "1") || !s.n) *to = true;
    else if (same(s, "false") || same(s, "no") || same(s, "0")) *to = false;
    else wrong(p, f, s, "true or false");
}

static void parse_int(parsing *p, const bmi_field *f, void *options, span s)
{
    int64_t whole;
    double v;
    if (bmi_read_int(s.at, s.n, &whole)) bmi_field_put_int(f, options, whole);
    else if (read_number(s, &v) && v >= -0x1p53 && v <= 0x1p53 && v == (double)(int64_t)v)
        bmi_field_put_int(f, options, (int64_t)v); /* 1e6 */
    else wrong(p, f, s, "a whole number");
}

/* "name" or "name(inside)"; false when brackets do not fit. */
static bool split_brackets(span s, span *name, span *inside)
{
    const char *open = memchr(s.at, '(', s.n);
    *name = s;
    *inside = (span){ s.at + s.n, 0 };
    if (!open) return s.n > 0;
    if (s.at[s.n - 1] != ')') return false;
    name->n = (size_t)(open - s.at);
    *inside = trim((span){ open + 1, s.n - name->n - 2 });
    *name = trim(*name);
    return name->n > 0;
}

static void parse_choice(parsing *p, const bmi_field *f, bmi_choice *to, span s)
{
    span name, inside;
    bool good = split_brackets(s, &name, &inside);
    for (int i = 0; good && inside.n; i++) {
        const size_t n = up_to(inside, ',');
        good = i < 2 && read_number(trim((span){ inside.at, n }), &to->p[i]);
        if (good && to->p[i] == 0) to->p[i] = (double)BM_ZERO;
        if (n < inside.n) inside = (span){ inside.at + n + 1, inside.n - n - 1 };
        else inside.n = 0;
    }
    if (!good) wrong(p, f, s, "a name, or a name with up to two numbers, as in leaky_relu(.1)");
    else to->name = keep(p, name);
}

static void parse_word(parsing *p, const bmi_field *f, int *to, span s)
{
    const char *text = keep(p, s);
    if (!text) return;
    const int word = bmi_field_word(f, text);
    if (word >= 0) *to = word;
    else wrong(p, f, s, bmi_field_words(f, (char[200]){ 0 }));
}

static void parse_shape(parsing *p, const bmi_field *f, bmi_dims *to, span s)
{
    bool good = s.n > 0;
    for (span rest = s; good && rest.n;) {
        const size_t n = up_to(rest, 'x');
        good = to->rank < BMI_DIMS_MAX && bmi_read_int(rest.at, n, &to->dim[to->rank]) && n + 1 != rest.n;
        to->rank++;
        rest = n < rest.n ? (span){ rest.at + n + 1, rest.n - n - 1 } : (span){ rest.at, 0 };
    }
    if (!good) wrong(p, f, s, "sizes as 28x28x1, at most 8");
}

static void parse_part(parsing *p, const bmi_field *f, bmi_part *to, span s)
{
    span name, inside;
    if (!split_brackets(s, &name, &inside)) {
        wrong(p, f, s, "a name, or a name with settings, as in cosine(steps=100)");
        return;
    }
    to->name = keep(p, name);
    if (p->e->status || !inside.n) return;
    const bmi_part_kind *kind = to->kind ? to->kind : bmi_kind_find(f->family, to->name);
    if (!kind) return; /* settling names what is unknown */
    if (kind->options_size > f->room - offsetof(bmi_part, options) || !kind->fields) {
        wrong(p, f, s, "without settings: its kind has none");
        return;
    }
    to->size = kind->options_size;
    const char *text = keep(p, inside);
    if (text) bmi_fields_parse(p->e, p->here, kind->name, kind->fields, &to->options, text, p->arena);
}

static void parse_value(parsing *p, const bmi_field *f, void *options, span s)
{
    void *at = (unsigned char *)options + f->offset;
    double v;
    switch (f->type) {
    case BMI_FIELD_REAL:
        if (f->words && same(s, f->words[0])) *(double *)at = BM_AUTO;
        else if (read_number(s, &v)) bmi_field_put_number(f, options, v);
        else wrong(p, f, s, f->words ? "a number or auto" : "a number");
        break;
    case BMI_FIELD_INT: parse_int(p, f, options, s); break;
    case BMI_FIELD_BOOL: parse_bool(p, f, at, s); break;
    case BMI_FIELD_TEXT: *(const char **)at = keep(p, s); break;
    case BMI_FIELD_CHOICE: parse_choice(p, f, at, s); break;
    case BMI_FIELD_WORD: parse_word(p, f, at, s); break;
    case BMI_FIELD_SHAPE: parse_shape(p, f, at, s); break;
    case BMI_FIELD_PART: parse_part(p, f, at, s); break;
    }
}

/* One item: "key=value", a bare switch, or (the first only) a value of the first field. */
static void parse_item(parsing *p, const bmi_field *fields, void *options, span item, bool first)
{
    const size_t n = up_to(item, '=');
    const span key = trim((span){ item.at, n });
    const char *name = keep(p, key);
    if (!name) return;
    const bmi_field *f = bmi_field_find(fields, name);
    const bool lone = !f && n == item.n && first && fields && fields->name;
    const size_t row = f ? (size_t)(f - fields) : lone ? 0 : SIZE_MAX;
    if (row < 64 && (p->given >> row & 1)) {
        bmi_fail(p->e, BM_E_ARGUMENT, p->here, "%s: %s is given twice", p->owner, fields[row].name);
        return;
    }
    if (row < 64) p->given |= UINT64_C(1) << row;
    if (n < item.n && f) {
        parse_value(p, f, options, trim((span){ item.at + n + 1, item.n - n - 1 }));
        return;
    }
    if (n == item.n && f && f->type == BMI_FIELD_BOOL) {
        *(bool *)((unsigned char *)options + f->offset) = true;
        return;
    }
    if (n == item.n && first && fields && fields->name) {
        parse_value(p, fields, options, key);
        return;
    }
    const char *near = bmi_field_nearest(fields, name);
    if (f) bmi_fail(p->e, BM_E_ARGUMENT, p->here, "%s: %s has no value; write %s=value", p->owner, name, name);
    else
        bmi_fail(p->e, BM_E_ARGUMENT, p->here, "%s has no setting \"%.60s\"%s%s%s", p->owner, name,
                 near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

bm_status bmi_fields_parse(bmi_error *e, bm_place here, const char *owner, const bmi_field *fields, void *options,
                           const char *spec, struct bmi_arena *arena)
{
    parsing p = { e, here, owner, arena, 0 };
    span rest = trim((span){ spec, strlen(spec) });
    for (bool first = true; rest.n && !e->status; first = false) {
        const size_t n = up_to(rest, ',');
        parse_item(&p, fields, options, trim((span){ rest.at, n }), first);
        if (n < rest.n) rest = (span){ rest.at + n + 1, rest.n - n - 1 };
        else rest.n = 0;
    }
    return e->status;
}
