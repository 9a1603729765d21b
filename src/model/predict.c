// SPDX-License-Identifier: Apache-2.0
/* Predicting: rows go through the network in parts, each in a workspace that no other thread has. A workspace remembers the plan of its
 * last call, so that a call of the same shape does nothing but copy, run and copy.
 */
#include "base/threads.h"
#include "model/dataset_columns.h"
#include "model/model.h"
#include "model/pass.h"
#include "tensor/tensor.h"
#include <stdatomic.h>
#include <string.h>

enum {
    ROWS_AT_ONCE = 128
}; /* of several hundreds a layer's values leave the second-level cache before the next layer reads them */

typedef struct request {
    bmi_network *network;
    bmi_column_of column;
    bm_shape row;
    bool one;    /* x is one row without its dimension */
    bool steady; /* a row's bits are not to depend on how many others there are: plans of few rows sum in another order */
    int64_t rows;
    bm_place here;
} request;

/* Learners predict from numbers: a threshold unit, or a rectifier, would make an answer like any other of a NaN. */
static bm_status check_numbers(const request *r, const bm_tensor *x, bmi_error *e)
{
    const int64_t at = bmi_tensor_not_finite(x), each = r->column.elements;
    if (at < 0) return BM_OK;
    return bmi_fail(
        e, BM_E_NUMBER, r->here,
        "predict: row %lld has a number that is not finite, %g in column %lld; fill such cells as in training, or leave "
        "the row out",
        (long long)(at / each), bm_tensor_at(x, at), (long long)(at % each));
}

/* What the rows of x are to the network. Bytes are taken as [0, 1]. */
static bm_status look(request *r, const bm_model *m, const bm_tensor *x, bmi_error *e)
{
    r->network = bmi_model_network(m, e, r->here);
    if (!r->network) return e->status;
    if (bmi_input_column(&r->column, &r->row, &r->one, r->network, x, x && x->type == BM_U8 ? 1.0 / 255 : 1, e, "predict",
                         r->here))
        return e->status;
    r->rows = r->one ? 1 : x->shape.dim[0];
    const int64_t fixed = bm_node_shape(r->network->input).dim[0];
    if (fixed > 0 && r->rows % fixed)
        return bmi_fail(e, BM_E_SHAPE, r->here,
                        "predict: the model's input takes exactly %lld rows at once, the data has %lld, which is no multiple",
                        (long long)fixed, (long long)r->rows);
    return BM_OK;
}

/* The plan for so many rows; the last one of the workspace when it is for as many (of the same shape: unknown dimensions make a
 * new look-up each time). */
static bmi_cached_plan *plan_of(const request *r, bmi_workspace *w, int64_t rows, bmi_error *e)
{
    if (w->plan && w->rows == rows && bmi_shape_known(r->network->row)) return w->plan;
    bmi_pass_request q = { .guard = { NULL, -1 } };
    bmi_pass p;
    bmi_pass_feed(&q, r->network->input, r->row);
    bmi_pass_fetch(&q, r->network->heads[0].output);
    w->plan = NULL;
    if (bmi_pass_make(&p, w->session, &q, rows, e, r->here)) return NULL;
    w->plan = p.plan;
    w->rows = rows;
    return p.plan;
}

enum { SHARED_BYTES = 64 << 10 }; /* less is copied sooner than threads meet */

typedef struct copying {
    const request *r;
    const bmi_cached_plan *plan;
    int64_t first, rows;
} copying;

static void copy_part(void *arg, int part, int parts)
{
    const copying *c = arg;
    int64_t begin, end;
    bmi_slice(c->rows, 1, part, parts, &begin, &end);
    unsigned char *into = bmi_plan_feed(c->plan, 0);
    bmi_column_copy(&c->r->column, into + (size_t)begin * c->r->column.into_bytes, c->first + begin, end - begin);
}

/* Of a plan for more rows than there are, the rest is the first row again, of which nothing is wrong that is not wrong with the data. */
static void repeat_row(const request *r, const bmi_cached_plan *p, int64_t first, int64_t rows, int64_t planned)
{
    unsigned char *into = bmi_plan_feed(p, 0);
    for (int64_t i = rows; into && i < planned; i++)
        bmi_column_copy(&r->column, into + (size_t)i * r->column.into_bytes, first, 1);
}

