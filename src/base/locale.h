// SPDX-License-Identifier: Apache-2.0
/* The C locale for a while: printf's %g and %f write the decimal point of the thread's locale. */
#ifndef BMI_BASE_LOCALE_H
#define BMI_BASE_LOCALE_H
#include "base/status.h"

typedef struct bmi_locale {
    void *mine, *before;
} bmi_locale;
/* From here to the end this thread writes numbers as C does. The end gives back the locale that was there. */
bmi_locale bmi_locale_begin(void);
void bmi_locale_end(bmi_locale l);
/* vsnprintf in the C locale. */
int bmi_format(char *into, size_t size, const char *format, va_list list) BMI_PRINTF(3, 0);

#endif
