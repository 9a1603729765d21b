// SPDX-License-Identifier: Apache-2.0
/* The numbers of a frame's column in order. */
#include "data/sorted.h"
#include <math.h>
#include <stdlib.h>

bm_status bmi_sorted_begin(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_sorted *to)
{
    const double *x = f->columns[column].numbers;
    double all = 0, sum = 0;
    *to = (bmi_sorted){ .context = f->context, .room = f->rows, .plain = !f->weights };
    to->at = bmi_alloc_raw(f->context, (size_t)f->rows, sizeof *to->at);
    if (!to->at) return bmi_step_no_memory(how, (size_t)f->rows * sizeof *to->at);
    for (int64_t i = 0; i < f->rows; i++)
        if (isfinite(x[i])) {
            to->at[to->n++] = (bmi_weighed){ x[i] + 0., bmi_frame_weight(f, i) };
            all += bmi_frame_weight(f, i);
        }
    if (to->plain) qsort(to->at, (size_t)to->n, sizeof *to->at, bmi_by_number);
    else bmi_weighed_sort(to->at, to->n);
    const double scale = all < (double)to->n ? (double)to->n / all : 1;
    for (int64_t i = 0; i < to->n; i++) to->at[i].weight = sum += to->at[i].weight * scale;
    return BM_OK;
}

void bmi_sorted_end(bmi_sorted *s)
{
    bmi_release(s->context, s->at, (size_t)s->room, sizeof *s->at);
}

double bmi_sorted_weight(const bmi_sorted *s)
{
    return s->n ? s->at[s->n - 1].weight : 0;
}

/* The number at a place, from 0, of rows repeated as often as they weigh. */
static double number_at(const bmi_sorted *s, double place)
{
    int64_t low = 0, high = s->n - 1;
    if (s->plain) return s->at[place < (double)high ? (int64_t)place : high].number;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (s->at[middle].weight > place) high = middle;
        else low = middle + 1;
    }
    return s->at[low].number;
}

double bmi_sorted_quantile(const bmi_sorted *s, double q)
{
    const double at = fmax(q * (bmi_sorted_weight(s) - 1), 0), below = floor(at), part = at - below;
    const double low = number_at(s, below), high = part > 0 ? number_at(s, below + 1) : low;
    if (low == high) return low;
    if (isinf(high - low)) return bmi_between(low, high, part);
    return part < .5 ? low + (high - low) * part : high - (high - low) * (1 - part); /* as numpy rounds it */
}