static bm_status run_part(const request *r, bmi_workspace *w, int64_t first, int64_t rows, int64_t planned, void *into,
                          size_t row_bytes, bmi_error *e)
{
    bmi_cached_plan *p = plan_of(r, w, planned, e);
    if (!p) return e->status;
    copying c = { r, p, first, rows };
    repeat_row(r, p, first, rows, planned);
    const bool shared = bmi_plan_shared(p) && (size_t)rows * r->column.into_bytes >= SHARED_BYTES;
    if (bmi_plan_feed(p, 0) && !shared) copy_part(&c, 0, 1);
    const bm_status st = bmi_plan_feed(p, 0) && shared ? bmi_session_run_after(w->session, p, copy_part, &c, r->here)
                                                       : bmi_session_run(w->session, p, r->here);
    if (st) return bmi_fail_from(e, &w->session->object.error);
    const bm_array *a = bmi_plan_fetch(p, 0);
    if (a->size) memcpy(into, a->data, (size_t)rows * row_bytes);
    return BM_OK;
}

/* Parts of rows that threads take one after the other, each thread with a workspace of its own: they meet once instead of after each layer,
 * and nobody waits for one that the system keeps from running before it has taken a part. */
typedef struct sharing {
    const request *r;
    unsigned char *into;
    size_t row_bytes;
    int64_t at_once, parts;
    atomic_llong next;
    atomic_flag failed; /* who sets it writes the two below; the lock is held for two lines */
    int64_t failed_part;
    bmi_error *error;
} sharing;

static bm_status run_rows(const request *r, bmi_workspace *w, int64_t part, int64_t at_once, unsigned char *into,
                          size_t row_bytes, bmi_error *e)
{
    const int64_t at = part * at_once, rows = r->rows - at < at_once ? r->rows - at : at_once;
    return run_part(r, w, at, rows, r->steady ? at_once : rows, into + (size_t)at * row_bytes, row_bytes, e);
}

/* The error of the first part that has one, whoever met it first. */
static void note_error(sharing *s, int64_t part, const bmi_error *e)
{
    while (atomic_flag_test_and_set(&s->failed)) {}
    if (!s->error->status || part < s->failed_part) {
        *s->error = *e;
        s->failed_part = part;
    }
    atomic_flag_clear(&s->failed);
}

static void take_parts(void *arg, int member, int members)
{
    (void)member, (void)members;
    sharing *s = arg;
    bmi_workspace *w = NULL;
    bmi_error e = { 0 };
    for (int64_t part; !e.status && (part = atomic_fetch_add(&s->next, 1)) < s->parts;) {
        if (!w) w = bmi_workspace_take(s->r->network, &e, s->r->here);
        if (w) run_rows(s->r, w, part, s->at_once, s->into, s->row_bytes, &e);
        if (e.status) note_error(s, part, &e);
    }
    if (w) bmi_workspace_give(s->r->network, w);
}

enum { SMALL_PARTS = 16 }; /* of a plan that no team runs: so many a thread are worth meeting for */

/* How many of the parts, the first ones, are shared by threads. What is left of them is run by all threads together. */
static int64_t shared_parts(const request *r, int64_t parts, int64_t at_once, int threads, bmi_error *e)
{
    if (threads < 2 || parts < threads) return 0;
    bmi_workspace *w = bmi_workspace_take(r->network, e, r->here);
    if (!w) return 0;
    const bmi_cached_plan *p = plan_of(r, w, at_once, e);
    const bool may = p && bmi_plan_at_once(p), large = p && bmi_plan_shared(p);
    bmi_workspace_give(r->network, w);
    if (!may || (!large && parts < (int64_t)threads * SMALL_PARTS)) return 0;
    return large ? parts / threads * threads : parts;
}

