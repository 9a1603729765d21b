// SPDX-License-Identifier: Apache-2.0
/* Coefficients for kernels/cpu/math.h, lowest power first. Written by tools/minimax.sollya: do not edit. */
// clang-format off
#ifndef BMI_KERNELS_CPU_MATH_COEFFICIENTS_H
#define BMI_KERNELS_CPU_MATH_COEFFICIENTS_H
/* the derivative of erfc_c in t, -1 <= t <= .75, to 5 %: for its low part */
static const real erfc_slope_c[] = { R(-.988), R(1.492), R(-1.387), R(1.67), R(-1.444) };
#if BMI_VARIANT_REAL == 32
/* (exp(r) - 1 - r) / r^2, |r| <= log(2)/2, for exp */
static const real exp_c[] = {
    0x1p-1f, 0x1.5554dep-3f, 0x1.55556cp-5f, 0x1.120ac2p-7f, 0x1.6ca992p-10f,
};
/* the same for expm1 */
static const real expm1_c[] = {
    0x1p-1f, 0x1.555556p-3f, 0x1.555502p-5f, 0x1.110ff2p-7f, 0x1.6d2e04p-10f,
    0x1.a2675ep-13f,
};
/* (log(1 + f) - f + f^2/2) / f^3, sqrt(1/2) <= 1 + f <= sqrt(2) */
static const real log_c[] = {
    0x1.555554p-2f, -0x1.fffff8p-3f, 0x1.999d44p-3f, -0x1.555c8cp-3f, 0x1.23d54ep-3f,
    -0x1.fcbfeap-4f, 0x1.de32eep-4f, -0x1.d778eap-4f, 0x1.204564p-4f,
};
/* (2 atanh(s)/s - 2) / z, z = s^2 <= .0295 */
static const real atanh_c[] = {
    0x1.555556p-1f, 0x1.99986cp-2f, 0x1.24c21cp-2f, 0x1.ce5a26p-3f,
};
/* (2 atanh(s)/s - 2 - 2/3 z) / z^2 */
static const real atanh5_c[] = {
    0x1.99999ap-2f, 0x1.24921p-2f, 0x1.c70422p-3f, 0x1.827bbp-3f,
};
/* (sin(r)/r - 1) / z, z = r^2 <= (pi/4)^2 */
static const real sin_c[] = {
    -0x1.555552p-3f, 0x1.110be2p-7f, -0x1.9ab224p-13f,
};
/* (cos(r) - 1 + z/2) / z^2 */
static const real cos_c[] = {
    0x1.555554p-5f, -0x1.6c129cp-10f, 0x1.9bc67cp-16f,
};
/* erf(x)/x - 1 in x^2, |x| <= 1 */
static const real erf_c[] = {
    0x1.06eba8p-3f, -0x1.81274p-2f, 0x1.ce2d52p-4f, -0x1.b7fec4p-6f, 0x1.542fecp-8f,
    -0x1.a5197ap-11f, 0x1.4c5cb4p-14f,
};
/* exp(x^2) erfc(x) (x + 4) in t = (x - 4) / (x + 4), x >= 0 */
static const real erfc_c[] = {
    0x1.18932cp0f, -0x1.f3fe32p-1f, 0x1.8be1fep-1f, -0x1.14eabap-1f, 0x1.52cb38p-2f,
    -0x1.6464ep-3f, 0x1.38caeep-4f, -0x1.af1654p-6f, 0x1.97c19ep-8f, -0x1.8068d8p-12f,
    -0x1.86d9e4p-11f,
};
/* Constants in parts: the high one has so few bits that its product with a small integer is exact. */
static const real ln2_high = 0x1.62ep-1f, ln2_low = 0x1.0bfbe8p-15f;
static const real half_pi[4] = { 0x1.922p0f, -0x1.2afp-18f, 0x1.0b4p-34f, 0x1.84698ap-48f };
static const real log2_e = 0x1.715476p0f, two_over_pi = 0x1.45f306p-1f,
                  third_high = 0x1.555556p-1f, third_low = -0x1.555556p-26f,
                  half_root = 0x1.6a09e6p-1f, half_root_low = 0x1.9fcef4p-27f;
