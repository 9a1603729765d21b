// SPDX-License-Identifier: Apache-2.0
/* What every kind must keep, asked of all that are registered: it has a doc and a whole record, a field table inside its options,
 * defaults that settle (or name what is required), a way through JSON and back that changes nothing, ranges that refuse what is
 * outside with a message that names the field, and it builds in f32 and f64.
 */
#include "base/part.h"
#include "nn_support.h"

static void check_doc(const char *family, const char *name, const char *doc)
{
    if (!doc || strlen(doc) < 1) fail_msg("%s %s has no doc", family, name);
    if (strchr(doc, '\n')) fail_msg("%s %s: the doc is more than one line", family, name);
}

/* ---- choices ---- */
static const struct {
    const char *family;
    size_t size;
} families[] = {
    { "activation", sizeof(bm_activation_kind) },
    { "initializer", sizeof(bm_init_kind) },
    { "loss", sizeof(bm_loss_kind) },
    { "metric", sizeof(bm_metric_kind) },
    { "penalty", sizeof(bm_penalty_kind) },
    { "schedule", sizeof(bm_schedule_kind) },
};

/* A number inside the range: the default, or one near it. */
static double inside(double low, double high, bool above, double initial)
{
    if (!isnan(initial)) return initial == 0 ? (double)BM_ZERO : initial;
    return above || low != 0 || high != 0 ? low + (isfinite(high) ? (high - low) / 2 : 2) : 2;
}

/* Outside of a range that begins at low; not 0, which is the default. */
static double below(double low)
{
    return low == 1 ? -1 : low - 1;
}

static void check_number(const char *family, const bmi_choice_kind *kind, int i)
{
    const bm_choice_number *n = &kind->number[i];
    bmi_choice c = { .name = kind->name };
    check_doc(family, kind->name, n->doc);
    for (int j = 0; j < 2; j++)
        if (kind->number[j].name)
            c.p[j] = inside(kind->number[j].low, kind->number[j].high, kind->number[j].above, kind->number[j].initial);
    const double good = c.p[i], wrong[] = { NAN, n->low != 0 || n->high != 0 ? below(n->low) : (double)INFINITY,
                                            isfinite(n->high) && n->high != 0 ? n->high + 1 : NAN };
    for (size_t k = 0; k < BMI_COUNT(wrong); k++) {
        bmi_error e = { 0 };
        c.p[i] = wrong[k];
        if (bmi_choice_settle(&e, BM_HERE, "test", "choice", family, &c))
            fail_msg("%s %s: %s takes %g", family, kind->name, n->name, wrong[k]);
        assert_int_equal(e.status, BM_E_ARGUMENT);
        bmt_contains(kind->name, e.text, n->name);
        bmt_contains(kind->name, e.text, kind->name);
        bmt_contains(kind->name, e.text, "must be");
    }
    bmi_error e = { 0 };
    c.p[i] = good;
    if (!bmi_choice_settle(&e, BM_HERE, "test", "choice", family, &c)) fail_msg("%s %s: %s", family, kind->name, e.text);
}

static void choices(void **state)
{
    (void)state;
    for (size_t f = 0; f < BMI_COUNT(families); f++) {
        const bmi_kind *k;
        size_t i = 0;
        for (; (k = bmi_kind_at(families[f].family, i)); i++) {
            const bmi_choice_kind *kind = k->record;
            assert_int_equal(kind->size, families[f].size);
            assert_string_equal(kind->name, k->name);
            check_doc(k->family, k->name, kind->doc);
            assert_ptr_equal(bmi_kind_find(k->family, k->name), kind); /* no other has the name */
            assert_true(kind->number[0].name || !kind->number[1].name);
            for (int j = 0; j < 2; j++) {
                if (kind->number[j].name) check_number(k->family, kind, j);
                else {
                    bmi_error e = { 0 };
                    bmi_choice c = { .name = kind->name,
                                     .p = { inside(kind->number[0].low, kind->number[0].high, kind->number[0].above,
                                                   kind->number[0].initial) } };
                    if (!kind->number[0].name) c.p[0] = 0;
                    c.p[j] = 1;
                    assert_null(bmi_choice_settle(&e, BM_HERE, "test", "choice", families[f].family, &c));
                    bmt_contains(k->name, e.text, j ? "takes one number" : "takes no number");
                    break;
                }
            }
        }
        assert_true(i >= 3);
    }
}

/* ---- layers and optimisers: values with options ---- */
static const char *const required[] = { "units", "shape", "activation", "deviation", NULL };

