// SPDX-License-Identifier: Apache-2.0
/* The contract of every kind of step that is registered: its examples hold; it is fitted on training rows alone; saved and loaded it
 * gives the same bits; applied it does not depend on the other rows nor on their order; missing cells, constant and empty columns, one
 * row, unseen categories and wrong types end in features or in an error that names the column; every allocation may fail. */
#include "support/bmt.h"
#include "data/dataset.h"
#include "data/recipe.h"
#include <baeum.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const bmi_step_kind *kind_at(size_t i)
{
    const bmi_kind *k = bmi_kind_at("step", i);
    return k ? k->record : NULL;
}

static bm_table *table_of(const char *text, bm_context *context)
{
    return bm_table_read_csv(bmt_temp_file("kinds.csv", text, strlen(text)), .context = context);
}

/* "a,b" as names; `memory` has room for the text. */
static bm_names names_of(const char *text, char memory[200], const char *at[16])
{
    size_t n = 0;
    if (!text) return (bm_names){ 0 };
    snprintf(memory, 200, "%s", text);
    for (char *word = strtok(memory, ","); word; word = strtok(NULL, ",")) at[n++] = word;
    return (bm_names){ at, n };
}

/* A recipe of the one step, f64, plain. */
static bm_recipe *recipe_of(const bmi_step_kind *k, const bmi_step_example *x, bm_context *context)
{
    char memory[200];
    const char *at[16];
    bm_recipe *r = bm_recipe_new(.target = x->target, .plain = true, .type = BM_F64, .context = context);
    bm_recipe_step_at(r, k->name, names_of(x->columns, memory, at), x->options, BM_HERE);
    if (x->then) bm_recipe_step(r, x->then, NULL);
    return r;
}

static void say(char into[300], const bmi_step_kind *k, const bmi_step_example *x, const char *what)
{
    snprintf(into, 300, "%s%s%s: %s", k->name, x->options ? ":" : "", x->options ? x->options : "", what);
}

static double cell(const bm_dataset *d, int64_t row, int64_t column)
{
    const bm_tensor *x = bm_dataset_x(d, 0);
    return bm_tensor_at(x, row * bm_tensor_shape(x).dim[1] + column);
}

/* The features of an example, by fitting it. */
static bm_dataset *features(bm_recipe *r, const bm_table *t, const char *rows)
{
    if (!rows) return bm_recipe_fit_apply(r, t);
    bm_recipe_fit(r, t);
    bm_table *u = table_of(rows, NULL);
    bm_dataset *d = bm_recipe_apply_x(r, u);
    bm_free(u);
    return d;
}

static void example(const bmi_step_kind *k, const bmi_step_example *x)
{
    char what[300];
    bm_table *t = table_of(x->table, NULL), *want = table_of(x->out, NULL);
    bm_recipe *r = recipe_of(k, x, NULL);
    bm_dataset *d = features(r, t, x->rows);
    say(what, k, x, bm_failed(d) ? bm_error(d) : bm_error(want));
    if (bm_failed(d) || bm_failed(want)) fail_msg("%s", what);
    say(what, k, x, "columns");
    bmt_near(what, (double)bm_recipe_features(r), (double)bm_table_columns(want), 0);
    say(what, k, x, "rows");
    bmt_near(what, (double)bm_dataset_rows(d), (double)bm_table_rows(want), 0);
    for (int64_t c = 0; c < bm_table_columns(want); c++) {
        if (strcmp(bm_recipe_feature_name(r, c), bm_table_column_name(want, c)))
            fail_msg("%s: feature %d is %s, should be %s", k->name, (int)c, bm_recipe_feature_name(r, c),
                     bm_table_column_name(want, c));
        for (int64_t i = 0; i < bm_table_rows(want); i++) {
            char where[60];
            snprintf(where, sizeof where, "%.40s of row %d", bm_recipe_feature_name(r, c), (int)i);
            say(what, k, x, where);
            bmt_near(what, cell(d, i, c), bm_table_number(want, i, c), x->tolerance > 0 ? x->tolerance : 1e-12);
        }
    }
    bm_free(d);
    bm_free(r);
    bm_free(want);
    bm_free(t);
}

