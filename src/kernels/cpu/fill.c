// SPDX-License-Identifier: Apache-2.0
/* The table of variants/fill.c. */
#include "kernels/cpu/fill.h"
#include "kernels/cpu/variant.h"

typedef void fill_body(const bmi_fill *f, uint64_t seed, uint64_t stream, int64_t first, int64_t last);
BMI_VARIANTS(fill_body, bmi_fill_range);
static fill_body *const fill_of[BMI_ISA_COUNT][BMI_REAL_COUNT] = BMI_VARIANT_TABLE(bmi_fill_range);

void bmi_fill_range(const bmi_fill *f, uint64_t seed, uint64_t stream, int64_t first, int64_t last)
{
    fill_of[f->isa][BMI_REAL_F64](f, seed, stream, first, last);
}

int bmi_fill_parts(int64_t n)
{
    const int64_t parts = n / 8192;
    return parts < 2 ? 1 : parts > 256 ? 256 : (int)parts;
}
