// SPDX-License-Identifier: Apache-2.0
/* A plan of a network for one number of rows, with the memory of its feeds and fetches looked up once.
 */
#ifndef BMI_MODEL_PASS_H
#define BMI_MODEL_PASS_H
#include "model/network.h"

enum { BMI_PASS_MAX = 2 * BM_MODEL_MAX }; /* feeds, or fetches */

typedef struct bmi_pass {
    bmi_cached_plan *plan; /* null: not made */
    int64_t rows;
    bool shared;              /* several threads run it */
    void *feed[BMI_PASS_MAX]; /* null: the plan does not read it */
    const bm_array *fetch[BMI_PASS_MAX];
} bmi_pass;

typedef struct bmi_pass_request {
    bm_node feed[BMI_PASS_MAX], fetch[BMI_PASS_MAX];
    bm_shape row[BMI_PASS_MAX]; /* of each feed, without the batch */
    int n_feeds, n_fetches;
    bm_node guard; /* graph null: none */
} bmi_pass_request;

/* Makes the plan for so many rows; the session's error goes to e. */
bm_status bmi_pass_make(bmi_pass *p, bm_session *s, const bmi_pass_request *r, int64_t rows, bmi_error *e, bm_place here);
/* Adds to a request; gives the position. */
int bmi_pass_feed(bmi_pass_request *r, bm_node node, bm_shape row);
int bmi_pass_fetch(bmi_pass_request *r, bm_node node);

/* The number of a fetch of rank 0. */
static inline double bmi_pass_number(const bm_array *a)
{
    return a->type == BM_F32 ? (double)*(const float *)a->data : *(const double *)a->data;
}

#endif
