# SPDX-License-Identifier: Apache-2.0
"""Limits that have no peer: time to start, time to plan, the command's whole process, the library's size, memory of training."""
import os, shutil, subprocess
from measure import build, json_of, program, root, whole, work

PLACE, TRAINING_DATA = 40, True


def start(b):
    for model, batch, most in (("a", 128, 20), ("b", 32, 5)):
        runs = [json_of([program("train"), model, str(batch), "1", "cold"]) for _ in range(5)]
        runs = sorted((r for r in runs if r), key=lambda r: r["first_step_s"])
        if not runs:
            b.limit("start", f"{model}: to the first step", None, 20, "ms")
            continue
        b.limit("start", f"{model}: to the first step", runs[len(runs) // 2]["first_step_s"] * 1e3, 20, "ms", 2,
                f"{runs[0]['first_step_s'] * 1e3:.2f}-{runs[-1]['first_step_s'] * 1e3:.2f}")
        data = 12800 * (785 if model == "a" else 9) * 4 / 1e6
        b.limit("start", f"{model}: resident less data", runs[0]["rss_mb"] * 1.048576 - data, most, "MB")


def plan(b):
    f = json_of([program("plan")])
    b.limit("plan", "training step of a", f and f["median"], 1, "ms", 2,
            f and f"{f['min']:.2f}-{f['max']:.2f}; first, with its variables made, {f['first_ms']:.1f}" or "")


def command(b):
    tool = os.path.join(build, "baeum")
    model, one = os.path.join(work, "iris.safetensors"), os.path.join(work, "one.csv")
    data = os.path.join(root, "data", "iris.csv")
    subprocess.run([tool, "train", data, "--target", "Species", "-o", model, "--quiet"], capture_output=True)
    open(one, "w").write("\n".join(open(data).read().splitlines()[:2]) + "\n")
    for what, cmd in (("baeum --version", [tool, "--version"]), ("predict of one row", [tool, "predict", model, one])):
        t = whole(cmd)
        b.limit("command", what, t and t[1] * 1e3, 15, "ms", 1, f"{t[0] * 1e3:.1f}-{t[2] * 1e3:.1f}, whole process" if t else "")


def size(b):
    stripped = os.path.join(work, "libbaeum.so")
    shutil.copy(os.path.realpath(os.path.join(build, "libbaeum.so")), stripped)
    subprocess.run(["strip", stripped])
    b.limit("size", "libbaeum.so stripped", os.path.getsize(stripped) / 1e6, 3, "MB", 2)


def memory(b):
    f = json_of([program("memory")])
    if f:
        b.limit("memory", f"a on {f['data']}", f["peak_mb"], round(1.3 * f["need_mb"], 1), "MB", 1,
                f"needed {f['need_mb']:.1f}: data {f['data_mb']:.1f} as stored, parameters in three slots, a batch's activations; limit 1.3 times that")
    else:
        b.limit("memory", "a", None, 1, "MB")


ROWS = {"start": start, "plan": plan, "command": command, "size": size, "memory": memory}
