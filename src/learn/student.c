// SPDX-License-Identifier: Apache-2.0
/* Student's t by the incomplete beta function, whose continued fraction is taken by Lentz's method (Press et al., "Numerical Recipes", 6.4):
 * P(|T| >= t) = I_x(v/2, 1/2) at x = v / (v + t^2).
 */
#include "learn/student.h"
#include <math.h>

static double fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double h = d;
    for (int m = 1; m < 10000; m++) {
        for (int odd = 0; odd < 2; odd++) {
            const double term = odd ? -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
                                    : m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 + term * d;
            c = 1 + term / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = fabs(c) < tiny ? tiny : c;
            h *= d * c;
        }
        if (fabs(d * c - 1) < 1e-15) break;
    }
    return h;
}

double bmi_student_two_sided(double t, double freedom)
{
    const double a = freedom / 2, b = .5, x = freedom / (freedom + t * t);
    if (isnan(t)) return NAN;
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    const double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * fraction(a, b, x) / a : 1 - front * fraction(b, a, 1 - x) / b;
}
