// SPDX-License-Identifier: Apache-2.0
/* Every function that a public header declares has words: a doc comment above it, or above the group of declarations that it stands
 * in without an empty line, or behind it. */
#include "support/bmt.h"
#include <glob.h>
#include <stdlib.h>
#include <string.h>

static int lacking, functions;

static void look(const char *path)
{
    size_t n;
    char *text = (char *)bmt_read(path, &n);
    bool above = false, doc = false, inside = false;
    int number = 0;
    for (char *line = text, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next) *next++ = 0;
        number++;
        const char *first = line + strspn(line, " ");
        if (!*first) above = false;
        if (!inside && strstr(first, "/*")) doc = !strncmp(first, "/**", 3) && strncmp(first, "/**<", 4);
        const bool begins = strstr(first, "/*") != NULL, ends = strstr(first, "*/") != NULL;
        if (begins && !ends) inside = true;
        if (ends) {
            if (doc) above = true;
            doc = inside = false;
        }
        if (strncmp(first, "BM_API ", 7) || !strchr(first, '(')) continue;
        functions++;
        if (above || strstr(first, "/**<")) continue;
        lacking++;
        print_message("%s:%d has no doc comment: %s\n", path, number, first);
    }
    free(text);
}

static void every_function_has_words(void **state)
{
    (void)state;
    const char *source = getenv("BAEUM_SOURCE");
    char pattern[1100];
    glob_t headers;
    snprintf(pattern, sizeof pattern, "%s/include/baeum/*.h", source ? source : ".");
    assert_int_equal(glob(pattern, 0, NULL, &headers), 0);
    for (size_t i = 0; i < headers.gl_pathc; i++) look(headers.gl_pathv[i]);
    globfree(&headers);
    assert_true(functions > 200);
    assert_int_equal(lacking, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_function_has_words) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
