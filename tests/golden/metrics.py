#!/usr/bin/env python3
"""tests/golden/metrics.txt by scikit-learn and scipy: python3 tests/golden/metrics.py > tests/golden/metrics.txt
Data are whole numbers over powers of two, from the generator of tests/support/bmt_scored.h, so that both sides have the same bits.
Lines: metric, form, weighted, value, where form is two, wide2, three, labels, numbers, above, columns."""
import warnings

import numpy as np
from scipy import stats
from sklearn import metrics as m

warnings.simplefilter("ignore")
ROWS = 60
state = 11


def number(below):
    global state
    state = (state * 1103515245 + 12345) % 2**32
    return (state >> 16) % below


def data():
    d = {}
    w = np.array([number(5) / 4 for _ in range(ROWS)])
    t = np.array([number(2) for _ in range(ROWS)])
    y = np.array([(number(24) + 8 * t[i]) / 32 for i in range(ROWS)])
    d["two"] = (y, t)
    d["wide2"] = (np.stack([1 - y, y], 1), t)
    t = np.array([number(3) for _ in range(ROWS)])
    y = np.zeros((ROWS, 3))
    for i in range(ROWS):
        a = number(12) + 10 * (t[i] == 0)
        b = number(32 - a)
        y[i] = [a / 32, b / 32, (32 - a - b) / 32]
    d["three"] = (y, t)
    t = np.array([[number(2) for _ in range(3)] for _ in range(ROWS)])
    y = np.array([[(number(24) + 8 * t[i, j]) / 32 for j in range(3)] for i in range(ROWS)])
    d["labels"] = (y, t)
    t = np.array([(number(400) - 200) / 32 for _ in range(ROWS)])
    d["numbers"] = (np.array([t[i] + (number(100) - 50) / 32 for i in range(ROWS)]), t)
    t = np.array([(number(400) + 1) / 32 for _ in range(ROWS)])
    d["above"] = (np.array([t[i] / 2 + (number(100) + 1) / 32 for i in range(ROWS)]), t)
    t = np.array([[(number(400) - 200) / 32 for _ in range(2)] for _ in range(ROWS)])
    d["columns"] = (np.array([[t[i, j] + (number(100) - 50) / 32 for j in range(2)] for i in range(ROWS)]), t)
    return d, w


D, W = data()


def say(name, form, w, value):
    print(f"{name} {form} {0 if w is None else 1} {float(value)!r}")


def binarized(t, n):
    return (t[:, None] == np.arange(n)).astype(int)


def specificity(t, p, w, n, average, of=None):
    values = [m.recall_score(t != k, p != k, sample_weight=w) for k in range(n)]
    rows = np.array([(np.ones(len(t)) if w is None else w)[t == k].sum() for k in range(n)])
    if average == "one":
        return values[of]
    if average == "micro":
        ones = np.ones(len(t)) if w is None else w
        right = sum(ones[(t != k) & (p != k)].sum() for k in range(n))
        return right / sum(ones[t != k].sum() for k in range(n))
    return np.mean(values) if average == "macro" else (values @ rows) / rows.sum()


