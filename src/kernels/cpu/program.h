// SPDX-License-Identifier: Apache-2.0
/* Elementwise programs: a chain of elementwise operations run as a small register program over tiles that stay in L1, so that
 * the chain touches memory once. The fuser of the planner writes them; the contraction engine runs them as epilogues.
 *
 * A program works on a region of `rows` x `cols` (everything broadcast is collapsed to two dimensions, with up to 6 outer
 * dimensions walked around it). Registers hold one tile. Operands are read, converted and broadcast into registers or used
 * in place; results are written, converted, from registers.
 */
#ifndef BMI_KERNELS_CPU_PROGRAM_H
#define BMI_KERNELS_CPU_PROGRAM_H
#include "kernels/kernel.h"
#include <baeum/tensor.h>

/* One vector instruction: y[i] = f(a[i], b[i], c[i]; p) for i < n. y may be a, b or c. Arrays may be unaligned. Unused
 * operands are null. Written once per operation in src/ops/elementwise_*.c, on the vectors of kernels/cpu/vector.h. */
typedef void (*bmi_vector_fn)(size_t n, void *y, const void *a, const void *b, const void *c, const double *p);
typedef bmi_vector_fn bmi_vector_code[BMI_ISA_COUNT][BMI_REAL_COUNT];

enum { BMI_PROGRAM_OPERANDS = 24, BMI_PROGRAM_STEPS = 48, BMI_PROGRAM_RESULTS = 6, BMI_PROGRAM_OUTER = 6 };

/* An array of the program: where it begins and how it moves. Strides are in elements; 0 repeats. */
typedef struct bmi_program_array {
    void *at;
    bm_type type;                     /* other than the program's real type: converted (bool and integers to 0., 1., ...) */
    int64_t row, col;                 /* strides of the two inner dimensions; col is 0 or 1 */
    int64_t outer[BMI_PROGRAM_OUTER]; /* strides of the outer dimensions */
} bmi_program_array;

/* y, a, b, c: an index >= 0 is a register (the value of the step of that number); -1 - i is operand i; BMI_NONE is unused. */
#define BMI_NONE INT16_MIN
typedef struct bmi_program_step {
    const bmi_vector_code *code;
    int16_t a, b, c;
    double p[2];
} bmi_program_step;

/* What the planner fills: step i makes value i. */
typedef struct bmi_program_spec {
    bmi_real real; /* type of all registers */
    int64_t rows, cols;
    int n_outer;
    int64_t outer[BMI_PROGRAM_OUTER]; /* sizes */
    int n_operands, n_steps, n_results;
    bmi_program_array operand[BMI_PROGRAM_OPERANDS];
    bmi_program_step step[BMI_PROGRAM_STEPS];
    bmi_program_array result[BMI_PROGRAM_RESULTS];
    int16_t result_of[BMI_PROGRAM_RESULTS]; /* which value (or -1 - operand) each result is */
} bmi_program_spec;

/* A group: steps that often stand together, done in one loop, so that every array is read and written once and what one element waits
 * for overlaps with the next. Binding looks for the groups among the kinds of family "group" in programs that are not small; bits are
 * those of the single steps. In `step` a, b, c are a step of the group or -1 - i for input i; p is the program's. */
enum { BMI_GROUP_STEPS = 6, BMI_GROUP_INPUTS = 8 };
typedef void (*bmi_group_fn)(size_t n, void *const *y, const void *const *x, const double *p); /* p: two numbers a step */
typedef bmi_group_fn bmi_group_code[BMI_ISA_COUNT][BMI_REAL_COUNT];
typedef struct bmi_group {
    int n_steps, n_inputs;
    bmi_program_step step[BMI_GROUP_STEPS]; /* the last one's value depends on all others' */
    bool kept[BMI_GROUP_STEPS];             /* written to y[0], y[1], ... in order; the others must not be needed outside */
    const bmi_group_code *code;
} bmi_group;

typedef struct bmi_program bmi_program; /* bound: functions of the instruction set, registers assigned, loops chosen */

/* Bytes of a bound program, and binding into such memory (aligned to 64). The spec may go afterwards; arrays must stay.
 * A result may lie exactly on an operand of the same type and strides (in place), but not overlap otherwise. */
size_t bmi_program_bytes(const bmi_program_spec *spec);
const bmi_program *bmi_program_bind(void *memory, const bmi_program_spec *spec, bmi_isa isa);

/* The kernel: args is a bmi_program; the region is split by rows (or columns when there are few rows). */
void bmi_program_run(const void *args, int part, int parts);
/* How many parts are worth while for a program: 1 when small. Depends on the program alone. */
int bmi_program_parts(const bmi_program *p);
/* Runs the program on rows [r0, r1) x columns [c0, c1) of its region (no outer dimensions): the epilogue of a contraction. */
void bmi_program_block(const bmi_program *p, int64_t r0, int64_t r1, int64_t c0, int64_t c1);
/* Registers are a thread's own scratch inside these functions (on its stack, at most 64 KiB). */

#endif
