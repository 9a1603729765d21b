// SPDX-License-Identifier: Apache-2.0
/* Contractions as dot products, with vectors along k: for few columns, where a register along the columns of C would be mostly
 * empty, or where a transposed B would have to be turned. Rows of A and of transposed B are read as they lie; a plain B is
 * turned into the scratch first, it is small.
 *
 * A tile is rows x columns of wide partial sums; 4 elements of C at a time are finished by one transposing sum.
 */
#include "kernels/cpu/variants/contract_sums.h"
#include "kernels/cpu/variants/contract_transpose.h"
#include "kernels/cpu/variants/contract_walk.h"

/* Columns of a tile at most, and its rows for each number of columns: what fits the registers. */
#if BMI_VARIANT_ISA == 2
enum { DOT_COLUMNS = 6, DOT_ROWS_1 = 8, DOT_ROWS_2 = 8, DOT_ROWS_3 = 8, DOT_ROWS_4 = 6, DOT_ROWS_5 = 4, DOT_ROWS_6 = 4 };
#elif BMI_VARIANT_ISA == 1
enum { DOT_COLUMNS = 3, DOT_ROWS_1 = 4, DOT_ROWS_2 = 2, DOT_ROWS_3 = 2 };
#else
enum { DOT_COLUMNS = 3, DOT_ROWS_1 = 1, DOT_ROWS_2 = 1, DOT_ROWS_3 = 1 };
#endif
enum { FINISH_ROWS = 64 }; /* the epilogue runs after so many rows */

typedef struct dot_args {
    int64_t a_step, b_step, c_row, c_column, k;
    bool add;
    const real *bias; /* or null; of the tile's first column. Not with add, nor across */
} dot_args;

BMI_INLINE void dot_step(const int rows, const int columns, const bool whole, wide sum[8][6], const real *a, int64_t a_step,
                         const real *b, int64_t b_step, int64_t left)
{
    BMI_UNROLL
    for (int w = 0; w < WIDE; w++) {
        const int64_t n = left - w * LANES;
        const lanes_mask in = lanes_first(whole || n > LANES ? LANES : n < 0 ? 0 : n);
        const int at = w * LANES;
        lanes y[6];
        BMI_UNROLL
        for (int j = 0; j < columns; j++)
            y[j] = whole ? lanes_load(b + j * b_step + at) : lanes_load_part(b + j * b_step + at, in);
        BMI_UNROLL
        for (int i = 0; i < rows; i++) {
            const lanes x = whole ? lanes_load(a + i * a_step + at) : lanes_load_part(a + i * a_step + at, in);
            BMI_UNROLL
            for (int j = 0; j < columns; j++) sum[i][j].part[w] = lanes_fma(x, y[j], sum[i][j].part[w]);
        }
    }
}

/* n <= 4 neighbours of C, `step` apart. */
BMI_INLINE void dot_store(real *c, int64_t step, int n, quad sums, bool add)
{
    if (step == 1) {
        quad_store(c, add ? quad_add(c, sums, n) : sums, n);
        return;
    }
    real all[4];
    quad_store(all, sums, 4);
    for (int i = 0; i < n; i++) c[i * step] = add ? c[i * step] + all[i] : all[i];
}

BMI_INLINE void dot_tile(const int rows, const int columns, const dot_args *t, const real *a, const real *b, real *c)
{
    wide sum[8][6];
    BMI_UNROLL
    for (int i = 0; i < rows; i++) {
        BMI_UNROLL
        for (int j = 0; j < columns; j++) {
            BMI_UNROLL
            for (int w = 0; w < WIDE; w++) sum[i][j].part[w] = lanes_zero();
        }
    }
    const int64_t k = t->k, a_step = t->a_step, b_step = t->b_step;
    int64_t p = 0;
    for (; p + PARTIAL <= k; p += PARTIAL) dot_step(rows, columns, true, sum, a + p, a_step, b + p, b_step, PARTIAL);
    if (p < k) dot_step(rows, columns, false, sum, a + p, a_step, b + p, b_step, k - p);
    if (t->c_row == 1) {
        BMI_UNROLL
        for (int j = 0; j < columns; j++) {
            BMI_UNROLL
            for (int i = 0; i < rows; i += 4) {
                quad sums = quad_sums(fold(sum[i][j]), fold(sum[i + 1 < rows ? i + 1 : i][j]),
                                      fold(sum[i + 2 < rows ? i + 2 : i][j]), fold(sum[i + 3 < rows ? i + 3 : i][j]));
                if (t->bias) sums = quad_add_one(t->bias[j], sums);
                dot_store(c + i + j * t->c_column, 1, rows - i < 4 ? rows - i : 4, sums, t->add);
            }
        }
        return;
    }
    BMI_UNROLL
    for (int i = 0; i < rows; i++) {
        BMI_UNROLL
        for (int j = 0; j < columns; j += 4) {
            const int n = columns - j < 4 ? columns - j : 4;
            quad sums = quad_sums(fold(sum[i][j]), fold(sum[i][j + 1 < columns ? j + 1 : j]),
                                  fold(sum[i][j + 2 < columns ? j + 2 : j]), fold(sum[i][j + 3 < columns ? j + 3 : j]));
            if (t->bias) sums = columns == 1 ? quad_add_one(t->bias[j], sums) : quad_add(t->bias + j, sums, n);
            dot_store(c + i * t->c_row + j * t->c_column, t->c_column, n, sums, t->add);
        }
    }
}

