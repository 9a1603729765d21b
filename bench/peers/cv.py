#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What scikit-learn takes for the work of bench_learn: cv.py FILE TARGET MODEL THREADS prints a JSON line, seconds of nine runs and the mean
R^2. The pipeline is the same: medians of numbers, standardised; text one-hot; linear, or ridge:alpha=X. Of threads the better of n_jobs and
of BLAS's own counts."""
import json, statistics, sys, time
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import KFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

path, target, model, threads = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
t = pd.read_csv(path)
y = t.pop(target)
numbers = t.select_dtypes("number").columns.tolist()
texts = [c for c in t.columns if c not in numbers]
prepare = make_column_transformer((make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
                                  (OneHotEncoder(handle_unknown="ignore", sparse_output=False), texts))
# The penalty here is of the sum of squares, there of half their mean: of m training rows a = alpha * m / 2.
learner = Ridge(float(model.split("=")[1]) * (len(t) - len(t) // 5) / 2) if model.startswith("ridge") else LinearRegression()
pipeline = make_pipeline(prepare, learner)
best = None
for jobs in sorted({None, threads}, key=str) if threads > 1 else [None]:
    seconds = []
    for i in range(10):
        begin = time.perf_counter()
        s = cross_validate(pipeline, t, y, cv=KFold(5), scoring="r2", n_jobs=jobs)
        if i:
            seconds.append(time.perf_counter() - begin)
    seconds.sort()
    one = dict(median=round(statistics.median(seconds), 6), min=round(seconds[0], 6), max=round(seconds[-1], 6),
               r2=round(float(s["test_score"].mean()), 9), jobs=jobs)
    best = one if best is None or one["median"] < best["median"] else best
print(json.dumps(best))