static void examples(void **state)
{
    (void)state;
    const bmi_step_kind *k;
    for (size_t i = 0; (k = kind_at(i)); i++) {
        if (!k->n_examples || !k->doc || !*k->doc) fail_msg("%s has no example or no line of doc", k->name);
        assert_int_equal(k->size, sizeof *k);
        for (size_t e = 0; e < k->n_examples; e++) {
            if (!k->examples[e].source) fail_msg("%s: an example does not say where its numbers come from", k->name);
            example(k, &k->examples[e]);
        }
    }
}

/* Both have the same bits. */
static void same(const char *what, const bm_dataset *a, const bm_dataset *b)
{
    if (bm_failed(a) || bm_failed(b)) fail_msg("%s: %s %s", what, bm_error(a), bm_error(b));
    const bm_tensor *x = bm_dataset_x(a, 0), *y = bm_dataset_x(b, 0);
    assert_int_equal(x->size, y->size);
    for (int64_t i = 0; i < x->size; i++)
        if (memcmp((const double *)x->data + i, (const double *)y->data + i, sizeof(double)))
            fail_msg("%s: cell %d is %.17g and %.17g", what, (int)i, ((const double *)x->data)[i],
                     ((const double *)y->data)[i]);
}

/* A fitted recipe that was saved and loaded applies the same; applying it twice, too; each row alone and all in reverse order, too. */
static void applies_alike(const bmi_step_kind *k, const bmi_step_example *x)
{
    char what[300];
    bm_table *t = table_of(x->table, NULL), *u = x->rows ? table_of(x->rows, NULL) : table_of(x->table, NULL);
    bm_recipe *r = recipe_of(k, x, NULL);
    bm_recipe_fit(r, t);
    bm_recipe *copy = bmi_recipe_copy(r);
    bm_dataset *once = bm_recipe_apply_x(r, u), *twice = bm_recipe_apply_x(r, u), *loaded = bm_recipe_apply_x(copy, u);
    say(what, k, x, "applied twice");
    same(what, once, twice);
    say(what, k, x, "saved and loaded");
    same(what, once, loaded);
    const int64_t n = bm_table_rows(u), columns = bm_recipe_features(r);
    int64_t *back = malloc((size_t)n * sizeof *back);
    for (int64_t i = 0; i < n; i++) back[i] = n - 1 - i;
    bm_dataset *reversed = bm_recipe_apply_x_at(r, u, (bm_rows){ back, (size_t)n }, BM_HERE);
    for (int64_t i = 0; i < n; i++) {
        bm_dataset *alone = bm_recipe_apply_x_at(r, u, (bm_rows){ &i, 1 }, BM_HERE);
        say(what, k, x, bm_failed(alone) ? bm_error(alone) : "a row alone, and in reverse order");
        if (bm_failed(alone)) fail_msg("%s", what);
        for (int64_t c = 0; c < columns; c++)
            if (cell(alone, 0, c) != cell(once, i, c) || cell(reversed, n - 1 - i, c) != cell(once, i, c))
                fail_msg("%s: row %d column %d: %.17g, %.17g, %.17g", what, (int)i, (int)c, cell(alone, 0, c),
                         cell(reversed, n - 1 - i, c), cell(once, i, c));
        bm_free(alone);
    }
    free(back);
    bm_free(reversed);
    bm_free(once);
    bm_free(twice);
    bm_free(loaded);
    bm_free(copy);
    bm_free(u);
    bm_free(t);
    bm_free(r);
}

static void applying(void **state)
{
    (void)state;
    const bmi_step_kind *k;
    for (size_t i = 0; (k = kind_at(i)); i++)
        for (size_t e = 0; e < k->n_examples; e++) applies_alike(k, &k->examples[e]);
}

