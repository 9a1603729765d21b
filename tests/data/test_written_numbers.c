// SPDX-License-Identifier: Apache-2.0
/* Numbers as people write them, from training to prediction: a recipe keeps the form of each column, so that rows are read as they were
 * then, however few they are. And targets of text that are no classes. */
#include "support/bmt.h"
#include "data/dataset.h"
#include "data/recipe.h"
#include <math.h>
#include <string.h>

static const char *file(const char *text)
{
    return bmt_temp_file("t.csv", text, strlen(text));
}

/* A recipe fitted on a file, saved and loaded again. */
static bm_recipe *trained(const char *text, const char *target, const bm_names marks)
{
    bm_table *t = bm_table_read_csv(file(text), .missing = marks);
    bm_recipe *r = bm_recipe_new(.target = target, .plain = true);
    bm_recipe_fit(r, t);
    if (bm_failed(t) || bm_failed(r)) fail_msg("%s: %s %s", text, bm_error(t), bm_error(r));
    bm_recipe *copy = bmi_recipe_copy(r);
    assert_false(bm_failed(copy));
    bm_free(r);
    bm_free(t);
    return copy;
}

static void read_as_in_training(void **state)
{
    (void)state;
    const struct {
        const char *training, *row;
        double want; /* NaN: missing */
        int64_t unreadable;
    } cases[] = {
        { "x;y\n1,5;1\n2,25;2\n", "x\n1.234\n", 1234, 0 }, /* decimal commas: the point is between thousands */
        { "x;y\n1,5;1\n2,25;2\n", "x\n\"1,234\"\n", 1.234, 0 },
        { "x,y\n\"67,404\",1.5\n999,2\n", "x\n\"1,234\"\n", 1234, 0 },
        { "x,y\n\"67,404\",1.5\n999,2\n", "x\n1.234\n", 1.234, 0 },
        { "x,y\n1.5,1\n2.5,2\n", "x\n1.234\n", 1.234, 0 },
        { "x,y\n1.5,1\n2.5,2\n", "x\n\"1,234\"\n", NAN, 1 }, /* plain in training: no number here */
        { "x,y\n39%,1\n2%,2\n", "x\n7%\n", 7, 0 },
        { "x,y\n39%,1\n2%,2\n", "x\n7\n", 7, 0 },
        { "x,y\n$5,1\n$2,2\n", "x\n\"$1,000\"\n", 1000, 0 },
        { "x,y\n$5,1\n$2,2\n", "x\n€5\n", NAN, 1 },
        { "x,y\n1.5 kg,1\n2 kg,2\n12kg,3\n", "x\n5 kg\n", 5, 0 },
        { "x,y\n1.5 kg,1\n2 kg,2\n12kg,3\n", "x\n5\n", 5, 0 },
        { "x,y\n1.5 kg,1\n2 kg,2\n12kg,3\n", "x\n\"1,005kg\"\n", 1005, 0 },
        { "x,y\n1.5 kg,1\n2 kg,2\n12kg,3\n", "x\n5 lb\n", NAN, 1 },
        { "x,y\n1.5 kg,1\n2 kg,2\n12kg,3\n", "x\n5%\n", NAN, 1 },
        { "x,y\n1 °C,1\n2 °C,2\n-7 °C,3\n", "x\n-8°C\n", -8, 0 },
        { "x,y\n1,1\n2,2\n", "x\n5 kg\n", NAN, 1 }, /* numbers alone in training */
        { "x,y\n5%,1\n2%,2\n", "x\n5 kg\n", NAN, 1 },
        { "x,y\n\"1,00,000\",1\n2,2\n", "x\n\"2,50,000.5\"\n", 250000.5, 0 },
        { "x,y\n\"1,00,000\",1\n2,2\n", "x\n\"2,500\"\n", 2500, 0 },
        { "x,y\n\"1,00,000\",1\n2,2\n", "x\n\"2,500,000\"\n", NAN, 1 },
        { "x,y\n1,1\nmark,2\n3,5\n", "x\nmark\n", NAN, 0 },
        { "x,y\n1,1\n-9,2\n3,5\n", "x\n-9\n", NAN, 0 },
        { "x,y\n1,1\n-,2\n3,5\n", "x\n-\n", NAN, 0 }, /* a mark, in training and later */
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_recipe *r = trained(cases[i].training, "y", BM_NAMES("mark", "-9"));
        bm_table *t = bm_table_read_csv(file(cases[i].row), .recipe = r);
        bmi_frame f = { .context = NULL, .rows = 1 };
        const int64_t at = bm_table_find(t, "x");
        if (bm_failed(t) || at < 0) fail_msg("%s: %s", cases[i].row, bm_error(t));
        assert_true(bmi_frame_take(&f, &t->columns[at], &r->inputs[0], (bm_rows){ 0 }));
        const double got = f.columns[0].numbers[0];
        if (isnan(cases[i].want) ? !isnan(got) : got != cases[i].want)
            fail_msg("%s after %s: %g", cases[i].row, cases[i].training, got);
        assert_int_equal(f.counted.unreadable, cases[i].unreadable);
        bmi_frame_end(&f);
        bm_free(t);
        bm_free(r);
    }
}

