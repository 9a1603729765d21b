// SPDX-License-Identifier: Apache-2.0
/* Metrics of all rows while training: of the epoch's rows, as the steps saw them. So they are of weights that change from step to step, as
 * the epoch's loss is.
 */
#include "model/parts.h"
#include "model/training.h"

bm_status bmi_training_make_rows(bm_training *t)
{
    const int64_t columns = bmi_row_elements(t->network->heads[0].row);
    const bmi_parts *p = t->model->parts;
    t->own_weights = p && p->weighs_classes ? p->own_weights : t->data->weights;
    t->weighed = t->own_weights && t->network->n_metrics > 0;
    bmi_column_make(&t->targets, t->data->t[0].tensor, BM_F64, false);
    if (t->weighed) bmi_column_make(&t->row_weights, t->own_weights, t->network->type, false);
    if (bmi_rows_seen_make(&t->seen, t->network, t->rows, t->batches.batch, columns, t->targets.elements, t->weighed))
        return BM_OK;
    return bmi_fail_memory(t->error, t->here, (size_t)(t->rows * columns) * sizeof(double), "predictions");
}

void bmi_training_keep_rows(bm_training *t, const bmi_pass *p, const int64_t *rows)
{
    bmi_rows_seen *s = &t->model->seen;
    double *const weights = bmi_rows_seen_weights(s, t->rows_done);
    bmi_column_gather(&t->targets, bmi_rows_seen_targets(s, t->rows_done), rows, 0, p->rows);
    for (int64_t i = 0; weights && i < p->rows; i++) weights[i] = bmi_training_row_weight(t, rows[i]);
    bmi_rows_seen_add(s, t->network, t->rows_done, p->rows, p->fetch[t->output]);
}
