// SPDX-License-Identifier: Apache-2.0
/* Folds: those of scikit-learn where nothing is shuffled (tests/golden/learn.py), and of every kind that no row is in two parts, that every
 * row has its turn, that classes and groups stay as they should, that the seed tells, and what is refused.
 */
#include <baeum.h>
#include "support/bmt.h"
#include "support/bmt_numbers.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 23, GROUPED = 22 };
static const char golden[] = "tests/golden/learn.txt";

/* The rows of the golden script: class, group, a column of numbers. */
static bm_table *table(void)
{
    char text[2000] = "x,class,group,when\n";
    for (int i = 0; i < ROWS; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d,%c,%d,%d\n", i, "abc"[i % 5 ? i * 7 % 3 : 2], i / 3,
                 100 - i / 4);
    return bm_table_read_csv(bmt_temp_file("folds.csv", text, strlen(text)));
}

static bm_table *table_of_groups(void)
{
    static const int sizes[] = { 1, 7, 2, 5, 3, 4 };
    char text[2000] = "x,group\n";
    for (int g = 0, row = 0; g < 6; g++)
        for (int i = 0; i < sizes[g]; i++, row++) snprintf(text + strlen(text), sizeof text - strlen(text), "%d,%d\n", row, g);
    return bm_table_read_csv(bmt_temp_file("groups.csv", text, strlen(text)));
}

static void sound(const bm_folds *f)
{
    if (bm_failed(f)) fail_msg("%s", bm_error(f));
}

/* Which fold holds a row out, -1: none. */
static void fold_of(const bm_folds *f, int64_t rows, int64_t *of)
{
    int64_t held[ROWS];
    sound(f);
    for (int64_t i = 0; i < rows; i++) of[i] = -1;
    for (int64_t fold = 0; fold < bm_folds_count(f); fold++)
        for (int64_t i = bm_folds_held_out(f, fold, held); i-- > 0;) of[held[i]] = fold;
}

static void is_golden(const char *name, bm_folds *f, int64_t rows)
{
    int64_t of[ROWS];
    double want[ROWS];
    assert_int_equal(bmt_numbers(golden, name, 0, want, ROWS), rows);
    fold_of(f, rows, of);
    for (int64_t i = 0; i < rows; i++)
        if (of[i] != (int64_t)want[i]) fail_msg("%s: row %" PRId64 " is in fold %" PRId64 ", not %g", name, i, of[i], want[i]);
    bm_free(f);
}

static void as_scikit_learn(void **state)
{
    (void)state;
    bm_table *t = table(), *g = table_of_groups();
    is_golden("k_fold", bm_folds_of_table(t, .folds = 4, .in_order = true), ROWS);
    is_golden("stratified", bm_folds_of_table(t, .folds = 4, .in_order = true, .target = "class"), ROWS);
    is_golden("stratified_grouped", bm_folds_of_table(t, .folds = 3, .in_order = true, .target = "class", .group = "group"),
              ROWS);
    is_golden("grouped", bm_folds_of_table(g, .folds = 3, .in_order = true, .group = "group"), GROUPED);
    is_golden("time", bm_folds_of_table(t, .kind = BM_TIME_SERIES, .folds = 4), ROWS);
    double gap[4], window[4];
    bmt_numbers(golden, "time_gap_learned", 0, gap, 4);
    bmt_numbers(golden, "time_window_learned", 0, window, 4);
    bm_folds *a = bm_folds_of_table(t, .kind = BM_TIME_SERIES, .folds = 4, .gap = 2);
    bm_folds *b = bm_folds_of_table(t, .kind = BM_TIME_SERIES, .folds = 4, .window = 6);
    for (int64_t f = 0; f < 4; f++) {
        assert_int_equal(bm_folds_learned(a, f, NULL), gap[f]);
        assert_int_equal(bm_folds_learned(b, f, NULL), window[f]);
    }
    bm_free(a);
    bm_free(b);
    bm_free(t);
    bm_free(g);
}

