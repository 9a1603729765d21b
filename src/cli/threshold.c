// SPDX-License-Identifier: Apache-2.0
/* The threshold that decides between two classes: by --threshold as a number, as the best of the rows, or the model's own.
 */
#include "base/text.h"
#include "cli/cli.h"
#include "model/curves/of_model.h"
#include <math.h>
#include <string.h>

/* The probability of --threshold; 0: it is not given, NaN with the error set: it is none. */
static double given(const cli *c, bmi_error *e)
{
    const char *text = c->options.threshold;
    double value;
    bool overflow;
    if (!text || !strncmp(text, "best-", 5)) return 0;
    if (bmi_read_real(text, strlen(text), &value, &overflow) && value > 0 && value <= 1) return value;
    bmi_fail(e, BM_E_ARGUMENT, BM_HERE,
             "--threshold is \"%.60s\"; it must be a probability above 0 and at most 1, or best- and a metric, as best-f1", text);
    return NAN;
}

double cli_threshold(cli *c, const bm_model *m, const bm_dataset *judged, bmi_error *e)
{
    const bool two = bm_model_task(m) == BM_CLASSIFICATION && bm_model_classes(m) == 2;
    const char *text = c->options.threshold;
    double value = given(c, e), score = NAN;
    char number[32];
    if (text && !two && !e->status)
        bmi_fail(e, BM_E_ARGUMENT, BM_HERE, "--threshold is of two classes, the model %s",
                 bm_model_task(m) == BM_CLASSIFICATION ? "has others" : "predicts numbers");
    if (e->status || !two) return e->status ? NAN : 0;
    if (text && value == 0) {
        bm_metric metric[2];
        char error[400];
        if (!judged) bmi_fail(e, BM_E_ARGUMENT, BM_HERE, "--threshold %.60s takes rows whose target is known: baeum evaluate finds it", text);
        else if (bm_metrics_parse_at(text + 5, metric, 1, error, sizeof error, BM_HERE))
            bmi_fail(e, BM_E_ARGUMENT, BM_HERE, "--threshold best-: %s", error);
        else value = bmi_model_best_threshold(m, judged, metric[0], &score, e, BM_HERE);
        if (e->status) return NAN;
        cli_warn(c, "the threshold %s is chosen on these rows: their scores flatter it; judge it on others",
                 (bmi_write_real(number, value), number));
    }
    if (value == 0) value = bm_model_threshold(m);
    if (text || value != .5) {
        cli_say(c, "threshold", "\"%s\" from a probability of %s on", bm_model_class_name(m, 1),
                (bmi_write_real(number, value), number));
        cli_put(c, "threshold", cli_number(value));
    }
    return value;
}
