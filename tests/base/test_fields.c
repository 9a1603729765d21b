// SPDX-License-Identifier: Apache-2.0
/* Field tables: settling, JSON, text specs, kinds. The table of kinds here is this program's own: it stands before the library's. */
#include "base/fields.h"
#include "base/kinds.h"
#include "base/memory.h"
#include "base/text.h"
#include "support/bmt.h"
#include "support/bmt_malloc.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct ramp_options {
    double from;
    int64_t steps;
    BM_NAMED_;
} ramp_options;
static const bmi_field ramp_fields[] = {
    BMI_REAL_FIELD(ramp_options, from, 0, 1, 0.5, "first value"),
    BMI_INT_FIELD(ramp_options, steps, 1, INFINITY, NAN, "length"),
    { 0 },
};
static const bmi_part_kind ramp = { sizeof ramp, "ramp", sizeof(ramp_options), ramp_fields };
static const bmi_part_kind flat = { sizeof flat, "flat", 0, NULL };
static const bmi_choice_kind relu = { sizeof relu, "relu", "max(x, 0)", { { 0 } } };
static const bmi_choice_kind leaky = { sizeof leaky,
                                       "leaky_relu",
                                       "slope x below 0",
                                       { { .name = "slope", .initial = .1, .low = 0, .high = 1 },
                                         { .name = "shift", .low = -INFINITY, .high = 5 } } };
static const char *const modes[] = { "same", "valid", "full", NULL };
static const bmi_kind bmi_kinds_first[] = { { "activation", "relu", &relu }, { "schedule", "ramp", &ramp }, { 0 } };
static const bmi_kind bmi_kinds_second[] = { { "activation", "leaky_relu", &leaky }, { "schedule", "flat", &flat }, { 0 } };
const bmi_kind *const bmi_all_kinds[] = { bmi_kinds_first, bmi_kinds_second, NULL };

typedef struct choice {
    const char *name;
    const void *kind;
    double p[2];
} choice;
typedef struct schedule {
    const char *name;
    const void *kind;
    bm_place here;
    size_t size;
    union {
        int64_t i;
        double d;
        void *p;
        unsigned char at[40];
    } options;
} schedule;

typedef struct options {
    int64_t units;
    BM_NAMED_;
    double rate, share, clip;
    int64_t patience;
    bool nesterov;
    const char *name;
    choice activation;
    schedule plan;
    enum { SAME, VALID, FULL } mode;
    struct {
        int64_t rank, dim[8];
    } shape;
} options;
static const bmi_field fields[] = {
    BMI_INT_FIELD(options, units, 1, INFINITY, NAN, "columns of the kernel"),
    BMI_REAL_FIELD(options, rate, 0, INFINITY, 0.001, "step size"),
    { .name = "share",
      .type = BMI_FIELD_REAL,
      .offset = offsetof(options, share),
      .low = 0,
      .high = 1,
      .below = true,
      .number = 0.25,
      .doc = "a part" },
    { .name = "clip",
      .type = BMI_FIELD_REAL,
      .offset = offsetof(options, clip),
      .low = 0,
      .high = INFINITY,
      .above = true,
      .number = 0,
      .doc = "0: off" },
    BMI_INT_FIELD(options, patience, -5, 5, 2, "epochs"),
    BMI_BOOL_FIELD(options, nesterov, "look ahead"),
    BMI_TEXT_FIELD(options, name, "unnamed", "a name"),
    BMI_CHOICE_FIELD(options, activation, "activation", "relu", "at the end"),
    BMI_PART_FIELD(options, plan, "schedule", "of the rate"),
    BMI_WORD_FIELD(options, mode, modes, "of the border"),
    BMI_SHAPE_FIELD(options, shape, -1, 0, "of a row"),
    { 0 },
};

static bmi_error settle(options *o)
{
    bmi_error e = { 0 };
    bmi_fields_settle(&e, (bm_place){ "a.c", 9 }, "dense", fields, o);
    return e;
}

