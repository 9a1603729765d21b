// SPDX-License-Identifier: Apache-2.0
/* The pages on tables, recipes, the linear family and judging show what really happens: every command in them is typed, over tables made
 * here of the names that they use, and prints what stands behind it where something does; their pieces of C compile; and each option of the
 * examples of steps works. As for the README numbers may differ by 5 %, times by anything.
 */
#include "support/bmt_page.h"
#include <stdlib.h>
#include <string.h>

/* Tables of 1,000 rows without chance: areas, prices, and what was clicked. */
#define SALES                                                                                         \
    "awk 'BEGIN { split(\"north south east west\", g, \" \"); print \"area,rooms,age,region,price\";" \
    " for (i = 0; i < 1000; i++) { a = 50 + i * 37 % 101; r = 1 + i * 7 % 5; o = i * 13 % 41;"        \
    " print a \",\" r \",\" o \",\" g[1 + i % 4] \",\" 2 * a + 30 * r - o + i * 29 % 17 } }' > sales.csv && "
#define CLICKS                                                                                                  \
    "for part in clicks new later; do awk -v s=$part 'BEGIN { split(\"Seoul Busan Jeju\", c, \" \");"           \
    " k = length(s); print \"age,city,visits,price\"; for (i = 0; i < 1000; i++) { a = 18 + (i + k) * 37 % 61;" \
    " v = (i + k) * 7 % 23; print a \",\" c[1 + i % 3] \",\" v \",\" a + 3 * v + i * 29 % 5 } }' > $part.csv; " \
    "done && gzip -f clicks.csv && "

static const struct {
    const char *name, *make,
        *more;    /* the page; what makes its tables; what stands behind "baeum tune" so that it does not take long */
    int commands; /* at least */
} pages[] = {
    { "docs/tables.md", SALES CLICKS "cp \"$HOUSING\" housing.csv", "", 5 },
    { "docs/recipes.md", "cp \"$HOUSING\" housing.csv", "", 1 },
    { "docs/linear.md",
      SALES "head -200 sales.csv > new.csv && baeum train sales.csv -t price -q --validation 0 --test 0 && "
            "baeum train sales.csv -t price -q -m ridge:alpha=1 -o ridge.safetensors && "
            "baeum train sales.csv -t price -q -m mlp:8 --epochs 5 -o network.safetensors",
      "", 6 },
    { "docs/judging.md", "head -301 \"$HOUSING\" > housing.csv", " --epochs 1", 2 },
};

static bool is_command(const char *line)
{
    return !strncmp(line, "$ ", 2) || !strncmp(line, "baeum ", 6);
}

/* Types the commands of a block; how many there are. */
static int run_block(const char *page, char *text, const char *more)
{
    static char want[BMT_BLOCK];
    int commands = 0;
    for (char *line = text, *next; *line; line = next) {
        next = line + strcspn(line, "\n");
        if (*next) *next++ = 0;
        if (!is_command(line)) continue;
        const bool shown = *line == '$';
        char *output = next;
        while (*next && !is_command(next)) next += strcspn(next, "\n") + 1;
        snprintf(want, sizeof want, "%.*s", (int)(next - output), output);
        const char *command = shown ? line + 2 : line;
        const bmt_run r = bmt_sh("%s%s", command, !strncmp(command, "baeum tune", 10) ? more : "");
        if (r.code) fail_msg("%s: %s\nfails: %s", page, command, r.err);
        if (shown && *want) bmt_shows(command, r.out, want);
        commands++;
    }
    return commands;
}

static void sessions(void **state)
{
    (void)state;
    static char text[BMT_BLOCK];
    static const char *const languages[] = { "", "sh" };
    const char *housing = bmt_data("housing/housing.csv");
    if (!housing) {
        bmt_skip("housing");
        return;
    }
    for (size_t i = 0; i < BMI_COUNT(pages); i++) {
        char *page = bmt_page(pages[i].name);
        int commands = 0;
        bmt_exits(bmt_sh("HOUSING='%s' && %s", housing, pages[i].make), 0);
        for (size_t k = 0; k < BMI_COUNT(languages); k++)
            for (int n = 0; bmt_block(page, languages[k], n, text); n++)
                commands += run_block(pages[i].name, text, pages[i].more);
        if (commands < pages[i].commands) fail_msg("%s has %d commands", pages[i].name, commands);
        free(page);
    }
}

/* What the pieces of C take for granted. */
static const struct {
    const char *page;
    int n;
    const char *given;
} pieces[] = {
    { "docs/tables.md", 0, "void use(bm_table *t);" },
    { "docs/tables.md", 1, "" },
    { "docs/tables.md", 2, "" },
    { "docs/recipes.md", 0, "bm_table *table;" },
    { "docs/linear.md", 0, "bm_dataset *data; int columns;" },
    { "docs/linear.md", 1, "bm_model *m; bm_table *table;" },
    { "docs/linear.md", 2, "typedef struct { int rows; double *x, *y; } data; data d;" },
    { "docs/linear.md", 3, "bm_session *s; bm_node residuals, b0, b1, x, y; bm_tensor *xs, *ys; double errors[2];" },
    { "docs/judging.md", 0, "bm_table *table; bm_recipe *recipe;" },
    { "docs/judging.md", 1, "bm_table *table; bm_recipe *recipe;" },
};

