// SPDX-License-Identifier: Apache-2.0
/* What each callback does to a training, and what may be done in one.
 */
#include <baeum.h>
#include <baeum/extend.h>
#include "support/bmt.h"
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

enum { ROWS = 60 };

static bm_dataset *line(int rows)
{
    bm_tensor *x = bm_tensor_new(BM_F32, BM_SHAPE(rows, 1)), *t = bm_tensor_new(BM_F32, BM_SHAPE(rows, 1));
    for (int i = 0; i < rows; i++) {
        ((float *)bm_data(x))[i] = 1;
        ((float *)bm_data(t))[i] = -1000;
    }
    bm_dataset *d = bm_dataset_from(x, t);
    bm_free(x);
    bm_free(t);
    return d;
}

/* |y - t| with y = w, far from t = -1000: each step takes the rate from w. */
static bm_model *slope(double rate)
{
    bm_model *m = bm_sequential(bm_input(1), bm_dense(1, .no_bias = true, .kernel_init = BM_ZEROS));
    bm_compile(m, .loss = BM_MAE, .optimizer = bm_sgd(.rate = rate));
    return m;
}

static double weight(bm_model *m)
{
    const bm_tensor *w = bm_model_weight(m, "dense_1/kernel");
    return bm_tensor_at(w, 0);
}

static void sound(bm_model *m)
{
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
}

/* ---- early stopping ---- */
/* Validation rows that get worse while training rows get better: the first epoch is the best one. */
static void best_weights_come_back(void **state)
{
    (void)state;
    bm_dataset *d = line(ROWS);
    bm_tensor *t = bm_tensor_new(BM_F32, BM_SHAPE(ROWS, 1)); /* targets of 0: w = 0 is right */
    bm_dataset *zero = bm_dataset_from(bm_dataset_x(d, 0), t);
    for (int keep = 0; keep < 2; keep++) {
        bm_model *m = slope(.5);
        bm_fit(m, d, .epochs = 50, .whole = true, .validation = zero,
               .callbacks = { bm_early_stopping(.patience = 3, .keep_last = keep) });
        sound(m);
        assert_string_equal(bm_stopped_by(m), "early_stopping");
        assert_int_equal(bm_history_epochs(m), 4); /* the best and three more */
        bmt_near("weights", weight(m), keep ? -2 : -.5, 1e-6);
        assert_int_equal(bm_best_epoch(m), keep ? 3 : 0);
        bmt_near("as its validation said", bm_evaluate(m, zero).loss, bm_history(m, "validation_loss", keep ? 3 : 0), 1e-6);
        bm_free(m);
    }
    bm_model *m = slope(.5); /* better, but not by enough */
    bm_fit(m, d, .epochs = 50, .whole = true, .callbacks = { bm_early_stopping(.patience = 2, .change = 1) });
    assert_int_equal(bm_history_epochs(m), 3); /* 1000, 999.5, 999: not by more than 1 */
    sound(m);
    bm_free(m);
    m = slope(.5); /* also where all epochs are done before patience ends */
    bm_fit(m, d, .epochs = 3, .whole = true, .validation = zero, .callbacks = { bm_early_stopping(.patience = 5) });
    assert_string_equal(bm_stopped_by(m), "epochs");
    bmt_near("the best", weight(m), -.5, 1e-6);
    bm_free(m);
    bm_free(t);
    bm_free(zero);
    bm_free(d);
}

static void checkpoints(void **state)
{
    (void)state;
    bm_dataset *d = line(ROWS);
    bm_model *m = slope(1);
    const char *path = bmt_temp("checkpoint");
    bm_fit(m, d, .epochs = 5, .whole = true, .callbacks = { bm_checkpoint(path, .every = 2) });
    sound(m);
    bm_model *n = bm_load(path);
    sound(n);
    assert_int_equal(bm_history_epochs(n), 4); /* the last one was made after four */
    bmt_near("its weights", weight(n), -4, 1e-6);
    bm_free(n);
    bm_fit(m, d, .callbacks = { { .name = "checkpoint" } });
    bmt_contains("no path", bm_error(m), "checkpoint: no path is given");
    bm_free(m);
    bm_free(d);
}

