"""The zoo: each network has the published parameters, multiply-adds, sizes and depth, and runs in both directions."""

from itertools import pairwise

import numpy as np
import pytest

from cnnlib import (
    Conv2D,
    Dense,
    Dropout,
    GlobalAvgPool2D,
    LocalResponseNorm,
    MaxPool2D,
    Parallel,
    ReLU,
    Residual,
    Sequential,
    check_gradients,
    init,
    softmax_cross_entropy,
    summary,
    zoo,
)
from cnnlib.zoo.alexnet import response_norm
from cnnlib.zoo.googlenet import inception
from cnnlib.zoo.parts import conv_relu, dense_head
from cnnlib.zoo.resnet import basic, bottleneck, resnet
from cnnlib.zoo.vgg import vgg

# name: input, heights of the images on the way, layers with weights one after the other, parameters
NETWORKS = {
    "lenet": ((28, 28, 1), [24, 12, 8, 4], 5, 79_302),
    "lenet5": ((32, 32, 1), [28, 14, 10, 5], 5, 61_706),
    "alexnet": ((227, 227, 3), [55, 27, 13, 6], 8, 60_965_224),
    "zfnet": ((224, 224, 3), [110, 55, 26, 13, 6], 8, 62_357_608),
    "vgg16": ((224, 224, 3), [224, 112, 56, 28, 14, 7], 16, 138_357_544),
    "vgg19": ((224, 224, 3), [224, 112, 56, 28, 14, 7], 19, 143_667_240),
    "googlenet": ((224, 224, 3), [112, 56, 28, 14, 7], 22, 6_998_552),
    "resnet18": ((224, 224, 3), [112, 56, 28, 14, 7], 18, 11_689_512),
    "resnet34": ((224, 224, 3), [112, 56, 28, 14, 7], 34, 21_797_672),
    "resnet50": ((224, 224, 3), [112, 56, 28, 14, 7], 50, 25_557_032),
    "resnet101": ((224, 224, 3), [112, 56, 28, 14, 7], 101, 44_549_160),
    "resnet152": ((224, 224, 3), [112, 56, 28, 14, 7], 152, 60_192_808),
}

# a letter for each kind of layer, to write down the orders of the papers
LETTERS = {
    "Conv2D": "C",
    "ReLU": "R",
    "Tanh": "T",
    "BatchNorm2D": "B",
    "LocalResponseNorm": "N",
    "MaxPool2D": "M",
    "AvgPool2D": "A",
    "Parallel": "I",
    "GlobalAvgPool2D": "G",
    "Flatten": "F",
    "Dense": "D",
    "Dropout": "O",
    "Residual": "+",
}
ORDERS = {
    "lenet": "CRM CRM F DR DR D",
    "lenet5": "CTA CTA F DT DT D",
    "alexnet": "CRNM CRNM CR CR CRM F DRO DRO D",
    "zfnet": "CRMN CRMN CR CR CRM F DRO DRO D",
    "vgg16": "CRCRM CRCRM CRCRCRM CRCRCRM CRCRCRM F DRO DRO D",
    "vgg19": "CRCRM CRCRM CRCRCRCRM CRCRCRCRM CRCRCRCRM F DRO DRO D",
    "googlenet": "CRMN CR CRNM II M IIIII M II G O D",
    "resnet18": "CBRM" + 8 * "+R" + "GD",
    "resnet50": "CBRM" + 16 * "+R" + "GD",
}

# in units of 10^9, with the one decimal of the papers
PUBLISHED_MULTIPLY_ADDS = {
    "vgg19": 19.6,
    "googlenet": 1.5,
    "resnet18": 1.8,
    "resnet34": 3.6,
    "resnet50": 3.8,
    "resnet101": 7.6,
    "resnet152": 11.3,
}

# large enough for every window, small enough for a test
SMALL = {"lenet": 28, "lenet5": 32, "alexnet": 67, "vgg16": 32, "vgg19": 32}


def network(name, **settings):
    return getattr(zoo, name)(**settings)


def leaves(layer):
    """The layers without parts that a layer is made of."""
    children = layer.children().values()
    return [leaf for child in children for leaf in leaves(child)] if children else [layer]


def letters(model):
    """The layers of a Sequential, a letter each."""
    return "".join(LETTERS[type(layer).__name__] for layer in model.layers)


