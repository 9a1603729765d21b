// SPDX-License-Identifier: Apache-2.0
/* Settings: text specs and JSON into options by a field table. What settles is saved and loaded to the same values. */
#include "base/fields.h"
#include "base/memory.h"
#include "fuzz.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct options {
    int64_t units;
    BM_NAMED_;
    double rate, share;
    bool nesterov;
    const char *name;
} options;

static const bmi_field fields[] = {
    BMI_INT_FIELD(options, units, 0, INFINITY, 8, "units"), BMI_REAL_FIELD(options, rate, 0, INFINITY, 0.001, "rate"),
    BMI_REAL_FIELD(options, share, -1, 1, 0.25, "share"),   BMI_BOOL_FIELD(options, nesterov, "look ahead"),
    BMI_TEXT_FIELD(options, name, "unnamed", "name"),       { 0 },
};

static void check(bool good)
{
    if (!good) abort();
}

static void settle_and_save(options *o)
{
    bmi_error e = { 0 };
    options back = { 0 };
    if (bmi_fields_settle(&e, (bm_place){ 0 }, "target", fields, o)) return;
    json_t *json = bmi_fields_save(fields, o);
    if (!json) return; /* a text that is not UTF-8 */
    check(bmi_fields_load(&e, (bm_place){ 0 }, "target", fields, &back, json, true) == BM_OK);
    check(bmi_fields_settle(&e, (bm_place){ 0 }, "target", fields, &back) == BM_OK);
    check(back.units == o->units && back.rate == o->rate && back.share == o->share && back.nesterov == o->nesterov &&
          !strcmp(back.name, o->name));
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    bmi_arena arena = { 0 };
    bmi_error e = { 0 };
    options o = { 0 };
    char *text = bmi_arena_alloc(&arena, n + 1, 1);
    if (text) {
        memcpy(text, bytes, n);
        if (!bmi_fields_parse(&e, (bm_place){ 0 }, "target", fields, &o, text, &arena)) settle_and_save(&o);
    }
    bmi_arena_end(&arena);
    json_t *json = json_loadb((const char *)bytes, n, 0, NULL);
    if (json) {
        e = (bmi_error){ 0 };
        o = (options){ 0 };
        if (!bmi_fields_load(&e, (bm_place){ 0 }, "target", fields, &o, json, n % 2)) settle_and_save(&o);
        json_decref(json);
    }
    return 0;
}
