// SPDX-License-Identifier: Apache-2.0
/* What a table has, as 64 bits: so that a search does not go on over another one. */
#include "data/table.h"
#include "learn/journal.h"
#include <string.h>

/* FNV-1a over words of 8 bytes, with a shift that brings high bits down. */
static uint64_t add(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (; n >= 8; n -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
        hash ^= hash >> 29;
    }
    for (; n; n--, at++) hash = (hash ^ *at) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

static uint64_t add_text(uint64_t hash, const char *text)
{
    return add(hash, text, strlen(text) + 1);
}

uint64_t bmi_table_hash(const bm_table *t)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t k = 0; k < t->n_columns; k++) {
        const bmi_column *c = &t->columns[k];
        const int32_t type = (int32_t)c->type;
        hash = add_text(hash, c->name);
        hash = add(hash, &type, sizeof type);
        hash = add(hash, c->values, (size_t)t->rows * bmi_column_cell(c->type));
        for (int32_t i = 0; c->type == BM_COLUMN_TEXT && i < c->dictionary.count; i++)
            hash = add_text(hash, bmi_dictionary_text(&c->dictionary, i, NULL));
    }
    return hash;
}
