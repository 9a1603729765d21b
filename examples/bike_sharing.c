// SPDX-License-Identifier: Apache-2.0
/* Bike sharing (Kaggle's train.csv: 10,886 hours of Washington, D.C.): how many bikes are lent in an hour? The whole way from the raw file to
 * judged models: the parts of the date, categories one-hot, the logarithm of a skewed target, columns on one scale; linear, ridge, lasso
 * and elastic net; judged on the days from the 16th of each month on, by the root mean squared error of log(1 + count), beside the mean.
 * casual and registered are left out: their sum is the count.
 *
 *     bike_sharing train.csv
 */
#include <baeum.h>
#include <math.h>
#include <time.h>

enum { MOST_ROWS = 20000 };

/* Whether a row's day is to be predicted. */
static bool is_held_out(const bm_table *t, int64_t row)
{
    const time_t seconds = (time_t)bm_table_number(t, row, bm_table_find(t, "datetime"));
    const struct tm *day = gmtime(&seconds);
    return day && day->tm_mday >= 16;
}

static bm_table *part_of(const bm_table *t, bool held_out)
{
    static int64_t rows[MOST_ROWS];
    size_t n = 0;
    for (int64_t i = 0; i < bm_table_rows(t) && n < MOST_ROWS; i++)
        if (is_held_out(t, i) == held_out) rows[n++] = i;
    return bm_table_take(t, ((bm_rows){ rows, n }));
}

/* Root mean squared error of log(1 + count); a predicted count below 0 is 0. Without predictions: of always the mean log. */
static double rmsle(const bm_table *t, const bm_tensor *predicted, double mean)
{
    const int64_t count = bm_table_find(t, "count"), rows = bm_table_rows(t);
    double sum = 0;
    for (int64_t i = 0; i < rows; i++) {
        const double p = predicted ? log1p(fmax(bm_tensor_at(predicted, i), 0)) : mean,
                     error = p - log1p(bm_table_number(t, i, count));
        sum += error * error;
    }
    return sqrt(sum / (double)rows);
}

static bm_recipe *prepare(void)
{
    bm_recipe *r = bm_recipe_new(.target = "count", .target_log1p = true);
    bm_recipe_drop(r, "casual", "registered");
    bm_recipe_datetime(r, "datetime");
    bm_recipe_drop(r, "datetime_day", "datetime_minute",
                   "datetime_second"); /* days from the 16th on are never seen in training */
    bm_recipe_one_hot(r, "season", "weather", "datetime_year", "datetime_month", "datetime_weekday", "datetime_hour");
    bm_recipe_standardize(r);
    return r;
}

int main(int argc, char **argv)
{
    bm_table *all = bm_table_read_csv(argc > 1 ? argv[1] : "train.csv");
    bm_table *train = part_of(all, false), *test = part_of(all, true);
    const int64_t count = bm_table_find(train, "count");
    double mean = 0;
    int failed = bm_failed(train) || bm_failed(test);
    bm_report(all, stderr);
    for (int64_t i = 0; i < bm_table_rows(train); i++)
        mean += log1p(bm_table_number(train, i, count)) / (double)bm_table_rows(train);

    const bm_learner learners[] = { bm_linear(), bm_ridge(.alpha = .001), bm_lasso(.alpha = .001), bm_elastic(.alpha = .001) };
    if (!failed)
        printf("%d hours to learn from, %d to predict\nmean      RMSLE %.4f\n", (int)bm_table_rows(train),
               (int)bm_table_rows(test), rmsle(test, NULL, mean));
    for (size_t i = 0; !failed && i < sizeof learners / sizeof *learners; i++) {
        bm_recipe *r = prepare();
        bm_model *m = bm_learner(learners[i], r);
        bm_fit_table(m, train);
        bm_tensor *p = bm_predict_table(m, test);
        failed = bm_failed(m) || bm_failed(p);
        if (failed) bm_report(m, stderr), bm_report(p, stderr);
        else printf("%-9s RMSLE %.4f   %s\n", learners[i].name, rmsle(test, p, 0), bm_stopped_by(m));
        bm_free(p);
        bm_free(m);
        bm_free(r);
    }
    bm_free(all);
    bm_free(train);
    bm_free(test);
    return failed;
}
