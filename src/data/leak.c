// SPDX-License-Identifier: Apache-2.0
/* Leaks: for numbers a column, its rank, the ratio of two, or up to four columns in a sum that give the target all but exactly (a good
 * honest column does not: it leaves noise); for classes a rule by the values, or by one threshold, of one column, or an exact one of
 * the sum, difference or quotient of two. What is looked for over pairs is tried on a thousand rows first. */
#include "data/leak.h"
#include "data/order.h"
#include "tensor/tensor.h"
#include <math.h>
#include <string.h>

enum { MOST_ROWS = 20000, TRIED_ROWS = 1000, LEAST_ROWS = 50, MOST_COLUMNS = 24, MOST_PAIRED = 12 };

/* Squared correlations from which a target counts as given away; below SCREEN of some rows a pair is not looked at again. */
#define ALONE .999
#define MONOTONE .9999
#define TOGETHER .9999
#define SCREEN .99

typedef struct leak {
    const bm_recipe *r;
    const bm_table *t;
    bm_context *context;
    int64_t rows;
    int columns;
    double *column[MOST_COLUMNS];
    const char *name[MOST_COLUMNS];
    double *y;
    bool (*found)(void *user, const bmi_leak *leak);
    void *user;
} leak;

static bool tell(const leak *l, bmi_leak_kind kind, const char *a, const char *b, double share)
{
    const bmi_leak one = { .kind = kind, .n = b ? 2 : 1, .columns = { a, b }, .share = share };
    return l->found(l->user, &one);
}

/* Squared correlation of y with a / b (b null: a) over every `step`-th row in which all are there. */
static double r_squared(const double *a, const double *b, const double *y, int64_t n, int64_t step)
{
    double mean_x = 0, mean_y = 0, sxx = 0, syy = 0, sxy = 0, count = 0;
    for (int64_t i = 0; i < n; i += step) {
        const double x = b ? a[i] / b[i] : a[i];
        if (!isfinite(x) || !isfinite(y[i])) continue;
        mean_x += x;
        mean_y += y[i];
        count++;
    }
    const double all = (double)((n + step - 1) / step);
    if (count < LEAST_ROWS || count < all - all / 5) return 0;
    mean_x /= count;
    mean_y /= count;
    for (int64_t i = 0; i < n; i += step) {
        const double x = (b ? a[i] / b[i] : a[i]) - mean_x, v = y[i] - mean_y;
        if (!isfinite(x) || !isfinite(v)) continue;
        sxx += x * x;
        syy += v * v;
        sxy += x * v;
    }
    return sxx > 0 && syy > 0 ? sxy * sxy / (sxx * syy) : 0;
}

/* The same, 0 without another look when a thousand rows say that it is less. */
static double screened(const double *a, const double *b, const double *y, int64_t n)
{
    const int64_t step = n / TRIED_ROWS + 1;
    return step > 1 && r_squared(a, b, y, n, step) < SCREEN ? 0 : r_squared(a, b, y, n, 1);
}

/* ---- ranks ---- */
/* Ranks of n numbers, equal ones the mean of theirs. */
static void rank(const double *x, int64_t n, bmi_weighed *room, double *to)
{
    for (int64_t i = 0; i < n; i++) room[i] = (bmi_weighed){ x[i], (double)i };
    bmi_weighed_sort(room, n);
    for (int64_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && room[end].number == room[i].number;) end++;
        for (int64_t k = i; k < end; k++) to[(int64_t)room[k].weight] = (double)(i + end - 1) / 2;
    }
}

