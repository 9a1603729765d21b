// SPDX-License-Identifier: Apache-2.0
/* Columns by their names in options: one of them, or lists joined by commas, in which a name with a comma stands in double quotes. */
#include "base/text.h"
#include "cli/cli.h"
#include <stdlib.h>
#include <string.h>

char *cli_column_names(const bm_table *t, char into[600])
{
    *into = 0;
    for (int64_t k = 0; k < bm_table_columns(t) && strlen(into) < 500; k++)
        cli_append(into, 600, "%s%.60s", k ? ", " : "", bm_table_column_name(t, k));
    return into;
}

/* The column whose name begins as this one and goes on behind a comma: it was cut there. */
static const char *cut_name(const bm_table *t, const char *name)
{
    const size_t n = strlen(name);
    for (int64_t k = 0; k < bm_table_columns(t); k++) {
        const char *whole = bm_table_column_name(t, k);
        if (!strncmp(whole, name, n) && whole[n] == ',') return whole;
    }
    return NULL;
}

int64_t cli_column(cli *c, const bm_table *t, const char *option, const char *name)
{
    const int64_t at = bm_table_find(t, name);
    if (at >= 0) return at;
    enum { MOST = 2000 };
    const char *names[MOST], *whole = cut_name(t, name);
    const int64_t columns = bm_table_columns(t) < MOST ? bm_table_columns(t) : MOST;
    for (int64_t k = 0; k < columns; k++) names[k] = bm_table_column_name(t, k);
    const char *near = bmi_nearest(name, names, (size_t)columns);
    char list[600];
    if (whole)
        cli_fail(c, CLI_USAGE,
                 "%s: there is no column \"%s\"; did you mean \"%s\"? A name with a comma stands in double quotes: %s", option,
                 name, whole, cli_list_name(list, sizeof list, whole));
    else if (near) cli_fail(c, CLI_USAGE, "%s: there is no column \"%s\"; did you mean \"%s\"?", option, name, near);
    else cli_fail(c, CLI_USAGE, "%s: there is no column \"%s\"; there are %s", option, name, cli_column_names(t, list));
    return -1;
}

/* Takes the double quotes off a text that begins with one; where it ends behind them, or null when they are not closed. */
static char *unquote(char *text)
{
    char *to = text;
    for (char *at = text + 1; *at; at++) {
        if (*at == '"' && *++at != '"') return *to = 0, at;
        *to++ = *at;
    }
    return NULL;
}

bool cli_next_name(char **rest, char **name, bool *quoted)
{
    char *inside = *rest + strspn(*rest, " ");
    *quoted = *inside == '"';
    *name = *quoted ? inside : *rest;
    char *end = *quoted ? unquote(inside) : *rest + strcspn(*rest, ",");
    if (*quoted && end) end += strspn(end, " ");
    if (!end || (*end && *end != ',')) return false;
    *rest = *end ? end + 1 : NULL;
    if (!*quoted) *end = 0;
    return true;
}

char *cli_trim(char *text)
{
    text += strspn(text, " ");
    for (size_t n = strlen(text); n && text[n - 1] == ' ';) text[--n] = 0;
    return text;
}

int cli_columns(cli *c, const bm_table *t, const char *option, const char *text, int (*each)(void *user, int64_t column),
                void *user)
{
    const int64_t whole = bm_table_find(t, text);
    if (whole >= 0) return each(user, whole);
    char *list = strdup(text), *rest = list, *name;
    int status = list ? 0 : cli_fail(c, CLI_FAILED, "out of memory");
    bool quoted;
    while (!status && rest) {
        if (!cli_next_name(&rest, &name, &quoted)) {
            status = cli_fail(c, CLI_USAGE, "%s: %s has a double quote that is not closed, or not followed by a comma", option,
                              text);
            break;
        }
        int64_t at = bm_table_find(t, name); /* a header may have blanks of its own */
        if (at < 0 && !quoted && !*(name = cli_trim(name))) continue;
        if (at < 0) at = cli_column(c, t, option, name);
        status = at < 0 ? CLI_USAGE : each(user, at);
    }
    free(list);
    return status;
}

char *cli_list_name(char *into, size_t room, const char *name)
{
    const size_t n = strlen(name);
    const bool quoted = strchr(name, ',') || *name == '"' || *name == ' ' || (n && name[n - 1] == ' ');
    char *list = malloc(2 * n + 3), *to = list;
    *into = 0;
    if (!list) return into;
    if (quoted) *to++ = '"';
    for (const char *at = name; *at; *to++ = *at++)
        if (quoted && *at == '"') *to++ = '"';
    if (quoted) *to++ = '"';
    *to = 0;
    cli_shell(into, room, list);
    free(list);
    return into;
}
