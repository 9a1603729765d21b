// SPDX-License-Identifier: Apache-2.0
/* Statistics of models of one dense layer: what a fit keeps of its rows (model/learned.h), and what is read from it.
 *
 * Parameters are theta = (value at the means, coefficients) of centred columns, without an intercept the coefficients of columns as they
 * are; of K classes K - 1 such blocks, each of a class against the first. What is told, in whatever unit, is a linear function of them.
 *
 *   inference/theory      (1)            a bmi_theory
 *   inference/columns     (columns, 4)   mean (0 without an intercept), deviation, VIF, column most like it given the others (-1: none)
 *   inference/target      (targets, 2)   mean and deviation of numbers to be learned
 *   inference/covariance  (q, q)         of theta; of least squares to be multiplied by sigma^2
 *   inference/dependent  (d, columns + 1) v with X v = 0 of the columns (with an intercept behind a first 0): which depend on each other
 *   inference/null        (d, q)         the same of theta: along such v the likelihood does not change
 *   inference/figures     (targets, BMI_FIGURES)
 */
#ifndef BMI_MODEL_INFERENCE_H
#define BMI_MODEL_INFERENCE_H
#include "data/dataset.h"
#include "format/notes.h"
#include "model/learned.h"
#include "model/learning.h"
#include <baeum/inference.h>

typedef enum bmi_theory {
    BMI_THEORY_SQUARES, /* least squares */
    BMI_THEORY_INFORMATION,
    BMI_THEORY_PENALTY,
    BMI_THEORY_METHOD,    /* no method with a theory here */
    BMI_THEORY_FEW_ROWS,  /* no degrees of freedom are left */
    BMI_THEORY_SEPARATED, /* classes are told apart perfectly: no finite maximum */
    BMI_THEORY_TOO_LARGE, /* more coefficients of classes than are looked at */
    BMI_THEORY_INEXACT,   /* residuals are not orthogonal to the columns */
    BMI_THEORIES
} bmi_theory;

typedef enum bmi_figure {
    BMI_FIGURE_ROWS,
    BMI_FIGURE_PARAMETERS,
    BMI_FIGURE_DF_MODEL,
    BMI_FIGURE_DF_RESIDUAL,
    BMI_FIGURE_R2,
    BMI_FIGURE_ADJUSTED_R2,
    BMI_FIGURE_SIGMA,
    BMI_FIGURE_F,
    BMI_FIGURE_F_P,
    BMI_FIGURE_LOG_LIKELIHOOD,
    BMI_FIGURE_NULL_LIKELIHOOD,
    BMI_FIGURE_PSEUDO_R2,
    BMI_FIGURE_RATIO,
    BMI_FIGURE_RATIO_P,
    BMI_FIGURE_AIC,
    BMI_FIGURE_BIC,
    BMI_FIGURE_CONDITION,
    BMI_FIGURE_DURBIN_WATSON,
    BMI_FIGURE_SKEW,
    BMI_FIGURE_KURTOSIS,
    BMI_FIGURE_JARQUE_BERA,
    BMI_FIGURE_JARQUE_BERA_P,
    BMI_FIGURE_OMNIBUS,
    BMI_FIGURE_OMNIBUS_P,
    BMI_FIGURE_BREUSCH_PAGAN,
    BMI_FIGURE_BREUSCH_PAGAN_P,
    BMI_FIGURES
} bmi_figure;
extern const char *const bmi_figure_names[BMI_FIGURES];

enum { BMI_INFERENCE_COLUMNS = 2000, BMI_INFERENCE_CONDITION = 300 };

/* A model of one dense layer, its weights as doubles where they lie; all null and 0 when it is another. */
typedef struct bmi_dense_model {
    const bm_tensor *kernel, *bias; /* (columns, outputs); (outputs) or null */
    int64_t columns, outputs;
    int64_t blocks; /* of theta: outputs, of softmax one less */
    bool classes;
    bool relative;  /* softmax: classes against the first */
    bool logarithm; /* the output is e^x: what is summed is the logarithm of the prediction */
} bmi_dense_model;
bool bmi_dense_model_of(const bm_model *m, bmi_dense_model *d);
/* Coefficient of a column (-1: the intercept) in a block, as told above. */
double bmi_dense_coefficient(const bmi_dense_model *d, int64_t block, int64_t column);

