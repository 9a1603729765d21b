// SPDX-License-Identifier: Apache-2.0
/* Metrics from text. */
#include "base/fields.h"
#include "nn/build.h"
#include "nn/metrics/metric.h"
#include <stdlib.h>
#include <string.h>

typedef struct reading {
    bmi_error *e;
    bm_place here;
    const char *at;
} reading;

static void skip(reading *r)
{
    r->at += strspn(r->at, " \t");
}

/* A number, and what ends it. */
static double number(reading *r, const char *name)
{
    char *end;
    skip(r);
    const double value = strtod(r->at, &end);
    if (end == r->at || !isfinite(value))
        bmi_fail(r->e, BM_E_ARGUMENT, r->here, "metrics: \"%.40s\" of %s is no number", r->at, name);
    r->at = end;
    skip(r);
    return bm_exactly(value);
}

/* One metric: a name, and its numbers in brackets. */
static bm_metric one(reading *r)
{
    char name[64];
    bm_metric m = { .name = name };
    double p[2];
    skip(r);
    const size_t n = strcspn(r->at, ",( \t");
    if (!n || n >= sizeof name) {
        bmi_fail(r->e, BM_E_ARGUMENT, r->here, "metrics: a name is missing at \"%.40s\"", r->at);
        return m;
    }
    memcpy(name, r->at, n);
    name[n] = 0;
    r->at += n;
    skip(r);
    for (int i = 0; *r->at == (i ? ',' : '(') && i < 2 && !r->e->status; i++) {
        r->at++;
        m.p[i] = number(r, name);
        if (i == 1 || *r->at == ')') break;
    }
    const bool open = m.p[0] != 0, closed = *r->at == ')';
    if (open && closed) r->at++;
    else if (!r->e->status && open)
        bmi_fail(r->e, BM_E_ARGUMENT, r->here, "metrics: the numbers of %s end by \")\", as in \"fbeta(.5)\"", name);
    m.kind = r->e->status ? NULL : bmi_metric_find(r->e, r->here, "metrics", m, p);
    for (int i = 0; m.kind && i < 2; i++)
        if (m.p[i] != 0 && !m.kind->number[i].name)
            bmi_fail(r->e, BM_E_ARGUMENT, r->here, "metrics: %s takes %s", name, i ? "one number" : "no number");
    m.name = m.kind ? m.kind->name : NULL;
    skip(r);
    return m;
}

bm_status bm_metrics_parse_at(const char *text, bm_metric *into, size_t room, char *error, size_t bytes, bm_place here)
{
    bmi_error e = { 0 };
    reading r = { .e = &e, .here = here, .at = text ? text : "" };
    size_t n = 0;
    do {
        if (n) r.at++;
        const bm_metric m = one(&r);
        if (!e.status && n == room) bmi_fail(&e, BM_E_ARGUMENT, here, "metrics: there are more than %zu", room);
        if (!e.status) into[n++] = m;
    } while (!e.status && *r.at == ',');
    if (!e.status && *r.at) bmi_fail(&e, BM_E_ARGUMENT, here, "metrics: a comma is missing before \"%.40s\"", r.at);
    if (n < room) into[n] = (bm_metric){ 0 };
    if (error && bytes) snprintf(error, bytes, "%s", e.text);
    return e.status;
}

bool bm_metric_maximize(bm_metric metric)
{
    bmi_error e = { 0 };
    double p[2];
    const bm_metric_kind *k = bmi_metric_find(&e, (bm_place){ 0 }, "metric", metric, p);
    return k && k->maximize;
}
