#!/usr/bin/env python3
"""Numbers of tests/model/test_training_metrics.c by scikit-learn: python3 tests/golden/training_metrics.py. The same rows and weights as
there, from the same generator of numbers."""
import numpy as np
from sklearn.metrics import (balanced_accuracy_score, f1_score, log_loss, precision_score, r2_score, recall_score, roc_auc_score,
                             root_mean_squared_error)

ROWS = 50
seed = 21


def number():
    global seed
    seed = (seed * 1103515245 + 12345) % 2**32
    return (seed >> 16 & 1023) / 512 - 1


x = np.array([[number() for _ in range(2)] for _ in range(ROWS)])
noise = np.array([number() for _ in range(ROWS)])
two = (x[:, 0] - x[:, 1] + noise > 0).astype(int)
three = (x[:, 0] + 0.5 * noise > 0).astype(int) + (x[:, 1] - 0.5 * noise > 0)
p = 1 / (1 + np.exp(-(1.25 * x[:, 0] - 0.75 * x[:, 1] + 0.125)))
said = p >= 0.5
print("two", *(f"{v:.12f}" for v in (roc_auc_score(two, p), f1_score(two, said), precision_score(two, said), recall_score(two, said),
                                    log_loss(two, p), balanced_accuracy_score(two, said))))
z = np.exp(x @ np.array([[-1, 0.25, 1], [-0.5, -0.25, 1.5]]) + np.array([0.25, 0.5, 0]))
z /= z.sum(axis=1, keepdims=True)
said = z.argmax(axis=1)
print("three", *(f"{v:.12f}" for v in (roc_auc_score(three, z, multi_class="ovr"), f1_score(three, said, average="macro"),
                                      precision_score(three, said, average="weighted"), log_loss(three, z))))
y = 1.25 * x[:, 0] - 0.75 * x[:, 1] + 0.125
t = x[:, 0] - x[:, 1] + 0.5 * noise
print("numbers", f"{r2_score(t, y):.12f}", f"{root_mean_squared_error(t, y):.12f}")
