// SPDX-License-Identifier: Apache-2.0
/* What every kind of step that is registered leaves alone, keeps and refuses: use before a fit, settings that are none, the table and the
 * settings as they were, columns by their names, f32 and f64, numbers as large and as small as they may be, and silence.
 */
#include "data/step_support.h"
#include "support/bmt_child.h"

/* ---- before a fit ---- */
static void unfitted(const bmi_step_kind *k, const bmi_step_example *x)
{
    bm_recipe *r = recipe_of(k, x, NULL);
    bm_table *t = table_of(x->table, NULL);
    bm_dataset *d = bm_recipe_apply(r, t), *e = bm_recipe_apply_x(r, t);
    if (bm_status_of(d) != BM_E_ARGUMENT || bm_status_of(e) != BM_E_ARGUMENT) fail_msg("%s is applied before a fit", k->name);
    bmt_contains(k->name, bm_error(d), "not fitted");
    const char *column;
    double scale, shift;
    assert_int_equal(bm_recipe_features(r), 0);
    assert_null(bm_recipe_feature_name(r, 0));
    assert_false(bm_recipe_affine(r, 0, &column, &scale, &shift));
    assert_null(column);
    bm_free(d);
    bm_free(e);
    bm_free(t);
    bm_free(r);
}

static void before_a_fit(void **state)
{
    (void)state;
    each_example(unfitted);
}

/* ---- settings ---- */
static void refuse_setting(const bmi_step_kind *k, const char *with, const char *says)
{
    bm_recipe *r = bm_recipe_new(.target = "y");
    bm_recipe_step_at(r, k->name, BM_NAMES("number"), with, BM_HERE);
    if (!bm_failed(r)) fail_msg("%s takes \"%s\"", k->name, with);
    assert_int_equal(bm_status_of(r), BM_E_ARGUMENT);
    bmt_contains(with, bm_error(r), says);
    bm_free(r);
}

/* Settings out of their ranges, that are no numbers, no words of theirs or unknown, are refused by name when the step is added. */
static void settings(void **state)
{
    (void)state;
    const bmi_step_kind *k;
    char with[120];
    for (size_t i = 0; (k = kind_at(i)); i++) {
        snprintf(with, sizeof with, "no_such_setting=3");
        refuse_setting(k, with, k->name);
        for (const bmi_field *f = k->fields; f && f->name; f++) {
            const bool number = f->type == BMI_FIELD_REAL || f->type == BMI_FIELD_INT;
            const double wrong[] = { f->low - (f->low == 1 ? 2 : 1), f->high + 1, NAN };
            for (size_t n = 0; number && n < BMI_COUNT(wrong); n++) {
                const bool any = f->low == 0 && f->high == 0; /* any finite number */
                if (isnan(wrong[n]) ? f->type == BMI_FIELD_INT : any || fabs(wrong[n]) > 1e12) continue;
                snprintf(with, sizeof with, "%s=%.10g", f->name, wrong[n]);
                refuse_setting(k, with, f->name);
            }
            if (!number && f->type != BMI_FIELD_WORD && f->type != BMI_FIELD_BOOL) continue;
            snprintf(with, sizeof with, "%s=certainly", f->name);
            refuse_setting(k, with, f->name);
        }
    }
}

/* No seed is the seed 0, and another seed may give other numbers but no error. */
static void seeds(void **state)
{
    (void)state;
    static const char *const with[] = { NULL, "seed=0", "seed=0", "seed=7" };
    const bmi_step_kind *k;
    int seeded = 0;
    bm_table *t = table_of(odd, NULL);
    for (size_t i = 0; (k = kind_at(i)); i++) {
        if (!k->fields || !bmi_field_find(k->fields, "seed")) continue;
        bm_dataset *d[BMI_COUNT(with)];
        for (size_t n = 0; n < BMI_COUNT(with); n++) {
            bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION, .type = BM_F64);
            bm_recipe_step_at(r, k->name, (bm_names){ 0 }, with[n], BM_HERE);
            d[n] = bm_recipe_fit_apply(r, t);
            if (bm_failed(d[n])) fail_msg("%s:%s: %s", k->name, with[n] ? with[n] : "", bm_error(d[n]));
            bm_free(r);
        }
        same(k->name, d[0], d[1]);
        same(k->name, d[1], d[2]);
        for (size_t n = 0; n < BMI_COUNT(with); n++) bm_free(d[n]);
        seeded++;
    }
    assert_true(seeded >= 3);
    bm_free(t);
}

