// SPDX-License-Identifier: Apache-2.0
/* Layers: what each does while training and afterwards, weights and their names, messages. */
#include "nn_support.h"

static bm_session *session_of(bmt_network *w, int64_t seed)
{
    if (w->e.status) fail_msg("%s", w->e.text);
    bm_session *s = bm_session_new(w->g, .seed = seed);
    if (bm_failed(s)) fail_msg("%s", bm_error(s));
    return s;
}

static double number_of(bm_session *s, bm_graph *g, const char *name, int64_t i)
{
    return bm_tensor_at(bm_value(s, bm_node_find(g, name)), i);
}

/* All updates of a training build as one node. */
static bm_node updates_of(const bmt_network *w)
{
    bm_node list[8];
    size_t n = 0;
    for (size_t i = 0; i < w->training.n_updates; i++)
        list[n++] = bm_assign(w->training.updates[i].state, w->training.updates[i].value);
    return bm_group_at((bm_nodes){ list, n }, BM_HERE);
}

/* Mini-batches {0, 2} and {0, 6}: means 1 and 3, deviations 1 and 3, variances 1 and 9. The four ways to average them, by hand. */
static void batch_norm_statistics(void **state)
{
    (void)state;
    const double batches[2][2] = { { 0, 2 }, { 0, 6 } };
    const struct {
        const char *text, *kept;
        double mean, spread, variance;
    } cases[] = {
        { "batch_norm plain_mean spread=deviation", "batch_norm_1/moving_deviation", 2, 2, 4 },
        { "batch_norm plain_mean", "batch_norm_1/moving_variance", 2, 5, 5 }, /* root of the mean variance: 2.2361 */
        { "batch_norm momentum=.9", "batch_norm_1/moving_variance", .9 * .1 + .1 * 3, .9 * (.9 + .1) + .1 * 9,
          .9 * (.9 + .1) + .1 * 9 },
        { "batch_norm momentum=.5 spread=deviation", "batch_norm_1/moving_deviation", .5 * .5 + .5 * 3, 2, 4 },
    };
    for (size_t c = 0; c < BMI_COUNT(cases); c++) {
        bmt_network w = { 0 };
        bmt_network_parse(&w, BM_F64, BM_SHAPE(BM_ANY, 1), cases[c].text);
        bm_session *s = session_of(&w, 0);
        bm_node update = updates_of(&w);
        for (int i = 0; i < 2; i++) {
            bm_tensor *x = bmt_reals(BM_F64, BM_SHAPE(2, 1), batches[i]);
            bm_run(s, BM_FEEDS({ w.x, x }), BM_FETCHES(update, w.trained));
            if (bm_failed(s)) fail_msg("%s", bm_error(s));
            const double deviation = i ? 3 : 1;
            bmt_near("normalised by the batch", bm_tensor_at(bm_value(s, w.trained), 1),
                     deviation / sqrt(deviation * deviation + 1e-5), 1e-12);
            bm_free(x);
        }
        bmt_near(cases[c].text, number_of(s, w.g, "batch_norm_1/moving_mean", 0), cases[c].mean, 1e-12);
        bmt_near(cases[c].text, number_of(s, w.g, cases[c].kept, 0), cases[c].spread, 1e-12);
        bm_tensor *x = bmt_reals(BM_F64, BM_SHAPE(2, 1), batches[1]);
        bm_run(s, BM_FEEDS({ w.x, x }), BM_FETCHES(w.predicted));
        bmt_near(cases[c].text, bm_tensor_at(bm_value(s, w.predicted), 1), (6 - cases[c].mean) / sqrt(cases[c].variance + 1e-5),
                 1e-12);
        bm_free(x);
        bm_free(s);
        bmt_network_end(&w);
    }
    assert_true(fabs(sqrt(5) - 2.2361) < 5e-5);
}

