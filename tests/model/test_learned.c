// SPDX-License-Identifier: Apache-2.0
/* What a learner keeps beside its weights: in the model, in its file bit for bit, forgotten by a refit and by a weight that is set,
 * there again after a refit that failed; and files that lie about it.
 */
#include "format/safetensors.h"
#include "model/learning.h"
#include "support/bmt.h"
#include <baeum/extend_model.h>
#include <math.h>
#include <string.h>

int fsync(int file);

/* Instead of the C library's, for all of this program: what is tested here is not the disk, and disks are slow. */
int fsync(int file)
{
    (void)file;
    return 0;
}

static double first_number = 3;
static bool fails;

static size_t layers(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    (void)options, (void)room;
    into[0] = bmi_output_layer(l->outputs, NULL);
    return 1;
}

static void compile(bm_learning *l, const void *options, bm_compile_options *c, bm_fit_options *fit)
{
    (void)l, (void)options, (void)fit;
    c->loss = BM_MSE;
}

static bm_status fit(bm_learning *l, const void *options)
{
    (void)options;
    const double numbers[6] = { first_number, -0.0, 1e-310, NAN, INFINITY, 1.0 / 3 };
    bmi_learning_keep(l, "triangle", BM_SHAPE(2, 3), numbers);
    bmi_learning_keep(l, "twice", BM_SHAPE(1), numbers + 5);
    bmi_learning_keep(l, "twice", BM_SHAPE(2), numbers);
    bmi_learning_keep(l, "none", BM_SHAPE(0, 4), NULL);
    if (bmi_learning_keep(l, "later", BM_SHAPE(2), NULL)) return l->model->object.error.status;
    bmi_learning_kept(l, "later")[1] = 7;
    return fails ? bm_learning_fail(l, BM_E_NUMBER, "it fails") : BM_OK;
}

/* It has the name of one that the library knows, so that its files are read as that one's. */
static const bm_learner_kind keeper = { .size = sizeof(bm_learner_kind),
                                        .name = "linear",
                                        .tasks = BM_LEARNS_NUMBERS,
                                        .type = BM_F64,
                                        .layers = layers,
                                        .compile = compile,
                                        .fit = fit };

static const double xs[4] = { 1, 2, 3, 4 }, ts[4] = { 2, 4, 6, 8 };

static bm_model *made(bm_context *context)
{
    bm_recipe *r = bm_recipe_new(.target = "t", .context = context);
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    bm_table_add_real(t, "x", xs, 4);
    bm_table_add_real(t, "t", ts, 4);
    bm_learner how = { .name = "linear", .kind = &keeper };
    bm_model *m = bm_learner(how, r);
    bm_fit_table(m, t);
    bm_free(t);
    bm_free(r);
    return m;
}

static void check(const bm_model *m, double first)
{
    const double want[6] = { first, -0.0, 1e-310, NAN, INFINITY, 1.0 / 3 };
    const double *at = bmi_model_learned(m, "triangle", BM_SHAPE(2, 3));
    assert_non_null(at);
    for (int i = 0; i < 6; i++) assert_memory_equal(at + i, want + i, sizeof *want);
    assert_ptr_equal(at, bmi_model_learned(m, "triangle", BM_SHAPE(BM_ANY, 3)));
    assert_null(bmi_model_learned(m, "triangle", BM_SHAPE(3, 2)));
    assert_null(bmi_model_learned(m, "triangle", BM_SHAPE(6)));
    assert_non_null(bmi_model_learned(m, "twice", BM_SHAPE(2)));
    assert_non_null(bmi_model_learned(m, "none", BM_SHAPE(0, 4)));
    assert_true(bm_tensor_at(bm_model_learned(m, "later"), 1) == 7);
    assert_null(bm_model_learned(m, "other"));
    assert_null(bm_model_learned(m, NULL));
    assert_null(bm_model_learned_name(m, 40));
    assert_null(bm_model_learned_name(m, -1));
    for (int i = 0; i < 4; i++) assert_non_null(bm_model_learned(m, bm_model_learned_name(m, i)));
}

