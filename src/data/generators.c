// SPDX-License-Identifier: Apache-2.0
/* Generated data sets on the plane. Classes come in turn (row i has class i mod classes), positions move along the figure with i, and
 * noise is normal, from (seed, i) alone. A generator is one function and one row of the table at the end.
 */
#include "base/random.h"
#include "data/sets.h"
#include <math.h>

#define PI 3.14159265358979323846

static double normal(const bmi_generator_row *r, int k)
{
    return bmi_random_normal(r->seed, bmi_random_stream(BMI_STREAM_GENERATOR, 0), (uint64_t)(2 * r->i + k));
}

static double unit(const bmi_generator_row *r, int k)
{
    return bmi_random_unit(r->seed, bmi_random_stream(BMI_STREAM_GENERATOR, 1), (uint64_t)(2 * r->i + k));
}

static void add_noise(const bmi_generator_row *r, double x[2])
{
    for (int k = 0; k < 2; k++) x[k] += r->noise * normal(r, k);
}

/* How far along its figure a row is, from 0 to 1, when every class has rows / classes of them. */
static double along(const bmi_generator_row *r, int classes)
{
    const int64_t last = (r->rows + classes - 1) / classes - 1;
    return last > 0 ? (double)(r->i / classes) / (double)last : 0;
}

static void xor_row(const bmi_generator_row *r, double x[2], double *target) /* the truth table, again and again */
{
    x[0] = (double)(r->i >> 1 & 1);
    x[1] = (double)(r->i & 1);
    *target = (double)((r->i >> 1 ^ r->i) & 1);
    add_noise(r, x);
}

static void moons_row(const bmi_generator_row *r, double x[2], double *target) /* two half circles that reach into each other */
{
    const double angle = PI * along(r, 2);
    const bool inner = r->i & 1;
    x[0] = inner ? 1 - cos(angle) : cos(angle);
    x[1] = inner ? .5 - sin(angle) : sin(angle);
    *target = inner;
    add_noise(r, x);
}

static void circles_row(const bmi_generator_row *r, double x[2], double *target) /* radius 1 around radius 1/2 */
{
    const int64_t half = (r->rows + 1) / 2;
    const double angle = 2 * PI * (double)(r->i / 2) / (double)half;
    const bool inner = r->i & 1;
    x[0] = (inner ? .5 : 1) * cos(angle);
    x[1] = (inner ? .5 : 1) * sin(angle);
    *target = inner;
    add_noise(r, x);
}

static void spiral_row(const bmi_generator_row *r, double x[2], double *target) /* two arms of one and three quarter turns */
{
    const double radius = along(r, 2), angle = 1.75 * 2 * PI * radius + (r->i & 1 ? PI : 0);
    x[0] = radius * sin(angle);
    x[1] = radius * cos(angle);
    *target = (double)(r->i & 1);
    add_noise(r, x);
}

static void blobs_row(const bmi_generator_row *r, double x[2], double *target) /* three round clouds */
{
    static const double centre[3][2] = { { -4, -2 }, { 4, -2 }, { 0, 4 } };
    const int k = (int)(r->i % 3);
    x[0] = centre[k][0];
    x[1] = centre[k][1];
    *target = k;
    add_noise(r, x);
}

static void linear_row(const bmi_generator_row *r, double x[2], double *target) /* y = 3 x1 - 2 x2 + 1 + noise */
{
    x[0] = 2 * unit(r, 0) - 1;
    x[1] = 2 * unit(r, 1) - 1;
    *target = 3 * x[0] - 2 * x[1] + 1 + r->noise * normal(r, 0);
}

static const bmi_generator xor_generator = { "the truth table of exclusive or, with noise", 2, .1, xor_row };
static const bmi_generator moons = { "two half circles that reach into each other", 2, .1, moons_row };
static const bmi_generator circles = { "a circle in a circle", 2, .05, circles_row };
static const bmi_generator spiral = { "two arms of a spiral", 2, .02, spiral_row };
static const bmi_generator blobs = { "three round clouds", 3, 1, blobs_row };
static const bmi_generator linear = { "y = 3 x1 - 2 x2 + 1 with noise", 0, .1, linear_row };
const bmi_kind bmi_kinds_generators[] = {
    { "generator", "xor", &xor_generator },
    { "generator", "moons", &moons },
    { "generator", "circles", &circles },
    { "generator", "spiral", &spiral },
    { "generator", "blobs", &blobs },
    { "generator", "linear", &linear },
    { 0 },
};

bm_table *bmi_generate_table(bm_context *context, const bmi_generator *g, int64_t rows, uint64_t seed, double noise,
                             bm_place here)
{
    bm_table *t = bmi_table_new(context);
    bmi_column *made = NULL;
    bmi_table_add(t, "x1", BM_COLUMN_REAL, rows, here);
    bmi_table_add(t, "x2", BM_COLUMN_REAL, rows, here);
    made = bmi_table_add(t, g->classes ? "label" : "y", g->classes ? BM_COLUMN_INTEGER : BM_COLUMN_REAL, rows, here);
    for (int64_t i = 0; made && i < rows; i++) {
        const bmi_generator_row r = { .i = i, .rows = rows, .seed = seed, .noise = noise };
        double x[2], target;
        g->row(&r, x, &target);
        for (int k = 0; k < 2; k++) ((double *)t->columns[k].values)[i] = x[k];
        if (g->classes) ((int64_t *)made->values)[i] = (int64_t)target;
        else ((double *)made->values)[i] = target;
    }
    return t;
}

bm_dataset *bmi_generate(bm_context *context, const bmi_generator *g, int64_t rows, uint64_t seed, double noise, bm_place here)
{
    static const char *const names[] = { "0", "1", "2" };
    bm_dataset *d = bmi_dataset_new(context);
    bm_tensor *x = bm_tensor_new_in_at(context, BM_F32, BM_SHAPE(rows, 2), here);
    bm_tensor *t = bm_tensor_new_in_at(context, g->classes ? BM_I32 : BM_F32, BM_SHAPE(rows), here);
    for (int64_t i = 0; !bm_tensor_failed(x) && !bm_tensor_failed(t) && i < rows; i++) {
        const bmi_generator_row r = { .i = i, .rows = rows, .seed = seed, .noise = noise };
        double point[2], target;
        g->row(&r, point, &target);
        for (int k = 0; k < 2; k++) ((float *)x->data)[2 * i + k] = (float)point[k];
        if (g->classes) ((int32_t *)t->data)[i] = (int32_t)target;
        else ((float *)t->data)[i] = (float)target;
    }
    bmi_dataset_add(d, false, x, NULL, here);
    bmi_dataset_add(d, true, t, g->classes ? "label" : "y", here);
    if (g->classes) bmi_dataset_name_classes(d, names, g->classes, here);
    return d;
}
