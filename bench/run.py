#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures Baeum beside its peers, pair by pair in one run, prints the table and writes bench/RESULTS.md.

python3 bench/run.py [--only train,predict,gemm,start,csv,memory] [--threads 1,2] [--no-install]

Rules: the same work on both sides (shapes, batch, optimiser, f32), input pipeline included, threads pinned, medians of at
least 5 repeats after a warm-up; a peer's best mode counts. On two threads a latency test between the cores runs before and
after each figure, and the figure is dropped when it changed. A row of ours that is below its goal says so.
"""
import argparse, datetime, json, os, platform, shutil, statistics, subprocess, sys, time

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(here)
build = os.environ.get("BAEUM_BUILD", os.path.join(root, "build"))
venv = os.path.join(here, ".venv")

p = argparse.ArgumentParser()
p.add_argument("--only", default="train,predict,gemm,start,csv,memory")
p.add_argument("--threads", default="1,2")
p.add_argument("--no-install", action="store_true", help="use only the peers that are there")
a = p.parse_args()
only = a.only.split(",")
threads = [int(t) for t in a.threads.split(",")]


def sh(cmd, timeout=300, env=None):
    """The last line of a program's output, or None."""
    try:
        r = subprocess.run(cmd, capture_output=True, text=True, timeout=timeout, env=dict(os.environ, **(env or {})))
    except (subprocess.TimeoutExpired, FileNotFoundError):
        return None
    out = r.stdout.strip()
    return out.splitlines()[-1] if r.returncode == 0 and out else None


def install():
    """A virtual environment of the project's own with the peers that Python packages give."""
    if os.path.exists(os.path.join(venv, "complete")) or a.no_install:
        return
    print("installing peers into bench/.venv (once; several GB) ...", flush=True)
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    pip = [os.path.join(venv, "bin", "pip"), "install", "-q"]
    for packages in (["numpy", "pandas", "polars", "scikit-learn"], ["torch", "onnx", "onnxscript", "onnxruntime"],
                     ["jax", "optax", "keras"], ["tensorflow-cpu"]):
        subprocess.run(pip + packages)
    open(os.path.join(venv, "complete"), "w").write("")


def python(peer):
    """The interpreter that has a peer: BAEUM_PEER_<NAME>, else the virtual environment's."""
    return os.environ.get("BAEUM_PEER_" + peer.upper(), os.path.join(venv, "bin", "python"))


def pinned(n):
    return ["taskset", "-c", "0" if n == 1 else f"0-{n - 1}"]


def environment(n):
    return dict(OMP_NUM_THREADS=str(n), MKL_NUM_THREADS=str(n), OPENBLAS_NUM_THREADS=str(n), BAEUM_THREADS=str(n))


def program(name):
    return os.path.join(build, "bench", name)


def json_of(cmd, n, **more):
    line = sh(pinned(n) + cmd, env=dict(environment(n), **more))
    try:
        return json.loads(line) if line else None
    except ValueError:
        return None


def latency():
    line = sh([program("bench_pingpong")])
    return float(line) if line else None


def steady(measure, n):
    """On several threads: the figure only when the cores stayed as near as they were; up to three tries."""
    if n == 1:
        return measure()
    for _ in range(3):
        before, figure, after = latency(), measure(), latency()
        if figure and before and after and max(before, after) < 1.5 * min(before, after) and max(before, after) < 80:
            return figure
    if figure:
        figure["note"] = "cores far apart"
    return figure


rows = []  # (section, what, threads, ours, peer, peer's figure, ratio, goal, met, note)


def row(section, what, n, ours, peer, theirs, ratio, goal, higher=True, note=""):
    met = ratio >= goal if higher else ratio <= goal
    rows.append((section, what, n, ours, peer, theirs, ratio, goal, met, higher, note))
    sign = ">=" if higher else "<="
    print(f"{section:8} {what:22} {n}t  {ours:>12}  {peer:22} {theirs:>12}  {ratio:6.2f} x  goal {sign} {goal:<5} {'met' if met else 'MISSED'} {note}", flush=True)


