// SPDX-License-Identifier: Apache-2.0
/* Running a bound elementwise program: tiles of the region, and in each the steps one after the other. */
#include "kernels/cpu/program_bound.h"
#include <string.h>

enum { NARROW = 48, NEW_COLUMN = 1, NEW_ROW = 2, NEW_OUTER = 4 };

/* What one call of run or block works on. */
typedef struct frame {
    const bmi_program *p;
    const bmi_walk *walk;
    char *scratch;
    int64_t base[BMI_PROGRAM_ARRAYS]; /* elements before the present place of the outer dimensions */
    void *slot[BMI_PROGRAM_SLOTS];
} frame;

void bmi_walk_plan(const bmi_program *p, bmi_walk *w)
{
    const int arrays = p->n_operands + p->n_results;
    bool packable = w->rows > 1 && w->cols <= p->tile / 2, packed = true;
    for (int i = 0; i < arrays; i++) /* what would have to be copied to stand packed in a tile of several rows */
        packed = packed && (!p->array[i].real || !w->row[i] || !w->col[i] || (w->col[i] == 1 && w->row[i] == w->cols));
    if (packable && (packed || w->cols < NARROW)) {
        w->tile_cols = w->cols;
        w->tile_rows = p->tile / (w->cols > 0 ? w->cols : 1);
        if (w->tile_rows > w->rows) w->tile_rows = w->rows;
    } else { /* pieces of one row, of nearly equal length */
        const int64_t pieces = (w->cols + p->tile - 1) / p->tile;
        w->tile_cols = pieces > 1 ? ((w->cols + pieces - 1) / pieces + 15) & ~INT64_C(15) : w->cols;
        w->tile_rows = 1;
    }
    w->simple = w->tile_rows == w->rows && w->tile_cols == w->cols;
    for (int i = 0; i < arrays; i++) {
        const bool in_place = p->array[i].real && w->col[i] == 1 && (w->tile_rows == 1 || w->row[i] == w->cols);
        if (in_place) w->way[i] = BMI_IN_PLACE;
        else if (i < p->n_operands && w->row[i] == 0 && (w->col[i] == 0 || w->tile_cols == w->cols)) w->way[i] = BMI_ONCE;
        else if (i < p->n_operands && w->col[i] == 0 && w->tile_rows == 1) w->way[i] = BMI_PER_ROW;
        else w->way[i] = BMI_PER_TILE;
        w->simple = w->simple && in_place;
    }
}

static void run_group(const bmi_bound_group *g, void *const *slot, size_t n)
{
    void *y[BMI_GROUP_STEPS], *x[BMI_GROUP_INPUTS];
    for (int i = 0; i < g->n_y; i++) y[i] = slot[g->y[i]];
    for (int i = 0; i < g->n_x; i++) x[i] = slot[g->x[i]];
    g->fn(n, y, (const void *const *)x, g->p);
}

static inline void run_steps(const bmi_program *p, void *const *slot, size_t n)
{
    for (int i = 0; i < p->n_steps; i++) {
        const bmi_bound_step *s = &p->step[i];
        if (!s->fn) run_group(p->group, slot, n);
        else s->fn(n, slot[s->y], slot[s->a], slot[s->b], slot[s->c], s->p);
    }
}

static inline int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* An operand that is not used in place is read into its register. One that stays for several tiles is read as a full tile. */
static void read_operand(frame *f, int i, const char *at, int64_t rows, int64_t cols)
{
    const bmi_bound_array *a = &f->p->array[i];
    if (f->walk->way[i] == BMI_ONCE) rows = f->walk->tile_rows, cols = f->walk->tile_cols;
    if (f->walk->way[i] == BMI_PER_ROW) cols = f->walk->tile_cols;
    f->slot[a->slot] = f->scratch + f->p->offset[a->slot];
    f->p->read(f->slot[a->slot], at, a->type, rows, cols, f->walk->row[i], f->walk->col[i]);
}

/* The tile at row r, column c of the region; `changed` says what is new since the tile before. */
static void run_tile(frame *f, int64_t r, int64_t c, int64_t rows, int64_t cols, int changed)
{
    static const int when[] = {
        [BMI_ONCE] = NEW_OUTER, [BMI_PER_ROW] = NEW_OUTER | NEW_ROW, [BMI_PER_TILE] = NEW_OUTER | NEW_ROW | NEW_COLUMN
    };
    const bmi_program *p = f->p;
    const bmi_walk *w = f->walk;
    char *at[BMI_PROGRAM_ARRAYS];
    const int arrays = p->n_operands + p->n_results;
    for (int i = 0; i < arrays; i++) {
        const bmi_bound_array *a = &p->array[i];
        at[i] = a->at + (f->base[i] + r * w->row[i] + c * w->col[i]) * a->size;
        if (w->way[i] == BMI_IN_PLACE) f->slot[a->slot] = at[i];
        else if (i < p->n_operands && (changed & when[w->way[i]])) read_operand(f, i, at[i], rows, cols);
    }
    run_steps(p, f->slot, (size_t)(rows * cols));
    for (int i = p->n_operands; i < arrays; i++)
        if (w->way[i] != BMI_IN_PLACE)
            p->write(at[i], f->slot[p->array[i].slot], p->array[i].type, rows, cols, w->row[i], w->col[i]);
}

