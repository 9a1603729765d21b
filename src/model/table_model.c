// SPDX-License-Identifier: Apache-2.0
/* Learners over tables: rows are split, the recipe is fitted on the training rows only, and each part is judged once, in the table's
 * own units, beside the trivial answer.
 */
#include "data/dataset.h"
#include "data/leak.h"
#include "model/dataset_columns.h"
#include "model/learning.h"
#include "model/parts.h"
#include "model/scores.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct table_fit {
    bm_model *m;
    bmi_error *e;
    bm_fit_table_options o;
    bm_place here;
    int64_t *order; /* rows: training, validation, test */
    int64_t counts[3];
    bm_dataset *parts[3];
    bm_dataset *known; /* rows of the validation part whose class was there in training, when there are others; or null */
} table_fit;

static const char *const part_names[] = { "training", "validation", "test" };

/* What is asked of the training on the parts. */
static bm_fit_options options_of(const table_fit *f)
{
    bm_fit_options o = { .data = f->parts[0],
                         .validation = f->known ? f->known : f->parts[1],
                         .epochs = f->o.epochs,
                         .batch = f->o.batch,
                         .seed = f->o.seed,
                         .balanced = f->o.balanced };
    memcpy(o.callbacks, f->o.callbacks, sizeof o.callbacks);
    return o;
}

static bm_status check(table_fit *f)
{
    const bm_fit_table_options *o = &f->o;
    if (!f->m->recipe)
        return bmi_fail(f->e, BM_E_ARGUMENT, f->here,
                        "fit: %s is no learner over a table; make it with bm_learner(..., recipe)",
                        f->m->learner ? f->m->learner->name : "the model");
    if (!f->m->recipe->target)
        return bmi_fail(f->e, BM_E_ARGUMENT, f->here, "fit: the recipe names no target, as bm_recipe_new(.target = \"price\")");
    if (bmi_object_failed(o->table)) {
        if (o->table) return bmi_fail_from(f->e, (const bmi_error *)&((const bmi_object *)(const void *)o->table)->error);
        return bmi_fail(f->e, BM_E_ARGUMENT, f->here, "fit: the table is null");
    }
    if (o->validation_table && o->validation != 0)
        return bmi_fail(f->e, BM_E_ARGUMENT, f->here, "fit: both validation and validation_table are given; give one of them");
    if (o->test_table && o->test != 0)
        return bmi_fail(f->e, BM_E_ARGUMENT, f->here, "fit: both test and test_table are given; give one of them");
    const bm_fit_options training = options_of(f);
    return bmi_fit_check(&training, f->m->object.context, f->e, f->here);
}

static bm_status split(table_fit *f)
{
    const bm_split_options o = { .validation = f->o.validation,
                                 .test = f->o.test,
                                 .seed = f->o.seed,
                                 .not_stratified = f->o.not_stratified,
                                 .in_order = f->o.in_order,
                                 .group = f->o.group,
                                 .time = f->o.time };
    const size_t n = (size_t)bm_table_rows(f->o.table);
    f->order = bmi_alloc(f->m->object.context, n, sizeof *f->order);
    if (!f->order) return bmi_fail_memory(f->e, f->here, n * sizeof *f->order, "the order of rows");
    return bmi_recipe_split(f->e, f->here, f->m->recipe, f->o.table, &o, f->order, f->counts);
}

bm_status bmi_check_seen(const bm_dataset *d, const char *part, bmi_error *e, bm_place here)
{
    if (!d->counted.unseen_class || d->counted.unseen_class < d->rows) return BM_OK;
    return bmi_fail_as(e, BMI_CAUSE_UNSEEN, BM_E_DATA, here,
                       "fit: no row of the %s part has a class that was there in training: %s were not there in training", part,
                       d->unseen);
}