def classes(w):
    for form in ("two", "wide2", "three", "labels"):
        y, t = D[form]
        k = {"sample_weight": w}
        many = form == "three"
        if form == "labels":
            p = (y >= 0.5).astype(int)
            say("accuracy", form, w, 1 - m.hamming_loss(t, p, **k))
            say("subset_accuracy", form, w, m.accuracy_score(t, p, **k))
        else:
            p = y.argmax(1) if many else (y if y.ndim == 1 else y[:, 1]) >= 0.5
            p = p.astype(int)
            say("accuracy", form, w, m.accuracy_score(t, p, **k))
            say("subset_accuracy", form, w, m.accuracy_score(t, p, **k))
            say("balanced_accuracy", form, w, m.balanced_accuracy_score(t, p, **k))
            say("kappa", form, w, m.cohen_kappa_score(t, p, **k))
            for a in ("linear", "quadratic"):
                say(f"kappa_{a}", form, w, m.cohen_kappa_score(t, p, weights=a, **k))
            say("mcc", form, w, m.matthews_corrcoef(t, p, **k))
            for a in ("micro", "macro", "weighted"):
                say(f"specificity_{a}", form, w, specificity(t, p, w, 3 if many else 2, a))
            say("specificity", form, w, specificity(t, p, w, 3 if many else 2, "macro" if many else "one", 1))
            say("specificity_of(0)", form, w, specificity(t, p, w, 3 if many else 2, "one", 0))
        say("hamming_loss", form, w, m.hamming_loss(t, p, **k))
        scores = {"precision": m.precision_score, "recall": m.recall_score, "f1": m.f1_score, "jaccard": m.jaccard_score,
                  "fbeta": lambda *a, **b: m.fbeta_score(*a, beta=2, **b)}
        for name, f in scores.items():
            for a in ("micro", "macro", "weighted"):
                say(f"{name}_{a}", form, w, f(t, p, average=a, zero_division=0, **k))
            plain = "macro" if many or form == "labels" else "binary"
            say(name, form, w, f(t, p, average=plain, zero_division=0, **k))
            if name != "fbeta" and form != "labels":
                say(f"{name}_of(0)", form, w, f(t, p, average=None, zero_division=0, **k)[0])
    say("fbeta(0.5)", "two", w, m.fbeta_score(D["two"][1], D["two"][0] >= 0.5, beta=0.5, sample_weight=w))
    say("precision(0.25)", "two", w, m.precision_score(D["two"][1], D["two"][0] >= 0.25, sample_weight=w))
    say("recall(0.75)", "wide2", w, m.recall_score(D["two"][1], D["two"][0] >= 0.75, sample_weight=w))


def ece(y, right, w):
    w = np.ones(len(y)) if w is None else w
    bin_of = np.minimum((y * 10).astype(int), 9)
    return sum(abs((w * (y - right))[bin_of == b].sum()) for b in range(10)) / w.sum()


def probabilities(w):
    k = {"sample_weight": w}
    ones = np.ones(ROWS) if w is None else w
    y, t = D["two"]
    y = np.clip(y, 1 / 64, 63 / 64)
    for form in ("two", "wide2"):
        say("roc_auc", form, w, m.roc_auc_score(t, D["two"][0], **k))
        say("gini", form, w, 2 * m.roc_auc_score(t, D["two"][0], **k) - 1)
        fpr, tpr, _ = m.roc_curve(t, D["two"][0], drop_intermediate=False, **k)
        say("ks", form, w, (tpr - fpr).max())
        say("average_precision", form, w, m.average_precision_score(t, D["two"][0], **k))
        pr, re, _ = m.precision_recall_curve(t, D["two"][0], **k)
        say("pr_auc", form, w, m.auc(re, pr))
        say("brier", form, w, m.brier_score_loss(t, D["two"][0], **k))
        say("d2_brier", form, w, m.d2_brier_score(t, D["two"][0], **k))
        say("ece", form, w, ece(D["two"][0], t, w))
    say("hinge", "two", w, m.hinge_loss(t, D["two"][0], **k))
    y, t = D["three"]
    say("roc_auc", "three", w, m.roc_auc_score(t, y, multi_class="ovr", **k))
    say("roc_auc_weighted", "three", w, m.roc_auc_score(t, y, multi_class="ovr", average="weighted", **k))
    if w is None:
        say("roc_auc_ovo", "three", w, m.roc_auc_score(t, y, multi_class="ovo"))
        say("roc_auc_ovo_weighted", "three", w, m.roc_auc_score(t, y, multi_class="ovo", average="weighted"))
    b = binarized(t, 3)
    say("average_precision", "three", w, m.average_precision_score(b, y, **k))
    say("average_precision_weighted", "three", w, m.average_precision_score(b, y, average="weighted", **k))
    say("hinge", "three", w, m.hinge_loss(t, y, labels=[0, 1, 2], **k))
    say("brier", "three", w, m.brier_score_loss(t, y, scale_by_half=False, **k))
    say("d2_brier", "three", w, m.d2_brier_score(t, y, **k))
    say("ece", "three", w, ece(y.max(1), y.argmax(1) == t, w))
    say("log_loss", "three", w, m.log_loss(t, y, **k))  # of true classes that were given 0
    say("d2_log_loss", "three", w, m.d2_log_loss_score(t, y, **k))
    safe = y * 0.75 + 0.25 / 3
    say("log_loss", "safe3", w, m.log_loss(t, safe, **k))
    say("d2_log_loss", "safe3", w, m.d2_log_loss_score(t, safe, **k))
    safe = D["two"][0] * 0.75 + 0.125
    say("log_loss", "safe2", w, m.log_loss(D["two"][1], safe, **k))
    say("d2_log_loss", "safe2", w, m.d2_log_loss_score(D["two"][1], np.stack([1 - safe, safe], 1), **k))
    y, t = D["labels"]
    say("roc_auc", "labels", w, m.roc_auc_score(t, y, **k))
    say("roc_auc_weighted", "labels", w, m.roc_auc_score(t, y, average="weighted", **k))
    say("average_precision", "labels", w, m.average_precision_score(t, y, **k))