def train():
    plan = [("a", 128, dict(zip((1, 2), (1.15, 1.25))), ["jax scan", "torch fused", "torch eager", "keras-jax fit"]),
            ("b", 32, {1: 5, 2: 5}, ["jax scan", "fann"]),
            ("b", 1, {1: 3, 2: 3}, ["jax scan", "fann"])]
    for model, batch, goal, peers in plan:
        for n in threads:
            def ours():
                return json_of([program("bench_train"), model, str(batch), str(n)], n)
            pairs = []
            for peer in peers:
                def theirs():
                    if peer == "fann":
                        line = sh(pinned(1) + [program("bench_fann"), str(batch)])
                        return dict(median=float(line.split("median ")[1].split()[0]), loss=float(line.split("mse ")[1])) if line else None
                    name, mode = peer.split()
                    lib = name.split("-")[0]
                    return json_of([python(lib), os.path.join(here, "peers", f"train_{lib}.py"), "--model", model, "--batch", str(batch), "--threads", str(n),
                                    "--mode", mode], n, KERAS_BACKEND="jax")
                figures = [(steady(ours, n), steady(theirs, n)) for _ in range(2)]  # twice, in turn
                good = [(o, t) for o, t in figures if o and t]
                if good:
                    o, t = max(good, key=lambda g: g[1]["median"])
                    o = max((g[0] for g in good), key=lambda f: f["median"])
                    pairs.append((t["median"], peer, o, t))
            if not pairs:
                print(f"train {model} {batch} {n}t: no peer ran")
                continue
            best = max(pairs, key=lambda q: q[0])
            o = max((q[2] for q in pairs), key=lambda f: f["median"])
            peer_fann = 22 / 5 if best[1] == "fann" and batch == 32 else 5.6 / 3 if best[1] == "fann" else 1
            row("train", f"{model} batch {batch}", n, f"{o['median']:,.0f}/s", best[1], f"{best[0]:,.0f}/s", o["median"] / best[0], goal[n] * peer_fann,
                note=o.get("note", ""))


def predict():
    for batch, goal in ((1, .9), (256, 1.0)):
        for n in threads:
            theirs = []
            out = sh(pinned(n) + [python("torch"), os.path.join(here, "peers", "infer.py"), "--threads", str(n), "--batch", str(batch)], env=environment(n), timeout=400)
            ours = [json_of([program("bench_predict"), str(batch), str(n)], n) for _ in range(3)]
            ours = [o for o in ours if o]
            try:
                theirs = json.loads(out) if out else None
            except ValueError:
                theirs = None
            if not ours or not theirs:
                print(f"predict a batch {batch} {n}t: missing {'ours' if not ours else 'peers'}")
                continue
            o = min(o["median_us"] for o in ours)
            name, best = min(theirs.items(), key=lambda kv: kv[1])
            row("predict", f"a batch {batch}", n, f"{o:.1f} us", name, f"{best:.1f} us", o / best, goal, higher=False)


def gemm():
    tool = program("bench_gemm")
    for n in threads:
        r = subprocess.run(pinned(n) + [tool, "--json", "--threads", str(n)], capture_output=True, text=True, env=dict(os.environ, **environment(n)))
        for line in r.stdout.splitlines():
            try:
                d = json.loads(line)
            except ValueError:
                continue
            if "ratio" not in d:
                continue
            row("gemm", d["shape"], n, f"{d['ours']:.1f} GF/s", d["peer"], f"{d['best']:.1f} GF/s", d["ratio"], d["goal"])


def whole(cmd, runs=11):
    """Median wall seconds of a whole process."""
    times = []
    for _ in range(runs):
        t = time.perf_counter()
        if subprocess.run(cmd, capture_output=True).returncode:
            return None
        times.append(time.perf_counter() - t)
    return statistics.median(times)