static void make(const char *family, const bmi_part_kind *kind, void *to)
{
    unsigned char *options = (unsigned char *)to + offsetof(bmi_part, options);
    memset(to, 0, sizeof(bm_layer));
    ((bmi_part *)to)->name = kind->name;
    ((bmi_part *)to)->size = kind->options_size;
    for (const bmi_field *f = kind->fields; f->name; f++) {
        bool needs = false;
        for (int i = 0; required[i]; i++) needs = needs || !strcmp(required[i], f->name);
        if (!needs || !strcmp(family, "optimizer")) continue;
        if (f->type == BMI_FIELD_INT) *(int64_t *)(void *)(options + f->offset) = 2;
        if (f->type == BMI_FIELD_REAL) *(double *)(void *)(options + f->offset) = .5;
        if (f->type == BMI_FIELD_SHAPE) *(bm_shape *)(void *)(options + f->offset) = BM_SHAPE(6);
        if (f->type == BMI_FIELD_CHOICE) ((bmi_choice *)(void *)(options + f->offset))->name = "leaky_relu";
    }
}

static void check_range(const char *family, const bmi_part_kind *kind, const bmi_field *f, double value)
{
    bm_layer part, kept;
    bmi_error e = { 0 };
    bmi_arena arena = { 0 };
    make(family, kind, &part);
    if (f->type == BMI_FIELD_REAL) *(double *)(void *)(part.options.at + f->offset) = value;
    else *(int64_t *)(void *)(part.options.at + f->offset) = (int64_t)value;
    part.here = (bm_place){ "net.c", 12 };
    if (!bmi_part_keep(&e, &arena, family, &part, &kept)) fail_msg("%s: %s may be %g", kind->name, f->name, value);
    assert_int_equal(e.status, BM_E_ARGUMENT);
    bmt_contains(kind->name, e.text, "net.c:12: ");
    bmt_contains(kind->name, e.text, kind->name);
    bmt_contains(kind->name, e.text, f->name);
    bmt_contains(kind->name, e.text, "must be");
    bmi_arena_end(&arena);
}

static void check_fields(const char *family, const bmi_part_kind *kind)
{
    for (const bmi_field *f = kind->fields; f->name; f++) {
        check_doc(kind->name, f->name, f->doc);
        assert_true(f->offset < kind->options_size);
        for (const bmi_field *g = f + 1; g->name; g++) assert_string_not_equal(f->name, g->name);
        const bool ranged = f->low != 0 || f->high != 0;
        if (f->type == BMI_FIELD_REAL) check_range(family, kind, f, NAN);
        if ((f->type == BMI_FIELD_REAL || f->type == BMI_FIELD_INT) && ranged && isfinite(f->low))
            check_range(family, kind, f, below(f->low));
        if ((f->type == BMI_FIELD_REAL || f->type == BMI_FIELD_INT) && ranged && isfinite(f->high))
            check_range(family, kind, f, f->high + 1);
        if (f->type == BMI_FIELD_REAL && f->below) check_range(family, kind, f, f->high);
    }
}

/* Settled, written, read, settled: the same bytes of JSON. */
static void check_json(const char *family, const bmi_part_kind *kind)
{
    bm_layer part, kept, back, again;
    bmi_error e = { 0 };
    bmi_arena arena = { 0 };
    make(family, kind, &part);
    if (bmi_part_keep(&e, &arena, family, &part, &kept)) fail_msg("%s", e.text);
    json_t *json = bmi_part_save(&kept);
    if (bmi_part_load(&e, BM_HERE, family, json, NULL, true, &back) || bmi_part_keep(&e, &arena, family, &back, &again))
        fail_msg("%s", e.text);
    json_t *second = bmi_part_save(&again);
    char *a = json_dumps(json, 0), *b = json_dumps(second, 0);
    assert_string_equal(a, b);
    assert_string_equal(json_string_value(json_object_get(json, "kind")), kind->name);
    json_object_set_new(json_object_get(json, "options"), "unheard", json_true());
    assert_int_equal(bmi_part_load(&e, BM_HERE, family, json, NULL, true, &back), BM_E_FORMAT);
    bmt_contains(kind->name, e.text, "no setting \"unheard\"");
    e = (bmi_error){ 0 };
    assert_int_equal(bmi_part_load(&e, BM_HERE, family, json, NULL, false, &back), BM_OK);
    free(a);
    free(b);
    json_decref(json);
    json_decref(second);
    bmi_arena_end(&arena);
}

