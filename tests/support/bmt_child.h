// SPDX-License-Identifier: Apache-2.0
/* Work in a process of its own, and work that must print nothing. */
#ifndef BMT_CHILD_H
#define BMT_CHILD_H
#include <stddef.h>
#include <stdint.h>

/* Calls run(result, arg) in a child process with an instruction set ("avx512", "avx2", "baseline"; it is chosen once in a process), and gets
 * the `bytes` that it wrote into *result. Fails the test when the child ends otherwise. */
void bmt_in_child(const char *isa, void (*run)(void *result, int arg), int arg, void *result, size_t bytes);
/* Calls run() in a child process, and fails when something is written to stdout or stderr there, and tells it. */
void bmt_silent(void (*run)(void));

/* ---- the same bits ----
 * Hashes of what work gave, each with the name of what it is of. */
enum { BMT_BITS = 200 };
typedef struct bmt_bits {
    int n;            /* hashes */
    int isa, threads; /* that it ran with; threads that ran some of it */
    char error[200];  /* the first that must not be, else "" */
    char what[BMT_BITS][80];
    uint64_t hash[BMT_BITS];
} bmt_bits;
/* FNV-1a: *hash, which begins as BMT_HASH, goes on with so many bytes. */
#define BMT_HASH 14695981039346656037u
void bmt_hash(uint64_t *hash, const void *bytes, size_t n);
void bmt_bits_add(bmt_bits *b, const char *what, uint64_t hash);
/* A whole test program: work(b, threads) adds `least` hashes or more, on 1, 2 and 4 threads with each instruction set, in a process of its
 * own each. All must be alike but for those of plain C, which need be alike among themselves only. Returns what main does. */
int bmt_bits_main(void (*work)(bmt_bits *b, int threads), int least);

#endif
