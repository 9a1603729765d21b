// SPDX-License-Identifier: Apache-2.0
/* Recipes as JSON: the steps with their fitted numbers (17 digits, so that they read back as the same bits; many of them as tensors beside
 * it), the target, the inputs.
 * Reading trusts nothing: every member is checked before the recipe can be applied. */
#include "base/json.h"
#include "data/recipe_tensors.h"
#include <math.h>
#include <string.h>

static json_t *save_texts(const char *const *texts, size_t n)
{
    bmi_json list = bmi_json_list();
    for (size_t i = 0; i < n; i++) bmi_json_add(&list, json_string(texts[i]));
    return bmi_json_end(&list);
}

static json_t *save_numbers(const double *numbers, size_t n)
{
    bmi_json list = bmi_json_list();
    for (size_t i = 0; i < n; i++) bmi_json_add(&list, json_real(numbers[i]));
    return bmi_json_end(&list);
}

static json_t *save_column(const bmi_recipe_writing *w, const bmi_step_column *k, size_t column)
{
    char part[40];
    bmi_json all = bmi_json_object();
    bmi_json_put(&all, "name", json_string(k->name));
    snprintf(part, sizeof part, "%zu/numbers", column);
    bmi_json_put(&all, "numbers",
                 bmi_recipe_beside(w, k->n_numbers)
                     ? bmi_recipe_put_numbers(w, part, BM_SHAPE((int64_t)k->n_numbers), k->numbers)
                     : save_numbers(k->numbers, k->n_numbers));
    snprintf(part, sizeof part, "%zu/texts", column);
    bmi_json_put(&all, "texts",
                 bmi_recipe_beside(w, k->n_texts) ? bmi_recipe_put_texts(w, part, k->texts, k->n_texts)
                                                  : save_texts(k->texts, k->n_texts));
    return bmi_json_end(&all);
}

static json_t *save_step(const bmi_recipe_writing *w, const bmi_recipe_step *s)
{
    bmi_json columns = bmi_json_list(), all = bmi_json_object();
    for (size_t c = 0; c < s->n_columns; c++) bmi_json_add(&columns, save_column(w, &s->columns[c], c));
    bmi_json_put(&all, "kind", json_string(s->kind->name));
    if (s->kind->fields) bmi_json_put(&all, "options", bmi_fields_save(s->kind->fields, s->options));
    bmi_json_put(&all, "names", save_texts(s->names, s->n_names));
    bmi_json_put(&all, "columns", bmi_json_end(&columns));
    if (bmi_step_is_whole(s->kind)) bmi_json_put(&all, "state", bmi_step_state_save(w, &s->state));
    return bmi_json_end(&all);
}

static json_t *save_steps(const bm_recipe *r, bmi_recipe_tensors *to)
{
    bmi_json steps = bmi_json_list();
    for (size_t s = 0; s < r->n_steps; s++) {
        const bmi_recipe_writing w = { r->object.context, to, s, r->steps[s].kind->name };
        bmi_json_add(&steps, save_step(&w, &r->steps[s]));
    }
    return bmi_json_end(&steps);
}

static const char *const orders[] = { "mdy", "dmy", "either" }, *const details[] = { "month", "day", "time" };

/* A form of numbers or dates; members that it has not are left out. */
static json_t *save_form(const bmi_number_form *f)
{
    bmi_json all = bmi_json_object();
    if (f->date) {
        bmi_json_put(&all, "dates", json_string(orders[f->date - 1]));
        bmi_json_put(&all, "detail", json_string(details[f->detail]));
        return bmi_json_end(&all);
    }
    bmi_json_put(&all, "decimal", json_stringn(&f->decimal, 1));
    if (f->thousands) bmi_json_put(&all, "thousands", json_stringn(&f->thousands, 1));
    if (f->indian) bmi_json_put(&all, "indian", json_true());
    if (f->percent) bmi_json_put(&all, "percent", json_true());
    if (f->currency) bmi_json_put(&all, "currency", json_string(bmi_currency_sign(f->currency)));
    if (*f->unit) bmi_json_put(&all, "unit", json_string(f->unit));
    return bmi_json_end(&all);
}

