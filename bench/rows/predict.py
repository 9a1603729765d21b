# SPDX-License-Identifier: Apache-2.0
"""Latency of a prediction by network a, of one row and of 256."""
from measure import json_of, program
from pairing import modes, script

PLACE, PEERS, PEAKS = 30, ("sk", "torch"), True
KNOWN = {1: (42, 28), 256: (3087, 1621)}  # us on one and two threads


def predict(b, batch, goal):
    for n in b.threads:
        def ours():
            f = json_of([program("predict"), str(batch), str(n)], n)
            return f and dict(median=f["median_us"], min=f["min_us"], max=f["p99_us"])
        peers = modes(("onnxruntime", "torch frozen", "torch inference_mode"),
                      lambda only: script("torch", "infer", "--threads", n, "--batch", batch, *(["--only", only] if only else []), n=n))
        b.paired(f"predict-{batch}", f"a, {batch} row{'s' * (batch > 1)}", n, ours, peers, {"onnxruntime": KNOWN[batch][n > 1]}, lambda m: goal,
                 higher=False, unit=" us", share=lambda v, n: batch * 1.338e6 / (v * 1e-6) / (b.peak[n][0] * 1e9))


ROWS = {"predict-1": lambda b: predict(b, 1, .9), "predict-256": lambda b: predict(b, 256, 1.0)}
