// SPDX-License-Identifier: Apache-2.0
/* What libbaeum.so exports: bm_* and nothing else, and every function that a public header declares; and how large it may be. */
#include "support/bmt.h"
#include <stdlib.h>
#include <string.h>

static char library[1024], source[1024];

static int find(void **state)
{
    (void)state;
    const char *build = getenv("BAEUM_BUILD"), *from = getenv("BAEUM_SOURCE");
    snprintf(library, sizeof library, "%s/libbaeum.so", build ? build : "build");
    snprintf(source, sizeof source, "%s", from ? from : ".");
    return 0;
}

/* Lines that a shell command writes; each is shown. */
static int lines_of(const char *command)
{
    FILE *from = popen(command, "r");
    char line[1000];
    int n = 0;
    assert_non_null(from);
    for (; fgets(line, sizeof line, from); n++) print_message("%s", line);
    assert_int_equal(pclose(from), 0);
    return n;
}

static void only_ours(void **state)
{
    (void)state;
    char command[4096];
    snprintf(command, sizeof command,
             "nm -D --defined-only '%s' | awk '$3 !~ /^bm_[a-z0-9_]+(@|$)/ && $3 !~ /^BAEUM_[0-9]+(@|$)/'", library);
    assert_int_equal(lines_of(command), 0);
}

static void all_that_is_declared(void **state)
{
    (void)state;
    char command[4096];
    snprintf(
        command, sizeof command,
        "set -e; cc -std=c17 -E -P -I'%s/include' '%s/include/baeum.h' | tr '\\n;' ' \\n' | grep 'visibility(\"default\")' | "
        "sed -E 's/.*visibility\\(\"default\"\\)\\)\\)//; s/[[:space:]]*\\(.*//; s/.*[ *]//' | sort -u > '%s'; test $(wc -l < "
        "'%s') -gt 50; "
        "nm -D --defined-only '%s' | awk '{ sub(/@.*/, \"\", $3); print $3 }' | sort -u | comm -23 '%s' - | sed 's/^/declared, "
        "not exported: /'",
        source, source, bmt_temp("declared"), bmt_temp("declared"), library, bmt_temp("declared"));
    assert_int_equal(lines_of(command), 0);
}

/* Without what strip takes away: all that is loaded into memory. The engine and its networks were less than 2 MB by themselves (1,926,960
 * bytes); tables, recipes, the linear family and judging have a megabyte for them all. */
static void less_than_three_megabytes(void **state)
{
    (void)state;
    char command[4096];
    snprintf(command, sizeof command, "strip -o '%s' '%s' && test $(wc -c < '%s') -lt 3000000 || { wc -c '%s'; exit 1; }",
             bmt_temp("stripped"), library, bmt_temp("stripped"), bmt_temp("stripped"));
    assert_int_equal(lines_of(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(only_ours), cmocka_unit_test(all_that_is_declared),
                                        cmocka_unit_test(less_than_three_megabytes) };
    return cmocka_run_group_tests(tests, find, NULL);
}
