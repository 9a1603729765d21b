// SPDX-License-Identifier: Apache-2.0
/* Frames: taking columns from a table, replacing and removing them. */
#include "data/frame.h"
#include "base/text.h"
#include "format/datetime.h"
#include <math.h>
#include <string.h>

static void leave_category(const bmi_frame *f, bmi_frame_column *c)
{
    bmi_frame_category *const g = c->category;
    c->category = NULL;
    if (g && !--g->users) bmi_release(f->context, g, sizeof *g + (size_t)g->room * sizeof *g->of, 1);
}

void bmi_frame_column_end(const bmi_frame *f, bmi_frame_column *c)
{
    bmi_text_release(f->context, c->name);
    if (!c->borrowed) bmi_release(f->context, c->numbers, (size_t)c->room, sizeof *c->numbers);
    bmi_release(f->context, c->codes, (size_t)c->room, sizeof *c->codes);
    leave_category(f, c);
    if (c->own) bmi_dictionary_end(c->own);
    bmi_release(f->context, c->own, 1, sizeof *c->own);
    *c = (bmi_frame_column){ 0 };
}

void bmi_frame_end(bmi_frame *f)
{
    for (size_t i = 0; i < f->n; i++) bmi_frame_column_end(f, &f->columns[i]);
    bmi_release(f->context, f->columns, f->capacity, sizeof *f->columns);
    bmi_index_end(&f->names);
    f->columns = NULL;
    f->n = f->capacity = f->settled = f->gaps = 0;
}

size_t bmi_frame_find(const bmi_frame *f, const char *name)
{
    return bmi_index_find(&f->names, f->columns, sizeof *f->columns, name);
}

/* Numbers of a text column: each text is read once. */
static bool numbers_of_text(bmi_frame *f, const bmi_column *c, const bmi_number_form *form, bm_rows rows, double *to)
{
    double *values = bmi_column_numbers_of_texts(f->context, c, form);
    if (!values) return false;
    for (int64_t i = 0; i < f->rows; i++) {
        const int32_t code = ((const int32_t *)c->values)[bmi_row_at(rows, i)];
        to[i] = code < 0 ? NAN : values[code];
        if (code < 0 || !isnan(to[i])) continue;
        f->counted.unreadable++;
        bmi_met_add(f->met, BMI_MET_NO_NUMBER, c->name, bmi_dictionary_text(&c->dictionary, code, NULL));
    }
    bmi_release(f->context, values, (size_t)c->dictionary.count, sizeof *values);
    return true;
}

/* Codes of a column of numbers: their shortest texts. */
static bool codes_of_numbers(bmi_frame *f, const bmi_column *c, bm_rows rows, bmi_frame_column *to)
{
    to->own = bmi_alloc(f->context, 1, sizeof *to->own);
    if (!to->own) return false;
    to->own->context = f->context;
    to->dictionary = to->own;
    for (int64_t i = 0; i < f->rows; i++) {
        char number[32];
        const char *text = bmi_column_cell_text(c, bmi_row_at(rows, i), number);
        to->codes[i] = text ? bmi_dictionary_add(to->own, text, strlen(text)) : -1;
        if (text && to->codes[i] < 0) return false;
    }
    return true;
}

