// SPDX-License-Identifier: Apache-2.0
/* What the files of curves share. A curve is a record: the names of its columns, and a function that puts its points, of each class or of
 * all rows at once.
 */
#ifndef BMI_MODEL_CURVES_CURVE_H
#define BMI_MODEL_CURVES_CURVE_H
#include "base/memory.h"
#include "nn/metrics/metric.h"
#include <baeum/curves.h>

enum { BMI_CURVE_COLUMNS = 12 };
typedef struct bmi_curve_kind bmi_curve_kind;
typedef struct bmi_curve {
    const bmi_curve_kind *kind;
    bmi_error *e;
    bm_place here;
    bmi_arena arena;
    bm_curve_options o; /* settled */
    bm_metric_input in;
    int64_t points, room;
    double *column[BMI_CURVE_COLUMNS];
    int64_t *of; /* class (or output) of each point */
    bm_table *out;
} bmi_curve;

struct bmi_curve_kind {
    const char *name, *doc;
    const char *columns[BMI_CURVE_COLUMNS];
    int64_t (*most)(const bmi_curve *c); /* points of a class at most, for of_class */
    void (*of_class)(bmi_curve *c, const bmi_score_groups *g);
    bool both;                 /* it divides by the rows of both sides */
    void (*all)(bmi_curve *c); /* fills `out` by itself */
};

#define BMI_CURVE_KIND(name_)           \
    {                                   \
        "curve", #name_, &curve_##name_ \
    }

/* One point. */
void bmi_curve_put(bmi_curve *c, const double *values);
/* Of the columns that are filled: a table, with a column of class names (or `first`) where there are several. */
bool bmi_curve_room(bmi_curve *c, int64_t points);
void bmi_curve_table(bmi_curve *c, const char *first);
/* "setosa", or "0". */
const char *bmi_curve_class(const bmi_curve *c, int64_t class, char into[32]);
/* Tensors into doubles, checked. */
bm_status bmi_curve_read(bmi_curve *c, const void *options, size_t size, const char *what);

#endif
