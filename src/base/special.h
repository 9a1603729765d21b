// SPDX-License-Identifier: Apache-2.0
/* Distribution functions and quantiles of the normal, t, F and chi-squared distributions, and the functions behind them. Upper tails
 * have functions of their own, so that small p values keep all their digits. Arguments outside the domain give NaN. Relative error
 * below 1e-12 (tests/golden/special.py), as far as the argument's own rounding allows.
 * Sources: Abramowitz, Stegun, "Handbook of Mathematical Functions", 6.1, 6.5, 26; DLMF 8.17; Loader, "Fast and accurate computation of
 * binomial probabilities", 2000 (the leading factors); Wichura, AS 241, 1988 (normal quantile).
 */
#ifndef BMI_BASE_SPECIAL_H
#define BMI_BASE_SPECIAL_H

double bmi_log_gamma(double x); /* x > 0; error below 1e-13 max(1, |log gamma|): near 1 and 2 it is absolute */
/* Regularised incomplete functions. x + y = 1 are both given, so that neither loses digits. */
double bmi_beta_lower(double a, double b, double x, double y); /* I_x(a, b); the upper one is bmi_beta_lower(b, a, y, x) */
double bmi_gamma_lower(double a, double x);                    /* P(a, x) */
double bmi_gamma_upper(double a, double x);                    /* Q(a, x) = 1 - P(a, x) */

double bmi_normal_cdf(double z);
double bmi_normal_upper(double z); /* 1 - cdf */
double bmi_normal_quantile(double p);
double bmi_t_cdf(double t, double df);
double bmi_t_upper(double t, double df);
double bmi_t_quantile(double p, double df);
double bmi_chi2_cdf(double x, double df);
double bmi_chi2_upper(double x, double df);
double bmi_chi2_quantile(double p, double df);
double bmi_f_cdf(double x, double df1, double df2);
double bmi_f_upper(double x, double df1, double df2);
double bmi_f_quantile(double p, double df1, double df2);

#endif
