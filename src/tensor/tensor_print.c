// SPDX-License-Identifier: Apache-2.0
/* Printing a tensor on one line: "f32 [2, 3] [[1, 2, 3], [4, 5, 6]]". A tensor of more than 1000 elements, or of none, shows the
 * first and last 3 along each dimension, and "..." between them (NumPy's way).
 */
#include "base/text.h"
#include "tensor/tensor.h"
#include <inttypes.h>

enum { SHOWN_WHOLE = 1000, EDGE = 3 };

static void print_element(const bm_tensor *t, int64_t i, FILE *to)
{
    char text[32];
    switch (t->type) {
    case BM_F32:
        bmi_write_real_f32(text, ((const float *)t->data)[i]);
        fputs(text, to);
        return;
    case BM_F64:
        bmi_write_real(text, ((const double *)t->data)[i]);
        fputs(text, to);
        return;
    case BM_I64: fprintf(to, "%" PRId64, ((const int64_t *)t->data)[i]); return;
    case BM_BOOL: fputs(((const uint8_t *)t->data)[i] ? "true" : "false", to); return;
    default: fprintf(to, "%.0f", bm_tensor_at(t, i)); /* i32, u8: exact in a double */
    }
}

/* The part of the tensor with the first `axis` indices fixed, which begins at element `first` and has `size` elements. */
static void print_axis(const bm_tensor *t, int64_t axis, int64_t first, int64_t size, FILE *to)
{
    if (axis == t->shape.rank) {
        print_element(t, first, to);
        return;
    }
    const int64_t n = t->shape.dim[axis], each = n ? size / n : 0;
    const bool cut = (t->size > SHOWN_WHOLE || !t->size) && n > 2 * EDGE + 1; /* of no elements there may be many empty rows */
    fputc('[', to);
    for (int64_t i = 0; i < n; i++) {
        if (i) fputs(", ", to);
        if (cut && i == EDGE) {
            fputs("..., ", to);
            i = n - EDGE;
        }
        print_axis(t, axis + 1, first + i * each, each, to);
    }
    fputc(']', to);
}

void bm_tensor_print(const bm_tensor *t, FILE *to)
{
    if (!to) return;
    if (bmi_object_failed(t)) {
        fprintf(to, "failed tensor: %s\n", bmi_object_error(t));
        return;
    }
    fprintf(to, "%s [", bm_type_name(t->type));
    for (int64_t i = 0; i < t->shape.rank; i++) fprintf(to, "%s%" PRId64, i ? ", " : "", t->shape.dim[i]);
    fputs("] ", to);
    print_axis(t, 0, 0, t->size, to);
    fputc('\n', to);
}
