// SPDX-License-Identifier: Apache-2.0
/* Kinds: every operation, layer, loss, optimiser, ... of the library, in one table that the build writes.
 * A source file that brings kinds defines one array `const bmi_kind bmi_kinds_<anything>[]`, ended by {0}. The build finds
 * it by that line; there is no list to edit. What takes kinds from outside the library looks there first.
 */
#ifndef BMI_BASE_KINDS_H
#define BMI_BASE_KINDS_H
#include <stddef.h>

/* Families: "op", "layer", "activation", "loss", "metric", "penalty", "initializer", "optimizer", "schedule", "learner", "callback",
 * "curve", "step" (of a recipe), "set", "generator", "engine" (of eager graphs), "group" (kernels/cpu/program.h). */
typedef struct bmi_kind {
    const char *family;
    const char *name;   /* as users write it: "leaky_relu" */
    const void *record; /* the family's struct */
} bmi_kind;

/* All tables, ended by null: written by the build. */
extern const bmi_kind *const bmi_all_kinds[];

/* The record of a kind, or null. */
const void *bmi_kind_find(const char *family, const char *name);
/* The i-th kind of a family (in the order of file names, then rows), or null past the last. */
const bmi_kind *bmi_kind_at(const char *family, size_t i);
/* The name nearest to a wrong one, or null. */
const char *bmi_kind_nearest(const char *family, const char *name);

/* What to say behind "... is no <family>": `; did you mean "silu"?` of the nearest name, of another spelling (Dense, leaky-relu,
 * l2:.01 for l2(.01)) or of what other programs call it (swish), else `; there are relu, ...`. */
enum { BMI_KIND_HINT = 400 };
const char *bmi_kind_hint(const char *family, const char *name, char into[BMI_KIND_HINT]);

#endif