#else
/* (exp(r) - 1 - r) / r^2, |r| <= log(2)/2, for exp */
static const real exp_c[] = {
    0x1p-1, 0x1.5555555555557p-3, 0x1.5555555555552p-5, 0x1.1111111110054p-7, 0x1.6c16c16c1892ep-10,
    0x1.a01a01ac1be2dp-13, 0x1.a01a0197bf4c8p-16, 0x1.71de01b37eb98p-19, 0x1.27e500d8356e4p-22, 0x1.af4ebda275dd6p-26,
    0x1.1f32fdb492287p-29,
};
/* the same for expm1 */
static const real expm1_c[] = {
    0x1p-1, 0x1.5555555555557p-3, 0x1.5555555555552p-5, 0x1.1111111110054p-7, 0x1.6c16c16c1892ep-10,
    0x1.a01a01ac1be2dp-13, 0x1.a01a0197bf4c8p-16, 0x1.71de01b37eb98p-19, 0x1.27e500d8356e4p-22, 0x1.af4ebda275dd6p-26,
    0x1.1f32fdb492287p-29,
};
/* (2 atanh(s)/s - 2) / z, z = s^2 <= .0295 */
static const real atanh_c[] = {
    0x1.5555555555558p-1, 0x1.999999999531cp-2, 0x1.2492492defb07p-2, 0x1.c71c62e541c4ep-3, 0x1.7462b50a97ca2p-3,
    0x1.39fe4eb5b5a49p-3, 0x1.2b5949cffc14ep-3,
};
/* (2 atanh(s)/s - 2 - 2/3 z) / z^2 */
static const real atanh5_c[] = {
    0x1.999999999999ap-2, 0x1.24924924922fbp-2, 0x1.c71c71c74d689p-3, 0x1.745d173c16abcp-3, 0x1.3b13aa1cfe9b7p-3,
    0x1.111540c018d2ep-3, 0x1.e01caeb87ddfbp-4, 0x1.da852a3243be7p-4,
};
/* (sin(r)/r - 1) / z, z = r^2 <= (pi/4)^2 */
static const real sin_c[] = {
    -0x1.5555555555555p-3, 0x1.1111111110c7ap-7, -0x1.a01a019e9f08cp-13, 0x1.71de37af35646p-19, -0x1.ae601e91374d6p-26,
    0x1.5e10c280da162p-33,
};
/* (cos(r) - 1 + z/2) / z^2 */
static const real cos_c[] = {
    0x1.5555555555555p-5, -0x1.6c16c16c168cap-10, 0x1.a01a019f38357p-16, -0x1.27e4fa02dc336p-22, 0x1.1eeb57c9019a1p-29,
    -0x1.90737ce5652c6p-37,
};
/* erf(x)/x - 1 in x^2, |x| <= 1 */
static const real erf_c[] = {
    0x1.06eba8214db69p-3, -0x1.812746b0379fdp-2, 0x1.ce2f21a04362dp-4, -0x1.b82ce312abf08p-6, 0x1.565bcd12991cp-8,
    -0x1.c02db49b09506p-11, 0x1.f9a335388d2f5p-14, -0x1.f4d333884b5cap-17, 0x1.b9ee95850f6f5p-20, -0x1.5f9828c55da45p-23,
    0x1.fc78cbccf6129p-27, -0x1.46794feb16f44p-30, 0x1.2978304266ff7p-34,
};
/* exp(x^2) erfc(x) (x + 4) in t = (x - 4) / (x + 4), x >= 0 */
static const real erfc_c[] = {
    0x1.18932bf08e154p0, -0x1.f3fe31ecb49cp-1, 0x1.8be202d26c742p-1, -0x1.14eacb1ad02d9p-1, 0x1.52cac2370f104p-2,
    -0x1.645fd8a4bfca8p-3, 0x1.38dbd2c923542p-4, -0x1.b00c052a262d3p-6, 0x1.908f470065b4ap-8, -0x1.269b572123739p-12,
    -0x1.dd28394b593f1p-12, 0x1.72cde1706f44ap-13, -0x1.e7fd1ba274c79p-19, -0x1.3c754c8f08335p-16, 0x1.3b1efa65572fap-18,
    0x1.7f3747ba784d1p-20, -0x1.c70c1513df814p-21, -0x1.58a9e28e8aec8p-24, 0x1.0beca2eea1cf8p-23, 0x1.35dcb5764e6d5p-28,
    -0x1.06249adf7b3c5p-26, -0x1.22871ec9fa0a1p-30, 0x1.abcf89c8fd8b8p-31,
};
/* Constants in parts: the high one has so few bits that its product with a small integer is exact. */
static const real ln2_high = 0x1.62e42fefa4p-1, ln2_low = -0x1.8432a1b0e2634p-43;
static const real half_pi[4] = { 0x1.921fb54442p0, 0x1.a308d3131ap-41, -0x1.d747f23e32p-83, -0x1.dadfb63eeeb3p-124 };
static const real log2_e = 0x1.71547652b82fep0, two_over_pi = 0x1.45f306dc9c883p-1,
                  third_high = 0x1.5555555555555p-1, third_low = 0x1.5555555555555p-55,
                  half_root = 0x1.6a09e667f3bcdp-1, half_root_low = -0x1.bdd3413b26456p-55;
#endif
#endif