static void check_parts(const char *family, size_t record)
{
    const bmi_kind *k;
    size_t i = 0;
    for (; (k = bmi_kind_at(family, i)); i++) {
        const bmi_part_kind *kind = k->record;
        assert_int_equal(kind->size, record);
        assert_string_equal(kind->name, k->name);
        assert_non_null(kind->fields);
        assert_true(kind->options_size <= sizeof(bm_option_bytes));
        check_fields(family, kind);
        check_json(family, kind);
    }
    assert_true(i >= 11);
}

static void layers_keep(void **state)
{
    (void)state;
    const bmi_kind *k;
    check_parts("layer", sizeof(bm_layer_kind));
    for (size_t i = 0; (k = bmi_kind_at("layer", i)); i++) check_doc("layer", k->name, ((const bm_layer_kind *)k->record)->doc);
}

static void optimizers_keep(void **state)
{
    (void)state;
    const bmi_kind *k;
    check_parts("optimizer", sizeof(bm_optimizer_kind));
    for (size_t i = 0; (k = bmi_kind_at("optimizer", i)); i++) {
        static const char *const common[] = {
            "rate", "schedule", "decay", "warmup", "clip_value", "clip_norm", "weight_decay"
        };
        const bm_optimizer_kind *kind = k->record;
        check_doc("optimizer", k->name, kind->doc);
        for (size_t j = 0; j < BMI_COUNT(common); j++) assert_non_null(bmi_field_find(kind->fields, common[j]));
        assert_int_equal(bmi_field_find(kind->fields, "rate")->offset, offsetof(bm_optimizer_common, rate));
        assert_int_equal(bmi_field_find(kind->fields, "weight_decay")->offset, offsetof(bm_optimizer_common, weight_decay));
    }
}

/* ---- every layer on nodes ---- */

typedef struct difference {
    bm_session *s;
    bm_node loss, x;
    bm_feeds feeds;
} difference;

static double loss_at(difference *d)
{
    bm_run(d->s, d->feeds, BM_FETCHES(d->loss));
    if (bm_failed(d->s)) fail_msg("%s", bm_error(d->s));
    return bm_scalar(d->s, d->loss);
}

/* Gradients by x and each weight against central differences, dropout aside (it draws anew). */
static void check_gradient(const char *name, bmt_network *w, bm_tensor *x)
{
    const bm_node y = w->trained;
    const bm_node loss = bm_sum(bm_mul(y, bm_tanh(bm_shift(y, .3)))); /* smooth, and not symmetric */
    bm_node by[9] = { w->x }, dx[9];
    size_t n = 1;
    for (size_t i = 0; i < w->training.n_weights; i++)
        if (w->training.weights[i].trained) by[n++] = w->training.weights[i].node;
    if (bm_gradients_at(loss, (bm_nodes){ by, n }, (bm_node){ NULL, -1 }, dx, BM_HERE))
        fail_msg("%s: %s", name, bm_error(w->g));
    difference d = { bm_session_new(w->g, .seed = 5), loss, w->x, { (const bm_feed[]){ { w->x, x } }, 1 } };
    for (size_t k = 0; k < n; k++) {
        bm_run(d.s, d.feeds, BM_FETCHES(dx[k]));
        if (bm_failed(d.s)) fail_msg("%s: %s", name, bm_error(d.s));
        const bm_tensor *v = bm_value(d.s, dx[k]);
        bm_tensor *got = bm_tensor_copy(BM_F64, bm_tensor_shape(v), bm_data_any(v)),
                  *at = k ? bm_tensor_copy(BM_F64, bm_tensor_shape(v), bm_data_any(bm_value(d.s, by[k]))) : x;
        for (int64_t i = 0; i < bm_tensor_size(got); i++) {
            double *place = (double *)bm_data(at) + i, was = *place, side[2];
            for (int s = 0; s < 2; s++) {
                *place = was + (s ? 1e-6 : -1e-6);
                if (k) bm_set_value(d.s, by[k], at);
                side[s] = loss_at(&d);
            }
            *place = was;
            if (k) bm_set_value(d.s, by[k], at);
            char what[200];
            snprintf(what, sizeof what, "%s: gradient by %s, element %lld", name, bm_node_name(by[k]), (long long)i);
            bmt_near(what, bm_tensor_at(got, i), (side[1] - side[0]) / 2e-6, 1e-6);
        }
        bm_free(got);
        if (k) bm_free(at);
    }
    bm_free(d.s);
}