static void begin(frame *f, const bmi_program *p, const bmi_walk *w, char *scratch)
{
    f->p = p, f->walk = w, f->scratch = scratch;
    for (int i = 0; i < p->n_operands + p->n_results; i++) f->base[i] = 0;
    for (int i = 0; i < p->n_slots; i++) f->slot[i] = scratch + p->offset[i];
    f->slot[BMI_PROGRAM_SLOTS - 1] = NULL;
}

/* Tiles first .. last-1 of all, counted through columns, rows, outer dimensions. */
static void run_tiles(frame *f, int64_t first, int64_t last)
{
    const bmi_program *p = f->p;
    const bmi_walk *w = f->walk;
    const int64_t across = (w->cols + w->tile_cols - 1) / w->tile_cols, down = (w->rows + w->tile_rows - 1) / w->tile_rows;
    int64_t column = first % across, row = first / across % down, outer = first / across / down;
    int changed = NEW_OUTER | NEW_ROW | NEW_COLUMN;
    for (int64_t t = first; t < last; t++) {
        if (changed & NEW_OUTER)
            for (int i = 0; i < p->n_operands + p->n_results; i++) {
                int64_t left = outer;
                f->base[i] = 0;
                for (int d = p->n_dims - 3; d >= 0; left /= p->dim[d], d--)
                    f->base[i] += left % p->dim[d] * p->array[i].stride[d];
            }
        const int64_t r = row * w->tile_rows, c = column * w->tile_cols;
        run_tile(f, r, c, least(w->tile_rows, w->rows - r), least(w->tile_cols, w->cols - c), changed);
        changed = NEW_COLUMN;
        if (++column == across) column = 0, row++, changed |= NEW_ROW;
        if (row == down) row = 0, outer++, changed |= NEW_OUTER;
    }
}

/* Whether the one element of an operand is what its register is filled with: learning rates and the like seldom change. */
static inline bool unchanged(bmi_flat_read *r)
{
    if (!r->one) return false;
    if (r->read && (r->one == 4 ? !memcmp(r->seen, r->at, 4) : !memcmp(r->seen, r->at, r->one))) return true;
    memcpy(r->seen, r->at, r->one);
    r->read = true;
    return false;
}

static inline void run_flat(const bmi_program *p)
{
    const bmi_flat *f = p->flat;
    for (int i = 0; i < f->n_reads; i++) {
        bmi_flat_read *r = &f->read[i];
        if (!unchanged(r)) p->read(r->to, r->at, r->type, f->rows, f->cols, r->row, r->col);
    }
    for (int i = 0; i < p->n_steps; i++) {
        const bmi_flat_step *s = &f->step[i];
        s->fn(f->elements, s->y, s->a, s->b, s->c, s->p);
    }
}

static __attribute__((noinline)) void run_walk(const bmi_program *p, int part, int parts)
{
    const bmi_walk *w = &p->walk;
    _Alignas(64) char scratch[BMI_PROGRAM_SCRATCH];
    frame f;
    if (p->elements == 0) return;
    begin(&f, p, w, scratch);
    if (w->simple) {
        if (part) return;
        for (int i = 0; i < p->n_operands + p->n_results; i++) f.slot[p->array[i].slot] = p->array[i].at;
        run_steps(p, f.slot, (size_t)p->elements);
        return;
    }
    const int64_t across = (w->cols + w->tile_cols - 1) / w->tile_cols, down = (w->rows + w->tile_rows - 1) / w->tile_rows;
    const int64_t tiles = across * down * (p->elements / (w->rows * w->cols));
    const int64_t first = tiles * part / parts, last = tiles * (part + 1) / parts;
    if (first < last) run_tiles(&f, first, last);
}

void bmi_program_run(const void *args, int part, int parts)
{
    const bmi_program *p = args;
    if (!p->flat) run_walk(p, part, parts);
    else if (!part) run_flat(p);
}

static void run_block(const bmi_program *p, int64_t r0, int64_t r1, int64_t c0, int64_t c1)
{
    _Alignas(64) char scratch[BMI_PROGRAM_SCRATCH];
    bmi_walk w;
    frame f;
    w.rows = r1 - r0, w.cols = c1 - c0;
    if (w.rows <= 0 || w.cols <= 0) return;
    for (int i = 0; i < p->n_operands + p->n_results; i++) w.row[i] = p->array[i].row, w.col[i] = p->array[i].col;
    bmi_walk_plan(p, &w);
    begin(&f, p, &w, scratch);
    int changed = NEW_OUTER | NEW_ROW | NEW_COLUMN;
    for (int64_t r = 0; r < w.rows; r += w.tile_rows, changed |= NEW_ROW)
        for (int64_t c = 0; c < w.cols; c += w.tile_cols, changed = NEW_COLUMN)
            run_tile(&f, r0 + r, c0 + c, least(w.tile_rows, w.rows - r), least(w.tile_cols, w.cols - c), changed);
}

void bmi_program_block(const bmi_program *p, int64_t r0, int64_t r1, int64_t c0, int64_t c1)
{
    if (p->flat && r0 == 0 && c0 == 0 && r1 == p->rows && c1 == p->cols) run_flat(p);
    else run_block(p, r0, r1, c0, c1);
}
