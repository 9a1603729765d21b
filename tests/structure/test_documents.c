// SPDX-License-Identifier: Apache-2.0
/* The README shows what really happens: its C program is compiled against the public headers and run, its commands are typed, and
 * both must print what stands there. Numbers may differ by a few per cent (other processors, other bits), times by anything.
 */
#include "support/bmt_page.h"
#include <stdlib.h>
#include <string.h>

static char *readme;

static int read_readme(void **state)
{
    (void)state;
    readme = bmt_page("README.md");
    return 0;
}

static int release_readme(void **state)
{
    (void)state;
    free(readme);
    return 0;
}

static void program(void **state)
{
    (void)state;
    static char code[BMT_BLOCK], want[BMT_BLOCK];
    const char *source = getenv("BAEUM_SOURCE"), *build = getenv("BAEUM_BUILD");
    assert_true(bmt_block(readme, "c", 0, code));
    assert_true(bmt_block(readme, "", 1, want)); /* block 0 has the two commands */
    bmt_temp_file("flowers.c", code, strlen(code));
    const bmt_run r = bmt_sh("cc -std=c17 -Wall -Wextra -pedantic -Werror -I'%s/include' flowers.c -L'%s' -lbaeum "
                             "-Wl,-rpath,'%s' -o flowers && ./flowers",
                             source ? source : ".", build ? build : "build", build ? build : "build");
    bmt_exits(r, 0);
    bmt_shows("the program", r.out, want);
}

/* Runs what stands after "$ " and compares what follows it. A file that the session shows by cat is made as it is shown. */
static void session(void **state)
{
    (void)state;
    static char text[BMT_BLOCK], want[BMT_BLOCK];
    int commands = 0;
    assert_true(bmt_block(readme, "", 2, text));
    for (char *at = text, *next; at && *at; at = next) {
        assert_memory_equal(at, "$ ", 2);
        char *output = strchr(at, '\n') + 1;
        next = strstr(output, "\n$ ");
        snprintf(want, sizeof want, "%.*s", next ? (int)(next + 1 - output) : (int)strlen(output), output);
        if (next) next++;
        for (size_t n = strlen(want); n > 1 && want[n - 1] == '\n' && want[n - 2] == '\n'; n--) want[n - 1] = 0;
        const int n = (int)(output - at) - 3;
        if (!strncmp(at, "$ cat ", 6)) {
            char name[200];
            snprintf(name, sizeof name, "%.*s", n - 4, at + 6);
            bmt_temp_file(name, want, strlen(want));
            continue;
        }
        const bmt_run r =
            bmt_exits(bmt_sh("%.*s 2>notes; cat notes", n, at + 2), 0); /* a terminal shows notes after the rows */
        bmt_shows("the session", r.out, want);
        commands++;
    }
    assert_true(commands >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(program), cmocka_unit_test(session) };
    return cmocka_run_group_tests(tests, read_readme, release_readme);
}
