"""Pooling: equal to the loops, right in its gradients, ties to the first in row order."""

import re

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib import avgpool2d_backward, avgpool2d_forward, check_gradients, maxpool2d_backward, maxpool2d_forward
from cnnlib.arrays import turn
from cnnlib.pool import global_avgpool2d_backward, global_avgpool2d_forward
from cnnlib.windows import image_pads


@st.composite
def problems(draw):
    """A random pooling with few different values, so that ties are common, and windows without a positive one too."""
    KH, KW = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    padding = draw(
        st.one_of(st.sampled_from(["same", "valid"]), st.tuples(st.integers(0, KH - 1), st.integers(0, KW - 1)))
    )
    stride = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.integers(0, 2)), draw(st.integers(KH, 7)), draw(st.integers(KW, 7)), draw(st.integers(1, 2))
    return rng.integers(-3, 2, shape).astype(np.float64), (KH, KW), stride, padding


@settings(deadline=None)
@given(problems(), st.integers(0, 2**32 - 1))
def test_max_equals_the_loops_forward_and_back(problem, seed):
    x, pool_size, stride, padding = problem
    pads = image_pads(x.shape[1:3], pool_size, stride, padding)
    y, cache = maxpool2d_forward(*problem)
    np.testing.assert_array_equal(y, naive.pool2d(x, pool_size, stride, pads, mean=False))
    dy = np.random.default_rng(seed).standard_normal(y.shape)
    right = naive.maxpool2d_gradient(x, dy, pool_size, stride, pads)
    np.testing.assert_allclose(maxpool2d_backward(dy, cache), right, atol=1e-12)


@settings(deadline=None)
@given(problems(), st.integers(0, 2**32 - 1))
def test_average_equals_the_loops_and_its_backward_is_the_adjoint(problem, seed):
    x, pool_size, stride, padding = problem
    pads = image_pads(x.shape[1:3], pool_size, stride, padding)
    y, cache = avgpool2d_forward(*problem)
    np.testing.assert_allclose(y, naive.pool2d(x, pool_size, stride, pads, mean=True), atol=1e-12)
    g = np.random.default_rng(seed).standard_normal(y.shape)
    assert np.isclose(np.sum(y * g), np.sum(x * avgpool2d_backward(g, cache)))


@pytest.mark.parametrize("setting", [(2,), ((3, 2), 1), ((3, 2), (2, 3)), ((2, 3), (3, 1), (1, 1)), (3, 2, "same")])
def test_gradients(setting):
    x = np.random.default_rng(0).permutation(2 * 7 * 6 * 3).reshape(2, 7, 6, 3) / 10
    for forward, backward in ((maxpool2d_forward, maxpool2d_backward), (avgpool2d_forward, avgpool2d_backward)):
        assert check_gradients((lambda x, f=forward: f(x, *setting), backward), x) < 1e-8


def test_a_tie_goes_to_the_first_in_row_order():
    y, cache = maxpool2d_forward(np.zeros((1, 3, 2, 1)), (3, 2))
    assert maxpool2d_backward(np.ones_like(y), cache)[0, :, :, 0].tolist() == [[1, 0], [0, 0], [0, 0]]


def test_the_gradient_of_integer_images_keeps_its_fractions():
    y, cache = maxpool2d_forward(np.array([[1, 2], [3, 4]]).reshape(1, 2, 2, 1))
    assert maxpool2d_backward(np.full(y.shape, 0.25), cache).max() == 0.25


def test_the_average_of_a_window_at_the_edge_leaves_the_padding_out():
    assert (avgpool2d_forward(np.full((1, 4, 4, 1), 8.0), 3, 1, 1)[0] == 8).all()


def test_a_pooling_gives_no_view_of_its_input():
    x = np.random.default_rng(0).random((2, 4, 4, 1))
    for forward in (maxpool2d_forward, avgpool2d_forward):
        y = forward(x, 1)[0]
        assert not np.shares_memory(y, x)
        assert turn(y).flags.c_contiguous, "the batch lies innermost"


@pytest.mark.parametrize("shape", [(0, 2, 3, 2), (2, 1, 3, 2), (2, 3, 1, 1), (2, 2, 2, 0)])
def test_the_global_average_is_the_mean_of_each_channel(shape):
    x = np.random.default_rng(0).random(shape)
    y, cache = global_avgpool2d_forward(x)
    np.testing.assert_allclose(y, x.mean(axis=(1, 2)))
    dy = np.random.default_rng(1).random(y.shape)
    assert np.isclose(np.sum(y * dy), np.sum(x * global_avgpool2d_backward(dy, cache)))


@pytest.mark.parametrize("shape", [(1, 0, 3, 2), (1, 3, 0, 2)])
def test_an_image_without_pixels_has_no_average(shape):
    with pytest.raises(ValueError, match="an image must have at least one pixel; got x " + re.escape(str(shape))):
        global_avgpool2d_forward(np.zeros(shape))


@pytest.mark.parametrize("forward", [maxpool2d_forward, avgpool2d_forward])
def test_errors(forward):
    x = np.zeros((1, 5, 5, 1))
    with pytest.raises(ValueError, match="padding must be smaller than the window; got padding 2, pool_size"):
        forward(x, 2, padding=2)
    with pytest.raises(ValueError, match="a kernel of 6 .* more than the 5"):
        forward(x, 6)
    with pytest.raises(ValueError, match=r"4 axes, \(N, H, W, C\); got 3"):
        forward(x[0])
    for name in ("pool_size", "stride", "padding"):
        with pytest.raises(TypeError, match=f"^{name} must be an integer; got 0.5"):
            forward(x, **{"pool_size": 2, name: 0.5})


@pytest.mark.parametrize("backward", [maxpool2d_backward, avgpool2d_backward])
def test_a_gradient_of_another_shape_is_refused(backward):
    forward = maxpool2d_forward if backward is maxpool2d_backward else avgpool2d_forward
    _, cache = forward(np.zeros((1, 4, 4, 1)))
    with pytest.raises(ValueError, match=r"dy must have the shape of the output y, \(1, 2, 2, 1\); got \(1, 4, 4, 1\)"):
        backward(np.zeros((1, 4, 4, 1)), cache)
