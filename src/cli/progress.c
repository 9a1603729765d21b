// SPDX-License-Identifier: Apache-2.0
/* How far training is: one line that moves on a terminal, of which the last epoch's numbers stay, some twenty plain lines elsewhere. */
#include "cli/cli.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR = 28, WIDE = 100, LINES = 20, WAIT = 60 /* s */ };

/* "███████████▍": eighths of `columns` columns. */
static void bar(char into[3 * BAR + 1], double share, int columns)
{
    static const char *const eighth[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    const int filled = (int)(fmin(fmax(share, 0), 1) * columns * 8);
    *into = 0;
    for (int i = 0; i < filled / 8; i++) strcat(into, "█");
    strcat(into, eighth[filled % 8]);
    for (int i = cli_width(into); i < columns; i++) strcat(into, " ");
}

/* Columns of the terminal: a line that is longer would not be drawn over. */
static int terminal_columns(FILE *to)
{
    struct winsize size = { 0 };
    return ioctl(fileno(to), TIOCGWINSZ, &size) || !size.ws_col ? WIDE : size.ws_col;
}

static void numbers(const bm_progress *p, const char *after, char into[200])
{
    char number[32];
    const double validation = bm_history(p->model, "validation_loss", -1);
    int n = snprintf(into, 200, "loss %-8s", cli_real(number, p->loss));
    if (isfinite(validation)) n += snprintf(into + n, 200 - (size_t)n, "   validation %-8s", cli_real(number, validation));
    snprintf(into + n, 200 - (size_t)n, "   %s%s", after, cli_seconds(number, p->seconds));
}

static void draw(cli_progress *s, const bm_progress *p)
{
    FILE *to = s->command->to;
    char blocks[3 * BAR + 1], text[200], left[32] = "", head[60], line[300], cut[4 * 300 + 4];
    const double done = (double)p->epoch + (p->epoch_done || !p->steps ? 0 : (double)p->step / (double)p->steps);
    const double share = p->epochs ? done / (double)p->epochs : 0;
    numbers(p, "", text); /* what is left tells what this time is */
    if (share > .001) cli_seconds(left, p->seconds / share - p->seconds);
    snprintf(head, sizeof head, "epoch %4lld/%lld  ", (long long)(p->epoch + !p->epoch_done), (long long)p->epochs);
    const int columns = terminal_columns(to);
    const int used =
        snprintf(line, sizeof line, "%s%s%s%s", text, *left ? ", " : "", left, *left ? " left" : "") + (int)strlen(head) + 4;
    bar(blocks, share, used >= columns ? 0 : columns - used < BAR ? columns - used : BAR);
    cli_cell(cut, line, columns > (int)strlen(head) + 4 ? columns - (int)strlen(head) - 4 - cli_width(blocks) : 0);
    fprintf(to, "\r\033[K%s%s%s%s", head, blocks, *blocks ? "   " : "", cut);
    fflush(to);
    s->drawn = true;
    s->last_shown = p->seconds;
}

/* Into a pipe or a file go the first epoch, the last, and some evenly between, or one in a while; with --verbose all, to a terminal,
 * too. */
static bool shown(const cli_progress *s, const bm_progress *p)
{
    const int64_t every = (p->epochs + LINES - 1) / LINES;
    return s->command->options.verbose || p->epoch == 1 || p->epoch == p->epochs || p->epoch % every == 0 ||
           p->seconds - s->last_shown > WAIT;
}

static void put_line(cli_progress *s)
{
    fputs(s->line, s->command->to);
    fflush(s->command->to); /* a log file is watched */
    *s->line = 0;
}

static bool on_terminal(const cli *c)
{
    const char *kind = getenv("TERM");
    return isatty(fileno(c->to)) == 1 && !(kind && !strcmp(kind, "dumb")) && !c->options.verbose;
}

bool cli_progress_show(void *progress, const bm_progress *p)
{
    cli_progress *s = progress;
    cli *c = s->command;
    if (!s->begun) {
        s->begun = true;
        s->terminal = on_terminal(c);
        if (s->begin) s->begin(s->user, p);
    }
    if (!cli_talks(c)) return true;
    if (s->terminal && (!s->drawn || p->seconds - s->last_shown > .08)) draw(s, p);
    if (!p->epoch_done) return true;
    char text[200];
    numbers(p, "after ", text);
    snprintf(s->line, sizeof s->line, "epoch %4lld/%lld   %s\n", (long long)p->epoch, (long long)p->epochs, text);
    if (!s->terminal && shown(s, p)) {
        put_line(s);
        s->last_shown = p->seconds;
    }
    return true;
}

bool cli_progress_passes(void *progress, const bm_progress *p)
{
    cli_progress *s = progress;
    cli *c = s->command;
    char rows[32], all[32], time[32];
    if (!cli_talks(c) || !on_terminal(c) || p->epoch_done) return true;
    fprintf(c->to, "\r\033[Kpass %lld over the file   %s of %s rows   %s", (long long)p->epoch + 1, cli_count(rows, p->step),
            cli_count(all, p->steps), cli_seconds(time, p->seconds));
    fflush(c->to);
    s->drawn = true;
    return true;
}

void cli_progress_end(cli_progress *s)
{
    if (s->drawn) fprintf(s->command->to, "\r\033[K");
    s->drawn = false;
    if (*s->line) put_line(s); /* the last epoch, when it came early, or on a terminal */
}
