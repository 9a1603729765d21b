// SPDX-License-Identifier: Apache-2.0
/* Early stopping: training ends when a number has not become better for `patience` epochs, and the weights of the best epoch are
 * put back. Source: Prechelt, "Early stopping - but when?", 1998.
 */
#include "base/kinds.h"
#include "model/callbacks/monitor.h"
#include <math.h>

static const bmi_field fields[] = {
    BMI_INT_FIELD(bm_early_stopping_options, patience, 1, 1e15, 10, "epochs without a better number that end training"),
    BMI_TEXT_FIELD(bm_early_stopping_options, monitor, NULL, "number of the history; default validation_loss, else loss"),
    BMI_REAL_FIELD(bm_early_stopping_options, change, 0, INFINITY, 0, "better means better by more than this"),
    BMI_BOOL_FIELD(bm_early_stopping_options, keep_last,
                   "the last weights stay; default: those of the best epoch are put back"),
    BMI_BOOL_FIELD(bm_early_stopping_options, maximize, "larger is better"),
    { 0 },
};

static unsigned needs(const void *options)
{
    const bm_early_stopping_options *o = options;
    return o->keep_last ? 0 : BM_CALLBACK_WEIGHTS;
}

static void epoch(bm_training *t, const void *options, void *state)
{
    const bm_early_stopping_options *o = options;
    bmi_monitor *m = state;
    if (bmi_monitor_look(m, t, o->monitor, o->maximize, o->change, "early_stopping") > 0) {
        if (!o->keep_last) bm_training_keep(t);
    } else if (m->waited >= o->patience) bm_training_stop(t, "early_stopping");
}

static void end(bm_training *t, const void *options, void *state)
{
    const bm_early_stopping_options *o = options;
    (void)state;
    if (!o->keep_last && !t->error->status) bm_training_put_back(t);
}

static void remember(bm_state *s, const void *options, void *state)
{
    (void)options;
    bmi_monitor_remember(state, s);
}

static void resumed(bm_training *t, const void *options, void *state)
{
    const bm_early_stopping_options *o = options;
    const bmi_monitor *m = state;
    if (m->waited >= o->patience) bm_training_stop(t, "early_stopping");
}

static const bm_callback_kind early_stopping = {
    .size = sizeof(bm_callback_kind),
    .name = "early_stopping",
    .options_size = sizeof(bm_early_stopping_options),
    .fields = fields,
    .state_size = sizeof(bmi_monitor),
    .needs = needs,
    .epoch = epoch,
    .end = end,
    .doc = "Ends training when a number has not become better for a while; puts the best weights back.",
    .remember = remember,
    .resumed = resumed,
};
const bmi_kind bmi_kinds_callback_early_stopping[] = { { "callback", "early_stopping", &early_stopping }, { 0 } };
