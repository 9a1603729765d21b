// SPDX-License-Identifier: Apache-2.0
/* What of the chain behind a small product its kernel does itself, on numbers still in registers: adding a bias to each row, and
 * the update w -= rate * product. Both are rounded as the chain would, except that a long sum starts with its bias
 * (kernels/cpu/contract_bound.h).
 */
#include "ops/matmul.h"
#include "ops/elementwise.h"
#include <string.h>

/* The index by which steps read operand o. */
static int16_t operand(int o)
{
    return (int16_t)(-1 - o);
}

/* Whether an array holds element (i, j) of an m x n region at i * row + j * col, as far as that can be told apart. */
static bool lies(const bmi_program_spec *p, const bmi_program_array *a, int64_t row, int64_t col)
{
    return (p->rows == 1 || a->row == row) && (p->cols == 1 || a->col == col);
}

static bool of_type(const bmi_program_spec *p, const bmi_program_array *a)
{
    return a->type == (p->real == BMI_REAL_F32 ? BM_F32 : BM_F64);
}

/* The operand that is the product, or -1. */
static int product(const bmi_program_spec *p, const bmi_contract_spec *c)
{
    for (int i = 0; i < p->n_operands; i++)
        if (p->operand[i].at == c->c && of_type(p, &p->operand[i]) && lies(p, &p->operand[i], c->ldc, 1)) return i;
    return -1;
}

/* How often a value or operand is read by steps and results. */
static int readers(const bmi_program_spec *p, int16_t index)
{
    int n = 0;
    for (int i = 0; i < p->n_steps; i++) n += (p->step[i].a == index) + (p->step[i].b == index) + (p->step[i].c == index);
    for (int i = 0; i < p->n_results; i++) n += p->result_of[i] == index;
    return n;
}

static int16_t without(int16_t index, int16_t gone, int16_t becomes)
{
    if (index == gone) return becomes;
    if (index == BMI_NONE) return index;
    if (gone >= 0) return (int16_t)(index > gone ? index - 1 : index);
    return (int16_t)(index < gone ? index + 1 : index);
}

/* Takes a value (>= 0, with its step) or an operand out; who reads it reads `becomes`. */
static void take_out(bmi_program_spec *p, int16_t gone, int16_t becomes)
{
    if (gone >= 0) memmove(&p->step[gone], &p->step[gone + 1], sizeof p->step[0] * (size_t)(--p->n_steps - gone));
    else memmove(&p->operand[-1 - gone], &p->operand[-gone], sizeof p->operand[0] * (size_t)(--p->n_operands + 1 + gone));
    for (int i = 0; i < p->n_steps; i++) {
        bmi_program_step *s = &p->step[i];
        s->a = without(s->a, gone, becomes), s->b = without(s->b, gone, becomes), s->c = without(s->c, gone, becomes);
    }
    for (int i = 0; i < p->n_results; i++) p->result_of[i] = without(p->result_of[i], gone, becomes);
}

/* A first step that adds one row to every row of the product. */
static void take_bias(bmi_program_spec *p, bmi_contract_spec *c)
{
    const int from = product(p, c);
    const bmi_program_step *s = &p->step[0];
    if (from < 0 || s->code != &bmi_code_add || (s->a == operand(from)) == (s->b == operand(from)) ||
        readers(p, operand(from)) != 1)
        return;
    const int16_t other = s->a == operand(from) ? s->b : s->a;
    const bmi_program_array *bias = other < 0 ? &p->operand[-1 - other] : NULL;
    if (!bias || !of_type(p, bias) || !lies(p, bias, 0, 1) || (p->rows == 1 && bias->col != (p->cols > 1))) return;
    for (int i = 0; i < p->n_results; i++)
        if (p->result[i].at == bias->at || (p->result_of[i] == 0 && p->result[i].at != c->c)) return;
    bmi_contract_spec with = *c;
    with.bias = bias->at;
    if (!bmi_contract_ends(&with)) return;
    c->bias = bias->at;
    take_out(p, 0, operand(from));
    for (int i = 0; i < p->n_results; i++)
        if (p->result_of[i] == operand(from)) { /* there it is already */
            p->n_results--;
            memmove(&p->result[i], &p->result[i + 1], sizeof p->result[0] * (size_t)(p->n_results - i));
            memmove(&p->result_of[i], &p->result_of[i + 1], sizeof p->result_of[0] * (size_t)(p->n_results - i));
            i--;
        }
    if (!readers(p, other)) take_out(p, other, BMI_NONE);
}

/* Nothing but w = w - rate * product with one number for a rate. */
static bool take_update(const bmi_program_spec *p, bmi_contract_spec *c)
{
    const int from = product(p, c);
    const bmi_program_step *s = &p->step[0];
    if (from < 0 || p->n_steps != 1 || p->n_results != 1 || p->result_of[0] != 0 || s->code != &bmi_code_sub_product)
        return false;
    if (s->a >= 0 || s->b >= 0 || s->c != operand(from) || s->a == s->b || s->a == s->c || s->b == s->c) return false;
    const bmi_program_array *w = &p->operand[-1 - s->a], *rate = &p->operand[-1 - s->b];
    if (w->at != p->result[0].at || !of_type(p, w) || !lies(p, w, p->cols, 1) || !of_type(p, rate) || !lies(p, rate, 0, 0))
        return false;
    bmi_contract_spec with = *c;
    with.rate = rate->at, with.c = w->at, with.ldc = p->cols;
    if (!bmi_contract_ends(&with)) return false;
    *c = with;
    return true;
}

bool bmi_matmul_end(bmi_program_spec *p, bmi_contract_spec *c)
{
    if (p->n_outer || !p->n_steps) return true;
    if (take_update(p, c)) return false;
    take_bias(p, c);
    return p->n_steps > 0 || p->n_results > 0;
}
