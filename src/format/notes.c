// SPDX-License-Identifier: Apache-2.0
/* Notes: a growing list of sentences, which can be saved as JSON. */
#include "base/locale.h"
#include "format/notes.h"
#include <stdarg.h>
#include <stdio.h>

bool bmi_notes_add(bm_context *context, bmi_notes *n, const char *format, ...)
{
    char line[1000];
    va_list list;
    va_start(list, format);
    bmi_format(line, sizeof line, format, list);
    va_end(list);
    bmi_clean(line);
    return bmi_notes_keep(context, n, line);
}

bool bmi_notes_keep(bm_context *context, bmi_notes *n, const char *text)
{
    if (!bmi_grow(context, (void **)&n->at, &n->capacity, n->count + 1, sizeof *n->at)) return false;
    n->at[n->count] = bmi_text_copy(context, text);
    if (!n->at[n->count]) return false;
    n->count++;
    return true;
}

void bmi_notes_end(bm_context *context, bmi_notes *n)
{
    for (size_t i = 0; i < n->count; i++) bmi_text_release(context, n->at[i]);
    bmi_release(context, n->at, n->capacity, sizeof *n->at);
    *n = (bmi_notes){ 0 };
}
