#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the NPY and NPZ files of tests/format/npy: the numbers 0 1 2 3 4 5 (minus 2 for signed types) as (2, 3), in many forms."""
import os
import numpy as np
from numpy.lib import format as npy

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "format", "npy"))
for descr in "<f4 >f4 <f8 >f8 <f2 <i4 >i4 <i8 >i8 |i1 <i2 >i2 |u1 <u2 >u2 <u4 |b1".split():
    a = np.arange(6).reshape(2, 3)
    if descr[1] in "fi":
        a = a - 2
    a = a.astype(descr)
    for order in "CF":
        name = {"<": "le_", ">": "be_", "|": ""}[descr[0]] + descr[1:] + ("" if order == "C" else "_fortran")
        with open(name + ".npy", "wb") as f:
            npy.write_array(f, np.asarray(a, order=order), version=(1, 0))
a = (np.arange(6) - 2).reshape(2, 3).astype("<f4")
for version in (2, 0), (3, 0):
    with open("version_%d.npy" % version[0], "wb") as f:
        npy.write_array(f, a, version=version)
np.save("scalar.npy", np.float64(2.5))
np.save("rank_3_fortran.npy", np.asfortranarray(np.arange(24, dtype="<i4").reshape(2, 3, 4)))
np.save("empty.npy", np.zeros((0, 3), "<f4"))
np.save("complex.npy", np.zeros(2, "<c16"))
np.save("text.npy", np.array(["a", "b"]))
np.savez("stored.npz", x=a, y=np.array([1, 0]))
np.savez_compressed("deflated.npz", x=np.zeros((100, 10), "<f4"), y=np.arange(100))
