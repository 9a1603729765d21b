# SPDX-License-Identifier: Apache-2.0
"""Values of operations by NumPy and SciPy: writes tests/golden/ops.txt, which tests/ops/test_golden.c reads.

A case is its name, then for each array `in` or `out`, the rank, the dimensions and the numbers. Run from the source folder:
    python3 tests/golden/ops.py        (numpy, scipy; the versions are in the file's first line)
"""
import numpy as np
import scipy
import scipy.special as special
from scipy.stats import norm

draw = np.random.default_rng(20240607)
wide = lambda *shape: np.round(draw.normal(0, 3, shape), 4)
above = lambda *shape: np.round(draw.uniform(.05, 8, shape), 4)
cases = []


def case(name, inputs, out):
    cases.append((name, inputs, np.asarray(out, dtype=np.float64)))


def one(name, x, f):
    case(name, [x], f(x))


x, p, u = wide(3, 7), above(3, 7), np.round(draw.uniform(-.99, .99, (3, 7)), 4)
one("neg", x, np.negative)
one("abs", x, np.abs)
one("sign", x, np.sign)
one("exp", x, np.exp)
one("expm1", x, np.expm1)
one("log", p, np.log)
one("log1p", p, np.log1p)
one("sqrt", p, np.sqrt)
one("rsqrt", p, lambda v: 1 / np.sqrt(v))
one("square", x, np.square)
one("reciprocal", p, np.reciprocal)
one("sin", x, np.sin)
one("cos", x, np.cos)
one("erf", x, special.erf)
one("sigmoid", x, special.expit)
one("tanh", x, np.tanh)
one("relu", x, lambda v: np.maximum(v, 0))
one("leaky_relu .1", x, lambda v: np.where(v > 0, v, .1 * v))
one("elu 1.3", x, lambda v: np.where(v > 0, v, 1.3 * np.expm1(v)))
one("selu", x, lambda v: 1.0507009873554805 * np.where(v > 0, v, 1.6732632423543772 * np.expm1(v)))
one("gelu", x, lambda v: v * norm.cdf(v))
one("silu", x, lambda v: v * special.expit(v))
one("softplus", x, lambda v: np.logaddexp(0, v))
one("softsign", x, lambda v: v / (1 + np.abs(v)))
one("step", x, lambda v: v > 0)
one("clip -1 2", x, lambda v: np.clip(v, -1, 2))
one("scale -2.5", x, lambda v: v * -2.5)
one("shift .75", x, lambda v: v + .75)

a, b, c = wide(2, 1, 5), above(3, 1), wide(3, 5)
for name, f in [("add", np.add), ("sub", np.subtract), ("mul", np.multiply), ("div", np.divide), ("minimum", np.minimum), ("maximum", np.maximum),
                ("less", np.less), ("greater_equal", np.greater_equal)]:
    case(name, [a, b], f(a, b))
case("pow", [b, a], np.power(b, a))
case("where", [(wide(3, 1) > 0).astype(float), a, c], np.where(False, a, c))
cases[-1] = ("where", cases[-1][1], np.where(cases[-1][1][0] > 0, a, c))
t = draw.uniform(0, 1, (3, 7)).round(3)
case("sigmoid_crossentropy", [x, t], np.logaddexp(0, x) - t * x)

d = wide(2, 3, 4)
one("sum", d, np.sum)
one("sum over 0 2", d, lambda v: v.sum((0, 2)))
one("sum keep 1", d, lambda v: v.sum(1, keepdims=True))
one("mean over -1", d, lambda v: v.mean(-1))
one("max over 1", d, lambda v: v.max(1))
one("min", d, np.min)
one("prod over 0", d, lambda v: v.prod(0))
one("logsumexp over 2", d, lambda v: special.logsumexp(v, 2))
one("norm 1 over 2", d, lambda v: np.linalg.norm(v, 1, axis=2))
one("norm 2 over 2", d, lambda v: np.linalg.norm(v, 2, axis=2))
one("norm 3 over 2", d, lambda v: np.linalg.norm(v, 3, axis=2))
one("norm inf over 2", d, lambda v: np.linalg.norm(v, np.inf, axis=2))
one("argmax 1", d, lambda v: v.argmax(1))

case("matmul", [wide(3, 5), wide(5, 2)], 0)
case("matmul tn", [wide(5, 3), wide(5, 2)], 0)
case("matmul nt", [wide(3, 5), wide(2, 5)], 0)
case("matmul batch", [wide(2, 1, 3, 4), wide(5, 4, 2)], 0)
for i in range(-4, 0):
    name, (l, r), _ = cases[i]
    cases[i] = (name, [l, r], (l.T if name.endswith("tn") else l) @ (r.T if name.endswith("nt") else r))

one("reshape", d, lambda v: v.reshape(4, 6))
one("flatten", d, lambda v: v.reshape(2, 12))
one("transpose", d, lambda v: v.transpose(2, 0, 1))
one("slice", d, lambda v: v[:, 1:3, -3:-1])
one("pad", d, lambda v: np.pad(v, ((1, 0), (0, 2), (1, 1)), constant_values=.5))
one("tile", d, lambda v: np.tile(v, (2, 1, 3)))
case("concat", [d, wide(2, 1, 4)], 0)
cases[-1] = ("concat", cases[-1][1], np.concatenate(cases[-1][1], 1))
case("stack", [c, c + 1], np.stack([c, c + 1], 1))
one("one_hot", np.array([2., 0, 3, -1]), lambda v: (v[:, None] == np.arange(3)))
rows = np.array([[1., 0], [2, 1]])
case("gather", [d.reshape(3, 8), rows], d.reshape(3, 8)[rows.astype(int)])
s, more = wide(4, 2), wide(2, 2, 2)
added = s.copy()
np.add.at(added, rows.astype(int), more)
case("scatter_add", [s, rows, more], added)
one("softmax", x, lambda v: special.softmax(v, -1))
one("log_softmax", x, lambda v: special.log_softmax(v, -1))
labels = np.array([4., 0, 6])
case("softmax_crossentropy", [x, labels], -special.log_softmax(x, -1)[np.arange(3), labels.astype(int)])
t = special.softmax(wide(3, 7), -1).round(4)
case("softmax_crossentropy of distributions", [x, t], -(t * special.log_softmax(x, -1)).sum(-1))

with open("tests/golden/ops.txt", "w") as f:
    f.write(f"written by tests/golden/ops.py with numpy {np.__version__}, scipy {scipy.__version__}\n")
    for name, inputs, out in cases:
        f.write(f"case {name}\n")
        for word, v in [("in", i) for i in inputs] + [("out", out)]:
            f.write(" ".join([word, str(v.ndim)] + [str(n) for n in v.shape] + [repr(float(e)) for e in v.ravel()]) + "\n")
