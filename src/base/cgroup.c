// SPDX-License-Identifier: Apache-2.0
/* The folders of a process in the control groups' hierarchies (version 2: one; version 1: one a controller). */
#include "base/cgroup.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool bmi_cgroup_file(const char *folder, const char *name, char *into, size_t room)
{
    char path[1400];
    snprintf(path, sizeof path, "%.1300s/%s", folder, name);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    size_t n = 0;
    ssize_t got;
    while (n < room - 1 && (got = read(file, into + n, room - 1 - n)) > 0) n += (size_t)got;
    close(file);
    into[n] = 0;
    return n > 0;
}

/* True when `list` ("cpu,cpuacct") has the controller. */
static bool has(const char *list, size_t n, const char *controller)
{
    const size_t length = strlen(controller);
    for (size_t i = 0; i < n;) {
        size_t end = i;
        while (end < n && list[end] != ',') end++;
        if (end - i == length && !memcmp(list + i, controller, length)) return true;
        i = end + 1;
    }
    return false;
}

/* In a container the path may be the host's and not exist: then the folders above it still do. */
static void walk_up(char *folder, size_t mount, bool v2, void (*each)(void *user, const char *folder, bool v2), void *user)
{
    for (;;) {
        each(user, folder, v2);
        char *slash = strrchr(folder + mount, '/');
        if (!slash) return;
        *slash = 0;
    }
}

void bmi_cgroup_walk(const char *root, const char *controller, void (*each)(void *user, const char *folder, bool v2),
                     void *user)
{
    char text[4096], folder[1300];
    snprintf(folder, sizeof folder, "%.200s/proc/self", root);
    if (!bmi_cgroup_file(folder, "cgroup", text, sizeof text)) return;
    for (char *line = text; line && *line;) { /* "4:cpu,cpuacct:/path", and "0::/path" for version 2 */
        char *end = strchr(line, '\n');
        if (end) *end = 0;
        char *first = strchr(line, ':'), *second = first ? strchr(first + 1, ':') : NULL;
        const bool v2 = second && second == first + 1;
        if (second && strlen(second + 1) < 1000 && (v2 || has(first + 1, (size_t)(second - first - 1), controller))) {
            const int mount =
                snprintf(folder, sizeof folder, "%.200s/sys/fs/cgroup%s%s", root, v2 ? "" : "/", v2 ? "" : controller);
            snprintf(folder + mount, sizeof folder - (size_t)mount, "%s", strcmp(second + 1, "/") ? second + 1 : "");
            walk_up(folder, (size_t)mount, v2, each, user);
        }
        line = end ? end + 1 : NULL;
    }
}
