// SPDX-License-Identifier: Apache-2.0
/* Distribution functions. The leading factor of the incomplete functions is made of Stirling's corrections and of log(1 + u) - u, which
 * do not cancel for large parameters; the rest is a continued fraction or a series of positive terms. Quantiles are found on the tail
 * that holds less, by Newton's steps on its logarithm within a bracket that only shrinks.
 */
#include "base/special.h"
#include <float.h>
#include <math.h>
#include <stdbool.h>

enum { MOST_TERMS = 1000000 };

static const double two_pi = 6.283185307179586476925;

/* delta(z) = log gamma(z) - (z - 1/2) log z + z - log(2 pi) / 2, z > 0. */
static double stirling_rest(double z)
{
    static const double c[] = { 1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156 };
    double steps = 0;
    for (; z < 15; z += 1) steps += (z + .5) * log1p(1 / z) - 1;
    const double square = 1 / (z * z);
    double sum = 0;
    for (int i = 6; i >= 0; i--) sum = sum * square + c[i];
    return steps + sum / z;
}

double bmi_log_gamma(double x)
{
    if (!(x > 0)) return NAN;
    return (x - .5) * log(x) - x + .5 * log(two_pi) + stirling_rest(x);
}

/* log r - u for r = 1 + u > 0, both given so that neither end loses digits. */
static double log_less(double r, double u)
{
    if (fabs(u) > .35) return log(r) - u;
    /* with s = u / (2 + u): log(1 + u) = 2 (s + s^3/3 + ...), u = 2 s + u s */
    const double s = u / (2 + u), square = s * s;
    double term = square * s, sum = 0;
    for (int k = 3; k < 60; k += 2, term *= square) sum += term / k;
    return 2 * sum - u * s;
}

/* ---- incomplete beta ---- */
/* x^a y^b / B(a, b) */
static double beta_factor(double a, double b, double x, double y)
{
    const double n = a + b, d = x * b - y * a;
    const double rest = stirling_rest(n) - stirling_rest(a) - stirling_rest(b);
    const double power = a * log_less(x * (n / a), d / a) + b * log_less(y * (n / b), -d / b);
    return sqrt(a / two_pi * (b / n)) * exp(power + rest);
}

/* I_x(a, b) over the factor: the even part of DLMF 8.17.22, made of a y - b x and not of 1 - x (a + b) / (a + 1), which cancels
 * (Didonato, Morris, "Significant digit computation of the incomplete beta function ratios", 1992, section 4). */
static double beta_fraction(double a, double b, double x, double y)
{
    const double c = 1 + a * y - b * x, c1 = 1 / a + 1;
    double p = 1, s = a + 1, an = 0, bn = 1, an1 = 1, bn1 = c / c1, r = c1 / c;
    for (int i = 1; i < MOST_TERMS; i++) {
        const double n = i, t = n / a, w = n * (b - n) * x, e = a / s, f = (t + 1) / (c1 + t + t);
        const double alpha = p * (p + b / a) * e * e * (w * x), beta = n + w / s + f * (c + n * (y + 1));
        p = t + 1;
        s += 2;
        const double an2 = alpha * an + beta * an1, bn2 = alpha * bn + beta * bn1, before = r;
        r = an2 / bn2;
        an = an1 / bn2, bn = bn1 / bn2;
        an1 = r, bn1 = 1;
        if (fabs(r - before) <= DBL_EPSILON * r) break;
    }
    return r;
}

double bmi_beta_lower(double a, double b, double x, double y)
{
    if (!(a > 0 && b > 0 && x >= 0 && y >= 0)) return NAN;
    if (x == 0) return 0;
    if (y == 0) return 1;
    if (x * (a + b + 2) < a + 1) return fmin(beta_factor(a, b, x, y) * beta_fraction(a, b, x, y), 1);
    return fmax(1 - beta_factor(a, b, x, y) * beta_fraction(b, a, y, x), 0);
}

/* ---- incomplete gamma ---- */
/* x^a e^-x / gamma(a) */
static double gamma_factor(double a, double x)
{
    return sqrt(a / two_pi) * exp(a * log_less(x / a, (x - a) / a) - stirling_rest(a));
}

static double gamma_series(double a, double x)
{
    double term = 1 / a, sum = term;
    for (int i = 1; i < MOST_TERMS && term > sum * DBL_EPSILON / 4; i++) {
        term *= x / (a + i);
        sum += term;
    }
    return sum * gamma_factor(a, x);
}

