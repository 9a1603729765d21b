// SPDX-License-Identifier: Apache-2.0
/* Running a plan: a loop over its steps, on one thread or on a team that meets after each shared step.
 */
#ifndef BMI_RUN_EXECUTOR_H
#define BMI_RUN_EXECUTOR_H
#include "plan/plan.h"
#include "run/pace.h"

/* Work before the first step, which all members of the plan's team take part in: part `part` of `parts`. */
typedef struct bmi_before {
    void (*fn)(void *arg, int part, int parts);
    void *arg;
} bmi_before;

/* Runs `before` (null: nothing), then all steps. When a guard halts the run, state->halt is set and the steps after it have not run.
 * `pace` is the plan's own. No allocation. */
void bmi_execute(const bmi_plan *p, bmi_pace *pace, bmi_run_state *state, const bmi_before *before);
/* Runs the steps one by one and adds their seconds to `seconds` (one per step). */
void bmi_execute_timed(const bmi_plan *p, bmi_run_state *state, double *seconds);
/* Runs step by step until a unit writes a number that is not finite and gives its node; -1 when none does. Stops before the
 * first update. */
int64_t bmi_execute_until_bad(const bmi_plan *p, bmi_run_state *state, const bm_graph *g);

#endif