/* inference_fit.c: after a fit: keeps what can be told of its rows, if that is no long work (`always`: in any case); BM_OK as well where
 * there is nothing to tell. Errors: BM_E_MEMORY, BM_E_STOPPED. */
bm_status bmi_inference_keep(bm_learning *l, bool always);
/* inference_figures.c: sums over residuals e (those of weight > 0, times the root of the weight, in the order of the rows), which come
 * twice; and figures of them into `f`. */
typedef struct bmi_residuals {
    double n, sum, squares, steps, last; /* of the first time */
    double m2, m3, m4;                   /* of the second, around the mean */
} bmi_residuals;
void bmi_residuals_first(bmi_residuals *r, double e);
void bmi_residuals_second(bmi_residuals *r, double e);
void bmi_residuals_figures(const bmi_residuals *r, double *f);
/* The tails (p values) of figures that are there. */
void bmi_inference_tails(double *f);
/* inference_rows.c: of each parameter of a target the covariance (q x q) by the residuals of rows. */
bm_status bmi_inference_robust(const bm_model *m, const bm_dataset *d, bm_robust how, int64_t target, double *covariance,
                               bmi_error *e, bm_place here);
/* The coefficients of fits on resampled rows: of each block the intercept and those of the columns, as bmi_dense_coefficient gives them. */
typedef struct bmi_resampled {
    int64_t fits, n;
    double *values; /* fits x n */
} bmi_resampled;
bm_status bmi_inference_bootstrap(const bm_model *m, const bm_dataset *d, int64_t fits, int64_t seed, bmi_resampled *r,
                                  bmi_error *e, bm_place here);
/* A dataset of a table's rows with targets by the model's recipe; null with the error set. */
bm_dataset *bmi_inference_apply(const bm_model *m, const bm_table *t, bmi_error *e, bm_place here);

/* What is kept, when it is there and fits the model; else null. */
const double *bmi_inference_columns(const bm_model *m, const bmi_dense_model *d);
const double *bmi_inference_target(const bm_model *m, const bmi_dense_model *d);
const double *bmi_inference_covariance(const bm_model *m, const bmi_dense_model *d);
const double *bmi_inference_null(const bm_model *m, const bmi_dense_model *d, int64_t *count);
const double *bmi_inference_figures(const bm_model *m, const bmi_dense_model *d, int64_t target);
/* What a block of coefficients is for: a class, the column to be learned, or "target 2" in `into`. */
const char *bmi_inference_target_name(const bm_model *m, const bmi_dense_model *d, int64_t block, char into[32]);
/* The recipe whose features the columns are, or null. */
const bm_recipe *bmi_inference_recipe(const bm_model *m, const bmi_dense_model *d);
/* inference_notes.c: why a model has no standard errors (null when it may have some), and the kind of that note, which tells what
 * advice goes behind: " (.bootstrap)", " (bm_infer)" or none. */
typedef struct bmi_inference_none {
    const char *why;
    bmi_note_kind note;
} bmi_inference_none;
bmi_inference_none bmi_inference_why(const bm_model *m, const bmi_dense_model *d);
const char *bmi_inference_advice(const bmi_inference_none *none);
/* What is to be said of its coefficients, as notes of their table; false without memory. */
bool bmi_inference_notes(bm_table *of, const bm_model *m, const bmi_dense_model *d, const bm_coefficients_options *how);
/* BMI_THEORIES when nothing is kept. */
bmi_theory bmi_inference_theory(const bm_model *m);
static inline int64_t bmi_theta_size(const bmi_dense_model *d)
{
    return d->blocks * (d->columns + (d->bias != NULL));
}

#endif