static double gamma_fraction(double a, double x)
{
    const double tiny = 1e-300;
    double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
    for (int i = 1; i < MOST_TERMS; i++) {
        const double an = -i * (i - a);
        b += 2;
        d = an * d + b, c = b + an / c;
        if (fabs(d) < tiny) d = tiny;
        if (fabs(c) < tiny) c = tiny;
        d = 1 / d;
        h *= d * c;
        if (fabs(d * c - 1) < DBL_EPSILON) break;
    }
    return h * gamma_factor(a, x);
}

double bmi_gamma_lower(double a, double x)
{
    if (!(a > 0 && x >= 0)) return NAN;
    if (x == 0) return 0;
    return x < a + 1 ? fmin(gamma_series(a, x), 1) : isinf(x) ? 1 : fmax(1 - gamma_fraction(a, x), 0);
}

double bmi_gamma_upper(double a, double x)
{
    if (!(a > 0 && x >= 0)) return NAN;
    if (x == 0) return 1;
    return x < a + 1 ? fmax(1 - gamma_series(a, x), 0) : isinf(x) ? 0 : fmin(gamma_fraction(a, x), 1);
}

/* ---- distributions ---- */
double bmi_normal_upper(double z)
{
    return .5 * erfc(z * .707106781186547524401);
}

double bmi_normal_cdf(double z)
{
    return bmi_normal_upper(-z);
}

double bmi_t_upper(double t, double df)
{
    if (!(df > 0) || isnan(t)) return NAN;
    if (df > 1e15) return bmi_normal_upper(t); /* the same to the last digit */
    if (isinf(t)) return t > 0 ? 0 : 1;
    const double square = t * t, x = df / (df + square), y = isinf(square) ? 1 : square / (df + square);
    const double tail = .5 * bmi_beta_lower(df / 2, .5, isinf(square) ? df / square : x, y);
    return t > 0 ? tail : 1 - tail;
}

double bmi_t_cdf(double t, double df)
{
    return bmi_t_upper(-t, df);
}

double bmi_chi2_cdf(double x, double df)
{
    return bmi_gamma_lower(df / 2, fmax(x, 0) / 2);
}

double bmi_chi2_upper(double x, double df)
{
    return bmi_gamma_upper(df / 2, fmax(x, 0) / 2);
}

double bmi_f_upper(double x, double df1, double df2)
{
    if (!(df1 > 0 && df2 > 0) || isnan(x)) return NAN;
    if (x <= 0) return 1;
    if (isinf(x)) return 0;
    const double all = df2 + df1 * x;
    return bmi_beta_lower(df2 / 2, df1 / 2, df2 / all, df1 * x / all);
}

double bmi_f_cdf(double x, double df1, double df2)
{
    if (!(df1 > 0 && df2 > 0) || isnan(x)) return NAN;
    if (x <= 0) return 0;
    if (isinf(x)) return 1;
    const double all = df2 + df1 * x;
    return bmi_beta_lower(df1 / 2, df2 / 2, df1 * x / all, df2 / all);
}

/* ---- quantiles ---- */
/* c[0] + c[1] r + ... */
static double polynomial(const double *c, int n, double r)
{
    double sum = c[n - 1];
    for (int i = n - 2; i >= 0; i--) sum = sum * r + c[i];
    return sum;
}

double bmi_normal_quantile(double p)
{
    static const double a[] = { 3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                                1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                3.3430575583588128105e+4, 2.5090809287301226727e+3 },
                        b[] = { 1,
                                4.2313330701600911252e+1,
                                6.8718700749205790830e+2,
                                5.3941960214247511077e+3,
                                2.1213794301586595867e+4,
                                3.9307895800092710610e+4,
                                2.8729085735721942674e+4,
                                5.2264952788528545610e+3 },
                        c[] = { 1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                2.27238449892691845833e-2, 7.74545014278341407640e-4 },
                        d[] = { 1,
                                2.05319162663775882187e0,
                                1.67638483018380384940e0,
                                6.89767334985100004550e-1,
                                1.48103976427480074590e-1,
                                1.51986665636164571966e-2,
                                5.47593808499534494600e-4,
                                1.05075007164441684324e-9 },
                        e[] = { 6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7 },
                        f[] = { 1,
                                5.99832206555887937690e-1,
                                1.36929880922735805310e-1,
                                1.48753612908506148525e-2,
                                7.86869131145613259100e-4,
                                1.84631831751005468180e-5,
                                1.42151175831644588870e-7,
                                2.04426310338993978564e-15 };
    if (!(p >= 0 && p <= 1)) return NAN;
    if (p == 0 || p == 1) return p == 0 ? -INFINITY : INFINITY;
    const double q = p - .5;
    if (fabs(q) <= .425) {
        const double r = .180625 - q * q;
        return q * polynomial(a, 8, r) / polynomial(b, 8, r);
    }
    double r = sqrt(-log(q < 0 ? p : 1 - p));
    if (r <= 5) r -= 1.6, r = polynomial(c, 8, r) / polynomial(d, 8, r);
    else r -= 5, r = polynomial(e, 8, r) / polynomial(f, 8, r);
    return q < 0 ? -r : r;
}

