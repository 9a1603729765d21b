// SPDX-License-Identifier: Apache-2.0
/* Spaces of settings: reading their text, finding what each name means, points and draws, and candidates made of them.
 */
#include "learn/space.h"
#include "base/fields.h"
#include "base/kinds.h"
#include "base/text.h"
#include "data/recipe.h"
#include "data/step.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_POINTS = 5, ALL_WHOLE = 10 };

void bmi_space_end(bmi_space *s)
{
    bmi_arena_end(&s->arena);
}

/* ---- reading ---- */
static char *trimmed(char *text)
{
    text += strspn(text, " \t\r\n");
    for (size_t n = strlen(text); n && strchr(" \t\r\n", text[n - 1]); n--) text[n - 1] = 0;
    return text;
}

static bm_status no_memory(bmi_error *e, bm_place here)
{
    return bmi_fail_memory(e, here, 256, "a space of settings");
}

static bool is_number(const char *text, size_t n, double *value)
{
    bool overflow;
    return bmi_read_real(text, n, value, &overflow) && isfinite(*value);
}

/* "LOW..HIGH", perhaps " log" and the number of points behind it. False: it is a list. */
static bool read_range(bmi_dimension *d, const char *text)
{
    const char *dots = strstr(text, "..");
    if (!dots) return false;
    const char *from = dots + 2;
    const size_t n = strcspn(from, " \t");
    if (!is_number(text, (size_t)(dots - text), &d->low) || !is_number(from, n, &d->high)) return false;
    d->whole = strspn(text, "+-0123456789") == (size_t)(dots - text) && strspn(from, "+-0123456789") == n;
    for (const char *word = from + n; *(word += strspn(word, " \t"));) {
        const size_t length = strcspn(word, " \t");
        if (length == 3 && !memcmp(word, "log", 3)) d->log = true;
        else if (!bmi_read_int(word, length, &d->points) || d->points < 2 || d->points > 100000) return false;
        word += length;
    }
    return true;
}

static bm_status read_list(bmi_space *s, bmi_error *e, bmi_dimension *d, char *text, bm_place here)
{
    const char mark = strchr(text, '|') || d->of == BMI_OF_MODEL ? '|' : ',';
    size_t n = 1;
    for (const char *c = text; *c; c++) n += *c == mark;
    d->values = bmi_arena_alloc(&s->arena, n, sizeof *d->values);
    if (!d->values) return no_memory(e, here);
    for (char *rest = text; rest;) {
        char *next = strchr(rest, mark);
        if (next) *next++ = 0;
        d->values[d->n] = trimmed(rest);
        if (!*d->values[d->n++]) return bmi_fail(e, BM_E_ARGUMENT, here, "search: \"%.60s\" has an empty value", d->name);
        rest = next;
    }
    return BM_OK;
}

static bm_status read_dimension(bmi_space *s, bmi_error *e, char *text, bm_place here)
{
    char *equals = strchr(text, '=');
    if (s->n == BMI_DIMENSIONS) return bmi_fail(e, BM_E_ARGUMENT, here, "search: more than %d settings", BMI_DIMENSIONS);
    bmi_dimension *d = &s->at[s->n];
    if (equals) *equals = 0;
    d->name = trimmed(text);
    if (!equals || !*d->name)
        return bmi_fail(e, BM_E_ARGUMENT, here,
                        "search: \"%.60s\" is no setting with values, as alpha=.01..100 log, degree=1,2,3 or model=ridge|lasso",
                        text);
    for (size_t i = 0; i < s->n; i++)
        if (!strcmp(s->at[i].name, d->name))
            return bmi_fail(e, BM_E_ARGUMENT, here, "search: \"%.60s\" is given twice", d->name);
    if (!strcmp(d->name, "model")) {
        d->of = BMI_OF_MODEL;
        s->model = (int)s->n;
    } else d->of = BMI_OF_LEARNER;
    s->n++;
    char *values = trimmed(equals + 1);
    if (d->of != BMI_OF_MODEL && read_range(d, values)) {
        if (d->low < d->high && (!d->log || d->low > 0)) return BM_OK;
        return bmi_fail(e, BM_E_ARGUMENT, here, "search: %s goes from %g to %g; the first must be less%s", d->name, d->low,
                        d->high, d->log ? ", and above 0 for log" : "");
    }
    if (strstr(values, "..") && !strpbrk(values, "|,"))
        return bmi_fail(
            e, BM_E_ARGUMENT, here,
            "search: %s=%.60s is no range; write LOW..HIGH, and behind it log, the number of points of a grid, or both",
            d->name, values);
    return read_list(s, e, d, values, here);
}

