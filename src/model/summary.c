// SPDX-License-Identifier: Apache-2.0
/* Looking inside a model: layers, parameters, weights, the summary table, the plan of a training step.
 */
#include "base/text.h"
#include "model/model.h"
#include "plan/plan.h"
#include "tensor/tensor.h"
#include <inttypes.h>
#include <string.h>

static const bmi_network *network_of(const bm_model *m)
{
    return m ? m->network : NULL;
}

int64_t bm_model_layers(const bm_model *m)
{
    return network_of(m) ? (int64_t)m->network->n_shown : 0;
}

static const bmi_shown *shown(const bm_model *m, int64_t i)
{
    return i >= 0 && i < bm_model_layers(m) ? &m->network->shown[i] : NULL;
}

const char *bm_model_layer_name(const bm_model *m, int64_t i)
{
    return shown(m, i) ? shown(m, i)->name : NULL;
}

const char *bm_model_layer_kind(const bm_model *m, int64_t i)
{
    return shown(m, i) ? shown(m, i)->kind : NULL;
}

bm_shape bm_model_layer_shape(const bm_model *m, int64_t i)
{
    return shown(m, i) ? shown(m, i)->shape : (bm_shape){ 0 };
}

static int64_t size_of(const bmi_network *n, size_t weight)
{
    int64_t size = 0;
    bmi_shape_size(bm_node_shape(n->training.weights[weight].node), BM_F64, &size);
    return size;
}

int64_t bm_model_layer_parameters(const bm_model *m, int64_t i)
{
    const bmi_shown *s = shown(m, i);
    int64_t n = 0;
    for (size_t k = 0; s && k < s->n_weights; k++) n += size_of(m->network, s->first_weight + k);
    return n;
}

static int64_t parameters(const bm_model *m, bool trained_only)
{
    const bmi_network *n = network_of(m);
    int64_t sum = 0;
    for (size_t i = 0; n && i < n->training.n_weights; i++)
        if (!trained_only || n->training.weights[i].trained) sum += size_of(n, i);
    return sum;
}

int64_t bm_model_parameters(const bm_model *m)
{
    return parameters(m, false);
}

int64_t bm_model_trained_parameters(const bm_model *m)
{
    return parameters(m, true);
}

/* ---- weights ---- */
int64_t bm_model_weights(const bm_model *m)
{
    return network_of(m) ? (int64_t)m->network->training.n_weights : 0;
}

const char *bm_model_weight_name(const bm_model *m, int64_t i)
{
    return i >= 0 && i < bm_model_weights(m) ? m->network->training.weights[i].name : NULL;
}

static const bmi_weight *weight_of(const bm_model *m, const char *name)
{
    for (int64_t i = 0; name && i < bm_model_weights(m); i++)
        if (!strcmp(m->network->training.weights[i].name, name)) return &m->network->training.weights[i];
    return NULL;
}

const bm_tensor *bm_model_weight(bm_model *m, const char *name)
{
    bmi_error e = { 0 };
    const bmi_weight *w = weight_of(m, name);
    if (!w || bmi_network_ready(m->network, m->seed, &e)) return NULL;
    return m->network->session->variables[w->node.index];
}

/* The weight of a name that should be there; null with the error on m. */
static const bmi_weight *needed_weight(bm_model *m, const char *name, bm_place here)
{
    const bmi_weight *w = weight_of(m, name);
    if (w) return w;
    const char *names[256], *nearest;
    int64_t n = 0;
    for (; n < bm_model_weights(m) && n < 256; n++) names[n] = bm_model_weight_name(m, n);
    nearest = bmi_nearest(name ? name : "", names, (size_t)n);
    bmi_object_fail(m, BM_E_ARGUMENT, here, "set weight: the model has no weight \"%s\"%s%s%s", name ? name : "",
                    nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
    return NULL;
}

bm_status bm_model_set_weight_at(bm_model *m, const char *name, const bm_tensor *value, bm_place here)
{
    if (bmi_object_failed(m)) return bmi_object_status(m);
    const bmi_weight *w = needed_weight(m, name, here);
    if (!w || bmi_network_ready(m->network, m->seed, &m->object.error)) return m->object.error.status;
    bm_session *s = m->network->session;
    bm_set_value_at(s, w->node, value, here);
    if (!s->object.error.status) bmi_hooks_settle(m);
    if (!s->object.error.status) bmi_learned_end(&m->learned, m->object.context);
    bmi_fail_from(&m->object.error, &s->object.error);
    bmi_object_clear(s);
    return m->object.error.status;
}

/* ---- the table ---- */
static void write_count(FILE *to, int64_t n, int width)
{
    char digits[32], grouped[48];
    int k = 0;
    const int length = snprintf(digits, sizeof digits, "%" PRId64, n);
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0) grouped[k++] = ',';
        grouped[k++] = digits[i];
    }
    grouped[k] = 0;
    fprintf(to, "%*s", width, grouped);
}

