// SPDX-License-Identifier: Apache-2.0
/* A network of kinds that are not the library's: activation, initialiser, penalty, loss, metric, schedule, optimiser, layer and callback, as
 * a program with the public headers alone writes them; saved, and loaded by their records.
 */
#include "support/bmt.h"
#include <baeum.h>
#include <baeum/extend.h>
#include <math.h>
#include <string.h>

static bm_node mish(bm_node x, const double p[2])
{
    return bm_scale(bm_mul(x, bm_tanh(bm_softplus(x))), p[0]);
}
static const bm_activation_kind mish_kind = {
    .size = sizeof(bm_activation_kind), .name = "mish", .number = { { .name = "by", .initial = 1 } }, .apply = mish
};

static void sines(const double p[2], bm_array *out, int64_t fan_in, int64_t fan_out, uint64_t seed, uint64_t stream)
{
    (void)p, (void)seed, (void)stream;
    for (int64_t i = 0; i < out->size; i++) ((float *)out->data)[i] = sinf((float)i) / (float)(fan_in + fan_out);
}
static const bm_init_kind sines_kind = { .size = sizeof(bm_init_kind), .name = "sines", .fill = sines };

static bm_node cauchy(bm_node w, const double p[2])
{
    return bm_scale(bm_sum(bm_log1p(bm_square(w))), p[0]);
}
static const bm_penalty_kind cauchy_kind = {
    .size = sizeof(bm_penalty_kind), .name = "cauchy", .number = { { .name = "a", .initial = .25 } }, .of = cauchy
};

static bm_node fourth(const bm_loss_input *in, const double p[2])
{
    (void)p;
    return bm_mean_over(bm_square(bm_square(bm_sub(in->prediction, in->target))), BM_AXES(1));
}
static const bm_loss_kind fourth_kind = {
    .size = sizeof(bm_loss_kind), .name = "fourth_power", .target = BM_TARGET_LIKE_OUTPUT, .rows = fourth
};

static double largest(const bm_metric_input *in, const double p[2])
{
    double most = 0;
    (void)p;
    for (int64_t i = 0; i < in->rows * in->columns; i++) most = fmax(most, fabs(in->prediction[i] - in->target[i]));
    return most;
}
static const bm_metric_kind largest_kind = { .size = sizeof(bm_metric_kind), .name = "worst_error", .all = largest };

static bm_node root(bm_node step, const double p[2])
{
    (void)p;
    return bm_rsqrt(bm_shift(step, 1));
}
static const bm_schedule_kind root_kind = { .size = sizeof(bm_schedule_kind), .name = "one_over_root", .factor = root };

static void sign_update(bm_update *u, const void *options)
{
    const bm_node w = bm_update_variable(u);
    (void)options;
    bm_update_assign(u, w, bm_sub_product(w, bm_update_rate(u), bm_sign(bm_update_gradient(u))));
}
static const bm_optimizer_kind sign_kind = { .size = sizeof(bm_optimizer_kind),
                                             .name = "sign_descent",
                                             .options_size = sizeof(bm_optimizer_common),
                                             .update = sign_update };

static bm_node gain_build(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    const bm_shape s = bm_node_shape(in[0]);
    (void)options, (void)n;
    return bm_mul(in[0], bm_build_weight(b, "gain", BM_SHAPE(s.dim[1]), BM_CONSTANT(2), (bm_penalty){ 0 }));
}
static const bm_layer_kind gain_kind = { .size = sizeof(bm_layer_kind), .name = "gain", .build = gain_build };

/* A layer and an optimiser with options of their own, told by tables. */
typedef enum side { BOTH, ABOVE } side;
typedef struct bend_options {
    double by;
    bool squared;
    int64_t times;
    const char *name;
    bm_activation activation;
    side side;
    bm_shape part;
} bend_options;
static const char *const sides[] = { "both", "above", NULL };
static const bm_field bend_fields[] = {
    BM_REAL_FIELD(bend_options, by, -10, 10, .5, "factor"),
    BM_BOOL_FIELD(bend_options, squared, "the factor's square"),
    BM_INT_FIELD(bend_options, times, 1, 9, 1, "how often"),
    BM_TEXT_FIELD(bend_options, name, NULL, "of the layer"),
    BM_CHOICE_FIELD(bend_options, activation, "activation", "tanh", "of the result"),
    BM_WORD_FIELD(bend_options, side, sides, "of what"),
    BM_SHAPE_FIELD(bend_options, part, 1, 0, "of nothing"),
    { 0 },
};
static bm_node bend_build(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    const bend_options *o = options;
    bm_node y = in[0];
    (void)n;
    for (int64_t i = 0; i < o->times; i++)
        y = bm_scale(o->side == ABOVE ? bm_relu(y) : y, (o->squared ? o->by * o->by : o->by) + (double)o->part.rank);
    return bm_build_activation(b, o->activation, y);
}
static const bm_layer_kind bend_kind = { .size = sizeof(bm_layer_kind),
                                         .name = "bend",
                                         .options_size = sizeof(bend_options),
                                         .fields = bend_fields,
                                         .build = bend_build };

