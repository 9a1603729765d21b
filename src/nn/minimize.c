// SPDX-License-Identifier: Apache-2.0
/* One step of descent as a node: gradients, clipping, each variable's update by the optimiser's record, all in one group. */
#include "base/kinds.h"
#include "nn/update.h"
#include <stdio.h>
#include <string.h>

/* "minimize", or with the next free number. */
static const char *free_name(bm_graph *g, bmi_arena *arena, const char *name)
{
    char text[160], rate[200];
    for (int i = 0;; i++) {
        if (i) snprintf(text, sizeof text, "%.120s_%d", name, i);
        else snprintf(text, sizeof text, "%.120s", name);
        snprintf(rate, sizeof rate, "%s/rate", text);
        if (!bm_node_ok(bm_node_find(g, text)) && !bm_node_ok(bm_node_find(g, rate))) return bmi_arena_text(arena, text);
    }
}

/* The real variables that a node depends on, in the order they were made; returns how many, -1 without memory. */
static int64_t variables_of(bm_node loss, bmi_arena *arena, bm_node **out)
{
    const bm_graph *g = loss.graph;
    const size_t n = (size_t)loss.index + 1;
    bool *needs = bmi_alloc(g->object.context, n, sizeof *needs);
    int64_t count = 0;
    *out = bmi_arena_alloc(arena, n, sizeof **out);
    if (!needs || !*out) {
        bmi_release(g->object.context, needs, n, sizeof *needs);
        return -1;
    }
    needs[n - 1] = true;
    for (size_t i = n; i-- > 0;)
        for (int j = 0; needs[i] && j < g->nodes[i].n_in; j++) needs[g->nodes[i].in[j]] = true;
    for (size_t i = 0; i < n; i++)
        if (needs[i] && g->nodes[i].op == &bmi_op_variable && bmi_type_is_real(g->nodes[i].type))
            (*out)[count++] = (bm_node){ loss.graph, (int64_t)i };
    bmi_release(g->object.context, needs, n, sizeof *needs);
    return count;
}

static bool check_variables(const bmi_minimize_request *r)
{
    bm_graph *g = r->loss.graph;
    for (size_t i = 0; i < r->variables.count; i++) {
        const bm_node v = r->variables.at[i];
        const bmi_node *node = v.graph == g ? bmi_node_of(v) : NULL;
        if (!node || node->op != &bmi_op_variable || !bmi_type_is_real(node->type))
            bmi_object_fail(g, BM_E_ARGUMENT, r->here,
                            "minimize: number %zu of the variables, \"%s\", is no real variable of the loss's graph", i + 1,
                            bm_node_name(v));
        for (size_t k = 0; k < i && !g->object.error.status; k++)
            if (r->variables.at[k].index == v.index)
                bmi_object_fail(g, BM_E_ARGUMENT, r->here, "minimize: the variable \"%s\" is given twice", bm_node_name(v));
        if (g->object.error.status) return false;
    }
    return true;
}

/* Clips gradients in place: each number, then all together. */
static void clip(bm_update *u, bm_node *gradients, size_t n, bm_node *norm)
{
    const bm_optimizer_common *c = u->common;
    bm_node sum = { NULL, -1 };
    for (size_t i = 0; c->clip_value > 0 && i < n; i++) gradients[i] = bm_clip(gradients[i], -c->clip_value, c->clip_value);
    if (!(c->clip_norm > 0)) return;
    for (size_t i = 0; i < n; i++) {
        const bm_node one = bm_cast(bm_sum(bm_square(gradients[i])), u->type);
        sum = sum.graph ? bm_add(sum, one) : one;
    }
    *norm = bm_sqrt(sum);
    const bm_node factor = bm_div(bmi_number_like(sum, c->clip_norm), bm_maximum(*norm, bmi_number_like(sum, c->clip_norm)));
    for (size_t i = 0; i < n; i++) gradients[i] = bm_mul(gradients[i], bm_cast(factor, bm_node_type(gradients[i])));
}

static void update_all(bm_update *u, const bmi_minimize_request *r, const bm_node *variables, const bm_node *gradients,
                       size_t n)
{
    for (size_t i = 0; i < n && !u->graph->object.error.status; i++) {
        u->variable = variables[i];
        u->gradient = gradients[i];
        u->max_norm = r->max_norm ? r->max_norm[i] : 0;
        u->assigned = false;
        u->optimizer->kind->update(u, u->optimizer->options.at);
        if (!u->assigned && !u->graph->object.error.status)
            bmi_object_fail(u->graph, BM_E_ARGUMENT, r->here, "%s: its update function gave the variable \"%s\" no value",
                            u->optimizer->kind->name, bm_node_name(variables[i]));
    }
}

