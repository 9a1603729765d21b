# SPDX-License-Identifier: Apache-2.0
"""5 folds of a linear model on housing, medians, one-hot and standardising included; R^2 of the held-out rows stands beside each figure
as its loss."""
import os
from measure import json_of, program, root
from pairing import rate, script

PLACE, PEERS = 100, ("sk",)


def cv(b):
    table = os.path.join(os.environ.get("BAEUM_DATA", os.path.join(root, "..", "shared", "data")), "housing", "housing.csv")
    if not os.path.exists(table):
        return b.absent("cv", "5 folds, housing", "no table", 5)

    def figure(f):
        return f and rate(dict(f, loss=f["r2"]))
    for n in b.threads:
        for model in ("linear", "ridge:alpha=10"):
            asked = [table, "median_house_value", model, str(n)]
            b.paired("cv", "5 folds, housing, " + model, n, lambda: figure(json_of([program("learn")] + asked, n)),
                     {"scikit-learn": lambda: figure(script("sk", "cv", *asked, n=n))}, {}, lambda m: 5, unit=" /s", pairs=2)


ROWS = {"cv": cv}
