# SPDX-License-Identifier: Apache-2.0
"""Values of activations, losses, metrics and layers by SciPy, PyTorch, Keras and scikit-learn: writes tests/golden/nn.txt, which
tests/nn/test_golden.c reads. Run from the source folder:
    python3 tests/golden/nn.py        (numpy, scipy, scikit-learn, torch, keras with jax; the versions are in the file's first line)
A case is a family and a text as baeum reads it; then arrays (name, rank, dimensions, numbers) and the value. Metrics name the form of
the output.
"""
import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_ENABLE_X64", "1")
import numpy as np
import scipy
import scipy.special as special
import sklearn
import sklearn.metrics as sk
import keras
import torch
import torch.nn.functional as F

keras.config.set_floatx("float64")
keras.config.set_epsilon(1e-300)  # so that nothing is clipped
draw = np.random.default_rng(11)
out = open("tests/golden/nn.txt", "w")
print(f"written by tests/golden/nn.py with numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}, "
      f"torch {torch.__version__}, keras {keras.__version__}", file=out)


def case(family, text, value, **arrays):
    print("case", family, text, file=out)
    for name, x in list(arrays.items()) + [("value", value)]:
        x = np.asarray(x, dtype=np.float64)
        print(name, x.ndim, *x.shape, *(repr(float(v)) for v in x.reshape(-1)), file=out)


T = lambda x: torch.tensor(np.asarray(x), dtype=torch.float64)
N = lambda x: x.detach().numpy()

# ---- activations ----
x = np.round(draw.normal(0, 2, (3, 5)), 3)
for text, y in [("linear", x), ("relu", N(F.relu(T(x)))), ("leaky_relu", N(F.leaky_relu(T(x), .1))), ("leaky_relu(.3)", N(F.leaky_relu(T(x), .3))),
                ("elu", N(F.elu(T(x)))), ("elu(1.5)", N(F.elu(T(x), 1.5))), ("selu", N(F.selu(T(x)))), ("gelu", N(F.gelu(T(x)))), ("silu", N(F.silu(T(x)))),
                ("softplus", np.logaddexp(0, x)), ("sigmoid", special.expit(x)), ("hard_sigmoid", N(F.hardsigmoid(T(x)))), ("tanh", np.tanh(x)),
                ("softsign", N(F.softsign(T(x)))), ("step", x > 0), ("step(.5)", x > .5), ("exponential", np.exp(x)), ("softmax", N(F.softmax(T(x), -1))),
                ("log_softmax", N(F.log_softmax(T(x), -1))),
                ("one_vs_rest", special.expit(x) / special.expit(x).sum(axis=-1, keepdims=True))]:
    case("activation", text, y, x=x)

# ---- losses: all reduced over rows as baeum does ----
y, t = np.round(draw.normal(0, 2, (4, 3)), 3), np.round(draw.normal(0, 2, (4, 3)), 3)
up, ut = np.round(draw.uniform(.1, 5, (4, 3)), 3), np.round(draw.uniform(.1, 5, (4, 3)), 3)
p, q = special.softmax(y, -1), special.softmax(t, -1)
labels, yes = np.array([2, 0, 1, 1]), (t > 0).astype(float)
hot = np.eye(3)[labels]


def k(loss, t, y, formula):  # Keras computes parts in single precision: it confirms the formula, which gives the number
    value = np.mean(formula)
    assert abs(np.mean(np.asarray(loss(t, y))) - value) < 1e-6 * abs(value), (loss, value)
    return value


