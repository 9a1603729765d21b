// SPDX-License-Identifier: Apache-2.0
/* Settling options by their table: defaults, explicit zeros, ranges, kinds. */
#include "base/fields.h"
#include "base/kinds.h"
#include "base/object.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

typedef struct settling {
    bmi_error *e;
    bm_place here;
    const char *owner;
    bmi_cause cause; /* of a number that is missing or out of its range */
} settling;

static void *field_at(void *options, const bmi_field *f)
{
    return (unsigned char *)options + f->offset;
}

const bmi_field *bmi_field_find(const bmi_field *fields, const char *name)
{
    for (const bmi_field *f = fields; f && f->name; f++)
        if (!strcmp(f->name, name)) return f;
    return NULL;
}

const char *bmi_field_nearest(const bmi_field *fields, const char *name)
{
    const char *both[2] = { NULL, NULL };
    if ((!strcmp(name, "lr") || !strcmp(name, "learning_rate")) && bmi_field_find(fields, "rate"))
        return "rate"; /* as others say */
    for (const bmi_field *f = fields; f && f->name; f++) {
        both[1] = f->name;
        both[0] = bmi_nearest(name, both, 2);
    }
    return both[0];
}

void bmi_field_put_number(const bmi_field *field, void *options, double value)
{
    *(double *)field_at(options, field) = value == 0 && field->number != 0 ? (double)BM_ZERO : value;
}

void bmi_field_put_int(const bmi_field *field, void *options, int64_t value)
{
    *(int64_t *)field_at(options, field) = value == 0 && field->number != 0 ? BM_ZERO : value;
}

int bmi_field_word(const bmi_field *field, const char *text)
{
    for (int i = 0; text && field->words[i]; i++)
        if (!strcmp(field->words[i], text)) return i;
    return -1;
}

const char *bmi_field_words(const bmi_field *field, char into[200])
{
    size_t n = 0;
    into[0] = 0;
    for (int i = 0; field->words[i]; i++) {
        snprintf(into + n, 200 - n, "%s%s", !i ? "" : field->words[i + 1] ? ", " : " or ", field->words[i]);
        n = strlen(into);
    }
    return into;
}

static bool has_range(const bmi_field *f)
{
    return f->low != 0 || f->high != 0;
}

/* "must be >= 0 and < 1" */
static const char *range_text(char into[100], const bmi_field *f)
{
    char low[32], high[32];
    const bool from = has_range(f) && f->low > -INFINITY, to = has_range(f) && f->high < INFINITY;
    bmi_write_real(low, f->low);
    bmi_write_real(high, f->high);
    if (from && to) snprintf(into, 100, "must be %s %s and %s %s", f->above ? ">" : ">=", low, f->below ? "<" : "<=", high);
    else if (from) snprintf(into, 100, "must be %s %s", f->above ? ">" : ">=", low);
    else if (to) snprintf(into, 100, "must be %s %s", f->below ? "<" : "<=", high);
    else snprintf(into, 100, "must be a finite number");
    return into;
}

static bool in_range(const bmi_field *f, double v)
{
    if (isnan(v) || (isinf(v) && !isinf(f->number))) return false;
    if (!has_range(f)) return isfinite(v);
    return (f->above ? v > f->low : v >= f->low) && (f->below ? v < f->high : v <= f->high);
}

static void settle_number(settling *s, const bmi_field *f, double v)
{
    char value[32], range[100];
    if (in_range(f, v)) return;
    bmi_write_real(value, v);
    bmi_fail_as(s->e, s->cause, BM_E_ARGUMENT, s->here, "%s: %s is %s, %s%s", s->owner, f->name, value, range_text(range, f),
                isinf(v) && has_range(f) ? " and finite" : "");
}

static void required(settling *s, const bmi_field *f)
{
    char range[100];
    bmi_fail_as(s->e, s->cause, BM_E_ARGUMENT, s->here, "%s: %s is required and was not given; it %s", s->owner, f->name,
                range_text(range, f));
}

static void settle_real(settling *s, const bmi_field *f, double *at)
{
    if (*at == (double)BM_ZERO) *at = 0;
    else if (*at == 0) {
        if (isnan(f->number)) required(s, f);
        *at = f->number;
        return;
    }
    if (f->words && *at == BM_AUTO) return;
    settle_number(s, f, *at);
}

static void settle_int(settling *s, const bmi_field *f, int64_t *at)
{
    if (*at == BM_ZERO) *at = 0;
    else if (*at == 0) {
        if (isnan(f->number)) required(s, f);
        else *at = (int64_t)f->number;
        return;
    }
    settle_number(s, f, (double)*at);
}

/* The record of a kind by name, with an error that names the nearest when there is none. */
static const void *known_kind(settling *s, const char *what, const char *family, const char *name)
{
    const void *record = bmi_kind_find(family, name);
    if (record) return record;
    char hint[BMI_KIND_HINT];
    bmi_fail(s->e, BM_E_ARGUMENT, s->here, "%s: %s is \"%.60s\", which is no %s%s", s->owner, what, name, family,
             bmi_kind_hint(family, name, hint));
    return NULL;
}

void bmi_choice_numbers(const bmi_choice_kind *kind, const double given[2], double p[2])
{
    for (int i = 0; i < 2; i++)
        p[i] = given[i] == (double)BM_ZERO ? 0 : given[i] != 0 ? given[i] : kind->number[i].name ? kind->number[i].initial : 0;
}