/* ---- what was given ---- */
static void same_files(const bmi_step_kind *k, const char *a, const char *b)
{
    size_t n, m;
    unsigned char *x = bmt_read(a, &n), *y = bmt_read(b, &m);
    if (n != m || memcmp(x, y, n) != 0) fail_msg("%s changes the table", k->name);
    free(x);
    free(y);
}

/* The table and the step's settings, byte by byte; fitting twice finds the same, notes included. */
static void unchanged(const bmi_step_kind *k, const bmi_step_example *x)
{
    char before[200], what[300];
    bm_table *t = table_of(x->table, NULL);
    bm_recipe *r = recipe_of(k, x, NULL);
    unsigned char *options = malloc(k->options_size + 1);
    assert_non_null(options);
    snprintf(before, sizeof before, "%s", bmt_temp("before.csv"));
    bm_table_write_csv(t, before);
    if (k->options_size) memcpy(options, r->steps[0].options, k->options_size);
    bm_dataset *made = features(r, t, x->rows);
    json_t *first = bmi_recipe_save(r);
    bm_dataset *applied = bm_recipe_apply_x(r, t), *again = features(r, t, x->rows);
    json_t *second = bmi_recipe_save(r);
    say(what, k, x, "fitted twice");
    if (!json_equal(first, second)) fail_msg("%s: another recipe", what);
    same(what, made, again);
    if (k->options_size && memcmp(options, r->steps[0].options, k->options_size) != 0)
        fail_msg("%s changes its settings", k->name);
    bm_table_write_csv(t, bmt_temp("after.csv"));
    same_files(k, before, bmt_temp("after.csv"));
    if (!k->sees_target && !k->keep && !x->rows) { /* new rows are as those of the training */
        say(what, k, x, "as training rows and as new ones");
        same(what, made, applied);
    }
    for (int64_t i = 0; i < bm_recipe_features(r); i++)
        for (int64_t j = 0; j < i; j++)
            if (!strcmp(bm_recipe_feature_name(r, i), bm_recipe_feature_name(r, j)))
                fail_msg("%s: two features are called %s", k->name, bm_recipe_feature_name(r, i));
    json_decref(first);
    json_decref(second);
    free(options);
    bm_free(made);
    bm_free(applied);
    bm_free(again);
    bm_free(r);
    bm_free(t);
}

static void table_and_settings(void **state)
{
    (void)state;
    each_example(unchanged);
}

/* ---- columns ---- */
/* A table's columns but `without` (-1: all) in reverse order, and one that the recipe does not know. */
static bm_table *turned(const bm_table *t, int64_t without)
{
    bm_name names[64];
    size_t n = 0;
    for (int64_t c = bm_table_columns(t) - 1; c >= 0; c--)
        if (c != without && n < BMI_COUNT(names)) names[n++] = bm_table_column_name(t, c);
    bm_table *u = bm_table_select_at(t, (bm_names){ names, n }, BM_HERE);
    int64_t *more = calloc((size_t)bm_table_rows(t), sizeof *more);
    bm_table_add_integer(u, "a column of its own", more, bm_table_rows(t));
    free(more);
    return u;
}

