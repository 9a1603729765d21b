# SPDX-License-Identifier: Apache-2.0
"""Matrix products f32 of a network's shapes, beside OpenBLAS, oneDNN and libxsmm, all in one process."""
import json, os, subprocess
from measure import program, steady

PLACE = 10


def gemm(b):
    for n in b.threads:
        def measure():
            env = dict(os.environ, OMP_NUM_THREADS=str(n), OPENBLAS_NUM_THREADS=str(n), BAEUM_THREADS=str(n))
            pin = ["taskset", "-c", "0" if n == 1 else f"0-{n - 1}"]
            r = subprocess.run(pin + [program("gemm"), "--json", "--threads", str(n)], capture_output=True, text=True, env=env)
            return dict(lines=[json.loads(line) for line in r.stdout.splitlines() if line.startswith("{")])
        f = steady(measure, n)
        if not f or f.get("far"):
            b.row("gemm", "all", n, "cores far apart", "none", None, 0)
            continue
        for d in f["lines"]:
            show = lambda who: f"{d[who][1]:.1f} ({d[who][0]:.1f}-{d[who][2]:.1f})"
            others = ", ".join(f"{who} {d[who][1]:.1f}" for who in ("OpenBLAS", "oneDNN", "libxsmm") if who in d and who != d["peer"])
            there = d["peer"] in d and d["peer"] != "baeum"
            b.row("gemm", d["shape"], n, show("baeum") + " GF/s", f"{d['peer']} {show(d['peer'])}" if there else "none",
                  d["baeum"][1] / d[d["peer"]][1] if there else None, d["goal"], share=f"{100 * d['share']:.0f} %", notes=others)


ROWS = {"gemm": gemm}
