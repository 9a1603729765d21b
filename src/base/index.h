// SPDX-License-Identifier: Apache-2.0
/* An index of names: where in an array of records a name is, without looking through all of them. It keeps hashes and places alone; the
 * names stay in the records, whose structs begin with a pointer to their name and may move in memory.
 */
#ifndef BMI_BASE_INDEX_H
#define BMI_BASE_INDEX_H
#include "base/memory.h"

/* Zero-initialise all but the context. */
typedef struct bmi_index {
    bm_context *context;
    uint64_t *slots; /* open addressing: upper half of the hash, place + 1; 0 is free */
    size_t capacity; /* a power of two, or 0 */
    size_t count;
} bmi_index;

/* Adds record `at`; a name may be added more than once. False when there is no memory: then nothing has changed. */
bool bmi_index_add(bmi_index *x, const char *name, size_t at);
/* The first place whose record still has the name (records: structs of `stride` bytes); SIZE_MAX when there is none. A record without a
 * name (null) is not found. */
size_t bmi_index_find(const bmi_index *x, const void *records, size_t stride, const char *name);
/* Takes back a bmi_index_add. */
void bmi_index_undo(bmi_index *x, const char *name, size_t at);
void bmi_index_end(bmi_index *x);

/* FNV-1a over 8 bytes at a time with a final mix. */
uint64_t bmi_hash(const void *bytes, size_t n);

#endif
