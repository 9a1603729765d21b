// SPDX-License-Identifier: Apache-2.0
/* The passes of the planner, one by one: what each leaves of a small graph, and its form in print. */
#include "base/threads.h"
#include "plan/ir.h"
#include "support/bmt.h"
#include <baeum/ops.h>
#include <string.h>

typedef bm_status (*pass)(bmi_ir *);
static const pass all[] = { bmi_pass_prune, bmi_pass_fold,  bmi_pass_simplify, bmi_pass_fold, bmi_pass_share,
                            bmi_pass_fuse,  bmi_pass_order, bmi_pass_place,    bmi_pass_bind };
enum { PRUNED = 1, FOLDED, SIMPLE, FOLDED_AGAIN, SHARED, FUSED, ORDERED, PLACED, BOUND };

/* An ir after the first so many passes. */
typedef struct bench {
    bm_graph *g;
    bmi_error error;
    bmi_plan plan;
    bmi_plan_request request;
    bmi_run_state state;
    bmi_ir ir;
    int64_t fetch[8], feed[8];
    bm_shape feed_shape[8];
    double variables[64][64];
} bench;

static void *memory_of(void *user, int64_t node)
{
    return ((bench *)user)->variables[node];
}

static void start(bench *b)
{
    memset(b, 0, sizeof *b);
    b->g = bm_graph_new();
}

static void run_passes(bench *b, int n, bm_nodes fetches, bm_node feed, bm_shape shape)
{
    assert_string_equal(bm_error(b->g), "");
    for (size_t i = 0; i < fetches.count; i++) b->fetch[i] = fetches.at[i].index;
    b->feed[0] = feed.index;
    b->feed_shape[0] = shape;
    b->request = (bmi_plan_request){ .graph = b->g,
                                     .fetch = b->fetch,
                                     .n_fetch = fetches.count,
                                     .feed = b->feed,
                                     .feed_shape = b->feed_shape,
                                     .n_feed = feed.graph ? 1 : 0,
                                     .guard = -1,
                                     .variables = { memory_of, b },
                                     .state = &b->state,
                                     .threads = 1,
                                     .isa = bmi_isa_now() };
    b->ir = (bmi_ir){ .request = &b->request, .plan = &b->plan, .error = &b->error, .here = BM_HERE, .guard = -1 };
    for (int i = 0; i < n; i++)
        if (all[i](&b->ir)) fail_msg("pass %d: %s", i + 1, b->error.text);
}

static void stop(bench *b)
{
    bmi_arena_end(&b->ir.scratch);
    bmi_arena_end(&b->plan.arena);
    bmi_release(NULL, b->plan.block, b->plan.block_bytes + 1, 1);
    bmi_release(NULL, b->plan.steps, b->plan.steps_capacity, sizeof *b->plan.steps);
    bm_free(b->g);
}

static int count_alive(const bench *b, const char *op)
{
    int n = 0;
    for (int i = 0; i < b->ir.n_items; i++) {
        const bmi_item *item = &b->ir.items[i];
        n += item->alive && item->source == BMI_COMPUTED && (!op || strcmp(item->op->name, op) == 0);
    }
    return n;
}

#define NO_FEED ((bm_node){ NULL, -1 })

static void prune_keeps_what_is_needed(void **state)
{
    (void)state;
    bench b;
    start(&b);
    bm_node x = bm_placeholder(b.g, BM_F32, BM_SHAPE(BM_ANY, 3), "x"), y = bm_exp(x);
    bm_log(bm_sqrt(y));                                /* nobody asks */
    bm_node z = bm_mul(y, bm_size(bm_neg(x), BM_F32)); /* of neg only the shape is needed */
    run_passes(&b, PRUNED, BM_NODES(z), x, BM_SHAPE(5, 3));
    assert_int_equal(count_alive(&b, "exp"), 1);
    assert_int_equal(count_alive(&b, "log"), 0);
    assert_int_equal(count_alive(&b, "neg"), 0);
    const bmi_item *last = &b.ir.items[b.ir.n_items - 1];
    assert_int_equal(last->shape.dim[0], 5);
    stop(&b);
}

