// SPDX-License-Identifier: Apache-2.0
/* A target that is numbers or true/false: classes are true/false and whole numbers of at most 20 different values with at least 10
 * rows a value on average, every other target is a number to be predicted. Whole numbers are told apart as such, also beyond 2^53.
 */
#include "base/text.h"
#include "data/order.h"
#include "data/recipe.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_VALUES = 20, ROWS_A_VALUE = 10, MOST_CLASSES = 100000, LEAST_AMOUNTS = 5 };
static const int64_t exact = INT64_C(1) << 53; /* whole numbers up to here are what they are as f64, too */

static bm_status no_memory(bm_recipe *r, bm_place here)
{
    return bmi_fail_memory(&r->object.error, here, 1024, "the classes of a target");
}

static int64_t whole(const bmi_column *c, int64_t row)
{
    return ((const int64_t *)c->values)[row];
}

/* The order of two cells' values. */
static int compare(const bmi_column *c, int64_t a, int64_t b)
{
    if (c->type == BM_COLUMN_INTEGER) return (whole(c, a) > whole(c, b)) - (whole(c, a) < whole(c, b));
    const double x = bmi_column_number(c, a), y = bmi_column_number(c, b);
    return (x > y) - (x < y);
}

/* Rows with different values, in order of value; of at most `most` + 1 of them. SIZE_MAX when there is no memory. */
static size_t distinct_rows(const bmi_column *c, bm_context *context, bm_rows rows, int64_t n, size_t most, int64_t **found,
                            size_t *room)
{
    size_t count = 0;
    *found = NULL;
    *room = 0;
    for (int64_t i = 0; i < n && count <= most; i++) {
        const int64_t row = bmi_row_at(rows, i);
        size_t low = 0, high = count;
        while (low < high) {
            const size_t middle = (low + high) / 2;
            if (compare(c, (*found)[middle], row) < 0) low = middle + 1;
            else high = middle;
        }
        if (low < count && !compare(c, (*found)[low], row)) continue;
        if (!bmi_grow(context, (void **)found, room, count + 1, sizeof **found)) return SIZE_MAX;
        memmove(*found + low + 1, *found + low, (count - low) * sizeof **found);
        (*found)[low] = row;
        count++;
    }
    return count;
}

/* Whole numbers that f64 would merge are classes by their texts. */
static bool as_texts(const bmi_column *c, const int64_t *rows, size_t count)
{
    return c->type == BM_COLUMN_INTEGER && (whole(c, rows[0]) < -exact || whole(c, rows[count - 1]) > exact);
}

static bm_status make_classes(bm_recipe *r, const bmi_column *c, const int64_t *rows, size_t count, bm_place here)
{
    const bool texts = as_texts(c, rows, count);
    r->to.classes = bmi_arena_alloc(&r->found, count, sizeof *r->to.classes);
    r->to.numbers = texts ? NULL : bmi_arena_alloc(&r->found, count, sizeof *r->to.numbers);
    bool fine = r->to.classes && (texts || r->to.numbers);
    for (size_t i = 0; fine && i < count; i++) {
        char own[32];
        const double value = bmi_column_number(c, rows[i]) + 0.; /* -0 is 0 */
        const char *text = own;
        if (texts || c->type == BM_COLUMN_BOOL) text = bmi_column_cell_text(c, rows[i], own);
        else bmi_write_real(own, value);
        if (!texts) r->to.numbers[i] = value;
        fine = (r->to.classes[i] = bmi_arena_text(&r->found, text));
    }
    if (fine && texts) qsort(r->to.classes, count, sizeof *r->to.classes, bmi_by_text);
    r->to.n_classes = (int64_t)count;
    return fine ? BM_OK : no_memory(r, here);
}

/* Notes classes of one row; found: a row of each, in order of value. */
static bm_status note_rare(bm_recipe *r, const bmi_column *c, bm_rows rows, int64_t n, const int64_t *found, size_t count,
                           bm_place here)
{
    bmi_class *classes = bmi_alloc(r->object.context, count, sizeof *classes);
    char(*text)[32] = bmi_alloc(r->object.context, count, sizeof *text);
    for (int64_t i = 0; classes && text && i < n; i++) {
        size_t low = 0, high = count - 1;
        while (low < high) {
            const size_t middle = (low + high) / 2;
            if (compare(c, found[middle], bmi_row_at(rows, i)) < 0) low = middle + 1;
            else high = middle;
        }
        classes[low].rows++;
    }
    for (size_t k = 0; classes && text && k < count; k++) classes[k].text = bmi_column_cell_text(c, found[k], text[k]);
    const bm_status st = classes && text ? bmi_target_note_rare(r, c->name, classes, count, here) : no_memory(r, here);
    bmi_release(r->object.context, classes, count, sizeof *classes);
    bmi_release(r->object.context, text, count, sizeof *text);
    return st;
}

