// SPDX-License-Identifier: Apache-2.0
/* Learners over a CSV file that is larger than memory: the recipe is fitted on a sample of the training rows, the learner on all of them,
 * part by part, and each part of the split is judged once.
 */
#include "base/clock.h"
#include "data/dataset.h"
#include "data/leak.h"
#include "model/learning.h"
#include "model/parts.h"
#include "model/scores.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct csv_fit {
    bm_model *m;
    bm_fit_csv_options o;
    bmi_parts parts;
    bm_dataset *validation; /* rows of it in memory */
    bmi_arena arena;
    bm_place here;
} csv_fit;

static bm_fit_options options_of(const csv_fit *f)
{
    bm_fit_options o = {
        .data = f->parts.block, .validation = f->validation, .epochs = f->o.epochs, .batch = f->o.batch, .seed = f->o.seed
    };
    memcpy(o.callbacks, f->o.callbacks, sizeof o.callbacks);
    return o;
}

static bool is_share(double share)
{
    return share >= 0 && share < 1;
}

static bm_status check(csv_fit *f)
{
    const bm_fit_csv_options *o = &f->o;
    const bm_learner_kind *kind = f->m->learner;
    bmi_error *e = &f->m->object.error;
    if (!f->m->recipe || !kind)
        return bmi_fail(e, BM_E_ARGUMENT, f->here, "fit: %s is no learner over a table; make it with bm_learner(..., recipe)",
                        kind ? kind->name : "the model");
    if (!f->m->recipe->target)
        return bmi_fail(e, BM_E_ARGUMENT, f->here, "fit: the recipe names no target, as bm_recipe_new(.target = \"price\")");
    if (bmi_object_failed(o->csv)) {
        if (o->csv) return bmi_fail_from(e, &((const bmi_object *)(const void *)o->csv)->error);
        return bmi_fail(e, BM_E_ARGUMENT, f->here, "fit: the CSV file is null");
    }
    if (kind->fit && !(kind->tasks & BM_LEARNS_PARTS))
        return bmi_fail(e, BM_E_ARGUMENT, f->here, "fit: %s does not learn by parts; " BMI_PARTS_LEARNERS " do", kind->name);
    if (!is_share(o->validation) || !is_share(o->test) || o->validation + o->test >= 1)
        return bmi_fail(e, BM_E_ARGUMENT, f->here,
                        "fit: validation is %g and test is %g; they are shares in [0, 1), and leave something for training",
                        o->validation, o->test);
    if (o->sample < 0 || o->rows < 0)
        return bmi_fail(e, BM_E_ARGUMENT, f->here, "fit: %s is %" PRId64 ", it must be 1 or more",
                        o->sample < 0 ? "sample" : "rows", o->sample < 0 ? o->sample : o->rows);
    if (bmi_need(e, f->here, "fit: the list of class_weights", o->class_weights.at, o->class_weights.count)) return e->status;
    bm_fit_options training = options_of(f);
    training.balanced = o->balanced;
    training.class_weights = o->class_weights;
    return bmi_fit_check(&training, f->m->object.context, e, f->here);
}

/* Steps that do to training rows what they do not to others need all rows at once. */
static bm_status check_steps(csv_fit *f)
{
    const bm_recipe *r = f->m->recipe;
    for (size_t i = 0; i < r->n_steps; i++) {
        const bmi_step_kind *k = r->steps[i].kind;
        if (k->keep || (k->sees_target && !k->keeps_values))
            return bmi_fail(&f->m->object.error, BM_E_ARGUMENT, f->here,
                            "fit: the step %s does to training rows what it does to no others, and does not work by parts",
                            k->name);
    }
    return BM_OK;
}

static bm_status note(csv_fit *f)
{
    bm_recipe *r = f->m->recipe;
    const bmi_parts *p = &f->parts;
    const int64_t none = p->rows[0] - p->with_target[0] + p->rows[1] - p->with_target[1] + p->rows[2] - p->with_target[2];
    bool told = p->of[0]->rows >= p->rows[0] ||
                bmi_notes_add(r->object.context, &r->notes, "the recipe was fitted on %" PRId64 " of %" PRId64 " training rows",
                              p->of[0]->rows, p->rows[0]);
    told = told && (!p->of[1] || p->of[1]->rows >= p->rows[1] ||
                    bmi_notes_add(r->object.context, &r->notes,
                                  "%" PRId64 " of %" PRId64 " validation rows are looked at after each epoch", p->of[1]->rows,
                                  p->rows[1]));
    told = told && (!none || bmi_notes_add(r->object.context, &r->notes,
                                           "%" PRId64 " row%s of the file %s no \"%s\", the target: left out", none,
                                           none == 1 ? "" : "s", none == 1 ? "has" : "have", r->target));
    told = told && (!p->skipped ||
                    bmi_notes_add(r->object.context, &r->notes, "%" PRId64 " row%s of the file could not be read: left out",
                                  p->skipped, p->skipped == 1 ? "" : "s"));
    return told ? BM_OK : bmi_fail_memory(&f->m->object.error, f->here, 400, "a note");
}

