"""The fused network: the plain one in everything but speed."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnlib import (
    SGD,
    BatchNorm2D,
    CNNClassifier,
    Conv2D,
    Dense,
    Flatten,
    MaxPool2D,
    ReLU,
    Sequential,
    check_gradients,
    softmax_cross_entropy,
)
from cnnlib.datasets import load_mnist
from cnnlib.fusion import ConvMaxPool, Pass, fused, gathered, spread
from cnnlib.training import batches

sides = st.tuples(st.integers(1, 3), st.integers(1, 3))
PLACES = [(1, 2), (2, 1), (2, 2), (1, 3), (1, 4)]


@st.composite
def networks(draw):
    """Conv2D, perhaps a ReLU, MaxPool2D, and images for them; whole numbers, so that maxima are often tied."""
    conv = Conv2D(
        draw(st.integers(1, 3)),
        draw(st.tuples(st.integers(3, 5), st.integers(3, 4))),
        stride=draw(st.tuples(st.integers(1, 2), st.integers(1, 2))),
        padding=draw(st.sampled_from([0, 1, (2, 1), "same", "valid"])),
        use_bias=draw(st.booleans()),
    )
    relu = [ReLU()] if draw(st.booleans()) else []
    model = Sequential([conv, *relu, MaxPool2D(draw(st.sampled_from(PLACES)))])
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    N, H, W, C = (draw(st.integers(low, high)) for low, high in ((0, 3), (5, 12), (5, 12), (1, 2)))
    x = rng.integers(-2, 3, (N, H, W, C))
    try:
        model.build(x.shape[1:], rng, np.float64)
    except ValueError:
        assume(False)
    for values in model.params.values():
        values[...] = rng.integers(-2, 3, values.shape)
    return model, x.astype(np.float64), rng


@settings(deadline=None, max_examples=120)
@given(networks())
def test_the_fused_network_computes_the_same_forward_and_back_ties_included(problem):
    model, x, rng = problem
    quick = fused(model)
    assert type(quick.layers[0]) is ConvMaxPool
    (y, cache), (z, quick_cache) = model.forward(x), quick.forward(x)
    np.testing.assert_array_equal(z, y)
    dy = rng.integers(-3, 4, y.shape).astype(np.float64)
    kept = dy.copy()
    (dx, grads), (dz, quick_grads) = model.backward(dy, cache), quick.backward(dy, quick_cache)
    np.testing.assert_array_equal(dz, dx)
    assert quick_grads.keys() == grads.keys()
    for name, gradient in grads.items():
        np.testing.assert_array_equal(quick_grads[name], gradient)
    np.testing.assert_array_equal(dy, kept)


@settings(deadline=None)
@given(sides, st.sampled_from(PLACES), st.tuples(st.integers(1, 2), st.integers(1, 2)), st.integers(0, 99))
def test_gathering_is_the_adjoint_of_spreading(kernel_size, places, stride, seed):
    rng = np.random.default_rng(seed)
    w = rng.standard_normal((*kernel_size, 2, 3))
    wide = spread(w, places, stride)
    other = rng.standard_normal(wide.shape)
    assert np.isclose(np.sum(wide * other), np.sum(w * gathered(other, w.shape, places, stride)))


def test_the_gradients_of_a_fused_layer_are_right():
    rng = np.random.default_rng(0)
    model = Sequential([Conv2D(3, 3, padding=1), ReLU(), MaxPool2D(2)])
    model.build((9, 8, 2), rng, np.float64)
    check_gradients(fused(model), rng.standard_normal((2, 9, 8, 2)))


@pytest.mark.parametrize("dtypes", list(itertools.product([np.float32, np.float64], repeat=3)))
def test_the_dtypes_are_those_of_the_plain_network(dtypes):
    of_w, of_x, of_dy = dtypes
    rng, model = np.random.default_rng(0), Sequential([Conv2D(8, 3, padding=1), ReLU(), MaxPool2D(2)])
    model.build((28, 28, 1), rng, of_w)
    x = rng.random((50, 28, 28, 1)).astype(of_x)
    (y, cache), (z, quick_cache) = model.forward(x), fused(model).forward(x)
    assert z.dtype == y.dtype == max(of_w, of_x, key=lambda dtype: np.dtype(dtype).itemsize)
    dy = np.ones(y.shape, of_dy)
    grads, quick_grads = model.backward(dy, cache)[1], fused(model).backward(dy, quick_cache)[1]
    assert {name: g.dtype for name, g in quick_grads.items()} == {name: g.dtype for name, g in grads.items()}


def test_images_in_any_order_and_read_only_are_taken():
    rng, model = np.random.default_rng(0), Sequential([Conv2D(3, 3), ReLU(), MaxPool2D(2)])
    model.build((9, 8, 2), rng, np.float64)
    x = rng.random((4, 2, 8, 9)).transpose(0, 3, 2, 1)[::-1, :, ::-1]
    x.setflags(write=False)
    (y, cache), (z, quick_cache) = model.forward(x), fused(model).forward(x)
    np.testing.assert_allclose(z, y)
    dy = np.broadcast_to(1.0, y.shape)
    (dx, grads), (dz, quick_grads) = model.backward(dy, cache), fused(model).backward(dy, quick_cache)
    np.testing.assert_allclose(dz, dx)
    np.testing.assert_allclose(quick_grads["0.w"], grads["0.w"])


def test_the_shapes_are_those_of_the_plain_network():
    model = Sequential([Conv2D(4, 3, stride=2), ReLU(), MaxPool2D((2, 1)), Flatten(), Dense(3)])
    model.build((20, 17, 2), np.random.default_rng(0))
    for i in range(1, 6):
        part = Sequential(model.layers[:i])
        assert fused(part).output_shape((20, 17, 2)) == part.output_shape((20, 17, 2))
    assert fused(model).param_shapes((20, 17, 2)) == model.param_shapes((20, 17, 2))


def test_the_first_layer_may_skip_dx():
    model = Sequential([Conv2D(3, 3), MaxPool2D(2)])
    model.build((8, 8, 1), np.random.default_rng(0))
    quick = fused(model)
    y, cache = quick.forward(np.ones((1, 8, 8, 1)))
    dx, grads = quick.backward(y, cache, need_dx=False)
    assert dx is None
    assert set(grads) == {"0.w", "0.b"}


def test_the_fused_network_shares_its_arrays_under_the_same_names():
    layers = [Conv2D(4, 3), ReLU(), MaxPool2D(2), Conv2D(4, 3), MaxPool2D(2), BatchNorm2D(), Flatten(), Dense(3)]
    model = Sequential(layers)
    model.build((20, 20, 1), np.random.default_rng(0))
    quick = fused(model)
    assert [type(layer).__name__ for layer in quick.layers] == [
        *("ConvMaxPool", "Pass", "Pass", "ConvMaxPool", "Pass", "BatchNorm2D", "Flatten", "Dense")
    ]
    assert list(quick.params) == list(model.params)
    assert all(quick.params[name] is values for name, values in model.params.items())
    assert model.layers == layers


@pytest.mark.parametrize(
    "layers",
    [
        [Conv2D(4, 3), MaxPool2D(3, stride=2)],
        [Conv2D(4, 3), MaxPool2D(2, stride=1)],
        *([Conv2D(4, 3), MaxPool2D(2, padding=padding)] for padding in (1, (1, 0), (0, 1))),
        *([Conv2D(4, 3), MaxPool2D(size)] for size in (3, (5, 1))),
        [Conv2D(4, 3, dilation=2), MaxPool2D(2)],
        [Conv2D(4, 3, groups=2), MaxPool2D(2)],
        [Conv2D(129, 3), MaxPool2D(2)],
        [Conv2D(4, 1), MaxPool2D(2)],
        [Conv2D(4, (3, 2)), MaxPool2D(2)],
        [Conv2D(4, 3), BatchNorm2D(), MaxPool2D(2)],
        [Conv2D(4, 3), ReLU()],
        [Conv2D(4, 3)],
        [MaxPool2D(2), Conv2D(4, 3)],
    ],
    ids=str,
)
def test_what_gains_nothing_is_left_as_it_is(layers):
    model = Sequential(layers)
    model.build((12, 12, 2), np.random.default_rng(0))
    assert fused(model).layers == layers


@pytest.mark.parametrize("padding", [0, (0, 0), "valid"])
@pytest.mark.parametrize("filters", [4, 128])  # at most 256 pairs of a channel and a filter
def test_what_gains_is_fused(filters, padding):
    model = Sequential([Conv2D(filters, 3), MaxPool2D(2, padding=padding)])
    model.build((12, 12, 2), np.random.default_rng(0))
    assert [type(layer) for layer in fused(model).layers] == [ConvMaxPool, Pass]


def test_a_layer_of_the_reader_s_own_is_never_replaced():
    class Own(Conv2D):
        pass

    model = Sequential([Own(4, 3), MaxPool2D(2)])
    model.build((12, 12, 2), np.random.default_rng(0))
    assert fused(model).layers == model.layers


def test_a_network_that_was_not_built_is_an_error():
    with pytest.raises(ValueError, match="call build"):
        fused(Sequential([Conv2D(4, 3), MaxPool2D(2)]))


def test_a_classifier_learns_what_the_plain_loop_learns():
    (x, labels), _ = load_mnist()
    x, labels = x[:100].astype(np.float64), labels[:100]
    layers = [Conv2D(4, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(10)]
    clf = CNNClassifier(layers, SGD(lr=0.1), epochs=2, batch_size=32, random_state=5).fit(x, labels)

    rng, model, optimizer = np.random.default_rng(5), Sequential(layers), SGD(lr=0.1)
    model.build(x.shape[1:], rng, np.float64)
    for _ in range(2):
        for batch in batches(len(x), 32, rng):
            z, cache = model.forward(x[batch], train=True)
            _, dz = softmax_cross_entropy(z, labels[batch])
            optimizer.step(model.params, model.backward(dz, cache)[1])
    for name, values in model.params.items():
        np.testing.assert_allclose(clf.model_.params[name], values, atol=1e-9)
    assert [type(layer) for layer in clf.model_.layers] == [type(layer) for layer in layers]


def test_training_and_prediction_go_through_the_fused_network(monkeypatch):
    calls = []
    forward = ConvMaxPool.forward
    monkeypatch.setattr(ConvMaxPool, "forward", lambda *arguments: calls.append(1) or forward(*arguments))
    x, labels = np.random.default_rng(0).random((20, 8, 8, 1)), np.arange(20) % 2
    clf = CNNClassifier(epochs=1, batch_size=10, random_state=0).fit(x, labels)
    assert len(calls) == 2
    clf.predict(x)
    assert len(calls) == 4


def test_an_error_names_the_filters_as_they_were_given():
    model = Sequential([Conv2D(4, 3), MaxPool2D(2)])
    model.build((8, 8, 1), np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"C = 3 channels.*w \(3, 3, 1, 4\)"):
        fused(model).forward(np.ones((1, 8, 8, 3)))