static void plateaus(void **state)
{
    (void)state;
    bm_dataset *d = line(ROWS);
    const struct {
        bm_callback callback;
        double rate[8];
    } cases[] = {
        /* never better by 1e9 after the first epoch: two epochs of patience, then half */
        { bm_reduce_on_plateau(.factor = .5, .patience = 2, .change = 1e9), { 1, 1, 1, .5, .5, .25, .25, .125 } },
        { bm_reduce_on_plateau(.factor = .5, .patience = 1, .change = 1e9, .cooldown = 2),
          { 1, 1, .5, .5, .5, .25, .25, .25 } },
        { bm_reduce_on_plateau(.factor = .5, .patience = 1, .change = 1e9, .least = .2), { 1, 1, .5, .25, .2, .2, .2, .2 } },
        { bm_reduce_on_plateau(.factor = .5, .patience = 1), { 1, 1, 1, 1, 1, 1, 1, 1 } }, /* the loss does fall */
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_model *m = slope(1);
        double sum = 0;
        bm_fit(m, d, .epochs = 8, .whole = true, .callbacks = { cases[i].callback });
        sound(m);
        for (int k = 0; k < 8; k++) {
            if (fabs(bm_history(m, "rate", k) - cases[i].rate[k]) > 1e-12)
                fail_msg("case %zu, epoch %d: the rate is %g, not %g", i, k, bm_history(m, "rate", k), cases[i].rate[k]);
            sum += cases[i].rate[k];
        }
        bmt_near("steps were that long", weight(m), -sum, 1e-5);
        bm_free(m);
    }
    bm_free(d);
}

static void stop_rules(void **state)
{
    (void)state;
    bm_dataset *d = line(ROWS);
    bm_tensor *t = bm_tensor_new(BM_F32, BM_SHAPE(ROWS, 1));
    bm_dataset *zero = bm_dataset_from(bm_dataset_x(d, 0), t);
    bm_model *m = slope(1);
    bm_fit(m, d, .epochs = 50, .whole = true, .callbacks = { bm_stop_at(.loss = 995) }); /* 1000, 999, ... */
    assert_string_equal(bm_stopped_by(m), "stop_at loss");
    assert_int_equal(bm_history_epochs(m), 6);
    bm_free(m);
    m = bm_sequential(bm_input(1), bm_dense(1, .no_bias = true, .kernel_init = BM_ZEROS));
    bm_compile(m, .loss = BM_MSE, .optimizer = bm_sgd(.rate = .1));
    bm_fit(m, zero, .epochs = 50, .callbacks = { bm_stop_at(.gradient = BM_ZERO) }); /* w = 0 is right already */
    assert_string_equal(bm_stopped_by(m), "stop_at gradient");
    assert_int_equal(bm_history_epochs(m), 1);
    bm_fit(m, zero, .epochs = 50, .callbacks = { bm_stop_at(.loss = BM_ZERO) });
    assert_string_equal(bm_stopped_by(m), "stop_at loss");
    bm_free(m);
    m = bm_sequential(bm_input(1), bm_dense(1, .no_bias = true, .kernel_init = BM_ZEROS));
    bm_compile(m, .loss = BM_MSE, .optimizer = bm_sgd(.rate = .25)); /* half of the way each step: loss 1e6 / 4^k */
    bm_fit(m, d, .epochs = 50, .whole = true, .callbacks = { bm_stop_at(.change = 1000) });
    assert_string_equal(bm_stopped_by(m), "stop_at change");
    assert_int_equal(bm_history_epochs(m), 7); /* 3906 - 977 = 2930, 977 - 244 = 732 */
    sound(m);
    bm_free(m);
    m = slope(1);
    bm_fit(m, d, .epochs = 50, .batch = 1, .no_shuffle = true, .callbacks = { bm_stop_at(.steps = 77) });
    assert_string_equal(bm_stopped_by(m), "stop_at steps");
    bmt_near("so many steps", weight(m), -77, 1e-5);
    sound(m);
    bm_free(m);
    m = slope(1);
    bm_fit(m, d, .epochs = 1000000000, .callbacks = { bm_stop_at(.seconds = .02) });
    assert_string_equal(bm_stopped_by(m), "stop_at seconds");
    bm_free(m);
    bm_free(t);
    bm_free(zero);
    bm_free(d);
}

