// SPDX-License-Identifier: Apache-2.0
/* Runs a fuzz target over files or folders of files, for compilers without libFuzzer: every input that was ever found stays
 * a test. Usage: replay FOLDER... */
#include "fuzz.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static int run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) return 0;
    fseek(f, 0, SEEK_END);
    const long n = ftell(f);
    rewind(f);
    uint8_t *bytes = malloc(n > 0 ? (size_t)n : 1);
    const int fine = bytes && n >= 0 && fread(bytes, 1, (size_t)n, f) == (size_t)n;
    if (fine) LLVMFuzzerTestOneInput(bytes, (size_t)n);
    free(bytes);
    fclose(f);
    return fine;
}

int main(int count, char **arguments)
{
    int files = 0;
    for (int i = 1; i < count; i++) {
        DIR *folder = opendir(arguments[i]);
        for (const struct dirent *entry; folder && (entry = readdir(folder));) {
            char path[4096];
            if (entry->d_name[0] == '.') continue;
            snprintf(path, sizeof path, "%s/%s", arguments[i], entry->d_name);
            if (!run_file(path)) {
                fprintf(stderr, "%s cannot be read\n", path);
                return 1;
            }
            files++;
        }
        if (folder) closedir(folder);
    }
    printf("%d inputs\n", files);
    return files ? 0 : 1;
}
