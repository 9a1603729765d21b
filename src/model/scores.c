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
    double all = 0;
    const bool classes = m->task == BM_CLASSIFICATION;
    const int64_t columns = classes ? m->n_classes : t->size / train->rows;
    bm_tensor *out = bm_tensor_new_in_at(m->object.context, BM_F64, BM_SHAPE(rows, columns), here);
    if (bmi_fail_from(e, &out->object.error)) {
        bmi_object_free(out);
        return NULL;
    }
    double *to = out->data;
    for (int64_t i = 0; i < train->rows; i++)
        if (!classes || bm_tensor_at(t, i) < (double)columns) all += weights ? bm_tensor_at(weights, i) : 1;
    for (int64_t i = 0; rows && i < t->size; i++) { /* the first row: class shares, or the mean */
        const double v = target_at(m, t, i), w = weights ? bm_tensor_at(weights, classes ? i : i / columns) : 1;
        if (classes && v >= (double)columns) continue; /* one that training had not seen */
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

/* What one metric compares, borrowed. */
typedef struct judged {
    const bm_tensor *prediction, *truth, *weights;
} judged;

/* The same three ways where rows have classes that training had not seen: with those as further classes that are never predicted; of
 * two classes, as rows that are not the second; and without these rows. */
typedef struct views {
    judged all, second, seen;
    bm_tensor *made[5];
    int n_made;
} views;

static bm_tensor *make(views *v, const bm_model *m, bm_type type, bm_shape shape, bmi_error *e, bm_place here)
{
    bm_tensor *t = e->status ? NULL : bm_tensor_new_in_at(m->object.context, type, shape, here);
    if (!t || bmi_fail_from(e, &t->object.error)) {
        bmi_object_free(t);
        return NULL;
    }
    return v->made[v->n_made++] = t;
}

/* Whether there are such rows; the largest class number and the number of rows of known classes. */
static bool has_unseen(const bm_model *m, const bm_tensor *t, int64_t *most, int64_t *seen)
{
    *most = *seen = 0;
    if (m->task != BM_CLASSIFICATION) return false;
    for (int64_t i = 0; i < t->size; i++) {
        const int64_t k = (int64_t)bm_tensor_at(t, i);
        if (k > *most) *most = k;
        *seen += k < m->n_classes;
    }
    return *seen < t->size;
}

static bm_status make_views(views *v, const bm_model *m, judged given, bmi_error *e, bm_place here)
{
    int64_t most, seen, at = 0;
    const int64_t rows = given.truth->size, n = m->n_classes;
    *v = (views){ .all = given, .second = given, .seen = given };
    if (!has_unseen(m, given.truth, &most, &seen)) return BM_OK;
    bm_tensor *wide = make(v, m, BM_F64, BM_SHAPE(rows, most + 1), e, here), *two = make(v, m, BM_I32, BM_SHAPE(rows), e, here),
              *few = make(v, m, BM_F64, BM_SHAPE(seen, n), e, here), *truth = make(v, m, BM_I32, BM_SHAPE(seen), e, here),
              *weights = given.weights ? make(v, m, BM_F32, BM_SHAPE(seen), e, here) : NULL;
    for (int64_t i = 0; !e->status && i < rows; i++) {
        const int32_t k = (int32_t)bm_tensor_at(given.truth, i);
        ((int32_t *)two->data)[i] = k < n ? k : 0;
        for (int64_t j = 0; j < n; j++) ((double *)wide->data)[i * (most + 1) + j] = bm_tensor_at(given.prediction, i * n + j);
        if (k >= n) continue;
        for (int64_t j = 0; j < n; j++) ((double *)few->data)[at * n + j] = bm_tensor_at(given.prediction, i * n + j);
        if (weights) ((float *)weights->data)[at] = (float)bm_tensor_at(given.weights, i);
        ((int32_t *)truth->data)[at++] = k;
    }
    v->all.prediction = wide;
    v->second.truth = two;
    v->seen = (judged){ few, truth, weights };
    return e->status;
}

static void end_views(views *v)
{
    for (int i = 0; i < v->n_made; i++) bmi_object_free(v->made[i]);
}

enum { OF_ALL, OF_SECOND, OF_SEEN };
typedef struct measured {
    bm_metric metric;
    int of; /* which rows and classes, when there are unseen ones */
} measured;

static bm_status measure_all(bm_scores *s, const bm_model *m, judged given, bool mere, bmi_error *e, bm_place here)
{
    const measured numbers[] = { { BM_R2, OF_ALL }, { BM_METRIC_MAE, OF_ALL }, { BM_RMSE, OF_ALL }, { BM_METRIC_MSE, OF_ALL } };
    const measured classes[] = { { BM_PRECISION, OF_SECOND },    { BM_RECALL, OF_SECOND },
                                 { BM_F1, OF_SECOND }, /* of two classes: of the second */
                                 { BM_ACCURACY, OF_ALL },        { BM_BALANCED_ACCURACY, OF_ALL },
                                 { BM_PRECISION_MACRO, OF_ALL }, { BM_RECALL_MACRO, OF_ALL },
                                 { BM_F1_MACRO, OF_ALL },        { BM_LOG_LOSS, OF_SEEN },
                                 { BM_ROC_AUC, OF_SEEN } };
    const bool regression = m->task == BM_REGRESSION;
    const size_t first = m->n_classes == 2 ? 0 : 3, all = BMI_COUNT(classes);
    const measured *list = regression ? numbers : classes + first;
    const size_t n = regression ? BMI_COUNT(numbers) : all - first - (mere ? 2 : 0);
    views v;
    make_views(&v, m, given, e, here);
    for (size_t i = 0; i < n && !e->status; i++) {
        const judged *j = list[i].of == OF_ALL ? &v.all : list[i].of == OF_SECOND ? &v.second : &v.seen;
        measure(s, list[i].metric, j->prediction, j->truth, j->weights, regression ? BM_OUTPUT_REALS : BM_OUTPUT_CLASSES, e,
                here);
    }
    end_views(&v);
    return e->status;
}

bm_status bmi_scores_take(bm_scores *s, const bm_model *m, const bm_dataset *d, const bm_tensor *prediction, bmi_error *e,
                          bm_place here)
{
    const bool mere = !prediction && output_of(m) == SCORES; /* no probabilities, no log loss */
    const bm_tensor *t = target_of(d);
    *s =
        (bm_scores){ .loss = NAN, .rows = d->rows, .unseen_class = d->counted.unseen_class, .no_target = d->counted.no_target };
    if (!t) return bmi_fail(e, BM_E_DATA, here, "evaluate: the table has no column of the target");
    bm_tensor *own = prediction ? NULL : bmi_scores_predict(m, d, e, here),
              *truth = e->status ? NULL : target_tensor(m, t, e, here);
    if (!e->status) measure_all(s, m, (judged){ prediction ? prediction : own, truth, d->weights }, mere, e, here);
    if (!e->status) s->loss = bm_score(s, m->task == BM_REGRESSION ? "mse" : "log_loss");
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