static void fold_computes_constants(void **state)
{
    (void)state;
    bench b;
    start(&b);
    bm_node x = bm_placeholder(b.g, BM_F32, BM_SHAPE(BM_ANY), "x"), two = bm_number(b.g, 2);
    bm_node y = bm_div(x, bm_mul(bm_exp(bm_number(b.g, 0)), bm_mul(two, bm_size(x, BM_F32))));
    run_passes(&b, FOLDED, BM_NODES(y), x, BM_SHAPE(7));
    assert_int_equal(count_alive(&b, NULL), 1);
    const bmi_item *divisor = &b.ir.items[b.ir.items[b.ir.n_items - 1].in[1]];
    assert_int_equal(divisor->source, BMI_CONSTANT);
    assert_true(*(const float *)divisor->memory == 14);
    stop(&b);
}

static void fold_leaves_random_and_large(void **state)
{
    (void)state;
    bench b;
    start(&b);
    bm_node r = bm_random_uniform(b.g, BM_F32, BM_SHAPE(3), 0, 1);
    bm_node large = bm_broadcast_like(bm_number(b.g, 1), bm_random_uniform(b.g, BM_F32, BM_SHAPE(100, 100), 0, 1));
    run_passes(&b, FOLDED, BM_NODES(r, large), NO_FEED, BM_SCALAR);
    assert_int_equal(count_alive(&b, NULL), 2);
    stop(&b);
}

static void simplify_changes_no_number(void **state)
{
    (void)state;
    bench b;
    start(&b);
    bm_node x = bm_placeholder(b.g, BM_F32, BM_SHAPE(4, 3), "x"), c = bm_number(b.g, 3);
    bm_node same = bm_reshape_op(bm_reshape_op(bm_scale(bm_identity(x), 1), BM_SHAPE(12)), BM_SHAPE(4, 3));
    bm_node y = bm_add(bm_mul(same, c), bm_broadcast_like(c, x)), z = bm_div(x, bm_number(b.g, 1));
    run_passes(&b, SIMPLE, BM_NODES(y, z), x, BM_SHAPE(4, 3));
    assert_int_equal(count_alive(&b, "scale"), 1);
    assert_int_equal(count_alive(&b, "shift"), 1);
    assert_int_equal(count_alive(&b, NULL), 2);
    assert_int_equal(b.ir.items[b.ir.item_of[z.index]].source, BMI_FEED);
    stop(&b);
}

static void share_joins_equals(void **state)
{
    (void)state;
    bench b;
    start(&b);
    bm_node x = bm_placeholder(b.g, BM_F32, BM_SHAPE(4), "x");
    bm_node y = bm_add(bm_exp(x), bm_exp(x)), z = bm_add(bm_scale(x, 2), bm_scale(x, 3));
    bm_node r = bm_add(bm_bernoulli_like(x, .5), bm_bernoulli_like(x, .5)); /* two different draws */
    run_passes(&b, SHARED, BM_NODES(y, z, r), x, BM_SHAPE(4));
    assert_int_equal(count_alive(&b, "exp"), 1);
    assert_int_equal(count_alive(&b, "scale"), 2);
    assert_int_equal(count_alive(&b, "bernoulli_like"), 2);
    stop(&b);
}

static void fuse_makes_chains_and_epilogues(void **state)
{
    (void)state;
    bench b;
    start(&b);
    bm_node x = bm_placeholder(b.g, BM_F32, BM_SHAPE(8, 4), "x"),
            w = bm_variable(b.g, BM_F32, BM_SHAPE(4, 6), (bm_init){ 0 }, "w");
    bm_node h = bm_relu(bm_add(bm_matmul(x, w), bm_number(b.g, 1)));
    bm_node mean = bm_mean_keep(h, BM_AXES(1)), y = bm_exp(bm_sub(h, mean)); /* needs all of h first */
    run_passes(&b, FUSED, BM_NODES(y), x, BM_SHAPE(8, 4));
    assert_int_equal(b.ir.n_units, 3);
    const bmi_unit *product = &b.ir.units[b.ir.items[b.ir.item_of[h.index]].unit];
    assert_true(product->contraction >= 0 && product->elementwise);
    assert_int_equal(product->n_items, 3);
    assert_int_equal(b.ir.units[b.ir.items[b.ir.item_of[y.index]].unit].n_items, 2);
    stop(&b);
}

