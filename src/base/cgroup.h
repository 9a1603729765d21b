// SPDX-License-Identifier: Apache-2.0
/* Control groups: what limits the processors and the memory of this process. */
#ifndef BMI_BASE_CGROUP_H
#define BMI_BASE_CGROUP_H
#include <stdbool.h>
#include <stddef.h>

/* Calls each(user, folder, v2) for this process's folder of a controller ("cpu", "memory"), and for every folder above it, in
 * version 2's hierarchy and the controller's own of version 1. `root` is put before /proc/self/cgroup and /sys/fs/cgroup ("" but in
 * tests). */
void bmi_cgroup_walk(const char *root, const char *controller, void (*each)(void *user, const char *folder, bool v2),
                     void *user);
/* The beginning of a small file as text; false when it cannot be read. */
bool bmi_cgroup_file(const char *folder, const char *name, char *into, size_t room);

#endif
