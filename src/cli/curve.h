// SPDX-License-Identifier: Apache-2.0
/* Curves of a model on known rows, for the command. */
#ifndef BMI_CLI_CURVE_H
#define BMI_CLI_CURVE_H
#include "cli/cli.h"

/* Whether --curve names one; CLI_USAGE with the error said. */
int cli_curve_check(cli *c);
/* Draws the curve of --curve and writes it where -o says. Returns 0 or an exit code. */
int cli_curve(cli *c, const bm_model *m, const bm_dataset *judged, double threshold);

#endif