static void targets(void **state)
{
    (void)state;
    const char *const rows = "x,y\n1,\"$1,500\"\n2,$2\n3,$7\n";
    bm_recipe *r = trained(rows, "y", BM_VALUE(bm_names, NULL));
    assert_int_equal(bm_recipe_task(r), BM_REGRESSION);
    bm_table *t = bm_table_read_csv(file(rows), .recipe = r);
    assert_int_equal(bm_table_column_type(t, 1), BM_COLUMN_TEXT);
    bm_dataset *d = bm_recipe_apply(r, t);
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    assert_true(bm_data_f32(bm_dataset_t(d, 0))[0] == 1500);
    bm_free(d);
    bm_free(t);
    t = bm_table_read_csv(file("x,y\n1,$1\n2,soon\n"), .recipe = r);
    d = bm_recipe_apply(r, t);
    assert_int_equal(bm_status_of(d), BM_E_DATA);
    bmt_contains("a word as target", bm_error(d), "has \"soon\" as \"y\"; in training it was a number");
    bm_free(d);
    bm_free(t);
    bm_free(r);
}

/* A table read by itself in another form than in training is refused, not misread. */
static void other_decimal_sign(void **state)
{
    (void)state;
    bm_recipe *r = trained("x,y\n\"1,234.5\",1\n\"2,345.5\",2\n", "y", BM_VALUE(bm_names, NULL));
    bm_table *t = bm_table_read_csv(file("x;y\n1.234,5;1\n"));
    bm_dataset *d = bm_recipe_apply_x(r, t);
    assert_int_equal(bm_status_of(d), BM_E_DATA);
    bmt_contains("decimal", bm_error(d), "read the table with the recipe");
    bm_free(d);
    bm_free(t);
    bm_free(r);
}

/* The same of a unit: 5 lb are not 5 kg. */
static void other_unit(void **state)
{
    (void)state;
    const struct {
        const char *training, *rows, *part;
    } cases[] = {
        { "x,y\n1 kg,1\n2 kg,2\n5 kg,3\n", "x,y\n1 lb,1\n2 lb,2\n5 lb,3\n",
          "have the unit \"lb\", in training they had the unit \"kg\"" },
        { "x,y\n$1,1\n$2,2\n$5,3\n", "x,y\n€1,1\n€2,2\n€5,3\n", "have the sign €, in training they had the sign $" },
        { "x,y\n.1,1\n.2,2\n.5,3\n", "x,y\n10%,1\n20%,2\n50%,3\n", "have the sign %, in training they had none" },
        { "x,y\n1,1\n2,2\n5,3\n", "x,y\n1 lb,1\n2 lb,2\n5 lb,3\n", "have the unit \"lb\", in training they had none" },
        { "x,y\n1 kg,1\n2 kg,2\n5 kg,3\n", "x,y\n1,1\n2,2\n5,3\n", NULL },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_recipe *r = trained(cases[i].training, "y", BM_VALUE(bm_names, NULL));
        bm_table *t = bm_table_read_csv(file(cases[i].rows));
        bm_dataset *d = bm_recipe_apply_x(r, t);
        assert_int_equal(bm_status_of(d), cases[i].part ? BM_E_DATA : BM_OK);
        if (cases[i].part) bmt_contains("unit", bm_error(d), cases[i].part);
        bm_free(d);
        bm_free(t);
        bm_free(r);
    }
}

