// SPDX-License-Identifier: Apache-2.0
/* Sizes, allocation, growing, arenas, each allocation failing in turn. */
#include "base/memory.h"
#include "support/bmt.h"
#include "support/bmt_malloc.h"
#include <string.h>

static void sizes(void **state)
{
    (void)state;
    size_t s;
    int64_t i;
    assert_true(bmi_mul_size(3, 5, &s) && s == 15);
    assert_true(bmi_mul_size(SIZE_MAX, 1, &s) && bmi_mul_size(0, SIZE_MAX, &s) && s == 0);
    assert_false(bmi_mul_size(SIZE_MAX, 2, &s));
    assert_false(bmi_mul_size((size_t)1 << 32, (size_t)1 << 32, &s));
    assert_true(bmi_add_size(SIZE_MAX - 1, 1, &s) && s == SIZE_MAX);
    assert_false(bmi_add_size(SIZE_MAX, 1, &s));
    assert_true(bmi_mul_i64(-3, 5, &i) && i == -15);
    assert_false(bmi_mul_i64(INT64_MAX, 2, &i));
    assert_false(bmi_mul_i64(INT64_MIN, -1, &i));
}

static void allocation(void **state)
{
    (void)state;
    for (int with = 0; with < 2; with++) {
        bmt_faults f = { 0 };
        bm_context *c = with ? bmt_context(&f, 1) : NULL;
        for (size_t n = 0; n < 300; n += 7) {
            unsigned char *m = bmi_alloc(c, n, 3);
            assert_non_null(m); /* for 0 bytes too */
            assert_int_equal((uintptr_t)m % BMI_ALIGN, 0);
            for (size_t i = 0; i < 3 * n; i++) assert_int_equal(m[i], 0);
            memset(m, 1, 3 * n);
            bmi_release(c, m, n, 3);
        }
        for (size_t bytes = BMI_PAGED; bytes < (size_t)6 << 20; bytes = 2 * bytes + 3) { /* small, large and in large pages */
            unsigned char *m = bmi_alloc_raw(c, bytes, 1);
            assert_non_null(m);
            assert_int_equal((uintptr_t)m % BMI_PAGE, 0);
            m[0] = m[bytes - 1] = 1;
            bmi_release(c, m, bytes, 1);
        }
        assert_null(bmi_alloc(c, SIZE_MAX, 2));
        assert_null(bmi_alloc_raw(c, SIZE_MAX / 2, 1));
        assert_null(bmi_alloc_raw(c, SIZE_MAX - 10, 1));
        bmi_release(c, NULL, 5, 5);
        char *copy = bmi_text_copy(c, "text");
        assert_string_equal(copy, "text");
        bmi_text_release(c, copy);
        assert_null(bmi_text_copy(c, NULL));
        bm_free(c);
        assert_true(f.live == 0 && f.live_bytes == 0);
    }
}

static bm_status grow_run(bm_context *c, void *arg)
{
    (void)arg;
    int *at = NULL;
    void *any = NULL;
    size_t capacity = 0;
    bm_status status = BM_OK;
    for (size_t n = 1; n < 100 && !status; n++) {
        const size_t before = capacity;
        if (!bmi_grow(c, &any, &capacity, n, sizeof *at)) {
            assert_int_equal(capacity, before);
            status = BM_E_MEMORY;
            break;
        }
        at = any;
        assert_true(capacity >= n);
        assert_int_equal(at[n - 1], 0);
        at[n - 1] = (int)n;
    }
    at = any;
    for (size_t i = 0; !status && i < 99; i++) assert_int_equal(at[i], i + 1);
    assert_false(bmi_grow(c, &any, &capacity, SIZE_MAX, sizeof *at));
    bmi_release(c, any, capacity, sizeof *at);
    return status;
}

static bm_status arena_run(bm_context *c, void *arg)
{
    (void)arg;
    bmi_arena a = { .context = c };
    bm_status status = BM_OK;
    unsigned char *kept[200];
    for (size_t i = 0; i < 200 && !status; i++) {
        const size_t n = i % 17 == 0 ? i * 100 : i;
        kept[i] = bmi_arena_alloc(&a, n, 1);
        if (!kept[i]) status = BM_E_MEMORY;
        else {
            assert_int_equal((uintptr_t)kept[i] % (n >= 64 ? 64 : 16), 0);
            for (size_t k = 0; k < n; k++) assert_int_equal(kept[i][k], 0);
            memset(kept[i], (int)i, n);
        }
    }
    for (size_t i = 0; i < 200 && !status; i++)
        for (size_t k = 0; k < (i % 17 == 0 ? i * 100 : i); k++)
            assert_int_equal(kept[i][k], (unsigned char)i); /* none overlap */
    const char *text = status ? NULL : bmi_arena_text(&a, "a text");
    if (text) assert_string_equal(text, "a text");
    else status = BM_E_MEMORY;
    assert_null(bmi_arena_text(&a, NULL));
    assert_null(bmi_arena_alloc(&a, SIZE_MAX, 8));
    assert_null(bmi_arena_alloc(&a, SIZE_MAX - 100, 1));
    bmi_arena_end(&a);
    assert_null(a.blocks);
    bmi_arena_end(&a);
    return status;
}

static void each_allocation_fails(void **state)
{
    (void)state;
    assert_true(bmt_each_failure("growing", grow_run, NULL) >= 5);
    assert_true(bmt_each_failure("arena", arena_run, NULL) >= 3);
}

static bm_status malloc_run(void *arg)
{
    (void)arg;
    return arena_run(NULL, NULL);
}

static void malloc_fails(void **state)
{
    (void)state;
    const long n = bmt_each_malloc_failure("arena", malloc_run, NULL, false);
    assert_true(n >= 3);
    bmt_malloc_start(0, false);
    void *m = bmi_alloc(NULL, 10, 10);
    assert_int_equal(bmt_malloc_stop(), 1);
    bmi_release(NULL, m, 10, 10);
    bmt_malloc_start(1, false);
    m = bmi_alloc(NULL, 10, 10);
    void *second = bmi_alloc(NULL, 10, 10);
    assert_int_equal(bmt_malloc_stop(), 2);
    assert_true(bmt_malloc_failed());
    assert_null(m);
    assert_non_null(second);
    bmi_release(NULL, second, 10, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(sizes), cmocka_unit_test(allocation),
                                        cmocka_unit_test(each_allocation_fails), cmocka_unit_test(malloc_fails) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
