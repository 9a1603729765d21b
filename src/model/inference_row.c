// SPDX-License-Identifier: Apache-2.0
/* What the prediction for one row is made of, by a model of one dense layer: coefficient times what the feature differs from its mean in
 * training, summed over the features that were made of one column.
 */
#include "base/text.h"
#include "data/recipe.h"
#include "data/table.h"
#include "model/inference.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct part { /* a row of the table */
    int64_t block;
    const char *column, *value;
    double contribution;
} part;

typedef struct making {
    const bm_model *m;
    bmi_dense_model d;
    bmi_error e;
    bm_place here;
    bmi_arena arena;
    bm_table *one; /* the row */
    bm_dataset *x;
    const char **source; /* of each feature: the column that it was made of, or its own name */
    const double *columns;
    part *parts;
    int64_t n;
} making;

/* "city" of "city=Berlin", "x" of "x^2" and "x_year"; what is made of several columns stays itself. */
static const char *source_of(const bm_recipe *r, size_t feature)
{
    const char *column, *name = r->features[feature], *best = NULL;
    double scale, shift;
    size_t length = 0;
    if (bmi_recipe_affine(r, feature, &column, &scale, &shift)) return column;
    if (bmi_recipe_input(r, column) != SIZE_MAX) return r->inputs[bmi_recipe_input(r, column)].name;
    for (size_t i = 0; i < r->n_inputs; i++) {
        const char *input = r->inputs[i].name;
        const size_t n = strlen(input);
        if (n > length && !strncmp(name, input, n) && strchr("=^_", name[n]) && name[n]) best = input, length = n;
    }
    return best && (name[length] == '=' || !strchr(name + length, '*')) ? best : name;
}

static bm_status prepare(making *k, const bm_table *t, int64_t row)
{
    const bm_model *m = k->m;
    if (!m) return bmi_fail(&k->e, BM_E_ARGUMENT, k->here, "contributions: the model is null");
    if (!bmi_model_network(m, &k->e, k->here)) return k->e.status;
    if (!bmi_dense_model_of(m, &k->d))
        return bmi_fail(
            &k->e, BM_E_ARGUMENT, k->here,
            "contributions: the model is not one dense layer on its inputs; bm_importance tells of any model which columns "
            "count");
    if (!m->recipe || (int64_t)m->recipe->n_features != k->d.columns)
        return bmi_fail(&k->e, BM_E_ARGUMENT, k->here,
                        "contributions: the model takes tensors, not tables: it was made without a recipe");
    if (bmi_object_failed(t)) {
        if (t) return bmi_fail_from(&k->e, &t->object.error);
        return bmi_fail(&k->e, BM_E_ARGUMENT, k->here, "contributions: the table is null");
    }
    if (row < 0 || row >= t->rows)
        return bmi_fail(&k->e, BM_E_ARGUMENT, k->here, "contributions: row %lld is asked for, the table has rows 0 to %lld",
                        (long long)row, (long long)t->rows - 1);
    k->one = bm_table_take_at(t, (bm_rows){ &row, 1 }, k->here);
    if (bmi_fail_from(&k->e, &k->one->object.error)) return k->e.status;
    k->x = bmi_recipe_apply(m->recipe, k->one, (bm_rows){ 0 }, BMI_WANT_NONE, k->here);
    if (bmi_fail_from(&k->e, &k->x->object.error)) return k->e.status;
    k->columns = bmi_inference_columns(m, &k->d);
    k->source = bmi_arena_alloc(&k->arena, (size_t)k->d.columns, sizeof *k->source);
    k->parts = bmi_arena_alloc(&k->arena, (size_t)(k->d.blocks * (k->d.columns + 2)), sizeof *k->parts);
    if (!k->source || !k->parts) return bmi_fail_memory(&k->e, k->here, (size_t)k->d.columns * sizeof(part), "contributions");
    for (int64_t j = 0; j < k->d.columns; j++) k->source[j] = source_of(m->recipe, (size_t)j);
    return BM_OK;
}

/* The cell of the column that a part is of, or the feature itself, as text; null: missing or no memory. */
static const char *value_of(making *k, const char *source, double feature)
{
    char text[32];
    const int64_t at = bm_table_find(k->one, source);
    if (at >= 0) {
        const char *cell = bmi_column_cell_text(&k->one->columns[at], 0, text);
        return cell ? bmi_arena_text(&k->arena, cell) : NULL;
    }
    bmi_write_real(text, feature);
    return bmi_arena_text(&k->arena, text);
}

