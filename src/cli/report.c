// SPDX-License-Identifier: Apache-2.0
/* What the command says: errors, warnings, labelled lines, and with --json the one object. */
#include "cli/cli.h"
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL = 13, LINE = 1500 };

bool cli_talks(const cli *c)
{
    return !c->json && !c->options.quiet;
}

/* The place at the start of a message, "bike.csv:12:3: ...", as far as its last number; 0 when there is none. */
static size_t place_length(const char *message)
{
    const char *end = strstr(message, ": ");
    if (!end || end == message) return 0;
    const char *at = end;
    while (at > message && ((at[-1] >= '0' && at[-1] <= '9') || at[-1] == ':')) at--;
    return at < end && *at == ':' && at > message ? (size_t)(end - message) : 0;
}

int cli_fail_text(cli *c, int code, const char *message)
{
    const size_t place = place_length(message);
    if (c->json) {
        json_t *error = json_object();
        json_object_set_new(error, "message", json_string(place ? message + place + 2 : message));
        json_object_set_new(error, "where", place ? json_stringn(message, place) : json_null());
        if (!c->result) c->result = json_object();
        json_object_set_new(c->result, "error", error);
    } else {
        fflush(stdout); /* words before come before */
        fprintf(stderr, "baeum%s%s: %s\n", c->command ? " " : "", c->command ? c->command->name : "", message);
    }
    return code;
}

int cli_fail(cli *c, int code, const char *format, ...)
{
    char line[LINE];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    return cli_fail_text(c, code, line);
}

void cli_warn(cli *c, const char *format, ...)
{
    char line[LINE];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    if (c->warnings) json_array_append_new(c->warnings, json_string(line));
    if (!c->json) fprintf(c->to, "! %s\n", line);
}

void cli_say(cli *c, const char *label, const char *format, ...)
{
    if (!cli_talks(c)) return;
    va_list list;
    va_start(list, format);
    const int pad = LABEL - cli_width(label);
    fprintf(c->to, "%s%*s", label, pad > 2 ? pad : 2, "");
    vfprintf(c->to, format, list);
    fputc('\n', c->to);
    va_end(list);
}

json_t *cli_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

void cli_put(cli *c, const char *key, json_t *value)
{
    if (c->result) json_object_set_new(c->result, key, value);
    else json_decref(value);
}

int cli_finish(cli *c, int code)
{
    bool bad = false;
    if (c->json && c->result) {
        if (c->warnings && (json_array_size(c->warnings) || !json_object_get(c->result, "error")))
            json_object_set(c->result, "warnings", c->warnings);
        bad = json_dumpf(c->result, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) != 0;
        fputc('\n', stdout);
    }
    json_decref(c->warnings);
    json_decref(c->result);
    c->result = c->warnings = NULL;
    errno = 0;
    bad |= fflush(stdout) != 0 || ferror(stdout);
    if (bad) fprintf(stderr, "baeum: standard output did not take everything: %s\n", errno ? strerror(errno) : "write error");
    return bad && code == CLI_DONE ? CLI_FAILED : code;
}
