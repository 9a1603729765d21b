// SPDX-License-Identifier: Apache-2.0
/* Cells that training did not have, counted by kind, column and text. */
#include "data/met.h"
#include "base/memory.h"
#include "base/text.h"
#include <string.h>

void bmi_met_add(bmi_met *m, bmi_met_kind kind, const char *column, const char *text)
{
    if (!m || m->failed) return;
    bmi_text key = { .context = m->cells.context };
    bmi_text_add(&key, "%c%s", (char)('0' + (int)kind), column);
    bmi_text_bytes(&key, "", 1); /* a null byte parts column and text */
    bmi_text_bytes(&key, text, strlen(text));
    const int32_t code = key.failed ? -1 : bmi_dictionary_add(&m->cells, key.at, key.length);
    bmi_text_end(&key);
    if (code < 0 || !bmi_grow(m->cells.context, (void **)&m->counts, &m->capacity, (size_t)code + 1, sizeof *m->counts))
        m->failed = true;
    else m->counts[code]++;
}

bool bmi_met_at(const bmi_met *m, int64_t i, bmi_met_kind *kind, const char **column, const char **text, int64_t *count)
{
    if (m->failed || i < 0 || i >= m->cells.count) return false;
    const char *key = bmi_dictionary_text(&m->cells, (int32_t)i, NULL);
    *kind = (bmi_met_kind)(*key - '0');
    *column = key + 1;
    *text = key + strlen(key) + 1;
    *count = m->counts[i];
    return true;
}

void bmi_met_end(bmi_met *m)
{
    bmi_release(m->cells.context, m->counts, m->capacity, sizeof *m->counts);
    bmi_dictionary_end(&m->cells);
    *m = (bmi_met){ 0 };
}
