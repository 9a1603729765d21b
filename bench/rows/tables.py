# SPDX-License-Identifier: Apache-2.0
"""Group, sort and join of 1,000,000 rows of 20 mixed columns; sums over the result are the same on all sides."""
import os
from measure import json_of, program, work
from pairing import modes, script

PLACE, PEERS = 60, ("sk",)
WORKS = {"group-one": "mean of 12 by a text", "group-two": "mean of 12 by two texts", "sort-real": "sort by a real", "sort-two": "sort by text, integer",
         "join": "join with 100,000 rows"}
MODES = ("polars", "polars categories", "polars lazy", "polars streaming", "pandas", "pandas categories")


def tables(b):
    folder = os.path.join(work, "tables")
    script("sk", "tables", "--make", folder)
    if not os.path.exists(os.path.join(folder, "right.csv")):
        return b.absent("tables", "1 M rows of 20 columns", "no table", 1, higher=False)
    for name, what in WORKS.items():
        for n in b.threads:
            def ours():
                f = json_of([program("tables"), folder, name, str(n)], n)
                return f and dict(f, note=f"{f['more_mb'] / f['table_mb']:.2f} of the table's memory")
            peers = modes(MODES, lambda only: script("sk", "tables", folder, "--work", name, "--threads", n, *(["--only", only] if only else []), n=n,
                                                     POLARS_MAX_THREADS=str(n)))
            b.paired("tables", what, n, ours, peers, {}, lambda m: 1, higher=False, unit=" ms", pairs=2)


ROWS = {"tables": tables}
