// SPDX-License-Identifier: Apache-2.0
/* The C locale of a thread (POSIX 2008). Where there is no memory for one (glibc needs none) the thread's stays. */
#include "base/locale.h"
#include <locale.h>

bmi_locale bmi_locale_begin(void)
{
    const locale_t mine = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return (bmi_locale){ (void *)mine, mine ? (void *)uselocale(mine) : (void *)0 };
}

void bmi_locale_end(bmi_locale l)
{
    if (!l.mine) return;
    uselocale((locale_t)l.before);
    freelocale((locale_t)l.mine);
}

int bmi_format(char *into, size_t size, const char *format, va_list list)
{
    const bmi_locale locale = bmi_locale_begin();
    const int n = vsnprintf(into, size, format, list);
    bmi_locale_end(locale);
    return n;
}
