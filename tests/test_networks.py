"""Layers, Sequential, optimizers and the gradient check itself."""

import pickle

import numpy as np
import pytest

from cnnlib import (
    SGD,
    AdaGrad,
    Adam,
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool2D,
    LocalResponseNorm,
    MaxPool2D,
    Parallel,
    ReLU,
    Residual,
    RMSProp,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
    check_gradients,
    conv2d_backward,
    conv2d_forward,
    init,
    softmax_cross_entropy,
)

LAYERS = [
    (Conv2D(3, (3, 2), stride=2, padding="same"), (5, 6, 2)),
    (Conv2D(4, 3, padding=1, groups=2, use_bias=False, init=init.he), (4, 4, 2)),
    (Conv2D(2, (2, 3), dilation=(3, 2)), (6, 7, 2)),
    (MaxPool2D(3, 2, 1), (7, 5, 2)),
    (AvgPool2D((2, 3), 1, "same"), (4, 5, 2)),
    (Flatten(), (2, 3, 4)),
    (Dense(3), (5,)),
    (Dense(3, use_bias=False, init=init.glorot), (5,)),
    (ReLU(), (3, 4)),
    (Tanh(), (3, 4)),
    (Sigmoid(), (4, 3, 2)),
    (Softmax(), (5,)),
    (GlobalAvgPool2D(), (3, 4, 2)),
    (BatchNorm2D(), (3, 4, 2)),
    (LocalResponseNorm(3, alpha=0.5), (2, 3, 5)),
    (Dropout(0.4), (3, 4)),
    (Residual(Sequential([Conv2D(2, padding="same"), Tanh()])), (4, 3, 2)),
    (Residual(Conv2D(3, 1, stride=2), Conv2D(3, 1, stride=2, use_bias=False)), (5, 4, 2)),
    (Residual(Dense(3)), (3,)),
    (Parallel([Conv2D(2, 1), MaxPool2D(3, 1, 1), Sequential([Conv2D(3, 3, padding=1), Sigmoid()])]), (4, 5, 2)),
    (Parallel([Dense(2), Dense(3)]), (4,)),
    (Sequential([Conv2D(2), ReLU(), MaxPool2D(2), Sequential([Flatten(), Dense(3)])]), (6, 6, 1)),
]


def built(layer, input_shape, dtype=np.float32, seed=0):
    return layer.build(input_shape, np.random.default_rng(seed), dtype)


