// SPDX-License-Identifier: Apache-2.0
/* Datasets: made from tensors, splits, batches, gathering, sets by name, generators, summaries. */
#include "support/bmt.h"
#include "base/random.h"
#include "data/dataset.h"
#include "data/order.h"
#include "data/sets.h"
#include <baeum/data.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void from_tensors(void **state)
{
    (void)state;
    const float x[] = { 1, 2, 3, 4, 5, 6 };
    const int32_t y[] = { 0, 1, 1 };
    bm_tensor *tx = bm_tensor_view(BM_F32, BM_SHAPE(3, 2), x), *ty = bm_tensor_view(BM_I32, BM_SHAPE(3), y),
              *short_ = bm_tensor_view(BM_I32, BM_SHAPE(2), y);
    bm_dataset *d = bm_dataset_from(tx, ty);
    assert_false(bm_failed(d));
    assert_ptr_equal(bm_dataset_x(d, 0), tx); /* no copy */
    bm_free(tx);
    bm_free(ty);
    assert_int_equal(bm_dataset_rows(d), 3);
    assert_string_equal(bm_dataset_x_name(d, 0), "x");
    bm_dataset *taken = bm_dataset_take(d, BM_ROWS(2, 0));
    assert_int_equal((int)bm_data_f32(bm_dataset_x(taken, 0))[0], 5);
    assert_int_equal(bm_data_i32(bm_dataset_t(taken, 0))[1], 0);
    bm_free(taken);
    bm_dataset *wrong = bm_dataset_from(bm_dataset_x(d, 0), short_);
    assert_int_equal(bm_status_of(wrong), BM_E_SHAPE);
    bmt_contains("rows", bm_error(wrong), "the target is (2), the input has 3 rows");
    bm_free(wrong);
    wrong = bm_dataset_take(d, BM_ROWS(3));
    assert_int_equal(bm_status_of(wrong), BM_E_ARGUMENT);
    bm_free(wrong);
    wrong = bm_dataset_new(.t = { short_ });
    assert_int_equal(bm_status_of(wrong), BM_E_ARGUMENT);
    bm_free(wrong);
    wrong = bm_dataset_new(.x = { short_, NULL, short_ });
    assert_int_equal(bm_status_of(wrong), BM_E_ARGUMENT);
    bmt_contains("a gap", bm_error(wrong), "dataset: input 2 is null, and one behind it is not");
    bm_free(wrong);
    wrong = bm_dataset_new(.x = { short_ }, .weights = short_);
    assert_int_equal(bm_status_of(wrong), BM_E_TYPE);
    bm_free(wrong);
    bm_free(short_);
    bm_free(d);
}

/* ---- splits ---- */

static void split_is_a_partition(void **state)
{
    (void)state;
    enum { N = 1003 };
    int32_t classes[N];
    for (int i = 0; i < N; i++) classes[i] = i % 100 == 0 ? 2 : i % 3 == 0; /* 11 rows of class 2 */
    for (int mode = 0; mode < 3; mode++)
        for (int64_t seed = 0; seed < 3; seed++) {
            const bm_split_options o = {
                .validation = .15, .test = .15, .seed = seed, .not_stratified = mode == 1, .in_order = mode == 2
            };
            int64_t order[N], again[N], counts[3];
            int seen[N] = { 0 };
            bmi_error e = { 0 };
            const bmi_split_by by = { .classes = classes, .n_classes = 3 };
            assert_int_equal(bmi_split_rows(&e, BM_HERE, NULL, N, &by, &o, order, counts), BM_OK);
            assert_int_equal(bmi_split_rows(&e, BM_HERE, NULL, N, &by, &o, again, counts), BM_OK);
            assert_memory_equal(order, again, sizeof order);
            assert_true(counts[0] == 703 && counts[1] == 150 && counts[2] == 150);
            for (int i = 0; i < N; i++) seen[order[i]]++;
            for (int i = 0; i < N; i++) assert_int_equal(seen[i], 1);
            int rare = 0;
            for (int i = 703; i < 853; i++) rare += classes[order[i]] == 2;
            if (mode == 0) assert_true(rare == 1 || rare == 2); /* 11 * 150 / 1003 = 1.6 */
            if (mode == 2) assert_int_equal(order[703], 703);
        }
}