s = 2 * yes - 1
KL = keras.losses
for text, prediction, target, value in [
        ("mse", y, t, N(F.mse_loss(T(y), T(t)))), ("half_mse", y, t, N(F.mse_loss(T(y), T(t))) / 2), ("sse", y, t, N(F.mse_loss(T(y), T(t), reduction="sum"))),
        ("half_sse", y, t, N(F.mse_loss(T(y), T(t), reduction="sum")) / 2), ("mae", y, t, N(F.l1_loss(T(y), T(t)))),
        ("sae", y, t, N(F.l1_loss(T(y), T(t), reduction="sum"))), ("mape", y, t, k(KL.mean_absolute_percentage_error, t, y, 100 * np.abs((y - t) / t))),
        ("msle", up, ut, k(KL.mean_squared_logarithmic_error, ut, up, (np.log1p(up) - np.log1p(ut))**2)), ("huber", y, t, N(F.huber_loss(T(y), T(t)))),
        ("huber(.3)", y, t, N(F.huber_loss(T(y), T(t), delta=.3))), ("log_cosh", y, t, k(KL.log_cosh, t, y, np.log(np.cosh(y - t)))), ("poisson", up, ut, k(KL.poisson, ut, up, up - ut * np.log(up))),
        ("binary_crossentropy", p, yes, N(F.binary_cross_entropy(T(p), T(yes)))), ("binary_crossentropy", p, q, N(F.binary_cross_entropy(T(p), T(q)))),
        ("sigmoid_crossentropy", y, yes, N(F.binary_cross_entropy_with_logits(T(y), T(yes)))),
        ("categorical_crossentropy", p, hot, N(F.nll_loss(torch.log(T(p)), torch.tensor(labels)))),
        ("categorical_crossentropy", p, q, -np.mean(np.sum(q * np.log(p), -1))),
        ("sparse_categorical_crossentropy", p, labels, N(F.nll_loss(torch.log(T(p)), torch.tensor(labels)))),
        ("softmax_crossentropy", y, labels, N(F.cross_entropy(T(y), torch.tensor(labels)))), ("softmax_crossentropy", y, q, N(F.cross_entropy(T(y), T(q)))),
        ("hinge", y, yes, k(KL.hinge, yes, y, np.maximum(0, 1 - s * y))), ("squared_hinge", y, yes, k(KL.squared_hinge, yes, y, np.maximum(0, 1 - s * y)**2)),
        ("categorical_hinge", y, hot, k(KL.categorical_hinge, hot, y, np.maximum(0, 1 + ((1 - hot) * y).max(1) - (hot * y).sum(1)))), ("kl_divergence", p, q, N(F.kl_div(torch.log(T(p)), T(q), reduction="batchmean")))]:
    case("loss", text, value, y=prediction, t=target)

# ---- metrics ----
n = 25
w = np.round(draw.uniform(.2, 3, n), 2)
score = np.round(draw.uniform(0, 1, n), 1)  # with ties
truth = (score + draw.normal(0, .4, n) > .5).astype(int)
three = np.round(special.softmax(draw.normal(0, 1.5, (n, 3)), -1), 3)
three[:, 2] = 1 - three[:, 0] - three[:, 1]
klass = np.where(draw.uniform(size=n) < .6, three.argmax(1), draw.integers(0, 3, n))
four = three[:, [0, 1, 2, 0]] * [1, 1, 1, 0]  # a class that never occurs
many = np.round(draw.uniform(0, 1, (n, 3)), 1)
tags = (many + draw.normal(0, .4, (n, 3)) > .5).astype(int)
real, aim = np.round(draw.normal(0, 2, (n, 2)), 3), np.round(draw.normal(0, 2, (n, 2)), 3)
aim[:, 1] = np.round(real[:, 1] + draw.normal(0, .3, n), 3)
pos, posaim = np.abs(real), np.abs(aim)


def metric(text, output, y, t, f):
    case("metric", f"{text} {output} plain", f(None), y=y, t=t)
    case("metric", f"{text} {output} weighted", f(w), y=y, t=t, w=w)


