// SPDX-License-Identifier: Apache-2.0
/* The executor. A plan without shared steps never enters a parallel region, so tiny plans pay for none.
 */
#include "run/executor.h"
#include "base/clock.h"
#include "base/team.h"
#include "base/threads.h"
#include <math.h>

typedef struct team {
    const bmi_plan *plan;
    bmi_run_state *state;
    const bmi_before *before;
} team;

static void run_alone(const bmi_plan *p, bmi_run_state *state, const bmi_before *before)
{
    const unsigned mode = state->flushed ? 0 : bmi_denormals_flush();
    const bmi_step *s = p->steps;
    if (before) before->fn(before->arg, 0, 1);
    for (size_t left = p->n_steps; left && !state->halt; left--, s++) s->kernel(s->args, 0, 1);
    if (!state->flushed) bmi_denormals_restore(mode);
}

/* A plan with shared steps, all parts of which one thread does. */
static void run_parts(const bmi_plan *p, bmi_run_state *state, const bmi_before *before)
{
    const unsigned mode = state->flushed ? 0 : bmi_denormals_flush();
    if (before) before->fn(before->arg, 0, 1);
    for (size_t i = 0; i < p->n_steps && !state->halt; i++) {
        const bmi_step *s = &p->steps[i];
        for (int part = 0; part < s->parts; part++) s->kernel(s->args, part, s->parts);
    }
    if (!state->flushed) bmi_denormals_restore(mode);
}

/* What each member of a team does: its parts of shared steps; the first one all others. They meet where a step needs what
 * others have made. */
static void run_member(void *arg, int member, int members)
{
    const team *t = arg;
    const bmi_plan *p = t->plan;
    if (t->before) {
        t->before->fn(t->before->arg, member, members);
        bmi_team_wait();
    }
    for (size_t i = 0; i < p->n_steps; i++) {
        const bmi_step *s = &p->steps[i];
        if (s->parts > 1) {
            if (member < s->parts) bmi_note_thread();
            for (int part = member; part < s->parts; part += members) s->kernel(s->args, part, s->parts);
        } else if (member == 0) s->kernel(s->args, 0, 1);
        const bool shared = s->parts > 1 || (i + 1 < p->n_steps && p->steps[i + 1].parts > 1);
        if (shared || s->guard) bmi_team_wait();
        if (s->guard && t->state->halt) return;
    }
}

void bmi_execute(const bmi_plan *p, bmi_pace *pace, bmi_run_state *state, const bmi_before *before)
{
    state->halt = 0;
    state->fault.set = 0;
    if (!p->parallel || p->threads == 1) {
        run_alone(p, state, before);
        return;
    }
    const bool by_team = bmi_pace_wants_team(pace);
    const double start = bmi_now();
    if (by_team) bmi_team(p->threads, run_member, &(team){ p, state, before });
    else run_parts(p, state, before);
    bmi_pace_note(pace, by_team, bmi_now() - start);
}

typedef struct one_step {
    const bmi_step *step;
} one_step;

static void run_part(void *arg, int part, int parts)
{
    const bmi_step *s = ((const one_step *)arg)->step;
    s->kernel(s->args, part, parts);
}

void bmi_execute_timed(const bmi_plan *p, bmi_run_state *state, double *seconds)
{
    state->halt = 0;
    state->fault.set = 0;
    for (size_t i = 0; i < p->n_steps && !state->halt; i++) {
        const double start = bmi_now();
        bmi_parallel(p->context, p->steps[i].parts, run_part, &(one_step){ &p->steps[i] });
        seconds[i] += bmi_now() - start;
    }
}

static bool all_finite(const bm_array *a)
{
    if (a->type == BM_F32) {
        for (int64_t i = 0; i < a->size; i++)
            if (!isfinite(((const float *)a->data)[i])) return false;
    } else if (a->type == BM_F64) {
        for (int64_t i = 0; i < a->size; i++)
            if (!isfinite(((const double *)a->data)[i])) return false;
    }
    return true;
}

int64_t bmi_execute_until_bad(const bmi_plan *p, bmi_run_state *state, const bm_graph *g)
{
    state->halt = 0;
    state->fault.set = 0;
    for (size_t i = 0; i < p->n_steps; i++) {
        const bmi_step *s = &p->steps[i];
        const bmi_plan_unit *u = &p->units[s->unit];
        for (int k = 0; k < u->n_out; k++)
            if (g->nodes[u->out_node[k]].op->flags & BM_OP_UPDATE) return -1;
        bmi_parallel(p->context, s->parts, run_part, &(one_step){ s });
        const bool last = i + 1 == p->n_steps || p->steps[i + 1].unit != s->unit;
        for (int k = 0; last && k < u->n_out; k++)
            if (!all_finite(&u->out[k])) return u->out_node[k];
    }
    return -1;
}