static void split_of_classes(void **state) /* every class keeps its share to within one row */
{
    (void)state;
    bm_dataset *d = bm_dataset_load("iris");
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    bm_parts p = bm_dataset_split(d, .validation = .2, .test = .2, .seed = 5);
    assert_int_equal(bm_dataset_rows(p.train), 90);
    const bm_dataset *parts[] = { p.train, p.validation, p.test };
    for (int k = 0; k < 3; k++) {
        int64_t counts[3] = { 0 };
        for (int64_t i = 0; i < bm_dataset_rows(parts[k]); i++) counts[bm_data_i32(bm_dataset_t(parts[k], 0))[i]]++;
        for (int c = 0; c < 3; c++) assert_int_equal(counts[c], k ? 10 : 30);
        assert_string_equal(bm_dataset_class_name(parts[k], 2), "virginica");
    }
    bm_free(p.train);
    bm_free(p.validation);
    bm_free(p.test);
    const double wrong[][2] = { { -.1, 0 }, { 0, 1 }, { .5, .5 }, { NAN, 0 } };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        p = bm_dataset_split(d, .validation = wrong[i][0], .test = wrong[i][1]);
        assert_int_equal(bm_status_of(p.train), BM_E_ARGUMENT);
        assert_null(p.test);
        bm_free(p.train);
    }
    bm_free(d);
}

/* ---- batches ---- */

static void batches(void **state)
{
    (void)state;
    bmi_batches b = { .rows = 1000, .batch = 128, .seed = 3 };
    int64_t order[1000], other[1000];
    int seen[1000] = { 0 };
    assert_int_equal(bmi_batches_count(&b), 8); /* ceil(1000 / 128) */
    bmi_batches_order(&b, 0, order);
    for (int i = 0; i < 1000; i++) seen[order[i]]++;
    for (int i = 0; i < 1000; i++) assert_int_equal(seen[i], 1);
    bmi_batches_order(&b, 0, other);
    assert_memory_equal(order, other, sizeof order);
    bmi_random_permutation(b.seed, bmi_random_stream(BMI_STREAM_SHUFFLE, 0), other, b.rows);
    assert_memory_equal(order, other, sizeof order);
    bmi_batches_order(&b, 1, other);
    assert_memory_not_equal(order, other, sizeof order);
    b.drop_short = true;
    assert_int_equal(bmi_batches_count(&b), 7);
    b.replace = true;
    bmi_batches_order(&b, 0, order);
    int twice = 0;
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < 1000; i++) twice += seen[order[i]]++ == 1;
    assert_true(twice > 100); /* a quarter of the rows are expected to come more than once */
    b.replace = false;
    b.in_order = true;
    bmi_batches_order(&b, 0, order);
    for (int i = 0; i < 1000; i++) assert_int_equal(order[i], i);
}

static void gathering(void **state)
{
    (void)state;
    const uint8_t bytes[] = { 0, 255, 51, 102, 1, 2 };
    const int64_t order[] = { 2, 0, 2 };
    bm_tensor *t = bm_tensor_view(BM_U8, BM_SHAPE(3, 2), bytes);
    float x[6];
    double y[6];
    uint8_t z[6];
    const double want[] = { 1 / 255., 2 / 255., 0, 1, 1 / 255., 2 / 255. };
    for (int parts = 1; parts <= 4; parts++) {
        memset(x, 0, sizeof x);
        for (int part = 0; part < parts; part++) {
            bmi_gather_rows(x, BM_F32, t, 1. / 255, order, 0, 3, part, parts);
            bmi_gather_rows(y, BM_F64, t, 1. / 255, order, 0, 3, part, parts);
            bmi_gather_rows(z, BM_U8, t, 1, order, 0, 3, part, parts);
        }
        for (int i = 0; i < 6; i++) {
            bmt_near("f32", (double)x[i], want[i], 1e-7);
            bmt_near("f64", y[i], want[i], 1e-16);
            assert_int_equal(z[i], bytes[2 * order[i / 2] + i % 2]);
        }
    }
    bmi_gather_rows(z, BM_U8, t, 1, NULL, 1, 2, 0, 1);
    assert_memory_equal(z, bytes + 2, 4);
    bm_free(t);
}

