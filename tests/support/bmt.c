// SPDX-License-Identifier: Apache-2.0
#include "support/bmt.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void bmt_near(const char *what, double got, double want, double tolerance)
{
    const double size = fabs(want) > 1 ? fabs(want) : 1;
    if (got == want || (isnan(got) && isnan(want)) || fabs(got - want) <= tolerance * size) return;
    fail_msg("%s: got %.17g, want %.17g, tolerance %g", what, got, want, tolerance);
}

void bmt_contains(const char *what, const char *text, const char *part)
{
    if (!text || !strstr(text, part)) fail_msg("%s: \"%s\" does not contain \"%s\"", what, text ? text : "(null)", part);
}

const char *bmt_data(const char *name)
{
    static char path[4096];
    const char *data = getenv("BAEUM_DATA"), *source = getenv("BAEUM_SOURCE");
    if (data) snprintf(path, sizeof path, "%s/%s", data, name);
    else snprintf(path, sizeof path, "%s/../shared/data/%s", source ? source : ".", name);
    return access(path, R_OK) == 0 ? path : NULL;
}

void bmt_skip(const char *what)
{
    print_message("skipped: no %s\n", what);
    skip();
}
