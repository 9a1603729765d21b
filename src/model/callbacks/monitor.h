// SPDX-License-Identifier: Apache-2.0
/* What callbacks share that wait for a number to become better. */
#ifndef BMI_MODEL_CALLBACKS_MONITOR_H
#define BMI_MODEL_CALLBACKS_MONITOR_H
#include "model/training.h"

typedef struct bmi_monitor {
    char name[48];
    bool known, maximize, begun;
    double best;
    int64_t waited; /* epochs since the best one */
} bmi_monitor;

/* The present epoch's number: 1 better than all before by more than `change`, 0 not, -1 there is no such number (error set). */
int bmi_monitor_look(bmi_monitor *m, bm_training *t, const char *name, bool maximize, double change, const char *who);

/* What it remembers from one fit to the next. */
void bmi_monitor_remember(bmi_monitor *m, bm_state *s);

#endif
