// SPDX-License-Identifier: Apache-2.0
/* Non-linear least squares for programs: settings, weights and statistics around linalg/levenberg.h; the residuals are a function in C,
 * or a node of a graph, whose Jacobian is had column by column: with g(u) = JT u (the gradient with the seed u), the derivative of g_k
 * by u is column k of J.
 */
#include "graph/graph.h"
#include "linalg/levenberg.h"
#include "run/session.h"
#include "tensor/tensor.h"
#include <baeum/nonlinear.h>
#include <baeum/ops.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct fitting {
    bmi_error e;
    bm_place here;
    bm_nonlinear_options o;
    bmi_levenberg solver;
    double *roots; /* of weights, or null */
} fitting;

static const char *const ends[] = { [BMI_LEVENBERG_GRADIENT] = "gradient",     [BMI_LEVENBERG_STEP] = "step",
                                    [BMI_LEVENBERG_DECREASE] = "decrease",     [BMI_LEVENBERG_ITERATIONS] = "iterations",
                                    [BMI_LEVENBERG_DAMPED] = "no better step", [BMI_LEVENBERG_STOP] = "stop" };

static bool residuals(void *user, const double *p, double *r)
{
    const fitting *f = user;
    if (!f->o.residuals(f->o.user, p, r)) return false;
    for (int64_t i = 0; f->roots && i < f->o.rows; i++) r[i] = f->roots[i] > 0 ? r[i] * f->roots[i] : 0;
    return true;
}

static bool jacobian(void *user, const double *p, double *j)
{
    const fitting *f = user;
    const int64_t n = f->o.count;
    if (!f->o.jacobian(f->o.user, p, j)) return false;
    for (int64_t i = 0; f->roots && i < f->o.rows; i++)
        for (int64_t k = 0; k < n; k++) j[i * n + k] = f->roots[i] > 0 ? j[i * n + k] * f->roots[i] : 0;
    return true;
}

static bm_status check_numbers(fitting *f)
{
    const bm_nonlinear_options *o = &f->o;
    for (int64_t k = 0; k < o->count; k++) {
        const double low = o->low ? o->low[k] : -INFINITY, high = o->high ? o->high[k] : INFINITY;
        if (!isfinite(o->parameters[k]))
            return bmi_fail(&f->e, BM_E_ARGUMENT, f->here, "least squares: parameter %" PRId64 " starts at %g", k,
                            o->parameters[k]);
        if (!(low <= high))
            return bmi_fail(&f->e, BM_E_ARGUMENT, f->here, "least squares: parameter %" PRId64 " has the bounds %g and %g", k,
                            low, high);
    }
    for (int64_t i = 0; o->weights && i < o->rows; i++)
        if (!(o->weights[i] >= 0 && isfinite(o->weights[i])))
            return bmi_fail(&f->e, BM_E_ARGUMENT, f->here,
                            "least squares: the weight of row %" PRId64 " is %g; weights are >= 0", i, o->weights[i]);
    return BM_OK;
}

static bm_status check(fitting *f)
{
    const bm_nonlinear_options *o = &f->o;
    bmi_error *e = &f->e;
    if (!o->residuals) return bmi_fail(e, BM_E_ARGUMENT, f->here, "least squares: .residuals is needed");
    if (o->rows < 1 || o->count < 1 || !o->parameters)
        return bmi_fail(e, BM_E_ARGUMENT, f->here,
                        "least squares: .rows and .count must be 1 or more, and .parameters be given");
    const double tolerances[] = { o->gradient, o->step, o->decrease };
    for (size_t i = 0; i < BMI_COUNT(tolerances); i++)
        if (!(tolerances[i] >= 0 && tolerances[i] < 1))
            return bmi_fail(e, BM_E_ARGUMENT, f->here, "least squares: a tolerance is %g; it must be from 0 to below 1",
                            tolerances[i]);
    if (o->iterations < 0)
        return bmi_fail(e, BM_E_ARGUMENT, f->here, "least squares: iterations is %" PRId64 "; it must be 1 or more",
                        o->iterations);
    return check_numbers(f);
}

