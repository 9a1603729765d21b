// SPDX-License-Identifier: Apache-2.0
/* The caller's own function, after each epoch and about ten times a second within one.
 */
#include "base/kinds.h"
#include "model/training.h"

static const bmi_field fields[] = {
    BMI_BOOL_FIELD(bm_on_progress_options, epochs_only, "not within an epoch"),
    { 0 },
};

typedef struct last {
    double seconds; /* of the last call */
} last;

static void begin(bm_training *t, const void *options, void *state)
{
    (void)state;
    if (!((const bm_on_progress_options *)options)->function)
        bm_training_fail(t, BM_E_ARGUMENT, "on_progress: no function is given, as bm_on_progress(shows)");
}

static void call(bm_training *t, const bm_on_progress_options *o, last *l)
{
    l->seconds = t->progress.seconds;
    if (!o->function(o->user, &t->progress)) bm_training_stop(t, "on_progress");
}

static void steps(bm_training *t, const void *options, void *state)
{
    const bm_on_progress_options *o = options;
    last *l = state;
    if (!o->epochs_only && t->progress.seconds - l->seconds >= 0.1) call(t, o, l);
}

static void epoch(bm_training *t, const void *options, void *state)
{
    call(t, options, state);
}

static const bm_callback_kind on_progress = {
    .size = sizeof(bm_callback_kind),
    .name = "on_progress",
    .options_size = sizeof(bm_on_progress_options),
    .fields = fields,
    .state_size = sizeof(last),
    .begin = begin,
    .steps = steps,
    .epoch = epoch,
    .doc = "Calls a function of the caller's.",
};
const bmi_kind bmi_kinds_callback_on_progress[] = { { "callback", "on_progress", &on_progress }, { 0 } };
