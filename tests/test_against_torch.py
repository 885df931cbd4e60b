"""cnnlib against PyTorch: operations, optimizers and whole networks with the same weights give the same numbers."""

import numpy as np
import pytest

from cnnlib import (
    SGD,
    AdaGrad,
    Adam,
    BatchNorm2D,
    LocalResponseNorm,
    Parallel,
    Residual,
    RMSProp,
    Sequential,
    Sigmoid,
    Tanh,
    avgpool2d_backward,
    avgpool2d_forward,
    conv2d_backward,
    conv2d_forward,
    maxpool2d_backward,
    maxpool2d_forward,
    softmax_cross_entropy,
    zoo,
)
from cnnlib.activations import ReLU
from cnnlib.conv import Conv2D
from cnnlib.dense import Dense, Flatten
from cnnlib.pool import AvgPool2D, GlobalAvgPool2D, MaxPool2D

torch = pytest.importorskip("torch", reason="PyTorch is in the extra [torch], on Python 3.11")
F = torch.nn.functional

TOLERANCE = {np.float64: {"rtol": 1e-10, "atol": 1e-10}, np.float32: {"rtol": 1e-5, "atol": 1e-5}}


def to_torch(x):
    """Images (N, H, W, C) or rows (N, D) -> a tensor (N, C, H, W) or (N, D) that wants its gradient."""
    x = x.transpose(0, 3, 1, 2) if x.ndim == 4 else x
    return torch.tensor(np.ascontiguousarray(x), requires_grad=True)


def to_numpy(t):
    """A tensor (N, C, H, W) or (N, D) -> images (N, H, W, C) or rows."""
    a = t.detach().numpy()
    return a.transpose(0, 2, 3, 1) if a.ndim == 4 else a


def filters(t):
    """A tensor of filters (F, C, KH, KW) -> (KH, KW, C, F)."""
    return t.detach().numpy().transpose(2, 3, 1, 0)


