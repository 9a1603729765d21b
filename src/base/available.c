// SPDX-License-Identifier: Apache-2.0
/* How much memory this process may still take: what the machine has (MemAvailable and free swap of /proc/meminfo), and what the limits
 * of its control groups leave. What a group holds of files can be had back, so it counts as free.
 */
#include "base/available.h"
#include "base/cgroup.h"
#include "base/context.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct memory {
    uint64_t swap, limit;
} memory;

/* The number behind a name at the beginning of a line, 0 without it. */
static uint64_t number_of(const char *text, const char *name)
{
    const size_t n = strlen(name);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        if (!strncmp(line, name, n) && (line[n] == ' ' || line[n] == ':')) return strtoull(line + n + 1, NULL, 10);
    }
    return 0;
}

static bool read_number(const char *folder, const char *name, uint64_t *number)
{
    char text[64], *end;
    if (!bmi_cgroup_file(folder, name, text, sizeof text)) return false;
    *number = strtoull(text, &end, 10); /* "max" is none */
    return end != text;
}

static void folder_limit(void *user, const char *folder, bool v2)
{
    memory *m = user;
    char stat[8192] = "";
    uint64_t most, used, swap, swapped = 0;
    if (!read_number(folder, v2 ? "memory.max" : "memory.limit_in_bytes", &most)) return;
    if (!read_number(folder, v2 ? "memory.current" : "memory.usage_in_bytes", &used)) return;
    if (!v2 || !read_number(folder, "memory.swap.max", &swap)) swap = m->swap;
    else if (read_number(folder, "memory.swap.current", &swapped)) swap -= swapped < swap ? swapped : swap;
    bmi_cgroup_file(folder, "memory.stat", stat, sizeof stat);
    const uint64_t files = number_of(stat, v2 ? "inactive_file" : "total_inactive_file") +
                           number_of(stat, v2 ? "active_file" : "total_active_file"),
                   held = used > files ? used - files : 0, left = most > held ? most - held : 0;
    swap = swap < m->swap ? swap : m->swap;
    if (left < UINT64_MAX - swap && left + swap < m->limit) m->limit = left + swap;
}

size_t bmi_memory_available(const char *root)
{
    char folder[256], text[4096];
    snprintf(folder, sizeof folder, "%.200s/proc", root);
    if (!bmi_cgroup_file(folder, "meminfo", text, sizeof text)) return SIZE_MAX;
    const uint64_t free_of_machine = number_of(text, "MemAvailable");
    if (!free_of_machine) return SIZE_MAX; /* a kernel that does not tell */
    memory m = { .swap = number_of(text, "SwapFree") * 1024 };
    m.limit = free_of_machine * 1024 + m.swap;
    bmi_cgroup_walk(root, "memory", folder_limit, &m);
    return m.limit < SIZE_MAX ? (size_t)m.limit : SIZE_MAX;
}

bool bmi_memory_fits(const bm_context *context, size_t bytes, size_t *available)
{
    enum { SMALL = 64 << 20 }; /* not worth a look */
    const bool ask = bytes >= SMALL && !(context && context->allocator.allocate);
    *available = ask ? bmi_memory_available("") : SIZE_MAX;
    return bytes <= *available;
}
