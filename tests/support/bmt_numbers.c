// SPDX-License-Identifier: Apache-2.0
#include "support/bmt_numbers.h"
#include "support/bmt.h"
#include <stdlib.h>
#include <string.h>

size_t bmt_numbers(const char *file, const char *name, int n, double *into, size_t room)
{
    size_t size, count = 0;
    char *text = (char *)bmt_read(file, &size);
    const size_t length = strlen(name);
    for (char *line = text; line && *line;) {
        char *end = strchr(line, '\n');
        if (end) *end = 0;
        if (!strncmp(line, name, length) && line[length] == ' ' && n-- == 0) {
            for (char *at = line + length, *next; count < room; at = next) {
                into[count] = strtod(at, &next);
                if (next == at) break;
                count++;
            }
            break;
        }
        line = end ? end + 1 : NULL;
    }
    free(text);
    if (!count) fail_msg("%s has no line %s", file, name);
    return count;
}