static bool all_whole(const bmi_column *c, const int64_t *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bmi_column_number(c, rows[i]) != floor(bmi_column_number(c, rows[i]))) return false;
    return true;
}

/* Numbers to be predicted that are all one, and values that have no logarithm. */
static bm_status check_numbers(bm_recipe *r, const bmi_column *c, bm_rows rows, int64_t n, size_t distinct, bm_place here)
{
    const double first = bmi_column_number(c, bmi_row_at(rows, 0));
    bool differ = false;
    for (int64_t i = 0; i < n; i++) {
        const double y = bmi_column_number(c, bmi_row_at(rows, i));
        differ = differ || y != first;
        if (r->log1p && !(y > -1))
            return bmi_object_fail(r, BM_E_DATA, here,
                                   "target_log1p needs values above -1; row %" PRId64 " of \"%.100s\" has %g",
                                   bmi_row_at(rows, i) + 1, c->name, y);
    }
    if (differ) return BM_OK;
    char text[32];
    bmi_write_real(text, first);
    return bmi_object_fail(
        r, BM_E_DATA, here, "the target \"%.100s\" is %s in all rows that are learned from%s: there is nothing to learn",
        c->name, text,
        distinct > 1 ? ", as a number to be predicted (beyond 2^53 whole numbers are rounded; as classes they are not)" : "");
}

/* Whole numbers most of which follow each other, at least LEAST_AMOUNTS of them, were taken for classes: they may be amounts. */
static bm_status note_amounts(bm_recipe *r, const bmi_column *c, const int64_t *rows, size_t count, bm_place here)
{
    const double first = bmi_column_number(c, rows[0]), last = bmi_column_number(c, rows[count - 1]);
    size_t steps = 0;
    for (size_t i = 1; i < count; i++) steps += bmi_column_number(c, rows[i]) - bmi_column_number(c, rows[i - 1]) == 1;
    if (c->type == BM_COLUMN_BOOL || count < LEAST_AMOUNTS || 2 * steps <= count - 1) return BM_OK;
    return bmi_notes_add(r->object.context, &r->notes,
                         "%.100s: the whole numbers %.15g to %.15g are taken for classes; if they are amounts, set the task to "
                         "regression (--task regression)",
                         c->name, first, last)
               ? BM_OK
               : no_memory(r, here);
}

bm_status bmi_target_numbers(bm_recipe *r, const bmi_column *c, bm_rows rows, int64_t n, bm_place here)
{
    int64_t *found;
    size_t room;
    const size_t most = r->task == BM_CLASSIFICATION ? MOST_CLASSES : MOST_VALUES;
    const size_t count = distinct_rows(c, r->object.context, rows, n, most, &found, &room);
    r->to.task = r->task;
    if (count == SIZE_MAX) no_memory(r, here);
    else if (!r->task) {
        const bool few = count <= MOST_VALUES && all_whole(c, found, count) && n >= (int64_t)count * ROWS_A_VALUE;
        r->to.task = c->type == BM_COLUMN_BOOL || few ? BM_CLASSIFICATION : BM_REGRESSION;
    }
    if (!r->object.error.status && r->to.task == BM_REGRESSION) check_numbers(r, c, rows, n, count, here);
    else if (!r->object.error.status && count > most)
        bmi_object_fail(r, BM_E_DATA, here, "the target \"%.100s\" has more than %d classes; is it a number to be predicted?",
                        c->name, MOST_CLASSES);
    else if (!r->object.error.status && !make_classes(r, c, found, count, here) &&
             !note_rare(r, c, rows, n, found, count, here) && !r->task)
        note_amounts(r, c, found, count, here);
    bmi_release(r->object.context, found, room, sizeof *found);
    return r->object.error.status;
}
