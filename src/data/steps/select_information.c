// SPDX-License-Identifier: Apache-2.0
/* Mutual information of a number and the target, from distances to the 3 nearest neighbours, as scikit-learn's mutual_info_regression
 * (Kraskov, Stoegbauer, Grassberger, 2004) and mutual_info_classif (Ross, 2014) have it. Columns are divided by their standard
 * deviation, and noise of 1e-10 of their size breaks ties.
 *
 * With weights it is the information of the distribution that they make of the rows: a row counts by its weight in the mean over the rows,
 * and the density about it, which is told by how many rows are within a distance, is multiplied by their mean weight, of which the
 * logarithm joins the digamma of the count. They are not rows repeated: copies of a row have no distance, from which nearest
 * neighbours would tell a density without bound (test_weights.c has both). */
#include "base/random.h"
#include "data/dataset.h"
#include "data/order.h"
#include "data/steps/select_scores.h"
#include <math.h>

enum { NEIGHBORS = 3, LEAF = 8 };

/* Rows in order of the column: the column, the target (a number, or its class) and the weight of each; the target in order, too. Sums are
 * of the weights of the first 0, 1 ... n. Weights and sums are null where each row counts once. */
typedef struct cloud {
    int64_t n;
    double *x, *y, *weight, *sum_x;
    double *sorted_y, *sum_y;
    double *psi; /* digamma of 1 ... n */
} cloud;

/* The points of a cloud: point[] in order of the tree, and by which coordinate an inner one parts its range. */
typedef struct tree {
    const cloud *cloud;
    int64_t *point;
    bool *by_y;
} tree;

/* Sorted numbers, with the sums of their weights. */
typedef struct line {
    const double *at, *sums;
    int64_t n;
} line;

/* A column by its deviation, with noise. */
static void scale(const bmi_frame *f, const double *from, int64_t seed, uint64_t noise, double *to)
{
    const int64_t n = f->rows;
    double all = 0, mean = 0, squares = 0, size = 0;
    for (int64_t i = 0; i < n; i++) all += bmi_frame_weight(f, i);
    for (int64_t i = 0; i < n; i++) mean += from[i] / all * bmi_frame_weight(f, i);
    for (int64_t i = 0; i < n; i++) squares += (from[i] - mean) * (from[i] - mean) / all * bmi_frame_weight(f, i);
    const double deviation = squares > 0 ? sqrt(squares) : 1;
    for (int64_t i = 0; i < n; i++) size += fabs(from[i] / deviation) / all * bmi_frame_weight(f, i);
    const uint64_t stream = bmi_random_stream(BMI_STREAM_DRAW, noise);
    for (int64_t i = 0; i < n; i++)
        to[i] = from[i] / deviation + 1e-10 * fmax(1, size) * bmi_random_normal((uint64_t)seed, stream, (uint64_t)i);
}

/* Digamma of the count of numbers at most `reach` away from x, and the logarithm of their mean weight. own: the weight of x, which is
 * one of them; the difference of two sums may have lost it. */
static double within(const line *l, const double *psi, double x, double reach, double own)
{
    int64_t low = 0, high = l->n, first;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (x - l->at[middle] > reach) low = middle + 1;
        else high = middle;
    }
    first = low;
    high = l->n;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (l->at[middle] - x <= reach) low = middle + 1;
        else high = middle;
    }
    const int64_t count = low - first;
    return psi[count] + (l->sums ? log(fmax(l->sums[low] - l->sums[first], own) / (double)count) : 0);
}

/* digamma(1 .. n): -gamma + 1 + 1/2 + ... + 1/(m - 1), into of[m]. */
static void digammas(double *of, int64_t n)
{
    of[1] = -0.57721566490153286061;
    for (int64_t m = 2; m <= n; m++) of[m] = of[m - 1] + 1 / (double)(m - 1);
}

/* ---- the nearest points: a tree of which each inner point parts those of its range by the coordinate in which they spread more (Bentley,
 * 1975), so that columns of few values, whose rows are all near each other in one coordinate, take no longer than others ---- */
static double *coordinates(const tree *t, bool y)
{
    return y ? t->cloud->y : t->cloud->x;
}

/* Whether the points of a range spread more in y than in x. */
static bool spreads_in_y(const tree *t, int64_t low, int64_t high)
{
    double ends[2][2] = { { INFINITY, -INFINITY }, { INFINITY, -INFINITY } };
    for (int64_t i = low; i < high; i++)
        for (int k = 0; k < 2; k++) {
            const double at = coordinates(t, k)[t->point[i]];
            if (at < ends[k][0]) ends[k][0] = at;
            if (at > ends[k][1]) ends[k][1] = at;
        }
    return ends[1][1] - ends[1][0] > ends[0][1] - ends[0][0];
}

/* Puts the point whose place in order of a coordinate that is at `middle`, no larger ones before it, no smaller ones behind (Hoare, 1961:
 * find). */
