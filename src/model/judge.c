// SPDX-License-Identifier: Apache-2.0
/* Judging a network. Sums over rows are taken in f64, batch after batch in the order of rows, so that the result does not depend
 * on threads.
 */
#include "model/judge.h"
#include <math.h>
#include <string.h>

/* Memory of metrics of all rows. */
static bm_status make_room(bmi_judge *j, const bm_dataset *d, bmi_error *e)
{
    const int64_t columns = bmi_row_elements(j->network->heads[0].row);
    bmi_column_make(&j->targets, d->t[0].tensor, BM_F64, false);
    if (d->weights) bmi_column_make(&j->weights, d->weights, BM_F64, false);
    if (bmi_rows_seen_make(&j->seen, j->network, j->count, j->batch, columns, j->targets.elements, j->columns.weighted))
        return BM_OK;
    return bmi_fail_memory(e, j->here, (size_t)(j->count * columns) * sizeof(double), "predictions");
}

static bm_status make_passes(bmi_judge *j, bmi_error *e)
{
    const bmi_network *n = j->network;
    const bm_shape none = { 0 };
    bmi_pass_request r = { .guard = { NULL, -1 } };
    bmi_pass_feed(&r, n->input, j->columns.x_row);
    bmi_pass_feed(&r, n->heads[0].target, j->columns.t_row);
    if (j->columns.weighted) bmi_pass_feed(&r, n->eval_weight, none);
    j->data = bmi_pass_fetch(&r, j->columns.weighted ? n->eval_weighted : n->eval_data);
    j->penalty = n->eval_penalty.graph ? bmi_pass_fetch(&r, n->eval_penalty) : -1;
    j->output = j->seen.counts ? bmi_pass_fetch(&r, n->heads[0].judged) : -1;
    for (int i = 0; i < n->n_metrics; i++) {
        const bmi_measured *m = &n->metrics[i];
        j->sums[i] = m->sum.graph ? bmi_pass_fetch(&r, j->columns.weighted ? m->weighted : m->sum) : -1;
    }
    const int64_t rest = j->count % j->batch;
    if (j->count >= j->batch && bmi_pass_make(&j->whole, j->session, &r, j->batch, e, j->here)) return e->status;
    if (rest) bmi_pass_make(&j->rest, j->session, &r, rest, e, j->here);
    return e->status;
}

bm_status bmi_judge_begin(bmi_judge *j, bmi_network *n, bm_session *s, const bm_dataset *d, const int64_t *rows, int64_t count,
                          int64_t batch, bmi_error *e, const char *who, bm_place here)
{
    const int64_t fixed = bm_node_shape(n->input).dim[0];
    *j = (bmi_judge){ .network = n,
                      .session = s,
                      .here = here,
                      .who = who,
                      .dataset = d,
                      .rows = rows,
                      .count = count,
                      .batch = fixed > 0       ? fixed
                               : batch < count ? batch
                                               : count };
    if (!n->compiled)
        return bmi_fail(e, BM_E_ARGUMENT, here, "%s: the model is not compiled: call bm_compile(m, .loss = ...) first", who);
    if (bmi_dataset_columns_make(&j->columns, n, d, e, who, here)) return e->status;
    if (fixed > 0 && count % fixed)
        return bmi_fail(e, BM_E_SHAPE, here,
                        "%s: the model's input takes exactly %lld rows at once, the data has %lld, which is no multiple", who,
                        (long long)fixed, (long long)count);
    if (bmi_weighs_nothing(d, rows, count)) return bmi_fail_weightless(e, here, who, count);
    if (d->weights) bmi_column_make(&j->columns.w, d->weights, n->type, false);
    if (make_room(j, d, e) || make_passes(j, e)) return e->status;
    return BM_OK;
}

void bmi_judge_end(bmi_judge *j)
{
    if (!j->network) return;
    bmi_rows_seen_end(&j->seen, j->network->context);
    *j = (bmi_judge){ 0 };
}

static void feed(const bmi_judge *j, const bmi_column_of *c, void *into, int64_t first, int64_t rows)
{
    if (!into) return;
    if (j->rows) bmi_column_gather(c, into, j->rows + first, 0, rows);
    else bmi_column_copy(c, into, first, rows);
}

