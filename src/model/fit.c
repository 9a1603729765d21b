// SPDX-License-Identifier: Apache-2.0
/* Fitting: epochs of batches. A step gathers rows into the plan's feeds, runs the plan, and reads its numbers: no allocation, no
 * look at the clock (that comes once in a while), no indirect call.
 */
#include "model/training.h"
#include "base/random.h"
#include "base/threads.h"
#include "model/parts.h"
#include <math.h>
#include <string.h>

enum { LOOKS_APART_MAX = 1 << 16 };

/* The loss of the rows done: of sums the sum, of means the mean. */
static double loss_so_far(const bm_training *t)
{
    const double rows = t->rows_done ? (double)t->rows_done : NAN;
    return (t->sums ? t->loss_sum : t->loss_sum / rows) + t->penalty_sum / rows;
}

/* What a checkpoint that is made now, or after this fit, says of the present epoch. */
static void note_partial(bm_training *t)
{
    bmi_partial *p = &t->model->partial;
    *p = (bmi_partial){ .step = t->progress.step, .rows = t->rows_done, .loss = t->loss_sum, .penalty = t->penalty_sum };
    memcpy(p->means, t->mean_sums, sizeof p->means);
    p->weight = t->weight_sum;
}

static void call_steps(bm_training *t)
{
    note_partial(t);
    for (t->hook = 0; t->hook < t->n_hooks && !t->error->status; t->hook++)
        if (t->hooks[t->hook].kind->steps) t->hooks[t->hook].kind->steps(t, t->hooks[t->hook].options, t->hooks[t->hook].state);
}

/* Denormals are flushed once an epoch, not in each step; callbacks have the caller's mode. */
static void enter_steps(bm_training *t)
{
    t->denormals = bmi_denormals_flush();
    t->session->state.flushed = true;
}

static void leave_steps(bm_training *t)
{
    t->session->state.flushed = false;
    bmi_denormals_restore(t->denormals);
}

/* Once in a while: the clock, and callbacks that end training or show progress. Looks are a few milliseconds apart. */
static void look(bm_training *t)
{
    const double now = bmi_now(), gone = now - t->last_look;
    t->last_look = now;
    if (gone < 2e-3 && t->every < LOOKS_APART_MAX) t->every *= 2;
    else if (gone > 2e-2 && t->every > 1) t->every /= 2;
    t->progress.seconds = now - t->start;
    t->progress.loss = loss_so_far(t);
    leave_steps(t);
    call_steps(t);
    enter_steps(t);
    t->until_look = t->every;
    if (t->steps_limit - t->steps_done < t->until_look) t->until_look = t->steps_limit - t->steps_done;
    if (t->until_look < 1) t->until_look = 1;
}

static bm_status fail_step(bm_training *t, const bmi_pass *p, const int64_t *rows, bm_status st)
{
    if (st == BM_E_NUMBER && !t->session->object.error.status) return bmi_training_bad_number(t, p, rows);
    bmi_fail_from(t->error, &t->session->object.error);
    bmi_object_clear(t->session);
    return t->error->status;
}

/* Rows first .. last - 1 of a batch. */
static void gather(const bm_training *t, const bmi_pass *p, const int64_t *rows, int64_t first, int64_t last)
{
    if (p->feed[0]) bmi_column_gather(&t->columns.x, p->feed[0], rows, first, last);
    if (p->feed[1]) bmi_column_gather(&t->columns.t, p->feed[1], rows, first, last);
    if (t->weights && p->feed[2]) bmi_column_gather(&t->columns.w, p->feed[2], rows, first, last);
    if (t->weighed && p->feed[3]) bmi_column_gather(&t->row_weights, p->feed[3], rows, first, last);
}

void bmi_training_feed(const bm_training *t, const bmi_pass *p, const int64_t *rows)
{
    gather(t, p, rows, 0, p->rows);
}

typedef struct gathering {
    const bm_training *t;
    const bmi_pass *p;
    const int64_t *rows;
} gathering;

static void gather_part(void *arg, int part, int parts)
{
    const gathering *g = arg;
    int64_t first, last;
    bmi_slice(g->p->rows, 1, part, parts, &first, &last);
    gather(g->t, g->p, g->rows, first, last);
}

static bm_status gather_and_run(bm_training *t, const bmi_pass *p, const int64_t *rows)
{
    if (p->shared) return bmi_session_run_after(t->session, p->plan, gather_part, &(gathering){ t, p, rows }, t->here);
    gather(t, p, rows, 0, p->rows);
    return bmi_session_run(t->session, p->plan, t->here);
}

