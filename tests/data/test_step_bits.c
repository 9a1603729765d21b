// SPDX-License-Identifier: Apache-2.0
/* The same bits of every kind of step that is registered: a hash of the features and of what was found, over rows enough for all threads,
 * on 1, 2 and 4 of them with each instruction set. Each is a process of its own, for the instruction set is chosen once.
 */
#include "data/step_support.h"
#include "base/threads.h"
#include "kernels/cpu/variant.h"
#include "support/bmt_child.h"

enum { MANY = 2500, CASES = 200 };

typedef struct outcomes {
    int n, threads;
    char what[CASES][60];
    uint64_t hash[CASES];
} outcomes;

static bm_table *make_table(bm_context *context)
{
    static const char *const words[] = { "red", "green", "blue", "apple", "pear", "plum", "ripe" };
    static double number[MANY], gaps[MANY], y[MANY];
    static int64_t few[MANY], day[MANY];
    static char texts[MANY][24];
    bm_name word[MANY], text[MANY];
    for (int i = 0; i < MANY; i++) {
        number[i] = sin(i * .7) * (1 + i % 5) + 2;
        gaps[i] = i % 7 == 3 ? NAN : cos(i * .3) + .1 * number[i];
        y[i] = number[i] + .5 * (i % 3) + .3 * sin(i * 1.9);
        few[i] = i * 5 % 9;
        day[i] = INT64_C(1600000000000000) + i * INT64_C(86400000000) / 3;
        word[i] = i % 13 == 5 ? NULL : words[i * 3 % 7];
        snprintf(texts[i], sizeof texts[i], "%s %s", words[i % 7], words[i * i % 5]);
        text[i] = texts[i];
    }
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    bm_table_add_real(t, "number", number, MANY);
    bm_table_add_real(t, "gaps", gaps, MANY);
    bm_table_add_integer(t, "few", few, MANY);
    bm_table_add_time(t, "day", day, MANY);
    bm_table_add_text(t, "word", word, MANY);
    bm_table_add_text(t, "text", text, MANY);
    bm_table_add_real(t, "y", y, MANY);
    return t;
}

static void add(uint64_t *hash, const void *from, size_t n)
{
    const unsigned char *bytes = from;
    for (size_t i = 0; i < n; i++) *hash = (*hash ^ bytes[i]) * 1099511628211u;
}

/* A step on a column (null: all that fit), with what is done by default; a refusal must be the same, too. */
static void hash_one(outcomes *o, const bm_table *t, const bmi_step_kind *k, const char *column, bm_context *context)
{
    const int64_t rows[] = { 0, 1, 2, 3, 4, 5, MANY - 10 };
    bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION, .type = BM_F64, .context = context);
    bm_recipe_step_at(r, k->name, (bm_names){ &column, column != NULL }, NULL, BM_HERE);
    bm_dataset *d = bm_recipe_fit_apply(r, t), *e = bm_recipe_apply_x_at(r, t, (bm_rows){ rows, BMI_COUNT(rows) }, BM_HERE);
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    add(&hash, bm_error(r), strlen(bm_error(r)));
    const bm_dataset *both[] = { d, e };
    for (int i = 0; i < 2; i++)
        if (!bm_failed(both[i]))
            add(&hash, bm_data_any(bm_dataset_x(both[i], 0)),
                (size_t)bm_tensor_size(bm_dataset_x(both[i], 0)) * sizeof(double));
    json_t *saved = bmi_recipe_save(r);
    char *text = saved ? json_dumps(saved, JSON_SORT_KEYS) : NULL;
    if (text) add(&hash, text, strlen(text));
    free(text);
    json_decref(saved);
    if (o->n < CASES) {
        snprintf(o->what[o->n], sizeof o->what[0], "%s of %s", k->name, column ? column : "all columns");
        o->hash[o->n++] = hash;
    }
    bm_free(d);
    bm_free(e);
    bm_free(r);
}

static void hash_all(void *result, int threads)
{
    outcomes *o = result;
    static const char *const columns[] = { "number", "gaps", "few", "day", "word", "text" };
    bm_context *context = bm_context_new(.threads = threads);
    bm_table *t = make_table(context);
    const bmi_step_kind *k;
    for (size_t i = 0; (k = kind_at(i)); i++) {
        if (!k->needs_names) hash_one(o, t, k, NULL, context);
        for (size_t c = 0; c < BMI_COUNT(columns); c++) hash_one(o, t, k, columns[c], context);
    }
    o->threads = bmi_threads_seen();
    bm_free(t);
    bm_free(context);
}

/* 1, 2 and 4 threads: all like `first`, which the first of all fills. */
static void every_number_of_threads(const char *isa, outcomes *first)
{
    static outcomes o;
    for (int threads = 1; threads <= 4; threads *= 2) {
        bmt_in_child(isa, hash_all, threads, &o, sizeof o);
        if (threads > 1 && o.threads < 2) fail_msg("%s: all ran on one thread of %d", isa, threads);
        if (!first->n) *first = o;
        assert_int_equal(o.n, first->n);
        assert_true(o.n > 60 && o.n < CASES);
        for (int i = 0; i < o.n; i++)
            if (o.hash[i] != first->hash[i]) fail_msg("%s: other bits with %s on %d threads", o.what[i], isa, threads);
    }
}

static outcomes of_vectors; /* what AVX2 and AVX-512 both must give */

static void avx512(void **state)
{
    (void)state;
    if (bmi_isa_has(BMI_AVX512)) every_number_of_threads("avx512", &of_vectors);
    else bmt_skip("AVX-512 on this machine");
}

static void avx2(void **state)
{
    (void)state;
    if (bmi_isa_has(BMI_AVX2)) every_number_of_threads("avx2", &of_vectors);
    else bmt_skip("AVX2 on this machine");
}

/* Plain C need not give the bits of the others, only its own again. */
static void baseline(void **state)
{
    (void)state;
    static outcomes plain;
    every_number_of_threads("baseline", &plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(avx512), cmocka_unit_test(avx2), cmocka_unit_test(baseline) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