/* Codes of a column of text that training read as dates: each text is read once; what is no date is missing and counted. */
static bool codes_of_dates(bmi_frame *f, const bmi_column *c, const bmi_number_form *form, bm_rows rows, bmi_frame_column *to)
{
    const size_t count = (size_t)c->dictionary.count;
    int32_t *codes = bmi_alloc_raw(f->context, count, sizeof *codes); /* -2: no date */
    bool fine = codes && (to->own = bmi_alloc(f->context, 1, sizeof *to->own));
    if (fine) to->own->context = f->context;
    to->dictionary = to->own;
    for (size_t code = 0; fine && code < count; code++) {
        char iso[BMI_TIME_BYTES];
        int64_t time;
        bmi_date_detail detail;
        const char *text = bmi_dictionary_text(&c->dictionary, (int32_t)code, NULL);
        codes[code] = -2;
        if (!bmi_time_read(text, (bmi_date_order)(form->date - 1), &time, &detail)) continue;
        const int n = bmi_time_write(time, (bmi_date_detail)form->detail, iso);
        fine = (codes[code] = bmi_dictionary_add(to->own, iso, (size_t)n)) >= 0;
    }
    for (int64_t i = 0; fine && i < f->rows; i++) {
        const int32_t code = ((const int32_t *)c->values)[bmi_row_at(rows, i)];
        to->codes[i] = code < 0 ? -1 : codes[code];
        if (to->codes[i] != -2) continue;
        to->codes[i] = -1;
        f->counted.unreadable++;
        bmi_met_add(f->met, BMI_MET_NO_DATE, c->name, bmi_dictionary_text(&c->dictionary, code, NULL));
    }
    bmi_release(f->context, codes, count, sizeof *codes);
    return fine;
}

void bmi_column_numbers(const bmi_column *c, bm_rows rows, int64_t first, int64_t n, double *to)
{
    const double *reals = c->type == BM_COLUMN_REAL ? c->values : NULL;
    if (reals && !rows.at) memcpy(to, reals + first, (size_t)n * sizeof *to);
    else if (reals)
        for (int64_t i = 0; i < n; i++) to[i] = reals[rows.at[first + i]];
    else
        for (int64_t i = 0; i < n; i++) to[i] = bmi_column_number(c, bmi_row_at(rows, first + i));
}

bool bmi_frame_take(bmi_frame *f, const bmi_column *c, const bmi_input *input, bm_rows rows)
{
    if (!bmi_grow(f->context, (void **)&f->columns, &f->capacity, f->n + 1, sizeof *f->columns)) return false;
    bmi_frame_column *to = &f->columns[f->n];
    *to = (bmi_frame_column){ .text = input->text, .room = f->rows, .name = bmi_text_copy(f->context, input->name) };
    bool fine = to->name;
    if (fine && input->text) fine = (to->codes = bmi_alloc_raw(f->context, (size_t)f->rows, sizeof *to->codes));
    to->borrowed = !input->text && c->type == BM_COLUMN_REAL && !rows.at;
    if (to->borrowed) to->numbers = c->values;
    if (fine && !input->text && !to->borrowed)
        fine = (to->numbers = bmi_alloc_raw(f->context, (size_t)f->rows, sizeof *to->numbers));
    if (fine && input->text) {
        to->iso = c->type == BM_COLUMN_TIME || (c->type == BM_COLUMN_TEXT && input->form.date);
        if (c->type == BM_COLUMN_TEXT && input->form.date) {
            fine = codes_of_dates(f, c, &input->form, rows, to);
        } else if (c->type == BM_COLUMN_TEXT) {
            to->dictionary = &c->dictionary;
            for (int64_t i = 0; i < f->rows; i++) to->codes[i] = ((const int32_t *)c->values)[bmi_row_at(rows, i)];
        } else {
            fine = codes_of_numbers(f, c, rows, to);
        }
    } else if (fine && c->type == BM_COLUMN_TEXT) {
        fine = numbers_of_text(f, c, &input->form, rows, to->numbers);
    } else if (fine && !to->borrowed) {
        bmi_column_numbers(c, rows, 0, f->rows, to->numbers);
    }
    f->names.context = f->context;
    if (fine) fine = bmi_index_add(&f->names, to->name, f->n);
    if (fine) f->settled = ++f->n;
    else bmi_frame_column_end(f, to);
    return fine;
}

/* `count` columns of numbers (or, not `filled`, none yet) behind all; false when there is no memory: then nothing has changed. */
static bool append(bmi_frame *f, size_t count, bool filled)
{
    if (!bmi_grow(f->context, (void **)&f->columns, &f->capacity, f->n + count, sizeof *f->columns)) return false;
    bmi_frame_column *made = f->columns + f->n;
    bool fine = true;
    memset(made, 0, count * sizeof *made);
    for (size_t i = 0; i < count && fine; i++) {
        made[i].room = f->rows;
        if (filled) fine = (made[i].numbers = bmi_alloc_raw(f->context, (size_t)f->rows, sizeof *made[i].numbers));
    }
    if (fine) f->n += count;
    for (size_t i = 0; i < count && !fine; i++) bmi_frame_column_end(f, &made[i]);
    return fine;
}