/* ---- meaning ---- */
static size_t learners_of(const bmi_space *s)
{
    return s->model >= 0 ? s->at[s->model].n : 1;
}

/* The i-th learner that there is before any setting is searched. */
static bm_status learner_at(const bmi_space *s, bmi_error *e, bmi_arena *arena, size_t i, bm_learner *to, bm_place here)
{
    const char *text = s->model >= 0 ? s->at[s->model].values[i] : s->learner;
    return bmi_setup_learner(e, arena, text, s->how, to, here);
}

/* "ridge.alpha", "pca.components": what stands before the dot. */
static bool has_owner(bmi_space *s, bmi_dimension *d, const char *family)
{
    char head[64];
    const size_t n = strcspn(d->name, ".");
    if (n >= sizeof head) return false;
    memcpy(head, d->name, n);
    head[n] = 0;
    const bm_learner_kind *k = bmi_kind_find(family, head);
    if (!k) return false;
    d->owner = bmi_arena_text(&s->arena, head);
    d->field = d->name[n] ? d->name + n + 1 : NULL;
    return true;
}

static const char *path_of(const bmi_dimension *d)
{
    return d->field ? d->field : d->name;
}

/* Whether it is of this learner, as far as its owner says. */
static bool means_this(const bmi_dimension *d, const bm_learner *l)
{
    return d->of == BMI_OF_LEARNER && (!d->owner || !strcmp(d->owner, l->kind->name));
}

/* "optimizer" where "optimizer.rate" is asked about, when it is searched, too, for this learner; else null. */
static const bmi_dimension *head_of(const bmi_space *s, const bmi_dimension *d, const bm_learner *l)
{
    const char *path = path_of(d);
    const size_t n = strcspn(path, ".");
    for (size_t i = 0; path[n] && i < s->n; i++)
        if (means_this(&s->at[i], l) && strlen(path_of(&s->at[i])) == n && !memcmp(path_of(&s->at[i]), path, n))
            return &s->at[i];
    return NULL;
}

/* The field that it means for a learner, whose head, where that is searched, has value i of its list; null when there is none. */
static const bm_field *field_with(const bmi_dimension *d, const bmi_dimension *head, size_t i, const bm_learner *l)
{
    if (!head) return bmi_learner_field(l, path_of(d));
    const bmi_part_kind *kind = i < head->n ? bmi_inner_kind(path_of(head), head->values[i]) : NULL;
    return kind ? bmi_field_find(kind->fields, strchr(path_of(d), '.') + 1) : NULL;
}

/* Of any value of the head. */
static const bm_field *field_of(const bmi_space *s, const bmi_dimension *d, const bm_learner *l)
{
    const bmi_dimension *head = head_of(s, d, l);
    const bm_field *f = field_with(d, head, 0, l);
    for (size_t i = 1; !f && head && i < head->n; i++) f = field_with(d, head, i, l);
    return f;
}

/* Whether values are numbers that are whole: told by the field, of a text by the values. */
static void settle_whole(bmi_dimension *d, const bm_field *f)
{
    if (f && f->type == BM_FIELD_INT) d->whole = true;
    if (f && f->type == BM_FIELD_REAL) d->whole = false;
}