/* Rows that are not trained on have no say, whatever stands in them; fitting again forgets. */
static void training_rows_alone(void **state)
{
    (void)state;
    const bmi_step_kind *k;
    for (size_t i = 0; (k = kind_at(i)); i++)
        for (size_t e = 0; e < k->n_examples; e++) {
            const bmi_step_example *x = &k->examples[e];
            char what[300];
            bm_table *t = table_of(x->table, NULL);
            const int64_t n = bm_table_rows(t);
            if (x->target || n < 4) { /* half of so few rows is another task */
                bm_free(t);
                continue;
            }
            int64_t rows[64], half = n / 2 < 64 ? n / 2 : 64;
            for (int64_t j = 0; j < half; j++) rows[j] = j;
            bm_table *part = bm_table_take_at(t, (bm_rows){ rows, (size_t)half }, BM_HERE);
            bm_recipe *r = recipe_of(k, x, NULL), *alone = recipe_of(k, x, NULL);
            bm_recipe_fit(r, t); /* forgotten */
            const bm_status st = bm_recipe_fit_at(r, t, (bm_rows){ rows, (size_t)half }, BM_HERE);
            assert_int_equal(bm_recipe_fit(alone, part), st);
            bm_dataset *d = bm_recipe_apply_x(r, t), *a = bm_recipe_apply_x(alone, t);
            say(what, k, x, "fitted on some rows");
            if (!st && !bm_failed(d)) same(what, d, a);
            bm_free(d);
            bm_free(a);
            bm_free(r);
            bm_free(alone);
            bm_free(part);
            bm_free(t);
        }
}

/* A table of many kinds of columns, and rows of it that are hard. */
static const char odd[] = "constant,empty,few,word,number,text,y\n"
                          "3,,1,a,1.5,red apple,1\n"
                          "3,,,b,2.5,green,2\n"
                          "3,,2,a,-4,red,3\n"
                          "3,,,,,,4\n"
                          "3,,5,b,1e6,blue,5\n"
                          "3,,4,a,0,red,7\n";
static const char hard[] = "constant,empty,few,word,number,text\n"
                           "4,1,,never seen,,\n"
                           ",,,,,\n"
                           "-3,,1e9,a,-1e9,green apple\n";

/* Features, or an error that says which column or step is meant. */
static void ends_well(const bmi_step_kind *k, const char *table, const char *rows, const char *columns, bool target)
{
    char what[300], memory[200];
    const char *at[16];
    const bmi_step_example *x = k->n_examples ? &k->examples[0] : &(const bmi_step_example){ 0 };
    bm_table *t = table_of(table, NULL), *u = table_of(rows, NULL);
    bm_recipe *r =
        bm_recipe_new(.target = target ? "y" : NULL, .plain = !target, .task = target ? BM_REGRESSION : BM_TASK_INFER);
    bm_recipe_step_at(r, k->name, names_of(columns, memory, at), NULL, BM_HERE);
    bm_dataset *made = bm_recipe_fit_apply(r, t), *d = bm_recipe_apply_x(r, u);
    say(what, k, x, bm_error(r));
    if (bm_failed(r)) assert_true(strlen(bm_error(r)) > 10);
    if (bm_status_of(r) == BM_E_MEMORY) fail_msg("%s", what);
    if (!bm_failed(d))
        for (int64_t i = 0; i < bm_dataset_x(d, 0)->size; i++) assert_true(isfinite(bm_tensor_at(bm_dataset_x(d, 0), i)));
    bm_free(made);
    bm_free(d);
    bm_free(r);
    bm_free(t);
    bm_free(u);
}

static void odd_columns(void **state)
{
    (void)state;
    static const char *const columns[] = { "constant", "empty", "few", "word", "number", "text", "few,number", NULL };
    const bmi_step_kind *k;
    for (size_t i = 0; (k = kind_at(i)); i++)
        for (size_t c = 0; c < BMI_COUNT(columns); c++) {
            if (!columns[c] && k->needs_names) continue;
            ends_well(k, odd, hard, columns[c], true);
            if (!k->needs_target) ends_well(k, odd, hard, columns[c], false);
            ends_well(k, "constant,empty,few,word,number,text,y\n3,,1,a,2,red,1\n", hard, columns[c], true); /* one row */
        }
}

