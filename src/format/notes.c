// SPDX-License-Identifier: Apache-2.0
/* Notes: a growing list of sentences, which can be saved as JSON. */
#include "base/locale.h"
#include "format/notes.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool keep(bm_context *context, bmi_notes *n, const char *text, bmi_note about)
{
    if (!bmi_grow(context, (void **)&n->at, &n->capacity, n->count + 1, sizeof *n->at) ||
        !bmi_grow(context, (void **)&n->about, &n->about_capacity, n->count + 1, sizeof *n->about))
        return false;
    n->at[n->count] = bmi_text_copy(context, text);
    if (!n->at[n->count]) return false;
    n->about[n->count++] = about;
    return true;
}

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

bool bmi_notes_add_as(bmi_note_kind kind, bm_context *context, bmi_notes *n, const char *format, ...)
{
    char line[1000];
    va_list list;
    va_start(list, format);
    bmi_format(line, sizeof line, format, list);
    va_end(list);
    bmi_note about = { .kind = kind };
    if (!bmi_take_marks(line, &about.from, &about.to))
        about.kind = BMI_NOTE; /* cut within the marked part: a sentence as any other */
    bmi_clean(line);
    return keep(context, n, line, about);
}

bool bmi_notes_copy(bm_context *context, bmi_notes *n, const bmi_notes *from, size_t i)
{
    return keep(context, n, from->at[i], from->about[i]);
}

bool bmi_notes_keep(bm_context *context, bmi_notes *n, const char *text)
{
    return keep(context, n, text, (bmi_note){ .kind = BMI_NOTE });
}

void bmi_notes_end(bm_context *context, bmi_notes *n)
{
    for (size_t i = 0; i < n->count; i++) bmi_text_release(context, n->at[i]);
    bmi_release(context, n->at, n->capacity, sizeof *n->at);
    bmi_release(context, n->about, n->about_capacity, sizeof *n->about);
    *n = (bmi_notes){ 0 };
}
