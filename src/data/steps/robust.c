// SPDX-License-Identifier: Apache-2.0
/* Robust: (x - median) / (quantile high - quantile low) of the training rows, quartiles by default, each row as often as it weighs;
 * outliers have little say. Missing cells stay missing. Where the quantiles are the same the column is only shifted. Quantiles lie
 * between neighbours as numpy's and R's default (Hyndman and Fan, "Sample quantiles in statistical packages", 1996, type 7). With
 * `normal` the distance is divided by that of the standard normal distribution, so that normal columns get a deviation of 1. */
#include "data/steps/spread.h"
#include "base/special.h"
#include "base/text.h"
#include "data/sorted.h"
#include <float.h>
#include <math.h>
#include <string.h>

/* ".1,.9" */
static bool shorthand(const char *text, void *options, bmi_arena *arena)
{
    bm_step_robust_options *o = options;
    const char *comma = strchr(text, ',');
    bool overflow = false;
    double low, high;
    (void)arena;
    if (!comma || !bmi_read_real(text, (size_t)(comma - text), &low, &overflow) ||
        !bmi_read_real(comma + 1, strlen(comma + 1), &high, &overflow))
        return false;
    o->low = bm_exactly(low);
    o->high = bm_exactly(high);
    return true;
}

static bm_status check(bmi_error *e, bm_place here, const void *options)
{
    const bm_step_robust_options *o = options;
    if (!(o->low < o->high))
        return bmi_fail(e, BM_E_ARGUMENT, here, "robust: low is %g and high %g; low must be below high", o->low, o->high);
    if (o->normal && (o->low <= 0 || o->high >= 1))
        return bmi_fail(e, BM_E_ARGUMENT, here,
                        "robust: of a normal distribution the quantiles 0 and 1 are infinite; give others");
    return BM_OK;
}

static const bmi_field fields[] = {
    BMI_REAL_FIELD(bm_step_robust_options, low, 0, 1, .25, "quantile from which the distance is taken"),
    BMI_REAL_FIELD(bm_step_robust_options, high, 0, 1, .75, "quantile to which"),
    BMI_BOOL_FIELD(bm_step_robust_options, normal, "in deviations of a normal distribution with this distance"),
    { 0 },
};

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return !f->columns[column].text && (chosen || !f->columns[column].indicator);
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const bm_step_robust_options *o = how->options;
    bmi_sorted s;
    double median = 0, distance = 0, least = 0;
    bm_status st = bmi_sorted_begin(how, f, column, &s);
    if (!st && s.n) {
        const double low = bmi_sorted_quantile(&s, o->low), high = bmi_sorted_quantile(&s, o->high);
        median = bmi_sorted_quantile(&s, .5);
        distance = high - low;
        least = fmin(10 * DBL_EPSILON, 10 * DBL_EPSILON * fmax(fabs(low), fabs(high))); /* less is rounding */
    }
    bmi_sorted_end(&s);
    if (st || !bmi_step_numbers(how, state, 2)) return how->error->status;
    if (o->normal) distance /= bmi_normal_quantile(o->high) - bmi_normal_quantile(o->low);
    state->numbers[0] = median;
    state->numbers[1] = distance > 0 && distance >= least && isfinite(distance) ? distance : 1;
    return BM_OK;
}

static const bmi_step_example examples[] = {
    { .table = "a\n1\n2\n3\n4\n100\n",
      .rows = "a\n3\n7\n",
      .out = "a\n0\n2\n",
      .source = "by hand: median 3, quartiles 2 and 4" },
    { .options = "0,1",
      .table = "a,b\n1,5\n,5\n4,5\n",
      .rows = "a,b\n4,5\n1,8\n",
      .out = "a,b\n.5,0\n-.5,3\n",
      .source = "by hand: median 2.5, distance 3; b has none" },
};

static const bmi_step_kind robust = {
    .size = sizeof(bmi_step_kind),
    .name = "robust",
    .doc = "(x - median) / (upper - lower quartile), or other quantiles: .1,.9",
    .source = "Hyndman and Fan, \"Sample quantiles in statistical packages\", 1996",
    .scales = true,
    .options_size = sizeof(bm_step_robust_options),
    .fields = fields,
    .shorthand = shorthand,
    .check = check,
    .affine = bmi_spread_affine,
    .examples = examples,
    .n_examples = BMI_COUNT(examples),
    .takes = takes,
    .takes_what = "numbers",
    .fit = fit,
    .apply = bmi_spread_apply,
    .lawful = bmi_spread_lawful,
};
const bmi_kind bmi_kinds_step_robust[] = { { "step", "robust", &robust }, { 0 } };