/* Columns that are not there, that are of another type, named twice, or the target. */
static void wrong_columns(void **state)
{
    (void)state;
    const bmi_step_kind *k;
    bm_table *t = table_of(odd, NULL);
    for (size_t i = 0; (k = kind_at(i)); i++) {
        static const struct {
            const char *names[3], *part;
        } cases[] = { { { "numbr" }, "did you mean \"number\"?" }, { { "y" }, "target" } };
        for (size_t c = 0; c < BMI_COUNT(cases); c++) {
            bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
            bm_recipe_step_at(r, k->name, (bm_names){ (const bm_name *)cases[c].names, 1 }, NULL, BM_HERE);
            if (!bm_recipe_fit(r, t)) fail_msg("%s takes the column \"%s\"", k->name, cases[c].names[0]);
            bmt_contains(k->name, bm_error(r), cases[c].part);
            bm_free(r);
        }
        bmi_frame f = { .rows = bm_table_rows(t) };
        const bmi_input input = { .name = "word", .text = true }, number = { .name = "number" };
        assert_true(bmi_frame_take(&f, &t->columns[3], &input, (bm_rows){ 0 }));
        assert_true(bmi_frame_take(&f, &t->columns[4], &number, (bm_rows){ 0 }));
        bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
        bm_recipe_step(r, k->name, NULL, "number");
        const void *options = r->n_steps ? r->steps[0].options : NULL;
        for (size_t c = 0; options && c < 2; c++) {
            if (k->takes(&f, c, true, options)) continue;
            bm_recipe *q = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
            bm_recipe_step(q, k->name, NULL, f.columns[c].name);
            assert_int_equal(bm_recipe_fit(q, t), BM_E_TYPE);
            bmt_contains(k->name, bm_error(q), f.columns[c].name);
            bmt_contains(k->name, bm_error(q), k->takes_what);
            bm_free(q);
        }
        bm_free(r);
        bmi_frame_end(&f);
    }
    bm_free(t);
}

/* A recipe of the step, and where it needs the target of it alone: what follows would be fitted on what folds of other rows give. */
static bm_recipe *weighed_recipe(const bmi_step_kind *k, const char *options, const char *columns, const char *weights)
{
    static const char *const all[] = { "x", "z", "word" };
    char memory[200];
    const char *at[16];
    bm_recipe *r =
        bm_recipe_new(.target = "y", .weights = weights, .task = BM_REGRESSION, .type = BM_F64, .plain = k->needs_target);
    bm_recipe_step_at(r, k->name, names_of(columns, memory, at), options, BM_HERE);
    for (size_t c = 0; k->needs_target && c < BMI_COUNT(all); c++)
        if (!strstr(columns, all[c])) bm_recipe_drop(r, all[c]);
    return r;
}

/* A table in which rows stand as often as another table weighs them: every kind, with the options of every example. */
static void weights_are_rows(void **state)
{
    (void)state;
    static const char weighed[] = "x,z,word,y,w\n1,2,a,1,2\n5,-1,b,2,1\n,7,a,4,3\n2.5,1,c,3,0\n9,3,b,8,1\n4,0,a,6,2\n";
    static const char repeated[] =
        "x,z,word,y\n1,2,a,1\n1,2,a,1\n5,-1,b,2\n,7,a,4\n,7,a,4\n,7,a,4\n9,3,b,8\n4,0,a,6\n4,0,a,6\n";
    static const char *const tries[] = { "z", "word", "x", "x,z" };
    bm_table *t = table_of(weighed, NULL), *u = table_of(repeated, NULL);
    const bmi_step_kind *k;
    for (size_t i = 0; (k = kind_at(i)); i++)
        for (size_t c = 0; c < BMI_COUNT(tries) * (k->n_examples + 1); c++) {
            const size_t example = c / BMI_COUNT(tries);
            const char *options = example ? k->examples[example - 1].options : NULL, *columns = tries[c % BMI_COUNT(tries)];
            if (example && !options) continue;
            char what[300];
            snprintf(what, sizeof what, "%s:%s of %s", k->name, options ? options : "", columns);
            bm_recipe *r = weighed_recipe(k, options, columns, "w"), *q = weighed_recipe(k, options, columns, NULL);
            const bm_status st = bm_recipe_fit(r, t);
            if (st != bm_recipe_fit(q, u)) fail_msg("%s: %s | %s", what, bm_error(r), bm_error(q));
            bm_dataset *d = bm_recipe_apply_x(r, t), *e = bm_recipe_apply_x(q, t);
            if (!st) assert_int_equal(bm_recipe_features(r), bm_recipe_features(q));
            for (int64_t j = 0; !st && !bm_failed(d) && j < bm_dataset_x(d, 0)->size; j++)
                bmt_near(what, bm_tensor_at(bm_dataset_x(d, 0), j), bm_tensor_at(bm_dataset_x(e, 0), j), 1e-11);
            if (bm_failed(d) != bm_failed(e)) fail_msg("%s: %s | %s", what, bm_error(d), bm_error(e));
            bm_free(d);
            bm_free(e);
            bm_free(r);
            bm_free(q);
        }
    bm_free(t);
    bm_free(u);
}

