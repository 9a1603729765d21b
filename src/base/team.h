// SPDX-License-Identifier: Apache-2.0
/* A team of threads that stays together over many pieces of work and meets in between: what runs a plan. */
#ifndef BMI_BASE_TEAM_H
#define BMI_BASE_TEAM_H

/* Calls fn(arg, member, members) on up to `threads` threads at once and waits for all. Inside a parallel call, or when the
 * system gives fewer threads (bmi_threads_given), there are fewer members, down to one. Members flush denormals; the caller's mode
 * is restored. */
void bmi_team(int threads, void (*fn)(void *arg, int member, int members), void *arg);
/* Called by every member: none goes on before all have come. Looks for some microseconds, then leaves the
 * processor to other threads between two looks. */
void bmi_team_wait(void);

#endif