static void defaults_and_zeros(void **state)
{
    (void)state;
    options o = { .units = 3 };
    bmi_error e = settle(&o);
    if (e.status) fail_msg("%s", e.text);
    assert_true(o.units == 3 && o.rate == 0.001 && o.share == 0.25 && o.clip == 0 && o.patience == 2 && !o.nesterov);
    assert_string_equal(o.name, "unnamed");
    assert_string_equal(o.activation.name, "relu");
    assert_null(o.plan.name);
    o = (options){ .units = 3,
                   .rate = BM_ZERO,
                   .share = BM_ZERO,
                   .patience = BM_ZERO,
                   .plan = { .name = "ramp", .size = sizeof(ramp_options), .options.at = { 0 } } };
    ((ramp_options *)(void *)&o.plan.options)->steps = 4;
    ((ramp_options *)(void *)&o.plan.options)->from = BM_ZERO;
    e = settle(&o);
    if (e.status) fail_msg("%s", e.text);
    assert_true(o.rate == 0 && o.share == 0 && o.patience == 0);
    assert_true(((ramp_options *)(void *)&o.plan.options)->from == 0);
    o = (options){ .units = 3,
                   .activation = { .kind = &relu },
                   .plan = { .kind = &flat } }; /* kinds from outside need no name */
    assert_int_equal(settle(&o).status, BM_OK);
}

