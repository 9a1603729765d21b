// SPDX-License-Identifier: Apache-2.0
/* What of a recipe is many numbers or texts lies beside its JSON as tensors of the model's file: with the same bits, in little room, and
 * refused where a file has others. Files in which all of it is JSON are read, too. */
#include "support/bmt.h"
#include "base/json.h"
#include "data/dataset.h"
#include "data/recipe_tensors.h"
#include "tensor/tensor.h"
#include <baeum.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 300, COLUMNS = 70 };

/* 70 columns of numbers, some cells missing, one of a hundred categories and one of words; steps that keep much of each. */
static bm_table *table(bm_context *context)
{
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    static char words[ROWS][40], kinds[ROWS][20];
    bm_name text[ROWS], kind[ROWS];
    double x[ROWS];
    for (int c = 0; c < COLUMNS; c++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", c);
        for (int i = 0; i < ROWS; i++) x[i] = (i + c) % 37 == 5 ? NAN : sin(i * .37 * (c + 1)) + .1 * (i % (c + 2));
        bm_table_add_real(t, name, x, ROWS);
    }
    for (int i = 0; i < ROWS; i++) {
        snprintf(words[i], sizeof words[i], "wort%d größe%d", i % 90, i % 7);
        snprintf(kinds[i], sizeof kinds[i], "kind %d", i % 100);
        text[i] = words[i], kind[i] = kinds[i];
        x[i] = cos(i * .1);
    }
    bm_table_add_text(t, "words", text, ROWS);
    bm_table_add_text(t, "kind", kind, ROWS);
    bm_table_add_real(t, "y", x, ROWS);
    return t;
}

static bm_recipe *recipe(bm_context *context)
{
    bm_recipe *r = bm_recipe_new(.target = "y", .type = BM_F64, .context = context);
    bm_recipe_step(r, "impute_nearest", NULL);
    bm_recipe_step(r, "quantile", NULL, "x3", "x4");
    bm_recipe_step(r, "tfidf", NULL, "words");
    bm_recipe_step(r, "target_encode", NULL, "kind");
    bm_recipe_step(r, "pca:20", NULL);
    return r;
}

static void same(const bm_recipe *a, const bm_recipe *b, const bm_table *t)
{
    bm_dataset *d = bm_recipe_apply_x(a, t), *e = bm_recipe_apply_x(b, t);
    if (bm_failed(d) || bm_failed(e)) fail_msg("%s %s", bm_error(d), bm_error(e));
    const bm_tensor *x = bm_dataset_x(d, 0), *y = bm_dataset_x(e, 0);
    assert_int_equal(x->size, y->size);
    assert_memory_equal(x->data, y->data, (size_t)x->size * sizeof(double));
    bm_free(d);
    bm_free(e);
}

/* The bytes of a JSON text. */
static size_t length_of(const json_t *value)
{
    bmi_text text = { 0 };
    assert_true(bmi_text_json(&text, value, JSON_COMPACT | JSON_REAL_PRECISION(17)));
    const size_t n = text.length;
    bmi_text_end(&text);
    return n;
}

static void beside(void **state)
{
    (void)state;
    bm_table *t = table(NULL);
    bm_recipe *r = recipe(NULL);
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    bmi_recipe_tensors tensors = { 0 };
    json_t *saved = bmi_recipe_save_beside(r, &tensors), *whole = bmi_recipe_save(r);
    const bmi_safetensors file = bmi_recipe_tensors_file(&tensors);
    const bmi_st_entry *rows = bmi_safetensors_find(&file, "recipe/0/impute_nearest/rows");
    const bmi_st_entry *quantiles = bmi_safetensors_find(&file, "recipe/1/quantile/0/numbers");
    const bmi_st_entry *terms = bmi_safetensors_find(&file, "recipe/2/tfidf/0/texts");
    const bmi_st_entry *components = bmi_safetensors_find(&file, "recipe/4/pca/components");
    assert_true(rows && quantiles && terms && components);
    assert_true(rows->type == BMI_ST_F64 && rows->shape.rank == 2 && rows->shape.dim[0] == ROWS &&
                rows->shape.dim[1] == COLUMNS);
    assert_true(quantiles->shape.rank == 1 && quantiles->shape.dim[0] == ROWS);
    assert_true(components->shape.dim[0] == 20 && terms->type == BMI_ST_U8);
    assert_true(8 * length_of(saved) < length_of(whole));
    bm_recipe *back = bmi_recipe_load_beside(NULL, saved, &file, BM_HERE), *of_whole = bmi_recipe_load(NULL, whole, BM_HERE);
    if (bm_failed(back) || bm_failed(of_whole)) fail_msg("%s %s", bm_error(back), bm_error(of_whole));
    same(r, back, t);
    same(r, of_whole, t);
    bm_recipe *alone = bmi_recipe_load(NULL, saved, BM_HERE);
    assert_int_equal(bm_status_of(alone), BM_E_FORMAT);
    bm_free(alone);
    bm_free(back);
    bm_free(of_whole);
    json_decref(saved);
    json_decref(whole);
    bmi_recipe_tensors_end(&tensors);
    bm_free(r);
    bm_free(t);
}

