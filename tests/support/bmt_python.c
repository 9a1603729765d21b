// SPDX-License-Identifier: Apache-2.0
#include "support/bmt_python.h"
#include <stdlib.h>
#include <string.h>

static bool works(const char *program)
{
    char line[5000];
    snprintf(line, sizeof line, "'%s' -c 'import numpy, safetensors' >/dev/null 2>&1", program);
    return program && *program && system(line) == 0;
}

/* Why tools/test-python made no environment. */
static void skip_with_reason(const char *source)
{
    char path[4200], text[600] = "Python with the packages numpy and safetensors", why[400];
    snprintf(path, sizeof path, "%s/build/python.reason", source);
    FILE *file = fopen(path, "r");
    if (file && fgets(why, sizeof why, file))
        snprintf(text + strlen(text), sizeof text - strlen(text), " (%.*s)", (int)strcspn(why, "\n"), why);
    if (file) fclose(file);
    bmt_skip(text);
}

const char *bmt_python(void)
{
    static char program[4200];
    const char *source = getenv("BAEUM_SOURCE") ? getenv("BAEUM_SOURCE") : ".";
    if (getenv("BAEUM_PYTHON") && works(getenv("BAEUM_PYTHON"))) return getenv("BAEUM_PYTHON");
    snprintf(program, sizeof program, "%s/build/python/bin/python3", source);
    if (works(program)) return program;
    if (works("python3")) return "python3";
    skip_with_reason(source);
    return NULL;
}