static void part_at(const tree *t, const double *of, int64_t low, int64_t high, int64_t middle)
{
    for (high--; low < high;) {
        const double pivot = of[t->point[low + (high - low) / 2]];
        int64_t i = low, j = high;
        while (i <= j) {
            while (of[t->point[i]] < pivot) i++;
            while (of[t->point[j]] > pivot) j--;
            if (i > j) break;
            const int64_t kept = t->point[i];
            t->point[i++] = t->point[j];
            t->point[j--] = kept;
        }
        if (middle <= j) high = j;
        else if (middle >= i) low = i;
        else break;
    }
}

static void grow(const tree *t, int64_t low, int64_t high)
{
    while (high - low > LEAF) {
        const int64_t middle = low + (high - low) / 2;
        t->by_y[middle] = spreads_in_y(t, low, high);
        part_at(t, coordinates(t, t->by_y[middle]), low, high, middle);
        grow(t, low, middle);
        low = middle + 1;
    }
}

typedef struct nearest {
    double distance[NEIGHBORS];
    int64_t who[NEIGHBORS];
} nearest;

static void meet(const cloud *c, int64_t i, int64_t other, nearest *to)
{
    const double d = fmax(fabs(c->x[other] - c->x[i]), fabs(c->y[other] - c->y[i]));
    int k = NEIGHBORS;
    while (k > 0 && d < to->distance[k - 1]) k--;
    if (k == NEIGHBORS || other == i) return;
    for (int j = NEIGHBORS - 1; j > k; j--) to->distance[j] = to->distance[j - 1], to->who[j] = to->who[j - 1];
    to->distance[k] = d;
    to->who[k] = other;
}

static void find_nearest(const tree *t, int64_t low, int64_t high, int64_t i, nearest *to)
{
    while (high - low > LEAF) {
        const int64_t middle = low + (high - low) / 2;
        const double *of = coordinates(t, t->by_y[middle]), off = of[i] - of[t->point[middle]];
        const bool before = off < 0;
        find_nearest(t, before ? low : middle + 1, before ? middle : high, i, to);
        meet(t->cloud, i, t->point[middle], to);
        if (fabs(off) > to->distance[NEIGHBORS - 1]) return;
        if (before) low = middle + 1;
        else high = middle;
    }
    for (int64_t k = low; k < high; k++) meet(t->cloud, i, t->point[k], to);
}

/* The distance of point i to its 3rd nearest: the larger of the two differences. *weight: the logarithm of the mean weight of the point
 * and the two that are nearer. */
static double third(const tree *t, int64_t i, double *weight)
{
    const cloud *c = t->cloud;
    nearest to = { { INFINITY, INFINITY, INFINITY }, { i, i, i } };
    find_nearest(t, 0, c->n, i, &to);
    *weight = c->weight ? log((c->weight[i] + c->weight[to.who[0]] + c->weight[to.who[1]]) / NEIGHBORS) : 0;
    return to.distance[NEIGHBORS - 1];
}

static double weight_of(const cloud *c, int64_t i)
{
    return c->weight ? c->weight[i] : 1;
}

static double of_numbers(const tree *t)
{
    const cloud *c = t->cloud;
    const line x = { c->x, c->sum_x, c->n }, y = { c->sorted_y, c->sum_y, c->n };
    double sum = 0, all = 0;
    if (c->n <= NEIGHBORS) return 0;
    for (int64_t i = 0; i < c->n; i++) t->point[i] = i;
    grow(t, 0, c->n);
    for (int64_t i = 0; i < c->n; i++) {
        double near;
        const double reach = nextafter(third(t, i, &near), 0), w = weight_of(c, i);
        sum += w * (within(&x, c->psi, c->x[i], reach, w) + within(&y, c->psi, c->y[i], reach, w) - near);
        all += w;
    }
    return fmax(0, c->psi[c->n] + log(all / (double)c->n) + c->psi[NEIGHBORS] - sum / all);
}

/* The distance of the i-th of n sorted numbers to its k-th nearest. */
static double kth(const double *x, int64_t n, int64_t i, int64_t k)
{
    double best = INFINITY;
    for (int64_t left = 0; left <= k; left++) {
        if (i < left || i + k - left >= n) continue;
        best = fmin(best, fmax(x[i] - x[i - left], x[i + k - left] - x[i]));
    }
    return best;
}

/* Those of one class (-1: all that are of some) as a line; room for n numbers and n + 1 sums. */
static line take(const cloud *c, double class, double *at, double *sums)
{
    line l = { at, c->weight ? sums : NULL, 0 };
    *sums = 0;
    for (int64_t i = 0; i < c->n; i++) {
        if (class < 0 ? c->y[i] < 0 : c->y[i] != class) continue;
        at[l.n] = c->x[i];
        sums[l.n + 1] = sums[l.n] + weight_of(c, i);
        l.n++;
    }
    return l;
}

