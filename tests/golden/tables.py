#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Operations on tables by pandas: python3 tests/golden/tables.py > tests/golden/tables.txt (pandas 3.1). The tables are made here as
tests/data/test_table_operations.c makes them; sections begin by "== name". With the folder of the data sets behind it the script prints
the figures of tests/cli/test_inspect_table.c instead (scipy 1.17)."""
import os, sys
import numpy as np, pandas as pd


def table(n=200):
    i = np.arange(n)
    t = pd.DataFrame({
        "city": [["b", "a", "c", None, "dd"][k * 7 % 5] for k in i],
        "floor": pd.array([pd.NA if k % 17 == 0 else k * k % 4 for k in i], dtype="Int64"),
        "x": [np.nan if k % 11 == 0 else (k * 37 % 101) / 8 - 5 for k in i],
        "n": pd.array([k * 13 % 23 - 11 for k in i], dtype="Int64"),
        "word": [None if k % 13 == 5 else "w%d" % (k * 29 % 31) for k in i],
        "flag": pd.array([pd.NA if k % 19 == 3 else k % 3 == 0 for k in i], dtype="boolean"),
    })
    return t


def right():
    return pd.DataFrame({"city": ["a", "dd", "zz", "a", None, "c"], "floor": pd.array([1, 0, 1, 0, 2, pd.NA], dtype="Int64"),
                         "x": [1.5, 2.5, 3.5, 4.5, 5.5, 6.5], "size": pd.array([10, 20, 30, 40, 50, 60], dtype="Int64")})


def show(name, t):
    print("== " + name)
    t = t.copy()
    for c in t:
        if t[c].dtype == "boolean":
            t[c] = t[c].map({True: "true", False: "false"}, na_action="ignore")
    print(t.to_csv(index=False, na_rep="", lineterminator="\n"), end="")


def skew(x):
    x = x.dropna().astype(float)
    d = x - x.mean()
    m2 = (d ** 2).mean()
    return (d ** 3).mean() / m2 ** 1.5 if len(x) and m2 > 0 else np.nan


def look(folder):
    from scipy.stats import skew as scipy_skew
    from scipy.stats.contingency import association
    h = pd.read_csv(os.path.join(folder, "housing", "housing.csv"))
    print(h.describe().loc[["mean", "std", "25%", "50%", "75%"], ["total_bedrooms"]].T.to_string(float_format="%.10g"))
    for c in ("population", "total_rooms", "total_bedrooms", "households", "median_income"):
        print(c, "skew %.10g" % scipy_skew(h[c].dropna()), "Pearson %.10g" % h[c].corr(h.median_house_value))
    y = h.median_house_value
    means = h.groupby("ocean_proximity").median_house_value.transform("mean")
    print("eta %.10g" % np.sqrt(((means - y.mean()) ** 2).sum() / ((y - y.mean()) ** 2).sum()))
    b = pd.read_csv(os.path.join(folder, "bike-sharing", "train.csv"))
    print("count skew %.10g" % scipy_skew(b["count"]), "registered %.10g" % b.registered.corr(b["count"]))
    t = pd.read_csv(os.path.join(folder, "titanic", "titanic.csv"))
    print("V of Sex and Embarked %.10g" % association(pd.crosstab(t.Sex, t.Embarked).to_numpy(), method="cramer", correction=False))


if len(sys.argv) > 1:
    look(sys.argv[1])
    raise SystemExit
t, r = table(), right()
for name, keys, dropna in (("one", ["city"], True), ("two", ["city", "floor"], False), ("words", ["word", "flag"], True)):
    g = t.groupby(keys, dropna=dropna)
    out = pd.DataFrame({"rows": g.size(), "x_count": g.x.count(), "x_sum": g.x.sum(), "x_mean": g.x.mean(), "x_median": g.x.median(),
                        "x_min": g.x.min(), "x_max": g.x.max(), "x_std": g.x.std(), "x_var": g.x.var(), "x_first": g.x.first(),
                        "x_last": g.x.last(), "x_distinct": g.x.nunique(), "x_skew": g.x.apply(skew), "x_q0.9": g.x.quantile(.9),
                        "n_sum": g.n.sum(), "n_mean": g.n.mean(), "n_min": g.n.min(), "n_distinct": g.n.nunique()})
    if name != "words":
        out["word_distinct"], out["word_first"] = g.word.nunique(), g.word.first()
        out["word_max"] = g.word.apply(lambda w: w.dropna().max() if w.notna().any() else None)
        out["flag_sum"] = g.flag.sum()
    show("group " + name, out.reset_index())
show("counts", t.city.value_counts().rename("rows").reset_index().sort_values(["rows", "city"], ascending=[False, True]))
t["row"] = range(len(t))
show("sort x", t.sort_values("x", kind="stable")[["row", "x"]])
show("sort city n", t.sort_values(["city", "n"], kind="stable")[["row", "city", "n"]])
show("sort city n down", t.sort_values(["city", "n", "flag"], ascending=[True, False, False], kind="stable")[["row", "city", "n", "flag"]])
l, r = t[["row", "city", "floor", "x"]], r
k = l.dropna(subset=["city"])
for how in ("inner", "left"):
    out = l.merge(r[r.city.notna()], on="city", how=how)
    if how == "inner":
        out = out[out.city.notna()]
    show("join " + how, out)
lf, rf = l[l.city.notna() & l.floor.notna()], r[r.city.notna() & r.floor.notna()]
show("join two", lf.merge(rf, on=["city", "floor"]))
show("join two missing", l.merge(r, on=["city", "floor"]))
show("join right", l[l.city.notna()].merge(r, on="city", how="right")[["row", "city", "floor_x", "x_x", "floor_y", "x_y", "size"]])
matched = l.merge(r[r.city.notna()], on="city", how="left")
alone = r[~r.city.isin(l.city.dropna()) | r.city.isna()].rename(columns={"floor": "floor_y", "x": "x_y"})
show("join full", pd.concat([matched, alone]))
show("join semi", l[l.city.isin(r.city.dropna()) & l.city.notna()])
show("join anti", l[~(l.city.isin(r.city.dropna()) & l.city.notna())])
show("unique", t.drop_duplicates(["city", "flag"])[["row", "city", "flag"]])
show("unique last", t.drop_duplicates(["city", "flag"], keep="last")[["row", "city", "flag"]])
show("unique none", t.drop_duplicates(["city", "word", "flag"], keep=False)[["row", "city"]])
show("duplicates", t[t.duplicated(["city", "flag"])][["row", "city"]])
show("filter 1", t[(t.x >= 0) & (t.n < 3) & t.city.isin(["a", "b"]) & t.word.notna()][["row"]])
show("filter 2", t[((t.x / 2 + t.n * 2 > 1.5) | (t.city == "c")) & ~(t.floor == 1).fillna(True).astype(bool)][["row"]])
show("filter 3", t[t.flag.fillna(False).astype(bool) & ~t.n.isin([1, 2, 3, -11]) & t.floor.between(1, 2).fillna(False).astype(bool)][["row"]])
show("filter 4", t[t.word.str.contains("2", na=False) & ~t.word.str.endswith("2", na=False)][["row"]])
show("concat", pd.concat([t[["city", "n"]].head(3), r[["size", "city"]].head(2)]))
