// SPDX-License-Identifier: Apache-2.0
/* Training with callbacks that remember, broken off anywhere and resumed, in the same program or from its checkpoint: the weights, the
 * history, the rate and what callbacks remember have the bits of the training that was not disturbed.
 */
#include <baeum.h>
#include <baeum/extend.h>
#include "format/safetensors.h"
#include "support/bmt.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 90, BATCH = 32, STEPS = 3, MOST = 60, BEST = 3 }; /* of an epoch: 72 rows to train on */

/* Labels with noise: the validation loss falls, then rises. */
static bm_dataset *data(void)
{
    static float x[ROWS * 4];
    static int32_t t[ROWS];
    unsigned seed = 5;
    for (int i = 0; i < ROWS * 4; i++) x[i] = (float)((seed = seed * 1103515245u + 12345u) >> 16 & 1023) / 512 - 1;
    for (int i = 0; i < ROWS; i++) t[i] = x[4 * i] > ((seed = seed * 69069u + 1) >> 16 & 1023) / 1024.f - .5f;
    bm_tensor *a = bm_tensor_view(BM_F32, BM_SHAPE(ROWS, 4), x), *b = bm_tensor_view(BM_I32, BM_SHAPE(ROWS), t);
    bm_dataset *d = bm_dataset_from(a, b);
    bm_free(a);
    bm_free(b);
    return d;
}

