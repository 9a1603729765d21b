// SPDX-License-Identifier: Apache-2.0
#include "base/index.h"
#include "support/bmt.h"
#include <string.h>

enum { MANY = 20000 };

typedef struct record {
    const char *name;
    int more;
} record;

static void finds_the_first(void **state)
{
    (void)state;
    static char names[MANY][8];
    static record records[MANY];
    bmi_index x = { 0 };
    assert_true(bmi_index_find(&x, records, sizeof *records, "a") == SIZE_MAX);
    for (size_t i = 0; i < MANY; i++) { /* each name twice */
        snprintf(names[i], sizeof names[i], "n%zu", i % (MANY / 2));
        records[i].name = names[i];
        assert_true(bmi_index_add(&x, names[i], i));
    }
    for (size_t i = 0; i < MANY; i++) assert_true(bmi_index_find(&x, records, sizeof *records, names[i]) == i % (MANY / 2));
    assert_true(bmi_index_find(&x, records, sizeof *records, "n") == SIZE_MAX);
    records[7].name = NULL; /* a record that went away: the other one of its name is found */
    assert_true(bmi_index_find(&x, records, sizeof *records, "n7") == MANY / 2 + 7);
    records[MANY / 2 + 7].name = NULL;
    assert_true(bmi_index_find(&x, records, sizeof *records, "n7") == SIZE_MAX);
    bmi_index_undo(&x, names[MANY - 1], MANY - 1);
    records[MANY / 2 - 1].name = NULL;
    assert_true(bmi_index_find(&x, records, sizeof *records, names[MANY - 1]) == SIZE_MAX);
    bmi_index_end(&x);
}

/* What is taken back leaves all others where they are found, whatever they were moved by. */
static void takes_back(void **state)
{
    (void)state;
    static char names[MANY][8];
    static record records[MANY];
    bmi_index x = { 0 };
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "n%zu", i);
        records[i].name = names[i];
        assert_true(bmi_index_add(&x, names[i], i));
    }
    for (size_t i = MANY; i-- > MANY / 2;) bmi_index_undo(&x, names[i], i); /* the last first, as a graph does */
    for (size_t i = 0; i < MANY / 2; i += 3) bmi_index_undo(&x, names[i], i);
    for (size_t i = 0; i < MANY; i++) {
        const bool gone = i >= MANY / 2 || i % 3 == 0;
        assert_true(bmi_index_find(&x, records, sizeof *records, names[i]) == (gone ? SIZE_MAX : i));
    }
    for (size_t i = MANY / 2; i < MANY; i++) assert_true(bmi_index_add(&x, names[i], i));
    for (size_t i = MANY / 2; i < MANY; i++) assert_true(bmi_index_find(&x, records, sizeof *records, names[i]) == i);
    bmi_index_end(&x);
}

static bm_status grow(bm_context *context, void *arg)
{
    (void)arg;
    record records[200];
    char names[200][8];
    bmi_index x = { .context = context };
    size_t n = 0;
    for (; n < 200; n++) {
        snprintf(names[n], sizeof names[n], "%zu", n);
        records[n].name = names[n];
        if (!bmi_index_add(&x, names[n], n)) break;
    }
    for (size_t i = 0; i < n; i++) assert_true(bmi_index_find(&x, records, sizeof *records, names[i]) == i);
    bmi_index_end(&x);
    return n == 200 ? BM_OK : BM_E_MEMORY;
}

static void without_memory(void **state)
{
    (void)state;
    assert_true(bmt_each_failure("an index", grow, NULL) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_first),
        cmocka_unit_test(takes_back),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
