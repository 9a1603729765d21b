// SPDX-License-Identifier: Apache-2.0
/* Shared libraries that are opened when they are first needed, so that the core does not depend on them; and where this one lies.
 * The one place of dlopen, dlsym and dladdr. */
#ifndef BMI_BASE_LIBRARY_H
#define BMI_BASE_LIBRARY_H
#include "base/status.h"

typedef struct bmi_symbol {
    const char *name;
    void (**into)(void); /* where the function pointer goes */
} bmi_symbol;

/* Opens a library and finds all symbols (a table ended by a null name). Null with BM_E_UNSUPPORTED naming what needs it (`use`) and
 * the package that has it. */
void *bmi_library_open(bmi_error *e, bm_place here, const char *file, const char *package, const char *use,
                       const bmi_symbol *symbols);
void bmi_library_close(void *library); /* null allowed */

/* The folder of the file that this code was loaded from: libbaeum.so, or the program that it is linked into. False when the system
 * does not tell. */
bool bmi_library_folder(size_t size, char into[]);

#endif
