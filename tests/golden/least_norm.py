# SPDX-License-Identifier: Apache-2.0
"""Numbers of tests/linalg/test_least_squares.c (wide) by numpy.linalg.lstsq: python3 tests/golden/least_norm.py; rows and
columns may be given."""
import sys

import numpy as np

m, n = (int(a) for a in sys.argv[1:3]) if len(sys.argv) > 2 else (12, 30)
i, j = np.mgrid[0:m, 0:n].astype(float)
a = np.sin(1 + 3 * i + 7 * j + i * j)
a[m - 1] = a[0] + a[1]  # so the rank is m - 1, and b does not agree with it
b = np.stack([np.cos(np.arange(m)), np.arange(m) - 5.0], axis=1)
x, _, rank, _ = np.linalg.lstsq(a, b, rcond=None)
np.set_printoptions(precision=15)
print("rank", rank)
print("x[0], x[7], x[n - 1]", x[0], x[7], x[n - 1])
print("norms", np.linalg.norm(x, axis=0), "residuals", ((a @ x - b) ** 2).sum(axis=0))
