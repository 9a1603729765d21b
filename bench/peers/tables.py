#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What polars and pandas take for the work of bench_tables on a table of 1,000,000 rows and 20 mixed columns.
tables.py --make FOLDER writes left.csv and right.csv; tables.py FOLDER --work group-one --threads N prints a JSON object, peer -> ms (median,
least, most) with checksums of the result. Works: group-one group-two sort-real sort-two join. Modes: texts as strings and as
categories, polars eager and lazy (its streaming engine, too). Reading the files is not timed, nor is what sums the results up."""
import argparse, json, os, statistics, time

p = argparse.ArgumentParser()
p.add_argument("folder", nargs="?")
p.add_argument("--make")
p.add_argument("--rows", type=int, default=1000000)
p.add_argument("--work", default="group-one")
p.add_argument("--threads", type=int, default=1)
p.add_argument("--only", default="")
a = p.parse_args()
os.environ.setdefault("POLARS_MAX_THREADS", str(a.threads))

if a.make:
    import numpy as np, pandas as pd
    os.makedirs(a.make, exist_ok=True)
    if os.path.exists(os.path.join(a.make, "right.csv")):
        raise SystemExit
    g, n = np.random.default_rng(0), a.rows
    few = max(10, n // 10)

    def words(count, missing=0):
        text = np.array(["%s%d" % ("abcdefgh"[i % 8] * (1 + i % 5), i) for i in range(count)], dtype=object)[g.integers(0, count, n)]
        text[g.random(n) < missing] = None
        return text

    def reals(missing=0):
        x = np.round(g.standard_normal(n) * 10 ** g.integers(0, 4), 6)
        x[g.random(n) < missing] = np.nan
        return x

    def integers(most, missing=0):
        x = pd.array(g.integers(-most, most, n), dtype="Int64")
        x[g.random(n) < missing] = pd.NA
        return x
    t = {"id": g.permutation(n), "k": pd.array(g.integers(0, few, n), dtype="Int64"), "city": words(1000, .02), "shop": words(50)}
    t["k"][g.random(n) < .01] = pd.NA
    t.update({"r%d" % i: reals(.05 if i > 5 else 0) for i in range(1, 9)})
    t.update({"i%d" % i: integers(10 ** (2 * i), .03 if i == 4 else 0) for i in range(1, 5)})
    t.update({"t1": words(5), "t2": words(300, .05), "t3": words(5000), "flag": np.where(g.random(n) < .3, "true", "false")})
    pd.DataFrame(t).to_csv(os.path.join(a.make, "left.csv"), index=False)
    k = g.permutation(few + few // 10)[:few]
    pd.DataFrame({"k": k, "name": ["n%d" % (i * 7919 % few) for i in k], "v": np.round(g.standard_normal(few), 6),
                  "w": g.integers(0, 1000, few)}).to_csv(os.path.join(a.make, "right.csv"), index=False)
    raise SystemExit

MEANS = ["r%d" % i for i in range(1, 9)] + ["i%d" % i for i in range(1, 5)]
KEYS = {"group-one": ["city"], "group-two": ["city", "shop"], "sort-real": ["r1"], "sort-two": ["city", "i2"]}


def timed(work, sums):
    work()
    seconds = []
    while len(seconds) < 7 and (len(seconds) < 3 or sum(seconds) < 12):
        t = time.perf_counter()
        out = work()
        seconds.append(time.perf_counter() - t)
    return dict(median=round(statistics.median(seconds) * 1e3, 3), min=round(min(seconds) * 1e3, 3), max=round(max(seconds) * 1e3, 3), sums=sums(out))


def checksums(columns, rows):
    """Of each column the sum of its cells times 1, 2 ... 97, 1 ... by place: bench_tables has the same. Texts count by their bytes."""
    import numpy as np
    weight = np.arange(rows) % 97 + 1.
    return {"rows": rows, **{name: float(np.nansum(weight * values)) for name, values in columns}}


def polars(lazy, categories):
    import polars as pl
    left = pl.read_csv(os.path.join(a.folder, "left.csv"))
    right = pl.read_csv(os.path.join(a.folder, "right.csv"))
    if categories:
        left = left.with_columns(pl.col(pl.String).cast(pl.Categorical))
        right = right.with_columns(pl.col(pl.String).cast(pl.Categorical))

    def ask(t):
        if a.work.startswith("group"):
            return t.group_by(KEYS[a.work]).agg(pl.col(MEANS).mean())
        if a.work.startswith("sort"):
            return t.sort(KEYS[a.work], nulls_last=True, maintain_order=True)
        return t.join(right.lazy() if lazy else right, on="k", how="inner", maintain_order="left")

    def sums(out):
        if a.work.startswith("group"):  # the order of groups is free
            out = out.drop_nulls(KEYS[a.work]).with_columns(pl.col(KEYS[a.work]).cast(pl.String)).sort(KEYS[a.work])
        numbers = [(c, out[c].cast(pl.String).str.len_bytes() if out[c].dtype in (pl.String, pl.Categorical) else out[c]) for c in out.columns]
        return checksums([(c, x.cast(pl.Float64).fill_null(float("nan")).to_numpy()) for c, x in numbers], len(out))
    if lazy:
        return timed(lambda: ask(left.lazy()).collect(**({"engine": lazy} if lazy != "auto" else {})), sums)
    return timed(lambda: ask(left), sums)


def pandas(categories):
    import pandas as pd
    left = pd.read_csv(os.path.join(a.folder, "left.csv"))
    right = pd.read_csv(os.path.join(a.folder, "right.csv"))
    if categories:
        for c in ["city", "shop", "t1", "t2", "t3"]:
            left[c] = left[c].astype("category")

    def work():
        if a.work.startswith("group"):
            return left.groupby(KEYS[a.work], sort=False, observed=True)[MEANS].mean().reset_index()
        if a.work.startswith("sort"):
            return left.sort_values(KEYS[a.work], kind="stable", ignore_index=True)
        return left.dropna(subset=["k"]).merge(right, on="k", how="inner")

    def sums(out):
        if a.work.startswith("group"):
            out = out.assign(**{k: out[k].astype(str) for k in KEYS[a.work]}).sort_values(KEYS[a.work])
        numbers = [(c, out[c] if pd.api.types.is_numeric_dtype(out[c]) else out[c].astype(object).map(lambda s: len(s.encode()), na_action="ignore")) for c in out]
        return checksums([(c, x.astype(float).to_numpy()) for c, x in numbers], len(out))
    return timed(work, sums)


MODES = {"polars": lambda: polars(None, False), "polars categories": lambda: polars(None, True), "polars lazy": lambda: polars("auto", True),
         "polars streaming": lambda: polars("streaming", True), "pandas": lambda: pandas(False), "pandas categories": lambda: pandas(True)}
out = {}
for mode, measure in MODES.items():
    if a.only and mode != a.only:
        continue
    try:
        out[mode] = measure()
    except ImportError:
        pass
print(json.dumps(out))
