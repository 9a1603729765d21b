// SPDX-License-Identifier: Apache-2.0
/* The README shows what really happens: its C program is compiled against the public headers and run, its commands are typed, and
 * both must print what stands there. Numbers may differ by a few per cent (other processors, other bits), times by anything.
 */
#include "support/bmt_command.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1 << 16 };
static char *readme;

/* Copies the n-th fenced block (from 0) whose fence says `language` into `into`; false when there is none. */
static bool block(const char *language, int n, char into[TEXT_MAX])
{
    char fence[32];
    snprintf(fence, sizeof fence, "```%s\n", language);
    bool inside = false;
    for (const char *line = readme, *end; *line; line = end) {
        end = line + strcspn(line, "\n") + 1;
        if (strncmp(line, "```", 3)) continue;
        if (!inside && !strncmp(line, fence, strlen(fence)) && n-- == 0) {
            const char *stop = strstr(end, "\n```");
            assert_non_null(stop);
            snprintf(into, TEXT_MAX, "%.*s", (int)(stop + 1 - end), end);
            return true;
        }
        inside = !inside;
    }
    return false;
}

/* The length of a number at the start of a text, ".957" and "1,319" included; 0 when there is none. */
static size_t number_at(const char *s, double *value)
{
    char digits[64];
    size_t n = 0, k = 0;
    if (!isdigit((unsigned char)s[0]) && !(s[0] == '.' && isdigit((unsigned char)s[1]))) return 0;
    while (k < sizeof digits - 1 &&
           (isdigit((unsigned char)s[n]) || s[n] == '.' || s[n] == 'e' || (s[n] == '-' && s[n - 1] == 'e') ||
            (s[n] == ',' && isdigit((unsigned char)s[n + 1]) && isdigit((unsigned char)s[n + 2]) &&
             isdigit((unsigned char)s[n + 3]) && !isdigit((unsigned char)s[n + 4]))))
        if (s[n++] != ',') digits[k++] = s[n - 1];
    digits[k] = 0;
    *value = strtod(digits, NULL);
    return n;
}

static bool is_time(const char *after)
{
    return !strncmp(after, " ms", 3) || !strncmp(after, " s", 2) || !strncmp(after, " us", 3);
}

static const char *past_blanks(const char *s)
{
    while (*s == ' ') s++;
    return s;
}

/* Whether two lines say the same: words alike, numbers within 5 % (or .05), widths of columns and times anything. */
static bool alike(const char *got, const char *want)
{
    for (;;) {
        if (*got == ' ' || *want == ' ') {
            got = past_blanks(got), want = past_blanks(want);
            continue;
        }
        double a, b;
        const size_t n = number_at(got, &a), m = number_at(want, &b);
        if (n && m) {
            if (!is_time(want + m) && fabs(a - b) > .05 * fmax(1, fabs(b))) return false;
            got += n, want += m;
        } else if (*got != *want) return false;
        else if (!*got) return true;
        else got++, want++;
    }
}

/* Compares line by line up to the end of `want`. */
static void same_text(const char *what, const char *got, const char *want)
{
    for (int i = 0; i < bmt_lines(want); i++) {
        char line[1024];
        snprintf(line, sizeof line, "%s", bmt_line(want, i));
        if (!alike(bmt_line(got, i), line))
            fail_msg("%s, line %d: the README says\n%s\nbut it prints\n%s\nin\n%s", what, i + 1, line, bmt_line(got, i), got);
    }
    if (bmt_lines(got) != bmt_lines(want))
        fail_msg("%s: %d lines, the README has %d:\n%s", what, bmt_lines(got), bmt_lines(want), got);
}

static int read_readme(void **state)
{
    (void)state;
    const char *source = getenv("BAEUM_SOURCE");
    char path[1200];
    snprintf(path, sizeof path, "%s/README.md", source ? source : ".");
    readme = (char *)bmt_read(path, NULL);
    return readme ? 0 : -1;
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
    static char code[TEXT_MAX], want[TEXT_MAX];
    const char *source = getenv("BAEUM_SOURCE"), *build = getenv("BAEUM_BUILD");
    assert_true(block("c", 0, code));
    assert_true(block("", 1, want)); /* block 0 has the two commands */
    bmt_temp_file("flowers.c", code, strlen(code));
    const bmt_run r = bmt_sh("cc -std=c17 -Wall -Wextra -pedantic -Werror -I'%s/include' flowers.c -L'%s' -lbaeum "
                             "-Wl,-rpath,'%s' -o flowers && ./flowers",
                             source ? source : ".", build ? build : "build", build ? build : "build");
    bmt_exits(r, 0);
    same_text("the program", r.out, want);
}

/* Runs what stands after "$ " and compares what follows it. A file that the session shows by cat is made as it is shown. */
static void session(void **state)
{
    (void)state;
    static char text[TEXT_MAX], want[TEXT_MAX];
    int commands = 0;
    assert_true(block("", 2, text));
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
        same_text("the session", r.out, want);
        commands++;
    }
    assert_true(commands >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(program), cmocka_unit_test(session) };
    return cmocka_run_group_tests(tests, read_readme, release_readme);
}
