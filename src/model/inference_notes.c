// SPDX-License-Identifier: Apache-2.0
/* What the numbers of a table of coefficients do not say: why there are no standard errors, which columns depend on each other or say much
 * the same.
 */
#include "data/recipe.h"
#include "data/table.h"
#include "model/inference.h"
#include <math.h>
#include <string.h>

enum { MOST = 8 }; /* dependences that are told, and columns of one that are named */

typedef struct telling {
    const bm_model *m;
    const bmi_dense_model *d;
    const bm_recipe *r;
    const double *columns; /* as kept, or null */
    bm_context *context;
    bmi_notes *to;
} telling;

static const bmi_inference_none theories[BMI_THEORIES] = {
    [BMI_THEORY_PENALTY] = { "no standard errors: coefficients under a penalty are biased towards 0, and theory gives none; "
                             "the bootstrap does",
                             BMI_ADVICE_BOOTSTRAP },
    [BMI_THEORY_METHOD] = { "no standard errors: theory gives none for this learner; the bootstrap does",
                            BMI_ADVICE_BOOTSTRAP },
    [BMI_THEORY_FEW_ROWS] = { "no standard errors: there are no more rows than columns", BMI_NOTE },
    [BMI_THEORY_SEPARATED] = { "no standard errors: the columns tell the classes apart perfectly, and the likelihood has no "
                               "finite maximum",
                               BMI_NOTE },
    [BMI_THEORY_TOO_LARGE] = { "no standard errors: there are too many coefficients of classes (over 2,000)", BMI_NOTE },
    [BMI_THEORY_INEXACT] = { "no standard errors: the solution is not exact enough (its residuals are not orthogonal to the "
                             "columns)",
                             BMI_NOTE },
};
static const bmi_inference_none
    of_steps = { "no standard errors: the model was trained step by step, not solved for, and theory gives none", BMI_NOTE },
    of_many_columns = { "no standard errors: they are found for at most 2,000 columns", BMI_NOTE },
    of_many_rows = { "no standard errors: a fit keeps statistics where rows times columns^2 are at most 2e8 (of a file that is "
                     "read part by part: 1e10); find them from the rows of training",
                     BMI_ADVICE_ROWS };

bmi_inference_none bmi_inference_why(const bm_model *m, const bmi_dense_model *d)
{
    const bmi_theory theory = bmi_inference_theory(m);
    if (theory != BMI_THEORIES) return theories[theory];
    if (!m->learner || !m->learner->fit) return of_steps;
    return d->columns > BMI_INFERENCE_COLUMNS ? of_many_columns : of_many_rows;
}

const char *bmi_inference_advice(const bmi_inference_none *none)
{
    return none->note == BMI_ADVICE_BOOTSTRAP ? " (.bootstrap)" : none->note == BMI_ADVICE_ROWS ? " (bm_infer)" : "";
}

/* ---- columns that depend on each other ---- */
typedef struct dependence {
    int n;           /* columns that take part */
    char names[500]; /* "total, casual, registered": at most MOST of them */
    const char *one; /* the name of the first */
    int category_of; /* length of the name of the text of which all are categories ("city=Berlin", "city=Paris"); or 0 */
} dependence;

/* How much a column takes part in a dependence v, whatever its unit. */
static double part_of(const telling *t, const double *v, int64_t j)
{
    const double deviation = t->columns ? t->columns[4 * j + 1] : 0;
    return fabs(v[j + (t->d->bias != NULL)]) * (deviation > 0 ? deviation : 1);
}

static dependence find(const telling *t, const double *v)
{
    dependence of = { 0 };
    double most = 0;
    size_t length = 0;
    for (int64_t j = 0; j < t->d->columns; j++) most = fmax(most, part_of(t, v, j));
    for (int64_t j = 0; j < t->d->columns; j++) {
        char number[32];
        snprintf(number, sizeof number, "x%lld", (long long)j + 1);
        const char *name = t->r ? t->r->features[j] : number;
        if (!(part_of(t, v, j) > 1e-7 * most)) continue;
        if (of.n < MOST)
            length += (size_t)snprintf(of.names + length, sizeof of.names - length, "%s%.40s", of.n ? ", " : "", name);
        else if (of.n == MOST) snprintf(of.names + length, sizeof of.names - length, " ...");
        if (!of.n++) {
            of.one = t->r ? name : "";
            of.category_of = strchr(of.one, '=') ? (int)strcspn(of.one, "=") : 0;
        } else if (strncmp(name, of.one, (size_t)of.category_of + 1)) of.category_of = 0;
    }
    return of;
}