/* The column whose ranks give those of the target best; -1 when there is none, -2 without memory. */
static int monotone(const leak *l, double *share)
{
    const size_t room = (size_t)l->rows;
    bmi_weighed *places = bmi_alloc_raw(l->context, room, sizeof *places);
    double *x = bmi_alloc_raw(l->context, 4 * room, sizeof *x);
    int best = places && x ? -1 : -2;
    for (int k = 0; best > -2 && k < l->columns; k++) {
        double *y = x + l->rows, *ranks = y + l->rows, *of_y = ranks + l->rows;
        int64_t n = 0, step = l->rows / TRIED_ROWS + 1;
        for (int pass = step > 1 ? 0 : 1; pass < 2; pass++) {
            n = 0;
            for (int64_t i = 0; i < l->rows; i += pass ? 1 : step)
                if (isfinite(l->column[k][i]) && isfinite(l->y[i])) {
                    x[n] = l->column[k][i];
                    y[n++] = l->y[i];
                }
            rank(x, n, places, ranks);
            rank(y, n, places, of_y);
            const double fit = r_squared(ranks, NULL, of_y, n, 1);
            if (fit < (pass ? fmax(MONOTONE, *share) : SCREEN)) break;
            if (!pass || 5 * n < 4 * l->rows) continue;
            *share = fit;
            best = k;
        }
    }
    bmi_release(l->context, places, room, sizeof *places);
    bmi_release(l->context, x, 4 * room, sizeof *x);
    return best;
}

/* ---- sums ---- */
static double dot(const double *x, const double *y, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += x[i] * y[i];
    return sum;
}

static void centre(double *x, int64_t n)
{
    double mean = 0;
    for (int64_t i = 0; i < n; i++) mean += x[i] / (double)n;
    for (int64_t i = 0; i < n; i++) x[i] -= mean;
}

/* y -= its part along x */
static void take_off(const double *x, double *y, int64_t n)
{
    const double share = dot(x, y, n) / dot(x, x, n);
    for (int64_t i = 0; i < n; i++) y[i] -= share * x[i];
}

/* The column that explains most of what is left of the target; -1: none does. */
static int next_column(const leak *l, const double *length, int64_t n)
{
    int best = -1;
    double most = 0;
    for (int k = 0; k < l->columns; k++) {
        const double left = dot(l->column[k], l->column[k], n), along = dot(l->column[k], l->y, n);
        if (!(left > 1e-9 * length[k])) continue; /* nothing is left of it, or a cell is missing */
        if (along * along / left > most) {
            most = along * along / left;
            best = k;
        }
    }
    return best;
}

/* A sum of columns that gives the target: each time the column that explains most of the rest joins, and what it explains is taken
 * off all others (Gram and Schmidt). Changes the columns and y; columns with missing cells do not take part. */
static bool together(leak *l)
{
    int64_t n = 0;
    double length[MOST_COLUMNS], fit = 0;
    bmi_leak one = { .kind = BMI_LEAK_TOGETHER };
    for (int64_t i = 0; i < l->rows; i++) {
        if (!isfinite(l->y[i])) continue;
        for (int k = 0; k < l->columns; k++) l->column[k][n] = l->column[k][i];
        l->y[n++] = l->y[i];
    }
    if (n < LEAST_ROWS) return true;
    for (int k = 0; k < l->columns; k++) {
        centre(l->column[k], n);
        length[k] = dot(l->column[k], l->column[k], n);
    }
    centre(l->y, n);
    const double all = dot(l->y, l->y, n);
    while (fit < TOGETHER && one.n < BMI_LEAK_COLUMNS && all > 0) {
        const int best = next_column(l, length, n);
        if (best < 0) return true;
        one.columns[one.n++] = l->name[best];
        take_off(l->column[best], l->y, n);
        for (int k = 0; k < l->columns; k++)
            if (k != best) take_off(l->column[best], l->column[k], n);
        length[best] = INFINITY; /* it has joined */
        fit = 1 - dot(l->y, l->y, n) / all;
    }
    one.share = fit;
    return fit < TOGETHER || one.n < 2 || l->found(l->user, &one);
}

