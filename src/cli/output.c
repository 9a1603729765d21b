// SPDX-License-Identifier: Apache-2.0
/* Text for people: numbers with few digits, and tables with aligned columns. */
#include "cli/cli.h"
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *cli_count(char into[32], int64_t count)
{
    char digits[24];
    const int n = snprintf(digits, sizeof digits, "%" PRId64, count);
    int out = 0;
    for (int i = 0; i < n; i++) {
        into[out++] = digits[i];
        const int left = n - 1 - i;
        if (left && left % 3 == 0 && digits[i] != '-') into[out++] = ',';
    }
    into[out] = 0;
    return into;
}

/* "0.991" as ".991". */
static char *without_zero(char *text)
{
    char *zero = text + (*text == '-');
    if (zero[0] == '0' && zero[1] == '.') memmove(zero, zero + 1, strlen(zero));
    return text;
}

char *cli_real(char into[32], double value)
{
    const double size = fabs(value);
    if (!isfinite(value)) snprintf(into, 32, "%s", isnan(value) ? "" : value > 0 ? "inf" : "-inf");
    else if (size == 0) snprintf(into, 32, "0");
    else if (size >= 999.5 && size < 1e15) cli_count(into, llround(value));
    else if (size < 1e-5 || size >= 1e15) snprintf(into, 32, "%.2g", value);
    else {
        const int places = 2 - (int)floor(log10(size)); /* three digits */
        snprintf(into, 32, "%.*f", places < 0 ? 0 : places, value);
        without_zero(into);
    }
    return into;
}

char *cli_share(char into[32], double value)
{
    if (!isfinite(value)) *into = 0;
    else if (fabs(value) >= 100) return cli_real(into, value);
    else {
        snprintf(into, 32, "%.3f", value);
        without_zero(into);
        if (!strcmp(into, "-.000")) strcpy(into, ".000");
    }
    return into;
}

char *cli_bytes(char into[32], double bytes)
{
    static const char *const unit[] = { "bytes", "kB", "MB", "GB", "TB" };
    int u = 0;
    while (bytes >= 999.5 && u < 4) {
        bytes /= 1000;
        u++;
    }
    snprintf(into, 32, bytes < 10 && u ? "%.1f %s" : "%.0f %s", bytes, unit[u]);
    return into;
}

char *cli_seconds(char into[32], double seconds)
{
    if (!isfinite(seconds) || seconds < 0) snprintf(into, 32, "?");
    else if (seconds < .0995) snprintf(into, 32, seconds < .00095 ? "%.2f ms" : "%.0f ms", seconds * 1e3);
    else if (seconds < 9.95) snprintf(into, 32, "%.1f s", seconds);
    else if (seconds < 119.5) snprintf(into, 32, "%.0f s", seconds);
    else if (seconds < 7200) snprintf(into, 32, "%d min %d s", (int)(seconds / 60), (int)fmod(seconds, 60));
    else snprintf(into, 32, "%.0f h %d min", floor(seconds / 3600), (int)(fmod(seconds, 3600) / 60));
    return without_zero(into);
}

char *cli_plural(char into[64], int64_t count, const char *one, const char *many)
{
    char number[32];
    snprintf(into, 64, "%s %.30s", cli_count(number, count), count == 1 ? one : many);
    return into;
}

int cli_width(const char *text)
{
    int n = 0;
    for (; *text; text++) n += (*(const unsigned char *)text & 0xC0) != 0x80;
    return n;
}

char *cli_cell(char *into, const char *text, int width)
{
    const bool cut = cli_width(text) > width;
    int columns = 0, at = 0;
    for (; *text; text++) {
        const unsigned char byte = *(const unsigned char *)text;
        if ((byte & 0xC0) != 0x80 && columns++ == width - (cut ? 1 : 0)) break;
        into[at++] = byte < 32 || byte == 127 ? ' ' : (char)byte;
    }
    into[at] = 0;
    if (cut) strcpy(into + at, "…");
    return into;
}

char *cli_shell(char *into, size_t room, const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,/:@%";
    size_t n = (size_t)snprintf(into, room, "%s", *name == '-' && name[1] ? "./" : "");
    bool bare = *name != 0;
    for (const char *at = name; *at; at++) bare &= (*(const unsigned char *)at & 0x80) || strchr(plain, *at);
    if (bare) {
        snprintf(into + n, room - n, "%s", name);
        return into;
    }
    into[n++] = '\'';
    for (const char *at = name; *at && n + 6 < room; at++)
        n += (size_t)snprintf(into + n, room - n, *at == '\'' ? "'\\''" : "%c", *at);
    snprintf(into + n, room - n, "'");
    return into;
}

