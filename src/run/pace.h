// SPDX-License-Identifier: Apache-2.0
/* Whether the next run of a plan is worth a team of threads. A team gains little where steps are short, and where other programs
 * want the processors it waits for members that do not run: then one thread alone is quicker. The numbers are the same either way.
 */
#ifndef BMI_RUN_PACE_H
#define BMI_RUN_PACE_H
#include <stdbool.h>
#include <stdint.h>

typedef struct bmi_pace { /* zero: nothing is known yet */
    double alone;         /* seconds of a run alone: nearly the least one; 0: not known */
    double team;          /* the mean of the last runs by a team */
    double least;         /* seconds of a run by a team */
    int64_t runs, wait, patience, good;
    bool cold; /* the next run by a team wakes its members: it says nothing */
} bmi_pace;

bool bmi_pace_wants_team(const bmi_pace *p);
/* What the run that was just asked about took. */
void bmi_pace_note(bmi_pace *p, bool team, double seconds);

#endif