static json_t *save_inputs(const bm_recipe *r)
{
    bmi_json inputs = bmi_json_list();
    for (size_t i = 0; i < r->n_inputs; i++) {
        bmi_json one = bmi_json_object();
        bmi_json_put(&one, "name", json_string(r->inputs[i].name));
        bmi_json_put(&one, "text", json_boolean(r->inputs[i].text));
        if (!bmi_number_form_is_plain(&r->inputs[i].form)) bmi_json_put(&one, "form", save_form(&r->inputs[i].form));
        bmi_json_add(&inputs, bmi_json_end(&one));
    }
    return bmi_json_end(&inputs);
}

json_t *bmi_recipe_save(const bm_recipe *r)
{
    return bmi_recipe_save_beside(r, NULL);
}

json_t *bmi_recipe_save_beside(const bm_recipe *r, bmi_recipe_tensors *to)
{
    bmi_json all = bmi_json_object();
    bmi_json_put(&all, "target", bmi_json_text(r->target));
    if (r->weights) bmi_json_put(&all, "weights", json_string(r->weights));
    if (r->without) bmi_json_put(&all, "without", json_string(r->without));
    bmi_json_put(&all, "asked_task", json_integer(r->task));
    bmi_json_put(&all, "log1p", json_boolean(r->log1p));
    if (r->type == BM_F64) bmi_json_put(&all, "type", json_string("f64"));
    bmi_json_put(&all, "plain", json_boolean(r->plain));
    bmi_json_put(&all, "keep_constant", json_boolean(r->keep_constant));
    bmi_json_put(&all, "standardize_target", json_boolean(r->standardize_target));
    bmi_json_put(&all, "target_scale", save_numbers((const double[]){ r->to.mean, r->to.deviation }, 2));
    if (r->to.wide) bmi_json_put(&all, "target_wide", json_true());
    bmi_json_put(&all, "asked_steps", json_integer((json_int_t)r->n_asked));
    if (r->late < r->n_asked) {
        bmi_json_put(&all, "late_steps", json_integer((json_int_t)r->late));
        bmi_json_put(&all, "prepared_steps", json_integer((json_int_t)r->prepared));
    }
    bmi_json_put(&all, "fitted", json_boolean(r->fitted));
    bmi_json_put(&all, "task", json_integer(r->to.task));
    bmi_json_put(&all, "classes", save_texts(r->to.classes, (size_t)r->to.n_classes));
    bmi_json_put(&all, "class_numbers", r->to.numbers ? save_numbers(r->to.numbers, (size_t)r->to.n_classes) : json_null());
    if (!bmi_number_form_is_plain(&r->to.form)) bmi_json_put(&all, "target_form", save_form(&r->to.form));
    if (!bmi_number_form_is_plain(&r->weights_form)) bmi_json_put(&all, "weights_form", save_form(&r->weights_form));
    if (r->n_marks) bmi_json_put(&all, "missing", save_texts(r->marks, r->n_marks));
    bmi_json_put(&all, "inputs", save_inputs(r));
    bmi_json_put(&all, "steps", save_steps(r, to));
    bmi_json_put(&all, "features", save_texts(r->features, r->n_features));
    bmi_json_put(&all, "notes", save_texts((const char *const *)r->notes.at, r->notes.count));
    return bmi_json_end(&all);
}

/* ---- loading ---- */

typedef struct reading {
    bm_recipe *r;
    const bmi_safetensors *file; /* or null */
    bm_place here;
} reading;

static bool wrong(reading *l, const char *what)
{
    bmi_object_fail(l->r, BM_E_FORMAT, l->here, "recipe: its saved form is wrong at \"%s\"", what);
    return false;
}

static bool no_memory(reading *l)
{
    bmi_fail_memory(&l->r->object.error, l->here, 64, "a recipe");
    return false;
}

static bool load_texts(reading *l, bmi_arena *arena, const json_t *list, const char *what, const char ***texts, size_t *n)
{
    const bmi_st_entry *tensor = bmi_recipe_tensor(l->file, list, BMI_ST_U8, 1);
    if (tensor) {
        const bm_status st = bmi_recipe_take_texts(tensor, arena, texts, n);
        return !st || (st == BM_E_MEMORY ? no_memory(l) : wrong(l, what));
    }
    if (!json_is_array(list)) return wrong(l, what);
    *n = json_array_size(list);
    *texts = bmi_arena_alloc(arena, *n + 1, sizeof **texts);
    if (!*texts) return no_memory(l);
    for (size_t i = 0; i < *n; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text) return wrong(l, what);
        if (!((*texts)[i] = bmi_arena_text(arena, text))) return no_memory(l);
    }
    return true;
}

