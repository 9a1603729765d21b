// SPDX-License-Identifier: Apache-2.0
/* Activations, losses, metrics and layers against what SciPy, PyTorch, Keras and scikit-learn gave (tests/golden/nn.py wrote
 * tests/golden/nn.txt). f64 to 1e-12, f32 to 2e-5; metrics in doubles to 1e-12.
 */
#include "nn_support.h"

typedef struct array {
    char name[20];
    bm_shape shape;
    double *at;
} array;
typedef struct golden {
    char family[40], text[200];
    array arrays[6];
    int n;
} golden;

static const array *array_of(const golden *c, const char *name)
{
    for (int i = 0; i < c->n; i++)
        if (!strcmp(c->arrays[i].name, name)) return &c->arrays[i];
    return NULL;
}

static bm_tensor *tensor_of(const golden *c, const char *name, bm_type type)
{
    const array *a = array_of(c, name);
    return a ? bmt_reals(type, a->shape, a->at) : NULL;
}

static void compare(const golden *c, const bm_tensor *got, double tolerance)
{
    const array *want = array_of(c, "value");
    char what[300];
    if (bm_failed(got)) fail_msg("%s %s: %s", c->family, c->text, bm_error(got));
    int64_t size = 1;
    for (int64_t i = 0; i < want->shape.rank; i++) size *= want->shape.dim[i];
    assert_int_equal(bm_tensor_size(got), size);
    for (int64_t i = 0; i < size; i++) {
        snprintf(what, sizeof what, "%s %s, number %lld", c->family, c->text, (long long)i);
        bmt_near(what, bm_tensor_at(got, i), want->at[i], tolerance);
    }
}

static bm_tensor *run(bmi_error *e, bm_graph *g, bm_node y, bm_feeds feeds)
{
    if (e->status) fail_msg("%s", e->text);
    bm_session *s = bm_session_new(g);
    bm_run(s, feeds, BM_FETCHES(y));
    if (bm_failed(s)) fail_msg("%s", bm_error(s));
    const bm_tensor *v = bm_value(s, y);
    bm_tensor *copy = bm_tensor_copy(bm_tensor_type(v), bm_tensor_shape(v), bm_data_any(v));
    bm_free(s);
    return copy;
}

static double tolerance(bm_type type)
{
    return type == BM_F64 ? 1e-12 : 2e-5;
}

static void activation(const golden *c, bm_type type)
{
    char name[100];
    bmi_error e = { 0 };
    bm_activation a = { .name = name };
    bmt_choice(c->text, name, a.p);
    bm_graph *g = bm_graph_new();
    bm_node x = bm_placeholder(g, type, array_of(c, "x")->shape, "x"), y = bmi_activation_node(&e, BM_HERE, "test", a, x);
    bm_tensor *in = tensor_of(c, "x", type), *got = run(&e, g, y, BM_FEEDS({ x, in }));
    compare(c, got, tolerance(type));
    bm_free(in);
    bm_free(got);
    bm_free(g);
}

static void loss(const golden *c, bm_type type)
{
    char name[100];
    bmi_error e = { 0 };
    bm_loss l = { .name = name };
    double p[2];
    bmt_choice(c->text, name, l.p);
    const bm_loss_kind *kind = bmi_loss_find(&e, BM_HERE, "test", l, p);
    if (!kind) fail_msg("%s", e.text);
    const bool labels = array_of(c, "t")->shape.rank < array_of(c, "y")->shape.rank;
    const bm_type target = labels ? (type == BM_F64 ? BM_I64 : BM_I32) : type;
    bm_tensor *y = tensor_of(c, "y", type), *t = tensor_of(c, "t", target), *direct = bm_loss_value(l, y, t);
    compare(c, direct, tolerance(type));
    bm_graph *g = bm_graph_new();
    bm_shape open = array_of(c, "y")->shape;
    open.dim[0] = BM_ANY;
    bm_node yn = bm_placeholder(g, type, open, "y"), tn = bm_placeholder(g, target, labels ? BM_SHAPE(BM_ANY) : open, "t");
    bm_node rows = bmi_loss_rows(&e, BM_HERE, kind, p, &(bm_loss_input){ .prediction = yn, .target = tn });
    bm_tensor *got =
        run(&e, g, bmi_loss_reduce(rows, (bm_node){ NULL, -1 }, kind->reduction, BM_HERE), BM_FEEDS({ yn, y }, { tn, t }));
    compare(c, got, tolerance(type));
    bm_free(direct);
    bm_free(got);
    bm_free(y);
    bm_free(t);
    bm_free(g);
}

static bm_output output_of(const char *name)
{
    return !strcmp(name, "reals")     ? BM_OUTPUT_REALS
           : !strcmp(name, "binary")  ? BM_OUTPUT_BINARY
           : !strcmp(name, "classes") ? BM_OUTPUT_CLASSES
                                      : BM_OUTPUT_LABELS;
}

