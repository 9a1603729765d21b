// SPDX-License-Identifier: Apache-2.0
/* Binding an elementwise program: dimensions merged, registers assigned, functions of the instruction set looked up.
 *
 * Registers are assigned by a linear scan: a value's register is free after the last step (or result) that reads it.
 * A result is computed straight into its array where no later step still needs an operand that lies there.
 */
#include "kernels/cpu/program_bound.h"
#include <string.h>

enum { TILE_MOST = 1024, TILE_LEAST = 64, REGISTERS_IN_CACHE = 16 * 1024, NO_SLOT = BMI_PROGRAM_SLOTS - 1 };

size_t bmi_program_bytes(const bmi_program_spec *s)
{
    return bmi_whole_lines(sizeof(bmi_program)) + bmi_whole_lines((size_t)s->n_steps * sizeof(bmi_bound_step)) +
           bmi_whole_lines((size_t)(s->n_operands + s->n_results) * sizeof(bmi_bound_array)) +
           bmi_whole_lines(sizeof(bmi_bound_group)) + bmi_flat_bytes(s);
}

static int slot_of(const bmi_program_spec *s, int16_t index)
{
    return index == BMI_NONE ? NO_SLOT : index < 0 ? -1 - index : s->n_operands + index;
}

static const bmi_program_array *spec_array(const bmi_program_spec *s, int i)
{
    return i < s->n_operands ? &s->operand[i] : &s->result[i - s->n_operands];
}

/* The dimensions of the region, outermost first, with those of size 1 dropped and those that walk as one joined. */
static void merge_dims(bmi_program *p, const bmi_program_spec *s)
{
    const int arrays = s->n_operands + s->n_results;
    int n = 0;
    p->elements = 1;
    for (int d = 0; d < s->n_outer + 2; d++) {
        const int64_t size = d < s->n_outer ? s->outer[d] : d == s->n_outer ? s->rows : s->cols;
        p->elements *= size;
        if (size == 1) continue;
        bool joins = n > 0;
        for (int i = 0; i < arrays; i++) {
            const bmi_program_array *a = spec_array(s, i);
            const int64_t stride = d < s->n_outer ? a->outer[d] : d == s->n_outer ? a->row : a->col;
            joins = joins && p->array[i].stride[n - 1] == stride * size;
            p->array[i].stride[n] = stride;
        }
        p->dim[n] = size;
        if (joins) {
            p->dim[n - 1] *= size;
            for (int i = 0; i < arrays; i++) p->array[i].stride[n - 1] = p->array[i].stride[n];
        } else n++;
    }
    for (; n < 2; n++) { /* rows of size 1 in front */
        memmove(p->dim + 1, p->dim, (size_t)n * sizeof *p->dim);
        p->dim[0] = 1;
        for (int i = 0; i < arrays; i++) {
            memmove(p->array[i].stride + 1, p->array[i].stride, (size_t)n * sizeof *p->array[i].stride);
            p->array[i].stride[0] = 0;
        }
    }
    p->n_dims = n;
}

/* The last step that reads a value, n_steps when a result does, -1 when nothing does. */
static void last_uses(const bmi_program_spec *s, int last[BMI_PROGRAM_STEPS])
{
    for (int i = 0; i < s->n_steps; i++) last[i] = -1;
    for (int i = 0; i < s->n_steps; i++) {
        const int16_t reads[3] = { s->step[i].a, s->step[i].b, s->step[i].c };
        for (int j = 0; j < 3; j++)
            if (reads[j] >= 0) last[reads[j]] = i;
    }
    for (int i = 0; i < s->n_results; i++)
        if (s->result_of[i] >= 0) last[s->result_of[i]] = s->n_steps;
}

/* Gives each value a register number above the operands' own; returns how many registers there are in all. */
static int assign_registers(const bmi_program_spec *s, int reg[BMI_PROGRAM_SLOTS])
{
    int last[BMI_PROGRAM_STEPS], owner[BMI_PROGRAM_STEPS], n = 0;
    last_uses(s, last);
    for (int i = 0; i < s->n_operands; i++) reg[i] = i;
    for (int i = 0; i < s->n_steps; i++) {
        int r = 0;
        while (r < n && last[owner[r]] > i) r++; /* read by step i for the last time: y may be a, b or c */
        if (r == n) n++;
        owner[r] = i;
        reg[s->n_operands + i] = s->n_operands + r;
    }
    return s->n_operands + n;
}

/* May result r be computed in its array? Not when a later step or result reads an operand that lies there, nor when the
 * value is an operand, has another type, or already has a place. */
static bool result_in_place(const bmi_program *p, const bmi_program_spec *s, int r)
{
    const int value = s->result_of[r];
    if (value < 0 || !p->array[s->n_operands + r].real) return false;
    for (int i = 0; i < r; i++)
        if (s->result_of[i] == value) return false;
    for (int o = 0; o < s->n_operands; o++) {
        if (s->operand[o].at != s->result[r].at) continue;
        const int16_t index = (int16_t)(-1 - o);
        for (int i = value + 1; i < s->n_steps; i++)
            if (s->step[i].a == index || s->step[i].b == index || s->step[i].c == index) return false;
        for (int i = 0; i < s->n_results; i++)
            if (s->result_of[i] == index) return false;
    }
    return true;
}