typedef double (*tail_of)(double x, double df1, double df2);

static double chi2_lower_tail(double x, double df1, double df2)
{
    (void)df2;
    return bmi_chi2_cdf(x, df1);
}

static double chi2_upper_tail(double x, double df1, double df2)
{
    (void)df2;
    return bmi_chi2_upper(x, df1);
}

static double t_upper_tail(double x, double df1, double df2)
{
    (void)df2;
    return bmi_t_upper(x, df1);
}

/* The x > 0 where a tail that only rises (or only falls) is p: brackets on the logarithm of x, then secant steps within them. */
static double solve(tail_of tail, bool rises, double p, double df1, double df2, double start)
{
    double low = start, high = start;
    while (low > 1e-300 && (tail(low, df1, df2) > p) == rises) low /= 16;
    while (high < 1e300 && (tail(high, df1, df2) < p) == rises) high *= 16;
    double a = log(low), b = log(high), fa = log(tail(low, df1, df2)) - log(p), fb = log(tail(high, df1, df2)) - log(p);
    for (int i = 0; i < 400 && b - a > 4 * DBL_EPSILON * fmax(fabs(a), fabs(b)); i++) {
        double m = .5 * (a + b);
        if (i % 3 && isfinite(fa) && isfinite(fb) && fa != fb) m = a - fa * (b - a) / (fb - fa);
        if (!(m > a && m < b)) m = .5 * (a + b);
        const double fm = log(tail(exp(m), df1, df2)) - log(p);
        if (fm == 0) return exp(m);
        if ((fm < 0) == rises) a = m, fa = fm;
        else b = m, fb = fm;
    }
    return exp(.5 * (a + b));
}

/* The last digits that the logarithm's rounding left: a secant step on the tail itself. */
static double polish(tail_of tail, double x, double p, double df1, double df2)
{
    const double h = x * 1e-5, slope = (tail(x + h, df1, df2) - tail(x - h, df1, df2)) / (2 * h);
    const double step = (tail(x, df1, df2) - p) / slope;
    return isfinite(step) && fabs(step) < 1e-6 * x ? x - step : x;
}

static double quantile(tail_of tail, bool rises, double p, double df1, double df2)
{
    const double x = solve(tail, rises, p, df1, df2, 1);
    return polish(tail, x, p, df1, df2);
}

double bmi_t_quantile(double p, double df)
{
    if (!(df > 0 && p >= 0 && p <= 1)) return NAN;
    if (p == .5) return 0;
    if (p == 0 || p == 1) return p == 0 ? -INFINITY : INFINITY;
    if (df > 1e15) return bmi_normal_quantile(p);
    const double x = quantile(t_upper_tail, false, p < .5 ? p : 1 - p, df, 0);
    return p < .5 ? -x : x;
}

double bmi_chi2_quantile(double p, double df)
{
    if (!(df > 0 && p >= 0 && p <= 1)) return NAN;
    if (p == 0 || p == 1) return p == 0 ? 0 : INFINITY;
    return p < .5 ? quantile(chi2_lower_tail, true, p, df, 0) : quantile(chi2_upper_tail, false, 1 - p, df, 0);
}

double bmi_f_quantile(double p, double df1, double df2)
{
    if (!(df1 > 0 && df2 > 0 && p >= 0 && p <= 1)) return NAN;
    if (p == 0 || p == 1) return p == 0 ? 0 : INFINITY;
    return p < .5 ? quantile(bmi_f_cdf, true, p, df1, df2) : quantile(bmi_f_upper, false, 1 - p, df1, df2);
}
