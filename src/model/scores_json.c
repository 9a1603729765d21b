// SPDX-License-Identifier: Apache-2.0
/* Scores as JSON. */
#include "model/scores_json.h"
#include <math.h>
#include <string.h>

const char *const bmi_part_names[BMI_PARTS] = { "train", "validation", "test", "baseline" };

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *save_one(const bm_scores *s)
{
    json_t *metrics = json_object();
    for (int64_t i = 0; metrics && i < s->count; i++)
        if (json_object_set_new(metrics, s->metrics[i].name, number(s->metrics[i].value))) {
            json_decref(metrics);
            metrics = NULL;
        }
    return metrics ? json_pack("{s:I, s:o, s:o}", "rows", (json_int_t)s->rows, "loss", number(s->loss), "metrics", metrics) : NULL;
}

json_t *bmi_scores_save(const bm_model *m)
{
    json_t *all = json_object();
    for (int i = 0; all && i < BMI_PARTS; i++) {
        if (!m->scores[i].rows) continue;
        if (json_object_set_new(all, bmi_part_names[i], save_one(&m->scores[i]))) {
            json_decref(all);
            all = NULL;
        }
    }
    return all;
}

static double number_of(const json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : NAN;
}

void bmi_scores_load(bm_model *m, const json_t *from)
{
    for (int i = 0; i < BMI_PARTS; i++) {
        json_t     *one = json_object_get(from, bmi_part_names[i]), *value;
        const char *name;
        bm_scores  *s = &m->scores[i];
        *s            = (bm_scores){ .loss = NAN };
        if (!json_is_object(one)) continue;
        s->rows = json_integer_value(json_object_get(one, "rows"));
        s->loss = number_of(json_object_get(one, "loss"));
        json_object_foreach(json_object_get(one, "metrics"), name, value) bmi_scores_add(s, name, number_of(value));
    }
}

bm_scores bm_model_scores(const bm_model *m, const char *part)
{
    for (int i = 0; m && part && i < BMI_PARTS; i++)
        if (!strcmp(part, bmi_part_names[i])) return m->scores[i];
    return (bm_scores){ .loss = NAN };
}
