"""AlexNet, and ZFNet, which looks closer at the image in its first layers."""

from cnnlib.networks import Sequential
from cnnlib.normalize import LocalResponseNorm
from cnnlib.pool import MaxPool2D
from cnnlib.zoo.parts import conv_relu, dense_head


def response_norm() -> LocalResponseNorm:
    """The normalization of AlexNet: its alpha, 1e-4, is not divided by the five channels; ours is."""
    return LocalResponseNorm(size=5, alpha=5e-4, beta=0.75, k=2.0)


def alexnet(classes: int = 1000) -> Sequential:
    """AlexNet with the two towers of its paper: (227, 227, 3) -> (classes,); 60,965,224 parameters.

    The paper's network lived on two graphics cards; in layers 2, 4 and 5 each half sees only its own half of
    the channels, which is what groups=2 says. The count often met, 61,100,840, is that of a later network in one
    tower (Krizhevsky 2014, arXiv:1404.5997): no groups, 64-192-384-256-256 filters instead of
    96-256-384-384-256.

    The paper says 224 pixels; its 55 x 55 outputs need 227. Here the normalization also looks over the border
    between the two towers.

    >>> from cnnlib import summary
    >>> summary(alexnet(), (227, 227, 3)).parameters
    60965224

    Source: Krizhevsky, Sutskever and Hinton 2012, section 3.5 and figure 2.
    """
    return Sequential(
        [
            *(*conv_relu(96, 11, stride=4), response_norm(), MaxPool2D(3, 2)),
            *(*conv_relu(256, 5, padding=2, groups=2), response_norm(), MaxPool2D(3, 2)),
            *conv_relu(384, 3, padding=1),
            *conv_relu(384, 3, padding=1, groups=2),
            *(*conv_relu(256, 3, padding=1, groups=2), MaxPool2D(3, 2)),
            *dense_head(classes),
        ]
    )


def zfnet(classes: int = 1000) -> Sequential:
    """ZFNet: (224, 224, 3) -> (classes,); 62,357,608 parameters.

    AlexNet in one tower with smaller filters and steps at the start, 7 and 2 instead of 11 and 4. The paper gives
    the sizes 110, 55, 26, 13, 6 but no padding: the one row and column before the first layer and the "same" of
    the first two poolings are what leads to them. Its contrast normalization comes without constants: these are
    AlexNet's.

    >>> from cnnlib import summary
    >>> summary(zfnet(), (224, 224, 3)).parameters
    62357608

    Source: Zeiler and Fergus 2014, figure 3.
    """
    return Sequential(
        [
            *(*conv_relu(96, 7, stride=2, padding=1), MaxPool2D(3, 2, "same"), response_norm()),
            *(*conv_relu(256, 5, stride=2), MaxPool2D(3, 2, "same"), response_norm()),
            *conv_relu(384, 3, padding=1),
            *conv_relu(384, 3, padding=1),
            *(*conv_relu(256, 3, padding=1), MaxPool2D(3, 2)),
            *dense_head(classes),
        ]
    )
