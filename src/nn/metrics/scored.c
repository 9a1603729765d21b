// SPDX-License-Identifier: Apache-2.0
/* Rows in the order of their scores, for metrics and curves of ranks. */
#include "nn/metrics/metric.h"
#include <float.h>
#include <string.h>

static void sift(bmi_scored *s, int64_t from, int64_t n)
{
    const bmi_scored x = s[from];
    int64_t i = from;
    for (int64_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && s[child + 1].score > s[child].score) child++;
        if (!(s[child].score > x.score)) break;
        s[i] = s[child];
    }
    s[i] = x;
}

/* Heap sort: the C library's qsort may allocate. */
void bmi_sort_scored(bmi_scored *s, int64_t n)
{
    for (int64_t i = n / 2; i-- > 0;) sift(s, i, n);
    for (int64_t i = n; i-- > 1;) {
        const bmi_scored x = s[0];
        s[0] = s[i];
        s[i] = x;
        sift(s, 0, i);
    }
}

/* A double's bits as an integer that sorts as it does: of negative ones all bits turned, else the sign; both zeros are one. */
static inline uint64_t key_of(double x)
{
    uint64_t bits;
    x += 0.0;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

/* Digits of 8 bits from the last on; one that all share is passed over. */
void bmi_sort_scored_in(bmi_scored *s, bmi_scored *spare, int64_t n)
{
    bmi_scored *from = s, *to = spare;
    if (n < 256) {
        for (int64_t i = 1; i < n; i++) {
            const bmi_scored x = s[i];
            int64_t k = i;
            for (; k > 0 && s[k - 1].score > x.score; k--) s[k] = s[k - 1];
            s[k] = x;
        }
        return;
    }
    int64_t count[8][256] = { { 0 } };
    for (int64_t i = 0; i < n; i++) {
        const uint64_t key = key_of(s[i].score);
        for (int d = 0; d < 8; d++) count[d][key >> 8 * d & 255]++;
    }
    for (int d = 0; d < 8; d++) {
        if (count[d][key_of(s[0].score) >> 8 * d & 255] == n) continue;
        int64_t at = 0;
        for (int k = 0; k < 256; k++) {
            const int64_t here = count[d][k];
            count[d][k] = at;
            at += here;
        }
        for (int64_t i = 0; i < n; i++) to[count[d][key_of(from[i].score) >> 8 * d & 255]++] = from[i];
        bmi_scored *const turn = from;
        from = to;
        to = turn;
    }
    if (from != s) memcpy(s, from, (size_t)n * sizeof *s);
}

/* ---- groups of equal scores ---- */

size_t bmi_groups_scratch(int64_t rows, int64_t columns)
{
    (void)columns;
    return (size_t)(rows + 1) * (2 * sizeof(bmi_scored) + sizeof(bmi_score_group));
}

int64_t bmi_groups_column(const bm_metric_input *in)
{
    if (in->columns == 1) return 0;
    return in->columns == 2 && in->output != BM_OUTPUT_LABELS ? 1 : -1;
}

/* Whether a row is of the column's class: 1, 0, or -1 for none of the two sides. */
static int side(const bm_metric_input *in, int64_t row, int64_t column, int64_t against)
{
    if (in->columns == 1) return in->target[row * in->target_columns] >= .5;
    if (against < 0) return bmi_target_at(in, row, column) >= .5;
    const int64_t truth = bmi_class_true(in, row);
    return truth == column ? 1 : truth == against ? 0 : -1;
}

bool bmi_groups_of(const bm_metric_input *in, int64_t column, int64_t against, bmi_score_groups *g)
{
    bmi_scored *s = in->scratch, *spare = s + in->rows + 1;
    int64_t n = 0;
    *g = (bmi_score_groups){ .at = (bmi_score_group *)(spare + in->rows + 1) };
    for (int64_t i = 0; i < in->rows; i++) {
        if (bmi_weight_of(in, i) == 0) continue;
        if (in->output != BM_OUTPUT_LABELS && bmi_class_true(in, i) < 0)
            return bmi_metric_undefined(in, "the target of row %lld is none of the classes", (long long)i), false;
        if (side(in, i, column, against) < 0) continue;
        s[n] = (bmi_scored){ in->prediction[i * in->columns + column], i };
        if (isnan(s[n++].score)) return bmi_metric_undefined(in, "the prediction of row %lld is NaN", (long long)i), false;
    }
    bmi_sort_scored_in(s, spare, n);
    for (int64_t i = 0; i < n;) {
        bmi_score_group *group = &g->at[g->n++];
        *group = (bmi_score_group){ .score = s[i].score };
        for (; i < n && s[i].score == group->score; i++) {
            const double w = bmi_weight_of(in, s[i].row);
            if (side(in, s[i].row, column, against)) group->ones += w;
            else group->zeros += w;
        }
        g->ones += group->ones;
        g->zeros += group->zeros;
    }
    return true;
}

/* As scikit-learn's _weighted_percentile with average=True (Hyndman and Fan's definition 2 of a sample's quantile). */
double bmi_weighted_quantile(const bmi_scored *sorted, int64_t n, const double *weight, double share)
{
    double all = 0, so_far = 0;
    int64_t first = -1;
    for (int64_t i = 0; i < n; i++) all += weight ? weight[sorted[i].row] : 1;
    for (int64_t i = 0; i < n; i++) {
        const double w = weight ? weight[sorted[i].row] : 1;
        if (w == 0) continue;
        if (first >= 0) return (sorted[first].score + sorted[i].score) / 2;
        so_far += w;
        if (so_far - share * all > DBL_EPSILON) return sorted[i].score;
        if (so_far >= share * all) first = i;
    }
    return first >= 0 ? sorted[first].score : n ? sorted[n - 1].score : NAN;
}
