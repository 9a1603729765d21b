#!/usr/bin/env python3
"""Writes tests/golden/steps_columns.txt, which tests/data/test_step_columns.c reads: steps of one column by scikit-learn, scipy and pandas on the
bundled tables. python3 tests/golden/steps_columns.py, from the project's root. A line: table, column, step, feature, sum of its values, sum of
squares, first, eleventh and last value."""
import os

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import KBinsDiscretizer, MaxAbsScaler, OneHotEncoder, PowerTransformer, QuantileTransformer, RobustScaler

LINES = []


def say(table, column, step, feature, values):
    v = np.asarray(values, float)
    LINES.append("\t".join([table, column, step, str(feature)] + [repr(float(k)) for k in (v.sum(), (v * v).sum(), v[0], v[10], v[-1])]))


def each(table, column, step, matrix):
    matrix = np.asarray(matrix, float)
    for k in range(matrix.shape[1]):
        say(table, column, step, k, matrix[:, k])


def log_likelihood_slope(lam, x, box):
    """d/d lambda of the log likelihood over n, by the formulas of the papers."""
    pos = np.ones(len(x), bool) if box else x >= 0
    L = np.log(x) if box else np.log1p(np.abs(x))
    p = np.where(pos, lam, 2 - lam)
    u = p * L
    small = np.abs(u) < 1e-4
    with np.errstate(all="ignore"):
        h = np.where(small, 1 + u / 2 + u * u / 6, np.expm1(u) / u)
        g = np.where(small, .5 + u / 3 + u * u / 8, (u * np.exp(u) - np.expm1(u)) / u**2)
    y, dy = np.where(pos, 1, -1) * L * h, L * L * g
    return (np.where(pos, 1, -1) * L).mean() - ((y - y.mean()) * dy).mean() / y.var()


def power(x, box):
    """The maximum to rounding, where scikit-learn's search ends within 1e-7 of it, which is checked."""
    lam = brentq(log_likelihood_slope, -20, 20, args=(x, box), xtol=1e-15, rtol=1e-15)
    theirs = PowerTransformer(method="box-cox" if box else "yeo-johnson").fit(x[:, None]).lambdas_[0]
    assert abs(lam - theirs) < 2e-7 * (1 + abs(lam)), (lam, theirs)
    return stats.boxcox(x, lam) if box else stats.yeojohnson(x, lam)


def numbers(table, column, x):
    c = x[:, None]
    each(table, column, "robust", RobustScaler().fit_transform(c))
    each(table, column, "robust:.1,.95", RobustScaler(quantile_range=(10, 95)).fit_transform(c))
    each(table, column, "robust:normal", RobustScaler(unit_variance=True).fit_transform(c))
    each(table, column, "max_abs", MaxAbsScaler().fit_transform(c))
    each(table, column, "clip", np.clip(c, *np.percentile(x, [1, 99])))
    each(table, column, "clip:5%,80%", np.clip(c, *np.percentile(x, [5, 80])))
    for to in "uniform", "normal":
        for n in 1000, 20:
            q = QuantileTransformer(n_quantiles=min(n, len(x)), output_distribution=to, subsample=None)
            each(table, column, f"quantile:{to},quantiles={n}", q.fit_transform(c))
    for box in False, True:
        if box and x.min() <= 0:
            continue
        y = power(x, box)
        name = "box_cox" if box else "yeo_johnson"
        each(table, column, name + ":raw", y[:, None])
        each(table, column, name, ((y - y.mean()) / y.std())[:, None])
    for by, strategy in ("uniform", "uniform"), ("quantile", "quantile"), ("kmeans", "kmeans"):
        for n in 4, 7:
            extra = {"quantile_method": "linear"} if strategy == "quantile" else {}
            for one_hot in False, True:
                k = KBinsDiscretizer(n, encode="onehot-dense" if one_hot else "ordinal", strategy=strategy, subsample=None, **extra)
                each(table, column, f"bins:{n},by={by}" + (",one_hot" if one_hot else ""), k.fit_transform(c))


def texts(table, column, x):
    counts = pd.Series(x).value_counts()
    each(table, column, "frequency", np.array([[counts[v] / len(x)] for v in x]))
    for step, settings in {
        "": {},
        "ngrams=2": {"ngram_range": (1, 2)},
        "analyzer=char,least_ngrams=2,ngrams=3": {"analyzer": "char", "ngram_range": (2, 3)},
        "least_rows=20,most_share=.6": {"min_df": 20, "max_df": .6},
        "stop=yrs": {"stop_words": ["yrs"]},
    }.items():
        each(table, column, "text_counts" + (":" if step else "") + step, CountVectorizer(**settings).fit_transform(x).toarray())
        each(table, column, "tfidf" + (":" if step else "") + step, TfidfVectorizer(**settings).fit_transform(x).toarray())
    each(table, column, "tfidf:sublinear,norm=l1", TfidfVectorizer(sublinear_tf=True, norm="l1").fit_transform(x).toarray())
    each(table, column, "tfidf:plain,norm=none", TfidfVectorizer(smooth_idf=False, norm=None).fit_transform(x).toarray())
    each(table, column, "one_hot:drop_first,unseen=ignore", OneHotEncoder(drop="first", sparse_output=False).fit_transform(np.array(x)[:, None]))
    few = OneHotEncoder(min_frequency=100, sparse_output=False).fit_transform(np.array(x)[:, None])
    each(table, column, "one_hot:least_rows=100,unseen=ignore", few)


def housing():
    """Skews of the columns of a table that is not bundled, where it is there: the test looks for it, too."""
    path = os.path.join(os.environ.get("BAEUM_DATA", "../shared/data"), "housing/housing.csv")
    if os.path.exists(path):
        t = pd.read_csv(path).drop(columns="median_house_value")
        print({c: round(float(stats.skew(t[c].dropna())), 4) for c in t.columns if t[c].dtype.kind in "fi"})


card = pd.read_csv("data/creditcard.csv")
infert = pd.read_csv("data/infert.csv")
iris = pd.read_csv("data/iris.csv")
numbers("creditcard", "income", card["income"].to_numpy(float))
numbers("creditcard", "expenditure", card["expenditure"].to_numpy(float))
numbers("iris", "Petal.Length", iris["Petal.Length"].to_numpy(float))
numbers("infert", "age", infert["age"].to_numpy(float))
texts("infert", "education", list(infert["education"]))
housing()
open("tests/golden/steps_columns.txt", "w").write("\n".join(LINES) + "\n")
