"""What several networks share: a convolution with its ReLU, and the three dense layers of AlexNet, ZFNet and VGG."""

from cnnlib.activations import ReLU
from cnnlib.conv import Conv2D
from cnnlib.dense import Dense, Flatten
from cnnlib.dropout import Dropout
from cnnlib.init import he
from cnnlib.layer import Layer


def conv_relu(filters: int, kernel_size: int, stride: int = 1, padding: int = 0, groups: int = 1) -> list[Layer]:
    """A convolution and its ReLU: (H, W, C) -> (OH, OW, filters)."""
    return [Conv2D(filters, kernel_size, stride, padding, groups=groups, init=he), ReLU()]


def dense_relu(units: int) -> list[Layer]:
    """A dense layer and its ReLU: (D,) -> (units,)."""
    return [Dense(units, init=he), ReLU()]


def dense_head(classes: int, units: int = 4096) -> list[Layer]:
    """Two dense layers with dropout, then the logits: (H, W, C) -> (classes,).

    Source: Krizhevsky, Sutskever and Hinton 2012, sections 3.5 and 4.2.
    """
    hidden = [*dense_relu(units), Dropout(0.5)]
    return [Flatten(), *hidden, *dense_relu(units), Dropout(0.5), Dense(classes)]
