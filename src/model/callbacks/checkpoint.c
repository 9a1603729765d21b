// SPDX-License-Identifier: Apache-2.0
/* Checkpoints: the model with its optimiser's state and its place in training, saved after epochs.
 */
#include "base/kinds.h"
#include "model/callbacks/monitor.h"

static const bmi_field fields[] = {
    BMI_TEXT_FIELD(bm_checkpoint_options, path, NULL, "file, written whole or not at all"),
    BMI_INT_FIELD(bm_checkpoint_options, every, 1, 1e15, 1, "epochs between two"),
    BMI_BOOL_FIELD(bm_checkpoint_options, only_best, "only when the monitored number is the best so far"),
    BMI_TEXT_FIELD(bm_checkpoint_options, monitor, NULL, "number of the history; default validation_loss, else loss"),
    BMI_BOOL_FIELD(bm_checkpoint_options, maximize, "larger is better"),
    { 0 },
};

static void begin(bm_training *t, const void *options, void *state)
{
    const bm_checkpoint_options *o = options;
    (void)state;
    if (!o->path || !*o->path)
        bm_training_fail(t, BM_E_ARGUMENT, "checkpoint: no path is given, as bm_checkpoint(\"model.safetensors\")");
}

static void epoch(bm_training *t, const void *options, void *state)
{
    const bm_checkpoint_options *o = options;
    bmi_monitor *m = state;
    if (o->only_best) {
        const int better = bmi_monitor_look(m, t, o->monitor, o->maximize, 0, "checkpoint");
        if (better <= 0) return;
    } else if (t->progress.epoch % o->every) return;
    bm_save_at(t->model, &(bm_save_options){ .path = o->path, .training = true }, sizeof(bm_save_options), t->here);
}

static void remember(bm_state *s, const void *options, void *state)
{
    (void)options;
    bmi_monitor_remember(state, s);
}

static const bm_callback_kind checkpoint = {
    .size = sizeof(bm_callback_kind),
    .name = "checkpoint",
    .options_size = sizeof(bm_checkpoint_options),
    .fields = fields,
    .state_size = sizeof(bmi_monitor),
    .begin = begin,
    .epoch = epoch,
    .doc = "Saves the model after epochs, so that training can go on from there.",
    .remember = remember,
};
const bmi_kind bmi_kinds_callback_checkpoint[] = { { "callback", "checkpoint", &checkpoint }, { 0 } };
