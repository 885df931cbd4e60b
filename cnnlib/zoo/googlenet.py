"""GoogLeNet: filters of three sizes side by side, made cheap by 1x1 filters before them."""

from cnnlib.dense import Dense
from cnnlib.dropout import Dropout
from cnnlib.networks import Parallel, Sequential
from cnnlib.normalize import LocalResponseNorm
from cnnlib.pool import GlobalAvgPool2D, MaxPool2D
from cnnlib.zoo.parts import conv_relu

# Table 1 of the paper: 1x1 | 3x3 reduce, 3x3 | 5x5 reduce, 5x5 | pool proj; three stages with a pooling between.
INCEPTIONS = (
    (
        (64, 96, 128, 16, 32, 32),
        (128, 128, 192, 32, 96, 64),
    ),
    (
        (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64),
        (128, 128, 256, 24, 64, 64),
        (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128),
    ),
    (
        (256, 160, 320, 32, 128, 128),
        (384, 192, 384, 48, 128, 128),
    ),
)


def inception(one: int, reduce_three: int, three: int, reduce_five: int, five: int, pooled: int) -> Parallel:
    """An Inception module: (H, W, C) -> (H, W, one + three + five + pooled).

    Source: Szegedy et al. 2015, figure 2 (b).
    """
    return Parallel(
        [
            Sequential(conv_relu(one, 1)),
            Sequential([*conv_relu(reduce_three, 1), *conv_relu(three, 3, padding=1)]),
            Sequential([*conv_relu(reduce_five, 1), *conv_relu(five, 5, padding=2)]),
            Sequential([MaxPool2D(3, 1, 1), *conv_relu(pooled, 1)]),
        ]
    )


def googlenet(classes: int = 1000) -> Sequential:
    """GoogLeNet: (224, 224, 3) -> (classes,); 6,998,552 parameters, 1.58 G multiply-adds.

    Without the two auxiliary classifiers, which helped to train it and are no part of the network that predicts.
    The poolings halve 112, 56, 28 and 14 exactly: a window of 3 with step 2 needs the one row and column at
    the end that "same" adds. The paper gives no constants for the normalization: these are the defaults.

    >>> from cnnlib import summary
    >>> summary(googlenet(), (224, 224, 3)).parameters
    6998552

    Source: Szegedy et al. 2015, table 1 and figure 3.
    """
    first, second, third = ([inception(*row) for row in stage] for stage in INCEPTIONS)
    return Sequential(
        [
            *(*conv_relu(64, 7, stride=2, padding=3), MaxPool2D(3, 2, "same"), LocalResponseNorm()),
            *(*conv_relu(64, 1), *conv_relu(192, 3, padding=1), LocalResponseNorm(), MaxPool2D(3, 2, "same")),
            *(*first, MaxPool2D(3, 2, "same")),
            *(*second, MaxPool2D(3, 2, "same")),
            *third,
            *(GlobalAvgPool2D(), Dropout(0.4), Dense(classes)),
        ]
    )
