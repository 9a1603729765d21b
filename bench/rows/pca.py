# SPDX-License-Identifier: Apache-2.0
"""20 principal components of 20,000 x 200, f64; the variance of the first one stands beside each figure as its loss."""
import os
from measure import json_of, program, work
from pairing import modes, script

PLACE, PEERS = 80, ("sk",)


def pca(b):
    table = os.path.join(work, "pca.f64")
    script("sk", "pca", "--make", table)
    if not os.path.exists(table):
        return b.absent("pca", "20 of 20,000 x 200", "no table", 1 / 1.3, higher=False)
    for n in b.threads:
        peers = modes(("sk auto", "sk randomized"), lambda only: script("sk", "pca", table, *(["--only", only] if only else []), n=n))
        b.paired("pca", "20 of 20,000 x 200", n, lambda: json_of([program("pca"), table, str(n)], n), peers, {}, lambda m: round(1 / 1.3, 2),
                 higher=False, unit=" ms")


ROWS = {"pca": pca}
