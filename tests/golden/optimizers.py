# SPDX-License-Identifier: Apache-2.0
"""Paths of optimisers: writes tests/golden/optimizers.txt, which tests/nn/test_optimizers.c reads.

Each rule is written here from its paper, in NumPy doubles, on f(w) = sum a (w - c)^2 + (w0 w1 - w2)^2 from w = (1, -1, .5). Where
PyTorch or Keras are installed their own optimisers run on the same function and must agree (to 1e-6: their small numbers stand at
other places); the first line of the file names what was compared. Run from the source folder:
    python3 tests/golden/optimizers.py        (numpy; torch and keras with jax where there are any)
A case is a text as baeum reads it; then after each step in `steps` the weights.
"""
import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_ENABLE_X64", "1")
import numpy as np

a, c, start = np.array([1., .5, 2.]), np.array([.3, -2., .1]), np.array([1., -1., .5])
steps = [1, 2, 3, 20]


def gradient(w):
    return 2 * a * (w - c) + 2 * (w[0] * w[1] - w[2]) * np.array([w[1], w[0], -1.])


def sgd(rate, momentum=0., nesterov=False, averaging=False, decay=0.):
    w, v = start.copy(), np.zeros(3)
    for t in range(max(steps)):
        g, r = gradient(w), rate / (1 + decay * t)
        if averaging:
            v = momentum * v + (1 - momentum) * g
            w = w - r * (momentum * v + (1 - momentum) * g if nesterov else v)
        else:
            v = momentum * v - r * g
            w = w + (momentum * v - r * g if nesterov else v)
        yield w.copy()


def adagrad(rate=.01, initial=0., epsilon=1e-10):
    w, s = start.copy(), np.full(3, initial)
    for _ in range(max(steps)):
        g = gradient(w)
        s = s + g * g
        w = w - rate * g / (np.sqrt(s) + epsilon)
        yield w.copy()


def adadelta(rate=1., rho=.95, epsilon=1e-6):
    w, s, u = start.copy(), np.zeros(3), np.zeros(3)
    for _ in range(max(steps)):
        g = gradient(w)
        s = rho * s + (1 - rho) * g * g
        d = np.sqrt(u + epsilon) / np.sqrt(s + epsilon) * g
        u = rho * u + (1 - rho) * d * d
        w = w - rate * d
        yield w.copy()


def rmsprop(rate=.001, rho=.9, momentum=0., epsilon=1e-7, centered=False, inside=False):
    w, s, m, v = start.copy(), np.zeros(3), np.zeros(3), np.zeros(3)
    for _ in range(max(steps)):
        g = gradient(w)
        s = rho * s + (1 - rho) * g * g
        m = rho * m + (1 - rho) * g
        spread = s - m * m if centered else s
        root = np.sqrt(spread + epsilon) if inside else np.sqrt(spread) + epsilon
        v = momentum * v + rate * g / root
        w = w - v
        yield w.copy()


