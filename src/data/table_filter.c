// SPDX-License-Identifier: Apache-2.0
/* Rows for which a condition, or a function, says true. */
#include "base/context.h"
#include "data/condition.h"

typedef struct filtering {
    const bmi_condition *condition;
    int64_t rows;
    bmi_block *stacks; /* condition->depth of each part */
    uint8_t *keep;     /* of each row */
    int64_t *counts;   /* kept rows of each part */
    uint32_t *list;
} filtering;

static void test_part(void *arg, int part, int parts)
{
    const filtering *f = arg;
    bmi_block *stack = f->stacks + (size_t)part * (size_t)f->condition->depth;
    int64_t begin, end, count = 0;
    bmi_slice(f->rows, BMI_CONDITION_BLOCK, part, parts, &begin, &end);
    for (int64_t at = begin; at < end; at += BMI_CONDITION_BLOCK) {
        const int n = end - at < BMI_CONDITION_BLOCK ? (int)(end - at) : BMI_CONDITION_BLOCK;
        bmi_condition_run(f->condition, at, n, stack);
        for (int i = 0; i < n; i++) count += f->keep[at + i] = stack->truth[i] == BMI_TRUE;
    }
    f->counts[part] = count;
}

static void list_part(void *arg, int part, int parts)
{
    const filtering *f = arg;
    int64_t begin, end, to = f->counts[part];
    bmi_slice(f->rows, BMI_CONDITION_BLOCK, part, parts, &begin, &end);
    for (int64_t i = begin; i < end; i++)
        if (f->keep[i]) f->list[to++] = (uint32_t)i;
}

/* The list of kept rows in f->list, *n of them, or the error. */
static void list_rows(bmi_error *e, bm_place here, bm_context *context, filtering *f, int64_t *n)
{
    const int parts = bmi_parts(context, f->rows);
    const size_t blocks = (size_t)parts * (size_t)f->condition->depth;
    f->stacks = bmi_alloc_raw(context, blocks, sizeof *f->stacks);
    f->keep = bmi_alloc_raw(context, (size_t)f->rows, 1);
    f->counts = bmi_alloc(context, (size_t)parts, sizeof *f->counts);
    if (f->stacks && f->keep && f->counts) {
        bmi_parallel_exact(context, parts, test_part, f);
        for (int p = 0; p < parts; p++) {
            const int64_t count = f->counts[p];
            f->counts[p] = *n;
            *n += count;
        }
        f->list = bmi_alloc_raw(context, (size_t)*n, sizeof *f->list);
        if (f->list) bmi_parallel_exact(context, parts, list_part, f);
    }
    if (!f->list) bmi_fail_memory(e, here, (size_t)f->rows * 5, "to filter rows");
    bmi_release(context, f->counts, (size_t)parts, sizeof *f->counts);
    bmi_release(context, f->keep, (size_t)f->rows, 1);
    bmi_release(context, f->stacks, blocks, sizeof *f->stacks);
}

bm_table *bm_table_filter_at(const bm_table *t, const char *condition, bm_place here)
{
    bm_table *result = bmi_result_of(t, here);
    bmi_condition c;
    bmi_error e = { 0 };
    int64_t n = 0;
    if (bmi_object_failed(result)) return result;
    filtering f = { .condition = &c, .rows = t->rows };
    if (!bmi_condition_read(&e, here, &c, t, condition)) list_rows(&e, here, result->object.context, &f, &n);
    bmi_condition_end(&c);
    bmi_result_fail(result, &e);
    if (!e.status) bmi_take_all(result, t, f.list, n, here);
    bmi_release(result->object.context, f.list, (size_t)n, sizeof *f.list);
    return result;
}

bm_table *bm_table_filter_by_at(const bm_table *t, bm_row_function keep, void *user, bm_place here)
{
    bm_table *result = bmi_result_of(t, here);
    if (bmi_object_failed(result)) return result;
    uint32_t *list = keep ? bmi_alloc_raw(result->object.context, (size_t)t->rows, sizeof *list) : NULL;
    int64_t n = 0;
    if (!keep) bmi_object_fail(result, BM_E_ARGUMENT, here, "filter: the function is null");
    else if (!list) bmi_fail_memory(&result->object.error, here, (size_t)t->rows * sizeof *list, "a list of rows");
    for (int64_t i = 0; list && i < t->rows; i++)
        if (keep(t, i, user)) list[n++] = (uint32_t)i;
    if (list) bmi_take_all(result, t, list, n, here);
    bmi_release(result->object.context, list, (size_t)t->rows, sizeof *list);
    return result;
}
