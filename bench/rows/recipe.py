# SPDX-License-Identifier: Apache-2.0
"""A recipe (medians, one-hot, standardised) fitted and applied to 1,000,000 rows; sums over the columns are the same on all sides.
Memory: the most that there was at once over the table and the result, both among it."""
import os
from measure import json_of, program, work
from pairing import modes, rate, script

PLACE, PEERS = 70, ("sk",)


def recipe(b):
    table = os.path.join(work, "recipe.csv")
    script("sk", "recipe", "--make", table)
    if not os.path.exists(table):
        return b.absent("recipe", "1 M rows of 20 columns", "no table", 3)
    for kind in ("f64", "f32"):
        for n in b.threads:
            def ours():
                f = json_of([program("recipe"), table, kind, str(n)], n)
                return f and rate(dict(f, note=f"memory {f['most_mb'] / (f['table_mb'] + f['result_mb']):.2f} of table and result"), 1e-3)

            def ask(only):
                found = script("sk", "recipe", table, kind, n, *(["--only", only[3:]] if only else []), n=n)
                return found and {mode: rate(f, 1e-3) for mode, f in found.items()}
            names = ["sk objects", "sk categories", "sk codes"]
            b.paired("recipe", "1 M rows of 20 columns, " + kind, n, ours, modes(names + [m + " jobs" for m in names if n > 1], ask), {}, lambda m: 3,
                     unit=" /s", pairs=2, near=1e-9 if kind == "f64" else 1e-5)


ROWS = {"recipe": recipe}
