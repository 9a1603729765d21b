# SPDX-License-Identifier: Apache-2.0
"""Ridge on products of columns that are more than rows, by 60 digits: python wide_ridge.py > wide_ridge.txt (needs mpmath), for
tests/model/test_ridge.c. x[i][j] = sin(1 + 3 i + 7 j + i j) of 24 rows and 5 columns, as f64; column 0 times 10; y = 2 x0 - 3 x1 + .1 cos(i). All
products up to degree 7 (791), centred; J = 1/m sum e^2 + alpha/2 sum w^2. With K = X XT the predictions are mean + K (K + m alpha/2)^-1 (y - mean).
Each line: a name, then the predictions for the rows, or the sum of squares of the coefficients."""
from itertools import combinations_with_replacement as choose
from math import cos, sin
import mpmath as mp

mp.mp.dps = 60
M, N, DEGREE = 24, 5, 7
rows = [[mp.mpf(sin(1 + 3. * i + 7. * j + float(i) * j) * (10 if j == 0 else 1)) for j in range(N)] for i in range(M)]
y = [mp.mpf(2 * (float(r[0])) - 3 * float(r[1]) + .1 * cos(float(i))) for i, r in enumerate(rows)]
columns = []
for d in range(1, DEGREE + 1):
    for of in choose(range(N), d):
        c = [mp.fprod(r[j] for j in of) for r in rows]
        mean = mp.fsum(c) / M
        columns.append([v - mean for v in c])
K = mp.matrix(M, M)
for i in range(M):
    for k in range(i + 1):
        K[i, k] = K[k, i] = mp.fsum(c[i] * c[k] for c in columns)
mean = mp.fsum(y) / M
t = mp.matrix([v - mean for v in y])
for alpha in 1, 1e-9:
    a = mp.lu_solve(K + mp.eye(M) * (mp.mpf(M) * mp.mpf(alpha) / 2), t)
    p = K * a
    print(f"predictions {alpha:g}:", *(repr(float(v + mean)) for v in p))
    print(f"squares {alpha:g}:", repr(float((a.T * K * a)[0])))
