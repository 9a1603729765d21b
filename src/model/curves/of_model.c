// SPDX-License-Identifier: Apache-2.0
/* Curves of a model on known rows: its predictions in the table's terms, with the rows' targets and weights. */
#include "data/dataset.h"
#include "data/recipe.h"
#include "model/curves/curve.h"
#include "model/curves/of_model.h"
#include "model/scores.h"
#include "tensor/tensor.h"
#include <math.h>
#include <string.h>

typedef struct known {
    const bm_model *m;
    bm_model_curve_options o;
    bmi_error *e;
    bm_place here;
    bm_dataset *made; /* of a table */
    const bm_dataset *d;
    bm_tensor *y, *t, *w;
} known;

static bm_tensor *column(known *k, bm_shape shape)
{
    bm_tensor *t = bm_tensor_new_in_at(k->m->object.context, BM_F64, shape, k->here);
    bmi_fail_from(k->e, &t->object.error);
    return t;
}

/* Predictions (of two classes that of the second), targets and weights of rows whose class the model knows. */
static void fill(known *k, const bm_tensor *p, const double *targets)
{
    const bm_dataset *d = k->d;
    const int64_t each = d->t[0].tensor->size / d->rows, wide = p->size / d->rows;
    const bool one = k->m->task == BM_CLASSIFICATION && each == 1, two = one && k->m->n_classes == 2 && wide == 2;
    const int64_t columns = two ? 1 : wide;
    int64_t n = 0;
    for (int64_t i = 0; i < d->rows; i++) n += !one || targets[i] < (double)k->m->n_classes || k->m->n_classes < 2;
    if (!n) bmi_fail(k->e, BM_E_DATA, k->here, "curve: no row is of a class that the model knows");
    if (k->e->status) return;
    k->y = column(k, BM_SHAPE(n, columns));
    k->t = column(k, BM_SHAPE(n, each));
    k->w = d->weights ? column(k, BM_SHAPE(n)) : NULL;
    n = 0;
    for (int64_t i = 0; i < d->rows && !k->e->status; i++) {
        if (one && k->m->n_classes > 1 && targets[i] >= (double)k->m->n_classes) continue;
        const double *from = (const double *)p->data + i * wide;
        memcpy((double *)k->y->data + n * columns, two ? from + 1 : from, (size_t)columns * sizeof *from);
        memcpy((double *)k->t->data + n * each, targets + i * each, (size_t)each * sizeof *targets);
        if (k->w) ((double *)k->w->data)[n] = bmi_row_weight(d, i);
        n++;
    }
}

static void make(known *k, const void *options, size_t size)
{
    if (bmi_options_copy(k->e, k->here, &k->o, sizeof k->o, offsetof(bm_model_curve_options, named_), options, size) ||
        !bmi_model_network(k->m, k->e, k->here))
        return;
    if (!k->o.table == !k->o.data)
        bmi_fail(k->e, BM_E_ARGUMENT, k->here, "curve: give .table = or .data =, one of them, of rows whose target is known");
    else if (k->o.table && !k->m->recipe)
        bmi_fail(k->e, BM_E_ARGUMENT, k->here, "curve: the model takes tensors, not tables; give .data =");
    if (k->e->status) return;
    if (k->o.table) k->made = bmi_recipe_apply(k->m->recipe, k->o.table, (bm_rows){ 0 }, BMI_WANT_JUDGED, k->here);
    k->d = k->made ? k->made : k->o.data;
    if (bmi_fail_from(k->e, &k->d->object.error)) return;
    if (!k->d->n_t || !k->d->rows) {
        bmi_fail(k->e, BM_E_DATA, k->here, "curve: there are no rows with a target");
        return;
    }
    bm_tensor *p = bmi_scores_predict(k->m, k->d, k->e, k->here);
    double *targets = p ? bmi_scores_targets(k->m, k->d, k->e, k->here) : NULL;
    if (targets) fill(k, p, targets);
    if (targets) bmi_release(k->m->object.context, targets, (size_t)k->d->t[0].tensor->size + 1, sizeof *targets);
    bmi_object_free(p);
}

