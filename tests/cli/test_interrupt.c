// SPDX-License-Identifier: Apache-2.0
/* Ctrl-C in the middle of training: exit code 130, the best weights are saved first; a second one ends at once. And what progress
 * looks like on a terminal, where it is one line that moves.
 */
#define _XOPEN_SOURCE 700 /* pseudo-terminals */
#define _GNU_SOURCE       /* O_TMPFILE */
#include "support/bmt_command.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* Waits until a file of the running command has a text; at most a minute. */
static void await(const char *file, const char *text)
{
    for (int i = 0; i < 6000; i++) {
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
        char *now = access(bmt_temp(file), R_OK) ? NULL : bmt_text(file);
        const bool there = now && strstr(now, text);
        free(now);
        if (there) return;
    }
    fail_msg("\"%s\" never came", text);
}

/* Starts a line whose words go to "out": not those of a run before. */
static pid_t start(const char *line)
{
    unlink(bmt_temp("out"));
    return bmt_start(line, "out", "err");
}

#define LONG "exec baeum train digits -m mlp:32 --epochs 1000000 --patience 1000000 --rate .0001 --threads 1 --verbose "

static void best_is_saved(void **state)
{
    (void)state;
    static const int signals[] = { SIGINT, SIGTERM };
    for (size_t i = 0; i < BMI_COUNT(signals); i++) {
        const pid_t p = start(LONG "-o long.st");
        await("out", "epoch    5/");
        kill(p, signals[i]);
        assert_int_equal(bmt_wait(p), 130);
        char *out = bmt_text("out");
        bmt_contains("words", out, "\ninterrupted after ");
        bmt_contains("scores", out, "\ntest ");
        bmt_contains("saved", out, "saved long.st");
        free(out);
        json_t *json = bmt_json(bmt_exits(bmt_sh("baeum evaluate long.st digits --json"), 0));
        assert_true(bmt_json_number(json, "metrics.accuracy") > bmt_json_number(json, "baseline.accuracy"));
        json_decref(json);
        bmt_exits(bmt_sh("rm long.st"), 0);
    }
}

/* A signal that whoever started the command had ignored stays so. */
static void ignored(void **state)
{
    (void)state;
    const pid_t p = start("trap '' TERM; " LONG "-o long.st");
    await("out", "epoch    5/");
    for (int i = 0; i < 2; i++) kill(p, SIGTERM);
    await("out", "epoch  200/");
    kill(p, SIGINT);
    assert_int_equal(bmt_wait(p), 130);
    bmt_exits(bmt_sh("rm long.st"), 0);
}

/* Waits until the process catches SIGINT, as the kernel tells. */
static void await_handler(pid_t process)
{
    char path[64], line[200];
    snprintf(path, sizeof path, "/proc/%d/status", (int)process);
    for (int i = 0; i < 6000; i++) {
        unsigned long long caught = 0;
        FILE *status = fopen(path, "r");
        while (status && fgets(line, sizeof line, status)) sscanf(line, "SigCgt: %llx", &caught);
        if (status) fclose(status);
        if (caught & 1ull << (SIGINT - 1)) return;
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
    }
    fail_msg("SIGINT is never caught");
}

/* A run to the same epoch with the same seed, ended by itself, has the same weights: nothing of a step is lost or half done. */
static void the_same_as_without(void **state)
{
    (void)state;
    const pid_t p = start(LONG "-o a.st --json");
    await_handler(p);
    nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
    kill(p, SIGINT);
    assert_int_equal(bmt_wait(p), 130);
    json_error_t where;
    char *out = bmt_text("out");
    json_t *json = json_loads(out, 0, &where);
    assert_non_null(json);
    free(out);
    if (json_object_get(json, "error")) { /* a slow machine: the table was still prepared */
        json_decref(json);
        return;
    }
    assert_string_equal(bmt_json_string(json, "stopped_by"), "interrupt");
    assert_string_equal(bmt_json_string(json, "file"), "a.st");
    const int best = json_object_get(json, "best_epoch") ? (int)bmt_json_number(json, "best_epoch") : 0;
    const double score = bmt_json_number(json, "metrics.test.log_loss");
    json_decref(json);
    if (best < 1) return; /* a slow machine: not one epoch was done */
    json = bmt_json(bmt_exits(
        bmt_sh("baeum train digits -m mlp:32 --epochs %d --patience 1000000 --rate .0001 --threads 1 -o b.st --json", best),
        0));
    bmt_near("the best epoch", bmt_json_number(json, "metrics.test.log_loss"), score, 0);
    json_decref(json);
}