/* ---- by name ---- */

static void bundled(void **state)
{
    (void)state;
    const struct {
        const char *name;
        int64_t rows, columns, classes, features;
        bm_task task;
    } sets[] = {
        { "iris", 150, 5, 3, 4, BM_CLASSIFICATION },
        { "infert", 248, 8, 2, 8, BM_CLASSIFICATION }, /* education into 4; stratum and pooled.stratum are no predictors */
        { "creditcard", 1319, 12, 2, 15, BM_CLASSIFICATION }, /* owner and selfemp into 3 each */
        { "digits", 1797, 65, 10, 64, BM_CLASSIFICATION },    /* three pixels are always 0, and stay */
    };
    for (size_t i = 0; i < BMI_COUNT(sets); i++) {
        bm_table *t = bm_table_load(sets[i].name);
        bm_dataset *d = bm_dataset_load(sets[i].name);
        if (bm_failed(t) || bm_failed(d)) fail_msg("%s%s", bm_error(t), bm_error(d));
        assert_int_equal(bm_table_rows(t), sets[i].rows);
        assert_int_equal(bm_table_columns(t), sets[i].columns);
        assert_int_equal(bm_dataset_classes(d), sets[i].classes);
        assert_int_equal(bm_tensor_shape(bm_dataset_x(d, 0)).dim[1], sets[i].features);
        bm_free(d);
        bm_free(t);
    }
    bm_dataset *d = bm_dataset_load("creditcard", .target = "share");
    assert_int_equal(bm_tensor_type(bm_dataset_t(d, 0)), BM_F32);
    bm_free(d);
    bm_table *t = bm_table_load("irsi");
    assert_int_equal(bm_status_of(t), BM_E_DATA);
    bmt_contains("irsi", bm_error(t), "did you mean \"iris\"");
    bm_free(t);
    d = bm_dataset_load("iris", .part = "test");
    assert_int_equal(bm_status_of(d), BM_E_ARGUMENT);
    bm_free(d);
    d = bm_dataset_load("mnist", .data = "no/such/folder");
    assert_int_equal(bm_status_of(d), BM_E_DATA);
    bmt_contains("mnist", bm_error(d), "no/such/folder");
    bm_free(d);
}

static void with_settings(void **state)
{
    (void)state;
    bm_table *t = bm_table_load("moons:rows=50,noise=0"), *same = bm_table_load("moons:50,noise=0,seed=3"),
             *noisy = bm_table_load("moons:50");
    if (bm_failed(t) || bm_failed(same) || bm_failed(noisy)) fail_msg("%s%s%s", bm_error(t), bm_error(same), bm_error(noisy));
    assert_int_equal(bm_table_rows(t), 50);
    for (int64_t i = 0; i < 50; i++) { /* on a circle of radius 1 around its own centre */
        const bool inner = bm_table_number(t, i, 2) == 1;
        const double x = bm_table_number(t, i, 0) - inner, y = bm_table_number(t, i, 1) - (inner ? .5 : 0);
        bmt_near("radius", x * x + y * y, 1, 1e-12);
        assert_true(bm_table_number(t, i, 0) == bm_table_number(same, i, 0));
        assert_true(bm_table_number(t, i, 0) != bm_table_number(noisy, i, 0));
    }
    bm_free(t);
    bm_free(same);
    bm_free(noisy);
    t = bm_table_load("moons:rows=0");
    bmt_contains("no rows", bm_error(t), "rows");
    bm_free(t);
    t = bm_table_load("moons:nose=1");
    bmt_contains("a wrong setting", bm_error(t), "noise");
    bm_free(t);
}

static void all_sets(void **state)
{
    (void)state;
    bm_set_about about;
    int64_t n = 0;
    for (; bm_set_at(n, &about); n++) {
        assert_true(strlen(about.doc) > 5);
        if (!strcmp(about.kind, "images")) continue;
        bm_table *t = bm_table_load(about.name);
        if (bm_failed(t)) fail_msg("%s", bm_error(t));
        assert_true(about.found && bm_table_find(t, about.target) >= 0);
        bm_free(t);
    }
    assert_true(n >= 12);
    assert_false(bm_set_at(-1, &about));
}

