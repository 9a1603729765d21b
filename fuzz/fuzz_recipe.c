// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: bytes as the JSON of a recipe, as it lies in a model file, beside a few tensors that it may name. What is taken is written and
 * read back as the same, with tensors and without, and applied to a table that has the columns of the corpus, which is read as the recipe
 * says. */
#include "base/json.h"
#include "data/dataset.h"
#include "data/recipe_tensors.h"
#include "fuzz.h"
#include <string.h>

static const char rows[] = "number,whole,city,day,money,yes,label\n"
                           "1.5,3,Seoul,2024-01-13,\"$1,200\",true,a\n"
                           "-2,4,Busan,1/13/2024 13:05,$7,false,b\n"
                           ",5,,,,,\n"
                           "1e9,-6,Jeju,13 Jan 2024,\"$12,345\",true,a\n";

static void apply(const bm_recipe *r, const bm_table *t)
{
    bool usable[8];
    bmi_error e = { 0 };
    bmi_met met = { 0 };
    bm_dataset *d = bmi_recipe_apply(r, t, (bm_rows){ 0 }, BMI_WANT_IF_THERE, (bm_place){ 0 });
    if (!bm_failed(d)) {
        const bm_shape shape = d->x[0].tensor->shape;
        fuzz_check(shape.rank == 2 && shape.dim[0] == bm_table_rows(t) && shape.dim[1] == (int64_t)r->n_features);
    } else fuzz_check(*bm_error(d));
    bmi_recipe_usable(&e, r, t, usable, &met, (bm_place){ 0 });
    bmi_met_end(&met);
    bm_free(d);
}

/* "a" ... "f": three numbers, a column, a row and a square of them, texts, and nothing. */
static bmi_safetensors tensors(void)
{
    static const double numbers[] = { .25, 1.5, 3, 4 };
    static const char texts[] = "Busan\0Seoul\0";
    static bmi_st_entry entries[] = {
        { "a", BMI_ST_F64, { 1, { 3 } }, numbers, 24 },    { "b", BMI_ST_F64, { 2, { 3, 1 } }, numbers, 24 },
        { "c", BMI_ST_F64, { 2, { 1, 3 } }, numbers, 24 }, { "d", BMI_ST_F64, { 2, { 2, 2 } }, numbers, 32 },
        { "e", BMI_ST_U8, { 1, { 12 } }, texts, 12 },      { "f", BMI_ST_F64, { 1, { 0 } }, numbers, 0 },
    };
    return (bmi_safetensors){ .n = sizeof entries / sizeof *entries, .entries = entries };
}

/* Written with tensors, and read back: null when it does not go for want of memory. */
static json_t *beside(bm_context *context, const bm_recipe *r)
{
    bmi_recipe_tensors to = { .arena = { .context = context } };
    json_t *saved = bmi_recipe_save_beside(r, &to);
    const bmi_safetensors file = bmi_recipe_tensors_file(&to);
    bm_recipe *back = bmi_recipe_load_beside(context, saved, &file, (bm_place){ 0 });
    json_t *again = bm_failed(back) ? NULL : bmi_recipe_save(back);
    fuzz_check(!saved || !bm_failed(back) || bm_status_of(back) == BM_E_MEMORY);
    bm_free(back);
    json_decref(saved);
    bmi_recipe_tensors_end(&to);
    return again;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char path[64];
    static bm_table *plain;
    bm_context *context = fuzz_context();
    bmi_error e = { 0 };
    if (!plain) {
        strcpy(path, fuzz_file(rows, sizeof rows - 1));
        plain = bm_table_read_csv(path, .context = context);
        fuzz_check(!bm_failed(plain));
    }
    json_t *json = bmi_json_read(&e, (bm_place){ 0 }, context, "f", (const char *)bytes, size);
    if (!json) return 0;
    const bmi_safetensors file = tensors();
    bm_recipe *r = bmi_recipe_load_beside(context, json, &file, (bm_place){ 0 });
    json_decref(json);
    if (!bm_failed(r)) {
        json_t *saved = bmi_recipe_save(r);
        bm_recipe *back = bmi_recipe_load(context, saved, (bm_place){ 0 });
        json_t *again = bmi_recipe_save(back), *other = beside(context, r);
        if (saved && other) fuzz_check(json_equal(saved, other));
        if (saved && !bm_failed(back) && again) fuzz_check(json_equal(saved, again));
        else fuzz_check(!saved || !again || bm_status_of(back) == BM_E_MEMORY);
        json_decref(saved);
        json_decref(again);
        json_decref(other);
        bm_free(back);
        bm_table *t = bm_table_read_csv(path, .context = context, .recipe = r);
        apply(r, plain);
        if (!bm_failed(t)) apply(r, t);
        bm_free(t);
    }
    bm_free(r);
    return 0;
}
