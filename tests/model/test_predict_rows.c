// SPDX-License-Identifier: Apache-2.0
/* Predictions of many rows: threads take parts of them, which changes neither a bit nor the place of a row; what must not run
 * twice at once does not; the first bad part is the one reported.
 */
#include "base/threads.h"
#include "support/bmt.h"
#include <baeum/extend.h>
#include <baeum/model.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* ---- layers from outside ---- */
static atomic_int inside, most, calls;

static bm_status infer_same(bm_infer *i)
{
    i->type = i->in_type[0];
    i->shape = i->in_shape[0];
    return BM_OK;
}

static void run_alone(const bm_call *c)
{
    const int now = atomic_fetch_add(&inside, 1) + 1;
    if (now > atomic_load(&most)) atomic_store(&most, now);
    atomic_fetch_add(&calls, 1);
    for (int again = 0; again < 200; again++) memcpy(c->out.data, c->in[0].data, (size_t)c->out.size * 4);
    atomic_fetch_sub(&inside, 1);
}

static const bm_op alone = { .size = sizeof(bm_op), .name = "alone", .n_in = 1, .infer = infer_same, .run = run_alone };

static bm_node build_alone(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    (void)b, (void)options, (void)n;
    return bm_custom_at(&alone, NULL, 0, in, 1, NULL, BM_HERE);
}
static bm_node build_noise(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    (void)b, (void)options, (void)n;
    return bm_add(in[0], bm_random_normal(in[0].graph, BM_F32, BM_SHAPE(1), 0, 1));
}
static bm_node build_lookup(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    (void)options, (void)n;
    const bm_node table = bm_build_weight(b, "table", BM_SHAPE(10, 16), BM_GLOROT_UNIFORM, (bm_penalty){ 0 });
    return bm_gather(table, bm_reshape_op(bm_cast(in[0], BM_I32), BM_SHAPE(BM_ANY)));
}
static const bm_layer_kind alone_kind = { .size = sizeof alone_kind, .name = "mine.alone", .build = build_alone },
                           noise_kind = { .size = sizeof noise_kind, .name = "mine.noise", .build = build_noise },
                           lookup_kind = { .size = sizeof lookup_kind, .name = "mine.lookup", .build = build_lookup };
#define OWN(kind) bm_layer_custom_at(&(kind), NULL, 0, BM_HERE)

/* ---- models ---- */
enum { LARGE, TINY, ALONE, NOISE, LOOKUP };
static bm_model *model_of(int which, bm_context *context)
{
    switch (which) {
    case LARGE:
        return bm_sequential_in(context, bm_input(300), bm_dense(256, .activation = BM_RELU), bm_dense(256), bm_dense(7));
    case TINY: return bm_sequential_in(context, bm_input(5), bm_dense(8, .activation = BM_TANH), bm_dense(3));
    case ALONE: return bm_sequential_in(context, bm_input(300), bm_dense(256), OWN(alone_kind), bm_dense(256), bm_dense(7));
    case NOISE: return bm_sequential_in(context, bm_input(300), bm_dense(256), OWN(noise_kind), bm_dense(256), bm_dense(7));
    default: return bm_sequential_in(context, bm_input(1), OWN(lookup_kind), bm_dense(4));
    }
}

static float *numbers(int64_t count)
{
    float *x = malloc((size_t)count * sizeof *x);
    uint32_t state = 7;
    for (int64_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u; /* Numerical Recipes */
        x[i] = (float)(state >> 8) / (1 << 23) - 1;
    }
    return x;
}

/* Predictions of all rows, twice over (the second call finds its workspaces), which must agree unless there is noise. */
static bm_tensor *predictions(int which, int threads, const float *x, int64_t rows, int64_t columns)
{
    bm_context *context = bm_context_new(.threads = threads);
    bm_model *m = model_of(which, context);
    bm_tensor *in = bm_tensor_view(BM_F32, BM_SHAPE(rows, columns), x), *out = bm_predict(m, in), *again = bm_predict(m, in);
    if (bm_failed(out)) fail_msg("%s", bm_error(out));
    if (which != NOISE) assert_memory_equal(bm_data(out), bm_data(again), (size_t)bm_tensor_size(out) * 4);
    bm_free(again), bm_free(in), bm_free(m), bm_free(context);
    return out;
}

