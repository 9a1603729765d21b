#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The powers of tests/data/test_step_golden.c on columns far from 0, with 900 digits, of which powers leave some, takes ten minutes: pip install mpmath; tests/golden/powers.py"""
from mpmath import mp, mpf, log, sqrt, diff

mp.dps = 900
ROWS = 40


def column(base):
    return [mpf(base) + mpf(((i * i * 37 + 11 * i) % 101) ** 2) / 1024 for i in range(ROWS)]


def transformed(x, p, kind):
    if kind == "box_cox":
        return (x ** p - 1) / p
    return ((1 + x) ** p - 1) / p if x >= 0 else -((1 - x) ** (2 - p) - 1) / (2 - p)


def likelihood(x, p, kind):
    y = [transformed(v, p, kind) for v in x]
    mean = sum(y) / ROWS
    logs = sum(log(v) if kind == "box_cox" else (log(1 + v) if v >= 0 else -log(1 - v)) for v in x)
    return -mpf(ROWS) / 2 * log(sum((v - mean) ** 2 for v in y) / ROWS) + (p - 1) * logs


for kind, base in [("box_cox", 100), ("box_cox", 1000), ("yeo_johnson", 100), ("yeo_johnson", 1000), ("yeo_johnson", -110), ("yeo_johnson", -3)]:
    x = column(base)
    near = max((likelihood(x, mpf(k) + mpf("0.01"), kind), mpf(k) + mpf("0.01")) for k in range(-250, 250))[1]
    low, high = near - 2, near + 2
    for _ in range(100):
        p = (low + high) / 2
        low, high = (p, high) if diff(lambda q: likelihood(x, q, kind), p) > 0 else (low, p)
    y = [transformed(v, p, kind) for v in x]
    mean = sum(y) / ROWS
    deviation = sqrt(sum((v - mean) ** 2 for v in y) / ROWS)
    z = [(v - mean) / deviation for v in y]
    new = (transformed(mpf(base) + 5, p, kind) - mean) / deviation
    print(kind, base, "lambda", mp.nstr(p, 12), "first, last, of base + 5:", *(mp.nstr(v, 17) for v in (z[0], z[-1], new)))
