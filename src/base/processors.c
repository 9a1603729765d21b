// SPDX-License-Identifier: Apache-2.0
/* How many processors this process may use: its affinity mask, and the CPU quota of its cgroup and every one above it
 * (version 2: cpu.max; version 1: cpu.cfs_quota_us over cpu.cfs_period_us). The mask is Linux's, hence _GNU_SOURCE here.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base/cgroup.h"
#include "base/threads.h"
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Processors that quota / period microseconds come to, rounded up; 0 when there is no limit. */
static int quota_processors(long long quota, long long period)
{
    if (quota <= 0 || period <= 0) return 0;
    const long long n = (quota - 1) / period + 1;
    return n > BMI_THREADS_MAX ? 0 : (int)n;
}

static int lower(int a, int b)
{
    return !a || (b && b < a) ? b : a;
}

/* The lowest limit so far, with that of one folder of the hierarchy. */
static void folder_limit(void *user, const char *folder, bool v2)
{
    int *limit = user;
    char text[128], other[128];
    if (v2) {
        if (!bmi_cgroup_file(folder, "cpu.max", text, sizeof text) || !strncmp(text, "max", 3)) return;
        char *rest;
        const long long quota = strtoll(text, &rest, 10);
        *limit = lower(*limit, quota_processors(quota, strtoll(rest, NULL, 10)));
    } else if (bmi_cgroup_file(folder, "cpu.cfs_quota_us", text, sizeof text) &&
               bmi_cgroup_file(folder, "cpu.cfs_period_us", other, sizeof other))
        *limit = lower(*limit, quota_processors(strtoll(text, NULL, 10), strtoll(other, NULL, 10)));
}

int bmi_cgroup_processors(const char *root)
{
    int limit = 0;
    bmi_cgroup_walk(root, "cpu", folder_limit, &limit);
    return limit;
}

int bmi_processors(void)
{
    int n = 0;
    cpu_set_t sets[8]; /* one has room for 1024 processors, and the call fails where there may be more */
    if (sched_getaffinity(0, sizeof sets, sets) == 0) n = CPU_COUNT_S(sizeof sets, sets);
    if (n < 1) { /* no such call */
        const long online = sysconf(_SC_NPROCESSORS_ONLN);
        n = online < 1 ? 1 : online > BMI_THREADS_MAX ? BMI_THREADS_MAX : (int)online;
    }
    n = lower(n, bmi_cgroup_processors(""));
    return n > BMI_THREADS_MAX ? BMI_THREADS_MAX : n;
}