static bool regression(leak *l)
{
    double best = ALONE, ranks = 0;
    int best_a = -1, best_b = -1;
    for (int a = 0; a < l->columns; a++)
        for (int b = -1; b < l->columns; b++) {
            const double fit = b == a ? 0 : screened(l->column[a], b < 0 ? NULL : l->column[b], l->y, l->rows);
            if (fit <= best + (b >= 0 && best_b < 0 && best_a >= 0 ? (1 - ALONE) / 2 : 0))
                continue; /* one column before a ratio */
            best = fit;
            best_a = a;
            best_b = b;
        }
    if (best_a >= 0 && best_b >= 0) return tell(l, BMI_LEAK_QUOTIENT, l->name[best_a], l->name[best_b], best);
    if (best_a >= 0) return tell(l, BMI_LEAK_ALONE, l->name[best_a], NULL, best);
    const int rising = monotone(l, &ranks);
    if (rising == -2) return false;
    if (rising >= 0) return tell(l, BMI_LEAK_MONOTONE, l->name[rising], NULL, ranks);
    return l->columns < 2 || together(l);
}

/* ---- classes ---- */
/* Rows as a number and, for its weight, their class. */
/* Rows that the best rule "x <= threshold: one class, else another" has right. counts: 2 a class. */
static int64_t best_threshold(bmi_weighed *p, int64_t n, int64_t classes, int64_t *counts)
{
    int64_t *low = counts, *high = counts + classes, best = 0;
    memset(counts, 0, 2 * (size_t)classes * sizeof *counts);
    bmi_weighed_sort(p, n);
    for (int64_t i = 0; i < n; i++) high[(int32_t)p[i].weight]++;
    for (int64_t i = 0; i < n; i++) {
        low[(int32_t)p[i].weight]++;
        high[(int32_t)p[i].weight]--;
        if (i + 1 < n && p[i + 1].number == p[i].number) continue;
        int64_t a = 0, b = 0;
        for (int64_t k = 0; k < classes; k++) {
            a = low[k] > a ? low[k] : a;
            b = high[k] > b ? high[k] : b;
        }
        if (a + b > best) best = a + b;
    }
    return best;
}

/* Rows that the rule "each value its most frequent class" has right; 0 when there are too many values for a rule. */
static int64_t best_by_value(bmi_weighed *p, int64_t n, int64_t classes, int64_t *counts)
{
    int64_t right = 0, values = 0;
    memset(counts, 0, (size_t)classes * sizeof *counts);
    bmi_weighed_sort(p, n);
    for (int64_t i = 0, best = 0; i < n; i++) {
        if (++counts[(int32_t)p[i].weight] > best) best = counts[(int32_t)p[i].weight];
        if (i + 1 < n && p[i + 1].number == p[i].number) continue;
        right += best;
        best = 0;
        values++;
        memset(counts, 0, (size_t)classes * sizeof *counts);
    }
    return values <= n / 10 ? right : 0;
}

typedef struct sorting {
    const int32_t *classes;
    int64_t n, n_classes, trivial;
    bmi_weighed *p;
    int64_t *counts;
} sorting;

/* Rows of the most frequent class. */
static int64_t majority(const sorting *s)
{
    int64_t most = 0;
    memset(s->counts, 0, 2 * (size_t)s->n_classes * sizeof *s->counts);
    for (int64_t i = 0; i < s->n; i++)
        if (++s->counts[s->classes[i]] > most) most = s->counts[s->classes[i]];
    return most;
}

/* One column after the other; *any: one gives the classes. */
static bool by_one(const leak *l, sorting *s, bm_rows rows, bool *any)
{
    bool fine = true;
    for (size_t k = 0; fine && k < l->t->n_columns; k++) {
        const bmi_column *c = &l->t->columns[k];
        const bool text = c->type == BM_COLUMN_TEXT;
        if (bmi_recipe_input(l->r, c->name) == SIZE_MAX) continue;
        for (int64_t i = 0; i < s->n; i++) {
            const int64_t row = bmi_row_at(rows, i);
            const double x = text ? ((const int32_t *)c->values)[row] : bmi_column_number(c, row);
            s->p[i] = (bmi_weighed){ isnan(x) ? -INFINITY : x, s->classes[i] };
        }
        const int64_t right = (text ? best_by_value : best_threshold)(s->p, s->n, s->n_classes, s->counts);
        if (10 * (s->n - right) > s->n - s->trivial) continue;
        *any = true;
        fine = tell(l, BMI_LEAK_RULE, c->name, NULL, (double)right / (double)s->n);
    }
    return fine;
}