def depth(layer):
    """How many layers with weights the longest way has; a shortcut is no way."""
    if isinstance(layer, Residual):
        return depth(layer.body)
    parts = [depth(child) for child in layer.children().values()]
    if isinstance(layer, Parallel):
        return max(parts)
    return sum(parts) + isinstance(layer, Conv2D | Dense)


def test_the_table_of_this_file_has_every_network():
    assert sorted(NETWORKS) == sorted(zoo.__all__)


@pytest.mark.parametrize("name", NETWORKS)
def test_parameters_sizes_and_depth_are_those_of_the_paper(name):
    input_shape, heights, layers, parameters = NETWORKS[name]
    model = network(name)
    seen, shape = [], input_shape
    for layer in model.layers:
        shape = layer.output_shape(shape)
        if len(shape) == 3 and seen[-1:] != [shape[0]]:
            seen.append(shape[0])
    assert (seen, shape) == (heights, (10,) if name.startswith("lenet") else (1000,))
    assert depth(model) == layers
    assert summary(model, input_shape).parameters == parameters
    assert f"{parameters:,}" in getattr(zoo, name).__doc__


@pytest.mark.parametrize("name", ORDERS)
def test_the_layers_come_in_the_order_of_the_paper(name):
    model = network(name)
    assert letters(model) == ORDERS[name].replace(" ", "")
    rates = {layer.rate for layer in model.layers if isinstance(layer, Dropout)}
    assert rates == ({0.4} if name == "googlenet" else {0.5} if "O" in ORDERS[name] else set())


@pytest.mark.parametrize("name", PUBLISHED_MULTIPLY_ADDS)
def test_multiply_adds_are_the_published_ones_rounded_or_cut_to_a_tenth(name):
    tenths = summary(network(name), (224, 224, 3)).multiply_adds / 1e8
    assert round(10 * PUBLISHED_MULTIPLY_ADDS[name]) in (int(tenths), round(tenths))


@pytest.mark.parametrize(("name", "more"), [("resnet50", 6.0), ("resnet101", 3.1), ("resnet152", 2.0)])
def test_the_step_of_a_bottleneck_is_in_its_first_1x1(name, more):
    model = network(name)
    before = summary(model, (224, 224, 3))
    for block in model.layers:
        if isinstance(block, Residual):
            first, second = block.body.layers[0], block.body.layers[3]
            first.stride, second.stride = second.stride, first.stride
    after = summary(model, (224, 224, 3))
    assert after.parameters == before.parameters
    assert round(100 * (after.multiply_adds / before.multiply_adds - 1), 1) == more


def test_alexnet_in_one_tower_has_the_other_well_known_count():
    one_tower = Sequential(
        [
            *(*conv_relu(64, 11, 4, 2), MaxPool2D(3, 2)),
            *(*conv_relu(192, 5, padding=2), MaxPool2D(3, 2)),
            *(*conv_relu(384, 3, padding=1), *conv_relu(256, 3, padding=1)),
            *(*conv_relu(256, 3, padding=1), MaxPool2D(3, 2)),
            *dense_head(1000),
        ]
    )
    assert summary(one_tower, (224, 224, 3)).parameters == 61_100_840


def test_alexnet_normalizes_with_the_constants_of_its_paper():
    x = np.random.default_rng(0).standard_normal((1, 1, 1, 7)) * 100
    squares = [np.sum(x[..., max(c - 2, 0) : c + 3] ** 2) for c in range(7)]
    norms = [layer for layer in leaves(zoo.alexnet()) if isinstance(layer, LocalResponseNorm)]
    assert len(norms) == 2
    for norm in norms:
        np.testing.assert_allclose(norm.forward(x)[0], x / (2 + 1e-4 * np.array(squares)) ** 0.75)


@pytest.mark.parametrize("name", [name for name in NETWORKS if name.startswith("resnet")])
def test_every_sum_is_followed_by_a_relu_and_no_convolution_has_a_bias(name):
    model = network(name)
    assert all(isinstance(after, ReLU) for layer, after in pairwise(model.layers) if isinstance(layer, Residual))
    assert not any(layer.use_bias for layer in leaves(model) if isinstance(layer, Conv2D))


