// SPDX-License-Identifier: Apache-2.0
/* What a fitted linear model says about its data: coefficients in the table's units with standard errors, p values and intervals, figures
 * of the fit, diagnostics of rows; and what a prediction is made of, of any model.
 */
// clang-format off
#ifndef BAEUM_INFERENCE_H
#define BAEUM_INFERENCE_H
#include <baeum/model.h>
#ifdef __cplusplus
extern "C" {
#endif

/* Statistics of a model need the rows that it was fitted on. A fit finds them itself where that is little work (a model of one dense
 * layer of at most 2,000 columns; rows * columns^2 up to 2e8 of least squares and unpenalised classes, 2e7 of others, of which there are
 * means, deviations and VIF; of a file that is learned part by part up to 1e10), and the model and its file keep what was found; beyond
 * that the model has none until bm_infer finds them from the rows of training. */

/** Finds the statistics of a fitted model of one dense layer from the rows that it was fitted on, in place of those it has.
 *  Errors   on the model: BM_E_ARGUMENT not fitted, no such model, more than 2,000 columns (or, of classes, coefficients); BM_E_DATA no
 *           target, rows that the model was not fitted on (of least squares: the residuals are not orthogonal to the columns);
 *           BM_E_MEMORY */
BM_API bm_status bm_infer_at(bm_model *m, const bm_dataset *d, bm_place here);
BM_API bm_status bm_infer_table_at(bm_model *m, const bm_table *t, bm_place here);
#define bm_infer(m, d)       bm_infer_at((m), (d), BM_HERE)
#define bm_infer_table(m, t) bm_infer_table_at((m), (t), BM_HERE)

/** Units of coefficients. */
typedef enum bm_coefficient_units {
    BM_TABLE_UNITS = 0,   /**< of the table's columns and target: standardising and min-max of the recipe are undone */
    BM_FEATURE_UNITS,     /**< of the features as the recipe makes them, and of the target as it is learned */
    BM_STANDARD_UNITS     /**< change of the target, in standard deviations, by one standard deviation of the column; of classes the
                           *   change of the log-odds. No intercept */
} bm_coefficient_units;
typedef enum bm_coefficient_order { BM_AS_THEY_ARE = 0, BM_BY_SIZE /**< standardised */, BM_BY_P } bm_coefficient_order;
/** Standard errors that hold when rows vary differently about the line (MacKinnon, White, 1985). */
typedef enum bm_robust { BM_NOT_ROBUST = 0, BM_HC0, BM_HC1, BM_HC2, BM_HC3 } bm_robust;

typedef struct bm_coefficients_options {
    char                 zero_;
    BM_NAMED_;
    double               confidence; /**< of the interval low .. high; default .95, in (0, 1) */
    bm_coefficient_units units;
    bm_coefficient_order order;
    bm_robust            robust;     /**< least squares; needs the rows: */
    int64_t              bootstrap;  /**< fits on so many resamples of the rows; standard errors are the deviations of their
                                      *   coefficients, low and high their
                                      *   quantiles, of any model of one dense layer; at least 2 */
    int64_t              seed;       /**< of resampling */
    const bm_dataset    *data;       /**< the rows that the model was fitted on, borrowed */
    const bm_table      *table;      /**< the same as a table */
} bm_coefficients_options;
/** The coefficients of a fitted model of one dense layer, a row each: feature ("intercept" last), target (the column, or the class; of
 *  more than two classes against the first), coefficient, standard_error, statistic (t, of classes z), p (two-sided), low, high,
 *  standardized, vif (1 / (1 - R2) of the column by the others). Least squares: s^2 (XT W X)^-1 with s^2 = sum w e^2 / (n - p), t of n -
 *  p degrees of freedom; weights are those of variances, rows of weight 0 do not count. Logistic, softmax and Poisson without penalty:
 *  the inverse of the observed information. Where theory gives none (a penalty, another method, columns that depend on each other) cells
 *  are missing, and notes (bm_table_note) say why; of columns that depend on each other only those that are part of it have none.
 *  Returns  gives a table, never null. Errors BM_E_ARGUMENT not fitted, not of one dense layer, confidence outside (0, 1), robust or
 *           bootstrap without rows; BM_E_DATA rows that do not fit; BM_E_MEMORY
 *  Source   Greene, "Econometric Analysis", chapters 3-5, 17; Hosmer, Lemeshow, "Applied Logistic Regression", chapter 2 */
BM_API bm_table *bm_coefficients_at(const bm_model *m, const bm_coefficients_options *options, size_t size, bm_place here);
#define bm_coefficients(m, ...) bm_coefficients_at((m), BM_OPTIONS(bm_coefficients_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** Figures of a fit, a row each: figure, target, value. Least squares: rows, parameters, df_model, df_residual, r2, adjusted_r2, sigma,
 *  f, f_p, log_likelihood, aic, bic, condition (of the columns and the intercept, each of length 1), durbin_watson, skew, kurtosis,
 *  jarque_bera, jarque_bera_p, omnibus, omnibus_p, breusch_pagan, breusch_pagan_p (Koenker's form; of unweighted rows). Classes and
 *  counts without penalty: rows, parameters, df_model, df_residual, log_likelihood, log_likelihood_null, pseudo_r2 (McFadden),
 *  likelihood_ratio, likelihood_ratio_p, aic, bic, condition. Errors as bm_coefficients. */
BM_API bm_table *bm_model_figures_at(const bm_model *m, bm_place here);
#define bm_model_figures(m) bm_model_figures_at((m), BM_HERE)
/** One of them by name, of a target (from 0); NaN when there is none. */
BM_API double bm_model_figure(const bm_model *m, const char *name, int64_t target);

/** Of least squares, for each row that the model was fitted on: fitted, residual, leverage (hat value), standardized (residual / (s
 *  sqrt(1 - h))), studentized (the same with the s of all other rows), cooks_distance, dffits. Of the i-th target, in the unit as it is
 *  learned.
 *  Returns  gives a table, never null. Errors BM_E_ARGUMENT not least squares with statistics (bm_infer); BM_E_DATA other rows; BM_E_MEMORY
 *  Source   Cook, Weisberg, "Residuals and Influence in Regression", 1982 */
BM_API bm_table *bm_residual_diagnostics_at(const bm_model *m, const bm_dataset *d, int64_t target, bm_place here);
BM_API bm_table *bm_residual_diagnostics_table_at(const bm_model *m, const bm_table *t, bm_place here);
#define bm_residual_diagnostics(m, d)       bm_residual_diagnostics_at((m), (d), 0, BM_HERE)
#define bm_residual_diagnostics_table(m, t) bm_residual_diagnostics_table_at((m), (t), BM_HERE)

/** What the prediction for one row (from 0) of a table is made of, by a model of one dense layer: for each column of the table (features
 *  that were made of one column together) column, target, value (as text), contribution = sum of coefficient * (feature - its mean in
 *  training). First a row "base", the prediction for the means, last a row "prediction": base + contributions, in the target's unit, of a
 *  logarithm of it where that is learned, of classes in log-odds. Where the model has no means (bm_infer), they count as 0, which a note
 *  tells.
 *  Returns  gives a table, never null. Errors BM_E_ARGUMENT no recipe, not of one dense layer, no such row; as bm_predict_table */
BM_API bm_table *bm_contributions_at(const bm_model *m, const bm_table *t, int64_t row, bm_place here);
#define bm_contributions(m, t, row) bm_contributions_at((m), (t), (row), BM_HERE)

typedef struct bm_importance_options {
    const bm_table *table;   /**< rows with the target, best those that were not learned from; borrowed */
    BM_NAMED_;
    int64_t         repeats; /**< permutations of each column; default 5 */
    int64_t         seed;
    const char     *score;   /**< of bm_evaluate_table, the larger the better unless it is "loss", "mae", "rmse" ...; default "r2", of
                              *   classes "accuracy" */
} bm_importance_options;
/** How much worse any model over a table becomes when the cells of one column change places at random: column, importance (mean of the
 *  score's loss), spread (its standard deviation, divisor repeats), largest first; columns that the model does not look at have 0. Of
 *  columns that carry the same information each seems of little use.
 *  Returns  gives a table, never null. Errors BM_E_ARGUMENT no recipe, no such score; as bm_evaluate_table
 *  Source   Breiman, "Random Forests", 2001; Fisher, Rudin, Dominici, 2019 */
BM_API bm_table *bm_importance_at(const bm_model *m, const bm_importance_options *options, size_t size, bm_place here);
#define bm_importance(m, ...) bm_importance_at((m), BM_OPTIONS(bm_importance_options, .table = __VA_ARGS__), BM_HERE)

#ifdef __cplusplus
}
#endif
#endif