/* Rows that a threshold of a pair has right, of every step-th row. */
static int64_t of_pair(const leak *l, sorting *s, int a, int b, bmi_leak_kind kind, int64_t step, int64_t *n)
{
    *n = 0;
    for (int64_t i = 0; i < s->n; i += step) {
        const double x = l->column[a][i], z = l->column[b][i];
        const double v = kind == BMI_LEAK_SUM ? x + z : kind == BMI_LEAK_DIFFERENCE ? x - z : x / z;
        s->p[(*n)++] = (bmi_weighed){ isnan(v) ? -INFINITY : v, s->classes[i] };
    }
    return best_threshold(s->p, *n, s->n_classes, s->counts);
}

/* The first pair that gives the classes exactly by one threshold: honest columns that happen to part them well do not. */
static bool by_two(const leak *l, sorting *s)
{
    const int64_t step = s->n / TRIED_ROWS + 1;
    const int columns = l->columns < MOST_PAIRED ? l->columns : MOST_PAIRED;
    for (int a = 0; a < columns; a++)
        for (int b = 0; b < columns; b++)
            for (bmi_leak_kind kind = BMI_LEAK_SUM; kind <= BMI_LEAK_RATIO; kind++) {
                int64_t n;
                if (a == b || (b < a && kind != BMI_LEAK_RATIO)) continue;
                if (step > 1 && of_pair(l, s, a, b, kind, step, &n) < n) continue;
                if (of_pair(l, s, a, b, kind, 1, &n) == n) return tell(l, kind, l->name[a], l->name[b], 1);
            }
    return true;
}

static bool classification(leak *l, bmi_error *e, bm_rows rows, bm_place here)
{
    bmi_unseen unseen = { 0 };
    bm_tensor *t = bmi_target_apply(e, l->r, l->t, rows, &unseen, BM_F32, here);
    if (!t) return true; /* with the error */
    sorting s = { .classes = t->data, .n = l->rows, .n_classes = l->r->to.n_classes + unseen.n };
    s.p = bmi_alloc_raw(l->context, (size_t)s.n, sizeof *s.p);
    s.counts = bmi_alloc_raw(l->context, 2 * (size_t)s.n_classes, sizeof *s.counts);
    bool fine = s.p && s.counts, any = false;
    if (fine) s.trivial = majority(&s);
    if (fine) fine = by_one(l, &s, rows, &any);
    if (fine && !any && s.n_classes <= 20 && s.n - s.trivial >= LEAST_ROWS) fine = by_two(l, &s);
    bmi_release(l->context, s.counts, 2 * (size_t)s.n_classes, sizeof *s.counts);
    bmi_release(l->context, s.p, (size_t)s.n, sizeof *s.p);
    bm_tensor_free(t);
    return fine;
}

/* ---- the whole ---- */
static double *numbers(const leak *l, const bmi_column *c, bm_rows rows)
{
    double *x = bmi_alloc_raw(l->context, (size_t)l->rows, sizeof *x);
    for (int64_t i = 0; x && i < l->rows; i++) x[i] = bmi_column_number(c, bmi_row_at(rows, i));
    return x;
}

static bool take(leak *l, bm_rows rows)
{
    const int64_t target = bm_table_find(l->t, l->r->target);
    if (target < 0) return true;
    if (l->r->to.task == BM_REGRESSION && !(l->y = numbers(l, &l->t->columns[target], rows))) return false;
    for (size_t k = 0; k < l->t->n_columns && l->columns < MOST_COLUMNS; k++) {
        const bmi_column *c = &l->t->columns[k];
        if ((c->type != BM_COLUMN_REAL && c->type != BM_COLUMN_INTEGER) || bmi_recipe_input(l->r, c->name) == SIZE_MAX)
            continue;
        l->name[l->columns] = c->name;
        if (!(l->column[l->columns] = numbers(l, c, rows))) return false;
        l->columns++;
    }
    return true;
}

