// SPDX-License-Identifier: Apache-2.0
/* Finding the statistics of a fit from its rows: what the parts of it share. */
#ifndef BMI_MODEL_INFERENCE_WORK_H
#define BMI_MODEL_INFERENCE_WORK_H
#include "linalg/triangle.h"
#include "model/inference.h"
#include "model/learners/regression.h"

typedef struct bmi_inference_work {
    bm_learning *l;
    bmi_regression r;
    bmi_dense_model d;
    bmi_triangle t;
    double *triangle;     /* of the rows as they were folded, columns of `columns` numbers */
    double *g;            /* generalised inverse of XT W X */
    double *columns;      /* as kept */
    double *coefficients; /* of each block those of the columns; of exact theories */
    double used;          /* rows of weight > 0 */
    double small;         /* of a column's rest: none */
    bool inexact;         /* the solution is not that of least squares */
    bool asked;           /* by bm_infer: rows that do not fit are an error */
} bmi_inference_work;

/* n numbers of 0 that live as long as the work; null with the error set. */
double *bmi_inference_numbers(bmi_inference_work *w, int64_t n);
/* The condition of the columns and the intercept, each of length 1; NaN where they are too many. */
double bmi_inference_condition(bmi_inference_work *w);
/* inference_squares.c: covariance and figures of least squares; w->inexact when the rows are not those that the model was fitted on. */
bm_status bmi_inference_keep_squares(bmi_inference_work *w, const double *null, int64_t n_null);
/* inference_information.c: the same of classes and counts without a penalty, from the observed information; *theory becomes another where
 * there is no finite maximum. */
bm_status bmi_inference_keep_information(bmi_inference_work *w, bmi_theory *theory);

#endif
