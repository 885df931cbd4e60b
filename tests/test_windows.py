"""Sizes, padding, windows and their adjoint."""

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib import output_size
from cnnlib.windows import add_windows, image_pads, image_size, pad, unpad, windows

small = st.integers(1, 4)


@given(st.integers(1, 30), small, small, st.integers(0, 4), small)
def test_output_size_counts_the_windows_that_fit(size, kernel, stride, padding, dilation):
    count = naive.sizes(size, kernel, stride, padding, padding, dilation)
    if count:
        assert output_size(size, kernel, stride, padding, dilation) == count
    else:
        with pytest.raises(ValueError, match=f"a kernel of {kernel} with dilation {dilation} reaches over"):
            output_size(size, kernel, stride, padding, dilation)


@given(st.integers(1, 30), small, small, small)
def test_same_gives_the_ceiling_with_the_least_padding_and_the_odd_one_at_the_end(size, kernel, stride, dilation):
    assert output_size(size, kernel, stride, "same", dilation) == -(-size // stride)
    pads = image_pads((size, size), (kernel, kernel), (stride, stride), "same", (dilation, dilation))
    assert pads == (naive.same_pads(size, kernel, stride, dilation),) * 2


def test_the_size_that_the_original_got_wrong():
    assert output_size(7, 3, stride=2) == 3


def test_a_window_moves_by_one_pixel_and_needs_no_pixel_of_the_image():
    assert output_size(7, 3) == output_size(7, 3, padding="valid") == 5
    assert output_size(0, 1, padding=1) == 2


def test_valid_pads_nothing():
    assert image_pads((7, 8), (3, 2), (2, 1), "valid") == ((0, 0), (0, 0))


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ((2, 3), ValueError, "reaches over 3 pixels, more than the 2"),
        ((5, 0), ValueError, "kernel_size must be at least 1; got 0"),
        ((5, 3, 0), ValueError, "stride must be at least 1; got 0"),
        ((5, 3, 1, -1), ValueError, "padding must be at least 0; got -1"),
        ((5, 3, 1, "full"), ValueError, 'padding must be .* "same" or "valid"; got \'full\''),
        ((5, 3, 1, 0, 0.5), TypeError, "^dilation must be an integer; got 0.5"),
        ((5.0, 3), TypeError, "size must be an integer; got 5.0"),
        ((5, True), TypeError, "kernel_size must be an integer; got True"),
    ],
)
def test_wrong_settings_are_named(arguments, kind, message):
    with pytest.raises(kind, match=message):
        output_size(*arguments)


settings = st.tuples(st.integers(3, 7), st.integers(3, 7), small, small, small, small)


@given(settings, st.integers(1, 2), st.integers(1, 2), st.integers(0, 2**32 - 1))
def test_add_windows_is_the_adjoint_of_windows(setting, DH, DW, seed):
    H, W, KH, KW, SH, SW = setting
    KH, KW = min(KH, (H - 1) // DH + 1), min(KW, (W - 1) // DW + 1)
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((2, H, W, 3))
    p = windows(x, (KH, KW), (SH, SW), (DH, DW))
    g = rng.standard_normal(p.shape)
    assert np.isclose(np.sum(p * g), np.sum(x * add_windows(g, (H, W), (SH, SW), (DH, DW))))


def test_unpad_is_the_adjoint_of_pad():
    rng = np.random.default_rng(0)
    x, pads = rng.standard_normal((2, 4, 5, 3)), ((1, 2), (0, 3))
    xp = pad(x, pads)
    g = rng.standard_normal(xp.shape)
    assert xp.shape == (2, 7, 8, 3)
    assert np.isclose(np.sum(xp * g), np.sum(x * unpad(g, pads)))


@pytest.mark.parametrize(("padding", "sizes"), [((1, 0), (4, 5)), ("same", (5, 8)), ("valid", (3, 5))])
def test_the_size_of_an_image_counts_its_windows_along_both_axes(padding, sizes):
    setting = (3, 2), (2, 1), padding, (2, 3)
    padded = pad(np.zeros((1, 9, 8, 1)), image_pads((9, 8), *setting))
    assert image_size((9, 8), *setting) == windows(padded, (3, 2), (2, 1), (2, 3)).shape[1:3] == sizes


def test_windows_copies_nothing():
    x = np.zeros((1, 4, 4, 1))
    assert np.shares_memory(windows(x, (3, 3)), x)


NO_WINDOWS = [((4, 4),), ((2, 2), (0, 1)), ((2, 2), (1, 0)), ((2, 2), (1, 1), (0, 1)), ((2, 2), (1, 1), (1, 0))]


@pytest.mark.parametrize("setting", NO_WINDOWS, ids=str)
def test_windows_that_do_not_fit_are_an_error(setting):
    with pytest.raises(ValueError, match=r"no window fits: image \(3, 5\), kernel"):
        windows(np.zeros((1, 3, 5, 1)), *setting)