/* Dropout keeps the expectation: values are 0 or x / keep, about keep of them; other runs draw others, the same seed the same. */
static void dropout(void **state)
{
    (void)state;
    enum { N = 40000 };
    static double ones[N];
    bmt_network w = { 0 };
    for (int i = 0; i < N; i++) ones[i] = 1;
    bmt_network_parse(&w, BM_F32, BM_SHAPE(BM_ANY, 100), "dropout .2");
    bm_tensor *x = bmt_reals(BM_F32, BM_SHAPE(N / 100, 100), ones);
    bm_session *s = session_of(&w, 7), *same = session_of(&w, 7);
    bm_run(s, BM_FEEDS({ w.x, x }), BM_FETCHES(w.trained, w.predicted));
    bm_run(same, BM_FEEDS({ w.x, x }), BM_FETCHES(w.trained));
    int kept = 0, equal = 0;
    static float first[N];
    for (int i = 0; i < N; i++) {
        first[i] = bm_data_f32(bm_value(s, w.trained))[i];
        assert_true(first[i] == 0 || first[i] == 1.25f);
        assert_true(first[i] == bm_data_f32(bm_value(same, w.trained))[i]);
        assert_true(bm_data_f32(bm_value(s, w.predicted))[i] == 1);
        kept += first[i] != 0;
    }
    bmt_near("share that stays", kept / (double)N, .8, 4 * sqrt(.16 / N)); /* 4 standard deviations */
    bm_run(s, BM_FEEDS({ w.x, x }), BM_FETCHES(w.trained));
    for (int i = 0; i < N; i++) equal += first[i] == bm_data_f32(bm_value(s, w.trained))[i];
    bmt_near("equal in two runs", equal / (double)N, .68, 5 * sqrt(.68 * .32 / N));
    bm_free(s);
    bm_free(same);
    bm_free(x);
    bmt_network_end(&w);
}

/* One mask of the weights for the whole batch, its expectation the weights themselves. */
static void dropconnect(void **state)
{
    (void)state;
    enum { RUNS = 400 };
    double ones[6], sum = 0, square = 0;
    bmt_network w = { 0 };
    for (int i = 0; i < 6; i++) ones[i] = 1;
    bmt_network_parse(&w, BM_F64, BM_SHAPE(BM_ANY, 3), "dropconnect 50 .4 kernel_init=ones bias_init=constant(2)");
    bm_tensor *x = bmt_reals(BM_F64, BM_SHAPE(2, 3), ones);
    bm_session *s = session_of(&w, 1);
    for (int r = 0; r < RUNS; r++) {
        bm_run(s, BM_FEEDS({ w.x, x }), BM_FETCHES(w.trained, w.predicted));
        if (bm_failed(s)) fail_msg("%s", bm_error(s));
        for (int i = 0; i < 50; i++) {
            const double y = bm_tensor_at(bm_value(s, w.trained), i), k = (y - 2) * .6;
            assert_true(fabs(k - round(k)) < 1e-12 && k > -.5 && k < 3.5); /* 0 to 3 weights of 1 / .6 */
            bmt_near("the rows share the mask", bm_tensor_at(bm_value(s, w.trained), 50 + i), y, 0);
            bmt_near("prediction", bm_tensor_at(bm_value(s, w.predicted), i), 5, 1e-12);
            sum += y;
            square += (y - 5) * (y - 5);
        }
    }
    bmt_near("mean", sum / (50 * RUNS), 5, 4 * sqrt(2. / (50 * RUNS))); /* the variance of a sum of 3 masks / .6 is 2 */
    bmt_near("variance", square / (50 * RUNS), 2, .1);
    bm_free(s);
    bm_free(x);
    bmt_network_end(&w);
}

static void gaussian_noise(void **state)
{
    (void)state;
    enum { N = 20000 };
    static double zeros[N];
    bmt_network w = { 0 };
    double sum = 0, square = 0;
    bmt_network_parse(&w, BM_F64, BM_SHAPE(BM_ANY, 10), "gaussian_noise .5");
    bm_tensor *x = bmt_reals(BM_F64, BM_SHAPE(N / 10, 10), zeros);
    bm_session *s = session_of(&w, 3);
    bm_run(s, BM_FEEDS({ w.x, x }), BM_FETCHES(w.trained, w.predicted));
    for (int i = 0; i < N; i++) {
        const double y = bm_tensor_at(bm_value(s, w.trained), i);
        sum += y;
        square += y * y;
        assert_true(bm_tensor_at(bm_value(s, w.predicted), i) == 0);
    }
    bmt_near("mean", sum / N, 0, 4 * .5 / sqrt(N));
    bmt_near("variance", square / N, .25, 4 * .25 * sqrt(2. / N));
    bm_free(s);
    bm_free(x);
    bmt_network_end(&w);
}

