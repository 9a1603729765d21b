// SPDX-License-Identifier: Apache-2.0
/* Choices on nodes: activations, penalties, losses and metrics by name or record. */
#include "base/kinds.h"
#include "nn/build.h"

/* The record of a choice with its numbers; null with the error set, also when it names nothing. */
static const void *find(bmi_error *e, bm_place here, const char *owner, const char *family, bmi_choice choice, double p[2])
{
    const bmi_choice_kind *kind = e->status ? NULL : bmi_choice_settle(e, here, owner, family, family, &choice);
    if (kind) bmi_choice_numbers(kind, choice.p, p);
    else if (!e->status) bmi_fail(e, BM_E_ARGUMENT, here, "%s: no %s was given", owner, family);
    return kind;
}

#define CHOICE(c) ((bmi_choice){ (c).name, (c).kind, { (c).p[0], (c).p[1] } })

bm_node bmi_activation_node(bmi_error *e, bm_place here, const char *owner, bm_activation activation, bm_node x)
{
    double p[2];
    if (e->status || (!activation.name && !activation.kind)) return e->status ? bmi_node_failed(x.graph) : x;
    const bm_activation_kind *kind = find(e, here, owner, "activation", CHOICE(activation), p);
    if (!kind || !x.graph) return bmi_node_failed(x.graph);
    const bm_place before = bmi_graph_lend(x.graph, here.file            ? here
                                                    : x.graph->lent.file ? x.graph->lent
                                                                         : (bm_place){ "", 0 });
    const bm_node y = kind->apply(x, p);
    bmi_graph_lend(x.graph, before);
    bmi_fail_from(e, &x.graph->object.error);
    return y;
}

bm_node bmi_penalty_node(bmi_error *e, bm_place here, const char *owner, bm_penalty penalty, bm_node weight)
{
    double p[2];
    const bm_penalty_kind *kind = find(e, here, owner, "penalty", CHOICE(penalty), p);
    if (!kind || !weight.graph) return bmi_node_failed(weight.graph);
    const bm_place before = bmi_graph_lend(weight.graph, here.file ? here : (bm_place){ "", 0 });
    const bm_node y = kind->of(weight, p);
    bmi_graph_lend(weight.graph, before);
    bmi_fail_from(e, &weight.graph->object.error);
    return y;
}

const bm_loss_kind *bmi_loss_find(bmi_error *e, bm_place here, const char *owner, bm_loss loss, double p[2])
{
    return find(e, here, owner, "loss", CHOICE(loss), p);
}

const bm_metric_kind *bmi_metric_find(bmi_error *e, bm_place here, const char *owner, bm_metric metric, double p[2])
{
    return find(e, here, owner, "metric", CHOICE(metric), p);
}