static void ranges(void **state)
{
    (void)state;
    const struct {
        options o;
        const char *text;
    } cases[] = {
        { { 0 }, "a.c:9: dense: units is required and was not given; it must be >= 1" },
        { { .units = -1 }, "a.c:9: dense: units is -1, must be >= 1" },
        { { .units = BM_ZERO }, "dense: units is 0, must be >= 1" },
        { { .units = 1, .rate = -1 }, "dense: rate is -1, must be >= 0" },
        { { .units = 1, .rate = NAN }, "dense: rate is nan, must be >= 0" },
        { { .units = 1, .share = 1 }, "dense: share is 1, must be >= 0 and < 1" },
        { { .units = 1, .share = 1.5 }, "dense: share is 1.5, must be >= 0 and < 1" },
        { { .units = 1, .clip = BM_ZERO }, "dense: clip is 0, must be > 0" },
        { { .units = 1, .patience = 6 }, "dense: patience is 6, must be >= -5 and <= 5" },
        { { .units = 1, .activation = { .name = "rleu" } },
          "dense: activation is \"rleu\", which is no activation; did you mean \"relu\"?" },
        { { .units = 1, .activation = { .name = "zzzzzzz" } }, "dense: activation is \"zzzzzzz\", which is no activation" },
        { { .units = 1, .activation = { .name = "ramp" } }, "which is no activation" },
        { { .units = 1, .activation = { .name = "relu", .p = { 1 } } },
          "dense: activation: relu takes no number, 1 was given" },
        { { .units = 1, .activation = { .name = "leaky_relu", .p = { 2 } } },
          "dense: activation: the slope of leaky_relu is 2, must be >= 0 and <= 1" },
        { { .units = 1, .activation = { .kind = &leaky, .p = { 0, 6 } } }, "the shift of leaky_relu is 6, must be <= 5" },
        { { .units = 1, .mode = (int)7 }, "dense: mode is 7, must be 0 (same) to 2 (full)" },
        { { .units = 1, .shape = { 9, { 1, 2 } } }, "dense: shape has 9 dimensions, at most 8 are possible" },
        { { .units = 1, .shape = { 2, { 1, -2 } } }, "dense: shape: dimension 2 is -2, must be >= -1" },
        { { .units = 1, .plan = { .name = "ramp" } }, "ramp: steps is required" },
        { { .units = 1, .plan = { .name = "rampe" } }, "did you mean \"ramp\"?" },
        { { .units = 1, .plan = { .name = "ramp", .size = 1000 } }, "have 1000 bytes, more than the 40 that fit" },
        { { .units = 1, .plan = { .name = "flat", .size = 8, .options.i = 3 } }, "newer options than this library knows" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        options o = cases[i].o;
        const bmi_error e = settle(&o);
        assert_int_equal(e.status, BM_E_ARGUMENT);
        bmt_contains("settle", e.text, cases[i].text);
    }
}

static void saved_and_loaded(void **state)
{
    (void)state;
    options o = { .units = 64,
                  .rate = 0.1,
                  .share = BM_ZERO,
                  .patience = BM_ZERO,
                  .nesterov = true,
                  .name = "a \"name\"",
                  .activation = { .name = "leaky_relu", .p = { BM_ZERO, 3 } },
                  .mode = FULL,
                  .shape = { 2, { 28, -1 } },
                  .plan = { .name = "ramp", .size = sizeof(ramp_options) } };
    ((ramp_options *)(void *)&o.plan.options)->steps = 7;
    ((ramp_options *)(void *)&o.plan.options)->from = BM_ZERO;
    assert_int_equal(settle(&o).status, BM_OK);
    json_t *json = bmi_fields_save(fields, &o);
    assert_non_null(json);
    char *text = json_dumps(json, JSON_COMPACT);
    assert_string_equal(text, "{\"units\":64,\"rate\":0.10000000000000001,\"share\":0.0,\"clip\":0.0,\"patience\":0,"
                              "\"nesterov\":true,\"name\":\"a \\\"name\\\"\","
                              "\"activation\":{\"name\":\"leaky_relu\",\"p\":[0.0,3.0]},\"plan\":{\"name\":\"ramp\","
                              "\"options\":{\"from\":0.0,\"steps\":7}},"
                              "\"mode\":\"full\",\"shape\":[28,-1]}");
    free(text);
    options back = { 0 };
    bmi_error e = { 0 };
    bmi_fields_load(&e, (bm_place){ 0 }, "dense", fields, &back, json, true);
    if (e.status) fail_msg("%s", e.text);
    assert_int_equal(settle(&back).status, BM_OK);
    assert_true(back.units == 64 && back.rate == 0.1 && back.share == 0 && back.clip == 0 && back.patience == 0 &&
                back.nesterov);
    assert_string_equal(back.name, o.name);
    assert_true(back.activation.p[0] == (double)BM_ZERO && back.activation.p[1] == 3 && back.mode == FULL);
    assert_true(back.shape.rank == 2 && back.shape.dim[0] == 28 && back.shape.dim[1] == -1);
    double p[2];
    bmi_choice_numbers(&leaky, back.activation.p, p);
    assert_true(p[0] == 0 && p[1] == 3);
    bmi_choice_numbers(&leaky, (const double[]){ 0, 0 }, p);
    assert_true(p[0] == .1 && p[1] == 0);
    assert_string_equal(back.activation.name, "leaky_relu");
    assert_memory_equal(&back.plan.options, &o.plan.options, sizeof(ramp_options));
    json_decref(json);
    options odd = { .units = 1, .rate = INFINITY };
    bmt_contains("infinite", settle(&odd).text, "rate is inf, must be >= 0 and finite");
    odd = (options){ .units = 1 };
    assert_int_equal(settle(&odd).status, BM_OK);
    odd.rate = INFINITY; /* what JSON has no number for */
    json = bmi_fields_save(fields, &odd);
    back = (options){ 0 };
    bmi_fields_load(&e, (bm_place){ 0 }, "dense", fields, &back, json, true);
    assert_true(isinf(back.rate));
    assert_string_equal(back.activation.name, "relu");
    assert_null(back.plan.name);
    json_decref(json);
}

static void default_outside_range(void **state) /* what is saved of it can be loaded */
{
    (void)state;
    typedef struct outside {
        double rate;
        int64_t steps;
        BM_NAMED_;
    } outside;
    const bmi_field own[] = { BMI_REAL_FIELD(outside, rate, 0, INFINITY, -1, ""),
                              BMI_INT_FIELD(outside, steps, 1, 9, -1, ""),
                              { 0 } };
    outside o = { 0 }, back = { 0 };
    bmi_error e = { 0 };
    assert_int_equal(bmi_fields_settle(&e, BM_HERE, "o", own, &o), BM_OK);
    json_t *json = bmi_fields_save(own, &o);
    assert_int_equal(bmi_fields_load(&e, BM_HERE, "o", own, &back, json, true), BM_OK);
    if (bmi_fields_settle(&e, BM_HERE, "o", own, &back)) fail_msg("%s", e.text);
    assert_true(back.rate == -1 && back.steps == -1);
    json_decref(json);
}

static void wrong_json(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        bool strict;
        const char *text;
    } cases[] = {
        { "[]", true, "the settings must be a JSON object" },
        { "{\"unit\": 3}", true, "dense has no setting \"unit\"; did you mean \"units\"?" },
        { "{\"unit\": 3}", false, NULL },
        { "{\"units\": \"3\"}", false, "dense: units must be a whole number" },
        { "{\"units\": 3.5}", true, "units must be a whole number" },
        { "{\"units\": 3.0}", true, NULL },
        { "{\"units\": 1e300}", true, "units must be a whole number" },
        { "{\"rate\": \"fast\"}", true, "rate must be a number" },
        { "{\"rate\": \"-inf\"}", true, NULL },
        { "{\"rate\": null}", true, NULL },
        { "{\"nesterov\": 1}", true, "nesterov must be true or false" },
        { "{\"name\": 5}", true, "name must be a text" },
        { "{\"activation\": 5}", true, "activation must be a name" },
        { "{\"activation\": {\"p\": [1]}}", true, "activation must be a name" },
        { "{\"activation\": {\"name\": \"relu\", \"p\": [1, 2, 3]}}", true, "activation must be a name" },
        { "{\"activation\": {\"name\": \"relu\", \"p\": [\"x\"]}}", true, "activation must be a name" },
        { "{\"plan\": {\"name\": \"ramp\", \"options\": 3}}", true, "plan must be a name" },
        { "{\"plan\": {\"name\": \"ramp\", \"options\": {\"stepps\": 3}}}", true,
          "ramp has no setting \"stepps\"; did you mean \"steps\"?" },
        { "{\"plan\": {\"name\": \"flat\", \"options\": {\"x\": 3}}}", true, "its kind has none" },
        { "{\"mode\": \"outside\"}", true, "mode must be same, valid or full" },
        { "{\"mode\": 1}", true, "mode must be same, valid or full" },
        { "{\"shape\": [1, 2.5]}", true, "shape must be a list of at most 8 whole numbers" },
        { "{\"shape\": [1, 1, 1, 1, 1, 1, 1, 1, 1]}", true, "shape must be a list" },
        { "{\"plan\": \"ramp\"}", true, NULL },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        options o = { 0 };
        bmi_error e = { 0 };
        json_t *json = json_loads(cases[i].json, 0, NULL);
        assert_non_null(json);
        bmi_fields_load(&e, (bm_place){ 0 }, "dense", fields, &o, json, cases[i].strict);
        json_decref(json);
        if (cases[i].text) {
            assert_int_equal(e.status, BM_E_FORMAT);
            bmt_contains(cases[i].json, e.text, cases[i].text);
        } else if (e.status) fail_msg("%s: %s", cases[i].json, e.text);
    }
}

