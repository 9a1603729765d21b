// SPDX-License-Identifier: Apache-2.0
/* The classes of a target that is text: what they are, whether they are classes at all, and what about them should be said aloud. */
#include "base/text.h"
#include "data/recipe.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int32_t code_at(const bmi_column *c, int64_t row)
{
    return ((const int32_t *)c->values)[row];
}

static bm_status no_memory(bm_recipe *r, bm_place here)
{
    return bmi_fail_memory(&r->object.error, here, 1024, "the classes of a target");
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const bmi_class *)a)->text, ((const bmi_class *)b)->text);
}

static int by_folded(const void *a, const void *b)
{
    const bmi_class *x = a, *y = b;
    const int order = strcmp(x->folded, y->folded);
    return order ? order : strcmp(x->text, y->text);
}

/* Small letters (of ASCII), one blank for several, none at the ends. */
static char *fold(bmi_arena *arena, const char *text)
{
    char *folded = bmi_arena_text(arena, text), *to = folded;
    for (const char *p = text; folded && *p; p++) {
        const bool blank = *p == ' ' || *p == '\t';
        if (blank && (to == folded || to[-1] == ' ')) continue;
        *to++ = blank ? ' ' : *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
    }
    if (folded && to > folded && to[-1] == ' ') to--;
    if (folded) *to = 0;
    return folded;
}

/* Classes that would be one if case and blanks did not count. */
static bm_status note_alike(bm_recipe *r, const char *target, bmi_class *classes, size_t count, bm_place here)
{
    char list[500] = "";
    size_t n = 0;
    qsort(classes, count, sizeof *classes, by_folded);
    for (size_t i = 1; i < count && n < 300; i++) {
        const bool alike = !strcmp(classes[i].folded, classes[i - 1].folded);
        const bool begins = alike && (i < 2 || strcmp(classes[i - 1].folded, classes[i - 2].folded));
        if (begins) n += (size_t)snprintf(list + n, sizeof list - n, "%s\"%.40s\"", n ? "; " : "", classes[i - 1].text);
        if (alike) n += (size_t)snprintf(list + n, sizeof list - n, ", \"%.40s\"", classes[i].text);
    }
    if (!n || bmi_notes_add(r->object.context, &r->notes,
                            "! classes of %.100s differ by case or blanks alone: %s: did you mean one class?", target, list))
        return BM_OK;
    return no_memory(r, here);
}

bm_status bmi_target_note_rare(bm_recipe *r, const char *target, const bmi_class *classes, size_t count, bm_place here)
{
    char list[300] = "";
    size_t n = 0, rare = 0;
    for (size_t i = 0; i < count; i++) {
        if (classes[i].rows != 1) continue;
        if (rare < 3) n += (size_t)snprintf(list + n, sizeof list - n, "%s\"%.60s\"", rare ? ", " : "", classes[i].text);
        rare++;
    }
    if (!rare) return BM_OK;
    return bmi_notes_add(r->object.context, &r->notes, "! %zu class%s of %.100s %s one row only to learn from: %s%s", rare,
                         rare == 1 ? "" : "es", target, rare == 1 ? "has" : "have", list, rare > 3 ? " ..." : "")
               ? BM_OK
               : no_memory(r, here);
}

/* Whether a text begins as a number does. */
static bool begins_as_number(const char *text)
{
    while (*text == ' ' || *text == '-' || *text == '+') text++;
    for (uint8_t k = 1; bmi_currency_sign(k); k++)
        if (!strncmp(text, bmi_currency_sign(k), strlen(bmi_currency_sign(k)))) return true;
    return *text >= '0' && *text <= '9';
}

/* Texts that hardly repeat are no classes. Names the cells of the first rows that differ. */
static bm_status refuse(bm_recipe *r, const bmi_column *c, bm_rows rows, int64_t n, size_t count, bm_place here)
{
    int64_t numbers = 0, other = 1;
    while (other + 1 < n && code_at(c, bmi_row_at(rows, other)) == code_at(c, bmi_row_at(rows, 0))) other++;
    const int64_t first = bmi_row_at(rows, 0), second = bmi_row_at(rows, other);
    for (int64_t i = 0; i < n; i++)
        numbers += begins_as_number(bmi_dictionary_text(&c->dictionary, code_at(c, bmi_row_at(rows, i)), NULL));
    return bmi_fail_as(
        &r->object.error, BMI_CAUSE_MANY_CLASSES, BM_E_DATA, here,
        "the target \"%.100s\" is text with %zu different values in %" PRId64 " rows (\"%.60s\" in row %" PRId64
        ", \"%.60s\" in row %" PRId64 " ...), too many to be classes; %s",
        c->name, count, n, bmi_dictionary_text(&c->dictionary, code_at(c, first), NULL), first + 1,
        bmi_dictionary_text(&c->dictionary, code_at(c, second), NULL), second + 1,
        numbers * 10 >= n * 9
            ? "if they are numbers, write the cells as numbers alone, all in one way; if they are classes, \001set "
              "the task to classification\002"
            : "name another target, or, if they are classes, \001set the task to classification\002");
}

/* Counts the rows of each text; *count gets how many occur. */
static bmi_class *count_classes(const bm_recipe *r, const bmi_column *c, bm_rows rows, int64_t n, size_t *count)
{
    const size_t all = (size_t)c->dictionary.count;
    bmi_class *classes = bmi_alloc(r->object.context, all, sizeof *classes);
    *count = 0;
    for (int64_t i = 0; classes && i < n; i++) *count += !classes[code_at(c, bmi_row_at(rows, i))].rows++;
    size_t kept = 0;
    for (size_t code = 0; classes && code < all; code++) {
        if (!classes[code].rows) continue;
        classes[kept] = (bmi_class){ .rows = classes[code].rows };
        classes[kept++].text = bmi_dictionary_text(&c->dictionary, (int32_t)code, NULL);
    }
    return classes;
}

bm_status bmi_target_text_classes(bm_recipe *r, const bmi_column *c, bm_rows rows, int64_t n, bm_place here)
{
    size_t count;
    bmi_arena folded = { .context = r->object.context };
    bmi_class *classes = count_classes(r, c, rows, n, &count);
    bm_status st = classes ? BM_OK : no_memory(r, here);
    if (!st && !r->task && count > 2 && n < 2 * (int64_t)count) st = refuse(r, c, rows, n, count, here);
    if (!st && !(r->to.classes = bmi_arena_alloc(&r->found, count, sizeof *r->to.classes))) st = no_memory(r, here);
    if (!st) qsort(classes, count, sizeof *classes, by_text);
    for (size_t i = 0; !st && i < count; i++) {
        r->to.classes[i] = bmi_arena_text(&r->found, classes[i].text);
        classes[i].folded = fold(&folded, classes[i].text);
        if (!r->to.classes[i] || !classes[i].folded) st = no_memory(r, here);
    }
    if (!st) {
        r->to.n_classes = (int64_t)count;
        st = bmi_target_note_rare(r, c->name, classes, count, here);
    }
    if (!st) st = note_alike(r, c->name, classes, count, here);
    bmi_arena_end(&folded);
    bmi_release(r->object.context, classes, (size_t)c->dictionary.count, sizeof *classes);
    return st;
}
