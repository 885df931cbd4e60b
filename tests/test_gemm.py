"""The products of the browser: the files that are loaded there, run by another WebAssembly, beside NumPy."""

from pathlib import Path

import compile_gemm
import numpy as np
import pytest
import webassembly
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib import gemm

ORDERS = {
    "rows": np.ascontiguousarray,
    "columns": np.asfortranarray,
    "backward": lambda x: np.ascontiguousarray(x[::-1])[::-1],
    "mirrored": lambda x: np.ascontiguousarray(x[:, ::-1])[:, ::-1],
    "one row, repeated": lambda x: np.broadcast_to(x[0], x.shape),
    "one column, repeated": lambda x: np.broadcast_to(x[:, :1], x.shape),
    "every second row": lambda x: np.repeat(x, 2, axis=0)[::2],
    "every second column": lambda x: np.repeat(x, 2, axis=1)[:, ::2],
}
DTYPES = [np.dtype(dtype) for dtype in gemm.NUMBERS]


@pytest.fixture
def called(monkeypatch):
    """The functions of gemm.c that were called."""
    names = []
    monkeypatch.setattr(gemm, "library", webassembly.library)
    for dtype in DTYPES:
        monkeypatch.setattr(webassembly.library(dtype), "called", names)
    return names


def numbers(shape, order, dtype, seed):
    return ORDERS[order](np.random.default_rng(seed).standard_normal(shape).astype(dtype))


LENGTHS = st.integers(1, 40) | st.integers(480, 520)  # of the sums: in one turn, and in two or three


@settings(deadline=None, max_examples=200)
@given(st.integers(1, 40), LENGTHS, st.integers(1, 40), *[st.sampled_from(sorted(ORDERS))] * 2, st.sampled_from(DTYPES))
def test_every_size_and_order_gives_the_product(M, K, N, order_a, order_b, dtype):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gemm, "library", webassembly.library)
        a, b = numbers((M, K), order_a, dtype, 0), numbers((K, N), order_b, dtype, 1)
        y = np.full((M, N), np.nan, dtype)
        gemm.multiply(a, b, y)
        error = max(100, 2.5 * K) * np.finfo(dtype).eps
        np.testing.assert_allclose(y, a.astype(float) @ b, rtol=error, atol=error)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("order_b", ORDERS)
@pytest.mark.parametrize(
    ("M", "N_by_dtype", "functions"), [(2, (16, 8), ["times"]), (1, (16, 8), []), (2, (15, 7), [])]
)
def test_a_result_that_holds_a_tile_is_multiplied_by_gemm(called, M, N_by_dtype, order_b, functions, dtype):
    N = N_by_dtype[DTYPES.index(dtype)]
    a, b = numbers((M, 5), "rows", dtype, 0), numbers((5, N), order_b, dtype, 1)
    np.testing.assert_allclose(gemm.products(a[None], b[None])[0], a @ b, rtol=1e-4, atol=1e-5)
    assert called == functions


def test_shapes_that_do_not_fit_are_refused():
    ones = np.ones((1, 4, 20), np.float32)
    for other in ((1, 7, 16), (2, 20, 16), (1, 1, 16)):
        with pytest.raises(ValueError, match="one G and one K"):
            gemm.products(ones, np.ones(other, np.float32))


@pytest.mark.parametrize("dtypes", ["ii", "ee", ("f4", "f8"), ("f8", "f4"), (">f4", ">f4"), ("<f4", ">f4")], ids=str)
def test_other_numbers_are_left_to_numpy(called, dtypes):
    a, b = np.arange(80).reshape(1, 4, 20).astype(dtypes[0]), np.ones((1, 20, 16), dtypes[1])
    y = gemm.products(a, b)
    np.testing.assert_array_equal(y, a @ b)
    assert not called and y.dtype == (a @ b).dtype


def test_numbers_that_lie_between_others_are_left_to_numpy(called):
    packed = np.zeros((16, 20), [("number", np.float32), ("flag", np.int8)])
    packed["number"] = np.arange(320).reshape(16, 20)
    a, b = packed["number"][None], np.ones((1, 20, 16), np.float32)
    assert a.strides[2] % a.itemsize
    np.testing.assert_array_equal(gemm.products(a, b), np.ascontiguousarray(a) @ b)
    np.testing.assert_array_equal(gemm.products(b.transpose(0, 2, 1), a.transpose(0, 2, 1)), (a @ b).transpose(0, 2, 1))
    assert not called


def test_no_numbers_to_add_give_zeros(called):
    y = np.full((2, 16), np.nan, np.float32)
    gemm.multiply(np.ones((2, 0), np.float32), np.ones((0, 16), np.float32), y)
    np.testing.assert_array_equal(y, 0)
    assert not called  # gemm.c writes nothing then


@pytest.mark.parametrize("order_b", ["rows", "columns"])
@pytest.mark.parametrize("K", [2, 257])  # in one turn, and in two
def test_what_is_infinite_or_no_number_stays_so(called, K, order_b):
    a = np.ones((2, K), np.float32)
    a[:, -1] = np.inf, np.nan
    y = gemm.products(a[None], ORDERS[order_b](np.ones((K, 16), np.float32))[None])[0]
    assert np.isposinf(y[0]).all() and np.isnan(y[1]).all() and called


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_a_file_is_the_one_compiled_from_the_text(dtype):
    file = Path(gemm.__file__).with_name(f"gemm-{dtype}.wasm")
    assert file.read_bytes().endswith(compile_gemm.stamp()), "run `make gemm`"
