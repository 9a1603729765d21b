// SPDX-License-Identifier: Apache-2.0
/* What compiling adds to a network: targets, losses, metrics, and the training step.
 */
#include "base/kinds.h"
#include "model/network.h"
#include "tensor/tensor.h"
#include <baeum/ops.h>
#include <string.h>

static bm_loss_input input_of(const bm_build *b, const bmi_head *head, bm_node prediction)
{
    bm_loss_input in = { .prediction = prediction, .target = head->target, .output = head->form };
    in.squash = bmi_build_squash(b, prediction, &in.logits);
    return in;
}

/* What metrics get: where the loss takes logits, which the last layer gives as they are, the probabilities that they stand for. */
static bm_loss_input judged(const bm_build *b, const bmi_head *head, bm_node prediction, bm_place here)
{
    bm_loss_input in = input_of(b, head, prediction);
    const char *wants = head->loss->logits_of;
    if (!wants || (in.squash && !strcmp(in.squash, wants))) return in;
    in.logits = prediction;
    in.squash = wants;
    in.prediction = bmi_loss_probabilities(head->loss, prediction, here);
    return in;
}

bool bmi_head_linear(const bmi_head *head)
{
    const char *kind = bm_node_kind(head->output);
    return !strcmp(kind, "add") || !strcmp(kind, "matmul");
}

/* A cross-entropy of probabilities behind a sum of any size: log of what may be negative. A slip, told before it becomes a NaN. */
static bm_status check_probabilities(const bmi_head *head, const char *squash, const bmi_settings *s, bmi_error *e)
{
    const bool linear = bmi_head_linear(head);
    const bool ours = bmi_kind_find("loss", head->loss->name) == head->loss,
               takes = head->loss->probabilities || head->loss->target == BM_TARGET_CLASS;
    if (squash || !linear || !ours || !takes || head->loss->logits_of) return BM_OK;
    const bool labels = head->loss->output == BM_OUTPUT_LABELS;
    return bmi_fail(e, BM_E_ARGUMENT, s->here,
                    "compile: the loss %s takes probabilities, and the last layer puts out any numbers: give it "
                    ".activation = %s, or take the loss %s, which has it inside",
                    head->loss->name, labels ? "BM_SIGMOID" : "BM_SOFTMAX",
                    labels                                  ? "BM_SIGMOID_CROSSENTROPY"
                    : head->loss->target == BM_TARGET_CLASS ? "BM_SOFTMAX_CROSSENTROPY"
                                                            : "BM_SOFTMAX_CROSSENTROPY (with class numbers)");
}

/* The target's placeholder, and what the output means. */
static bm_status make_target(bmi_network *n, int i, const bmi_settings *s, bmi_error *e)
{
    bmi_head *head = &n->heads[i];
    head->loss = bmi_loss_find(e, s->here, "compile", s->losses[i], head->p);
    if (!head->loss) return e->status;
    const bm_shape out = bm_node_shape(head->output);
    bm_node logits;
    const char *squash = bmi_build_squash(&n->predicting, head->output, &logits);
    if (check_probabilities(head, squash, s, e)) return e->status;
    head->form = s->form ? s->form : bmi_output_form(squash, out.rank ? out.dim[out.rank - 1] : 1, head->loss);
    head->target = bm_placeholder_at(n->graph, head->loss->target == BM_TARGET_CLASS ? BM_I32 : n->type,
                                     bmi_loss_target_shape(head->loss, out), "target", s->here);
    return bmi_fail_from(e, &n->graph->object.error);
}

/* Losses of all outputs, weighted and added, reduced as the training or the evaluation needs them. */
static bm_node losses(bmi_network *n, const bmi_settings *s, bool training, bm_node weight, bmi_error *e)
{
    bm_node sum = { NULL, -1 };
    for (int i = 0; i < n->n_heads && !e->status; i++) {
        const bmi_head *head = &n->heads[i];
        const bm_loss_input in =
            input_of(training ? &n->training : &n->predicting, head, training ? head->training : head->output);
        const bm_node rows = bmi_loss_rows(e, s->here, head->loss, head->p, &in);
        if (e->status) break;
        bm_node one = bmi_loss_reduce(rows, weight, training ? head->loss->reduction : BM_REDUCE_SUM, s->here);
        if (s->loss_weights[i] != 1) one = bm_scale_at(one, s->loss_weights[i], s->here);
        sum = sum.graph ? bm_add_at(sum, one, s->here) : one;
    }
    return sum;
}

