// SPDX-License-Identifier: Apache-2.0
/* Mutual information of a number and the target, from distances to the 3 nearest neighbours, as scikit-learn's mutual_info_regression
 * (Kraskov, Stoegbauer, Grassberger, 2004) and mutual_info_classif (Ross, 2014) have it. Columns are divided by their standard
 * deviation, and noise of 1e-10 of their size breaks ties. Weights of rows have no say. */
#include "base/random.h"
#include "data/dataset.h"
#include "data/order.h"
#include "data/steps/select_scores.h"
#include <math.h>

enum { NEIGHBORS = 3 };

/* A row is its column, the number, and its target, the weight. */
typedef bmi_weighed point;

/* The column by its deviation, with noise, into x (apart by `step` numbers). */
static void scale(const double *from, int64_t n, int64_t seed, uint64_t noise, double *to, int64_t step)
{
    double mean = 0, squares = 0, size = 0;
    for (int64_t i = 0; i < n; i++) mean += from[i] / (double)n;
    for (int64_t i = 0; i < n; i++) squares += (from[i] - mean) * (from[i] - mean) / (double)n;
    const double deviation = squares > 0 ? sqrt(squares) : 1;
    for (int64_t i = 0; i < n; i++) size += fabs(from[i] / deviation) / (double)n;
    const uint64_t stream = bmi_random_stream(BMI_STREAM_DRAW, noise);
    for (int64_t i = 0; i < n; i++)
        to[i * step] = from[i] / deviation + 1e-10 * fmax(1, size) * bmi_random_normal((uint64_t)seed, stream, (uint64_t)i);
}

/* How many of n sorted numbers are at most `reach` away from x. */
static int64_t within(const double *sorted, int64_t n, double x, double reach)
{
    int64_t low = 0, high = n, first;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (x - sorted[middle] > reach) low = middle + 1;
        else high = middle;
    }
    first = low;
    high = n;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (sorted[middle] - x <= reach) low = middle + 1;
        else high = middle;
    }
    return low - first;
}

/* digamma(1 .. n): -gamma + 1 + 1/2 + ... + 1/(m - 1), into of[m]. */
static void digammas(double *of, int64_t n)
{
    of[1] = -0.57721566490153286061;
    for (int64_t m = 2; m <= n; m++) of[m] = of[m - 1] + 1 / (double)(m - 1);
}

/* The distance of point i, in the order of x, to its 3rd nearest: the larger of the two differences. */
static double third(const point *p, int64_t n, int64_t i)
{
    double near[NEIGHBORS] = { INFINITY, INFINITY, INFINITY };
    for (int64_t left = i - 1, right = i + 1; left >= 0 || right < n;) {
        const double dl = left >= 0 ? p[i].number - p[left].number : INFINITY,
                     dr = right < n ? p[right].number - p[i].number : INFINITY;
        const double dx = dl < dr ? dl : dr;
        if (dx > near[NEIGHBORS - 1]) break;
        const double d = fmax(dx, fabs(p[dl < dr ? left-- : right++].weight - p[i].weight));
        for (int k = 0; k < NEIGHBORS; k++)
            if (d < near[k]) {
                for (int j = NEIGHBORS - 1; j > k; j--) near[j] = near[j - 1];
                near[k] = d;
                break;
            }
    }
    return near[NEIGHBORS - 1];
}

static double of_numbers(point *p, double *sorted, const double *psi, int64_t n)
{
    double *x = sorted, *y = sorted + n, sum = 0;
    if (n <= NEIGHBORS) return 0;
    for (int way = 0; way < 2; way++) { /* by the target, then by the column */
        for (int64_t i = 0; i < n; i++) p[i] = (point){ p[i].weight, p[i].number };
        bmi_weighed_sort(p, n);
        for (int64_t i = 0; i < n; i++) (way ? x : y)[i] = p[i].number;
    }
    for (int64_t i = 0; i < n; i++) {
        const double reach = nextafter(third(p, n, i), 0);
        sum += psi[within(x, n, p[i].number, reach)] + psi[within(y, n, p[i].weight, reach)];
    }
    return fmax(0, psi[n] + psi[NEIGHBORS] - sum / (double)n);
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

/* p: sorted by x, y is the class. */
static double of_classes(point *p, double *sorted, const double *psi, int64_t n, int64_t classes)
{
    double *all = sorted, *own = sorted + n, sum = 0;
    int64_t count = 0;
    bmi_weighed_sort(p, n);
    for (int64_t k = 0; k < classes; k++) { /* points of a class of one row take no part */
        int64_t rows = 0;
        for (int64_t i = 0; i < n; i++) rows += p[i].weight == (double)k;
        for (int64_t i = 0; rows == 1 && i < n; i++)
            if (p[i].weight == (double)k) p[i].weight = -1;
    }
    for (int64_t i = 0; i < n; i++)
        if (p[i].weight >= 0) all[count++] = p[i].number;
    for (int64_t k = 0; k < classes; k++) {
        int64_t rows = 0;
        for (int64_t i = 0; i < n; i++)
            if (p[i].weight == (double)k) own[rows++] = p[i].number;
        const int64_t near = rows - 1 < NEIGHBORS ? rows - 1 : NEIGHBORS;
        for (int64_t i = 0; i < rows; i++)
            sum += psi[near] - psi[rows] - psi[within(all, count, own[i], nextafter(kth(own, rows, i, near), 0))];
    }
    return count ? fmax(0, psi[count] + sum / (double)count) : 0;
}

double bmi_select_information(const bmi_step_target *t, const bmi_frame *f, const double *x, int64_t seed, uint64_t noise)
{
    const int64_t n = f->rows;
    bool constant = true;
    point *p = bmi_alloc(f->context, (size_t)n, sizeof *p);
    double *room = bmi_alloc(f->context, 3 * (size_t)n + 2, sizeof *room), *psi = room + 2 * n, value = NAN;
    if (p && room) {
        digammas(psi, n);
        scale(x, n, seed, 1 + noise, &p->number, sizeof *p / sizeof(double));
        if (t->values) scale(t->values, n, seed, 0, &p->weight, sizeof *p / sizeof(double));
        for (int64_t i = 0; i < n; i++) {
            constant = constant && x[i] == x[0];
            if (t->classes) p[i].weight = (double)t->classes[i];
        }
        value = constant ? 0 : t->values ? of_numbers(p, room, psi, n) : of_classes(p, room, psi, n, t->n_classes);
    }
    bmi_release(f->context, p, (size_t)n, sizeof *p);
    bmi_release(f->context, room, 3 * (size_t)n + 2, sizeof *room);
    return value;
}