/* Columns are found by their names; one that the recipe needs and the table lacks is named, one that it dropped may lack. */
static void by_name(const bmi_step_kind *k, const bmi_step_example *x)
{
    char what[300];
    bm_table *learned = table_of(x->table, NULL), *t = table_of(x->rows ? x->rows : x->table, NULL), *u = turned(t, -1);
    bm_recipe *r = recipe_of(k, x, NULL);
    bm_recipe_fit(r, learned);
    bm_dataset *d = bm_recipe_apply_x(r, t), *e = bm_recipe_apply_x(r, u);
    say(what, k, x, "columns in another order, and one more");
    same(what, d, e);
    for (int64_t c = 0; c < bm_table_columns(t) && bm_table_columns(t) > 1; c++) {
        const char *name = bm_table_column_name(t, c);
        bm_table *v = turned(t, c);
        bm_dataset *f = bm_recipe_apply_x(r, v);
        const bool needed = bmi_recipe_input(r, name) != SIZE_MAX;
        say(what, k, x, name);
        if (!needed) same(what, d, f);
        else if (bm_status_of(f) != BM_E_DATA) fail_msg("%s is not there, and it is applied", what);
        else bmt_contains(what, bm_error(f), name);
        bm_free(f);
        bm_free(v);
    }
    bm_free(d);
    bm_free(e);
    bm_free(r);
    bm_free(t);
    bm_free(u);
    bm_free(learned);
}

static void columns_by_name(void **state)
{
    (void)state;
    each_example(by_name);
}

/* ---- types ---- */
/* Features of f32 are those of f64, rounded. */
static void of_f32(const bmi_step_kind *k, const bmi_step_example *x)
{
    char memory[200], what[300];
    const char *at[16];
    bm_table *t = table_of(x->table, NULL);
    bm_recipe *r = recipe_of(k, x, NULL), *q = bm_recipe_new(.target = x->target, .plain = true);
    bm_recipe_step_at(q, k->name, names_of(x->columns, memory, at), x->options, BM_HERE);
    if (x->then) bm_recipe_step(q, x->then, NULL);
    bm_dataset *d = features(r, t, x->rows), *e = features(q, t, x->rows);
    say(what, k, x, bm_failed(e) ? bm_error(e) : "in f32");
    if (bm_failed(d) || bm_failed(e)) fail_msg("%s", what);
    assert_int_equal(bm_tensor_type(bm_dataset_x(d, 0)), BM_F64);
    assert_int_equal(bm_tensor_type(bm_dataset_x(e, 0)), BM_F32);
    for (int64_t i = 0; i < bm_tensor_size(bm_dataset_x(d, 0)); i++)
        if (bm_tensor_at(bm_dataset_x(e, 0), i) != (double)(float)bm_tensor_at(bm_dataset_x(d, 0), i))
            fail_msg("%s: cell %d is %.9g, of %.17g", what, (int)i, bm_tensor_at(bm_dataset_x(e, 0), i),
                     bm_tensor_at(bm_dataset_x(d, 0), i));
    bm_free(d);
    bm_free(e);
    bm_free(r);
    bm_free(q);
    bm_free(t);
}

static void types(void **state)
{
    (void)state;
    each_example(of_f32);
}

/* ---- sizes ---- */
static bool finite_features(const bm_dataset *d)
{
    for (int64_t i = 0; !bm_failed(d) && i < bm_tensor_size(bm_dataset_x(d, 0)); i++)
        if (!isfinite(bm_tensor_at(bm_dataset_x(d, 0), i))) return false;
    return true;
}

/* Numbers of all sizes: features that are finite, or an error that names the column or the step. */
static void of_size(const bmi_step_kind *k, double size, bm_type type, bool zero)
{
    enum { ROWS = 9 };
    double a[ROWS], b[ROWS], y[ROWS];
    for (int i = 0; i < ROWS; i++) {
        a[i] = zero && i % 2 ? 0 : size * (i < 2 ? 1 : i % 4 - 1.5);
        b[i] = i % 4;
        y[i] = i % 3;
    }
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "a", a, ROWS);
    bm_table_add_real(t, "b", b, ROWS);
    bm_table_add_real(t, "y", y, ROWS);
    bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION, .type = type);
    bm_recipe_step(r, k->name, NULL, "a");
    bm_dataset *made = bm_recipe_fit_apply(r, t), *d = bm_recipe_apply_x(r, t);
    if (!finite_features(made) || !finite_features(d)) fail_msg("%s: of numbers of %g a feature is not finite", k->name, size);
    if (bm_failed(r) || bm_failed(made)) {
        const char *error = bm_failed(r) ? bm_error(r) : bm_error(made);
        if (bm_status_of(r) == BM_E_MEMORY || (!strstr(error, "\"a") && !strstr(error, k->name) && !strstr(error, "a is ")))
            fail_msg("%s: numbers of %g: \"%s\" does not say what is meant", k->name, size, error);
    }
    bm_free(made);
    bm_free(d);
    bm_free(r);
    bm_free(t);
}

