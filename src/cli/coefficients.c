// SPDX-License-Identifier: Apache-2.0
/* What a linear model multiplies each feature by. */
#include "cli/cli.h"
#include <inttypes.h>
#include <string.h>

enum { SHOWN = 60 };

/* The weights of a model of a table that is one dense layer on its features; false when it is another. */
static bool find(bm_model *m, const bm_tensor **kernel, const bm_tensor **bias)
{
    if (!bm_model_recipe(m) || bm_model_layers(m) != 2 || bm_model_weights(m) != 2) return false;
    if (strcmp(bm_model_layer_kind(m, 1), "dense")) return false;
    *kernel = *bias = NULL;
    for (int64_t i = 0; i < 2; i++) {
        const char *name = bm_model_weight_name(m, i);
        const bm_tensor *w = bm_model_weight(m, name);
        if (strstr(name, "/kernel")) *kernel = w;
        if (strstr(name, "/bias")) *bias = w;
    }
    return *kernel && *bias && bm_tensor_shape(*kernel).dim[0] == bm_recipe_features(bm_model_recipe(m));
}

/* What column k of the weights is for: the target, or a class; one column of two classes is the second's. */
static const char *column(const bm_model *m, int64_t k, int64_t columns)
{
    const int64_t classes = bm_model_task(m) == BM_CLASSIFICATION ? bm_model_classes(m) : 0;
    if (classes) return bm_model_class_name(m, columns == 1 ? classes - 1 : k);
    return bm_recipe_target(bm_model_recipe(m));
}

static json_t *row(const bm_tensor *w, int64_t first, int64_t columns, cli_grid *g)
{
    char number[32];
    json_t *json = json_array();
    for (int64_t k = 0; k < columns; k++) {
        const double value = bm_tensor_at(w, first + k);
        json_array_append_new(json, cli_number(value));
        if (g) cli_grid_add(g, cli_real(number, value));
    }
    return json;
}

bool cli_has_coefficients(bm_model *m)
{
    const bm_tensor *kernel, *bias;
    return find(m, &kernel, &bias);
}

void cli_coefficients(cli *c, bm_model *m)
{
    const bm_tensor *kernel, *bias;
    if (!find(m, &kernel, &bias)) return;
    const bm_recipe *r = bm_model_recipe(m);
    const int64_t columns = bm_tensor_size(bias), features = bm_recipe_features(r);
    const bool shown = !c->json && columns < CLI_COLUMNS;
    char cell[140];
    cli_grid g = { .columns = (int)columns + 1 };
    json_t *of = json_object();
    cli_grid_add(&g, "coefficients");
    for (int64_t k = 0; k < columns && shown; k++) cli_grid_add(&g, cli_cell(cell, column(m, k, columns), 20));
    for (int64_t i = 0; i < features; i++) {
        const char *name = bm_recipe_feature_name(r, i);
        if (shown && i < SHOWN) cli_grid_add(&g, cli_cell(cell, name, 32));
        json_object_set_new(of, name, row(kernel, i * columns, columns, shown && i < SHOWN ? &g : NULL));
    }
    cli_grid_add(&g, "intercept");
    json_t *intercept = row(bias, 0, columns, shown ? &g : NULL);
    if (shown && cli_talks(c)) {
        fputc('\n', c->to);
        cli_grid_print(&g, "", c->to);
        if (features > SHOWN) fprintf(c->to, "%" PRId64 " more are in --json\n", features - SHOWN);
        fprintf(c->to, "(of the features as the recipe makes them: standardised ones count in standard deviations; baeum "
                       "explain has the table's units, and errors)\n");
    }
    cli_put(c, "coefficients", of);
    cli_put(c, "intercept", intercept);
    cli_grid_end(&g);
}
