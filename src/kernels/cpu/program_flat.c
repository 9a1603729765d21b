// SPDX-License-Identifier: Apache-2.0
/* Flat programs: small ones, whose every pointer is known when they are bound. Networks of a few units at batch 1 live on it:
 * there a general walk over tiles costs more than the arithmetic.
 */
#include "kernels/cpu/program_bound.h"

enum { FLAT_ELEMENTS = 1024 };

static size_t register_bytes(const bmi_program_spec *s)
{
    return bmi_whole_lines((size_t)(s->rows * s->cols) * (s->real == BMI_REAL_F32 ? 4 : 8));
}

size_t bmi_flat_bytes(const bmi_program_spec *s)
{
    if (s->n_outer || s->rows < 1 || s->cols < 1 || s->rows > FLAT_ELEMENTS || s->cols > FLAT_ELEMENTS ||
        s->rows * s->cols > FLAT_ELEMENTS)
        return 0;
    return bmi_whole_lines(sizeof(bmi_flat)) + bmi_whole_lines((size_t)s->n_operands * sizeof(bmi_flat_read)) +
           bmi_whole_lines((size_t)s->n_steps * sizeof(bmi_flat_step)) +
           (size_t)(s->n_operands + s->n_steps) * register_bytes(s);
}

/* Whether the elements of the array stand one after the other as the program walks them. */
static bool dense(const bmi_program_spec *s, const bmi_program_array *a)
{
    return (s->cols == 1 || a->col == 1) && (s->rows == 1 || a->row == s->cols);
}

bmi_flat *bmi_flat_bind(void *memory, const bmi_program *p, const bmi_program_spec *s)
{
    char *at = memory;
    bmi_flat *flat = memory;
    void *slot[BMI_PROGRAM_SLOTS] = { 0 };
    *flat = (bmi_flat){ .rows = s->rows, .cols = s->cols, .elements = (size_t)(s->rows * s->cols) };
    at += bmi_whole_lines(sizeof *flat);
    flat->read = (bmi_flat_read *)at;
    at += bmi_whole_lines((size_t)s->n_operands * sizeof *flat->read);
    flat->step = (bmi_flat_step *)at;
    at += bmi_whole_lines((size_t)s->n_steps * sizeof *flat->step);
    for (int i = 0; i < s->n_operands + s->n_steps; i++) slot[i] = at + (size_t)i * register_bytes(s);
    for (int i = 0; i < s->n_operands; i++) {
        const bmi_program_array *a = &s->operand[i];
        if (p->array[i].real && dense(s, a)) slot[i] = a->at;
        else
            flat->read[flat->n_reads++] = (bmi_flat_read){ .to = slot[i],
                                                           .at = a->at,
                                                           .type = a->type,
                                                           .row = a->row,
                                                           .col = a->col,
                                                           .one = a->row || a->col ? 0 : (size_t)p->array[i].size };
    }
    for (int r = 0; r < s->n_results; r++) {
        if (s->result_of[r] < 0 || !p->array[s->n_operands + r].real || !dense(s, &s->result[r])) return NULL;
        slot[s->n_operands + s->result_of[r]] = s->result[r].at;
    }
    for (int i = 0; i < s->n_steps; i++) {
        const bmi_bound_step *b = &p->step[i];
        flat->step[i] = (bmi_flat_step){ b->fn, slot[b->y], slot[b->a], slot[b->b], slot[b->c], { b->p[0], b->p[1] } };
    }
    return flat;
}
