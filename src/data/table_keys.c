// SPDX-License-Identifier: Apache-2.0
/* Rows by equal keys. Each key column becomes a number in a range as small as its cells allow (codes of texts, integers from the least
 * one on), the columns of a row one number of 64 bits, and different numbers are numbered in the order in which they come: through a
 * table of places where their range is small, else by hashing. Where ranges are too large for 64 bits together, what was joined so far
 * is numbered first. A second table's keys are brought to the ranges of the first; what lies outside has no equal there.
 */
#include "base/context.h"
#include "data/table_work.h"
#include <math.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;
enum { SMALL = 1 << 16 };

/* The range of a key column of `build`: values 1 .. count, 0 is a missing cell. Whole: any 64 bits, missing ones among them. */
typedef struct range {
    bool whole;
    int64_t least;
    uint64_t count;
    int32_t *codes; /* of probe's texts: code + 1 in build, 0 where it has no such text */
} range;

const bmi_column **bmi_key_columns(bmi_error *e, bm_place here, const bm_table *t, bm_names names, const char *what)
{
    if (!bmi_names_given(e, here, "the list of columns", names)) return NULL;
    const bmi_column **columns = bmi_alloc(t->object.context, names.count, sizeof *columns);
    if (!columns) bmi_fail_memory(e, here, names.count * sizeof *columns, "a list of columns");
    for (size_t i = 0; i < names.count && !e->status; i++) {
        if (!names.at[i]) bmi_fail(e, BM_E_ARGUMENT, here, "name %zu of the list of columns is null", i + 1);
        else columns[i] = bmi_table_column(e, here, t, names.at[i], what);
        for (size_t k = 0; k < i && !e->status; k++)
            if (columns[k] == columns[i])
                bmi_fail(e, BM_E_ARGUMENT, here, "column \"%.100s\" is named twice%s", names.at[i], what);
    }
    if (!e->status) return columns;
    bmi_release(t->object.context, columns, names.count, sizeof *columns);
    return NULL;
}

/* ---- ranges ---- */

static void integer_range(const bmi_column *c, int64_t rows, range *r)
{
    const int64_t *x = c->values;
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (int64_t i = 0; i < rows; i++) {
        const int64_t v = x[i];
        if (v > high) high = v;
        if (v != INT64_MIN && v < low) low = v;
    }
    r->least = low;
    r->count = high == INT64_MIN ? 0 : (uint64_t)high - (uint64_t)low + 1;
}

static bool find_range(const bmi_keys *k, size_t at, range *r)
{
    const bmi_column *c = k->build.columns[at];
    *r = (range){ 0 };
    switch (bmi_stored(c->type)) {
    case BMI_STORED_REAL: r->whole = true; return true;
    case BMI_STORED_BYTE: r->count = 2; return true;
    case BMI_STORED_INTEGER: integer_range(c, k->build.t->rows, r); return true;
    case BMI_STORED_CODE: break;
    }
    r->count = (uint64_t)c->dictionary.count;
    if (!k->probe.t) return true;
    const bmi_dictionary *d = &k->probe.columns[at]->dictionary;
    r->codes = bmi_alloc_raw(k->context, (size_t)d->count, sizeof *r->codes);
    for (int32_t code = 0; r->codes && code < d->count; code++) {
        size_t n;
        const char *text = bmi_dictionary_text(d, code, &n);
        r->codes[code] = bmi_dictionary_find(&c->dictionary, text, n) + 1;
    }
    return r->codes;
}

/* ---- values ---- */

typedef struct valuing {
    bmi_key_side *side;
    const bmi_column *column;
    const range *range;
    uint64_t times; /* what is there is multiplied by it before the value is added */
    bool own;       /* of build */
} valuing;