/* Two linear pieces x and -x make |x|; the gradient goes to the piece that won. */
static void maxout(void **state)
{
    (void)state;
    const double x[] = { -3, 2, .5 }, plus = 1, minus = -1;
    bmt_network w = { 0 };
    bmt_network_parse(&w, BM_F64, BM_SHAPE(BM_ANY, 1), "maxout 1");
    bm_session *s = session_of(&w, 0);
    bm_node k1 = bm_node_find(w.g, "maxout_1/kernel_1"), k2 = bm_node_find(w.g, "maxout_1/kernel_2"),
            d = bm_gradient(w.trained, k1);
    bm_tensor *a = bmt_reals(BM_F64, BM_SHAPE(1, 1), &plus), *b = bmt_reals(BM_F64, BM_SHAPE(1, 1), &minus),
              *in = bmt_reals(BM_F64, BM_SHAPE(3, 1), x);
    bm_set_value(s, k1, a);
    bm_set_value(s, k2, b);
    bm_run(s, BM_FEEDS({ w.x, in }), BM_FETCHES(w.trained, d));
    if (bm_failed(s)) fail_msg("%s", bm_error(s));
    for (int i = 0; i < 3; i++) bmt_near("|x|", bm_tensor_at(bm_value(s, w.trained), i), fabs(x[i]), 0);
    bmt_near("gradient of the first piece", bm_tensor_at(bm_value(s, d), 0), 2.5, 1e-12);
    bm_free(a);
    bm_free(b);
    bm_free(in);
    bm_free(s);
    bmt_network_end(&w);
}

/* After a step the columns of the kernel have at most the norm asked for; shorter ones are as the step left them. */
static void max_norm(void **state)
{
    (void)state;
    const double start[] = { 3, .3, 4, .4 }, x[] = { 0, 0 }; /* columns of norm 5 and .5; no gradient */
    bmt_network w = { 0 };
    bmt_network_parse(&w, BM_F64, BM_SHAPE(BM_ANY, 2), "dense 2 max_norm=2 no_bias");
    assert_int_equal(w.training.n_weights, 1);
    bmi_minimized out;
    bm_optimizer kept;
    const bm_optimizer sgd = bm_sgd();
    bmi_optimizer_keep(&w.e, &w.arena, &sgd, &kept);
    const bmi_minimize_request r = { .loss = bm_sum(w.trained),
                                     .variables = { &w.training.weights[0].node, 1 },
                                     .max_norm = &w.training.weights[0].max_norm,
                                     .optimizer = &kept };
    if (bmi_minimize(&r, &w.arena, &out)) fail_msg("%s", bm_error(w.g));
    bm_session *s = session_of(&w, 0);
    bm_tensor *first = bmt_reals(BM_F64, BM_SHAPE(2, 2), start), *in = bmt_reals(BM_F64, BM_SHAPE(1, 2), x);
    bm_set_value(s, w.training.weights[0].node, first);
    bm_run(s, BM_FEEDS({ w.x, in }), BM_FETCHES(out.step));
    if (bm_failed(s)) fail_msg("%s", bm_error(s));
    const double want[] = { 1.2, .3, 1.6, .4 };
    for (int i = 0; i < 4; i++) bmt_near("column", bm_tensor_at(bm_value(s, w.training.weights[0].node), i), want[i], 1e-12);
    bm_free(first);
    bm_free(in);
    bm_free(s);
    bmt_network_end(&w);
}

