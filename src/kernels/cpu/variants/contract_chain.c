// SPDX-License-Identifier: Apache-2.0
/* Contractions by chains: every element of C is summed by fused multiply-adds with k rising, in blocks of k that are added in
 * order. Which tile an element falls into changes nothing.
 *
 * Walk: blocks of k > groups of columns > groups of rows > panels of columns > tiles of rows. A panel of B (k_block x up to
 * 3 registers) is packed by the first tile of rows while it computes; a transposed B is packed before, by transposing in
 * registers. A panel that no second row group will read again is overwritten by the next one, so it stays in L2. A is never
 * packed. With few rows nothing is packed. The epilogue follows on finished columns of a row group, some kilobytes at a time.
 */
#include "kernels/cpu/variants/contract_tile.h"
#include "kernels/cpu/variants/contract_transpose.h"
#include "kernels/cpu/variants/contract_walk.h"

enum { FINISH_BYTES = 64 << 10 }; /* the epilogue runs when so much of C waits for it */

/* All tiles of a panel. */
BMI_INLINE void panel_rows(const int vectors, const enum tile_kind kind, const bool transposed, const tile_args *t,
                           const real *a, const real *b, int64_t b_step, real *c, int64_t rows)
{
    int64_t each = TILE_ROWS, higher = 0; /* even heights; `higher` tiles have one row more */
    if (rows < TILE_ROWS) each = rows;
    else if (rows % TILE_ROWS) {
        const int64_t tiles = rows / TILE_ROWS + 1;
        each = rows / tiles, higher = rows % tiles;
    }
    for (const real *end = c + rows * t->c_step; c < end;) {
        const int n = (int)(each + (higher-- > 0));
        switch (n) {
        case 1: tile(1, vectors, kind, transposed, t, a, b, b_step, c); break;
        case 2: tile(2, vectors, kind, transposed, t, a, b, b_step, c); break;
        case 3: tile(3, vectors, kind, transposed, t, a, b, b_step, c); break;
        case 4: tile(4, vectors, kind, transposed, t, a, b, b_step, c); break;
#if BMI_VARIANT_ISA > 0
        case 5: tile(5, vectors, kind, transposed, t, a, b, b_step, c); break;
        case 6: tile(6, vectors, kind, transposed, t, a, b, b_step, c); break;
#endif
#if BMI_VARIANT_ISA == 2
        case 7: tile(7, vectors, kind, transposed, t, a, b, b_step, c); break;
        default: tile(8, vectors, kind, transposed, t, a, b, b_step, c); break;
#else
        default: break;
#endif
        }
        a += transposed ? n : n * t->a_step;
        c += n * t->c_step;
    }
}

#define PANEL_ARGS const tile_args *t, const real *a, const real *b, int64_t b_step, real *c, int64_t rows
typedef void panel_fn(PANEL_ARGS);
static void masked_1(PANEL_ARGS)
{
    panel_rows(1, TILE_MASKED, false, t, a, b, b_step, c, rows);
}
static void masked_2(PANEL_ARGS)
{
    panel_rows(2, TILE_MASKED, false, t, a, b, b_step, c, rows);
}
static void masked_1t(PANEL_ARGS)
{
    panel_rows(1, TILE_MASKED, true, t, a, b, b_step, c, rows);
}
static void masked_2t(PANEL_ARGS)
{
    panel_rows(2, TILE_MASKED, true, t, a, b, b_step, c, rows);
}
static void packing_1(PANEL_ARGS)
{
    (void)rows, tile(TILE_ROWS, 1, TILE_PACKING, false, t, a, b, b_step, c);
}
static void packing_2(PANEL_ARGS)
{
    (void)rows, tile(TILE_ROWS, 2, TILE_PACKING, false, t, a, b, b_step, c);
}
static void packing_1t(PANEL_ARGS)
{
    (void)rows, tile(TILE_ROWS, 1, TILE_PACKING, true, t, a, b, b_step, c);
}
static void packing_2t(PANEL_ARGS)
{
    (void)rows, tile(TILE_ROWS, 2, TILE_PACKING, true, t, a, b, b_step, c);
}

