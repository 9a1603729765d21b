// SPDX-License-Identifier: Apache-2.0
/* Metrics of all rows while training: of the epoch's rows, as the steps saw them. So they are of weights that change from step to step, as
 * the epoch's loss is.
 */
#include "model/training.h"

bm_status bmi_training_make_rows(bm_training *t)
{
    const int64_t columns = bmi_row_elements(t->network->heads[0].row);
    bmi_column_make(&t->targets, t->data->t[0].tensor, BM_F64, false);
    if (bmi_rows_seen_make(&t->seen, t->network, t->rows, t->batches.batch, columns, t->targets.elements, false)) return BM_OK;
    return bmi_fail_memory(t->error, t->here, (size_t)(t->rows * columns) * sizeof(double), "predictions");
}

void bmi_training_keep_rows(bm_training *t, const bmi_pass *p, const int64_t *rows)
{
    bmi_rows_seen *s = &t->model->seen;
    bmi_column_gather(&t->targets, bmi_rows_seen_targets(s, t->rows_done), rows, 0, p->rows);
    bmi_rows_seen_add(s, t->network, t->rows_done, p->rows, p->fetch[t->output]);
}
