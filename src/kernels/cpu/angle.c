// SPDX-License-Identifier: Apache-2.0
/* Reducing large angles with 192 bits of 2/pi.
 * Source: Payne and Hanek, "Radian reduction for trigonometric functions", ACM SIGNUM Newsletter 18, 1983.
 */
#include "kernels/cpu/angle.h"
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 u128;

/* 64 zero bits, then 2/pi behind the point: written by tools/two_over_pi.py. */
static const uint64_t two_over_pi[] = {
    0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
    0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b,
    0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b, 0x3d0739f78a5292ea,
    0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
};

static uint64_t bits_at(int position)
{
    const int word = position / 64, shift = position % 64;
    return shift ? two_over_pi[word] << shift | two_over_pi[word + 1] >> (64 - shift) : two_over_pi[word];
}

/* The fraction f of 192 bits times pi/2. */
static void times_half_pi(const uint64_t f[3], double *high, double *low)
{
    const int word = f[0] ? 0 : f[1] ? 1 : 2;
    const uint64_t next = word < 2 ? f[word + 1] : 0;
    const int zeros = f[word] ? __builtin_clzll(f[word]) : 0;
    const uint64_t top = zeros ? f[word] << zeros | next >> (64 - zeros) : f[word];
    const uint64_t then = (zeros ? next << zeros : next) | (zeros && word < 1 ? f[2] >> (64 - zeros) : 0);
    const double scale = ldexp(1, -53 - zeros - 64 * word);
    const double a = (double)(top >> 11) * scale, b = (double)(top << 53 | then >> 11) * (scale * 0x1p-64);
    const double p = a * 0x1.921fb54442d18p0;
    const double rest = fma(a, 0x1.921fb54442d18p0, -p) + (a * 0x1.1a62633145c07p-54 + b * 0x1.921fb54442d18p0);
    *high = p + rest;
    *low = rest - (*high - p);
}

int bmi_angle_reduce(double x, double *high, double *low)
{
    int exponent = 0;
    const bool finite = fabs(x) <= 0x1.fffffffffffffp1023;
    const double fraction = finite ? frexp(fabs(x), &exponent) : 0;
    if (!finite || exponent < 9) {
        *high = *low = NAN;
        return 0;
    }
    const uint64_t m = (uint64_t)(fraction * 0x1p53);
    const int at = exponent - 53 + 62; /* of the bit whose product with m counts 2: all before counts multiples of 4 */
    const u128 p2 = (u128)m * bits_at(at + 128), p1 = (u128)m * bits_at(at + 64) + (uint64_t)(p2 >> 64);
    const uint64_t r0 = m * bits_at(at) + (uint64_t)(p1 >> 64), r1 = (uint64_t)p1, r2 = (uint64_t)p2;
    uint64_t f[3] = { r0 << 2 | r1 >> 62, r1 << 2 | r2 >> 62, r2 << 2 };
    int quadrant = (int)(r0 >> 62);
    const int beyond = (int)(f[0] >> 63);
    if (beyond) { /* nearer to the next quarter: count back from there */
        quadrant++;
        f[2] = -f[2];
        f[1] = ~f[1] + (f[2] == 0);
        f[0] = ~f[0] + (f[2] == 0 && f[1] == 0);
    }
    times_half_pi(f, high, low);
    if (beyond != (x < 0)) *high = -*high, *low = -*low;
    return (x < 0 ? -quadrant : quadrant) & 3;
}
