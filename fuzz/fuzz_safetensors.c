// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: bytes as a safetensors file. They are read as they are, and as the header alone with the right length before it and
 * as many zero bytes behind it as the last byte says, so that the fuzzer gets past the length. */
#include "format/safetensors.h"
#include "fuzz.h"
#include <stdlib.h>
#include <string.h>

static void read_once(const uint8_t *bytes, size_t size)
{
    bmi_error e = { 0 };
    bmi_safetensors s;
    if (bmi_safetensors_parse(&e, (bm_place){ 0 }, NULL, "f", bytes, size, &s)) {
        if (!*e.text) abort();
        return;
    }
    size_t all = 0;
    for (size_t i = 0; i < s.n; i++) {
        const uint8_t *begin = s.entries[i].data;
        if (begin < bytes || begin + s.entries[i].bytes > bytes + size) abort();
        all += s.entries[i].bytes;
        if (bmi_safetensors_find(&s, s.entries[i].name) != &s.entries[i]) abort();
    }
    if (all > size) abort();
    bmi_safetensors_end(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static uint8_t file[5000];
    read_once(bytes, size);
    if (!size || size > 4000) return 0;
    const size_t header = size - 1, zeros = bytes[header];
    for (int i = 0; i < 8; i++) file[i] = (uint8_t)((uint64_t)header >> 8 * i);
    memcpy(file + 8, bytes, header);
    memset(file + 8 + header, 0, zeros);
    read_once(file, 8 + header + zeros);
    return 0;
}
