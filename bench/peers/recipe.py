#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What scikit-learn takes for the work of bench_recipe on a table of 1,000,000 rows, 16 columns of numbers and 4 of text, with cells missing:
SimpleImputer(median) and StandardScaler of numbers, OneHotEncoder of texts, dense, fitted and applied. recipe.py --make FILE writes the
table; recipe.py FILE TYPE THREADS prints a JSON object, mode -> ms (median, least, most) and checksums of the columns; TYPE is f64 or f32
(numbers and result). Texts as objects, as pandas' categories, and as numbers that they were coded as beforehand, which is not timed; by joblib, too."""
import argparse, json, os, statistics, time

p = argparse.ArgumentParser()
p.add_argument("file", nargs="?")
p.add_argument("type", nargs="?", default="f64")
p.add_argument("threads", nargs="?", type=int, default=1)
p.add_argument("--make")
p.add_argument("--only", default="")
a = p.parse_args()
import numpy as np, pandas as pd
ROWS, WORDS = 1000000, {"t1": (4, 0), "t2": (8, .02), "t3": (12, 0), "t4": (20, .05)}
if a.make:
    if not os.path.exists(a.make):
        g = np.random.default_rng(0)
        t = {}
        for i in range(12):
            t["r%d" % i] = np.round(g.standard_normal(ROWS) * 10 ** (i % 4) + i, 5)
            t["r%d" % i][g.random(ROWS) < (.05 if i % 2 else 0)] = np.nan
        for i in range(4):
            t["i%d" % i] = pd.array(g.integers(-10 ** (i + 1), 10 ** (i + 1), ROWS), dtype="Int64")
            t["i%d" % i][g.random(ROWS) < (.03 if i == 3 else 0)] = pd.NA
        for name, (count, missing) in WORDS.items():
            t[name] = np.array(["%s%02d" % ("abcdefgh"[i % 8] * 4, i) for i in range(count)], dtype=object)[g.integers(0, count, ROWS)]
            t[name][g.random(ROWS) < missing] = None
        pd.DataFrame(t).to_csv(a.make + ".part", index=False)
        os.rename(a.make + ".part", a.make)
    raise SystemExit
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
t = pd.read_csv(a.file)
real = np.float64 if a.type == "f64" else np.float32
texts = list(WORDS)
numbers = [c for c in t.columns if c not in texts]
t = t.astype({c: real for c in numbers})
tables = {"objects": t, "categories": t.astype({c: "category" for c in texts})}
tables["codes"] = t.assign(**{c: (lambda k: np.where(k < 0, np.nan, k).astype(real))(tables["categories"][c].cat.codes.to_numpy()) for c in texts})
weight = np.arange(ROWS) % 97 + 1.
out = {}
for mode, table in tables.items():
    for jobs in [None] + [a.threads] * (a.threads > 1):
        name = mode + (" jobs" if jobs else "")
        if a.only and name != a.only:
            continue
        seconds = []
        while len(seconds) < 4 or (len(seconds) < 6 and sum(seconds) < 10):
            c = ColumnTransformer([("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
                                   ("texts", OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=real), texts)], n_jobs=jobs)
            begin = time.perf_counter()
            x = c.fit_transform(table)
            seconds.append(time.perf_counter() - begin)
        seconds = seconds[1:]  # the first one warms up
        sums = [float(np.sum(weight * (x[:, k].astype(np.float64) + 3))) for k in range(x.shape[1])]
        out["sk " + name] = dict(median=round(1e3 * statistics.median(seconds), 2), min=round(1e3 * min(seconds), 2), max=round(1e3 * max(seconds), 2), sums=sums)
print(json.dumps(out))
