// SPDX-License-Identifier: Apache-2.0
/* Losses of numbers. e = y - t; a row's loss is the mean (or sum) over its outputs.
 * Source: Huber, 1964; the rest are textbook formulas (Hastie, Tibshirani, Friedman, "Elements of statistical learning", 10.6).
 */
#include "nn/losses/loss.h"
#include <string.h>

static bm_node error_of(const bm_loss_input *in)
{
    return bm_sub(in->prediction, in->target);
}

#define ROWS(name_, expression)                                             \
    static bm_node rows_##name_(const bm_loss_input *in, const double p[2]) \
    {                                                                       \
        const bm_node e = error_of(in);                                     \
        (void)p;                                                            \
        return expression;                                                  \
    }

ROWS(mse, bmi_loss_row_mean(bm_square(e)))
ROWS(half_mse, bm_scale(bmi_loss_row_mean(bm_square(e)), .5))
ROWS(sse, bmi_loss_row_sum(bm_square(e)))
ROWS(half_sse, bm_scale(bmi_loss_row_sum(bm_square(e)), .5))
ROWS(mae, bmi_loss_row_mean(bm_abs(e)))
ROWS(sae, bmi_loss_row_sum(bm_abs(e)))
ROWS(mape, bm_scale(bmi_loss_row_mean(bm_abs(bm_div(e, in->target))), 100))

/* The logits when the prediction is e to that power, else a node with graph null. */
static bm_node exponent(const bm_loss_input *in)
{
    return in->squash && !strcmp(in->squash, "exponential") ? in->logits : (bm_node){ NULL, -1 };
}

/* Of y = e^x log(1 + y) is softplus(x), which has no overflow. */
static bm_node rows_msle(const bm_loss_input *in, const double p[2])
{
    (void)p;
    const bm_node x = exponent(in), y = x.graph ? bm_softplus(x) : bm_log1p(in->prediction);
    return bmi_loss_row_mean(bm_square(bm_sub(y, bm_log1p(in->target))));
}

/* With q = min(|e|, delta) both branches are q (|e| - q / 2). */
static bm_node rows_huber(const bm_loss_input *in, const double p[2])
{
    const bm_node a = bm_abs(error_of(in)), q = bm_clip(a, 0, p[0]);
    return bmi_loss_row_mean(bm_mul(q, bm_sub(a, bm_scale(q, .5))));
}

/* log cosh e = |e| + log(1 + e^(-2|e|)) - log 2: no overflow. */
static bm_node rows_log_cosh(const bm_loss_input *in, const double p[2])
{
    (void)p;
    const bm_node a = bm_abs(error_of(in));
    return bmi_loss_row_mean(bm_shift(bm_add(a, bm_log1p(bm_exp(bm_scale(a, -2)))), -0.69314718055994530942));
}

/* Of y = e^x the logarithm is x itself: the log link (McCullagh, Nelder, "Generalized linear models", 1989, chapter 6). */
static bm_node rows_poisson(const bm_loss_input *in, const double p[2])
{
    (void)p;
    const bm_node x = exponent(in), log_y = x.graph ? x : bmi_loss_safe_log(in->prediction, in->target);
    return bmi_loss_row_mean(bm_sub(in->prediction, bm_mul(in->target, log_y)));
}

BMI_LOSS(mse, "mean of e^2: cost 1/m", BM_TARGET_LIKE_OUTPUT, .differences = true);
BMI_LOSS(half_mse, "mean of e^2 / 2: cost 1/2m", BM_TARGET_LIKE_OUTPUT, .differences = true);
BMI_LOSS(sse, "sum of e^2 over rows and outputs (\"L2\")", BM_TARGET_LIKE_OUTPUT, .differences = true,
         .reduction = BM_REDUCE_SUM);
BMI_LOSS(half_sse, "sum of e^2 / 2 over rows and outputs", BM_TARGET_LIKE_OUTPUT, .differences = true,
         .reduction = BM_REDUCE_SUM);
BMI_LOSS(mae, "mean of |e|", BM_TARGET_LIKE_OUTPUT, .differences = true);
BMI_LOSS(sae, "sum of |e| over rows and outputs (\"L1\")", BM_TARGET_LIKE_OUTPUT, .differences = true,
         .reduction = BM_REDUCE_SUM);
BMI_LOSS(mape, "100 times the mean of |e| / |t|; t other than 0", BM_TARGET_LIKE_OUTPUT, .nonzero = true);
BMI_LOSS(msle, "mean of (log(1 + y) - log(1 + t))^2", BM_TARGET_LIKE_OUTPUT, .positive = true);
BMI_LOSS(huber, "mean of e^2 / 2 up to |e| = delta, delta (|e| - delta / 2) beyond", BM_TARGET_LIKE_OUTPUT, .differences = true,
         .number = { { .name = "delta",
                       .initial = 1,
                       .low = 0,
                       .high = INFINITY,
                       .above = true,
                       .below = true,
                       .doc = "where it becomes linear" } });
BMI_LOSS(log_cosh, "mean of log cosh e", BM_TARGET_LIKE_OUTPUT, .differences = true);
BMI_LOSS(poisson, "mean of y - t log y, for counts", BM_TARGET_LIKE_OUTPUT, .positive = true);

const bmi_kind bmi_kinds_loss_regression[] = {
    BMI_LOSS_KIND(mse),   BMI_LOSS_KIND(half_mse), BMI_LOSS_KIND(sse),     BMI_LOSS_KIND(half_sse),
    BMI_LOSS_KIND(mae),   BMI_LOSS_KIND(sae),      BMI_LOSS_KIND(mape),    BMI_LOSS_KIND(msle),
    BMI_LOSS_KIND(huber), BMI_LOSS_KIND(log_cosh), BMI_LOSS_KIND(poisson), { 0 },
};