static uint64_t whole_bits(double x)
{
    uint64_t bits;
    x = x != x ? NAN : x + 0.;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* A cell as a whole number; false when it is none. */
static bool as_integer(const bmi_column *c, int64_t row, int64_t *value)
{
    const bmi_storage s = bmi_stored(c->type);
    if (s == BMI_STORED_INTEGER) *value = ((const int64_t *)c->values)[row];
    else if (s == BMI_STORED_BYTE) *value = ((const uint8_t *)c->values)[row];
    else {
        const double x = ((const double *)c->values)[row];
        if (!(x >= -0x1p63 && x < 0x1p63) || x != __builtin_trunc(x)) return false;
        *value = (int64_t)x;
    }
    return true;
}

/* The value of a cell that is not missing, of either table; false when it is not in the range. */
static bool value_of(const valuing *v, int64_t row, uint64_t *value)
{
    const bmi_column *c = v->column;
    const range *r = v->range;
    int64_t integer;
    if (c->type == BM_COLUMN_TEXT) {
        const int32_t code = ((const int32_t *)c->values)[row];
        *value = v->own ? (uint64_t)code + 1 : (uint64_t)r->codes[code];
        return *value != 0;
    }
    if (r->whole) {
        const double x = bmi_column_number(c, row);
        *value = whole_bits(x);
        return c->type != BM_COLUMN_INTEGER || (x < 0x1p63 && (int64_t)x == ((const int64_t *)c->values)[row]);
    }
    if (!as_integer(c, row, &integer) || integer < r->least) return false;
    *value = (uint64_t)integer - (uint64_t)r->least + 1;
    return *value <= r->count;
}

static void value_part(void *arg, int part, int parts)
{
    const valuing *v = arg;
    const bmi_column *c = v->column;
    uint64_t *key = v->side->key;
    uint8_t *out = v->side->out;
    int64_t begin, end;
    bmi_slice(v->side->t->rows, 8, part, parts, &begin, &end);
    if (v->own && c->type == BM_COLUMN_TEXT) { /* the usual cases without a test in the loop */
        const int32_t *codes = c->values;
        for (int64_t i = begin; i < end; i++) key[i] = key[i] * v->times + (uint64_t)((int64_t)codes[i] + 1);
        for (int64_t i = begin; i < end; i++) out[i] |= codes[i] < 0;
        return;
    }
    if (bmi_stored(c->type) == BMI_STORED_INTEGER && !v->range->whole) {
        const int64_t *x = c->values;
        const uint64_t least = (uint64_t)v->range->least - 1, count = v->range->count;
        for (int64_t i = begin; i < end; i++) {
            const bool missing = x[i] == INT64_MIN;
            const uint64_t value = missing ? 0 : (uint64_t)x[i] - least;
            key[i] = key[i] * v->times + value;
            out[i] |= (uint8_t)(missing | (!missing && value - 1 >= count) << 1);
        }
        return;
    }
    for (int64_t i = begin; i < end; i++) {
        uint64_t value = v->range->whole ? whole_bits(NAN) : 0;
        if (bmi_column_is_missing(c, i)) out[i] |= 1;
        else if (!value_of(v, i, &value)) out[i] |= 2;
        key[i] = key[i] * v->times + value;
    }
}

/* out: bit 0 a missing key, bit 1 a key that build has not. Adds the values of column `at` to the keys of both sides. */
static void add_values(const bmi_keys *k, size_t at, const range *r, uint64_t times)
{
    bmi_key_side *const sides[2] = { (bmi_key_side *)&k->build, (bmi_key_side *)&k->probe };
    for (int s = 0; s < 2 && sides[s]->t; s++) {
        valuing v = { sides[s], sides[s]->columns[at], r, times, s == 0 };
        bmi_parallel_exact(k->context, bmi_parts(k->context, sides[s]->t->rows), value_part, &v);
    }
}

/* ---- numbering ---- */

/* Numbers of keys: places of a small range, or open addressing with linear probing. */
typedef struct numbers {
    bm_context *context;
    bool small;
    uint32_t *places; /* small: number of each key; else of each slot, BMI_NO_ROW: free */
    uint64_t *slots;  /* key of each slot */
    size_t size;      /* of both; a power of two unless small */
    uint32_t count;
} numbers;

static void numbers_end(numbers *t)
{
    bmi_release(t->context, t->places, t->size, sizeof *t->places);
    if (!t->small) bmi_release(t->context, t->slots, t->size, sizeof *t->slots);
}

static bool numbers_new(numbers *t, bm_context *context, bool small, size_t size)
{
    *t = (numbers){ .context = context, .small = small, .size = size };
    t->places = bmi_alloc_raw(context, size, sizeof *t->places);
    if (!small) t->slots = bmi_alloc_raw(context, size, sizeof *t->slots);
    if (!t->places || (!small && !t->slots)) {
        numbers_end(t);
        return false;
    }
    memset(t->places, 0xff, size * sizeof *t->places);
    return true;
}

static size_t slot_of(const numbers *t, uint64_t key)
{
    uint64_t hash = key * UINT64_C(0x9E3779B97F4A7C15);
    hash = (hash ^ hash >> 32) * UINT64_C(0xD6E8FEB86659FD93);
    const size_t mask = t->size - 1;
    size_t i = (size_t)(hash ^ hash >> 32) & mask;
    while (t->places[i] != BMI_NO_ROW && t->slots[i] != key) i = (i + 1) & mask;
    return i;
}

static bool numbers_grow(numbers *t)
{
    numbers larger;
    if (!numbers_new(&larger, t->context, false, t->size * 2)) return false;
    for (size_t i = 0; i < t->size; i++) {
        if (t->places[i] == BMI_NO_ROW) continue;
        const size_t at = slot_of(&larger, t->slots[i]);
        larger.places[at] = t->places[i];
        larger.slots[at] = t->slots[i];
    }
    larger.count = t->count;
    numbers_end(t);
    *t = larger;
    return true;
}

/* The number of a key, which is new or not. False when there is no memory. */
static inline bool number_key(numbers *t, uint64_t key, uint32_t *id)
{
    size_t at = (size_t)key;
    if (!t->small) {
        if ((size_t)t->count * 2 >= t->size && !numbers_grow(t)) return false;
        at = slot_of(t, key);
    }
    if (t->places[at] == BMI_NO_ROW) {
        t->places[at] = t->count++;
        if (!t->small) t->slots[at] = key;
    }
    *id = t->places[at];
    return true;
}

static bool number_build(bmi_keys *k, numbers *t, uint8_t out_mask)
{
    const bmi_key_side *b = &k->build;
    for (int64_t i = 0; i < b->t->rows; i++) {
        b->ids[i] = BMI_NO_ROW;
        if (b->out[i] & out_mask) continue;
        const uint32_t before = t->count;
        if (!number_key(t, b->key[i], &b->ids[i])) return false;
        if (t->count == before) continue;
        if (before >= k->first_room &&
            !bmi_grow(k->context, (void **)&k->first, &k->first_room, (size_t)before + 1, sizeof *k->first))
            return false;
        k->first[before] = (uint32_t)i;
    }
    k->count = t->count;
    return true;
}

typedef struct looking {
    const bmi_key_side *side;
    const numbers *numbers;
    uint8_t out_mask;
} looking;

static void look_part(void *arg, int part, int parts)
{
    const looking *l = arg;
    const bmi_key_side *s = l->side;
    const numbers *t = l->numbers;
    int64_t begin, end;
    bmi_slice(s->t->rows, 8, part, parts, &begin, &end);
    for (int64_t i = begin; i < end; i++) {
        if (s->out[i] & l->out_mask) s->ids[i] = BMI_NO_ROW;
        else s->ids[i] = t->places[t->small ? (size_t)s->key[i] : slot_of(t, s->key[i])];
    }
}

/* Numbers the keys of both sides, which are below `bound` (0: any). */
static bool number_sides(bmi_keys *k, wide bound)
{
    numbers t;
    const uint8_t out = k->keep_missing ? 2 : 3;
    const bool small = bound && bound <= (wide)k->build.t->rows * 4 + SMALL;
    k->count = 0;
    if (!numbers_new(&t, k->context, small, small ? (size_t)bound : 1024)) return false;
    bool fine = number_build(k, &t, out);
    if (fine && k->probe.t) {
        looking l = { &k->probe, &t, out };
        bmi_parallel_exact(k->context, bmi_parts(k->context, k->probe.t->rows), look_part, &l);
    }
    numbers_end(&t);
    return fine;
}

/* Makes numbers of the keys so far the keys; what has none is out. */
static void keys_of_numbers(bmi_key_side *s)
{
    for (int64_t i = 0; s->t && i < s->t->rows; i++) {
        if (s->ids[i] == BMI_NO_ROW) s->out[i] |= 2;
        s->key[i] = s->ids[i] == BMI_NO_ROW ? 0 : s->ids[i];
    }
}

static bool renumber(bmi_keys *k, wide *bound)
{
    if (!number_sides(k, *bound)) return false;
    keys_of_numbers(&k->build);
    keys_of_numbers(&k->probe);
    *bound = (wide)k->count + !k->count;
    return true;
}

/* A column whose range leaves no room for others: its values are numbered alone, then joined to what there is. */
static bool join_large(bmi_keys *k, size_t c, const range *r, wide *bound)
{
    bmi_key_side *const sides[2] = { &k->build, &k->probe };
    uint64_t *before[2] = { NULL, NULL };
    if (*bound > UINT32_MAX && !renumber(k, bound)) return false;
    wide alone = 0;
    bool fine = true;
    for (int s = 0; s < 2 && sides[s]->t && fine; s++) {
        uint64_t *key = bmi_alloc(k->context, (size_t)sides[s]->t->rows, sizeof *key);
        before[s] = sides[s]->key;
        fine = key;
        if (key) sides[s]->key = key;
        else before[s] = NULL;
    }
    if (fine) {
        add_values(k, c, r, 1);
        fine = renumber(k, &alone);
    }
    for (int s = 0; s < 2; s++) {
        for (int64_t i = 0; fine && before[s] && i < sides[s]->t->rows; i++) sides[s]->key[i] += before[s][i] * (uint64_t)alone;
        if (before[s]) bmi_release(k->context, before[s], (size_t)sides[s]->t->rows, sizeof *before[s]);
    }
    *bound *= alone;
    return fine;
}

/* Joins column after column; *bound gets one more than the largest key, 0 for any 64 bits. */
static bool join_columns(bmi_keys *k, wide *bound)
{
    *bound = 1;
    for (size_t c = 0; c < k->n; c++) {
        range r;
        if (!find_range(k, c, &r)) return false;
        const wide more = (wide)r.count + 1;
        bool fine = true;
        if (k->n > 1 && (r.whole || more > UINT32_MAX)) fine = join_large(k, c, &r, bound);
        else {
            if (*bound * more > UINT64_MAX && *bound != 1) fine = renumber(k, bound);
            if (fine) add_values(k, c, &r, (uint64_t)more);
            *bound = r.whole ? 0 : *bound * more;
        }
        if (r.codes) bmi_release(k->context, r.codes, (size_t)k->probe.columns[c]->dictionary.count, sizeof *r.codes);
        if (!fine) return false;
    }
    return true;
}

static bool side_new(bm_context *context, bmi_key_side *s)
{
    if (!s->t) return true;
    const size_t rows = (size_t)s->t->rows;
    s->ids = bmi_alloc_raw(context, rows, sizeof *s->ids);
    s->key = bmi_alloc(context, rows, sizeof *s->key);
    s->out = bmi_alloc(context, rows, sizeof *s->out);
    return s->ids && s->key && s->out;
}

/* What only making the numbers needs. */
static void side_done(bm_context *context, bmi_key_side *s)
{
    if (!s->t) return;
    bmi_release(context, s->key, (size_t)s->t->rows, sizeof *s->key);
    bmi_release(context, s->out, (size_t)s->t->rows, sizeof *s->out);
    s->key = NULL;
    s->out = NULL;
}

bm_status bmi_keys_make(bmi_error *e, bm_place here, bmi_keys *k)
{
    wide bound;
    if (!side_new(k->context, &k->build) || !side_new(k->context, &k->probe) || !join_columns(k, &bound) ||
        !number_sides(k, bound))
        bmi_fail_memory(e, here, (size_t)k->build.t->rows * 13, "to find rows of equal keys");
    side_done(k->context, &k->build);
    side_done(k->context, &k->probe);
    return e->status;
}

void bmi_keys_end(bmi_keys *k)
{
    bmi_key_side *const sides[2] = { &k->build, &k->probe };
    for (int s = 0; s < 2; s++) {
        if (!sides[s]->t) continue;
        bmi_release(k->context, sides[s]->ids, (size_t)sides[s]->t->rows, sizeof *sides[s]->ids);
        bmi_release(k->context, sides[s]->columns, k->n, sizeof *sides[s]->columns);
    }
    bmi_release(k->context, k->first, k->first_room, sizeof *k->first);
}