bool bmi_frame_add(bmi_frame *f, size_t at, size_t count, size_t *first)
{
    *first = f->n;
    if (!append(f, count, true)) return false;
    f->columns[at].heirs = *first;
    f->columns[at].n_heirs = count;
    return true;
}

static bool replace(bmi_frame *f, size_t at, size_t count, bool filled, size_t *first, bmi_frame_column *old)
{
    *first = f->n;
    if (!append(f, count, filled)) return false;
    *old = f->columns[at];
    f->columns[at] = (bmi_frame_column){ .heirs = *first, .n_heirs = count };
    f->gaps++;
    return true;
}

bool bmi_frame_replace(bmi_frame *f, size_t at, size_t count, size_t *first, bmi_frame_column *old)
{
    return replace(f, at, count, true, first, old);
}

bool bmi_frame_replace_with_categories(bmi_frame *f, size_t at, size_t count, size_t *first, bmi_frame_column *old,
                                       bmi_frame_category **category)
{
    bmi_frame_category *g = NULL;
    const size_t bytes = sizeof *g + (size_t)f->rows * sizeof *g->of; /* a column of this many numbers was there before */
    *category = NULL;
    if (count && !(g = bmi_alloc_raw(f->context, bytes, 1))) return false;
    if (!replace(f, at, count, false, first, old)) {
        bmi_release(f->context, g, bytes, 1);
        return false;
    }
    if (g) *g = (bmi_frame_category){ .users = count, .room = f->rows };
    for (size_t k = 0; k < count; k++) f->columns[*first + k].category = g, f->columns[*first + k].place = (int32_t)k;
    *category = g;
    return true;
}

static void keep_numbers(bmi_frame_column *c, const bool *keep, int64_t rows)
{
    int64_t n = 0;
    for (int64_t i = 0; i < rows; i++) {
        if (!keep[i]) continue;
        if (c->numbers) c->numbers[n++] = c->numbers[i];
        else if (c->codes) c->codes[n++] = c->codes[i];
    }
}

bool bmi_frame_show(bmi_frame *f, size_t at)
{
    bmi_frame_column *c = &f->columns[at];
    if (!c->category) return true;
    double *numbers = bmi_alloc_raw(f->context, (size_t)f->rows, sizeof *numbers);
    if (!numbers) return false;
    for (int64_t i = 0; i < f->rows; i++) numbers[i] = c->category->of[i] == c->place;
    leave_category(f, c);
    c->numbers = numbers;
    c->room = f->rows;
    return true;
}

bool bmi_frame_own(bmi_frame *f, size_t at)
{
    bmi_frame_column *c = &f->columns[at];
    if (!c->borrowed) return bmi_frame_show(f, at);
    double *own = bmi_alloc_raw(f->context, (size_t)f->rows, sizeof *own);
    if (!own) return false;
    memcpy(own, c->numbers, (size_t)f->rows * sizeof *own);
    c->numbers = own;
    c->borrowed = false;
    return true;
}

bool bmi_frame_keep(bmi_frame *f, const bool *keep)
{
    int64_t n = 0;
    for (size_t c = 0; c < f->n; c++)
        if (!bmi_frame_own(f, c)) return false;
    for (size_t c = 0; c < f->n; c++) keep_numbers(&f->columns[c], keep, f->rows);
    for (int64_t i = 0; i < f->rows; i++) n += keep[i];
    f->rows = n;
    return true;
}

void bmi_frame_remove(bmi_frame *f, size_t at)
{
    bmi_frame_column_end(f, &f->columns[at]);
    f->gaps++;
}