/* Two numbers called low and high are an interval. */
static void check_interval(settling *s, const char *what, const bmi_choice_kind *kind, const bmi_choice *choice)
{
    const char *first = kind->number[0].name, *second = kind->number[1].name;
    double p[2];
    bmi_choice_numbers(kind, choice->p, p);
    if (first && second && !strcmp(first, "low") && !strcmp(second, "high") && p[0] > p[1])
        bmi_fail(s->e, BM_E_ARGUMENT, s->here, "%s: %s: the low of %s is %g, its high is %g; low at most high", s->owner, what,
                 kind->name, p[0], p[1]);
}

const void *bmi_choice_settle(bmi_error *e, bm_place here, const char *owner, const char *what, const char *family,
                              const bmi_choice *choice)
{
    if (!choice->kind && !choice->name) return NULL;
    settling s = { e, here, owner, family && !strcmp(family, "schedule") ? BMI_CAUSE_SCHEDULE : BMI_CAUSE_NONE };
    const bmi_choice_kind *kind = choice->kind ? choice->kind : known_kind(&s, what, family, choice->name);
    char name[160];
    for (int i = 0; i < 2 && kind && !e->status; i++) {
        const bm_choice_number *n = &kind->number[i];
        snprintf(name, sizeof name, "%.60s: the %s of %.60s", what, n->name, kind->name);
        const bmi_field row = {
            .name = name, .low = n->low, .high = n->high, .above = n->above, .below = n->below, .number = n->initial
        };
        double v = choice->p[i];
        if (n->name) settle_real(&s, &row, &v);
        else if (v != 0)
            bmi_fail(e, BM_E_ARGUMENT, here, "%s: %s: %s takes %s, %d %s given", owner, what, kind->name,
                     i ? "one number" : "no number", i + 1, i ? "were" : "was");
    }
    if (kind && !e->status) check_interval(&s, what, kind, choice);
    return e->status ? NULL : kind;
}

static void settle_choice(settling *s, const bmi_field *f, bmi_choice *at)
{
    if (!at->kind && !at->name) at->name = f->text;
    bmi_choice_settle(s->e, s->here, s->owner, f->name, f->family, at);
}

static void settle_shape(settling *s, const bmi_field *f, const bmi_dims *at)
{
    char low[32];
    bmi_write_real(low, f->low);
    if (at->rank < 0 || at->rank > BMI_DIMS_MAX)
        bmi_fail(s->e, BM_E_ARGUMENT, s->here, "%s: %s has %lld dimensions, at most %d are possible", s->owner, f->name,
                 (long long)at->rank, BMI_DIMS_MAX);
    else if (!at->rank && isnan(f->number))
        bmi_fail(s->e, BM_E_ARGUMENT, s->here, "%s: %s is required and was not given; its dimensions must be >= %s", s->owner,
                 f->name, low);
    for (int64_t i = 0; i < at->rank && !s->e->status; i++)
        if ((double)at->dim[i] < f->low)
            bmi_fail(s->e, BM_E_ARGUMENT, s->here, "%s: %s: dimension %lld is %lld, must be >= %s", s->owner, f->name,
                     (long long)i + 1, (long long)at->dim[i], low);
}

static void settle_word(settling *s, const bmi_field *f, const int *at)
{
    int n = 0;
    while (f->words[n]) n++;
    if (*at < 0 || *at >= n)
        bmi_fail(s->e, BM_E_ARGUMENT, s->here, "%s: %s is %d, must be 0 (%s) to %d (%s)", s->owner, f->name, *at, f->words[0],
                 n - 1, f->words[n - 1]);
}

static void settle_part(settling *s, const bmi_field *f, bmi_part *at)
{
    if (!at->name && !at->kind) return;
    const bmi_part_kind *kind = at->kind ? at->kind : known_kind(s, f->name, f->family, at->name);
    const size_t room = f->room - offsetof(bmi_part, options);
    if (!kind) return;
    if (at->size > room || kind->options_size > room) {
        bmi_fail(s->e, BM_E_ARGUMENT, s->here, "%s: the options of %s %s have %zu bytes, more than the %zu that fit", s->owner,
                 f->name, kind->name, at->size > room ? at->size : kind->options_size, room);
        return;
    }
    unsigned char *options = (unsigned char *)at + offsetof(bmi_part, options);
    memset(options + at->size, 0, room - at->size);
    for (size_t i = kind->options_size; i < at->size; i++)
        if (options[i]) {
            bmi_fail(s->e, BM_E_ARGUMENT, s->here, "%s: %s %s has newer options than this library knows", s->owner, f->name,
                     kind->name);
            return;
        }
    at->size = kind->options_size;
    if (kind->fields) bmi_fields_settle(s->e, at->place.file ? at->place : s->here, kind->name, kind->fields, options);
}

bm_status bmi_fields_settle(bmi_error *e, bm_place here, const char *owner, const bmi_field *fields, void *options)
{
    settling s = { .e = e, .here = here, .owner = owner };
    for (const bmi_field *f = fields; f && f->name && !e->status; f++) {
        void *at = field_at(options, f);
        switch (f->type) {
        case BMI_FIELD_REAL: settle_real(&s, f, at); break;
        case BMI_FIELD_INT: settle_int(&s, f, at); break;
        case BMI_FIELD_TEXT:
            if (!*(const char **)at) *(const char **)at = f->text;
            break;
        case BMI_FIELD_CHOICE: settle_choice(&s, f, at); break;
        case BMI_FIELD_WORD: settle_word(&s, f, at); break;
        case BMI_FIELD_SHAPE: settle_shape(&s, f, at); break;
        case BMI_FIELD_PART: settle_part(&s, f, at); break;
        case BMI_FIELD_BOOL: break;
        }
    }
    return e->status;
}