static bm_model *network(bm_context *context)
{
    bm_model *m = bm_sequential_in(context, bm_input(4), bm_dense(24, .activation = BM_TANH), bm_batch_norm(), bm_dropout(.05),
                                   bm_dense(2, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = bm_adam(.rate = .02), .metrics = { BM_ACCURACY });
    return m;
}

/* ---- a callback from outside that remembers numbers of each type ---- */
typedef struct own_state {
    double losses[2], worst;
    int64_t calls;
    bool many;
    char last[24];
} own_state;

static void own_epoch(bm_training *t, const void *options, void *state)
{
    own_state *s = state;
    (void)options;
    s->losses[s->calls++ % 2] = bm_training_number(t, "loss");
    if (s->calls == 1) s->worst = -INFINITY;
    s->worst = fmax(s->worst, bm_training_number(t, "validation_loss"));
    s->many = s->calls > 4;
    snprintf(s->last, sizeof s->last, "epoch %d", (int)s->calls);
    if (s->calls == BEST) bm_training_keep(t);
    if (s->calls == 5) bm_training_set_rate(t, bm_training_rate(t) * (s->losses[0] < s->losses[1] ? .9 : 1.1));
}

static void own_remember(bm_state *s, const void *options, void *state)
{
    own_state *o = state;
    (void)options;
    bm_state_reals(s, "losses", o->losses, 2);
    bm_state_reals(s, "worst", &o->worst, 1);
    bm_state_integers(s, "calls", &o->calls, 1);
    bm_state_bool(s, "many", &o->many);
    bm_state_text(s, "last", o->last, sizeof o->last);
}

static own_state seen_last;
static void own_end(bm_training *t, const void *options, void *state)
{
    (void)t, (void)options;
    seen_last = *(own_state *)state;
}

static const bm_callback_kind own = {
    .size = sizeof own,
    .name = "own",
    .state_size = sizeof(own_state),
    .flags = BM_CALLBACK_WEIGHTS,
    .epoch = own_epoch,
    .end = own_end,
    .remember = own_remember,
};

/* ---- checkpoints, made whenever this one is called ---- */
static int checkpoints;
static void checkpoint(bm_training *t, const void *options, void *state)
{
    char name[40];
    (void)options, (void)state;
    snprintf(name, sizeof name, "each_%d", checkpoints++);
    bm_save(bm_training_model(t), bmt_temp(name), .training = true);
}
static const bm_callback_kind each = { .size = sizeof each, .name = "each", .steps = checkpoint, .epoch = checkpoint };

/* ---- fits ---- */
static bm_context *context;
static char log_text[2000];
static char *whole, *part, *after, *patient;

static void hear(void *user, const char *line)
{
    (void)user;
    if (strlen(log_text) + strlen(line) + 2 < sizeof log_text) strcat(strcat(log_text, line), "\n");
}

#define OWN bm_callback_custom_at(&own, NULL, 0, BM_HERE)
#define EACH bm_callback_custom_at(&each, NULL, 0, BM_HERE)
#define FIT_(m, d, n, ...) bm_fit((m), (d), .epochs = (n), .batch = BATCH, .seed = 3, .validation_split = .2, __VA_ARGS__)
/* Up to three more callbacks, before, between and behind those that remember. */
#define FIT(m, d, n, resume_, first, between, last)                                                       \
    FIT_(m, d, n, .resume = (resume_),                                                                    \
         .callbacks = { first, bm_reduce_on_plateau(.patience = 2, .factor = .5, .cooldown = 1), between, \
                        bm_early_stopping(.patience = 7), OWN, bm_stop_at(.change = 1e-12, .steps = 150), last })
#define NONE BM_VALUE(bm_callback, NULL)

static void sound(bm_model *m)
{
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
}

static void same_bytes(const char *what, long n, const char *a, const char *b)
{
    size_t k, l;
    unsigned char *x = bmt_read(a, &k), *y = bmt_read(b, &l);
    if (k != l || memcmp(x, y, k)) fail_msg("%s, %ld: the files differ", what, n);
    free(x);
    free(y);
}

static int64_t epochs_in_all;

static int begin(void **state)
{
    (void)state;
    whole = strdup(bmt_temp("whole"));
    part = strdup(bmt_temp("part"));
    after = strdup(bmt_temp("after"));
    patient = strdup(bmt_temp("patient"));
    context = bm_context_new(.log = hear);
    bm_dataset *d = data();
    bm_model *m = network(context);
    FIT(m, d, MOST, false, NONE, NONE, NONE);
    sound(m);
    bm_save(m, whole, .training = true);
    epochs_in_all = bm_history_epochs(m);
    /* the training is one that tells: it ends early, by best weights that are not the last, after reductions of the rate */
    assert_string_equal(bm_stopped_by(m), "early_stopping");
    assert_true(epochs_in_all > 9 && epochs_in_all < MOST && bm_best_epoch(m) == epochs_in_all - 8);
    assert_true(bm_history(m, "rate", -1) < .5 && seen_last.calls == epochs_in_all);
    sound(m);
    bm_free(m);
    bm_free(d);
    return 0;
}

static int end(void **state)
{
    (void)state;
    bm_free(context);
    free(whole);
    free(part);
    free(after);
    free(patient);
    return 0;
}

static void finish(const char *what, long n, bm_model *m, bm_dataset *d)
{
    FIT(m, d, MOST, true, NONE, NONE, NONE);
    assert_string_equal(bm_stopped_by(m), "early_stopping");
    assert_int_equal(bm_best_epoch(m), epochs_in_all - 8);
    bm_save(m, after, .training = true);
    sound(m);
    same_bytes(what, n, whole, after);
}

/* The fit that is broken off ends by putting the best weights back, and goes on from the last ones. */
static void broken_off_after_each_step(void **state)
{
    (void)state;
    bm_dataset *d = data();
    for (long k = 1; k < epochs_in_all * STEPS; k++) {
        bm_model *m = network(context);
        FIT(m, d, MOST, false, NONE, NONE, bm_stop_at(.steps = k));
        assert_string_equal(bm_stopped_by(m), "stop_at steps");
        bm_save(m, part, .training = true);
        log_text[0] = 0;
        finish("the same model", k, m, d);
        bmt_contains("a callback that is not there any more", log_text, "the state of stop_at_2 is not used");
        bm_free(m);
        m = bm_load(part, .context = context);
        bm_save(m, after, .training = true);
        same_bytes("loaded and saved", k, part, after);
        finish("from its file", k, m, d);
        bm_free(m);
    }
    bm_free(d);
}

/* Checkpoints that are made before, between and behind the callbacks that remember: those that had not seen the epoch yet see it when
 * the fit is resumed. */
static void checkpoints_everywhere(void **state)
{
    (void)state;
    bm_dataset *d = data();
    for (int where = 0; where < 3; where++) {
        bm_model *m = network(context);
        checkpoints = 0;
        FIT(m, d, MOST, false, where == 0 ? EACH : NONE, where == 1 ? EACH : NONE, where == 2 ? EACH : NONE);
        assert_true(checkpoints > epochs_in_all);
        finish("the one that made them", where, m, d); /* nothing is left to do */
        bm_free(m);
        for (int i = 0; i < checkpoints; i++) {
            char name[40];
            snprintf(name, sizeof name, "each_%d", i);
            m = bm_load(bmt_temp(name), .context = context);
            finish("a checkpoint", 1000 * where + i, m, d);
            bm_free(m);
        }
    }
    bm_free(d);
}

/* Again and again, an epoch or two at a time. */
static void epochs_at_a_time(void **state)
{
    (void)state;
    bm_dataset *d = data();
    for (int64_t at = 1; at <= 2; at++) {
        bm_model *m = network(context);
        for (int64_t n = at; n <= epochs_in_all + 2; n += at) {
            FIT(m, d, n, true, NONE, NONE, NONE);
            bm_save(m, part, .training = true);
            sound(m);
            bm_free(m);
            m = bm_load(part, .context = context);
        }
        finish("epochs at a time", at, m, d);
        bm_free(m);
    }
    bm_free(d);
}

/* What ended by early stopping stays ended, unless there is more patience: then it is as if there had always been. */
static void more_patience(void **state)
{
    (void)state;
    bm_dataset *d = data();
    bm_model *m = bm_load(whole, .context = context);
    finish("still ended", 1, m, d);
    bm_free(m);
    for (int from = 0; from < 2; from++) {
        m = from ? bm_load(part, .context = context) : network(context);
        FIT_(m, d, MOST, .resume = from, .callbacks = { bm_early_stopping(.patience = 12) });
        assert_string_equal(bm_stopped_by(m), "early_stopping");
        bm_save(m, from ? after : patient, .training = true);
        sound(m);
        bm_free(m);
        m = network(context);
        FIT_(m, d, MOST, .callbacks = { bm_early_stopping(.patience = 4) });
        assert_string_equal(bm_stopped_by(m), "early_stopping");
        bm_save(m, part, .training = true);
        sound(m);
        bm_free(m);
    }
    same_bytes("more patience", 12, patient, after);
    bm_free(d);
}

/* Steps of all fits together; a rule that ended a fit counts anew. Time: what went by before is more than next to nothing. */
static void rules(void **state)
{
    (void)state;
    bm_dataset *d = data();
    bm_model *m = network(context);
    FIT_(m, d, 9, .callbacks = { bm_stop_at(.steps = 7), bm_stop_at(.steps = 5) });
    assert_string_equal(bm_stopped_by(m), "stop_at steps");
    bm_save(m, part, .training = true);
    bm_free(m);
    m = bm_load(part, .context = context);
    FIT_(m, d, 9, .resume = true, .callbacks = { bm_stop_at(.steps = 7) });
    assert_int_equal(bm_history_epochs(m), 7 / STEPS);
    FIT_(m, d, 9, .resume = true, .callbacks = { bm_stop_at(.steps = 7) });
    assert_int_equal(bm_history_epochs(m), 14 / STEPS); /* seven more */
    sound(m);
    bm_free(m);
    for (int timed = 0; timed < 2; timed++) {
        m = network(context);
        FIT_(m, d, 9, .callbacks = { timed ? bm_stop_at(.seconds = 1e9) : bm_stop_at(.loss = 1e-9), bm_stop_at(.steps = 4) });
        bm_save(m, part, .training = true);
        bm_free(m);
        m = bm_load(part, .context = context);
        checkpoints = 0;
        FIT_(m, d, 9, .resume = true, .callbacks = { bm_stop_at(.seconds = 1e-9), EACH });
        assert_string_equal(bm_stopped_by(m), "stop_at seconds");
        assert_int_equal(checkpoints > 0, !timed); /* not one step more when the time was up before */
        sound(m);
        bm_free(m);
        size_t n;
        char *file = (char *)bmt_read(part, &n);
        bool told = false;
        for (size_t i = 0; i + 7 < n; i++) told = told || !memcmp(file + i, "seconds", 7);
        assert_int_equal(told, timed); /* a checkpoint tells of time only where there is a rule about it */
        free(file);
    }
    bm_free(d);
}

static bool go_on(void *user, const bm_progress *progress)
{
    (void)user, (void)progress;
    return true;
}

/* A checkpoint from before callbacks were remembered, or of a fit without them. */
static void without_states(void **state)
{
    (void)state;
    bm_dataset *d = data();
    bm_model *m = network(context);
    FIT_(m, d, 2, .no_shuffle = false);
    bm_save(m, part, .training = true);
    bm_free(m);
    m = bm_load(part, .context = context);
    log_text[0] = 0;
    FIT_(m, d, 40, .resume = true, .callbacks = { bm_early_stopping(.patience = 3), bm_on_progress(go_on) });
    assert_string_equal(bm_stopped_by(m), "early_stopping");
    bmt_contains("told", log_text, "early_stopping starts afresh: the model that is resumed has no state of it");
    assert_null(strstr(log_text, "on_progress")); /* has nothing to remember */
    log_text[0] = 0;
    FIT_(m, d, 60, .resume = true, .callbacks = { bm_early_stopping(.patience = 5, .monitor = "loss") });
    bmt_contains("another number", log_text, "early_stopping starts afresh: it looked at validation_loss before, at loss now");
    sound(m);
    bm_free(m);
    m = network(context);
    log_text[0] = 0;
    FIT(m, d, 3, true, NONE, NONE, NONE); /* a first fit may say resume */
    assert_string_equal(log_text, "");
    bm_free(m);
    bm_free(d);
}

/* Weights that are set after the fit are those that a resumed fit goes on from. */
static void weights_of_the_callers(void **state)
{
    (void)state;
    bm_dataset *d = data();
    bm_model *m = network(context);
    FIT_(m, d, MOST, .callbacks = { bm_early_stopping(.patience = 2) });
    bm_tensor *w = bm_tensor_new(BM_F32, BM_SHAPE(2));
    ((float *)bm_data(w))[0] = 77;
    bm_model_set_weight(m, "dense_2/bias", w);
    FIT_(m, d, 1, .resume = true, .callbacks = { bm_early_stopping(.patience = 2) });
    sound(m);
    assert_true(bm_tensor_at(bm_model_weight(m, "dense_2/bias"), 0) == 77);
    bm_free(w);
    bm_free(m);
    bm_free(d);
}

/* ---- what a checkpoint says of callbacks may be wrong ---- */
static void lies(void **state)
{
    (void)state;
    const struct {
        const char *from, *to, *says; /* null: it is loaded */
    } cases[] = {
        { "\"compile\":{", "\"compile\":3,\"c\":{", "\"compile\" must be an object" },
        { "\"epochs\":", "\"epochs\":9223372036854775807,\"e\":", "9223372036854775807 epochs cannot be" },
        { "\"epochs\":", "\"partial\":{\"step\":1,\"rows\":9223372036854775807},\"epochs\":",
          "in 1 steps of an epoch cannot be" },
        { "\"callbacks\":[", "\"callbacks\":[7,", "what it says of callbacks is wrong" },
        { "\"callbacks\":[", "\"callbacks\":[{},", "what it says of callbacks is wrong" },
        { "\"callbacks\":[", "\"callbacks\":3,\"other\":[", "what it says of callbacks is wrong" },
        { "\"callbacks\":[", "\"callbacks\":[[],[],[],[],[],[],[],[],", "what it says of callbacks is wrong" },
        { "\"name\":\"own\"", "\"name\":\"\"", "what it says of callbacks is wrong" },
        { "\"name\":\"own\"", "\"name\":\"nobody\"", "has no \"training/nobody/dense_1/kernel\"" },
        { "\"weights\":false", "\"weights\":true", "has no \"training/reduce_on_plateau/dense_1/kernel\"" },
        { "\"seen\":", "\"seen\":-9", NULL },
        { "\"seen\":", "\"seen\":\"\",\"s\":", "what it says of callbacks is wrong" },
        { "\"calls\":[", "\"calls\":[{},", NULL },
        { "\"worst\":[", "\"worst\":[[],{},\"x\",", NULL },
        { "\"best\":[", "\"best\":[1e300,", NULL },
        { "\"last\":\"epoch", "\"last\":\"an epoch that has far too long a name for its room", NULL },
    };
    bm_dataset *d = data();
    bmi_error e = { 0 };
    bmi_safetensors good;
    if (bmi_safetensors_read(&e, BM_HERE, NULL, whole, &good)) fail_msg("%s", e.text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bmi_st_text texts[8];
        char *lie = NULL;
        for (size_t k = 0; k < good.n_texts; k++) {
            const char *at = strcmp(good.texts[k].key, "training") ? NULL : strstr(good.texts[k].value, cases[i].from);
            texts[k] = (bmi_st_text){ good.texts[k].key, good.texts[k].value };
            if (!at) continue;
            lie = calloc(strlen(good.texts[k].value) + strlen(cases[i].to) + 1, 1);
            strncat(lie, good.texts[k].value, (size_t)(at - good.texts[k].value));
            strcat(strcat(lie, cases[i].to), at + strlen(cases[i].from));
            texts[k].value = lie;
        }
        if (!lie) fail_msg("there is no %s", cases[i].from);
        if (bmi_safetensors_write(&e, BM_HERE, NULL, part, good.entries, good.n, texts, good.n_texts)) fail_msg("%s", e.text);
        bm_model *m = bm_load(part, .context = context);
        if (cases[i].says) bmt_contains(cases[i].to, bm_error(m), cases[i].says);
        else FIT(m, d, 3, true, NONE, NONE, NONE);
        if (!cases[i].says) sound(m);
        bm_free(m);
        free(lie);
    }
    bmi_safetensors_end(&good);
    bm_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_off_after_each_step),
        cmocka_unit_test(checkpoints_everywhere),
        cmocka_unit_test(epochs_at_a_time),
        cmocka_unit_test(rules),
        cmocka_unit_test(without_states),
        cmocka_unit_test(weights_of_the_callers),
        cmocka_unit_test(more_patience),
        cmocka_unit_test(lies),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
