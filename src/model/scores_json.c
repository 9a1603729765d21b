// SPDX-License-Identifier: Apache-2.0
/* Scores as JSON. */
#include "model/scores_json.h"
#include "base/json.h"
#include <math.h>
#include <string.h>

const char *const bmi_part_names[BMI_PARTS] = { "train", "validation", "test", "baseline" };

static json_t *save_one(const bm_scores *s)
{
    bmi_json metrics = bmi_json_object(), all = bmi_json_object(), why = bmi_json_object();
    bool said = false;
    for (int64_t i = 0; i < s->count; i++) {
        bmi_json_put(&metrics, s->metrics[i].name, bmi_json_number(s->metrics[i].value));
        if (*s->metrics[i].why) bmi_json_put(&why, s->metrics[i].name, json_string(s->metrics[i].why));
        said |= *s->metrics[i].why != 0;
    }
    bmi_json_put(&all, "rows", json_integer(s->rows));
    bmi_json_put(&all, "loss", bmi_json_number(s->loss));
    bmi_json_put(&all, "metrics", bmi_json_end(&metrics));
    json_t *reasons = bmi_json_end(&why);
    if (said || !reasons) bmi_json_put(&all, "why", reasons);
    else json_decref(reasons);
    return bmi_json_end(&all);
}

json_t *bmi_scores_save(const bm_model *m)
{
    bmi_json all = bmi_json_object();
    for (int i = 0; i < BMI_PARTS; i++)
        if (m->scores[i].rows) bmi_json_put(&all, bmi_part_names[i], save_one(&m->scores[i]));
    return bmi_json_end(&all);
}

static double number_of(const json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : NAN;
}

void bmi_scores_load(bm_model *m, const json_t *from)
{
    for (int i = 0; i < BMI_PARTS; i++) {
        json_t *one = json_object_get(from, bmi_part_names[i]), *value;
        const char *name;
        bm_scores *s = &m->scores[i];
        *s = (bm_scores){ .loss = NAN };
        if (!json_is_object(one)) continue;
        s->rows = json_integer_value(json_object_get(one, "rows"));
        s->loss = number_of(json_object_get(one, "loss"));
        json_object_foreach(json_object_get(one, "metrics"), name, value)
        {
            bmi_scores_add(s, name, number_of(value));
            const char *why = json_string_value(json_object_get(json_object_get(one, "why"), name));
            if (why) snprintf(s->metrics[s->count - 1].why, sizeof s->metrics[0].why, "%s", why);
        }
    }
}

bm_scores bm_model_scores(const bm_model *m, const char *part)
{
    for (int i = 0; m && part && i < BMI_PARTS; i++)
        if (!strcmp(part, bmi_part_names[i])) return m->scores[i];
    return (bm_scores){ .loss = NAN };
}