/* The validation rows in memory, of which training looks at those of classes that it knows. */
static bm_status make_validation(csv_fit *f)
{
    bmi_error *e = &f->m->object.error;
    const bm_recipe *r = f->m->recipe;
    if (!f->parts.of[1]) return BM_OK;
    bm_dataset *d = bmi_recipe_apply(r, f->parts.of[1], (bm_rows){ 0 }, BMI_WANT_JUDGED, f->here);
    f->validation = d;
    if (bmi_fail_from(e, &d->object.error) || !d->counted.unseen_class) return e->status;
    if (!bmi_check_seen(d, "validation", e, f->here)) {
        f->validation = NULL;
        bmi_dataset_known(d, &f->validation, e, f->here);
        bmi_object_free(d);
    }
    return e->status;
}

/* What classes weigh, beside the rows' own weights: as given, or balanced by one pass over the training rows. */
static bm_status weigh_classes(csv_fit *f)
{
    bmi_parts *p = &f->parts;
    const bm_fit_csv_options *o = &f->o;
    const int64_t n = p->block->n_classes;
    double all = 0, *of = bmi_arena_alloc(&f->arena, (size_t)n + 1, sizeof *of);
    if (!of) return bmi_fail_memory(p->e, f->here, (size_t)n * sizeof *of, "class weights");
    if (bm_recipe_task(f->m->recipe) != BM_CLASSIFICATION)
        return bmi_fail(p->e, BM_E_ARGUMENT, f->here, "fit: class weights need a target of classes, and this one is numbers");
    if (!o->balanced && o->class_weights.count != (size_t)n)
        return bmi_fail(p->e, BM_E_ARGUMENT, f->here, "fit: class_weights has %zu numbers, the target has %" PRId64 " classes",
                        o->class_weights.count, n);
    for (int64_t k = 0; k < n; k++) of[k] = o->balanced ? 0 : o->class_weights.at[k];
    if (o->balanced && bmi_parts_rewind(p)) return p->e->status;
    for (int64_t rows; o->balanced && (rows = bmi_parts_fill(p, p->room)) > 0;)
        for (int64_t i = 0; i < rows; i++) {
            const double own = bmi_row_weight(p->block, i);
            of[((const int32_t *)p->block->t[0].tensor->data)[i]] += own;
            all += own;
        }
    for (int64_t k = 0; o->balanced && k < n; k++) of[k] = of[k] > 0 ? all / ((double)n * of[k]) : 0;
    p->class_weights = of;
    return p->e->status;
}

static bm_status prepare(csv_fit *f)
{
    bm_model *m = f->m;
    bmi_error *e = &m->object.error;
    bmi_parts *p = &f->parts;
    if (bmi_parts_survey(p)) return e->status;
    if (bm_recipe_fit_at(m->recipe, p->of[0], (bm_rows){ 0 }, f->here)) return bmi_fail_from(e, &m->recipe->object.error);
    if (check_steps(f)) return e->status;
    if (bmi_recipe_note_leaks(m->recipe, p->of[0], (bm_rows){ 0 }, f->here) || note(f) || make_validation(f))
        return bmi_fail_from(e, &m->recipe->object.error), e->status;
    for (int i = 0; i < 2; i++) { /* training wants the memory */
        bm_table_free(p->of[i]);
        p->of[i] = NULL;
    }
    if (bmi_parts_make_block(p, f->o.rows) || (p->weighs_classes && weigh_classes(f)) || bmi_parts_rewind(p)) return e->status;
    bmi_parts_fill(p, p->room); /* what learners look at before they begin */
    return e->status;
}

