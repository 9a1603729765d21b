// SPDX-License-Identifier: Apache-2.0
/* Memory that can still be had, looked at before much of it is taken: where the system lends more than it has, nothing fails in time,
 * and the process is killed.
 */
#ifndef BMI_BASE_AVAILABLE_H
#define BMI_BASE_AVAILABLE_H
#include <baeum/base.h>

/* Bytes; SIZE_MAX when nobody tells. `root` is put before /proc and /sys ("" but in tests). */
size_t bmi_memory_available(const char *root);
/* False, with what there is, for bytes that cannot be had now. An allocator of the caller's knows best what it has. */
bool bmi_memory_fits(const bm_context *context, size_t bytes, size_t *available);

#endif