static void build_one(const bm_layer_kind *kind, bm_type type)
{
    bm_layer layer;
    bmt_network w = { 0 };
    double numbers[4 * 6];
    make("layer", (const bmi_part_kind *)kind, &layer);
    for (int i = 0; i < 24; i++) numbers[i] = sin(i * i + 1) + .1 * i;
    if (!strcmp(kind->name, "input")) ((bm_input_options *)(void *)layer.options.at)->type = type;
    bmt_network_of(&w, type, BM_SHAPE(4, 6), (bm_layers){ &layer, 1 });
    if (w.e.status) fail_msg("%s: %s", kind->name, w.e.text);
    assert_int_equal(bm_node_type(w.trained), type);
    assert_int_equal(bm_node_shape(w.trained).dim[0], 4);
    assert_int_equal(w.training.n_weights, w.predicting.n_weights);
    for (size_t i = 0; i < w.training.n_weights; i++) {
        char prefix[100];
        snprintf(prefix, sizeof prefix, "%s_1/", kind->name);
        assert_int_equal(strncmp(w.training.weights[i].name, prefix, strlen(prefix)), 0);
        assert_int_equal(w.training.weights[i].node.index, w.predicting.weights[i].node.index);
    }
    assert_int_equal(w.predicting.n_updates, 0);
    bm_tensor *x = bmt_reals(type, BM_SHAPE(4, 6), numbers);
    bm_session *s = bm_session_new(w.g, .seed = 3);
    bm_run(s, BM_FEEDS({ w.x, x }), BM_FETCHES(w.trained, w.predicted));
    if (bm_failed(s)) fail_msg("%s: %s", kind->name, bm_error(s));
    for (int64_t i = 0; i < bm_tensor_size(bm_value(s, w.trained)); i++)
        assert_true(isfinite(bm_tensor_at(bm_value(s, w.trained), i)));
    bm_free(s);
    const bool random =
        !strcmp(kind->name, "dropout") || !strcmp(kind->name, "dropconnect") || !strcmp(kind->name, "gaussian_noise");
    if (type == BM_F64 && !random) check_gradient(kind->name, &w, x);
    bm_free(x);
    bmt_network_end(&w);
}

static void layers_build(void **state)
{
    (void)state;
    const bmi_kind *k;
    for (size_t i = 0; (k = bmi_kind_at("layer", i)); i++) {
        build_one(k->record, BM_F32);
        build_one(k->record, BM_F64);
    }
}

/* Two inputs, none, a type that is not the model's, too few dimensions: refused with the layer's name and line. */
static void layers_refuse(void **state)
{
    (void)state;
    const bmi_kind *k;
    for (size_t i = 0; (k = bmi_kind_at("layer", i)); i++) {
        bm_layer layer;
        bmi_kept_layer kept;
        bmi_arena arena = { 0 };
        bmi_error e = { 0 };
        make("layer", k->record, &layer);
        layer.here = (bm_place){ "net.c", 12 };
        if (bmi_layer_keep(&e, &arena, &layer, NULL, 0, &kept)) fail_msg("%s", e.text);
        bm_graph *g = bm_graph_new();
        const bm_node x = bm_placeholder(g, BM_F32, BM_SHAPE(BM_ANY, 6), "x"),
                      whole = bm_placeholder(g, BM_I32, BM_SHAPE(BM_ANY, 6), "whole");
        const struct {
            bm_node in[2];
            size_t n;
            bm_status status;
        } cases[] = { { { x, x }, 2, BM_E_ARGUMENT }, { { x }, 0, BM_E_ARGUMENT }, { { whole }, 1, BM_E_TYPE } };
        for (size_t c = 0; c < BMI_COUNT(cases) - !strcmp(k->name, "input"); c++) {
            bm_build b;
            e = (bmi_error){ 0 };
            bmi_build_begin(&b, g, BM_F32, true, NULL, &e);
            assert_false(bm_node_ok(bmi_build_layer(&b, &kept, cases[c].in, cases[c].n)));
            assert_int_equal(e.status, cases[c].status);
            bmt_contains(k->name, e.text, "net.c:12: ");
            bmt_contains(k->name, e.text, kept.name);
            assert_false(bm_failed(g));
            bmi_build_end(&b);
        }
        bm_free(g);
        bmi_arena_end(&arena);
    }
}

