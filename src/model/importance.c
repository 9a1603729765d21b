// SPDX-License-Identifier: Apache-2.0
/* How much worse a model becomes when the cells of a column change places: of any model over a table, by its scores. */
#include "base/kinds.h"
#include "base/random.h"
#include "data/recipe.h"
#include "data/table.h"
#include "model/model.h"
#include <baeum/extend_nn.h>
#include <baeum/inference.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_IMPORTANCE = 0x696d706f };

typedef struct measured {
    const char *name;
    double mean, spread;
} measured;

typedef struct making {
    const bm_model *m;
    bm_importance_options o;
    bmi_error e;
    bm_place here;
    bm_table *changed; /* a copy of the rows */
    measured *of;
    double sign;  /* -1: smaller is better */
    double whole; /* the score of the rows as they are */
} making;

/* The score by its name, as a number of which more is better; NaN with the error set. */
static double score(making *k, const bm_table *t)
{
    bm_evaluate_table_options how = { .table = t };
    if (bmi_kind_find("metric", k->o.score)) how.metrics[0] = (bm_metric){ .name = k->o.score };
    const bm_scores s = bm_evaluate_table_at(k->m, &how, sizeof how, k->here);
    if (s.status) {
        bmi_fail(&k->e, s.status, k->here, "%s", s.error);
        return NAN;
    }
    const double value = bm_score(&s, k->o.score);
    char names[500] = "loss";
    size_t n = strlen(names);
    if (!isnan(value)) return k->sign * value;
    if (how.metrics[0].name) {
        const char *why = bm_score_why(&s, k->o.score);
        bmi_fail(&k->e, BM_E_ARGUMENT, k->here, "importance: these rows have no %s: %s", k->o.score,
                 why && *why                   ? why
                 : k->m->task == BM_REGRESSION ? "the model predicts numbers"
                                               : "the model predicts classes");
        return NAN;
    }
    for (int64_t i = 0; i < s.count && n < 440; i++)
        n += (size_t)snprintf(names + n, sizeof names - n, ", %s", s.metrics[i].name);
    bmi_fail(&k->e, BM_E_ARGUMENT, k->here, "importance: there is no score \"%.40s\" of these rows; there are %s", k->o.score,
             names);
    return NAN;
}

static bm_status check(making *k)
{
    const bm_model *m = k->m;
    bmi_error *e = &k->e;
    if (!m) return bmi_fail(e, BM_E_ARGUMENT, k->here, "importance: the model is null");
    if (!bmi_model_network(m, e, k->here)) return e->status;
    if (!m->recipe)
        return bmi_fail(e, BM_E_ARGUMENT, k->here,
                        "importance: the model takes tensors, not tables: it was made without a recipe");
    if (bmi_object_failed(k->o.table)) {
        if (k->o.table) return bmi_fail_from(e, (const bmi_error *)&k->o.table->object.error);
        return bmi_fail(e, BM_E_ARGUMENT, k->here, "importance: the table is null");
    }
    if (k->o.repeats == 0) k->o.repeats = 5;
    if (k->o.repeats < 1)
        return bmi_fail(e, BM_E_ARGUMENT, k->here, "importance: repeats is %lld; it must be 1 or more",
                        (long long)k->o.repeats);
    if (!k->o.score) k->o.score = m->task == BM_REGRESSION ? "r2" : "accuracy";
    const bm_metric_kind *kind = bmi_kind_find("metric", k->o.score);
    k->sign = !strcmp(k->o.score, "loss") || (kind && !kind->maximize) ? -1 : 1;
    return BM_OK;
}

static void exchange(making *k, bm_table *other, int64_t column)
{
    const bmi_column keep = k->changed->columns[column];
    k->changed->columns[column] = other->columns[column];
    other->columns[column] = keep;
}

