// SPDX-License-Identifier: Apache-2.0
/* The loss of a linear classifier over all rows, with its derivatives: what every solver of logistic and softmax regression calls.
 *
 * Weights are `units` rows of `columns` numbers and, last in each, the bias. Rows are taken in blocks that fit into the cache, in the
 * type that the data has, by the contraction engine; blocks are joined to parts, whose number depends on shapes alone, and sums over
 * a part and over parts are f64, in order: any number of threads gives the same bits. Rows of a file come a block of bmi_parts at a time,
 * and each sum over all rows is a pass over the file.
 */
#ifndef BMI_MODEL_LEARNERS_LOGISTIC_LOSS_H
#define BMI_MODEL_LEARNERS_LOGISTIC_LOSS_H
#include "kernels/cpu/contract.h"
#include "model/dataset_columns.h"
#include "model/learning.h"

typedef struct bmi_loss_part { /* what one part of the rows works with */
    double *gradient;          /* units x (columns + 1) */
    double loss;
    void *rows, *sums, *more, *losses, *sign, *weight, *product; /* of a block */
    void *contract;
} bmi_loss_part;

typedef struct bmi_linear_loss {
    bm_learning *l;
    bmi_column_of x; /* into reals of `real` */
    bmi_isa isa;
    bmi_real real;
    int64_t rows, columns, units, n; /* n: weights, units x (columns + 1); rows: of a file those that are in memory */
    int64_t last;                    /* of a file: rows that its last part has; else as rows */
    int64_t block;                   /* rows of a block */
    bool softmax;                    /* of all units; else each is a sigmoid */
    bool biased;
    double all;               /* weight of all rows: the loss is divided by it */
    double l2;                /* l2 / 2 |w|^2 is added; never of biases */
    int32_t *label;           /* one a row: its unit (one unit: 1 is its class), */
    const unsigned char *yes; /* or rows x units of 0 and 1 */
    const float *weight;      /* one a row; or null */
    void *w, *v, *b;          /* reals: units x columns, twice, and units */
    const double *along;      /* the vector that is multiplied */
    int parts;
    bmi_loss_part *part;
} bmi_linear_loss;

/* Settles blocks and parts and takes the memory; what the data is must be filled in. The fit's error: BM_E_MEMORY. */
bm_status bmi_linear_loss_make(bmi_linear_loss *o);
/* f(x) and its gradient; false when the fit is to stop. user: the loss. */
bool bmi_linear_loss_value(void *user, const double *x, double *g, double *f);
/* The same in steps: sums are 0, those of the rows that are in memory are added, f and g are made of them. */
void bmi_linear_loss_begin(bmi_linear_loss *o, const double *x);
void bmi_linear_loss_add(bmi_linear_loss *o);
void bmi_linear_loss_end(const bmi_linear_loss *o, const double *x, double *g, double *f);
/* Fails the fit, naming the first row with a number that is not finite, when there is one. */
bm_status bmi_linear_loss_name_row(const bmi_linear_loss *o);
/* Whether the weights put every row that counts on its class's side. */
bool bmi_linear_loss_separates(bmi_linear_loss *o, const double *x);

/* pass.c: calls `take` once for rows in memory, of a file for each of its parts when that is in memory, until it says false. False when the
 * fit is to stop, or with its error set. */
bool bmi_linear_loss_pass(bmi_linear_loss *o, bool (*take)(void *user), void *user);
/* Settles what the rows are: their number and labels, the weight of all of them. The fit's error: BM_E_DATA weights that are all 0,
 * BM_E_NUMBER a number of a file that is not finite, BM_E_STOPPED, BM_E_MEMORY. */
bm_status bmi_linear_loss_rows(bmi_linear_loss *o);

/* curvature.c, for losses in f64. h = H v, H the matrix of second derivatives at x. */
bool bmi_linear_loss_product(void *user, const double *x, const double *v, double *h);
/* The matrix itself over the n columns that are named (the number of columns is the bias): of softmax units all together, (units n)
 * squared, of sigmoids that of one unit, n squared. False also without memory, with the fit's error set. */
bool bmi_linear_loss_matrix(bmi_linear_loss *o, const double *x, int64_t unit, const int64_t *columns, int64_t n, double *h);
/* Value, gradient and all matrices over all columns (softmax: one; else one a unit, one behind the other) by one pass. */
bool bmi_linear_loss_all(bmi_linear_loss *o, const double *x, double *g, double *f, const int64_t *columns, double *h);

/* A loss of sigmoids as that of one of them, for its sums; others as they are. */
static inline bmi_linear_loss bmi_linear_of_unit(const bmi_linear_loss *o)
{
    bmi_linear_loss one = *o;
    if (!o->softmax) one.units = 1;
    return one;
}

/* What both files do with a part: its rows; a block of rows in the loss's type; its sums by weights w and biases b (or null); what
 * derivatives by the sums are by the weights, added to the part's gradient; and weights in the loss's type. */
const void *bmi_linear_rows(const bmi_linear_loss *o, const bmi_loss_part *p, int64_t first, int64_t m);
void bmi_linear_sums(const bmi_linear_loss *o, const bmi_loss_part *p, const void *x, int64_t m, const void *w, const void *b,
                     void *sums);
void bmi_linear_collect(const bmi_linear_loss *o, bmi_loss_part *p, const void *x, int64_t m, void *sums);
void bmi_linear_weights(const bmi_linear_loss *o, const double *from, void *w, void *b);
/* How many rows a block may have: `i` is 0 to BMI_BLOCK_SIZES - 1. */
enum { BMI_BLOCK_SIZES = 3 };
int64_t bmi_linear_block_rows(const bmi_linear_loss *o, int i);
void bmi_linear_part_rows(const bmi_linear_loss *o, int part, int64_t *first, int64_t *last);

#endif