def adam(rate=.001, beta1=.9, beta2=.999, epsilon=1e-8, amsgrad=False, decay=0.):
    w, m, v, most = start.copy(), np.zeros(3), np.zeros(3), np.zeros(3)
    for t in range(1, max(steps) + 1):
        g = gradient(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        most = np.maximum(most, v)
        root = np.sqrt((most if amsgrad else v) / (1 - beta2**t)) + epsilon
        w = w - rate * m / (1 - beta1**t) / root - rate * decay * w
        yield w.copy()


def adamax(rate=.002, beta1=.9, beta2=.999, epsilon=1e-8):
    w, m, u = start.copy(), np.zeros(3), np.zeros(3)
    for t in range(1, max(steps) + 1):
        g = gradient(w)
        m = beta1 * m + (1 - beta1) * g
        u = np.maximum(beta2 * u, np.abs(g))
        w = w - rate / (1 - beta1**t) * m / (u + epsilon)
        yield w.copy()


def nadam(rate=.002, beta1=.9, beta2=.999, epsilon=1e-8, momentum_decay=.004):
    w, m, v, product = start.copy(), np.zeros(3), np.zeros(3), 1.
    mu = lambda t: beta1 * (1 - .5 * .96**(t * momentum_decay))
    for t in range(1, max(steps) + 1):
        g = gradient(w)
        product *= mu(t)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        step = mu(t + 1) * m / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (1 - product)
        w = w - rate * step / (np.sqrt(v / (1 - beta2**t)) + epsilon)
        yield w.copy()


# text for baeum; path by the paper; the same in torch.optim; the same in keras.optimizers
cases = [
    ("sgd:rate=.05", sgd(.05), lambda o, p: o.SGD(p, .05), lambda o: o.SGD(.05)),
    ("sgd:rate=.05,momentum=.8", sgd(.05, .8), lambda o, p: o.SGD(p, .05, momentum=.8), lambda o: o.SGD(.05, .8)),
    ("momentum:rate=.02", sgd(.02, .9), lambda o, p: o.SGD(p, .02, momentum=.9), lambda o: o.SGD(.02, .9)),
    ("sgd:rate=.05,momentum=.8,nesterov", sgd(.05, .8, True), lambda o, p: o.SGD(p, .05, momentum=.8, nesterov=True), lambda o: o.SGD(.05, .8, True)),
    ("nesterov:rate=.02", sgd(.02, .9, True), lambda o, p: o.SGD(p, .02, momentum=.9, nesterov=True), lambda o: o.SGD(.02, .9, True)),
    ("sgd:rate=.05,momentum=.9,averaging", sgd(.05, .9, averaging=True), None, None),
    ("sgd:rate=.05,momentum=.9,averaging,nesterov", sgd(.05, .9, True, True), None, None),
    ("sgd:rate=.05,momentum=.9,nesterov,decay=.1", sgd(.05, .9, True, decay=.1), None, "inverse"),
    ("adagrad", adagrad(), lambda o, p: o.Adagrad(p), None),
    ("adagrad:rate=.5,initial=.1", adagrad(.5, .1), lambda o, p: o.Adagrad(p, .5, initial_accumulator_value=.1), lambda o: o.Adagrad(.5, .1)),
    ("adadelta", adadelta(), lambda o, p: o.Adadelta(p, rho=.95), lambda o: o.Adadelta(1., .95, 1e-6)),
    ("adadelta:rate=.5,rho=.9,epsilon=1e-3", adadelta(.5, .9, 1e-3), lambda o, p: o.Adadelta(p, .5, .9, 1e-3), lambda o: o.Adadelta(.5, .9, 1e-3)),
    ("rmsprop", rmsprop(), lambda o, p: o.RMSprop(p, .001, .9, 1e-7), lambda o: o.RMSprop()),
    ("rmsprop:rate=.02,rho=.95,momentum=.5", rmsprop(.02, .95, .5), lambda o, p: o.RMSprop(p, .02, .95, 1e-7, momentum=.5), lambda o: o.RMSprop(.02, .95, .5)),
    ("rmsprop:rate=.02,centered,epsilon=1e-3", rmsprop(.02, epsilon=1e-3, centered=True), lambda o, p: o.RMSprop(p, .02, .9, 1e-3, centered=True), None),
    ("rmsprop:rate=.02,centered,epsilon=.01,epsilon_inside,momentum=.3", rmsprop(.02, .9, .3, .01, True, True), None,
     lambda o: o.RMSprop(.02, .9, .3, .01, True)),
    ("adam", adam(), lambda o, p: o.Adam(p), lambda o: o.Adam(epsilon=1e-8)),
    ("adam:rate=.1,beta1=.8,beta2=.95,epsilon=1e-3", adam(.1, .8, .95, 1e-3), lambda o, p: o.Adam(p, .1, (.8, .95), 1e-3), None),
    ("adam:rate=.1,beta2=.5,amsgrad", adam(.1, beta2=.5, amsgrad=True), lambda o, p: o.Adam(p, .1, (.9, .5), amsgrad=True), None),
    ("adam:rate=.1,beta1=0,beta2=0,epsilon=1", adam(.1, 0, 0, 1.), lambda o, p: o.Adam(p, .1, (0, 0), 1.), None),
    ("adamw:rate=.1", adam(.1, decay=.01), None, None),
    ("adamw:rate=.1,weight_decay=.3,amsgrad", adam(.1, decay=.3, amsgrad=True), None, None),
    ("adamax:rate=.1", adamax(.1), lambda o, p: o.Adamax(p, .1), lambda o: o.Adamax(.1, epsilon=1e-8)),
    ("nadam", nadam(), "torch 2: NAdam(p)", None),
    ("nadam:rate=.05,momentum_decay=1", nadam(.05, momentum_decay=1.), "torch 2: NAdam(p, .05, momentum_decay=1.)", lambda o: o.Nadam(.05, epsilon=1e-8)),
    ("nadam:rate=.1,beta1=.8,beta2=.95,momentum_decay=.1", nadam(.1, .8, .95, momentum_decay=.1), "torch 2: NAdam(p, .1, (.8, .95), momentum_decay=.1)", None),
]


cases = [(text, list(path), torch, keras) for text, path, torch, keras in cases]


def by_torch(make):
    import torch
    if isinstance(make, str):  # before 2.0 its NAdam multiplied mu twice into the second product
        if torch.__version__ < "2":
            return
        make = eval("lambda o, p: o." + make.split(": ")[1])
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    o = make(torch.optim, [w])
    for _ in range(max(steps)):
        o.zero_grad()
        loss = (torch.tensor(a) * (w - torch.tensor(c))**2).sum() + (w[0] * w[1] - w[2])**2
        loss.backward()
        o.step()
        yield w.detach().numpy().copy()


def by_keras(make):
    import keras
    if make == "inverse":
        make = lambda o: o.SGD(keras.optimizers.schedules.InverseTimeDecay(.05, 1, .1), .9, True)
    w = keras.Variable(start, dtype="float64")
    o = make(keras.optimizers)
    for _ in range(max(steps)):
        o.apply([gradient(np.asarray(w))], [w])
        yield np.array(w)


def compare(name, path, other, tolerance):
    worst = max(np.abs(x - y).max() for x, y in zip(path, other))
    assert worst < tolerance, (name, worst)


compared = []
for library, column, run in (("torch", 2, by_torch), ("keras", 3, by_keras)):
    try:
        module = __import__(library)
    except ImportError:
        print(library, "is not here")
        continue
    n = 0
    for case in cases:
        other = list(run(case[column])) if case[column] else []
        if other:
            compare((library, case[0]), case[1], other, 1e-6 if library == "torch" else 2e-5)
            n += 1
    compared.append(f"{n} of them agree with {library} {module.__version__}")

with open("tests/golden/optimizers.txt", "w") as f:
    print(f"written by tests/golden/optimizers.py with numpy {np.__version__}; " + ", ".join(compared), file=f)
    for text, path, _, _ in cases:
        print("case", text, file=f)
        for t in steps:
            print("w", t, *(repr(float(x)) for x in path[t - 1]), file=f)
