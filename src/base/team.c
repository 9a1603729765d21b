// SPDX-License-Identifier: Apache-2.0
/* Teams over OpenMP's pool. */
#include "base/team.h"
#include "base/threads.h"
#include <omp.h>

void bmi_team(const bm_context *context, int threads, void (*fn)(void *arg, int member, int members), void *arg)
{
    (void)context;
    const int n = omp_in_parallel() || threads < 1 ? 1 : threads;
#pragma omp parallel num_threads(n) if (n > 1)
    {
        const unsigned mode = bmi_denormals_flush();
        fn(arg, omp_get_thread_num(), omp_get_num_threads());
        bmi_denormals_restore(mode);
    }
}

void bmi_team_wait(void)
{
#pragma omp barrier
}
