// SPDX-License-Identifier: Apache-2.0
/* Losses and cheap metrics as nodes: targets checked, rows computed, reduced. */
#include "nn/losses/loss.h"
#include <string.h>

static bm_node over_rows(bm_node x, bool mean)
{
    const int64_t rank = bm_node_shape(x).rank;
    bm_axes axes = { .count = rank - 1 };
    for (int64_t i = 1; i < rank; i++) axes.at[i - 1] = i;
    if (rank <= 1) return x;
    return mean ? bm_mean_over(x, axes) : bm_sum_over(x, axes);
}

bm_node bmi_loss_row_mean(bm_node x)
{
    return over_rows(x, true);
}
bm_node bmi_loss_row_sum(bm_node x)
{
    return over_rows(x, false);
}

bm_node bmi_loss_safe_log(bm_node x, bm_node where)
{
    return bm_log(bm_where(bm_greater(where, bmi_number_like(where, 0)), x, bmi_number_like(x, 1)));
}

bool bmi_loss_positive(const bm_loss_kind *kind)
{
    return kind->size >= offsetof(bm_loss_kind, positive) + sizeof kind->positive && kind->positive;
}

bool bmi_loss_nonzero(const bm_loss_kind *kind)
{
    return kind->size >= offsetof(bm_loss_kind, nonzero) + sizeof kind->nonzero && kind->nonzero;
}

bool bmi_loss_probabilities_wanted(const bm_loss_kind *kind)
{
    return kind->size >= offsetof(bm_loss_kind, probabilities) + sizeof kind->probabilities && kind->probabilities;
}

bm_shape bmi_loss_target_shape(const bm_loss_kind *kind, bm_shape output)
{
    if (kind->target == BM_TARGET_CLASS && output.rank > 1) output.rank--;
    return output;
}

bm_output bmi_output_form(const char *squash, int64_t columns, const bm_loss_kind *loss)
{
    bm_output form = loss ? loss->output : BM_OUTPUT_ANY;
    if (!form && squash && strcmp(squash, "exponential"))
        form = !strcmp(squash, "softmax") ? BM_OUTPUT_CLASSES : BM_OUTPUT_LABELS;
    if (!form) return BM_OUTPUT_REALS;
    return columns == 1 ? BM_OUTPUT_BINARY : form;
}

static bool fits(bm_shape a, bm_shape b)
{
    bool same = a.rank == b.rank;
    for (int64_t i = 0; same && i < a.rank; i++) same = a.dim[i] == b.dim[i] || a.dim[i] == BM_ANY || b.dim[i] == BM_ANY;
    return same;
}

/* The target in the prediction's shape and type, or as class numbers; a failed node with the error set. Beside those (batch) and
 * (batch, 1) count as the same. */
static bm_node fit_target(bmi_error *e, bm_place here, const char *name, bool classes, const bm_loss_input *in)
{
    const bm_node y = in->prediction, t = in->target;
    const bm_shape s = bm_node_shape(y), is = bm_node_shape(t);
    const bool index = bm_node_type(t) == BM_I32 || bm_node_type(t) == BM_I64;
    char a[200], b[200];
    classes = classes && (index || is.rank < s.rank); /* reals of the prediction's shape are distributions */
    if (s.rank < 1 || (classes && s.rank < 2)) {
        bmi_fail(e, BM_E_SHAPE, here, "%s: the prediction is %s; it needs %s", name, bmi_shape_text(a, &s),
                 classes ? "rows and one column a class" : "rows");
        return bmi_node_failed(y.graph);
    }
    bm_shape want = s;
    want.rank -= classes;
    const bm_node same = classes ? (index ? t : bm_cast(t, BM_I64)) : bm_cast(t, bm_node_type(y));
    if (fits(is, want)) return same;
    if (classes && is.rank == s.rank && is.dim[is.rank - 1] == 1) return bm_reshape_op(same, want);
    if (!classes && is.rank + 1 == s.rank && s.dim[s.rank - 1] == 1) return bm_reshape_like(same, y);
    bmi_fail(e, BM_E_SHAPE, here, "%s: the prediction is %s, the target is %s, must be %s", name, bmi_shape_text(a, &s),
             bmi_shape_text(b, &is), classes ? "one class number for each row" : "of the same shape");
    return bmi_node_failed(y.graph);
}

static bm_node rows_of(bmi_error *e, bm_place here, const char *name, const bm_loss_kind *loss, const bm_metric_kind *metric,
                       const double p[2], const bm_loss_input *in)
{
    bm_graph *g = in->prediction.graph;
    if (!g || e->status || bmi_fail_from(e, &g->object.error)) return bmi_node_failed(g);
    const bm_place before = bmi_graph_lend(g, here.file ? here : (bm_place){ "", 0 });
    const char *scope = bmi_graph_scope(g, name);
    const bool class = loss ? loss->target == BM_TARGET_CLASS
                            : metric->target == BM_TARGET_CLASS || (!metric->target && in->output == BM_OUTPUT_CLASSES);
    bm_loss_input fitted = *in;
    bm_node y = bmi_node_failed(g);
    if (!fitted.output) fitted.output = class ? BM_OUTPUT_CLASSES : BM_OUTPUT_REALS;
    fitted.target = fit_target(e, here, name, class, in);
    if (!e->status) y = loss ? loss->rows(&fitted, p) : metric->rows(&fitted, p);
    bmi_graph_scope(g, scope);
    bmi_graph_lend(g, before);
    if (bmi_fail_from(e, &g->object.error)) return bmi_node_failed(g);
    if (bm_node_shape(y).rank != 1)
        bmi_fail(e, BM_E_SHAPE, here, "%s: its function must give one value a row, it gave %lld dimensions", name,
                 (long long)bm_node_shape(y).rank);
    return e->status ? bmi_node_failed(g) : y;
}

bm_node bmi_loss_rows(bmi_error *e, bm_place here, const bm_loss_kind *kind, const double p[2], const bm_loss_input *in)
{
    return rows_of(e, here, kind->name, kind, NULL, p, in);
}

bm_node bmi_metric_rows(bmi_error *e, bm_place here, const bm_metric_kind *kind, const double p[2], const bm_loss_input *in)
{
    return rows_of(e, here, kind->name, NULL, kind, p, in);
}

bm_node bmi_loss_probabilities(const bm_loss_kind *kind, bm_node prediction, bm_place here)
{
    if (!kind->logits_of) return prediction;
    return strcmp(kind->logits_of, "softmax") ? bm_sigmoid_at(prediction, here) : bm_softmax_at(prediction, here);
}

bm_node bmi_loss_reduce(bm_node rows, bm_node weight, bm_reduction reduction, bm_place here)
{
    const bm_axes all = { 0 };
    if (weight.graph) rows = bm_mul_at(rows, weight, here);
    return reduction == BM_REDUCE_SUM ? bm_sum_at(rows, all, true, false, here) : bm_mean_at(rows, all, true, false, here);
}
