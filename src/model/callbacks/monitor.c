// SPDX-License-Identifier: Apache-2.0
/* Waiting for a number of the history to become better. */
#include "model/callbacks/monitor.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

/* The monitored number is not in the history: names what is. */
static int no_such(const bm_training *t, const char *name, const char *who)
{
    const bmi_history *h = &t->model->history;
    bmi_text all = { .context = t->model->object.context };
    for (size_t i = 0; i < h->n_columns; i++) bmi_text_add(&all, "%s%s", i ? ", " : "", h->columns[i].name);
    bmi_fail(t->error, BM_E_ARGUMENT, t->here, "%s: there is no number \"%s\" to monitor; there are %s", who, name,
             all.at ? all.at : "");
    bmi_text_end(&all);
    return -1;
}

static bool known(const bm_training *t, const char *name)
{
    for (size_t i = 0; i < t->model->history.n_columns; i++)
        if (!strcmp(t->model->history.columns[i].name, name)) return true;
    return false;
}

int bmi_monitor_look(bmi_monitor *m, bm_training *t, const char *name, bool maximize, double change, const char *who)
{
    if (!m->name) {
        m->name = name ? name : t->judge.network ? "validation_loss" : "loss";
        if (!known(t, m->name)) return no_such(t, m->name, who);
        m->maximize = maximize || bm_training_maximize(t, m->name);
    }
    const double now = bm_training_number(t, m->name);
    const bool better = !isnan(now) && (!m->begun || (m->maximize ? now > m->best + change : now < m->best - change));
    if (better) {
        m->best = now;
        m->begun = true;
        m->waited = 0;
    } else m->waited++;
    return better;
}
