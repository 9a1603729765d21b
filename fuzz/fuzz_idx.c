// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: bytes as an IDX file. */
#include "format/idx.h"
#include "fuzz.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    bmi_error e = { 0 };
    bm_tensor *t = bmi_idx_parse(&e, (bm_place){ 0 }, NULL, "f", bytes, size);
    if (!t && !*e.text) abort();
    if (t && (size_t)t->size > size) abort();
    bm_tensor_free(t);
    return 0;
}
