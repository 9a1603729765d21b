// SPDX-License-Identifier: Apache-2.0
/* Model files that lie: every value of every JSON text in a learner's file is left out or replaced by what it cannot be. Loading then
 * fails with a clear error, or gives a model that may be asked and saved like any other; it never takes memory that the file only
 * claims to need, and leaves nothing behind.
 */
#include <baeum.h>
#include "format/safetensors.h"
#include "support/bmt.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int fsync(int file);

/* Instead of the C library's, for all of this program: what is tested here is reading, and disks are slow. */
int fsync(int file)
{
    (void)file;
    return 0;
}

enum { MOST_BYTES = 64 << 20, ELEMENTS = 2 };

static bmi_safetensors good;
static bm_table *table;
static char path[300], other[300];
static long loads, refusals;

/* A model that was loaded all the same: it must bear being used. */
static void use(bm_model *m)
{
    bm_tensor *p = bm_predict_table(m, table),
              *q = bm_predict_row(m, .values = { { "age", .number = 30 }, { "education", .text = "12+ yrs" } });
    if (!bm_failed(p)) assert_int_equal(bm_tensor_shape(p).dim[0], bm_table_rows(table));
    const bm_scores s = bm_evaluate_table(m, table), test = bm_model_scores(m, "test");
    assert_true(s.count <= 16 && test.count <= 16);
    for (int64_t i = 0; i < bm_model_classes(m); i++) assert_non_null(bm_model_class_name(m, i));
    for (int64_t i = 0; bm_history_name(m, i); i++) (void)bm_history(m, bm_history_name(m, i), -1);
    bm_save(m, other);
    bm_free(p);
    bm_free(q);
}

/* The good file with one text replaced. */
static void try(const char *key, const char *text, const char *what)
{
    bmi_error e = { 0 };
    bmi_st_text texts[8];
    bmt_faults f = { 0 };
    for (size_t i = 0; i < good.n_texts; i++)
        texts[i] = (bmi_st_text){ good.texts[i].key, strcmp(good.texts[i].key, key) ? good.texts[i].value : text };
    if (bmi_safetensors_write(&e, BM_HERE, NULL, path, good.entries, good.n, texts, good.n_texts)) fail_msg("%s", e.text);
    bm_context *context = bmt_context(&f, 1);
    bm_model *m = bm_load(path, .context = context);
    const bm_status st = bm_status_of(m);
    loads++;
    refusals += st != BM_OK;
    if (st == BM_E_MEMORY || f.peak_bytes > MOST_BYTES)
        fail_msg("%s: %s: it took %zu bytes: %s", key, what, f.peak_bytes, bm_error(m));
    if (st && st != BM_E_FORMAT && st != BM_E_UNSUPPORTED && st != BM_E_ARGUMENT && st != BM_E_SHAPE && st != BM_E_TYPE &&
        st != BM_E_DATA)
        fail_msg("%s: %s: %s: %s", key, what, bm_status_name(st), bm_error(m));
    if (st && strlen(bm_error(m)) < 20) fail_msg("%s: %s: \"%s\" says too little", key, what, bm_error(m));
    if (!st) use(m);
    bm_free(m);
    bm_free(context);
    if (f.live) fail_msg("%s: %s: %ld blocks are left", key, what, f.live);
}

static void try_tree(const char *key, const json_t *all, const char *what)
{
    char *text = json_dumps(all, JSON_COMPACT);
    try(key, text, what);
    free(text);
}

static void walk(const char *key, json_t *all, json_t *at, const char *name);

/* Member `name` or element i of `of`, in all the ways that are wrong. */
static void lie_about(const char *key, json_t *all, json_t *of, const char *name, size_t i, const char *where)
{
    static const char *const lies[] = { "null",  "-1",  "1000000000", "9223372036854775807",
                                        "1e300", "0.5", "\"x\"",      "\"\"",
                                        "[]",    "{}",  "true",       "[[[]]]" };
    char what[600];
    const bool object = json_is_object(of);
    json_t *was = json_incref(object ? json_object_get(of, name) : json_array_get(of, i));
    for (size_t k = 0; k < BMI_COUNT(lies); k++) {
        json_t *lie = json_loads(lies[k], JSON_DECODE_ANY, NULL);
        snprintf(what, sizeof what, "%s.%s is %s", where, object ? name : "element", lies[k]);
        assert_int_equal(object ? json_object_set_new(of, name, lie) : json_array_set_new(of, i, lie), 0);
        try_tree(key, all, what);
    }
    snprintf(what, sizeof what, "%s.%s is not there", where, object ? name : "element");
    if (object) json_object_del(of, name);
    else json_array_remove(of, i);
    try_tree(key, all, what);
    assert_int_equal(object ? json_object_set(of, name, was) : json_array_insert(of, i, was), 0);
    snprintf(what, sizeof what, "%s.%s", where, object ? name : "element");
    walk(key, all, was, what);
    json_decref(was);
}

static void walk(const char *key, json_t *all, json_t *at, const char *where)
{
    const char *names[64];
    size_t n = 0;
    for (void *i = json_object_iter(at); i && n < 64; i = json_object_iter_next(at, i))
        names[n++] = strdup(json_object_iter_key(i));
    for (size_t i = 0; i < n; i++) {
        lie_about(key, all, at, names[i], 0, where);
        free((char *)(uintptr_t)names[i]);
    }
    for (size_t i = 0; i < json_array_size(at) && i < ELEMENTS; i++) lie_about(key, all, at, NULL, i, where);
}

