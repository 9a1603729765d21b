// SPDX-License-Identifier: Apache-2.0
/* Paths of coefficients: what ridge, lasso and elastic net give for many penalties.
 */
// clang-format off
#ifndef BAEUM_PATHS_H
#define BAEUM_PATHS_H
#include <baeum/model.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct bm_path_options {
    const bm_dataset *data; /**< one input, one target of numbers, weights if it has them */
    BM_NAMED_;
    double   r;             /**< default 1, lasso; BM_ZERO ridge; between: elastic net */
    bm_reals alphas;        /**< default: `count` of them in equal ratios, from the least at which all coefficients are 0 (of ridge: from
                             *   one that leaves next to nothing of them) */
    int64_t  count;         /**< default 100 */
    double   ratio;         /**< default 1e-3 (ridge 1e-10): the last alpha over the first */
    bool     no_intercept;
    double   tolerance;     /**< as bm_elastic's */
    int64_t  iterations;
    bm_context *context;
} bm_path_options;

/** The path; all three are the caller's to free, also after an error. */
typedef struct bm_path {
    bm_tensor *alphas;       /**< f64 (count), falling */
    bm_tensor *coefficients; /**< f64 (count, columns), or (count, columns, targets) of several targets */
    bm_tensor *intercepts;   /**< f64 (count), or (count, targets) */
    double     gap;          /**< largest duality gap over the sum of squares of the target (ridge: 0) */
    bool       converged;    /**< every gap is at most the tolerance, or what the rounding of sums leaves of it */
} bm_path;

/** Minimises J = 1/m sum (y - x w - b)^2 + r alpha sum |w| + (1 - r)/2 alpha sum w^2 for every alpha: ridge from one
 *  decomposition, the others each from the solution before.
 *  Returns  gives tensors, never null
 *  Errors   on .coefficients, the others are then of no use: BM_E_ARGUMENT alphas that are negative or not finite, r outside [0, 1], a
 *           failed dataset; BM_E_NUMBER numbers that are not finite (row and column are named); BM_E_DATA weights; BM_E_MEMORY
 *  Source   Friedman, Hastie, Tibshirani, "Regularization Paths for Generalized Linear Models via Coordinate Descent", 2010
 */
BM_API bm_path bm_coefficient_path_at(const bm_path_options *options, size_t size, bm_place here);
#define bm_coefficient_path(...) bm_coefficient_path_at(BM_OPTIONS(bm_path_options, .data = __VA_ARGS__), BM_HERE)

#ifdef __cplusplus
}
#endif
#endif