static void same_bits_for_any_threads(void **state)
{
    (void)state;
    const struct {
        int which;
        int64_t rows, columns;
    } cases[] = {
        { LARGE, 1, 300 },   { LARGE, 255, 300 }, { LARGE, 256, 300 }, { LARGE, 300, 300 },
        { LARGE, 999, 300 }, { TINY, 640, 5 },    { TINY, 12345, 5 },  { NOISE, 2560, 300 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float *x = numbers(cases[i].rows * cases[i].columns);
        bm_tensor *one = predictions(cases[i].which, 1, x, cases[i].rows, cases[i].columns);
        for (int threads = 2; threads <= 5; threads++) {
            bm_tensor *more = predictions(cases[i].which, threads, x, cases[i].rows, cases[i].columns);
            assert_memory_equal(bm_data(one), bm_data(more), (size_t)bm_tensor_size(one) * 4);
            bm_free(more);
        }
        bm_free(one);
        free(x);
    }
}

/* By itself a row goes through other kernels: the numbers agree, the bits need not. */
static void each_row_in_its_place(void **state)
{
    (void)state;
    enum { ROWS = 901 };
    float *x = numbers(ROWS * 300);
    bm_tensor *all = predictions(LARGE, 3, x, ROWS, 300);
    for (int64_t row = 0; row < ROWS; row += 45) {
        bm_tensor *one = predictions(LARGE, 1, x + row * 300, 1, 300);
        for (int64_t k = 0; k < 7; k++) bmt_near("row", bm_tensor_at(all, row * 7 + k), bm_tensor_at(one, k), 1e-5);
        bm_free(one);
    }
    bm_free(all);
    free(x);
}

static void own_operations_run_one_at_a_time(void **state)
{
    (void)state;
    enum { ROWS = 128 * 20 };
    float *x = numbers(ROWS * 300);
    atomic_store(&most, 0), atomic_store(&calls, 0);
    bm_free(predictions(ALONE, 4, x, ROWS, 300));
    assert_int_equal(atomic_load(&calls), 2 * 20);
    assert_int_equal(atomic_load(&most), 1);
    free(x);
}

static void the_first_bad_part_is_told(void **state)
{
    (void)state;
    enum { ROWS = 128 * 64, FIRST = 128 * 9 + 5 };
    float *x = numbers(ROWS);
    for (int i = 0; i < ROWS; i++) x[i] = (float)(i % 10);
    for (int i = FIRST; i < ROWS; i += 128) x[i] = (float)(1000 + i);
    bm_context *context = bm_context_new(.threads = 4);
    bm_model *m = model_of(LOOKUP, context);
    bm_tensor *in = bm_tensor_view(BM_F32, BM_SHAPE(ROWS, 1), x);
    for (int again = 0; again < 20; again++) {
        bm_tensor *out = bm_predict(m, in);
        assert_int_equal(bm_status_of(out), BM_E_DATA);
        bmt_contains("first", bm_error(out), "2157 at position 5 ");
        bm_free(out);
    }
    bm_free(in), bm_free(m), bm_free(context);
    free(x);
}

/* Small plans are no work to share: on several threads they run as on one. */
static void tiny_networks_stay_on_one_thread(void **state)
{
    (void)state;
    enum { ROWS = 320 };
    float *x = numbers(ROWS * 8), *t = numbers(ROWS);
    bm_context *context = bm_context_new(.threads = 4);
    bm_tensor *in = bm_tensor_view(BM_F32, BM_SHAPE(ROWS, 8), x), *out = bm_tensor_view(BM_F32, BM_SHAPE(ROWS, 1), t);
    bm_dataset *d = bm_dataset_from(in, out);
    bm_model *m = bm_sequential_in(context, bm_input(8), bm_dense(16, .activation = BM_TANH),
                                   bm_dense(16, .activation = BM_TANH), bm_dense(1));
    bm_compile(m, .loss = BM_MSE, .optimizer = bm_sgd(.rate = .01));
    const int before = bmi_threads_seen();
    bm_fit(m, d, .epochs = 2, .batch = 32);
    bm_fit(m, d, .epochs = 2, .batch = 1);
    bm_free(bm_predict(m, in));
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    assert_int_equal(bmi_threads_seen(), before);
    bm_free(m), bm_free(d), bm_free(in), bm_free(out), bm_free(context);
    free(x), free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiny_networks_stay_on_one_thread), /* first: threads that were seen stay counted */
        cmocka_unit_test(same_bits_for_any_threads),        cmocka_unit_test(each_row_in_its_place),
        cmocka_unit_test(own_operations_run_one_at_a_time), cmocka_unit_test(the_first_bad_part_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
