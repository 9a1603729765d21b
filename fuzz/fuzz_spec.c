// SPDX-License-Identifier: Apache-2.0
/* Settings: text specs and JSON into options by a field table with a field of each type. What settles is saved and loaded to the same
 * values. */
#include "base/fields.h"
#include "base/json.h"
#include "base/memory.h"
#include "fuzz.h"
#include <baeum/nn.h>
#include <math.h>
#include <string.h>

typedef struct options {
    int64_t units;
    BM_NAMED_;
    double rate, share;
    bool nesterov;
    const char *name;
    bm_activation activation;
    bm_schedule schedule;
    int type;
    bm_shape shape;
    bm_optimizer optimizer;
} options;

static const char *const types[] = { "default", "f32", "f64", NULL };
static const bmi_field fields[] = {
    BMI_INT_FIELD(options, units, 0, INFINITY, 8, "units"),
    BMI_REAL_FIELD(options, rate, 0, INFINITY, 0.001, "rate"),
    BMI_REAL_FIELD(options, share, -1, 1, 0.25, "share"),
    BMI_BOOL_FIELD(options, nesterov, "look ahead"),
    BMI_TEXT_FIELD(options, name, "unnamed", "name"),
    BMI_CHOICE_FIELD(options, activation, "activation", "linear", "activation"),
    BMI_CHOICE_FIELD(options, schedule, "schedule", NULL, "schedule"),
    BMI_WORD_FIELD(options, type, types, "type"),
    BMI_SHAPE_FIELD(options, shape, -1, 0, "shape"),
    BMI_PART_FIELD(options, optimizer, "optimizer", "optimizer"),
    { 0 },
};

static void settle_and_save(options *o)
{
    bmi_error e = { 0 };
    options back = { 0 };
    if (bmi_fields_settle(&e, (bm_place){ 0 }, "target", fields, o)) {
        fuzz_check(*e.text);
        return;
    }
    json_t *json = bmi_fields_save(fields, o);
    if (!json) return; /* a text that is not UTF-8 */
    fuzz_check(bmi_fields_load(&e, (bm_place){ 0 }, "target", fields, &back, json, true) == BM_OK);
    fuzz_check(bmi_fields_settle(&e, (bm_place){ 0 }, "target", fields, &back) == BM_OK);
    json_t *again = bmi_fields_save(fields, &back);
    fuzz_check(json_equal(json, again));
    json_decref(json);
    json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    bmi_arena arena = { .context = fuzz_context() };
    bmi_error e = { 0 };
    options o = { 0 };
    char *text = bmi_arena_alloc(&arena, n + 1, 1);
    if (text) {
        if (n) memcpy(text, bytes, n);
        if (!bmi_fields_parse(&e, (bm_place){ 0 }, "target", fields, &o, text, &arena)) settle_and_save(&o);
    }
    bmi_arena_end(&arena);
    e = (bmi_error){ 0 };
    json_t *json = bmi_json_read(&e, (bm_place){ 0 }, fuzz_context(), "f", (const char *)bytes, n);
    if (json) {
        o = (options){ 0 };
        if (!bmi_fields_load(&e, (bm_place){ 0 }, "target", fields, &o, json, n % 2)) settle_and_save(&o);
        json_decref(json);
    }
    return 0;
}