/* Digamma of all of a line, and the logarithm of their mean weight. */
static double of_all(const line *l, const double *psi)
{
    return psi[l->n] + (l->sums ? log(l->sums[l->n] / (double)l->n) : 0);
}

/* y is the class; room: 4 n + 2 numbers. */
static double of_classes(const cloud *c, int64_t classes, double *room)
{
    const int64_t n = c->n;
    double *own_at = room + 2 * n + 1, sum = 0, weight = 0;
    for (int64_t k = 0; k < classes; k++) { /* points of a class of one row take no part */
        int64_t rows = 0;
        for (int64_t i = 0; i < n; i++) rows += c->y[i] == (double)k;
        for (int64_t i = 0; rows == 1 && i < n; i++)
            if (c->y[i] == (double)k) c->y[i] = -1;
    }
    const line all = take(c, -1, room, room + n);
    for (int64_t k = 0; k < classes; k++) {
        const line own = take(c, (double)k, own_at, own_at + n);
        const int64_t near = own.n - 1 < NEIGHBORS ? own.n - 1 : NEIGHBORS;
        for (int64_t i = 0, row = 0; i < own.n; i++, row++) {
            while (c->y[row] != (double)k) row++;
            const double reach = nextafter(kth(own.at, own.n, i, near), 0), w = weight_of(c, row);
            const double about = own.sums ? within(&own, c->psi, own.at[i], reach, w) : c->psi[near];
            sum += w * (about - of_all(&own, c->psi) - within(&all, c->psi, own.at[i], reach, w));
            weight += w;
        }
    }
    return all.n ? fmax(0, of_all(&all, c->psi) + sum / weight) : 0;
}

/* Sums of weights of the rows in an order; rows: their numbers are sorted, their weights are which rows they are. */
static void add_up(const bmi_frame *f, const bmi_weighed *rows, double *sums)
{
    for (int64_t i = 0; sums && i < f->rows; i++) sums[i + 1] = sums[i] + bmi_frame_weight(f, (int64_t)rows[i].weight);
}

/* Fills the cloud from a column; room for n numbers. */
static void sort(const bmi_step_target *t, const bmi_frame *f, const double *x, int64_t seed, uint64_t noise, bmi_weighed *rows,
                 double *room, cloud *c)
{
    const int64_t n = f->rows;
    double *y = room;
    if (t->values) scale(f, t->values, seed, 0, y);
    for (int64_t i = 0; i < n; i++) {
        if (t->classes) y[i] = (double)t->classes[i];
        rows[i] = (bmi_weighed){ y[i], (double)i };
    }
    if (t->values) bmi_weighed_sort(rows, n);
    for (int64_t i = 0; i < n; i++) c->sorted_y[i] = rows[i].number;
    add_up(f, rows, c->sum_y);
    scale(f, x, seed, 1 + noise, c->y);
    for (int64_t i = 0; i < n; i++) rows[i] = (bmi_weighed){ c->y[i], (double)i };
    bmi_weighed_sort(rows, n);
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = (int64_t)rows[i].weight;
        c->x[i] = rows[i].number;
        c->y[i] = y[row];
        if (c->weight) c->weight[i] = bmi_frame_weight(f, row);
    }
    add_up(f, rows, c->sum_x);
}

double bmi_select_information(const bmi_step_target *t, const bmi_frame *f, const double *x, int64_t seed, uint64_t noise)
{
    const size_t n = (size_t)f->rows, numbers = 11 * n + 5;
    const bool weighed = f->weights;
    bool constant = true;
    for (size_t i = 0; i < n; i++) constant = constant && x[i] == x[0];
    if (constant) return 0;
    bmi_weighed *rows = bmi_alloc(f->context, n, sizeof *rows);
    double *room = bmi_alloc(f->context, numbers, sizeof *room), *at = room, value = NAN;
    int64_t *point = bmi_alloc(f->context, n, sizeof *point);
    bool *by_y = bmi_alloc(f->context, n, sizeof *by_y);
    if (rows && room && point && by_y) {
        cloud c = { .n = f->rows, .x = at, .y = at + n, .sorted_y = at + 2 * n, .psi = at + 3 * n };
        at += 4 * n + 1;
        if (weighed) c.weight = at, c.sum_x = at + n, c.sum_y = at + 2 * n + 1;
        at += 3 * n + 2;
        digammas(c.psi, c.n);
        sort(t, f, x, seed, noise, rows, at, &c);
        value = t->values ? of_numbers(&(tree){ &c, point, by_y }) : of_classes(&c, t->n_classes, at);
    }
    bmi_release(f->context, rows, n, sizeof *rows);
    bmi_release(f->context, room, numbers, sizeof *room);
    bmi_release(f->context, point, n, sizeof *point);
    bmi_release(f->context, by_y, n, sizeof *by_y);
    return value;
}
