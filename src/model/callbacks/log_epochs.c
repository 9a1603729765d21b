// SPDX-License-Identifier: Apache-2.0
/* A line per epoch to a stream, or to the log of the context.
 */
#include "base/context.h"
#include "base/kinds.h"
#include "base/text.h"
#include "model/training.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const bmi_field fields[] = {
    BMI_INT_FIELD(bm_log_epochs_options, every, 1, 1e15, 1, "epochs between two lines"),
    { 0 },
};

static void epoch(bm_training *t, const void *options, void *state)
{
    const bm_log_epochs_options *o = options;
    const bmi_history *h = &t->model->history;
    char line[900];
    size_t n = 0;
    (void)state;
    if (t->progress.epoch % o->every && t->progress.epoch < t->progress.epochs && !t->stop) return;
    for (size_t i = 0; i < h->n_columns; i++) {
        const double v = h->columns[i].at[h->epochs - 1];
        char number[32];
        if (isnan(v) || !strcmp(h->columns[i].name, "rate") || !strcmp(h->columns[i].name, "seconds")) continue;
        bmi_write_real_f32(number, (float)v);
        const int more = snprintf(line + n, sizeof line - n, "%s %s %s", n ? "," : "", h->columns[i].name, number);
        if (more < 0 || n + (size_t)more >= sizeof line) break;
        n += (size_t)more;
    }
    if (o->to) fprintf(o->to, "epoch %" PRId64 "/%" PRId64 ":%.*s\n", t->progress.epoch, t->progress.epochs, (int)n, line);
    else
        bmi_log(t->model->object.context, "epoch %" PRId64 "/%" PRId64 ":%.*s", t->progress.epoch, t->progress.epochs, (int)n,
                line);
}

static const bm_callback_kind log_epochs = {
    .size = sizeof(bm_callback_kind),
    .name = "log_epochs",
    .options_size = sizeof(bm_log_epochs_options),
    .fields = fields,
    .epoch = epoch,
    .doc = "Writes a line per epoch to a stream, or to the log of the context.",
};
const bmi_kind bmi_kinds_callback_log_epochs[] = { { "callback", "log_epochs", &log_epochs }, { 0 } };