static bool load_numbers(reading *l, bmi_arena *arena, const json_t *list, const char *what, double **numbers, size_t *n)
{
    const bmi_st_entry *tensor = bmi_recipe_tensor(l->file, list, BMI_ST_F64, 1);
    if (!tensor && !json_is_array(list)) return wrong(l, what);
    *n = tensor ? (size_t)tensor->shape.dim[0] : json_array_size(list);
    *numbers = bmi_arena_alloc(arena, *n + 1, sizeof **numbers);
    if (!*numbers) return no_memory(l);
    if (tensor && *n) memcpy(*numbers, tensor->data, *n * sizeof **numbers);
    for (size_t i = 0; i < *n; i++) {
        const json_t *number = tensor ? NULL : json_array_get(list, i);
        if (json_is_number(number)) (*numbers)[i] = json_number_value(number);
        if ((!tensor && !json_is_number(number)) || !isfinite((*numbers)[i])) return wrong(l, what);
    }
    return true;
}

/* The kind and its settings: options as an object, or a text "with", as files of before 0.2 have. */
static bool load_kind(reading *l, const json_t *from, bmi_arena *arena, bm_step *to)
{
    bmi_error *e = &l->r->object.error;
    const json_t *with = json_object_get(from, "with"), *kind = json_object_get(from, "kind");
    if (!json_is_string(kind) || (with && !json_is_null(with) && !json_is_string(with))) return wrong(l, "steps");
    if (json_is_string(with)) return !bmi_step_parse(e, l->here, arena, json_string_value(kind), json_string_value(with), to);
    return !bmi_part_load(e, l->here, "step", from, NULL, false, to);
}

static bool load_columns(reading *l, const json_t *columns, bmi_recipe_step *s)
{
    bm_recipe *r = l->r;
    s->n_columns = json_array_size(columns);
    s->columns = bmi_arena_alloc(&r->found, s->n_columns + 1, sizeof *s->columns);
    if (!s->columns) return no_memory(l);
    for (size_t c = 0; c < s->n_columns; c++) {
        const json_t *column = json_array_get(columns, c);
        const char *name = json_string_value(json_object_get(column, "name"));
        bmi_step_column *k = &s->columns[c];
        if (!name) return wrong(l, "columns");
        if (!(k->name = bmi_arena_text(&r->found, name))) return no_memory(l);
        if (!load_numbers(l, &r->found, json_object_get(column, "numbers"), "numbers", &k->numbers, &k->n_numbers))
            return false;
        if (!load_texts(l, &r->found, json_object_get(column, "texts"), "texts", &k->texts, &k->n_texts)) return false;
        if (!bmi_step_is_whole(s->kind) && !s->kind->lawful(k, s->options)) return wrong(l, name);
    }
    return true;
}

static bool load_step(reading *l, const json_t *from, bool asked)
{
    bm_recipe *r = l->r;
    const json_t *columns = json_object_get(from, "columns"), *state = json_object_get(from, "state");
    const char **names;
    size_t n;
    bm_step step;
    bmi_arena *arena = asked ? &r->asked : &r->found;
    if (!json_is_array(columns)) return wrong(l, "steps");
    if (!load_kind(l, from, arena, &step)) return false;
    if (!load_texts(l, arena, json_object_get(from, "names"), "names", &names, &n)) return false;
    bmi_recipe_step *s = bmi_recipe_add(r, &step, (bm_names){ names, n }, arena, l->here);
    if (!s || !load_columns(l, columns, s)) return false;
    if (!bmi_step_is_whole(s->kind)) return true;
    const bmi_step_how how = { .error = &r->object.error, .here = l->here, .arena = &r->found, .options = s->options };
    if (state && bmi_step_state_load(&how, &s->state, state, l->file)) return false;
    return !s->n_columns || (s->kind->lawful_whole(s) && bmi_step_medians_lawful(s)) || wrong(l, s->kind->name);
}

/* The number of a text among some; -1: it is none of them. */
static int number_of(const json_t *text, const char *const *among, int n)
{
    const char *given = json_string_value(text);
    while (n-- > 0 && (!given || strcmp(given, among[n]))) {}
    return n;
}

