"""Matrix products in the browser, where NumPy has no BLAS.

NumPy's own loops multiply one number at a time there. gemm.c multiplies 16 bytes of them, and keeps a tile of the
result in registers: the larger products of problem 7 and of LeNet take 0.13 to 0.23 of the time of `np.einsum` in
float32 and 0.20 to 0.34 in float64, a step of training 0.35 and 0.48 (Pyodide 314, NumPy 2.4, batches of 20).
gemm-float32.wasm and gemm-float64.wasm are the same, compiled (`make gemm`): 2 kB each, which Python loads there like
any library of C. On a desk neither is opened.
"""

import ctypes
from functools import cache
from pathlib import Path

import numpy as np

from cnnlib.arrays import Array

NUMBERS = (np.float32, np.float64)
# The smallest results that the loops of gemm.c compute: a tile.
ROWS, BYTES_OF_A_ROW, COLUMNS_TRANSPOSED = 2, 64, 4


@cache
def library(dtype: np.dtype) -> ctypes.CDLL:
    """gemm.c, compiled for a type of number."""
    return ctypes.CDLL(str(Path(__file__).with_name(f"gemm-{dtype}.wasm")))


def products(a: Array, b: Array) -> Array:
    """(G, M, K) @ (G, K, N) -> (G, M, N), each product written where it belongs: a stack of them would be a copy."""
    y = np.empty((len(a), a.shape[1], b.shape[2]), np.result_type(a, b))
    if not (a.dtype == b.dtype in NUMBERS and a.flags.aligned and b.flags.aligned):
        return np.einsum("gmk,gkn->gmn", a, b, out=y)
    for left, right, out in zip(a, b, y, strict=True):
        multiply(left, right, out)
    return y


def multiply(a: Array, b: Array, y: Array) -> None:
    """(M, K) @ (K, N), of one type in NUMBERS -> (M, N), written into y."""
    (M, K), N = a.shape, b.shape[1]
    (a_row, a_column), (b_row, b_column) = steps(a), steps(b)
    if b_column == 1 and M >= ROWS and N * y.itemsize >= BYTES_OF_A_ROW:
        library(y.dtype).times(M, K, N, address(a), a_row, a_column, address(b), b_row, address(y))
    elif a_column == b_row == 1 and M >= ROWS and N >= COLUMNS_TRANSPOSED:
        library(y.dtype).times_transposed(M, K, N, address(a), a_row, address(b), b_column, address(y))
    else:
        np.einsum("mk,kn->mn", a, b, out=y)


def steps(x: Array) -> tuple[int, int]:
    """How many numbers lie from a row to the next, and from a column to the next."""
    return x.strides[0] // x.itemsize, x.strides[1] // x.itemsize


def address(x: Array) -> int:
    """Where the first number lies in memory."""
    return x.__array_interface__["data"][0]
