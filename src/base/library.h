// SPDX-License-Identifier: Apache-2.0
/* Shared libraries that are opened when they are first needed, so that the core does not depend on them. The one place of dlopen
 * and dlsym. */
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

#endif
