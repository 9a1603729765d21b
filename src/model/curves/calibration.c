// SPDX-License-Identifier: Apache-2.0
/* Calibration: of bins of predicted probabilities the mean prediction and the share of rows that are of the class. Bins have equal width,
 * or edges at quantiles of the predictions (linearly interpolated; of rows with weights the quantiles of the weights). A bin holds its
 * upper edge.
 * Source: as scikit-learn's calibration_curve.
 */
#include "model/curves/curve.h"

static int64_t most(const bmi_curve *c)
{
    return c->o.bins;
}

/* The share-quantile of the sorted scores. */
static double quantile(const bmi_curve *c, const bmi_score_groups *g, double share)
{
    const double place = share * (g->ones + g->zeros - (c->in.weight ? 0 : 1)), whole = floor(place);
    double so_far = 0;
    for (int64_t i = 0; i < g->n; i++) {
        so_far += g->at[i].ones + g->at[i].zeros;
        if (c->in.weight ? so_far >= place : so_far > whole) {
            const bool next = !c->in.weight && i + 1 < g->n && so_far <= whole + 1;
            return next ? g->at[i].score + (place - whole) * (g->at[i + 1].score - g->at[i].score) : g->at[i].score;
        }
    }
    return g->at[g->n - 1].score;
}

static void calibration(bmi_curve *c, const bmi_score_groups *g)
{
    const int64_t bins = c->o.bins;
    int64_t at = 0;
    if (g->at[0].score < 0 || g->at[g->n - 1].score > 1) {
        bmi_fail(c->e, BM_E_DATA, c->here, "calibration: a prediction is %g, no probability",
                 g->at[0].score < 0 ? g->at[0].score : g->at[g->n - 1].score);
        return;
    }
    double from = c->o.quantile ? g->at[0].score : 0;
    for (int64_t b = 0; b < bins; b++) {
        const double share = (double)(b + 1) / (double)bins;
        const double to = b == bins - 1   ? (c->o.quantile ? g->at[g->n - 1].score : 1)
                          : c->o.quantile ? quantile(c, g, share)
                                          : share;
        double rows = 0, ones = 0, sum = 0;
        for (; at < g->n && (b == bins - 1 || g->at[at].score <= to); at++) {
            const double w = g->at[at].ones + g->at[at].zeros;
            rows += w;
            ones += g->at[at].ones;
            sum += w * g->at[at].score;
        }
        if (rows > 0) bmi_curve_put(c, (double[]){ from, to, sum / rows, ones / rows, rows });
        from = to;
    }
}

static const bmi_curve_kind curve_calibration = { "calibration",
                                                  "mean predicted probability and true share, by bins of the prediction",
                                                  { "from", "to", "predicted", "true", "rows" },
                                                  most,
                                                  calibration,
                                                  false,
                                                  NULL };

const bmi_kind bmi_kinds_curve_calibration[] = { BMI_CURVE_KIND(calibration), { 0 } };
