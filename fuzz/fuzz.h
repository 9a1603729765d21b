// SPDX-License-Identifier: Apache-2.0
/* The entry of a fuzz target: libFuzzer calls it, or fuzz/replay.c with the files of the corpus. And what targets share. */
#ifndef FUZZ_H
#define FUZZ_H
#include <baeum/base.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Ends the program when something is not as it must be. */
void fuzz_check(bool good);

/* Path of a file with these bytes, the same one every time: it has no name in any folder and goes with the program. */
const char *fuzz_file(const void *bytes, size_t size);

/* One thread and a few megabytes at most: what asks for more gets none, as on a full machine. */
bm_context *fuzz_context(void);

#endif