static int larger_first(const void *a, const void *b)
{
    const part *x = a, *y = b;
    const double one = fabs(x->contribution), two = fabs(y->contribution);
    return one != two ? (one < two) - (one > two) : strcmp(x->column, y->column);
}

static void add_block(making *k, int64_t block)
{
    const bmi_target *to = &k->m->recipe->to;
    const double unit = !k->d.classes && to->deviation > 0 ? to->deviation : 1,
                 zero = !k->d.classes && to->deviation > 0 ? to->mean : 0;
    double base = bmi_dense_coefficient(&k->d, block, -1), sum = 0;
    part *const first = k->parts + k->n, *at = first + 1;
    for (int64_t j = 0; j < k->d.columns; j++) {
        const double mean = k->columns ? k->columns[4 * j] : 0, x = bm_tensor_at(k->x->x[0].tensor, j),
                     w = bmi_dense_coefficient(&k->d, block, j);
        part *p = first + 1;
        base += w * mean;
        while (p < at && strcmp(p->column, k->source[j])) p++;
        if (p == at) *at++ = (part){ .block = block, .column = k->source[j], .value = value_of(k, k->source[j], x) };
        p->contribution += unit * w * (x - mean);
        sum += unit * w * (x - mean);
    }
    qsort(first + 1, (size_t)(at - first - 1), sizeof *first, larger_first);
    *first = (part){ .block = block, .column = "base", .contribution = unit * base + zero };
    *at++ = (part){ .block = block, .column = "prediction", .contribution = unit * base + zero + sum };
    k->n = at - k->parts;
}

static bm_status put(making *k, bm_table *t)
{
    const size_t n = (size_t)k->n;
    bm_name *columns = bmi_arena_alloc(&k->arena, n, sizeof *columns),
            *targets = bmi_arena_alloc(&k->arena, n, sizeof *targets), *values = bmi_arena_alloc(&k->arena, n, sizeof *values);
    double *numbers = bmi_arena_alloc(&k->arena, n, sizeof *numbers);
    bool ok = columns && targets && values && numbers;
    for (size_t i = 0; ok && i < n; i++) {
        char text[32];
        const char *of = bmi_inference_target_name(k->m, &k->d, k->parts[i].block, text);
        columns[i] = k->parts[i].column;
        targets[i] = of == text ? bmi_arena_text(&k->arena, text) : of;
        values[i] = k->parts[i].value;
        numbers[i] = k->parts[i].contribution;
        ok = targets[i] != NULL;
        if (!isfinite(numbers[i]))
            return bmi_fail(&k->e, BM_E_NUMBER, k->here, "what \"%.100s\" contributes to the row is larger than f64 holds",
                            columns[i]);
    }
    if (!ok) return bmi_fail_memory(&k->e, k->here, n * sizeof(part), "contributions");
    bm_table_add_text_at(t, "column", columns, k->n, k->here);
    bm_table_add_text_at(t, "target", targets, k->n, k->here);
    bm_table_add_text_at(t, "value", values, k->n, k->here);
    bm_table_add_real_at(t, "contribution", numbers, k->n, k->here);
    bm_context *c = t->object.context;
    if (!k->columns)
        ok = bmi_notes_add_as(BMI_ADVICE_ROWS, c, &t->notes,
                              "means of the features were not kept\001 (bm_infer_table finds them): they count as 0\002");
    if (k->d.classes) ok = ok && bmi_notes_add(c, &t->notes, "contributions are to the log-odds");
    if (k->d.logarithm)
        ok = ok && bmi_notes_add(c, &t->notes, "contributions are to the logarithm of %s", k->m->recipe->target);
    if (k->m->recipe->log1p) ok = ok && bmi_notes_add(c, &t->notes, "contributions are to log(1 + %s)", k->m->recipe->target);
    return ok ? BM_OK : bmi_fail_memory(&k->e, k->here, 100, "a note");
}

bm_table *bm_contributions_at(const bm_model *m, const bm_table *t, int64_t row, bm_place here)
{
    bm_context *context = m ? m->object.context : NULL;
    making k = { .m = m, .here = here, .arena = { .context = context } };
    bm_table *made = bmi_table_new(context);
    if (made->object.error.status) return made;
    if (!prepare(&k, t, row)) {
        for (int64_t b = 0; b < k.d.blocks; b++) add_block(&k, b);
        put(&k, made);
    }
    bmi_object_free(k.x);
    bmi_object_free(k.one);
    bmi_arena_end(&k.arena);
    bmi_fail_from(&made->object.error, &k.e);
    return made;
}