static void sizes(void **state)
{
    (void)state;
    static const double all[] = { 5e-324, 1e-310, 1e-300, 1e-150, 1e-30, 1e30, 1e38, 1e150, 1e300, 1.1e308 };
    const bmi_step_kind *k;
    for (size_t i = 0; (k = kind_at(i)); i++)
        for (size_t n = 0; n < BMI_COUNT(all); n++)
            for (int way = 0; way < 4; way++) of_size(k, all[n], way & 1 ? BM_F32 : BM_F64, way & 2);
}

/* ---- silence ---- */
static void speak_not(const bmi_step_kind *k, const bmi_step_example *x)
{
    bm_table *t = table_of(x->table, NULL), *u = table_of(hard, NULL);
    bm_recipe *r = recipe_of(k, x, NULL), *q = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
    bm_recipe_step(q, k->name, NULL, "text");
    bm_dataset *d = bm_recipe_fit_apply(r, t), *e = bm_recipe_fit_apply(q, u);
    bm_free(d);
    bm_free(e);
    bm_free(r);
    bm_free(q);
    bm_free(t);
    bm_free(u);
}

static void use_all(void)
{
    each_example(speak_not);
}

/* Fitting, applying and failing print nothing. */
static void silence(void **state)
{
    (void)state;
    bmt_silent(use_all);
}

/* ---- allocations that fail ---- */
/* The n-th allocation of a second fit fails: the recipe says so, is not applied as if it were fitted, and is then fitted as if nothing had
 * happened. True when the fit needed fewer. */
static bool lacking(const bmi_step_kind *k, const bmi_step_example *x, long n)
{
    bmt_faults f = { 0 };
    bm_context *context = bmt_context(&f, 1);
    bm_table *t = table_of(x->table, context);
    bm_recipe *r = recipe_of(k, x, context);
    bm_dataset *once = features(r, t, x->rows);
    f.calls = 0;
    f.fail_at = n;
    const bm_status st = bm_recipe_fit(r, t);
    const bool failed = f.failed;
    f.fail_at = 0;
    if (failed && st != BM_E_MEMORY) fail_msg("%s: allocation %ld fails, and the status is %s", k->name, n, bm_status_name(st));
    bm_clear(r);
    bm_dataset *d = bm_recipe_apply_x(r, t);
    if (failed && !bm_failed(d)) fail_msg("%s: allocation %ld of a fit fails, and it is applied", k->name, n);
    if (failed) bmt_contains(k->name, bm_error(d), "not fitted");
    bm_free(d);
    d = features(r, t, x->rows);
    same(k->name, once, d);
    bm_free(d);
    bm_free(once);
    bm_free(r);
    bm_free(t);
    bm_free(context);
    if (f.live) fail_msg("%s: %ld allocations are left when the %ld. fails", k->name, f.live, n);
    return !failed;
}

static void memory(const bmi_step_kind *k, const bmi_step_example *x)
{
    for (long n = 1; !lacking(k, x, n); n++) {}
}

static void allocations(void **state)
{
    (void)state;
    each_example(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_a_fit),    cmocka_unit_test(settings),
        cmocka_unit_test(seeds),           cmocka_unit_test(table_and_settings),
        cmocka_unit_test(columns_by_name), cmocka_unit_test(types),
        cmocka_unit_test(sizes),           cmocka_unit_test(silence),
        cmocka_unit_test(allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
