// SPDX-License-Identifier: Apache-2.0
/* Scores of learners over tables.
 */
#include "model/class_scores.h"
#include "model/dataset_columns.h"
#include "data/recipe.h"
#include "kernels/cpu/convert.h"
#include "model/curves/of_model.h"
#include "tensor/tensor.h"
#include <math.h>
#include <string.h>

static const bm_tensor *target_of(const bm_dataset *d)
{
    return d->n_t ? d->t[0].tensor : NULL;
}

/* ---- predictions ---- */
typedef enum { PROBABILITIES, LOGITS, SCORES } puts_out;

bool bmi_loss_mere(const bm_loss_kind *loss)
{
    return loss->output && !loss->probabilities && !loss->logits_of && loss->target != BM_TARGET_CLASS;
}

/* What the network's numbers are: by its loss, which may take logits, or scores that are no probabilities (a hinge's). */
static puts_out output_of(const bm_model *m)
{
    const bmi_head *head = &m->network->heads[0];
    const bm_loss_kind *loss = m->network->compiled ? head->loss : NULL;
    if (m->learner && m->learner->tasks & BM_LEARNS_SCORES) return SCORES;
    if (loss && loss->logits_of && head->judged.index != head->output.index) return LOGITS;
    return loss && bmi_loss_mere(loss) ? SCORES : PROBABILITIES;
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
    const char *at = (const char *)from->data + (size_t)(row * columns) * bm_type_size(from->type);
    bmi_read[bmi_isa_now()][BMI_REAL_F64](to, at, from->type, 1, n, n, 1);
    for (int64_t k = 1; form != PROBABILITIES && k < n; k++)
        if (to[k] > to[best]) best = k;
    const double most = to[best];
    for (int64_t k = 0; form == LOGITS && k < n; k++) sum += to[k] = exp(to[k] - most);
    for (int64_t k = 0; form != PROBABILITIES && k < n; k++) to[k] = form == SCORES ? k == best : to[k] / sum;
}

/* Rows first .. first + rows - 1 of a tensor, borrowed. */
static bm_tensor *rows_of(const bm_tensor *x, int64_t first, int64_t rows, bm_place here)
{
    bm_shape shape = x->shape;
    const size_t row = shape.dim[0] ? (size_t)(x->size / shape.dim[0]) * bm_type_size(x->type) : 0;
    shape.dim[0] = rows;
    return bmi_tensor_over(x->object.context, x->type, shape, (const char *)x->data + (size_t)first * row, here);
}

/* What the network gives for rows. */
static bm_tensor *network_of(const bm_model *m, const bm_dataset *d, int64_t first, int64_t rows, bool steady, bmi_error *e,
                             bm_place here)
{
    const bm_tensor *x = bm_dataset_x(d, 0);
    bm_tensor *part = rows < d->rows ? rows_of(x, first, rows, here) : NULL, *p = NULL;
    if (!part || !bmi_fail_from(e, &part->object.error))
        p = (steady ? bmi_predict_steady : bm_predict_at)(m, part ? part : x, here);
    bmi_object_free(part);
    if (!p || !bmi_fail_from(e, &p->object.error)) return p;
    bmi_object_free(p);
    return NULL;
}

