// SPDX-License-Identifier: Apache-2.0
/* Waiting for a number of the history to become better. */
#include "model/callbacks/monitor.h"
#include "base/context.h"
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
    if (!m->known) {
        const char *of = name ? name : t->judge.network ? "validation_loss" : "loss";
        if (!known(t, of)) return no_such(t, of, who);
        if (m->begun && strcmp(m->name, of)) { /* another number than in the fit that is resumed */
            bmi_log(t->model->object.context, "fit: %s starts afresh: it looked at %s before, at %s now", who, m->name, of);
            m->begun = false;
            m->waited = 0;
        }
        m->known = true;
        snprintf(m->name, sizeof m->name, "%s", of);
        m->maximize = maximize || bm_training_maximize(t, of);
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

void bmi_monitor_remember(bmi_monitor *m, bm_state *s)
{
    bm_state_text(s, "monitor", m->name, sizeof m->name);
    bm_state_bool(s, "begun", &m->begun);
    bm_state_reals(s, "best", &m->best, 1);
    bm_state_integers(s, "waited", &m->waited, 1);
}