/* What bm_recipe_affine says of a feature is so. */
static void in_original_units(void **state)
{
    (void)state;
    static const char text[] = "x,z,word\n1,2,a\n5,-1,b\n2,7,a\n2.5,1,c\n9,3,b\n4,0,a\n";
    const bmi_step_kind *k;
    for (size_t i = 0; (k = kind_at(i)); i++) {
        if (k->needs_target || k->keep) continue;
        bm_table *t = table_of(text, NULL);
        bm_recipe *r = bm_recipe_new(.type = BM_F64);
        bm_recipe_step(r, k->name, NULL, "x");
        bm_dataset *d = bm_recipe_fit(r, t) ? NULL : bm_recipe_apply_x(r, t);
        for (int64_t c = 0; d && c < bm_recipe_features(r); c++) {
            const char *column;
            double scale, shift;
            if (!bm_recipe_affine(r, c, &column, &scale, &shift)) continue;
            for (int64_t row = 0; row < bm_table_rows(t); row++)
                bmt_near(k->name, scale * bm_table_number(t, row, bm_table_find(t, column)) + shift, cell(d, row, c), 1e-12);
        }
        bm_free(d);
        bm_free(r);
        bm_free(t);
    }
}

/* What is fitted, saved and applied has the same bits on any number of threads. */
static void any_threads(void **state)
{
    (void)state;
    const bmi_step_kind *k;
    for (size_t i = 0; (k = kind_at(i)); i++)
        for (size_t e = 0; e < k->n_examples; e++) {
            json_t *saved[2] = { NULL, NULL };
            bm_dataset *d[2];
            char what[300];
            for (int way = 0; way < 2; way++) {
                bm_context *context = bm_context_new(.threads = way ? 3 : 1);
                bm_table *t = table_of(k->examples[e].table, context);
                bm_recipe *r = recipe_of(k, &k->examples[e], context);
                d[way] = bm_recipe_fit_apply(r, t);
                saved[way] = bmi_recipe_save(r);
                bm_free(r);
                bm_free(t);
                bm_free(context);
            }
            say(what, k, &k->examples[e], "on 1 and 3 threads");
            if (!bm_failed(d[0])) same(what, d[0], d[1]);
            assert_true(json_equal(saved[0], saved[1]));
            for (int way = 0; way < 2; way++) {
                json_decref(saved[way]);
                bm_free(d[way]);
            }
        }
}

static bm_status once(bm_context *context, void *arg)
{
    const bmi_step_kind *k = arg;
    const bmi_step_example *x = &k->examples[0];
    bm_table *t = table_of(x->table, context), *u = table_of(x->rows ? x->rows : x->table, context);
    bm_recipe *r = recipe_of(k, x, context);
    bm_status st = bm_failed(t) ? bm_status_of(t) : bm_failed(u) ? bm_status_of(u) : BM_OK;
    bm_dataset *d = st ? NULL : bm_recipe_fit_apply(r, t);
    if (!st) st = bm_failed(r) ? bm_status_of(r) : bm_status_of(d);
    bm_recipe *copy = st ? NULL : bmi_recipe_copy(r);
    if (!st) st = bm_status_of(copy);
    bm_dataset *e = st ? NULL : bm_recipe_apply_x(copy, u);
    if (!st) st = bm_status_of(e);
    bm_free(e);
    bm_free(copy);
    bm_free(d);
    bm_free(r);
    bm_free(u);
    bm_free(t);
    return st;
}

static void no_memory(void **state)
{
    (void)state;
    const bmi_step_kind *k;
    for (size_t i = 0; (k = kind_at(i)); i++) bmt_each_failure(k->name, once, (void *)(uintptr_t)k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),          cmocka_unit_test(applying),      cmocka_unit_test(training_rows_alone),
        cmocka_unit_test(odd_columns),       cmocka_unit_test(wrong_columns), cmocka_unit_test(weights_are_rows),
        cmocka_unit_test(in_original_units), cmocka_unit_test(no_memory),     cmocka_unit_test(any_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
