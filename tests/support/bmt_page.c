// SPDX-License-Identifier: Apache-2.0
#include "support/bmt_page.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

char *bmt_page(const char *name)
{
    const char *source = getenv("BAEUM_SOURCE");
    char path[1200];
    snprintf(path, sizeof path, "%s/%s", source ? source : ".", name);
    char *page = (char *)bmt_read(path, NULL);
    assert_non_null(page);
    return page;
}

bool bmt_block(const char *page, const char *language, int n, char into[BMT_BLOCK])
{
    char fence[32];
    snprintf(fence, sizeof fence, "```%s\n", language);
    bool inside = false;
    for (const char *line = page, *end; *line; line = end) {
        end = line + strcspn(line, "\n") + 1;
        if (strncmp(line, "```", 3)) continue;
        if (!inside && !strncmp(line, fence, strlen(fence)) && n-- == 0) {
            const char *stop = strstr(end, "\n```");
            assert_non_null(stop);
            snprintf(into, BMT_BLOCK, "%.*s", (int)(stop + 1 - end), end);
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

void bmt_shows(const char *what, const char *got, const char *want)
{
    const int has = bmt_lines(got), shown = bmt_lines(want);
    bool gap = false;
    int i = 0;
    for (int k = 0; k < shown; k++) {
        char line[1024];
        snprintf(line, sizeof line, "%s", bmt_line(want, k));
        if (!strcmp(line, "...")) {
            gap = true;
            continue;
        }
        while (gap && i < has && !alike(bmt_line(got, i), line)) i++;
        if (i == has || !alike(bmt_line(got, i), line))
            fail_msg("%s, line %d: the page says\n%s\nbut it prints\n%s\nin\n%s", what, k + 1, line,
                     i < has ? bmt_line(got, i) : "no such line", got);
        gap = false;
        i++;
    }
    if (!gap && i != has) fail_msg("%s: %d lines, the page has %d:\n%s", what, has, shown, got);
}