/* The rows of the step after this one, when they are few. */
static inline void prefetch(const bm_training *t, const bmi_pass *p, const int64_t *rows)
{
    enum { FEW = 4 };
    if (p->rows > FEW || t->order + t->ordered - rows < 2 * p->rows) return;
    bmi_column_prefetch(&t->columns.x, rows + p->rows, p->rows);
    bmi_column_prefetch(&t->columns.t, rows + p->rows, p->rows);
}

/* One step; false when training is to end. */
static inline bool step(bm_training *t, const bmi_pass *p, const int64_t *rows)
{
    prefetch(t, p, rows);
    const bm_status st = gather_and_run(t, p, rows);
    if (st) return fail_step(t, p, rows, st), false;
    const double weight = (double)p->rows;
    t->loss_sum += (t->sums ? 1 : weight) * bmi_pass_number(p->fetch[t->data_loss]);
    if (t->penalty >= 0) t->penalty_sum += weight * bmi_pass_number(p->fetch[t->penalty]);
    for (int i = 0; i < t->network->n_metrics; i++)
        if (t->means[i] >= 0) t->mean_sums[i] += (t->weighed ? 1 : weight) * bmi_pass_number(p->fetch[t->means[i]]);
    for (int64_t i = 0; t->weighed && i < p->rows; i++) t->weight_sum += bmi_training_row_weight(t, rows[i]);
    if (t->output >= 0) bmi_training_keep_rows(t, p, rows);
    t->rows_done += p->rows;
    t->steps_done++;
    t->progress.step++;
    if (--t->until_look <= 0) look(t);
    return !t->stop && !atomic_load_explicit(&t->model->stop, memory_order_relaxed);
}

/* The steps of so many rows in order, the first `done` of which are done. */
static bool run_order(bm_training *t, int64_t rows, int64_t done)
{
    const int64_t batch = t->batches.batch, whole = rows / batch;
    bool go = true;
    t->ordered = rows;
    enter_steps(t);
    for (int64_t i = done; go && i < whole; i++) go = step(t, &t->whole, t->order + i * batch);
    if (go && t->rest.plan && done <= whole && rows % batch) go = step(t, &t->rest, t->order + whole * batch);
    leave_steps(t);
    return go;
}

/* Block after block of a file: rows are shuffled within a block. */
static bool run_blocks(bm_training *t)
{
    bmi_parts *p = t->model->parts;
    const int64_t most = p->room / t->batches.batch * t->batches.batch;
    bmi_batches of = t->batches;
    bool go = !bmi_parts_rewind(p);
    for (uint64_t block = 0; go && (of.rows = bmi_parts_fill(p, most)) > 0; block++) {
        of.seed = bmi_random_stream(t->batches.seed, block);
        bmi_batches_order(&of, t->model->epochs, t->order);
        bmi_training_weigh(t, NULL, NULL);
        go = run_order(t, of.rows, 0);
    }
    return go && !t->error->status && t->progress.step == t->progress.steps;
}

static bool run_epoch(bm_training *t)
{
    bool go;
    if (t->model->parts) go = run_blocks(t);
    else {
        bmi_batches_order(&t->batches, t->model->epochs, t->order);
        for (int64_t i = 0; t->chosen && i < t->rows; i++) t->order[i] = t->chosen[t->order[i]];
        go = run_order(t, t->rows, t->progress.step);
    }
    const bmi_pass *last = t->rest.plan ? &t->rest : &t->whole;
    if (t->gradient >= 0) t->gradient_norm = bmi_pass_number(last->fetch[t->gradient]);
    return go || t->progress.step == t->progress.steps;
}

static void note_epoch(bm_training *t)
{
    bmi_history *h = &t->model->history;
    bmi_history_next(h);
    t->progress.loss = loss_so_far(t);
    bmi_history_put(h, t->column_loss, t->progress.loss);
    for (int i = 0; i < t->network->n_metrics; i++)
        bmi_history_put(h, t->column_mean[i],
                        t->means[i] >= 0 ? t->mean_sums[i] / (t->weighed ? t->weight_sum : (double)t->rows_done)
                                         : bmi_rows_seen_measure(&t->model->seen, t->network, i, t->rows_done, NULL));
    bmi_history_put(h, t->column_rate, t->model->rate);
}

/* A new epoch, or the rest of one that was broken off. */
static void begin_epoch(bm_training *t)
{
    const bmi_partial *p = &t->model->partial;
    t->loss_sum = p->loss;
    t->penalty_sum = p->penalty;
    memcpy(t->mean_sums, p->means, sizeof t->mean_sums);
    t->rows_done = p->rows;
    t->weight_sum = p->weight;
    if (!p->step) bmi_rows_seen_clear(&t->model->seen);
    t->progress.step = p->step;
    t->progress.epoch_done = false;
    t->epoch_start = bmi_now();
}

