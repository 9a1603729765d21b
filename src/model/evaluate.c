// SPDX-License-Identifier: Apache-2.0
/* Evaluating a model: loss and metrics on a dataset, as a value. */
#include "model/judge.h"
#include "model/model.h"
#include <math.h>
#include <string.h>

enum { ROWS_AT_ONCE = 256 };

/* Where a figure is: by its whole name, else the first of a metric with numbers by its name alone, "fbeta" of "fbeta(0.5)"; -1: nowhere. */
static int64_t find(const bm_scores *s, const char *name)
{
    const size_t n = name ? strlen(name) : 0;
    if (!s || s->status || !n) return -1;
    for (int64_t i = 0; i < s->count; i++)
        if (!strcmp(s->metrics[i].name, name)) return i;
    for (int64_t i = 0; i < s->count; i++)
        if (!strncmp(s->metrics[i].name, name, n) && s->metrics[i].name[n] == '(') return i;
    return -1;
}

double bm_score(const bm_scores *s, const char *name)
{
    if (s && !s->status && name && !strcmp(name, "loss")) return s->loss;
    const int64_t at = find(s, name);
    return at < 0 ? NAN : s->metrics[at].value;
}

const char *bm_score_why(const bm_scores *s, const char *name)
{
    const int64_t at = find(s, name);
    return at < 0 ? "" : s->metrics[at].why;
}

void bmi_scores_add(bm_scores *s, const char *name, double value)
{
    if (s->count >= (int64_t)BMI_COUNT(s->metrics)) return;
    snprintf(s->metrics[s->count].name, sizeof s->metrics[0].name, "%s", name);
    s->metrics[s->count++].value = value;
}

bm_scores bmi_scores_failed(const bmi_error *e)
{
    bm_scores s = { .status = e->status, .loss = NAN };
    snprintf(s.error, sizeof s.error, "%.*s", (int)sizeof s.error - 1, e->text);
    return s;
}

/* A number that is not finite need not show in the loss: what squashes makes an ordinary one of infinity. */
static bm_status check_inputs(const bm_dataset *d, bmi_error *e, bm_place here)
{
    for (int i = 0; d && !d->object.error.status && i < d->n_x; i++) {
        const bm_tensor *x = d->x[i].tensor;
        const int64_t at = bmi_tensor_not_finite(x), each = x->size / d->rows;
        if (at >= 0)
            return bmi_fail(
                e, BM_E_NUMBER, here,
                "evaluate: the input of row %lld has a number that is not finite (position %lld of the row); clean the "
                "data first",
                (long long)(at / each), (long long)(at % each));
    }
    return BM_OK;
}

bm_scores bm_evaluate_at(const bm_model *m, const bm_evaluate_options *options, size_t size, bm_place here)
{
    bm_evaluate_options o = { 0 };
    bmi_error e = { 0 };
    bm_scores s = { .loss = NAN };
    bmi_judge j = { 0 };
    bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_evaluate_options, named_), options, size);
    if (!e.status && (o.batch < 0 || o.batch > INT32_MAX))
        bmi_fail(&e, BM_E_ARGUMENT, here, "evaluate: batch is %lld, it must be 1 or more, at most %d",
                 o.batch == BM_ZERO ? 0LL : (long long)o.batch, INT32_MAX);
    bmi_network *n = e.status ? NULL : bmi_model_network(m, &e, here);
    bmi_workspace *w = n && !check_inputs(o.data, &e, here) ? bmi_workspace_take(n, &e, here) : NULL;
    if (w) {
        w->plan = NULL; /* new plans may make the cache drop it */
        if (!bmi_judge_begin(&j, n, w->session, o.data, NULL, bm_dataset_rows(o.data), o.batch ? o.batch : ROWS_AT_ONCE, &e,
                             "evaluate", here))
            bmi_judge_run(&j, &e);
        if (!e.status) {
            s.rows = j.count;
            s.loss = j.loss;
            for (int i = 0; i < n->n_metrics; i++) {
                bmi_scores_add(&s, n->metrics[i].kind->name, j.metrics[i]);
                memcpy(s.metrics[i].why, j.why[i], sizeof j.why[i]);
            }
        }
        bmi_judge_end(&j);
        bmi_workspace_give(n, w);
    }
    return e.status ? bmi_scores_failed(&e) : s;
}
