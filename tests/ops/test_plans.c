// SPDX-License-Identifier: Apache-2.0
/* Every operation as a plan runs it, on each instruction set of this machine and for one thread and four, against its plain
 * kernel: the fast kernels that it binds. The number of threads changes no bit, and AVX2 and AVX-512 give the same bits.
 */
#include "plan/plan.h"
#include "support/bmt.h"
#include "support/interpret.h"
#include "support/op_cases.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct setting {
    const bmt_case *c;
    bm_graph *g;
    bm_node in[BMT_INPUTS], y;
    bm_tensor *value[BMT_INPUTS], *variable;
} setting;

static void fill_nothing(const double p[2], bm_array *out, int64_t fan_in, int64_t fan_out, uint64_t seed, uint64_t stream)
{
    (void)p, (void)out, (void)fan_in, (void)fan_out, (void)seed, (void)stream;
}
static const bm_init_kind nothing = { .size = sizeof(bm_init_kind), .name = "zeros", .fill = fill_nothing };

static void *variable_memory(void *user, int64_t node)
{
    (void)node;
    return ((setting *)user)->variable->data;
}

static void run_steps(const bmi_plan *p)
{
    for (size_t i = 0; i < p->n_steps; i++)
        for (int part = 0; part < p->steps[i].parts; part++) p->steps[i].kernel(p->steps[i].args, part, p->steps[i].parts);
}

/* The value of y by a plan. */
static bm_tensor *planned(setting *s, bmi_isa isa, int threads, bmi_run_state *state)
{
    const bmt_case *c = s->c;
    bmi_error e = { 0 };
    int64_t feed[BMT_INPUTS];
    bm_shape shape[BMT_INPUTS];
    size_t n = 0;
    int of[BMT_INPUTS];
    for (int j = 0; j < c->n_in; j++) {
        if (strcmp(bm_node_kind(s->in[j]), "placeholder") != 0) continue;
        of[n] = j;
        feed[n] = s->in[j].index;
        shape[n++] = c->shape[j];
    }
    if (s->variable) memcpy(s->variable->data, s->value[0]->data, (size_t)s->value[0]->size * bm_type_size(s->value[0]->type));
    const bmi_plan_request r = { .graph = s->g,
                                 .fetch = &s->y.index,
                                 .n_fetch = 1,
                                 .feed = feed,
                                 .feed_shape = shape,
                                 .n_feed = n,
                                 .guard = -1,
                                 .variables = { variable_memory, s },
                                 .state = state,
                                 .threads = threads,
                                 .isa = isa };
    bmi_plan *p = bmi_plan_make(&e, BM_HERE, &r);
    if (!p) fail_msg("%s: %s", c->name, e.text);
    for (size_t k = 0; k < p->n_feeds; k++) {
        for (size_t i = 0; i < n; i++) {
            const bm_tensor *v = s->value[of[i]];
            if (p->feeds[k].node == feed[i] && p->feeds[k].array.data && v->size)
                memcpy(p->feeds[k].array.data, v->data, (size_t)v->size * bm_type_size(v->type));
        }
    }
    run_steps(p);
    const bm_array *a = &p->fetches[0].array;
    bm_tensor *t = bm_tensor_copy(a->type, a->shape, a->size ? a->data : (const void *)a);
    if (bm_failed(t)) fail_msg("%s: %s", c->name, bm_error(t));
    bmi_plan_free(p);
    return t;
}

static void same_bits(const setting *s, const char *what, const bm_tensor *a, const bm_tensor *b)
{
    if (!a->size || !memcmp(a->data, b->data, (size_t)a->size * bm_type_size(a->type))) return;
    for (int64_t i = 0; i < a->size; i++)
        if (memcmp((char *)a->data + i * (int64_t)bm_type_size(a->type), (char *)b->data + i * (int64_t)bm_type_size(a->type),
                   bm_type_size(a->type)))
            fail_msg("%s: %s: element %lld is %.17g and %.17g", s->c->name, what, (long long)i, bm_tensor_at(a, i),
                     bm_tensor_at(b, i));
}

/* 4 u (sqrt(k) + 8) sum |a| where sums are long, else a few last places. */
static double tolerance_of(const bmt_case *c, bm_type real)
{
    const double k = (double)c->terms, u = real == BM_F32 ? 0x1p-24 : 0x1p-53;
    return c->terms ? 4 * u * (sqrt(k) + 8) * k : real == BM_F32 ? 4e-6 : 1e-13;
}

static void check_real(const bmt_case *c, bm_type real)
{
    setting s = { .c = c, .g = bm_graph_new() };
    bmt_machine m;
    for (int j = 0; j < c->n_in; j++) {
        const bm_type type = c->type[j] ? c->type[j] : real;
        s.value[j] = bmt_case_input(c, j, real, 5);
        if (j == 0 && c->op->flags & BM_OP_UPDATE) {
            s.in[j] = bm_variable(s.g, type, c->shape[j], (bm_init){ .kind = &nothing }, NULL);
            s.variable = bm_tensor_new(type, c->shape[j]);
        } else s.in[j] = bm_placeholder(s.g, type, c->shape[j], NULL);
    }
    s.y = bmt_case_node(c, s.g, s.in);
    if (bm_failed(s.g)) fail_msg("%s: %s", c->name, bm_error(s.g));
    m = bmt_machine_new(s.g, 1);
    for (int j = 0; j < c->n_in; j++) bmt_feed(&m, s.in[j], bmt_convert(s.value[j], s.value[j]->type));
    bm_tensor *want = bmt_convert(bmt_value(&m, s.y), bmt_value(&m, s.y)->type), *of_isa[BMI_ISA_COUNT] = { NULL };
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++) {
        if (!bmi_isa_has((bmi_isa)isa)) continue;
        char name[300];
        snprintf(name, sizeof name, "%s on %s (%s)", c->name, bmi_isa_name((bmi_isa)isa), bm_type_name(real));
        bmi_run_state state = m.state;
        bm_tensor *four = planned(&s, (bmi_isa)isa, 4, &state);
        of_isa[isa] = planned(&s, (bmi_isa)isa, 1, &state);
        same_bits(&s, "one thread and four", of_isa[isa], four);
        bmt_near_tensor(name, of_isa[isa], want, tolerance_of(c, real));
        bm_free(four);
    }
    if (of_isa[BMI_AVX2] && of_isa[BMI_AVX512]) same_bits(&s, "AVX2 and AVX-512", of_isa[BMI_AVX2], of_isa[BMI_AVX512]);
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++) bm_free(of_isa[isa]);
    for (int j = 0; j < c->n_in; j++) bm_free(s.value[j]);
    bm_free(want);
    bm_free(s.variable);
    bmt_machine_end(&m);
    bm_free(s.g);
}

static void check(const bmt_case *c, void *user)
{
    (void)user;
    check_real(c, BM_F32);
    check_real(c, BM_F64);
}

static void every_case(void **state)
{
    (void)state;
    bmt_each_case(check, NULL);
}

static void large_cases(void **state)
{
    (void)state;
    bmt_each_large_case(check, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_case), cmocka_unit_test(large_cases) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
