// SPDX-License-Identifier: Apache-2.0
/* What a model was compiled for, as JSON: {"losses": ["mse"], "loss_weights": [1], "metrics": ["accuracy"], "optimizer": {...}}.
 */
#include "base/fields.h"
#include "base/json.h"
#include "base/kinds.h"
#include "model/model.h"
#include "base/part.h"
#include <string.h>

const char *const bmi_forms[] = { "any", "reals", "binary", "classes", "labels", NULL };

/* A choice alone in a struct, so that the field tables' own form of choices is used. */
typedef struct loss_box {
    bm_loss choice;
} loss_box;
typedef struct metric_box {
    bm_metric choice;
} metric_box;
static const bmi_field loss_fields[] = { BMI_CHOICE_FIELD(loss_box, choice, "loss", NULL, "a loss"), { 0 } };
static const bmi_field metric_fields[] = { BMI_CHOICE_FIELD(metric_box, choice, "metric", NULL, "a metric"), { 0 } };

static json_t *save_choice(const bmi_field *fields, const void *box)
{
    json_t *object = bmi_fields_save(fields, box), *choice = json_incref(json_object_get(object, "choice"));
    json_decref(object);
    return choice;
}

json_t *bmi_settings_save(const bmi_settings *s)
{
    bmi_json losses = bmi_json_list(), weights = bmi_json_list(), metrics = bmi_json_list(), all = bmi_json_object();
    for (int i = 0; i < s->n_losses; i++) {
        bmi_json_add(&losses, save_choice(loss_fields, &(loss_box){ s->losses[i] }));
        bmi_json_add(&weights, json_real(s->loss_weights[i]));
    }
    for (int i = 0; i < s->n_metrics; i++) bmi_json_add(&metrics, save_choice(metric_fields, &(metric_box){ s->metrics[i] }));
    bmi_json_put(&all, "losses", bmi_json_end(&losses));
    bmi_json_put(&all, "loss_weights", bmi_json_end(&weights));
    bmi_json_put(&all, "metrics", bmi_json_end(&metrics));
    bmi_json_put(&all, "optimizer", bmi_optimizer_save(&s->optimizer));
    return bmi_json_end(&all);
}

static bm_status load_choice(bmi_error *e, bm_place here, const char *owner, const bmi_field *fields, const json_t *from,
                             void *box)
{
    bmi_json one = bmi_json_object();
    bmi_json_put(&one, "choice", json_incref((json_t *)(uintptr_t)from));
    json_t *object = bmi_json_end(&one);
    if (!object) return bmi_fail_memory(e, here, 0, "settings");
    bmi_fields_load(e, here, owner, fields, box, object, true);
    json_decref(object);
    return e->status;
}

static bm_status load_lists(bmi_error *e, bm_place here, const json_t *from, const bm_model_load_options *kinds,
                            bm_compile_options *to)
{
    const json_t *losses = json_object_get(from, "losses"), *metrics = json_object_get(from, "metrics"),
                 *weights = json_object_get(from, "loss_weights");
    if (!json_is_array(losses) || !json_array_size(losses) || json_array_size(losses) > BM_MODEL_MAX ||
        json_array_size(metrics) > BM_MODEL_MAX)
        return bmi_fail(e, BM_E_FORMAT, here, "load: \"compile\" must have 1 to %d losses and at most as many metrics",
                        BM_MODEL_MAX);
    for (size_t i = 0; i < json_array_size(losses); i++) {
        loss_box box = { { 0 } };
        if (load_choice(e, here, "loss", loss_fields, json_array_get(losses, i), &box)) return e->status;
        for (int k = 0; kinds && k < BM_MODEL_MAX && kinds->losses[k]; k++)
            if (box.choice.name && !strcmp(kinds->losses[k]->name, box.choice.name)) box.choice.kind = kinds->losses[k];
        if (box.choice.name && !box.choice.kind && !bmi_kind_find("loss", box.choice.name))
            return bmi_part_unknown(e, here, "loss", box.choice.name);
        const double w = json_number_value(json_array_get(weights, i));
        to->losses[i] = box.choice;
        to->loss_weights[i] = w == 0 ? (double)BM_ZERO : w;
    }
    for (size_t i = 0; i < json_array_size(metrics); i++) {
        metric_box box = { { 0 } };
        if (load_choice(e, here, "metric", metric_fields, json_array_get(metrics, i), &box)) return e->status;
        for (int k = 0; kinds && k < BM_MODEL_MAX && kinds->metrics[k]; k++)
            if (box.choice.name && !strcmp(kinds->metrics[k]->name, box.choice.name)) box.choice.kind = kinds->metrics[k];
        if (box.choice.name && !box.choice.kind && !bmi_kind_find("metric", box.choice.name))
            return bmi_part_unknown(e, here, "metric", box.choice.name);
        to->metrics[i] = box.choice;
    }
    return BM_OK;
}

void bmi_outside_of(const bm_model_load_options *kinds, bmi_outside into[BMI_OUTSIDE])
{
    memset(into, 0, BMI_OUTSIDE * sizeof *into);
    if (!kinds) return;
    into[0] = (bmi_outside){ "activation", (const void *const *)kinds->activations };
    into[1] = (bmi_outside){ "initializer", (const void *const *)kinds->initializers };
    into[2] = (bmi_outside){ "penalty", (const void *const *)kinds->penalties };
    into[3] = (bmi_outside){ "schedule", (const void *const *)kinds->schedules };
}

bm_status bmi_settings_load(bmi_error *e, bm_place here, const json_t *from, const bm_model_load_options *kinds,
                            bm_compile_options *to)
{
    *to = (bm_compile_options){ 0 };
    if (load_lists(e, here, from, kinds, to)) return e->status;
    const bm_optimizer_kind *list[BM_MODEL_MAX + 1] = { NULL };
    for (int k = 0; kinds && k < BM_MODEL_MAX; k++) list[k] = kinds->optimizers[k];
    bmi_outside outside[BMI_OUTSIDE];
    bmi_outside_of(kinds, outside);
    if (!bmi_optimizer_load(e, here, json_object_get(from, "optimizer"), list, false, &to->optimizer))
        bmi_optimizer_adopt(e, here, &to->optimizer, outside, BM_MODEL_MAX);
    return e->status;
}