#if BMI_VARIANT_ISA == 2
/* One row of C, PARTIAL columns of it. All trees are summed at once: each level joins two registers into one, so that the last
 * holds the sums of all columns. Column TURNED[i] goes to where the joining puts number i. */
#if BMI_VARIANT_REAL == 32
#define TURNED                                               \
    {                                                        \
        0, 2, 1, 3, 8, 10, 9, 11, 4, 6, 5, 7, 12, 14, 13, 15 \
    }
#define PAIRS(a, b) _mm512_castps_pd(a), _mm512_castps_pd(b)
BMI_INLINE lanes join_2(lanes a, lanes b)
{
    return lanes_add(_mm512_castpd_ps(_mm512_unpacklo_pd(PAIRS(a, b))), _mm512_castpd_ps(_mm512_unpackhi_pd(PAIRS(a, b))));
}
BMI_INLINE lanes join_1(lanes a, lanes b)
{
    return lanes_add(_mm512_shuffle_ps(a, b, 0x88), _mm512_shuffle_ps(a, b, 0xdd));
}
#define QUARTERS(a, b, which) _mm512_shuffle_f32x4(a, b, which)
#else
#define TURNED                 \
    {                          \
        0, 1, 4, 5, 2, 3, 6, 7 \
    }
BMI_INLINE lanes join_1(lanes a, lanes b)
{
    return lanes_add(_mm512_unpacklo_pd(a, b), _mm512_unpackhi_pd(a, b));
}
#define QUARTERS(a, b, which) _mm512_shuffle_f64x2(a, b, which)
#endif

BMI_INLINE void dot_row(const dot_args *t, const real *a, const real *b, real *c)
{
    static const int turned[LANES] = TURNED;
    lanes sum[LANES];
    int64_t p = 0;
    BMI_UNROLL
    for (int j = 0; j < LANES; j++) sum[j] = lanes_zero();
    for (; p + LANES <= t->k; p += LANES) {
        const lanes x = lanes_load(a + p);
        BMI_UNROLL
        for (int j = 0; j < LANES; j++) sum[j] = lanes_fma(x, lanes_load(b + turned[j] * t->b_step + p), sum[j]);
    }
    if (p < t->k) {
        const lanes_mask in = lanes_first(t->k - p);
        const lanes x = lanes_load_part(a + p, in);
        BMI_UNROLL
        for (int j = 0; j < LANES; j++) sum[j] = lanes_fma(x, lanes_load_part(b + turned[j] * t->b_step + p, in), sum[j]);
    }
    BMI_UNROLL
    for (int j = 0; j < LANES / 2; j++)
        sum[j] = lanes_add(QUARTERS(sum[j], sum[j + LANES / 2], 0x44), QUARTERS(sum[j], sum[j + LANES / 2], 0xee));
    BMI_UNROLL
    for (int j = 0; j < LANES / 4; j++)
        sum[j] = lanes_add(QUARTERS(sum[j], sum[j + LANES / 4], 0x88), QUARTERS(sum[j], sum[j + LANES / 4], 0xdd));
#if BMI_VARIANT_REAL == 32
    sum[0] = join_2(sum[0], sum[2]);
    sum[1] = join_2(sum[1], sum[3]);
#endif
    sum[0] = join_1(sum[0], sum[1]);
    if (t->add || t->bias) sum[0] = lanes_add(lanes_load(t->add ? c : t->bias), sum[0]);
    lanes_store(c, sum[0]);
}
#endif