/* One permutation of the rows: each column of the recipe in its turn. */
static bm_status repeat(making *k, int64_t number, int64_t *order)
{
    const bm_recipe *r = k->m->recipe;
    const int64_t rows = k->changed->rows;
    bmi_random_permutation((uint64_t)(k->o.seed == BM_ZERO ? 0 : k->o.seed),
                           bmi_random_stream(STREAM_IMPORTANCE, (uint64_t)number), order, rows);
    bm_table *mixed = bm_table_take_at(k->o.table, (bm_rows){ order, (size_t)rows }, k->here);
    bmi_fail_from(&k->e, &mixed->object.error);
    for (size_t i = 0; !k->e.status && i < r->n_inputs; i++) {
        const int64_t column = bm_table_find(k->changed, r->inputs[i].name);
        if (column < 0) continue;
        exchange(k, mixed, column);
        const double loss = k->whole - score(k, k->changed);
        exchange(k, mixed, column);
        const double delta = loss - k->of[i].mean; /* Welford, 1962 */
        k->of[i].mean += delta / (double)(number + 1);
        k->of[i].spread += delta * (loss - k->of[i].mean);
    }
    bmi_object_free(mixed);
    return k->e.status;
}

static int larger_first(const void *a, const void *b)
{
    const measured *x = a, *y = b;
    return x->mean != y->mean ? (x->mean < y->mean) - (x->mean > y->mean) : strcmp(x->name, y->name);
}

static bm_status measure(making *k, bmi_arena *arena)
{
    const bm_recipe *r = k->m->recipe;
    const size_t rows = (size_t)k->o.table->rows;
    int64_t *order = bmi_arena_alloc(arena, rows, sizeof *order);
    k->of = bmi_arena_alloc(arena, r->n_inputs + 1, sizeof *k->of);
    if (!order || !k->of) return bmi_fail_memory(&k->e, k->here, rows * sizeof *order, "importance");
    for (size_t i = 0; i < rows; i++) order[i] = (int64_t)i;
    for (size_t i = 0; i < r->n_inputs; i++) k->of[i].name = r->inputs[i].name;
    k->whole = score(k, k->o.table);
    if (k->e.status) return k->e.status;
    k->changed = bm_table_take_at(k->o.table, (bm_rows){ order, rows }, k->here);
    if (bmi_fail_from(&k->e, &k->changed->object.error)) return k->e.status;
    for (int64_t i = 0; i < k->o.repeats; i++)
        if (repeat(k, i, order)) return k->e.status;
    for (size_t i = 0; i < r->n_inputs; i++) k->of[i].spread = sqrt(fmax(k->of[i].spread / (double)k->o.repeats, 0));
    qsort(k->of, r->n_inputs, sizeof *k->of, larger_first);
    return BM_OK;
}

bm_table *bm_importance_at(const bm_model *m, const bm_importance_options *options, size_t size, bm_place here)
{
    bm_context *context = m ? m->object.context : NULL;
    making k = { .m = m, .here = here };
    bmi_arena arena = { .context = context };
    bm_table *t = bmi_table_new(context);
    if (t->object.error.status) return t;
    if (!bmi_options_copy(&k.e, here, &k.o, sizeof k.o, offsetof(bm_importance_options, named_), options, size) && !check(&k) &&
        !measure(&k, &arena)) {
        const int64_t n = (int64_t)m->recipe->n_inputs;
        bm_name *names = bmi_arena_alloc(&arena, (size_t)n + 1, sizeof *names);
        double *means = bmi_arena_alloc(&arena, 2 * (size_t)n + 1, sizeof *means), *spreads = means ? means + n : NULL;
        for (int64_t i = 0; names && means && i < n; i++) {
            names[i] = k.of[i].name;
            means[i] = k.of[i].mean;
            spreads[i] = k.of[i].spread;
        }
        if (!names || !means) bmi_fail_memory(&k.e, here, (size_t)n * 24, "importance");
        else {
            bm_table_add_text_at(t, "column", names, n, here);
            bm_table_add_real_at(t, "importance", means, n, here);
            bm_table_add_real_at(t, "spread", spreads, n, here);
            if (!bmi_notes_add(context, &t->notes,
                               "what %s loses when the cells of a column change places; it is %.6g on these rows", k.o.score,
                               k.sign * k.whole))
                bmi_fail_memory(&k.e, here, 100, "a note");
        }
    }
    bmi_object_free(k.changed);
    bmi_arena_end(&arena);
    bmi_fail_from(&t->object.error, &k.e);
    return t;
}
