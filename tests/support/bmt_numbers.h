// SPDX-License-Identifier: Apache-2.0
/* Golden numbers in a text file: lines of a name and numbers. */
#ifndef BMT_NUMBERS_H
#define BMT_NUMBERS_H
#include <stddef.h>

/* The numbers of a name in a file of the source folder ("tests/golden/learn.txt"): the n-th line of that name, from 0. Returns how many
 * there are, at most `room`; fails the test when there is no such line. */
size_t bmt_numbers(const char *file, const char *name, int n, double *into, size_t room);

#endif
