// SPDX-License-Identifier: Apache-2.0
/* Why the loss is not finite: the data of the batch, then the weights, then the first operation of the step whose result is not
 * finite, with the layer and line it comes from. No update has run, so the weights are those of the last whole step.
 */
#include "model/training.h"
#include "run/executor.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

static int64_t first_bad(const void *data, bm_type type, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (type == BM_F32 ? !isfinite(((const float *)data)[i]) : type == BM_F64 && !isfinite(((const double *)data)[i]))
            return i;
    return -1;
}

/* A number of the data that is not finite: names its row. */
static bool bad_data(bm_training *t, const bmi_pass *p, const int64_t *rows, int feed, bm_node node, const char *what)
{
    if (!p->feed[feed]) return false;
    const bmi_column_of *c = feed ? &t->columns.t : &t->columns.x;
    const int64_t at = first_bad(p->feed[feed], bm_node_type(node), p->rows * c->elements);
    if (at < 0) return false;
    bmi_fail(t->error, BM_E_NUMBER, t->here,
             "fit: epoch %" PRId64 ", step %" PRId64 ": the %s of row %" PRId64
             " has a number that is not finite (position %" PRId64 " of the row); clean the data first",
             t->progress.epoch + 1, t->progress.step + 1, what, rows[at / c->elements], at % c->elements);
    return true;
}

static bool bad_weights(bm_training *t)
{
    for (size_t i = 0; i < t->network->training.n_weights; i++) {
        const bmi_weight *w = &t->network->training.weights[i];
        const bm_tensor *v = bmi_session_variable(t->session, w->node.index);
        if (!v || first_bad(v->data, v->type, v->size) < 0) continue;
        if (!t->steps_done) {
            bmi_fail(t->error, BM_E_NUMBER, t->here,
                     "fit: the weights \"%s\" were not finite before this fit, as after training that failed; make or load the "
                     "model anew",
                     w->name);
            return true;
        }
        bmi_fail(t->error, BM_E_NUMBER, t->here,
                 "fit: epoch %" PRId64 ", step %" PRId64 ": the weights \"%s\" are not finite since the update before, "
                 "whose gradient or rate was too large; lower the rate or give the optimiser a clip_norm",
                 t->progress.epoch + 1, t->progress.step + 1, w->name);
        return true;
    }
    return false;
}

/* The loss of a step is that of the weights before it: what the last update made no step has seen. */
bm_status bmi_training_check_weights(bm_training *t)
{
    for (size_t i = 0; i < t->network->training.n_weights; i++) {
        const bmi_weight *w = &t->network->training.weights[i];
        const bm_tensor *v = bmi_session_variable(t->session, w->node.index);
        if (v && first_bad(v->data, v->type, v->size) >= 0)
            return bmi_fail(
                t->error, BM_E_NUMBER, t->here,
                "fit: the weights \"%s\" are not finite since the last update, whose gradient or rate was too large; "
                "lower the rate or give the optimiser a clip_norm",
                w->name);
    }
    return BM_OK;
}

/* "dense_2" of a node named "dense_2/add". */
static int layer_length(const char *name)
{
    const char *slash = strchr(name, '/');
    return slash ? (int)(slash - name) : 0;
}

bm_status bmi_training_bad_number(bm_training *t, const bmi_pass *p, const int64_t *rows)
{
    bmi_training_feed(t, p, rows);
    if (bad_data(t, p, rows, 0, t->network->input, "input") || bad_data(t, p, rows, 1, t->network->heads[0].target, "target") ||
        bad_weights(t))
        return t->error->status;
    const int64_t at = bmi_execute_until_bad(p->plan->plan, &t->session->state, t->network->graph);
    if (at < 0)
        return bmi_fail(t->error, BM_E_NUMBER, t->here, "fit: epoch %" PRId64 ", step %" PRId64 ": the loss is not finite",
                        t->progress.epoch + 1, t->progress.step + 1);
    const bmi_node *n = &t->network->graph->nodes[at];
    const char *slash = n->here.file ? strrchr(n->here.file, '/') : NULL;
    const int layer = layer_length(n->name);
    char made[300] = "";
    if (n->here.file && n->here.line) /* not known of a network that a program without lines asked for, as the command */
        snprintf(made, sizeof made, "%s made at %.200s:%d", layer ? "," : "", slash ? slash + 1 : n->here.file, n->here.line);
    return bmi_fail(t->error, BM_E_NUMBER, t->here,
                    "fit: epoch %" PRId64 ", step %" PRId64
                    ": the loss is not finite; the first operation whose result is not is %s, the node \"%s\"%s%.*s%s. "
                    "The weights are as they were before this step; lower the rate, clip gradients, or scale the data",
                    t->progress.epoch + 1, t->progress.step + 1, n->op->name, n->name, layer ? " of layer " : "", layer,
                    n->name, made);
}