void bmi_frame_empty(bmi_frame *f, size_t at)
{
    const size_t heirs = f->columns[at].heirs, n_heirs = f->columns[at].n_heirs;
    bmi_frame_remove(f, at);
    f->columns[at].heirs = heirs;
    f->columns[at].n_heirs = n_heirs;
}

bool bmi_frame_name(bmi_frame *f, size_t at, const char *of, const char *between, const char *what)
{
    bmi_text name = { .context = f->context };
    bmi_text_add(&name, "%s%s%s", of, between, what);
    f->columns[at].name = name.failed ? NULL : bmi_text_copy(f->context, name.at);
    bmi_text_end(&name);
    return f->columns[at].name;
}

bool bmi_frame_settle(bmi_frame *f)
{
    if (!f->gaps && f->n == f->settled) return true;
    const size_t n = f->n - f->gaps;
    bmi_index names = { .context = f->context };
    bmi_frame_column *columns = bmi_alloc(f->context, n, sizeof *columns), *to = columns;
    for (size_t i = 0; columns && i < f->settled; i++) {
        const bmi_frame_column *c = &f->columns[i];
        if (c->name) {
            *to = *c;
            to++->n_heirs = 0; /* told again they would stand there twice */
        }
        for (size_t k = 0; k < c->n_heirs; k++) *to++ = f->columns[c->heirs + k];
    }
    bool fine = columns;
    for (size_t i = 0; fine && i < n; i++) {
        const size_t other = *f->twice ? SIZE_MAX : bmi_index_find(&names, columns, sizeof *columns, columns[i].name);
        if (other != SIZE_MAX && !(columns[i].indicator && columns[other].indicator)) /* a category may be called "?" */
            snprintf(f->twice, sizeof f->twice, "%s", columns[i].name);
        fine = bmi_index_add(&names, columns[i].name, i);
    }
    if (!fine) {
        bmi_index_end(&names);
        bmi_release(f->context, columns, n, sizeof *columns);
        return false;
    }
    bmi_index_end(&f->names);
    bmi_release(f->context, f->columns, f->capacity, sizeof *f->columns);
    f->names = names;
    f->columns = columns;
    f->n = f->capacity = f->settled = n;
    f->gaps = 0;
    return true;
}

bool bmi_frame_show_added(bmi_frame *f)
{
    return f->n == f->settled || bmi_frame_settle(f);
}

int64_t bmi_frame_present(const bmi_frame *f, size_t at)
{
    const bmi_frame_column *c = &f->columns[at];
    int64_t present = 0;
    if (c->text)
        for (int64_t i = 0; i < f->rows; i++) present += c->codes[i] >= 0;
    else if (c->category) present = f->rows;
    else
        for (int64_t i = 0; i < f->rows; i++) present += !isnan(c->numbers[i]);
    return present;
}

static int64_t distinct_codes(const bmi_frame *f, const bmi_frame_column *c, int64_t most)
{
    const size_t room = (size_t)c->dictionary->count;
    bool *seen = bmi_alloc(f->context, room, sizeof *seen);
    int64_t distinct = 0;
    if (!seen) return -1;
    for (int64_t i = 0; i < f->rows && distinct < most; i++) {
        if (c->codes[i] < 0) continue;
        distinct += !seen[c->codes[i]];
        seen[c->codes[i]] = true;
    }
    bmi_release(f->context, seen, room, sizeof *seen);
    return distinct;
}

int64_t bmi_frame_distinct(const bmi_frame *f, size_t at, int64_t most)
{
    const bmi_frame_column *c = &f->columns[at];
    if (c->text) return distinct_codes(f, c, most);
    bmi_dictionary seen = { .context = f->context };
    int64_t distinct = 0;
    for (int64_t i = 0; i < f->rows && distinct < most; i++) {
        const double number = c->numbers[i] + 0.; /* -0 is 0 */
        if (isnan(number)) continue;
        if (bmi_dictionary_add(&seen, (const void *)&number, sizeof number) < 0) distinct = INT64_MAX;
        else distinct = seen.count;
    }
    bmi_dictionary_end(&seen);
    return distinct == INT64_MAX ? -1 : distinct;
}