/* Rows of a part that cannot be judged, or only in part: notes of the recipe, as baeum evaluate warns of them. */
static bm_status tell_left_out(table_fit *f, int i)
{
    bm_recipe *r = f->m->recipe;
    const bm_dataset *d = f->parts[i];
    const int64_t none = d->counted.no_target, unseen = d->counted.unseen_class;
    if (bmi_check_seen(d, part_names[i], f->e, f->here)) return f->e->status;
    bool told = !none || bmi_notes_add_as(BMI_NOTE_NOT_JUDGED, r->object.context, &r->notes,
                                          "! %" PRId64 " %s row%s no \"%s\", the target: left out", none, part_names[i],
                                          none == 1 ? " has" : "s have", r->target);
    told = told && (!bmi_weighs_nothing(d, NULL, d->rows) ||
                    bmi_notes_add(r->object.context, &r->notes,
                                  "! the weights of all %" PRId64 " %s rows are 0: there are no scores of them", d->rows,
                                  part_names[i]));
    told = told && (!unseen || bmi_notes_add_as(BMI_NOTE_NOT_JUDGED, r->object.context, &r->notes,
                                                "! %" PRId64 " %s row%s a class that was not there in training (%s): wrong, "
                                                "whatever is predicted; left out of log loss and AUC",
                                                unseen, part_names[i], unseen == 1 ? " has" : "s have", d->unseen));
    return told ? BM_OK : bmi_fail_memory(f->e, f->here, 400, "a note");
}

/* What training may look at of the validation part: the network has no output for other classes. */
bm_status bmi_dataset_known(const bm_dataset *d, bm_dataset **known, bmi_error *e, bm_place here)
{
    bm_context *context = d->object.context;
    const size_t all = (size_t)d->rows;
    int64_t *rows = bmi_alloc(context, all, sizeof *rows);
    size_t n = 0;
    if (!rows) return bmi_fail_memory(e, here, all * sizeof *rows, "the rows of known classes");
    for (int64_t i = 0; i < d->rows; i++)
        if (bm_tensor_at(d->t[0].tensor, i) < (double)d->n_classes) rows[n++] = i;
    *known = bm_dataset_take_at(d, (bm_rows){ rows, n }, here);
    bmi_release(context, rows, all, sizeof *rows);
    return bmi_fail_from(e, &(*known)->object.error);
}

static bm_status find_known(table_fit *f)
{
    const bm_dataset *d = f->parts[1];
    return d && d->counted.unseen_class ? bmi_dataset_known(d, &f->known, f->e, f->here) : BM_OK;
}

/* Part i, validation or test, as a dataset: its rows of the table, or a table of its own. */
static bm_status apply(table_fit *f, int i)
{
    const bm_table *own = i == 1 ? f->o.validation_table : i == 2 ? f->o.test_table : NULL;
    const int64_t first = i == 1 ? f->counts[0] : f->counts[0] + f->counts[1];
    if (!own && !f->counts[i]) return BM_OK;
    if (own && !own->object.error.status && !own->rows)
        return bmi_fail(f->e, BM_E_DATA, f->here, "fit: the %s table has no rows", part_names[i]);
    if (own && f->m->recipe->weights && bmi_weights_check(f->e, f->m->recipe, own, (bm_rows){ 0 }, f->here))
        return f->e->status;
    const bm_rows rows = own ? (bm_rows){ 0 } : (bm_rows){ f->order + first, (size_t)f->counts[i] };
    f->parts[i] = bmi_recipe_apply(f->m->recipe, own ? own : f->o.table, rows, BMI_WANT_JUDGED, f->here);
    if (bmi_fail_from(f->e, &f->parts[i]->object.error)) return f->e->status;
    return tell_left_out(f, i);
}

/* Preparing a table may take long, too. */
static bm_status stopped(table_fit *f)
{
    if (!atomic_load(&f->m->stop)) return BM_OK;
    return bmi_fail(f->e, BM_E_STOPPED, f->here, "fit: stopped while the table was prepared; the model is as it was before");
}

/* Notes how many rows of a part stand in a part before it. */
static bm_status tell_equal_rows(table_fit *f)
{
    bm_recipe *r = f->m->recipe;
    for (int part = 1; part < 3; part++)
        for (int among = 0; f->parts[part] && among < part; among++) {
            const int64_t n = f->parts[among] ? bm_dataset_equal_rows(f->parts[part], f->parts[among]) : 0;
            if (n < 0) return bmi_fail_memory(f->e, f->here, (size_t)f->parts[part]->rows * 8, "to compare rows");
            if (n && !bmi_notes_add(r->object.context, &r->notes,
                                    "! %" PRId64
                                    " %s row%s equal to a %s row in all features and the target: scores on such rows say "
                                    "little of new ones",
                                    n, part_names[part], n == 1 ? " is" : "s are each", part_names[among]))
                return bmi_fail_memory(f->e, f->here, 200, "a note");
        }
    return BM_OK;
}

