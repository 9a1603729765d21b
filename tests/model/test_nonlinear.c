// SPDX-License-Identifier: Apache-2.0
/* Non-linear least squares on the reference problems of NIST (Statistical Reference Datasets, non-linear regression; public domain),
 * from their published starts, with certified parameters, standard deviations and sums of squares; of a C function with differences and
 * with derivatives, and of a graph's node; bounds, weights, and what cannot be fitted.
 */
#include "model/nonlinear_problems.h"
#include "support/bmt.h"
#include <baeum.h>
#include <math.h>
#include <string.h>

static bool off(void *user, const double *b, double *r)
{
    const problem *p = user;
    for (int i = 0; i < p->rows; i++) r[i] = p->model(p->x[i], b) - p->y[i];
    return true;
}

static void certified(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < BMI_COUNT(problems); i++)
        for (int start = 0; start < 2; start++) {
            const problem *p = &problems[i];
            if (!start && !strcmp(p->name, "BoxBOD"))
                continue; /* its first start leads downhill to b2 = infinity: see no_end */
            double b[MOST_PARAMETERS], errors[MOST_PARAMETERS];
            memcpy(b, p->starts[start], sizeof b);
            const bm_nonlinear_result r =
                bm_least_squares_fit(.residuals = off, .user = (void *)p, .rows = p->rows, .count = p->parameters,
                                     .parameters = b, .errors = errors, .iterations = 30000);
            if (r.status) fail_msg("%s: %s", p->name, r.error);
            double worst = fabs(r.squares / p->squares - 1), worst_error = 0;
            for (int k = 0; k < p->parameters; k++) {
                worst = fmax(worst, fabs(b[k] / p->want[k] - 1));
                worst_error = fmax(worst_error, fabs(errors[k] / p->deviations[k] - 1));
            }
            if (worst <= 1e-6 && worst_error <= 1e-6 && r.converged && r.df == p->rows - p->parameters) continue;
            print_message("%s from start %d: %.2g, of errors %.2g; %s after %lld iterations\n", p->name, start + 1, worst,
                          worst_error, r.stopped_by, (long long)r.iterations);
            wrong++;
        }
    assert_int_equal(wrong, 0);
}

static void no_end(void **state)
{
    (void)state;
    const problem *p = NULL;
    for (size_t i = 0; i < BMI_COUNT(problems); i++)
        if (!strcmp(problems[i].name, "BoxBOD")) p = &problems[i];
    double b[2], errors[2];
    memcpy(b, p->starts[0], sizeof b);
    const bm_nonlinear_result r =
        bm_least_squares_fit(.residuals = off, .user = (void *)p, .rows = 6, .count = 2, .parameters = b, .errors = errors);
    assert_int_equal(r.status, BM_OK);
    assert_true(b[1] > 30 && r.squares > 5 * p->squares);
    assert_true(isnan(errors[1]) && r.df == 5); /* the rows do not tell of b2 there */
    /* with a bound that keeps it off the plain it is found */
    memcpy(b, p->starts[0], sizeof b);
    const bm_nonlinear_result bounded = bm_least_squares_fit(.residuals = off, .user = (void *)p, .rows = 6, .count = 2,
                                                             .parameters = b, .high = (const double[]){ INFINITY, 2 });
    assert_int_equal(bounded.status, BM_OK);
    bmt_near("bounded", b[0], p->want[0], 1e-6);
    bmt_near("bounded", b[1], p->want[1], 1e-6);
}

/* Misra1a with derivatives. */
static bool misra1a_slopes(void *user, const double *b, double *j)
{
    const problem *p = user;
    for (int i = 0; i < p->rows; i++) {
        j[2 * i] = 1 - exp(-b[1] * p->x[i]);
        j[2 * i + 1] = b[0] * p->x[i] * exp(-b[1] * p->x[i]);
    }
    return true;
}

static void derivatives(void **state)
{
    (void)state;
    const problem *p = &problems[0];
    double b[2] = { 500, .0001 }, covariance[4], errors[2];
    const bm_nonlinear_result r =
        bm_least_squares_fit(.residuals = off, .jacobian = misra1a_slopes, .user = (void *)p, .rows = 14, .count = 2,
                             .parameters = b, .errors = errors, .covariance = covariance);
    assert_int_equal(r.status, BM_OK);
    for (int k = 0; k < 2; k++) {
        bmt_near("b", b[k], p->want[k], 1e-9 * fmin(1, fabs(p->want[k])));
        bmt_near("its error", errors[k], p->deviations[k], 1e-9 * fmin(1, fabs(p->deviations[k])));
        bmt_near("its variance", covariance[3 * k], errors[k] * errors[k], 1e-12);
    }
    bmt_near("sigma", r.sigma, 1.0187876330e-01, 1e-9);
    assert_true(covariance[1] == covariance[2] && covariance[1] < 0);
}

