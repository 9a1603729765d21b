// SPDX-License-Identifier: Apache-2.0
/* Curves by their names: predictions and targets are read and checked, each class gives its points, and the points become a table.
 */
#include "model/curves/curve.h"
#include "base/object.h"
#include "base/text.h"
#include "data/table.h"
#include "tensor/tensor.h"
#include <string.h>

/* ---- reading ---- */
static double *read(bmi_curve *c, const char *what, const char *name, const bm_tensor *t, int64_t *rows, int64_t *columns)
{
    if (c->e->status) return NULL;
    if (bmi_object_failed(t)) {
        bmi_fail(c->e, BM_E_ARGUMENT, c->here, "%s: the %s is %s", what, name, t ? t->object.error.text : "null");
        return NULL;
    }
    double *at = bmi_arena_alloc(&c->arena, (size_t)t->size + 1, sizeof *at);
    if (t->shape.rank < 1 || !t->size) bmi_fail(c->e, BM_E_SHAPE, c->here, "%s: the %s has no rows", what, name);
    else if (!at) bmi_fail_memory(c->e, c->here, (size_t)t->size * sizeof *at, name);
    if (c->e->status) return NULL;
    for (int64_t i = 0; i < t->size; i++) at[i] = bm_tensor_at(t, i);
    *rows = t->shape.dim[0];
    *columns = t->size / *rows;
    return at;
}

static void check_row(bmi_curve *c, const char *what, int64_t i)
{
    const bm_metric_input *in = &c->in;
    const double w = bmi_weight_of(in, i);
    for (int64_t j = 0; j < in->columns; j++)
        if (isnan(in->prediction[i * in->columns + j]))
            bmi_fail(c->e, BM_E_DATA, c->here, "%s: the prediction of row %lld is NaN", what, (long long)i);
    for (int64_t j = 0; j < in->target_columns; j++)
        if (!isfinite(in->target[i * in->target_columns + j]))
            bmi_fail(c->e, BM_E_DATA, c->here, "%s: the target of row %lld is %g", what, (long long)i,
                     in->target[i * in->target_columns + j]);
    if (!(w >= 0 && isfinite(w)))
        bmi_fail(c->e, BM_E_DATA, c->here, "%s: the weight of row %lld is %g; weights are finite and 0 or more", what,
                 (long long)i, w);
}

bm_status bmi_curve_read(bmi_curve *c, const void *options, size_t size, const char *what)
{
    bm_metric_input *in = &c->in;
    int64_t rows = 0, weights = 0, one = 1;
    bm_curve_options *o = &c->o;
    if (bmi_options_copy(c->e, c->here, o, sizeof *o, offsetof(bm_curve_options, named_), options, size)) return c->e->status;
    in->prediction = read(c, what, "prediction", o->prediction, &in->rows, &in->columns);
    in->target = read(c, what, "target", o->target, &rows, &in->target_columns);
    if (o->weight) in->weight = read(c, what, "weight", o->weight, &weights, &one);
    if (c->e->status) return c->e->status;
    if (rows != in->rows || (o->weight && (weights != in->rows || one != 1)))
        return bmi_fail(c->e, BM_E_SHAPE, c->here, "%s: the prediction has %lld rows, the %s %lld", what, (long long)in->rows,
                        rows != in->rows ? "target" : "weight", (long long)(rows != in->rows ? rows : weights));
    if (in->target_columns != in->columns && in->target_columns != 1)
        return bmi_fail(c->e, BM_E_SHAPE, c->here, "%s: the prediction has %lld columns, the target %lld", what,
                        (long long)in->columns, (long long)in->target_columns);
    for (int64_t i = 0; i < in->rows && !c->e->status; i++) check_row(c, what, i);
    if (!c->e->status && !(bmi_weight_sum(in) > 0)) bmi_fail(c->e, BM_E_DATA, c->here, "%s: the weights sum to 0", what);
    if (o->bins < 0 || o->bins > 1000000)
        bmi_fail(c->e, BM_E_ARGUMENT, c->here, "%s: there are %lld bins, it must be 1 or more", what, (long long)o->bins);
    in->output = o->output ? o->output : in->columns == 1 ? BM_OUTPUT_BINARY : BM_OUTPUT_CLASSES;
    if (!o->bins) o->bins = 5;
    if (o->threshold == 0) o->threshold = .5;
    if (o->cost_wrong == 0) o->cost_wrong = 1;
    if (o->cost_missed == 0) o->cost_missed = 1;
    if (o->cost_wrong == (double)BM_ZERO) o->cost_wrong = 0;
    if (o->cost_missed == (double)BM_ZERO) o->cost_missed = 0;
    return c->e->status;
}

