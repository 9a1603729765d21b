#!/usr/bin/env python3
"""tests/golden/curves.txt by scikit-learn and numpy: python3 tests/golden/curves.py > tests/golden/curves.txt
A line "curve form weighted class points", then one line a point; the infinite threshold is nan, as the missing cell that it is in a table."""
import numpy as np
from sklearn import metrics as m
from sklearn.calibration import calibration_curve

from metrics import D, W


def say(name, form, w, k, *columns):
    points = np.stack([np.asarray(c, float) for c in columns], 1)
    points[~np.isfinite(points)] = np.nan
    print(name, form, 0 if w is None else 1, k, len(points))
    for p in points:
        print(*(repr(float(x)) for x in p))


def gains(t, y, w):
    ones = np.ones(len(t)) if w is None else w
    scores = np.unique(y[ones > 0])[::-1]
    taken = np.array([ones[y >= s].sum() for s in scores]) / ones.sum()
    found = np.array([ones[(y >= s) & (t == 1)].sum() for s in scores]) / ones[t == 1].sum()
    return np.r_[0, taken], np.r_[0, found], np.r_[np.nan, found / taken], np.r_[np.nan, scores]


def thresholds(t, y, w):
    ones = np.ones(len(t)) if w is None else w
    rows = []
    for s in np.unique(y[ones > 0])[::-1]:
        p, k = y >= s, {"sample_weight": w}
        wrong, missed = ones[p & (t == 0)].sum(), ones[~p & (t == 1)].sum()
        rows.append([s, m.precision_score(t, p, **k), m.recall_score(t, p, **k), m.recall_score(1 - t, ~p, **k), m.f1_score(t, p, **k),
                     m.accuracy_score(t, p, **k), m.balanced_accuracy_score(t, p, **k), m.matthews_corrcoef(t, p, **k),
                     wrong + 2 * missed, ones[p].sum()])
    return np.array(rows).T


def one(form, k, t, y, w):
    s = {"sample_weight": w}
    keep = slice(None) if w is None else w > 0
    s = {"sample_weight": None if w is None else w[keep]}
    t, y, w = t[keep], y[keep], s["sample_weight"]
    say("roc", form, w, k, *m.roc_curve(t, y, **s))
    say("roc_all", form, w, k, *m.roc_curve(t, y, drop_intermediate=False, **s))
    p, r, h = m.precision_recall_curve(t, y, **s)
    say("pr", form, w, k, p, r, np.r_[h, np.nan])
    say("det", form, w, k, *m.det_curve(t, y, **s))
    say("gain", form, w, k, *gains(t, y, w))
    say("threshold", form, w, k, *thresholds(t, y, w))
    if w is None:
        for strategy in ("uniform", "quantile"):
            for bins in (5, 7):
                true, predicted = calibration_curve(t, y, n_bins=bins, strategy=strategy)
                say(f"{strategy}{bins}", form, w, k, predicted, true)


for weights in (None, W):
    y, t = D["two"]
    one("two", 1, t, y, weights)
    y, t = D["three"]
    for k in range(3):
        one("three", k, (t == k).astype(int), y[:, k], weights)
    for form in ("two", "three"):
        y, t = D[form]
        p = (y >= 0.5).astype(int) if y.ndim == 1 else y.argmax(1)
        for name in (None, "true", "pred", "all"):
            say(f"confusion_{name}", form, weights, -1, *m.confusion_matrix(t, p, sample_weight=weights, normalize=name).T)