@pytest.mark.parametrize(("layer", "input_shape"), LAYERS, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("N", [0, 1, 3])
def test_a_layer_keeps_its_promises_of_shape_and_dtype(layer, input_shape, dtype, N):
    output_shape = built(layer, input_shape, dtype)
    assert output_shape == layer.output_shape(input_shape)
    x = np.random.default_rng(1).standard_normal((N, *input_shape)).astype(dtype)
    y, cache = layer.forward(x, train=True)
    dx, grads = layer.backward(np.ones_like(y), cache)
    assert (y.shape, dx.shape) == ((N, *output_shape), x.shape)
    assert (y.dtype, dx.dtype) == (dtype, dtype)
    assert {k: (g.shape, g.dtype) for k, g in grads.items()} == {k: (p.shape, p.dtype) for k, p in layer.params.items()}
    assert {k: p.shape for k, p in layer.params.items()} == layer.param_shapes(input_shape)


@pytest.mark.parametrize(("layer", "input_shape"), LAYERS, ids=lambda value: type(value).__name__)
def test_the_gradients_of_a_layer_are_right_and_checking_moves_nothing(layer, input_shape):
    built(layer, input_shape)
    before = {name: p.copy() for name, p in layer.params.items()}
    for train in (True, False):
        assert check_gradients(layer, np.random.default_rng(1).standard_normal((2, *input_shape)), train=train) < 1e-7
    for name, p in layer.params.items():
        np.testing.assert_array_equal(p, before[name])


def test_a_layer_can_be_used_twice_because_the_cache_is_the_callers():
    layer, rng = Conv2D(2), np.random.default_rng(0)
    layer.build((4, 4, 1), rng)
    first, second = rng.standard_normal((2, 3, 4, 4, 1)).astype(np.float32)
    y, cache = layer.forward(first)
    alone = layer.backward(np.ones_like(y), cache)[1]["w"]
    layer.forward(second)
    np.testing.assert_array_equal(layer.backward(np.ones_like(y), cache)[1]["w"], alone)


def test_the_fields_are_the_specification():
    assert Conv2D(8, padding=1) == Conv2D(8, 3, padding=1) != Conv2D(8)
    assert repr(MaxPool2D(2)) == "MaxPool2D(pool_size=2, stride=None, padding=0)"


def test_the_same_seed_gives_the_same_parameters_in_either_dtype():
    layer, draws = Dense(4), []
    for dtype in (np.float64, np.float32):
        built(layer, (6,), dtype, seed=7)
        draws.append(layer.params["w"])
    np.testing.assert_array_equal(draws[0].astype(np.float32), draws[1])


def test_need_dx_false_skips_the_first_layer_alone():
    model = Sequential([Conv2D(2), Flatten(), Dense(3)])
    built(model, (4, 4, 1))
    y, cache = model.forward(np.ones((2, 4, 4, 1), np.float32))
    dx, grads = model.backward(y, cache, need_dx=False)
    assert dx is None and grads.keys() == model.params.keys()


def test_the_parameters_of_a_sequential_are_those_of_its_layers():
    model = Sequential([Dense(3), Sequential([ReLU(), Dense(2)])])
    built(model, (4,))
    assert list(model.params) == ["0.w", "0.b", "1.1.w", "1.1.b"]
    assert model.params["1.1.w"] is model.layers[1].layers[1].params["w"]


def test_a_pickled_network_gives_the_same_answers():
    model = Sequential([Conv2D(2), ReLU(), Flatten(), Dense(3)])
    built(model, (4, 4, 1))
    x = np.random.default_rng(0).random((2, 4, 4, 1), np.float32)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).forward(x)[0], model.forward(x)[0])


@pytest.mark.parametrize("rule", [init.lecun, init.glorot, init.he])
def test_initial_weights_have_the_spread_that_the_rule_names(rule):
    w = rule((300, 200), 300, 200, np.random.default_rng(0), np.float64)
    variance = {init.lecun: 1 / 300, init.glorot: 2 / 500, init.he: 2 / 300}[rule]
    assert np.isclose(w.var(), variance, rtol=0.02) and abs(w.mean()) < 0.001
    alone = rule((300, 200), 1, 0, np.random.default_rng(0), np.float64)  # the smallest layer: one input
    assert np.isclose(alone.var(), {init.lecun: 1, init.glorot: 2, init.he: 2}[rule], rtol=0.02)


@pytest.mark.parametrize(
    ("layer", "shape", "fans"), [(Dense(7), (4,), (4, 7)), (Conv2D(16, (3, 5), groups=4), (9, 9, 8), (30, 60))]
)
def test_a_layer_tells_its_rule_how_many_inputs_and_outputs_there_are(layer, shape, fans):
    asked = []
    layer.init = lambda shape, fan_in, fan_out, rng, dtype: asked.append((fan_in, fan_out)) or np.zeros(shape, dtype)
    built(layer, shape)
    assert asked == [fans]


def test_initial_zeros_are_zeros_of_the_dtype_asked_for():
    w = init.zeros((2, 2), 2, 2, np.random.default_rng(0), np.float32)
    assert w.dtype == np.float32 and not w.any()


