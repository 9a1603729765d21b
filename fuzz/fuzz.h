// SPDX-License-Identifier: Apache-2.0
/* The entry of a fuzz target: libFuzzer calls it, or fuzz/replay.c with the files of the corpus. */
#ifndef FUZZ_H
#define FUZZ_H
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
