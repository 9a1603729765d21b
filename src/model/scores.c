// SPDX-License-Identifier: Apache-2.0
/* Scores of learners over tables.
 */
#include "model/scores.h"
#include "data/recipe.h"
#include "tensor/tensor.h"
#include <math.h>

static const bm_tensor *target_of(const bm_dataset *d)
{
    return d->n_t ? d->t[0].tensor : NULL;
}

/* ---- predictions ---- */
typedef enum { PROBABILITIES, LOGITS, SCORES } puts_out;

/* What the network's numbers are: by its loss, which may take logits, or scores that are no probabilities (a hinge's). */
static puts_out output_of(const bm_model *m)
{
    const bmi_head *head = &m->network->heads[0];
    const bm_loss_kind *loss = m->network->compiled ? head->loss : NULL;
    if (m->learner && m->learner->tasks & BM_LEARNS_SCORES) return SCORES;
    if (loss && loss->logits_of && head->judged.index != head->output.index) return LOGITS;
    const bool probable = !loss || !loss->output || loss->probabilities || loss->logits_of || loss->target == BM_TARGET_CLASS;
    return probable ? PROBABILITIES : SCORES;
}

/* What the network gives for one row, into classes' probabilities: of one column that of the second class; of mere scores all for
 * the largest. */
static void put_classes(const bm_model *m, puts_out form, const bm_tensor *from, int64_t row, double *to)
{
    const int64_t n = m->n_classes, columns = from->shape.dim[from->shape.rank - 1];
    if (columns == 1) {
        const double y = bm_tensor_at(from, row);
        to[1] = form == LOGITS ? 1 / (1 + exp(-y)) : form == SCORES ? y > 0 : y;
        to[0] = form == LOGITS ? 1 / (1 + exp(y)) : 1 - to[1];
        return;
    }
    int64_t best = 0;
    double sum = 0;
    for (int64_t k = 0; k < n; k++) {
        to[k] = bm_tensor_at(from, row * columns + k);
        if (to[k] > to[best]) best = k;
    }
    const double most = to[best];
    for (int64_t k = 0; form == LOGITS && k < n; k++) sum += to[k] = exp(to[k] - most);
    for (int64_t k = 0; form != PROBABILITIES && k < n; k++) to[k] = form == SCORES ? k == best : to[k] / sum;
}

bm_tensor *bmi_scores_predict(const bm_model *m, const bm_dataset *d, bmi_error *e, bm_place here)
{
    bm_tensor *p = bm_predict_at(m, bm_dataset_x(d, 0), here);
    if (bmi_fail_from(e, &p->object.error)) {
        bmi_object_free(p);
        return NULL;
    }
    const bool classes = m->task == BM_CLASSIFICATION && m->n_classes > 1;
    const puts_out form = output_of(m);
    const int64_t columns = classes ? m->n_classes : d->rows ? p->size / d->rows : 1;
    bm_tensor *out = bm_tensor_new_in_at(m->object.context, BM_F64, BM_SHAPE(d->rows, columns), here);
    bmi_fail_from(e, &out->object.error);
    double *to = out->data;
    for (int64_t i = 0; !e->status && i < d->rows; i++) {
        if (classes) put_classes(m, form, p, i, to + i * columns);
        else
            for (int64_t k = 0; k < columns; k++) {
                const double y = bm_tensor_at(p, i * columns + k);
                to[i * columns + k] = m->recipe ? bm_recipe_inverse(m->recipe, y) : y;
            }
    }
    bmi_object_free(p);
    if (!e->status) return out;
    bmi_object_free(out);
    return NULL;
}

/* The target of row i in the table's unit. */
static double target_at(const bm_model *m, const bm_tensor *t, int64_t i)
{
    const double v = bm_tensor_at(t, i);
    return m->task == BM_REGRESSION && m->recipe ? bm_recipe_inverse(m->recipe, v) : v;
}

bm_tensor *bmi_scores_trivial(const bm_model *m, const bm_dataset *train, int64_t rows, bmi_error *e, bm_place here)
{
    const bm_tensor *t = target_of(train), *weights = train->weights;
    double all = weights ? 0 : (double)train->rows;
    const bool classes = m->task == BM_CLASSIFICATION;
    const int64_t columns = classes ? m->n_classes : t->size / train->rows;
    bm_tensor *out = bm_tensor_new_in_at(m->object.context, BM_F64, BM_SHAPE(rows, columns), here);
    if (bmi_fail_from(e, &out->object.error)) {
        bmi_object_free(out);
        return NULL;
    }
    double *to = out->data;
    for (int64_t i = 0; weights && i < train->rows; i++) all += bm_tensor_at(weights, i);
    for (int64_t i = 0; rows && i < t->size; i++) { /* the first row: class shares, or the mean */
        const double v = target_at(m, t, i), w = weights ? bm_tensor_at(weights, classes ? i : i / columns) : 1;
        if (classes) to[(int64_t)v] += w / all;
        else to[i % columns] += w * v / all;
    }
    for (int64_t i = columns; i < rows * columns; i++) to[i] = to[i - columns];
    return out;
}

