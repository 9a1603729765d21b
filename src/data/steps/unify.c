// SPDX-License-Identifier: Apache-2.0
/* Unify: texts that mean the same become the same: without blanks around them, runs of blanks as one blank, capital letters as small ones
 * (unless `keep_case`), and the spellings that `same` lists as the text it gives, "New York=NY|N.Y.; Los Angeles=LA". An empty text is
 * missing. With `units` a text is a number and its unit, and becomes the number times the unit's factor, "kg=1; g=.001"; a number alone has
 * the factor 1; what is no such amount is missing and counted as unreadable. Nothing is learned from training rows. */
#include "base/text.h"
#include "data/step.h"
#include "data/words.h"
#include <math.h>
#include <string.h>

static const bmi_field fields[] = {
    BMI_TEXT_FIELD(bm_step_unify_options, same, NULL, "spellings of one text: New York=NY|N.Y.; Los Angeles=LA"),
    BMI_TEXT_FIELD(bm_step_unify_options, units, NULL, "amounts become numbers: kg=1; g=.001"),
    BMI_BOOL_FIELD(bm_step_unify_options, keep_case, "capital letters stay"),
    { 0 },
};

/* A piece of a setting without the blanks around it. */
typedef struct piece {
    const char *at;
    size_t n;
} piece;

/* The next piece up to one of `ends` from *at on, which goes behind it; false at the end. */
static bool next_piece(const char **at, const char *stop, char end, piece *to)
{
    if (*at >= stop) return false;
    const char *found = memchr(*at, end, (size_t)(stop - *at));
    to->n = (size_t)((found ? found : stop) - *at);
    const char *next = *at + to->n + (found != NULL);
    to->at = bmi_trim(*at, &to->n);
    *at = next;
    return true;
}

/* "name = value" of a piece; false when there is no sign, name or value. */
static bool cut(piece all, piece *name, piece *value)
{
    const char *sign = all.n ? memchr(all.at, '=', all.n) : NULL;
    if (!sign) return false;
    *name = (piece){ all.at, (size_t)(sign - all.at) };
    *value = (piece){ sign + 1, all.n - name->n - 1 };
    name->at = bmi_trim(name->at, &name->n);
    value->at = bmi_trim(value->at, &value->n);
    return name->n && value->n;
}

static bool factor_of(piece value, double *factor)
{
    bool overflow = false;
    return bmi_read_real(value.at, value.n, factor, &overflow) && isfinite(*factor);
}

static bm_status check(bmi_error *e, bm_place here, const void *options)
{
    const bm_step_unify_options *o = options;
    const char *const settings[] = { o->same, o->units };
    for (int k = 0; k < 2; k++) {
        piece all, name, value;
        double factor;
        for (const char *at = settings[k], *stop = at ? at + strlen(at) : NULL; at && next_piece(&at, stop, ';', &all);) {
            if (!all.n || (cut(all, &name, &value) && (!k || factor_of(value, &factor)))) continue;
            return bmi_fail(e, BM_E_ARGUMENT, here, "unify: %s has \"%.*s\"; it must be %s", k ? "units" : "same",
                            (int)(all.n < 60 ? all.n : 60), all.at,
                            k ? "a unit and its factor, as g=.001; kg=1"
                              : "a text and its spellings, as New York=NY|N.Y.; LA=L.A.");
        }
    }
    return BM_OK;
}

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return chosen && f->columns[column].text;
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    (void)how, (void)f, (void)column, (void)state;
    return BM_OK;
}

/* A text without needless blanks and capital letters, into `to`, which has room for it. */
static size_t tidy(piece from, bool keep_case, char *to)
{
    size_t n = 0;
    from.at = bmi_trim(from.at, &from.n);
    for (size_t i = 0; i < from.n; i++) {
        const bool blank = strchr(" \t\r\n\v\f", from.at[i]);
        if (!blank) to[n++] = from.at[i];
        else if (n && to[n - 1] != ' ') to[n++] = ' ';
    }
    to[n] = 0;
    if (!keep_case) bmi_words_lower(to);
    return n;
}

/* The text that `same` gives for a tidy one, or the tidy one. room: for a spelling. */
static piece unified(const bm_step_unify_options *o, piece text, char *room)
{
    piece all, name, spellings, one;
    for (const char *at = o->same, *stop = at ? at + strlen(at) : NULL; at && next_piece(&at, stop, ';', &all);) {
        if (!cut(all, &name, &spellings)) continue;
        if (tidy(name, o->keep_case, room) == text.n && !memcmp(room, text.at, text.n)) return name;
        const char *end = spellings.at + spellings.n;
        for (const char *from = spellings.at; next_piece(&from, end, '|', &one);)
            if (tidy(one, o->keep_case, room) == text.n && !memcmp(room, text.at, text.n)) return name;
    }
    return text;
}

/* A tidy amount as a number; NaN when it is none. */
static double amount(const bm_step_unify_options *o, piece text, char *room)
{
    size_t digits = text.n;
    double number, factor;
    bool overflow = false;
    while (digits && !(text.at[digits - 1] >= '0' && text.at[digits - 1] <= '9') && text.at[digits - 1] != '.') digits--;
    const piece unit = { text.at + digits + (text.at[digits] == ' '), text.n - digits - (text.at[digits] == ' ') };
    if (!bmi_read_real(text.at, digits, &number, &overflow)) return NAN;
    if (!unit.n) return number;
    piece all, name, value;
    for (const char *at = o->units, *stop = at + strlen(at); next_piece(&at, stop, ';', &all);)
        if (cut(all, &name, &value) && tidy(name, o->keep_case, room) == unit.n && !memcmp(room, unit.at, unit.n) &&
            factor_of(value, &factor))
            return number * factor;
    return NAN;
}

