// SPDX-License-Identifier: Apache-2.0
/* What optimisers ask for one variable's update: the rate of now, the step's number, slots, and assignments.
 *
 * The rate of now is rate * schedule(t) / (1 + decay t) * min(1, (t + 1) / warmup), t updates done before. What is not asked for is not
 * built: plain descent has no counter. Numbers of the step are f64, so that 1 - beta^t keeps its digits in an f32 model.
 */
#include "nn/update.h"
#include <stdio.h>
#include <string.h>

static void no_memory(bm_update *u)
{
    bmi_fail_memory(&u->graph->object.error, u->here, 100, "an optimiser's nodes");
}

static bool append(bm_update *u, bm_node **list, size_t *n, size_t *capacity, bm_node node)
{
    if (!bm_node_ok(node)) return false;
    if (!bmi_grow(u->graph->object.context, (void **)list, capacity, *n + 1, sizeof **list)) {
        no_memory(u);
        return false;
    }
    (*list)[(*n)++] = node;
    return true;
}

bm_node bmi_update_variable_new(bm_update *u, const char *prefix, const char *name, bm_type type, bm_shape shape, bm_init init)
{
    char full[200];
    snprintf(full, sizeof full, "%.120s/%.60s", prefix, name);
    for (int i = 1; bm_node_ok(bm_node_find(u->graph, full)); i++)
        snprintf(full, sizeof full, "%.120s/%.50s_%d", prefix, name, i);
    const bm_node v = bm_variable_at(u->graph, type, shape, init, full, u->here);
    append(u, &u->slots, &u->n_slots, &u->slots_capacity, v);
    return v;
}

bm_node bm_update_variable(const bm_update *u)
{
    return u->variable;
}
bm_node bm_update_gradient(const bm_update *u)
{
    return u->gradient;
}

bm_node bm_update_slot(bm_update *u, const char *name, bm_init init)
{
    return bmi_update_variable_new(u, bm_node_name(u->variable), name, bm_node_type(u->variable), bm_node_shape(u->variable),
                                   init);
}

bm_node bm_update_shared_slot(bm_update *u, const char *name, bm_init init)
{
    return bmi_update_variable_new(u, u->name, name, BM_F64, BM_SCALAR, init);
}

bm_node bm_update_shared(bm_update *u, const char *key, bm_node (*make)(bm_update *u, const void *options), const void *options)
{
    for (size_t i = 0; i < u->n_shared; i++)
        if (!strcmp(u->shared[i].key, key)) return u->shared[i].node;
    const bm_node node = make(u, options);
    if (!bmi_grow(u->graph->object.context, (void **)&u->shared, &u->shared_capacity, u->n_shared + 1, sizeof *u->shared)) {
        no_memory(u);
        return bmi_node_failed(u->graph);
    }
    u->shared[u->n_shared++] = (bmi_shared_node){ key, node };
    return node;
}

static bm_node make_step(bm_update *u, const void *options)
{
    (void)options;
    const bm_node count = bm_update_shared_slot(u, "count", (bm_init){ 0 }), next = bm_shift(count, 1);
    append(u, &u->assigns, &u->n_assigns, &u->assigns_capacity, bm_assign(count, next));
    return next;
}

bm_node bm_update_step(bm_update *u)
{
    if (!u->step.graph) u->step = bm_update_shared(u, "step", make_step, NULL);
    return u->step;
}

static bm_node times(bm_node product, bm_node factor)
{
    return product.graph ? bm_mul(product, factor) : factor;
}

/* The factor of the base rate, or a node with graph null when it is 1. */
static bm_node rate_factor(bm_update *u)
{
    const bm_optimizer_common *c = u->common;
    bm_node factor = { NULL, -1 };
    if (!c->schedule.name && !c->schedule.kind && c->decay == 0 && c->warmup == 0) return factor;
    const bm_node now = bm_update_step(u), before = bm_shift(now, -1);
    if (c->schedule.kind) {
        double p[2];
        bmi_choice_numbers((const bmi_choice_kind *)c->schedule.kind, c->schedule.p, p);
        factor = c->schedule.kind->factor(before, p);
    }
    if (c->decay != 0) factor = times(factor, bm_reciprocal(bm_shift(bm_scale(before, c->decay), 1)));
    if (c->warmup > 0) factor = times(factor, bm_clip(bm_scale(now, 1 / c->warmup), 0, 1));
    return factor;
}

static bm_node make_rate(bm_update *u, const void *options)
{
    (void)options;
    const bm_node factor = rate_factor(u);
    return factor.graph ? bm_mul(u->rate, bm_cast(factor, u->type)) : u->rate;
}

bm_node bm_update_rate(bm_update *u)
{
    const bm_node rate = bm_update_shared(u, "rate", make_rate, NULL);
    return bm_cast(rate, bm_node_type(u->variable));
}

/* value scaled so that the norm of each column (over all axes but the last) is at most the limit. */
static bm_node limit_columns(bm_node value, double limit)
{
    const int64_t rank = bm_node_shape(value).rank;
    bm_axes axes = { .count = rank - 1 };
    for (int64_t i = 0; i + 1 < rank; i++) axes.at[i] = i;
    const bm_node square = bm_square(value), norm = bm_sqrt(rank > 1 ? bm_sum_keep(square, axes) : bm_sum(square));
    return bm_mul(value, bm_div(bmi_number_like(value, limit), bm_maximum(norm, bmi_number_like(value, limit))));
}

void bm_update_assign(bm_update *u, bm_node target, bm_node value)
{
    if (target.index == u->variable.index && bm_node_ok(target)) {
        if (u->common->weight_decay != 0)
            value = bm_sub(value, bm_mul(bm_scale(bm_update_rate(u), u->common->weight_decay), target));
        if (u->max_norm > 0) value = limit_columns(value, u->max_norm);
        u->assigned = true;
    }
    append(u, &u->assigns, &u->n_assigns, &u->assigns_capacity, bm_assign(target, value));
}