/* Every so-many-th of the rows that have a target; null without memory. `room` of them. */
static int64_t *choose(bmi_error *e, const bm_recipe *r, const bm_table *t, bm_rows rows, size_t *n, size_t *room,
                       bm_place here)
{
    int64_t *kept = NULL;
    size_t have = 0, kept_room = 0;
    if (!rows.at && bmi_target_rows(e, r, t, &kept, &have, &kept_room, here)) return NULL;
    if (rows.at) have = rows.count;
    else if (kept) rows = (bm_rows){ kept, have };
    const size_t step = have / MOST_ROWS + 1;
    *room = have / step + 1;
    *n = 0;
    int64_t *at = bmi_alloc_raw(r->object.context, *room, sizeof *at);
    for (size_t i = 0; at && i < have; i += step) at[(*n)++] = bmi_row_at(rows, (int64_t)i);
    bmi_release(r->object.context, kept, kept_room, sizeof *kept);
    return at;
}

bm_status bmi_leaks_find(bmi_error *e, bm_place here, const bm_recipe *r, const bm_table *t, bm_rows rows,
                         bool (*found)(void *user, const bmi_leak *leak), void *user)
{
    leak l = { .r = r, .t = t, .context = r->object.context, .found = found, .user = user };
    size_t n = 0, room = 0;
    if (!r->target || !r->fitted) return BM_OK;
    int64_t *at = choose(e, r, t, rows, &n, &room, here);
    bool fine = at || e->status;
    l.rows = (int64_t)n;
    const bm_rows chosen = { at, n };
    if (fine && !e->status && l.rows >= LEAST_ROWS && (fine = take(&l, chosen)) && (l.columns || r->to.n_classes))
        fine = r->to.task == BM_REGRESSION ? !l.y || regression(&l) : classification(&l, e, chosen, here);
    for (int k = 0; k < l.columns; k++) bmi_release(l.context, l.column[k], n, sizeof *l.column[k]);
    bmi_release(l.context, l.y, n, sizeof *l.y);
    bmi_release(l.context, at, room, sizeof *at);
    return fine || e->status ? e->status : bmi_fail_memory(e, here, n * 8, "to look for columns that give the target away");
}

const char *bmi_leak_text(const bmi_leak *k, const char *target, char into[500])
{
    static const char *const between[] = { [BMI_LEAK_QUOTIENT] = " over ",
                                           [BMI_LEAK_SUM] = " plus ",
                                           [BMI_LEAK_DIFFERENCE] = " minus ",
                                           [BMI_LEAK_RATIO] = " over " };
    char names[300] = "", share[16];
    size_t n = 0;
    snprintf(share, sizeof share, "%.3f", k->share);
    for (int i = 0; i < k->n; i++) {
        const char *sign = !i ? "" : k->kind != BMI_LEAK_TOGETHER ? between[k->kind] : i + 1 == k->n ? " and " : ", ";
        n += (size_t)snprintf(names + n, sizeof names - n, "%s%.60s", sign, k->columns[i]);
    }
    const char *value = share + (k->share < 1 && *share == '0');
    if (k->kind == BMI_LEAK_TOGETHER)
        snprintf(into, 500, "%s together give %.60s (R² %s), which looks like a leak: will you know them when you predict?",
                 names, target, value);
    else if (k->kind == BMI_LEAK_MONOTONE)
        snprintf(into, 500, "%s orders the rows as %.60s does (R² of the ranks %s): will you know it when you predict?", names,
                 target, value);
    else if (k->kind <= BMI_LEAK_QUOTIENT)
        snprintf(into, 500, "%s gives %.60s almost alone (R² %s): will you know it when you predict?", names, target, value);
    else
        snprintf(into, 500, "%s gives %.60s almost alone (right in %s of the rows): will you know it when you predict?", names,
                 target, value);
    return into;
}

static bool note(void *user, const bmi_leak *found)
{
    bm_recipe *r = user;
    char text[500];
    return bmi_notes_add(r->object.context, &r->notes, "! %s", bmi_leak_text(found, r->target, text));
}

bm_status bmi_recipe_note_leaks(bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here)
{
    return bmi_leaks_find(&r->object.error, here, r, t, rows, note, r);
}
