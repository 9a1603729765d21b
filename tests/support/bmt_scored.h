// SPDX-License-Identifier: Apache-2.0
/* Predictions and targets of every form, of whole numbers over powers of two: those of tests/golden/metrics.py and curves.py, so that both sides
 * have the same bits.
 */
#ifndef BMT_SCORED_H
#define BMT_SCORED_H
#include "support/bmt.h"
#include <baeum.h>

enum { ROWS = 60 };
typedef struct form {
    const char *name;
    bm_output output;
    int64_t columns, target_columns;
    double y[ROWS * 3], t[ROWS * 3];
} form;

static form forms[9];
static double weights[ROWS];
static unsigned state_of = 11;

static inline unsigned number(unsigned below)
{
    return ((state_of = state_of * 1103515245u + 12345u) >> 16) % below;
}

static inline form *add(int at, const char *name, bm_output output, int64_t columns, int64_t target_columns)
{
    forms[at].name = name;
    forms[at].output = output;
    forms[at].columns = columns;
    forms[at].target_columns = target_columns;
    return &forms[at];
}

static inline void make_classes(void)
{
    form *two = add(0, "two", BM_OUTPUT_BINARY, 1, 1), *wide = add(1, "wide2", BM_OUTPUT_CLASSES, 2, 1),
         *three = add(2, "three", BM_OUTPUT_CLASSES, 3, 1), *labels = add(3, "labels", BM_OUTPUT_LABELS, 3, 3);
    for (int i = 0; i < ROWS; i++) weights[i] = number(5) / 4.;
    for (int i = 0; i < ROWS; i++) two->t[i] = wide->t[i] = number(2);
    for (int i = 0; i < ROWS; i++) {
        two->y[i] = wide->y[2 * i + 1] = (number(24) + 8 * two->t[i]) / 32;
        wide->y[2 * i] = 1 - two->y[i];
    }
    for (int i = 0; i < ROWS; i++) three->t[i] = number(3);
    for (int i = 0; i < ROWS; i++) {
        const unsigned a = number(12) + 10 * (three->t[i] == 0), b = number(32 - a);
        three->y[3 * i] = a / 32.;
        three->y[3 * i + 1] = b / 32.;
        three->y[3 * i + 2] = (32 - a - b) / 32.;
    }
    for (int i = 0; i < 3 * ROWS; i++) labels->t[i] = number(2);
    for (int i = 0; i < 3 * ROWS; i++) labels->y[i] = (number(24) + 8 * labels->t[i]) / 32;
}

static inline int bmt_scored_make(void **state)
{
    (void)state;
    make_classes();
    form *numbers = add(4, "numbers", BM_OUTPUT_REALS, 1, 1), *above = add(5, "above", BM_OUTPUT_REALS, 1, 1),
         *columns = add(6, "columns", BM_OUTPUT_REALS, 2, 2), *safe3 = add(7, "safe3", BM_OUTPUT_CLASSES, 3, 1),
         *safe2 = add(8, "safe2", BM_OUTPUT_BINARY, 1, 1);
    for (int i = 0; i < ROWS; i++) numbers->t[i] = ((int)number(400) - 200) / 32.;
    for (int i = 0; i < ROWS; i++) numbers->y[i] = numbers->t[i] + ((int)number(100) - 50) / 32.;
    for (int i = 0; i < ROWS; i++) above->t[i] = (number(400) + 1) / 32.;
    for (int i = 0; i < ROWS; i++) above->y[i] = above->t[i] / 2 + (number(100) + 1) / 32.;
    for (int i = 0; i < 2 * ROWS; i++) columns->t[i] = ((int)number(400) - 200) / 32.;
    for (int i = 0; i < 2 * ROWS; i++) columns->y[i] = columns->t[i] + ((int)number(100) - 50) / 32.;
    for (int i = 0; i < ROWS; i++) {
        safe3->t[i] = forms[2].t[i];
        safe2->t[i] = forms[0].t[i];
        safe2->y[i] = forms[0].y[i] * .75 + .125;
        for (int j = 0; j < 3; j++) safe3->y[3 * i + j] = forms[2].y[3 * i + j] * .75 + .25 / 3;
    }
    return 0;
}

#endif
