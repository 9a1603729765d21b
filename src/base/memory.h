// SPDX-License-Identifier: Apache-2.0
/* Allocation through a context (null: the built-in one, malloc's), checked sizes, and arenas.
 * Every function that gives memory may give null, and the caller turns that into BM_E_MEMORY.
 */
#ifndef BMI_BASE_MEMORY_H
#define BMI_BASE_MEMORY_H
#include "base/status.h"

#define BMI_ALIGN 64 /* of all memory from here: a cache line, an AVX-512 vector */
/* Memory from BMI_PAGED bytes on begins at a page. A processor compares only an address's place in its page to find out whether a load
 * waits for an earlier store: of two arrays that begin in different places of a page, reading ahead in one waits for writing the other. */
#define BMI_PAGE ((size_t)4096)
#define BMI_PAGED (4 * BMI_PAGE)
size_t bmi_alignment(size_t bytes); /* BMI_ALIGN or BMI_PAGE */

bool bmi_mul_size(size_t a, size_t b, size_t *product); /* false when it overflows */
bool bmi_add_size(size_t a, size_t b, size_t *sum);
bool bmi_mul_i64(int64_t a, int64_t b, int64_t *product);

/* count * size bytes of zeros, aligned to 64; null when the product overflows or there is none. 0 bytes give a pointer
 * too, so that null always means failure. */
void *bmi_alloc(bm_context *context, size_t count, size_t size);
/* The same without zeroing. */
void *bmi_alloc_raw(bm_context *context, size_t count, size_t size);
/* bytes = count * size as given to bmi_alloc; null allowed. */
void bmi_release(bm_context *context, void *memory, size_t count, size_t size);
/* Grows *at (null at first) from *capacity to at least `needed` items by doubling; false when there is no memory: then
 * nothing has changed. New items are zero. */
bool bmi_grow(bm_context *context, void **at, size_t *capacity, size_t needed, size_t size);
/* A copy of text (null stays null and is no failure: check text first). Release with bmi_text_release. */
char *bmi_text_copy(bm_context *context, const char *text);
void bmi_text_release(bm_context *context, char *text);

/* An arena: many small allocations that end together. Zero-initialise `blocks`; `context` must stay. */
typedef struct bmi_arena {
    bm_context *context;
    struct bmi_arena_block *blocks;
} bmi_arena;
void *bmi_arena_alloc(bmi_arena *a, size_t count, size_t size); /* zeroed, aligned to 64 when >= 64 bytes, else to 16 */
char *bmi_arena_text(bmi_arena *a, const char *text);           /* a copy; of null: null */
void bmi_arena_end(bmi_arena *a);

#endif
