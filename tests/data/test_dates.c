// SPDX-License-Identifier: Apache-2.0
/* Parts of dates, their cyclic forms and elapsed times, unified texts and amounts: the numbers are those of
 * tests/golden/dates.py (pandas). */
#include "support/bmt.h"
#include "data/recipe.h"
#include "tensor/tensor.h"
#include <baeum.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 11, CYCLES = 9, FIGURES = PARTS + 2 * CYCLES + 2, MOST = 1000 };
static const char all_parts[] = "year+month+day+weekday+hour+minute+second+day_of_year+week_of_year+quarter+weekend";

typedef struct line {
    char *part[4];
    double figures[FIGURES];
} line;
static line lines[MOST];
static int n_lines;

static void read_lines(void)
{
    char path[600];
    static char *text;
    const char *source = getenv("BAEUM_SOURCE");
    if (n_lines) return;
    snprintf(path, sizeof path, "%s/tests/golden/dates.txt", source ? source : ".");
    size_t n;
    text = (char *)bmt_read(path, &n);
    for (char *at = text, *end; *at; at = end + 1) {
        assert_non_null(end = strchr(at, '\n'));
        *end = 0;
        assert_true(n_lines < MOST);
        line *l = &lines[n_lines++];
        char *cell = at;
        for (int k = 0; cell && k < 3 + FIGURES; k++) {
            char *tab = strchr(cell, '\t');
            if (tab) *tab = 0;
            if (k < 4) l->part[k] = cell;
            if (k >= 3) l->figures[k - 3] = strtod(cell, NULL);
            cell = tab ? tab + 1 : NULL;
        }
    }
}

/* Figures of one row: those that the step makes, from the `first`-th on, with those that come around left out or in. */
static void check(const line *l, const bm_dataset *d, int64_t row, bool cyclic)
{
    const bm_tensor *x = bm_dataset_x(d, 0);
    const int64_t columns = bm_tensor_shape(x).dim[1];
    int64_t c = 0, cycle = 0;
    for (int part = 0; part < PARTS; part++) {
        const bool around = part != 0 && part != PARTS - 1; /* all but the year and the weekend */
        const double *want = cyclic && around ? &l->figures[PARTS + 2 * cycle] : &l->figures[part];
        cycle += around;
        for (int k = 0; k < (cyclic && around ? 2 : 1); k++)
            bmt_near(l->part[1], bm_tensor_at(x, row * columns + c++), want[k], 1e-12);
    }
    bmt_near(l->part[1], bm_tensor_at(x, row * columns + c++), l->figures[FIGURES - 2 + cyclic], 1e-12);
    assert_int_equal(c, columns);
}

static void dates(void **state)
{
    (void)state;
    static const char *const orders[] = { "found", "dmy", "mdy" };
    read_lines();
    for (int order = 0; order < 3; order++)
        for (int cyclic = 0; cyclic < 2; cyclic++) {
            bm_name texts[MOST];
            const line *of[MOST];
            char step[300];
            int n = 0;
            texts[n++] = "1900-01-01"; /* from which time elapses */
            for (int i = 0; i < n_lines; i++)
                if (!strcmp(lines[i].part[0], "date") && !strcmp(lines[i].part[2], orders[order])) {
                    of[n] = &lines[i];
                    texts[n++] = lines[i].part[1];
                }
            assert_true(n > 50);
            bm_table *t = bm_table_new();
            bm_table_add_text(t, "d", texts, n);
            snprintf(step, sizeof step, "datetime:parts=%s,order=%s,elapsed=%s%s", all_parts, orders[order],
                     cyclic ? "seconds" : "days", cyclic ? ",cyclic" : "");
            bm_recipe *r = bm_recipe_new(.plain = true, .type = BM_F64);
            bm_recipe_step(r, step, NULL, "d");
            bm_dataset *d = bm_recipe_fit_apply(r, t);
            if (bm_failed(d)) fail_msg("%s: %s", step, bm_error(d));
            for (int i = 1; i < n; i++) check(of[i], d, i, cyclic);
            bm_free(d);
            bm_free(r);
            bm_free(t);
        }
}

/* The lines of a kind as a table's column, and what a recipe of two steps makes of them. */
static bm_dataset *unified(const char *kind, const char *step, const char *then, bm_recipe **r, const line *of[MOST], int *n)
{
    bm_name texts[MOST];
    *n = 0;
    read_lines();
    for (int i = 0; i < n_lines; i++) {
        if (strcmp(lines[i].part[0], kind) != 0) continue;
        char *tab = strstr(lines[i].part[1], "\\t");
        if (tab) *tab = '\t', memmove(tab + 1, tab + 2, strlen(tab + 2) + 1);
        of[*n] = &lines[i];
        texts[(*n)++] = lines[i].part[1];
    }
    bm_table *t = bm_table_new();
    bm_table_add_text(t, "c", texts, *n);
    *r = bm_recipe_new(.plain = true, .type = BM_F64);
    bm_recipe_step(*r, step, NULL, "c");
    bm_recipe_step(*r, then, NULL);
    bm_dataset *d = bm_recipe_fit_apply(*r, t);
    if (bm_failed(d)) fail_msg("%s: %s", step, bm_error(d));
    bm_free(t);
    return d;
}

static void texts(void **state)
{
    (void)state;
    const line *of[MOST];
    bm_recipe *r;
    int n;
    bm_dataset *d = unified("text", "unify:same=New York=NY|N.Y.; Los Angeles=LA", "one_hot:all", &r, of, &n);
    assert_true(n >= 10);
    for (int i = 0; i < n; i++)
        for (int64_t c = 0; c < bm_recipe_features(r); c++) {
            const bool is = !strcmp(bm_recipe_feature_name(r, c) + strlen("c="), of[i]->part[2]);
            const double x = bm_tensor_at(bm_dataset_x(d, 0), i * bm_recipe_features(r) + c);
            if (x != is)
                fail_msg("\"%s\" becomes \"%s\", should be \"%s\"", of[i]->part[1], bm_recipe_feature_name(r, c),
                         of[i]->part[2]);
        }
    bm_free(d);
    bm_free(r);
}

static void amounts(void **state)
{
    (void)state;
    const line *of[MOST];
    bm_recipe *r;
    int n, none = 0;
    bm_dataset *d = unified("amount", "unify:units=kg=1; g=.001; lb=.45359237; t=1000", "impute:-77", &r, of, &n);
    assert_true(n >= 50);
    for (int i = 0; i < n; i++) {
        const double want = strtod(of[i]->part[2], NULL);
        none += isnan(want);
        bmt_near(of[i]->part[1], bm_tensor_at(bm_dataset_x(d, 0), i), isnan(want) ? -77 : want, 1e-15);
    }
    assert_true(none > 3);
    bm_free(d);
    bm_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(dates), cmocka_unit_test(texts), cmocka_unit_test(amounts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