/* ---- numbers that are not finite ---- */
static void bad_numbers(void **state)
{
    (void)state;
    bm_dataset *d = line(ROWS);
    bm_model *m = bm_sequential(bm_input(1), bm_dense(4, .name = "first"),
                                bm_dense(3, .activation = BM_EXPONENTIAL, .kernel_init = BM_CONSTANT(100),
                                         .bias_init = BM_CONSTANT(500), .name = "rocket"),
                                bm_dense(1, .name = "last"));
    bm_compile(m, .loss = BM_MSE);
    assert_int_equal(bm_fit(m, d, .epochs = 3, .batch = 20), BM_E_NUMBER);
    bmt_contains("where", bm_error(m), "epoch 1, step 1: the loss is not finite");
    bmt_contains("operation", bm_error(m), "is exp, the node \"rocket/exp\" of layer rocket, made at test_callbacks.c:");
    assert_string_equal(bm_stopped_by(m), "error");
    assert_int_equal(bm_history_epochs(m), 0);
    bm_free(m);
    bm_tensor *x = bm_tensor_copy_at(BM_F32, BM_SHAPE(ROWS, 1), bm_data_f32(bm_dataset_x(d, 0)), BM_HERE),
              *t = bm_tensor_new(BM_F32, BM_SHAPE(ROWS, 1));
    ((float *)bm_data(x))[17] = NAN;
    ((float *)bm_data(t))[23] = INFINITY;
    bm_dataset *bad_x = bm_dataset_from(x, bm_dataset_t(d, 0)), *bad_t = bm_dataset_from(bm_dataset_x(d, 0), t);
    m = slope(1);
    bm_fit(m, bad_x, .batch = 10, .no_shuffle = true);
    bmt_contains("input", bm_error(m), "epoch 1, step 2: the input of row 17 has a number that is not finite");
    bmt_near("the weights of the last whole step", weight(m), -1, 1e-6);
    bm_clear(m);
    bm_fit(m, bad_t, .batch = 10, .no_shuffle = true);
    bmt_contains("target", bm_error(m), "epoch 1, step 3: the target of row 23 has a number that is not finite");
    bmt_near("and again: two steps towards 0", weight(m), 0, 1e-6);
    bm_free(m);
    m = bm_sequential(bm_input(1), bm_dense(1, .name = "line"));
    bm_compile(m, .loss = BM_MSE, .optimizer = bm_sgd(.rate = 1e30));
    bm_fit(m, d, .epochs = 50, .batch = 20);
    assert_int_equal(bm_status_of(m), BM_E_NUMBER);
    bmt_contains("too large a rate", bm_error(m), "lower the rate");
    bm_free(m);
    bm_free(x);
    bm_free(t);
    bm_free(bad_x);
    bm_free(bad_t);
    bm_free(d);
}

/* ---- progress and history ---- */
typedef struct seen {
    int64_t calls, epochs;
    double loss;
    bool within;
} seen;

static bool look(void *user, const bm_progress *p)
{
    seen *s = user;
    s->calls++;
    s->within = s->within || !p->epoch_done;
    assert_true(p->model && p->steps == ROWS / 10 && p->step >= 0 && p->step <= p->steps && p->seconds >= 0);
    if (p->epoch_done) {
        s->epochs++;
        s->loss = p->loss;
        assert_int_equal(p->epoch, s->epochs);
        assert_int_equal(p->epochs, 7);
    }
    return true;
}

static char lines[4000];
static size_t n_lines;
static void keep_line(void *user, const char *line)
{
    (void)user;
    n_lines += (size_t)snprintf(lines + n_lines, sizeof lines - n_lines, "%s\n", line);
}

/* The same lines to a stream of the caller's. */
static void lines_to_a_stream(void **state)
{
    (void)state;
    bm_dataset *d = line(ROWS);
    FILE *to = tmpfile();
    char got[80] = "";
    assert_non_null(to);
    bm_model *m = bm_sequential(bm_input(1), bm_dense(1, .no_bias = true, .kernel_init = BM_ZEROS));
    bm_compile(m, .loss = BM_MAE, .optimizer = bm_sgd(.rate = 1));
    bm_fit(m, d, .epochs = 2, .batch = 10, .callbacks = { bm_log_epochs(.to = to) });
    sound(m);
    rewind(to);
    assert_non_null(fgets(got, sizeof got, to));
    assert_string_equal(got, "epoch 1/2: loss 997.5\n");
    assert_non_null(fgets(got, sizeof got, to));
    assert_null(fgets(got, sizeof got, to));
    fclose(to);
    bm_free(m);
    bm_free(d);
}

