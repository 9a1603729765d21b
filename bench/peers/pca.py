#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What scikit-learn takes for what bench_pca does: PCA(20).fit_transform of 20,000 x 200 numbers of rank 30 and noise, default solver.
pca.py --make FILE writes the columns; pca.py FILE prints a JSON object, milliseconds (median, least, most) of eight runs, and the variance of
the first component. Threads: the caller pins the process and sets OPENBLAS_NUM_THREADS."""
import argparse, json, os, statistics, time

p = argparse.ArgumentParser()
p.add_argument("file", nargs="?")
p.add_argument("--make")
p.add_argument("--only", default="")
a = p.parse_args()
import numpy as np
if a.make:
    if not os.path.exists(a.make):
        r = np.random.default_rng(0)
        x = r.standard_normal((20000, 30)) @ r.standard_normal((30, 200)) + .1 * r.standard_normal((20000, 200))
        x.T.copy().tofile(a.make)
    raise SystemExit
from sklearn.decomposition import PCA
x = np.ascontiguousarray(np.fromfile(a.file).reshape(200, 20000).T)
out = {}
for solver in "auto", "randomized":
    if a.only and a.only != "sk " + solver:
        continue
    seconds = []
    for _ in range(8):
        t = time.perf_counter()
        z = PCA(20, svd_solver=solver, random_state=0).fit_transform(x)
        seconds.append(time.perf_counter() - t)
    out["sk " + solver] = dict(median=round(1e3 * statistics.median(seconds), 2), min=round(1e3 * min(seconds), 2), max=round(1e3 * max(seconds), 2),
                               loss=round(float(np.sum(z[:, 0] ** 2) / 19999), 6))
print(json.dumps(out))
