// SPDX-License-Identifier: Apache-2.0
/* The threshold that decides between two classes: by --threshold as a number, as the best of the rows, or the model's own.
 */
#include "base/text.h"
#include "cli/cli.h"
#include "model/curves/of_model.h"
#include "model/scores.h"
#include <math.h>
#include <string.h>

static bool is_best(const cli *c)
{
    return c->options.threshold && !strncmp(c->options.threshold, "best-", 5);
}

double cli_threshold_given(const cli *c)
{
    const char *text = c->options.threshold;
    double value;
    bool overflow;
    return text && !is_best(c) && bmi_read_real(text, strlen(text), &value, &overflow) ? value : 0;
}

int cli_threshold_check(cli *c, bm_metric *by)
{
    const double value = cli_threshold_given(c);
    bm_metric list[2];
    char error[400];
    *by = (bm_metric){ 0 };
    if (!c->options.threshold) return 0;
    if (is_best(c)) {
        if (bm_metrics_parse_at(c->options.threshold + 5, list, 1, error, sizeof error, BM_HERE))
            return cli_fail(c, CLI_USAGE, "--threshold best-: %s", error);
        *by = list[0];
    } else if (!(value > 0 && value <= 1))
        return cli_fail(
            c, CLI_USAGE,
            "--threshold is \"%s\"; it must be a probability above 0 and at most 1, or best- and a metric, as best-f1",
            c->options.threshold);
    return 0;
}

int cli_threshold(cli *c, const bm_model *m, const bm_dataset *judged, double *threshold)
{
    const bool two = bm_model_task(m) == BM_CLASSIFICATION && bm_model_classes(m) == 2;
    bmi_error e = { 0 };
    bm_metric by;
    char number[32];
    *threshold = .5;
    if (cli_threshold_check(c, &by)) return CLI_USAGE;
    if (c->options.threshold && !two)
        return cli_fail(c, CLI_USAGE, "--threshold is of two classes, the model %s",
                        bm_model_task(m) == BM_CLASSIFICATION ? "has others" : "predicts numbers");
    if (!two) return 0;
    if (c->options.threshold && bmi_scores_mere(m))
        return cli_fail(c, CLI_USAGE, "--threshold is of probabilities, and the model tells which class alone");
    if (by.name && !judged)
        return cli_fail(c, CLI_USAGE, "--threshold %s takes rows whose target is known: baeum evaluate or train finds it",
                        c->options.threshold);
    *threshold = by.name                ? bmi_model_best_threshold(m, judged, by, NULL, &e, BM_HERE)
                 : c->options.threshold ? cli_threshold_given(c)
                                        : bm_model_threshold(m);
    if (e.status) return cli_fail_text(c, e.status == BM_E_ARGUMENT ? CLI_USAGE : CLI_FAILED, e.text);
    if (c->options.threshold || *threshold != .5) cli_say_threshold(c, m, *threshold);
    if (by.name)
        cli_warn(c, "the threshold %s is chosen on these rows: their scores flatter it; judge it on others",
                 cli_share(number, *threshold));
    return 0;
}

void cli_say_threshold(cli *c, const bm_model *m, double threshold)
{
    char number[32], name[4 * 40 + 4];
    cli_say(c, "threshold", "\"%s\" from a probability of %s on", cli_cell(name, bm_model_class_name(m, 1), 40),
            (bmi_write_real(number, threshold), number));
    if (!c->speaker) cli_put(c, "threshold", cli_number(threshold)); /* of several models each has its own */
}
