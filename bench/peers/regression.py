# SPDX-License-Identifier: Apache-2.0
"""Fit times of scikit-learn's linear models, and the table they are fitted on: 100,000 rows of 50 normal columns, a target from 40 % of
them and noise, f64. python regression.py --write FOLDER makes it; python regression.py --job ridge --threads 1 prints milliseconds and the mean squared
error, as bench_learners does for Baeum. Both fit the same penalty: scikit-learn's figure is given in its own terms."""
import argparse, json, os, statistics, time, warnings
warnings.filterwarnings("ignore")
p = argparse.ArgumentParser()
p.add_argument("--write")
p.add_argument("--job")
p.add_argument("--threads", type=int, default=1)
p.add_argument("--repeats", type=int, default=7)
p.add_argument("--coefficients", action="store_true")
a = p.parse_args()
import numpy as np
ROWS, COLUMNS = 100000, 50
if a.write:
    r = np.random.default_rng(0)
    x = r.standard_normal((ROWS, COLUMNS))
    w = r.standard_normal(COLUMNS) * (r.random(COLUMNS) < .4)
    y = x @ w + .5 * r.standard_normal(ROWS)
    x.tofile(os.path.join(a.write, "regression.x"))
    y.tofile(os.path.join(a.write, "regression.t"))
    raise SystemExit
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, Ridge
jobs = {"linear": LinearRegression(), "ridge": Ridge(1.0), "lasso": Lasso(.01), "elastic": ElasticNet(.01)}
folder = os.environ["BAEUM_BENCH_DATA"]
x = np.fromfile(os.path.join(folder, "regression.x")).reshape(ROWS, COLUMNS)
y = np.fromfile(os.path.join(folder, "regression.t"))
m, d = jobs[a.job], []
m.fit(x, y)
for _ in range(a.repeats):
    t = time.perf_counter()
    m.fit(x, y)
    d.append(1e3 * (time.perf_counter() - t))
out = dict(peer="scikit-learn", job=a.job, threads=a.threads, median=round(statistics.median(d), 3), min=round(min(d), 3), max=round(max(d), 3),
           loss=float(np.mean((m.predict(x) - y) ** 2)))
if a.coefficients:
    out["coefficients"] = m.coef_.tolist()
print(json.dumps(out))