static void progress_and_history(void **state)
{
    (void)state;
    bm_context *context = bm_context_new(.log = keep_line);
    bm_dataset *d = line(ROWS);
    seen s = { 0 };
    bm_model *m = bm_sequential_in(context, bm_input(1), bm_dense(1, .no_bias = true, .kernel_init = BM_ZEROS));
    bm_compile(m, .loss = BM_MAE, .optimizer = bm_sgd(.rate = 1), .metrics = { BM_METRIC_MSE, BM_R2 });
    bm_fit(m, d, .epochs = 7, .batch = 10, .validation = d,
           .callbacks = { bm_on_progress(look, .user = &s, .epochs_only = true), bm_log_epochs(.every = 3) });
    sound(m);
    assert_true(s.calls == 7 && s.epochs == 7 && !s.within);
    assert_true(s.loss == bm_history(m, "loss", -1));
    static const char *const names[] = { "loss",           "mse",           "r2",   "validation_loss",
                                         "validation_mse", "validation_r2", "rate", "seconds" };
    for (size_t i = 0; i < BMI_COUNT(names); i++) assert_string_equal(bm_history_name(m, (int64_t)i), names[i]);
    assert_null(bm_history_name(m, BMI_COUNT(names)));
    assert_int_equal(bm_history_epochs(m), 7);
    for (int k = 0; k < 7; k++) {
        bmt_near("loss", bm_history(m, "loss", k), 1000 - 6 * k - 2.5, 1e-6); /* the mean over the epoch's six steps */
        bmt_near("validation", bm_history(m, "validation_loss", k), 1000 - 6 * (k + 1), 1e-6);
        bmt_near("a metric", bm_history(m, "validation_mse", k), pow(1000 - 6 * (k + 1), 2), 1e-6);
        assert_true(bm_history(m, "seconds", k) > 0 && bm_history(m, "rate", k) == 1);
    }
    assert_true(bm_history(m, "loss", -1) == bm_history(m, "loss", 6) && isnan(bm_history(m, "loss", 7)) &&
                isnan(bm_history(m, "accuracy", 0)));
    bmt_contains("a line", lines, "epoch 3/7: loss 985.5, mse ");
    bmt_contains("a line", lines, "validation_loss 982");
    bmt_contains("the last, too", lines, "epoch 7/7: ");
    assert_null(strstr(lines, "epoch 2/7"));
    bm_free(m);
    bm_free(d);
    bm_free(context);
}

/* ---- one's own ---- */
typedef struct own_options {
    char zero_;
    BM_NAMED_;
    int64_t stop_after;
    bool fails;
} own_options;

static char order[100];

static void own_begin(bm_training *t, const void *options, void *state)
{
    (void)options;
    *(int *)state = 0; /* it was 0 before */
    strcat(order, "b");
    assert_true(isnan(bm_training_number(t, "loss")));
}

static void own_epoch(bm_training *t, const void *options, void *state)
{
    const own_options *o = options;
    strcat(order, "e");
    assert_true(bm_training_number(t, "loss") == bm_history(bm_training_model(t), "loss", -1));
    assert_true(!bm_training_maximize(t, "validation_loss") && bm_training_maximize(t, "validation_r2"));
    bmt_near("the slope is 1", bm_training_gradient(t), 1, 1e-6);
    if (++*(int *)state == 2) {
        bm_training_keep(t);
        bm_training_set_rate(t, 10);
    }
    if (*(int *)state == o->stop_after) bm_training_stop(t, "enough of it");
    if (o->fails && *(int *)state == 3) bm_training_fail(t, BM_E_DATA, "own: %d epochs were too many", *(int *)state);
}

static void own_end(bm_training *t, const void *options, void *state)
{
    const own_options *o = options;
    strcat(order, "f");
    assert_int_equal(*(int *)state, o->fails ? 3 : 4);
    if (!o->fails) bm_training_put_back(t);
}

static const bm_callback_kind own = {
    .size = sizeof own,
    .name = "own",
    .options_size = sizeof(own_options),
    .state_size = sizeof(int),
    .flags = BM_CALLBACK_GRADIENT | BM_CALLBACK_WEIGHTS | BM_CALLBACK_RATE,
    .begin = own_begin,
    .epoch = own_epoch,
    .end = own_end,
};