/* Seen before it is called: a checkpoint that it makes has what it knows by then. */
void bmi_training_call_epoch(bm_training *t, bmi_hook *h)
{
    h->seen = t->model->epochs;
    if (h->kind->epoch) h->kind->epoch(t, h->options, h->state);
}

static bm_status end_epoch(bm_training *t)
{
    bm_model *m = t->model;
    note_epoch(t);
    m->partial = (bmi_partial){ 0 };
    if (t->judge.network) {
        if (bmi_judge_run(&t->judge, t->error)) return t->error->status;
        bmi_history_put(&m->history, t->column_validation_loss, t->judge.loss);
        for (int i = 0; i < t->network->n_metrics; i++)
            bmi_history_put(&m->history, t->column_validation[i], t->judge.metrics[i]);
    }
    const double now = bmi_now();
    bmi_history_put(&m->history, t->column_seconds, now - t->epoch_start);
    m->epochs++;
    m->gradient = t->gradient_norm;
    m->best_epoch = m->history.epochs - 1;
    t->progress.epoch++;
    t->progress.seconds = now - t->start;
    t->progress.epoch_done = true;
    for (t->hook = 0; t->hook < t->n_hooks && !t->error->status; t->hook++) bmi_training_call_epoch(t, &t->hooks[t->hook]);
    return t->error->status;
}

static void run_epochs(bm_training *t)
{
    for (int64_t i = 0; i < t->progress.epochs && !t->stop && !t->error->status; i++) {
        if (!bmi_history_reserve(&t->model->history, 1)) { /* there is room already, up to many thousands of epochs */
            bmi_fail_memory(t->error, t->here, 0, "the history");
            return;
        }
        begin_epoch(t);
        const bool whole = run_epoch(t);
        note_partial(t);
        if (t->error->status) return;
        if (atomic_load(&t->model->stop)) bm_training_stop(t, "stop");
        if (!whole || end_epoch(t)) return; /* an epoch that was broken off is not in the history */
        if (atomic_load(&t->model->stop)) bm_training_stop(t, "stop");
    }
}

bm_status bmi_model_fit(bm_model *m, const bm_fit_options *o, bm_place here)
{
    bm_training *t = bmi_alloc(m->object.context, 1, sizeof *t);
    if (!t) return bmi_fail_memory(&m->object.error, here, sizeof *t, "a training");
    *t = (bm_training){ .model = m,
                        .here = here,
                        .error = &m->object.error,
                        .arena = { .context = m->object.context },
                        .o = *o,
                        .data = o->data,
                        .hooks = t->own,
                        .hook_arena = { .context = m->object.context },
                        .every = 1,
                        .steps_limit = INT64_MAX,
                        .gradient_norm = o->resume ? m->gradient : NAN };
    if (!bmi_training_begin(t)) run_epochs(t);
    t->ending = true;
    for (t->hook = 0; t->hook < t->n_hooks; t->hook++)
        if (t->hooks[t->hook].begun && t->hooks[t->hook].kind->end)
            t->hooks[t->hook].kind->end(t, t->hooks[t->hook].options, t->hooks[t->hook].state);
    if (!t->error->status) bmi_training_check_weights(t);
    bmi_model_ended(m, t->stop && atomic_load(&m->stop) ? BM_ENDED_STOPPED : 0, "%s",
                    m->object.error.status ? "error"
                    : t->stop              ? t->why
                                           : "epochs");
    bmi_training_end(t);
    bmi_release(m->object.context, t, 1, sizeof *t);
    return m->object.error.status;
}

/* What made the dataset of a table makes rows of tables for the model from now on; a network that was fitted on others has none. */
static void take_recipe(bm_model *m, const bm_dataset *d)
{
    if (m->object.error.status || (!d->recipe && m->learner)) return;
    bmi_object_free(m->recipe);
    m->recipe = bmi_object_keep(d->recipe);
}

bm_status bm_fit_at(bm_model *m, const bm_fit_options *options, size_t size, bm_place here)
{
    if (bmi_object_failed(m) || !bmi_model_idle(m, "fit", here)) return bmi_object_status(m);
    bm_fit_options o = { 0 };
    if (bmi_options_copy(&m->object.error, here, &o, sizeof o, offsetof(bm_fit_options, named_), options, size) ||
        bmi_need(&m->object.error, here, "fit: the list of class_weights", o.class_weights.at, o.class_weights.count))
        return m->object.error.status;
    bmi_model_begin_work(m);
    bmi_model_note_split(m, false, NULL, NULL, here);
    if (m->learner) bmi_learner_fit(m, &o, here);
    else bmi_model_fit(m, &o, here);
    take_recipe(m, o.data);
    bmi_model_end_work(m);
    return m->object.error.status;
}
