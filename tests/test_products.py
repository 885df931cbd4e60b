"""Products in pieces, or without BLAS: the same numbers as the whole."""

import tracemalloc
from unittest.mock import Mock

import numpy as np
import pytest
import webassembly
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib import gemm, products


@settings(deadline=None)
@given(st.integers(0, 100_000), st.integers(0, 10_000))
def test_a_piece_divides_the_columns_and_is_small(N, multiplications):
    n = products.piece(N, multiplications)
    assert n == N or N % n == 0 and products.LEAST <= n <= products.MOST and n * multiplications <= products.SMALL


@pytest.fixture(params=["numpy", "browser"])
def blas(request, monkeypatch):
    """Both ways: on a desk, and in the browser, with the files that are loaded there."""
    if request.param == "browser":
        monkeypatch.setattr(products, "NUMPY_HAS_BLAS", False)
        monkeypatch.setattr(gemm, "library", webassembly.library)
    return request.param


@pytest.mark.parametrize("shape", [(1, 8, 9, 9800), (2, 3, 4, 5600), (1, 64, 216, 800), (1, 6, 25, 7), (1, 2, 3, 0)])
def test_products_in_pieces_and_without_blas_equal_the_whole(shape, blas):
    G, M, K, N = shape
    rng = np.random.default_rng(0)
    a, b, d = rng.standard_normal((G, M, K)), rng.standard_normal((G, K, N)), rng.standard_normal((G, M, N))
    np.testing.assert_allclose(products.product(a, b), a @ b, atol=1e-12)
    np.testing.assert_allclose(products.product_transposed(b, d), b @ d.transpose(0, 2, 1), atol=1e-10)


@pytest.mark.parametrize("shape", [(64, 1568, 20), (1, 5, 3), (4, 1, 3), (4, 5, 1), (0, 5, 3), (4, 0, 3)])
def test_a_product_without_blas_is_the_same(shape, blas):
    M, K, N = shape
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((K, M)).T, rng.standard_normal((K, N))
    np.testing.assert_allclose(products.matmul(a, b), a @ b, atol=1e-12)
    assert products.matmul(a.astype(np.float32), b.astype(np.float32)).dtype == np.float32
    assert products.matmul(a.astype(np.float32), b).dtype == np.float64
    np.testing.assert_array_equal(products.matmul(a.round().astype(int), b.round().astype(int)), a.round() @ b.round())


@pytest.mark.parametrize("numpy_has_blas", [True, False])
def test_the_peak_of_a_product_is_the_product(monkeypatch, numpy_has_blas):
    monkeypatch.setattr(products, "NUMPY_HAS_BLAS", numpy_has_blas)
    library = Mock()  # its numbers are not looked at: wasmtime's copies would be counted
    monkeypatch.setattr(gemm, "library", library)
    a, b = np.ones((1, 6, 25), np.float32), np.ones((1, 25, 28_800), np.float32)
    tracemalloc.start()
    y = products.product(a, b)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.1 * y.nbytes
    assert library.return_value.times.called != numpy_has_blas


@pytest.mark.parametrize("N", [9800, 9801, 9803])  # 9803 is prime: no pieces
def test_the_dtype_does_not_depend_on_the_pieces(N):
    a, b = np.ones((1, 8, 9)), np.ones((1, 9, N), np.float32)
    assert products.product(a, b).dtype == np.float64
    assert products.product_transposed(b, np.ones((1, 8, N))).dtype == np.float64
    assert products.product(a.astype(np.float32), b).dtype == np.float32


def test_the_convolutions_of_problem_7_are_multiplied_in_pieces():
    assert products.piece(28 * 28 * 50, 8 * 9) == 800
    assert products.piece(14 * 14 * 50, 4 * 8 * 16) == 700  # fused with the pooling
