#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What others take for the CSV file that bench_csv reads: 540,000 rows of 20 normal numbers with six decimals, 103 MB.
read_csv.py --make FILE writes it; read_csv.py FILE --threads N prints a JSON object, reader -> MB/s (median, least, most) of eight readings.
Threads: the caller pins the process; POLARS_MAX_THREADS sets polars' own, pyarrow's and pandas' C engine follow the pinning."""
import argparse, json, os, statistics, time

p = argparse.ArgumentParser()
p.add_argument("file", nargs="?")
p.add_argument("--make")
p.add_argument("--threads", type=int, default=1)
p.add_argument("--only", default="")
a = p.parse_args()
if a.make:
    if not os.path.exists(a.make):
        import numpy as np, pandas as pd
        numbers = np.random.default_rng(0).standard_normal((540000, 20))
        pd.DataFrame(numbers, columns=["c%d" % i for i in range(20)]).to_csv(a.make, index=False, float_format="%.6f")
    raise SystemExit
os.environ.setdefault("POLARS_MAX_THREADS", str(a.threads))
mb = os.path.getsize(a.file) / 1e6


def rates(read):
    seconds = []
    for _ in range(8):
        t = time.perf_counter()
        read()
        seconds.append(time.perf_counter() - t)
    seconds.sort()
    return dict(median=round(mb / statistics.median(seconds), 1), min=round(mb / seconds[-1], 1), max=round(mb / seconds[0], 1))


def pandas():
    import pandas as pd
    return rates(lambda: pd.read_csv(a.file))


def pandas_with_pyarrow():
    import pandas as pd, pyarrow
    pyarrow.set_cpu_count(a.threads)
    return rates(lambda: pd.read_csv(a.file, engine="pyarrow"))


def polars():
    import polars as pl
    return rates(lambda: pl.read_csv(a.file))


out = {}
for mode, measure in {"pandas": pandas, "pandas with pyarrow": pandas_with_pyarrow, "polars": polars}.items():
    if a.only and mode != a.only:
        continue
    try:
        out[mode] = measure()
    except ImportError:
        pass
print(json.dumps(out))
