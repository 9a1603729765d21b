// SPDX-License-Identifier: Apache-2.0
/* G = BT B. Narrow matrices are shared among threads by parts of the rows, each with a G of its own that are added in order; wide ones
 * by parts of G, each of which goes over all rows.
 */
#include "linalg/gram.h"
#include "base/threads.h"
#include "kernels/cpu/rows.h"
#include <string.h>

enum { BLOCK_ROWS = 128, PART_ROWS = 2048, PARTS = 16, NARROW = 384 };

typedef struct work {
    const bmi_rows_source *from;
    bmi_gram_add_body *add;
    double *g, *blocks; /* of all parts */
    int64_t step, size; /* of G, with its rows up to whole steps */
    bool by_rows;
} work;

int64_t bmi_gram_step(int64_t columns)
{
    return bmi_rows_step(columns);
}

static void part_of(void *arg, int part, int parts)
{
    const work *w = arg;
    const bmi_rows_source *from = w->from;
    int64_t begin = 0, end = from->rows, first = 0, last = w->step;
    double *g = w->g, *block = w->blocks + part * BLOCK_ROWS * w->step;
    if (w->by_rows) {
        bmi_slice(from->rows, BLOCK_ROWS, part, parts, &begin, &end);
        g += part * w->size;
    } else bmi_slice(w->step, BMI_ROWS_STEP, part, parts, &first, &last);
    memset(block, 0, (size_t)(BLOCK_ROWS * w->step) * sizeof *block);
    for (int64_t i = begin; i < end; i += BLOCK_ROWS) {
        const int64_t count = end - i < BLOCK_ROWS ? end - i : BLOCK_ROWS;
        if (from->stop && atomic_load_explicit(from->stop, memory_order_relaxed)) return;
        from->read(from->user, i, count, block, w->step);
        w->add(block, count, w->step, first, last, g);
    }
}

static int parts_of(const bmi_rows_source *from, bool by_rows)
{
    const int64_t n = by_rows ? from->rows / PART_ROWS : bmi_rows_step(from->columns) / BMI_ROWS_STEP;
    return n < 1 ? 1 : n > PARTS ? PARTS : (int)n;
}

bm_status bmi_gram(bm_context *context, const bmi_rows_source *from, double *g)
{
    const int64_t n = from->columns;
    work w = { .from = from, .add = bmi_gram_add[bmi_isa_now()], .step = bmi_rows_step(n), .by_rows = n <= NARROW };
    const int parts = parts_of(from, w.by_rows), copies = w.by_rows ? parts : 1;
    w.size = w.step * w.step;
    const size_t bytes = (size_t)w.size * sizeof *g;
    w.g = bmi_alloc(context, (size_t)copies, bytes);
    w.blocks = bmi_alloc(context, (size_t)parts, (size_t)(BLOCK_ROWS * w.step) * sizeof *g);
    const bm_status st = w.g && w.blocks ? BM_OK : BM_E_MEMORY;
    if (!st) {
        bmi_parallel(context, parts, part_of, &w);
        for (int64_t p = 1; p < copies; p++)
            for (int64_t i = 0; i < w.size; i++) w.g[i] += w.g[p * w.size + i];
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < w.step; j++)
                g[i * w.step + j] = j >= n ? 0 : j < i ? w.g[j * w.step + i] : w.g[i * w.step + j];
    }
    bmi_release(context, w.g, (size_t)copies, bytes);
    bmi_release(context, w.blocks, (size_t)parts, (size_t)(BLOCK_ROWS * w.step) * sizeof *g);
    return st ? st : from->stop && atomic_load(from->stop) ? BM_E_STOPPED : BM_OK;
}