static void end(known *k)
{
    bmi_object_free(k->y);
    bmi_object_free(k->t);
    bmi_object_free(k->w);
    bmi_object_free(k->made);
}

static bm_curve_options options_of(const known *k)
{
    const bm_model *m = k->m;
    const bool numbers = m->task == BM_REGRESSION, labels = !numbers && k->d->t[0].tensor->size != k->d->rows;
    return (bm_curve_options){ .prediction = k->y,
                               .target = k->t,
                               .weight = k->w,
                               .output = numbers  ? BM_OUTPUT_REALS
                                         : labels ? BM_OUTPUT_LABELS
                                                  : BM_OUTPUT_ANY,
                               .classes = { (const bm_name *)m->classes, numbers ? 0 : (size_t)m->n_classes },
                               .bins = k->o.bins,
                               .quantile = k->o.quantile,
                               .all_points = k->o.all_points,
                               .normalize = k->o.normalize,
                               .threshold = k->o.threshold != 0 ? k->o.threshold : bm_model_threshold(m),
                               .cost_wrong = k->o.cost_wrong,
                               .cost_missed = k->o.cost_missed };
}

/* Whether a curve says something of what the model predicts. */
static bm_status check(const known *k)
{
    const bool residuals = k->o.curve && !strcmp(k->o.curve, "residuals"), numbers = k->m->task == BM_REGRESSION;
    if (k->e->status || residuals == numbers || !bmi_kind_find("curve", k->o.curve ? k->o.curve : "")) return k->e->status;
    return bmi_fail(k->e, BM_E_ARGUMENT, k->here, "curve: %s is of %s, the model predicts %s", k->o.curve,
                    numbers ? "classes" : "numbers", numbers ? "numbers" : "classes");
}

bm_table *bm_model_curve_at(const bm_model *m, const bm_model_curve_options *options, size_t size, bm_place here)
{
    bmi_error e = { 0 };
    known k = { .m = m, .e = &e, .here = here };
    bm_table *out = NULL;
    make(&k, options, size);
    if (!check(&k)) {
        const bm_curve_options o = options_of(&k);
        out = bmi_curve_in(m->object.context, k.o.curve, &o, sizeof o, here);
    }
    if (!out) {
        out = bm_table_new_in_at(m ? m->object.context : NULL, here);
        if (!bmi_object_failed(out)) bmi_fail_from(&out->object.error, &e);
    }
    end(&k);
    return out;
}

double bmi_model_best_threshold(const bm_model *m, const bm_dataset *d, bm_metric metric, double *value, bmi_error *e,
                                bm_place here)
{
    const bm_model_curve_options o = { .data = d };
    char error[400];
    const double best = bm_model_best_threshold_at(m, metric, &o, sizeof o, value, error, sizeof error, here);
    if (isnan(best)) bmi_fail(e, BM_E_ARGUMENT, here, "%s", error);
    return best;
}

double bm_model_best_threshold_at(const bm_model *m, bm_metric metric, const bm_model_curve_options *options, size_t size,
                                  double *value, char *error, size_t room, bm_place here)
{
    bmi_error e = { 0 };
    known k = { .m = m, .e = &e, .here = here };
    double best = NAN;
    if (error && room) *error = 0;
    make(&k, options, size);
    if (!e.status && (m->task != BM_CLASSIFICATION || m->n_classes != 2))
        bmi_fail(&e, BM_E_ARGUMENT, here, "threshold: it is of two classes, this model %s",
                 m->task == BM_CLASSIFICATION ? "has others" : "predicts numbers");
    if (!e.status && bmi_scores_mere(m))
        bmi_fail(&e, BM_E_ARGUMENT, here, "threshold: it is of probabilities, and this model tells which class alone");
    if (!e.status) {
        const bm_curve_options o = options_of(&k);
        best = bm_best_threshold_at(metric, &o, sizeof o, value, error, room, here);
        if (best <= 0) best = 5e-324; /* all rows: above 0, as a threshold of a model is */
    } else if (error && room) snprintf(error, room, "%s", e.text);
    end(&k);
    return best;
}