static bool note_dependence(const telling *t, const double *v)
{
    const dependence of = find(t, v);
    const size_t length = strlen(of.names);
    if (of.n == 1 && length > 2 && !strcmp(of.names + length - 2, "=?")) return true; /* the slot of categories not seen */
    if (of.n == 1)
        return bmi_notes_add_as(BMI_NOTE_CONSTANT, t->context, t->to,
                                "! \001%s\002 is constant: its coefficient cannot be told from the intercept", of.names);
    if (bmi_inference_theory(t->m) == BMI_THEORY_PENALTY) /* which determines them */
        return of.category_of ||
               bmi_notes_add_as(
                   BMI_NOTE_DEPENDENT, t->context, t->to,
                   "! \001%s\002 depend on each other: how they share what they say together is the penalty's doing", of.names);
    if (of.category_of)
        return bmi_notes_add_as(BMI_NOTE_CATEGORIES, t->context, t->to,
                                "the categories of \001%.*s\002 add up to 1: only differences of their coefficients are "
                                "determined, and they have no "
                                "standard errors; those of least norm are given",
                                of.category_of < 100 ? of.category_of : 100, of.one);
    return bmi_notes_add_as(
        BMI_NOTE_DEPENDENT, t->context, t->to,
        "! \001%s\002 depend on each other (one is a sum of multiples of the others%s): their coefficients are not determined, "
        "those of least norm are given, without standard errors",
        of.names, t->d->bias ? " and a constant" : "");
}

static bool note_dependences(const telling *t)
{
    const int64_t each = t->d->columns + (t->d->bias != NULL);
    const double *dependent = bmi_model_learned(t->m, "inference/dependent", BM_SHAPE(BM_ANY, each));
    const int64_t n = dependent ? bm_model_learned(t->m, "inference/dependent")->shape.dim[0] : 0;
    int64_t n_null;
    bool ok = true;
    bmi_inference_null(t->m, t->d, &n_null);
    for (int64_t i = 0; ok && i < n && i < MOST; i++) ok = note_dependence(t, dependent + i * each);
    if (!t->d->classes || n_null <= n * t->d->blocks) return ok;
    return ok && bmi_notes_add(t->context, t->to,
                               "! the rows hardly tell of some coefficients, as probabilities are so close to 0 and 1: they "
                               "have no standard errors");
}

/* ---- columns that say much the same ---- */
static bool note_alike(const telling *t)
{
    bool ok = true;
    int told_of = 0;
    for (int64_t j = 0; ok && t->columns && j < t->d->columns; j++) {
        const double vif = t->columns[4 * j + 2], like = t->columns[4 * j + 3];
        const int64_t other = like >= 0 && like < (double)t->d->columns ? (int64_t)like : -1;
        if (!(vif > 10) || other < 0 || told_of == MOST) continue;
        if (other < j && t->columns[4 * other + 2] > 10 && t->columns[4 * other + 3] == (double)j)
            continue; /* the pair was named */
        char one[32], two[32];
        snprintf(one, sizeof one, "x%lld", (long long)j + 1);
        snprintf(two, sizeof two, "x%lld", (long long)other + 1);
        told_of++;
        ok = bmi_notes_add(t->context, t->to, "! %s and %s carry much of the same information: VIF %.3g",
                           t->r ? t->r->features[j] : one, t->r ? t->r->features[other] : two, vif);
    }
    return ok;
}

bool bmi_inference_notes(bm_table *of, const bm_model *m, const bmi_dense_model *d, const bm_coefficients_options *how)
{
    const telling t = { .m = m,
                        .d = d,
                        .r = bmi_inference_recipe(m, d),
                        .columns = bmi_inference_columns(m, d),
                        .context = of->object.context,
                        .to = &of->notes };
    const bmi_inference_none none = bmi_inference_why(m, d);
    bool ok = true;
    if (how->bootstrap)
        ok = bmi_notes_add(t.context, t.to, "standard errors and intervals are those of %lld fits on resampled rows",
                           (long long)how->bootstrap);
    else if (none.why) ok = bmi_notes_add_as(none.note, t.context, t.to, "%s\001%s\002", none.why, bmi_inference_advice(&none));
    if (how->robust)
        ok = ok && bmi_notes_add(t.context, t.to, "standard errors hold when rows vary differently (HC%d)",
                                 (int)how->robust - BM_HC0);
    if (d->logarithm) ok = ok && bmi_notes_add(t.context, t.to, "coefficients are of the logarithm of the prediction");
    if (t.r && t.r->log1p) ok = ok && bmi_notes_add(t.context, t.to, "coefficients are of log(1 + %s)", t.r->target);
    if (d->relative && d->outputs > 2)
        ok = ok && bmi_notes_add(t.context, t.to, "of each class against %s", m->n_classes ? m->classes[0] : "the first");
    return ok && note_dependences(&t) && note_alike(&t);
}