/* After the first Ctrl-C the second ends the process, here while it waits for someone to read the model: nothing is saved. */
static void second_ends(void **state)
{
    (void)state;
    static const int seconds[] = { SIGINT, SIGTERM }; /* of either kind */
    bmt_exits(bmt_sh("mkfifo pipe"), 0);
    for (int i = 0; i < 2; i++) {
        const pid_t p = start(LONG "-o pipe");
        await("out", "epoch    2/");
        kill(p, SIGINT);
        await("out", "interrupted after ");
        kill(p, seconds[i]);
        assert_int_equal(bmt_wait(p), 128 + seconds[i]);
        char *out = bmt_text("out");
        assert_null(strstr(out, "saved"));
        free(out);
    }
}

/* While many rows of many classes are scored: the model is there, its scores are not. */
static void while_scored(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("awk 'BEGIN { print \"a,b,y\"; for (i = 0; i < 32000; i++) print i %% 8000 %% 90 + i / 99000 \",\" "
                     "int(i %% 8000 / 90) \",k\" i %% 8000 }' > many.csv"),
              0);
    const pid_t p = start("exec baeum train many.csv -t y -m mlp:4 --epochs 1 --batch 512 --threads 1 --verbose -o many.st");
    await("out", "epoch    1/1");
    nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL); /* seconds of scoring follow */
    kill(p, SIGTERM);
    assert_int_equal(bmt_wait(p), 130);
    char *out = bmt_text("out");
    bmt_contains("the training was done", out, "ended after 1 epoch");
    bmt_contains("told", out, "interrupted while rows were scored");
    bmt_contains("saved", out, "saved many.st");
    assert_null(strstr(out, "baseline"));
    free(out);
    bmt_exits(bmt_sh("baeum inspect many.st -q && rm many.st"), 0);
}

/* An old model stays when the new one is never saved. */
static void killed(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("baeum train iris -q -o old.st && cp old.st copy.st"), 0);
    const pid_t p = start(LONG "-o old.st");
    await("out", "epoch    2/");
    kill(p, SIGKILL);
    assert_int_equal(bmt_wait(p), 128 + SIGKILL);
    bmt_exits(bmt_sh("cmp old.st copy.st && test \"$(ls -a | grep -c old.st)\" = 1"), 0);
}

/* A method of its own has no epochs; it is interrupted all the same. */
static void own_method(void **state)
{
    (void)state;
    const pid_t p = start(
        "exec baeum train moons:rows=20000,noise=.3 -m softmax:iterations=100000000,tolerance=1e-300 --threads 1 -o own.st");
    await_handler(p);
    kill(p, SIGINT);
    const int code = bmt_wait(p);
    assert_true(code == 130 || code == 0);                               /* 0: it was at its end before */
    bmt_exits(bmt_sh("test ! -e own.st || baeum inspect own.st -q"), 0); /* stopped while the table was prepared: none */
}

/* What comes out of a terminal of so many columns on which a line of sh runs; null: there is no terminal to be had. */
static char *on_terminal(const char *line, int columns)
{
    enum { ROOM = 1 << 18 };
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) || unlockpt(master)) return NULL;
    char whole[400], *text = calloc(1, ROOM);
    size_t n = 0;
    ssize_t got;
    const char *name = ptsname(master);
    const int slave = open(name, O_RDWR | O_NOCTTY); /* so that reading ends only once the command is done */
    const struct winsize size = { .ws_row = 24, .ws_col = (unsigned short)columns };
    ioctl(slave, TIOCSWINSZ, &size);
    snprintf(whole, sizeof whole, "%s > %s", line, name);
    const pid_t p = start(whole);
    fcntl(master, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 6000 && n < ROOM - 1; i++) {
        while ((got = read(master, text + n, ROOM - 1 - n)) > 0) n += (size_t)got;
        if (strstr(text, "saved ")) break;
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
    }
    assert_int_equal(bmt_wait(p), 0);
    close(slave);
    close(master);
    return text;
}

/* Columns of a text up to an end. */
static int columns_of(const char *text, const char *end)
{
    int n = 0;
    for (; text < end; text++) n += (*text & 0xC0) != 0x80;
    return n;
}