@pytest.mark.parametrize("name", [name for name in NETWORKS if name != "lenet5"])
def test_weights_before_a_relu_start_from_he_and_logits_from_lecun(name):
    *hidden, logits = [layer for layer in leaves(network(name)) if isinstance(layer, Conv2D | Dense)]
    assert {layer.init for layer in hidden} == {init.he}
    assert logits.init is init.lecun


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_runs_forward_and_backward(name):
    size = SMALL.get(name, 64)
    input_shape = (size, size, NETWORKS[name][0][2])
    model = network(name, classes=3)
    assert model.build(input_shape, np.random.default_rng(0)) == (3,)
    x = np.random.default_rng(1).standard_normal((2, *input_shape), np.float32)
    logits, cache = model.forward(x, train=True)
    assert (logits.shape, logits.dtype) == ((2, 3), np.float32)
    dx, grads = model.backward(softmax_cross_entropy(logits, [0, 2])[1], cache)
    assert dx.shape == x.shape and np.isfinite(dx).all() and dx.any()
    assert grads.keys() == model.params.keys()
    for key, gradient in grads.items():
        assert (gradient.shape, gradient.dtype) == (model.params[key].shape, np.float32), key
        assert np.isfinite(gradient).all() and gradient.any(), key


REDUCED = {
    "lenet": (zoo.lenet(3), (28, 28, 1)),
    "lenet5": (zoo.lenet5(3), (32, 32, 1)),
    "alexnet": (
        Sequential(
            [
                *(*conv_relu(6, 3, stride=2), response_norm(), MaxPool2D(3, 2, "same")),
                *(*conv_relu(6, 3, padding=1, groups=2), *dense_head(3, units=8)),
            ]
        ),
        (13, 13, 3),
    ),
    "vgg": (vgg(((4, 2), (6, 1)), classes=3, units=8), (8, 8, 3)),
    "googlenet": (
        Sequential(
            [
                *(*conv_relu(6, 3, stride=2, padding=1), MaxPool2D(3, 2, "same"), LocalResponseNorm()),
                *(inception(2, 2, 3, 3, 4, 2), GlobalAvgPool2D(), Dropout(0.4), Dense(3)),
            ]
        ),
        (12, 12, 3),
    ),
    "resnet, basic": (resnet(basic, 4, (2, 1), classes=3), (16, 16, 3)),
    "resnet, bottleneck": (resnet(bottleneck, 8, (2, 1), classes=3), (16, 16, 3)),
}


@pytest.mark.parametrize("name", REDUCED)
@pytest.mark.parametrize("train", [False, True])
def test_the_gradients_of_a_reduced_network_are_right(name, train):
    model, input_shape = REDUCED[name]
    assert model.build(input_shape, np.random.default_rng(0), np.float64) == (3,)
    rng = np.random.default_rng(1)
    for key, array in model.params.items():
        if key.endswith(("b", "beta")):  # with 0, a dead channel leaves the next ReLU exactly at its corner
            array[...] = rng.standard_normal(array.shape)
    check_gradients(model, rng.standard_normal((3, *input_shape)), train=train, samples=5)


def test_inception_concatenates_its_branches_in_the_order_of_the_table():
    module = inception(64, 96, 128, 16, 32, 32)
    assert [branch.output_shape((28, 28, 192))[-1] for branch in module.branches] == [64, 128, 32, 32]
    assert [letters(branch) for branch in module.branches] == ["CR", "CRCR", "CRCR", "MCR"]
    assert module.output_shape((28, 28, 192)) == (28, 28, 256)


def test_the_blocks_of_resnet_are_those_of_figure_5_and_only_a_new_shape_needs_a_projection():
    assert letters(basic(8, 1)) == "CBRCB"
    assert letters(bottleneck(8, 1)) == "CBRCBRCB"
    shortcuts = [layer.shortcut for layer in zoo.resnet18().layers if isinstance(layer, Residual)]
    assert ["-" if shortcut is None else letters(shortcut) for shortcut in shortcuts] == [
        *("-", "-", "CB", "-", "CB", "-", "CB", "-")
    ]


def test_an_image_that_is_too_small_is_refused_with_the_place():
    with pytest.raises(ValueError, match="a kernel of 2 .* more than the 1 of the padded axis") as error:
        zoo.vgg16().output_shape((16, 16, 3))
    assert error.value.__notes__ == ["in layer 30 of the Sequential, MaxPool2D(pool_size=2, stride=None, padding=0)"]
