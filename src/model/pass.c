// SPDX-License-Identifier: Apache-2.0
/* Plans for a number of rows. */
#include "model/pass.h"

int bmi_pass_feed(bmi_pass_request *r, bm_node node, bm_shape row)
{
    r->feed[r->n_feeds] = node;
    r->row[r->n_feeds] = row;
    return r->n_feeds++;
}

int bmi_pass_fetch(bmi_pass_request *r, bm_node node)
{
    r->fetch[r->n_fetches] = node;
    return r->n_fetches++;
}

bm_status bmi_pass_make(bmi_pass *p, bm_session *s, const bmi_pass_request *r, int64_t rows, bmi_error *e, bm_place here)
{
    int64_t feed[BMI_PASS_MAX], fetch[BMI_PASS_MAX];
    bm_shape shape[BMI_PASS_MAX];
    for (int i = 0; i < r->n_feeds; i++) {
        feed[i] = r->feed[i].index;
        shape[i] = (bm_shape){ .rank = r->row[i].rank + 1, .dim = { rows } };
        for (int64_t k = 0; k < r->row[i].rank && k + 1 < BM_MAX_RANK; k++) shape[i].dim[k + 1] = r->row[i].dim[k];
    }
    for (int i = 0; i < r->n_fetches; i++) fetch[i] = r->fetch[i].index;
    p->rows = rows;
    p->plan = bmi_session_plan(s, fetch, (size_t)r->n_fetches, feed, shape, (size_t)r->n_feeds,
                               r->guard.graph ? r->guard.index : -1, here);
    if (!p->plan) {
        bmi_fail_from(e, &s->object.error);
        bmi_object_clear(s);
        return e->status;
    }
    p->shared = bmi_plan_shared(p->plan);
    for (int i = 0; i < r->n_feeds; i++) p->feed[i] = bmi_plan_feed(p->plan, (size_t)i);
    for (int i = 0; i < r->n_fetches; i++) p->fetch[i] = bmi_plan_fetch(p->plan, (size_t)i);
    return BM_OK;
}
