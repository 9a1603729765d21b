// SPDX-License-Identifier: Apache-2.0
#include "support/bmt_command.h"
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t bmt_start(const char *line, const char *out, const char *err)
{
    char script[6000];
    char path_out[4096], path_err[4096], folder[4096];
    const char *build = getenv("BAEUM_BUILD");
    snprintf(folder, sizeof folder, "%s", bmt_temp("."));
    snprintf(path_out, sizeof path_out, "%s", bmt_temp(out));
    snprintf(path_err, sizeof path_err, "%s", bmt_temp(err));
    if (!build) fail_msg("BAEUM_BUILD names no folder");
    if (snprintf(script, sizeof script, "cd '%s' && PATH='%s':\"$PATH\" && export PATH && %s", folder, build, line) >=
        (int)sizeof script)
        fail_msg("the line is too long");
    fflush(NULL);
    const pid_t child = fork();
    if (child < 0) fail_msg("no process");
    if (!child) {
        if (!freopen(path_out, "wb", stdout) || !freopen(path_err, "wb", stderr) || !freopen("/dev/null", "rb", stdin))
            _exit(99);
        execl("/bin/sh", "sh", "-c", script, (char *)NULL);
        _exit(99);
    }
    return child;
}

int bmt_wait(pid_t process)
{
    int status = 0;
    if (waitpid(process, &status, 0) != process) fail_msg("the process is lost");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bmt_run bmt_sh(const char *format, ...)
{
    static bmt_run kept[4];
    static int turn;
    char line[5000];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    bmt_run *r = &kept[turn = (turn + 1) % 4];
    free(r->out);
    free(r->err);
    r->code = bmt_wait(bmt_start(line, "run.out", "run.err"));
    r->out = bmt_text("run.out");
    r->err = bmt_text("run.err");
    return *r;
}

bmt_run bmt_exits(bmt_run r, int code)
{
    if (r.code != code)
        fail_msg("exit code %d instead of %d; standard output:\n%s\nstandard error:\n%s", r.code, code, r.out, r.err);
    return r;
}

void bmt_refused(const char *command, const bmt_refusal *of, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bmt_contains(of[i].arguments, bmt_exits(bmt_sh("baeum %s %s", command, of[i].arguments), of[i].code).err, of[i].says);
}

json_t *bmt_json(bmt_run r)
{
    json_error_t where;
    json_t *json = json_loads(r.out, 0, &where);
    if (!json_is_object(json))
        fail_msg("no JSON object (%s, line %d):\n%s\nstandard error:\n%s", where.text, where.line, r.out, r.err);
    return json;
}

static const json_t *at_path(const json_t *json, const char *path)
{
    for (const char *at = path; json && *at;) {
        char name[200];
        const size_t n = strcspn(at, ".");
        snprintf(name, sizeof name, "%.*s", (int)n, at);
        json = json_object_get(json, name);
        at += n + (at[n] == '.');
    }
    if (!json) fail_msg("there is no member %s", path);
    return json;
}

double bmt_json_number(const json_t *json, const char *path)
{
    const json_t *at = at_path(json, path);
    if (!json_is_number(at)) fail_msg("%s is no number", path);
    return json_number_value(at);
}

const char *bmt_json_string(const json_t *json, const char *path)
{
    const json_t *at = at_path(json, path);
    if (!json_is_string(at)) fail_msg("%s is no string", path);
    return json_string_value(at);
}

char *bmt_text(const char *name)
{
    return (char *)bmt_read(bmt_temp(name), NULL);
}

int bmt_lines(const char *text)
{
    int n = 0;
    for (; *text; text++) n += *text == '\n';
    return n;
}

const char *bmt_line(const char *text, int i)
{
    static char lines[4][2000];
    static int turn;
    while (i-- > 0 && *text) text += strcspn(text, "\n") + (text[strcspn(text, "\n")] == '\n');
    turn = (turn + 1) % 4;
    snprintf(lines[turn], sizeof lines[turn], "%.*s", (int)strcspn(text, "\n"), text);
    return lines[turn];
}