/* The mean of a metric's rows as nodes, where it has them. */
static void metric_rows(const golden *c, bm_metric m, bm_output form)
{
    bmi_error e = { 0 };
    double p[2];
    const bm_metric_kind *kind = bmi_metric_find(&e, BM_HERE, "test", m, p);
    const bool labels = array_of(c, "t")->shape.rank < array_of(c, "y")->shape.rank;
    if (!kind->rows || array_of(c, "w")) return;
    bm_graph *g = bm_graph_new();
    bm_node y = bm_placeholder(g, BM_F64, array_of(c, "y")->shape, "y"),
            t = bm_placeholder(g, labels ? BM_I64 : BM_F64, array_of(c, "t")->shape, "t");
    bm_node rows = bmi_metric_rows(&e, BM_HERE, kind, p, &(bm_loss_input){ .prediction = y, .target = t, .output = form });
    bm_tensor *yt = tensor_of(c, "y", BM_F64), *tt = tensor_of(c, "t", labels ? BM_I64 : BM_F64),
              *got = run(&e, g, bm_mean(rows), BM_FEEDS({ y, yt }, { t, tt }));
    compare(c, got, 1e-12);
    bm_free(yt);
    bm_free(tt);
    bm_free(got);
    bm_free(g);
}

static void metric(const golden *c, bm_type type)
{
    char choice[100], form[40], name[100];
    bm_metric m = { .name = name };
    if (type != BM_F64) return;
    sscanf(c->text, "%99s %39s", choice, form);
    bmt_choice(choice, name, m.p);
    bm_tensor *y = tensor_of(c, "y", BM_F64), *t = tensor_of(c, "t", BM_F64), *w = tensor_of(c, "w", BM_F64), *got;
    const bool confusion = !strcmp(name, "confusion");
    if (confusion) got = bm_confusion(y, t, .weight = w, .output = output_of(form));
    else got = bm_measure(m, y, t, .weight = w, .output = output_of(form));
    compare(c, got, 1e-12);
    if (!confusion) metric_rows(c, m, output_of(form));
    bm_free(y);
    bm_free(t);
    if (w) bm_free(w);
    bm_free(got);
}

static void layer(const golden *c, bm_type type)
{
    bmt_network w = { 0 };
    bm_shape shape = array_of(c, "x")->shape;
    shape.dim[0] = BM_ANY;
    bmt_network_parse(&w, type, shape, c->text);
    bm_tensor *x = tensor_of(c, "x", type), *got = run(&w.e, w.g, w.trained, BM_FEEDS({ w.x, x }));
    compare(c, got, tolerance(type));
    bm_free(x);
    bm_free(got);
    bmt_network_end(&w);
}

static void read_array(golden *c, char *line)
{
    array *a = &c->arrays[c->n++];
    int64_t size = 1;
    *a = (array){ 0 };
    snprintf(a->name, sizeof a->name, "%.*s", (int)strcspn(line, " "), line);
    char *at = line + strcspn(line, " ");
    a->shape.rank = strtoll(at, &at, 10);
    for (int64_t i = 0; i < a->shape.rank; i++) size *= a->shape.dim[i] = strtoll(at, &at, 10);
    a->at = malloc((size_t)size * sizeof *a->at);
    assert_non_null(a->at);
    for (int64_t i = 0; i < size; i++) a->at[i] = strtod(at, &at);
}

static int check(golden *c, const char *family)
{
    static const struct {
        const char *family;
        void (*check)(const golden *c, bm_type type);
    } checks[] = {
        { "activation", activation },
        { "loss", loss },
        { "metric", metric },
        { "layer", layer },
    };
    int done = 0;
    for (size_t i = 0; i < BMI_COUNT(checks); i++)
        if (c->n && !strcmp(c->family, family) && !strcmp(family, checks[i].family)) {
            checks[i].check(c, BM_F64);
            checks[i].check(c, BM_F32);
            done = 1;
        }
    for (int i = 0; i < c->n; i++) free(c->arrays[i].at);
    c->n = 0;
    return done;
}

static void run_family(const char *family, int least)
{
    size_t n;
    char *text = (char *)bmt_read("tests/golden/nn.txt", &n);
    golden c = { .n = 0 };
    int done = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char head[40], rest[200];
        if (sscanf(line, "case %39s %199[^\n]", head, rest) == 2) {
            done += check(&c, family);
            memcpy(c.family, head, sizeof head);
            memcpy(c.text, rest, sizeof rest);
        } else if (c.family[0]) read_array(&c, line);
    }
    done += check(&c, family);
    free(text);
    assert_true(done >= least);
}

static void activations(void **state)
{
    (void)state;
    run_family("activation", 19);
}
static void losses(void **state)
{
    (void)state;
    run_family("loss", 24);
}
static void metrics(void **state)
{
    (void)state;
    run_family("metric", 100);
}
static void layers(void **state)
{
    (void)state;
    run_family("layer", 12);
}

/* No activation, loss or metric is without a recorded value. */
static void all_are_there(void **state)
{
    (void)state;
    static const char *const families[] = { "activation", "loss", "metric" };
    size_t n;
    char found[100] = "";
    char *text = (char *)bmt_read("tests/golden/nn.txt", &n), *more = (char *)bmt_read("tests/golden/metrics.txt", &n),
         name[100];
    for (size_t f = 0; f < BMI_COUNT(families); f++) {
        const bmi_kind *k;
        for (size_t i = 0; (k = bmi_kind_at(families[f], i)); i++) {
            snprintf(name, sizeof name, "case %s %s", families[f], k->name);
            if (f == 2) snprintf(found, sizeof found, "\n%s", k->name); /* tests/nn/test_metric_golden.c */
            if (f < 2 || !strstr(more, found)) bmt_contains(name, text, name);
        }
    }
    free(text);
    free(more);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(activations), cmocka_unit_test(losses), cmocka_unit_test(metrics),
                                        cmocka_unit_test(layers), cmocka_unit_test(all_are_there) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
