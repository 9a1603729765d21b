# SPDX-License-Identifier: Apache-2.0
"""scikit-learn's LogisticRegression(max_iter=100) on the tables of bench/logistic.c.

logistic.py --make FOLDER [--mnist FOLDER]     writes the tables: blobs 20,000 x 100, MNIST where it is
logistic.py PREFIX ROWS COLUMNS f64|f32        seconds and the objective as one line of JSON
"""
import gzip, json, os, statistics, sys, time, warnings
import numpy as np

warnings.filterwarnings("ignore")


def make(folder, mnist):
    r = np.random.default_rng(0)

    def blobs(n, d, k, apart):
        c = r.standard_normal((k, d)) * apart
        y = r.integers(0, k, n)
        return c[y] + r.standard_normal((n, d)), y
    # the known figure is of a table that was drawn after these
    r.standard_normal((100000, 50)), r.standard_normal(50), r.random(50), r.standard_normal(100000)
    blobs(60000, 784, 10, .15)
    x, y = blobs(20000, 100, 10, .4)
    x.tofile(os.path.join(folder, "blobs-f64.x"))
    y.astype(np.int32).tofile(os.path.join(folder, "blobs.t"))
    if mnist and os.path.exists(os.path.join(mnist, "train-images-idx3-ubyte.gz")):
        idx = lambda f, o: np.frombuffer(gzip.open(os.path.join(mnist, f)).read(), np.uint8, offset=o)
        x = idx("train-images-idx3-ubyte.gz", 16).reshape(60000, 784) / 255
        x.tofile(os.path.join(folder, "mnist-f64.x"))
        x.astype(np.float32).tofile(os.path.join(folder, "mnist-f32.x"))
        idx("train-labels-idx1-ubyte.gz", 8).astype(np.int32).tofile(os.path.join(folder, "mnist.t"))


def measure(prefix, rows, columns, kind):
    from sklearn.linear_model import LogisticRegression
    x = np.fromfile(f"{prefix}-{kind}.x", np.float64 if kind == "f64" else np.float32).reshape(rows, columns)
    y = np.fromfile(prefix + ".t", np.int32)
    e, seconds, start = LogisticRegression(max_iter=100), [], time.perf_counter()
    while len(seconds) < 5 and (len(seconds) < 1 or time.perf_counter() - start < 10):
        t = time.perf_counter()
        e.fit(x, y)
        seconds.append(time.perf_counter() - t)
    s = x.astype(np.float64) @ e.coef_.T.astype(np.float64) + e.intercept_
    s -= s.max(1, keepdims=True)
    loss = np.mean(np.log(np.exp(s).sum(1)) - s[np.arange(rows), y]) + (e.coef_.astype(np.float64) ** 2).sum() / (2 * rows)
    print(json.dumps(dict(median=statistics.median(seconds), min=min(seconds), max=max(seconds), loss=float(loss), end=f"{e.n_iter_[0]} iterations")))


if sys.argv[1] == "--make":
    make(sys.argv[2], sys.argv[4] if len(sys.argv) > 4 else None)
else:
    measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
