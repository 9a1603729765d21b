// SPDX-License-Identifier: Apache-2.0
/* The rows of a linear classifier's loss: those of a dataset, or of a file that comes part by part, over and over again.
 */
#include "base/context.h"
#include "model/learners/logistic/loss.h"
#include "model/parts.h"
#include <inttypes.h>
#include <math.h>

/* The classes of the rows in memory. */
static void take_labels(bmi_linear_loss *o)
{
    const bm_tensor *t = o->l->train->t[0].tensor;
    const int64_t each = t->shape.dim[0] ? t->size / t->shape.dim[0] : 1;
    for (int64_t i = 0; i < o->rows; i++) o->label[i] = (int32_t)bm_tensor_at(t, i * each);
}

bool bmi_linear_loss_pass(bmi_linear_loss *o, bool (*take)(void *user), void *user)
{
    bm_model *m = o->l->model;
    bmi_parts *file = m->parts;
    if (!file) {
        take(user);
        return !atomic_load(&m->stop);
    }
    const int64_t rows = o->rows;
    bool more = !bmi_parts_rewind(file);
    while (more && (o->rows = bmi_parts_fill(file, file->room)) > 0) {
        take_labels(o);
        more = take(user);
    }
    o->rows = rows;
    return !m->object.error.status && !atomic_load(&m->stop);
}

/* ---- what is known of all rows ---- */
typedef struct survey {
    bmi_linear_loss *o;
    int64_t *count; /* of classes: rows of weight > 0 */
    double *row;
    int64_t seen;
} survey;

static bm_status check_row(survey *s, int64_t i)
{
    const bmi_linear_loss *o = s->o;
    bmi_column_copy(&o->x, s->row, i, 1);
    for (int64_t k = 0; k < o->columns; k++)
        if (!isfinite(s->row[k]))
            return bm_learning_fail(o->l, BM_E_NUMBER,
                                    "%s: training row %" PRId64
                                    " of the file has a number that is not finite, in column %" PRId64 "; clean the data first",
                                    o->l->model->learner->name, s->seen + i, k);
    return BM_OK;
}

static bool look(void *user)
{
    survey *s = user;
    bmi_linear_loss *o = s->o;
    for (int64_t i = 0; i < o->rows; i++) {
        const double weight = bmi_row_weight(o->l->train, i);
        if (s->row && check_row(s, i)) return false;
        o->all += weight;
        if (s->count) s->count[o->label[i]] += weight > 0;
    }
    s->seen += o->rows;
    return true;
}

static bm_status take_yes(bmi_linear_loss *o)
{
    const bm_tensor *t = o->l->train->t[0].tensor;
    unsigned char *yes = bm_learning_memory(o->l, (size_t)t->size);
    for (int64_t i = 0; yes && i < t->size; i++) yes[i] = bm_tensor_at(t, i) != 0;
    o->yes = yes;
    return o->l->model->object.error.status;
}

static bm_status make_labels(survey *s)
{
    bmi_linear_loss *o = s->o;
    bm_learning *l = o->l;
    o->label = bm_learning_memory(l, (size_t)o->rows * sizeof *o->label);
    s->count = o->label ? bm_learning_memory(l, (size_t)l->outputs * sizeof *s->count) : NULL;
    if (s->count && l->model->parts) s->row = bm_learning_memory(l, (size_t)o->columns * sizeof *s->row);
    else if (s->count) take_labels(o);
    return l->model->object.error.status;
}

/* Of a table it was seen before the fit that there are two; of a file only now. */
static bm_status check_classes(const survey *s)
{
    bm_learning *l = s->o->l;
    int64_t there = 0;
    for (int64_t k = 0; k < l->outputs; k++) {
        there += s->count[k] > 0;
        if (!s->count[k])
            bmi_log(l->model->object.context, "%s: the class %" PRId64 " has no row; its probability is next to 0 everywhere",
                    l->model->learner->name, k);
    }
    if (there > 1) return BM_OK;
    return bm_learning_fail(l, BM_E_DATA,
                            "fit: the target has only one class in rows of weight above 0; there is nothing to tell apart");
}

bm_status bmi_linear_loss_rows(bmi_linear_loss *o)
{
    bm_learning *l = o->l;
    bm_model *m = l->model;
    survey s = { .o = o };
    o->rows = m->parts ? m->parts->room : l->train->rows;
    o->last = bmi_learning_rows(l) % o->rows ? bmi_learning_rows(l) % o->rows : o->rows;
    bmi_column_make(&o->x, l->train->x[0].tensor, BM_F64, l->train->x[0].scale != 1);
    if (l->labels ? take_yes(o) : make_labels(&s)) return m->object.error.status;
    if (!bmi_linear_loss_pass(o, look, &s) && m->parts && !m->object.error.status)
        return bm_learning_fail(l, BM_E_STOPPED, "%s: stopped while the file was read; the model is as it was before",
                                m->learner->name);
    if (!m->object.error.status && !(o->all > 0))
        return bm_learning_fail(l, BM_E_DATA, "%s: the weights of all rows are 0", m->learner->name);
    return s.count && !m->object.error.status ? check_classes(&s) : m->object.error.status;
}