/* At a batch of one the sum over rows that makes a bias gradient is a view; the update joins the chain that makes what is viewed. */
static void fuse_sees_through_ones_in_front(void **state)
{
    (void)state;
    bench b;
    start(&b);
    bm_node x = bm_placeholder(b.g, BM_F32, BM_SHAPE(BM_ANY, 6), "x"),
            v = bm_variable(b.g, BM_F32, BM_SHAPE(6), (bm_init){ 0 }, "v");
    bm_node y = bm_tanh(x), up = bm_assign_sub(v, bm_sum_over(y, BM_AXES(0)));
    run_passes(&b, FUSED, BM_NODES(y, up), x, BM_SHAPE(1, 6));
    assert_int_equal(b.ir.n_units, 1);
    stop(&b);
}

/* An update and what prepares it are no part of the unit that makes the number they wait for. */
static void fuse_keeps_updates_behind_the_guard(void **state)
{
    (void)state;
    bench b;
    start(&b);
    bm_node v = bm_variable(b.g, BM_F32, BM_SCALAR, (bm_init){ 0 }, "v"), loss = bm_square(bm_shift(v, 1));
    bm_node up = bm_assign(v, bm_sub(v, bm_scale(bm_shift(v, 1), .1)));
    run_passes(&b, PRUNED, BM_NODES(loss, up), NO_FEED, BM_SCALAR);
    b.ir.guard = b.ir.item_of[loss.index];
    for (int i = PRUNED; i < ORDERED; i++)
        if (all[i](&b.ir)) fail_msg("pass %d: %s", i + 1, b.error.text);
    const bmi_unit *first = &b.ir.units[b.ir.items[b.ir.item_of[loss.index]].unit],
                   *last = &b.ir.units[b.ir.items[b.ir.item_of[up.index]].unit];
    assert_int_equal(b.ir.n_units, 2);
    assert_true(first->position < last->position);
    stop(&b);
}

static void order_puts_updates_after_readers(void **state)
{
    (void)state;
    bench b;
    start(&b);
    bm_node w = bm_variable(b.g, BM_F32, BM_SHAPE(6), (bm_init){ 0 }, "w");
    bm_node up = bm_assign_add(w, bm_numbers(b.g, BM_F32, BM_SHAPE(6), 1, 2, 3, 4, 5, 6)), sum = bm_sum(w),
            sum2 = bm_max(bm_reshape_op(w, BM_SHAPE(2, 3)));
    run_passes(&b, ORDERED, BM_NODES(up, sum, sum2), NO_FEED, BM_SCALAR);
    const int at = b.ir.units[b.ir.items[b.ir.item_of[up.index]].unit].position;
    assert_true(b.ir.units[b.ir.items[b.ir.item_of[sum.index]].unit].position < at);
    assert_true(b.ir.units[b.ir.items[b.ir.item_of[sum2.index]].unit].position < at);
    stop(&b);
}

/* Of updates and readers that wait for each other the least is copied: nothing where an order will do, else the smallest variable. */
static void fuse_keeps_the_least_of_old_values(void **state)
{
    (void)state;
    for (int circle = 0; circle < 2; circle++) {
        bench b;
        start(&b);
        bm_node v = bm_variable(b.g, BM_F32, BM_SHAPE(6), (bm_init){ 0 }, "v"),
                n = bm_variable(b.g, BM_F32, BM_SHAPE(1), (bm_init){ 0 }, "n");
        bm_node set_v = bm_assign(v, bm_number(b.g, 2)), set_n = bm_assign(n, bm_number(b.g, 3));
        bm_node old_n = bm_mul(set_v, n), old_v = bm_mul(v, circle ? set_n : n);
        run_passes(&b, BOUND, BM_NODES(old_n, old_v, set_n), NO_FEED, BM_SCALAR);
        int kept = 0;
        for (int i = 0; i < b.ir.n_items; i++) kept += b.ir.items[i].kept;
        assert_int_equal(kept, circle);
        const bmi_item *item = &b.ir.items[b.ir.item_of[n.index]];
        assert_true(item->kept == circle && item->home == b.variables[n.index]);
        assert_true(b.ir.items[b.ir.item_of[set_n.index]].memory == item->home);
        assert_true((item->memory == item->home) == !circle);
        stop(&b);
    }
}

