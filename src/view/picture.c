// SPDX-License-Identifier: Apache-2.0
/* A graph with values forward (green) and gradients backward (red) on its edges: all values and all gradients are fetched in
 * one run, and each edge from x to its user carries x's value and the derivative of y by x.
 */
#include "base/file.h"
#include "base/locale.h"
#include "base/memory.h"
#include "graph/graph.h"
#include "run/session.h"
#include <baeum/view.h>
#include <errno.h>
#include <inttypes.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SHOWN = 4 }; /* elements of a tensor on an edge */

typedef struct picture {
    bm_session *s;
    bm_graph *g;
    size_t n;          /* nodes that y depends on */
    bm_node *nodes;    /* those, then the gradients of the real ones */
    int64_t *gradient; /* by position in nodes: position of its gradient, or -1 */
    int64_t *position; /* by node: position in nodes, or -1 */
    size_t all;        /* nodes and gradients */
    size_t size;       /* nodes of the graph at the start */
} picture;

static bool collect(picture *p, bm_node y)
{
    bm_context *context = p->g->object.context;
    p->size = p->g->count;
    p->position = bmi_alloc_raw(context, p->size, sizeof *p->position);
    p->nodes = bmi_alloc(context, 2 * p->size, sizeof *p->nodes);
    p->gradient = bmi_alloc_raw(context, p->size, sizeof *p->gradient);
    if (!p->position || !p->nodes || !p->gradient) return false;
    for (size_t i = 0; i < p->size; i++) p->position[i] = p->gradient[i] = -1;
    p->position[y.index] = 0;
    for (int64_t i = y.index; i >= 0; i--)
        for (int j = 0; p->position[i] >= 0 && j < p->g->nodes[i].n_in; j++) p->position[p->g->nodes[i].in[j]] = 0;
    for (int64_t i = 0; i <= y.index; i++)
        if (p->position[i] >= 0) {
            p->position[i] = (int64_t)p->n;
            p->nodes[p->n++] = (bm_node){ p->g, i };
        }
    return true;
}

/* The derivatives of y by every real node, behind the nodes themselves. */
static bool differentiate(picture *p, bm_node y, bm_place here)
{
    bm_context *context = p->g->object.context;
    bm_node *xs = bmi_alloc(context, p->n, sizeof *xs), *dx = bmi_alloc(context, p->n, sizeof *dx);
    size_t count = 0;
    if (xs && dx) {
        for (size_t i = 0; i < p->n; i++)
            if (bmi_type_is_real(bm_node_type(p->nodes[i]))) xs[count++] = p->nodes[i];
        bm_gradients_at(y, (bm_nodes){ xs, count }, (bm_node){ NULL, -1 }, dx, here);
        p->all = p->n;
        for (size_t i = 0, k = 0; i < p->n; i++)
            if (bmi_type_is_real(bm_node_type(p->nodes[i]))) {
                p->gradient[i] = (int64_t)p->all;
                p->nodes[p->all++] = dx[k++];
            }
    }
    const bool ok = xs && dx;
    bmi_release(context, xs, p->n, sizeof *xs);
    bmi_release(context, dx, p->n, sizeof *dx);
    return ok;
}

/* A few numbers of a tensor: "1.5", "[1, 2, 3, ...]". */
static void write_numbers(const bm_tensor *t, FILE *to)
{
    if (bm_tensor_shape(t).rank) fputc('[', to);
    for (int64_t i = 0; i < bm_tensor_size(t) && i < SHOWN; i++) fprintf(to, "%s%.5g", i ? ", " : "", bm_tensor_at(t, i));
    if (bm_tensor_size(t) > SHOWN) fprintf(to, ", ...");
    if (bm_tensor_shape(t).rank) fputc(']', to);
}

static void write_name(const char *text, FILE *to)
{
    for (; *text; text++) {
        if (strchr("<>&", *text)) fprintf(to, "&#%d;", *text);
        else fputc(*text, to);
    }
}

static void write_label(picture *p, size_t i, FILE *to)
{
    fprintf(to, "<font color=\"#1a7f37\">");
    write_numbers(bm_value_at(p->s, p->nodes[i], (bm_place){ 0 }), to);
    fprintf(to, "</font>");
    if (p->gradient[i] < 0) return;
    fprintf(to, "<br/><font color=\"#cf222e\">");
    write_numbers(bm_value_at(p->s, p->nodes[p->gradient[i]], (bm_place){ 0 }), to);
    fprintf(to, "</font>");
}

static void write_dot(picture *p, FILE *to)
{
    fprintf(to, "digraph baeum {\n  rankdir=LR;\n  node [shape=ellipse, fontname=\"sans-serif\", fontsize=11];\n  edge "
                "[fontname=\"sans-serif\", fontsize=10];\n");
    for (size_t i = 0; i < p->n; i++) {
        const bmi_node *node = bmi_node_of(p->nodes[i]);
        fprintf(to, "  n%zu [label=<", i);
        write_name(node->name, to);
        fprintf(to, ">%s];\n", node->n_in ? "" : ", shape=box");
        for (int j = 0; j < node->n_in; j++) {
            const size_t from = (size_t)p->position[node->in[j]];
            fprintf(to, "  n%zu -> n%zu [label=<", from, i);
            write_label(p, from, to);
            fprintf(to, ">];\n");
        }
    }
    fprintf(to, "  result [label=\"\", shape=none];\n  n%zu -> result [label=<", p->n - 1);
    write_label(p, p->n - 1, to);
    fprintf(to, ">];\n}\n");
}