#if BMI_VARIANT_ISA == 2
static void masked_3(PANEL_ARGS)
{
    panel_rows(3, TILE_MASKED, false, t, a, b, b_step, c, rows);
}
static void masked_3t(PANEL_ARGS)
{
    panel_rows(3, TILE_MASKED, true, t, a, b, b_step, c, rows);
}
static void packing_3(PANEL_ARGS)
{
    (void)rows, tile(TILE_ROWS, 3, TILE_PACKING, false, t, a, b, b_step, c);
}
static void packing_3t(PANEL_ARGS)
{
    (void)rows, tile(TILE_ROWS, 3, TILE_PACKING, true, t, a, b, b_step, c);
}
static panel_fn *const panels[3][2][3] = {
    [TILE_WHOLE] = { { masked_1, masked_2, masked_3 }, { masked_1t, masked_2t, masked_3t } },
    [TILE_MASKED] = { { masked_1, masked_2, masked_3 }, { masked_1t, masked_2t, masked_3t } },
    [TILE_PACKING] = { { packing_1, packing_2, packing_3 }, { packing_1t, packing_2t, packing_3t } },
};
#else
static void whole_1(PANEL_ARGS)
{
    panel_rows(1, TILE_WHOLE, false, t, a, b, b_step, c, rows);
}
static void whole_2(PANEL_ARGS)
{
    panel_rows(2, TILE_WHOLE, false, t, a, b, b_step, c, rows);
}
static void whole_1t(PANEL_ARGS)
{
    panel_rows(1, TILE_WHOLE, true, t, a, b, b_step, c, rows);
}
static void whole_2t(PANEL_ARGS)
{
    panel_rows(2, TILE_WHOLE, true, t, a, b, b_step, c, rows);
}
static panel_fn *const panels[3][2][2] = {
    [TILE_WHOLE] = { { whole_1, whole_2 }, { whole_1t, whole_2t } },
    [TILE_MASKED] = { { masked_1, masked_2 }, { masked_1t, masked_2t } },
    [TILE_PACKING] = { { packing_1, packing_2 }, { packing_1t, packing_2t } },
};
#endif

/* Registers of the next panel of a row when `left` are left. With AVX-512 4 are 2 + 2: a tile of one register loads nearly two
 * vectors for a multiplication, and loads are what holds it up. */
BMI_INLINE int next_panel(int64_t left)
{
    if (TILE_VECTORS == 3 && left == 4) return 2;
    return left < TILE_VECTORS ? (int)left : TILE_VECTORS;
}

/* A panel for a row group; a, b and c are at its corner. `fresh`: it is the first row group, which packs. */
static void run_panel(const bmi_contract *s, const tile_args *t, int vectors, int64_t width, int64_t rows, const real *a,
                      const real *b, real *c, bool direct, bool fresh)
{
    const int transposed = s->a_transposed;
    const int64_t step = (int64_t)vectors * LANES;
    if (direct) {
        panels[t->whole ? TILE_WHOLE : TILE_MASKED][transposed][vectors - 1](t, a, b, s->b_step, c, rows);
        return;
    }
    if (fresh && s->b_transposed) BMI_V(bmi_contract_transpose)(t->panel, step, b, s->b_step, width, t->k, true);
    else if (fresh) {
        panels[TILE_PACKING][transposed][vectors - 1](t, a, b, s->b_step, c, TILE_ROWS);
        a += transposed ? TILE_ROWS : TILE_ROWS * t->a_step;
        c += TILE_ROWS * t->c_step;
        rows -= TILE_ROWS;
    }
    if (rows > 0) panels[TILE_WHOLE][transposed][vectors - 1](t, a, t->panel, step, c, rows);
}

static void run_group(const walk *w, int64_t k0, bmi_range rows, bmi_range columns)
{
    const bmi_contract *s = w->s;
    const int64_t n_rows = rows.end - rows.begin, k = s->k - k0 < s->k_block ? s->k - k0 : s->k_block;
    const bool fresh = rows.begin == w->rows.begin;
    const bool direct = s->direct || (!s->b_transposed && w->rows.end - w->rows.begin <= TILE_ROWS);
    const bool kept = rows.end < w->rows.end || !fresh; /* panels are read by another row group */
    const real *a = w->a + (s->a_transposed ? k0 * s->a_step + rows.begin : rows.begin * s->a_step + k0);
    const real *b = w->b + (s->b_transposed ? k0 : k0 * s->b_step);
    real *c = w->c + rows.begin * s->c_row;
    tile_args t = {
        .a_step = s->a_step, .c_step = s->c_row, .k = k, .end = k0 > 0 || s->accumulate ? BMI_END_ADD : BMI_END_SET
    };
    int64_t waiting = columns.begin;
    for (int64_t j = columns.begin; j < columns.end;) {
        const int vectors = next_panel((columns.end - j + LANES - 1) / LANES);
        const int64_t width = columns.end - j < (int64_t)vectors * LANES ? columns.end - j : (int64_t)vectors * LANES;
        t.whole = width == (int64_t)vectors * LANES;
        t.last = lanes_first(width - (int64_t)(vectors - 1) * LANES);
        t.panel = w->scratch + (kept ? (j - columns.begin) * s->k_block : 0);
        run_panel(s, &t, vectors, width, n_rows, a, b + (s->b_transposed ? j * s->b_step : j), c + j, direct, fresh);
        j += width;
        if (k0 + k == s->k && (j == columns.end || (j - waiting) * n_rows * (int64_t)sizeof(real) >= FINISH_BYTES)) {
            bmi_contract_finish(s, rows, (bmi_range){ waiting, j });
            waiting = j;
        }
    }
}

