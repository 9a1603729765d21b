// SPDX-License-Identifier: Apache-2.0
/* How many processors this process may use: its affinity mask, and the CPU quota of its cgroup and every one above it
 * (version 2: cpu.max; version 1: cpu.cfs_quota_us over cpu.cfs_period_us). The mask is Linux's, hence _GNU_SOURCE here.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base/threads.h"
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The beginning of a small file as text; false when it cannot be read. */
static bool read_small(const char *path, char *into, size_t room)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    size_t n = 0;
    ssize_t got;
    while (n < room - 1 && (got = read(file, into + n, room - 1 - n)) > 0) n += (size_t)got;
    close(file);
    into[n] = 0;
    return n > 0;
}

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

/* The limit of one folder of the hierarchy; 0 when there is none. */
static int folder_limit(const char *mount, const char *path, bool v2)
{
    char name[1200], text[128], other[128];
    if (v2) {
        snprintf(name, sizeof name, "%s%s/cpu.max", mount, path);
        if (!read_small(name, text, sizeof text) || !strncmp(text, "max", 3)) return 0;
        char *rest;
        const long long quota = strtoll(text, &rest, 10);
        return quota_processors(quota, strtoll(rest, NULL, 10));
    }
    snprintf(name, sizeof name, "%s%s/cpu.cfs_quota_us", mount, path);
    if (!read_small(name, text, sizeof text)) return 0;
    snprintf(name, sizeof name, "%s%s/cpu.cfs_period_us", mount, path);
    if (!read_small(name, other, sizeof other)) return 0;
    return quota_processors(strtoll(text, NULL, 10), strtoll(other, NULL, 10));
}

/* The lowest limit of a folder and of all above it. In a container the path may be the host's and not exist: then the
 * folders above it still do. */
static int path_limit(const char *mount, char *path, bool v2)
{
    int limit = 0;
    for (;;) {
        limit = lower(limit, folder_limit(mount, path, v2));
        char *slash = strrchr(path, '/');
        if (!slash) return limit;
        *slash = 0;
    }
}

/* True when `controllers` ("cpu,cpuacct") has cpu. */
static bool has_cpu(const char *controllers, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t end = i;
        while (end < n && controllers[end] != ',') end++;
        if (end - i == 3 && !memcmp(controllers + i, "cpu", 3)) return true;
        i = end + 1;
    }
    return false;
}

int bmi_cgroup_processors(const char *root)
{
    char text[4096], path[1024], v1[256], v2[256];
    int limit = 0;
    snprintf(v1, sizeof v1, "%.200s/sys/fs/cgroup/cpu", root);
    snprintf(v2, sizeof v2, "%.200s/sys/fs/cgroup", root);
    snprintf(path, sizeof path, "%.200s/proc/self/cgroup", root);
    if (!read_small(path, text, sizeof text)) return 0;
    for (char *line = text; line && *line;) { /* "4:cpu,cpuacct:/path", and "0::/path" for version 2 */
        char *end = strchr(line, '\n');
        if (end) *end = 0;
        char *first = strchr(line, ':'), *second = first ? strchr(first + 1, ':') : NULL;
        if (second && strlen(second + 1) < sizeof path) {
            strcpy(path, strcmp(second + 1, "/") ? second + 1 : "");
            if (second == first + 1) limit = lower(limit, path_limit(v2, path, true));
            else if (has_cpu(first + 1, (size_t)(second - first - 1))) limit = lower(limit, path_limit(v1, path, false));
        }
        line = end ? end + 1 : NULL;
    }
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
