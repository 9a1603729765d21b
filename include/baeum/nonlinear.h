// SPDX-License-Identifier: Apache-2.0
/* Non-linear least squares of a function that the program gives: as a function in C, or as a node of a graph. */
// clang-format off
#ifndef BAEUM_NONLINEAR_H
#define BAEUM_NONLINEAR_H
#include <baeum/session.h>
#ifdef __cplusplus
extern "C" {
#endif

/** Writes what the model is off for each row, model(x, parameters) - y, into residuals; false: the parameters are outside its domain, and
 *  the step that led there is taken back (so are residuals that are not finite). */
typedef bool (*bm_residuals_function)(void *user, const double *parameters, double *residuals);
/** Writes the derivatives of the residuals, row by row: jacobian[row * parameters + k]. */
typedef bool (*bm_jacobian_function)(void *user, const double *parameters, double *jacobian);

typedef struct bm_nonlinear_options {
    char                  zero_;
    BM_NAMED_;
    bm_residuals_function residuals;
    bm_jacobian_function  jacobian;   /**< default: central differences */
    void                 *user;       /**< handed to both */
    int64_t               rows, count; /**< of residuals; of parameters */
    double               *parameters; /**< in: where to start; out: the solution */
    const double         *low, *high; /**< bounds, of each parameter (-INFINITY, INFINITY: none); default none; borrowed, as weights: */
    const double         *weights;    /**< of rows, >= 0; default 1 each: minimised is sum weight * residual^2 */
    int64_t               iterations; /**< default 1,000 at most */
    double                gradient;   /**< default 1e-12: ends when the cosine of the residuals to every column of the Jacobian is at
                                       *   most this */
    double                step;       /**< default 1e-14: or the step against the parameters, both scaled by the Jacobian's columns */
    double                decrease;   /**< default 1e-15: or what a step gains and should gain, against the sum */
    double               *errors;     /**< out, count numbers: standard errors, s sqrt((JT W J)^-1); or null */
    double               *covariance; /**< out, count x count; or null. Of a parameter at a bound, or not told by the rows, both are NaN */
    bm_context           *context;
    bm_nodes              variables;  /**< of bm_least_squares_fit_node */
    bm_feeds              feeds;
} bm_nonlinear_options;

typedef struct bm_nonlinear_result {
    bm_status   status;    /**< BM_OK, or what went wrong, in words: */
    char        error[400];
    const char *stopped_by; /**< "gradient", "step", "decrease", "iterations", "no better step", "stop"; null after an error */
    bool        converged;  /**< by one of the first three */
    int64_t     iterations, evaluations;
    double      squares;    /**< sum weight * residual^2 */
    double      sigma;      /**< sqrt(squares / df); NaN when df is 0 */
    int64_t     df;         /**< rows of weight > 0 less parameters that the rows tell */
} bm_nonlinear_result;

/** Fits parameters by Levenberg's and Marquardt's method.
 *  Errors   in the result: BM_E_ARGUMENT no function, rows or parameters, a bound above the other, NaN in weights, bounds or start;
 *           BM_E_NUMBER residuals or derivatives that are not finite at the start; BM_E_MEMORY
 *  Source   More, "The Levenberg-Marquardt algorithm: implementation and theory", 1978; Madsen, Nielsen, Tingleff, "Methods for
 *           non-linear least squares problems", 2004 */
BM_API bm_nonlinear_result bm_least_squares_fit_at(const bm_nonlinear_options *options, size_t size, bm_place here);
#define bm_least_squares_fit(...) bm_least_squares_fit_at(BM_OPTIONS(bm_nonlinear_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** The same of a node of a graph, all f64: its elements are the residuals, .variables what it is fitted by, one after the other, from the
 *  values that they have in the session, which gets the solution. Derivatives are the graph's own gradients (their nodes are added to
 *  it). What the node needs besides is in .feeds. Rows, count, parameters and functions are not given; bounds, errors and covariance are
 *  of all elements of the variables:
 *      bm_least_squares_fit_node(s, residuals, BM_FETCHES(a, b), .feeds = BM_FEEDS({ x, xs }, { y, ys }), .errors = errors)
 *  Errors   as above; BM_E_TYPE a node or variable that is not f64, a node of `variables` that is no variable; the session's and the
 *           graph's own */
BM_API bm_nonlinear_result bm_least_squares_fit_node_at(bm_session *s, bm_node residuals, const bm_nonlinear_options *options, size_t size,
                                                        bm_place here);
#define bm_least_squares_fit_node(s, residuals, ...) \
    bm_least_squares_fit_node_at((s), (residuals), BM_OPTIONS(bm_nonlinear_options, .variables = __VA_ARGS__), BM_HERE)

#ifdef __cplusplus
}
#endif
#endif
