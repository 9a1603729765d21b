// SPDX-License-Identifier: Apache-2.0
/* The gradient of every operation, and the gradient of that gradient, against central differences in f64, with dimensions that
 * are known and with ones that only a run knows.
 */
#include "base/text.h"
#include "support/bmt.h"
#include "support/interpret.h"
#include "support/op_cases.h"
#include <math.h>
#include <stdlib.h>

enum { MOST = BMT_INPUTS + 1 };

typedef struct setting {
    const bmt_case *c;
    bm_graph *g;
    bm_node in[BMT_INPUTS], y, seed;
    bmt_machine m;
    bm_node x[MOST]; /* the real inputs */
    int n;
    bm_tensor *at[MOST]; /* their values */
} setting;

/* sum_k <weight_k, node_k> */
static double weighed(setting *s, const bm_node *node, bm_tensor *const *weight, int n)
{
    double sum = 0;
    for (int k = 0; k < n; k++) {
        const bm_tensor *v = bmt_value(&s->m, node[k]);
        for (int64_t i = 0; i < v->size; i++) sum += bm_tensor_at(v, i) * bm_tensor_at(weight[k], i);
    }
    return sum;
}

static void feed(setting *s, int k, int64_t i, double value)
{
    bm_tensor *t = bmt_convert(s->at[k], BM_F64);
    bmt_set(t, i, value);
    bmt_feed(&s->m, s->x[k], t);
}

/* Compares the nodes d[k] with differences of sum <weight, of> by each x[k]. */
static void check(setting *s, const char *what, const bm_node *d, const bm_node *of, bm_tensor *const *weight, int n_of)
{
    for (int k = 0; k < s->n; k++) {
        bm_tensor *got = bmt_convert(bmt_value(&s->m, d[k]), BM_F64);
        char a[200], b[200], name[500];
        if (!bmi_shape_equal(got->shape, s->at[k]->shape))
            fail_msg("%s: the %s by input %d is %s, the input %s", s->c->name, what, k + 1, bmi_shape_text(a, &got->shape),
                     bmi_shape_text(b, &s->at[k]->shape));
        for (int64_t i = 0; i < got->size; i++) {
            const double x = bm_tensor_at(s->at[k], i), step = 1e-6 * (fabs(x) > 1 ? fabs(x) : 1), above = x + step,
                         below = x - step;
            feed(s, k, i, above);
            const double high = weighed(s, of, weight, n_of);
            feed(s, k, i, below);
            const double low = weighed(s, of, weight, n_of);
            feed(s, k, i, x);
            snprintf(name, sizeof name, "%s: %s by input %d, element %lld", s->c->name, what, k + 1, (long long)i);
            bmt_near(name, bm_tensor_at(got, i), (high - low) / (above - below), 1e-6);
        }
        bm_free(got);
    }
}

static bm_shape opened(bm_shape shape, bool open)
{
    if (open && shape.rank) shape.dim[0] = BM_ANY;
    return shape;
}

static void start(setting *s, bool open)
{
    const bmt_case *c = s->c;
    s->g = bm_graph_new();
    for (int j = 0; j < c->n_in; j++)
        s->in[j] = bm_placeholder(s->g, c->type[j] ? c->type[j] : BM_F64, opened(c->shape[j], open), NULL);
    s->y = bmt_case_node(c, s->g, s->in);
    s->m = bmt_machine_new(s->g, 1);
    for (int j = 0; j < c->n_in; j++) {
        bm_tensor *t = bmt_case_input(c, j, BM_F64, 3);
        if (t->type == BM_F64 && !(c->op->shape_inputs >> j & 1)) {
            s->x[s->n] = s->in[j];
            s->at[s->n++] = bmt_convert(t, BM_F64);
        }
        bmt_feed(&s->m, s->in[j], t);
    }
}

static void check_case(const bmt_case *c, bool open)
{
    setting s = { .c = c };
    bm_node dx[MOST], second[MOST], total = { NULL, -1 };
    start(&s, open);
    if (bm_failed(s.g)) fail_msg("%s: %s", c->name, bm_error(s.g));
    if (!s.n || bm_node_type(s.y) != BM_F64) goto end;
    const bm_shape shape = bmt_value(&s.m, s.y)->shape;
    bm_tensor *w = bmt_random(BM_F64, shape, -1, 1, 77);
    s.seed = bm_placeholder(s.g, BM_F64, opened(shape, open), NULL);
    bmt_feed(&s.m, s.seed, bmt_convert(w, BM_F64));
    if (bm_gradients_at(s.y, (bm_nodes){ s.x, (size_t)s.n }, s.seed, dx, BM_HERE)) fail_msg("%s: %s", c->name, bm_error(s.g));
    check(&s, "gradient", dx, &s.y, &w, 1);

    bm_tensor *v[MOST];
    const int n = s.n;
    for (int k = 0; k < n; k++) {
        v[k] = bmt_random(BM_F64, s.at[k]->shape, -1, 1, 90 + (uint64_t)k);
        bm_node vk = bm_constant(s.g, v[k], NULL), part = bm_sum(bm_mul(dx[k], vk));
        total = k ? bm_add(total, part) : part;
    }
    s.x[s.n] = s.seed; /* the gradient is a function of the seed, too */
    s.at[s.n++] = w;
    if (bm_gradients_at(total, (bm_nodes){ s.x, (size_t)s.n }, (bm_node){ NULL, -1 }, second, BM_HERE))
        fail_msg("%s: %s", c->name, bm_error(s.g));
    check(&s, "second derivative", second, dx, v, n);
    for (int k = 0; k < n; k++) bm_free(v[k]);
end:
    for (int k = 0; k < s.n; k++) bm_free(s.at[k]);
    bmt_machine_end(&s.m);
    bm_free(s.g);
}

static void check_known(const bmt_case *c, void *user)
{
    (void)user;
    if (!(c->op->flags & BM_OP_NO_GRADIENT)) check_case(c, false);
}

static void check_open(const bmt_case *c, void *user)
{
    (void)user;
    if (!(c->op->flags & BM_OP_NO_GRADIENT)) check_case(c, true);
}

static void known_dimensions(void **state)
{
    (void)state;
    bmt_each_case(check_known, NULL);
}

static void open_dimensions(void **state)
{
    (void)state;
    bmt_each_case(check_open, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(known_dimensions), cmocka_unit_test(open_dimensions) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