/* No row in both parts; ascending; in all `times` folds hold each row out so often (-1: not looked at). */
static void disjoint(const char *what, const bm_folds *f, int times)
{
    int64_t held[ROWS], learned[ROWS], count[ROWS] = { 0 };
    sound(f);
    for (int64_t fold = 0; fold < bm_folds_count(f); fold++) {
        const int64_t n = bm_folds_held_out(f, fold, held), m = bm_folds_learned(f, fold, learned);
        bool in[ROWS] = { 0 };
        assert_true(n > 0 && m > 0 && n + m <= ROWS);
        for (int64_t i = 0; i < n; i++) {
            assert_true(!i || held[i] > held[i - 1]);
            in[held[i]] = true;
            count[held[i]]++;
        }
        for (int64_t i = 0; i < m; i++)
            if (in[learned[i]]) fail_msg("%s: row %" PRId64 " is in both parts", what, learned[i]);
    }
    for (int i = 0; times >= 0 && i < ROWS; i++)
        if (count[i] != times) fail_msg("%s: row %d is held out %d times", what, i, (int)count[i]);
    assert_int_equal(bm_folds_held_out(f, -1, NULL), -1);
    assert_int_equal(bm_folds_learned(f, bm_folds_count(f), NULL), -1);
}

static void every_kind_is_disjoint(void **state)
{
    (void)state;
    bm_table *t = table();
    const struct {
        const char *what;
        bm_folds_options o;
        int folds, times;
    } cases[] = {
        { "k-fold", { .folds = 5 }, 5, 1 },
        { "stratified", { .folds = 4, .target = "class" }, 4, 1 },
        { "grouped", { .folds = 3, .group = "group" }, 3, 1 },
        { "both", { .folds = 3, .group = "group", .target = "class" }, 3, 1 },
        { "repeated", { .folds = 3, .repeats = 4, .target = "class" }, 12, 4 },
        { "repeated groups", { .folds = 3, .repeats = 2, .group = "group" }, 6, 2 },
        { "leave one out", { .kind = BM_LEAVE_ONE_OUT }, ROWS, 1 },
        { "leave one group out", { .kind = BM_LEAVE_ONE_OUT, .group = "group" }, 8, 1 },
        { "shuffle", { .kind = BM_SHUFFLE_SPLIT, .folds = 7 }, 7, -1 },
        { "shuffle by classes", { .kind = BM_SHUFFLE_SPLIT, .folds = 7, .target = "class", .held_out = .4 }, 7, -1 },
        { "shuffle of groups", { .kind = BM_SHUFFLE_SPLIT, .folds = 7, .group = "group" }, 7, -1 },
        { "time", { .kind = BM_TIME_SERIES, .folds = 3 }, 3, -1 },
        { "time by column", { .kind = BM_TIME_SERIES, .folds = 3, .time = "when" }, 3, -1 },
        { "given", { .fold = "class" }, 3, 1 },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_folds *f = bm_folds_of_table_at(t, &cases[i].o, sizeof cases[i].o, BM_HERE);
        disjoint(cases[i].what, f, cases[i].times);
        assert_int_equal(bm_folds_count(f), cases[i].folds);
        bm_free(f);
    }
    bm_free(t);
}

/* Rows of one time, and of one group, are never on both sides. */
static void times_and_groups_stay_whole(void **state)
{
    (void)state;
    bm_table *t = table();
    bm_folds *time = bm_folds_of_table(t, .kind = BM_TIME_SERIES, .folds = 3, .time = "when");
    bm_folds *group = bm_folds_of_table(t, .folds = 3, .group = "group", .seed = 4);
    int64_t held[ROWS], learned[ROWS];
    for (int64_t f = 0; f < 3; f++) {
        int64_t n = bm_folds_held_out(time, f, held), m = bm_folds_learned(time, f, learned);
        for (int64_t i = 0; i < n; i++)
            for (int64_t k = 0; k < m; k++) /* `when` falls with the rows: what was before stands behind */
                assert_true(100 - held[i] / 4 > 100 - learned[k] / 4);
        n = bm_folds_held_out(group, f, held);
        m = bm_folds_learned(group, f, learned);
        for (int64_t i = 0; i < n; i++)
            for (int64_t k = 0; k < m; k++) assert_true(held[i] / 3 != learned[k] / 3);
    }
    bm_free(time);
    bm_free(group);
    bm_free(t);
}

