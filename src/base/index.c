// SPDX-License-Identifier: Apache-2.0
/* An index of names: a table with linear probing (Knuth, "The Art of Computer Programming", volume 3, section 6.4, algorithms L and R). Half of
 * a hash is kept beside each place, so that a name is compared only where it is likely to be equal, and the table grows without the names.
 */
#include "base/index.h"
#include <string.h>

uint64_t bmi_hash(const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    uint64_t h = UINT64_C(0xcbf29ce484222325) ^ n;
    for (; n >= 8; n -= 8, at += 8) {
        uint64_t w;
        memcpy(&w, at, 8);
        h = (h ^ w) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    uint64_t w = 0;
    memcpy(&w, at, n);
    h = (h ^ w) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

static uint64_t entry_of(const char *name, size_t at)
{
    return bmi_hash(name, strlen(name)) >> 32 << 32 | (uint32_t)(at + 1);
}

static size_t home_of(const bmi_index *x, uint64_t entry)
{
    return (size_t)(entry >> 32) & (x->capacity - 1);
}

static void put(bmi_index *x, uint64_t entry)
{
    size_t i = home_of(x, entry);
    while (x->slots[i]) i = (i + 1) & (x->capacity - 1);
    x->slots[i] = entry;
}

static bool grow(bmi_index *x)
{
    bmi_index larger = *x;
    larger.capacity = x->capacity ? x->capacity * 2 : 64;
    larger.slots = bmi_alloc(x->context, larger.capacity, sizeof *larger.slots);
    if (!larger.slots) return false;
    for (size_t i = 0; i < x->capacity; i++)
        if (x->slots[i]) put(&larger, x->slots[i]);
    bmi_release(x->context, x->slots, x->capacity, sizeof *x->slots);
    *x = larger;
    return true;
}

bool bmi_index_add(bmi_index *x, const char *name, size_t at)
{
    if (at >= UINT32_MAX || (x->count * 2 >= x->capacity && !grow(x))) return false;
    put(x, entry_of(name, at));
    x->count++;
    return true;
}

size_t bmi_index_find(const bmi_index *x, const void *records, size_t stride, const char *name)
{
    size_t first = SIZE_MAX;
    if (!x->count) return first;
    const uint64_t wanted = entry_of(name, 0);
    for (size_t i = home_of(x, wanted); x->slots[i]; i = (i + 1) & (x->capacity - 1)) {
        const size_t at = (size_t)(x->slots[i] & UINT32_MAX) - 1;
        const char *other;
        if (x->slots[i] >> 32 != wanted >> 32 || at >= first) continue;
        memcpy(&other, (const char *)records + at * stride, sizeof other);
        if (other && !strcmp(other, name)) first = at;
    }
    return first;
}

void bmi_index_undo(bmi_index *x, const char *name, size_t at)
{
    const uint64_t entry = entry_of(name, at);
    const size_t mask = x->capacity - 1;
    size_t free = home_of(x, entry);
    while (x->slots[free] != entry) free = (free + 1) & mask;
    x->slots[free] = 0;
    x->count--;
    for (size_t i = (free + 1) & mask; x->slots[i]; i = (i + 1) & mask) { /* whose probes came over the free slot moves there */
        if (((i - home_of(x, x->slots[i])) & mask) < ((i - free) & mask)) continue;
        x->slots[free] = x->slots[i];
        x->slots[free = i] = 0;
    }
}

void bmi_index_end(bmi_index *x)
{
    bmi_release(x->context, x->slots, x->capacity, sizeof *x->slots);
    *x = (bmi_index){ .context = x->context };
}
