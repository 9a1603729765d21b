// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: bytes as an IDX file, in memory and by path, where a tensor of bytes stays in the memory of the file. Both must give the
 * same tensor or the same error. */
#include "format/idx.h"
#include "fuzz.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    bmi_error e = { 0 }, f = { 0 };
    bm_context *context = fuzz_context();
    const char *path = fuzz_file(bytes, size);
    bm_tensor *a = bmi_idx_parse(&e, (bm_place){ 0 }, context, path, bytes, size);
    bm_tensor *b = bmi_idx_read(&f, (bm_place){ 0 }, context, path);
    fuzz_check((a != NULL) == (e.status == BM_OK) && (b != NULL) == (f.status == BM_OK));
    const bool packed = size > 1 && bytes[0] == 0x1f && bytes[1] == 0x8b; /* gzip, which only the file's reader undoes */
    if (!packed) fuzz_check(e.status == f.status && !strcmp(e.text, f.text));
    if (a && b) {
        fuzz_check((size_t)a->size <= size && a->type == b->type && bmi_shape_equal(a->shape, b->shape));
        fuzz_check(!a->size || !memcmp(a->data, b->data, (size_t)a->size * bm_type_size(a->type)));
    }
    bm_free(a);
    bm_free(b);
    return 0;
}
