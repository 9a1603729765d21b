// SPDX-License-Identifier: Apache-2.0
/* Networks that no machine has the memory for: an error before any of it is taken, with both sizes, the largest layer, and what to do.
 * The model stays as it was.
 */
#include "support/bmt.h"
#include "base/available.h"
#include <baeum.h>
#include <stdint.h>
#include <string.h>

static bm_dataset *rows(int64_t n, int64_t columns)
{
    bm_tensor *x = bm_tensor_new(BM_U8, BM_SHAPE(n, columns)), *t = bm_tensor_new(BM_F32, BM_SHAPE(n, 1));
    bm_dataset *d = bm_dataset_from(x, t);
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    bm_free(x);
    bm_free(t);
    return d;
}

static void too_large(bm_status status, const char *error, const char *layer)
{
    assert_int_equal(status, BM_E_MEMORY);
    if (bmi_memory_available("") == SIZE_MAX) return; /* the allocation itself failed */
    bmt_contains("what is asked", error, " GB, and ");
    bmt_contains("what there is", error, " GB of memory are available");
    bmt_contains("the layer", error, layer);
    bmt_contains("what to do", error, " take less");
}

static void weights(void **state)
{
    (void)state;
    bm_dataset *d = rows(4, 8);
    bm_model *m =
        bm_sequential(bm_input(8), bm_dense(1 << 20, .name = "wide"), bm_dense(1 << 22, .name = "wider"), bm_dense(1));
    assert_string_equal(bm_error(m), ""); /* a plan costs nothing */
    bm_tensor *p = bm_predict(m, bm_dataset_x(d, 0));
    too_large(bm_status_of(p), bm_error(p), "the largest layer is wider");
    bm_free(p);
    bm_compile(m, .loss = BM_MSE);
    assert_string_equal(bm_error(m), "");
    const bm_scores s = bm_evaluate(m, d);
    too_large(s.status, s.error, "the largest layer is wider");
    bm_fit(m, d);
    too_large(bm_status_of(m), bm_error(m), "the largest layer is wider");
    bmt_contains("the optimiser", bm_error(m), "what is kept of them in training");
    bm_clear(m);
    assert_int_equal(bm_history_epochs(m), 0);
    bm_free(m);
    bm_free(d);
}

/* Weights that fit, values of a batch that do not. */
static void values(void **state)
{
    (void)state;
    enum { MANY = 1 << 20 };
    bm_dataset *d = rows(MANY, 1);
    bm_model *m = bm_sequential(bm_input(1), bm_dense(1 << 21, .name = "wide"), bm_dense(1));
    bm_compile(m, .loss = BM_MSE, .optimizer = bm_sgd());
    bm_fit(m, d, .whole = true);
    too_large(bm_status_of(m), bm_error(m), "the largest is \"wide/");
    bmt_contains("the shape", bm_error(m), "(1048576, 2097152)");
    bm_clear(m);
    bm_fit(m, d, .batch = 1, .callbacks = { bm_stop_at(.steps = 1) }); /* few rows at once do fit */
    assert_string_equal(bm_error(m), "");
    bm_free(m);
    bm_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(weights), cmocka_unit_test(values) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