typedef struct heavy_options {
    BM_OPTIMIZER_OPTIONS_;
    double mass;
} heavy_options;
static const bm_field heavy_fields[] = {
    BM_OPTIMIZER_FIELDS(heavy_options, .125, 0),
    BM_REAL_FIELD(heavy_options, mass, 0, 1, .75, "share of the velocity that stays"),
    { 0 },
};
static void heavy_update(bm_update *u, const void *options)
{
    const heavy_options *o = options;
    const bm_node w = bm_update_variable(u), v = bm_update_slot(u, "velocity", BM_ZEROS),
                  now = bm_add(bm_scale(v, o->mass), bm_update_gradient(u));
    bm_update_assign(u, v, now);
    bm_update_assign(u, w, bm_sub_product(w, bm_update_rate(u), now));
}
static const bm_optimizer_kind heavy_kind = { .size = sizeof(bm_optimizer_kind),
                                              .name = "heavy",
                                              .options_size = sizeof(heavy_options),
                                              .fields = heavy_fields,
                                              .update = heavy_update };

static void count_epoch(bm_training *t, const void *options, void *state)
{
    (void)options;
    if (++*(int *)state == 3) bm_training_stop(t, "three are enough");
}
static const bm_callback_kind count_kind = {
    .size = sizeof(bm_callback_kind), .name = "count", .state_size = sizeof(int), .epoch = count_epoch
};

static bm_dataset *numbers(void)
{
    static float x[40][3], t[40];
    for (int i = 0; i < 40; i++) {
        for (int k = 0; k < 3; k++) x[i][k] = sinf((float)(i * 3 + k));
        t[i] = x[i][0] - .5f * x[i][2];
    }
    bm_tensor *xs = bm_tensor_view(BM_F32, BM_SHAPE(40, 3), x), *ts = bm_tensor_view(BM_F32, BM_SHAPE(40, 1), t);
    bm_dataset *d = bm_dataset_from(xs, ts);
    bm_free(xs);
    bm_free(ts);
    return d;
}

static bm_model *network(bm_optimizer optimizer)
{
    bm_model *m =
        bm_sequential(bm_input(3),
                      bm_dense(5, .activation = { .kind = &mish_kind, .p = { 1.5 } }, .kernel_init = { .kind = &sines_kind },
                               .kernel_penalty = { .kind = &cauchy_kind }, .name = "first"),
                      bm_layer_custom_at(&gain_kind, NULL, 0, BM_HERE), bm_dense(1));
    bm_compile(m, .loss = { .kind = &fourth_kind }, .optimizer = optimizer, .metrics = { { .kind = &largest_kind } });
    return m;
}

#define RECORDS                                                                                                       \
    .layers = { &gain_kind }, .losses = { &fourth_kind }, .metrics = { &largest_kind }, .optimizers = { &sign_kind }, \
    .activations = { &mish_kind }, .initializers = { &sines_kind }, .penalties = { &cauchy_kind }, .schedules = { &root_kind }

static void same_predictions(bm_model *a, bm_model *b, const bm_dataset *d)
{
    bm_tensor *x = bm_predict(a, bm_dataset_x(d, 0)), *y = bm_predict(b, bm_dataset_x(d, 0));
    if (bm_failed(x) || bm_failed(y)) fail_msg("%s%s", bm_error(x), bm_error(y));
    assert_memory_equal(bm_data_f32(x), bm_data_f32(y), 40 * sizeof(float));
    bm_free(x);
    bm_free(y);
}

