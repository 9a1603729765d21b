// SPDX-License-Identifier: Apache-2.0
#include "support/bmt_ulp.h"
#include "base/threads.h"
#include "support/bmt.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined __SANITIZE_ADDRESS__ || !defined NDEBUG
#define SAMPLED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define SAMPLED 1
#endif
#endif

double bmt_ulp(long double got, long double want, int bits)
{
    const int mantissa = bits == 32 ? 24 : 53, least = bits == 32 ? -125 : -1021;
    int e;
    if ((isnan(got) && isnan(want)) || got == want) return 0;
    if (isnan(got) || isnan(want) || isinf(want)) return 1e30;
    frexpl(want, &e);
    if (isinf(got))
        return e > (bits == 32 ? 128 : 1024) && got * want > 0
                   ? 0
                   : bmt_ulp(ldexpl(got > 0 ? 1 : -1, bits == 32 ? 128 : 1024), want, bits);
    return (double)(fabsl(got - want) / ldexpl(1, (e < least ? least : e) - mantissa));
}

/* ---- every float ---- */

enum { BLOCK = 4096, PARTS = 1024 };

typedef struct search {
    const bmi_vector_code *code;
    bmi_isa isa;
    double limit;
    unsigned mode; /* of denormals: the caller's */
    float bad;     /* a float above the limit */
    double worst;  /* of the floats that the quick test let through to the slow one */
    int differ;
} search;

static float float_of(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

/* The quick test is on the safe side: a unit in the last place is at least 2^-24 of a number. */
static void compare(search *s, const float *x, const float *y, const double *want)
{
    const double share = s->limit * 0x1p-24;
    int slow = 0;
    for (int i = 0; i < BLOCK; i++) {
        const double got = (double)y[i];
        slow += !(fabs(got - want[i]) <= share * fabs(want[i])) & (got != want[i]) & !((got != got) & (want[i] != want[i]));
    }
    for (int i = 0; slow && i < BLOCK; i++) {
        const double off = bmt_ulp(y[i], (long double)want[i], 32);
        if (off <= s->worst) continue;
#pragma omp critical(bmt_every_float)
        if (off > s->worst) s->worst = off, s->bad = x[i];
    }
}

static void search_part(void *arg, int part, int parts)
{
    search *s = arg;
    const double p[2] = { 0, 0 };
    float x[BLOCK], y[BLOCK], z[BLOCK];
    double wide[BLOCK], want[BLOCK];
#ifdef SAMPLED
    const uint64_t step = 1999;
#else
    const uint64_t step = 1;
#endif
    const uint64_t all = (UINT64_C(1) << 32) / step, first = all * (uint64_t)part / (uint64_t)parts,
                   last = all * (uint64_t)(part + 1) / (uint64_t)parts;
    bmi_denormals_restore(s->mode);
    for (uint64_t at = first; at < last; at += BLOCK) {
        for (int i = 0; i < BLOCK; i++) wide[i] = (double)(x[i] = float_of((uint32_t)((at + (uint64_t)i) * step)));
        (*s->code)[s->isa][BMI_REAL_F32](BLOCK, y, x, NULL, NULL, p);
        (*s->code)[s->isa][BMI_REAL_F64](BLOCK, want, wide, NULL, NULL, p);
        compare(s, x, y, want);
        if (s->isa != BMI_AVX512) continue;
        (*s->code)[BMI_AVX2][BMI_REAL_F32](BLOCK, z, x, NULL, NULL, p);
        if (memcmp(y, z, sizeof y)) {
#pragma omp atomic write
            s->differ = 1;
        }
    }
}

void bmt_every_float(const char *what, const bmi_vector_code *code, double limit)
{
    search s = { .code = code, .isa = bmi_isa_now(), .limit = limit };
    s.mode = bmi_denormals_flush();
    bmi_denormals_restore(s.mode);
    bmi_parallel(NULL, PARTS, search_part, &s);
    if (s.worst > limit) fail_msg("%s is off by %.3g ulp at %a (limit %g)", what, s.worst, (double)s.bad, limit);
    if (s.differ) fail_msg("%s: AVX2 and AVX-512 give different bits", what);
}

/* ---- samples ---- */

static uint64_t seed = 88172645463325252u;
static uint64_t bits64(void) /* xorshift: Marsaglia, 2003 */
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return seed;
}

/* Numbers of any bits, then a range, then near 0. */
static double sample(int i, int n, int bits, double low, double high)
{
    const double unit = (double)(bits64() >> 11) * 0x1p-53;
    double v;
    if (i % 4 < 2) return low + (high - low) * unit;
    if (i % 4 == 2) return (2 * unit - 1) * (i < n / 2 ? 1 : .01);
    const uint64_t any = bits64();
    if (bits == 32) return (double)float_of((uint32_t)any);
    memcpy(&v, &any, sizeof v);
    return v;
}

static void sampled(const char *what, const bmi_vector_code *code, long double (*want)(long double), double low, double high,
                    int bits, double limit)
{
    enum { N = 100000 };
    static double x64[N], y64[N], z64[N];
    static float x32[N], y32[N], z32[N];
    const double p[2] = { 0, 0 };
    const size_t size = bits == 32 ? sizeof y32 : sizeof y64;
    void *const y = bits == 32 ? (void *)y32 : y64, *const z = bits == 32 ? (void *)z32 : z64;
    for (int i = 0; i < N; i++) x64[i] = sample(i, N, bits, low, high), x32[i] = (float)x64[i];
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++) {
        double worst = 0, at = 0;
        if (!bmi_isa_has((bmi_isa)isa)) continue;
        (*code)[isa][bits == 32 ? BMI_REAL_F32 : BMI_REAL_F64](N, y, bits == 32 ? (void *)x32 : x64, NULL, NULL, p);
        for (int i = 0; i < N; i++) {
            const long double x = bits == 32 ? (long double)x32[i] : (long double)x64[i], truth = want(x);
            const double off = bmt_ulp(bits == 32 ? (long double)y32[i] : (long double)y64[i], truth, bits);
            if (off > worst) worst = off, at = (double)x;
        }
        if (worst > limit)
            fail_msg("%s f%d on %s is off by %.4g ulp at %a (limit %g)", what, bits, bmi_isa_name((bmi_isa)isa), worst, at,
                     limit);
        if (isa == BMI_AVX512 && memcmp(y, z, size)) fail_msg("%s f%d: AVX2 and AVX-512 give different bits", what, bits);
        memcpy(z, y, size);
    }
}

void bmt_sampled(const char *what, const bmi_vector_code *code, long double (*want)(long double), double low, double high,
                 double limit32, double limit64)
{
    sampled(what, code, want, low, high, 32, limit32);
    sampled(what, code, want, low, high, 64, limit64);
}
