// SPDX-License-Identifier: Apache-2.0
/* A CSV file as training, validation and test rows that come by parts: what bm_fit_csv learns from. Which part a row falls in depends on
 * the seed and its number alone. Training rows go through the recipe into a block of always the same size, so nothing depends on how many
 * rows the file is read by.
 */
#ifndef BMI_MODEL_PARTS_H
#define BMI_MODEL_PARTS_H
#include "data/recipe.h"
#include "model/model.h"

enum { BMI_PARTS_SAMPLE = 100000 }; /* the default */
#define BMI_PARTS_LEARNERS \
    "linear, ridge, lasso, elastic, poly, huber, poisson, logistic, softmax, one_vs_rest and networks (mlp)"

typedef struct bmi_parts {
    bm_model *model;
    bm_csv *csv;
    bmi_error *e; /* the model's */
    bm_place here;
    uint64_t seed;
    double validation, test;
    int64_t sample;
    bool learns;                     /* rows of training that weigh nothing are none */
    bool ends_early;                 /* after bm_stop the file just ends; else that is an error */
    int64_t rows[3], with_target[3]; /* rows of each part, and those of them that have a target */
    int64_t skipped;                 /* rows that could not be read and are left out */
    bm_table *of[2];                 /* training and validation rows in memory: a sample of them, or all */
    bm_dataset_counted met;          /* cells of the rows that were judged */
    double *residuals; /* of numbers: gets true less predicted values of the last part's rows, when they are judged; or null */
    /* of learners with a method of their own: what is called as rows come, and what it is told; or null */
    const bm_callback *callbacks;
    bool trained; /* what they answer ends nothing any more */
    double began, told;
    int64_t passes;
    /* the place in the file */
    int64_t next; /* number of the row that comes next */
    bool ended;   /* the last row has come */
    bm_dataset *now;
    int64_t at; /* training rows of it that are in a block already */
    /* what is learned from */
    bm_dataset *block;
    int64_t room, filled;   /* rows of the block; training rows since the beginning of the file */
    bool weighs_classes;    /* the block has weights for: */
    bm_tensor *own_weights; /* with class weights: what the block's rows weigh themselves; null: the file does not say */
    double *class_weights;  /* what each class weighs, beside a row's own weight; borrowed, null until it is known */
    const void *folded;     /* the last bmi_regression of columns as they are, in the arena of the learning; or null */
} bmi_parts;

/* 0 training, 1 validation, 2 test. */
int bmi_parts_role(const bmi_parts *p, int64_t row);
/* Counts rows and takes the samples: one pass. Every value of a target that may be classes has a row in the sample of training. */
bm_status bmi_parts_survey(bmi_parts *p);
/* Makes the block, of `rows` rows at most, by the model's fitted recipe. */
bm_status bmi_parts_make_block(bmi_parts *p, int64_t rows);
void bmi_parts_free_block(bmi_parts *p);
/* Goes back to the first row. */
bm_status bmi_parts_rewind(bmi_parts *p);
/* Puts up to `most` training rows into the block, from its first on: how many; 0 at the end of the file, or with an error. That the file
 * ends with other than all training rows is an error, too. */
int64_t bmi_parts_fill(bmi_parts *p, int64_t most);
/* The next rows of the file with what they are for: `row` gets the number of the first; null at the end, or with an error. */
bm_table *bmi_parts_next(bmi_parts *p, int64_t *row);
/* Those rows of a table of the file, whose first row has this number, that are for `role` and have a target; for bmi_release, `room` of
 * them. */
bm_status bmi_parts_rows(bmi_parts *p, const bm_table *t, int64_t row, int role, int64_t **rows, size_t *n, size_t *room);
/* Those rows of a table of the file, whose first row has this number, that are for `role` and have a target: as a dataset, null when there
 * are none, or with an error. */
bm_dataset *bmi_parts_apply(bmi_parts *p, const bm_table *t, int64_t row, int role);
void bmi_parts_end(bmi_parts *p);
/* table_model.c: whether a part has rows of classes that were there in training; and those, as a dataset of its own. */
bm_status bmi_check_seen(const bm_dataset *d, const char *part, bmi_error *e, bm_place here);
bm_status bmi_dataset_known(const bm_dataset *d, bm_dataset **known, bmi_error *e, bm_place here);
/* parts_scores.c: scores of the parts, and of the trivial answer on the last of them (null asked: by the usual metrics); the last part's
 * table of classes into `confusion`, when it is not null: (classes + 1) x classes zeros. */
struct bmi_asked;
bm_status bmi_parts_judge(bmi_parts *p, const struct bmi_asked *asked, bm_scores scores[BMI_PARTS], int64_t *confusion);

#endif