/* Is operand o both copied to a result and overwritten by one? Then it is read into a register first. */
static bool copied_and_lost(const bmi_program_spec *s, int o)
{
    bool copied = false, lost = false;
    for (int i = 0; i < s->n_results; i++) {
        copied = copied || s->result_of[i] == -1 - o;
        lost = lost || s->result[i].at == s->operand[o].at;
    }
    return copied && lost;
}

static void choose_tile(bmi_program *p, int registers, int used, const int reg[])
{
    const int64_t size = p->real == BMI_REAL_F32 ? 4 : 8;
    int64_t tile = REGISTERS_IN_CACHE / size / (used > 0 ? used : 1);
    const int64_t most = (BMI_PROGRAM_SCRATCH / (registers > 0 ? registers : 1) - 64) / size;
    tile = tile > most ? most : tile;
    tile = tile > TILE_MOST ? TILE_MOST : tile < TILE_LEAST ? TILE_LEAST : tile;
    p->tile = tile & ~(int64_t)15;
    for (int i = 0; i < p->n_slots; i++) /* a cache line more, so that registers do not meet in the same sets */
        p->offset[i] = (size_t)reg[i] * ((size_t)(p->tile * size) + 64);
}

const bmi_program *bmi_program_bind(void *memory, const bmi_program_spec *s, bmi_isa isa)
{
    bmi_program *p = memory;
    const int arrays = s->n_operands + s->n_results;
    int reg[BMI_PROGRAM_SLOTS], used = 0;
    memset(p, 0, sizeof *p);
    p->step = (bmi_bound_step *)((char *)memory + bmi_whole_lines(sizeof *p));
    p->array = (bmi_bound_array *)((char *)p->step + bmi_whole_lines((size_t)s->n_steps * sizeof *p->step));
    p->real = s->real;
    p->read = bmi_read[isa][s->real];
    p->write = bmi_write[isa][s->real];
    p->n_operands = s->n_operands, p->n_steps = s->n_steps, p->n_results = s->n_results;
    p->n_slots = s->n_operands + s->n_steps;
    for (int i = 0; i < arrays; i++) {
        const bmi_program_array *a = spec_array(s, i);
        p->array[i] = (bmi_bound_array){ .at = a->at,
                                         .type = a->type,
                                         .size = (int)bm_type_size(a->type),
                                         .row = a->row,
                                         .col = a->col,
                                         .real = a->type == (s->real == BMI_REAL_F32 ? BM_F32 : BM_F64),
                                         .slot = i < s->n_operands ? i : slot_of(s, s->result_of[i - s->n_operands]) };
    }
    for (int i = 0; i < s->n_results; i++) p->array[s->n_operands + i].real = result_in_place(p, s, i);
    for (int i = 0; i < s->n_operands; i++) p->array[i].real = p->array[i].real && !copied_and_lost(s, i);
    for (int i = 0; i < s->n_steps; i++) {
        const bmi_program_step *from = &s->step[i];
        p->step[i] =
            (bmi_bound_step){ (*from->code)[isa][s->real],  { from->p[0], from->p[1] },   (uint8_t)(s->n_operands + i),
                              (uint8_t)slot_of(s, from->a), (uint8_t)slot_of(s, from->b), (uint8_t)slot_of(s, from->c) };
    }
    merge_dims(p, s);
    for (int i = 0; i < arrays; i++) {
        p->walk.row[i] = p->array[i].stride[p->n_dims - 2];
        p->walk.col[i] = p->array[i].stride[p->n_dims - 1];
        used += i < s->n_operands && (p->walk.col[i] != 1 || !p->array[i].real);
    }
    p->walk.rows = p->dim[p->n_dims - 2], p->walk.cols = p->dim[p->n_dims - 1];
    const int registers = assign_registers(s, reg);
    choose_tile(p, registers, used + registers - s->n_operands, reg);
    bmi_walk_plan(p, &p->walk);
    p->walk.simple = p->walk.simple && p->n_dims == 2;
    p->rows = s->rows, p->cols = s->cols;
    char *const end = (char *)memory + bmi_program_bytes(s) - bmi_flat_bytes(s);
    if (bmi_flat_bytes(s)) p->flat = bmi_flat_bind(end, p, s);
    if (!p->flat) bmi_group_bind(p, s, isa, (bmi_bound_group *)(end - bmi_whole_lines(sizeof(bmi_bound_group))));
    return p;
}

int bmi_program_parts(const bmi_program *p)
{
    enum { PART_ELEMENTS = 16 * 1024 }; /* of one array or one step: about 2 us, what starting a parallel region costs */
    const int64_t weight = p->n_operands + p->n_results + 2 * p->n_steps;
    const int64_t parts = p->elements / PART_ELEMENTS * weight / 4;
    return parts < 2 ? 1 : parts > 256 ? 256 : (int)parts;
}