static bool load_dates(reading *l, const json_t *from, bmi_number_form *form)
{
    const int order = number_of(json_object_get(from, "dates"), orders, BMI_COUNT(orders));
    const int detail = number_of(json_object_get(from, "detail"), details, BMI_COUNT(details));
    if (order < 0 || detail < 0) return wrong(l, "dates");
    form->date = (uint8_t)(1 + order);
    form->detail = (uint8_t)detail;
    return true;
}

/* A form of numbers or dates; an absent one is plain. */
static bool load_form(reading *l, const json_t *from, bmi_number_form *form)
{
    *form = (bmi_number_form){ 0 };
    if (!from) return true;
    if (json_object_get(from, "dates")) return load_dates(l, from, form);
    const char *decimal = json_string_value(json_object_get(from, "decimal"));
    const json_t *thousands = json_object_get(from, "thousands"), *currency = json_object_get(from, "currency");
    const char *between = json_string_value(thousands), *sign = json_string_value(currency);
    if (!decimal || (strcmp(decimal, ".") && strcmp(decimal, ","))) return wrong(l, "decimal");
    if (thousands && (!between || strlen(between) != 1 || !strchr(",.' ", *between) || *between == *decimal))
        return wrong(l, "thousands");
    form->decimal = *decimal;
    form->thousands = between ? *between : 0;
    const json_t *unit = json_object_get(from, "unit");
    const char *behind = json_string_value(unit);
    if (unit && (!behind || !bmi_number_form_set_unit(form, behind, strlen(behind)))) return wrong(l, "unit");
    form->indian = json_is_true(json_object_get(from, "indian"));
    if (form->indian && (*decimal != '.' || form->thousands != ',')) return wrong(l, "indian");
    form->percent = json_is_true(json_object_get(from, "percent"));
    form->currency = sign ? bmi_currency_find(sign) : 0;
    return !currency || form->currency || wrong(l, "currency");
}

static bool load_target(reading *l, const json_t *from)
{
    bm_recipe *r = l->r;
    const json_t *numbers = json_object_get(from, "class_numbers"), *task = json_object_get(from, "task");
    size_t n, m;
    if (!json_is_integer(task) || json_integer_value(task) < 0 || json_integer_value(task) > BM_CLASSIFICATION)
        return wrong(l, "task");
    r->to.task = (bm_task)json_integer_value(task);
    if (!load_texts(l, &r->found, json_object_get(from, "classes"), "classes", &r->to.classes, &n)) return false;
    r->to.n_classes = (int64_t)n;
    if (!load_form(l, json_object_get(from, "target_form"), &r->to.form)) return false;
    if (!load_form(l, json_object_get(from, "weights_form"), &r->weights_form)) return false;
    double *scale;
    if (!load_numbers(l, &r->found, json_object_get(from, "target_scale"), "target_scale", &scale, &m)) return false;
    if (m != 2 || !(scale[1] >= 0)) return wrong(l, "target_scale");
    r->to.mean = scale[0];
    r->to.deviation = scale[1];
    r->to.wide = json_is_true(json_object_get(from, "target_wide"));
    if ((r->to.task == BM_CLASSIFICATION) != (n >= 2) || n == 1 || (r->to.task && !r->target)) return wrong(l, "classes");
    if (!json_is_null(numbers)) {
        if (!load_numbers(l, &r->found, numbers, "class_numbers", &r->to.numbers, &m)) return false;
        if (m != n) return wrong(l, "class_numbers");
    }
    for (size_t i = 1; i < n; i++)
        if (r->to.numbers ? r->to.numbers[i - 1] >= r->to.numbers[i] : strcmp(r->to.classes[i - 1], r->to.classes[i]) >= 0)
            return wrong(l, "classes");
    return true;
}

static bool load_inputs(reading *l, const json_t *list)
{
    bm_recipe *r = l->r;
    if (!json_is_array(list)) return wrong(l, "inputs");
    const size_t n = json_array_size(list);
    r->inputs = bmi_arena_alloc(&r->found, n + 1, sizeof *r->inputs);
    if (!r->inputs) return no_memory(l);
    for (; r->n_inputs < n; r->n_inputs++) {
        const json_t *input = json_array_get(list, r->n_inputs), *text = json_object_get(input, "text");
        const char *name = json_string_value(json_object_get(input, "name"));
        if (!name || !json_is_boolean(text)) return wrong(l, "inputs");
        r->inputs[r->n_inputs] = (bmi_input){ .name = bmi_arena_text(&r->found, name), .text = json_is_true(text) };
        if (!r->inputs[r->n_inputs].name) return no_memory(l);
        if (!load_form(l, json_object_get(input, "form"), &r->inputs[r->n_inputs].form)) return false;
    }
    return bmi_recipe_index_inputs(r) || no_memory(l);
}

