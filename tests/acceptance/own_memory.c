// SPDX-License-Identifier: Apache-2.0
/* Your own memory, in and out: no file, no copy. Around the program stand its data and model, and what shows that it works. */
#include <baeum.h>
#include <math.h>

enum { N = 120 };

/* Seasons 1 and 2, warmer in the second; the count follows the temperature. */
static bm_model *learned(void)
{
    int64_t season[N];
    double temp[N], count[N];
    for (int i = 0; i < N; i++) {
        season[i] = 1 + i % 2;
        temp[i] = 5 + 10 * (i % 2) + i % 7 + .1;
        count[i] = 3 * temp[i] + 20;
    }
    bm_table *t = bm_table_new();
    bm_table_add_integer(t, "season", season, N);
    bm_table_add_real(t, "temp", temp, N);
    bm_table_add_real(t, "count", count, N);
    bm_recipe *r = bm_recipe_new(.target = "count");
    bm_recipe_one_hot(r, "season"); /* into season 1, season 2, unseen */
    bm_model *m = bm_learner(bm_mlp(.units = BM_SHAPE(16), .epochs = 300, .rate = .03), r);
    bm_fit_table(m, t, .seed = 1);
    bm_report(m, stderr);
    bm_free(r);
    bm_free(t);
    return m;
}

int main(void)
{
    enum { n = 3 };
    const float rows[n][4] = { { 1, 0, 0, -1 }, { 0, 1, 0, 0 }, { 0, 1, 0, 1 } };
    const float targets[n] = { -1, 0,
                               1 }; /* a learner's network gives standardised numbers; bm_predict_row gives the table's */
    bm_tensor *y = bm_tensor_view(BM_F32, BM_SHAPE(n), targets);
    bm_model *m = learned();

    bm_tensor *x = bm_tensor_view(BM_F32, BM_SHAPE(n, 4), rows); /* borrows */
    bm_dataset *d = bm_dataset_from(x, y);
    bm_tensor *p = bm_predict(m, x);
    const float *v = bm_data_f32(p);
    bm_tensor *q = bm_predict_row(
        m, .values = { { "season", .text = "1" }, { "temp", .number = 9.8 } }); /* one raw row through recipe and model */

    printf("predictions %.3f %.3f %.3f, loss %.3f\n", v ? v[0] : NAN, v ? v[1] : NAN, v ? v[2] : NAN, bm_evaluate(m, d).loss);
    printf("memory %s\n", bm_data_f32(x) == rows[0] && bm_data_f32(bm_dataset_x(d, 0)) == rows[0] ? "is ours" : "was copied");
    printf("one row %.3f\n", bm_tensor_at(q, 0));
    bm_report(p, stderr);
    bm_report(q, stderr);
    int status = bm_failed(m) || bm_failed(d) || bm_failed(p) || bm_failed(q);
    bm_free(p);
    bm_free(q);
    bm_free(d);
    bm_free(x);
    bm_free(y);
    bm_free(m);
    return status;
}