/* The same as a node: b0 (1 - exp(-b1 x)) - y. */
static void of_a_node(void **state)
{
    (void)state;
    const problem *p = &problems[0];
    bm_graph *g = bm_graph_new();
    bm_tensor *x = bm_tensor_copy(BM_F64, BM_SHAPE(14), p->x), *y = bm_tensor_copy(BM_F64, BM_SHAPE(14), p->y);
    bm_node px = bm_placeholder(g, BM_F64, BM_SHAPE(BM_ANY), "x"), py = bm_placeholder(g, BM_F64, BM_SHAPE(BM_ANY), "y");
    bm_node b0 = bm_variable(g, BM_F64, (bm_shape){ .rank = 0 }, BM_ZEROS, "b0"),
            b1 = bm_variable(g, BM_F64, BM_SHAPE(1), BM_ZEROS, "b1");
    bm_node r = bm_sub(bm_mul(b0, bm_shift(bm_neg(bm_exp(bm_neg(bm_mul(b1, px)))), 1)), py);
    bm_session *s = bm_session_new(g);
    bm_tensor *v0 = bm_tensor_copy(BM_F64, (bm_shape){ .rank = 0 }, (const double[]){ 500 }),
              *v1 = bm_tensor_copy(BM_F64, BM_SHAPE(1), (const double[]){ .0001 });
    bm_set_value(s, b0, v0);
    bm_set_value(s, b1, v1);
    double errors[2];
    const bm_nonlinear_result found =
        bm_least_squares_fit_node(s, r, BM_FETCHES(b0, b1), .feeds = BM_FEEDS({ px, x }, { py, y }), .errors = errors);
    if (found.status) fail_msg("%s", found.error);
    bmt_near("b0", bm_scalar(s, b0), p->want[0], 1e-9);
    bmt_near("b1", bm_scalar(s, b1), p->want[1], 1e-12);
    for (int k = 0; k < 2; k++) bmt_near("error", errors[k], p->deviations[k], 1e-9);
    bmt_near("squares", found.squares, p->squares, 1e-9);
    /* what does not fit */
    const bm_node f32 = bm_variable(g, BM_F32, BM_SHAPE(1), BM_ZEROS, "f32");
    assert_int_equal(bm_least_squares_fit_node(s, r, BM_FETCHES(px), .feeds = BM_FEEDS({ px, x }, { py, y })).status,
                     BM_E_TYPE);
    assert_int_equal(bm_least_squares_fit_node(s, r, BM_FETCHES(b0, f32), .feeds = BM_FEEDS({ px, x }, { py, y })).status,
                     BM_E_TYPE);
    assert_int_equal(bm_least_squares_fit_node(s, f32, BM_FETCHES(b0)).status, BM_E_TYPE);
    assert_int_equal(bm_least_squares_fit_node(NULL, r, BM_FETCHES(b0)).status, BM_E_ARGUMENT);
    assert_int_equal(bm_least_squares_fit_node(s, r, BM_FETCHES(b0), .feeds = BM_FEEDS({ px, x })).status, BM_E_ARGUMENT);
    bm_free(v0);
    bm_free(v1);
    bm_free(x);
    bm_free(y);
    bm_free(s);
    bm_free(g);
}

/* Rows of weight 2 are rows that are there twice, but for the degrees of freedom; those of weight 0 are not there. */
static void weights(void **state)
{
    (void)state;
    problem twice = problems[0], weighed = problems[0];
    double w[14], a[2] = { 250, .0005 }, b[2] = { 250, .0005 };
    twice.rows = 0;
    for (int i = 0; i < 14; i++) {
        w[i] = i % 3;
        for (int k = 0; k < i % 3; k++) twice.x[twice.rows] = problems[0].x[i], twice.y[twice.rows++] = problems[0].y[i];
    }
    const bm_nonlinear_result one = bm_least_squares_fit(.residuals = off, .user = &twice, .rows = twice.rows, .count = 2,
                                                         .parameters = a),
                              two = bm_least_squares_fit(.residuals = off, .user = &weighed, .rows = 14, .count = 2,
                                                         .parameters = b, .weights = w);
    assert_true(one.status == BM_OK && two.status == BM_OK);
    bmt_near("squares", two.squares, one.squares, 1e-9);
    for (int k = 0; k < 2; k++) bmt_near("b", b[k], a[k], 1e-7);
    assert_int_equal(two.df, 14 - 5 - 2);
}

