# SPDX-License-Identifier: Apache-2.0
"""Fits of linear models. Regression: 100,000 x 50, f64, the mean squared error stands beside each figure as its loss. Logistic: the
objective after at most 100 iterations does."""
import os
from measure import json_of, program, root, work
from pairing import script

PLACE, PEERS, PEAKS = 90, ("sk",), True
KNOWN = {"linear": (127, 96), "ridge": (28, 26), "lasso": (32, 32), "elastic": (33, 28)}  # ms on one and two threads


def regression(b):
    script("sk", "regression", "--write", work)
    if not os.path.exists(os.path.join(work, "regression.x")):
        return b.absent("regression", "100,000 x 50", "no table", .25, higher=False)
    data = dict(BAEUM_BENCH_DATA=work)
    for job, known in KNOWN.items():
        goal = .25 if job == "linear" else round(1 / 1.5, 2)
        for n in b.threads:
            b.paired("regression", job, n, lambda: json_of([program("learners"), job, str(n)], n, **data),
                     {"scikit-learn": lambda: script("sk", "regression", "--job", job, "--threads", n, n=n, **data)},
                     {"scikit-learn": known[n > 1]}, lambda m: goal, higher=False, unit=" ms")


def logistic(b):
    mnist = os.path.join(os.environ.get("BAEUM_DATA", os.path.join(root, "..", "shared", "data")), "mnist")
    script("sk", "logistic", "--make", work, "--mnist", mnist)
    # its known times are those of one thread; on two its BLAS may use both, which slows it down as often as not
    for name, rows, columns, kind, seconds, goal in (("mnist", 60000, 784, "f64", 13.9, round(1 / 1.5, 2)),
                                                     ("mnist", 60000, 784, "f32", 7.5, round(1 / 1.5, 2)), ("blobs", 20000, 100, "f64", .23, .5)):
        what = f"{rows:,} x {columns}, {kind}"
        if not os.path.exists(os.path.join(work, f"{name}-{kind}.x")):
            b.absent("logistic", what, f"{name} is absent", goal, higher=False)
            continue
        table = [os.path.join(work, name), str(rows), str(columns), kind]
        for n in b.threads:
            known = "scikit-learn" if n == 1 else "scikit-learn, BLAS of one thread"
            peers = {"scikit-learn": lambda: script("sk", "logistic", *table, n=n)}
            if n > 1:
                peers[known] = lambda: script("sk", "logistic", *table, n=n, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
            b.paired("logistic", what, n, lambda: json_of([program("logistic")] + table + [str(n)], n), peers, {known: seconds},
                     lambda m: goal, higher=False, unit=" s", pairs=2)


ROWS = {"regression": regression, "logistic": logistic}
