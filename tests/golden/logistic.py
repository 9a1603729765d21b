# SPDX-License-Identifier: Apache-2.0
"""Numbers of tests/model/test_logistic.c by scikit-learn and (without a penalty) statsmodels, on iris, infert, titanic, breast-cancer:
python3 tests/golden/logistic.py [folder of the data] > tests/golden/logistic.txt, from the project's root.

A line is: table, learner of the test, rows weighed (1) or not, units, columns, objective, then for each unit its weights and its
intercept. The objective is C sum of losses + penalty. Softmax intercepts are told around 0, without a penalty weights, too.
"""
import csv, sys, warnings

import numpy as np
import statsmodels.api as sm
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

warnings.filterwarnings("ignore")
data = sys.argv[1] if len(sys.argv) > 1 else "../shared/data"
table = lambda f: list(csv.DictReader(open(f)))
scaled = lambda x: (x - x.mean(0)) / x.std(0)


def iris():
    r = table("data/iris.csv")
    x = np.array([[float(k[c]) for c in ("Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width")] for k in r])
    return scaled(x), np.repeat([0, 1, 2], 50)


def infert():
    r = table(data + "/infert/infert.csv")
    return np.array([[float(k[c]) for c in ("age", "parity", "induced", "spontaneous")] for k in r]), np.array([int(k["case"]) for k in r])


def titanic():
    r = table(data + "/titanic/titanic.csv")
    x = [[float(k["Pclass"]), float(k["Sex"] == "female"), float(k["Age"] or 30), float(k["SibSp"]), float(k["Parch"]), float(k["Fare"])] for k in r]
    return np.array(x), np.array([int(k["Survived"]) for k in r])


def cancer():
    r = np.array([[float(v) for v in line.split(",")] for line in open(data + "/breast-cancer/breast_cancer.csv").read().split()[1:]])
    return scaled(r[:, :-1]), r[:, -1].astype(int)


def losses(x, y, w, b, u, apart):
    s = x @ w.T + b
    if w.shape[0] == 1 or apart:
        sign = np.where(y[:, None] == (np.arange(w.shape[0]) if apart else 1), 1, -1)
        return (u[:, None] * np.logaddexp(0, -sign * s)).sum()
    top = s.max(1)
    return (u * (top + np.log(np.exp(s - top[:, None]).sum(1)) - s[np.arange(len(y)), y])).sum()


def put(name, what, x, y, spec, C, w, b, weighed, u, ratio, apart=False):
    """ratio: share of l1; None: no penalty."""
    if w.shape[0] > 1 and not apart:
        b = b - b.mean()
        if ratio is None:
            w = w - w.mean(0)
    penalty = 0 if ratio is None else ratio * abs(w).sum() + (1 - ratio) / 2 * (w**2).sum()
    f = C * losses(x, y, w, b, u, apart) + penalty
    numbers = np.hstack([w, b[:, None]]).ravel()
    print(name, what + (":" + spec if spec else ""), int(weighed), w.shape[0], w.shape[1], f"{f:.12e}", *(f"{v:.12e}" for v in numbers))


def by(name, what, xy, spec, C=1, penalty="l2", ratio=0, balanced=False, weighed=False, intercept=True):
    x, y = xy
    u = 1.0 + np.arange(len(y)) % 3 if weighed else np.ones(len(y))
    l1 = penalty in ("l1", "elasticnet")
    e = LogisticRegression(C=C, l1_ratio=ratio if l1 else 0, solver="saga" if l1 else "newton-cholesky", tol=1e-13, max_iter=200000 if l1 else 1000,
                           fit_intercept=intercept, random_state=1)
    w = u
    if what == "one_vs_rest":
        m = OneVsRestClassifier(e).fit(x, y)
        coef, b = np.vstack([k.coef_ for k in m.estimators_]), np.array([k.intercept_[0] for k in m.estimators_])
    else:
        e.fit(x, y, sample_weight=u)
        coef, b = e.coef_, e.intercept_ if intercept else np.zeros(e.coef_.shape[0])
    put(name, what, x, y, spec, C, coef, b, weighed, w, ratio, what == "one_vs_rest")


def none(name, xy):
    x, y = xy
    r = sm.Logit(y, sm.add_constant(x)).fit(disp=0, method="newton", tol=1e-14, maxiter=200)
    put(name, "logistic", x, y, "penalty=none", 1, r.params[None, 1:], r.params[:1], False, np.ones(len(y)), None)


i, f, t, c = iris(), infert(), titanic(), cancer()
by("iris", "logistic", i, "C=2", C=2)
by("iris", "softmax", i, "C=2,solver=lbfgs,tolerance=1e-10", C=2)
by("iris", "softmax", i, "no_intercept=true", intercept=False)
by("iris", "softmax", i, "", weighed=True)
by("iris", "logistic", i, "penalty=l1,C=.3", C=.3, penalty="l1", ratio=1)
by("iris", "logistic", i, "penalty=elastic,l1_ratio=.4,C=.5", C=.5, penalty="elasticnet", ratio=.4)
by("iris", "logistic", i, "penalty=l1,C=.3,solver=saga,tolerance=1e-9,iterations=100000", C=.3, penalty="l1", ratio=1)
by("iris", "one_vs_rest", i, "penalty=l1,C=.3", C=.3, penalty="l1", ratio=1)
by("cancer", "logistic", c, "C=1")
by("cancer", "logistic", c, "C=1,solver=lbfgs,tolerance=1e-10")
by("cancer", "logistic", c, "penalty=l1,C=.1", C=.1, penalty="l1", ratio=1)
by("cancer", "logistic", c, "penalty=elastic,l1_ratio=.25,C=.1", C=.1, penalty="elasticnet", ratio=.25)
by("cancer", "logistic", c, "penalty=l1,C=.1", C=.1, penalty="l1", ratio=1, weighed=True)
by("infert", "logistic", f, "C=.5", C=.5)
none("infert", f)
by("titanic", "logistic", t, "C=1", weighed=True)
none("titanic", t)