static bm_status run(const request *r, void *into, size_t row_bytes, bmi_error *e)
{
    const int64_t fixed = bm_node_shape(r->network->input).dim[0], times = (r->rows + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE;
    const int64_t at_once = fixed > 0   ? fixed
                            : r->steady ? ROWS_AT_ONCE
                            : times     ? (r->rows + times - 1) / times
                                        : 1; /* nearly equal parts: two plans at most */
    const int64_t parts = (r->rows + at_once - 1) / at_once;
    const int threads = bmi_threads(r->network->context);
    sharing s = { .r = r, .into = into, .row_bytes = row_bytes, .at_once = at_once, .failed = ATOMIC_FLAG_INIT, .error = e };
    s.parts = shared_parts(r, parts, at_once, threads < BMI_WORKSPACES ? threads : BMI_WORKSPACES, e);
    if (s.parts) bmi_parallel(r->network->context, threads < BMI_WORKSPACES ? threads : BMI_WORKSPACES, take_parts, &s);
    if (e->status || s.parts == parts) return e->status;
    bmi_workspace *w = bmi_workspace_take(r->network, e, r->here);
    if (!w) return e->status;
    for (int64_t part = s.parts; part < parts && !e->status; part++) run_rows(r, w, part, at_once, into, row_bytes, e);
    bmi_workspace_give(r->network, w);
    return e->status;
}

static size_t row_bytes_of(const request *r, int64_t elements, bm_type type)
{
    return r->rows ? (size_t)(elements / r->rows) * bm_type_size(type) : 0;
}

/* The predictions of a learner, or an error where x has a number that is not finite; what a network of the caller's own makes of that is its
 * own affair. */
static bm_status answer(const request *r, const bm_model *m, const bm_tensor *x, bm_tensor *out, bmi_error *e)
{
    const bool shows = r->network->sums;
    if (m->learner && !shows && check_numbers(r, x, e)) return e->status;
    if (run(r, out->data, row_bytes_of(r, out->size, out->type), e)) return e->status;
    return m->learner && shows && bmi_tensor_not_finite(out) >= 0 ? check_numbers(r, x, e) : BM_OK;
}

/* Shape of the predictions; dimensions that only a run fixes come from a plan. */
static bm_status shape_of(const request *r, bm_shape *shape, bmi_error *e)
{
    bm_shape row = r->network->heads[0].row;
    if (!bmi_shape_known(row)) {
        bmi_workspace *w = bmi_workspace_take(r->network, e, r->here);
        if (!w) return e->status;
        bmi_cached_plan *p = plan_of(r, w, r->rows < ROWS_AT_ONCE ? r->rows : ROWS_AT_ONCE, e);
        for (int64_t i = 0; p && i < row.rank; i++) row.dim[i] = bmi_plan_fetch(p, 0)->shape.dim[i + 1];
        bmi_workspace_give(r->network, w);
        if (!p) return e->status;
    }
    *shape = (bm_shape){ .rank = row.rank + !r->one, .dim = { r->rows } };
    for (int64_t i = 0; i < row.rank && i + !r->one < BM_MAX_RANK; i++) shape->dim[i + !r->one] = row.dim[i];
    return BM_OK;
}

static bm_tensor *predict(const bm_model *m, const bm_tensor *x, bool steady, bm_place here)
{
    request r = { .steady = steady, .here = here };
    bmi_error e = { 0 };
    bm_shape shape;
    bm_context *context = m ? m->object.context : NULL;
    if (look(&r, m, x, &e) || shape_of(&r, &shape, &e)) return bmi_tensor_failed(context, &e);
    bm_tensor *out = bmi_tensor_make(context, bm_node_type(r.network->heads[0].output), shape, true, here);
    if (bmi_object_failed(out) || !answer(&r, m, x, out, &e)) return out;
    bmi_object_free(out);
    return bmi_tensor_failed(context, &e);
}

bm_tensor *bm_predict_at(const bm_model *m, const bm_tensor *x, bm_place here)
{
    return predict(m, x, false, here);
}

bm_tensor *bmi_predict_steady(const bm_model *m, const bm_tensor *x, bm_place here)
{
    return predict(m, x, true, here);
}

bm_status bm_predict_into_at(const bm_model *m, const bm_tensor *x, bm_tensor *out, bm_place here)
{
    request r = { .here = here };
    bmi_error e = { 0 };
    bm_shape shape;
    char a[200], b[200];
    if (bmi_object_failed(out)) return bmi_object_status(out);
    if (!look(&r, m, x, &e) && !shape_of(&r, &shape, &e)) {
        const bm_type type = bm_node_type(r.network->heads[0].output);
        if (out->type != type)
            bmi_fail(&e, BM_E_TYPE, here, "predict: the predictions are %s, the tensor for them is %s", bm_type_name(type),
                     bm_type_name(out->type));
        else if (!bmi_shape_equal(out->shape, shape))
            bmi_fail(&e, BM_E_SHAPE, here, "predict: the predictions are %s, the tensor for them is %s",
                     bmi_shape_text(a, &shape), bmi_shape_text(b, &out->shape));
        else if (!bm_data(out))
            bmi_fail(&e, BM_E_ARGUMENT, here,
                     "predict: the tensor for the predictions belongs to another object or to your memory as read-only");
        else answer(&r, m, x, out, &e);
    }
    return bmi_fail_from(&out->object.error, &e);
}