/* On a terminal: a bar that is drawn over itself, never wider than the terminal, and taken away at the end but for
 * the last epoch's numbers. */
static void terminal(void **state)
{
    (void)state;
    const int columns[] = { 120, 80, 30 };
    for (int i = 0; i < 3; i++) {
        char *text = on_terminal(
            "TERM=xterm baeum train digits -m mlp:256,256 --epochs 60 --patience 60 --rate .0001 --threads 1", columns[i]);
        if (!text) {
            bmt_skip("no pseudo-terminal");
            return;
        }
        bmt_contains("drawn over itself", text, "\r\033[Kepoch    1/60  ");
        bmt_contains("taken away, and the last numbers stay", text, "\r\033[Kepoch   60/60   loss ");
        const char *stays = strstr(text, "\r\033[Kepoch   60/60   loss "), *ends = strstr(text, "\nended after 60 epochs");
        bmt_contains("of validation, too", stays, "   validation ");
        assert_true(ends && !memchr(stays + 1, '\n', (size_t)(ends - 1 - stays - 1))); /* \r\n ends that line */
        assert_null(strstr(text, "\nepoch "));
        if (columns[i] > 60) bmt_contains("a bar", text, "█");
        if (columns[i] > 100) bmt_contains("what is left", text, " left");
        for (const char *at = text; (at = strstr(at, "\033[Kepoch"));) {
            at += 3;
            const char *end = at + strcspn(at, "\r\n");
            if (end[1] == '\033') assert_true(columns_of(at, end) < columns[i]); /* the last line is not drawn over */
        }
        free(text);
    }
    char *text = on_terminal("TERM=xterm baeum train digits -m mlp:32 --epochs 40 --threads 1 --verbose", 80);
    bmt_contains("each epoch, as asked", text, "\nepoch   23/40   loss ");
    assert_null(strstr(text, "\033"));
    free(text);
    text = on_terminal("TERM=dumb baeum train digits -m mlp:32 --epochs 3 --threads 1", 80);
    bmt_contains("lines where nothing can be drawn over", text, "\nepoch    2/3   loss ");
    assert_null(strstr(text, "\033"));
    free(text);
}

/* A command that is ended while it writes leaves the file that was there, or the whole new one where it had just got its name. Beside it
 * there is nothing, but for the moment between two names: what is there then is swept away here. */
static void ended_while_writing(void **state)
{
    (void)state;
    const int unnamed = open(bmt_temp("."), O_TMPFILE | O_WRONLY, 0600);
    if (unnamed < 0) {
        bmt_skip("a file system that has files without a name");
        return;
    }
    close(unnamed);
    bmt_exits(bmt_sh("mkdir -p w && cd w && awk 'BEGIN { print \"a,b,y\"; for (i = 0; i < 200000; i++) print i %% 97 \",\" i "
                     "%% 13 \",\" i %% 31 }'"
                     " > big.csv && baeum train big.csv -t y -m linear -q -o m.st && echo old > out.csv"),
              0);
    int strays = 0;
    for (int ms = 20; ms < 1500; ms += ms / 2) {
        const pid_t process = bmt_start("exec sh -c 'cd w && exec baeum predict m.st big.csv -o out.csv'", "out", "err");
        nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000L }, NULL);
        kill(process, SIGTERM);
        const int code = bmt_wait(process);
        assert_true(code == 0 || code == 128 + SIGTERM);
        const bmt_run r = bmt_exits(bmt_sh("wc -l < w/out.csv"), 0);
        assert_true(atoi(r.out) == 200001 || (code && atoi(r.out) == 1));
        strays += atoi(bmt_exits(bmt_sh("ls -A w | wc -l"), 0).out) - 3;
        bmt_exits(bmt_sh("cd w && find . -type f ! -name big.csv ! -name m.st ! -name out.csv -delete"), 0);
        bmt_exits(bmt_sh("echo old > w/out.csv"), 0);
    }
    assert_true(strays <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ended_while_writing),
        cmocka_unit_test(best_is_saved),
        cmocka_unit_test(ignored),
        cmocka_unit_test(the_same_as_without),
        cmocka_unit_test(second_ends),
        cmocka_unit_test(while_scored),
        cmocka_unit_test(killed),
        cmocka_unit_test(own_method),
        cmocka_unit_test(terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