static double or_default(double given, double usual)
{
    return given == 0 ? usual : given == BM_ZERO ? 0 : given;
}

static bm_status solve(fitting *f, double *covariance)
{
    const bm_nonlinear_options *o = &f->o;
    f->solver = (bmi_levenberg){ .context = o->context,
                                 .m = o->rows,
                                 .n = o->count,
                                 .iterations = o->iterations ? o->iterations : 1000,
                                 .gradient = or_default(o->gradient, 1e-12),
                                 .step = or_default(o->step, 1e-14),
                                 .decrease = or_default(o->decrease, 1e-15),
                                 .low = o->low,
                                 .high = o->high,
                                 .residuals = residuals,
                                 .jacobian = o->jacobian ? jacobian : NULL,
                                 .user = f,
                                 .covariance = covariance };
    if (bmi_levenberg_run(&f->solver, o->parameters))
        return bmi_fail_memory(&f->e, f->here, (size_t)(o->rows * o->count) * 16, "non-linear least squares");
    if (f->solver.end == BMI_LEVENBERG_START && !f->e.status)
        bmi_fail(
            &f->e, BM_E_NUMBER, f->here,
            "least squares: the residuals or their derivatives are not finite where the parameters start; start elsewhere");
    return f->e.status;
}

/* Standard errors, in the place that the inverse has. */
static void put_errors(const fitting *f, bm_nonlinear_result *r, const double *inverse)
{
    const bm_nonlinear_options *o = &f->o;
    const int64_t n = o->count;
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < n; k++) {
            const bool told = inverse[i * n + i] > 0 && inverse[k * n + k] > 0;
            const double v = told ? r->sigma * r->sigma * inverse[i * n + k] : NAN;
            if (o->covariance) o->covariance[i * n + k] = v;
            if (o->errors && i == k) o->errors[i] = sqrt(v);
        }
}

static void fit(fitting *f, bm_nonlinear_result *r)
{
    const bm_nonlinear_options *o = &f->o;
    const size_t n = (size_t)o->count;
    int64_t used = o->rows;
    double *inverse = bmi_alloc(o->context, n * n, sizeof *inverse);
    if (o->weights) f->roots = bmi_alloc(o->context, (size_t)o->rows, sizeof *f->roots);
    if (!inverse || (o->weights && !f->roots))
        bmi_fail_memory(&f->e, f->here, n * n * sizeof *inverse, "non-linear least squares");
    for (int64_t i = 0; f->roots && i < o->rows; i++) {
        f->roots[i] = sqrt(o->weights[i]);
        used -= !(o->weights[i] > 0);
    }
    if (!f->e.status && !solve(f, inverse)) {
        const bmi_levenberg *s = &f->solver;
        r->stopped_by = ends[s->end];
        r->converged = s->end <= BMI_LEVENBERG_DECREASE;
        r->iterations = s->done;
        r->evaluations = s->evaluations;
        r->squares = s->squares;
        r->df = used - s->rank;
        r->sigma = r->df > 0 ? sqrt(s->squares / (double)r->df) : NAN;
        put_errors(f, r, inverse);
    }
    bmi_release(o->context, inverse, n * n, sizeof *inverse);
    bmi_release(o->context, f->roots, (size_t)o->rows, sizeof *f->roots);
}

static bm_nonlinear_result result_of(const fitting *f, bm_nonlinear_result r)
{
    r.status = f->e.status;
    snprintf(r.error, sizeof r.error, "%.399s", f->e.status ? f->e.text : "");
    if (r.status) r.stopped_by = NULL;
    return r;
}

bm_nonlinear_result bm_least_squares_fit_at(const bm_nonlinear_options *options, size_t size, bm_place here)
{
    fitting f = { .here = here };
    bm_nonlinear_result r = { .squares = NAN, .sigma = NAN };
    if (!bmi_options_copy(&f.e, here, &f.o, sizeof f.o, offsetof(bm_nonlinear_options, named_), options, size) && !check(&f))
        fit(&f, &r);
    return result_of(&f, r);
}

