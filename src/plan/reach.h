// SPDX-License-Identifier: Apache-2.0
/* Whether a third unit must run between two, asked for every pair that may merge: without walking the whole graph each time.
 *
 * Three things keep an answer short. Every unit has a level above those of all units that must run before it, so only units of levels
 * between those of the two can lie on a way; levels follow the order in which units were made, with room between them, and a merged unit
 * gets one between its neighbours', so that others seldom have to rise. The search goes a few steps back from the one and a few steps on
 * from the other in turn, since one side often ends at once. And each unit lies in a tree below the highest of those it reads: a long way
 * up the tree is a way through others. Of a chain or a fan of n operations and its gradient the pairs take a time that grows with n.
 */
#ifndef BMI_PLAN_REACH_H
#define BMI_PLAN_REACH_H
#include "plan/ir.h"

typedef struct bmi_reach {
    bmi_ir *ir;
    int64_t *level;            /* of units */
    int *raised;               /* how often the level of a unit was raised */
    int *of;                   /* by item: its first unit, which is a node of the tree */
    int *enter, *size, *depth; /* of nodes of the tree: its subtree is enter .. enter + size - 1 */
    int *updater;              /* by item: the update that writes it, or -1 */
    int *updates, n_updates;
    int *stack, *waiting;
    int64_t raises; /* of levels, so far */
    bool cyclic;    /* the guard waits for an update, which waits for the guard: nothing can be asked */
} bmi_reach;

/* Levels and tree of units that have one item each; users must be listed. Where updates and readers of old values wait for each other,
 * the smallest variables that help are kept (bmi_item.kept). */
bm_status bmi_reach_make(bmi_reach *r, bmi_ir *ir);
/* Whether a third unit runs between the units of two items, the second of which reads the first one. */
bool bmi_reach_between(bmi_reach *r, int early_item, int late_item);
/* Unit `late` went into `early`. */
void bmi_reach_merged(bmi_reach *r, int early, int late);

#endif
