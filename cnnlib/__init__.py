"""cnnlib: convolutional networks in NumPy, small enough to read and fast enough to use."""

import importlib
from typing import TYPE_CHECKING, Any

from cnnlib import augment, datasets, exercises, init, schedules
from cnnlib.activations import ReLU, Sigmoid, Softmax, Tanh
from cnnlib.conv import Conv2D, conv2d_backward, conv2d_forward
from cnnlib.costs import receptive_field, summary
from cnnlib.dense import Dense, Flatten, dense_backward, dense_forward
from cnnlib.dropout import Dropout
from cnnlib.gradients import check_gradients
from cnnlib.layer import Layer
from cnnlib.losses import softmax, softmax_cross_entropy
from cnnlib.networks import Parallel, Residual, Sequential
from cnnlib.normalize import BatchNorm2D, LocalResponseNorm
from cnnlib.optimizers import SGD, AdaGrad, Adam, RMSProp
from cnnlib.pool import (
    AvgPool2D,
    GlobalAvgPool2D,
    MaxPool2D,
    avgpool2d_backward,
    avgpool2d_forward,
    maxpool2d_backward,
    maxpool2d_forward,
)
from cnnlib.quote import show
from cnnlib.saving import load, save
from cnnlib.windows import output_size

if TYPE_CHECKING:
    import cnnlib.viz as viz
    import cnnlib.zoo as zoo
    from cnnlib.classifier import CNNClassifier

__version__ = "0.1.0"

__all__ = [
    "AdaGrad",
    "Adam",
    "AvgPool2D",
    "BatchNorm2D",
    "CNNClassifier",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalAvgPool2D",
    "Layer",
    "LocalResponseNorm",
    "MaxPool2D",
    "Parallel",
    "RMSProp",
    "ReLU",
    "Residual",
    "SGD",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
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
    "load",
    "output_size",
    "receptive_field",
    "save",
    "summary",
    "zoo",
    "schedules",
    "show",
    "softmax",
    "softmax_cross_entropy",
    "viz",
]


def __getattr__(name: str) -> Any:
    """Load scikit-learn, matplotlib and the zoo only when a name that needs them is used."""
    if name == "CNNClassifier":
        return importlib.import_module("cnnlib.classifier").CNNClassifier
    if name in ("viz", "zoo"):
        return importlib.import_module(f"cnnlib.{name}")
    raise AttributeError(f"module 'cnnlib' has no attribute {name!r}")