static bool nowhere(void *user, const double *b, double *r)
{
    (void)user;
    r[0] = b[0] > 0 ? NAN : 1;
    return b[0] != 0;
}

static void bad_input(void **state)
{
    (void)state;
    problem p = problems[0];
    double b[2] = { 250, .0005 }, bad[2] = { NAN, 1 }, one[1] = { 1 }, w[14] = { -1 };
    const double low[2] = { 1, 1 }, high[2] = { 0, 2 };
    const struct {
        bm_nonlinear_result r;
        bm_status want;
        const char *says;
    } cases[] = {
        { bm_least_squares_fit(.rows = 14, .count = 2, .parameters = b), BM_E_ARGUMENT, ".residuals" },
        { bm_least_squares_fit(.residuals = off, .user = &p, .count = 2, .parameters = b), BM_E_ARGUMENT, ".rows" },
        { bm_least_squares_fit(.residuals = off, .user = &p, .rows = 14, .count = 2), BM_E_ARGUMENT, ".parameters" },
        { bm_least_squares_fit(.residuals = off, .user = &p, .rows = 14, .count = 2, .parameters = bad), BM_E_ARGUMENT,
          "starts at nan" },
        { bm_least_squares_fit(.residuals = off, .user = &p, .rows = 14, .count = 2, .parameters = b, .low = low, .high = high),
          BM_E_ARGUMENT, "bounds 1 and 0" },
        { bm_least_squares_fit(.residuals = off, .user = &p, .rows = 14, .count = 2, .parameters = b, .weights = w),
          BM_E_ARGUMENT, "weight of row 0 is -1" },
        { bm_least_squares_fit(.residuals = off, .user = &p, .rows = 14, .count = 2, .parameters = b, .step = NAN),
          BM_E_ARGUMENT, "tolerance" },
        { bm_least_squares_fit(.residuals = off, .user = &p, .rows = 14, .count = 2, .parameters = b, .iterations = -1),
          BM_E_ARGUMENT, "iterations" },
        { bm_least_squares_fit(.residuals = nowhere, .rows = 1, .count = 1, .parameters = one), BM_E_NUMBER,
          "start elsewhere" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        assert_int_equal(cases[i].r.status, cases[i].want);
        bmt_contains("error", cases[i].r.error, cases[i].says);
        assert_null(cases[i].r.stopped_by);
    }
    /* more parameters than rows, and one iteration */
    p.rows = 1;
    const bm_nonlinear_result few =
        bm_least_squares_fit(.residuals = off, .user = &p, .rows = 1, .count = 2, .parameters = b, .errors = bad);
    assert_int_equal(few.status, BM_OK);
    assert_true(few.squares < 1e-20 && few.df == 0 && isnan(few.sigma) && isnan(bad[0]));
    p.rows = 14, b[0] = 500, b[1] = .0001;
    const bm_nonlinear_result cut =
        bm_least_squares_fit(.residuals = off, .user = &p, .rows = 14, .count = 2, .parameters = b, .iterations = 1);
    assert_true(cut.status == BM_OK && !cut.converged && cut.iterations == 1);
    assert_string_equal(cut.stopped_by, "iterations");
}

static bm_status fit_in(bm_context *context, void *arg)
{
    problem p = problems[0];
    double b[2] = { 250, .0005 }, w[14];
    (void)arg;
    for (int i = 0; i < 14; i++) w[i] = 1;
    return bm_least_squares_fit(.residuals = off, .user = &p, .rows = 14, .count = 2, .parameters = b, .weights = w,
                                .context = context)
        .status;
}

static void no_memory(void **state)
{
    (void)state;
    bmt_each_failure("least squares", fit_in, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(certified), cmocka_unit_test(no_end),  cmocka_unit_test(derivatives),
                                        cmocka_unit_test(of_a_node), cmocka_unit_test(weights), cmocka_unit_test(bad_input),
                                        cmocka_unit_test(no_memory) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