/* Classes keep their shares when shuffled; the same seed gives the same folds, another one others; repeats differ. */
static void seeds(void **state)
{
    (void)state;
    bm_table *t = table();
    bm_folds *a = bm_folds_of_table(t, .folds = 4, .target = "class", .seed = 7);
    bm_folds *b = bm_folds_of_table(t, .folds = 4, .target = "class", .seed = 7);
    bm_folds *c = bm_folds_of_table(t, .folds = 4, .target = "class", .seed = 8, .repeats = 2);
    int64_t of[3][ROWS], held[ROWS], classes[4][3] = { 0 };
    fold_of(a, ROWS, of[0]);
    fold_of(b, ROWS, of[1]);
    assert_memory_equal(of[0], of[1], sizeof of[0]);
    bool other = false, repeat = false;
    for (int64_t f = 0; f < 4; f++) {
        for (int64_t i = bm_folds_held_out(c, f, held); i-- > 0;) of[2][held[i]] = f;
        for (int64_t i = bm_folds_held_out(a, f, held); i-- > 0;) classes[f][held[i] % 5 ? held[i] * 7 % 3 : 2]++;
    }
    for (int i = 0; i < ROWS; i++) other |= of[0][i] != of[2][i];
    for (int64_t f = 4; f < 8; f++)
        for (int64_t i = bm_folds_held_out(c, f, held); i-- > 0;) repeat |= of[2][held[i]] != f - 4;
    assert_true(other && repeat);
    for (int f = 0; f < 4; f++)
        for (int k = 0; k < 3; k++) assert_true(llabs(classes[f][k] - classes[0][k]) <= 1);
    bm_free(a);
    bm_free(b);
    bm_free(c);
    bm_free(t);
}

static void of_datasets(void **state)
{
    (void)state;
    bm_dataset *iris = bm_dataset_load("iris");
    bm_folds *f = bm_folds_of_dataset(iris, .folds = 10);
    int64_t held[150];
    sound(f);
    for (int64_t k = 0; k < 10; k++) {
        int64_t count[3] = { 0 };
        for (int64_t i = bm_folds_held_out(f, k, held); i-- > 0;) count[held[i] / 50]++;
        for (int c = 0; c < 3; c++) assert_int_equal(count[c], 5);
    }
    bm_free(f);
    int32_t numbers[150];
    for (int i = 0; i < 150; i++) numbers[i] = i % 7;
    bm_tensor *groups = bm_tensor_view(BM_I32, BM_SHAPE(150), numbers);
    f = bm_folds_of_dataset(iris, .kind = BM_LEAVE_ONE_OUT, .groups = groups);
    sound(f);
    assert_int_equal(bm_folds_count(f), 7);
    bm_free(f);
    bm_free(groups);
    bm_free(iris);
}