@pytest.mark.parametrize(
    ("shape", "groups", "counts"),
    [((3, 5, 8, 16), 1, (120, 240)), ((3, 5, 2, 16), 4, (30, 60)), ((7, 4), 1, (7, 4))],
)
def test_the_fans_count_what_an_output_sees_and_what_an_input_feeds(shape, groups, counts):
    assert init.fans(shape, groups) == counts and all(type(fan) is int for fan in init.fans(shape, groups))
    if groups == 1:
        assert init.fans(shape) == counts


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: Dense(3).forward(np.zeros((1, 2))), r"Dense\(units=3.*\) has no parameter 'w' yet: call build"),
        (lambda: built(Dense(3), (2, 2, 1)), r"takes rows.*got \(2, 2, 1\): put a Flatten\(\) before it"),
        (lambda: built(Dense(3), (2, 2)), r"takes rows.*got \(2, 2\)$"),
        (lambda: built(Flatten(), (9,)), r"^Flatten takes images"),
        (lambda: built(Conv2D(3), (9,)), r"Conv2D takes images, an input_shape \(H, W, C\).*got \(9,\)"),
        (lambda: built(AvgPool2D(3), (9,)), r"^AvgPool2D takes images"),
        (lambda: built(GlobalAvgPool2D(), (9,)), r"^GlobalAvgPool2D takes images"),
        (lambda: built(Conv2D(3), (2, 9, 1)), "height: a kernel of 3 .* more than the 2"),
        (lambda: built(Conv2D(0), (9, 9, 1)), "filters must be at least 1; got 0"),
        *((lambda name=name: built(Conv2D(3, **{name: 0}), (9, 9, 1)), f"^{name} must be at least 1; got 0")
          for name in ("kernel_size", "stride", "dilation")),
        (lambda: built(Dense(0), (9,)), "units must be at least 1; got 0"),
    ],
)
def test_errors_of_layers(action, message):
    with pytest.raises(ValueError, match=message):
        action()


def test_an_error_inside_a_sequential_names_the_layer():
    with pytest.raises(ValueError) as caught:
        built(Sequential([ReLU(), Dense(3)]), (4, 4, 1))
    assert "layer 1 of the Sequential, Dense(units=3" in caught.value.__notes__[0]
    with pytest.raises(TypeError, match=r"layers\[1\] must be a layer such as ReLU\(\); got 'relu'"):
        Sequential([Dense(3), "relu"])


def test_sgd_with_momentum_and_nesterov_follow_their_equations():
    rng = np.random.default_rng(0)
    gradients = rng.standard_normal((4, 5))
    for nesterov in (False, True):
        w, v, found = np.ones(5), np.zeros(5), {"w": np.ones(5)}
        optimizer = SGD(lr=0.1, momentum=0.9, nesterov=nesterov, weight_decay=0.01)
        for dw in gradients:
            optimizer.step(found, {"w": dw})
            d = dw + 0.01 * w
            v = 0.9 * v + d
            w = w - 0.1 * (d + 0.9 * v if nesterov else v)
        np.testing.assert_allclose(found["w"], w)


def test_adagrad_follows_its_equation_from_either_start():
    gradients = np.random.default_rng(0).standard_normal((4, 5))
    for initial, optimizer in ((0.0, AdaGrad(0.1)), (1.0, AdaGrad(0.1, initial=1.0))):
        w, found = np.ones(5), {"w": np.ones(5)}
        for i, dw in enumerate(gradients):
            optimizer.step(found, {"w": dw})
            w = w - 0.1 * dw / np.sqrt(initial + (gradients[: i + 1] ** 2).sum(axis=0))
        np.testing.assert_allclose(found["w"], w)


def test_a_rate_may_be_a_function_of_the_step_and_parameters_keep_their_dtype():
    seen, w = [], np.ones(2, np.float32)
    optimizer = SGD(lr=lambda step: seen.append(step) or 0.5)
    for _ in range(3):
        optimizer.step({"w": w}, {"w": np.ones(2, np.float32)})
    assert seen == [0, 1, 2] and w.tolist() == [-0.5, -0.5] and w.dtype == np.float32


def test_the_gradients_are_not_changed_by_a_step():
    for optimizer in (SGD(0.1, momentum=0.9, weight_decay=0.1), AdaGrad(0.1)):
        dw = np.ones(3)
        optimizer.step({"w": np.ones(3)}, {"w": dw})
        assert dw.tolist() == [1, 1, 1]


@pytest.mark.parametrize("optimizer", [SGD(0.1), AdaGrad(0.1), RMSProp(0.1), Adam(0.1)], ids=str)
def test_a_parameter_may_be_a_single_number(optimizer):
    w = np.array(1.0)
    optimizer.step({"w": w}, {"w": np.array(2.0)})
    assert w < 1


