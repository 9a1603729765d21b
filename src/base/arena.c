// SPDX-License-Identifier: Apache-2.0
/* Arenas: blocks that double from 4 KiB to 1 MiB; what does not fit the present block gets a new one of at least its size. */
#include "base/memory.h"
#include <string.h>

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

struct bmi_arena_block {
    struct bmi_arena_block *next; /* older */
    size_t bytes, used;
    unsigned char pad[BMI_ALIGN - sizeof(void *) - 2 * sizeof(size_t)];
    unsigned char at[];
};
_Static_assert(sizeof(struct bmi_arena_block) == BMI_ALIGN, "memory of a block starts aligned");

void *bmi_arena_alloc(bmi_arena *a, size_t count, size_t size)
{
    size_t bytes;
    if (!bmi_mul_size(count, size, &bytes) || bytes > PTRDIFF_MAX / 2) return NULL;
    const size_t align = bytes >= BMI_ALIGN ? BMI_ALIGN : 16;
    struct bmi_arena_block *b = a->blocks;
    size_t from = b ? (b->used + align - 1) / align * align : 0;
    if (!b || from > b->bytes || bytes > b->bytes - from) {
        size_t room = b ? b->bytes * 2 : FIRST_BLOCK;
        if (room > LARGEST_BLOCK) room = LARGEST_BLOCK;
        if (room < bytes) room = (bytes + BMI_ALIGN - 1) / BMI_ALIGN * BMI_ALIGN;
        struct bmi_arena_block *more = bmi_alloc(a->context, 1, sizeof *more + room);
        if (!more) return NULL;
        more->next = b;
        more->bytes = room;
        a->blocks = b = more;
        from = 0;
    }
    b->used = from + bytes;
    return b->at + from;
}

char *bmi_arena_text(bmi_arena *a, const char *text)
{
    if (!text) return NULL;
    const size_t n = strlen(text) + 1;
    char *copy = bmi_arena_alloc(a, n, 1);
    if (copy) memcpy(copy, text, n);
    return copy;
}

void bmi_arena_end(bmi_arena *a)
{
    while (a->blocks) {
        struct bmi_arena_block *b = a->blocks;
        a->blocks = b->next;
        bmi_release(a->context, b, 1, sizeof *b + b->bytes);
    }
}
