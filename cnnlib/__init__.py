"""cnnlib: convolutional networks in NumPy, small enough to read and fast enough to use."""

import importlib
from typing import TYPE_CHECKING, Any

from cnnlib import augment, datasets, exercises, init
from cnnlib.conv import conv2d_backward, conv2d_forward
from cnnlib.dense import dense_backward, dense_forward
from cnnlib.gradients import check_gradients
from cnnlib.layers import AvgPool2D, Conv2D, Dense, Flatten, MaxPool2D, ReLU
from cnnlib.losses import softmax, softmax_cross_entropy
from cnnlib.networks import Sequential
from cnnlib.optimizers import SGD, AdaGrad
from cnnlib.pool import avgpool2d_backward, avgpool2d_forward, maxpool2d_backward, maxpool2d_forward
from cnnlib.quote import show
from cnnlib.windows import output_size

if TYPE_CHECKING:
    from cnnlib import viz
    from cnnlib.classifier import CNNClassifier

__version__ = "0.1.0"

__all__ = [
    "SGD",
    "AdaGrad",
    "AvgPool2D",
    "CNNClassifier",
    "Conv2D",
    "Dense",
    "Flatten",
    "MaxPool2D",
    "ReLU",
    "Sequential",
    "augment",
    "avgpool2d_backward",
    "avgpool2d_forward",
    "check_gradients",
    "conv2d_backward",
    "conv2d_forward",
    "datasets",
    "dense_backward",
    "dense_forward",
    "exercises",
    "init",
    "maxpool2d_backward",
    "maxpool2d_forward",
    "output_size",
    "show",
    "softmax",
    "softmax_cross_entropy",
    "viz",
]


def __getattr__(name: str) -> Any:
    """Load scikit-learn and matplotlib only when a name that needs them is used."""
    if name == "CNNClassifier":
        return importlib.import_module("cnnlib.classifier").CNNClassifier
    if name == "viz":
        return importlib.import_module("cnnlib.viz")
    raise AttributeError(f"module 'cnnlib' has no attribute {name!r}")