static bm_status make_metrics(bmi_network *n, const bmi_settings *s, bmi_error *e)
{
    bmi_head *head = &n->heads[0];
    const bm_loss_input t = judged(&n->training, head, head->training, s->here),
                        p = judged(&n->predicting, head, head->output, s->here);
    head->judged = p.prediction;
    head->judged_training = t.prediction;
    for (int i = 0; i < s->n_metrics; i++) {
        bmi_measured *m = &n->metrics[i];
        m->mean = m->weighed = m->sum = m->weighted = (bm_node){ NULL, -1 };
        m->kind = bmi_metric_find(e, s->here, "compile", s->metrics[i], m->p);
        if (!m->kind) return e->status;
        if (m->kind->target && m->kind->target != head->loss->target)
            return bmi_fail(e, BM_E_ARGUMENT, s->here, "compile: the metric %s wants %s, the loss %s wants %s", m->kind->name,
                            m->kind->target == BM_TARGET_CLASS ? "class numbers" : "targets of the output's shape",
                            head->loss->name,
                            head->loss->target == BM_TARGET_CLASS ? "class numbers" : "targets of the output's shape");
        if (m->kind->rows) {
            const bm_node rows = bmi_metric_rows(e, s->here, m->kind, m->p, &t),
                          later = bmi_metric_rows(e, s->here, m->kind, m->p, &p);
            if (e->status) return e->status;
            m->mean = bm_mean_at(rows, (bm_axes){ 0 }, true, false, s->here);
            m->weighed = bm_sum_at(bm_mul_at(rows, n->eval_weight, s->here), (bm_axes){ 0 }, true, false, s->here);
            m->sum = bm_sum_at(later, (bm_axes){ 0 }, true, false, s->here);
            m->weighted = bm_sum_at(bm_mul_at(later, n->eval_weight, s->here), (bm_axes){ 0 }, true, false, s->here);
        }
        n->n_metrics = i + 1;
    }
    return bmi_fail_from(e, &n->graph->object.error);
}

/* Descent on all trained weights, and the new values of states. */
static bm_status make_step(bmi_network *n, const bmi_settings *s, bmi_error *e)
{
    const size_t count = n->training.n_weights, updates = n->training.n_updates;
    bm_node *trained = bmi_arena_alloc(&n->arena, count + updates + 1, sizeof *trained);
    double *norms = bmi_arena_alloc(&n->arena, count + 1, sizeof *norms);
    if (!trained || !norms) return bmi_fail_memory(e, s->here, count * sizeof *trained, "a training step");
    size_t k = 0;
    for (size_t i = 0; i < count; i++)
        if (n->training.weights[i].trained) {
            norms[k] = n->training.weights[i].max_norm;
            trained[k++] = n->training.weights[i].node;
        }
    if (!k) return bmi_fail(e, BM_E_ARGUMENT, s->here, "compile: the model has no weights that could be trained");
    bmi_minimize(
        &(bmi_minimize_request){
            .loss = n->loss, .variables = { trained, k }, .max_norm = norms, .optimizer = &s->optimizer, .here = s->here },
        &n->arena, &n->minimized);
    if (bmi_fail_from(e, &n->graph->object.error)) return e->status;
    n->step = n->minimized.step;
    if (!updates) return BM_OK;
    trained[0] = n->step;
    for (size_t i = 0; i < updates; i++)
        trained[i + 1] = bm_assign_at(n->training.updates[i].state, n->training.updates[i].value, s->here);
    n->step = bm_group_at((bm_nodes){ trained, updates + 1 }, s->here);
    return bmi_fail_from(e, &n->graph->object.error);
}

bm_status bmi_network_compile(bmi_network *n, const bmi_settings *s, bmi_error *e)
{
    const bm_node none = { NULL, -1 };
    const bm_shape rows = { .rank = 1, .dim = { bm_node_shape(n->input).dim[0] } };
    n->weight = n->penalty = n->eval_penalty = n->gradient = none;
    for (int i = 0; i < n->n_heads; i++)
        if (make_target(n, i, s, e)) return e->status;
    if (s->weighted) n->weight = bm_placeholder_at(n->graph, n->type, rows, "weight", s->here);
    n->data = losses(n, s, true, n->weight, e);
    n->penalty = bmi_build_penalties(&n->training, s->here);
    n->loss = n->penalty.graph ? bm_add_at(n->data, n->penalty, s->here) : n->data;
    if (e->status || bmi_fail_from(e, &n->error) || bmi_fail_from(e, &n->graph->object.error) || make_step(n, s, e))
        return e->status;
    n->eval_weight = bm_placeholder_at(n->graph, n->type, rows, "evaluation_weight", s->here);
    n->eval_data = losses(n, s, false, none, e);
    n->eval_weighted = losses(n, s, false, n->eval_weight, e);
    n->eval_penalty = bmi_build_penalties(&n->predicting, s->here);
    if (e->status || make_metrics(n, s, e)) return e->status;
    n->compiled = true;
    return bmi_fail_from(e, &n->graph->object.error);
}
