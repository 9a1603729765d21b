// SPDX-License-Identifier: Apache-2.0
/* What a recipe does unasked, after the steps that were asked for: dates into parts, useless columns dropped, missing numbers
 * filled, numbers standardised, texts one-hot encoded. Each decision is a note. */
#include "base/locale.h"
#include "data/recipe.h"
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

enum { LEAST_TEXTS = 20 };

static bm_status note(bm_recipe *r, bm_place here, const char *format, ...) BMI_PRINTF(3, 4);
static bm_status note(bm_recipe *r, bm_place here, const char *format, ...)
{
    char line[1000];
    va_list list;
    va_start(list, format);
    bmi_format(line, sizeof line, format, list);
    va_end(list);
    return bmi_notes_add(r->object.context, &r->notes, "%s", line)
               ? BM_OK
               : bmi_fail_memory(&r->object.error, here, sizeof line, "a note");
}

/* "a, b, c" of a step's columns, shortened behind 8 of them. */
static const char *list_columns(const bmi_recipe_step *s, char into[400])
{
    size_t n = 0;
    *into = 0;
    for (size_t i = 0; i < s->n_columns && i < 8 && n < 330; i++)
        n += (size_t)snprintf(into + n, 400 - n, "%s%.40s", i ? ", " : "", s->columns[i].name);
    if (s->n_columns > 8) snprintf(into + n, 400 - n, " and %zu more", s->n_columns - 8);
    return into;
}

bm_status bmi_recipe_tell(bm_recipe *r, const bmi_recipe_step *s, bm_place here)
{
    char columns[400], settings[200];
    if (!s->n_columns || s->kind->ignores_absent) return BM_OK;
    bmi_step_settings(s->kind, s->options, settings);
    return note(r, here, "%s: %s%s%s", list_columns(s, columns), s->kind->name, *settings ? " " : "", settings);
}

bool bmi_recipe_leaves_out(const bm_recipe *r, const char *kind)
{
    if (r->plain) return true;
    const size_t n = strlen(kind);
    for (const char *at = r->without; at && *at; at += strcspn(at, ","), at += *at == ',')
        if (!strncmp(at, kind, n) && (!at[n] || at[n] == ',')) return true;
    return false;
}

/* Adds a step, unless it is left out, and does it; *done gets the step when it has columns. */
static bm_status add(bm_recipe *r, bmi_frame *f, bmi_training *t, const char *kind, bm_names names,
                     const bmi_recipe_step **done, bm_place here)
{
    *done = NULL;
    if (bmi_recipe_leaves_out(r, kind)) return BM_OK;
    const bm_step usual = bm_step_value_at(kind, NULL, 0, here);
    bmi_recipe_step *s = bmi_recipe_add(r, &usual, names, &r->found, here);
    if (!s || bmi_recipe_do(r, s, f, t, here)) return r->object.error.status;
    if (s->n_columns) *done = s;
    else r->n_steps--;
    return BM_OK;
}

/* Whether a column of one number may have had several integers. */
static bool is_beyond_f64(const bmi_frame *f, size_t at)
{
    for (int64_t i = 0; i < f->rows; i++)
        if (isfinite(f->columns[at].numbers[i]))
            return fabs(f->columns[at].numbers[i]) >= 0x1p53 && fabs(f->columns[at].numbers[i]) < 0x1p63;
    return false;
}

/* Notes why a column is of no use; *useless is whether it is: of one value, or text that differs in all rows or, from LEAST_TEXTS on, in
 * more than nine of ten. */
static bm_status is_useless(bm_recipe *r, const bmi_frame *f, size_t at, bool *useless, bm_place here)
{
    const char *name = f->columns[at].name;
    const bool text = f->columns[at].text;
    const int64_t present = bmi_frame_present(f, at);
    const int64_t distinct = f->columns[at].indicator ? 2 : bmi_frame_distinct(f, at, text ? INT64_MAX - 1 : 2);
    *useless = true;
    if (distinct < 0) return bmi_fail_memory(&r->object.error, here, (size_t)f->rows * 8, "to count different values");
    if (!present) return note(r, here, "%s is dropped: it is missing in all %" PRId64 " rows", name, f->rows);
    if (distinct == 1 && !text && !r->keep_constant && is_beyond_f64(f, at))
        return note(r, here,
                    "%s is dropped: it has one value in all its rows as f64, to which neighbouring integers from 2^53 on are "
                    "one number; "
                    "subtract what they have in common, or read it as text",
                    name);
    if (distinct == 1 && (text || !r->keep_constant))
        return present == f->rows ? note(r, here, "%s is dropped: it has one value in all %" PRId64 " rows", name, present)
                                  : note(r, here, "%s is dropped: it has one value, in %" PRId64 " of %" PRId64 " rows", name,
                                         present, f->rows);
    if (text && distinct == present) return note(r, here, "%s is dropped: its %" PRId64 " texts all differ", name, present);
    if (text && present >= LEAST_TEXTS && distinct > present - present / 10)
        return note(r, here, "! %s is dropped: nearly all of its %" PRId64 " texts differ", name, present);
    *useless = false;
    return BM_OK;
}

