// SPDX-License-Identifier: Apache-2.0
/* Errors, status names, the version. */
#include "base/status.h"
#include "base/locale.h"
#include "base/text.h"
#include <stdarg.h>
#include <string.h>

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void bmi_clean(char *text)
{
    for (char *c = text; *c;) {
        size_t n = 1;
        while (n < 4 && ((unsigned char)c[n] & 0xc0) == 0x80) n++;
        if (bmi_is_utf8(c, n)) {
            if ((unsigned char)*c < ' ' || *c == 127) *c = ' ';
            c += n;
        } else *c++ = '?';
    }
}

/* Takes the last such mark out of a text; where it stood, 0 where it was cut off. */
static int take_mark(char *text, char mark)
{
    char *at = strrchr(text, mark);
    if (!at) return 0;
    memmove(at, at + 1, strlen(at));
    return (int)(at - text);
}

bool bmi_take_marks(char *text, int *from, int *to)
{
    *from = take_mark(text, 1);
    *to = take_mark(text, 2);
    if (*to >= *from) return true;
    *from = *to = 0;
    return false;
}

static bm_status set(bmi_error *e, bmi_cause cause, bm_status status, bm_place here, const char *format, va_list list)
    BMI_PRINTF(5, 0);
static bm_status set(bmi_error *e, bmi_cause cause, bm_status status, bm_place here, const char *format, va_list list)
{
    if (e->status) return e->status;
    e->status = status ? status : BM_E_ARGUMENT;
    e->cause = cause;
    e->advice_from = e->advice_to = 0;
    int n = 0;
    if (here.file && *here.file) n = snprintf(e->text, sizeof e->text, "%.200s:%d: ", last_component(here.file), here.line);
    if (n < 0) n = 0;
    char *text = e->text + n;
    if (bmi_format(text, sizeof e->text - (size_t)n, format, list) < 0) *text = 0;
    if (!strncmp(text, e->text, (size_t)n))
        memmove(text, text + n, strlen(text + n) + 1); /* the text of an error of the same place */
    if (cause) bmi_take_marks(e->text, &e->advice_from, &e->advice_to);
    bmi_clean(e->text);
    return e->status;
}

bm_status bmi_fail_v(bmi_error *e, bm_status status, bm_place here, const char *format, va_list list)
{
    return set(e, BMI_CAUSE_NONE, status, here, format, list);
}

bm_status bmi_fail_as(bmi_error *e, bmi_cause cause, bm_status status, bm_place here, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    set(e, cause, status, here, format, list);
    va_end(list);
    return e->status;
}

bm_status bmi_fail(bmi_error *e, bm_status status, bm_place here, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    bmi_fail_v(e, status, here, format, list);
    va_end(list);
    return e->status;
}

bm_status bmi_fail_memory(bmi_error *e, bm_place here, size_t bytes, const char *what)
{
    return bmi_fail(e, BM_E_MEMORY, here, "out of memory: %zu bytes asked for %s", bytes, what);
}

bm_status bmi_need(bmi_error *e, bm_place here, const char *what, const void *at, size_t count)
{
    return at || !count ? BM_OK : bmi_fail(e, BM_E_ARGUMENT, here, "%s is null, where there should be %zu", what, count);
}

bm_status bmi_fail_from(bmi_error *to, const bmi_error *from)
{
    if (!to->status && from->status) *to = *from;
    return to->status;
}

double bm_exactly(double x)
{
    return x == 0 ? (double)BM_ZERO : x;
}

const char *bm_status_name(bm_status status)
{
    static const char *const names[] = {
        [BM_OK] = "BM_OK",
        [BM_E_ARGUMENT] = "BM_E_ARGUMENT",
        [BM_E_SHAPE] = "BM_E_SHAPE",
        [BM_E_TYPE] = "BM_E_TYPE",
        [BM_E_MEMORY] = "BM_E_MEMORY",
        [BM_E_FILE] = "BM_E_FILE",
        [BM_E_FORMAT] = "BM_E_FORMAT",
        [BM_E_DATA] = "BM_E_DATA",
        [BM_E_NUMBER] = "BM_E_NUMBER",
        [BM_E_STOPPED] = "BM_E_STOPPED",
        [BM_E_UNSUPPORTED] = "BM_E_UNSUPPORTED",
    };
    const size_t i = (size_t)status;
    return i < BMI_COUNT(names) && names[i] ? names[i] : "unknown status";
}

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
const char *bm_version(void)
{
    return TEXT(BM_VERSION_MAJOR) "." TEXT(BM_VERSION_MINOR) "." TEXT(BM_VERSION_PATCH);
}