/* Names, counts of weights, and a layer used twice. */
static void names_and_sharing(void **state)
{
    (void)state;
    bmt_network w = { 0 };
    bmt_network_parse(&w, BM_F32, BM_SHAPE(BM_ANY, 20),
                      "dense 64 relu, dense 64 relu name=middle, dropout .5, dense 10 softmax, relu");
    if (w.e.status) fail_msg("%s", w.e.text);
    const char *const names[] = { "dense_1", "middle", "dropout_1", "dense_3", "activate_1" };
    assert_int_equal(w.n, 5);
    for (int i = 0; i < 5; i++) assert_string_equal(w.kept[i].name, names[i]);
    int64_t parameters = 0;
    for (size_t i = 0; i < w.training.n_weights; i++) {
        const bm_shape s = bm_node_shape(w.training.weights[i].node);
        parameters += s.rank == 2 ? s.dim[0] * s.dim[1] : s.dim[0];
    }
    assert_int_equal(parameters, 6154); /* 20 -> 64 -> 64 -> 10 */
    assert_true(bm_node_ok(bm_node_find(w.g, "middle/kernel")) && bm_node_ok(bm_node_find(w.g, "dense_3/bias")));
    assert_int_equal(strncmp(bm_node_name(w.trained), "activate_1/relu", 15), 0);

    bm_node logits, y = bm_placeholder(w.g, BM_F32, BM_SHAPE(BM_ANY, 20), NULL);
    assert_null(bmi_build_squash(&w.training, w.trained, &logits));
    const bm_node h = bmi_build_layer(&w.training, &w.kept[0], &y, 1), out = bmi_build_layer(&w.training, &w.kept[3], &h, 1);
    assert_true(bm_node_ok(out));
    assert_int_equal(w.training.n_weights, 6); /* the same weights again */
    assert_string_equal(bmi_build_squash(&w.training, out, &logits), "softmax");
    assert_string_equal(bm_node_kind(out), "softmax");
    assert_int_equal(bm_node_in(out, 0).index, logits.index);

    assert_false(bm_node_ok(bmi_build_layer(&w.training, &w.kept[0], &h, 1))); /* on 64 columns instead of 20 */
    assert_int_equal(w.e.status, BM_E_SHAPE);
    bmt_contains("another shape", w.e.text,
                 "dense_1: kernel is f32 (20, 64) from an earlier use, here it would be f32 (64, 64)");
    bmt_network_end(&w);

    bmt_network_parse(&w, BM_F32, BM_SHAPE(BM_ANY, 20), "dense 64 name=a, dense 3 name=a");
    assert_int_equal(w.e.status, BM_E_ARGUMENT);
    bmt_contains("twice", w.e.text, "dense: the name \"a\" is taken by another layer");
    bmt_network_end(&w);
}

/* Messages carry the caller's line, the layer and the shapes. */
static void messages(void **state)
{
    (void)state;
    static const unsigned char large[600];
    const struct {
        bm_dropout_options known;
        double more;
    } newer = { { .rate = .5 }, 1 };
    const struct {
        bm_layer layer;
        bm_shape x;
        bm_status status;
        const char *text[3];
    } cases[] = {
        { bm_dense(-3), BM_SHAPE(BM_ANY, 4), BM_E_ARGUMENT, { "test_layers.c:", "dense: units is -3, must be >= 1" } },
        { bm_dense(3, .activation = { .name = "rleu" }),
          BM_SHAPE(BM_ANY, 4),
          BM_E_ARGUMENT,
          { "activation is \"rleu\", which is no activation; did you mean \"relu\"?" } },
        { bm_dense(3),
          BM_SHAPE(BM_ANY),
          BM_E_SHAPE,
          { "test_layers.c:", "dense_1: x is (any); it needs at least 2 dimensions" } },
        { bm_dense(3),
          BM_SHAPE(BM_ANY, BM_ANY),
          BM_E_SHAPE,
          { "dense_1: x is (any, any); the length of its last axis must be known" } },
        { bm_dropout(1), BM_SHAPE(BM_ANY, 4), BM_E_ARGUMENT, { "dropout: rate is 1, must be >= 0 and < 1" } },
        { bm_reshape(5, 2),
          BM_SHAPE(BM_ANY, 4, 3),
          BM_E_SHAPE,
          { "reshape_1: x is (any, 4, 3); its rows do not go into (5, 2)" } },
        { bm_reshape(BM_ANY, 5), BM_SHAPE(BM_ANY, 4, 3), BM_E_SHAPE, { "do not go into (any, 5)" } },
        { bm_reshape(BM_ANY, BM_ANY), BM_SHAPE(BM_ANY, 4, 3), BM_E_SHAPE, { "do not go into (any, any)" } },
        { bm_activate({ 0 }), BM_SHAPE(BM_ANY, 4), BM_E_ARGUMENT, { "activate_1: activation is required" } },
        { bm_layer_at("densse", NULL, 0, BM_HERE), BM_SHAPE(BM_ANY, 4), BM_E_ARGUMENT, { "did you mean \"dense\"?" } },
        { { 0 }, BM_SHAPE(BM_ANY, 4), BM_E_ARGUMENT, { "layer: an empty value names no kind" } },
        { bm_layer_at("dense", large, sizeof large, BM_HERE),
          BM_SHAPE(BM_ANY, 4),
          BM_E_ARGUMENT,
          { "600 bytes, more than the 472 that fit" } },
        { bm_layer_at("dropout", &newer, sizeof newer, BM_HERE),
          BM_SHAPE(BM_ANY, 4),
          BM_E_ARGUMENT,
          { "dropout has newer options than this library knows" } },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmt_network w = { 0 };
        bmt_network_of(&w, BM_F32, cases[i].x, (bm_layers){ &cases[i].layer, 1 });
        assert_int_equal(w.e.status, cases[i].status);
        for (int k = 0; cases[i].text[k]; k++) bmt_contains("message", w.e.text, cases[i].text[k]);
        bmt_network_end(&w);
    }
}

