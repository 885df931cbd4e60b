"""Normalization, dropout, residual sums, branches, adaptive optimizers, schedules: what tells each from the others."""

import copy

import numpy as np
import pytest

from cnnlib import (
    SGD,
    AdaGrad,
    Adam,
    BatchNorm2D,
    CNNClassifier,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LocalResponseNorm,
    MaxPool2D,
    Parallel,
    Residual,
    RMSProp,
    Sequential,
    check_gradients,
    schedules,
    summary,
)
from cnnlib.dropout import dropout_forward
from cnnlib.normalize import batchnorm2d_forward, local_response_forward

rng = np.random.default_rng(0)


def built(layer, input_shape, dtype=np.float64):
    layer.build(input_shape, np.random.default_rng(0), dtype)
    return layer


def images(C):
    return rng.standard_normal((2, 6, 6, C))


def step(optimizer, *sizes):
    for size in sizes:
        optimizer.step({"w": np.ones(size)}, {"w": np.ones(size)})


def test_batch_normalization_gives_each_channel_mean_0_and_variance_1():
    layer = built(BatchNorm2D(), (4, 5, 3))
    y, _ = layer.forward(rng.standard_normal((6, 4, 5, 3)) * 7 + 3, train=True)
    np.testing.assert_allclose(y.mean(axis=(0, 1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=(0, 1, 2)), 1, rtol=1e-4)


def test_the_running_statistics_move_while_training_alone():
    layer, x = built(BatchNorm2D(momentum=0.25), (4, 5, 3)), rng.standard_normal((6, 4, 5, 3)) * 2 + 1
    layer.forward(x)
    assert not layer.running_mean.any() and (layer.running_var == 1).all()
    layer.forward(x, train=True)
    np.testing.assert_allclose(layer.running_mean, 0.25 * x.mean(axis=(0, 1, 2)))
    np.testing.assert_allclose(layer.running_var, 0.75 + 0.25 * x.var(axis=(0, 1, 2), ddof=1))
    y, _ = layer.forward(x)
    np.testing.assert_allclose(y, (x - layer.running_mean) / np.sqrt(layer.running_var + 1e-5))


def test_outside_training_an_image_does_not_depend_on_its_batch():
    layer, x = built(BatchNorm2D(), (4, 5, 3)), rng.standard_normal((6, 4, 5, 3))
    layer.forward(x, train=True)
    np.testing.assert_allclose(layer.forward(x)[0][:1], layer.forward(x[:1])[0])


def test_batch_normalization_in_float32_is_as_exact_as_its_digits():
    x = (rng.standard_normal((50, 56, 56, 4)) + 5).astype(np.float32)
    y, _ = built(BatchNorm2D(), (56, 56, 4), np.float32).forward(x, train=True)
    wide = x.astype(np.float64)
    right = (wide - wide.mean(axis=(0, 1, 2))) / np.sqrt(wide.var(axis=(0, 1, 2)) + 1e-5)
    np.testing.assert_allclose(y, right, rtol=1e-5, atol=1e-5)


def test_batch_normalization_takes_eps_from_its_caller_and_1e_5_by_itself():
    x, ones, zeros = rng.standard_normal((3, 2, 2, 2)) / 100, np.ones(2), np.zeros(2)
    centered, variance = x - x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    np.testing.assert_allclose(batchnorm2d_forward(x, ones, zeros)[0], centered / np.sqrt(variance + 1e-5))
    y, _ = built(BatchNorm2D(eps=0.5), (2, 2, 2)).forward(x, train=True)
    np.testing.assert_allclose(y, centered / np.sqrt(variance + 0.5))


def test_batch_normalization_of_the_smallest_batches():
    layer = built(BatchNorm2D(momentum=1), (1, 1, 1))
    _, cache = layer.forward(np.full((1, 1, 1, 1), 3.0), train=True)
    assert layer.backward(np.ones((1, 1, 1, 1)), cache)[0] == 0  # one pixel is its own mean: y does not move
    layer.forward(np.array([1.0, 3.0]).reshape(2, 1, 1, 1), train=True)
    assert (layer.running_mean, layer.running_var) == (2, 2)
    assert check_gradients(layer, rng.standard_normal((4, 1, 1, 1)), train=True) < 1e-7


def test_batch_normalization_keeps_its_dtype():
    layer, x = built(BatchNorm2D(), (2, 2, 3), np.float32), rng.standard_normal((4, 2, 2, 3)).astype(np.float32)
    assert (layer.running_mean.dtype, layer.running_var.dtype) == (np.float32, np.float32)
    layer.running_var = layer.running_var.astype(np.float64)
    layer.forward(x, train=True)
    assert (layer.running_mean.dtype, layer.forward(x)[0].dtype) == (np.float32, np.float32)
    layer = built(BatchNorm2D(), (2, 2, 3), np.float32)
    layer.forward(x.astype(np.float64), train=True)
    assert (layer.running_mean.dtype, layer.running_var.dtype) == (np.float32, np.float32)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("C", [1, 3, 6])
def test_local_response_is_its_formula_channel_by_channel(size, C):
    x = rng.standard_normal((2, 2, 1, C))
    layer, right = LocalResponseNorm(size, alpha=0.5, beta=0.6, k=2.0), np.empty_like(x)
    for c in range(C):
        neighbors = x[..., max(c - size // 2, 0) : c + (size - 1) // 2 + 1]
        right[..., c] = x[..., c] / (2 + 0.5 / size * (neighbors**2).sum(axis=-1)) ** 0.6
    np.testing.assert_allclose(layer.forward(x)[0], right)
    assert check_gradients(layer, x) < 1e-7


def test_local_response_has_the_settings_of_the_paper_by_itself():
    x = rng.standard_normal((2, 2, 1, 7)) * 100
    y = local_response_forward(x)[0]
    np.testing.assert_array_equal(y, local_response_forward(x, size=5, alpha=1e-4, beta=0.75, k=1.0)[0])
    np.testing.assert_array_equal(y, LocalResponseNorm().forward(x)[0])


def test_local_response_looks_at_its_neighbors_alone():
    x = np.zeros((1, 1, 1, 9))
    x[..., 4] = 3
    for size, neighbors in ((5, {2, 3, 4, 5, 6}), (4, {3, 4, 5, 6})):
        layer = LocalResponseNorm(size, alpha=1.0)
        y = layer.forward(x + 1)[0] / (x + 1)
        alone = layer.forward(np.ones_like(x))[0]
        edge = {0, 1, 7, 8}
        assert {c for c in range(9) if not np.isclose(y[0, 0, 0, c], alone[0, 0, 0, c])} - edge == neighbors - edge


def test_dropout_keeps_the_mean_and_draws_anew_each_time():
    layer, x = built(Dropout(0.3), (1000,)), np.ones((200, 1000), np.float32)
    y, cache = layer.forward(x, train=True)
    assert np.isclose(y.mean(), 1, atol=0.01) and np.isclose((y == 0).mean(), 0.3, atol=0.01)
    np.testing.assert_array_equal(layer.backward(x, cache)[0], y)
    assert (layer.forward(x, train=True)[0] != y).any()
    assert (layer.forward(x)[0] == x).all()


def test_the_same_seed_gives_the_same_dropout_and_a_check_restores_it():
    first, second = built(Dropout(0.5), (9,)), built(Dropout(0.5), (9,))
    x = np.ones((4, 9))
    check_gradients(first, x, train=True)
    np.testing.assert_array_equal(first.forward(x, train=True)[0], second.forward(x, train=True)[0])


def test_every_dropout_draws_its_own_values():
    seeds, x = np.random.default_rng(0), np.ones((1, 64))
    layers = [Dropout(0.5) for _ in range(200)]
    for layer in layers:
        layer.build((64,), seeds)
    assert len({layer.forward(x, train=True)[0].tobytes() for layer in layers}) == 200


def test_dropout_at_rate_0_does_nothing_and_keeps_nothing():
    x = np.ones((2, 3))
    y, cache = built(Dropout(0), (3,)).forward(x, train=True)
    assert (y == x).all() and cache is None


def test_a_residual_adds_what_its_body_gives():
    layer = built(Residual(Dense(3)), (3,))
    x = rng.standard_normal((2, 3))
    np.testing.assert_allclose(layer.forward(x)[0], x + x @ layer.params["body.w"])


def test_parallel_concatenates_over_the_channels_in_order():
    layer = built(Parallel([Conv2D(2, 1), MaxPool2D(3, 1, 1), Sequential([Conv2D(1, 1)])]), (4, 5, 3))
    x = rng.standard_normal((2, 4, 5, 3))
    y, _ = layer.forward(x)
    np.testing.assert_allclose(y, np.concatenate([b.forward(x)[0] for b in layer.branches], axis=-1))
    assert list(layer.params) == ["0.w", "0.b", "2.0.w", "2.0.b"]


def test_rmsprop_and_adam_follow_their_equations():
    gradients = rng.standard_normal((5, 4))
    w, h, found, optimizer = np.ones(4), np.zeros(4), {"w": np.ones(4)}, RMSProp(0.1)
    for dw in gradients:
        optimizer.step(found, {"w": dw})
        h = 0.99 * h + 0.01 * dw**2
        w = w - 0.1 * dw / (np.sqrt(h) + 1e-8)
    np.testing.assert_allclose(found["w"], w)
    w, m, v, found, optimizer = np.ones(4), np.zeros(4), np.zeros(4), {"w": np.ones(4)}, Adam(0.1)
    for t, dw in enumerate(gradients, 1):
        optimizer.step(found, {"w": dw})
        m, v = 0.9 * m + 0.1 * dw, 0.999 * v + 0.001 * dw**2
        w = w - 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    np.testing.assert_allclose(found["w"], w)


@pytest.mark.parametrize(
    ("optimizer", "first_step"),
    [
        (AdaGrad(0.1, eps=0.5), 0.1 * 3 / (3 + 0.5)),
        (RMSProp(0.1, rho=0.75, eps=0.5), 0.1 * 3 / (1.5 + 0.5)),
        (Adam(0.1, eps=0.5), 0.1 * 3 / (3 + 0.5)),
    ],
    ids=repr,
)
def test_eps_is_added_to_the_root(optimizer, first_step):
    w = {"w": np.zeros(1)}
    copy.deepcopy(optimizer).step(w, {"w": np.array([3.0])})
    assert np.isclose(w["w"][0], -first_step)


@pytest.mark.parametrize(
    "optimizer", [SGD(0.1, 0.9), SGD(0.1, 0.9, nesterov=True), AdaGrad(0.1), RMSProp(0.1), Adam(0.1)], ids=repr
)
def test_parameters_of_one_shape_do_not_share_a_memory(optimizer):
    gradients = {"a": rng.standard_normal((3, 4)), "b": rng.standard_normal((3, 4))}
    together, alone = {name: np.ones(4) for name in gradients}, {name: np.ones(4) for name in gradients}
    for name, g in gradients.items():
        single = copy.deepcopy(optimizer)
        for dw in g:
            single.step({name: alone[name]}, {name: dw})
    both = copy.deepcopy(optimizer)
    for a, b in zip(*gradients.values(), strict=True):
        both.step(together, {"a": a, "b": b})
    for name, w in alone.items():
        np.testing.assert_allclose(together[name], w)


@pytest.mark.parametrize("optimizer", [RMSProp(0.1), Adam(0.1), SGD(0.1, 0.9)], ids=repr)
def test_an_optimizer_can_be_copied_in_the_middle(optimizer):
    w = {"w": np.ones(3)}
    for _ in range(3):
        optimizer.step(w, {"w": np.array([1.0, -2.0, 0.5])})
    other, v = copy.deepcopy(optimizer), copy.deepcopy(w)
    for parameters, each in ((w, optimizer), (v, other)):
        each.step(parameters, {"w": np.ones(3)})
    np.testing.assert_array_equal(w["w"], v["w"])


def test_schedules():
    assert [schedules.constant(0.1)(i) for i in (0, 99)] == [0.1, 0.1]
    assert np.allclose([schedules.step(1.0, 3)(i) for i in range(7)], [1, 1, 1, 0.1, 0.1, 0.1, 0.01])
    rates = [schedules.cosine(1.0, 10, final=0.2)(i) for i in range(13)]
    assert rates[0] == 1 and np.isclose(rates[5], 0.6) and np.allclose(rates[10:], 0.2)
    assert all(a > b for a, b in zip(rates[:10], rates[1:11], strict=True))
    with pytest.raises(ValueError, match="every must be at least 1; got 0"):
        schedules.step(0.1, 0)
    with pytest.raises(ValueError, match="steps must be at least 1; got 0"):
        schedules.cosine(0.1, 0)


def test_a_schedule_works_in_the_classifier():
    X, y = rng.random((40, 4, 4, 1)).astype(np.float32), np.arange(40) % 2
    layers = [Flatten(), Dense(2)]
    still = CNNClassifier(
        layers, SGD(schedules.step(0.1, every=4, factor=0.0)), epochs=3, batch_size=10, random_state=0
    )
    losses = still.fit(X, y).history_["loss"]
    assert losses[1] == pytest.approx(losses[2], rel=1e-5) and losses[0] != pytest.approx(losses[1], rel=1e-5)


@pytest.mark.parametrize(
    ("action", "kind", "message"),
    [
        (lambda: BatchNorm2D(momentum=7), ValueError, "momentum must be finite and at least 0 and at most 1; got 7"),
        (lambda: BatchNorm2D(eps="y"), TypeError, "eps must be a number; got 'y'"),
        (lambda: LocalResponseNorm(0), ValueError, "size must be at least 1; got 0"),
        (lambda: LocalResponseNorm(alpha=-1), ValueError, "^alpha must be finite and at least 0; got -1"),
        (lambda: built(LocalResponseNorm(), (4,)), ValueError, r"^LocalResponseNorm takes images.*got \(4,\)"),
        (lambda: dropout_forward(["a"], 0.5, rng), TypeError, "^x must hold real numbers; got dtype <U1"),
        (lambda: Dropout().forward(["a"]), TypeError, "^x must hold real numbers; got dtype <U1"),
        (lambda: Dropout().backward(["a"], None), TypeError, "^dy must hold real numbers; got dtype <U1"),
        (lambda: built(BatchNorm2D(), (4, 4, 1)).forward(images(3)), ValueError, "have 1 channels, x has 3"),
        (lambda: Residual(MaxPool2D(6)).forward(images(3)), ValueError, r"got \(2, 1, 1, 3\) and \(2, 6, 6, 3\)"),
        (lambda: Parallel([MaxPool2D(2), MaxPool2D(3)]).forward(images(3)), ValueError, "the same height and width"),
        (lambda: step(SGD(0.1, 0.9), 3, 2), ValueError, r"w had the shape \(3,\) in earlier steps; got \(2,\)"),
        (lambda: Dense(3).build((4,), 0), TypeError, r"rng must be a generator such as np.random.default_rng\(0\)"),
        (lambda: Dense(3).build((4,), rng, np.int32), TypeError, "dtype must be float32 or float64; got"),
        (lambda: Dense(3).build((-1,), rng), ValueError, "input_shape must be at least 1; got -1"),
        (lambda: summary([Dense(3)], (4,)), TypeError, "summary takes a layer or a Sequential"),
        (lambda: Dropout(1.0), ValueError, "rate must be at least 0 and less than 1; got 1.0"),
        (lambda: Dropout(0.5).forward(np.ones((1, 2)), train=True), ValueError, "has no generator yet: call build"),
        (lambda: built(Residual(Dense(3)), (4,)), ValueError, r"same shape to be added; got \(3,\) and \(4,\)"),
        (lambda: built(Parallel([Conv2D(1, 1), Conv2D(1, 3)]), (4, 4, 1)), ValueError, "the same height and width"),
        (lambda: Parallel([]), ValueError, "branches must hold at least one layer; got none"),
        (lambda: Parallel([Dense(2), None]), TypeError, "1 must be a layer such as ReLU"),
        (lambda: Residual("body"), TypeError, "body must be a layer such as ReLU"),
        (lambda: built(BatchNorm2D(), (4,)), ValueError, r"BatchNorm2D takes images.*got \(4,\)"),
        (lambda: BatchNorm2D().forward(np.ones((1, 2, 2, 1))), ValueError, "no parameter 'gamma' yet: call build"),
    ],
)
def test_errors(action, kind, message):
    with pytest.raises(kind, match=message):
        action()
