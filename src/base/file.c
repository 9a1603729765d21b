// SPDX-License-Identifier: Apache-2.0
/* The system's reasons as text. */
#include "base/file.h"
#include <string.h>

const char *bmi_reason(int number, char into[128])
{
    if (strerror_r(number, into, 128) != 0) snprintf(into, 128, "error %d", number);
    return into;
}
