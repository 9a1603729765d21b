// SPDX-License-Identifier: Apache-2.0
/* Binding a contraction: from the whole shape to a family of kernels, blocks, and scratch.
 *
 * Each family that can do the product gets an estimate in processor cycles and the cheapest is taken. The estimates count
 * 64-byte registers on every instruction set, so that all choose alike.
 */
#include "kernels/cpu/contract_bound.h"
#include <string.h>

enum {
    K_BLOCK = 1024,              /* steps of k at most that are summed before C is written */
    DIRECT_ROWS = 32,            /* nothing is packed for so few rows, */
    DIRECT_COLUMNS = 64,         /* nor for so few columns */
    DIRECT_K = 256,              /* and steps */
    DOT_COLUMNS = 32,            /* columns at most of the dot form */
    PANEL = 48,                  /* columns of a panel, a multiple of every instruction set's */
    ROW_GROUP_BYTES = 384 << 10, /* of A, to stay in the second-level cache beside a panel */
    PACKED_BYTES = 2 << 20,      /* of B at once */
    NARROW_COLUMNS = 64,         /* of a row that is summed in registers */
    OUTER_ELEMENTS = 1 << 14,    /* of a product with one step of k that one thread writes */
    PART_CYCLES = 10000,         /* a part's work has to be worth so much, about 3 us: starting and joining one costs 2 */
};

#define HUGE_COST 1e300

typedef enum family { EMPTY, CHAIN, ACROSS, DOT, ROW, OUTER } family;

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}
static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}
static int64_t up(int64_t n, int64_t to)
{
    return (n + to - 1) / to * to;
}
static int64_t real_size(const bmi_contract_spec *s)
{
    return s->real == BMI_REAL_F32 ? 4 : 8;
}

/* A product with its operands in one of two views: as given, or (swapped) as the transposed one. */
static void view(bmi_contract *c, const bmi_contract_spec *s, bool swapped)
{
    *c = (bmi_contract){
        .a = s->a,
        .b = s->b,
        .c = s->c,
        .rows = s->m,
        .columns = s->n,
        .k = s->k,
        .a_step = s->lda,
        .b_step = s->ldb,
        .c_row = s->ldc,
        .c_column = 1,
        .a_transposed = s->a_transposed,
        .b_transposed = s->b_transposed,
        .accumulate = s->accumulate,
        .batch = s->batch > 1 ? s->batch : 1,
        .a_stride = s->a_stride,
        .b_stride = s->b_stride,
        .c_stride = s->c_stride,
        .epilogue = s->epilogue,
        .bias = s->bias,
        .rate = s->rate,
        .swapped = swapped,
    };
    if (swapped) {
        const bmi_contract d = *c;
        c->a = d.b, c->b = d.a, c->rows = d.columns, c->columns = d.rows, c->a_step = d.b_step, c->b_step = d.a_step;
        c->a_transposed = !d.b_transposed, c->b_transposed = !d.a_transposed, c->c_row = 1, c->c_column = d.c_row;
        c->a_stride = d.b_stride, c->b_stride = d.a_stride;
    }
    /* A single row or column with neighbours in memory is its own transpose. */
    if (c->rows == 1 && c->a_transposed && c->a_step == 1) c->a_transposed = false, c->a_step = c->k;
    if (c->columns == 1 && !c->b_transposed && c->b_step == 1) c->b_transposed = true, c->b_step = c->k;
    else if (c->k == 1 && c->b_transposed && c->b_step == 1) c->b_transposed = false, c->b_step = c->columns;
    if (c->columns == 1 && c->c_row == 1) c->c_column = 1;
}

