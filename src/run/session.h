// SPDX-License-Identifier: Apache-2.0
/* The inside of a session: the memory of variables, and plans cached by fetches and feed shapes.
 */
#ifndef BMI_RUN_SESSION_H
#define BMI_RUN_SESSION_H
#include "plan/plan.h"
#include "run/pace.h"
#include <baeum/session.h>

enum { BMI_PLANS = 64 }; /* cached; the one not used longest makes room */

typedef struct bmi_cached_plan {
    bmi_plan *plan;
    bm_shape *feed_shape; /* in the plan's arena; feeds and fetches are the plan's ports */
    int64_t guard;
    bm_tensor **values; /* a view of each fetch */
    bmi_pace pace;
    uint64_t used;
} bmi_cached_plan;

typedef struct bmi_block { /* buffers that plans share: they never run at the same time */
    void *memory;
    size_t bytes;
} bmi_block;

struct bm_session {
    bmi_object object;
    bm_graph *graph;
    bmi_run_state state;
    bm_tensor **variables; /* by node; null where the node is no variable or has not been needed */
    size_t variables_size;
    bmi_cached_plan *plans[BMI_PLANS];
    int n_plans;
    bmi_cached_plan *last; /* of the last run */
    uint64_t clock;
    bmi_block *blocks;
    size_t n_blocks, blocks_capacity;
    bm_place here; /* of the present call */
};

/* The plan of a request, from the cache or new; null with the error on the session. `fetch` and `feed` are node indices, feed
 * shapes known. With a guard (a fetched node of rank 0; -1: none) updates run only when that number is finite. */
bmi_cached_plan *bmi_session_plan(bm_session *s, const int64_t *fetch, size_t n_fetch, const int64_t *feed,
                                  const bm_shape *feed_shape, size_t n_feed, int64_t guard, bm_place here);
/* Memory of feed i, to be filled before bmi_session_run; null when the plan does not read it. */
void *bmi_plan_feed(const bmi_cached_plan *p, size_t i);
/* Memory of fetch i after a run. */
const bm_array *bmi_plan_fetch(const bmi_cached_plan *p, size_t i);
/* Runs a plan whose feeds are filled: BM_E_DATA (with the message on s) when a kernel met bad data, BM_E_NUMBER (no message)
 * when the guard halted it. */
bm_status bmi_session_run(bm_session *s, bmi_cached_plan *p, bm_place here);
/* The same after fn(arg, part, parts), which fills the feeds: the parts are shared among the threads that run the plan. */
bm_status bmi_session_run_after(bm_session *s, bmi_cached_plan *p, void (*fn)(void *arg, int part, int parts), void *arg,
                                bm_place here);
/* Whether several threads run it. */
bool bmi_plan_shared(const bmi_cached_plan *p);
/* Whether plans like it, of several sessions, may run at once and in any order. */
bool bmi_plan_at_once(const bmi_cached_plan *p);
/* The tensor of a variable, initialised when it is new; null when there is no memory (error on s). */
bm_tensor *bmi_session_variable(bm_session *s, int64_t node);
/* Ends a cached plan that is no longer in the list. */
void bmi_session_drop(bm_session *s, bmi_cached_plan *p);

/* A session whose variables get memory and values only when they are needed. Never null. */
bm_session *bmi_session_make(const bm_graph *g, uint64_t seed, bm_place here);
/* Makes a variable of `s` the same tensor as one of `from`, of equal type and shape; before any plan of `s` needs it. False: no
 * memory. Only reads `from`. */
bool bmi_session_share(bm_session *s, int64_t node, const bm_session *from, int64_t from_node);
/* Gives a variable a tensor of its type and shape (takes it, also on failure), before any plan of `s` needs it. False: no memory. */
bool bmi_session_adopt(bm_session *s, int64_t node, bm_tensor *value);

#endif
