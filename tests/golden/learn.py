# SPDX-License-Identifier: Apache-2.0
"""Golden values of folds, cross-validation and comparisons, by scikit-learn and scipy. Run from the source folder:

    python tests/golden/learn.py > tests/golden/learn.txt        (scikit-learn 1.5 or later, scipy, pandas)

infert's columns are whole numbers, so that f32 holds them and results can be compared to 1e-9; its column `induced` (0, 1, 2) tells folds.
"""
import numpy as np
import pandas as pd
from scipy import stats
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import (GroupKFold, KFold, PredefinedSplit, StratifiedGroupKFold, StratifiedKFold, TimeSeriesSplit,
                                     cross_validate)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def show(name, values):
    print(name, *[repr(float(v)) if isinstance(v, (float, np.floating)) else int(v) for v in values])


# ---- folds: which fold holds row i out, -1: none ----
def fold_of(splitter, n, y=None, groups=None):
    of = np.full(n, -1)
    for f, (_, held) in enumerate(splitter.split(np.zeros((n, 1)), y, groups)):
        of[held] = f
    return of


n = 23
classes = np.array([i * 7 % 3 if i % 5 else 2 for i in range(n)])
groups = np.array([i // 3 for i in range(n)])
show("k_fold", fold_of(KFold(4), n))
show("stratified", fold_of(StratifiedKFold(4), n, classes))
show("stratified_grouped", fold_of(StratifiedGroupKFold(3), n, classes, groups))
sizes = np.repeat(np.arange(6), [1, 7, 2, 5, 3, 4])  # sizes differ, so that no tie hides the rule
show("grouped", fold_of(GroupKFold(3), len(sizes), groups=sizes))
show("time", fold_of(TimeSeriesSplit(4), n))
show("time_gap_learned", [len(a) for a, _ in TimeSeriesSplit(4, gap=2).split(np.zeros((n, 1)))])
show("time_window_learned", [len(a) for a, _ in TimeSeriesSplit(4, max_train_size=6).split(np.zeros((n, 1)))])

# ---- cross-validation ----
t = pd.read_csv("data/infert.csv")
x, y = t[["parity", "spontaneous", "case"]].to_numpy(float), t["age"].to_numpy(float)
s = cross_validate(LinearRegression(), x, y, cv=PredefinedSplit(t["induced"]), return_train_score=True,
                   scoring=("r2", "neg_mean_squared_error", "neg_mean_absolute_error"))
for part in ("test", "train"):
    show(f"r2_{part}", s[f"{part}_r2"])
    show(f"mse_{part}", -s[f"{part}_neg_mean_squared_error"])
    show(f"mae_{part}", -s[f"{part}_neg_mean_absolute_error"])
    show(f"r2_{part}_mean_spread", [s[f"{part}_r2"].mean(), s[f"{part}_r2"].std(ddof=1)])

# ---- the corrected resampled t test of two models on these folds ----
other = cross_validate(LinearRegression(), x[:, :1], y, cv=PredefinedSplit(t["induced"]), scoring="r2")["test_score"]
d = s["test_r2"] - other
parts = [(len(a), len(b)) for a, b in PredefinedSplit(t["induced"]).split()]
share = sum(b for _, b in parts) / sum(a for a, _ in parts)
value = d.mean() / np.sqrt((1 / len(d) + share) * d.var(ddof=1))
show("paired", [d.mean(), 2 * stats.t.sf(abs(value), len(d) - 1)])
for freedom, value in ((1, .5), (4, 2.776), (9, -1.2), (49, 3.5), (2.5, 10)):
    show("student", [float(freedom), float(value), 2 * stats.t.sf(abs(value), freedom)])


# ---- a table of models: mean and sample deviation of every figure, of the model and of the trivial answer ----
def table(name, model, trivial, x, y, cv, scoring):
    for what, of in ((name, model), (f"{name}_baseline", trivial)):
        s = cross_validate(of, x, y, cv=cv, scoring=scoring)
        for k in scoring:
            v = s[f"test_{k}"] * (-1 if k.startswith("neg") else 1)
            show(what, [float(v.mean()), float(v.std(ddof=1))])


table("table_numbers", LinearRegression(), DummyRegressor(), t[["parity", "induced", "case", "spontaneous"]], y, KFold(6),
      ("r2", "neg_root_mean_squared_error", "neg_mean_absolute_error"))
i = pd.read_csv("data/iris.csv")
table("table_classes", make_pipeline(StandardScaler(), LogisticRegression(C=1, tol=1e-10, max_iter=10000)), DummyClassifier(),
      i[["Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width"]], i["Species"], StratifiedKFold(5),
      ("accuracy", "balanced_accuracy", "f1_macro", "roc_auc_ovr", "neg_log_loss"))
