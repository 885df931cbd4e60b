"""What predicts in less time predicts the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib import (
    SGD,
    BatchNorm2D,
    Conv2D,
    GlobalAvgPool2D,
    MaxPool2D,
    Parallel,
    ReLU,
    Residual,
    Sequential,
    conv2d_forward,
    softmax_cross_entropy,
    winograd,
)
from cnnlib.fusion import fused
from cnnlib.prediction import for_prediction
from cnnlib.training import logits
from cnnlib.winograd import OF_PIXELS, OF_WEIGHTS, TO_OUTPUTS, WinogradConv, winograd_forward


@settings(deadline=None)
@given(
    st.tuples(st.integers(0, 3), st.integers(3, 14), st.integers(3, 14), st.integers(1, 9)),
    st.integers(1, 9),
    st.sampled_from([0, 1, (2, 0), "same", "valid"]),
    st.booleans(),
    st.integers(0, 999),
)
def test_winograds_convolution_is_the_convolution(shape, F, padding, biased, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape, dtype=np.float32)
    w = rng.standard_normal((3, 3, shape[3], F), dtype=np.float32)
    b = rng.standard_normal(F, dtype=np.float32) if biased else None
    found, (right, _) = winograd_forward(x, w, b, padding), conv2d_forward(x, w, b, padding=padding)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, right, rtol=0, atol=2e-5 * max(np.abs(right).max(initial=0), 1))


def test_winograds_convolution_is_in_float32_and_pads_nothing_unasked():
    y = winograd_forward(np.ones((1, 6, 7, 1)), np.ones((3, 3, 1, 2)), None)
    assert y.dtype == np.float32 and y.shape == (1, 4, 5, 2)


def test_four_sums_in_a_row_take_six_multiplications():
    rng = np.random.default_rng(0)
    d, g, (b, n) = rng.standard_normal(6), rng.standard_normal(3), winograd.lagrange()
    products = (b @ d) * (winograd.values(2) / n @ g)
    np.testing.assert_allclose(winograd.values(3).T @ products, [d[i : i + 3] @ g for i in range(4)], atol=1e-13)


def test_the_matrices_give_the_four_by_four_outputs_of_one_tile():
    rng = np.random.default_rng(0)
    d, g = rng.standard_normal((6, 6)), rng.standard_normal((3, 3))
    products = (OF_WEIGHTS @ g.ravel()) * (OF_PIXELS @ d.ravel())
    right = [np.sum(d[i : i + 3, j : j + 3] * g) for i, j in np.ndindex(4, 4)]
    np.testing.assert_allclose(TO_OUTPUTS @ products, right, atol=1e-5)


@pytest.mark.parametrize("w, message", [((5, 5, 2, 4), "3 x 3"), ((3, 3, 3, 4), "C = 2 channels")])
def test_winograds_convolution_refuses_other_filters(w, message):
    with pytest.raises(ValueError, match=message):
        winograd_forward(np.ones((1, 8, 8, 2)), np.ones(w), None)


def test_winograds_convolution_refuses_other_biases():
    with pytest.raises(ValueError, match=r"each of the 4 outputs of w \(3, 3, 2, 4\); got shape \(3,\)"):
        winograd_forward(np.ones((1, 8, 8, 2)), np.ones((3, 3, 2, 4)), np.ones(3))


@pytest.fixture
def always(monkeypatch):
    """Winograd's way for small layers as well."""
    monkeypatch.setattr(winograd, "MOST", np.inf)


def network(rng, dtype=np.float32):
    """Layers in layers, with normalizations that are past their first batch -> a built Sequential."""
    model = Sequential([
        *(Conv2D(4, 3, padding=1, use_bias=False), BatchNorm2D(), ReLU(), MaxPool2D(2)),
        Residual(Sequential([Conv2D(6, 3, padding=1), BatchNorm2D(), ReLU()]), Sequential([Conv2D(6, 1)])),
        Residual(Conv2D(6, 3, padding="same")),
        Parallel([Conv2D(4, 3, padding=1), Sequential([BatchNorm2D(), Conv2D(2, 3, padding=1, groups=2)])]),
        *(Conv2D(7, 3), Conv2D(8, 3, stride=2), GlobalAvgPool2D()),
    ])
    model.build((20, 18, 3), rng, dtype)
    for values in model.params.values():
        values += 0.1 * rng.standard_normal(values.shape).astype(dtype)
    for _ in range(3):
        model.forward(images(rng, dtype), train=True)
    return model


