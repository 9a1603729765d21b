// SPDX-License-Identifier: Apache-2.0
/* Initialisers: moments and limits by their formulas, and that an element depends on seed, stream and position alone. */
#include "nn_support.h"

enum { IN = 300, OUT = 500, N = IN * OUT };

static const bm_init_kind *kind_of(const char *name)
{
    const bm_init_kind *kind = bmi_kind_find("initializer", name);
    if (!kind) fail_msg("no initialiser %s", name);
    return kind;
}

static void moments(void **state)
{
    (void)state;
    const double glorot = sqrt(2. / (IN + OUT));
    const struct {
        const char *name;
        double p[2], mean, deviation;
        bool uniform;
    } cases[] = {
        { "zeros", { 0 }, 0, 0, true },
        { "ones", { 0 }, 1, 0, true },
        { "constant", { -2.5 }, -2.5, 0, true },
        { "uniform", { -1, 3 }, 1, 4 / sqrt(12), true },
        { "normal", { 2, .5 }, 2, .5, false },
        { "glorot_uniform", { 0 }, 0, glorot, true },
        { "glorot_normal", { 0 }, 0, glorot, false },
        { "sigmoid_uniform", { 0 }, 0, glorot, true },
        { "sigmoid_normal", { 0 }, 0, glorot, false },
        { "tanh_uniform", { 0 }, 0, 4 * glorot, true },
        { "tanh_normal", { 0 }, 0, 4 * glorot, false },
        { "relu_uniform", { 0 }, 0, sqrt(2) * glorot, true },
        { "relu_normal", { 0 }, 0, sqrt(2) * glorot, false },
        { "he_uniform", { 0 }, 0, sqrt(2. / IN), true },
        { "he_normal", { 0 }, 0, sqrt(2. / IN), false },
        { "lecun_uniform", { 0 }, 0, sqrt(1. / IN), true },
        { "lecun_normal", { 0 }, 0, sqrt(1. / IN), false },
    };
    static double at[N];
    size_t all = 0;
    while (bmi_kind_at("initializer", all)) all++;
    assert_int_equal(all, BMI_COUNT(cases));
    for (size_t c = 0; c < BMI_COUNT(cases); c++) {
        bm_array out = { BM_F64, BM_SHAPE(IN, OUT), N, at };
        kind_of(cases[c].name)->fill(cases[c].p, &out, IN, OUT, 11, 4);
        const double d = cases[c].deviation, m = cases[c].mean, limit = sqrt(3) * d;
        double mean = 0, square = 0, low = INFINITY, high = -INFINITY;
        for (int i = 0; i < N; i++) {
            mean += at[i] / N;
            square += (at[i] - m) * (at[i] - m) / N;
            low = fmin(low, at[i]);
            high = fmax(high, at[i]);
        }
        bmt_near(cases[c].name, mean, m, 4 * d / sqrt(N) + 1e-9); /* 4 standard errors, and the rounding of N sums */
        bmt_near(cases[c].name, square, d * d, 4 * d * d * sqrt((cases[c].uniform ? .8 : 2) / N) + 1e-9);
        if (cases[c].uniform)
            assert_true(low >= m - limit - 1e-12 && high <= m + limit + 1e-12 && high - low >= 2 * limit * .999);
        else assert_true(high > m + 3.5 * d && high < m + 6 * d);
    }
}

/* Part of an array has the numbers of the whole; f32 has those of f64 rounded; another stream or seed has others. */
static void by_position(void **state)
{
    (void)state;
    const char *const names[] = { "uniform", "normal", "he_normal", "glorot_uniform" };
    for (size_t k = 0; k < BMI_COUNT(names); k++) {
        const bm_init_kind *kind = kind_of(names[k]);
        const double p[2] = { -1, 1 };
        double whole[64], part[20], other[64];
        float narrow[64];
        bm_array a = { BM_F64, BM_SHAPE(64), 64, whole }, b = { BM_F64, BM_SHAPE(20), 20, part },
                 c = { BM_F32, BM_SHAPE(64), 64, narrow }, d = { BM_F64, BM_SHAPE(64), 64, other };
        kind->fill(p, &a, 10, 10, 3, 9);
        kind->fill(p, &b, 10, 10, 3, 9);
        kind->fill(p, &c, 10, 10, 3, 9);
        for (int i = 0; i < 64; i++) assert_true((i >= 20 || whole[i] == part[i]) && narrow[i] == (float)whole[i]);
        for (int m = 0; m < 2; m++) {
            int equal = 0;
            kind->fill(p, &d, 10, 10, m ? 4 : 3, m ? 9 : 10);
            for (int i = 0; i < 64; i++) equal += whole[i] == other[i];
            assert_true(equal < 3);
        }
    }
}

/* Variables of one graph differ; sessions of one seed agree, of another do not; choices take their numbers. */
static void in_graphs(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node a = bm_variable(g, BM_F32, BM_SHAPE(5, 5), BM_GLOROT_UNIFORM, "a"),
            b = bm_variable(g, BM_F32, BM_SHAPE(5, 5), BM_GLOROT_UNIFORM, "b");
    bm_node u = bm_variable(g, BM_F64, BM_SHAPE(1000), BM_UNIFORM(-1, 0), "u"),
            c = bm_variable(g, BM_F64, BM_SHAPE(2), BM_CONSTANT(3), "c");
    bm_session *s = bm_session_new(g, .seed = 1), *same = bm_session_new(g, .seed = 1), *other = bm_session_new(g, .seed = 2);
    if (bm_failed(s)) fail_msg("%s", bm_error(s));
    int equal = 0, equal_seed = 0;
    for (int i = 0; i < 25; i++) {
        const double v = bm_tensor_at(bm_value(s, a), i);
        equal += v == bm_tensor_at(bm_value(s, b), i);
        equal_seed += v == bm_tensor_at(bm_value(other, a), i);
        assert_true(v == bm_tensor_at(bm_value(same, a), i));
    }
    assert_true(equal < 2 && equal_seed < 2);
    for (int i = 0; i < 1000; i++) assert_true(bm_tensor_at(bm_value(s, u), i) >= -1 && bm_tensor_at(bm_value(s, u), i) < 0);
    assert_true(bm_tensor_at(bm_value(s, c), 1) == 3);
    bm_free(s);
    bm_free(same);
    bm_free(other);
    const struct {
        bm_init init;
        const char *text;
    } wrong[] = {
        { { .name = "glorot" }, "which is no initializer" },
        { BM_NORMAL(0, -1), "the deviation of normal is -1, must be >= 0" },
        { { .name = "ones", .p = { 2 } }, "ones takes no number, 1 was given" },
    };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        assert_false(bm_node_ok(bm_variable(g, BM_F32, BM_SHAPE(2), wrong[i].init, NULL)));
        bmt_contains("initialiser", bm_error(g), wrong[i].text);
        bm_clear(g);
    }
    bm_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(moments), cmocka_unit_test(by_position), cmocka_unit_test(in_graphs) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
