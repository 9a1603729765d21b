// SPDX-License-Identifier: Apache-2.0
/* Memory that catches access past its end: the last byte lies before a page that cannot be touched. */
#ifndef BMT_GUARD_H
#define BMT_GUARD_H
#include <stddef.h>

/* bytes of zeros that end at an unreadable page; fails the test when there is no memory. */
void *bmt_guarded(size_t bytes);
void bmt_guarded_free(void *memory, size_t bytes);
#endif