static void specs(void **state)
{
    (void)state;
    bmi_arena arena = { 0 };
    options o = { 0 };
    bmi_error e = { 0 };
    char spec[] = " 64 , rate=.1, share = 0,nesterov, name = a name ,activation=leaky_relu( .2, 0 ), mode=valid, shape = "
                  "28x28x1,plan=ramp(from=0, steps=5),patience=0 ";
    bmi_fields_parse(&e, (bm_place){ 0 }, "dense", fields, &o, spec, &arena);
    if (e.status) fail_msg("%s", e.text);
    memset(spec, 'x', sizeof spec - 1); /* texts were copied */
    assert_int_equal(settle(&o).status, BM_OK);
    assert_true(o.units == 64 && o.rate == .1 && o.share == 0 && o.nesterov && o.patience == 0);
    assert_string_equal(o.name, "a name");
    assert_string_equal(o.activation.name, "leaky_relu");
    assert_true(o.activation.p[0] == .2 && o.activation.p[1] == (double)BM_ZERO);
    assert_true(o.mode == VALID && o.shape.rank == 3 && o.shape.dim[1] == 28 && o.shape.dim[2] == 1);
    const ramp_options *r = (const ramp_options *)(const void *)&o.plan.options;
    assert_true(r->from == 0 && r->steps == 5);
    o = (options){ 0 };
    bmi_fields_parse(&e, (bm_place){ 0 }, "dense", fields, &o, "units=1e3,nesterov=no", &arena);
    assert_true(!e.status && o.units == 1000 && !o.nesterov);
    bmi_fields_parse(&e, (bm_place){ 0 }, "dense", fields, &o, "  ", &arena);
    assert_int_equal(e.status, BM_OK);
    bmi_arena_end(&arena);
}

