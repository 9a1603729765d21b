// SPDX-License-Identifier: Apache-2.0
/* Work in a process of its own, and work that must print nothing. */
#ifndef BMT_CHILD_H
#define BMT_CHILD_H
#include <stddef.h>

/* Calls run(result, arg) in a child process with an instruction set ("avx512", "avx2", "baseline"; it is chosen once in a process), and gets
 * the `bytes` that it wrote into *result. Fails the test when the child ends otherwise. */
void bmt_in_child(const char *isa, void (*run)(void *result, int arg), int arg, void *result, size_t bytes);
/* Calls run() in a child process, and fails when something is written to stdout or stderr there, and tells it. */
void bmt_silent(void (*run)(void));

#endif