CONVOLUTIONS = [
    {},
    {"stride": 2, "padding": 1},
    {"stride": (1, 3), "padding": (2, 0), "dilation": (2, 1)},
    {"groups": 3, "padding": 1},
    {"groups": 6, "dilation": 2, "padding": 2},
]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("setting", CONVOLUTIONS, ids=str)
def test_convolution(setting, dtype):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, 9, 8, 6)).astype(dtype)
    w = rng.standard_normal((3, 2, 6 // setting.get("groups", 1), 12)).astype(dtype)
    b = rng.standard_normal(12).astype(dtype)
    y, cache = conv2d_forward(x, w, b, **setting)
    dy = rng.standard_normal(y.shape).astype(dtype)
    tx, tb = to_torch(x), torch.tensor(b, requires_grad=True)
    tw = torch.tensor(np.ascontiguousarray(w.transpose(3, 2, 0, 1)), requires_grad=True)
    ty = F.conv2d(tx, tw, tb, **setting)
    ty.backward(to_torch(dy).detach())
    # a gradient by a weight sums some hundred products: the tolerance is relative to their size
    for found, right in zip(
        (y, *conv2d_backward(dy, cache)),
        (to_numpy(ty), to_numpy(tx.grad), filters(tw.grad), tb.grad.numpy()),
        strict=True,
    ):
        np.testing.assert_allclose(found / np.abs(right).max(), right / np.abs(right).max(), **TOLERANCE[dtype])


@pytest.mark.parametrize("setting", [(2, None, 0), ((3, 2), 1, (1, 0)), (3, 2, 1)], ids=str)
def test_pooling_ties_included(setting):
    x = np.random.default_rng(0).integers(0, 3, (2, 9, 8, 3)).astype(float)
    pool_size, stride, padding = setting
    pairs = (
        (maxpool2d_forward, maxpool2d_backward, lambda t: F.max_pool2d(t, pool_size, stride, padding)),
        (
            avgpool2d_forward,
            avgpool2d_backward,
            lambda t: F.avg_pool2d(t, pool_size, stride, padding, count_include_pad=False),
        ),
    )
    for forward, backward, reference in pairs:
        y, cache = forward(x, *setting)
        dy = np.random.default_rng(1).standard_normal(y.shape)
        tx = to_torch(x)
        ty = reference(tx)
        ty.backward(to_torch(dy).detach())
        np.testing.assert_allclose(y, to_numpy(ty), **TOLERANCE[np.float64])
        np.testing.assert_allclose(backward(dy, cache), to_numpy(tx.grad), **TOLERANCE[np.float64])


def compare_layer(layer, module, x, train=True):
    """A cnnlib layer and a PyTorch module: the same output and gradient to the input."""
    y, cache = layer.forward(x, train=train)
    dy = np.random.default_rng(1).standard_normal(y.shape)
    tx = to_torch(x)
    ty = module.train(train)(tx)
    ty.backward(to_torch(dy).detach())
    np.testing.assert_allclose(y, to_numpy(ty), **TOLERANCE[np.float64])
    dx, grads = layer.backward(dy, cache)
    np.testing.assert_allclose(dx, to_numpy(tx.grad), **TOLERANCE[np.float64])
    return grads


def test_batch_normalization_and_its_running_statistics():
    rng = np.random.default_rng(0)
    layer, module = BatchNorm2D(), torch.nn.BatchNorm2d(3, dtype=torch.float64)
    layer.build((5, 4, 3), rng, np.float64)
    gamma, beta = rng.standard_normal(3), rng.standard_normal(3)
    layer.params["gamma"][:], layer.params["beta"][:] = gamma, beta
    module.weight.data, module.bias.data = torch.tensor(gamma), torch.tensor(beta)
    for train in (True, True, False):
        module.zero_grad()
        grads = compare_layer(layer, module, rng.standard_normal((4, 5, 4, 3)) * 3 + 1, train)
        np.testing.assert_allclose(grads["gamma"], module.weight.grad.numpy(), **TOLERANCE[np.float64])
        np.testing.assert_allclose(grads["beta"], module.bias.grad.numpy(), **TOLERANCE[np.float64])
        np.testing.assert_allclose(layer.running_mean, module.running_mean.numpy(), **TOLERANCE[np.float64])
        np.testing.assert_allclose(layer.running_var, module.running_var.numpy(), **TOLERANCE[np.float64])


@pytest.mark.parametrize(
    ("layer", "module"),
    [
        (LocalResponseNorm(5, 0.3, 0.75, 2.0), torch.nn.LocalResponseNorm(5, 0.3, 0.75, 2.0)),
        (LocalResponseNorm(4, 0.3), torch.nn.LocalResponseNorm(4, 0.3)),
        (Tanh(), torch.nn.Tanh()),
        (Sigmoid(), torch.nn.Sigmoid()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_layers_without_parameters(layer, module):
    compare_layer(layer, module, np.random.default_rng(0).standard_normal((2, 3, 4, 7)))


def test_cross_entropy():
    z, labels = np.random.default_rng(0).standard_normal((6, 5)) * 9, np.array([0, 1, 4, 4, 2, 3])
    tz = torch.tensor(z, requires_grad=True)
    tloss = F.cross_entropy(tz, torch.tensor(labels))
    tloss.backward()
    loss, dz = softmax_cross_entropy(z, labels)
    np.testing.assert_allclose(loss, tloss.item(), **TOLERANCE[np.float64])
    np.testing.assert_allclose(dz, tz.grad.numpy(), **TOLERANCE[np.float64])


OPTIMIZERS = [
    (SGD(0.1), lambda p: torch.optim.SGD(p, 0.1)),
    (SGD(0.1, 0.9, weight_decay=0.01), lambda p: torch.optim.SGD(p, 0.1, 0.9, weight_decay=0.01)),
    (SGD(0.1, 0.9, nesterov=True), lambda p: torch.optim.SGD(p, 0.1, 0.9, nesterov=True)),
    (AdaGrad(0.1, initial=0.5), lambda p: torch.optim.Adagrad(p, 0.1, initial_accumulator_value=0.5)),
    (AdaGrad(0.1), lambda p: torch.optim.Adagrad(p, 0.1)),
    (RMSProp(0.01), lambda p: torch.optim.RMSprop(p, 0.01)),
    (Adam(0.01), lambda p: torch.optim.Adam(p, 0.01)),
]


@pytest.mark.parametrize(("optimizer", "reference"), OPTIMIZERS, ids=[repr(optimizer) for optimizer, _ in OPTIMIZERS])
def test_twenty_steps_of_an_optimizer(optimizer, reference):
    rng = np.random.default_rng(0)
    w = rng.standard_normal((3, 4))
    tw = torch.tensor(w.copy(), requires_grad=True)
    other = reference([tw])
    for _ in range(20):
        dw = rng.standard_normal((3, 4))
        optimizer.step({"w": w}, {"w": dw})
        tw.grad = torch.tensor(dw)
        other.step()
        np.testing.assert_allclose(w, tw.detach().numpy(), **TOLERANCE[np.float64])


def module_of(layer):
    """A built cnnlib network -> the PyTorch module with the same weights, as float64."""
    nn = torch.nn
    if isinstance(layer, Sequential):
        return nn.Sequential(*map(module_of, layer.layers))
    if isinstance(layer, Residual):
        return Sum(module_of(layer.body), module_of(layer.shortcut) if layer.shortcut else nn.Identity())
    if isinstance(layer, Parallel):
        return Concatenation(list(map(module_of, layer.branches)))
    if isinstance(layer, Conv2D):
        return convolution(layer)
    if isinstance(layer, Dense):
        module = nn.Linear(*layer.params["w"].shape, bias=layer.use_bias, dtype=torch.float64)
        module.weight.data = torch.tensor(layer.params["w"].T.astype(float))
        if layer.use_bias:
            module.bias.data = torch.tensor(layer.params["b"].astype(float))
        return module
    if isinstance(layer, BatchNorm2D):
        return nn.BatchNorm2d(len(layer.params["gamma"]), dtype=torch.float64)
    if isinstance(layer, MaxPool2D | AvgPool2D):
        return Pool(layer)
    if isinstance(layer, LocalResponseNorm):
        return nn.LocalResponseNorm(layer.size, layer.alpha, layer.beta, layer.k)
    return {Flatten: ChannelsLast(), GlobalAvgPool2D: Mean(), ReLU: nn.ReLU(), Tanh: nn.Tanh()}[type(layer)]


def convolution(layer):
    """A built Conv2D -> a PyTorch module; "same" padding with a stride is left to an explicit pad."""
    w = layer.params["w"].astype(float)
    KH, KW, CG, OUT = w.shape
    module = torch.nn.Conv2d(
        CG * layer.groups, OUT, (KH, KW), layer.stride, layer.padding, layer.dilation, layer.groups, layer.use_bias,
        dtype=torch.float64,
    )  # fmt: skip
    module.weight.data = torch.tensor(np.ascontiguousarray(w.transpose(3, 2, 0, 1)))
    if layer.use_bias:
        module.bias.data = torch.tensor(layer.params["b"].astype(float))
    return module


class Sum(torch.nn.Module):
    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


class Concatenation(torch.nn.Module):
    def __init__(self, branches):
        super().__init__()
        self.branches = torch.nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], dim=1)


class ChannelsLast(torch.nn.Module):
    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


class Mean(torch.nn.Module):
    def forward(self, x):
        return x.mean(dim=(2, 3))


class Pool(torch.nn.Module):
    """Pooling with the padding of "same" written out."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        layer, maximum = self.layer, isinstance(self.layer, MaxPool2D)
        padding = layer.padding
        if padding == "same":
            assert maximum
            OH, OW, _ = layer.output_shape((*x.shape[2:], x.shape[1]))
            rows, columns = (
                (o - 1) * layer.stride + layer.pool_size - s for o, s in zip((OH, OW), x.shape[2:], strict=True)
            )
            spread = [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2]
            x, padding = F.pad(x, spread, value=-torch.inf), 0
        if maximum:
            return F.max_pool2d(x, layer.pool_size, layer.stride, padding)
        return F.avg_pool2d(x, layer.pool_size, layer.stride, padding, count_include_pad=False)


def small(*layers):
    return Sequential(list(layers))


NETWORKS = {
    "LeNet": (zoo.lenet, (28, 28, 1), 2),
    "LeNet-5": (zoo.lenet5, (32, 32, 1), 2),
    "ResNet-18": (zoo.resnet18, (64, 64, 3), 2),
    "residual, parallel, normalized": (
        lambda: small(
            Conv2D(6, 3, padding=1, groups=3),
            LocalResponseNorm(),
            Residual(small(Conv2D(8, 3, 2, 1, use_bias=False), BatchNorm2D(), ReLU()), Conv2D(8, 1, 2)),
            Parallel([MaxPool2D(3, 1, 1), small(Conv2D(4, 1), Tanh()), AvgPool2D(3, 1, 1)]),
            MaxPool2D(2),
            Flatten(),
            Dense(5),
        ),
        (9, 8, 3),
        4,
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_with_copied_weights_gives_the_same_outputs_and_gradients(name):
    make, input_shape, N = NETWORKS[name]
    model, rng = make(), np.random.default_rng(0)
    model.build(input_shape, rng, np.float64)
    module = module_of(model).train()
    x = rng.standard_normal((N, *input_shape))
    z, cache = model.forward(x, train=True)
    labels = np.arange(N) % z.shape[1]
    _, dz = softmax_cross_entropy(z, labels)
    dx, grads = model.backward(dz, cache)
    tx = to_torch(x)
    tz = module(tx)
    F.cross_entropy(tz, torch.tensor(labels)).backward()
    np.testing.assert_allclose(z, tz.detach().numpy(), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(dx, to_numpy(tx.grad), rtol=1e-7, atol=1e-10)
    theirs = [p.grad.numpy() for p in module.parameters()]
    for found, right in zip(grads_in_order(model, grads), theirs, strict=True):
        right = right.transpose(2, 3, 1, 0) if right.ndim == 4 else right.T
        np.testing.assert_allclose(found, right, rtol=1e-7, atol=1e-10)


def grads_in_order(model, grads):
    """The gradients in the order of the parameters, which is PyTorch's: layer by layer, weights first."""
    return [grads[name] for name in model.params]


def test_vgg16_forward_on_a_small_image():
    model, rng = zoo.vgg16(), np.random.default_rng(0)
    features = Sequential(model.layers[: next(i for i, layer in enumerate(model.layers) if isinstance(layer, Flatten))])
    features.build((32, 32, 3), rng, np.float32)
    x = rng.standard_normal((1, 32, 32, 3)).astype(np.float32)
    with torch.no_grad():
        right = to_numpy(module_of(features).float()(to_torch(x)))
    found = features.forward(x)[0]
    np.testing.assert_allclose(found / np.abs(right).max(), right / np.abs(right).max(), **TOLERANCE[np.float32])
