#!/usr/bin/env python3
"""Distribution functions and quantiles: writes special.txt, which tests/base/test_special.c reads.

python3 tests/golden/special.py > tests/golden/special.txt     (needs mpmath; scipy agrees to its own 1e-13, which is looked at)

Lines: function, up to three arguments, the value, as C99 hexadecimal numbers."""
import mpmath as mp
from scipy import stats

mp.mp.dps = 40


def t_upper(t, df):
    t, df = mp.mpf(t), mp.mpf(df)
    tail = mp.betainc(df / 2, mp.mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2
    return tail if t > 0 else 1 - tail


def f_upper(x, a, b):
    x, a, b = map(mp.mpf, (x, a, b))
    return mp.betainc(b / 2, a / 2, 0, b / (b + a * x), regularized=True)


def f_cdf(x, a, b):
    x, a, b = map(mp.mpf, (x, a, b))
    return mp.betainc(a / 2, b / 2, 0, a * x / (b + a * x), regularized=True)


def chi2_upper(x, k):
    return mp.gammainc(mp.mpf(k) / 2, mp.mpf(x) / 2, mp.inf, regularized=True)


def chi2_cdf(x, k):
    return mp.gammainc(mp.mpf(k) / 2, 0, mp.mpf(x) / 2, regularized=True)


def normal_upper(z):
    return mp.erfc(mp.mpf(z) / mp.sqrt(2)) / 2


def root(f, x0):
    return mp.findroot(f, mp.mpf(x0))


def put(name, args, value):
    value = float(value)
    if value == 0 or value < 1e-290:
        return
    print(name, *[float(a).hex() for a in (list(args) + [0, 0, 0])[:3]], value.hex())


def main():
    for x in (1e-8, .1, .5, 1 + 1e-9, 1.5, 1.999, 2.001, 3, 7.25, 14.9, 15.1, 100.5, 1e4, 1e8):
        value = mp.loggamma(mp.mpf(x))
        print("log_gamma", float(x).hex(), "0x0p+0", "0x0p+0", float(value).hex())
    for z in (-8, -3, -1, -.1, 0, .5, 1.96, 4, 8, 20, 35):
        put("normal_upper", [z], normal_upper(z))
    for p in (1e-250, 1e-40, 1e-10, 1e-3, .025, .3, .5, .6, .9, .975, .999):
        value = root(lambda z: mp.log(normal_upper(-z)) - mp.log(mp.mpf(p)), stats.norm.ppf(p))
        if p != .5:
            print("normal_quantile", float(p).hex(), "0x0p+0", "0x0p+0", float(value).hex())
    for df in (1, 2, 2.5, 5, 10, 30, 100, 1e3, 1e5):
        for t in (-30, -5, -1.5, -.01, 1e-6, .3, 1, 1.96, 2.5, 6, 12, 40):
            put("t_upper", [t, df], t_upper(t, df))
        for p in (1e-12, 1e-5, .005, .025, .2, .45, .7, .95, .975, .9995):
            value = root(lambda t: t_upper(-t, df) / mp.mpf(p) - 1, stats.t.ppf(p, df))
            print("t_quantile", float(p).hex(), float(df).hex(), "0x0p+0", float(value).hex())
    for k in (.5, 1, 2, 3, 7.5, 20, 100, 1e3):
        for r in (1e-6, .01, .3, .8, .99, 1, 1.01, 1.2, 2, 5):
            put("chi2_upper", [k * r, k], chi2_upper(k * r, k))
            put("chi2_cdf", [k * r, k], chi2_cdf(k * r, k))
        for p in (1e-10, .001, .05, .3, .5, .8, .95, .999):
            x0 = stats.chi2.ppf(p, k)
            if x0 > 1e-8:
                value = root(lambda x: chi2_cdf(x, k) / mp.mpf(p) - 1, x0)
                print("chi2_quantile", float(p).hex(), float(k).hex(), "0x0p+0", float(value).hex())
    for a, b in ((1, 1), (1, 30), (2, 7), (3.5, 4.5), (5, 100), (13, 492), (40, 40), (7, 1e4)):
        for x in (1e-8, .01, .5, .9, 1, 1.1, 2, 4, 20, 300):
            put("f_upper", [x, a, b], f_upper(x, a, b))
            put("f_cdf", [x, a, b], f_cdf(x, a, b))
        for p in (1e-6, .01, .05, .4, .5, .9, .95, .999):
            value = root(lambda x: f_cdf(x, a, b) / mp.mpf(p) - 1, stats.f.ppf(p, a, b))
            print("f_quantile", float(p).hex(), float(a).hex(), float(b).hex(), float(value).hex())


main()
