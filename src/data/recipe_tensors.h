// SPDX-License-Identifier: Apache-2.0
/* What of a recipe lies beside its JSON: many numbers and many texts are tensors of the model's file, so that they take eight bytes a number,
 * are read without being parsed and keep their bits; the JSON has the tensor's name, "recipe/<step>/<kind>/<what>", in their place. Numbers
 * are F64; texts are U8, one behind the other, each ended by 0. */
#ifndef BMI_DATA_RECIPE_TENSORS_H
#define BMI_DATA_RECIPE_TENSORS_H
#include "data/recipe.h"
#include "format/safetensors.h"

/* Tensors while a recipe is written: numbers are borrowed from it, names and texts lie in the arena. To be ended. */
typedef struct bmi_recipe_tensors {
    bmi_arena arena;
    size_t n, capacity;
    bmi_st_entry *at;
} bmi_recipe_tensors;
void bmi_recipe_tensors_end(bmi_recipe_tensors *t);
/* As if they had been read from a file; it lasts as long as t, and is not to be ended. */
bmi_safetensors bmi_recipe_tensors_file(bmi_recipe_tensors *t);

/* bmi_recipe_save and bmi_recipe_load with tensors: those that are written, `to` with its arena's context, and those of a file (null: it
 * has none). */
json_t *bmi_recipe_save_beside(const bm_recipe *r, bmi_recipe_tensors *to);
bm_recipe *bmi_recipe_load_beside(bm_context *context, const json_t *from, const bmi_safetensors *file, bm_place here);

/* Where the parts of a step go. */
typedef struct bmi_recipe_writing {
    bm_context *context;
    bmi_recipe_tensors *to; /* null: all into the JSON */
    size_t step;
    const char *kind;
} bmi_recipe_writing;
/* Whether so many numbers or texts become a tensor. */
bool bmi_recipe_beside(const bmi_recipe_writing *w, size_t n);
/* The tensor's name; null without memory. `part` tells what they are, "scores" or "3/texts". */
json_t *bmi_recipe_put_numbers(const bmi_recipe_writing *w, const char *part, bm_shape shape, const double *numbers);
json_t *bmi_recipe_put_texts(const bmi_recipe_writing *w, const char *part, const char *const *texts, size_t n);

/* The tensor that a JSON value names, where it is F64 of so many dimensions (bytes: U8 of one); null when it is none. */
const bmi_st_entry *bmi_recipe_tensor(const bmi_safetensors *file, const json_t *name, bmi_st_type type, int64_t rank);
/* The texts of a tensor, into the arena: BM_E_FORMAT when they are not UTF-8, each ended by 0; BM_E_MEMORY. */
bm_status bmi_recipe_take_texts(const bmi_st_entry *from, bmi_arena *arena, const char ***texts, size_t *n);
/* recipe_state.c: JSON of what a whole step keeps; null without memory. Reading puts it into how->arena. */
json_t *bmi_step_state_save(const bmi_recipe_writing *w, const bmi_step_state *s);
bm_status bmi_step_state_load(const bmi_step_how *how, bmi_step_state *s, const json_t *from, const bmi_safetensors *file);

#endif
