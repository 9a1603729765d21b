// SPDX-License-Identifier: Apache-2.0
/* Orders of rows and their gathering into batches. The order of an epoch is a permutation made from (seed, epoch) alone, so a run
 * that is taken up again at an epoch sees the same batches. */
#include "data/dataset.h"
#include "base/random.h"
#include "base/threads.h"
#include "kernels/cpu/fill.h"
#include <string.h>

int64_t bmi_batches_count(const bmi_batches *b)
{
    return b->drop_short ? b->rows / b->batch : b->rows / b->batch + (b->rows % b->batch > 0);
}

/* bmi_random_permutation with its random bits made some hundred at a time, by vectors. */
static void permute(uint64_t seed, uint64_t stream, int64_t *order, int64_t n)
{
    enum { AT_ONCE = 512 };
    uint64_t bits[AT_ONCE];
    for (int64_t i = 0; i < n; i++) order[i] = i;
    for (int64_t last = n; last > 1;) {
        const int64_t first = (last - 1) / AT_ONCE * AT_ONCE;
        const bmi_fill fill = { .isa = bmi_isa_now(), .kind = BMI_FILL_BITS, .y = bits };
        bmi_fill_range(&fill, seed, stream, first, last);
        for (int64_t i = last - 1; i >= first && i > 0; i--) {
            const int64_t j = (int64_t)bmi_random_scale(bits[i - first], (uint64_t)i + 1), t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        last = first;
    }
}

void bmi_batches_order(const bmi_batches *b, int64_t epoch, int64_t *order)
{
    if (b->replace) {
        const uint64_t stream = bmi_random_stream(BMI_STREAM_DRAW, (uint64_t)epoch);
        for (int64_t i = 0; i < b->rows; i++)
            order[i] = (int64_t)bmi_random_below(b->seed, stream, (uint64_t)i, (uint64_t)b->rows);
    } else if (b->in_order) {
        for (int64_t i = 0; i < b->rows; i++) order[i] = i;
    } else {
        permute(b->seed, bmi_random_stream(BMI_STREAM_SHUFFLE, (uint64_t)epoch), order, b->rows);
    }
}

/* One row of n numbers, converted. */
static void u8_to_f32(float *to, const uint8_t *from, int64_t n, float scale)
{
    for (int64_t i = 0; i < n; i++) to[i] = (float)from[i] * scale;
}

static double number_at(const void *from, bm_type type, int64_t i)
{
    switch (type) {
    case BM_F32: return (double)((const float *)from)[i];
    case BM_F64: return ((const double *)from)[i];
    case BM_I32: return ((const int32_t *)from)[i];
    case BM_I64: return (double)((const int64_t *)from)[i];
    default: return ((const uint8_t *)from)[i];
    }
}

static void convert_row(void *to, bm_type as, const void *from, bm_type type, int64_t n, double scale)
{
    if (as == BM_F32 && type == BM_U8) {
        u8_to_f32(to, from, n, (float)scale);
    } else if (as == BM_F32) {
        for (int64_t i = 0; i < n; i++) ((float *)to)[i] = (float)(number_at(from, type, i) * scale);
    } else {
        for (int64_t i = 0; i < n; i++) ((double *)to)[i] = number_at(from, type, i) * scale;
    }
}

void bmi_gather_rows(void *into, bm_type as, const bm_tensor *from, double scale, const int64_t *order, int64_t first,
                     int64_t count, int part, int parts)
{
    const int64_t row = from->shape.dim[0] ? from->size / from->shape.dim[0] : 0;
    const size_t in = (size_t)row * bm_type_size(from->type), out = (size_t)row * bm_type_size(as);
    int64_t begin, end;
    bmi_slice(count, 1, part, parts, &begin, &end);
    for (int64_t i = begin; i < end; i++) {
        const char *source = (const char *)from->data + (size_t)(order ? order[i] : first + i) * in;
        char *target = (char *)into + (size_t)i * out;
        if (as == from->type && scale == 1) memcpy(target, source, in);
        else convert_row(target, as, source, from->type, row, scale);
    }
}
