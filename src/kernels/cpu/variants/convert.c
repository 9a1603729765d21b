// SPDX-License-Identifier: Apache-2.0
/* Reading and writing arrays of any type as reals (kernels/cpu/convert.h). The loops are plain: with the type a constant after
 * inlining, the compiler makes vectors of them.
 */
#include "kernels/cpu/convert.h"
#include "kernels/cpu/vector.h"
#include <string.h>

V real get(const void *x, bm_type type, int64_t i)
{
    switch (type) {
    case BM_F32: return (real)((const float *)x)[i];
    case BM_F64: return (real)((const double *)x)[i];
    case BM_I32: return (real)((const int32_t *)x)[i];
    case BM_I64: return (real)((const int64_t *)x)[i];
    case BM_BOOL: return ((const uint8_t *)x)[i] ? 1 : 0;
    default: return (real)((const uint8_t *)x)[i];
    }
}

/* `below` is the first integral number past the type's range. */
V int64_t whole(real v, real low, int64_t lowest, real below, int64_t highest)
{
    return v >= low ? v < below ? (int64_t)v : highest : v < low ? lowest : 0;
}

V void put(void *y, bm_type type, int64_t i, real v)
{
    switch (type) {
    case BM_F32: ((float *)y)[i] = (float)v; break;
    case BM_F64: ((double *)y)[i] = (double)v; break;
    case BM_I32: ((int32_t *)y)[i] = (int32_t)whole(v, (real)INT32_MIN, INT32_MIN, (real)0x1p31, INT32_MAX); break;
    case BM_I64: ((int64_t *)y)[i] = whole(v, (real)INT64_MIN, INT64_MIN, (real)0x1p63, INT64_MAX); break;
    case BM_BOOL: ((uint8_t *)y)[i] = v != 0; break;
    default: ((uint8_t *)y)[i] = (uint8_t)whole(v, 0, 0, 256, 255); break;
    }
}

/* One value over n reals. */
V void splat(real *y, real value, int64_t n)
{
    const vec v = v_set(value);
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) v_store(y + i, v);
    if (i < n) v_store_n(y + i, v, (size_t)(n - i));
}

V void read_type(real *y, const void *x, bm_type type, int64_t rows, int64_t cols, int64_t row, int64_t col)
{
    if (!col) {
        if (!row) splat(y, get(x, type, 0), rows * cols);
        else
            for (int64_t i = 0; i < rows; i++) splat(y + i * cols, get(x, type, i * row), cols);
        return;
    }
    const int64_t different = row ? rows : 1;
    for (int64_t i = 0; i < different; i++) {
        real *to = y + i * cols;
        if (col == 1)
            for (int64_t j = 0; j < cols; j++) to[j] = get(x, type, i * row + j);
        else
            for (int64_t j = 0; j < cols; j++) to[j] = get(x, type, i * row + j * col);
    }
    for (int64_t done = different; done < rows;) { /* one row again and again: what is there doubles */
        const int64_t more = done < rows - done ? done : rows - done;
        memcpy(y + done * cols, y, (size_t)(more * cols) * sizeof *y);
        done += more;
    }
}

bmi_read_body BMI_V(bmi_read);
void BMI_V(bmi_read)(void *y, const void *x, bm_type type, int64_t rows, int64_t cols, int64_t row, int64_t col)
{
    switch (type) {
    case BM_F32: read_type(y, x, BM_F32, rows, cols, row, col); break;
    case BM_F64: read_type(y, x, BM_F64, rows, cols, row, col); break;
    case BM_I32: read_type(y, x, BM_I32, rows, cols, row, col); break;
    case BM_I64: read_type(y, x, BM_I64, rows, cols, row, col); break;
    case BM_BOOL: read_type(y, x, BM_BOOL, rows, cols, row, col); break;
    default: read_type(y, x, BM_U8, rows, cols, row, col); break;
    }
}

V void write_type(void *y, const real *x, bm_type type, int64_t rows, int64_t cols, int64_t row, int64_t col)
{
    for (int64_t i = 0; i < rows; i++) {
        const real *from = x + i * cols;
        if (col == 1)
            for (int64_t j = 0; j < cols; j++) put(y, type, i * row + j, from[j]);
        else
            for (int64_t j = 0; j < cols; j++) put(y, type, i * row + j * col, from[j]);
    }
}

bmi_write_body BMI_V(bmi_write);
void BMI_V(bmi_write)(void *y, const void *x, bm_type type, int64_t rows, int64_t cols, int64_t row, int64_t col)
{
    switch (type) {
    case BM_F32: write_type(y, x, BM_F32, rows, cols, row, col); break;
    case BM_F64: write_type(y, x, BM_F64, rows, cols, row, col); break;
    case BM_I32: write_type(y, x, BM_I32, rows, cols, row, col); break;
    case BM_I64: write_type(y, x, BM_I64, rows, cols, row, col); break;
    case BM_BOOL: write_type(y, x, BM_BOOL, rows, cols, row, col); break;
    default: write_type(y, x, BM_U8, rows, cols, row, col); break;
    }
}