static bm_tensor *predict(const bm_model *m, const bm_dataset *d, int64_t first, int64_t rows, bool steady, bmi_error *e,
                          bm_place here)
{
    bm_tensor *p = network_of(m, d, first, rows, steady, e, here);
    if (!p) return NULL;
    const bool classes = m->task == BM_CLASSIFICATION && m->n_classes > 1;
    const puts_out form = output_of(m);
    const int64_t columns = classes ? m->n_classes : rows ? p->size / rows : 1;
    bm_tensor *out = bm_tensor_new_in_at(m->object.context, BM_F64, BM_SHAPE(rows, columns), here);
    bmi_fail_from(e, &out->object.error);
    double *to = out->data;
    for (int64_t i = 0; !e->status && i < rows; i++) {
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

bm_tensor *bmi_scores_predict_rows(const bm_model *m, const bm_dataset *d, int64_t first, int64_t rows, bmi_error *e,
                                   bm_place here)
{
    return predict(m, d, first, rows, m->recipe != NULL, e, here); /* tables come whole or by parts */
}

bm_tensor *bmi_scores_predict(const bm_model *m, const bm_dataset *d, bmi_error *e, bm_place here)
{
    return bmi_scores_predict_rows(m, d, 0, d->rows, e, here);
}

bm_tensor *bmi_scores_predict_alone(const bm_model *m, const bm_dataset *d, bmi_error *e, bm_place here)
{
    return predict(m, d, 0, d->rows, false, e, here);
}

/* The target of row i in the table's unit. */
static double target_at(const bm_model *m, const bm_tensor *t, int64_t i)
{
    const double v = bm_tensor_at(t, i);
    return m->task == BM_REGRESSION && m->recipe ? bm_recipe_inverse(m->recipe, v) : v;
}

bm_tensor *bmi_scores_trivial(const bm_model *m, const bm_dataset *train, bmi_error *e, bm_place here)
{
    const bm_tensor *t = target_of(train);
    double all = 0;
    const bool classes = m->task == BM_CLASSIFICATION;
    const int64_t columns = classes ? m->n_classes : t->size / train->rows;
    bm_tensor *out = bm_tensor_new_in_at(m->object.context, BM_F64, BM_SHAPE(1, columns), here);
    if (bmi_fail_from(e, &out->object.error)) {
        bmi_object_free(out);
        return NULL;
    }
    double *to = out->data;
    for (int64_t i = 0; i < train->rows; i++)
        if (!classes || bm_tensor_at(t, i) < (double)columns) all += bmi_row_weight(train, i);
    for (int64_t i = 0; i < t->size; i++) { /* class shares, or the mean */
        const double v = target_at(m, t, i), w = bmi_row_weight(train, classes ? i : i / columns);
        if (classes && v >= (double)columns) continue; /* one that training had not seen */
        if (classes) to[(int64_t)v] += w / all;
        else to[i % columns] += w * v / all;
    }
    return out;
}

bool bmi_scores_stopped(const bm_model *m)
{
    return atomic_load(&m->running) && atomic_load(&m->stop);
}

bool bmi_scores_mere(const bm_model *m)
{
    return output_of(m) == SCORES;
}

double *bmi_scores_targets(const bm_model *m, const bm_dataset *d, bmi_error *e, bm_place here)
{
    const bm_tensor *t = target_of(d);
    double *to = bmi_alloc(m->object.context, (size_t)t->size + 1, sizeof *to);
    if (!to) bmi_fail_memory(e, here, (size_t)t->size * sizeof *to, "targets");
    for (int64_t i = 0; to && i < t->size; i++) to[i] = target_at(m, t, i);
    return to;
}

static bm_status take_parts(bm_model *m, bm_dataset *const parts[3], const bmi_asked *asked, bmi_error *e, bm_place here)
{
    int last = 0;
    if (asked->by.name || asked->by.kind)
        m->threshold = bmi_model_best_threshold(m, parts[parts[1] != NULL], asked->by, NULL, e, here);
    if (e->status) return e->status;
    for (int i = 0; i < BMI_PARTS; i++) m->scores[i] = (bm_scores){ .loss = NAN };
    for (int i = 0; i < 3; i++) {
        if (!parts[i] || bmi_weighs_nothing(parts[i], NULL, parts[i]->rows)) continue;
        const bm_status st =
            bmi_scores_stopped(m) ? BM_E_STOPPED : bmi_scores_take_asked(&m->scores[i], m, parts[i], NULL, asked, e, here);
        if (st) return st;
        last = i;
    }
    bm_tensor *trivial = bmi_scores_trivial(m, parts[0], e, here);
    const bm_status st = trivial ? bmi_scores_take_asked(&m->scores[3], m, parts[last], trivial, asked, e, here) : e->status;
    bmi_object_free(trivial);
    return st;
}

bm_status bmi_scores_of_parts(bm_model *m, bm_dataset *const parts[3], const bmi_asked *asked, bmi_error *e, bm_place here)
{
    const int running = atomic_exchange(&m->running, 1);
    atomic_store(&m->stop, 0); /* what has ended the training does not end this, too */
    take_parts(m, parts, asked, e, here);
    atomic_store(&m->running, running);
    return e->status;
}