static void compiles(const char *what, const char *code)
{
    const char *source = getenv("BAEUM_SOURCE");
    bmt_temp_file("piece.c", code, strlen(code));
    const bmt_run r = bmt_sh("cc -std=c17 -fsyntax-only -Wall -Wextra -pedantic -Werror -Wno-unused "
                             "-Wno-missing-field-initializers -I'%s/include' piece.c",
                             source ? source : ".");
    if (r.code) fail_msg("%s does not compile:\n%s", what, r.err);
}

static void pieces_of_c(void **state)
{
    (void)state;
    static char text[BMT_BLOCK], code[3 * BMT_BLOCK];
    for (size_t i = 0; i < BMI_COUNT(pieces); i++) {
        char *page = bmt_page(pieces[i].page);
        if (!bmt_block(page, "c", pieces[i].n, text)) fail_msg("%s has no piece %d", pieces[i].page, pieces[i].n);
        char *gap = strstr(text, "\n...\n"); /* what stands before is outside of functions */
        if (gap) *gap = 0;
        snprintf(code, sizeof code,
                 "#include <baeum.h>\n#include <math.h>\n#include <stdbool.h>\n#include <stdio.h>\n%s\n%s\nvoid piece(void);\n"
                 "void piece(void)\n{\n%s}\n",
                 pieces[i].given, gap ? text : "", gap ? gap + 5 : text);
        compiles(pieces[i].page, code);
        const bool last = i + 1 == BMI_COUNT(pieces) || strcmp(pieces[i + 1].page, pieces[i].page);
        if (last && bmt_block(page, "c", pieces[i].n + 1, text))
            fail_msg("%s has more pieces of C than are looked at", pieces[i].page);
        free(page);
    }
}

/* Copies the next text in backquotes from *at, before `end`; false when there is none. */
static bool next_code(const char **at, const char *end, char into[400])
{
    const char *from = memchr(*at, '`', (size_t)(end - *at)),
               *to = from ? memchr(from + 1, '`', (size_t)(end - from - 1)) : NULL;
    if (!to) return false;
    size_t n = 0;
    for (const char *c = from + 1; c < to && n < 399; c++)
        if (c[0] != '\\' || c[1] != '|') into[n++] = *c;
    into[n] = 0;
    *at = to + 1;
    return true;
}

/* Each option of the table of examples, and each value in C beside it. */
static void steps(void **state)
{
    (void)state;
    static char code[BMT_BLOCK];
    char one[400], *page = bmt_page("docs/recipes.md"), *table = strstr(page, "## Steps by example\n");
    int options = 0, values = 0;
    assert_non_null(table);
    bmt_exits(
        bmt_sh("awk 'BEGIN { split(\"Seoul,Busan,New York,NY,Jeju\", c, \",\"); split(\"small large\", s, \" \");"
               " print \"age,income,city,size,date,review,weight,y\"; for (i = 0; i < 400; i++) {"
               " printf \"%%s,%%d,%%s,%%s,2024-%%02d-%%02d %%02d:00,%%s,%%d %%s,%%d\\n\", i %% 9 ? i * 37 %% 120 : \"\", 1 + i "
               "* i %% 9973,"
               " i %% 11 ? c[1 + i %% 5] : \"\", s[1 + i %% 2], 1 + i %% 12, 1 + i %% 28, i %% 24,"
               " i %% 3 ? \"a good one of the best\" : \"never the worst\", i %% 2 ? i + 1 : 1000 + i, i %% 2 ? \"kg\" : \"g\","
               " i * 29 %% 101 } }' > mixed.csv"),
        0);
    strcpy(code, "#include <baeum.h>\nvoid piece(bm_recipe *r);\nvoid piece(bm_recipe *r)\n{\n");
    for (const char *line = table; *line && strncmp(line, "\nThe option's value", 10); line = strchr(line + 1, '\n')) {
        if (strncmp(line, "\n| ", 3)) continue;
        const char *end = strchr(line + 1, '\n');
        for (const char *at = line; next_code(&at, end, one);)
            if (!strncmp(one, "--", 2)) {
                const bmt_run r = bmt_sh("baeum train mixed.csv -t y -q %s -o m.safetensors", one);
                if (r.code) fail_msg("%s fails: %s", one, r.err);
                options++;
            } else if (!strncmp(one, "bm_", 3)) {
                snprintf(code + strlen(code), sizeof code - strlen(code), "    bm_recipe_add(r, %s);\n", one);
                values++;
            }
    }
    strcat(code, "}\n");
    if (options < 25 || values < 20) fail_msg("%d options and %d values", options, values);
    compiles("a value of the examples of steps", code);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(sessions), cmocka_unit_test(pieces_of_c), cmocka_unit_test(steps) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
