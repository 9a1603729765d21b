// SPDX-License-Identifier: Apache-2.0
/* Every optimiser along paths that tests/golden/optimizers.py recorded from the papers, PyTorch and Keras; in f64 to 1e-12, in f32 to
 * 2e-5 (20 steps of unit size rounded at 6e-8, some divided by a root of a small number).
 */
#include "base/kinds.h"
#include "nn/build.h"
#include "support/bmt.h"
#include <baeum/session.h>
#include <stdlib.h>
#include <string.h>

typedef struct run {
    bm_graph *g;
    bm_session *s;
    bm_node w, step;
    int done;
} run;

static run start(const char *spec, bm_type type)
{
    const double first[] = { 1, -1, .5 };
    run r = { .g = bm_graph_new() };
    bm_graph *g = r.g;
    bmi_error e = { 0 };
    bmi_arena arena = { 0 };
    bm_optimizer o;
    if (bmi_optimizer_parse(&e, BM_HERE, &arena, spec, &o)) fail_msg("%s", e.text);
    const bm_node a = bm_numbers(g, type, BM_SHAPE(3), 1, .5, 2), c = bm_numbers(g, type, BM_SHAPE(3), .3, -2, .1);
    r.w = bm_variable(g, type, BM_SHAPE(3), BM_ZEROS, "w");
    const bm_node w0 = bm_slice(r.w, BM_AXES(0), BM_AXES(1)), w1 = bm_slice(r.w, BM_AXES(1), BM_AXES(1)),
                  w2 = bm_slice(r.w, BM_AXES(2), BM_AXES(1));
    const bm_node loss = bm_add(bm_sum(bm_mul(a, bm_square(bm_sub(r.w, c)))), bm_sum(bm_square(bm_sub(bm_mul(w0, w1), w2))));
    r.step = bm_minimize(loss, o);
    bmi_arena_end(&arena);
    r.s = bm_session_new(g);
    bm_tensor *t = bm_tensor_new(type, BM_SHAPE(3));
    for (int i = 0; i < 3; i++) {
        if (type == BM_F64) ((double *)bm_data(t))[i] = first[i];
        else ((float *)bm_data(t))[i] = (float)first[i];
    }
    bm_set_value(r.s, r.w, t);
    bm_free(t);
    if (bm_failed(r.s)) fail_msg("%s: %s", spec, bm_error(r.s));
    return r;
}

static void end(run *r)
{
    bm_free(r->s);
    bm_free(r->g);
    *r = (run){ 0 };
}

static void paths(bm_type type, double tolerance)
{
    size_t n;
    char *text = (char *)bmt_read("tests/golden/optimizers.txt", &n), spec[200] = "", what[300];
    run r = { 0 };
    int cases = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        int to;
        double want[3];
        if (sscanf(line, "case %199s", spec) == 1) {
            end(&r);
            r = start(spec, type);
            cases++;
        } else if (sscanf(line, "w %d %lf %lf %lf", &to, &want[0], &want[1], &want[2]) == 4) {
            for (; r.done < to; r.done++) bm_run(r.s, BM_NO_FEEDS, BM_FETCHES(r.step));
            if (bm_failed(r.s)) fail_msg("%s: %s", spec, bm_error(r.s));
            for (int i = 0; i < 3; i++) {
                snprintf(what, sizeof what, "%s: w%d after step %d", spec, i, to);
                bmt_near(what, bm_tensor_at(bm_value(r.s, r.w), i), want[i], tolerance);
            }
        }
    }
    end(&r);
    free(text);
    assert_true(cases >= 20);
}

static void in_f64(void **state)
{
    (void)state;
    paths(BM_F64, 1e-12);
}
static void in_f32(void **state)
{
    (void)state;
    paths(BM_F32, 2e-5);
}

/* No kind is without a recorded path. */
static void all_are_there(void **state)
{
    (void)state;
    size_t n;
    char *text = (char *)bmt_read("tests/golden/optimizers.txt", &n), name[100];
    const bmi_kind *k;
    for (size_t i = 0; (k = bmi_kind_at("optimizer", i)); i++) {
        if (!strcmp(k->name, "gd")) continue; /* sgd by another name: see test_minimize.c */
        snprintf(name, sizeof name, "case %s", k->name);
        bmt_contains(k->name, text, name);
    }
    free(text);
}

/* A fused step: plain descent reads and writes each weight in one pass with two instructions, and nothing else runs for it. */
static void lean(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node w = bm_variable(g, BM_F32, BM_SHAPE(100, 70), BM_GLOROT_UNIFORM, "w"),
            x = bm_placeholder(g, BM_F32, BM_SHAPE(100, 70), "x");
    bm_node sgd = bm_minimize(bm_sum(bm_mul(w, x)), bm_sgd()), adam = bm_minimize(bm_sum(bm_mul(w, x)), bm_adam());
    bm_session *s = bm_session_new(g);
    bm_tensor *t = bm_tensor_new(BM_F32, BM_SHAPE(100, 70));
    const struct {
        bm_node step;
        int most;
    } cases[] = { { sgd, 1 }, { adam, 5 } }; /* Adam: the count and two numbers of the step in f64, then in f32 */
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        char *text = NULL;
        size_t size = 0;
        FILE *to = open_memstream(&text, &size);
        bm_plan_print(s, BM_FEEDS({ x, t }), BM_FETCHES(cases[i].step), 0, to);
        fclose(to);
        if (bm_failed(s)) fail_msg("%s", bm_error(s));
        int kernels = 0;
        sscanf(text, "%d kernels", &kernels);
        for (const char *at = text; kernels == 0 && (at = strchr(at, '\n')); at++) kernels++;
        if (kernels > cases[i].most)
            fail_msg("the step takes %d kernels, at most %d were meant to be:\n%s", kernels, cases[i].most, text);
        free(text);
    }
    bm_free(t);
    bm_free(s);
    bm_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(in_f64), cmocka_unit_test(in_f32), cmocka_unit_test(all_are_there),
                                        cmocka_unit_test(lean) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
