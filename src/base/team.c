// SPDX-License-Identifier: Apache-2.0
/* Teams over OpenMP's pool. They meet at a place of their own: OpenMP's barrier calls the system each time, to wake threads that may
 * sleep, and a meeting that all come to at nearly the same time takes less than that call.
 */
#include "base/team.h"
#include "base/threads.h"
#include <omp.h>
#include <sched.h>
#include <stdatomic.h>

enum { PATIENCE = 500 }; /* looks before the processor is left to others, some 10 us */

typedef struct meeting {
    _Alignas(64) atomic_int come; /* members that are there */
    _Alignas(64) atomic_uint number;
} meeting;

/* Of the team that this thread is in. */
static _Thread_local meeting *ours;
static _Thread_local int our_members = 1;

/* One member's work in a team that meets at `at`. */
static void take_part(meeting *at, int member, int members, void (*fn)(void *arg, int member, int members), void *arg)
{
    meeting *const outer = ours;
    const int outer_members = our_members;
    const unsigned mode = bmi_denormals_flush();
    ours = at;
    our_members = members;
    fn(arg, member, members);
    ours = outer;
    our_members = outer_members;
    bmi_denormals_restore(mode);
}

void bmi_team(int threads, void (*fn)(void *arg, int member, int members), void *arg)
{
    const int n = omp_in_parallel() ? 1 : bmi_threads_given(threads);
    meeting here = { 0 };
    if (n == 1) { /* no region of OpenMP's: a region of one within another costs memory that libomp does not give back */
        take_part(&here, 0, 1, fn, arg);
        return;
    }
#pragma omp parallel num_threads(n)
    take_part(&here, omp_get_thread_num(), omp_get_num_threads(), fn, arg);
}

static void look_again(int looks)
{
    if (looks >= PATIENCE) sched_yield();
#if defined __x86_64__
    else __builtin_ia32_pause();
#elif defined __aarch64__
    else __asm__ volatile("yield");
#endif
}

void bmi_team_wait(void)
{
    meeting *const m = ours;
    if (our_members == 1) return;
    const unsigned number = atomic_load_explicit(&m->number, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&m->come, 1, memory_order_acq_rel) == our_members - 1) { /* the last one opens it */
        atomic_store_explicit(&m->come, 0, memory_order_relaxed);
        atomic_store_explicit(&m->number, number + 1, memory_order_release);
        return;
    }
    for (int looks = 0; atomic_load_explicit(&m->number, memory_order_acquire) == number; looks += looks < PATIENCE)
        look_again(looks);
}