void bm_summary_at(const bm_model *m, FILE *to)
{
    char shape[200];
    int name = 5, kind = 4, out = 12;
    if (!to || !network_of(m)) return;
    for (int64_t i = 0; i < bm_model_layers(m); i++) {
        const bmi_shown *s = shown(m, i);
        if ((int)strlen(s->name) > name) name = (int)strlen(s->name);
        if ((int)strlen(s->kind) > kind) kind = (int)strlen(s->kind);
        if ((int)strlen(bmi_shape_text(shape, &s->shape)) > out) out = (int)strlen(shape);
    }
    fprintf(to, "%-*s  %-*s  %-*s  %12s\n", name, "layer", kind, "kind", out, "output shape", "parameters");
    for (int64_t i = 0; i < bm_model_layers(m); i++) {
        const bmi_shown *s = shown(m, i);
        fprintf(to, "%-*s  %-*s  %-*s  ", name, s->name, kind, s->kind, out, bmi_shape_text(shape, &s->shape));
        write_count(to, bm_model_layer_parameters(m, i), 12);
        fputc('\n', to);
    }
    fprintf(to, "%-*s  ", name + kind + out + 4, "all");
    write_count(to, parameters(m, false), 12);
    if (parameters(m, true) != parameters(m, false)) {
        fprintf(to, "\n%-*s  ", name + kind + out + 4, "trained");
        write_count(to, parameters(m, true), 12);
    }
    fputc('\n', to);
}

bm_status bm_model_plan_print_at(bm_model *m, int64_t batch, int64_t repeats, FILE *to, bm_place here)
{
    if (bmi_object_failed(m)) return bmi_object_status(m);
    bmi_error *e = &m->object.error;
    bmi_network *n = bmi_model_network(m, e, here);
    if (!n) return e->status;
    if (batch < 1) return bmi_object_fail(m, BM_E_ARGUMENT, here, "plan: batch is %" PRId64 ", it must be 1 or more", batch);
    bm_tensor *held[3] = { NULL };
    bm_node fed[3] = { n->input, n->compiled ? n->heads[0].target : n->input, n->compiled ? n->weight : n->input };
    bm_feed feeds[3];
    size_t count = 0;
    for (int i = 0; i < 3; i++) {
        if (!fed[i].graph || (i && fed[i].index == n->input.index)) continue;
        bm_shape shape = bm_node_shape(fed[i]);
        for (int64_t k = 0; k < shape.rank; k++)
            if (shape.dim[k] == BM_ANY) shape.dim[k] = k ? 1 : batch;
        held[count] = bm_tensor_new_in_at(m->object.context, bm_node_type(fed[i]), shape, here);
        bmi_fail_from(e, &held[count]->object.error);
        feeds[count] = (bm_feed){ fed[i], held[count] };
        count++;
    }
    /* a session of its own: the model's weights stay what they are */
    const bm_node step[2] = { n->loss, n->step };
    bm_session *s = bmi_session_make(n->graph, 0, here);
    if (!e->status)
        bm_plan_print_at(s, (bm_feeds){ feeds, count },
                         n->compiled ? (bm_nodes){ step, 2 } : (bm_nodes){ &n->heads[0].output, 1 }, repeats, to, here);
    bmi_fail_from(e, &s->object.error);
    bmi_object_free(s);
    for (size_t i = 0; i < count; i++) bmi_object_free(held[i]);
    return e->status;
}