static void they_work(void **state)
{
    (void)state;
    bm_dataset *d = numbers();
    bm_model *m = network(
        bm_optimizer_custom_at(&sign_kind, &(bm_optimizer_common){ .rate = .01 }, sizeof(bm_optimizer_common), BM_HERE));
    const bm_tensor *w = bm_model_weight(m, "first/kernel");
    for (int i = 0; i < 15; i++) bmt_near("the initialiser", bm_tensor_at(w, i), sin(i) / 8, 1e-7);
    bmt_near("the layer's weight", bm_tensor_at(bm_model_weight(m, "gain_1/gain"), 4), 2, 0);
    const double before = bm_evaluate(m, d).loss;
    bm_fit(m, d, .epochs = 9, .whole = true, .callbacks = { bm_callback_custom_at(&count_kind, NULL, 0, BM_HERE) });
    assert_string_equal(bm_error(m), "");
    assert_string_equal(bm_stopped_by(m), "three are enough");
    assert_int_equal(bm_history_epochs(m), 3);
    double penalty = 0; /* of the first step's weights; each of the three moved by three times .01 */
    for (int i = 0; i < 15; i++) penalty += .25 * log1p(sin(i) * sin(i) / 64);
    bmt_near("loss and penalty", bm_history(m, "loss", 0) - before, 0, penalty + 1e-6);
    for (int i = 0; i < 15; i++) {
        const double moved = fabs(bm_tensor_at(bm_model_weight(m, "first/kernel"), i) - sin(i) / 8);
        assert_true(fabs(moved - .01) < 1e-6 || fabs(moved - .03) < 1e-6);
    }
    const bm_scores s = bm_evaluate(m, d);
    bm_tensor *y = bm_predict(m, bm_dataset_x(d, 0));
    double most = 0;
    for (int i = 0; i < 40; i++) most = fmax(most, fabs(bm_tensor_at(y, i) - bm_tensor_at(bm_dataset_t(d, 0), i)));
    bmt_near("the metric", bm_score(&s, "worst_error"), most, 1e-6);
    bm_free(y);
    bm_free(m);
    bm_free(d);
}

static void they_come_back(void **state)
{
    (void)state;
    bm_dataset *d = numbers();
    for (int mine = 0; mine < 2; mine++) {
        const bm_optimizer_common sign = { .rate = .001, .schedule = { .kind = &root_kind } };
        bm_model *m = network(mine ? bm_optimizer_custom_at(&sign_kind, &sign, sizeof sign, BM_HERE)
                                   : bm_adam(.schedule = { .kind = &root_kind }));
        bm_fit(m, d, .epochs = 3, .seed = 1);
        bm_save(m, bmt_temp("outside.st"), .training = true);
        assert_string_equal(bm_error(m), "");
        bm_model *n = bm_load(bmt_temp("outside.st"), RECORDS);
        assert_string_equal(bm_error(n), "");
        same_predictions(m, n, d);
        bm_fit(m, d, .epochs = 5, .seed = 1, .resume = true); /* training goes on as if it had not been left */
        bm_fit(n, d, .epochs = 5, .seed = 1, .resume = true);
        assert_string_equal(bm_error(n), "");
        assert_int_equal(bm_history_epochs(n), 5);
        same_predictions(m, n, d);
        bm_free(n);
        bm_free(m);
    }
    bm_free(d);
}

