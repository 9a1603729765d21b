// SPDX-License-Identifier: Apache-2.0
/* Numbers that the scripts in tests/golden/ wrote, by name. */
#ifndef BMT_GOLDEN_H
#define BMT_GOLDEN_H
#include "support/bmt.h"

/* Of the line "name: 1.5 2 ..." of tests/golden/<file>, at most `most` numbers; gives how many. Fails the test when there is no such line. */
size_t bmt_golden(const char *file, const char *name, double *into, size_t most);

#endif
