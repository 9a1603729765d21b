// SPDX-License-Identifier: Apache-2.0
/* Data by name: bundled tables, sets of images in a folder, generators. */
#ifndef BMI_DATA_SETS_H
#define BMI_DATA_SETS_H
#include "base/kinds.h"
#include "data/dataset.h"
#include "data/table.h"

/* A bundled table: a row of the family "set". */
typedef struct bmi_set {
    const char *file;   /* "iris.csv", or a folder of IDX files */
    const char *target; /* usual target; null for images */
    bool images;
    const char *doc;
    const char *from;         /* of images: the page that has the files; null: it comes with the library */
    bool pixels;              /* the columns are pixels: one of the same value everywhere is still part of the picture */
    const char *leave_out[3]; /* columns that are no predictors, ended by a null: dropped unless asked for */
    const char *why;          /* they are not */
} bmi_set;

/* Where a file of the sets lies: in `folder` when it is given, else in BAEUM_DATA, where the sets were installed, or near the
 * library or the program. into holds 4,096 bytes. False when it is nowhere; then into tells where it was looked for. */
bool bmi_set_path(const char *folder, const char *file, char into[4096]);

/* What a generator makes a row from. */
typedef struct bmi_generator_row {
    int64_t i, rows;
    uint64_t seed;
    double noise;
} bmi_generator_row;

/* A generator: a row of the family "generator". Row i depends on (seed, i, rows) alone. */
typedef struct bmi_generator {
    const char *doc;
    int64_t classes; /* 0: regression */
    double noise;    /* default */
    void (*row)(const bmi_generator_row *r, double x[2], double *target);
} bmi_generator;

/* A table x1, x2, target (named "label" or "y") of a generator. Never null. */
bm_table *bmi_generate_table(bm_context *context, const bmi_generator *g, int64_t rows, uint64_t seed, double noise,
                             bm_place here);
/* The same as tensors: f32 (rows, 2), i32 or f32 (rows). Never null. */
bm_dataset *bmi_generate(bm_context *context, const bmi_generator *g, int64_t rows, uint64_t seed, double noise, bm_place here);

/* The table that a name or path means: a bundled set, a generator ("moons:rows=500,noise=.2"), a CSV file. Never null. */
bm_table *bmi_table_load(const bm_csv_options *o, const char *folder, bm_place here);
/* The record of a set, or null. */
const bmi_set *bmi_set_find(const char *name);

#endif