/* A saved form that no column can have is refused. */
static void damaged_forms(void **state)
{
    (void)state;
    const struct {
        const char *form;
        bool fine;
    } cases[] = {
        { "{'decimal': '.', 'thousands': ',', 'indian': true, 'unit': 'kWh/m2'}", true },
        { "{'decimal': '.', 'unit': '°C'}", true },
        { "{'decimal': '.', 'unit': ''}", false },
        { "{'decimal': '.', 'unit': 'a b'}", false },
        { "{'decimal': '.', 'unit': '/h'}", false },
        { "{'decimal': '.', 'unit': 'm/'}", false },
        { "{'decimal': '.', 'unit': 'm22'}", false },
        { "{'decimal': '.', 'unit': '2'}", false },
        { "{'decimal': '.', 'unit': '%'}", false },
        { "{'decimal': '.', 'unit': 'abcdefghijklmno'}", true },
        { "{'decimal': '.', 'unit': 'abcdefghijklmnop'}", false },
        { "{'decimal': '.', 'unit': 7}", false },
        { "{'decimal': '.', 'thousands': ' ', 'indian': true}", false },
        { "{'decimal': ',', 'thousands': '.', 'indian': true}", false },
    };
    bm_recipe *r = trained("x,y\n1 kg,1\n2 kg,2\n5 kg,3\n", "y", BM_VALUE(bm_names, NULL));
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        json_t *saved = bmi_recipe_save(r);
        char text[200];
        snprintf(text, sizeof text, "%s", cases[i].form);
        for (char *c = text; *c; c++)
            if (*c == '\'') *c = '"';
        json_t *form = json_loads(text, 0, NULL), *input = json_array_get(json_object_get(saved, "inputs"), 0);
        assert_non_null(json_object_get(input, "form"));
        json_object_set_new(input, "form", form);
        bm_recipe *back = bmi_recipe_load(NULL, saved, BM_HERE);
        if (bm_status_of(back) != (cases[i].fine ? BM_OK : BM_E_FORMAT)) fail_msg("%s: %s", text, bm_error(back));
        if (cases[i].fine) {
            json_t *again = bmi_recipe_save(back);
            assert_true(json_equal(saved, again));
            json_decref(again);
        }
        bm_free(back);
        json_decref(saved);
    }
    bm_free(r);
}

static bm_recipe *fitted(const char *text, bm_task task)
{
    bm_table *t = bm_table_read_csv(file(text));
    bm_recipe *r = bm_recipe_new(.target = "y", .task = task);
    bm_recipe_fit(r, t);
    bm_free(t);
    return r;
}

static void no_classes(void **state)
{
    (void)state;
    const char *const ids = "x,y\n1,a\n2,b\n3,c\n4,d\n4,a\n", *const units = "x,y\n1,1 kg\n2,2 kg\n3,3 lb\n4,4 lb\n";
    bm_recipe *r = fitted(ids, BM_TASK_INFER);
    assert_int_equal(bm_status_of(r), BM_E_DATA);
    bmt_contains("ids", bm_error(r), "4 different values in 5 rows (\"a\" in row 1, \"b\" in row 2 ...)");
    bmt_contains("ids", bm_error(r), "set the task to classification");
    bm_free(r);
    r = fitted(units, BM_TASK_INFER);
    bmt_contains("units", bm_error(r), "write the cells as numbers alone");
    bm_free(r);
    r = fitted(ids, BM_CLASSIFICATION); /* as asked */
    assert_int_equal(bm_recipe_classes(r), 4);
    bool told = false;
    for (int64_t i = 0; bm_recipe_note(r, i); i++)
        told |= !strcmp(bm_recipe_note(r, i), "! 3 classes of y have one row only to learn from: \"b\", \"c\", \"d\"");
    assert_true(told);
    bm_free(r);
}

static void alike_classes(void **state)
{
    (void)state;
    bm_recipe *r = fitted("x,y\n1,Yes\n2,YES \n3,no\n4,No\n4,Yes\n5,YES \n1,no\n2,No\n3,maybe\n3,maybe\n", BM_TASK_INFER);
    bool told = false;
    for (int64_t i = 0; bm_recipe_note(r, i); i++)
        told |=
            !strcmp(bm_recipe_note(r, i), "! classes of y differ by case or blanks alone: \"No\", \"no\"; \"YES \", \"Yes\": "
                                          "did you mean one class?");
    assert_true(told);
    assert_int_equal(bm_recipe_classes(r), 5); /* they stay as they are */
    bm_free(r);
}

/* Whatever the seed, a class of one row or two has one in training. */
static void rare_classes_are_learned(void **state)
{
    (void)state;
    const bm_name class[] = { "a", "a", "a", "a", "a", "a", "b", "b", "c", "a" };
    for (int64_t seed = 0; seed < 20; seed++) {
        bm_table *t = bm_table_new();
        bm_table_add_text(t, "y", class, 10);
        bm_table_parts p =
            bm_table_split(t, .validation = .2, .test = .2, .target = "y", .task = BM_CLASSIFICATION, .seed = seed);
        bool b = false, c = false;
        for (int64_t i = 0; i < bm_table_rows(p.train); i++) {
            b |= !strcmp(bm_table_text(p.train, i, 0), "b");
            c |= !strcmp(bm_table_text(p.train, i, 0), "c");
        }
        assert_true(b && c);
        assert_int_equal(bm_table_rows(p.train) + bm_table_rows(p.validation) + bm_table_rows(p.test), 10);
        bm_free(p.train);
        bm_free(p.validation);
        bm_free(p.test);
        bm_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_as_in_training), cmocka_unit_test(targets),
        cmocka_unit_test(other_decimal_sign),  cmocka_unit_test(other_unit),
        cmocka_unit_test(damaged_forms),       cmocka_unit_test(no_classes),
        cmocka_unit_test(alike_classes),       cmocka_unit_test(rare_classes_are_learned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