def test_errors_of_optimizers():
    with pytest.raises(ValueError, match=r"no gradient for \['b'\], no parameter for \['c'\]"):
        SGD(0.1).step({"b": np.ones(1)}, {"c": np.ones(1)})
    with pytest.raises(ValueError, match=r"the gradient of w must have its shape \(2,\); got \(3,\)"):
        SGD(0.1).step({"w": np.ones(2)}, {"w": np.ones(3)})
    with pytest.raises(ValueError, match="the learning rate must be finite and at least 0; got -1"):
        SGD(-1).step({"w": np.ones(2)}, {"w": np.ones(2)})


class Broken(Dense):
    """A dense layer with a mistake in its gradient."""

    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache)
        return self.mistake(dx, grads)


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda self, dx, g: (dx[::-1], g), "the gradient of x at"),
        (
            lambda self, dx, g: (dx, g | {"w": g["w"] * 1.001}),
            r"the gradient of w at \(\d, \d\) is .* the slope measured there",
        ),
        (lambda self, dx, g: (dx, g | {"b": g["b"] * np.nan}), "the gradient of b at"),
        (lambda self, dx, g: (dx, g | {"b": g["b"][:1]}), r"the gradient of b must have its shape \(3,\); got \(1,\)"),
        (lambda self, dx, g: (self.params["w"].fill(0), (dx, g))[1], "backward changed the parameter w; it must only"),
    ],
)
def test_the_gradient_check_sees_mistakes(mistake, message):
    layer = Broken(3)
    layer.mistake = mistake.__get__(layer)
    built(layer, (4,))
    with pytest.raises(AssertionError, match=message):
        check_gradients(layer, np.random.default_rng(0).standard_normal((2, 4)))


def test_the_gradient_check_takes_no_rounding_for_a_gradient():
    model = Sequential([Conv2D(3), BatchNorm2D()])  # the normalization takes any bias away: its gradient is 0
    built(model, (5, 5, 2))
    x = np.random.default_rng(0).standard_normal((3, 5, 5, 2))
    assert check_gradients(model, x, True) < 1e-6

    class Wrong(BatchNorm2D):
        def backward(self, dy, cache, need_dx=True):
            dx, grads = super().backward(dy, cache)
            return dx + 1e-3, grads

    model = Sequential([Conv2D(3), Wrong()])
    built(model, (5, 5, 2))
    with pytest.raises(AssertionError, match="the gradient of"):
        check_gradients(model, x, train=True)


def test_the_gradient_check_takes_settings_fixed_in_a_function():
    rng = np.random.default_rng(0)
    w = rng.standard_normal((3, 3, 2, 4))
    forward = lambda x: conv2d_forward(x, w, None, padding=1)  # noqa: E731
    assert check_gradients([forward, conv2d_backward], rng.standard_normal((2, 4, 5, 2))) < 1e-6
    with pytest.raises(AssertionError, match="a gradient for each of"):
        check_gradients((forward, lambda dy, cache: ()), np.zeros((1, 3, 3, 2)))
    with pytest.raises(TypeError, match="takes no other arrays; got 1"):
        check_gradients(ReLU(), np.zeros(3), np.zeros(3))


def test_the_gradient_check_leaves_out_what_is_not_there():
    x, w = np.random.default_rng(0).standard_normal((2, 3, 3, 1)), np.ones((2, 2, 1, 1))
    assert check_gradients((conv2d_forward, conv2d_backward), x, w, None) < 1e-8
    assert check_gradients((conv2d_forward, conv2d_backward), x[:0], w, None) == 0


def test_the_gradient_check_takes_train_by_its_place():
    seen = []

    class Spy(ReLU):
        def forward(self, x, train=False):
            seen.append(train)
            return super().forward(x, train)

    check_gradients(Spy(), np.ones((1, 5)), True)
    assert set(seen) == {True}


def test_the_gradient_check_sees_a_softmax_whose_gradient_is_zero():
    def loss(z):
        return softmax_cross_entropy(z, [0, 1])[0], np.zeros_like(z)

    with pytest.raises(AssertionError, match="relative error 1"):
        check_gradients(loss, np.random.default_rng(0).standard_normal((2, 3)))
