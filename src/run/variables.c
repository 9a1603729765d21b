// SPDX-License-Identifier: Apache-2.0
/* Variables of a session: memory and initial values. The stream of a variable is its number among the graph's variables, so
 * the same seed gives the same values whatever else the graph holds.
 */
#include "base/random.h"
#include "run/variables.h"
#include <string.h>

enum { STREAM_USE = 0x1417 }; /* initial values */

/* Rows and columns as initialisers count them: of a matrix its own; of a kernel [window .., in, out] in and out times the
 * window; of a vector its length both ways. */
static void fans(const bm_shape *shape, int64_t *fan_in, int64_t *fan_out)
{
    const int64_t r = shape->rank;
    int64_t window = 1;
    for (int64_t i = 0; i + 2 < r; i++) window *= shape->dim[i];
    *fan_in = r == 0 ? 1 : r == 1 ? shape->dim[0] : window * shape->dim[r - 2];
    *fan_out = r == 0 ? 1 : window * shape->dim[r - 1];
}

bm_tensor *bmi_variable_new(const bm_graph *g, int64_t node, uint64_t seed)
{
    const bmi_node *n = &g->nodes[node];
    const bmi_variable_args *args = n->args;
    bm_tensor *t = bm_tensor_new_in_at(g->object.context, n->type, n->shape, n->here);
    if (bmi_object_failed(t) || !bmi_type_is_real(t->type)) return t;
    int64_t fan_in, fan_out;
    fans(&n->shape, &fan_in, &fan_out);
    bm_array out = { t->type, t->shape, t->size, t->data };
    args->init.kind->fill(args->init.p, &out, fan_in, fan_out, seed, bmi_random_stream(STREAM_USE, args->number));
    return t;
}