bm_status bm_picture_dot_at(bm_session *s, bm_feeds feeds, bm_node y, FILE *to, bm_place here)
{
    if (bmi_object_failed(s)) return bmi_object_status(s);
    if (y.graph != s->graph || !bm_node_ok(y))
        return bmi_object_fail(s, BM_E_ARGUMENT, here, "picture: y is a failed node or one of another graph");
    if (bmi_need(&s->object.error, here, "picture: the stream", to, 1)) return s->object.error.status;
    picture p = { .s = s, .g = s->graph };
    bm_context *context = s->graph->object.context;
    if (!collect(&p, y) || !differentiate(&p, y, here))
        bmi_fail_memory(&s->object.error, here, p.size * sizeof *p.nodes, "a picture of the graph");
    else if (s->graph->object.error.status) bmi_fail_from(&s->object.error, &s->graph->object.error);
    else if (!bm_run_at(s, feeds, (bm_nodes){ p.nodes, p.all }, here)) {
        const bmi_locale locale = bmi_locale_begin();
        char why[128];
        write_dot(&p, to);
        bmi_locale_end(locale);
        if (fflush(to) || ferror(to))
            bmi_object_fail(s, BM_E_FILE, here, "picture: writing failed: %s", bmi_reason(errno, why));
    }
    bmi_release(context, p.position, p.size, sizeof *p.position);
    bmi_release(context, p.nodes, 2 * p.size, sizeof *p.nodes);
    bmi_release(context, p.gradient, p.size, sizeof *p.gradient);
    return s->object.error.status;
}

extern char **environ;

/* Runs `dot -Tsvg` from one file to another; the system's number when it cannot be started, ENOENT when it is not there. */
static int run_dot(FILE *in, FILE *out, int *code)
{
    posix_spawn_file_actions_t actions;
    char *const argv[] = { (char[]){ "dot" }, (char[]){ "-Tsvg" }, NULL };
    pid_t child;
    if (posix_spawn_file_actions_init(&actions)) return ENOMEM;
    int failed = posix_spawn_file_actions_adddup2(&actions, fileno(in), STDIN_FILENO);
    if (!failed) failed = posix_spawn_file_actions_adddup2(&actions, fileno(out), STDOUT_FILENO);
    if (!failed) failed = posix_spawnp(&child, "dot", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed) return failed;
    int state = 0;
    while (waitpid(child, &state, 0) < 0 && errno == EINTR) {}
    *code = WIFEXITED(state) ? WEXITSTATUS(state) : -1;
    return *code == 127 ? ENOENT : 0;
}

static void copy_file(bm_session *s, FILE *from, const char *path, bm_place here)
{
    char bytes[4096];
    size_t n;
    bmi_writer *w = bmi_writer_begin(&s->object.error, here, s->object.context, path);
    rewind(from);
    while (w && !s->object.error.status && (n = fread(bytes, 1, sizeof bytes, from)) > 0) bmi_writer_bytes(w, bytes, n);
    if (ferror(from)) bmi_object_fail(s, BM_E_FILE, here, "picture: what `dot` wrote cannot be read");
    if (w && !s->object.error.status) bmi_writer_commit(w);
    bmi_writer_end(w);
}

bm_status bm_picture_svg_at(bm_session *s, bm_feeds feeds, bm_node y, const char *path, bm_place here)
{
    if (bmi_object_failed(s)) return bmi_object_status(s);
    if (bmi_need(&s->object.error, here, "picture: the path", path, 1)) return s->object.error.status;
    FILE *dot = tmpfile(), *svg = dot ? tmpfile() : NULL;
    int code = 0;
    char why[128];
    if (!svg) bmi_object_fail(s, BM_E_FILE, here, "picture: no temporary file: %s", bmi_reason(errno, why));
    else if (!bm_picture_dot_at(s, feeds, y, dot, here)) {
        rewind(dot);
        const int failed = run_dot(dot, svg, &code);
        if (failed == ENOENT)
            bmi_object_fail(s, BM_E_UNSUPPORTED, here,
                            "picture: the program `dot` of Graphviz is not there; install the package graphviz, or write DOT "
                            "with bm_picture_dot");
        else if (failed == ENOMEM) bmi_fail_memory(&s->object.error, here, 0, "running `dot`");
        else if (failed)
            bmi_object_fail(s, BM_E_FILE, here, "picture: the program `dot` cannot be run: %s", bmi_reason(failed, why));
        else if (code) bmi_object_fail(s, BM_E_FILE, here, "picture: `dot -Tsvg` ended with code %d", code);
        else copy_file(s, svg, path, here);
    }
    if (dot) fclose(dot);
    if (svg) fclose(svg);
    return s->object.error.status;
}