/* The training rows in the table's order: residuals have neighbours then. */
static bm_status put_in_order(table_fit *f)
{
    const size_t rows = (size_t)bm_table_rows(f->o.table);
    bool *in = bmi_alloc(f->m->object.context, rows, sizeof *in);
    if (!in) return bmi_fail_memory(f->e, f->here, rows, "the order of rows");
    for (int64_t i = 0; i < f->counts[0]; i++) in[f->order[i]] = true;
    for (size_t row = 0, i = 0; row < rows; row++)
        if (in[row]) f->order[i++] = (int64_t)row;
    bmi_release(f->m->object.context, in, rows, sizeof *in);
    return BM_OK;
}

static bm_status prepare(table_fit *f)
{
    if (f->m->learner->tasks & BM_LEARNS_UNORDERED && !f->o.time && put_in_order(f)) return f->e->status;
    const bm_rows training = { f->order, (size_t)f->counts[0] };
    f->parts[0] = bmi_recipe_fit_apply(f->m->recipe, f->o.table, training, f->here);
    if (bmi_fail_from(f->e, &f->m->recipe->object.error) || bmi_fail_from(f->e, &f->parts[0]->object.error))
        return f->e->status;
    for (int i = 1; i < 3; i++)
        if (stopped(f) || apply(f, i)) return f->e->status;
    if (find_known(f) || tell_equal_rows(f)) return f->e->status;
    if (bmi_recipe_note_leaks(f->m->recipe, f->o.table, training, f->here)) bmi_fail_from(f->e, &f->m->recipe->object.error);
    return f->e->status;
}

static bm_status train(table_fit *f)
{
    const bm_fit_options o = options_of(f);
    if (bmi_model_note_split(f->m, f->o.in_order, f->o.group, f->o.time, f->here)) return f->m->object.error.status;
    return bmi_learner_train(f->m, &o, f->here);
}

bool bmi_learner_scales_target(const bm_model *m, const bm_recipe *r)
{
    if (!(m->learner->tasks & BM_LEARNS_SCALED) || r->plain) return false;
    const bm_loss_kind *loss = bmi_learner_loss(m);
    return !loss || loss->differences;
}

/* The model before comes back when anything fails: its network, and its recipe with its fit. */
static bm_status fit_or_go_back(table_fit *f)
{
    bm_model *m = f->m, *before = bmi_model_new(m->object.context, f->here);
    bm_recipe *asked = m->recipe;
    if (bmi_fail_from(f->e, &before->object.error)) {
        bmi_object_free(before);
        return f->e->status;
    }
    bmi_model_swap(m, before);
    m->before = before;
    m->recipe = bmi_recipe_copy(asked);
    if (!bmi_fail_from(f->e, &m->recipe->object.error)) {
        bmi_recipe_forget(m->recipe);
        if (bmi_learner_scales_target(m, m->recipe)) m->recipe->standardize_target = true;
        m->recipe->type = m->learner->type == BM_F64 ? BM_F64 : BM_F32;
        const bool chosen = f->o.metrics[0].name || f->o.metrics[0].kind;
        const bmi_asked by = { .metrics = chosen ? f->o.metrics : NULL, .by = f->o.threshold_by };
        if (!prepare(f) && !train(f) && (f->o.threshold == 0 || !bm_model_set_threshold_at(m, f->o.threshold, f->here)))
            bmi_scores_of_parts(m, f->parts, &by, f->e, f->here);
    }
    bm_recipe *tried = m->recipe;
    if (f->e->status) {
        bmi_model_swap(m, before);
        m->recipe = asked;
    }
    m->before = NULL;
    bmi_object_free(f->e->status ? tried : asked);
    bmi_object_free(before);
    return f->e->status;
}

bm_status bm_fit_table_at(bm_model *m, const bm_fit_table_options *options, size_t size, bm_place here)
{
    if (bmi_object_failed(m) || !bmi_model_idle(m, "fit", here)) return bmi_object_status(m);
    table_fit f = { .m = m, .e = &m->object.error, .here = here };
    if (bmi_options_copy(f.e, here, &f.o, sizeof f.o, offsetof(bm_fit_table_options, named_), options, size))
        return f.e->status;
    bmi_model_begin_work(m);
    if (!check(&f) && !split(&f)) fit_or_go_back(&f);
    bmi_model_end_work(m);
    for (int i = 0; i < 3; i++) bmi_object_free(f.parts[i]);
    bmi_object_free(f.known);
    if (f.order) bmi_release(m->object.context, f.order, (size_t)bm_table_rows(f.o.table), sizeof *f.order);
    return f.e->status;
}
