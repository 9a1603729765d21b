// SPDX-License-Identifier: Apache-2.0
/* Every metric that counts by parts says the same bits of rows at once and of rows in parts, with weights and without, of every form of
 * output; a class that there is not makes it NaN wherever it stands; and each metric has a way to be had.
 */
#include "base/random.h"
#include "nn/metrics/metric.h"
#include "nn_support.h"

enum { ROWS = 60 };

static double values[ROWS * 4], targets[ROWS * 4], weights[ROWS];

static void make(bm_metric_input *in, bm_output output, int64_t columns, bool class_numbers)
{
    for (int64_t i = 0; i < ROWS; i++) {
        double sum = 0;
        weights[i] = i % 5 == 2 ? 0 : .5 + (double)(i % 3);
        for (int64_t j = 0; j < columns; j++)
            sum += values[i * columns + j] = fabs(bmi_random_normal(3, 1, (uint64_t)(i * columns + j))) + 1e-3;
        for (int64_t j = 0; j < columns; j++) {
            double *y = &values[i * columns + j];
            *y = output == BM_OUTPUT_REALS ? *y - 1 : columns == 1 ? *y / (1 + *y) : *y / sum;
            targets[class_numbers ? i : i * columns + j] = output == BM_OUTPUT_REALS
                                                               ? bmi_random_normal(3, 2, (uint64_t)(i * columns + j))
                                                           : class_numbers ? (double)(i * 7 % (columns == 1 ? 2 : columns))
                                                                           : (double)((i + j) % 2);
        }
    }
    *in = (bm_metric_input){ .prediction = values,
                             .target = targets,
                             .rows = ROWS,
                             .columns = columns,
                             .target_columns = class_numbers ? 1 : columns,
                             .output = output };
}

static double in_parts(const bm_metric_kind *k, const bm_metric_input *in, const double p[2])
{
    static const int64_t parts[] = { 1, 7, 20, 0, 32 };
    double counts[400] = { 0 };
    bm_metric_input part = *in, all = *in;
    all.prediction = all.target = NULL; /* they are not there any more */
    assert_true(k->counts(in->columns) <= 400);
    for (size_t i = 0; i < BMI_COUNT(parts); i++) {
        part.rows = parts[i];
        k->add(counts, &part, p);
        part.prediction += parts[i] * in->columns;
        part.target += parts[i] * in->target_columns;
        if (part.weight) part.weight += parts[i];
    }
    return k->end(counts, &all, p);
}

static void same_in_parts(void **state)
{
    (void)state;
    static const struct {
        bm_output output;
        int64_t columns;
        bool class_numbers;
    } forms[] = { { BM_OUTPUT_BINARY, 1, true },  { BM_OUTPUT_CLASSES, 4, true }, { BM_OUTPUT_CLASSES, 2, true },
                  { BM_OUTPUT_LABELS, 4, false }, { BM_OUTPUT_REALS, 3, false },  { BM_OUTPUT_REALS, 1, false } };
    int found = 0, numbers = 0;
    for (size_t m = 0; bmi_kind_at("metric", m); m++) {
        const bm_metric_kind *k = bmi_kind_at("metric", m)->record;
        double p[2], scratch[1000];
        assert_true(k->rows || k->all || bmi_metric_by_parts(k));
        if (!bmi_metric_by_parts(k)) continue;
        bmi_choice_numbers((const bmi_choice_kind *)k, (double[2]){ 0 }, p);
        found++;
        for (size_t f = 0; f < BMI_COUNT(forms); f++)
            for (int weighed = 0; weighed < 2; weighed++) {
                bm_metric_input in;
                make(&in, forms[f].output, forms[f].columns, forms[f].class_numbers);
                if ((forms[f].output == BM_OUTPUT_REALS) != (k->target == BM_TARGET_LIKE_OUTPUT)) continue;
                in.weight = weighed ? weights : NULL;
                in.scratch = scratch;
                assert_true(bmi_metric_scratch(k, ROWS, in.columns) <= sizeof scratch);
                const double all = bmi_metric_all(k, &in, p), parts = in_parts(k, &in, p);
                if (!(all == parts) && !(isnan(all) && isnan(parts)))
                    fail_msg("%s, form %zu: %.17g of all, %.17g in parts", k->name, f, all, parts);
                numbers += isfinite(all);
                if (forms[f].output != BM_OUTPUT_CLASSES) continue;
                targets[40] = 9;
                if (!isnan(bmi_metric_all(k, &in, p)) || !isnan(in_parts(k, &in, p)))
                    fail_msg("%s has a number of a class that there is not", k->name);
            }
    }
    assert_true(found >= 50 && numbers >= found * 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(same_in_parts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
