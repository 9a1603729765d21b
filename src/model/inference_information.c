// SPDX-License-Identifier: Apache-2.0
/* Statistics of classes and counts: the observed information, summed up over the rows and factored by Cholesky. Source: Hosmer,
 * Lemeshow, "Applied Logistic Regression", chapter 2; McCullagh, Nelder, "Generalized Linear Models", 2nd ed.
 */
#include "base/special.h"
#include "linalg/householder.h"
#include "model/inference_work.h"
#include <math.h>
#include <string.h>

typedef struct classes {
    bmi_inference_work *w;
    const double *offset;    /* of each block: what the means give */
    int64_t q, each, blocks; /* of theta, of a block */
    double *h, *x, *p, *z;
    double likelihood, surest; /* 1 - the least probability that a true class got */
    double *seen;              /* weight of each class; of counts their sum, and that of log y! */
} classes;

/* Probabilities of all classes but the first, into c->p, of which the first entry is that of the first. */
static void probabilities(const bmi_inference_work *w, classes *c)
{
    double most = 0, sum = 0;
    c->p[0] = 0;
    for (int64_t b = 0; b < c->blocks; b++) {
        c->p[b + 1] = c->offset[b] + bmi_dot(c->x, w->coefficients + b * w->d.columns, w->d.columns);
        most = fmax(most, c->p[b + 1]);
    }
    for (int64_t b = 0; b <= c->blocks; b++) sum += c->p[b] = exp(c->p[b] - most);
    for (int64_t b = 0; b <= c->blocks; b++) c->p[b] /= sum;
}

/* Adds w p_a (1[a = b] - p_b) z zT to the upper blocks. */
static void add_information(classes *c, double weight)
{
    for (int64_t a = 0; a < c->blocks; a++)
        for (int64_t b = a; b < c->blocks; b++) {
            const double of = weight * c->p[a + 1] * ((a == b) - c->p[b + 1]);
            for (int64_t i = 0; i < c->each; i++)
                bmi_axpy(of * c->z[i], c->z, c->h + (a * c->each + i) * c->q + b * c->each, c->each);
        }
}

/* The same of counts: w e^s z zT. */
static void add_count(const bmi_inference_work *w, classes *c, double weight, double y)
{
    const double sum = c->offset[0] + bmi_dot(c->x, w->coefficients, w->d.columns);
    const double mean = exp(sum), factorial = bmi_log_gamma(y + 1);
    c->likelihood += weight * (y * sum - mean - factorial);
    c->surest = 1;
    c->seen[0] += weight * y;
    c->seen[1] += weight * factorial;
    for (int64_t i = 0; i < c->each; i++) bmi_axpy(weight * mean * c->z[i], c->z, c->h + i * c->q, c->each);
}

static void sum_rows(void *user)
{
    classes *c = user;
    bmi_inference_work *w = c->w;
    const int64_t p = w->d.columns, first = w->d.bias != NULL;
    for (int64_t i = 0; i < w->r.rows && !atomic_load(&w->l->model->stop); i++) {
        const double weight = bmi_regression_weight(&w->r, i);
        if (!(weight > 0)) continue;
        bmi_regression_read(&w->r, i, 1, c->x, 0);
        if (first) c->z[0] = 1;
        memcpy(c->z + first, c->x, (size_t)p * sizeof *c->z);
        w->used += 1;
        if (!w->d.classes) {
            add_count(w, c, weight, c->x[p] + w->r.mean[p]);
            continue;
        }
        const int64_t label = (int64_t)bm_tensor_at(w->l->train->t[0].tensor, i);
        probabilities(w, c);
        const double sure = label >= 0 && label <= c->blocks ? c->p[label] : 0;
        c->likelihood += weight * log(sure);
        c->surest = fmax(c->surest, 1 - sure);
        if (label >= 0 && label <= c->blocks) c->seen[label] += weight;
        add_information(c, weight);
    }
}