/* ---- a node of a graph ---- */
typedef struct graph_fit {
    bmi_error e;
    bm_place here;
    bm_session *s;
    bm_node residuals, seed;
    bm_nodes variables;
    bm_feeds feeds;
    bm_node *columns; /* of the Jacobian, one a parameter */
    bm_feed *fed;     /* feeds, and the seed */
    bm_tensor *zeros; /* a seed: its value does not count, for g is linear in it */
    int64_t rows, count;
    bmi_arena arena;
} graph_fit;

static bool run(graph_fit *g, const double *p, bm_feeds feeds, bm_nodes fetches)
{
    for (size_t i = 0; i < g->variables.count; i++) {
        bm_tensor *v = bmi_session_variable(g->s, g->variables.at[i].index);
        if (!v) break;
        if (p) memcpy(v->data, p, (size_t)v->size * sizeof *p), p += v->size;
    }
    if (!g->s->object.error.status) bm_run_at(g->s, feeds, fetches, g->here);
    if (!g->s->object.error.status) return true;
    bmi_fail_from(&g->e, &g->s->object.error);
    return false;
}

static bool node_residuals(void *user, const double *p, double *r)
{
    graph_fit *g = user;
    if (g->e.status || !run(g, p, g->feeds, (bm_nodes){ &g->residuals, 1 })) return false;
    const bm_tensor *v = bm_value_at(g->s, g->residuals, g->here);
    memcpy(r, v->data, (size_t)g->rows * sizeof *r);
    return true;
}

static bool node_jacobian(void *user, const double *p, double *j)
{
    graph_fit *g = user;
    if (g->e.status || !run(g, p, (bm_feeds){ g->fed, g->feeds.count + 1 }, (bm_nodes){ g->columns, (size_t)g->count }))
        return false;
    for (int64_t k = 0; k < g->count; k++) {
        const bm_tensor *c = bm_value_at(g->s, g->columns[k], g->here);
        for (int64_t i = 0; i < g->rows; i++) j[i * g->count + k] = ((const double *)c->data)[i];
    }
    return true;
}

static bm_status check_nodes(graph_fit *g)
{
    if (bmi_object_failed(g->s)) {
        if (g->s) return bmi_fail_from(&g->e, &g->s->object.error);
        return bmi_fail(&g->e, BM_E_ARGUMENT, g->here, "least squares: the session is null");
    }
    if (!g->residuals.graph || g->residuals.graph != g->s->graph || !g->variables.count)
        return bmi_fail(&g->e, BM_E_ARGUMENT, g->here,
                        "least squares: the residuals must be a node of the session's graph, and variables be given");
    if (bm_node_type(g->residuals) != BM_F64)
        return bmi_fail(&g->e, BM_E_TYPE, g->here, "least squares: the residuals are %s; they must be f64",
                        bm_type_name(bm_node_type(g->residuals)));
    for (size_t i = 0; i < g->variables.count; i++) {
        const bm_node v = g->variables.at[i];
        if (v.graph != g->residuals.graph || !bmi_node_of(v) || bmi_node_of(v)->op != &bmi_op_variable)
            return bmi_fail(&g->e, BM_E_TYPE, g->here,
                            "least squares: node %zu of the variables is none of the session's graph", i);
        if (bm_node_type(v) != BM_F64)
            return bmi_fail(&g->e, BM_E_TYPE, g->here, "least squares: variable %zu is %s; it must be f64", i,
                            bm_type_name(bm_node_type(v)));
        const bm_tensor *t = bmi_session_variable(g->s, v.index);
        if (!t) return bmi_fail_from(&g->e, &g->s->object.error);
        g->count += t->size;
    }
    return BM_OK;
}

