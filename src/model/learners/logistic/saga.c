// SPDX-License-Identifier: Apache-2.0
/* SAGA: steps along the gradient of one row, corrected by what each row's was when it was last seen, then the proximal step of
 * the penalty. Source: Defazio, Bach, Lacoste-Julien, "SAGA: a fast incremental gradient method with support for non-strongly
 * convex composite objectives", 2014. The length of a step is 1 / (2 L + min(2 rows l2, L)), between
 * their two, L the largest curvature of a row's loss and penalty.
 */
#include "model/learners/logistic/saga.h"
#include "base/random.h"
#include "data/dataset.h"
#include "kernels/cpu/logistic.h"
#include "kernels/cpu/softmax.h"
#include "linalg/descent.h"
#include "linalg/householder.h"
#include <math.h>
#include <string.h>

typedef struct saga {
    bmi_linear_loss *o;
    const bmi_saga *s;
    double *x;    /* weights */
    double *seen; /* rows x units: derivatives by a row's sums when it was last looked at */
    double *mean; /* of all rows: what `seen` makes of the gradient by each weight */
    double *sums, *sign, *row;
    int64_t *order;
    double step;
} saga;

/* Derivatives of one row's loss by its sums, in s->sums. */
static void row_gradient(saga *s, int64_t row, const double *x)
{
    const bmi_linear_loss *o = s->o;
    const double w = o->weight ? (double)o->weight[row] : 1;
    for (int64_t j = 0; j < o->units; j++) {
        const double *unit = s->x + j * (o->columns + 1);
        s->sums[j] = bmi_dot(unit, x, o->columns) + (o->biased ? unit[o->columns] : 0);
        s->sign[j] = (o->yes ? o->yes[row * o->units + j] : o->label[row] == (o->units == 1 ? 1 : j)) ? 1 : -1;
    }
    if (o->softmax) {
        const bmi_crossentropy c = { .isa = o->isa,
                                     .real = BMI_REAL_F64,
                                     .rows = 1,
                                     .n = o->units,
                                     .x = s->sums,
                                     .labels = o->label + row,
                                     .label_type = BM_I32,
                                     .gradient = s->sums,
                                     .weight = &w };
        bmi_crossentropy_run(&c, 0, 1);
    } else {
        const bmi_logistic_block b = { .rows = 1, .units = o->units, .sums = s->sums, .sign = s->sign, .weight = &w };
        bmi_logistic_rows[o->isa][BMI_REAL_F64](&b, BMI_LOGISTIC_LOSSES);
    }
}

static double shrink(double z, double by)
{
    return z > by ? z - by : z < -by ? z + by : 0;
}

static void look_at(saga *s, int64_t row)
{
    const bmi_linear_loss *o = s->o;
    const double *x = bmi_linear_rows(o, &(bmi_loss_part){ .rows = s->row }, row, 1), share = (double)o->rows / o->all;
    row_gradient(s, row, x);
    for (int64_t j = 0; j < o->units; j++) {
        double *w = s->x + j * (o->columns + 1), *mean = s->mean + j * (o->columns + 1), *seen = &s->seen[row * o->units + j];
        const double change = (s->sums[j] - *seen) * share, per_row = change / (double)o->rows;
        const double *l1 = s->s->l1 + j * (o->columns + 1);
        for (int64_t i = 0; i < o->columns; i++) {
            w[i] = shrink(w[i] - s->step * (change * x[i] + mean[i] + o->l2 * w[i]), s->step * l1[i]);
            mean[i] += per_row * x[i];
        }
        if (o->biased) {
            w[o->columns] -= s->step * (change + mean[o->columns]);
            mean[o->columns] += per_row;
        }
        *seen = s->sums[j];
    }
}

/* The largest curvature of a row's loss along a change of the weights: a half at most by softmax, a fourth by a sigmoid. */
static double steepest(const saga *s)
{
    const bmi_linear_loss *o = s->o;
    double most = 0;
    for (int64_t i = 0; i < o->rows; i++) {
        const double *x = bmi_linear_rows(o, &(bmi_loss_part){ .rows = s->row }, i, 1);
        const double w = (o->weight ? (double)o->weight[i] : 1) * (double)o->rows / o->all;
        most = fmax(most, w * (bmi_dot(x, x, o->columns) + (o->biased ? 1 : 0)));
    }
    return most * (o->softmax ? .5 : .25);
}

/* Value and distance of the whole, at x; the gradient by way of g. */
static bool judge(const saga *s, bmi_saga *r, double *g)
{
    if (!bmi_linear_loss_value(s->o, s->x, g, &r->value)) return false;
    r->largest = 0;
    for (int64_t i = 0; i < s->o->n; i++) {
        const double far = bmi_descent_distance(s->x[i], g[i], r->l1[i]);
        if (!(far <= r->largest)) r->largest = far;
        r->value += r->l1[i] * fabs(s->x[i]);
    }
    return true;
}

bm_status bmi_saga_run(bmi_saga *r, bmi_linear_loss *o, double *x)
{
    const size_t n = (size_t)o->n, rows = (size_t)o->rows, units = (size_t)o->units;
    bm_learning *l = o->l;
    saga s = { .o = o, .s = r, .x = x };
    s.seen = bm_learning_memory(l, rows * units * sizeof(double));
    s.mean = s.seen ? bm_learning_memory(l, 2 * n * sizeof(double)) : NULL;
    s.sums = s.mean ? bm_learning_memory(l, (2 * units + (size_t)o->columns) * sizeof(double)) : NULL;
    s.order = s.sums ? bm_learning_memory(l, rows * sizeof *s.order) : NULL;
    if (!s.order) return l->model->object.error.status;
    s.sign = s.sums + units;
    s.row = s.sign + units;
    const double steep = steepest(&s) + o->l2;
    s.step = 1 / (2 * steep + fmin(2 * (double)o->rows * o->l2, steep));
    r->failed = !judge(&s, r, s.mean + n);
    for (r->done = 0; !r->failed && r->done < r->iterations && r->largest > r->tolerance; r->done++) {
        bmi_random_permutation(r->seed, bmi_random_stream(BMI_STREAM_SHUFFLE, (uint64_t)r->done), s.order, o->rows);
        for (int64_t i = 0; i < o->rows; i++) look_at(&s, s.order[i]);
        r->failed = !judge(&s, r, s.mean + n);
    }
    return BM_OK;
}