/* All rows of a strip of columns. */
BMI_INLINE void dot_rows(const int rows, const int columns, const dot_args *t, const real *a, const real *b, real *c, int64_t n)
{
    for (; n >= rows; n -= rows, a += rows * t->a_step, c += rows * t->c_row) dot_tile(rows, columns, t, a, b, c);
    for (; rows > 1 && n > 0; n--, a += t->a_step, c += t->c_row) dot_tile(1, columns, t, a, b, c);
}

#define DOT_ARGS const dot_args *t, const real *a, const real *b, real *c, int64_t n
typedef void dot_fn(DOT_ARGS);
static void dot_1(DOT_ARGS)
{
    dot_rows(DOT_ROWS_1, 1, t, a, b, c, n);
}
static void dot_2(DOT_ARGS)
{
    dot_rows(DOT_ROWS_2, 2, t, a, b, c, n);
}
static void dot_3(DOT_ARGS)
{
    dot_rows(DOT_ROWS_3, 3, t, a, b, c, n);
}
#if BMI_VARIANT_ISA == 2
static void dot_4(DOT_ARGS)
{
    dot_rows(DOT_ROWS_4, 4, t, a, b, c, n);
}
static void dot_5(DOT_ARGS)
{
    dot_rows(DOT_ROWS_5, 5, t, a, b, c, n);
}
static void dot_6(DOT_ARGS)
{
    dot_rows(DOT_ROWS_6, 6, t, a, b, c, n);
}
static dot_fn *const dots[DOT_COLUMNS] = { dot_1, dot_2, dot_3, dot_4, dot_5, dot_6 };
#else
static dot_fn *const dots[DOT_COLUMNS] = { dot_1, dot_2, dot_3 };
#endif

static void run(const walk *w)
{
    const bmi_contract *s = w->s;
    dot_args t = {
        .a_step = s->a_step, .b_step = s->b_step, .c_row = s->c_row, .c_column = s->c_column, .k = s->k, .add = s->accumulate
    };
    const real *b = w->b;
    if (!s->b_transposed) {
        BMI_V(bmi_contract_transpose)(w->scratch, s->k, b, s->b_step, s->k, s->columns, false);
        b = w->scratch;
        t.b_step = s->k;
    }
    for (int64_t i = w->rows.begin; i < w->rows.end; i += FINISH_ROWS) {
        const int64_t end = i + FINISH_ROWS < w->rows.end ? i + FINISH_ROWS : w->rows.end;
        int64_t strips = (s->columns + DOT_COLUMNS - 1) / DOT_COLUMNS;
        for (int64_t j = 0, n; j < s->columns; j += n, strips--) {
            n = (s->columns - j + strips - 1) / strips;
            dots[n - 1](&t, w->a + i * s->a_step, b + j * t.b_step, w->c + i * s->c_row + j * s->c_column, end - i);
        }
        bmi_contract_finish(s, (bmi_range){ i, end }, w->columns);
    }
}

void BMI_V(bmi_contract_dot)(const void *args, int part, int parts)
{
    walk_part(args, part, parts, run);
}

/* Small products with a transposed B: no slice, no batch. */
void BMI_V(bmi_contract_dot_small)(const void *args, int part, int parts)
{
    (void)parts;
    if (part > 0) return;
    const bmi_contract *s = args;
    dot_args t = { .a_step = s->a_step,
                   .b_step = s->b_step,
                   .c_row = s->c_row,
                   .c_column = s->c_column,
                   .k = s->k,
                   .add = s->accumulate,
                   .bias = s->bias };
    const real *b = s->b;
    real *c = s->c;
    int64_t left = s->columns;
#if BMI_VARIANT_ISA == 2
    for (; s->rows == 1 && s->c_column == 1 && left >= LANES;
         left -= LANES, b += LANES * t.b_step, c += LANES, t.bias += t.bias ? LANES : 0)
        dot_row(&t, s->a, b, c);
#endif
    for (; left > DOT_COLUMNS;
         left -= DOT_COLUMNS, b += DOT_COLUMNS * t.b_step, c += DOT_COLUMNS * t.c_column, t.bias += t.bias ? DOT_COLUMNS : 0)
        dots[DOT_COLUMNS - 1](&t, s->a, b, c, s->rows);
    if (left > 0) dots[left - 1](&t, s->a, b, c, s->rows);
    bmi_contract_finish_all(s);
}
