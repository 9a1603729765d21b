#!/usr/bin/env python3
"""Numbers of tests/data/test_steps.c by numpy and scikit-learn: python3 tests/golden/steps.py, from the project's root."""
import csv

import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import MinMaxScaler, OrdinalEncoder, PolynomialFeatures


def columns(path, *names):
    rows = list(csv.DictReader(open(path)))
    return [[row[name] for name in names] for row in rows]


age = np.array(columns("data/infert.csv", "age", "parity"), float)
for ends in (0, 1), (-1, 1):
    scaled = MinMaxScaler(ends).fit_transform(age)
    print("min_max", ends, scaled[0], scaled[100], scaled.sum(axis=0))
education = columns("data/infert.csv", "education")
codes = OrdinalEncoder(categories=[["0-5yrs", "6-11yrs", "12+ yrs"]]).fit_transform(education)
print("ordinal", codes[[0, 20, 247], 0], codes.sum(), np.percentile(codes, 50, method="lower"))
petal = np.array(columns("data/iris.csv", "Petal.Length", "Petal.Width"), float)
powers = PolynomialFeatures(3, include_bias=False).fit_transform(petal[:, :1])
print("polynomial", powers[50])
line = LinearRegression().fit(powers, petal[:, 1])
print("line through them", [f"{v:.10g}" for v in (*line.coef_, line.intercept_, line.score(powers, petal[:, 1]))])
for weights in (1, 1, 1, 3), (3, 0, 2, 1), (1, 2, 2, 1), (2, 3, 1, 1):
    repeated = np.repeat([1.0, 2, 3, 10], weights)
    print("weights", weights, "median, mean, deviation", np.median(repeated), repeated.mean(), f"{repeated.std():.17g}")
print("log1p", [f"{v:.17g}" for v in np.log1p([0, 1e-10, 9, -0.5])])