/* ---- a kind from outside the library ---- */
typedef struct scale_options {
    double by;
    BM_NAMED_;
} scale_options;
static bm_node build_scale(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    const scale_options *o = options;
    if (n != 1) return bm_build_fail(b, BM_E_ARGUMENT, "takes one input");
    const bm_node offset = bm_build_weight(b, "offset", BM_SCALAR, BM_CONSTANT(1), (bm_penalty){ 0 });
    return bm_add(bm_scale(in[0], o->by), offset);
}
static const bm_layer_kind scale_kind = {
    .size = sizeof scale_kind, .name = "mine.scale", .options_size = sizeof(scale_options), .build = build_scale
};
#define my_scale(...) bm_layer_custom_at(&scale_kind, BM_OPTIONS(scale_options, .by = __VA_ARGS__), BM_HERE)

static void from_outside(void **state)
{
    (void)state;
    const double x = 4;
    bmt_network w = { 0 };
    const bm_layer layers[] = { my_scale(3), my_scale(.5) };
    bmt_network_of(&w, BM_F64, BM_SHAPE(1), (bm_layers){ layers, 2 });
    bm_session *s = session_of(&w, 0);
    bm_tensor *in = bmt_reals(BM_F64, BM_SHAPE(1), &x);
    bm_run(s, BM_FEEDS({ w.x, in }), BM_FETCHES(w.predicted));
    if (bm_failed(s)) fail_msg("%s", bm_error(s));
    bmt_near("(4 * 3 + 1) / 2 + 1", bm_scalar(s, w.predicted), 7.5, 1e-12);
    assert_true(bm_node_ok(bm_node_find(w.g, "mine.scale_2/offset")));
    json_t *json = bmi_layer_save(&w.kept[0]);
    assert_string_equal(json_string_value(json_object_get(json, "kind")), "mine.scale");
    const bm_layer_kind *const kinds[] = { &scale_kind, NULL };
    bm_layer back;
    bmi_error e = { 0 };
    assert_int_equal(bmi_layer_load(&e, BM_HERE, json, kinds, true, &back), BM_OK);
    assert_ptr_equal(back.kind, &scale_kind);
    assert_int_equal(bmi_layer_load(&e, BM_HERE, json, NULL, true, &back), BM_E_UNSUPPORTED);
    bmt_contains("unknown", e.text, "the kind \"mine.scale\" is not known to this library");
    json_decref(json);
    bm_free(in);
    bm_free(s);
    bmt_network_end(&w);
}

