// SPDX-License-Identifier: Apache-2.0
/* Rules that end training: a loss, a time, a zero gradient, a small change, a number of steps.
 */
#include "base/kinds.h"
#include "model/training.h"
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
    bool has;
    double loss;
} before;

static unsigned needs(const void *options)
{
    const bm_stop_at_options *o = options;
    return o->gradient >= 0 ? BM_CALLBACK_GRADIENT : 0;
}

static void begin(bm_training *t, const void *options, void *state)
{
    const bm_stop_at_options *o = options;
    (void)state;
    if (o->steps) bmi_training_limit(t, o->steps);
}

static void steps(bm_training *t, const void *options, void *state)
{
    const bm_stop_at_options *o = options;
    (void)state;
    if (o->steps && t->steps_done >= o->steps) bm_training_stop(t, "stop_at steps");
    else if (t->progress.seconds >= o->seconds) bm_training_stop(t, "stop_at seconds");
}

static void epoch(bm_training *t, const void *options, void *state)
{
    const bm_stop_at_options *o = options;
    before *b = state;
    const double loss = bm_training_number(t, "loss");
    steps(t, options, state);
    if (loss <= o->loss) bm_training_stop(t, "stop_at loss");
    else if (bm_training_gradient(t) <= o->gradient) bm_training_stop(t, "stop_at gradient");
    else if (b->has && fabs(loss - b->loss) <= o->change) bm_training_stop(t, "stop_at change");
    b->has = true;
    b->loss = loss;
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
    .doc = "Ends training at a loss, a time, a gradient, a change of the loss, or a number of steps.",
};
const bmi_kind bmi_kinds_callback_stop_at[] = { { "callback", "stop_at", &stop_at }, { 0 } };