/* ---- points and tables ---- */
bool bmi_curve_room(bmi_curve *c, int64_t points)
{
    c->room = points;
    c->of = bmi_arena_alloc(&c->arena, (size_t)points + 1, sizeof *c->of);
    bool fine = c->of;
    for (int i = 0; i < BMI_CURVE_COLUMNS && c->kind->columns[i] && fine; i++)
        fine = (c->column[i] = bmi_arena_alloc(&c->arena, (size_t)points + 1, sizeof(double)));
    if (!fine) bmi_fail_memory(c->e, c->here, (size_t)points * sizeof(double), "a curve");
    return fine;
}

void bmi_curve_put(bmi_curve *c, const double *values)
{
    for (int i = 0; i < BMI_CURVE_COLUMNS && c->kind->columns[i]; i++) c->column[i][c->points] = values[i];
    c->points++;
}

const char *bmi_curve_class(const bmi_curve *c, int64_t class, char into[32])
{
    if ((size_t) class < c->o.classes.count) return c->o.classes.at[class];
    snprintf(into, 32, "%lld", (long long)class);
    return into;
}

void bmi_curve_table(bmi_curve *c, const char *first)
{
    if (c->e->status) return;
    bm_name *names = first ? bmi_arena_alloc(&c->arena, (size_t)c->points + 1, sizeof *names) : NULL;
    char(*numbers)[32] = first ? bmi_arena_alloc(&c->arena, (size_t)c->in.columns + 1, sizeof *numbers) : NULL;
    if (first && (!names || !numbers)) {
        bmi_fail_memory(c->e, c->here, (size_t)c->points * sizeof *names, "a curve");
        return;
    }
    for (int64_t i = 0; first && i < c->points; i++) names[i] = bmi_curve_class(c, c->of[i], numbers[c->of[i]]);
    if (first) bm_table_add_text_at(c->out, first, names, c->points, c->here);
    for (int i = 0; i < BMI_CURVE_COLUMNS && c->kind->columns[i]; i++) {
        for (int64_t k = 0; k < c->points; k++)
            if (!isfinite(c->column[i][k])) c->column[i][k] = NAN; /* a missing cell */
        bm_table_add_real_at(c->out, c->kind->columns[i], c->column[i], c->points, c->here);
    }
}

/* The points of a class against the rest. */
static void of_class(bmi_curve *c, int64_t column, int64_t class)
{
    bmi_score_groups g;
    char why[BM_WHY] = "", name[32];
    const int64_t before = c->points;
    c->in.why = why;
    if (!bmi_groups_of(&c->in, column, -1, &g)) bmi_fail(c->e, BM_E_DATA, c->here, "%s: %s", c->kind->name, why);
    else if (c->kind->both && !(g.ones > 0 && g.zeros > 0))
        bmi_fail(c->e, BM_E_DATA, c->here, "%s: %s of class %s, so the curve is not defined", c->kind->name,
                 g.ones > 0 ? "all rows are" : "no row is", bmi_curve_class(c, class, name));
    else c->kind->of_class(c, &g);
    for (int64_t i = before; i < c->points; i++) c->of[i] = class;
}

static void of_classes(bmi_curve *c)
{
    const int64_t only = bmi_groups_column(&c->in), classes = only < 0 ? c->in.columns : 1;
    const size_t bytes = bmi_groups_scratch(c->in.rows, c->in.columns);
    if (!bmi_curve_room(c, classes * c->kind->most(c))) return;
    if (!(c->in.scratch = bmi_arena_alloc(&c->arena, bytes, 1))) {
        bmi_fail_memory(c->e, c->here, bytes, "a curve");
        return;
    }
    for (int64_t k = 0; k < classes && !c->e->status; k++) of_class(c, only < 0 ? k : only, only < 0 ? k : 1);
    bmi_curve_table(c, only < 0 ? "class" : NULL);
}

bm_table *bm_curve_at(const char *curve, const bm_curve_options *options, size_t size, bm_place here)
{
    bmi_error e = { 0 };
    bmi_curve c = { .e = &e, .here = here, .out = bm_table_new_in_at(NULL, here) };
    char hint[BMI_HINT_BYTES];
    const char *names[32];
    size_t n = 0;
    while (n < BMI_COUNT(names) && bmi_kind_at("curve", n)) names[n] = bmi_kind_at("curve", n)->name, n++;
    c.kind = curve ? bmi_kind_find("curve", curve) : NULL;
    if (!c.kind)
        bmi_fail(&e, BM_E_ARGUMENT, here, "curve: there is no curve \"%.60s\"%s", curve ? curve : "",
                 bmi_did_you_mean(hint, curve ? curve : "", names, n, sizeof *names));
    if (!e.status && !bmi_curve_read(&c, options, size, curve)) (c.kind->all ? c.kind->all : of_classes)(&c);
    if (e.status && !bmi_object_failed(c.out)) bmi_fail_from(&c.out->object.error, &e);
    bmi_arena_end(&c.arena);
    return c.out;
}

const char *bm_curve_name(int64_t i, const char **doc)
{
    const bmi_kind *k = i < 0 ? NULL : bmi_kind_at("curve", (size_t)i);
    if (k && doc) *doc = ((const bmi_curve_kind *)k->record)->doc;
    return k ? k->name : NULL;
}
