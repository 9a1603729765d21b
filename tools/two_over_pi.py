#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the table of src/kernels/cpu/angle.c: 64 zero bits, then the bits of 2/pi after the point. pi by Machin's formula."""

BITS = 64 * 20


def arctan_inverse(n, one):
    total, power, k, sign = 0, one // n, 1, 1
    while power:
        total += sign * (power // k)
        power //= n * n
        k += 2
        sign = -sign
    return total


one = 1 << (BITS + 64)
pi = 4 * (4 * arctan_inverse(5, one) - arctan_inverse(239, one))
value = (2 * one << BITS) // pi
words = [0] + [(value >> (BITS - 64 * (i + 1))) & (2**64 - 1) for i in range(BITS // 64)]
for i in range(0, len(words), 4):
    print("    " + " ".join(f"0x{w:016x}," for w in words[i:i + 4]))