static void wrong_specs(void **state)
{
    (void)state;
    static const struct {
        const char *spec, *text;
    } cases[] = {
        { "64,ratee=3", "dense has no setting \"ratee\"; did you mean \"rate\"?" },
        { "64,5", "dense has no setting \"5\"" },
        { "rate=fast", "rate is \"fast\", must be a number" },
        { "rate=", "rate is \"\", must be a number" },
        { "rate=1e400", "must be a number" },
        { "units=3.5", "units is \"3.5\", must be a whole number" },
        { "64,rate", "dense: rate has no value; write rate=value" },
        { "64,nesterov=maybe", "must be true or false" },
        { "activation=relu(", "activation is \"relu(\"" },
        { "activation=relu(1,2,3)", "must be a name" },
        { "activation=relu(x)", "must be a name" },
        { "activation=(1)", "must be a name" },
        { "activation=", "must be a name" },
        { "plan=ramp(steps=x)", "ramp: steps is \"x\"" },
        { "plan=flat(3)", "its kind has none" },
        { "plan=ramp)(", "must be a name" },
        { ",", "must be a whole number" },
        { "mode=none", "mode is \"none\", must be same, valid or full" },
        { "shape=3x", "shape is \"3x\"" },
        { "shape=1x1x1x1x1x1x1x1x1", "must be sizes as 28x28x1" },
        { "=3", "has no setting \"\"" },
        { "rate=.1,nesterov,rate=.2", "dense: rate is given twice" },
        { "64,units=3", "dense: units is given twice" },
        { "shape=2x3,shape=4", "dense: shape is given twice" },
        { "64,nesterov,nesterov=no", "dense: nesterov is given twice" },
        { "plan=ramp(steps=3,steps=4)", "ramp: steps is given twice" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_arena arena = { 0 };
        options o = { 0 };
        bmi_error e = { 0 };
        bmi_fields_parse(&e, (bm_place){ 0 }, "dense", fields, &o, cases[i].spec, &arena);
        assert_int_equal(e.status, BM_E_ARGUMENT);
        bmt_contains(cases[i].spec, e.text, cases[i].text);
        bmi_arena_end(&arena);
    }
}

static void kinds(void **state)
{
    (void)state;
    assert_ptr_equal(bmi_kind_find("activation", "leaky_relu"), &leaky);
    assert_null(bmi_kind_find("activation", "ramp"));
    assert_null(bmi_kind_find("layer", "relu"));
    assert_string_equal(bmi_kind_at("activation", 0)->name, "relu");
    assert_string_equal(bmi_kind_at("activation", 1)->name, "leaky_relu");
    assert_null(bmi_kind_at("activation", 2));
    assert_string_equal(bmi_kind_nearest("activation", "relo"), "relu");
    assert_null(bmi_kind_nearest("activation", "ramp2345"));
    assert_ptr_equal(bmi_field_find(fields, "rate"), &fields[1]);
    assert_null(bmi_field_find(fields, "Rate"));
}

static bm_status parse_run(bm_context *context, void *arg)
{
    (void)arg;
    bmi_arena arena = { .context = context };
    options o = { 0 };
    bmi_error e = { 0 };
    bmi_fields_parse(&e, (bm_place){ 0 }, "dense", fields, &o, "64,name=abc,plan=ramp(steps=3)", &arena);
    bmi_arena_end(&arena);
    return e.status;
}

static bm_status save_run(void *arg)
{
    json_t *json = bmi_fields_save(fields, arg);
    json_decref(json);
    return json ? BM_OK : BM_E_MEMORY;
}

static void each_allocation_fails(void **state)
{
    (void)state;
    bmt_each_failure("parsing a spec", parse_run, NULL);
    options o = { .units = 64,
                  .activation = { .name = "leaky_relu", .p = { 0.1, 2 } },
                  .plan = { .name = "ramp", .size = sizeof(ramp_options) } };
    ((ramp_options *)(void *)&o.plan.options)->steps = 7;
    assert_int_equal(settle(&o).status, BM_OK);
    assert_true(bmt_each_malloc_failure("saving", save_run, &o, false) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_and_zeros),    cmocka_unit_test(ranges),     cmocka_unit_test(saved_and_loaded),
        cmocka_unit_test(default_outside_range), cmocka_unit_test(wrong_json), cmocka_unit_test(specs),
        cmocka_unit_test(wrong_specs),           cmocka_unit_test(kinds),      cmocka_unit_test(each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
