// SPDX-License-Identifier: Apache-2.0
/* The kernels of rows of logits: parts are rows. */
#include "kernels/cpu/softmax_bound.h"

BMI_VARIANTS(bmi_softmax_body, bmi_softmax_rows);
BMI_VARIANTS(bmi_crossentropy_body, bmi_crossentropy_rows);
static bmi_softmax_body *const softmax_of[BMI_ISA_COUNT][BMI_REAL_COUNT] = BMI_VARIANT_TABLE(bmi_softmax_rows);
static bmi_crossentropy_body *const crossentropy_of[BMI_ISA_COUNT][BMI_REAL_COUNT] = BMI_VARIANT_TABLE(bmi_crossentropy_rows);

void bmi_softmax_run(const void *args, int part, int parts)
{
    const bmi_softmax *s = args;
    softmax_of[s->isa][s->real](s, s->rows * part / parts, s->rows * (part + 1) / parts);
}

void bmi_crossentropy_run(const void *args, int part, int parts)
{
    const bmi_crossentropy *c = args;
    crossentropy_of[c->isa][c->real](c, c->rows * part / parts, c->rows * (part + 1) / parts);
}

int bmi_softmax_parts(int64_t rows, int64_t n)
{
    enum { PART_ELEMENTS = 4096 }; /* about 2 us */
    int64_t parts = rows * (n < 16 ? 16 : n) / PART_ELEMENTS;
    parts = parts > rows ? rows : parts;
    return parts < 2 ? 1 : parts > 256 ? 256 : (int)parts;
}
