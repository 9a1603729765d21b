// SPDX-License-Identifier: Apache-2.0
/* Rows drawn at random: with replacement each by itself, without by the first steps of a shuffle (Durstenfeld, "Algorithm 235: random
 * permutation", 1964). Random numbers are a function of the seed and the place in the sample.
 */
#include "base/context.h"
#include "base/random.h"
#include "data/table_work.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { STREAM = 0x53414d50 }; /* "SAMP" */

/* How many rows are drawn; -1 with the error. */
static int64_t drawn(bmi_error *e, bm_place here, const bm_table *t, const bm_table_sample_options *o)
{
    if ((o->rows != 0) == (o->share != 0)) {
        bmi_fail(e, BM_E_ARGUMENT, here, "sample: say .rows or .share, one of them");
        return -1;
    }
    const double rows = o->rows ? (double)o->rows : o->share * (double)t->rows;
    if (!(rows >= 0) || (o->rows && o->rows < 0) || !(o->share >= 0) || rows > (double)BMI_ROWS_MOST)
        bmi_fail(e, BM_E_ARGUMENT, here, "sample: %g rows cannot be drawn", rows);
    else if (!o->replacement && rint(rows) > (double)t->rows)
        bmi_fail(e, BM_E_ARGUMENT, here, "sample: %.0f rows of %" PRId64 " cannot be drawn but with .replacement", rint(rows),
                 t->rows);
    else if (o->replacement && rint(rows) > 0 && !t->rows)
        bmi_fail(e, BM_E_DATA, here, "sample: %s has no rows to draw from", bmi_table_name(t));
    return e->status ? -1 : (int64_t)rint(rows);
}

static void in_order(uint32_t *rows, int64_t n, uint32_t *counts, int64_t all)
{
    memset(counts, 0, (size_t)all * sizeof *counts);
    for (int64_t i = 0; i < n; i++) counts[rows[i]]++;
    for (int64_t i = 0, at = 0; i < all; i++)
        for (uint32_t k = 0; k < counts[i]; k++) rows[at++] = (uint32_t)i;
}

bm_table *bm_table_sample_at(const bm_table *t, const bm_table_sample_options *options, size_t size, bm_place here)
{
    bm_table *result = bmi_result_of(t, here);
    bm_table_sample_options o;
    bmi_error e = { 0 };
    if (bmi_object_failed(result)) return result;
    bm_context *context = result->object.context;
    bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_table_sample_options, named_), options, size);
    const int64_t n = e.status ? -1 : drawn(&e, here, t, &o);
    const int64_t room = n > t->rows ? n : t->rows; /* the shuffle's, too */
    uint32_t *rows = n < 0 ? NULL : bmi_alloc_raw(context, (size_t)room, sizeof *rows);
    uint32_t *counts = rows && o.in_order ? bmi_alloc_raw(context, (size_t)t->rows, sizeof *counts) : NULL;
    if (!e.status && (!rows || (o.in_order && !counts)))
        bmi_fail_memory(&e, here, (size_t)room * sizeof *rows, "a list of rows");
    if (!e.status && !o.replacement)
        for (int64_t i = 0; i < t->rows; i++) rows[i] = (uint32_t)i;
    for (int64_t i = 0; !e.status && i < n; i++) {
        const uint64_t left = (uint64_t)(o.replacement ? t->rows : t->rows - i);
        const uint32_t at = (uint32_t)bmi_random_below((uint64_t)o.seed, STREAM, (uint64_t)i, left);
        if (o.replacement) rows[i] = at;
        else {
            const uint32_t row = rows[i + at];
            rows[i + at] = rows[i];
            rows[i] = row;
        }
    }
    if (!e.status && o.in_order) in_order(rows, n, counts, t->rows);
    bmi_result_fail(result, &e);
    if (!e.status) bmi_take_all(result, t, rows, n, here);
    bmi_release(context, counts, (size_t)t->rows, sizeof *counts);
    bmi_release(context, rows, (size_t)room, sizeof *rows);
    return result;
}
