// SPDX-License-Identifier: Apache-2.0
/* What a search goes through: settings by name, each with a list or a range of values. Everything is checked by the tables of fields before
 * anything is fitted.
 */
#ifndef BMI_LEARN_SPACE_H
#define BMI_LEARN_SPACE_H
#include "learn/work.h"
#include "nn/part.h"

enum { BMI_DIMENSIONS = 24, BMI_VALUE_BYTES = 32 };

typedef enum bmi_dimension_of { BMI_OF_MODEL, BMI_OF_LEARNER, BMI_OF_STEP } bmi_dimension_of;

typedef struct bmi_dimension {
    const char *name; /* as it was given: "ridge.alpha" */
    bmi_dimension_of of;
    const char *owner; /* a learner or step kind; null: every learner */
    const char *field; /* "alpha", "optimizer.rate"; of a step null: its setting as text */
    size_t n;          /* values of a list; 0: a range */
    const char **values;
    double low, high;
    bool log, whole;
    int64_t points; /* of a range in a grid; 0: as many as are usual */
} bmi_dimension;

typedef struct bmi_space {
    bmi_arena arena;
    const char *learner; /* text; null: by `how`, or by the dimension "model" */
    const bm_learner *how;
    const bm_recipe *recipe;
    size_t n;
    bmi_dimension at[BMI_DIMENSIONS];
    int model; /* the dimension "model", or -1 */
} bmi_space;

/* Reads "alpha=.01..100 log; degree=1,2,3; model=ridge|lasso". Texts go to the arena, whose context is set. */
bm_status bmi_space_read(bmi_space *s, bmi_error *e, const char *text, const char *learner, const bm_learner *how,
                         const bm_recipe *recipe, bm_place here);
void bmi_space_end(bmi_space *s);

/* How many points a grid has in a dimension, and the i-th of them; a value drawn by a number u in [0, 1). Texts into `into` or the list's. */
int64_t bmi_dimension_points(const bmi_dimension *d);
const char *bmi_dimension_point(const bmi_dimension *d, int64_t i, char into[BMI_VALUE_BYTES]);
const char *bmi_dimension_draw(const bmi_dimension *d, double u, char into[BMI_VALUE_BYTES]);

/* A candidate of a value for each dimension: the learner with its settings, the recipe with its own (counted; null without a recipe), which
 * dimensions meant anything for it, and its settings as text. */
typedef struct bmi_made {
    bm_learner how;
    bm_recipe *recipe;
    const char *learner, *settings, *steps; /* steps: those of the recipe alone, which tell recipes apart */
    bool used[BMI_DIMENSIONS];
} bmi_made;
bm_status bmi_space_make(const bmi_space *s, bmi_error *e, bmi_arena *arena, const char *const *values, bmi_made *made,
                         bm_place here);

/* learner_set.c: gives a learner value another setting, "alpha" or, of a field that is a spec of a kind, "optimizer.rate". Errors
 * BM_E_ARGUMENT as bmi_fields_parse. */
bm_status bmi_learner_set(bmi_error *e, bm_place here, bmi_arena *arena, bm_learner *l, const char *path, const char *value);
/* The field that the path means, or its head; null when there is none. */
const bm_field *bmi_learner_field(const bm_learner *l, const char *path);
/* The kind that a text such as "sgd:rate=.1" begins with, of a family, and that of a learner's field before the dot of a path; or null. */
const bmi_part_kind *bmi_inner_kind(const char *family, const char *text);
const bmi_part_kind *bmi_learner_inner(const bm_learner *l, const char *path);

#endif