static void run(const walk *w)
{
    const bmi_contract *s = w->s;
    const int64_t high = s->row_group, wide = s->column_group;
    for (int64_t k0 = 0; k0 < s->k; k0 += s->k_block)
        for (int64_t j = w->columns.begin; j < w->columns.end; j += wide)
            for (int64_t i = w->rows.begin; i < w->rows.end; i += high)
                run_group(w, k0, (bmi_range){ i, i + high < w->rows.end ? i + high : w->rows.end },
                          (bmi_range){ j, j + wide < w->columns.end ? j + wide : w->columns.end });
}

void BMI_V(bmi_contract_chain)(const void *args, int part, int parts)
{
    walk_part(args, part, parts, run);
}

/* The transposed product, for few rows and a C that has to be written across: a panel of it is summed in a buffer, then
 * transposed into C. B is read where it lies. */
static void run_across(const walk *w)
{
    const bmi_contract *s = w->s;
    const int64_t rows = w->rows.end - w->rows.begin;
    const real *const a = w->a + w->rows.begin * (s->a_transposed ? 1 : s->a_step);
    enum { STEP = TILE_VECTORS * VECTOR_BYTES / sizeof(real) };
    real out[BMI_CONTRACT_ACROSS * STEP];
    tile_args t = { .a_step = s->a_step, .c_step = STEP };
    for (int64_t j = w->columns.begin, width; j < w->columns.end; j += width) {
        const int64_t left = w->columns.end - j;
        const int vectors = next_panel((left + LANES - 1) / LANES);
        width = left < (int64_t)vectors * LANES ? left : (int64_t)vectors * LANES;
        t.whole = width == (int64_t)vectors * LANES;
        t.last = lanes_first(width - (int64_t)(vectors - 1) * LANES);
        for (int64_t k0 = 0; k0 < s->k; k0 += s->k_block) {
            t.k = s->k - k0 < s->k_block ? s->k - k0 : s->k_block;
            t.end = k0 > 0 ? BMI_END_ADD : BMI_END_SET;
            panels[t.whole ? TILE_WHOLE : TILE_MASKED][s->a_transposed][vectors - 1](
                &t, a + (s->a_transposed ? k0 * s->a_step : k0), w->b + k0 * s->b_step + j, s->b_step, out, rows);
        }
        real *const c = w->c + w->rows.begin + j * s->c_column;
        for (int64_t x = 0; s->accumulate && x < width; x++)
            for (int64_t i = 0; i < rows; i++) out[i * STEP + x] = c[x * s->c_column + i] + out[i * STEP + x];
        BMI_V(bmi_contract_transpose)(c, s->c_column, out, STEP, rows, width, false);
    }
    bmi_contract_finish(s, w->rows, w->columns);
}

void BMI_V(bmi_contract_across)(const void *args, int part, int parts)
{
    walk_part(args, part, parts, run_across);
}

#if BMI_VARIANT_ISA == 2
enum { TALL_ROWS = 16 };

/* Keeps the compiler from taking a number apart into what it was made of: there is a register for each of these only, and what
 * is kept among the vectors waits behind all multiplications. */
#define KEEP(x) __asm__("" : "+r"(x))

/* Tiny products of one whole register of columns, by tiles of TALL_ROWS rows: one load of B for 16 of A, where lower tiles have one for
 * 8; loads are what holds them up. Four pointers and three distances reach all rows of A. The end is the update of weights
 * (`rate`, A transposed) or what a layer begins with. */