def images(rng, dtype=np.float32):
    return rng.standard_normal((5, 20, 18, 3)).astype(dtype)


def kinds(layer):
    """The types of a layer and of all layers in it."""
    return [type(layer), *(kind for child in layer.children().values() for kind in kinds(child))]


@pytest.mark.usefixtures("always")
def test_a_network_predicts_the_same_also_in_layers_made_of_layers():
    rng = np.random.default_rng(1)
    model, x = network(rng), images(rng)
    quick, right = for_prediction(model), model.forward(x)[0]
    assert kinds(quick).count(WinogradConv) == 4 and kinds(quick).count(BatchNorm2D) == 1
    np.testing.assert_allclose(quick.forward(x)[0], right, atol=5e-5 * np.abs(right).max())
    np.testing.assert_allclose(logits(model, x, 2), right, atol=5e-5 * np.abs(right).max())


@pytest.mark.usefixtures("always")
def test_float64_keeps_its_digits():
    rng = np.random.default_rng(2)
    model, x = network(rng, np.float64), images(rng, np.float64)
    right = model.forward(x)[0]
    np.testing.assert_allclose(for_prediction(model).forward(x)[0], right, atol=1e-13 * np.abs(right).max())


def test_large_layers_take_winograds_way_and_small_ones_do_not():
    rng = np.random.default_rng(3)
    for size, channels, way in ((56, 128, True), (56, 8, False), (6, 256, False)):
        conv = Conv2D(channels, 3, padding=1)
        conv.build((size, size, channels), rng)
        quick, x = WinogradConv(conv), rng.standard_normal((1, size, size, channels), dtype=np.float32)
        y, cache = quick.forward(x)
        assert (cache is None) is way
        np.testing.assert_allclose(y, conv.forward(x)[0], atol=2e-5 * np.abs(y).max())


def test_the_choice_counts_the_multiplications_of_both_ways(monkeypatch):
    N, H, W, C, F, T = 2, 9, 11, 5, 7, 2 * 3 * 3  # 9 x 11 outputs: 3 x 3 tiles of 4 x 4
    quick = T * (36 * C * F + 36 * 36 * C + 36 * 16 * F) + 36 * 9 * C * F
    plain = 9 * C * F * N * H * W
    for least, way in ((1e-9, True), (-1e-9, False)):
        monkeypatch.setattr(winograd, "MOST", quick / plain + least)
        assert winograd.worth_it((N, H, W, C), (3, 3, C, F), ((1, 1), (1, 1))) is way


def test_training_never_takes_winograds_way():
    model = network(np.random.default_rng(4))
    assert WinogradConv not in kinds(fused(model))


@pytest.mark.usefixtures("always")
def test_a_prediction_sees_the_weights_as_they_are():
    rng = np.random.default_rng(5)
    model, x = network(rng), images(rng)
    before = logits(model, x, 5)
    z, caches = model.forward(x, train=True)
    _, dz = softmax_cross_entropy(z, np.arange(5))
    SGD(0.1).step(model.params, model.backward(dz, caches, need_dx=False)[1])
    after = logits(model, x, 5)
    assert np.abs(after - before).max() > 0.01
    np.testing.assert_allclose(after, model.forward(x)[0], atol=5e-5 * np.abs(after).max())


def test_no_images_have_no_predictions():
    rng = np.random.default_rng(6)
    assert logits(network(rng), images(rng)[:0], 2).shape == (0, 8)


def test_a_network_that_is_not_built_is_refused():
    with pytest.raises(ValueError, match="build"):
        for_prediction(Sequential([Conv2D(4, 3), BatchNorm2D()]))