/* Every name that a setting can have here, of the learner or of the kind that stands before the dot; nearest to a wrong one. */
static bm_status unknown(const bmi_space *s, bmi_error *e, const bmi_dimension *d, const bm_learner *l, bm_place here)
{
    const bmi_dimension *head = head_of(s, d, l);
    const bmi_part_kind *inner =
        head ? bmi_inner_kind(path_of(head), head->n ? head->values[0] : NULL) : bmi_learner_inner(l, path_of(d));
    const bm_field *fields = inner ? inner->fields : l->kind->fields;
    const char *dot = strrchr(d->name, '.'), *last = dot ? dot + 1 : d->name;
    const char *near = bmi_field_nearest(fields, last);
    char all[300] = "";
    for (const bm_field *f = fields; f && f->name; f++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", *all ? ", " : "", f->name);
    if (!near && !inner) near = bmi_kind_nearest("step", d->name);
    return bmi_fail(e, BM_E_ARGUMENT, here, "search: %s has no setting \"%.60s\"%s%s%s; it has %s",
                    inner ? inner->name : l->kind->name, d->name, near ? "; did you mean \"" : "", near ? near : "",
                    near ? "\"?" : "", *all ? all : "none");
}

static bm_status find_step(bmi_error *e, bmi_dimension *d, bm_place here)
{
    if (!d->owner) return no_memory(e, here);
    d->of = BMI_OF_STEP;
    const bmi_step_kind *k = bmi_kind_find("step", d->owner);
    if (k && k->fields) settle_whole(d, d->field ? bmi_field_find(k->fields, d->field) : k->fields);
    return BM_OK;
}

static bm_status find_meaning(bmi_space *s, bmi_error *e, bmi_dimension *d, bm_place here)
{
    bool any = false;
    bm_learner l;
    for (size_t i = 0; i < learners_of(s); i++) {
        if (learner_at(s, e, &s->arena, i, &l, here)) return e->status;
        if (d->owner && strcmp(d->owner, l.kind->name) != 0) continue;
        const bm_field *f = field_of(s, d, &l);
        if (!f && !any && s->recipe && !d->owner && has_owner(s, d, "step")) return find_step(e, d, here);
        if (!f) return unknown(s, e, d, &l, here);
        any = true;
        settle_whole(d, f);
    }
    d->field = path_of(d);
    if (any) return BM_OK;
    return bmi_fail(e, BM_E_ARGUMENT, here, "search: \"%.60s\" is of %s, which is none of the models", d->name, d->owner);
}

/* Names before a dot that are of learners come first: what a name means may depend on what else is searched. */
static bm_status find_meanings(bmi_space *s, bmi_error *e, bm_place here)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->at[i].of == BMI_OF_LEARNER && strchr(s->at[i].name, '.') && has_owner(s, &s->at[i], "learner") &&
            !s->at[i].owner)
            return no_memory(e, here);
    for (size_t i = 0; i < s->n && !e->status; i++)
        if (s->at[i].of == BMI_OF_LEARNER) find_meaning(s, e, &s->at[i], here);
    return e->status;
}

/* Whether a learner takes a value. */
static bm_status try_value(bmi_error *e, bmi_arena *arena, bm_learner *l, const bmi_dimension *d, const bmi_dimension *head,
                           size_t at, const char *value, bm_place here)
{
    if (head && bmi_learner_set(e, here, arena, l, path_of(head), head->values[at])) return e->status;
    if (bmi_learner_set(e, here, arena, l, path_of(d), value)) return e->status;
    bm_model *m = bmi_learner_new(arena->context, l, NULL, here);
    bmi_fail_from(e, &m->object.error);
    bmi_object_free(m);
    return e->status;
}

