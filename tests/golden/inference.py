#!/usr/bin/env python3
"""Statistics of fitted linear models by statsmodels: writes inference.txt, which tests/model/test_inference.c reads.

python3 tests/golden/inference.py DATA > tests/golden/inference.txt      (needs statsmodels, pandas; DATA: the folder of shared data)

Lines: case, target, feature or figure, quantity, value. hc0 .. hc3 are standard errors; rows are diagnostics of the row of that number."""
import sys
import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.stats.diagnostic import het_breuschpagan
from statsmodels.stats.outliers_influence import variance_inflation_factor
from statsmodels.stats.stattools import durbin_watson, jarque_bera, omni_normtest

data = sys.argv[1]


def put(case, target, name, quantity, value):
    print(case, target.replace(" ", "_"), name.replace(" ", "_"), quantity, repr(float(value)))


def name_of(column):
    return "intercept" if column == "const" else column


def coefficients(case, target, r, names, params, bse, stat, p, low, high):
    for i, c in enumerate(names):
        for quantity, value in zip(("coefficient", "standard_error", "statistic", "p", "low", "high"), (params, bse, stat, p, low, high)):
            put(case, target, name_of(c), quantity, value[i])


def condition(x):
    x = np.asarray(x)
    return np.linalg.cond(x / np.linalg.norm(x, axis=0))


def squares(case, frame, target, columns, weights=None, intercept=True, breusch=True):
    x = frame[columns].astype(float)
    if intercept:
        x = sm.add_constant(x, prepend=False)
    y = frame[target].astype(float)
    model = sm.WLS(y, x, weights=weights) if weights is not None else sm.OLS(y, x)
    r = model.fit(method="qr")
    ci = r.conf_int()
    coefficients(case, target, r, x.columns, r.params.values, r.bse.values, r.tvalues.values, r.pvalues.values, ci[0].values, ci[1].values)
    for hc in ("HC0", "HC1", "HC2", "HC3"):
        se = getattr(r, hc + "_se")
        for i, c in enumerate(x.columns):
            put(case, target, name_of(c), hc.lower(), np.asarray(se)[i])
    if weights is None and intercept:
        for i, c in enumerate(columns):
            put(case, target, c, "vif", variance_inflation_factor(x.values, i))
            put(case, target, c, "standardized", r.params[c] * frame[c].std(ddof=0) / y.std(ddof=0))
    e = r.wresid
    jb, jbp, skew, kurtosis = jarque_bera(e)
    om = omni_normtest(e)
    figures = dict(rows=r.nobs, df_model=r.df_model, df_residual=r.df_resid, r2=r.rsquared, adjusted_r2=r.rsquared_adj, sigma=np.sqrt(r.scale),
                   f=r.fvalue, f_p=r.f_pvalue, log_likelihood=r.llf, aic=r.aic, bic=r.bic, durbin_watson=durbin_watson(e), skew=skew,
                   kurtosis=kurtosis, jarque_bera=jb, jarque_bera_p=jbp, omnibus=om.statistic, omnibus_p=om.pvalue, condition=condition(r.model.wexog))
    if breusch:
        lm, lmp, _, _ = het_breuschpagan(r.resid, x)
        figures.update(breusch_pagan=lm, breusch_pagan_p=lmp)
    for name, value in figures.items():
        put(case, target, name, "figure", value)
    if weights is not None:
        return
    influence = r.get_influence()
    for i in (0, 3, len(y) - 1):
        row = dict(fitted=r.fittedvalues.iloc[i], residual=r.resid.iloc[i], leverage=influence.hat_matrix_diag[i],
                   standardized=influence.resid_studentized_internal[i], studentized=influence.resid_studentized_external[i],
                   cooks_distance=influence.cooks_distance[0][i], dffits=influence.dffits[0][i])
        for quantity, value in row.items():
            put(case, target, str(i), "row_" + quantity, value)


def class_figures(case, target, r, rank):
    n = r.nobs
    for name, value in dict(rows=n, df_model=r.df_model, df_residual=r.df_resid, log_likelihood=r.llf, log_likelihood_null=r.llnull,
                            pseudo_r2=r.prsquared, likelihood_ratio=r.llr, likelihood_ratio_p=r.llr_pvalue, aic=r.aic, bic=r.bic).items():
        put(case, target, name, "figure", value)


def logit(case, frame, target, positive, columns):
    x = sm.add_constant(frame[columns].astype(float), prepend=False)
    y = (frame[target].astype(str) == positive).astype(float)
    r = sm.Logit(y, x).fit(method="newton", maxiter=100, tol=1e-13, disp=0)
    ci = r.conf_int()
    coefficients(case, positive, r, x.columns, r.params.values, r.bse.values, r.tvalues.values, r.pvalues.values, ci[0].values, ci[1].values)
    class_figures(case, target, r, len(columns) + 1)


def mnlogit(case, frame, target, columns):
    x = sm.add_constant(frame[columns].astype(float), prepend=False)
    classes = sorted(frame[target].unique())
    y = frame[target].map({c: i for i, c in enumerate(classes)})
    r = sm.MNLogit(y, x).fit(method="newton", maxiter=200, tol=1e-13, disp=0)
    ci = np.asarray(r.conf_int())
    for k, c in enumerate(classes[1:]):
        block = ci[k] if ci.ndim == 3 else ci[k * len(x.columns):(k + 1) * len(x.columns)]
        coefficients(case, c, r, x.columns, r.params.values[:, k], r.bse.values[:, k], r.tvalues.values[:, k], r.pvalues.values[:, k],
                     block[:, 0], block[:, 1])
    class_figures(case, target, r, 0)


def counts(case, frame, target, columns):
    x = sm.add_constant(frame[columns].astype(float), prepend=False)
    r = sm.Poisson(frame[target].astype(float), x).fit(method="newton", maxiter=200, tol=1e-13, disp=0)
    ci = r.conf_int()
    coefficients(case, target, r, x.columns, r.params.values, r.bse.values, r.tvalues.values, r.pvalues.values, ci[0].values, ci[1].values)
    class_figures(case, target, r, 0)


def main():
    mtcars = pd.read_csv(data + "/rdatasets/mtcars.csv")
    boston = pd.read_csv(data + "/rdatasets/Boston.csv")
    card = pd.read_csv(data + "/creditcard/CreditCard.csv")
    infert = pd.read_csv(data + "/infert/infert.csv")
    squares("mtcars", mtcars, "mpg", ["cyl", "disp", "hp", "drat", "wt", "qsec", "vs", "am", "gear", "carb"])
    squares("mtcars_weighted", mtcars, "mpg", ["cyl", "disp", "wt", "qsec"], weights=mtcars["hp"], breusch=False)
    squares("mtcars_origin", mtcars, "mpg", ["wt", "qsec", "drat"], intercept=False, breusch=False)
    squares("boston", boston, "medv", [c for c in boston.columns if c not in ("rownames", "medv")])
    squares("card", card, "expenditure", ["reports", "age", "income", "dependents", "months", "majorcards", "active"])
    logit("card_logit", card, "card", "yes", ["reports", "age", "income", "dependents", "months", "majorcards", "active"])
    logit("infert_logit", infert, "case", "1", ["age", "parity", "induced", "spontaneous"])
    mnlogit("infert_classes", infert, "education", ["age", "parity", "induced", "spontaneous"])
    counts("infert_counts", infert, "parity", ["age", "induced", "spontaneous", "case"])


main()
