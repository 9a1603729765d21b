// SPDX-License-Identifier: Apache-2.0
/* baeum train: prepares the data, trains, judges on rows that were held out, beside the trivial answer, and saves. */
#include "cli/train.h"
#include "base/clock.h"
#include "base/object.h"
#include "model/scores.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the model goes; that it can go there is tried before hours are spent. */
static int find_output(cli_training *t)
{
    cli *c = t->c;
    if (c->options.output && strlen(c->options.output) >= sizeof t->output)
        return cli_fail(c, CLI_FAILED, "-o: the name has %zu bytes, which is too long", strlen(c->options.output));
    if (c->options.output) snprintf(t->output, sizeof t->output, "%s", c->options.output);
    else snprintf(t->output, sizeof t->output, "%s.safetensors", t->source.stem);
    const int status = cli_writable(c, t->output);
    return status ? status : cli_keeps(c, t->output);
}

static int fit(cli_training *t)
{
    cli *c = t->c;
    const cli_options *o = &c->options;
    bm_model *m = t->model;
    const bm_callback show = bm_on_progress(cli_progress_show, .user = &t->progress);
    const bm_callback stopping =
        cli_given(o, OPT_PATIENCE) ? bm_early_stopping(.patience = o->patience) : BM_VALUE(bm_callback, NULL);
    const double begin = bmi_now();
    t->progress = (cli_progress){ .command = c, .begin = cli_train_say_model, .user = t };
    cli_interrupt_begin(m);
    const double threshold = cli_threshold_given(c);
    if (t->source.csv) cli_train_fit_parts(t, show, stopping);
    else if (t->source.table) {
        bm_fit_table_options how = { .table = t->table[0],
                                     .validation_table = t->table[1],
                                     .test_table = t->table[2],
                                     .seed = o->seed,
                                     .balanced = o->balanced,
                                     .epochs = o->epochs,
                                     .batch = o->batch,
                                     .callbacks = { show, stopping },
                                     .threshold = threshold,
                                     .threshold_by = t->threshold_by };
        memcpy(how.metrics, t->metrics, sizeof how.metrics);
        bm_fit_table_at(m, &how, sizeof how, BM_HERE);
    } else {
        bm_fit(m, t->data[0], .validation = t->data[1], .seed = o->seed, .balanced = o->balanced, .epochs = o->epochs,
               .batch = o->batch, .callbacks = { show, stopping });
        if (threshold > 0) bm_model_set_threshold(m, threshold);
    }
    if (!bm_failed(m)) bmi_model_note_split(m, o->in_order, o->group, o->time, BM_HERE); /* which was done before */
    bmi_error e = { 0 };
    if (!t->source.table && !bm_failed(m)) { /* a table's are done */
        const bmi_asked asked = { .metrics = t->metrics[0].name ? t->metrics : NULL, .by = t->threshold_by };
        bmi_scores_of_parts(m, t->data, &asked, &e, BM_HERE);
    }
    t->interrupted = cli_interrupt_end();
    t->seconds = bmi_now() - begin;
    cli_progress_end(&t->progress);
    if (bm_status_of(m) == BM_E_STOPPED)
        return cli_fail_text(c, CLI_INTERRUPTED, bm_error(m)); /* and there is nothing to save */
    if (bm_failed(m))                                          /* an argument: what was asked for cannot be */
        return cli_fail_error(c, bm_status_of(m) == BM_E_ARGUMENT ? CLI_USAGE : CLI_FAILED, "", bmi_object_why(m));
    if (e.status) return cli_fail_text(c, CLI_FAILED, e.text);
    if (!t->progress.begun) cli_train_say_model(t, NULL);
    return 0;
}

static void end(cli_training *t)
{
    bm_free(t->model);
    bm_free(t->recipe);
    for (int i = 0; i < 3; i++) {
        bm_free(t->table[i]);
        bm_free(t->data[i]);
    }
    cli_source_end(&t->source);
    free(t->text);
}

