// SPDX-License-Identifier: Apache-2.0
/* What the command says: errors, warnings, labelled lines, and with --json the one object. */
#include "base/text.h"
#include "cli/cli.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL = 13, LINE = 6000 };

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
    if (c->held) cli_warn_end(c, INT_MAX); /* what was met before comes before */
    if (c->json) {
        json_t *error = json_object();
        char where[LINE];
        snprintf(where, sizeof where, "%.*s", (int)place, message);
        json_object_set_new(error, "message", cli_text(place ? message + place + 2 : message));
        json_object_set_new(error, "where", place ? cli_text(where) : json_null());
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

static void put_warning(cli *c, const char *line)
{
    if (c->warnings) json_array_append_new(c->warnings, cli_text(line));
    if (!c->json) fprintf(c->to, "! %s\n", line);
}

/* Keeps a warning that c->speaker says, once for all that say it. */
static void hold(cli *c, const char *line)
{
    json_t *text = cli_text(line), *speaker = cli_text(c->speaker), *one, *by;
    size_t i;
    json_array_foreach(c->held, i, one) if (json_equal(json_object_get(one, "text"), text)) break;
    if (i == json_array_size(c->held)) json_array_append_new(c->held, json_pack("{s:O, s:[]}", "text", text, "by"));
    by = json_object_get(json_array_get(c->held, i), "by");
    if (!json_array_size(by) || !json_equal(json_array_get(by, json_array_size(by) - 1), speaker))
        json_array_append(by, speaker);
    json_decref(text);
    json_decref(speaker);
}

void cli_warn(cli *c, const char *format, ...)
{
    char line[LINE];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    if (c->held) hold(c, line);
    else put_warning(c, line);
}

void cli_warn_begin(cli *c)
{
    c->held = json_array();
}

void cli_warn_end(cli *c, int speakers)
{
    json_t *held = c->held, *one;
    size_t i, k;
    c->held = NULL;
    json_array_foreach(held, i, one)
    {
        const json_t *by = json_object_get(one, "by");
        char line[2 * LINE] = "";
        for (k = 0; (int)json_array_size(by) < speakers && k < json_array_size(by); k++)
            cli_append(line, LINE, "%s%s", k ? ", " : "", json_string_value(json_array_get(by, k)));
        cli_append(line, sizeof line, "%s%s", *line ? ": " : "", json_string_value(json_object_get(one, "text")));
        put_warning(c, line);
    }
    json_decref(held);
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

json_t *cli_text(const char *text)
{
    json_t *json = json_string(text);
    if (json) return json;
    char *whole = malloc(3 * strlen(text) + 1), *to = whole; /* each byte at worst becomes the three of U+FFFD */
    while (whole && *text) {
        size_t n = 1;
        while (n < 4 && text[n] && (text[n] & 0xC0) == 0x80) n++;
        const bool fine = bmi_is_utf8(text, n);
        memcpy(to, fine ? text : "\xef\xbf\xbd", fine ? n : 3);
        to += fine ? n : 3;
        text += fine ? n : 1;
    }
    if (whole) *to = 0;
    json = whole ? json_string(whole) : NULL;
    free(whole);
    return json;
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