/* Estimated cycles of a family on a view, or HUGE_COST when it cannot do it. */
static double cycles(const bmi_contract *c, family f, int64_t lanes)
{
    const double m = (double)c->rows, n = (double)c->columns, k = (double)c->k;
    const double registers = (double)((c->columns + lanes - 1) / lanes), turn = 1. / 3; /* a number moved by transposing */
    switch (f) {
    case CHAIN: /* four chains at least hide the latency of one; one row is better swept */
        if (c->c_column != 1 || (c->rows == 1 && !c->b_transposed)) return HUGE_COST;
        return (m * registers < 4 ? 4 : m * registers) * k + 2 * m * registers + (c->b_transposed ? turn * n * k : 0);
    case ACROSS:
        if (c->c_row != 1 || c->b_transposed || c->rows > BMI_CONTRACT_ACROSS) return HUGE_COST;
        return (m * registers < 4 ? 4 : m * registers) * k + 2 * m * registers + m * n / 2;
    case DOT: /* 5: an element's share of the transposing sum */
        if (c->a_transposed || c->columns > DOT_COLUMNS) return HUGE_COST;
        return m * n * ((double)((c->k + lanes - 1) / lanes) + 5) + (c->b_transposed ? 0 : turn * n * k);
    case ROW: /* 25 bytes a cycle arrive */
        if (c->rows != 1 || c->b_transposed || c->c_column != 1) return HUGE_COST;
        return registers * k * 64 / 25;
    case OUTER:
        if (c->k != 1 || c->b_transposed || c->c_column != 1 || c->batch > 1 || c->rows * c->columns > OUTER_ELEMENTS)
            return HUGE_COST;
        return m * registers;
    default: return HUGE_COST;
    }
}

/* The cheapest way; its view goes to c, its cost to *cost. */
static family choose(const bmi_contract_spec *s, bmi_contract *c, double *cost)
{
    static const family families[] = { CHAIN, ROW, DOT, ACROSS, OUTER };
    family best = EMPTY;
    *cost = HUGE_COST;
    view(c, s, false);
    if (s->m <= 0 || s->n <= 0 || s->k <= 0) {
        *cost = 0;
        return best;
    }
    for (int swapped = 0; swapped < 2; swapped++) {
        bmi_contract seen;
        view(&seen, s, swapped);
        for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
            const double now = cycles(&seen, families[i], 64 / real_size(s));
            if (now < *cost) *cost = now, best = families[i], *c = seen;
        }
    }
    return best;
}

/* Blocks of k, groups of rows and columns, and the numbers of scratch a part needs. */
static int64_t blocks(bmi_contract *c, family f, int64_t size)
{
    const int64_t n_blocks = c->k ? (c->k + K_BLOCK - 1) / K_BLOCK : 1;
    c->k_block = smaller(up((c->k + n_blocks - 1) / n_blocks, 8), c->k);
    c->direct = !c->b_transposed && (c->rows <= DIRECT_ROWS || (c->columns <= DIRECT_COLUMNS && c->k <= DIRECT_K));
    c->row_group = c->rows;
    c->column_group = larger(up(c->columns, PANEL), PANEL);
    c->by_columns = f == ROW || f == ACROSS;
    c->by_rows = f == DOT;
    if (f == DOT) return c->b_transposed ? 0 : c->columns * c->k;
    if (f != CHAIN || c->direct) return 0;
    const int64_t high = larger(ROW_GROUP_BYTES / (c->k_block * size) / 24 * 24, 24);
    if (c->rows <= high + high / 2) return PANEL * c->k_block; /* one group, one panel at a time */
    c->row_group = high;
    c->column_group = smaller(c->column_group, larger(PACKED_BYTES / (c->k_block * size) / PANEL * PANEL, PANEL));
    return c->column_group * c->k_block;
}

/* k = 0 (or nothing to write): zeros, then the epilogue. */
static void run_empty(const void *args, int part, int parts)
{
    const bmi_contract *c = args;
    const bmi_range all = bmi_contract_slice(c->rows * c->batch, 8, part, parts);
    const size_t size = c->scratch_bytes; /* of a number */
    for (int64_t i = all.begin; i < all.end && !c->accumulate && c->columns > 0; i++) {
        const int64_t at = i / c->rows * c->c_stride + i % c->rows * c->c_row;
        memset((char *)c->c + (size_t)at * size, 0, (size_t)c->columns * size);
    }
    if (c->batch == 1) bmi_contract_finish(c, all, (bmi_range){ 0, c->columns });
}

