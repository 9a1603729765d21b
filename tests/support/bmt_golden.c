// SPDX-License-Identifier: Apache-2.0
/* Reading golden files of lines "name: numbers". */
#include "support/bmt_golden.h"
#include <stdlib.h>
#include <string.h>

size_t bmt_golden(const char *file, const char *name, double *into, size_t most)
{
    char path[1000], wanted[100];
    size_t n, count = 0;
    const char *root = getenv("BAEUM_SOURCE");
    snprintf(path, sizeof path, "%s/tests/golden/%s", root ? root : ".", file);
    char *text = (char *)bmt_read(path, &n);
    const size_t length = (size_t)snprintf(wanted, sizeof wanted, "\n%s: ", name);
    const char *found = strstr(text, wanted), *at = !strncmp(text, wanted + 1, length - 1) ? text + length - 1
                                                    : found                                ? found + length
                                                                                           : NULL;
    if (!at) fail_msg("%s has no line \"%s\"", path, name);
    while (at && *at && *at != '\n' && count < most) {
        char *end;
        into[count++] = strtod(at, &end);
        at = *end == ' ' ? end + 1 : end;
    }
    free(text);
    return count;
}
