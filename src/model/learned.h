// SPDX-License-Identifier: Apache-2.0
/* What a fitted learner keeps beside its weights: f64 arrays by name, in the model and in its file (tensors "learned/<name>"). A refit
 * forgets them, and so does setting a weight, for they tell of the weights that were found.
 */
#ifndef BMI_MODEL_LEARNED_H
#define BMI_MODEL_LEARNED_H
#include "format/safetensors.h"
#include "tensor/tensor.h"
#include <baeum/extend_model.h>

typedef struct bmi_learned {
    size_t n, capacity;
    struct bmi_learned_array {
        char *name; /* "learned/sigma", as in the file */
        bm_tensor *tensor;
    } * at;
} bmi_learned;

/* Of a learner that is being fitted: copies the numbers of `shape` under a name of letters, digits, _ and / (at most 100 bytes); one of
 * the same name is replaced. Null numbers: zeros, to be written at bmi_learning_kept. Errors, on the model: BM_E_ARGUMENT, BM_E_MEMORY. */
bm_status bmi_learning_keep(bm_learning *l, const char *name, bm_shape shape, const double *numbers);
/* Where the numbers of this name lie, to be written during the fit; null when there are none. */
double *bmi_learning_kept(bm_learning *l, const char *name);
/* The numbers of a name when their shape is this one (a BM_ANY fits any size); else null, as of a file without them or with others. */
const double *bmi_model_learned(const bm_model *m, const char *name, bm_shape shape);

/* load.c and save.c: every "learned/..." of a file that is no weight of the network is taken; BM_E_FORMAT what is not f64. Entries for
 * a file: as many as bmi_learned.n. */
bm_status bmi_learned_load(bm_model *m, const bmi_safetensors *file, const char *path, bm_place here);
size_t bmi_learned_entries(const bm_model *m, bmi_st_entry *into);
void bmi_learned_end(bmi_learned *k, bm_context *context);

#endif
