// SPDX-License-Identifier: Apache-2.0
/* A plan and its intermediate form as text.
 */
#include "base/locale.h"
#include "plan/ir.h"
#include <inttypes.h>
#include <string.h>

static void print_item(const bmi_ir *ir, int i, FILE *to)
{
    static const char *const source[] = { "", " feed", " variable", " constant" };
    const bmi_item *item = &ir->items[i];
    char text[200];
    fprintf(to, "  %3d %-20s %-4s %s%s%s%s", i, item->op->name, bm_type_name(item->type), bmi_shape_text(text, &item->shape),
            source[item->source], item->fetched ? " fetched" : "", item->rooted ? " rooted" : "");
    for (int j = 0; j < item->n_in; j++) fprintf(to, "%s%d", j ? " " : " <- ", item->in[j]);
    if (item->kept) fprintf(to, " kept");
    if (item->buffer >= 0) fprintf(to, " buffer %d", item->buffer);
    fprintf(to, "\n");
}

void bmi_ir_print(const bmi_ir *ir, FILE *to)
{
    if (!ir->n_units) {
        for (int i = 0; i < ir->n_items; i++)
            if (ir->items[i].alive) print_item(ir, i, to);
        return;
    }
    for (int i = 0; i < ir->n_items; i++)
        if (ir->items[i].alive && ir->items[i].unit < 0) print_item(ir, i, to);
    for (int k = 0; k < ir->n_units; k++) {
        const int u = ir->n_order ? ir->order[k] : k;
        const bmi_unit *unit = &ir->units[u];
        fprintf(to, "unit %d%s%s\n", u, unit->contraction >= 0 ? " contraction" : "", unit->elementwise ? " chain" : "");
        for (int j = 0; j < unit->n_items; j++) print_item(ir, unit->items[j], to);
    }
}

static void write_step(const bmi_plan *p, const bm_graph *g, size_t i, double seconds, FILE *to)
{
    const bmi_step *s = &p->steps[i];
    const bmi_plan_unit *u = &p->units[s->unit];
    char text[200];
    const bool first = i == 0 || p->steps[i - 1].unit != s->unit;
    fprintf(to, "%3zu  %-14s %-20s", i, s->what, g->nodes[u->node].name);
    fprintf(to, " %-16s", u->n_out ? bmi_shape_text(text, &u->out[u->n_out - 1].shape) : "");
    if (first) fprintf(to, " %3d nodes %10.3f kB %10.3f kFLOP", u->n_nodes, u->bytes / 1e3, u->flops / 1e3);
    else fprintf(to, " %41s", "");
    fprintf(to, "  %d part%s", s->parts, s->parts == 1 ? " " : "s");
    if (seconds >= 0) fprintf(to, " %10.3f us", seconds * 1e6);
    if (seconds > 0 && first && u->flops > 0) fprintf(to, " %8.2f GFLOP/s", u->flops / seconds * 1e-9);
    fprintf(to, "\n");
}

void bmi_plan_write(const bmi_plan *p, const bm_graph *g, const double *seconds, FILE *to)
{
    double sum = 0;
    const bmi_locale locale = bmi_locale_begin();
    fprintf(to, "%zu kernels, %.1f kB of buffers, planned in %.3f ms, %d thread%s\n", p->n_steps, (double)p->block_bytes / 1e3,
            p->seconds * 1e3, p->threads, p->threads == 1 ? "" : "s");
    for (size_t i = 0; i < p->n_steps; i++) {
        write_step(p, g, i, seconds ? seconds[i] : -1, to);
        if (seconds) sum += seconds[i];
    }
    if (seconds) fprintf(to, "     all %.3f us\n", sum * 1e6);
    bmi_locale_end(locale);
}
