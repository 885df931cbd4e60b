"""The networks that made history, built from the layers of this book: a `Sequential` each, not built yet.

>>> import numpy as np
>>> from cnnlib import zoo
>>> zoo.lenet(classes=26).build((28, 28, 1), np.random.default_rng(0))
(26,)

Each ends in Dense(classes) and gives logits, as the loss wants them. The shapes in the docstrings leave out the
batch. Another image size works wherever the windows fit; after a Flatten it changes the number of parameters.
Weights start from He's rule before a ReLU and from LeCun's elsewhere, whatever the authors began with.
`summary(model, input_shape)` shows the layers and their costs without allocating a weight.
"""

from cnnlib.zoo.alexnet import alexnet, zfnet
from cnnlib.zoo.googlenet import googlenet
from cnnlib.zoo.lenet import lenet, lenet5
from cnnlib.zoo.resnet import resnet18, resnet34, resnet50, resnet101, resnet152
from cnnlib.zoo.vgg import vgg16, vgg19

__all__ = [
    "alexnet",
    "googlenet",
    "lenet",
    "lenet5",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "vgg16",
    "vgg19",
    "zfnet",
]
