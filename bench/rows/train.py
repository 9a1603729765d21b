# SPDX-License-Identifier: Apache-2.0
"""Samples a second in training: a is 784-512-512-10 with Adam, b is 8-16-16-16-3, both by mini-batches through the input pipeline."""
import os
from measure import json_of, program, work
from pairing import script

PLACE, PEERS, PEAKS, TRAINING_DATA = 20, ("sk", "torch", "jax", "keras", "tf"), True, True
TUNED = dict(MALLOC_TRIM_THRESHOLD_="4294967296", MALLOC_MMAP_THRESHOLD_="4294967296", MALLOC_TOP_PAD_="268435456")
KNOWN = {  # samples/s on one and two threads
    "a": {"jax scan": (26800, 47500), "torch eager": (16000, 24600), "torch fused tuned": (23300, 40000), "keras-jax": (23700, 34500), "keras-tf": (9800, 22000)},
    "b32": {"jax scan": (4.88e6, 4.86e6), "jax jit": (.74e6, 1.5e6), "fann": (1.08e6, 1.08e6), "keras-jax": (.19e6, .19e6), "torch eager": (.118e6, .118e6)},
    "b1": {"jax scan": (1.05e6, 1.05e6), "jax jit": (32e3, 32e3), "fann": (1.05e6, 1.05e6), "keras-jax": (7e3, 7e3), "torch eager": (3.9e3, 3.9e3)},
}
FLOP_PER_SAMPLE = {"a": 410.8e6 / 128, "b": 2 * (2 * 8 * 16 + 3 * 16 * 16 + 3 * 16)}


def peers(b, model, batch, n):
    def mode(lib, name, **env):
        backend = dict(KERAS_BACKEND="tensorflow" if lib == "tf" else "jax")
        return lambda: script(lib, f"train_{'keras' if lib == 'tf' else lib}", "--model", model, "--batch", batch, "--threads", n, "--mode", name, n=n, **backend, **env)
    found = {"jax scan": mode("jax", "scan")}
    if not b.quick:
        found.update({"jax jit": mode("jax", "jit"), "torch eager": mode("torch", "eager"), "keras-jax": mode("keras", "fit")})
        if model == "a":
            found.update({"torch fused": mode("torch", "fused"), "torch fused tuned": mode("torch", "fused", **TUNED), "keras-tf": mode("tf", "fit")})
    if model == "b" and os.path.exists(program("fann")):
        found["fann"] = lambda: json_of([program("fann"), str(batch), work])
    return found


def train(b, model, batch, goals):
    tag = model + ("" if model == "a" else str(batch))
    # FANN stands for KANN, which no archive has: KANN ran 4.4 times as fast at batch 32 and 1.9 times at 1.
    kann = 22 / 5 if batch == 32 else 5.6 / 3
    for n in b.threads:
        b.paired("train-" + tag, f"{model}, batch {batch}", n, lambda: json_of([program("train"), model, str(batch), str(n)], n), peers(b, model, batch, n),
                 {m: f[n > 1] for m, f in KNOWN[tag].items()}, lambda m: round(goals[n > 1] * (kann if m == "fann" else 1), 2), unit="/s",
                 share=lambda v, n: v * FLOP_PER_SAMPLE[model] / (b.peak[n][0] * 1e9))


ROWS = {"train-a": lambda b: train(b, "a", 128, (1.15, 1.25)), "train-b32": lambda b: train(b, "b", 32, (5, 5)), "train-b1": lambda b: train(b, "b", 1, (3, 3))}
