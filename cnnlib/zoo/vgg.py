"""VGG: nothing but 3x3 filters, more of them after each pooling."""

from cnnlib.layer import Layer
from cnnlib.networks import Sequential
from cnnlib.pool import MaxPool2D
from cnnlib.zoo.parts import conv_relu, dense_head

# Filters and number of convolutions before each pooling: table 1 of the paper, columns D and E.
D = (64, 2), (128, 2), (256, 3), (512, 3), (512, 3)
E = (64, 2), (128, 2), (256, 4), (512, 4), (512, 4)


def vgg(blocks: tuple[tuple[int, int], ...], classes: int, units: int = 4096) -> Sequential:
    """A VGG: (H, W, 3) -> (classes,).  blocks: (filters, how many convolutions) before each pooling."""
    layers: list[Layer] = []
    for filters, convolutions in blocks:
        for _ in range(convolutions):
            layers += conv_relu(filters, 3, padding=1)
        layers.append(MaxPool2D(2))
    return Sequential([*layers, *dense_head(classes, units)])


def vgg16(classes: int = 1000) -> Sequential:
    """VGG-16: (224, 224, 3) -> (classes,); 138,357,544 parameters, 15.5 G multiply-adds.

    13 convolutions and 3 dense layers have weights, hence the 16.

    >>> from cnnlib import summary
    >>> summary(vgg16(), (224, 224, 3)).parameters
    138357544

    Source: Simonyan and Zisserman 2015, table 1, configuration D.
    """
    return vgg(D, classes)


def vgg19(classes: int = 1000) -> Sequential:
    """VGG-19: (224, 224, 3) -> (classes,); 143,667,240 parameters, 19.6 G multiply-adds.

    16 convolutions and 3 dense layers have weights, hence the 19.

    >>> from cnnlib import summary
    >>> summary(vgg19(), (224, 224, 3)).parameters
    143667240

    Source: Simonyan and Zisserman 2015, table 1, configuration E.
    """
    return vgg(E, classes)