static void mnist(void **state)
{
    (void)state;
    if (!bmt_data("mnist/t10k-labels-idx1-ubyte.gz")) {
        bmt_skip("mnist");
        return;
    }
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", bmt_data("mnist/t10k-labels-idx1-ubyte.gz"));
    *strstr(folder, "/mnist/") = 0;
    bm_dataset *d = bm_dataset_load("mnist", .part = "test", .data = folder);
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    const bm_shape s = bm_tensor_shape(bm_dataset_x(d, 0));
    assert_true(s.rank == 4 && s.dim[0] == 10000 && s.dim[1] == 28 && s.dim[2] == 28 && s.dim[3] == 1);
    assert_int_equal(bm_tensor_type(bm_dataset_x(d, 0)), BM_U8); /* bytes stay bytes */
    bmt_near("scale", d->x[0].scale, 1 / 255., 0);
    assert_int_equal(bm_data_i32(bm_dataset_t(d, 0))[0], 7);
    assert_int_equal(bm_dataset_classes(d), 10);
    bm_free(d);
}

static void generators(void **state)
{
    (void)state;
    size_t n = 0;
    const bmi_kind *k;
    for (; (k = bmi_kind_at("generator", n)); n++) {
        const bmi_generator *g = k->record;
        bm_dataset *a = bm_dataset_load(k->name, .rows = 300, .seed = 4), *b = bm_dataset_load(k->name, .rows = 300, .seed = 4),
                   *c = bm_dataset_load(k->name, .rows = 300, .seed = 5);
        assert_int_equal(bm_dataset_rows(a), 300);
        const float *x = bm_data_f32(bm_dataset_x(a, 0));
        assert_memory_equal(x, bm_data_f32(bm_dataset_x(b, 0)), 600 * sizeof *x);
        assert_memory_not_equal(x, bm_data_f32(bm_dataset_x(c, 0)), 600 * sizeof *x);
        for (int i = 0; i < 600; i++) assert_true(isfinite(x[i]) && fabsf(x[i]) < 20);
        if (g->classes) {
            int64_t counts[3] = { 0 };
            for (int i = 0; i < 300; i++) counts[bm_data_i32(bm_dataset_t(a, 0))[i]]++;
            for (int64_t class = 0; class < g->classes; class ++) assert_int_equal(counts[class], 300 / g->classes);
        }
        bm_free(a);
        bm_free(b);
        bm_free(c);
        bm_table *t = bm_table_load(k->name);
        assert_int_equal(bm_table_rows(t), 200);
        assert_int_equal(bm_table_columns(t), 3);
        bm_free(t);
    }
    assert_int_equal(n, 6);
    bm_dataset *d = bm_dataset_load("xor", .rows = 4, .noise = BM_ZERO);
    const float want[] = { 0, 0, 0, 1, 1, 0, 1, 1 };
    assert_memory_equal(bm_data_f32(bm_dataset_x(d, 0)), want, sizeof want);
    const int32_t labels[] = { 0, 1, 1, 0 };
    assert_memory_equal(bm_data_i32(bm_dataset_t(d, 0)), labels, sizeof labels);
    bm_free(d);
    d = bm_dataset_load("linear", .noise = BM_ZERO);
    for (int i = 0; i < 200; i++) {
        const float *x = bm_data_f32(bm_dataset_x(d, 0)) + 2 * i;
        bmt_near("linear", (double)bm_data_f32(bm_dataset_t(d, 0))[i], 3 * (double)x[0] - 2 * (double)x[1] + 1, 1e-6);
    }
    bm_free(d);
    d = bm_dataset_load("moons", .noise = -1);
    assert_int_equal(bm_status_of(d), BM_E_ARGUMENT);
    bm_free(d);
}

static void arrays(void **state)
{
    (void)state;
    char path[4096];
    const char *source = getenv("BAEUM_SOURCE");
    snprintf(path, sizeof path, "%s/tests/format/npy/stored.npz", source ? source : ".");
    bm_dataset *d = bm_dataset_load(path);
    if (bm_status_of(d) == BM_E_UNSUPPORTED) {
        bm_free(d);
        bmt_skip("libzip");
        return;
    }
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    assert_int_equal(bm_dataset_rows(d), 2);
    assert_int_equal(bm_tensor_type(bm_dataset_t(d, 0)), BM_I32);
    bm_free(d);
}

