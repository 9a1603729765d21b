#!/usr/bin/env python3
"""Numbers of tests/model/test_unseen.c by scikit-learn: python3 tests/golden/unseen.py. Classes d and e were not there in training."""
from sklearn.metrics import accuracy_score, balanced_accuracy_score, precision_recall_fscore_support

three = ("aaabbbbccdde", "aabbbbacccab", [1, 2, 0.5, 3, 1, 1, 2, 1, 4, 2, 1, 0.5])
two = ("aaaabbbbbdde", "aaabbbbbaabb", [1, 2, 0.5, 3, 1, 1, 2, 1, 4, 2, 1, 0.5])


def show(name, truth, said, weights):
    truth, said = list(truth), list(said)
    for w in None, weights:
        macro = precision_recall_fscore_support(truth, said, average="macro", zero_division=0, sample_weight=w)[:3]
        b = precision_recall_fscore_support(truth, said, labels=["b"], average=None, zero_division=0, sample_weight=w)[:3]
        print(name, "weighed" if w else "plain", f"accuracy {accuracy_score(truth, said, sample_weight=w):.12f}",
              f"balanced {balanced_accuracy_score(truth, said, sample_weight=w):.12f}",
              "macro P R F1", *(f"{v:.12f}" for v in macro), "of b", *(f"{v[0]:.12f}" for v in b))


show("three", *three)
show("two", *two)