static void class_figures(const bmi_inference_work *w, const classes *c, int64_t rank, double cond, double *f)
{
    const double n = w->r.all, model = (double)(rank - (w->d.bias ? c->blocks : 0)), parameters = (double)rank;
    double null = w->d.classes ? 0 : c->seen[0] * (log(c->seen[0] / n) - 1) - c->seen[1];
    for (int64_t k = 0; w->d.classes && k <= c->blocks; k++) null += c->seen[k] > 0 ? c->seen[k] * log(c->seen[k] / n) : 0;
    for (int i = 0; i < BMI_FIGURES; i++) f[i] = NAN;
    f[BMI_FIGURE_ROWS] = n;
    f[BMI_FIGURE_PARAMETERS] = parameters;
    f[BMI_FIGURE_DF_MODEL] = model;
    f[BMI_FIGURE_DF_RESIDUAL] = n - parameters;
    f[BMI_FIGURE_LOG_LIKELIHOOD] = c->likelihood;
    f[BMI_FIGURE_NULL_LIKELIHOOD] = null;
    f[BMI_FIGURE_PSEUDO_R2] = 1 - c->likelihood / null;
    f[BMI_FIGURE_RATIO] = 2 * (c->likelihood - null);
    f[BMI_FIGURE_AIC] = 2 * parameters - 2 * c->likelihood;
    f[BMI_FIGURE_BIC] = log(n) * parameters - 2 * c->likelihood;
    f[BMI_FIGURE_CONDITION] = cond;
}

bm_status bmi_inference_keep_information(bmi_inference_work *w, bmi_theory *theory)
{
    bm_learning *l = w->l;
    const int64_t p = w->d.columns, first = w->d.bias != NULL, q = bmi_theta_size(&w->d), blocks = w->d.blocks;
    classes c = { .q = q,
                  .each = p + first,
                  .blocks = blocks,
                  .h = bmi_inference_numbers(w, q * q),
                  .x = bmi_inference_numbers(w, p + w->r.targets) };
    c.p = bmi_inference_numbers(w, blocks + 1), c.z = bmi_inference_numbers(w, p + 1),
    c.seen = bmi_inference_numbers(w, blocks + 1);
    double *offset = bmi_inference_numbers(w, blocks), *spare = bmi_inference_numbers(w, q * q + q);
    bmi_triangle t = {
        .n = q, .a = c.h, .length = bmi_inference_numbers(w, q), .order = bm_learning_memory(l, (size_t)q * sizeof *t.order)
    };
    if (l->model->object.error.status) return l->model->object.error.status;
    for (int64_t b = 0; b < blocks; b++)
        offset[b] = bmi_dense_coefficient(&w->d, b, -1) + bmi_dot(w->r.mean, w->coefficients + b * p, p);
    c.w = w;
    c.offset = offset;
    w->r.unweighted = true;
    bmi_regression_rows(&w->r, sum_rows, &c);
    w->r.unweighted = false;
    if (l->model->object.error.status) return l->model->object.error.status;
    for (int64_t i = 0; i < q; i++)
        for (int64_t j = 0; j < i; j++) c.h[i * q + j] = c.h[j * q + i];
    if (c.surest < 1e-4 || (l->model->ended & BM_ENDED_SEPARABLE)) *theory = BMI_THEORY_SEPARATED;
    if (*theory == BMI_THEORY_SEPARATED || !bmi_triangle_cholesky(&t, w->small < 1e-8 ? 3e-7 : 1e-3))
        return l->model->object.error.status;
    bmi_learning_keep(l, "inference/covariance", BM_SHAPE(q, q), NULL);
    bmi_learning_keep(l, "inference/figures", BM_SHAPE(1, BMI_FIGURES), NULL);
    if (t.rank < q) bmi_learning_keep(l, "inference/null", BM_SHAPE(q - t.rank, q), NULL);
    if (l->model->object.error.status) return l->model->object.error.status;
    bmi_triangle_inverse(&t, bmi_learning_kept(l, "inference/covariance"), spare);
    for (int64_t i = 0; i < q - t.rank; i++) bmi_triangle_null(&t, i, bmi_learning_kept(l, "inference/null") + i * q, spare);
    class_figures(w, &c, t.rank, bmi_inference_condition(w), bmi_learning_kept(l, "inference/figures"));
    return l->model->object.error.status;
}
