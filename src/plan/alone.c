// SPDX-License-Identifier: Apache-2.0
/* One operation as a plan of its own: an ir of its inputs and itself, in one unit, bound and run.
 */
#include "base/threads.h"
#include "plan/ir.h"

static void run_part(void *step, int part, int parts)
{
    const bmi_step *s = step;
    s->kernel(s->args, part, parts);
}

/* Items 0 .. n_in - 1 are the inputs, item n_in is the operation. All lies in the plan's arena: folding does this many times in a plan,
 * and a second arena would be a second block to clear. */
static bool fill_items(bmi_ir *ir, const bmi_alone *a)
{
    const int n = a->n_in;
    bmi_arena *arena = &ir->plan->arena;
    ir->items = bmi_arena_alloc(arena, (size_t)n + 1, sizeof *ir->items);
    int *in = bmi_arena_alloc(arena, (size_t)n + 1, sizeof *in);
    bm_shape *in_shape = bmi_arena_alloc(arena, (size_t)n + 1, sizeof *in_shape);
    if (!ir->items || !in || !in_shape) return bmi_ir_no_memory(ir, sizeof *ir->items * ((size_t)n + 1)), false;
    for (int j = 0; j < n; j++) {
        const bm_array *x = &a->in[j];
        ir->items[j] = (bmi_item){
            .type = x->type, .shape = x->shape, .size = x->size, .memory = x->data, .source = BMI_CONSTANT, .unit = -1
        };
        in[j] = j;
        in_shape[j] = x->shape;
    }
    ir->items[n] = (bmi_item){ .op = a->op,
                               .args = a->args,
                               .n_in = n,
                               .in = in,
                               .in_shape = in_shape,
                               .type = a->out.type,
                               .shape = a->out.shape,
                               .size = a->out.size,
                               .memory = a->out.data,
                               .node = a->number,
                               .alive = true,
                               .fetched = true };
    ir->n_items = n + 1;
    return true;
}

bm_status bmi_compute_alone(bmi_error *e, bm_place here, bm_context *context, const bmi_alone *a)
{
    const bmi_plan_request request = { .guard = -1, .state = a->state, .threads = a->threads, .isa = a->isa };
    bmi_plan plan = { .context = context, .arena = { .context = context }, .threads = a->threads };
    bmi_ir ir = {
        .request = &request, .plan = &plan, .error = e, .here = here, .scratch = { .context = context }, .guard = -1
    };
    if (fill_items(&ir, a)) {
        const int item = a->n_in;
        const bool product = bmi_ir_contraction(&ir.items[item]);
        const bmi_unit unit = { .contraction = product ? item : -1,
                                .elementwise = bmi_ir_fusable(&ir, &ir.items[item]),
                                .items = &(int){ item },
                                .n_items = 1 };
        bmi_ir_bind_unit(&ir, &unit);
    }
    for (size_t i = 0; i < plan.n_steps && !e->status; i++)
        bmi_parallel(context, plan.steps[i].parts, run_part, &plan.steps[i]);
    bmi_release(context, plan.steps, plan.steps_capacity, sizeof *plan.steps);
    bmi_arena_end(&plan.arena);
    bmi_arena_end(&ir.scratch);
    return e->status;
}
