// SPDX-License-Identifier: Apache-2.0
/* A bound elementwise program: between program_bind.c, which makes it, and program_run.c, which runs it.
 *
 * Every operand and every value has a slot, a pointer to the elements of the present tile: into the array itself where that
 * can be, else to a register, which is scratch of the running thread. A step is a function and the slots it works on.
 *
 * A walk goes over a region in tiles. A tile is a piece of one row, or several whole rows (then registers hold them packed).
 */
#ifndef BMI_KERNELS_CPU_PROGRAM_BOUND_H
#define BMI_KERNELS_CPU_PROGRAM_BOUND_H
#include "kernels/cpu/convert.h"
#include "kernels/cpu/program.h"

enum {
    BMI_PROGRAM_SCRATCH = 64 * 1024,
    BMI_PROGRAM_SLOTS = BMI_PROGRAM_OPERANDS + BMI_PROGRAM_STEPS + 1, /* the last: operands that a step lacks */
    BMI_PROGRAM_ARRAYS = BMI_PROGRAM_OPERANDS + BMI_PROGRAM_RESULTS,
    BMI_PROGRAM_DIMS = BMI_PROGRAM_OUTER + 2,
};

typedef struct bmi_bound_step {
    bmi_vector_fn fn; /* null: the program's group */
    double p[2];
    uint8_t y, a, b, c; /* slots */
} bmi_bound_step;

typedef struct bmi_bound_group {
    bmi_group_fn fn;
    double p[2 * BMI_GROUP_STEPS];
    int n_y, n_x;
    uint8_t y[BMI_GROUP_STEPS], x[BMI_GROUP_INPUTS]; /* slots */
} bmi_bound_group;

typedef struct bmi_bound_array {
    char *at;
    bm_type type;
    int size;                         /* of an element */
    int slot;                         /* operands: their slot. Results: the slot of the value */
    bool real;                        /* of the program's real type: may be used in place */
    int64_t row, col;                 /* as given: for blocks */
    int64_t stride[BMI_PROGRAM_DIMS]; /* of the whole region after merging: outer ..., row, column */
} bmi_bound_array;

/* How an array takes part in a walk. */
typedef enum bmi_way { BMI_IN_PLACE, BMI_ONCE, BMI_PER_ROW, BMI_PER_TILE } bmi_way;

typedef struct bmi_walk {
    int64_t rows, cols; /* of the region */
    int64_t tile_rows, tile_cols;
    bool simple;                                              /* one tile, everything in place */
    int64_t row[BMI_PROGRAM_ARRAYS], col[BMI_PROGRAM_ARRAYS]; /* element strides in the region */
    uint8_t way[BMI_PROGRAM_ARRAYS]; /* operands: when they are read. Results: in place, or else written per tile */
} bmi_walk;

/* A small program is flat: one tile, every pointer known when it is bound (registers lie behind the program, because one
 * thread runs it), so that a run is two loops and nothing else. */
typedef struct bmi_flat_read {
    void *to;
    char *at;
    bm_type type;
    int64_t row, col;
    size_t one; /* bytes of the only element, which is read again when it has changed; 0: there are more */
    bool read;  /* once at least */
    char seen[8];
} bmi_flat_read;

typedef struct bmi_flat_step {
    bmi_vector_fn fn;
    void *y;
    const void *a, *b, *c;
    double p[2];
} bmi_flat_step;

typedef struct bmi_flat {
    int n_reads;
    int64_t rows, cols;
    size_t elements;
    bmi_flat_read *read; /* operands that are broadcast or converted */
    bmi_flat_step *step;
} bmi_flat;

struct bmi_program {
    bmi_real real;
    int n_operands, n_steps, n_results, n_slots;
    int64_t tile;     /* elements of a register */
    int64_t elements; /* of the whole region, outer dimensions included */
    int n_dims;       /* after merging, at least 2 */
    int64_t dim[BMI_PROGRAM_DIMS];
    bmi_bound_step *step;
    bmi_bound_array *array;           /* operands, then results */
    size_t offset[BMI_PROGRAM_SLOTS]; /* of each slot's register in scratch, in bytes */
    bmi_read_body *read;
    bmi_write_body *write;
    bmi_walk walk;          /* of the whole region */
    int64_t rows, cols;     /* as given */
    bmi_flat *flat;         /* or null */
    bmi_bound_group *group; /* or null */
};

/* Puts a group of steps, the first that matches, in the place of the last of them; `group` is memory for it. The program has
 * fewer steps afterwards. */
void bmi_group_bind(bmi_program *p, const bmi_program_spec *spec, bmi_isa isa, bmi_bound_group *group);

/* Bytes that a flat form of the program needs (0: it is too large for one), and binding it into such memory; null when an
 * array of the program forbids it. */
size_t bmi_flat_bytes(const bmi_program_spec *spec);
bmi_flat *bmi_flat_bind(void *memory, const bmi_program *p, const bmi_program_spec *spec);

/* Chooses tiles and ways for a region of rows x cols; walk->row and walk->col are filled already. */
void bmi_walk_plan(const bmi_program *p, bmi_walk *walk);

#endif