/* Every value, or both ends of a range, must be lawful. */
static bm_status check_value(const bmi_space *s, bmi_error *e, const bmi_dimension *d, const char *value, bm_place here)
{
    bmi_arena arena = { .context = s->arena.context };
    bm_learner l;
    if (d->of == BMI_OF_STEP) {
        bm_recipe *copy = bmi_recipe_copy(s->recipe);
        if (!bmi_fail_from(e, &copy->object.error) && bmi_recipe_set(copy, d->owner, d->field, value, here))
            bmi_fail_from(e, &copy->object.error);
        bmi_object_free(copy);
        return e->status;
    }
    for (size_t i = 0; !e->status && i < learners_of(s); i++) {
        if (learner_at(s, e, &arena, i, &l, here) || !means_this(d, &l)) continue;
        const bmi_dimension *head = head_of(s, d, &l);
        for (size_t k = 0; !e->status && k < (head ? head->n : 1); k++) {
            bm_learner own = l;
            if (field_with(d, head, k, &l)) try_value(e, &arena, &own, d, head, k, value, here);
        }
    }
    bmi_arena_end(&arena);
    return e->status;
}

/* Numbers that are whole are counted in doubles. */
static bm_status check_range(bmi_error *e, const bmi_dimension *d, bm_place here)
{
    if (!d->whole || d->n) return BM_OK;
    if (d->low != floor(d->low) || d->high != floor(d->high))
        return bmi_fail(e, BM_E_ARGUMENT, here, "search: %s goes from %g to %g; it takes whole numbers", d->name, d->low,
                        d->high);
    if (fabs(d->low) <= 0x1p53 && fabs(d->high) <= 0x1p53) return BM_OK;
    return bmi_fail(e, BM_E_ARGUMENT, here, "search: %s goes from %g to %g; whole numbers go up to 2^53", d->name, d->low,
                    d->high);
}

static bm_status check_values(const bmi_space *s, bmi_error *e, const bmi_dimension *d, bm_place here)
{
    char text[BMI_VALUE_BYTES];
    if (d->of == BMI_OF_MODEL || check_range(e, d, here)) return e->status; /* models were read */
    for (size_t i = 0; i < d->n && !e->status; i++) check_value(s, e, d, d->values[i], here);
    for (int64_t i = 0; !d->n && i < 2 && !e->status; i++)
        check_value(s, e, d, bmi_dimension_draw(d, i ? 1 - 0x1p-53 : 0, text), here);
    return e->status;
}

bm_status bmi_space_read(bmi_space *s, bmi_error *e, const char *text, const char *learner, const bm_learner *how,
                         const bm_recipe *recipe, bm_place here)
{
    char *copy = bmi_arena_text(&s->arena, text ? text : "");
    s->learner = learner;
    s->how = how;
    s->recipe = recipe;
    s->model = -1;
    if (!copy) return no_memory(e, here);
    for (char *rest = copy; rest && !e->status;) {
        char *next = strchr(rest, ';');
        if (next) *next++ = 0;
        char *one = trimmed(rest);
        if (*one) read_dimension(s, e, one, here);
        rest = next;
    }
    if (!e->status && !s->n)
        return bmi_fail(e, BM_E_ARGUMENT, here, "search: no setting is given, as \"alpha=.01..100 log\" or \"degree=1,2,3\"");
    if (!e->status && s->model >= 0 && (learner || how->name || how->kind))
        return bmi_fail(e, BM_E_ARGUMENT, here, "search: a learner is given and \"model\" is searched; leave one of them out");
    bm_learner l;
    for (size_t i = 0; !e->status && i < learners_of(s); i++) learner_at(s, e, &s->arena, i, &l, here);
    if (!e->status) find_meanings(s, e, here);
    for (size_t i = 0; !e->status && i < s->n; i++) check_values(s, e, &s->at[i], here);
    return e->status;
}

/* ---- values ---- */
int64_t bmi_dimension_points(const bmi_dimension *d)
{
    if (d->n) return (int64_t)d->n;
    const double all = d->high - d->low + 1;
    if (d->whole && !d->log && !d->points && all <= ALL_WHOLE) return (int64_t)all;
    const int64_t points = d->points ? d->points : USUAL_POINTS;
    return d->whole && all < (double)points ? (int64_t)all : points;
}

