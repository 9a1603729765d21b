// SPDX-License-Identifier: Apache-2.0
/* Reduce on plateau: the learning rate is multiplied by a factor when a number has not become better for `patience` epochs.
 */
#include "base/kinds.h"
#include "model/callbacks/monitor.h"
#include <math.h>

static const bmi_field fields[] = {
    { .name = "factor",
      .type = BMI_FIELD_REAL,
      .offset = offsetof(bm_reduce_on_plateau_options, factor),
      .low = 0,
      .high = 1,
      .above = true,
      .below = true,
      .number = 0.1,
      .doc = "what the rate is multiplied by" },
    BMI_INT_FIELD(bm_reduce_on_plateau_options, patience, 1, 1e15, 5, "epochs without a better number"),
    BMI_INT_FIELD(bm_reduce_on_plateau_options, cooldown, 0, 1e15, 0, "epochs after a reduction that do not count"),
    BMI_REAL_FIELD(bm_reduce_on_plateau_options, least, 0, 1, 0, "all reductions together stay above this factor"),
    BMI_REAL_FIELD(bm_reduce_on_plateau_options, change, 0, INFINITY, 1e-4, "better means better by more than this"),
    BMI_TEXT_FIELD(bm_reduce_on_plateau_options, monitor, NULL, "number of the history; default validation_loss, else loss"),
    BMI_BOOL_FIELD(bm_reduce_on_plateau_options, maximize, "larger is better"),
    { 0 },
};

typedef struct plateau {
    bmi_monitor monitor;
    int64_t cooling; /* epochs left */
} plateau;

static void epoch(bm_training *t, const void *options, void *state)
{
    const bm_reduce_on_plateau_options *o = options;
    plateau *p = state;
    if (bmi_monitor_look(&p->monitor, t, o->monitor, o->maximize, o->change, "reduce_on_plateau") < 0) return;
    if (p->cooling > 0) {
        p->cooling--;
        p->monitor.waited = 0;
    }
    if (p->monitor.waited < o->patience) return;
    const double factor = bm_training_rate(t) * o->factor;
    if (bm_training_rate(t) > o->least) bm_training_set_rate(t, factor > o->least ? factor : o->least);
    p->cooling = o->cooldown;
    p->monitor.waited = 0;
}

static void remember(bm_state *s, const void *options, void *state)
{
    plateau *p = state;
    (void)options;
    bmi_monitor_remember(&p->monitor, s);
    bm_state_integers(s, "cooling", &p->cooling, 1);
}

static const bm_callback_kind reduce_on_plateau = {
    .size = sizeof(bm_callback_kind),
    .name = "reduce_on_plateau",
    .options_size = sizeof(bm_reduce_on_plateau_options),
    .fields = fields,
    .state_size = sizeof(plateau),
    .flags = BM_CALLBACK_RATE,
    .epoch = epoch,
    .doc = "Multiplies the learning rate when a number has not become better for a while.",
    .remember = remember,
};
const bmi_kind bmi_kinds_callback_reduce_on_plateau[] = { { "callback", "reduce_on_plateau", &reduce_on_plateau }, { 0 } };
