// SPDX-License-Identifier: Apache-2.0
/* What a fit kept of its statistics, as far as it fits the model; its figures by name and as a table. */
#include "data/recipe.h"
#include "data/table.h"
#include "model/inference.h"
#include <math.h>
#include <string.h>

const double *bmi_inference_columns(const bm_model *m, const bmi_dense_model *d)
{
    return bmi_model_learned(m, "inference/columns", BM_SHAPE(d->columns, 4));
}

const double *bmi_inference_target(const bm_model *m, const bmi_dense_model *d)
{
    return bmi_model_learned(m, "inference/target", BM_SHAPE(d->outputs, 2));
}

const double *bmi_inference_covariance(const bm_model *m, const bmi_dense_model *d)
{
    const int64_t q = bmi_theta_size(d);
    return bmi_model_learned(m, "inference/covariance",
                             BM_SHAPE(q / (d->classes ? 1 : d->blocks), q / (d->classes ? 1 : d->blocks)));
}

const double *bmi_inference_null(const bm_model *m, const bmi_dense_model *d, int64_t *count)
{
    const int64_t q = bmi_theta_size(d) / (d->classes ? 1 : d->blocks);
    const double *null = bmi_model_learned(m, "inference/null", BM_SHAPE(BM_ANY, q));
    *count = null ? bm_model_learned(m, "inference/null")->shape.dim[0] : 0;
    return null;
}

const double *bmi_inference_figures(const bm_model *m, const bmi_dense_model *d, int64_t target)
{
    const int64_t rows = d->classes ? 1 : d->outputs;
    const double *f = bmi_model_learned(m, "inference/figures", BM_SHAPE(rows, BMI_FIGURES));
    const bmi_theory theory = bmi_inference_theory(m);
    if (theory != BMI_THEORY_SQUARES && theory != BMI_THEORY_INFORMATION) return NULL;
    return f && target >= 0 && target < rows ? f + target * BMI_FIGURES : NULL;
}

bmi_theory bmi_inference_theory(const bm_model *m)
{
    const double *code = bmi_model_learned(m, "inference/theory", BM_SHAPE(1));
    return code && *code >= 0 && *code < BMI_THEORIES ? (bmi_theory)*code : BMI_THEORIES;
}

const bm_recipe *bmi_inference_recipe(const bm_model *m, const bmi_dense_model *d)
{
    const bm_recipe *r = m->recipe;
    return r && r->fitted && (int64_t)r->n_features == d->columns ? r : NULL;
}

const char *bmi_inference_target_name(const bm_model *m, const bmi_dense_model *d, int64_t block, char into[32])
{
    const int64_t at = block + (d->relative || (d->classes && d->outputs == 1));
    if (d->classes && m->n_classes >= 2 && at < m->n_classes) return m->classes[at];
    if (m->recipe && m->recipe->target && d->outputs == 1) return m->recipe->target;
    snprintf(into, 32, d->outputs == 1 ? "target" : "target %lld", (long long)block + 1);
    return into;
}

/* ---- figures ---- */
double bm_model_figure(const bm_model *m, const char *name, int64_t target)
{
    bmi_dense_model d;
    const double *f = bmi_dense_model_of(m, &d) ? bmi_inference_figures(m, &d, target) : NULL;
    for (int i = 0; f && name && i < BMI_FIGURES; i++)
        if (!strcmp(name, bmi_figure_names[i])) return f[i];
    return NAN;
}

bm_table *bm_model_figures_at(const bm_model *m, bm_place here)
{
    bm_context *context = m ? m->object.context : NULL;
    bmi_error e = { 0 };
    bmi_dense_model d;
    bm_table *t = bmi_table_new(context);
    bmi_arena arena = { .context = context };
    if (!m) bmi_fail(&e, BM_E_ARGUMENT, here, "figures: the model is null");
    else if (bmi_model_network(m, &e, here) && !bmi_dense_model_of(m, &d))
        bmi_fail(&e, BM_E_ARGUMENT, here, "figures: the model is not one dense layer on its inputs");
    if (!e.status && !bmi_inference_figures(m, &d, 0)) {
        const bmi_inference_none none = bmi_inference_why(m, &d);
        bmi_fail(&e, BM_E_ARGUMENT, here, "figures: there are none%s%s%s", none.why ? "; " : "", none.why ? none.why : "",
                 bmi_inference_advice(&none));
    }
    const int64_t targets = e.status ? 0 : d.classes ? 1 : d.outputs;
    const size_t room = (size_t)(targets * BMI_FIGURES);
    bm_name *names = bmi_arena_alloc(&arena, room + 1, sizeof *names), *of = bmi_arena_alloc(&arena, room + 1, sizeof *of);
    double *values = bmi_arena_alloc(&arena, room + 1, sizeof *values);
    bool ok = names && of && values;
    int64_t n = 0;
    for (int64_t k = 0; ok && k < targets; k++) {
        char text[32];
        const char *name =
            d.classes && m->recipe && m->recipe->target ? m->recipe->target : bmi_inference_target_name(m, &d, k, text);
        for (int i = 0; ok && i < BMI_FIGURES; i++) {
            values[n] = bmi_inference_figures(m, &d, k)[i];
            if (!isfinite(values[n])) continue;
            names[n] = bmi_figure_names[i];
            of[n] = name == text ? bmi_arena_text(&arena, text) : name;
            ok = of[n++] != NULL;
        }
    }
    if (!ok) bmi_fail_memory(&e, here, room * 8, "figures");
    if (!e.status) {
        bm_table_add_text_at(t, "figure", names, n, here);
        bm_table_add_text_at(t, "target", of, n, here);
        bm_table_add_real_at(t, "value", values, n, here);
    }
    bmi_arena_end(&arena);
    bmi_fail_from(&t->object.error, &e);
    return t;
}
