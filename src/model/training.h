// SPDX-License-Identifier: Apache-2.0
/* A running fit: what it was asked for, its passes, what it has summed up, and its callbacks.
 */
#ifndef BMI_MODEL_TRAINING_H
#define BMI_MODEL_TRAINING_H
#include "base/clock.h"
#include "model/judge.h"
#include "model/model.h"

struct bm_training {
    bm_model *model;
    bmi_network *network;
    bm_session *session;
    bm_place here;
    bmi_error *error; /* the model's */
    bmi_arena arena;
    bm_fit_options o;
    /* data */
    const bm_dataset *data;
    bmi_dataset_columns columns;
    void *weights;   /* of each row of the dataset, in the network's type; null: none */
    int64_t *chosen; /* rows of the dataset that are for training, then those for validation; null: all for training */
    int64_t rows, validation_rows;
    bmi_batches batches;
    int64_t *order; /* of `order_room` rows, the first `ordered` of which are those of the present block, or all */
    int64_t order_room, ordered;
    bmi_judge judge; /* of the validation; network null: none */
    /* metrics that need all rows of an epoch */
    bmi_rows_seen seen; /* the model's, once all has begun */
    bmi_column_of targets, row_weights;
    const bm_tensor *own_weights; /* what rows weigh in metrics, class weights aside; or null */
    bool weighed;                 /* metrics count rows as the dataset's weights say */
    /* passes */
    bmi_pass whole, rest;
    int loss, data_loss, penalty, gradient, output, means[BM_MODEL_MAX]; /* positions of fetches; -1: not fetched */
    /* sums of the present epoch */
    bool sums;                                                         /* the loss is a sum over rows, not a mean */
    double loss_sum, penalty_sum, mean_sums[BM_MODEL_MAX], weight_sum; /* the last where metrics are weighed */
    int64_t rows_done;
    /* history columns */
    size_t column_loss, column_seconds, column_rate, column_mean[BM_MODEL_MAX], column_validation_loss,
        column_validation[BM_MODEL_MAX];
    /* callbacks */
    bmi_hook *hooks, own[BM_MODEL_MAX]; /* these at first; once all has begun they are the model's */
    int n_hooks, hook;                  /* the one at work */
    bmi_arena hook_arena;
    unsigned flags; /* of all callbacks */
    bm_progress progress;
    double start, epoch_start, last_look;
    int64_t every, until_look; /* steps between two looks at the clock */
    int64_t steps_done, steps_limit;
    double gradient_norm;
    unsigned denormals; /* the caller's mode; steps flush them */
    bool stop, ending;  /* it is asked to end; callbacks are ended */
    char why[64];
};

/* What a row weighs in metrics. */
static inline double bmi_training_row_weight(const bm_training *t, int64_t row)
{
    return t->own_weights ? bm_tensor_at(t->own_weights, row) : 1;
}

/* fit_begin.c: checks and makes everything a fit needs; end releases it. */
bm_status bmi_training_begin(bm_training *t);
void bmi_training_end(bm_training *t);
/* The weights of the dataset's rows in the network's type, times those of their classes (null: none). Nothing where rows do not weigh. */
void bmi_training_weigh(const bm_training *t, const int32_t *classes, const double *of);
/* fit_resume.c: the callbacks become the model's, with what those of the fit that is resumed remember. */
bm_status bmi_training_commit(bm_training *t);
/* fit_rows.c: metrics of all rows of an epoch: their memory, and the rows of a step. */
bm_status bmi_training_make_rows(bm_training *t);
void bmi_training_keep_rows(bm_training *t, const bmi_pass *p, const int64_t *rows);
/* fit.c: an epoch is over for a callback. */
void bmi_training_call_epoch(bm_training *t, bmi_hook *h);
/* fit_number.c: names what made the loss of this batch not finite. */
bm_status bmi_training_bad_number(bm_training *t, const bmi_pass *p, const int64_t *rows);
/* The same of weights that the last update of all made not finite. */
bm_status bmi_training_check_weights(bm_training *t);
void bmi_training_feed(const bm_training *t, const bmi_pass *p, const int64_t *rows);
/* training.c: training ends after so many steps more of this fit have been looked at: `steps` of the callbacks is called right then. */
void bmi_training_limit(bm_training *t, int64_t steps);

#endif
