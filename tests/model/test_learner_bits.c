// SPDX-License-Identifier: Apache-2.0
/* The same bits of every learner that is registered: a hash of its weights and predictions after a fit on rows enough for all threads, on
 * 1, 2 and 4 of them with each instruction set. Each is a process of its own, for the instruction set is chosen once.
 */
#include "model/learner_support.h"
#include "base/threads.h"
#include "kernels/cpu/variant.h"
#include "support/bmt_child.h"

enum { MANY = 6000, WIDE = 5, SUBJECTS = 64 };

typedef struct outcomes {
    int n, threads;
    char what[SUBJECTS][80], error[SUBJECTS][120];
    uint64_t hash[SUBJECTS];
} outcomes;

static outcomes *now;
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
    const unsigned char *bytes = bm_data_any(t);
    const size_t n = (size_t)bm_tensor_size(t) * bm_type_size(bm_tensor_type(t));
    for (size_t i = 0; i < n; i++) *hash = (*hash ^ bytes[i]) * 1099511628211u;
}

/* With fewer steps where there is a setting for them. */
static const char *short_text(const subject *s)
{
    static char text[80];
    for (const bm_field *f = s->kind->fields; f && f->name; f++)
        if (!strcmp(f->name, "steps")) {
            snprintf(text, sizeof text, "%s:steps=100", s->kind->name);
            return text;
        }
    return bmt_text(s);
}

static void hash_one(const subject *s)
{
    outcomes *o = now;
    make_data(s);
    bm_context *context = bm_context_new(.threads = threads_now);
    bm_recipe *r = bm_recipe_new(.context = context);
    bm_model *m = bm_learner_parse(short_text(s), r);
    bm_tensor *in = bm_tensor_view(BM_F64, BM_SHAPE(MANY, WIDE), x),
              *t = s->outputs > 1 ? bm_tensor_view(BM_I32, BM_SHAPE(MANY), class) : bm_tensor_view(BM_F64, BM_SHAPE(MANY), y);
    bm_dataset *d = bm_dataset_from(in, t);
    bm_fit(m, d, .seed = 5, .epochs = s->kind->fit ? 0 : 2, .batch = s->kind->fit ? 0 : 512);
    bm_tensor *p = bm_predict(m, in);
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (int64_t i = 0; i < bm_model_weights(m); i++) add(&hash, bm_model_weight(m, bm_model_weight_name(m, i)));
    if (!bm_failed(p)) add(&hash, p);
    snprintf(o->what[o->n], sizeof o->what[0], "%s", s->what);
    snprintf(o->error[o->n], sizeof o->error[0], "%.110s", bm_failed(m) ? bm_error(m) : bm_error(p));
    o->hash[o->n++] = hash;
    bm_free(p);
    bm_free(d);
    bm_free(t);
    bm_free(in);
    bm_free(m);
    bm_free(r);
    bm_free(context);
}

static void hash_all(void *result, int threads)
{
    now = result;
    threads_now = threads;
    bmt_each_learner(hash_one);
    now->threads = bmi_threads_seen();
}

/* 1, 2 and 4 threads: all like `first`, which the first of all fills. */
static void every_number_of_threads(const char *isa, outcomes *first)
{
    static outcomes o;
    for (int threads = 1; threads <= 4; threads *= 2) {
        bmt_in_child(isa, hash_all, threads, &o, sizeof o);
        if (threads > 1 && o.threads < 2) fail_msg("%s: all ran on one thread of %d", isa, threads);
        if (!first->n) *first = o;
        assert_int_equal(o.n, first->n);
        for (int i = 0; i < o.n; i++) {
            if (o.error[i][0]) fail_msg("%s: %s", o.what[i], o.error[i]);
            if (o.hash[i] != first->hash[i]) fail_msg("%s: other bits with %s on %d threads", o.what[i], isa, threads);
        }
    }
}

static outcomes of_vectors; /* what AVX2 and AVX-512 both must give */

static void avx512(void **state)
{
    (void)state;
    if (bmi_isa_has(BMI_AVX512)) every_number_of_threads("avx512", &of_vectors);
    else bmt_skip("AVX-512 on this machine");
}

static void avx2(void **state)
{
    (void)state;
    if (bmi_isa_has(BMI_AVX2)) every_number_of_threads("avx2", &of_vectors);
    else bmt_skip("AVX2 on this machine");
}

/* Plain C need not give the bits of the others, only its own again. */
static void baseline(void **state)
{
    (void)state;
    static outcomes plain;
    every_number_of_threads("baseline", &plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(avx512), cmocka_unit_test(avx2), cmocka_unit_test(baseline) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
