// SPDX-License-Identifier: Apache-2.0
/* Groups: finding steps of a program that have a loop in common. A group matches steps that stand next to each other, in any order,
 * when its last step and, from there, all it depends on have the same operations, and nothing else needs a value that the group does
 * not keep.
 */
#include "base/kinds.h"
#include "kernels/cpu/program_bound.h"

typedef struct match {
    const bmi_group *g;
    const bmi_program_spec *s;
    int step[BMI_GROUP_STEPS];       /* of the program; -1: not yet found */
    int16_t input[BMI_GROUP_INPUTS]; /* BMI_NONE: not yet found */
} match;

static bool matches_step(match *m, int g, int s);

/* Whether the program's operand is what the pattern's stands for. */
static bool matches_operand(match *m, int16_t pattern, int16_t actual)
{
    if (pattern == BMI_NONE) return true;
    if (pattern >= 0) return actual >= 0 && matches_step(m, pattern, actual);
    int16_t *input = &m->input[-1 - pattern];
    if (*input == BMI_NONE) *input = actual;
    return *input == actual;
}

static bool matches_step(match *m, int g, int s)
{
    if (m->step[g] >= 0) return m->step[g] == s;
    const bmi_program_step *pattern = &m->g->step[g], *actual = &m->s->step[s];
    if (pattern->code != actual->code) return false;
    m->step[g] = s;
    return matches_operand(m, pattern->a, actual->a) && matches_operand(m, pattern->b, actual->b) &&
           matches_operand(m, pattern->c, actual->c);
}

static bool is_member(const match *m, int s)
{
    for (int i = 0; i < m->g->n_steps; i++)
        if (m->step[i] == s) return true;
    return false;
}

/* Whether a step outside of the group, or a result, needs the value. */
static bool needed_outside(const match *m, int value)
{
    for (int i = 0; i < m->s->n_steps; i++) {
        const bmi_program_step *s = &m->s->step[i];
        if ((s->a == value || s->b == value || s->c == value) && !is_member(m, i)) return true;
    }
    for (int i = 0; i < m->s->n_results; i++)
        if (m->s->result_of[i] == value) return true;
    return false;
}

/* Whether the group is there with its last step at step s. */
static bool find(match *m, const bmi_group *g, const bmi_program_spec *spec, int s)
{
    *m = (match){ .g = g, .s = spec };
    for (int i = 0; i < g->n_steps; i++) m->step[i] = -1;
    for (int i = 0; i < g->n_inputs; i++) m->input[i] = BMI_NONE;
    if (s + 1 < g->n_steps || !matches_step(m, g->n_steps - 1, s)) return false;
    for (int i = 0; i < g->n_steps; i++)
        if (m->step[i] <= s - g->n_steps || m->step[i] > s || (!g->kept[i] && needed_outside(m, m->step[i]))) return false;
    return true;
}

static uint8_t slot_of(const bmi_program_spec *s, int16_t index)
{
    return (uint8_t)(index < 0 ? -1 - index : s->n_operands + index);
}

static void replace(bmi_program *p, const match *m, bmi_isa isa, bmi_bound_group *group)
{
    const bmi_group *g = m->g;
    const int first = m->step[g->n_steps - 1] - g->n_steps + 1;
    *group = (bmi_bound_group){ .fn = (*g->code)[isa][m->s->real], .n_x = g->n_inputs };
    for (int i = 0; i < g->n_steps; i++) {
        group->p[2 * i] = m->s->step[m->step[i]].p[0];
        group->p[2 * i + 1] = m->s->step[m->step[i]].p[1];
        if (g->kept[i]) group->y[group->n_y++] = slot_of(m->s, (int16_t)m->step[i]);
    }
    for (int i = 0; i < g->n_inputs; i++) group->x[i] = slot_of(m->s, m->input[i]);
    p->group = group;
    p->step[first] = (bmi_bound_step){ .fn = NULL };
    p->n_steps -= g->n_steps - 1;
    for (int i = first + 1; i < p->n_steps; i++) p->step[i] = p->step[i + g->n_steps - 1];
}

void bmi_group_bind(bmi_program *p, const bmi_program_spec *spec, bmi_isa isa, bmi_bound_group *group)
{
    match m;
    const bmi_kind *kind;
    for (size_t k = 0; spec->n_steps > 2 && (kind = bmi_kind_at("group", k)); k++)
        for (int s = 0; s < spec->n_steps; s++)
            if (find(&m, kind->record, spec, s)) {
                replace(p, &m, isa, group);
                return;
            }
}
