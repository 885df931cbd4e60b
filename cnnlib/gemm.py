"""Matrix products in the browser, where NumPy has no BLAS.

NumPy's own loops multiply one number at a time there, and those of `@` go through memory in a poor order as well:
`np.einsum` took 0.3 to 0.8 of their time. gemm.c multiplies 16 bytes of numbers at a time and keeps a tile of the
result in registers: products of 100,000 multiplications or more take 0.14 to 0.34 of the time of `np.einsum` in
float32 and 0.22 to 0.50 in float64, a step of training 0.37 to 0.40 and 0.49 to 0.51 (benchmarks/browser.py, in
Chromium). Results smaller than a tile are left to `np.einsum`: a dense layer's for fewer than 16 images (8 in float64).

gemm-float32.wasm and gemm-float64.wasm are gemm.c, compiled for each type (`make gemm`): 2 kB each, which Python loads
in a browser like any library of C. On a desk neither is opened.
"""

import ctypes
from functools import cache
from pathlib import Path

import numpy as np

from cnnlib.arrays import Array

NUMBERS = (np.float32, np.float64)
# The smallest result that the loops of gemm.c compute, a tile; with less they would write beside the result.
ROWS, BYTES_OF_A_ROW = 2, 64


@cache
def library(dtype: np.dtype) -> ctypes.CDLL:
    """A type of number -> gemm.c, compiled for it."""
    # Undeclared arguments are ints to ctypes, and there an address has the 32 bits of an int.
    return ctypes.CDLL(str(Path(__file__).with_name(f"gemm-{dtype}.wasm")))


def products(a: Array, b: Array) -> Array:
    """(G, M, K) @ (G, K, N) -> (G, M, N), each product written where it belongs: a stack of them would be a copy."""
    if a.shape[::2] != b.shape[:2]:  # gemm.c would read on behind the smaller one
        raise ValueError(f"products of (G, M, K) and (G, K, N) want one G and one K; got {a.shape} and {b.shape}")
    y = np.empty((len(a), a.shape[1], b.shape[2]), np.result_type(a, b))
    if not (a.dtype == b.dtype and a.dtype in NUMBERS and a.flags.aligned and b.flags.aligned):
        return np.einsum("gmk,gkn->gmn", a, b, out=y)
    for left, right, out in zip(a, b, y, strict=True):
        multiply(left, right, out)
    return y


def multiply(a: Array, b: Array, y: Array) -> None:
    """(M, K) @ (K, N), aligned and of one type in NUMBERS -> (M, N), written into y, contiguous and apart from both."""
    (M, K), N = a.shape, b.shape[1]
    if K and M >= ROWS and N * y.itemsize >= BYTES_OF_A_ROW:
        library(y.dtype).times(M, K, N, address(a), *steps(a), address(b), *steps(b), address(y))
    else:
        np.einsum("mk,kn->mn", a, b, out=y)


def steps(x: Array) -> tuple[int, int]:
    """(M, N) -> how many numbers lie from a row to the next, and from a column to the next."""
    return x.strides[0] // x.itemsize, x.strides[1] // x.itemsize


def address(x: Array) -> int:
    """(M, N) -> where its first number lies in memory."""
    return x.__array_interface__["data"][0]
