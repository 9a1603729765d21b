// SPDX-License-Identifier: Apache-2.0
/* The public headers under the strictest flags: each alone as C17, the umbrella as C17, C++17 (types and functions) and C++20 (the
 * macros too); and the umbrella includes them all.
 */
#include "support/bmt.h"
#include <stdlib.h>
#include <string.h>

static char source[2048];

static int run(const char *command)
{
    FILE *from = popen(command, "r");
    char line[1000];
    assert_non_null(from);
    while (fgets(line, sizeof line, from)) print_message("%s", line);
    return pclose(from);
}

static int find_source(void **state)
{
    (void)state;
    const char *folder = getenv("BAEUM_SOURCE");
    snprintf(source, sizeof source, "%s", folder ? folder : ".");
    return 0;
}

/* Compiles a text as a program's source, without output. */
static int compile(const char *compiler, const char *name, const char *text)
{
    char command[8192];
    const char *path = bmt_temp_file(name, text, strlen(text));
    snprintf(command, sizeof command,
             "%s -Wall -Wextra -pedantic -Wconversion -Wshadow -Werror -I%s/include -fsyntax-only %s 2>&1", compiler, source,
             path);
    return run(command);
}

static bool has(const char *program)
{
    char command[200];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
    return system(command) == 0;
}

static const char *const compilers[] = { "cc", "clang" };

static void each_alone(void **state)
{
    (void)state;
    char command[2200], line[1000];
    snprintf(command, sizeof command, "ls %s/include/baeum", source);
    FILE *from = popen(command, "r");
    int seen = 0;
    while (fgets(line, sizeof line, from)) {
        char text[1100], flags[200];
        line[strcspn(line, "\n")] = 0;
        snprintf(text, sizeof text, "#include <baeum/%.900s>\nint main(void) { return 0; }\n", line);
        for (size_t i = 0; i < BMI_COUNT(compilers); i++) {
            snprintf(flags, sizeof flags, "%s -std=c17", compilers[i]);
            if (has(compilers[i]) && compile(flags, "alone.c", text) != 0)
                fail_msg("baeum/%s does not compile alone with %s", line, flags);
        }
        seen++;
    }
    pclose(from);
    assert_true(seen >= 2);
}

static void umbrella_has_all(void **state)
{
    (void)state;
    char command[8192];
    snprintf(command, sizeof command,
             "cd %s/include && for h in baeum/*.h; do grep -q \"#include <$h>\" baeum.h || echo \"baeum.h lacks $h\"; done | "
             "tee /dev/stderr | wc -l | grep -qx 0",
             source);
    assert_int_equal(run(command), 0);
}

/* A program in C and C++20 that uses the literals. */
static const char program[] =
    "#include <baeum.h>\n"
    "int main(void)\n"
    "{\n"
    "    bm_context *c = bm_context_new(.threads = 2);\n"
    "    bm_tensor *t = bm_tensor_new(BM_F32, BM_SHAPE(2, 3)), *s = bm_tensor_new(BM_F64, BM_SCALAR);\n"
    "    const bool bad = bm_failed(c) || bm_failed(t) || bm_failed(s);\n"
    "    bm_report(t, stderr);\n"
    "    bm_free(s);\n"
    "    bm_free(t);\n"
    "    bm_free(c);\n"
    "    return bad;\n"
    "}\n";

static void umbrella(void **state)
{
    (void)state;
    for (size_t i = 0; i < BMI_COUNT(compilers); i++) {
        char flags[200];
        snprintf(flags, sizeof flags, "%s -std=c17", compilers[i]);
        if (has(compilers[i])) assert_int_equal(compile(flags, "program.c", program), 0);
    }
    static const char wrong[] = "#include <baeum.h>\nbm_context *f(void);\nbm_context *f(void) { return bm_context_new(3); }\n";
    assert_int_not_equal(compile("cc -std=c17", "wrong.c", wrong), 0); /* options must be named */
}

static void cplusplus(void **state)
{
    (void)state;
    static const char plain[] = "#include <baeum.h>\n"
                                "int main()\n"
                                "{\n"
                                "    bm_context_options o{};\n"
                                "    o.threads = 2;\n"
                                "    bm_context *c = bm_context_new_at(&o, sizeof o, bm_place{ __FILE__, __LINE__ });\n"
                                "    const bool bad = bm_failed(c);\n"
                                "    bm_free(c);\n"
                                "    return bad;\n"
                                "}\n";
    if (!has("g++")) {
        bmt_skip("C++ compiler");
        return;
    }
    assert_int_equal(compile("g++ -std=c++17", "program17.cc", plain), 0);
    assert_int_equal(compile("g++ -std=c++20", "program20.cc", program), 0);
    if (has("clang++")) {
        assert_int_equal(compile("clang++ -std=c++17", "program17.cc", plain), 0);
        assert_int_equal(compile("clang++ -std=c++20 -Wno-missing-field-initializers "
                                 "-Wno-missing-designated-field-initializers -Wno-unknown-warning-option",
                                 "program20.cc", program),
                         0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_alone), cmocka_unit_test(umbrella_has_all),
                                        cmocka_unit_test(umbrella), cmocka_unit_test(cplusplus) };
    return cmocka_run_group_tests(tests, find_source, NULL);
}