BMI_INLINE void small_tall(const bool transposed, const bool rate, const bmi_contract *s, const real *b, int64_t b_step)
{
    const int64_t a_step = s->a_step, c_step = s->c_row, k = s->k;
    const real *a = s->a;
    real *c = s->c;
    for (int64_t left = s->rows; left > 0; left -= TALL_ROWS) {
        const lanes start = !rate && s->bias ? lanes_load(s->bias) : lanes_zero();
        lanes sum[TALL_ROWS];
        int64_t twice = 2 * a_step, thrice = 3 * a_step;
        const real *row[4], *y = b;
        KEEP(twice);
        KEEP(thrice);
        BMI_UNROLL
        for (int i = 0; i < TALL_ROWS; i++) sum[i] = start;
        BMI_UNROLL
        for (int i = 0; i < 4; i++) {
            row[i] = transposed ? a : a + 4 * i * a_step;
            KEEP(row[i]);
        }
        for (int64_t p = 0; p < k; p++, y += b_step) {
            const lanes step = lanes_load(y);
            BMI_UNROLL
            for (int i = 0; i < TALL_ROWS; i++) {
                const int64_t at = i % 4 == 0 ? 0 : i % 4 == 1 ? a_step : i % 4 == 2 ? twice : thrice;
                sum[i] = lanes_fma(lanes_set(transposed ? row[0][i] : row[i / 4][at]), step, sum[i]);
            }
            BMI_UNROLL
            for (int i = 0; i < 4; i++) row[i] += transposed ? a_step : 1;
        }
        a += transposed ? TALL_ROWS : TALL_ROWS * a_step;
        const lanes by = lanes_set(rate ? *(const real *)s->rate : 0);
        BMI_UNROLL
        for (int i = 0; i < TALL_ROWS; i++, c += c_step) {
            KEEP(c);
            lanes_store(c, rate ? lanes_fnma(by, sum[i], lanes_load(c)) : sum[i]);
        }
    }
}
static __attribute__((noinline)) void small_tall_set(const bmi_contract *s)
{
    const real *b = s->b;
    int64_t b_step = s->b_step;
    if (s->b_transposed) {
        BMI_V(bmi_contract_transpose)((real *)s->scratch, LANES, b, b_step, LANES, s->k, true);
        b = (const real *)s->scratch;
        b_step = LANES;
    }
    small_tall(false, false, s, b, b_step);
    bmi_contract_finish_all(s);
}
static __attribute__((noinline)) void small_tall_rate(const bmi_contract *s)
{
    small_tall(true, true, s, s->b, s->b_step);
    bmi_contract_finish_all(s);
}
#endif

/* Tiny products: no slice, no batch, one block of k, B where it lies or transposed just before. */
void BMI_V(bmi_contract_small)(const void *args, int part, int parts)
{
    (void)parts;
    if (part > 0) return;
    const bmi_contract *s = args;
#if BMI_VARIANT_ISA == 2
    if (s->columns == LANES && s->rows % TALL_ROWS == 0) {
        if (!s->a_transposed && !s->rate && !s->accumulate) {
            small_tall_set(s);
            return;
        }
        if (s->a_transposed && !s->b_transposed && s->rate) {
            small_tall_rate(s);
            return;
        }
    }
#endif
    const real *a = s->a, *b = s->b;
    real *c = s->c;
    tile_args t = { .a_step = s->a_step,
                    .c_step = s->c_row,
                    .k = s->k,
                    .end = s->bias ? BMI_END_SET : bmi_contract_end_of(s),
                    .bias = s->bias,
                    .rate = s->rate };
    int64_t left = s->columns;
    while (left > 0) {
        const int vectors = next_panel((left + LANES - 1) / LANES), full = vectors * LANES;
        const int64_t width = left < full ? left : full;
        const real *panel = b;
        int64_t step = s->b_step;
        t.whole = width == full;
        t.last = lanes_first(width - (full - LANES));
        if (s->b_transposed) {
            BMI_V(bmi_contract_transpose)((real *)s->scratch, full, b, step, width, s->k, true);
            panel = (const real *)s->scratch;
            b += width * step;
            step = full;
        } else b += width;
        panels[t.whole || s->b_transposed ? TILE_WHOLE : TILE_MASKED][s->a_transposed][vectors - 1](&t, a, panel, step, c,
                                                                                                    s->rows);
        c += width;
        if (t.bias) t.bias += width;
        left -= width;
    }
    bmi_contract_finish_all(s);
}
