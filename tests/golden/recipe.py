#!/usr/bin/env python3
"""Numbers of tests/data/test_step_golden.c, and of examples in src/data/steps/, by scikit-learn: python3 tests/golden/recipe.py, from the project's
root."""
import csv
import warnings

import numpy as np
from sklearn.decomposition import PCA
from sklearn.feature_selection import chi2, f_classif, f_regression, mutual_info_classif, mutual_info_regression
from sklearn.impute import KNNImputer
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import PolynomialFeatures, StandardScaler, TargetEncoder

warnings.simplefilter("ignore")


def columns(path, *names):
    rows = list(csv.DictReader(open(path)))
    return [[row[name] for name in names] for row in rows]


def say(what, a):
    a = np.asarray(a, float)
    print(what, "shape", a.shape, "rows 0, 1, last", *[[float(f"{v:.17g}") for v in np.atleast_1d(a[i])[:4]] for i in (0, 1, -1)],
          "sum of squares", f"{np.sum(a * a):.17g}")


measures = ["Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width"]
iris = np.array(columns("data/iris.csv", *measures), float)
species = np.array(columns("data/iris.csv", "Species"))[:, 0]
# No two values are the same, so that nearest neighbours are told apart.
iris_apart = iris + [[0.01 * np.sin(i * (c + 1) + c) for c in range(4)] for i in range(150)]
holes = iris_apart.copy()
for i in range(150):
    for c in range(4):
        if (7 * i + 3 * c) % 5 == 0:
            holes[i, c] = np.nan
say("nearest", KNNImputer(n_neighbors=5).fit_transform(holes))
say("nearest, distance", KNNImputer(n_neighbors=4, weights="distance").fit_transform(holes))
say("polynomial", PolynomialFeatures(3, include_bias=False).fit_transform(iris))
say("interactions only", PolynomialFeatures(3, interaction_only=True, include_bias=False).fit_transform(iris))
say("pca", PCA(svd_solver="full").fit_transform(iris))
say("pca, whitened", PCA(2, whiten=True, svd_solver="full").fit_transform(StandardScaler().fit_transform(iris)))
digits = np.array(list(csv.reader(open("data/digits.csv")))[1:], float)
p = PCA(10, svd_solver="full").fit(digits[:, 1:] if digits[:, 0].max() < 10 and digits[:, -1].max() > 9 else digits[:, :-1])
print("digits", "variance", [f"{v:.12g}" for v in p.explained_variance_])
card = columns("data/creditcard.csv", "reports", "age", "income", "share", "expenditure", "dependents", "months", "majorcards", "active")
card = np.array(card, float)
y = np.array([r[0] == "yes" for r in columns("data/creditcard.csv", "card")])
print("f_regression of expenditure", [f"{v:.15g}" for v in f_regression(card[:, [0, 1, 2, 5, 6]], card[:, 4])[0]])
print("f_classif", [f"{v:.15g}" for v in f_classif(iris, species)[0]])
print("chi2", [f"{v:.15g}" for v in chi2(iris, species)[0]])
print("mutual information, classes", [f"{v:.15g}" for v in mutual_info_classif(iris_apart, species, random_state=0)])
print("mutual information, number", [f"{v:.15g}" for v in mutual_info_regression(iris_apart[:, :3], iris_apart[:, 3], random_state=0)])
x = StandardScaler().fit_transform(card[:, [0, 1, 2, 5, 6]])
print("coefficients", [f"{abs(v):.15g}" for v in LinearRegression().fit(x, card[:, 4]).coef_])
owner = np.array(columns("data/creditcard.csv", "owner", "selfemp"))
say("target, number", TargetEncoder(cv=KFold(5), target_type="continuous").fit_transform(owner, card[:, 4]))
say("target, classes", TargetEncoder(smooth=10, cv=StratifiedKFold(5)).fit_transform(owner, y))
for by, of in ("f", f_classif), ("chi2", chi2):
    print("example of", by, of(np.array([[1, 3], [2, 1], [1, 4], [7, 2], [8, 3], [9, 5]]), list("pppqqq"))[0])

i = np.arange(60000)
ties = mutual_info_regression(np.c_[i % 4, i // 7 % 2], i % 4 + i * 0.6180339887498949 % 1 * 1.5, random_state=0)
print("mutual information, columns of few values", [f"{v:.15g}" for v in ties])