/* A tensor that is not what the JSON wants is refused, whatever it is. */
static void wrong(void **state)
{
    (void)state;
    static const char open[] = { 'a', 0, 'b' };
    static const double odd[] = { NAN };
    static const struct {
        const char *name;
        bmi_st_type type;
        bm_shape shape;
        const void *data;
        size_t bytes;
    } cases[] = {
        { "recipe/0/impute_nearest/rows", BMI_ST_F64, { 2, { COLUMNS, ROWS } }, NULL, 0 },
        { "recipe/0/impute_nearest/rows", BMI_ST_F32, { 2, { ROWS, COLUMNS } }, NULL, 0 },
        { "recipe/0/impute_nearest/means", BMI_ST_F64, { 1, { COLUMNS } }, NULL, 0 },
        { "recipe/1/quantile/0/numbers", BMI_ST_F64, { 2, { ROWS, 1 } }, NULL, 0 },
        { "recipe/1/quantile/0/numbers", BMI_ST_F64, { 1, { 1 } }, odd, 8 },
        { "recipe/1/quantile/1/numbers", BMI_ST_F64, { 1, { 0 } }, odd, 0 },
        { "recipe/2/tfidf/0/texts", BMI_ST_U8, { 1, { 3 } }, open, 3 },
        { "recipe/2/tfidf/0/texts", BMI_ST_U8, { 1, { 0 } }, open, 0 },
        { "recipe/2/tfidf/0/texts", BMI_ST_I8, { 1, { 3 } }, open, 3 },
        { "recipe/4/pca/components", BMI_ST_F64, { 2, { 0, 0 } }, NULL, 0 },
    };
    bm_table *t = table(NULL);
    bm_recipe *r = recipe(NULL);
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    bmi_recipe_tensors tensors = { 0 };
    json_t *saved = bmi_recipe_save_beside(r, &tensors);
    const bmi_safetensors file = bmi_recipe_tensors_file(&tensors);
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_st_entry *e = (bmi_st_entry *)(uintptr_t)bmi_safetensors_find(&file, cases[i].name), was = *e;
        e->type = cases[i].type;
        e->shape = cases[i].shape;
        if (cases[i].data) e->data = cases[i].data, e->bytes = cases[i].bytes;
        bm_recipe *back = bmi_recipe_load_beside(NULL, saved, &file, BM_HERE);
        if (bm_status_of(back) != BM_E_FORMAT) fail_msg("case %zu of %s is taken: %s", i, cases[i].name, bm_error(back));
        bm_free(back);
        *e = was;
    }
    /* as many texts as are wanted and in their order, of which the last is not UTF-8 */
    bmi_st_entry *e = (bmi_st_entry *)(uintptr_t)bmi_safetensors_find(&file, "recipe/2/tfidf/0/texts");
    char *const bytes = memcpy(malloc(e->bytes), e->data, e->bytes);
    e->data = bytes;
    for (int good = 1; good >= 0; good--) {
        if (!good) bytes[e->bytes - 2] = (char)0xff;
        bm_recipe *back = bmi_recipe_load_beside(NULL, saved, &file, BM_HERE);
        assert_int_equal(bm_status_of(back), good ? BM_OK : BM_E_FORMAT);
        bm_free(back);
    }
    free(bytes);
    json_decref(saved);
    bmi_recipe_tensors_end(&tensors);
    bm_free(r);
    bm_free(t);
}

/* Through a model's file, whose tensors any reader of safetensors finds. */
static void in_a_model(void **state)
{
    (void)state;
    bm_table *t = table(NULL);
    bm_recipe *r = recipe(NULL);
    bm_model *m = bm_learner_parse("linear", r);
    if (bm_fit_table(m, t)) fail_msg("%s", bm_error(m));
    char path[600];
    snprintf(path, sizeof path, "%s", bmt_temp("recipe.safetensors"));
    if (bm_save(m, path)) fail_msg("%s", bm_error(m));
    bmi_error e = { 0 };
    bmi_safetensors file;
    assert_int_equal(bmi_safetensors_read(&e, BM_HERE, NULL, path, &file), BM_OK);
    const bmi_st_entry *components = bmi_safetensors_find(&file, "recipe/4/pca/components");
    assert_true(components && components->type == BMI_ST_F64 && components->shape.dim[0] == 20);
    bmi_safetensors_end(&file);
    bm_model *loaded = bm_load(path);
    bm_tensor *p = bm_predict_table(m, t), *q = bm_predict_table(loaded, t);
    if (bm_failed(p) || bm_failed(q)) fail_msg("%s %s", bm_error(p), bm_error(q));
    assert_memory_equal(p->data, q->data, (size_t)p->size * bm_type_size(p->type));
    bm_free(p);
    bm_free(q);
    bm_free(loaded);
    bm_free(m);
    bm_free(r);
    bm_free(t);
}

static bm_status save_and_load(bm_context *context, void *arg)
{
    bm_recipe *fitted = arg;
    bmi_recipe_tensors tensors = { .arena = { .context = context } };
    json_t *saved = bmi_recipe_save_beside(fitted, &tensors);
    const bmi_safetensors file = bmi_recipe_tensors_file(&tensors);
    bm_recipe *back = saved ? bmi_recipe_load_beside(context, saved, &file, BM_HERE) : NULL;
    const bm_status st = saved ? bm_status_of(back) : BM_E_MEMORY;
    bm_free(back);
    json_decref(saved);
    bmi_recipe_tensors_end(&tensors);
    return st;
}

static void no_memory(void **state)
{
    (void)state;
    bm_table *t = table(NULL);
    bm_recipe *r = recipe(NULL);
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    bmt_each_failure("a recipe with tensors", save_and_load, r);
    bm_free(r);
    bm_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beside),
        cmocka_unit_test(wrong),
        cmocka_unit_test(in_a_model),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