int cli_spare(cli *c, const char *output, const char *input)
{
    struct stat a, b;
    if (!output || !input || stat(output, &a) || stat(input, &b) || !S_ISREG(a.st_mode)) return 0;
    if (a.st_dev != b.st_dev || a.st_ino != b.st_ino) return 0;
    return cli_fail(c, CLI_USAGE, "-o %s is the file %s, which is read: it would be lost; name another one", output, input);
}

int cli_writable(cli *c, const char *path)
{
    struct stat about;
    char folder[4096], quoted[4096 + 100];
    if (!strcmp(path, "-")) return 0;
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (!slash) strcpy(folder, ".");
    else slash[slash == folder] = 0;
    if (!stat(path, &about)) {
        if (S_ISDIR(about.st_mode)) return cli_fail(c, CLI_FAILED, "-o %s is a folder; name a file in it", path);
        if (access(path, W_OK)) return cli_fail(c, CLI_FAILED, "%s cannot be written: %s", path, strerror(errno));
        if (!S_ISREG(about.st_mode)) return 0;
    }
    if (!access(folder, W_OK | X_OK)) return 0;
    const int why = errno;
    return cli_fail(c, CLI_FAILED, "%s cannot be written: folder %s: %s%s%s%s", path, folder, strerror(why),
                    why == ENOENT ? "; mkdir -p " : "", why == ENOENT ? cli_shell(quoted, sizeof quoted, folder) : "",
                    why == ENOENT ? " makes it" : "");
}

int cli_keeps(cli *c, const char *path)
{
    struct stat about;
    if (stat(path, &about) || !S_ISREG(about.st_mode) || !about.st_size) return 0;
    bm_model *m = cli_is_model(path) ? bm_load(path) : NULL; /* weights of another program are none, either */
    const bool is_model = m && bm_status_of(m) != BM_E_FORMAT;
    bm_free(m);
    if (is_model) return 0;
    return cli_fail(c, CLI_FAILED, "%s is there and is no model: it would be lost; remove it, or name another file by -o",
                    path);
}

void cli_append(char *into, size_t room, const char *format, ...)
{
    const size_t used = strlen(into);
    va_list list;
    va_start(list, format);
    vsnprintf(into + used, room - used, format, list);
    va_end(list);
}

bool cli_is_stdout(const char *path)
{
    struct stat a, b;
    if (!strcmp(path, "-")) return true;
    return !stat(path, &a) && !fstat(STDOUT_FILENO, &b) && !S_ISREG(a.st_mode) && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino && a.st_rdev == b.st_rdev;
}

void cli_grid_add(cli_grid *g, const char *cell)
{
    if (g->failed) return;
    if (g->n_cells == g->capacity) {
        const int capacity = g->capacity ? 2 * g->capacity : 64;
        char **cells = realloc(g->cells, (size_t)capacity * sizeof *cells);
        if (!cells) {
            g->failed = true;
            return;
        }
        g->cells = cells;
        g->capacity = capacity;
    }
    const size_t n = strlen(cell ? cell : "") + 1;
    char *copy = malloc(n);
    if (!copy) {
        g->failed = true;
        return;
    }
    memcpy(copy, cell ? cell : "", n);
    g->cells[g->n_cells++] = copy;
}

/* True when every cell below the heading of a column is empty or a number. */
static bool is_numeric(const cli_grid *g, int column)
{
    bool any = false;
    for (int i = g->columns + column; i < g->n_cells; i += g->columns) {
        const char *cell = g->cells[i];
        if (!*cell) continue;
        if (strspn(cell, "0123456789.,+-e%") != strlen(cell)) return false;
        any = true;
    }
    return any;
}

void cli_grid_print(const cli_grid *g, const char *indent, FILE *to)
{
    int widths[CLI_COLUMNS] = { 0 };
    bool numeric[CLI_COLUMNS];
    for (int i = 0; i < g->n_cells; i++) {
        const int w = cli_width(g->cells[i]);
        if (w > widths[i % g->columns]) widths[i % g->columns] = w;
    }
    for (int k = 0; k < g->columns; k++) numeric[k] = is_numeric(g, k);
    for (int row = 0; row + g->columns <= g->n_cells; row += g->columns) {
        int last = g->columns - 1; /* no blanks at the end of a line */
        while (last > 0 && !*g->cells[row + last]) last--;
        fputs(indent, to);
        for (int k = 0; k <= last; k++) {
            const char *cell = g->cells[row + k];
            const int pad = widths[k] - cli_width(cell);
            if (numeric[k]) fprintf(to, "%*s%s", pad, "", cell);
            else if (k < last) fprintf(to, "%s%*s", cell, pad, "");
            else fputs(cell, to);
            fputs(k < last ? "   " : "", to);
        }
        fputc('\n', to);
    }
}

void cli_grid_end(cli_grid *g)
{
    for (int i = 0; i < g->n_cells; i++) free(g->cells[i]);
    free(g->cells);
    *g = (cli_grid){ .columns = g->columns };
}
