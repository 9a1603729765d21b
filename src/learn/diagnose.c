// SPDX-License-Identifier: Apache-2.0
/* Under- and overfitting told from scores: errors of the training rows and of held-out rows, as shares of the trivial answer's error.
 */
#include "learn/work.h"
#include <math.h>
#include <string.h>

/* What of the trivial answer's error a fold's scores leave: of numbers the squared error, of classes the share of wrong rows. */
static double left_of(const bm_scores *s, const bm_scores *baseline, bool classes)
{
    const char *metric = classes ? "accuracy" : "mse";
    const double own = bm_score(s, metric), theirs = bm_score(baseline, metric);
    return classes ? (1 - own) / (1 - theirs) : own / theirs;
}

static void errors(const bmi_fitted *fits, int64_t folds, bool classes, char part, double *mean, double *deviation)
{
    double sum = 0, squares = 0;
    int64_t n = 0;
    for (int64_t i = 0; i < folds; i++) {
        const double v = left_of(bmi_fitted_part(&fits[i], part), &fits[i].baseline, classes);
        if (!isfinite(v)) continue;
        sum += v;
        squares += v * v;
        n++;
    }
    *mean = n ? sum / (double)n : NAN;
    *deviation = n > 1 ? sqrt(fmax(0, (squares - sum * sum / (double)n) / (double)(n - 1)) / (double)n) : 0;
}

/* Held-out rows have so much more of the error than training rows where a model learns what is not there. */
#define APART .1

void bmi_diagnosis_text(bm_diagnosis *d)
{
    char train[32], held[32];
    const bool apart = d->held_out - d->train > APART;
    snprintf(train, sizeof train, "%.2g", d->train);
    snprintf(held, sizeof held, "%.2g", d->held_out);
    if (isnan(d->train) || isnan(d->held_out)) snprintf(d->text, sizeof d->text, "the scores do not tell");
    else if (d->high_bias && d->high_variance)
        snprintf(
            d->text, sizeof d->text,
            "high bias and high variance: training rows keep %s of the trivial answer's error, held-out rows %s. The model "
            "misses "
            "what is there and learns what is not: look for wrong or missing columns first, then try another kind of model",
            train, held);
    else if (d->high_bias)
        snprintf(
            d->text, sizeof d->text,
            "high bias (underfitting): training rows keep %s of the trivial answer's error, held-out rows %s. Try a richer "
            "model "
            "(polynomial features, mlp with more units), more columns, less penalty, more epochs; more rows alone help little",
            train, held);
    else if (d->high_variance)
        snprintf(
            d->text, sizeof d->text,
            "high variance (overfitting): training rows keep %s of the trivial answer's error, held-out rows %s. Try more "
            "rows, a "
            "stronger penalty (ridge with larger alpha, smaller C, dropout), fewer columns or a lower degree, early stopping",
            train, held);
    else
        snprintf(d->text, sizeof d->text, "%s: training rows keep %s of the trivial answer's error, held-out rows %s%s",
                 apart ? "perhaps high variance (overfitting)" : "neither high bias nor high variance", train, held,
                 apart ? ", but from fold to fold these differ too much to be sure; more folds or repeats tell" : "");
}

bm_diagnosis bmi_diagnose(const bmi_fitted *fits, int64_t folds, bool classes)
{
    bm_diagnosis d = { .train = NAN, .held_out = NAN };
    double of_train = 0, of_held = 0;
    if (fits) {
        errors(fits, folds, classes, 't', &d.train, &of_train);
        errors(fits, folds, classes, 'h', &d.held_out, &of_held);
    }
    d.high_bias = d.train > .5;
    d.high_variance = d.held_out - d.train > fmax(APART, 2 * of_held);
    bmi_diagnosis_text(&d);
    return d;
}
