// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: bytes as an NPY file. A header that fits its data is rare by chance, so the input is also read as the text of the
 * dictionary alone, with as many zero bytes behind it as the last byte says. */
#include "format/npy.h"
#include "fuzz.h"
#include <stdlib.h>
#include <string.h>

static void read_once(const uint8_t *bytes, size_t size)
{
    bmi_error e = { 0 };
    bm_tensor *t = bmi_npy_parse(&e, (bm_place){ 0 }, NULL, "f", bytes, size);
    if (!t && !*e.text) abort();
    if (t && (size_t)t->size * 1 > size) abort();
    bm_tensor_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static uint8_t file[2000];
    read_once(bytes, size);
    if (!size || size > 1000) return 0;
    const size_t zeros = bytes[size - 1];
    memcpy(file, "\x93NUMPY\x01\x00", 8);
    file[8] = (uint8_t)(size - 1);
    file[9] = (uint8_t)((size - 1) >> 8);
    memcpy(file + 10, bytes, size - 1);
    memset(file + 10 + size - 1, 0, zeros);
    read_once(file, 10 + size - 1 + zeros);
    return 0;
}
