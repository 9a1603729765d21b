// SPDX-License-Identifier: Apache-2.0
/* Opening shared libraries at run time (POSIX dlopen), and finding this one. */
#define _GNU_SOURCE /* dladdr: POSIX has it since 2024 only */
#include "base/library.h"
#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

void *bmi_library_open(bmi_error *e, bm_place here, const char *file, const char *package, const char *use,
                       const bmi_symbol *symbols)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        bmi_fail(e, BM_E_UNSUPPORTED, here, "%s needs %s, which is not installed; on Debian: apt-get install %s", use, file,
                 package);
        return NULL;
    }
    for (; symbols->name; symbols++) {
        void *symbol = dlsym(library, symbols->name);
        if (!symbol) {
            bmi_fail(e, BM_E_UNSUPPORTED, here, "%s needs %s with %s; install another version of the package %s", use, file,
                     symbols->name, package);
            dlclose(library);
            return NULL;
        }
        memcpy(symbols->into, &symbol, sizeof symbol); /* POSIX says that a function's address fits a void pointer */
    }
    return library;
}

void bmi_library_close(void *library)
{
    if (library) dlclose(library);
}

bool bmi_library_folder(size_t size, char into[])
{
    static const char inside;
    Dl_info found;
    char room[PATH_MAX]; /* so that it does not depend on memory */
    const char *path = dladdr(&inside, &found) && found.dli_fname ? realpath(found.dli_fname, room) : NULL;
    char *slash = path ? strrchr(room, '/') : NULL;
    const bool fits = slash && (size_t)(slash - path) < size;
    if (fits) {
        *slash = 0;
        strcpy(into, room);
    }
    return fits;
}