/* ---- summaries ---- */

static void summaries(void **state)
{
    (void)state;
    /* numpy and scipy.stats.skew on 1 2 2 3 10: mean 3.6, std(ddof=1) 3.646917, quartiles 2 2 3, skew 1.360893 */
    const double values[] = { 2, 1, 10, NAN, 2, 3 };
    const bm_name names[] = { "b", "a", NULL, "b", "c", "a" };
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "x", values, 6);
    bm_table_add_text(t, "s", names, 6);
    bm_summary s = bm_table_summary(t, 0);
    assert_true(s.count == 5 && s.missing == 1 && s.distinct == 4);
    bmt_near("mean", s.mean, 3.6, 1e-15);
    bmt_near("std", s.std, 3.646916505762094, 1e-14);
    bmt_near("skew", s.skew, 1.3608927294433224, 1e-13);
    assert_true(s.min == 1 && s.q1 == 2 && s.median == 2 && s.q3 == 3 && s.max == 10);
    assert_string_equal(s.top[0], "2");
    assert_true(s.top_count[0] == 2 && s.top_count[1] == 1);
    s = bm_table_summary(t, 1);
    assert_true(s.count == 5 && s.distinct == 3 && isnan(s.mean));
    assert_string_equal(s.top[0], "a");
    assert_string_equal(s.top[1], "b");
    s = bm_table_summary(t, 2);
    assert_true(s.count == 0 && isnan(s.skew));
    bm_free(t);
    bm_table *credit = bm_table_load("creditcard");
    bmt_near("skew of CreditCard share, as published", bm_table_summary(credit, bm_table_find(credit, "share")).skew, 3.1640,
             5e-5); /* half of the last printed digit */
    bm_free(credit);
    double many[101];
    for (int q = 0; q <= 4; q++) {
        for (int i = 0; i < 101; i++) many[i] = (double)((i * 37) % 101);
        bmt_near("quantile", bmi_quantile(many, 101, q / 4.), 25. * q, 0);
    }
}

static void real_skews(void **state) /* the published figures of two tables */
{
    (void)state;
    const struct {
        const char *file, *column;
        double skew;
    } cases[] = {
        { "housing/housing.csv", "population", 4.9355 },     { "housing/housing.csv", "total_rooms", 4.1470 },
        { "housing/housing.csv", "total_bedrooms", 3.4593 }, { "housing/housing.csv", "households", 3.4102 },
        { "housing/housing.csv", "median_income", 1.6465 },  { "bike-sharing/train.csv", "count", 1.2419 },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        if (!bmt_data(cases[i].file)) {
            bmt_skip(cases[i].file);
            return;
        }
        bm_table *t = bm_table_read_csv(bmt_data(cases[i].file));
        bmt_near(cases[i].column, bm_table_summary(t, bm_table_find(t, cases[i].column)).skew, cases[i].skew,
                 5e-5); /* half of the last printed digit */
        bm_free(t);
    }
}

static bm_status by_name(bm_context *context, void *arg)
{
    (void)arg;
    bm_dataset *d = bm_dataset_load("moons", .rows = 20, .context = context);
    bm_status st = bm_status_of(d);
    if (!st) {
        bm_parts p = bm_dataset_split(d, .validation = .2, .test = .2);
        st = bm_status_of(p.train);
        if (!st) st = bm_status_of(p.validation);
        if (!st) st = bm_status_of(p.test);
        bm_free(p.train);
        bm_free(p.validation);
        bm_free(p.test);
    }
    bm_free(d);
    return st;
}

static void failing_allocations(void **state)
{
    (void)state;
    assert_true(bmt_each_failure("datasets", by_name, NULL) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_tensors),
        cmocka_unit_test(split_is_a_partition),
        cmocka_unit_test(split_of_classes),
        cmocka_unit_test(batches),
        cmocka_unit_test(gathering),
        cmocka_unit_test(bundled),
        cmocka_unit_test(with_settings),
        cmocka_unit_test(all_sets),
        cmocka_unit_test(mnist),
        cmocka_unit_test(generators),
        cmocka_unit_test(arrays),
        cmocka_unit_test(summaries),
        cmocka_unit_test(real_skews),
        cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
