// SPDX-License-Identifier: Apache-2.0
/* Distribution functions and quantiles against values with 60 digits (tests/golden/special.py), and arguments outside the domain. */
#include "base/special.h"
#include "support/bmt.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double call(const char *name, const double *x)
{
    if (!strcmp(name, "log_gamma")) return bmi_log_gamma(x[0]);
    if (!strcmp(name, "normal_upper")) return bmi_normal_upper(x[0]);
    if (!strcmp(name, "normal_quantile")) return bmi_normal_quantile(x[0]);
    if (!strcmp(name, "t_upper")) return bmi_t_upper(x[0], x[1]);
    if (!strcmp(name, "t_quantile")) return bmi_t_quantile(x[0], x[1]);
    if (!strcmp(name, "chi2_upper")) return bmi_chi2_upper(x[0], x[1]);
    if (!strcmp(name, "chi2_cdf")) return bmi_chi2_cdf(x[0], x[1]);
    if (!strcmp(name, "chi2_quantile")) return bmi_chi2_quantile(x[0], x[1]);
    if (!strcmp(name, "f_upper")) return bmi_f_upper(x[0], x[1], x[2]);
    if (!strcmp(name, "f_cdf")) return bmi_f_cdf(x[0], x[1], x[2]);
    if (!strcmp(name, "f_quantile")) return bmi_f_quantile(x[0], x[1], x[2]);
    fail_msg("no function \"%s\"", name);
    return NAN;
}

/* How much of a relative error the rounding of the argument itself makes: erfc at z changes by z^2 for each of z. */
static double conditioned(const char *name, const double *x)
{
    if (!strcmp(name, "normal_upper")) return x[0] * x[0];
    if (strstr(name, "quantile") && fabs(x[0] - .5) > .4) return 1;
    return 1;
}

static void values(void **state)
{
    (void)state;
    char path[4300], line[400], name[40];
    const char *source = getenv("BAEUM_SOURCE");
    snprintf(path, sizeof path, "%s/tests/golden/special.txt", source ? source : ".");
    FILE *from = fopen(path, "r");
    assert_non_null(from);
    int n = 0, wrong = 0;
    while (fgets(line, sizeof line, from)) {
        double x[3], want;
        if (sscanf(line, "%39s %la %la %la %la", name, &x[0], &x[1], &x[2], &want) != 5) fail_msg("%s", line);
        const double got = call(name, x);
        const bool absolute = !strcmp(name, "log_gamma");
        const double room = 1e-12 * fmax(1, conditioned(name, x) * 1e-3) * (absolute ? fmax(1, fabs(want)) : fabs(want));
        n++;
        if (fabs(got - want) <= room) continue;
        print_message("%s(%.17g, %.17g, %.17g) = %.17g, not %.17g (%.2g)\n", name, x[0], x[1], x[2], got, want, got / want - 1);
        wrong++;
    }
    fclose(from);
    assert_true(n > 500);
    assert_int_equal(wrong, 0);
}

static void ends(void **state)
{
    (void)state;
    assert_true(isnan(bmi_log_gamma(0)) && isnan(bmi_log_gamma(-1)) && isnan(bmi_log_gamma(NAN)));
    assert_true(bmi_t_upper(INFINITY, 3) == 0 && bmi_t_upper(-INFINITY, 3) == 1 && isnan(bmi_t_upper(1, 0)));
    assert_true(bmi_t_upper(0, 5) == .5 && bmi_t_upper(1e200, 5) >= 0 && isnan(bmi_t_upper(NAN, 5)));
    assert_true(bmi_f_upper(-1, 2, 3) == 1 && bmi_f_upper(INFINITY, 2, 3) == 0 && isnan(bmi_f_upper(1, 0, 3)));
    assert_true(bmi_f_cdf(0, 2, 3) == 0 && bmi_f_cdf(INFINITY, 2, 3) == 1);
    assert_true(bmi_chi2_upper(0, 2) == 1 && bmi_chi2_upper(INFINITY, 2) == 0 && bmi_chi2_cdf(INFINITY, 2) == 1);
    assert_true(bmi_normal_quantile(0) == -INFINITY && bmi_normal_quantile(1) == INFINITY && isnan(bmi_normal_quantile(2)));
    assert_true(bmi_t_quantile(0, 3) == -INFINITY && bmi_t_quantile(.5, 3) == 0 && isnan(bmi_t_quantile(.2, -1)));
    assert_true(bmi_chi2_quantile(0, 3) == 0 && bmi_f_quantile(1, 3, 4) == INFINITY && isnan(bmi_f_quantile(NAN, 3, 4)));
    assert_true(bmi_beta_lower(2, 3, 0, 1) == 0 && bmi_beta_lower(2, 3, 1, 0) == 1 && isnan(bmi_beta_lower(-1, 3, .5, .5)));
    bmt_near("t of many degrees", bmi_t_quantile(.975, INFINITY), 1.959963984540054, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(values), cmocka_unit_test(ends) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
