// SPDX-License-Identifier: Apache-2.0
/* Groups of an elementwise program: found where their steps stand, and not where another step needs what they do not keep; the bits are
 * those of the single steps, for every group, real type and instruction set. */
#include "base/kinds.h"
#include "kernels/cpu/program_bound.h"
#include "support/bmt.h"
#include <stdlib.h>
#include <string.h>

enum { ROWS = 3, COLUMNS = 1001, N = ROWS * COLUMNS, ARRAYS = BMI_GROUP_INPUTS + BMI_GROUP_STEPS };

typedef struct trial {
    const bmi_group *g;
    bmi_real real;
    bmi_isa isa;
    bool in_place;                               /* kept values lie on the first inputs */
    int needed;                                  /* a step whose value is asked for besides; -1: none */
    double numbers[ARRAYS + BMI_GROUP_STEPS][N]; /* room for f64: inputs, results, what they must be */
} trial;

static void fill(trial *t)
{
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < t->g->n_inputs; i++)
        for (int k = 0; k < N; k++) {
            seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17; /* xorshift: Marsaglia, 2003 */
            const double x = (double)(seed >> 11) * 0x1p-53 + .01;
            if (t->real == BMI_REAL_F32) ((float *)t->numbers[i])[k] = (float)x;
            else t->numbers[i][k] = x;
        }
}

static const void *value_or_input(trial *t, void *const *value, int16_t index)
{
    return index == BMI_NONE ? NULL : index < 0 ? t->numbers[-1 - index] : value[index];
}

/* Every step by itself; the values that are asked for go behind the results, in order. */
static int expect(trial *t)
{
    const bmi_group *g = t->g;
    void *value[BMI_GROUP_STEPS];
    int n = 0;
    for (int i = 0; i < g->n_steps; i++) {
        value[i] = malloc(N * sizeof(double));
        (*g->step[i].code)[t->isa][t->real](N, value[i], value_or_input(t, value, g->step[i].a),
                                            value_or_input(t, value, g->step[i].b), value_or_input(t, value, g->step[i].c),
                                            (double[]){ .3 + i, .7 - .1 * i });
        if (g->kept[i] || i == t->needed) memcpy(t->numbers[ARRAYS + n++], value[i], N * sizeof(double));
    }
    for (int i = 0; i < g->n_steps; i++) free(value[i]);
    return n;
}

static void check(trial *t)
{
    const bmi_group *g = t->g;
    bmi_program_spec s = { .real = t->real, .rows = ROWS, .cols = COLUMNS, .n_operands = g->n_inputs, .n_steps = g->n_steps };
    const bm_type type = t->real == BMI_REAL_F32 ? BM_F32 : BM_F64;
    void *result[BMI_GROUP_STEPS];
    fill(t);
    const int results = expect(t);
    for (int i = 0; i < g->n_inputs; i++)
        s.operand[i] = (bmi_program_array){ .at = t->numbers[i], .type = type, .row = COLUMNS, .col = 1 };
    for (int i = 0; i < g->n_steps; i++) {
        s.step[i] = g->step[i];
        s.step[i].p[0] = .3 + i;
        s.step[i].p[1] = .7 - .1 * i;
        if (!g->kept[i] && i != t->needed) continue;
        const int r = s.n_results++;
        result[r] = t->numbers[t->in_place ? r : BMI_GROUP_INPUTS + r];
        s.result_of[r] = (int16_t)i;
        s.result[r] = (bmi_program_array){ .at = result[r], .type = type, .row = COLUMNS, .col = 1 };
    }
    assert_int_equal(s.n_results, results);
    void *memory = aligned_alloc(64, (bmi_program_bytes(&s) + 63) / 64 * 64);
    const bmi_program *p = bmi_program_bind(memory, &s, t->isa);
    assert_true(!p->group == (t->needed >= 0));
    for (int part = 0; part < 3; part++) bmi_program_run(p, part, 3);
    for (int r = 0; r < results; r++) assert_memory_equal(result[r], t->numbers[ARRAYS + r], N * bm_type_size(type));
    free(memory);
}

static void every_group(void **state)
{
    (void)state;
    trial *t = malloc(sizeof *t);
    const bmi_kind *kind;
    size_t n = 0;
    for (; (kind = bmi_kind_at("group", n)); n++) {
        t->g = kind->record;
        for (int isa = 0; isa < BMI_ISA_COUNT; isa++)
            for (int real = 0; real < BMI_REAL_COUNT && bmi_isa_has((bmi_isa)isa); real++)
                for (int in_place = 0; in_place < 2; in_place++) {
                    t->isa = (bmi_isa)isa, t->real = (bmi_real)real, t->in_place = in_place, t->needed = -1;
                    check(t);
                    for (int i = 0; i < t->g->n_steps && !in_place; i++)
                        if (!t->g->kept[i]) t->needed = i, check(t);
                }
    }
    assert_true(n > 0);
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_group) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