def numbers(w):
    k = {"sample_weight": w}
    for form in ("numbers", "above", "columns"):
        y, t = D[form]
        say("mse", form, w, m.mean_squared_error(t, y, **k))
        say("rmse", form, w, m.root_mean_squared_error(t, y, **k))
        say("mae", form, w, m.mean_absolute_error(t, y, **k))
        if form == "above":
            say("mape", form, w, m.mean_absolute_percentage_error(t, y, **k))
            say("msle", form, w, m.mean_squared_log_error(t, y, **k))
            say("rmsle", form, w, m.root_mean_squared_log_error(t, y, **k))
        say("median_ae", form, w, m.median_absolute_error(t, y, **k))
        if form != "columns" and w is None:
            say("max_error", form, w, m.max_error(t, y))
        say("r2", form, w, m.r2_score(t, y, **k))
        say("explained_variance", form, w, m.explained_variance_score(t, y, **k))
        say("pinball(0.875)", form, w, m.mean_pinball_loss(t, y, alpha=0.875, **k))
        say("d2_absolute_error", form, w, m.d2_absolute_error_score(t, y, **k))
        say("d2_pinball(0.25)", form, w, m.d2_pinball_score(t, y, alpha=0.25, **k))
        ones = np.ones(ROWS) if w is None else w
        e = np.abs(y - t)
        h = np.where(e <= 1, e * e / 2, e - 0.5)
        say("huber", form, w, np.average(h, axis=0, weights=ones).mean())
        s = np.where(np.abs(y) + np.abs(t) > 0, 2 * e / np.maximum(np.abs(y) + np.abs(t), 1e-300), 0)
        say("smape", form, w, np.average(s, axis=0, weights=ones).mean())
        if form != "columns":
            cov = np.cov(y, t, aweights=ones, ddof=0)
            say("correlation", form, w, stats.pearsonr(y, t)[0] if w is None else cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1]))
            r2, n = m.r2_score(t, y, **k), ones.sum()
            say("adjusted_r2(3)", form, w, 1 - (1 - r2) * (n - 1) / (n - 4))
    y, t = D["above"]
    say("poisson_deviance", "above", w, m.mean_poisson_deviance(t, y, **k))
    say("gamma_deviance", "above", w, m.mean_gamma_deviance(t, y, **k))
    for p in (1.5, 3, -1):
        say(f"tweedie_deviance({p})", "above", w, m.mean_tweedie_deviance(t, y, power=p, **k))
        if p > 0:
            say(f"d2_tweedie({p})", "above", w, m.d2_tweedie_score(t, y, power=p, **k))
    say("d2_poisson", "above", w, m.d2_tweedie_score(t, y, power=1, **k))
    say("d2_gamma", "above", w, m.d2_tweedie_score(t, y, power=2, **k))


if __name__ == "__main__":
    for weights in (None, W):
        classes(weights)
        probabilities(weights)
        numbers(weights)
