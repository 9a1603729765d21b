// SPDX-License-Identifier: Apache-2.0
/* Quantile: a value becomes the share of the training rows below it, each as often as it weighs, so that the column is spread evenly over
 * [0, 1], or with to=normal the point of the standard normal distribution with that share below. Between `quantiles` (1000, or the
 * training rows) evenly spaced quantiles it is interpolated, from below and from above, and the mean of both is taken, which differ where
 * values repeat. Values outside of the training rows' become 0 and 1, normal ones -5.2 and 5.2. Missing cells stay missing. Source:
 * Bolstad et al., "A comparison of normalization methods", 2003; scikit-learn's QuantileTransformer. */
#include "base/special.h"
#include "data/sorted.h"
#include <math.h>

static const char *const shapes[] = { [BM_QUANTILE_UNIFORM] = "uniform", [BM_QUANTILE_NORMAL] = "normal", NULL };
static const bmi_field fields[] = {
    BMI_WORD_FIELD(bm_step_quantile_options, to, shapes, "the distribution"),
    BMI_INT_FIELD(bm_step_quantile_options, quantiles, 1, 100000, 1000, "points that are kept, at most one a row"),
    { 0 },
};

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return !f->columns[column].text && (chosen || !f->columns[column].indicator);
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    bmi_sorted s;
    bm_status st = bmi_sorted_begin(how, f, column, &s);
    const double most = fmin((double)((const bm_step_quantile_options *)how->options)->quantiles, floor(bmi_sorted_weight(&s)));
    const size_t n = st || !s.n ? 1 : (size_t)fmax(most, 1);
    if (!st && !bmi_step_numbers(how, state, n)) st = how->error->status;
    for (size_t k = 0; !st && s.n && k < n; k++) {
        /* Rounded as scikit-learn has it, for in columns with repeated values the last bit moves what is between them. */
        const double share = n > 1 && k + 1 < n ? (double)k * (1 / (double)(n - 1)) * 100 / 100 : n > 1;
        const double q = bmi_sorted_quantile(&s, share);
        state->numbers[k] = k ? fmax(q, state->numbers[k - 1]) : q; /* rounding may have it the other way round */
    }
    bmi_sorted_end(&s);
    return st;
}

/* The line through the n sorted points q, their heights evenly from 0 to 1, at x: by the last of equal points, or the first. */
static double line_at(const double *q, size_t n, double x, bool first)
{
    size_t low = 0, high = n; /* q[low - 1] <= x < q[low], or < and <= */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (first ? q[middle] < x : q[middle] <= x) low = middle + 1;
        else high = middle;
    }
    const double step = n > 1 ? 1 / (double)(n - 1) : 0;
    if (low == 0) return 0;
    if (low == n) return (double)(n - 1) * step;
    const double below = (double)(low - 1) * step;
    return below + (x - q[low - 1]) / (q[low] - q[low - 1]) * step;
}

static double share_of(const double *q, size_t n, double x, bool normal)
{
    static const double near = 1e-7; /* of an end, on the normal scale, as scikit-learn has it */
    if (normal ? x - near < q[0] : x <= q[0]) return 0;
    if (normal ? x + near > q[n - 1] : x >= q[n - 1]) return 1;
    return .5 * (line_at(q, n, x, false) + line_at(q, n, x, true));
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *state, bmi_frame *f, size_t column)
{
    const bool normal = ((const bm_step_quantile_options *)how->options)->to == BM_QUANTILE_NORMAL;
    const double share = 1e-7 - 0x1p-52, most = -bmi_normal_quantile(share);
    double *x = f->columns[column].numbers;
    for (int64_t i = 0; i < f->rows; i++) {
        if (isnan(x[i])) continue;
        x[i] = share_of(state->numbers, state->n_numbers, x[i], normal);
        if (normal) x[i] = x[i] <= share ? -most : x[i] >= 1 - share ? most : bmi_normal_quantile(x[i]);
    }
    return BM_OK;
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    for (size_t i = 1; i < s->n_numbers; i++)
        if (s->numbers[i - 1] > s->numbers[i]) return false;
    return s->n_numbers && !s->n_texts;
}

static const bmi_step_example examples[] = {
    { .table = "a\n1\n2\n2\n2\n6\n", .rows = "a\n1\n2\n4\n9\n", .out = "a\n0\n.5\n.875\n1\n", .source = "by hand" },
    { .options = "normal",
      .table = "a,b\n1,1\n2,2\n3,1\n",
      .rows = "a,b\n2,0\n1,5\n",
      .out = "a,b\n0,-5.199337582605575\n-5.199337582605575,5.199337582605575\n",
      .tolerance = 1e-9,
      .source = "scikit-learn QuantileTransformer(output_distribution=\"normal\")" },
};

static const bmi_step_kind quantile = {
    .size = sizeof(bmi_step_kind),
    .name = "quantile",
    .doc = "the share of training rows below, or the normal distribution's point with that share",
    .source = "Bolstad et al., \"A comparison of normalization methods\", 2003",
    .scales = true,
    .options_size = sizeof(bm_step_quantile_options),
    .fields = fields,
    .examples = examples,
    .n_examples = BMI_COUNT(examples),
    .takes = takes,
    .takes_what = "numbers",
    .fit = fit,
    .apply = apply,
    .lawful = lawful,
};
const bmi_kind bmi_kinds_step_quantile[] = { { "step", "quantile", &quantile }, { 0 } };