static const char *number(const bmi_dimension *d, double v, char into[BMI_VALUE_BYTES])
{
    if (d->whole) snprintf(into, BMI_VALUE_BYTES, "%" PRId64, (int64_t)round(v));
    else {
        char text[40];
        snprintf(text, sizeof text, "%.6g", v); /* short ones are read as easily as written */
        for (char *c = text; *c; c++)
            if (*c == ',') *c = '.'; /* whatever the locale */
        double back;
        if (!is_number(text, strlen(text), &back)) back = v;
        bmi_write_real(into, fmin(fmax(back, d->low), d->high));
    }
    return into;
}

static double between(const bmi_dimension *d, double share)
{
    if (share <= 0) return d->low;
    if (share >= 1) return d->high;
    return d->log ? exp(log(d->low) + share * (log(d->high) - log(d->low))) : d->low + share * (d->high - d->low);
}

const char *bmi_dimension_point(const bmi_dimension *d, int64_t i, char into[BMI_VALUE_BYTES])
{
    if (d->n) return d->values[i];
    return number(d, between(d, (double)i / (double)(bmi_dimension_points(d) - 1)), into);
}

const char *bmi_dimension_draw(const bmi_dimension *d, double u, char into[BMI_VALUE_BYTES])
{
    if (d->n) return d->values[(size_t)(u * (double)d->n)];
    if (d->whole && !d->log) return number(d, d->low + floor(u * (d->high - d->low + 1)), into);
    return number(d, between(d, u), into);
}

/* ---- candidates ---- */
static bm_status set_steps(const bmi_space *s, bmi_error *e, const char *const *values, bmi_made *made, bm_place here)
{
    if (!s->recipe) return BM_OK;
    made->recipe = bmi_recipe_copy(s->recipe);
    if (bmi_fail_from(e, &made->recipe->object.error)) return e->status;
    for (size_t i = 0; i < s->n && !e->status; i++) {
        if (s->at[i].of != BMI_OF_STEP) continue;
        made->used[i] = true;
        if (bmi_recipe_set(made->recipe, s->at[i].owner, s->at[i].field, values[i], here))
            bmi_fail_from(e, &made->recipe->object.error);
    }
    return e->status;
}

/* "alpha=.31, impute=mean" of the dimensions that count; of steps alone, or of all. */
static const char *words(const bmi_space *s, bmi_arena *arena, const char *const *values, const bmi_made *made, bool steps)
{
    bmi_text t = { .context = arena->context };
    for (size_t i = 0; i < s->n; i++)
        if (made->used[i] && (!steps || s->at[i].of == BMI_OF_STEP))
            bmi_text_add(&t, "%s%s=%s", t.length ? ", " : "", s->at[i].name, values[i]);
    const char *kept = t.failed ? NULL : bmi_arena_text(arena, t.at ? t.at : "");
    bmi_text_end(&t);
    return kept;
}

bm_status bmi_space_make(const bmi_space *s, bmi_error *e, bmi_arena *arena, const char *const *values, bmi_made *made,
                         bm_place here)
{
    *made = (bmi_made){ .learner = s->model >= 0 ? values[s->model] : s->learner };
    if (bmi_setup_learner(e, arena, made->learner, s->how, &made->how, here)) return e->status;
    for (int inner = 0; inner < 2; inner++) /* an optimizer first, then its rate, if it has one */
        for (size_t i = 0; i < s->n && !e->status; i++) {
            const bmi_dimension *d = &s->at[i];
            if (d->of == BMI_OF_MODEL) made->used[i] = true;
            if (d->of != BMI_OF_LEARNER || (strchr(path_of(d), '.') != NULL) != inner) continue;
            made->used[i] = means_this(d, &made->how) && bmi_learner_field(&made->how, path_of(d));
            if (made->used[i]) bmi_learner_set(e, here, arena, &made->how, path_of(d), values[i]);
        }
    if (!e->status) set_steps(s, e, values, made, here);
    if (e->status) return e->status;
    if (!made->learner) made->learner = made->how.kind->name;
    made->settings = words(s, arena, values, made, false);
    made->steps = words(s, arena, values, made, true);
    if (!made->settings || !made->steps) no_memory(e, here);
    return e->status;
}