static bool load_fit(reading *l, const json_t *from)
{
    bm_recipe *r = l->r;
    const json_t *steps = json_object_get(from, "steps"), *asked = json_object_get(from, "asked_steps");
    const char **notes;
    size_t n;
    if (!json_is_array(steps)) return wrong(l, "steps");
    if (!json_is_integer(asked) || json_integer_value(asked) < 0 || (size_t)json_integer_value(asked) > json_array_size(steps))
        return wrong(l, "asked_steps");
    r->n_asked = r->late = r->prepared = (size_t)json_integer_value(asked);
    for (size_t s = 0; s < json_array_size(steps); s++)
        if (!load_step(l, json_array_get(steps, s), s < r->n_asked)) return false;
    const json_t *late = json_object_get(from, "late_steps");
    if (late) {
        const json_int_t first = json_integer_value(late), end = json_integer_value(json_object_get(from, "prepared_steps"));
        if (first < 0 || first >= (json_int_t)r->n_asked || end < (json_int_t)r->n_asked || end > (json_int_t)r->n_steps)
            return wrong(l, "late_steps");
        r->late = (size_t)first;
        r->prepared = (size_t)end;
    }
    const json_t *marks = json_object_get(from, "missing");
    if (marks && !load_texts(l, &r->found, marks, "missing", &r->marks, &r->n_marks)) return false;
    if (!load_target(l, from) || !load_inputs(l, json_object_get(from, "inputs"))) return false;
    if (!load_texts(l, &r->found, json_object_get(from, "features"), "features", &r->features, &r->n_features)) return false;
    if (!load_texts(l, &r->found, json_object_get(from, "notes"), "notes", &notes, &n)) return false;
    for (size_t i = 0; i < n; i++)
        if (!bmi_notes_keep(r->object.context, &r->notes, notes[i])) return no_memory(l);
    const json_t *fitted = json_object_get(from, "fitted");
    if (!json_is_boolean(fitted) || (json_is_true(fitted) && !r->n_features)) return wrong(l, "fitted");
    r->fitted = json_is_true(fitted);
    return true;
}

bm_recipe *bmi_recipe_load(bm_context *context, const json_t *from, bm_place here)
{
    return bmi_recipe_load_beside(context, from, NULL, here);
}

bm_recipe *bmi_recipe_load_beside(bm_context *context, const json_t *from, const bmi_safetensors *file, bm_place here)
{
    const json_t *target = json_object_get(from, "target"), *task = json_object_get(from, "asked_task");
    const json_t *log1p_ = json_object_get(from, "log1p"), *plain = json_object_get(from, "plain");
    const json_t *constant = json_object_get(from, "keep_constant"), *scaled = json_object_get(from, "standardize_target");
    const json_t *weights = json_object_get(from, "weights");
    bm_recipe_options o = { .context = context,
                            .weights = json_string_value(weights),
                            .without = json_string_value(json_object_get(from, "without")),
                            .target = json_string_value(target),
                            .target_log1p = json_is_true(log1p_),
                            .type = json_object_get(from, "type") ? BM_F64 : BM_F32,
                            .plain = json_is_true(plain),
                            .keep_constant = json_is_true(constant),
                            .target_standardize = json_is_true(scaled) };
    const bool known = json_is_integer(task) && json_integer_value(task) >= 0 && json_integer_value(task) <= BM_CLASSIFICATION;
    if (known) o.task = (bm_task)json_integer_value(task);
    const bool fine = (json_is_null(target) || json_is_string(target)) && (!weights || json_is_string(weights)) && known &&
                      json_is_boolean(log1p_) && json_is_boolean(plain) && json_is_boolean(constant) && json_is_boolean(scaled);
    bm_recipe *r = bm_recipe_new_at(&o, sizeof o, here);
    reading l = { r, file, here };
    if (r->object.error.status) return r;
    if (!fine) wrong(&l, "target");
    else if (!load_fit(&l, from)) r->fitted = false;
    return r;
}