/* The settings that all optimisers have work in one from outside: explicit zeros, ranges, schedules by name. */
static void common_settings(void **state)
{
    (void)state;
    bm_dataset *d = numbers();
    const struct {
        bm_optimizer_common o;
        double moved; /* by two steps */
    } cases[] = { { { .rate = .5 }, 1 },
                  { { .rate = BM_ZERO }, 0 },
                  { { 0 }, .02 },
                  { { .rate = .5, .schedule = BM_INVERSE_TIME(1) }, .75 },
                  { { .rate = .5, .decay = 1 }, .75 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bm_model *m = bm_sequential(bm_input(3), bm_dense(1, .bias_init = BM_CONSTANT(9)));
        bm_compile(m, .loss = BM_MSE, .optimizer = bm_optimizer_custom_at(&sign_kind, &cases[i].o, sizeof cases[i].o, BM_HERE));
        bm_fit(m, d, .epochs = 2, .whole = true);
        assert_string_equal(bm_error(m), "");
        bmt_near("the bias", bm_tensor_at(bm_model_weight(m, "dense_1/bias"), 0), 9 - cases[i].moved, 1e-6);
        bm_free(m);
    }
    const struct {
        bm_optimizer_common o;
        const char *says;
    } wrong[] = { { { .rate = -1 }, "sign_descent: rate is -1, must be >= 0" },
                  { { .schedule = { .name = "cosin" } }, "did you mean \"cosine\"?" } };
    for (size_t i = 0; i < 2; i++) {
        bm_model *m = bm_sequential(bm_input(3), bm_dense(1));
        bm_compile(m, .loss = BM_MSE, .optimizer = bm_optimizer_custom_at(&sign_kind, &wrong[i].o, sizeof wrong[i].o, BM_HERE));
        assert_int_equal(bm_status_of(m), BM_E_ARGUMENT);
        bmt_contains("a setting", bm_error(m), wrong[i].says);
        bm_free(m);
    }
    bm_free(d);
}

/* A record that is not given is missed by its name. */
static void they_are_missed(void **state)
{
    (void)state;
    bm_dataset *d = numbers();
    bm_model *m = network(bm_adam(.schedule = { .kind = &root_kind }));
    bm_fit(m, d);
    bm_save(m, bmt_temp("outside.st"));
    assert_string_equal(bm_error(m), "");
    const bm_model_load_options all = { .path = bmt_temp("outside.st"), RECORDS };
    static const char *const names[] = { "gain", "fourth_power", "worst_error", "mish", "sines", "cauchy", "one_over_root" },
                             *const where[] = { ".layers",       ".losses",    ".metrics",  ".activations",
                                                ".initializers", ".penalties", ".schedules" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bm_model_load_options o = all;
        if (i == 0) o.layers[0] = NULL;
        if (i == 1) o.losses[0] = NULL;
        if (i == 2) o.metrics[0] = NULL;
        if (i == 3) o.activations[0] = NULL;
        if (i == 4) o.initializers[0] = NULL;
        if (i == 5) o.penalties[0] = NULL;
        if (i == 6) o.schedules[0] = NULL;
        bm_model *n = bm_load_at(&o, sizeof o, BM_HERE);
        assert_true(bm_failed(n));
        assert_int_equal(bm_status_of(n), BM_E_UNSUPPORTED);
        bmt_contains(names[i], bm_error(n), names[i]);
        bmt_contains(names[i], bm_error(n), where[i]);
        bm_free(n);
    }
    bm_free(m);
    bm_free(d);
}

/* Options by a table: defaults, ranges, an explicit zero, and all of them back from a file. */
static void own_options(void **state)
{
    (void)state;
    bm_dataset *d = numbers();
    const bend_options bend = { .by = -.75,
                                .squared = true,
                                .times = 2,
                                .name = "knee",
                                .activation = { .kind = &mish_kind, .p = { 2 } },
                                .side = ABOVE,
                                .part = BM_SHAPE(3, 4) },
                       usual = { 0 }, zero = { .by = BM_ZERO }, wrong = { .by = 11 };
    const heavy_options heavy = { .rate = .01, .mass = .5 };
    bm_model *m = bm_sequential(bm_input(3), bm_dense(4), bm_layer_custom_at(&bend_kind, &bend, sizeof bend, BM_HERE),
                                bm_layer_custom_at(&bend_kind, &usual, sizeof usual, BM_HERE),
                                bm_layer_custom_at(&bend_kind, NULL, 0, BM_HERE), bm_dense(1));
    bm_compile(m, .loss = BM_MSE, .optimizer = bm_optimizer_custom_at(&heavy_kind, &heavy, sizeof heavy, BM_HERE));
    bm_fit(m, d, .epochs = 3, .seed = 1);
    bm_save(m, bmt_temp("own.st"), .training = true);
    assert_string_equal(bm_error(m), "");
    assert_string_equal(bm_model_layer_name(m, 2), "knee");
    assert_string_equal(bm_model_layer_name(m, 3), "bend_2");
    bm_model *n =
        bm_load(bmt_temp("own.st"), .layers = { &bend_kind }, .optimizers = { &heavy_kind }, .activations = { &mish_kind });
    assert_string_equal(bm_error(n), "");
    same_predictions(m, n, d);
    bm_fit(m, d, .epochs = 5, .seed = 1, .resume = true);
    bm_fit(n, d, .epochs = 5, .seed = 1, .resume = true);
    assert_string_equal(bm_error(n), "");
    same_predictions(m, n, d);
    bm_free(n);
    bm_free(m);
    m = bm_sequential(bm_input(3), bm_layer_custom_at(&bend_kind, &zero, sizeof zero, BM_HERE));
    bm_tensor *y = bm_predict(m, bm_dataset_x(d, 0));
    for (int i = 0; i < 120; i++) assert_true(bm_tensor_at(y, i) == 0);
    bm_free(y);
    bm_free(m);
    m = bm_sequential(bm_input(3), bm_layer_custom_at(&bend_kind, &wrong, sizeof wrong, BM_HERE));
    bmt_contains("a range", bm_error(m), "bend: by is 11, must be >= -10 and <= 10");
    bm_free(m);
    bm_free(d);
}

/* Tables that cannot be right, and options without one. */
static void wrong_tables(void **state)
{
    (void)state;
    static const bm_field far_fields[] = { { .name = "far", .type = BM_FIELD_REAL, .offset = 4000 }, { 0 } };
    static const char *const far_words[] = { "near", "far", NULL };
    bm_layer_kind far_kind = bend_kind, mute_kind = bend_kind;
    bm_optimizer_kind bare_kind = heavy_kind;
    far_kind.fields = far_fields;
    mute_kind.fields = NULL;
    bare_kind.fields = heavy_fields + 7;
    bm_model *m = bm_sequential(bm_input(3), bm_layer_custom_at(&far_kind, NULL, 0, BM_HERE));
    bmt_contains("outside", bm_error(m), "bend: its table has the field far, which lies outside of its options");
    bm_free(m);
    static const char *const no_words[] = { NULL };
    const struct {
        bm_field row;
        const char *says;
    } rows[] = { { { .name = "a", .type = BM_FIELD_WORD, .words = no_words }, "field a, which has no words" },
                 { { .name = "a", .type = BM_FIELD_WORD }, "field a, which has no words" },
                 { { .name = "a", .type = BM_FIELD_CHOICE }, "field a, which names no family" },
                 { { .name = "a", .type = BM_FIELD_INT, .offset = sizeof(bend_options) }, "field a, which lies outside" },
                 { { .name = "a", .type = BM_FIELD_WORD, .offset = 1, .words = far_words },
                   "field a, whose offset is not that" },
                 { { .name = "a", .type = BM_FIELD_INT, .number = 1e300 }, "field a, whose default is no int64_t" },
                 { { .name = "a", .type = BM_FIELD_PART, .family = "optimizer" }, "field a, which has no room" },
                 { { .name = "a" }, "field a, which has no type" },
                 { { .name = "a", .type = 99 }, "field a, which has no type" } };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        const bm_field table[] = { rows[i].row, { 0 } };
        bm_layer_kind kind = bend_kind;
        kind.fields = table;
        m = bm_sequential(bm_input(3), bm_layer_custom_at(&kind, NULL, 0, BM_HERE));
        assert_int_equal(bm_status_of(m), BM_E_ARGUMENT);
        bmt_contains("a row", bm_error(m), rows[i].says);
        bm_free(m);
    }
    m = bm_sequential(bm_input(3), bm_dense(1, .name = "\xff\xfe"));
    assert_int_equal(bm_status_of(m), BM_E_ARGUMENT);
    bmt_contains("a text", bm_error(m), "dense: name is not UTF-8");
    bm_free(m);
    m = bm_sequential(bm_input(3), bm_dense(1));
    bm_compile(m, .loss = BM_MSE, .optimizer = bm_optimizer_custom_at(&bare_kind, NULL, 0, BM_HERE));
    bmt_contains("no rate", bm_error(m), "heavy: the table of its options must begin with BM_OPTIMIZER_FIELDS");
    bm_free(m);
    const bend_options plain = { .by = 1, .times = 1 };
    m = bm_sequential(bm_input(3), bm_layer_custom_at(&mute_kind, &plain, sizeof plain, BM_HERE));
    bm_save(m, bmt_temp("mute.st"));
    assert_int_equal(bm_status_of(m), BM_E_UNSUPPORTED);
    bmt_contains("no table", bm_error(m), "bend_1 is of the kind bend, which has options and no table of them");
    bm_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_work),       cmocka_unit_test(they_come_back), cmocka_unit_test(they_are_missed),
        cmocka_unit_test(common_settings), cmocka_unit_test(own_options),    cmocka_unit_test(wrong_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
