// SPDX-License-Identifier: Apache-2.0
/* Rules that end training: a loss, a time, a zero gradient, a small change, a number of steps.
 */
#include "base/kinds.h"
#include "model/training.h"
#include <inttypes.h>
#include <math.h>

/* What is not given must never be reached: -inf for the loss, -1 for what is never negative, inf for the time. */
static const bmi_field fields[] = {
    { .name = "loss",
      .type = BMI_FIELD_REAL,
      .offset = offsetof(bm_stop_at_options, loss),
      .low = -INFINITY,
      .high = INFINITY,
      .number = -INFINITY,
      .doc = "training loss of an epoch at most this" },
    BMI_REAL_FIELD(bm_stop_at_options, seconds, 0, INFINITY, INFINITY, "time gone by"),
    BMI_REAL_FIELD(bm_stop_at_options, gradient, 0, INFINITY, -1, "norm of the gradient at an epoch's last step at most this"),
    BMI_REAL_FIELD(bm_stop_at_options, change, 0, INFINITY, -1, "change of the epoch's loss at most this"),
    BMI_INT_FIELD(bm_stop_at_options, steps, 1, 9e18, 0, "so many steps"),
    { 0 },
};

typedef struct before {
    const bm_training *now; /* the running fit */
    bool has;               /* an epoch before, with this loss */
    double loss;
    char met[24];                   /* the rule that ends training */
    double seconds_before, seconds; /* of the fits that this one resumes, and all of them */
    int64_t steps_before, steps;
} before;

static unsigned needs(const void *options)
{
    const bm_stop_at_options *o = options;
    return o->gradient >= 0 ? BM_CALLBACK_GRADIENT : 0;
}

static void begin(bm_training *t, const void *options, void *state)
{
    const bm_stop_at_options *o = options;
    before *b = state;
    b->now = t;
    if (o->steps) bmi_training_limit(t, o->steps);
}

static void meet(bm_training *t, before *b, const char *why)
{
    snprintf(b->met, sizeof b->met, "%s", why);
    bm_training_stop(t, why);
}

static void count(before *b)
{
    if (!b->now) return;
    b->steps = b->steps_before + b->now->steps_done;
    b->seconds = b->seconds_before + b->now->progress.seconds;
}

static void look(bm_training *t, const bm_stop_at_options *o, before *b)
{
    if (o->steps && b->steps >= o->steps) meet(t, b, "stop_at steps");
    else if (b->seconds >= o->seconds) meet(t, b, "stop_at seconds");
}

static void steps(bm_training *t, const void *options, void *state)
{
    count(state);
    look(t, options, state);
}

static void epoch(bm_training *t, const void *options, void *state)
{
    const bm_stop_at_options *o = options;
    before *b = state;
    const double loss = bm_training_number(t, "loss");
    steps(t, options, state);
    if (loss <= o->loss) meet(t, b, "stop_at loss");
    else if (bm_training_gradient(t) <= o->gradient) meet(t, b, "stop_at gradient");
    else if (b->has && fabs(loss - b->loss) <= o->change) meet(t, b, "stop_at change");
    b->has = true;
    b->loss = loss;
}

/* A rule that has ended a fit counts anew in the next. */
static void end(bm_training *t, const void *options, void *state)
{
    before *b = state;
    (void)t, (void)options;
    count(b);
    b->now = NULL;
    if (!*b->met) return;
    *b->met = 0;
    b->steps = 0;
    b->seconds = 0;
}

/* Time is remembered only where there is a rule about it: equal trainings give equal checkpoints. */
static void remember(bm_state *s, const void *options, void *state)
{
    const bm_stop_at_options *o = options;
    before *b = state;
    count(b);
    bm_state_bool(s, "has", &b->has);
    bm_state_text(s, "met", b->met, sizeof b->met);
    bm_state_reals(s, "loss", &b->loss, 1);
    bm_state_integers(s, "steps", &b->steps, 1);
    if (isfinite(o->seconds)) bm_state_reals(s, "seconds", &b->seconds, 1);
}

static void resumed(bm_training *t, const void *options, void *state)
{
    const bm_stop_at_options *o = options;
    before *b = state;
    if (b->steps < 0 || !(b->seconds >= 0 && b->seconds < INFINITY)) {
        bm_training_fail(t, BM_E_FORMAT,
                         "stop_at: the checkpoint tells of %" PRId64 " steps and %g seconds before: it is damaged", b->steps,
                         b->seconds);
        return;
    }
    b->steps_before = b->steps;
    b->seconds_before = b->seconds;
    if (o->steps) bmi_training_limit(t, o->steps - b->steps);
    if (*b->met) bm_training_stop(t, b->met);
    else look(t, o, b);
}

static const bm_callback_kind stop_at = {
    .size = sizeof(bm_callback_kind),
    .name = "stop_at",
    .options_size = sizeof(bm_stop_at_options),
    .fields = fields,
    .state_size = sizeof(before),
    .needs = needs,
    .begin = begin,
    .steps = steps,
    .epoch = epoch,
    .end = end,
    .doc = "Ends training at a loss, a time, a gradient, a change of the loss, or a number of steps.",
    .remember = remember,
    .resumed = resumed,
};
const bmi_kind bmi_kinds_callback_stop_at[] = { { "callback", "stop_at", &stop_at }, { 0 } };