static bm_status apply_units(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, size_t at, char *room,
                             char *other)
{
    const bm_step_unify_options *o = how->options;
    bmi_frame_column old = { 0 };
    size_t first = 0;
    if (!bmi_frame_replace(f, at, 1, &first, &old)) return bmi_step_no_memory(how, (size_t)f->rows * 8);
    const bool fine = bmi_frame_name(f, first, s->name, "", "");
    for (int64_t i = 0; fine && i < f->rows; i++) {
        double *cell = &f->columns[first].numbers[i];
        *cell = NAN;
        if (old.codes[i] < 0) continue;
        const char *text = bmi_dictionary_text(old.dictionary, old.codes[i], NULL);
        const size_t n = tidy((piece){ text, strlen(text) }, o->keep_case, room);
        if (n) *cell = amount(o, (piece){ room, n }, other);
        if (!n || isfinite(*cell)) continue;
        *cell = NAN;
        f->counted.unreadable++;
        bmi_met_add(f->met, BMI_MET_NO_NUMBER, s->name, text);
    }
    bmi_frame_column_end(f, &old);
    return fine ? BM_OK : bmi_step_no_memory(how, 64);
}

/* The column gets a dictionary of its own with the unified texts. */
static bool apply_texts(const bm_step_unify_options *o, bmi_frame *f, bmi_frame_column *c, char *room, char *other)
{
    const size_t count = (size_t)c->dictionary->count;
    int32_t *map = bmi_alloc_raw(f->context, count, sizeof *map);
    bmi_dictionary *own = bmi_alloc(f->context, 1, sizeof *own);
    bool fine = map && own;
    if (own) own->context = f->context;
    for (int32_t code = 0; fine && code < c->dictionary->count; code++) {
        size_t n;
        const char *text = bmi_dictionary_text(c->dictionary, code, &n);
        n = tidy((piece){ text, n }, o->keep_case, room);
        const piece to = unified(o, (piece){ room, n }, other);
        map[code] = n ? bmi_dictionary_add(own, to.at, to.n) : -1;
        fine = !n || map[code] >= 0;
    }
    for (int64_t i = 0; fine && i < f->rows; i++) c->codes[i] = c->codes[i] < 0 ? -1 : map[c->codes[i]];
    bmi_release(f->context, map, count, sizeof *map);
    if (!fine && own) bmi_dictionary_end(own);
    if (!fine) bmi_release(f->context, own, 1, sizeof *own);
    if (!fine) return false;
    if (c->own) bmi_dictionary_end(c->own);
    bmi_release(f->context, c->own, 1, sizeof *c->own);
    c->dictionary = c->own = own;
    return true;
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, size_t at)
{
    const bm_step_unify_options *o = how->options;
    const bmi_dictionary *d = f->columns[at].dictionary;
    size_t longest = (o->same ? strlen(o->same) : 0) + (o->units ? strlen(o->units) : 0), n;
    for (int32_t code = 0; code < d->count; code++) {
        bmi_dictionary_text(d, code, &n);
        if (n > longest) longest = n;
    }
    char *room = bmi_alloc_raw(f->context, 2 * (longest + 1), 1);
    bm_status st = room ? BM_OK : bmi_step_no_memory(how, longest);
    if (!st && o->units) st = apply_units(how, s, f, at, room, room + longest + 1);
    else if (!st && !apply_texts(o, f, &f->columns[at], room, room + longest + 1)) st = bmi_step_no_memory(how, longest);
    bmi_release(f->context, room, 2 * (longest + 1), 1);
    return st;
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    return !s->n_numbers && !s->n_texts;
}

static const bmi_step_example examples[] = {
    { .columns = "c",
      .table = "c,b\n\" New  York\",1\nnew york,2\nLA,3\n",
      .rows = "c,b\nLa,5\nNEW YORK ,6\n",
      .then = "one_hot",
      .out = "c=la,c=new york,c=?,b\n1,0,0,5\n0,1,0,6\n",
      .source = "by hand" },
    { .columns = "c",
      .options = "same=New York=NY|N.Y.; Los Angeles=LA",
      .table = "c,b\nNY,1\nN.Y.,2\nLA,3\nnew york,4\n",
      .then = "one_hot",
      .out = "c=Los Angeles,c=New York,c=?,b\n0,1,0,1\n0,1,0,2\n1,0,0,3\n0,1,0,4\n",
      .source = "by hand" },
    { .columns = "c",
      .options = "units=kg=1; g=.001",
      .table = "c,b\n5 kg,1\n250g,2\n1.5 KG,3\n",
      .out = "c,b\n5,1\n.25,2\n1.5,3\n",
      .source = "by hand" },
};

static const bmi_step_kind unify = {
    .size = sizeof(bmi_step_kind),
    .name = "unify",
    .doc = "texts without needless blanks and capital letters, several spellings as one, amounts in one unit",
    .needs_names = true,
    .options_size = sizeof(bm_step_unify_options),
    .fields = fields,
    .check = check,
    .examples = examples,
    .n_examples = BMI_COUNT(examples),
    .takes = takes,
    .takes_what = "text",
    .fit = fit,
    .apply = apply,
    .lawful = lawful,
};
const bmi_kind bmi_kinds_step_unify[] = { { "step", "unify", &unify }, { 0 } };