static int make_good(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s", bmt_temp("lies"));
    snprintf(other, sizeof other, "%s", bmt_temp("other"));
    table = bm_table_load("infert");
    bm_recipe *r = bm_recipe_new(.target = "case");
    bm_recipe_drop(r, "stratum", "pooled.stratum");
    bm_recipe_impute(r, "7", "parity");
    bm_model *m = bm_learner(bm_mlp(.units = BM_SHAPE(4), .epochs = 2, .batch = 50, .dropout = .1), r);
    bm_fit_table(m, table, .test = .2, .validation = .2,
                 .callbacks = { bm_stop_at(.steps = 5) }); /* in the midst of an epoch */
    bm_save(m, path, .training = true);
    bm_free(r);
    if (bm_failed(m)) {
        print_error("%s\n", bm_error(m));
        return 1;
    }
    bm_free(m);
    bmi_error e = { 0 };
    if (bmi_safetensors_read(&e, BM_HERE, NULL, path, &good)) print_error("%s\n", e.text);
    return e.status != 0;
}

static int end_good(void **state)
{
    (void)state;
    bmi_safetensors_end(&good);
    bm_free(table);
    return 0;
}

static void about(const char *key)
{
    json_t *all = json_loads(bmi_safetensors_text(&good, key), 0, NULL);
    assert_non_null(all);
    loads = refusals = 0;
    walk(key, all, all, key);
    json_decref(all);
    print_message("%s: %ld lies, %ld refused\n", key, loads, refusals);
}

static void about_the_model(void **state)
{
    (void)state;
    about("model");
    assert_true(refusals > loads / 3);
}

static void about_the_task(void **state)
{
    (void)state;
    about("task");
    assert_true(refusals > loads / 2);
}

static void about_the_training(void **state)
{
    (void)state;
    about("training");
    assert_true(refusals > 50);
}

static void about_the_recipe(void **state)
{
    (void)state;
    about("recipe");
    assert_true(refusals > loads / 3);
}

/* What no tool would write, in words. */
static void in_words(void **state)
{
    (void)state;
    static const struct {
        const char *key, *text;
        bm_status status;
        const char *part;
    } cases[] = {
        { "model",
          "{\"layers\": [{\"kind\": \"input\", \"options\": {\"shape\": [7]}}, {\"kind\": \"dense\", \"options\": {\"units\": "
          "-5}}]}",
          BM_E_ARGUMENT, "units is -5, must be >= 1" },
        { "model",
          "{\"layers\": [{\"kind\": \"input\", \"options\": {\"shape\": [7]}}, {\"kind\": \"dense\", \"options\": {\"units\": "
          "1000000000}}, {\"kind\": \"dense\", \"options\": {\"units\": 1, "
          "\"activation\": \"sigmoid\"}}]}",
          BM_E_FORMAT, "its layer wants f32 (7, 1000000000)" },
        { "model",
          "{\"layers\": [{\"kind\": \"input\", \"options\": {\"shape\": [1000000000, 1000000000]}}, {\"kind\": \"flatten\"}, "
          "{\"kind\": \"dense\", "
          "\"options\": {\"units\": 1000000000}}]}",
          BM_E_SHAPE, "dense_1: kernel would be (1000000000000000000, 1000000000), more than can be addressed" },
        { "model",
          "{\"layers\": [{\"kind\": \"input\", \"options\": {\"shape\": [7]}}, {\"kind\": \"warp\", \"options\": {}}]}",
          BM_E_UNSUPPORTED, "warp" },
        { "task", "{\"task\": \"guessing\", \"classes\": []}", BM_E_FORMAT, "the task is no known one" },
        { "task", "{\"task\": \"classification\", \"classes\": [\"a\", \"b\", \"c\"]}", BM_E_FORMAT,
          "3 classes are named, the model has 1 output" },
        { "task", "{\"task\": \"classification\", \"classes\": [\"a\", 2]}", BM_E_FORMAT,
          "the classes must be a list of texts" },
        { "recipe", "{}", BM_E_FORMAT, "recipe: its saved form is wrong at" },
        { "recipe", "{\"target\": \"case\", \"steps\": []}", BM_E_FORMAT, "recipe: its saved form is wrong at" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_error e = { 0 };
        bmi_st_text texts[8];
        for (size_t k = 0; k < good.n_texts; k++)
            texts[k] = (bmi_st_text){ good.texts[k].key,
                                      strcmp(good.texts[k].key, cases[i].key) ? good.texts[k].value : cases[i].text };
        assert_int_equal(bmi_safetensors_write(&e, BM_HERE, NULL, path, good.entries, good.n, texts, good.n_texts), BM_OK);
        bm_model *m = bm_load(path);
        bmt_contains(cases[i].text, bm_error(m), cases[i].part);
        assert_int_equal(bm_status_of(m), cases[i].status);
        bm_free(m);
    }
}

/* A learner's file cut at every byte. */
static void cut_everywhere(void **state)
{
    (void)state;
    size_t n;
    bmi_error e = { 0 };
    assert_int_equal(bmi_safetensors_write(&e, BM_HERE, NULL, path, good.entries, good.n, good.texts, good.n_texts), BM_OK);
    unsigned char *bytes = bmt_read(path, &n);
    for (size_t i = 0; i < n; i++) {
        bm_model *m = bm_load(bmt_temp_file("cut", bytes, i));
        if (bm_status_of(m) != BM_E_FORMAT) fail_msg("cut at %zu of %zu: %s", i, n, bm_error(m));
        bm_free(m);
    }
    free(bytes);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(about_the_model),  cmocka_unit_test(about_the_task), cmocka_unit_test(about_the_training),
        cmocka_unit_test(about_the_recipe), cmocka_unit_test(in_words),       cmocka_unit_test(cut_everywhere),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, make_good, end_good);
}
