// SPDX-License-Identifier: Apache-2.0
/* What a step that bears no missing cell fills them with at prediction, where its training rows had none and nothing was filled before it:
 * the median of each of its columns, as the step found them in training, like the impute step that is done by default. */
#include "data/order.h"
#include "data/recipe.h"
#include <math.h>
#include <string.h>

static const char name[] = "medians";

/* The median of a column, none of whose cells is missing; room: for as many rows. */
static double median_of(const bmi_frame *f, const double *x, void *room)
{
    if (!f->weights) return bmi_median_there(x, f->rows, room);
    bmi_weighed *all = room;
    for (int64_t i = 0; i < f->rows; i++) all[i] = (bmi_weighed){ x[i], bmi_frame_weight(f, i) };
    return bmi_weighed_median(all, f->rows);
}

bm_status bmi_step_keep_medians(const bmi_step_how *how, const bmi_frame *f, const size_t *at, bmi_recipe_step *s)
{
    const size_t rows = (size_t)f->rows, size = f->weights ? sizeof(bmi_weighed) : sizeof(double);
    double *medians = bmi_step_add_array(how, &s->state, name, 1, (int64_t)s->n_columns);
    void *room = medians ? bmi_alloc_raw(f->context, rows, size) : NULL;
    if (!room) return how->error->status ? how->error->status : bmi_step_no_memory(how, rows * size);
    for (size_t c = 0; c < s->n_columns; c++) medians[c] = median_of(f, f->columns[at[c]].numbers, room);
    bmi_release(f->context, room, rows, size);
    return BM_OK;
}

bool bmi_step_medians_lawful(const bmi_recipe_step *s)
{
    const bmi_step_array *medians = bmi_step_find_array(&s->state, name);
    if (!medians) return true;
    if (medians->rows != 1 || medians->columns != (int64_t)s->n_columns) return false;
    for (size_t c = 0; c < s->n_columns; c++)
        if (!isfinite(medians->at[c])) return false;
    return true;
}

bm_status bmi_step_fill(const bmi_step_how *how, const bmi_recipe_step *s, bmi_frame *f, const size_t *at)
{
    const bmi_step_array *medians = bmi_step_find_array(&s->state, name);
    for (size_t c = 0; medians && c < s->n_columns; c++) {
        if (at[c] == SIZE_MAX || bmi_frame_present(f, at[c]) == f->rows) continue;
        if (!bmi_frame_own(f, at[c])) return bmi_step_no_memory(how, (size_t)f->rows * 8);
        double *x = f->columns[at[c]].numbers;
        for (int64_t i = 0; i < f->rows; i++) {
            if (!isnan(x[i])) continue;
            x[i] = medians->at[c];
            f->counted.missing++;
        }
    }
    return BM_OK;
}