/* Work that is never shared among threads. */
static bool tiny(const bmi_contract *c, double cost)
{
    return c->batch == 1 && cost < 2 * PART_CYCLES;
}
static bool small(const bmi_contract *c, double cost)
{
    return tiny(c, cost) && c->k <= K_BLOCK && (c->direct || c->b_transposed);
}

static bmi_kernel kernel_of(const bmi_contract *c, family f, double cost, bmi_real real, bmi_isa isa)
{
    typedef bmi_contract_kernel_fn *table[BMI_ISA_COUNT][BMI_REAL_COUNT];
    static const table chain = BMI_VARIANT_TABLE(bmi_contract_chain), small_chain = BMI_VARIANT_TABLE(bmi_contract_small),
                       across = BMI_VARIANT_TABLE(bmi_contract_across), dot = BMI_VARIANT_TABLE(bmi_contract_dot),
                       dot_small = BMI_VARIANT_TABLE(bmi_contract_dot_small), row = BMI_VARIANT_TABLE(bmi_contract_row),
                       narrow = BMI_VARIANT_TABLE(bmi_contract_narrow), outer = BMI_VARIANT_TABLE(bmi_contract_outer);
    switch (f) {
    case CHAIN: return (small(c, cost) ? small_chain : chain)[isa][real];
    case ACROSS: return across[isa][real];
    case DOT: return (tiny(c, cost) && c->b_transposed ? dot_small : dot)[isa][real];
    case ROW: return (c->columns <= NARROW_COLUMNS ? narrow : row)[isa][real];
    case OUTER: return outer[isa][real];
    default: return run_empty;
    }
}

bool bmi_contract_ends(const bmi_contract_spec *spec)
{
    bmi_contract c;
    double cost;
    const family f = choose(spec, &c, &cost);
    blocks(&c, f, real_size(spec));
    if (c.swapped && spec->bias) return false;
    if (f == DOT) return spec->bias && tiny(&c, cost) && c.b_transposed;
    return f == OUTER || (f == CHAIN && small(&c, cost)) || (f == ROW && c.batch == 1 && c.columns <= NARROW_COLUMNS);
}

size_t bmi_contract_bytes(const bmi_contract_spec *spec, int parts)
{
    bmi_contract c;
    double cost;
    const family f = choose(spec, &c, &cost);
    const int64_t numbers = blocks(&c, f, real_size(spec));
    return (size_t)up((int64_t)sizeof(bmi_contract), 64) +
           (size_t)up(numbers * real_size(spec), 64) * (size_t)(parts > 1 ? parts : 1);
}

const bmi_contract *bmi_contract_bind(void *memory, const bmi_contract_spec *spec, int parts, bmi_isa isa)
{
    (void)parts; /* the scratch of all follows */
    bmi_contract *c = memory;
    double cost;
    const family f = choose(spec, c, &cost);
    const int64_t numbers = blocks(c, f, real_size(spec));
    c->kernel = kernel_of(c, f, cost, spec->real, isa);
    c->scratch = (char *)memory + up((int64_t)sizeof(bmi_contract), 64);
    c->scratch_bytes = f == EMPTY ? (size_t)real_size(spec) : (size_t)up(numbers * real_size(spec), 64);
    return c;
}

bmi_kernel bmi_contract_kernel(const bmi_contract *c)
{
    return c->kernel;
}

int bmi_contract_parts(const bmi_contract_spec *spec, int threads)
{
    bmi_contract c;
    double cost;
    if (threads <= 1 || choose(spec, &c, &cost) == EMPTY) return 1;
    const double parts = cost * (double)c.batch / PART_CYCLES;
    return parts < 2 ? 1 : parts < threads ? (int)parts : threads;
}
