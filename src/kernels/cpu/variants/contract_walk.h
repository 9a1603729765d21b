// SPDX-License-Identifier: Apache-2.0
/* What the kernels of all families share: from a call (args, part, parts) to one product or a slice of it. */
#ifndef BMI_KERNELS_CPU_VARIANTS_CONTRACT_WALK_H
#define BMI_KERNELS_CPU_VARIANTS_CONTRACT_WALK_H
#include "kernels/cpu/contract_bound.h"
#include "kernels/cpu/lanes.h"

typedef struct walk {
    const bmi_contract *s;
    const real *a, *b;
    real *c, *scratch;
    bmi_range rows, columns; /* the slice */
} walk;

enum { COLUMN_GRAIN = 64 / (int)sizeof(real), ROW_GRAIN = 8, WIDE_SLICE = 3 * COLUMN_GRAIN };

/* Calls run for what `part` has to do: a slice of columns, or of the rows of all products of the batch. */
BMI_INLINE void walk_part(const bmi_contract *s, int part, int parts, void (*const run)(const walk *))
{
    walk w = { s, s->a, s->b, s->c, (real *)(s->scratch + (size_t)part * s->scratch_bytes), { 0, s->rows }, { 0, s->columns } };
    if (parts == 1 && s->batch == 1) {
        run(&w);
        return;
    }
    if (s->batch == 1 && !s->by_rows && (s->by_columns || s->columns >= s->rows || s->columns >= (int64_t)parts * WIDE_SLICE)) {
        w.columns = bmi_contract_slice(s->columns, COLUMN_GRAIN, part, parts);
        if (w.columns.begin < w.columns.end) run(&w);
        return;
    }
    const bmi_range mine = bmi_contract_slice(s->rows * s->batch, ROW_GRAIN, part, parts);
    for (int64_t at = mine.begin; at < mine.end;) {
        const int64_t item = at / s->rows, first = item * s->rows;
        w.a = (const real *)s->a + item * s->a_stride;
        w.b = (const real *)s->b + item * s->b_stride;
        w.c = (real *)s->c + item * s->c_stride;
        w.rows = (bmi_range){ at - first, mine.end - first < s->rows ? mine.end - first : s->rows };
        run(&w);
        at = first + w.rows.end;
    }
}

#endif
