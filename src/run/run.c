// SPDX-License-Identifier: Apache-2.0
/* Running fetches: the plan from the cache or a new one, feeds checked and copied in, then the executor.
 */
#include "base/memory.h"
#include "base/text.h"
#include "base/threads.h"
#include "run/executor.h"
#include "run/session.h"
#include <string.h>

/* ---- the cache ---- */
static bool same_plan(const bmi_cached_plan *c, const bmi_plan_request *r)
{
    if (c->plan->n_fetches != r->n_fetch || c->plan->n_feeds != r->n_feed || c->guard != r->guard) return false;
    for (size_t i = 0; i < r->n_fetch; i++)
        if (c->plan->fetches[i].node != r->fetch[i]) return false;
    for (size_t i = 0; i < r->n_feed; i++)
        if (c->plan->feeds[i].node != r->feed[i] || !bmi_shape_equal(c->feed_shape[i], r->feed_shape[i])) return false;
    return true;
}

static void *variable_memory(void *user, int64_t node)
{
    bm_tensor *t = bmi_session_variable(user, node);
    return t ? t->data : NULL;
}

/* A view of each fetch, so that bm_value allocates nothing. */
static bool make_values(bm_session *s, bmi_cached_plan *c)
{
    c->values = bmi_arena_alloc(&c->plan->arena, c->plan->n_fetches + 1, sizeof *c->values);
    for (size_t i = 0; c->values && i < c->plan->n_fetches; i++) {
        const bm_array *a = &c->plan->fetches[i].array;
        c->values[i] = bm_tensor_new_in_at(s->object.context, a->type, BM_SHAPE(0), s->here);
        if (bmi_object_failed(c->values[i])) return false;
        bm_tensor *t = c->values[i];
        if (t->owned) bmi_release(s->object.context, t->data, 0, 1);
        t->shape = a->shape;
        t->size = a->size;
        t->data = a->data;
        t->owned = false;
        t->borrowed_out = true;
    }
    return c->values != NULL;
}

/* A plan that brought a larger block gives it to the session, for the plans to come. */
static bool take_block(bm_session *s, bmi_plan *p)
{
    if (!p->owns_block) return true;
    if (!bmi_grow(s->object.context, (void **)&s->blocks, &s->blocks_capacity, s->n_blocks + 1, sizeof *s->blocks))
        return false;
    s->blocks[s->n_blocks++] = (bmi_block){ p->block, p->block_bytes };
    p->owns_block = false;
    return true;
}

static void make_room(bm_session *s)
{
    if (s->n_plans < BMI_PLANS) return;
    int oldest = 0;
    for (int i = 1; i < s->n_plans; i++)
        if (s->plans[i]->used < s->plans[oldest]->used) oldest = i;
    bmi_session_drop(s, s->plans[oldest]);
    s->plans[oldest] = s->plans[--s->n_plans];
}

static bmi_cached_plan *new_plan(bm_session *s, bmi_plan_request *r)
{
    for (size_t i = 0; i < s->n_blocks; i++)
        if (s->blocks[i].bytes > r->block_bytes) {
            r->block = s->blocks[i].memory;
            r->block_bytes = s->blocks[i].bytes;
        }
    bmi_plan *plan = bmi_plan_make(&s->object.error, s->here, r);
    if (!plan) return NULL;
    bmi_cached_plan *c = bmi_alloc(s->object.context, 1, sizeof *c);
    if (c) {
        *c = (bmi_cached_plan){ .plan = plan,
                                .guard = r->guard,
                                .feed_shape = bmi_arena_alloc(&plan->arena, r->n_feed + 1, sizeof(bm_shape)) };
        if (c->feed_shape && make_values(s, c) && take_block(s, plan)) {
            if (r->n_feed) memcpy(c->feed_shape, r->feed_shape, r->n_feed * sizeof *r->feed_shape);
            make_room(s);
            return s->plans[s->n_plans++] = c;
        }
    }
    bmi_fail_memory(&s->object.error, s->here, sizeof *c, "a cached plan");
    if (c) bmi_session_drop(s, c);
    else bmi_plan_free(plan);
    return NULL;
}