/* Adds and does a step on the columns that `judge` says; *done gets it when there are some. */
static bm_status add_to_some(bm_recipe *r, bmi_frame *f, bmi_training *t, const char *kind,
                             bm_status (*judge)(bm_recipe *r, const bmi_frame *f, size_t at, bool *yes, bm_place here),
                             const bmi_recipe_step **done, bm_place here)
{
    *done = NULL;
    if (bmi_recipe_leaves_out(r, kind)) return BM_OK; /* nothing is said of columns that stay */
    if (!bmi_frame_settle(f)) return bmi_fail_memory(&r->object.error, here, f->n * 8, "the columns of a table");
    const size_t room = f->n;
    size_t n = 0;
    bm_name *names = bmi_alloc_raw(f->context, room, sizeof *names);
    bm_status st = names ? BM_OK : bmi_fail_memory(&r->object.error, here, room * sizeof *names, "names of columns");
    for (size_t at = 0; !st && at < f->n; at++) {
        bool yes;
        st = judge(r, f, at, &yes, here);
        names[n] = f->columns[at].name;
        n += yes;
    }
    if (!st && n) st = add(r, f, t, kind, (bm_names){ names, n }, done, here);
    bmi_release(f->context, names, room, sizeof *names);
    return st;
}

/* Numbers that no step has scaled. */
static bm_status is_unscaled(bm_recipe *r, const bmi_frame *f, size_t at, bool *yes, bm_place here)
{
    (void)r;
    (void)here;
    *yes = !f->columns[at].text && !f->columns[at].indicator && !f->columns[at].scaled;
    return BM_OK;
}

static bool is_missing(const bmi_frame *f, size_t at)
{
    return bmi_frame_present(f, at) < f->rows;
}

bool bmi_recipe_unprepared(const bmi_recipe_step *s, const bmi_frame *f)
{
    if (s->kind->prepares == BMI_PREPARES_NOTHING) return false;
    for (size_t i = 0; i < (s->n_names ? s->n_names : f->n); i++) {
        const size_t at = s->n_names ? bmi_frame_find(f, s->names[i]) : i;
        const bmi_frame_column *c = at == SIZE_MAX ? NULL : &f->columns[at];
        if (c && c->text && s->n_names) return false; /* it cannot be taken */
        if (c && (c->text || is_missing(f, at))) return true;
        if (c && s->kind->prepares == BMI_PREPARES_SCALES && !c->indicator && !c->scaled) return true;
    }
    return false;
}

/* Texts that are left become categories. */
static bm_status encode(bm_recipe *r, bmi_frame *f, bmi_training *t, bm_place here)
{
    const bmi_recipe_step *done;
    char columns[400];
    const size_t before = f->n - f->gaps;
    if (add(r, f, t, "one_hot", (bm_names){ 0 }, &done, here) || !done) return r->object.error.status;
    return note(r, here, "%s: one-hot into %zu", list_columns(done, columns), f->n - f->gaps - before + done->n_columns);
}

/* Missing numbers are filled. */
static bm_status fill(bm_recipe *r, bmi_frame *f, bmi_training *t, bm_place here)
{
    const bmi_recipe_step *done;
    const int64_t filled = f->counted.missing;
    if (add(r, f, t, "impute", (bm_names){ 0 }, &done, here)) return r->object.error.status;
    const int64_t missing = f->counted.missing - filled;
    return !missing ? BM_OK
                    : note(r, here, "%" PRId64 " missing number%s the median of %s column", missing,
                           missing == 1 ? " gets" : "s get", missing == 1 ? "its" : "their");
}

bm_status bmi_recipe_default(bm_recipe *r, bmi_frame *f, bmi_training *t, bmi_prepares for_step, bm_place here)
{
    const bm_names all = { 0 };
    const bmi_recipe_step *done;
    const bool prepared = r->late < r->n_asked; /* some of it was done before a step that was asked for */
    char columns[400];
    bool scaled = prepared;
    for (size_t s = 0; s < r->n_asked; s++) scaled |= r->steps[s].kind->scales;
    if (add(r, f, t, "datetime", all, &done, here)) return r->object.error.status;
    if (done && note(r, here, "%s: dates, taken apart into numbers", list_columns(done, columns)))
        return r->object.error.status;
    if (add_to_some(r, f, t, "drop", is_useless, &done, here)) return r->object.error.status;
    if (!prepared && fill(r, f, t, here)) return r->object.error.status;
    if (for_step == BMI_PREPARES_CELLS) return encode(r, f, t, here);
    if (scaled ? add_to_some(r, f, t, "standardize", is_unscaled, &done, here) : add(r, f, t, "standardize", all, &done, here))
        return r->object.error.status;
    if (done && note(r, here, "%s: standardised", list_columns(done, columns))) return r->object.error.status;
    return encode(r, f, t, here);
}