/* After bm_stop, which has ended a training, there still are scores; one that comes meanwhile leaves them out. */
static bm_status judge(csv_fit *f)
{
    bm_model *m = f->m;
    bm_scores scores[BMI_PARTS];
    const bool chosen = f->o.metrics[0].name || f->o.metrics[0].kind;
    const bmi_asked asked = { .metrics = chosen ? f->o.metrics : NULL };
    atomic_store(&m->stop, 0);
    f->parts.ends_early = f->parts.trained = true;
    for (int i = 0; i < BMI_PARTS; i++) m->scores[i] = (bm_scores){ .loss = NAN };
    const size_t n = m->n_classes > 1 && m->n_classes <= BMI_CONFUSED ? (size_t)m->n_classes : 0;
    int64_t *confusion = n ? bmi_arena_alloc(&m->class_arena, (n + 1) * n, sizeof *confusion) : NULL;
    if (n && !confusion) return bmi_fail_memory(&m->object.error, f->here, (n + 1) * n * sizeof *confusion, "scores");
    if (bmi_parts_judge(&f->parts, &asked, scores, confusion)) return m->object.error.status;
    memcpy(m->scores, scores, sizeof scores);
    m->confusion = confusion;
    return m->object.error.status;
}

static bm_status fit(csv_fit *f)
{
    bm_model *m = f->m;
    m->parts = &f->parts;
    m->recipe->type = m->learner->type == BM_F64 ? BM_F64 : BM_F32;
    if (prepare(f)) return m->object.error.status;
    const bm_fit_options o = options_of(f);
    f->parts.ends_early = !m->learner->fit;
    if (bmi_model_note_split(m, false, NULL, NULL, f->here) || bmi_learner_train(m, &o, f->here)) return m->object.error.status;
    m->balanced = f->o.balanced;
    bmi_parts_free_block(&f->parts); /* judging wants the memory */
    bmi_object_free(f->validation);
    f->validation = NULL;
    if (f->o.threshold != 0 && bm_model_set_threshold_at(m, f->o.threshold, f->here)) return m->object.error.status;
    return judge(f);
}

/* The model before comes back when anything fails: its network, and its recipe with its fit. */
static void fit_or_go_back(csv_fit *f)
{
    bm_model *m = f->m, *before = bmi_model_new(m->object.context, f->here);
    bmi_error *e = &m->object.error;
    bm_recipe *asked = m->recipe;
    if (bmi_fail_from(e, &before->object.error)) {
        bmi_object_free(before);
        return;
    }
    bmi_model_swap(m, before);
    m->before = before;
    m->recipe = bmi_recipe_copy(asked);
    if (!bmi_fail_from(e, &m->recipe->object.error)) {
        bmi_recipe_forget(m->recipe);
        if (bmi_learner_scales_target(m, m->recipe)) m->recipe->standardize_target = true;
        fit(f);
    }
    bm_recipe *tried = m->recipe;
    if (e->status) {
        bmi_model_swap(m, before);
        m->recipe = asked;
    }
    m->before = NULL;
    m->parts = NULL;
    bmi_object_free(e->status ? tried : asked);
    bmi_object_free(before);
}

bm_status bm_fit_csv_at(bm_model *m, const bm_fit_csv_options *options, size_t size, bm_place here)
{
    if (bmi_object_failed(m) || !bmi_model_idle(m, "fit", here)) return bmi_object_status(m);
    bmi_error *e = &m->object.error;
    csv_fit f = { .m = m, .here = here, .arena = { .context = m->object.context } };
    if (bmi_options_copy(e, here, &f.o, sizeof f.o, offsetof(bm_fit_csv_options, named_), options, size)) return e->status;
    if (check(&f)) return e->status;
    f.parts = (bmi_parts){ .model = m,
                           .csv = f.o.csv,
                           .e = e,
                           .here = here,
                           .seed = f.o.seed == BM_ZERO ? 0 : (uint64_t)f.o.seed,
                           .validation = f.o.validation,
                           .test = f.o.test,
                           .sample = f.o.sample ? f.o.sample : BMI_PARTS_SAMPLE,
                           .callbacks = m->learner->fit ? f.o.callbacks : NULL,
                           .began = bmi_now(),
                           .learns = true,
                           .weighs_classes = f.o.balanced || f.o.class_weights.count };
    bmi_model_begin_work(m);
    fit_or_go_back(&f);
    bmi_model_end_work(m);
    bmi_object_free(f.validation);
    bmi_parts_end(&f.parts);
    bmi_arena_end(&f.arena);
    return e->status;
}