/* A loss that reads an update's node cannot be looked at before that update. */
static void order_refuses_a_guard_behind_an_update(void **state)
{
    (void)state;
    bench b;
    start(&b);
    bm_node v = bm_variable(b.g, BM_F32, BM_SCALAR, (bm_init){ 0 }, "v"), up = bm_assign_add(v, bm_number(b.g, 1));
    bm_node loss = bm_square(bm_add(v, up));
    run_passes(&b, PRUNED, BM_NODES(loss, up), NO_FEED, BM_SCALAR);
    b.ir.guard = b.ir.item_of[loss.index];
    for (int i = PRUNED; i < FUSED; i++) assert_int_equal(all[i](&b.ir), BM_OK);
    assert_int_equal(bmi_pass_order(&b.ir), BM_E_ARGUMENT);
    bmt_contains("guard", b.error.text, "let the loss read the value that is assigned");
    stop(&b);
}

/* A long row of layers needs two buffers' memory, not one for each layer; chains run in place. */
static void place_shares_memory(void **state)
{
    (void)state;
    bench b;
    start(&b);
    bm_node x = bm_placeholder(b.g, BM_F32, BM_SHAPE(64, 64), "x"), y = x;
    for (int i = 0; i < 10; i++) y = bm_softmax(bm_tanh(y));
    run_passes(&b, PLACED, BM_NODES(y), x, BM_SHAPE(64, 64));
    assert_int_equal(b.ir.n_units, 20);
    assert_true(b.plan.block_bytes <= 3 * (64 * 64 * 4 + 128));
    stop(&b);
}

static void every_stage_can_be_printed(void **state)
{
    (void)state;
    for (int stage = PRUNED; stage <= BOUND; stage++) {
        bench b;
        char text[4000] = { 0 };
        FILE *f = tmpfile();
        start(&b);
        bm_node x = bm_placeholder(b.g, BM_F32, BM_SHAPE(8, 4), "x"), y = bm_softmax(bm_exp(bm_scale(x, 2)));
        run_passes(&b, stage, BM_NODES(y), x, BM_SHAPE(8, 4));
        bmi_ir_print(&b.ir, f);
        rewind(f);
        assert_true(fread(text, 1, sizeof text - 1, f) > 0);
        fclose(f);
        bmt_contains("item", text, "softmax");
        bmt_contains("shape", text, "(8, 4)");
        if (stage >= FUSED) bmt_contains("unit", text, "chain");
        stop(&b);
    }
}

/* Products of batches run on the contraction engine, too, also those that can take no chain as their epilogue. */
static void batched_products_are_contractions(void **state)
{
    (void)state;
    bench b;
    start(&b);
    bm_node x = bm_placeholder(b.g, BM_F32, BM_SHAPE(3, 4, 4), "x"), y = bm_tanh(bm_matmul(x, bm_matmul(x, x)));
    run_passes(&b, BOUND, BM_NODES(y), x, BM_SHAPE(3, 4, 4));
    assert_int_equal(b.plan.n_steps, 3);
    assert_string_equal(b.plan.steps[0].what, "contract");
    assert_string_equal(b.plan.steps[1].what, "contract");
    assert_string_equal(b.plan.steps[2].what, "tanh");
    stop(&b);
    start(&b);
    x = bm_placeholder(b.g, BM_F32, BM_SHAPE(3, 4, 2), "x");
    y = bm_tanh(bm_matmul_of(x, true, bm_numbers(b.g, BM_F32, BM_SHAPE(4, 2), 1, 2, 3, 4, 5, 6, 7, 8), false));
    run_passes(&b, BOUND, BM_NODES(y), x, BM_SHAPE(3, 4, 2));
    assert_int_equal(b.plan.n_steps, 2);
    assert_string_equal(b.plan.steps[0].what, "contract");
    assert_string_equal(b.plan.steps[1].what, "tanh");
    stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prune_keeps_what_is_needed),
        cmocka_unit_test(fold_computes_constants),
        cmocka_unit_test(fold_leaves_random_and_large),
        cmocka_unit_test(batched_products_are_contractions),
        cmocka_unit_test(simplify_changes_no_number),
        cmocka_unit_test(share_joins_equals),
        cmocka_unit_test(fuse_makes_chains_and_epilogues),
        cmocka_unit_test(fuse_sees_through_ones_in_front),
        cmocka_unit_test(fuse_keeps_updates_behind_the_guard),
        cmocka_unit_test(fuse_keeps_the_least_of_old_values),
        cmocka_unit_test(order_refuses_a_guard_behind_an_update),
        cmocka_unit_test(order_puts_updates_after_readers),
        cmocka_unit_test(place_shares_memory),
        cmocka_unit_test(every_stage_can_be_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