static void ones_own(void **state)
{
    (void)state;
    bm_dataset *d = line(ROWS);
    bm_model *m = bm_sequential(bm_input(1), bm_dense(1, .no_bias = true, .kernel_init = BM_ZEROS));
    bm_compile(m, .loss = BM_MAE, .optimizer = bm_sgd(.rate = 1), .metrics = { BM_R2 });
    own_options o = { .stop_after = 4 };
    bm_fit(m, d, .epochs = 100, .whole = true, .validation = d,
           .callbacks = { bm_callback_custom_at(&own, &o, sizeof o, BM_HERE) });
    sound(m);
    assert_string_equal(order, "beeeef");
    assert_string_equal(bm_stopped_by(m), "enough of it");
    assert_int_equal(bm_best_epoch(m), 1);
    bmt_near("kept after two epochs, put back after 22", weight(m), -2, 1e-6);
    assert_true(bm_history(m, "rate", 1) == 1 && bm_history(m, "rate", 2) == 10);
    order[0] = 0;
    o = (own_options){ .stop_after = 9, .fails = true };
    bm_compile(m, .loss = BM_MAE, .optimizer = bm_sgd(.rate = 1), .metrics = { BM_R2 });
    bm_fit(m, d, .epochs = 100, .whole = true, .callbacks = { bm_callback_custom_at(&own, &o, sizeof o, BM_HERE) });
    assert_int_equal(bm_status_of(m), BM_E_DATA);
    bmt_contains("its error", bm_error(m), "own: 3 epochs were too many");
    assert_string_equal(order, "beeef"); /* end comes after an error, too */
    bm_free(m);
    bm_free(d);
}

/* No step is left to see what the last update did. */
static void last_update(void **state)
{
    (void)state;
    bm_dataset *d = line(ROWS);
    bm_model *m = slope(1e300);
    assert_int_equal(bm_fit(m, d, .whole = true), BM_E_NUMBER);
    bmt_contains("named", bm_error(m), "\"dense_1/kernel\" are not finite since the last update");
    bm_free(m);
    bm_free(d);
}

/* ---- what a fit does not allow within itself ---- */
static bm_model *fitted;

static bool fit_within(void *user, const bm_progress *p)
{
    (void)p;
    bm_fit(fitted, user);
    return true;
}

static bool compile_within(void *user, const bm_progress *p)
{
    (void)user, (void)p;
    bm_compile(fitted, .loss = BM_MSE);
    return true;
}

static void fits_within_fits(void **state)
{
    (void)state;
    bm_dataset *d = line(ROWS);
    const bm_progress_function within[] = { fit_within, compile_within };
    const char *const names[] = { "fit: the model is being fitted", "compile: the model is being fitted" };
    for (int i = 0; i < 2; i++) {
        fitted = slope(1);
        assert_int_equal(bm_fit(fitted, d, .epochs = 3, .whole = true, .callbacks = { bm_on_progress(within[i], .user = d) }),
                         BM_E_ARGUMENT);
        bmt_contains("named", bm_error(fitted), names[i]);
        bm_clear(fitted);
        assert_int_equal(bm_fit(fitted, d, .whole = true), BM_OK); /* and it can go on */
        assert_int_equal(bm_compile(fitted, .loss = BM_MSE), BM_OK);
        bm_free(fitted);
    }
    bm_free(d);
}

/* ---- stopped by a signal ---- */
static bm_model *running;

static void on_signal(int number)
{
    (void)number;
    bm_stop(running);
}

static bool signal_in_third(void *user, const bm_progress *p)
{
    (void)user;
    if (p->epoch == 3) raise(SIGUSR1);
    return true;
}

static void stopped_by_a_signal(void **state)
{
    (void)state;
    bm_dataset *d = line(ROWS);
    running = slope(1);
    signal(SIGUSR1, on_signal);
    signal(SIGALRM, on_signal);
    bm_fit(running, d, .epochs = 1000000, .whole = true, .callbacks = { bm_on_progress(signal_in_third) });
    assert_string_equal(bm_stopped_by(running), "stop");
    assert_int_equal(bm_history_epochs(running), 3);
    bmt_near("three steps", weight(running), -3, 1e-6);
    const struct itimerval soon = { .it_value = { .tv_usec = 20000 } }; /* anywhere in a step */
    setitimer(ITIMER_REAL, &soon, NULL);
    bm_fit(running, d, .epochs = 1000000000, .batch = 7);
    sound(running);
    assert_string_equal(bm_stopped_by(running), "stop");
    bm_fit(running, d, .epochs = 2, .callbacks = { bm_early_stopping() }); /* and it can go on */
    assert_string_equal(bm_stopped_by(running), "epochs");
    sound(running);
    signal(SIGUSR1, SIG_DFL);
    signal(SIGALRM, SIG_DFL);
    bm_free(running);
    bm_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_weights_come_back),
        cmocka_unit_test(checkpoints),
        cmocka_unit_test(plateaus),
        cmocka_unit_test(stop_rules),
        cmocka_unit_test(bad_numbers),
        cmocka_unit_test(lines_to_a_stream),
        cmocka_unit_test(progress_and_history),
        cmocka_unit_test(ones_own),
        cmocka_unit_test(fits_within_fits),
        cmocka_unit_test(last_update),
        cmocka_unit_test(stopped_by_a_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
