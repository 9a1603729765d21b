// SPDX-License-Identifier: Apache-2.0
/* Opening shared libraries at run time (POSIX dlopen). */
#include "base/library.h"
#include <dlfcn.h>
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
