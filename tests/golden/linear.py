# SPDX-License-Identifier: Apache-2.0
"""Golden values of the linear learners by scikit-learn and NumPy, for tests/model/test_linear_learners.c: python linear.py > linear.txt.
The data is made of sines, so that C makes the same: x[i][j] = sin(1 + 3 i + 7 j + i j) + (j == 2) * 100, weights 1 + i % 3.
Each line: a name, then numbers: the coefficients, row by row of the kernel (column, target), then the intercepts."""
import warnings
import numpy as np
from sklearn.linear_model import ElasticNet, HuberRegressor, Lasso, LinearRegression, PoissonRegressor, Ridge, RidgeCV
from sklearn.linear_model import lasso_path, enet_path
from sklearn.model_selection import PredefinedSplit
from sklearn.preprocessing import PolynomialFeatures
warnings.filterwarnings("ignore")


def data(m, n, k=1):
    i, j = np.arange(m)[:, None].astype(float), np.arange(n)[None, :].astype(float)
    x = np.sin(1 + 3 * i + 7 * j + i * j) + (j == 2) * 100
    t = np.arange(k)[None, :].astype(float)
    y = x[:, :1] * 2 - 3 * x[:, 1:2] + .1 * np.cos(i * (1 + t)) + t + 5
    return x, y, 1. + np.arange(m) % 3


def put(name, *parts):
    print(name + ":", *(repr(float(v)) for p in parts for v in np.asarray(p, float).ravel()))


def fitted(name, e, x, y, w=None):
    e.fit(x, y[:, 0] if y.shape[1] == 1 else y, **({} if w is None else {"sample_weight": w}))
    put(name, np.asarray(e.coef_).reshape(-1, x.shape[1]).T, e.intercept_)


x, y, w = data(60, 5, 2)
m, tol = len(x), dict(tol=1e-15, max_iter=1000000)
fitted("linear", LinearRegression(), x, y)
fitted("linear weighted", LinearRegression(), x, y, w)
fitted("linear no intercept", LinearRegression(fit_intercept=False), x, y)
fitted("ridge .3", Ridge(m * .3 / 2), x, y)
fitted("ridge .3 weighted", Ridge(w.sum() * .3 / 2), x, y, w)
fitted("ridge .3 no intercept", Ridge(m * .3 / 2, fit_intercept=False), x, y)
for k in 0, 1:
    fitted(f"lasso .2 {k}", Lasso(.1, **tol), x, y[:, k:k + 1])
    fitted(f"lasso .2 {k} weighted", Lasso(.1, **tol), x, y[:, k:k + 1], w)
    fitted(f"elastic .2 .3 {k}", ElasticNet(.1, l1_ratio=.3, **tol), x, y[:, k:k + 1])
one = y[:, 0]
fitted("lasso no intercept", Lasso(.1, fit_intercept=False, **tol), x, y[:, :1])
alphas, coefs, _ = lasso_path(x - x.mean(0), one - one.mean(), alphas=np.array([1, .3, .1, .01]), **tol)
put("lasso path", coefs.T)
alphas, coefs, _ = enet_path(x - x.mean(0), one - one.mean(), l1_ratio=.5, alphas=np.array([1, .3, .1, .01]), **tol)
put("elastic path", coefs.T)
put("ridge path", *[Ridge(m * a / 2).fit(x, one).coef_ for a in (10, 1, .1, .001)])
# choice of alpha: the grid, the errors, the choice
grid, split = np.array([1, .3, .1, .03, .01, .003]), PredefinedSplit(np.arange(m) % 5)


def cross(make):
    e = []
    for a in grid:
        s = 0
        for tr, te in split.split():
            f = make(a, len(tr)).fit(x[tr], one[tr])
            s += ((f.predict(x[te]) - one[te]) ** 2).sum()
        e.append(s / m)
    return e


put("lasso folds", cross(lambda a, n: Lasso(a / 2, **tol)))
put("ridge folds", cross(lambda a, n: Ridge(n * a / 2)))
xc, yc = x - x.mean(0), one - one.mean()
s = np.linalg.svd(xc, compute_uv=False) ** 2
put("ridge gcv", *[m * ((yc - xc @ Ridge(m * a / 2, fit_intercept=False).fit(xc, yc).coef_) ** 2).sum() / (m - 1 - (s / (s + m * a / 2)).sum()) ** 2 for a in grid])
# more columns than rows
xw, yw, _ = data(30, 600)
fitted("wide ridge", Ridge(30 * .3 / 2, solver="svd"), xw, yw)
fitted("wide lasso", Lasso(.05, **tol), xw, yw)
# others
z = one + 0.
z[::7] += 20
from scipy.optimize import root
from sklearn.linear_model._huber import _huber_loss_and_gradient


def huber(name, epsilon, alpha, w):
    """scikit-learn ends some 1e-5 from the minimum; its own gradient is brought to 0 from there."""
    q = x[:, [0, 1, 3, 4]]
    h = HuberRegressor(epsilon=epsilon, alpha=alpha, tol=1e-12, max_iter=100000).fit(q, z, sample_weight=w)
    f = root(lambda p: _huber_loss_and_gradient(p, q, z, epsilon, alpha, w)[1], np.r_[h.coef_, h.intercept_, h.scale_], tol=1e-14)
    put(name, f.x)


huber("huber", 1.35, 1e-4, np.ones(m))
huber("huber weighted", 1.6, .1, w)
counts = np.floor(np.exp(.5 + x[:, 0] - .5 * x[:, 1]) + (np.arange(m) % 2))
for a in 0, .1:
    p = PoissonRegressor(alpha=a, solver="newton-cholesky", tol=1e-13, max_iter=1000).fit(x[:, [0, 1, 3, 4]], counts)
    put(f"poisson {a}", p.coef_, p.intercept_)
p = PoissonRegressor(alpha=.1, solver="newton-cholesky", tol=1e-13, max_iter=1000).fit(x[:, [0, 1, 3, 4]], counts, sample_weight=w)
put("poisson weighted", p.coef_, p.intercept_)
for inter in False, True:
    f = PolynomialFeatures(3, include_bias=False, interaction_only=inter).fit_transform(x[:, [0, 1, 3]])
    fitted(f"poly {'interactions' if inter else 'all'}", LinearRegression(), f, y[:, :1])
    fitted(f"poly {'interactions' if inter else 'all'} ridge", Ridge(m * .01 / 2), f, y[:, :1])
# more columns than rows, for tests/model/test_newton_learners.c
m, w = 12, 1. + np.arange(12) % 3
x = data(m, 32)[0][:, [j for j in range(32) if j != 2]]
z = 2 * x[:, 0] - 3 * x[:, 1] + .1 * np.cos(np.arange(m)) + 5 + (np.arange(m) % 7 == 0) * 20
h = HuberRegressor(epsilon=1.35, alpha=30, tol=1e-12, max_iter=100000).fit(x, z, sample_weight=w)
f = root(lambda p: _huber_loss_and_gradient(p, x, z, 1.35, 30, w)[1], np.r_[h.coef_, h.intercept_, h.scale_], tol=1e-14)
put("wide huber", f.x)
counts = np.floor(np.exp(.5 + x[:, 0] - .5 * x[:, 1]) + (np.arange(m) % 2))
p = PoissonRegressor(alpha=.1, solver="newton-cholesky", tol=1e-13, max_iter=1000).fit(x, counts, sample_weight=w)
put("wide poisson", p.coef_, p.intercept_)