/* The columns of the Jacobian as nodes. */
static bm_status differentiate(graph_fit *g, bm_shape shape)
{
    bm_graph *graph = g->residuals.graph;
    const size_t n = g->variables.count;
    bm_node *by = bmi_arena_alloc(&g->arena, n, sizeof *by);
    g->columns = bmi_arena_alloc(&g->arena, (size_t)g->count, sizeof *g->columns);
    g->fed = bmi_arena_alloc(&g->arena, g->feeds.count + 1, sizeof *g->fed);
    g->zeros = bm_tensor_new_in_at(g->s->object.context, BM_F64, shape, g->here);
    if (!by || !g->columns || !g->fed)
        return bmi_fail_memory(&g->e, g->here, (size_t)g->count * sizeof(bm_node), "derivatives");
    if (bmi_fail_from(&g->e, &g->zeros->object.error)) return g->e.status;
    g->seed = bm_placeholder_at(graph, BM_F64, bm_node_shape(g->residuals), NULL, g->here);
    bm_gradients_at(g->residuals, g->variables, g->seed, by, g->here);
    for (size_t i = 0, at = 0; i < n; i++) {
        int64_t size = 1;
        const bm_shape of = bm_node_shape(g->variables.at[i]);
        for (int64_t d = 0; d < of.rank; d++) size *= of.dim[d];
        const bm_node line = bm_reshape_op_at(by[i], BM_SHAPE(size), g->here);
        for (int64_t k = 0; k < size; k++) {
            const bm_node one = bm_slice_at(line, BM_AXES(k), BM_AXES(1), g->here);
            g->columns[at++] = bm_gradient_at(one, g->seed, g->here);
        }
    }
    if (bmi_fail_from(&g->e, &graph->object.error)) return g->e.status;
    for (size_t i = 0; i < g->feeds.count; i++) g->fed[i] = g->feeds.at[i];
    g->fed[g->feeds.count] = (bm_feed){ g->seed, g->zeros };
    return BM_OK;
}

/* Where the variables are: the start. Null with the error set. */
static double *start(graph_fit *g)
{
    double *p = bmi_arena_alloc(&g->arena, (size_t)g->count, sizeof *p), *to = p;
    if (!p) bmi_fail_memory(&g->e, g->here, (size_t)g->count * sizeof *p, "parameters");
    for (size_t i = 0; p && i < g->variables.count; i++) {
        const bm_tensor *v = bmi_session_variable(g->s, g->variables.at[i].index);
        memcpy(to, v->data, (size_t)v->size * sizeof *p);
        to += v->size;
    }
    return p;
}

bm_nonlinear_result bm_least_squares_fit_node_at(bm_session *s, bm_node residuals_node, const bm_nonlinear_options *options,
                                                 size_t size, bm_place here)
{
    fitting f = { .here = here };
    bm_nonlinear_result r = { .squares = NAN, .sigma = NAN };
    bmi_options_copy(&f.e, here, &f.o, sizeof f.o, offsetof(bm_nonlinear_options, named_), options, size);
    graph_fit g = { .here = here, .s = s, .residuals = residuals_node, .variables = f.o.variables, .feeds = f.o.feeds };
    g.arena.context = s ? s->object.context : NULL;
    if (!f.e.status && !check_nodes(&g) && run(&g, NULL, g.feeds, (bm_nodes){ &residuals_node, 1 })) {
        const bm_tensor *first = bm_value_at(s, residuals_node, here);
        const bm_shape shape = first->shape;
        g.rows = first->size;
        f.o.parameters = start(&g);
        if (f.o.parameters && !differentiate(&g, shape)) {
            f.o.residuals = node_residuals, f.o.jacobian = node_jacobian, f.o.user = &g;
            f.o.rows = g.rows, f.o.count = g.count;
            if (!f.o.context) f.o.context = s->object.context;
            if (!check(&f)) fit(&f, &r);
            if (!g.e.status) run(&g, f.o.parameters, g.feeds, (bm_nodes){ &residuals_node, 1 });
        }
    }
    if (g.e.status) f.e = g.e;
    bmi_object_free(g.zeros);
    bmi_arena_end(&g.arena);
    return result_of(&f, r);
}