bmi_cached_plan *bmi_session_plan(bm_session *s, const int64_t *fetch, size_t n_fetch, const int64_t *feed,
                                  const bm_shape *feed_shape, size_t n_feed, int64_t guard, bm_place here)
{
    s->here = here;
    bmi_plan_request r = { .graph = s->graph,
                           .fetch = fetch,
                           .n_fetch = n_fetch,
                           .feed = feed,
                           .feed_shape = feed_shape,
                           .n_feed = n_feed,
                           .guard = guard,
                           .variables = { variable_memory, s },
                           .state = &s->state,
                           .threads = bmi_threads(s->object.context),
                           .isa = bmi_isa_now() };
    for (int i = 0; i < s->n_plans; i++)
        if (same_plan(s->plans[i], &r)) {
            s->plans[i]->used = ++s->clock;
            return s->plans[i];
        }
    bmi_cached_plan *c = new_plan(s, &r);
    if (c) c->used = ++s->clock;
    return c;
}

void *bmi_plan_feed(const bmi_cached_plan *p, size_t i)
{
    return p->plan->feeds[i].array.data;
}

const bm_array *bmi_plan_fetch(const bmi_cached_plan *p, size_t i)
{
    return &p->plan->fetches[i].array;
}

/* The error of bad data that a kernel met, if one did. */
static bm_status report_fault(bm_session *s, bm_place here)
{
    if (!s->state.fault.set) return BM_OK;
    const bmi_node *n = &s->graph->nodes[s->state.fault.number];
    return bmi_object_fail(s, BM_E_DATA, here, "%s: %s %lld at position %lld is outside 0 .. %lld", n->name,
                           s->state.fault.what, (long long)s->state.fault.value, (long long)s->state.fault.position,
                           (long long)s->state.fault.limit - 1);
}

static bm_status run_plan(bm_session *s, bmi_cached_plan *p, const bmi_before *before, bm_place here)
{
    s->last = p;
    s->state.tick++;
    bmi_execute(p->plan, &p->pace, &s->state, before);
    if (report_fault(s, here)) return BM_E_DATA;
    return s->state.halt ? BM_E_NUMBER : BM_OK;
}

bm_status bmi_session_run(bm_session *s, bmi_cached_plan *p, bm_place here)
{
    return run_plan(s, p, NULL, here);
}

bm_status bmi_session_run_after(bm_session *s, bmi_cached_plan *p, void (*fn)(void *arg, int part, int parts), void *arg,
                                bm_place here)
{
    return run_plan(s, p, &(bmi_before){ fn, arg }, here);
}

bool bmi_plan_shared(const bmi_cached_plan *p)
{
    return p->plan->parallel && p->plan->threads > 1;
}

bool bmi_plan_at_once(const bmi_cached_plan *p)
{
    return p->plan->at_once;
}

/* ---- the public run ---- */
enum { FEW = 32 }; /* feeds and fetches up to here need no allocation */

typedef struct lists {
    int64_t node[2 * FEW], *nodes; /* feeds, then fetches */
    bm_shape shape[FEW], *shapes;
} lists;

static bool check_feed(bm_session *s, bm_feeds feeds, size_t i, bm_place here)
{
    const bm_feed *f = &feeds.at[i];
    const bmi_node *n = f->node.graph == s->graph ? bmi_node_of(f->node) : NULL;
    char a[200], b[200];
    if (!n || n->op != &bmi_op_placeholder) {
        bmi_object_fail(s, BM_E_ARGUMENT, here, "run: feed number %zu, \"%s\", is no placeholder of this session's graph",
                        i + 1, bm_node_name(f->node));
        return false;
    }
    for (size_t k = 0; k < i; k++)
        if (feeds.at[k].node.index == f->node.index) {
            bmi_object_fail(s, BM_E_ARGUMENT, here, "run: the placeholder \"%s\" is fed twice", n->name);
            return false;
        }
    if (bmi_object_failed(f->value)) {
        bmi_object_fail_with(s, f->value, here, n->name);
        return false;
    }
    if (f->value->type != n->type) {
        bmi_object_fail(s, BM_E_TYPE, here, "run: \"%s\" is %s, the tensor fed to it is %s", n->name, bm_type_name(n->type),
                        bm_type_name(f->value->type));
        return false;
    }
    bool fits = f->value->shape.rank == n->shape.rank;
    for (int64_t k = 0; fits && k < n->shape.rank; k++)
        fits = n->shape.dim[k] == BM_ANY || n->shape.dim[k] == f->value->shape.dim[k];
    if (!fits)
        bmi_object_fail(s, BM_E_SHAPE, here, "run: \"%s\" is %s, the tensor fed to it is %s", n->name,
                        bmi_shape_text(a, &n->shape), bmi_shape_text(b, &f->value->shape));
    return fits;
}

