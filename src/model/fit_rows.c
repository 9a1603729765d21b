// SPDX-License-Identifier: Apache-2.0
/* Metrics that need all rows at once (the area under a curve, F1) while training: predictions and targets of the epoch's rows are kept, as
 * the steps saw them, and measured at its end. So they are of weights that change from step to step, as the epoch's loss is.
 */
#include "base/memory.h"
#include "kernels/cpu/convert.h"
#include "model/training.h"
#include <math.h>

bool bmi_rows_seen_make(bmi_rows_seen *s, bm_context *context, int64_t rows, int64_t columns, int64_t target_columns)
{
    *s = (bmi_rows_seen){ .rows = rows, .columns = columns, .target_columns = target_columns };
    s->prediction = bmi_alloc(context, (size_t)rows, (size_t)columns * sizeof *s->prediction);
    s->target = bmi_alloc(context, (size_t)rows, (size_t)target_columns * sizeof *s->target);
    if (s->prediction && s->target) return true;
    bmi_rows_seen_end(s, context);
    return false;
}

void bmi_rows_seen_end(bmi_rows_seen *s, bm_context *context)
{
    bmi_release(context, s->prediction, (size_t)s->rows, (size_t)s->columns * sizeof *s->prediction);
    bmi_release(context, s->target, (size_t)s->rows, (size_t)s->target_columns * sizeof *s->target);
    *s = (bmi_rows_seen){ .prediction = NULL };
}

bm_status bmi_training_make_rows(bm_training *t)
{
    const bm_shape row = t->network->heads[0].row;
    const bm_tensor *target = t->data->t[0].tensor;
    int64_t columns = 1;
    if (!bmi_metrics_need_rows(t->network)) return BM_OK;
    for (int64_t i = 0; i < row.rank; i++) columns *= row.dim[i] > 0 ? row.dim[i] : 1;
    bmi_column_make(&t->targets, target, BM_F64, false);
    t->scratch_bytes = bmi_metrics_scratch(t->network, t->rows, columns);
    t->scratch = bmi_alloc(t->model->object.context, t->scratch_bytes, 1);
    if (t->scratch && bmi_rows_seen_make(&t->seen, t->model->object.context, t->rows, columns, t->targets.elements))
        return BM_OK;
    return bmi_fail_memory(t->error, t->here, (size_t)(t->rows * columns) * sizeof(double), "predictions");
}

void bmi_training_keep_rows(bm_training *t, const bmi_pass *p, const int64_t *rows)
{
    const bmi_rows_seen *s = &t->model->seen;
    const bm_array *a = p->fetch[t->output];
    const int64_t k = p->rows * s->columns;
    bmi_read[bmi_isa_now()][BMI_REAL_F64](s->prediction + t->rows_done * s->columns, a->data, a->type, 1, k, k, 1);
    bmi_column_gather(&t->targets, s->target + t->rows_done * s->target_columns, rows, 0, p->rows);
}

double bmi_training_measure(const bm_training *t, int metric)
{
    const bmi_rows_seen *s = &t->model->seen;
    const bmi_measured *m = &t->network->metrics[metric];
    const bm_metric_input all = { .prediction = s->prediction,
                                  .target = s->target,
                                  .rows = t->rows_done,
                                  .columns = s->columns,
                                  .target_columns = s->target_columns,
                                  .output = t->network->heads[0].form,
                                  .scratch = t->scratch };
    return s->whole ? bmi_metric_over(m, &all) : NAN;
}