one, first = (score >= .5).astype(int), three.argmax(1)
seven = (score >= .7).astype(int)
chosen = (many >= .5).astype(int)
metric("accuracy", "binary", score, truth, lambda w: sk.accuracy_score(truth, one, sample_weight=w))
metric("accuracy(.7)", "binary", score, truth, lambda w: sk.accuracy_score(truth, seven, sample_weight=w))
metric("accuracy", "classes", three, klass, lambda w: sk.accuracy_score(klass, first, sample_weight=w))
metric("accuracy", "classes", three, np.eye(3)[klass], lambda w: sk.accuracy_score(klass, first, sample_weight=w))
metric("accuracy", "labels", many, tags, lambda w: np.average((chosen == tags).mean(1), weights=w))
metric("binary_accuracy", "labels", many, tags, lambda w: np.average((chosen == tags).mean(1), weights=w))
metric("top_k(2)", "classes", three, klass, lambda w: sk.top_k_accuracy_score(klass, three, k=2, sample_weight=w))
metric("balanced_accuracy", "binary", score, truth, lambda w: sk.balanced_accuracy_score(truth, one, sample_weight=w))
metric("balanced_accuracy", "classes", three, klass, lambda w: sk.balanced_accuracy_score(klass, first, sample_weight=w))
for name, f in [("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)]:
    metric(name, "binary", score, truth, lambda w: f(truth, one, sample_weight=w))
    metric(name + "(.7)", "binary", score, truth, lambda w: f(truth, seven, sample_weight=w))
    metric(name, "classes", three, klass, lambda w: f(klass, first, average="macro", sample_weight=w))
    metric(name, "labels", many, tags, lambda w: f(tags, chosen, average="macro", sample_weight=w))
    for average in ["micro", "macro", "weighted"]:
        metric(f"{name}_{average}", "binary", score, truth, lambda w: f(truth, one, average=average, sample_weight=w))
        metric(f"{name}_{average}", "classes", three, klass, lambda w: f(klass, first, average=average, sample_weight=w))
        metric(f"{name}_{average}", "classes", four, klass, lambda w: f(klass, four.argmax(1), average=average, sample_weight=w))
        metric(f"{name}_{average}", "labels", many, tags, lambda w: f(tags, chosen, average=average, sample_weight=w))
metric("roc_auc", "binary", score, truth, lambda w: sk.roc_auc_score(truth, score, sample_weight=w))
metric("roc_auc", "classes", three, klass, lambda w: sk.roc_auc_score(np.eye(3)[klass], three, sample_weight=w))
metric("roc_auc", "labels", many, tags, lambda w: sk.roc_auc_score(tags, many, sample_weight=w))
soft = score * .9 + .05
metric("log_loss", "binary", soft, truth, lambda w: sk.log_loss(truth, soft, sample_weight=w))
metric("log_loss", "classes", three, klass, lambda w: sk.log_loss(klass, three, sample_weight=w))
metric("mse", "reals", real, aim, lambda w: sk.mean_squared_error(aim, real, sample_weight=w))
metric("rmse", "reals", real, aim, lambda w: np.mean(np.sqrt(sk.mean_squared_error(aim, real, sample_weight=w, multioutput="raw_values"))))
metric("mae", "reals", real, aim, lambda w: sk.mean_absolute_error(aim, real, sample_weight=w))
metric("mape", "reals", real, aim, lambda w: sk.mean_absolute_percentage_error(aim, real, sample_weight=w))
metric("msle", "reals", pos, posaim, lambda w: sk.mean_squared_log_error(posaim, pos, sample_weight=w))
metric("r2", "reals", real, aim, lambda w: sk.r2_score(aim, real, sample_weight=w))
case("metric", "confusion classes plain", sk.confusion_matrix(klass, first), y=three, t=klass)
case("metric", "confusion classes weighted", sk.confusion_matrix(klass, first, sample_weight=w), y=three, t=klass, w=w)
case("metric", "confusion binary plain", sk.confusion_matrix(truth, one), y=score, t=truth)

# ---- layers, while training ----
x = np.round(draw.normal(1, 2, (6, 4)), 3)
case("layer", "batch_norm", N(F.batch_norm(T(x), None, None, training=True, eps=1e-5)), x=x)
case("layer", "batch_norm epsilon=.01", N(F.batch_norm(T(x), None, None, training=True, eps=.01)), x=x)
case("layer", "layer_norm", N(F.layer_norm(T(x), (4,), eps=1e-5)), x=x)
image = np.round(draw.normal(1, 2, (3, 2, 2, 3)), 3)
case("layer", "batch_norm", N(F.batch_norm(T(image.transpose(0, 3, 1, 2)), None, None, training=True)).transpose(0, 2, 3, 1), x=image)
case("layer", "layer_norm", N(F.layer_norm(T(image), (3,))), x=image)
case("layer", "softmax", N(F.softmax(T(x), -1)), x=x)
case("layer", "flatten", image.reshape(3, -1), x=image)
case("layer", "reshape 3 4", image.reshape(3, 3, 4), x=image)
case("layer", "reshape 2 -1", image.reshape(3, 2, 6), x=image)
case("layer", "dropout 0", x, x=x)
case("layer", "dense 2 kernel_init=constant(.5) bias_init=ones relu", np.maximum(x @ np.full((4, 2), .5) + 1, 0), x=x)
case("layer", "dense 2 kernel_init=constant(.5) no_bias", image @ np.full((3, 2), .5), x=image)
case("layer", "maxout 3 kernel_init=constant(.5) bias_init=constant(-1)", x @ np.full((4, 3), .5) - 1, x=x)
out.close()
