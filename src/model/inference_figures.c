// SPDX-License-Identifier: Apache-2.0
/* Figures of residuals: what Durbin and Watson (1950), Jarque and Bera (1980), D'Agostino and Pearson (1973) ask of them; their names, and
 * the tails of their distributions.
 */
#include "base/special.h"
#include "model/inference.h"
#include <math.h>

const char *const bmi_figure_names[BMI_FIGURES] = {
    [BMI_FIGURE_ROWS] = "rows",
    [BMI_FIGURE_PARAMETERS] = "parameters",
    [BMI_FIGURE_DF_MODEL] = "df_model",
    [BMI_FIGURE_DF_RESIDUAL] = "df_residual",
    [BMI_FIGURE_R2] = "r2",
    [BMI_FIGURE_ADJUSTED_R2] = "adjusted_r2",
    [BMI_FIGURE_SIGMA] = "sigma",
    [BMI_FIGURE_F] = "f",
    [BMI_FIGURE_F_P] = "f_p",
    [BMI_FIGURE_LOG_LIKELIHOOD] = "log_likelihood",
    [BMI_FIGURE_NULL_LIKELIHOOD] = "log_likelihood_null",
    [BMI_FIGURE_PSEUDO_R2] = "pseudo_r2",
    [BMI_FIGURE_RATIO] = "likelihood_ratio",
    [BMI_FIGURE_RATIO_P] = "likelihood_ratio_p",
    [BMI_FIGURE_AIC] = "aic",
    [BMI_FIGURE_BIC] = "bic",
    [BMI_FIGURE_CONDITION] = "condition",
    [BMI_FIGURE_DURBIN_WATSON] = "durbin_watson",
    [BMI_FIGURE_SKEW] = "skew",
    [BMI_FIGURE_KURTOSIS] = "kurtosis",
    [BMI_FIGURE_JARQUE_BERA] = "jarque_bera",
    [BMI_FIGURE_JARQUE_BERA_P] = "jarque_bera_p",
    [BMI_FIGURE_OMNIBUS] = "omnibus",
    [BMI_FIGURE_OMNIBUS_P] = "omnibus_p",
    [BMI_FIGURE_BREUSCH_PAGAN] = "breusch_pagan",
    [BMI_FIGURE_BREUSCH_PAGAN_P] = "breusch_pagan_p",
};

/* D'Agostino's transformation of a skew to a normal number (Biometrika 57, 1970). */
static double skew_z(double skew, double n)
{
    const double y = skew * sqrt((n + 1) * (n + 3) / (6 * (n - 2))),
                 beta = 3 * (n * n + 27 * n - 70) * (n + 1) * (n + 3) / ((n - 2) * (n + 5) * (n + 7) * (n + 9)),
                 w2 = sqrt(2 * (beta - 1)) - 1, alpha = sqrt(2 / (w2 - 1));
    return asinh(y / alpha) / sqrt(.5 * log(w2));
}

/* Anscombe's and Glynn's of a kurtosis (Biometrika 70, 1983). */
static double kurtosis_z(double kurtosis, double n)
{
    const double mean = 3 * (n - 1) / (n + 1), variance = 24 * n * (n - 2) * (n - 3) / ((n + 1) * (n + 1) * (n + 3) * (n + 5)),
                 x = (kurtosis - mean) / sqrt(variance),
                 skew = 6 * (n * n - 5 * n + 2) / ((n + 7) * (n + 9)) * sqrt(6 * (n + 3) * (n + 5) / (n * (n - 2) * (n - 3))),
                 a = 6 + 8 / skew * (2 / skew + sqrt(1 + 4 / (skew * skew))), denominator = 1 + x * sqrt(2 / (a - 4));
    return (1 - 2 / (9 * a) - copysign(cbrt((1 - 2 / a) / fabs(denominator)), denominator)) / sqrt(2 / (9 * a));
}

void bmi_residuals_first(bmi_residuals *r, double e)
{
    r->sum += e;
    r->squares += e * e;
    if (r->n > 0) r->steps += (e - r->last) * (e - r->last);
    r->last = e;
    r->n += 1;
}

void bmi_residuals_second(bmi_residuals *r, double e)
{
    const double d = e - r->sum / r->n;
    r->m2 += d * d;
    r->m3 += d * d * d;
    r->m4 += d * d * d * d;
}

void bmi_residuals_figures(const bmi_residuals *r, double *f)
{
    const double n = r->n, m2 = r->m2 / n;
    if (!(m2 > 0)) return;
    const double skew = r->m3 / n / (m2 * sqrt(m2)), kurtosis = r->m4 / n / (m2 * m2);
    f[BMI_FIGURE_DURBIN_WATSON] = r->steps / r->squares;
    f[BMI_FIGURE_SKEW] = skew;
    f[BMI_FIGURE_KURTOSIS] = kurtosis;
    f[BMI_FIGURE_JARQUE_BERA] = n / 6 * (skew * skew + (kurtosis - 3) * (kurtosis - 3) / 4);
    if (n < 8) return; /* the transformations ask for as many */
    const double a = skew_z(skew, n), b = kurtosis_z(kurtosis, n);
    f[BMI_FIGURE_OMNIBUS] = a * a + b * b;
}

void bmi_inference_tails(double *f)
{
    f[BMI_FIGURE_F_P] = bmi_f_upper(f[BMI_FIGURE_F], f[BMI_FIGURE_DF_MODEL], f[BMI_FIGURE_DF_RESIDUAL]);
    f[BMI_FIGURE_RATIO_P] = isnan(f[BMI_FIGURE_RATIO]) ? NAN : bmi_chi2_upper(f[BMI_FIGURE_RATIO], f[BMI_FIGURE_DF_MODEL]);
    f[BMI_FIGURE_JARQUE_BERA_P] = isnan(f[BMI_FIGURE_JARQUE_BERA]) ? NAN : bmi_chi2_upper(f[BMI_FIGURE_JARQUE_BERA], 2);
    f[BMI_FIGURE_OMNIBUS_P] = isnan(f[BMI_FIGURE_OMNIBUS]) ? NAN : bmi_chi2_upper(f[BMI_FIGURE_OMNIBUS], 2);
    f[BMI_FIGURE_BREUSCH_PAGAN_P] =
        isnan(f[BMI_FIGURE_BREUSCH_PAGAN]) ? NAN : bmi_chi2_upper(f[BMI_FIGURE_BREUSCH_PAGAN], f[BMI_FIGURE_DF_MODEL]);
}
