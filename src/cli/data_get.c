// SPDX-License-Identifier: Apache-2.0
/* baeum data get of a set of images: its four files are copied from where they were found; when they are nowhere, how to get them is
 * said. Nothing is downloaded.
 */
#include "base/file.h"
#include "cli/cli.h"
#include "data/sets.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static const char *const files[] = { "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                                     "t10k-labels-idx1-ubyte" };

/* Finds one of the files, packed or not. */
static bool find(const bmi_set *set, const char *file, char path[4096], bool *packed)
{
    char name[200];
    for (int z = 0; z < 2; z++) {
        snprintf(name, sizeof name, "%s/%s%s", set->file, file, z ? ".gz" : "");
        *packed = z;
        if (bmi_set_path(NULL, name, path)) return true;
    }
    return false;
}

static int not_here(cli *c, const bmi_set *set, const char *name, const char *file, const char *looked)
{
    return cli_fail(
        c, CLI_FAILED,
        "%s is not here: there is no %s/%s.gz in %s. Its files %s.gz, %s.gz, %s.gz and %s.gz are at %s; put them into "
        "FOLDER/%s and name that folder by --data FOLDER or BAEUM_DATA",
        name, set->file, file, looked, files[0], files[1], files[2], files[3], set->from, set->file);
}

static int copy(cli *c, const char *from, const char *to, double *bytes)
{
    bmi_error e = { 0 };
    static char block[1 << 16];
    struct stat a, b;
    if (!stat(from, &a) && !stat(to, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino) return 0; /* it is that file */
    FILE *file = fopen(from, "rb");
    if (!file) return cli_fail(c, CLI_FAILED, "cannot read %s: %s", from, strerror(errno));
    bmi_writer *w = bmi_writer_begin(&e, BM_HERE, NULL, to);
    for (size_t n; !e.status && (n = fread(block, 1, sizeof block, file)) > 0; *bytes += (double)n)
        bmi_writer_bytes(w, block, n);
    if (!e.status && ferror(file)) bmi_fail(&e, BM_E_FILE, BM_HERE, "cannot read %s: %s", from, strerror(errno));
    if (!e.status) bmi_writer_commit(w);
    bmi_writer_end(w);
    fclose(file);
    return e.status ? cli_fail_text(c, CLI_FAILED, e.text) : 0;
}

int cli_data_get_images(cli *c, const char *name)
{
    const bmi_set *set = bmi_set_find(name);
    const char *folder = c->options.output ? c->options.output : name;
    char from[4][4096], to[4096], size[32];
    bool packed[4];
    double bytes = 0;
    for (int i = 0; i < 4; i++)
        if (!find(set, files[i], from[i], &packed[i])) return not_here(c, set, name, files[i], from[i]);
    if (mkdir(folder, 0777) && errno != EEXIST)
        return cli_fail(c, CLI_FAILED, "cannot make the folder %s: %s", folder, strerror(errno));
    for (int i = 0; i < 4; i++) {
        if (snprintf(to, sizeof to, "%s/%s%s", folder, files[i], packed[i] ? ".gz" : "") >= (int)sizeof to)
            return cli_fail(c, CLI_FAILED, "-o: the name is too long");
        const int status = copy(c, from[i], to, &bytes);
        if (status) return status;
    }
    cli_put(c, "folder", cli_text(folder));
    cli_say(c, folder, "4 files, %s", cli_bytes(size, bytes));
    if (!strcmp(folder, set->file)) cli_say(c, "", "next: baeum train %s --data .", name);
    return CLI_DONE;
}
