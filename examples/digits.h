// SPDX-License-Identifier: Apache-2.0
/* Handwritten digits for the examples: MNIST where it is (BAEUM_DATA), else the bundled 8 by 8 ones, four fifths of them to learn
 * from. Pixels are floats in [0, 1], a row each.
 */
#ifndef EXAMPLES_DIGITS_H
#define EXAMPLES_DIGITS_H
#include <baeum.h>
#include <stdlib.h>

typedef struct digits {
    int64_t rows, pixels;
    float *x;   /* rows x pixels */
    int32_t *t; /* 0 to 9 */
} digits;

static inline void digits_end(digits *d)
{
    free(d->x);
    free(d->t);
    *d = (digits){ 0 };
}

/* Copies the rows whose label is at most `most`. False, with the reason on standard error, when the data set failed. */
static inline bool digits_take(digits *d, const bm_dataset *from, int32_t most, double scale)
{
    const bm_tensor *x = bm_dataset_x(from, 0);
    const int64_t rows = bm_dataset_rows(from), pixels = rows ? bm_tensor_size(x) / rows : 0;
    const int32_t *label = bm_data_i32(bm_dataset_t(from, 0));
    const uint8_t *bytes = bm_data_u8(x);
    const float *reals = bm_data_f32(x);
    bm_report(from, stderr);
    *d = (digits){ .pixels = pixels,
                   .x = malloc((size_t)(rows * pixels + 1) * sizeof(float)),
                   .t = malloc((size_t)(rows + 1) * sizeof(int32_t)) };
    if (bm_failed(from) || !label || !d->x || !d->t) return false;
    for (int64_t i = 0; i < rows; i++) {
        if (label[i] > most) continue;
        for (int64_t k = 0; k < pixels; k++)
            d->x[d->rows * pixels + k] = (float)((bytes ? bytes[i * pixels + k] : reals[i * pixels + k]) * scale);
        d->t[d->rows++] = label[i];
    }
    return true;
}

/* Loads digits 0 to `most` to learn from and to test with; says which they are. */
static inline bool digits_load(digits *train, digits *test, int32_t most)
{
    bm_dataset *a = bm_dataset_load("mnist", .part = "train"), *b = bm_dataset_load("mnist", .part = "test");
    const bool mnist = !bm_failed(a) && !bm_failed(b);
    if (!mnist) {
        bm_table *t = bm_table_load("digits");
        bm_recipe *r = bm_recipe_new(.target = "label", .task = BM_CLASSIFICATION, .plain = true); /* the pixels as they are */
        bm_table_parts p = bm_table_split(t, .test = .2, .target = "label");
        bm_free(a);
        bm_free(b);
        bm_recipe_fit(r, p.train);
        a = bm_recipe_apply(r, p.train);
        b = bm_recipe_apply(r, p.test);
        bm_free(t);
        bm_free(p.train);
        bm_free(p.test);
        bm_free(r);
    }
    *train = *test = (digits){ 0 };
    const bool fine =
        digits_take(train, a, most, mnist ? 1 / 255. : 1 / 16.) && digits_take(test, b, most, mnist ? 1 / 255. : 1 / 16.);
    printf("%s: %lld digits to learn from, %lld to test with\n", mnist ? "MNIST" : "bundled digits", (long long)train->rows,
           (long long)test->rows);
    bm_free(a);
    bm_free(b);
    return fine;
}

/* A batch: rows order[0 .. n-1] of d, gathered into x and t. */
static inline void digits_batch(const digits *d, const int64_t *order, int64_t n, float *x, int32_t *t)
{
    for (int64_t i = 0; i < n; i++) {
        for (int64_t k = 0; k < d->pixels; k++) x[i * d->pixels + k] = d->x[order[i] * d->pixels + k];
        t[i] = d->t[order[i]];
    }
}

/* Another order of 0 .. n-1 (Fisher and Yates; xorshift by Marsaglia, 2003). */
static inline void digits_shuffle(int64_t *order, int64_t n, uint64_t *state)
{
    for (int64_t i = 0; i < n; i++) order[i] = i;
    for (int64_t i = n - 1; i > 0; i--) {
        *state ^= *state << 13, *state ^= *state >> 7, *state ^= *state << 17;
        const int64_t k = (int64_t)(*state % (uint64_t)(i + 1)), other = order[k];
        order[k] = order[i];
        order[i] = other;
    }
}
#endif
