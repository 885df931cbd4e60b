"""LeNet: convolution and pooling twice, then dense layers."""

from cnnlib.activations import Tanh
from cnnlib.conv import Conv2D
from cnnlib.dense import Dense, Flatten
from cnnlib.networks import Sequential
from cnnlib.pool import AvgPool2D, MaxPool2D
from cnnlib.zoo.parts import conv_relu, dense_relu


def lenet(classes: int = 10) -> Sequential:
    """A LeNet for MNIST as it comes: (28, 28, 1) -> (classes,); 79,302 parameters.

    ReLU and max pooling instead of tanh and subsampling, no padding, dense layers 256-200-120-10: the network
    that chapter 7 trains.

    >>> lenet().output_shape((28, 28, 1))
    (10,)

    Source: after LeCun, Bottou, Bengio and Haffner 1998, figure 2.
    """
    return Sequential(
        [
            *(*conv_relu(6, 5), MaxPool2D(2)),
            *(*conv_relu(16, 5), MaxPool2D(2)),
            *(Flatten(), *dense_relu(200), *dense_relu(120), Dense(classes)),
        ]
    )


def lenet5(classes: int = 10) -> Sequential:
    """LeNet-5 in its usual form of today: (32, 32, 1) -> (classes,); 61,706 parameters.

    The paper has 60,000. There each filter of C3 sees only some of the six maps (1,516 parameters, 2,416
    here), the subsampling has a factor and a bias for each map (12 and 32, none here), tanh is scaled, and the
    last layer measures distances to drawn digits instead of giving logits.

    >>> from cnnlib import summary
    >>> summary(lenet5(), (32, 32, 1)).parameters
    61706

    Source: LeCun, Bottou, Bengio and Haffner 1998, section II.B and figure 2.
    """
    return Sequential(
        [
            *(Conv2D(6, 5), Tanh(), AvgPool2D(2)),
            *(Conv2D(16, 5), Tanh(), AvgPool2D(2)),
            *(Flatten(), Dense(120), Tanh(), Dense(84), Tanh(), Dense(classes)),
        ]
    )