/* ---- scores ---- */
static bm_status measure(bm_scores *s, bm_metric metric, const bm_tensor *p, const bm_tensor *t, const bm_tensor *weights,
                         bm_output form, bmi_error *e, bm_place here)
{
    const bm_measure_options o = { .prediction = p, .target = t, .weight = weights, .output = form };
    bm_tensor *v = bm_measure_at(metric, &o, sizeof o, here);
    if (v->object.error.status == BM_E_MEMORY) bmi_fail_from(e, &v->object.error);
    bmi_scores_add(s, metric.name, bmi_object_failed(v) ? NAN : bm_tensor_at(v, 0)); /* what is not defined here is NaN */
    bmi_object_free(v);
    return e->status;
}

/* The target as measures take it: class numbers as they are, numbers in the table's unit. */
static bm_tensor *target_tensor(const bm_model *m, const bm_tensor *t, bmi_error *e, bm_place here)
{
    bm_tensor *out = bm_tensor_new_in_at(m->object.context, m->task == BM_CLASSIFICATION ? BM_I32 : BM_F64, t->shape, here);
    bmi_fail_from(e, &out->object.error);
    for (int64_t i = 0; !e->status && i < t->size; i++) {
        if (out->type == BM_I32) ((int32_t *)out->data)[i] = (int32_t)bm_tensor_at(t, i);
        else ((double *)out->data)[i] = target_at(m, t, i);
    }
    return out;
}

bm_status bmi_scores_take(bm_scores *s, const bm_model *m, const bm_dataset *d, const bm_tensor *prediction, bmi_error *e,
                          bm_place here)
{
    const bm_metric numbers[] = { BM_R2, BM_METRIC_MAE, BM_RMSE, BM_METRIC_MSE };
    const bm_metric classes[] = { BM_PRECISION,
                                  BM_RECALL,
                                  BM_F1, /* of two classes: of the second */
                                  BM_ACCURACY,
                                  BM_BALANCED_ACCURACY,
                                  BM_PRECISION_MACRO,
                                  BM_RECALL_MACRO,
                                  BM_F1_MACRO,
                                  BM_LOG_LOSS,
                                  BM_ROC_AUC };
    const bool regression = m->task == BM_REGRESSION;
    const size_t first = m->n_classes == 2 ? 0 : 3, all = BMI_COUNT(classes);
    const bool mere = !prediction && output_of(m) == SCORES; /* no probabilities, no log loss */
    const bm_metric *metrics = regression ? numbers : classes + first;
    const size_t n = regression ? BMI_COUNT(numbers) : all - first - (mere ? 2 : 0);
    const bm_tensor *t = target_of(d);
    *s = (bm_scores){ .loss = NAN, .rows = d->rows };
    if (!t) return bmi_fail(e, BM_E_DATA, here, "evaluate: the table has no column of the target");
    bm_tensor *own = prediction ? NULL : bmi_scores_predict(m, d, e, here),
              *truth = e->status ? NULL : target_tensor(m, t, e, here);
    for (size_t i = 0; i < n && !e->status; i++)
        measure(s, metrics[i], prediction ? prediction : own, truth, d->weights,
                regression ? BM_OUTPUT_REALS : BM_OUTPUT_CLASSES, e, here);
    if (!e->status) s->loss = bm_score(s, regression ? "mse" : "log_loss");
    bmi_object_free(truth);
    bmi_object_free(own);
    return e->status;
}

bm_status bmi_scores_of_parts(bm_model *m, bm_dataset *const parts[3], bmi_error *e, bm_place here)
{
    int last = 0;
    for (int i = 0; i < 3; i++) {
        if (!parts[i]) continue;
        if (bmi_scores_take(&m->scores[i], m, parts[i], NULL, e, here)) return e->status;
        last = i;
    }
    bm_tensor *trivial = bmi_scores_trivial(m, parts[0], parts[last]->rows, e, here);
    if (trivial) bmi_scores_take(&m->scores[3], m, parts[last], trivial, e, here);
    bmi_object_free(trivial);
    return e->status;
}
