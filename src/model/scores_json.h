// SPDX-License-Identifier: Apache-2.0
/* The scores that a model keeps of its parts, as JSON. */
#ifndef BMI_MODEL_SCORES_JSON_H
#define BMI_MODEL_SCORES_JSON_H
#include "model/model.h"

extern const char *const bmi_part_names[BMI_PARTS]; /* "train", "validation", "test", "baseline" */
json_t *
bmi_scores_save(const bm_model *m); /* {"test": {"rows": 30, "loss": .1, "metrics": {"accuracy": .97}}}; null: no memory */
void bmi_scores_load(bm_model *m, const json_t *from); /* takes what has this form */

#endif
