"""ResNet: each block learns what to add to its input.

The shortcut passes the input on as it is; where the shape changes, a 1x1 convolution takes it along (the paper's
option B). Convolutions have no bias, since the batch normalization after each has one.
"""

from collections.abc import Callable, Sequence

from cnnlib.activations import ReLU
from cnnlib.conv import Conv2D
from cnnlib.dense import Dense
from cnnlib.init import he
from cnnlib.layer import Layer
from cnnlib.networks import Residual, Sequential
from cnnlib.normalize import BatchNorm2D
from cnnlib.pool import GlobalAvgPool2D, MaxPool2D

Body = Callable[[int, int], Sequential]


def conv_norm(filters: int, kernel_size: int, stride: int = 1, padding: int = 0) -> list[Layer]:
    """A convolution without bias and its batch normalization: (H, W, C) -> (OH, OW, filters)."""
    return [Conv2D(filters, kernel_size, stride, padding, use_bias=False, init=he), BatchNorm2D()]


def basic(channels: int, stride: int) -> Sequential:
    """What a block of ResNet-18 and 34 adds: (H, W, C) -> (H / stride, W / stride, channels).

    Source: figure 5, left.
    """
    return Sequential([*conv_norm(channels, 3, stride, 1), ReLU(), *conv_norm(channels, 3, 1, 1)])


def bottleneck(channels: int, stride: int) -> Sequential:
    """What a block of the deeper ones adds: (H, W, C) -> (H / stride, W / stride, channels).

    The first 1x1 makes the step, as in the models that the authors released, and the published multiply-adds
    agree. A common variant leaves it to the 3x3: as many parameters, 6.0 % more multiply-adds in ResNet-50.

    Source: figure 5, right.
    """
    narrow = channels // 4
    return Sequential(
        [
            *(*conv_norm(narrow, 1, stride), ReLU()),
            *(*conv_norm(narrow, 3, 1, 1), ReLU()),
            *conv_norm(channels, 1),
        ]
    )


def block(body: Body, before: int, channels: int, stride: int) -> list[Layer]:
    """ReLU(body(x) + shortcut(x)): (H, W, before) -> (H / stride, W / stride, channels). Source: equations 1, 2."""
    shortcut = None if before == channels else Sequential(conv_norm(channels, 1, stride))
    return [Residual(body(channels, stride), shortcut), ReLU()]


def resnet(body: Body, channels: int, repeats: Sequence[int], classes: int) -> Sequential:
    """A ResNet: (H, W, 3) -> (classes,).

    body: `basic` or `bottleneck`.  channels: after the first stage; each later stage doubles them and halves
        height and width.  repeats: how many blocks in each stage.

    The table does not say how the first pooling pads: here one pixel on each side, as most networks do today.

    Source: He, Zhang, Ren and Sun 2016, table 1.
    """
    layers: list[Layer] = [*conv_norm(64, 7, 2, 3), ReLU(), MaxPool2D(3, 2, 1)]
    before = 64
    for stage, blocks in enumerate(repeats):
        for i in range(blocks):
            layers += block(body, before, channels * 2**stage, 2 if stage > 0 and i == 0 else 1)
            before = channels * 2**stage
    return Sequential([*layers, GlobalAvgPool2D(), Dense(classes)])


def resnet18(classes: int = 1000) -> Sequential:
    """ResNet-18: (224, 224, 3) -> (classes,); 11,689,512 parameters, 1.81 G multiply-adds.

    >>> from cnnlib import summary
    >>> summary(resnet18(), (224, 224, 3)).parameters
    11689512

    Source: He, Zhang, Ren and Sun 2016, table 1; shortcuts of section 3.3, option B.
    """
    return resnet(basic, 64, (2, 2, 2, 2), classes)


def resnet34(classes: int = 1000) -> Sequential:
    """ResNet-34: (224, 224, 3) -> (classes,); 21,797,672 parameters, 3.66 G multiply-adds.

    The paper's 3.6 G go with shortcuts that fill new channels with 0 (option A); these project (option B).

    >>> from cnnlib import summary
    >>> summary(resnet34(), (224, 224, 3)).parameters
    21797672

    Source: He, Zhang, Ren and Sun 2016, table 1; shortcuts of section 3.3, option B.
    """
    return resnet(basic, 64, (3, 4, 6, 3), classes)


def resnet50(classes: int = 1000) -> Sequential:
    """ResNet-50: (224, 224, 3) -> (classes,); 25,557,032 parameters, 3.86 G multiply-adds.

    >>> from cnnlib import summary
    >>> summary(resnet50(), (224, 224, 3)).parameters
    25557032

    Source: He, Zhang, Ren and Sun 2016, table 1.
    """
    return resnet(bottleneck, 256, (3, 4, 6, 3), classes)


def resnet101(classes: int = 1000) -> Sequential:
    """ResNet-101: (224, 224, 3) -> (classes,); 44,549,160 parameters, 7.57 G multiply-adds.

    >>> from cnnlib import summary
    >>> summary(resnet101(), (224, 224, 3)).parameters
    44549160

    Source: He, Zhang, Ren and Sun 2016, table 1.
    """
    return resnet(bottleneck, 256, (3, 4, 23, 3), classes)


def resnet152(classes: int = 1000) -> Sequential:
    """ResNet-152: (224, 224, 3) -> (classes,); 60,192,808 parameters, 11.28 G multiply-adds.

    >>> from cnnlib import summary
    >>> summary(resnet152(), (224, 224, 3)).parameters
    60192808

    Source: He, Zhang, Ren and Sun 2016, table 1.
    """
    return resnet(bottleneck, 256, (3, 8, 36, 3), classes)
