# SPDX-License-Identifier: Apache-2.0
"""Reading a CSV file of 100 MB of numbers."""
import os
from measure import json_of, program, work
from pairing import modes, script

PLACE, PEERS = 50, ("sk",)


def csv(b):
    table = os.path.join(work, "numbers.csv")
    script("sk", "read_csv", "--make", table)
    if not os.path.exists(table):
        return b.absent("csv", "100 MB of numbers", "no table", 1.5)
    for n in b.threads:
        peers = modes(("pandas", "pandas with pyarrow", "polars"),
                      lambda only: script("sk", "read_csv", table, "--threads", n, *(["--only", only] if only else []), n=n, POLARS_MAX_THREADS=str(n)))

        def ours():
            f = json_of([program("csv"), table, str(n)], n)
            return f and dict(f, note=f"memory {f['peak_mb'] / f['table_mb']:.2f} of the table's")
        b.paired("csv", "100 MB of numbers", n, ours, peers, {"pandas": 317, "polars": (362, 679)[n > 1]},
                 lambda m: 1.5, unit=" MB/s", pairs=2)


ROWS = {"csv": csv}
