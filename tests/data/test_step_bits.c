// SPDX-License-Identifier: Apache-2.0
/* The same bits of every kind of step that is registered: a hash of the features and of what was found, over rows enough for all threads,
 * on 1, 2 and 4 of them with each instruction set. Each is a process of its own, for the instruction set is chosen once.
 */
#include "data/step_support.h"
#include "support/bmt_child.h"

enum { MANY = 2500 };

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

/* A step on a column (null: all that fit), with what is done by default; a refusal must be the same, too. */
static void hash_one(bmt_bits *b, const bm_table *t, const bmi_step_kind *k, const char *column, bm_context *context)
{
    const int64_t rows[] = { 0, 1, 2, 3, 4, 5, MANY - 10 };
    bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION, .type = BM_F64, .context = context);
    bm_recipe_step_at(r, k->name, (bm_names){ &column, column != NULL }, NULL, BM_HERE);
    bm_dataset *d = bm_recipe_fit_apply(r, t), *e = bm_recipe_apply_x_at(r, t, (bm_rows){ rows, BMI_COUNT(rows) }, BM_HERE);
    uint64_t hash = BMT_HASH;
    char what[80];
    bmt_hash(&hash, bm_error(r), strlen(bm_error(r)));
    const bm_dataset *both[] = { d, e };
    for (int i = 0; i < 2; i++)
        if (!bm_failed(both[i]))
            bmt_hash(&hash, bm_data_any(bm_dataset_x(both[i], 0)),
                     (size_t)bm_tensor_size(bm_dataset_x(both[i], 0)) * sizeof(double));
    json_t *saved = bmi_recipe_save(r);
    char *text = saved ? json_dumps(saved, JSON_SORT_KEYS) : NULL;
    if (text) bmt_hash(&hash, text, strlen(text));
    free(text);
    json_decref(saved);
    snprintf(what, sizeof what, "%s of %s", k->name, column ? column : "all columns");
    bmt_bits_add(b, what, hash);
    bm_free(d);
    bm_free(e);
    bm_free(r);
}

static void hash_all(bmt_bits *b, int threads)
{
    static const char *const columns[] = { "number", "gaps", "few", "day", "word", "text" };
    bm_context *context = bm_context_new(.threads = threads);
    bm_table *t = make_table(context);
    const bmi_step_kind *k;
    for (size_t i = 0; (k = kind_at(i)); i++) {
        if (!k->needs_names) hash_one(b, t, k, NULL, context);
        for (size_t c = 0; c < BMI_COUNT(columns); c++) hash_one(b, t, k, columns[c], context);
    }
    bm_free(t);
    bm_free(context);
}

int main(void)
{
    return bmt_bits_main(hash_all, 60);
}