static bool check_fetches(bm_session *s, bm_nodes fetches, bm_place here)
{
    for (size_t i = 0; i < fetches.count; i++)
        if (fetches.at[i].graph != s->graph || !bm_node_ok(fetches.at[i])) {
            bmi_object_fail(s, BM_E_ARGUMENT, here, "run: fetch number %zu is a failed node or one of another graph", i + 1);
            return false;
        }
    return true;
}

static bmi_cached_plan *plan_of(bm_session *s, bm_feeds feeds, bm_nodes fetches, bm_place here)
{
    if (s->graph->object.error.status) bmi_fail_from(&s->object.error, &s->graph->object.error);
    bmi_need(&s->object.error, here, "run: the list of feeds", feeds.at, feeds.count);
    bmi_need(&s->object.error, here, "run: the list of fetches", fetches.at, fetches.count);
    for (size_t i = 0; i < feeds.count && !s->object.error.status; i++) check_feed(s, feeds, i, here);
    if (s->object.error.status || !check_fetches(s, fetches, here)) return NULL;
    lists l = { .nodes = l.node, .shapes = l.shape };
    const size_t many = feeds.count + fetches.count;
    const bool large = feeds.count > FEW || many > 2 * FEW;
    if (large) {
        l.nodes = bmi_alloc(s->object.context, many, sizeof *l.nodes);
        l.shapes = bmi_alloc(s->object.context, feeds.count, sizeof *l.shapes);
    }
    bmi_cached_plan *p = NULL;
    if (!l.nodes || !l.shapes) bmi_fail_memory(&s->object.error, here, many * sizeof *l.nodes, "lists of feeds and fetches");
    else {
        for (size_t i = 0; i < feeds.count; i++) {
            l.nodes[i] = feeds.at[i].node.index;
            l.shapes[i] = feeds.at[i].value->shape;
        }
        for (size_t i = 0; i < fetches.count; i++) l.nodes[feeds.count + i] = fetches.at[i].index;
        p = bmi_session_plan(s, l.nodes + feeds.count, fetches.count, l.nodes, l.shapes, feeds.count, -1, here);
    }
    if (large) {
        bmi_release(s->object.context, l.nodes, many, sizeof *l.nodes);
        bmi_release(s->object.context, l.shapes, feeds.count, sizeof *l.shapes);
    }
    return p;
}

static void copy_feeds(const bmi_cached_plan *p, bm_feeds feeds)
{
    for (size_t i = 0; i < feeds.count; i++) {
        const bm_tensor *t = feeds.at[i].value;
        if (bmi_plan_feed(p, i) && t->size) memcpy(bmi_plan_feed(p, i), t->data, (size_t)t->size * bm_type_size(t->type));
    }
}

bm_status bm_run_at(bm_session *s, bm_feeds feeds, bm_nodes fetches, bm_place here)
{
    if (bmi_object_failed(s)) return bmi_object_status(s);
    bmi_cached_plan *p = plan_of(s, feeds, fetches, here);
    if (!p) return bmi_object_status(s);
    copy_feeds(p, feeds);
    return bmi_session_run(s, p, here);
}

bm_status bm_plan_print_at(bm_session *s, bm_feeds feeds, bm_nodes fetches, int64_t repeats, FILE *to, bm_place here)
{
    if (bmi_object_failed(s)) return bmi_object_status(s);
    bmi_need(&s->object.error, here, "plan print: the stream", to, 1);
    bmi_cached_plan *p = plan_of(s, feeds, fetches, here);
    if (!p) return bmi_object_status(s);
    double *seconds = repeats > 0 ? bmi_alloc(s->object.context, p->plan->n_steps + 1, sizeof *seconds) : NULL;
    if (repeats > 0 && !seconds)
        return bmi_fail_memory(&s->object.error, here, p->plan->n_steps * sizeof *seconds, "times of a plan");
    for (int64_t i = 0; i < repeats && !s->object.error.status; i++) {
        copy_feeds(p, feeds);
        s->state.tick++;
        bmi_execute_timed(p->plan, &s->state, seconds);
        report_fault(s, here);
    }
    for (size_t i = 0; seconds && i < p->plan->n_steps; i++) seconds[i] /= (double)repeats;
    if (!s->object.error.status) bmi_plan_write(p->plan, s->graph, seconds, to);
    bmi_release(s->object.context, seconds, p->plan->n_steps + 1, sizeof *seconds);
    return s->object.error.status;
}
