// SPDX-License-Identifier: Apache-2.0
/* Which files are read by parts: those that would take more memory than is well to spare. */
#include "base/available.h"
#include "cli/cli.h"
#include <stdint.h>
#include <sys/stat.h>

/* Bytes of the table of a CSV file, by the cells of its beginning; of a packed one by what such files usually are. */
static double estimate(const char *path, double size)
{
    enum { LOOK = 1 << 16, CELL = 8, PACKED = 8 };
    unsigned char bytes[LOOK];
    FILE *f = fopen(path, "rb");
    const size_t n = f ? fread(bytes, 1, LOOK, f) : 0;
    double cells = 0;
    if (f) fclose(f);
    if (n > 1 && bytes[0] == 0x1f && bytes[1] == 0x8b) return size * PACKED;
    for (size_t i = 0; i < n; i++)
        cells += bytes[i] == ',' || bytes[i] == ';' || bytes[i] == '\t' || bytes[i] == '|' || bytes[i] == '\n';
    return n ? size / (double)n * cells * CELL : 0;
}

bool cli_wants_parts(cli *c, const char *path)
{
    struct stat about;
    char table[32], there[32];
    if (!(c->command->options >> OPT_PARTS & 1)) return false;
    if (cli_given(&c->options, OPT_PARTS)) return true;
    const size_t available = bmi_memory_available("");
    if (stat(path, &about) || !S_ISREG(about.st_mode) || available == SIZE_MAX) return false;
    const double bytes = estimate(path, (double)about.st_size);
    if (bytes <= (double)available / 2) return false;
    cli_warn(c, "the table would take some %s, and %s are free: it is read by parts (--parts)", cli_bytes(table, bytes),
             cli_bytes(there, (double)available));
    return true;
}
