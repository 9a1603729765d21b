// SPDX-License-Identifier: Apache-2.0
/* The same bits of every learner that is registered: a hash of its weights and predictions after a fit on rows enough for all threads, on
 * 1, 2 and 4 of them with each instruction set. Each is a process of its own, for the instruction set is chosen once.
 */
#include "model/learner_support.h"
#include "support/bmt_child.h"

enum { MANY = 6000, WIDE = 5 };

static bmt_bits *now;
static int threads_now;
static double x[MANY * WIDE], y[MANY];
static int32_t class[MANY];

static void make_data(const subject *s)
{
    for (int64_t i = 0; i < MANY; i++) {
        for (int64_t j = 0; j < WIDE; j++) x[i * WIDE + j] = bmt_wave(i, j) / 2;
        const double line = 2 * x[i * WIDE] - x[i * WIDE + 1] + .5 * sin((double)i * 1.3);
        y[i] = s->kind->tasks & BM_LEARNS_SCALED ? line / 3 : 9 + line;
        class[i] = s->outputs < 3 ? line > .2 : (line > -.8) + (line > .9);
    }
}

static void add(uint64_t *hash, const bm_tensor *t)
{
    bmt_hash(hash, bm_data_any(t), (size_t)bm_tensor_size(t) * bm_type_size(bm_tensor_type(t)));
}

static void hash_one(const subject *s)
{
    make_data(s);
    bm_context *context = bm_context_new(.threads = threads_now);
    bm_recipe *r = bm_recipe_new(.context = context);
    bm_model *m = bm_learner_parse(bmt_short_text(s), r);
    bm_tensor *in = bm_tensor_view(BM_F64, BM_SHAPE(MANY, WIDE), x),
              *t = s->outputs > 1 ? bm_tensor_view(BM_I32, BM_SHAPE(MANY), class) : bm_tensor_view(BM_F64, BM_SHAPE(MANY), y);
    bm_dataset *d = bm_dataset_from(in, t);
    bm_fit(m, d, .seed = 5, .epochs = s->kind->fit ? 0 : 2, .batch = s->kind->fit ? 0 : 512);
    bm_tensor *p = bm_predict(m, in);
    uint64_t hash = BMT_HASH;
    for (int64_t i = 0; i < bm_model_weights(m); i++) add(&hash, bm_model_weight(m, bm_model_weight_name(m, i)));
    if (!bm_failed(p)) add(&hash, p);
    if (!*now->error && (bm_failed(m) || bm_failed(p)))
        snprintf(now->error, sizeof now->error, "%s: %.110s", s->what, bm_failed(m) ? bm_error(m) : bm_error(p));
    bmt_bits_add(now, s->what, hash);
    bm_free(p);
    bm_free(d);
    bm_free(t);
    bm_free(in);
    bm_free(m);
    bm_free(r);
    bm_free(context);
}

static void hash_all(bmt_bits *b, int threads)
{
    now = b;
    threads_now = threads;
    bmt_each_learner(hash_one);
}

int main(void)
{
    return bmt_bits_main(hash_all, 10);
}
