// SPDX-License-Identifier: Apache-2.0
/* Every registered kind of step, its examples as recipes of the one step, and a table of columns of all sorts. */
#ifndef BMT_STEP_SUPPORT_H
#define BMT_STEP_SUPPORT_H
#include "support/bmt.h"
#include "data/dataset.h"
#include "data/recipe.h"
#include <baeum.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static inline const bmi_step_kind *kind_at(size_t i)
{
    const bmi_kind *k = bmi_kind_at("step", i);
    return k ? k->record : NULL;
}

static inline bm_table *table_of(const char *text, bm_context *context)
{
    return bm_table_read_csv(bmt_temp_file("kinds.csv", text, strlen(text)), .context = context);
}

/* "a,b" as names; `memory` has room for the text. */
static inline bm_names names_of(const char *text, char memory[200], const char *at[16])
{
    size_t n = 0;
    if (!text) return (bm_names){ 0 };
    snprintf(memory, 200, "%s", text);
    for (char *word = strtok(memory, ","); word; word = strtok(NULL, ",")) at[n++] = word;
    return (bm_names){ at, n };
}

/* A recipe of the one step, f64, plain. */
static inline bm_recipe *recipe_of(const bmi_step_kind *k, const bmi_step_example *x, bm_context *context)
{
    char memory[200];
    const char *at[16];
    bm_recipe *r = bm_recipe_new(.target = x->target, .plain = true, .type = BM_F64, .context = context);
    bm_recipe_step_at(r, k->name, names_of(x->columns, memory, at), x->options, BM_HERE);
    if (x->then) bm_recipe_step(r, x->then, NULL);
    return r;
}

static inline void say(char into[300], const bmi_step_kind *k, const bmi_step_example *x, const char *what)
{
    snprintf(into, 300, "%s%s%s: %s", k->name, x->options ? ":" : "", x->options ? x->options : "", what);
}

static inline double cell(const bm_dataset *d, int64_t row, int64_t column)
{
    const bm_tensor *x = bm_dataset_x(d, 0);
    return bm_tensor_at(x, row * bm_tensor_shape(x).dim[1] + column);
}

/* The features of an example, by fitting it. */
static inline bm_dataset *features(bm_recipe *r, const bm_table *t, const char *rows)
{
    if (!rows) return bm_recipe_fit_apply(r, t);
    bm_recipe_fit(r, t);
    bm_table *u = table_of(rows, NULL);
    bm_dataset *d = bm_recipe_apply_x(r, u);
    bm_free(u);
    return d;
}

/* Both have the same bits. */
static inline void same(const char *what, const bm_dataset *a, const bm_dataset *b)
{
    if (bm_failed(a) || bm_failed(b)) fail_msg("%s: %s %s", what, bm_error(a), bm_error(b));
    const bm_tensor *x = bm_dataset_x(a, 0), *y = bm_dataset_x(b, 0);
    assert_int_equal(x->size, y->size);
    for (int64_t i = 0; i < x->size; i++)
        if (memcmp((const double *)x->data + i, (const double *)y->data + i, sizeof(double)))
            fail_msg("%s: cell %d is %.17g and %.17g", what, (int)i, ((const double *)x->data)[i],
                     ((const double *)y->data)[i]);
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

/* Calls check for each kind of step with each of its examples. */
static inline void each_example(void (*check)(const bmi_step_kind *k, const bmi_step_example *x))
{
    const bmi_step_kind *k;
    size_t n = 0;
    for (size_t i = 0; (k = kind_at(i)); i++)
        for (size_t e = 0; e < k->n_examples; e++, n++) check(k, &k->examples[e]);
    assert_true(n >= 30); /* the registry was found */
}

#endif