static void kept_and_saved(void **state)
{
    (void)state;
    bm_model *m = made(NULL);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    check(m, 3);
    char path[300], again[300];
    snprintf(path, sizeof path, "%s", bmt_temp("kept.baeum"));
    snprintf(again, sizeof again, "%s", bmt_temp("kept-again.baeum"));
    bm_save(m, path);
    bm_model *loaded = bm_load(path);
    if (bm_failed(loaded)) fail_msg("%s", bm_error(loaded));
    check(loaded, 3);
    bm_save(loaded, again);
    bm_free(loaded);
    loaded = bm_load(again);
    if (bm_failed(loaded)) fail_msg("%s", bm_error(loaded));
    check(loaded, 3);
    bm_free(loaded);
    bm_free(m);
    assert_null(bm_model_learned(NULL, "triangle"));
    assert_null(bm_model_learned_name(NULL, 0));
}

static void forgotten(void **state)
{
    (void)state;
    bm_model *m = made(NULL);
    bm_tensor *x = bm_tensor_new(BM_F64, BM_SHAPE(4, 1)), *t = bm_tensor_new(BM_F64, BM_SHAPE(4, 1));
    bm_dataset *d = bm_dataset_new(.x = { x }, .t = { t });
    first_number = 4;
    bm_fit(m, d);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    check(m, 4);
    first_number = 5;
    fails = true;
    assert_int_equal(bm_fit(m, d), BM_E_NUMBER);
    bm_clear(m);
    fails = false;
    first_number = 3;
    check(m, 4);
    bm_tensor *bias = bm_tensor_new(BM_F64, BM_SHAPE(1));
    assert_int_equal(bm_model_set_weight(m, "output/bias", bias), BM_OK);
    assert_null(bm_model_learned(m, "triangle"));
    assert_null(bm_model_learned_name(m, 0));
    bm_free(bias);
    bm_free(d);
    bm_free(x);
    bm_free(t);
    bm_free(m);
}

static void lies(void **state)
{
    (void)state;
    bmi_error e = { 0 };
    bmi_safetensors file;
    char path[300];
    bm_model *m = made(NULL);
    snprintf(path, sizeof path, "%s", bmt_temp("lies.baeum"));
    bm_save(m, path);
    bm_free(m);
    assert_int_equal(bmi_safetensors_read(&e, BM_HERE, NULL, path, &file), BM_OK);
    bmi_st_entry *one = NULL, *entries = file.entries;
    for (size_t i = 0; i < file.n; i++)
        if (!strcmp(entries[i].name, "learned/twice")) one = &entries[i];
    assert_non_null(one);
    const char *const names[] = { "learned/", "learned/a b", "learned/\xc3\xa4" };
    for (size_t i = 0; i < 5; i++) {
        const bmi_st_entry right = *one;
        char other[300];
        snprintf(other, sizeof other, "%s", bmt_temp("lie.baeum"));
        if (i < 3) one->name = names[i];
        if (i == 3) one->type = BMI_ST_I64;
        if (i == 4) one->type = BMI_ST_F16, one->shape = BM_SHAPE(8);
        assert_int_equal(bmi_safetensors_write(&e, BM_HERE, NULL, other, entries, file.n, file.texts, file.n_texts), BM_OK);
        m = bm_load(other);
        assert_int_equal(bm_status_of(m), BM_E_FORMAT);
        bmt_contains("a lie", bm_error(m), "learned/");
        bm_free(m);
        *one = right;
    }
    bmi_safetensors_end(&file);
}

static void bad_names(void **state)
{
    (void)state;
    const char *const names[] = { NULL, "", "a b", "a\"b", "x.y" };
    for (size_t i = 0; i < BMI_COUNT(names); i++) {
        bm_model *m = made(NULL);
        bm_learning l = { .model = m };
        assert_int_equal(bmi_learning_keep(&l, names[i], BM_SHAPE(1), NULL), BM_E_ARGUMENT);
        bm_free(m);
    }
}

static bm_status run(bm_context *context, void *path)
{
    bm_model *m = made(context), *loaded = NULL;
    bm_status st = bm_status_of(m);
    if (!st) st = bm_save(m, path);
    if (!st) {
        loaded = bm_load(path, .context = context);
        st = bm_status_of(loaded);
    }
    bm_free(loaded);
    bm_free(m);
    return st;
}

static void no_memory(void **state)
{
    (void)state;
    char path[300];
    snprintf(path, sizeof path, "%s", bmt_temp("memory.baeum"));
    bmt_each_failure("keeping", run, path);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(kept_and_saved), cmocka_unit_test(forgotten), cmocka_unit_test(lies),
                                        cmocka_unit_test(bad_names), cmocka_unit_test(no_memory) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
