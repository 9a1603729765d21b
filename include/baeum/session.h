// SPDX-License-Identifier: Apache-2.0
/* Sessions: run chosen nodes of a graph with feeds and fetches. The first run with given fetches and feed shapes makes a plan
 * (an array of kernels with all arguments ready); later ones are a loop over it.
 *
 * Operations take numbers below the smallest normal one (1.2e-38 in f32, 2.2e-308 in f64) for 0 and give 0 in their place, as
 * processors are slow with them; so do eager graphs, with the same kernels and the same bits for each node. (A product whose
 * bias is added by the next node, and which nothing else needs, may start its sums with the bias: its last bit can differ then.)
 */
// clang-format off
#ifndef BAEUM_SESSION_H
#define BAEUM_SESSION_H
#include <baeum/graph.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct bm_feed {
    bm_node          node;
    const bm_tensor *value; /**< borrowed for the run */
} bm_feed;
typedef struct bm_feeds {
    const bm_feed *at;
    size_t         count;
} bm_feeds;
#define BM_FEEDS(...)   BM_LIST(bm_feeds, bm_feed, __VA_ARGS__) /**< BM_FEEDS({x, images}, {t, labels}) */
#define BM_FETCHES(...) BM_LIST(bm_nodes, bm_node, __VA_ARGS__)
#define BM_NO_FEEDS     BM_VALUE(bm_feeds, NULL, 0)

typedef struct bm_session_options {
    const bm_graph *graph; /**< counted */
    BM_NAMED_;
    int64_t seed; /**< of initialisers and random operations; the same seed gives the same bits */
} bm_session_options;

/** A session of a graph: its variables get memory and their initial values (also those added to the graph later, on the
 *  first run that needs them). The context is the graph's.
 *  Returns  gives a session, never null
 *  Errors   the graph's own; BM_E_ARGUMENT the graph is eager; BM_E_MEMORY
 */
BM_API bm_session *bm_session_new_at(const bm_session_options *options, size_t size, bm_place here);
#define bm_session_new(...) bm_session_new_at(BM_OPTIONS(bm_session_options, .graph = __VA_ARGS__), BM_HERE)

/** Runs the fetches with the feeds. Values are read afterwards with bm_value and bm_scalar and stay until the next run.
 *  All readers of a variable see its value from before the run, except through the update's own node.
 *  Errors on s: BM_E_ARGUMENT a fetched node needs a placeholder that is not fed (named), a feed is no placeholder or is
 *  given twice, a variable is updated twice; BM_E_SHAPE, BM_E_TYPE a feed does not fit; BM_E_DATA an index outside its rows;
 *  BM_E_MEMORY. After BM_E_DATA variables whose updates had run have changed.
 */
BM_API bm_status bm_run_at(bm_session *s, bm_feeds feeds, bm_nodes fetches, bm_place here);
#define bm_run(s, feeds, fetches) bm_run_at((s), feeds, fetches, BM_HERE)

/** The value of a node fetched in the last run, or of any variable, now. The session keeps it (until its next run).
 *  Null, and BM_E_ARGUMENT on s, when it is neither. */
BM_API const bm_tensor *bm_value_at(bm_session *s, bm_node node, bm_place here);
#define bm_value(s, node) bm_value_at((s), (node), BM_HERE)
/** Its only element as a double; NaN when there is none. */
BM_API double bm_scalar_at(bm_session *s, bm_node node, bm_place here);
#define bm_scalar(s, node) bm_scalar_at((s), (node), BM_HERE)
/** Gives a variable a value (copies; borrows). Errors on s: BM_E_ARGUMENT no variable; BM_E_SHAPE, BM_E_TYPE. */
BM_API bm_status bm_set_value_at(bm_session *s, bm_node variable, const bm_tensor *value, bm_place here);
#define bm_set_value(s, variable, value) bm_set_value_at((s), (variable), (value), BM_HERE)

/** Writes the plan of these feeds and fetches: every kernel with its nodes, shapes, bytes, floating-point operations and parts
 *  and, when `repeats` > 0, its mean time over that many runs (which do change variables if the fetches update them).
 *  Errors on s: as bm_run; BM_E_ARGUMENT no stream. */
BM_API bm_status bm_plan_print_at(bm_session *s, bm_feeds feeds, bm_nodes fetches, int64_t repeats, FILE *to, bm_place here);
#define bm_plan_print(s, feeds, fetches, repeats, to) bm_plan_print_at((s), feeds, fetches, (repeats), (to), BM_HERE)

#ifdef __cplusplus
}
#endif
#endif
