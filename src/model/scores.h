// SPDX-License-Identifier: Apache-2.0
/* Predictions and scores of a learner in the table's own terms: values in the target's unit, a probability for each class. */
#ifndef BMI_MODEL_SCORES_H
#define BMI_MODEL_SCORES_H
#include "data/dataset.h"
#include "model/model.h"

/* (rows, targets) values in the table's unit or (rows, classes) probabilities, f64; null with the error set. With a recipe a row's bits do not
 * depend on the rows beside it; `alone` is for a row that is to be had fast, by kernels of one row, which may sum in another order. */
bm_tensor *bmi_scores_predict_alone(const bm_model *m, const bm_dataset *d, bmi_error *e, bm_place here);
bm_tensor *bmi_scores_predict(const bm_model *m, const bm_dataset *d, bmi_error *e, bm_place here);
bm_tensor *bmi_scores_predict_rows(const bm_model *m, const bm_dataset *d, int64_t first, int64_t rows, bmi_error *e,
                                   bm_place here);
/* Of rows of several classes: the likeliest class of each (i32), of two the second from `threshold` on, what its own class is given (null:
 * not wanted; 0 for one that training had not seen), and how many rows have a probability that is not finite. */
bm_tensor *bmi_scores_likeliest(const bm_model *m, const bm_dataset *d, double threshold, double *p_target, int64_t *not_finite,
                                bmi_error *e, bm_place here);
/* The trivial answer, one row: mean or class shares of the training part. */
bm_tensor *bmi_scores_trivial(const bm_model *m, const bm_dataset *train, bmi_error *e, bm_place here);
/* What is to be scored, and by which threshold. */
typedef struct bmi_asked {
    const bm_metric *metrics; /* ended by the first without a name; null: the task's, and those it is compiled with */
    double threshold;         /* of two classes; 0: the model's own */
    bm_metric by;             /* of parts: what the model's threshold is to be best by, on validation, else training rows */
} bmi_asked;
/* Whether a loss is of scores that are no probabilities, as a hinge's; whether the model's numbers of classes are such. */
bool bmi_loss_mere(const bm_loss_kind *loss);
bool bmi_scores_mere(const bm_model *m);
/* Targets in the table's unit, or class numbers; one number more than there are, null with the error set. For bmi_release. */
double *bmi_scores_targets(const bm_model *m, const bm_dataset *d, bmi_error *e, bm_place here);
bm_status bmi_scores_take_asked(bm_scores *s, const bm_model *m, const bm_dataset *d, const bm_tensor *all,
                                const bmi_asked *asked, bmi_error *e, bm_place here);
/* Scores on a part, of the model's own predictions or of one answer `all` for all rows. BM_E_STOPPED without an error in e: bm_stop came
 * meanwhile, and there are none (rows 0). */
bm_status bmi_scores_take(bm_scores *s, const bm_model *m, const bm_dataset *d, const bm_tensor *all, bmi_error *e,
                          bm_place here);
/* Scores of the parts that are there (training, validation, test) and of the trivial answer on the last of them become the model's
 * (bm_model_scores). After bm_stop, of those that were done by then; that is no error. */
bm_status bmi_scores_of_parts(bm_model *m, bm_dataset *const parts[3], const bmi_asked *asked, bmi_error *e, bm_place here);
/* Whether bm_stop came within a fit or scoring that is going on. */
bool bmi_scores_stopped(const bm_model *m);

#endif
