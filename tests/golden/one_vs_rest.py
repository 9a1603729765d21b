# SPDX-License-Identifier: Apache-2.0
"""Numbers of tests/model/test_one_vs_rest.c by scikit-learn: python3 tests/golden/one_vs_rest.py, from the project's root."""
import csv

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

rows = list(csv.DictReader(open("data/iris.csv")))
x = np.array([[float(r[k]) for k in ("Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width")] for r in rows])
y = [r["Species"] for r in rows]
x = (x - x.mean(axis=0)) / x.std(axis=0)
m = OneVsRestClassifier(LogisticRegression(C=2, tol=1e-10, max_iter=10000)).fit(x, y)
np.set_printoptions(precision=9, suppress=True)
print("kernel", np.array([e.coef_[0] for e in m.estimators_]).T.ravel())
print("bias", np.array([e.intercept_[0] for e in m.estimators_]))
p = m.predict_proba(x)
print("probabilities of rows 0, 70, 149", p[[0, 70, 149]].ravel())
print("right", (p.argmax(axis=1) == np.repeat([0, 1, 2], 50)).sum())
