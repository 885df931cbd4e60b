"""Matrix products: the one place that chooses how they are computed.

A convolution multiplies a few rows, its filters, by ten thousands of columns, its windows. On processors with
AVX-512, OpenBLAS has a quick way for small products, of at most a million multiplications, and multiplying 400 to
900 columns at a time takes down to a quarter of the time of the whole; elsewhere it makes little difference.
For many filters the whole product is the better form.

In the browser NumPy has no BLAS: there gemm.py multiplies.
"""

import sys
from functools import lru_cache

import numpy as np

from cnnlib import gemm
from cnnlib.arrays import Array

SMALL = 1_000_000  # multiplications of the largest product that OpenBLAS takes for small
MOST, LEAST = 900, 256  # columns in a piece
NUMPY_HAS_BLAS = sys.platform != "emscripten"


def matmul(a: Array, b: Array) -> Array:
    """(M, K) @ (K, N) -> (M, N)."""
    # For a single row NumPy's `@` does without BLAS, and takes four times as long as `np.dot`.
    return np.dot(a, b) if NUMPY_HAS_BLAS else gemm.products(a[None], b[None])[0]


def product(a: Array, b: Array) -> Array:
    """(G, M, K) @ (G, K, N) -> (G, M, N), for N much larger than M and K."""
    if not NUMPY_HAS_BLAS:
        return gemm.products(a, b)
    (G, M, K), N = a.shape, b.shape[2]
    n = piece(N, M * K)
    if n == N:
        return a @ b
    y = np.empty((G, M, N), np.result_type(a, b))
    np.matmul(a[:, None], in_pieces(b, n), out=in_pieces(y, n))
    return y


def product_transposed(a: Array, b: Array) -> Array:
    """(G, K, N) @ (G, M, N).T -> (G, K, M), for N much larger than M and K: the gradient of a `product`."""
    if not NUMPY_HAS_BLAS:
        return gemm.products(a, b.transpose(0, 2, 1))
    (_, K, N), M = a.shape, b.shape[1]
    n = piece(N, M * K)
    if n == N:
        return a @ b.transpose(0, 2, 1)
    return (in_pieces(a, n) @ in_pieces(b, n).transpose(0, 1, 3, 2)).sum(axis=1)


def in_pieces(x: Array, n: int) -> Array:
    """(G, K, N) -> (G, N / n, K, n): pieces of n columns, a view."""
    G, K, N = x.shape
    return x.reshape(G, K, N // n, n).transpose(0, 2, 1, 3)


@lru_cache
def piece(N: int, multiplications: int) -> int:
    """N columns and the multiplications that each costs -> how many to multiply at once, a divisor of N."""
    most = min(MOST, SMALL // max(multiplications, 1))
    return next((n for n in range(most, LEAST - 1, -1) if N % n == 0), N)
