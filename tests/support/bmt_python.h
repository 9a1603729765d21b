// SPDX-License-Identifier: Apache-2.0
/* Python with numpy and safetensors, for tests that have our files read by others. */
#ifndef BMT_PYTHON_H
#define BMT_PYTHON_H
#include "support/bmt.h"

/* The interpreter: BAEUM_PYTHON, else the one of tools/test-python (build/python), else python3, whichever has both packages. Null
 * when none has, and then the test was skipped with the reason: return at once. The string is static. */
const char *bmt_python(void);
#endif