static void build(bm_update *u, const bmi_minimize_request *r, bmi_minimized *out)
{
    bm_graph *g = u->graph;
    bm_node loss = r->loss, *found = NULL;
    const int64_t n_found = r->variables.count ? (int64_t)r->variables.count : variables_of(loss, u->arena, &found);
    const bm_node *variables = r->variables.count ? r->variables.at : found;
    if (bm_node_shape(loss).rank > 0) loss = bm_mean(loss);
    if (n_found == 0)
        bmi_object_fail(g, BM_E_ARGUMENT, r->here, "minimize: the loss \"%s\" depends on no real variable",
                        bm_node_name(r->loss));
    bm_node *gradients = n_found > 0 ? bmi_arena_alloc(u->arena, (size_t)n_found, sizeof *gradients) : NULL;
    if (!gradients || g->object.error.status) {
        if (!g->object.error.status) bmi_fail_memory(&g->object.error, r->here, 100, "gradients");
        return;
    }
    if (bm_gradients_at(loss, (bm_nodes){ variables, (size_t)n_found }, (bm_node){ NULL, -1 }, gradients, r->here)) return;
    const bm_init init = BM_CONSTANT(bm_exactly(u->common->rate));
    out->rate = u->rate = bmi_update_variable_new(u, u->name, "rate", u->type, BM_SCALAR, init);
    clip(u, gradients, (size_t)n_found, &out->norm);
    update_all(u, r, variables, gradients, (size_t)n_found);
    out->now = bm_update_rate(u);
    out->step = bmi_node_add(g, bmi_kind_find("op", "group"), NULL, u->assigns, (int)u->n_assigns, u->name, r->here);
}

bm_status bmi_minimize(const bmi_minimize_request *r, bmi_arena *arena, bmi_minimized *out)
{
    bm_graph *g = r->loss.graph;
    const bmi_minimized nothing = {
        .step = bmi_node_failed(g), .rate = bmi_node_failed(g), .now = bmi_node_failed(g), .norm = { NULL, -1 }
    };
    *out = nothing;
    if (!g) return BM_E_ARGUMENT;
    if (g->object.error.status) return g->object.error.status;
    if (!bm_node_ok(r->loss) || !bmi_type_is_real(bm_node_type(r->loss)))
        return bmi_object_fail(g, bm_node_ok(r->loss) ? BM_E_TYPE : BM_E_ARGUMENT, r->here, "minimize: the loss is %s",
                               bm_node_ok(r->loss) ? bm_type_name(bm_node_type(r->loss)) : "a failed node");
    if (bmi_need(&g->object.error, r->here, "minimize: the list of variables", r->variables.at, r->variables.count))
        return g->object.error.status;
    if (g->eager)
        return bmi_object_fail(g, BM_E_ARGUMENT, r->here,
                               "minimize: an eager graph keeps no variables between steps; use a session");
    if (!check_variables(r)) return g->object.error.status;
    const char *name = free_name(g, arena, r->name ? r->name : "minimize");
    bm_update u = { .graph = g,
                    .arena = arena,
                    .optimizer = r->optimizer,
                    .common = (const void *)r->optimizer->options.at,
                    .name = name,
                    .type = bm_node_type(r->loss),
                    .here = r->here };
    if (!name) return bmi_fail_memory(&g->object.error, r->here, 100, "a name");
    const bmi_graph_mark start = bmi_graph_now(g);
    const bm_place before = bmi_graph_lend(g, r->here.file ? r->here : (bm_place){ "", 0 });
    const char *scope = bmi_graph_scope(g, name);
    build(&u, r, out);
    bmi_graph_scope(g, scope);
    bmi_graph_lend(g, before);
    out->slots = bmi_arena_alloc(arena, u.n_slots + 1, sizeof *out->slots);
    if (out->slots && u.n_slots) memcpy(out->slots, u.slots, u.n_slots * sizeof *u.slots);
    if (!out->slots) bmi_fail_memory(&g->object.error, r->here, u.n_slots * sizeof *u.slots, "slots of an optimiser");
    out->n_slots = out->slots ? u.n_slots : 0;
    if (g->object.error.status) {
        bmi_graph_back(g, start);
        *out = nothing;
    }
    bmi_release(g->object.context, u.shared, u.shared_capacity, sizeof *u.shared);
    bmi_release(g->object.context, u.slots, u.slots_capacity, sizeof *u.slots);
    bmi_release(g->object.context, u.assigns, u.assigns_capacity, sizeof *u.assigns);
    return g->object.error.status;
}

bm_node bm_minimize_over_at(bm_node loss, bm_nodes variables, bm_optimizer optimizer, bm_place here)
{
    bm_graph *g = loss.graph;
    if (!g || g->object.error.status) return bmi_node_failed(g);
    bmi_arena arena = { .context = g->object.context };
    bm_optimizer kept;
    bmi_minimized out = { .step = bmi_node_failed(g) };
    if (!optimizer.here.file) optimizer.here = here;
    const bmi_minimize_request r = { .loss = loss, .variables = variables, .optimizer = &kept, .here = here };
    if (!bmi_optimizer_keep(&g->object.error, &arena, &optimizer, &kept)) bmi_minimize(&r, &arena, &out);
    bmi_arena_end(&arena);
    return g->object.error.status ? bmi_node_failed(g) : out.step;
}

bm_node bm_minimize_at(bm_node loss, bm_optimizer optimizer, bm_place here)
{
    return bm_minimize_over_at(loss, (bm_nodes){ NULL, 0 }, optimizer, here);
}

bm_node bm_minimize_rate(bm_node step)
{
    char name[200];
    if (!bm_node_ok(step)) return bmi_node_failed(step.graph);
    snprintf(name, sizeof name, "%.150s/rate", bm_node_name(step));
    return bm_node_find(step.graph, name);
}