static bm_status run_pass(bmi_judge *j, const bmi_pass *p, int64_t first, double *data, double *sums, bmi_error *e)
{
    feed(j, &j->columns.x, p->feed[0], first, p->rows);
    feed(j, &j->columns.t, p->feed[1], first, p->rows);
    if (j->columns.weighted) feed(j, &j->columns.w, p->feed[2], first, p->rows);
    if (bmi_session_run(j->session, p->plan, j->here)) {
        bmi_fail_from(e, &j->session->object.error);
        bmi_object_clear(j->session);
        return e->status;
    }
    *data += bmi_pass_number(p->fetch[j->data]);
    for (int i = 0; i < j->network->n_metrics; i++)
        if (j->sums[i] >= 0) sums[i] += bmi_pass_number(p->fetch[j->sums[i]]);
    if (j->output >= 0) {
        feed(j, &j->targets, bmi_rows_seen_targets(&j->seen, first), first, p->rows);
        if (j->columns.weighted) feed(j, &j->weights, bmi_rows_seen_weights(&j->seen, first), first, p->rows);
        bmi_rows_seen_add(&j->seen, j->network, first, p->rows, p->fetch[j->output]);
    }
    return BM_OK;
}

/* A loss that is not finite because of the data: names the row. What the weights alone made so is left as it is. */
static bm_status check_data(const bmi_judge *j, bmi_error *e)
{
    const bm_tensor *const of[] = { j->dataset->x[0].tensor, j->dataset->t[0].tensor };
    static const char *const what[] = { "input", "target" };
    for (int k = 0; k < 2 && !isfinite(j->loss); k++) {
        const int64_t elements = of[k]->size / j->dataset->rows;
        for (int64_t i = 0; i < j->count; i++)
            for (int64_t n = 0, row = j->rows ? j->rows[i] : i; n < elements; n++)
                if (!isfinite(bm_tensor_at(of[k], row * elements + n)))
                    return bmi_fail(e, BM_E_NUMBER, j->here,
                                    "%s: the %s of row %lld has a number that is not finite (position %lld of the row); clean "
                                    "the data first",
                                    j->who, what[k], (long long)row, (long long)n);
    }
    return BM_OK;
}

/* What means of rows are divided by. */
static double weight_of_rows(const bmi_judge *j)
{
    double sum = 0;
    if (!j->columns.weighted) return (double)j->count;
    for (int64_t i = 0; i < j->count; i++) sum += bmi_row_weight(j->dataset, j->rows ? j->rows[i] : i);
    return sum;
}

bm_status bmi_judge_run(bmi_judge *j, bmi_error *e)
{
    const bmi_network *n = j->network;
    double data = 0, sums[BM_MODEL_MAX] = { 0 };
    int64_t at = 0;
    bmi_rows_seen_clear(&j->seen);
    for (; at + j->batch <= j->count; at += j->batch)
        if (run_pass(j, &j->whole, at, &data, sums, e)) return e->status;
    if (at < j->count && run_pass(j, &j->rest, at, &data, sums, e)) return e->status;
    const bmi_pass *last = at < j->count ? &j->rest : &j->whole;
    j->loss = n->heads[0].loss->reduction == BM_REDUCE_MEAN ? data / (double)j->count : data;
    if (j->penalty >= 0) j->loss += bmi_pass_number(last->fetch[j->penalty]);
    if (check_data(j, e)) return e->status;
    const double weigh = weight_of_rows(j);
    for (int i = 0; i < n->n_metrics; i++) {
        j->why[i][0] = 0;
        if (j->sums[i] < 0) j->metrics[i] = bmi_rows_seen_measure(&j->seen, n, i, j->count, j->why[i]);
        else if (isnan(data)) { /* so was a prediction, which counts as some class */ j->metrics[i] = NAN;
            snprintf(j->why[i], sizeof j->why[i], "a prediction is NaN");
        } else j->metrics[i] = sums[i] / weigh;
    }
    return BM_OK;
}