/* ---- layers from text ---- */
static void from_text(void **state)
{
    (void)state;
    bm_layers l = bm_layers_parse(
        "input 28 28 1, flatten,dense 512 relu , dropout .2, dense 10 leaky_relu(.3) kernel_init=uniform(-1,0) no_bias");
    assert_int_equal(l.count, 5);
    const bm_input_options *in = (const void *)l.at[0].options.at;
    const bm_dense_options *first = (const void *)l.at[2].options.at, *last = (const void *)l.at[4].options.at;
    assert_true(in->shape.rank == 3 && in->shape.dim[0] == 28 && in->shape.dim[2] == 1);
    assert_string_equal(l.at[1].name, "flatten");
    assert_true(first->units == 512 && last->units == 10 && last->no_bias);
    assert_string_equal(first->activation.name, "relu");
    assert_string_equal(last->activation.name, "leaky_relu");
    assert_true(last->activation.p[0] == .3 && last->kernel_init.p[0] == -1 && last->kernel_init.p[1] == (double)BM_ZERO);
    assert_true(((const bm_dropout_options *)(const void *)l.at[3].options.at)->rate == .2);
    bm_layers_free(l);
    l = bm_layers_parse("input 28x28x1 type=u8, reshape -1 7, tanh, batch_norm momentum=0 spread=deviation plain_mean");
    assert_int_equal(l.count, 4);
    assert_true(((const bm_input_options *)(const void *)l.at[0].options.at)->shape.rank == 3);
    assert_int_equal(((const bm_input_options *)(const void *)l.at[0].options.at)->type, BM_U8);
    assert_true(((const bm_reshape_options *)(const void *)l.at[1].options.at)->shape.dim[0] == BM_ANY);
    assert_string_equal(l.at[2].name, "activate");
    const bm_batch_norm_options *norm = (const void *)l.at[3].options.at;
    assert_true(norm->momentum == (double)BM_ZERO && norm->spread == BM_SPREAD_DEVIATION && norm->plain_mean);
    bm_layers_free(l);

    static const struct {
        const char *text, *message;
    } wrong[] = {
        { "dens 5", "\"dens\" is no layer; did you mean \"dense\"?" },
        { "dense 5 rleu", "dense: \"rleu\" is no activation or setting of it; did you mean \"relu\"?" },
        { "dense 5 6", "dense: the number 6 is one too many" },
        { "dense 5 untis=6", "dense has no setting \"untis\"; did you mean \"units\"?" },
        { "dense 5.5", "dense: units is \"5.5\", must be a whole number" },
        { "dropout much", "dropout: \"much\" is no activation or setting of it" },
        { "dense 5,, dense 6", "nothing stands between two commas" },
        { "", "nothing stands between two commas" },
        { "dense 5,", "nothing stands between two commas" },
        { "input 28xx1", "input: shape is \"28xx1\"" },
        { "dense 5 activation=", "activation is \"\"" },
        { "dense 5 leaky_relu(", "must be a name" },
        { "dense 3 units=4", "dense: units is given twice" },
        { "dense 3 relu tanh", "dense: activation is given twice" },
        { "relu relu", "activate: activation is given twice" },
        { "dropout rate=.1 rate=.9", "dropout: rate is given twice" },
        { "dense 3 kernel_init=uniform(2,1)", "the low of uniform is 2, its high is 1; low at most high" },
        { "layer_norm epsilon=inf", "epsilon is inf, must be >= 0 and finite" },
    };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        bmt_network w = { 0 };
        bmt_network_parse(&w, BM_F32, BM_SHAPE(BM_ANY, 4), wrong[i].text);
        assert_int_equal(w.e.status, BM_E_ARGUMENT);
        bmt_contains(wrong[i].text, w.e.text, wrong[i].message);
        bmt_contains(wrong[i].text, w.e.text, "nn_support.h:");
        bmt_network_end(&w);
    }
}

static bm_status each(bm_context *context, void *arg)
{
    (void)arg;
    bmi_error e = { 0 };
    bmi_arena arena = { .context = context };
    bm_layers layers = { 0 };
    bm_graph *g = bm_graph_new(.context = context);
    bm_node y = bm_placeholder(g, BM_F32, BM_SHAPE(BM_ANY, 4), "x");
    bmi_kept_layer kept[4];
    bm_build b;
    bmi_build_begin(&b, g, BM_F32, true, NULL, &e);
    bmi_fail_from(&e, &((bmi_object *)g)->error);
    if (!e.status)
        bmi_layers_parse(&e, BM_HERE, &arena, "dense 3 relu kernel_penalty=l2(.1), batch_norm, dropout .5, dense 2 softmax",
                         &layers);
    for (size_t i = 0; i < layers.count && !e.status; i++) {
        if (!bmi_layer_keep(&e, &arena, &layers.at[i], kept, i, &kept[i])) y = bmi_build_layer(&b, &kept[i], &y, 1);
    }
    if (!e.status) {
        bm_optimizer o;
        bmi_minimized out;
        const bm_optimizer adam = bm_adam(.clip_norm = 1, .warmup = 3);
        const bm_node loss = bm_add(bm_sum(y), bmi_build_penalties(&b, BM_HERE));
        if (!bmi_optimizer_keep(&e, &arena, &adam, &o))
            bmi_minimize(&(bmi_minimize_request){ .loss = loss, .optimizer = &o, .here = BM_HERE }, &arena, &out);
        bmi_fail_from(&e, &((bmi_object *)g)->error);
    }
    bmi_build_end(&b);
    bm_free(g);
    bmi_arena_end(&arena);
    return e.status;
}

static void each_allocation_fails(void **state)
{
    (void)state;
    assert_true(bmt_each_failure("building a network", each, NULL) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_norm_statistics),
        cmocka_unit_test(dropout),
        cmocka_unit_test(dropconnect),
        cmocka_unit_test(gaussian_noise),
        cmocka_unit_test(maxout),
        cmocka_unit_test(max_norm),
        cmocka_unit_test(names_and_sharing),
        cmocka_unit_test(messages),
        cmocka_unit_test(from_outside),
        cmocka_unit_test(from_text),
        cmocka_unit_test(each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