static void refused(void **state)
{
    (void)state;
    bm_table *t = table();
    const struct {
        bm_folds_options o;
        bm_status status;
        const char *says;
    } cases[] = {
        { { .folds = 1 }, BM_E_ARGUMENT, "2 or more" },
        { { .folds = -3 }, BM_E_ARGUMENT, "2 or more" },
        { { .folds = 24 }, BM_E_ARGUMENT, "24 are asked for, and there are 23 rows" },
        { { .folds = 9, .group = "group" }, BM_E_ARGUMENT, "there are 8 groups; ask for 8 at most" },
        { { .folds = INT64_MAX, .kind = BM_SHUFFLE_SPLIT }, BM_E_ARGUMENT, "are too many" },
        { { .repeats = INT64_MAX / 4 }, BM_E_ARGUMENT, "are too many" },
        { { .repeats = 1000001 }, BM_E_ARGUMENT, "are too many" },
        { { .kind = BM_SHUFFLE_SPLIT, .held_out = .01 }, BM_E_DATA, "hold out a larger share" },
        { { .fold = "group", .folds = 3 }, BM_E_ARGUMENT, "says how many folds there are" },
        { { .folds = 12, .target = "class" }, BM_E_DATA, "no class has more than" },
        { { .group = "grup" }, BM_E_DATA, "did you mean \"group\"" },
        { { .fold = "nothing" }, BM_E_DATA, "no column \"nothing\"" },
        { { .fold = "x", .group = "group" }, BM_E_ARGUMENT, "says all of the folds" },
        { { .time = "when" }, BM_E_ARGUMENT, "of a time series" },
        { { .kind = BM_TIME_SERIES, .group = "group" }, BM_E_ARGUMENT, "give one of them" },
        { { .kind = BM_TIME_SERIES, .folds = 30 }, BM_E_ARGUMENT, "30 are asked for" },
        { { .kind = BM_TIME_SERIES, .folds = 5, .gap = 20 }, BM_E_DATA, "too few" },
        { { .kind = BM_TIME_SERIES, .folds = 12, .time = "when" }, BM_E_DATA, "times are cut where they change" },
        { { .repeats = 3, .in_order = true }, BM_E_ARGUMENT, "shuffled" },
        { { .held_out = .3 }, BM_E_ARGUMENT, "shuffle split" },
        { { .kind = BM_SHUFFLE_SPLIT, .held_out = 1 }, BM_E_ARGUMENT, "share" },
        { { .gap = 1 }, BM_E_ARGUMENT, "time series" },
        { { .kind = (bm_folds_kind)9 }, BM_E_ARGUMENT, "kind is 9" },
        { { .target = "nix" }, BM_E_DATA, "nix" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_folds *f = bm_folds_of_table_at(t, &cases[i].o, sizeof cases[i].o, BM_HERE);
        bmt_contains(cases[i].says, bm_error(f), cases[i].says);
        assert_int_equal(bm_status_of(f), cases[i].status);
        assert_int_equal(bm_folds_count(f), 0);
        bm_free(f);
    }
    bm_folds *none = bm_folds_of_table(NULL, .folds = 2);
    assert_true(bm_failed(none));
    bm_free(none);
    bm_folds *rare = bm_folds_of_table(t, .folds = 7, .target = "class"); /* 5 of the rarest */
    sound(rare);
    bmt_contains("told", bm_folds_note(rare, 0), "fewer than the 7 folds");
    bm_free(rare);
    bm_free(t);
}

static bm_status every_allocation(bm_context *context, void *arg)
{
    bm_folds_options o = *(const bm_folds_options *)arg;
    static const char text[] = "x,c,g\n1,a,1\n2,b,1\n3,a,2\n4,b,2\n5,a,3\n6,b,3\n7,a,4\n8,b,4\n";
    bm_table *t = bm_table_read_csv(bmt_temp_file("few.csv", text, strlen(text)), .context = context);
    o.context = context;
    bm_folds *f = bm_folds_of_table_at(t, &o, sizeof o, BM_HERE);
    const bm_status status = bm_status_of(f);
    bm_free(f);
    bm_free(t);
    return status;
}

static void failing_allocations(void **state)
{
    (void)state;
    bm_folds_options by[] = { { .folds = 2, .target = "c" },
                              { .folds = 2, .target = "c", .group = "g" },
                              { .kind = BM_SHUFFLE_SPLIT, .target = "c" },
                              { .kind = BM_TIME_SERIES, .folds = 3, .time = "x" },
                              { .fold = "g" } };
    for (size_t i = 0; i < BMI_COUNT(by); i++) bmt_each_failure("folds", every_allocation, &by[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_scikit_learn),
        cmocka_unit_test(every_kind_is_disjoint),
        cmocka_unit_test(times_and_groups_stay_whole),
        cmocka_unit_test(seeds),
        cmocka_unit_test(of_datasets),
        cmocka_unit_test(refused),
        cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
