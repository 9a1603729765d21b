// SPDX-License-Identifier: Apache-2.0
/* A graph as text: "add:3 f32 [any, 10]" for a node, a line per node, and Graphviz's DOT. Never values.
 */
#include "graph/graph.h"
#include <inttypes.h>

/* "[any, 10]"; "[]" for rank 0. */
static const char *dims_text(char into[240], bm_shape shape)
{
    int at = snprintf(into, 240, "[");
    for (int64_t i = 0; i < shape.rank; i++) {
        if (shape.dim[i] == BM_ANY) at += snprintf(into + at, 240 - (size_t)at, "%sany", i ? ", " : "");
        else at += snprintf(into + at, 240 - (size_t)at, "%s%" PRId64, i ? ", " : "", shape.dim[i]);
    }
    snprintf(into + at, 240 - (size_t)at, "]");
    return into;
}

void bm_node_print(bm_node n, FILE *to)
{
    char text[240];
    const bmi_node *node = bmi_node_of(n);
    if (!to) return;
    if (!node) fprintf(to, "failed node\n");
    else fprintf(to, "%s:%" PRId64 " %s %s\n", node->name, n.index, bm_type_name(node->type), dims_text(text, node->shape));
}

void bm_graph_print(const bm_graph *g, FILE *to)
{
    char text[240];
    for (size_t i = 0; to && g && i < g->count; i++) {
        const bmi_node *node = &g->nodes[i];
        fprintf(to, "%4zu  %-22s %-18s %-4s %-14s", i, node->name, node->op->name, bm_type_name(node->type),
                dims_text(text, node->shape));
        for (int j = 0; j < node->n_in; j++)
            fprintf(to, "%s%s:%" PRId64, j ? " " : "  <- ", g->nodes[node->in[j]].name, node->in[j]);
        fprintf(to, "\n");
    }
}

/* Text inside a DOT string: quotes and backslashes are escaped. */
static void dot_text(const char *text, FILE *to)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') fputc('\\', to);
        fputc(*text, to);
    }
}

void bm_graph_dot(const bm_graph *g, FILE *to)
{
    char text[240];
    if (!to) return;
    fprintf(to, "digraph baeum {\n  rankdir=BT;\n  node [shape=box, fontname=\"sans-serif\", fontsize=10];\n");
    for (size_t i = 0; g && i < g->count; i++) {
        const bmi_node *node = &g->nodes[i];
        const char *style = node->op == &bmi_op_variable ? ", style=filled, fillcolor=\"#fff2cc\""
                            : node->op == &bmi_op_placeholder || node->op == &bmi_op_constant
                                ? ", style=filled, fillcolor=\"#e8f0fe\""
                                : "";
        fprintf(to, "  n%zu [label=\"", i);
        dot_text(node->name, to);
        fprintf(to, "\\n%s %s\"%s];\n", bm_type_name(node->type), dims_text(text, node->shape), style);
        for (int j = 0; j < node->n_in; j++) fprintf(to, "  n%" PRId64 " -> n%zu;\n", node->in[j], i);
    }
    fprintf(to, "}\n");
}