def start():
    command = os.path.join(build, "baeum")
    t = whole([command, "--version"])
    if t:
        row("start", "baeum --version", 1, f"{t * 1e3:.1f} ms", "limit", "15 ms", t / .015, 1, higher=False)
    work = os.path.join(build, "bench-work")
    os.makedirs(work, exist_ok=True)
    model, one = os.path.join(work, "iris.safetensors"), os.path.join(work, "one.csv")
    data = os.path.join(root, "data", "iris.csv")
    if os.path.exists(command) and os.path.exists(data):
        subprocess.run([command, "train", data, "--target", "Species", "-o", model, "--quiet"], capture_output=True)
        lines = open(data).read().splitlines()
        open(one, "w").write("\n".join(lines[:2]) + "\n")
        t = whole([command, "predict", model, one])
        if t:
            row("start", "predict one row", 1, f"{t * 1e3:.1f} ms", "limit", "15 ms", t / .015, 1, higher=False)
    for model_, batch in (("a", 128), ("b", 32)):
        d = json_of([program("bench_train"), model_, str(batch), "1", "cold"], 1)
        if d:
            row("start", f"{model_} to first step", 1, f"{d['first_step_s'] * 1e3:.1f} ms", "limit", "20 ms", d["first_step_s"] / .02, 1, higher=False)
    library = os.path.join(build, "libbaeum.so")
    if os.path.exists(library):
        stripped = os.path.join(work, "libbaeum.so")
        shutil.copy(os.path.realpath(library), stripped)
        subprocess.run(["strip", stripped])
        size = os.path.getsize(stripped)
        row("size", "libbaeum.so stripped", 1, f"{size / 1e6:.2f} MB", "limit", "2 MB", size / 2e6, 1, higher=False)


def memory():
    for model, batch, data_mb, limit in (("a", 128, 12800 * 785 * 4 / 1e6, 20), ("b", 32, 12800 * 9 * 4 / 1e6, 5)):
        d = json_of([program("bench_train"), model, str(batch), "1", "cold"], 1)
        if d:
            over = d["rss_mb"] * 1.048576 - data_mb
            row("memory", f"{model} resident less data", 1, f"{over:.1f} MB", "limit", f"{limit} MB", over / limit, 1, higher=False)


def csv():
    ours, peers = program("bench_csv"), os.path.join(here, "csv_peers.py")
    if not os.path.exists(ours) or not os.path.exists(peers):
        return
    work = os.path.join(build, "bench-work")
    os.makedirs(work, exist_ok=True)
    table = os.path.join(work, "numbers.csv")
    subprocess.run([python("sk"), peers, "--make", table])
    for n in threads:
        o, t = json_of([ours, table, str(n)], n), json_of([python("sk"), peers, table, "--threads", str(n)], n, POLARS_MAX_THREADS=str(n))
        if o and t:
            name, best = max(t.items(), key=lambda kv: kv[1])
            row("csv", "100 MB of numbers", n, f"{o['mb_s']:.0f} MB/s", name, f"{best:.0f} MB/s", o["mb_s"] / best, 1.5)


def versions():
    code = ("import importlib.metadata as m\n"
            "for n in ('torch','jax','keras','tensorflow-cpu','onnxruntime','scikit-learn','pandas','polars','numpy'):\n"
            "  try: print(n, m.version(n), end='; ')\n"
            "  except Exception: pass\n")
    seen = []
    for peer in ("torch", "jax", "sk"):
        line = sh([python(peer), "-c", code])
        if line and line not in seen:
            seen.append(line)
    return " ".join(seen)


def write():
    peak = subprocess.run([program("bench_peak"), "2"], capture_output=True, text=True).stdout.strip() if os.path.exists(program("bench_peak")) else ""
    with open(os.path.join(here, "RESULTS.md"), "w") as f:
        f.write("# Measured\n\nWritten by `make bench`. Absolute figures drift from machine to machine and hour to hour; the ratios were taken pair by pair in one run.\n\n")
        f.write(f"- date: {datetime.date.today().isoformat()}\n- machine: {cpu()}, {os.cpu_count()} processors, {platform.system()} {platform.release()}\n")
        f.write(f"- peers: {versions()}\n- peak:\n```\n{peak}\n```\n\n")
        f.write("| section | what | threads | Baeum | best peer | its figure | ratio | goal | |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
        for s, what, n, ours, peer, theirs, ratio, goal, met, higher, note in rows:
            f.write(f"| {s} | {what} | {n} | {ours} | {peer} | {theirs} | {ratio:.2f} | {'≥' if higher else '≤'} {goal:.3g} | {'met' if met else '**missed**'} {note} |\n")
    print(f"\n{sum(r[8] for r in rows)} of {len(rows)} goals met; written to bench/RESULTS.md")


def cpu():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()


install()
for name, job in (("gemm", gemm), ("train", train), ("predict", predict), ("start", start), ("memory", memory), ("csv", csv)):
    if name in only:
        job()
write()
