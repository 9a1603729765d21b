# SPDX-License-Identifier: Apache-2.0
"""How figures are taken: programs pinned to processors, their JSON lines, the machine's own peaks, and what makes a figure void."""
import json, os, platform, statistics, subprocess, sys, time

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(here)
build = os.environ.get("BAEUM_BUILD", os.path.join(root, "build"))
venv = os.path.join(here, ".venv")
work = os.path.join(build, "bench-work")
FAR_NS = 110       # cores further apart than this give no figure on two threads
SAME = 1.5         # nor do cores whose distance changed by so much meanwhile
LOSS_APART = .05   # a pair whose losses differ by more is void
SUSPECT = .7       # of its known figure, scaled to this machine: a peer below it is not believed
# The machine of the known figures: GFLOP/s of a core (AVX-512 and AVX2 alike), GB/s read by one core and by two.
KNOWN_GFLOPS, KNOWN_READ = 117, {1: 23, 2: 45}


def text_of(cmd, n=1, timeout=400, **more):
    """The last line that a program prints, or None; pinned to the first n processors."""
    threads = {name: str(n) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BAEUM_THREADS")}
    env = {**os.environ, **threads, "PYTHONWARNINGS": "ignore", **more}
    if os.path.isdir(os.path.join(root, "..", "shared", "data")):  # as the tests
        env.setdefault("BAEUM_DATA", os.path.join(root, "..", "shared", "data"))
    if os.path.exists(os.path.join(work, "a.x")):
        env["BAEUM_BENCH_DATA"] = work
    pin = ["taskset", "-c", "0" if n == 1 else f"0-{n - 1}"]
    try:
        r = subprocess.run(pin + cmd, capture_output=True, text=True, timeout=timeout, env=env)
    except (subprocess.TimeoutExpired, FileNotFoundError):
        return None
    out = r.stdout.strip()
    return out.splitlines()[-1] if r.returncode == 0 and out else None


def json_of(cmd, n=1, **more):
    line = text_of(cmd, n, **more)
    try:
        return json.loads(line) if line else None
    except ValueError:
        return None


def program(name):
    return os.path.join(build, "bench", "bench_" + name)


def install(wanted):
    """A virtual environment of the project's own with the peers that Python packages give, but for those that BAEUM_PEER_* names."""
    groups = dict(SK=["numpy", "pandas", "polars", "pyarrow", "scikit-learn"], TORCH=["torch", "onnx", "onnxscript", "onnxruntime"], JAX=["jax", "optax"],
                  KERAS=["jax", "keras"], TF=["tensorflow-cpu"])
    for name, packages in groups.items():
        done = os.path.join(venv, "has-" + name)
        if name.lower() not in wanted or "BAEUM_PEER_" + name in os.environ or (os.path.exists(done) and open(done).read().split() == packages):
            continue
        print(f"installing {' '.join(packages)} into bench/.venv (once) ...", flush=True)
        if not os.path.exists(os.path.join(venv, "bin", "python")):
            subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        if subprocess.run([os.path.join(venv, "bin", "pip"), "install", "-q"] + packages).returncode == 0:
            with open(done, "w") as f:  # which they are: a list that grew is installed again
                f.write(" ".join(packages))


def python(peer):
    """The interpreter that has a peer: BAEUM_PEER_<NAME>, else the virtual environment's."""
    return os.environ.get("BAEUM_PEER_" + peer.upper(), os.path.join(venv, "bin", "python"))


def latency():
    line = text_of([program("pingpong")], 2)
    return float(line) if line else None


distances = []  # every one seen, for the report
patience = 900  # seconds of a whole run that may go by in waiting for near cores, and in figures that are dropped


def steady(measure, n):
    """On several threads: the figure only when the cores were near each other before and after; three tries, more while patience lasts."""
    global patience
    if n == 1:
        return measure()
    tries = 0
    while tries < 3 or (patience > 0 and tries < 20):
        tries, begun = tries + 1, time.monotonic()
        before = latency()
        if before:
            distances.append(before)
        if before and before <= FAR_NS:
            figure, after = measure(), latency()
            if figure is None:
                return None
            if after:
                distances.append(after)
                if after <= FAR_NS and max(before, after) < SAME * min(before, after):
                    return figure
        time.sleep(.5 if tries < 3 else 3)
        patience -= time.monotonic() - begun
    return dict(far=True)


def peaks():
    """{threads: (GFLOP/s of the faster FMA loop, that of AVX2, GB/s read)}"""
    found = {}
    try:
        out = subprocess.run([program("peak"), "2"], capture_output=True, text=True, timeout=300).stdout
    except (subprocess.TimeoutExpired, FileNotFoundError):
        return found
    for line in out.splitlines():
        w = line.replace(",", "").split()
        found[int(w[1].rstrip(":"))] = (max(float(w[3]), float(w[6])), float(w[6]), float(w[-2]))
    return found


def scale(peak, n):
    """What this machine is to the one of the known figures, taken low: the least of both FMA loops and the memory sweep."""
    if n not in peak:
        return 1
    fast, avx2, read = peak[n]
    return min(fast / (KNOWN_GFLOPS * n), avx2 / (KNOWN_GFLOPS * n), read / KNOWN_READ[n])


def whole(cmd, runs=11):
    """Wall seconds of a whole process: least, median, most."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        if subprocess.run(["taskset", "-c", "0"] + cmd, capture_output=True).returncode:
            return None
        times.append(time.perf_counter() - start)
    return min(times), statistics.median(times), max(times)


def machine():
    name = platform.processor()
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            name = line.split(":")[1].strip()
            break
    return f"{name}, {os.cpu_count()} processors, {platform.system()} {platform.release()}"


def versions():
    code = ("import importlib.metadata as m\n"
            "for n in ('torch','jax','keras','tensorflow-cpu','onnxruntime','pandas','polars','pyarrow','numpy','scikit-learn'):\n"
            "  try: print(n, m.version(n), end=', ')\n"
            "  except Exception: pass\n")
    seen = []
    for peer in ("sk", "torch", "jax", "keras", "tf"):
        for item in (text_of([python(peer), "-c", code]) or "").split(", "):
            if item.strip(", ") and item.strip(", ") not in seen:
                seen.append(item.strip(", "))
    for package in ("libopenblas0-pthread", "libdnnl2", "libxsmm-dev", "libfann2"):
        line = text_of(["dpkg-query", "-W", "-f", "${Package} ${Version}\n", package])
        if line:
            seen.append(line)
    return ", ".join(seen)