static int run(cli *c)
{
    cli_training t = { .c = c };
    if (c->options.output && cli_is_stdout(c->options.output)) {
        if (c->json) return cli_fail(c, CLI_USAGE, "-o %s and --json both want standard output", c->options.output);
        c->to = stderr; /* standard output has the model */
    }
    const char *const inputs[] = { c->arguments[0], c->options.validation, c->options.test, c->options.model,
                                   c->options.target };
    int status = 0;
    for (int i = 0; !status && i < 5; i++) status = cli_spare(c, c->options.output, inputs[i]);
    if (!status) status = cli_metrics(c, t.metrics);
    if (!status) status = cli_threshold_check(c, &t.threshold_by);
    if (!status) status = cli_train_check(c);
    if (!status) status = cli_source_open(c, c->arguments[0], NULL, BM_VALUE(bm_names, NULL), &t.source);
    if (!status) status = find_output(&t);
    if (!status) cli_source_say(c, &t.source);
    if (!status)
        status = t.source.csv     ? cli_train_prepare_parts(&t)
                 : t.source.table ? cli_train_prepare_table(&t)
                                  : cli_train_prepare_data(&t);
    if (!status && c->options.threshold && t.classes != 2)
        status = cli_fail(c, CLI_USAGE, "--threshold is of two classes, the target %s", t.classes ? "has more" : "is numbers");
    if (!status) status = cli_train_model(&t);
    if (!status) status = fit(&t);
    if (!status) status = cli_train_result(&t);
    end(&t);
    return status;
}

const cli_command cli_train = {
    .name = "train",
    .arguments = "DATA",
    .least = 1,
    .most = 1,
    .run = run,
    .summary = "fit, judge on held-out rows, save",
    .options = CLI_BIT(OPT_TARGET) | CLI_BIT(OPT_TASK) | CLI_BIT(OPT_MODEL) | CLI_BIT(OPT_EPOCHS) | CLI_BIT(OPT_BATCH) |
               CLI_BIT(OPT_RATE) | CLI_BIT(OPT_OPTIMIZER) | CLI_BIT(OPT_LOSS) | CLI_BIT(OPT_PATIENCE) |
               CLI_BIT(OPT_VALIDATION) | CLI_BIT(OPT_TEST) | CLI_BIT(OPT_SEED) | CLI_BIT(OPT_THREADS) | CLI_BIT(OPT_DROP) |
               CLI_BIT(OPT_KEEP) | CLI_BIT(OPT_STEP) | CLI_BIT(OPT_NO_HEADER) | CLI_BIT(OPT_DELIMITER) | CLI_BIT(OPT_MISSING) |
               CLI_BIT(OPT_DECIMAL) | CLI_BIT(OPT_DATES) | CLI_BIT(OPT_RENAME) | CLI_BIT(OPT_BAD_ROWS) | CLI_BIT(OPT_DATA) |
               CLI_BIT(OPT_OUTPUT) | CLI_BIT(OPT_JSON) | CLI_BIT(OPT_QUIET) | CLI_BIT(OPT_VERBOSE) | CLI_BIT(OPT_WEIGHTS) |
               CLI_BIT(OPT_BALANCED) | CLI_BIT(OPT_LOG_TARGET) | CLI_BIT(OPT_WITHOUT) | CLI_BIT(OPT_IN_ORDER) |
               CLI_BIT(OPT_GROUP) | CLI_BIT(OPT_TIME) | CLI_BIT(OPT_METRICS) | CLI_BIT(OPT_THRESHOLD) | CLI_BIT(OPT_PARTS),
    .about =
        "Fits a model to DATA, judges it once on rows that it has not seen, beside the trivial answer (the mean, or the most\n"
        "frequent class), and saves it with its preparation as one file, <name of DATA>.safetensors unless -o names another.\n"
        "Numbers get the median where they are missing and are standardised, texts are one-hot encoded, columns of one value "
        "or\n"
        "of all-distinct texts are dropped; all of it is fitted on the training rows only. Ctrl-C stops after the current step "
        "and\n"
        "keeps the best weights; while rows are scored it leaves out the scores; a second one ends at once.",
    .examples = "  baeum train iris\n"
                "  baeum train creditcard --target share --drop expenditure --model mlp:64,32\n"
                "  baeum train sales.csv -t revenue -m \"dense 64 relu, dropout .2, dense 32 relu\" --epochs 200 --rate .003\n"
                "  baeum train mnist --model \"dense 512 relu, dropout .2, dense 10\" --epochs 5 --batch 128\n"
                "  baeum train infert --step \"education=ordinal:0-5yrs < 6-11yrs < 12+ yrs\" --step min_max\n"
                "  baeum train housing.csv -t median_house_value -m ridge:alpha=.01 --impute median --log1p auto --poly 2\n"
                "  baeum train clicks.csv -t price --model ridge:alpha=auto --parts 100000\n"
                "  zcat log.csv.gz | baeum train - -t failed -o failed.safetensors --json",
};