/* ---- penalties, initialisers and losses on nodes ---- */
static void penalties(void **state)
{
    (void)state;
    const struct {
        bm_penalty p;
        double want, slope[3];
    } cases[] = {
        /* of (1, -2, 0), by hand; the derivative of |w| is 0 at 0 */
        { BM_L1(.5), 1.5, { .5, -.5, 0 } },
        { BM_L2(.5), 2.5, { 1, -2, 0 } },
        { BM_ELASTIC(.5, .1), 2, { .7, -.9, 0 } },
        { BM_ELASTIC(BM_ZERO, .1), .5, { .2, -.4, 0 } },
    };
    const double numbers[] = { 1, -2, 0 };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_graph *g = bm_graph_new();
        bmi_error e = { 0 };
        bm_node w = bm_placeholder(g, BM_F64, BM_SHAPE(3), "w"), y = bmi_penalty_node(&e, BM_HERE, "test", cases[i].p, w),
                d = bm_gradient(y, w);
        bm_tensor *t = bmt_reals(BM_F64, BM_SHAPE(3), numbers);
        bm_session *s = bm_session_new(g);
        bm_run(s, BM_FEEDS({ w, t }), BM_FETCHES(y, d));
        if (bm_failed(s)) fail_msg("%s", bm_error(s));
        bmt_near("penalty", bm_scalar(s, y), cases[i].want, 1e-12);
        for (int k = 0; k < 3; k++) bmt_near("slope", bm_tensor_at(bm_value(s, d), k), cases[i].slope[k], 1e-12);
        bm_free(t);
        bm_free(s);
        bm_free(g);
    }
}

/* The gradient of every loss by the prediction, in f64, against differences; targets of the kind's form. */
static void loss_gradients(void **state)
{
    (void)state;
    const bmi_kind *k;
    for (size_t i = 0; (k = bmi_kind_at("loss", i)); i++) {
        const bm_loss_kind *kind = k->record;
        double y[6] = { .2, .5, .3, .6, .15, .25 }, t[6] = { .3, .4, .3, .1, .8, .1 }, classes[2] = { 2, 0 }, p[2];
        bmi_error e = { 0 };
        bm_graph *g = bm_graph_new();
        const bool labels = kind->target == BM_TARGET_CLASS;
        bmi_choice_numbers((const bmi_choice_kind *)kind, (const double[]){ 0, 0 }, p);
        const bm_node yn = bm_placeholder(g, BM_F64, BM_SHAPE(2, 3), "y"),
                      tn = bm_placeholder(g, labels ? BM_I64 : BM_F64, labels ? BM_SHAPE(2) : BM_SHAPE(2, 3), "t");
        const bm_node rows = bmi_loss_rows(&e, BM_HERE, kind, p, &(bm_loss_input){ .prediction = yn, .target = tn });
        if (e.status) fail_msg("%s: %s", k->name, e.text);
        const bm_node loss = bmi_loss_reduce(rows, (bm_node){ NULL, -1 }, kind->reduction, BM_HERE), d = bm_gradient(loss, yn);
        bm_tensor *yt = bmt_reals(BM_F64, BM_SHAPE(2, 3), y),
                  *tt = labels ? bmt_reals(BM_I64, BM_SHAPE(2), classes) : bmt_reals(BM_F64, BM_SHAPE(2, 3), t);
        bm_session *s = bm_session_new(g);
        bm_run(s, BM_FEEDS({ yn, yt }, { tn, tt }), BM_FETCHES(d));
        if (bm_failed(s)) fail_msg("%s: %s", k->name, bm_error(s));
        bm_tensor *got = bm_tensor_copy(BM_F64, BM_SHAPE(2, 3), bm_data_any(bm_value(s, d)));
        for (int j = 0; j < 6; j++) {
            double side[2];
            for (int m = 0; m < 2; m++) {
                ((double *)bm_data(yt))[j] = y[j] + (m ? 1e-6 : -1e-6);
                bm_run(s, BM_FEEDS({ yn, yt }, { tn, tt }), BM_FETCHES(loss));
                side[m] = bm_scalar(s, loss);
            }
            ((double *)bm_data(yt))[j] = y[j];
            bmt_near(k->name, bm_tensor_at(got, j), (side[1] - side[0]) / 2e-6, 1e-6);
        }
        bm_free(got);
        bm_free(yt);
        bm_free(tt);
        bm_free(s);
        bm_free(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choices),        cmocka_unit_test(layers_keep),   cmocka_unit_test(optimizers_keep),
        cmocka_unit_test(layers_build),   cmocka_unit_test(layers_refuse), cmocka_unit_test(penalties),
        cmocka_unit_test(loss_gradients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
