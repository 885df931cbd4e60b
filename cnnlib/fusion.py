"""One optional pass over a network: a convolution and the max pooling after it, computed as one.

A pooling window takes the largest of P = PH * PW neighboring outputs of a filter. Those P outputs see a patch of
the image that is hardly larger than what one of them sees: KH + (PH - 1) * SH rows, so 4 x 4 pixels for 3 x 3
filters and 2 x 2 windows. Put the filter at each of its P places inside a filter of that size, 0 elsewhere: a
convolution with these P * F *spread* filters and the stride of the pooling has all P outputs side by side in its
channels, and the pooling is a maximum over P blocks of channels, each of which is one run of memory.

The patches hold 16 numbers for each pooled pixel where the windows held 4 * 9; bias and ReLU, which change nothing
in which number is the largest, are left to the one that remains. The products have up to 16 / 9 times as many
terms, many of them 0, so it pays where products are not what takes the time. Forward and back, for 50 images, the
two as one took 0.69 of the time of one after the other for 1 channel and 8 filters of 3 x 3, 0.79 for 6 and 16 of
5 x 5, 0.92 for 16 and 16, 1.04 for 16 and 32: `fused` leaves alone what has more than MOST_PAIRS of channel and filter.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnlib.activations import ReLU
from cnnlib.arrays import Array, Pair, turn
from cnnlib.checks import gradient, images, pair
from cnnlib.conv import Conv2D, check_shapes, conv2d_backward, conv2d_forward
from cnnlib.layer import Gradients, Layer, Shape, named
from cnnlib.networks import Sequential
from cnnlib.pool import MaxPool2D, pool_settings
from cnnlib.windows import image_pads, pad, unpad

MOST_PAIRS = 256


def fused(model: Sequential) -> Sequential:
    """A built network -> one that computes the same, to rounding, with the same parameters in fewer passes.

    Both networks share layers and arrays: training one trains the other. Parameters keep their names. Layers inside
    other layers stay as they are. Where two numbers of a window differ by rounding alone, the gradient may go to
    the other of them; an infinite pixel gives nan, as 0 times infinity does.

    Raises ValueError when the network has not been built.

    >>> from cnnlib import Dense, Flatten
    >>> model = Sequential([Conv2D(8, 3, padding=1), ReLU(), MaxPool2D(2), Flatten(), Dense(10)])
    >>> _ = model.build((28, 28, 1), np.random.default_rng(0))
    >>> [type(layer).__name__ for layer in fused(model).layers]
    ['ConvMaxPool', 'Pass', 'Pass', 'Flatten', 'Dense']
    """
    layers = list(model.layers)
    for i, conv in enumerate(layers):
        relu = type(layers[i + 1]) is ReLU if i + 1 < len(layers) else False
        after = i + 2 if relu else i + 1
        pool = layers[after] if after < len(layers) else None
        if type(conv) is Conv2D and type(pool) is MaxPool2D and worth_it(conv, pool):
            layers[i : after + 1] = [ConvMaxPool(conv, pool, relu), *[Pass()] * (after - i)]
    return Sequential(layers)


def worth_it(conv: Conv2D, pool: MaxPool2D) -> bool:
    """A built convolution and the pooling after it -> whether they can be computed as one, and sooner."""
    w = conv.parameter("w")
    pool_size, stride = pool_settings(pool.pool_size, pool.stride, pool.padding)
    apart = stride == pool_size and pool_size[0] * pool_size[1] <= 4
    plain = conv.groups == 1 and pair(conv.dilation, "dilation") == (1, 1) and pool.padding in (0, (0, 0), "valid")
    return apart and plain and min(w.shape[:2]) > 2 and w.shape[2] * w.shape[3] <= MOST_PAIRS


@dataclass
class ConvMaxPool(Layer):
    """A convolution, perhaps a ReLU, and max pooling as one layer: (N, H, W, C) -> (N, OH, OW, F)."""

    conv: Conv2D
    pool: MaxPool2D
    relu: bool

    def children(self) -> dict[str, Layer]:
        return {"conv": self.conv}

    @property
    def params(self) -> dict[str, Array]:  # type: ignore[override]
        return self.conv.params

    def __post_init__(self) -> None:
        """The parameters are those of the convolution."""

    def output_shape(self, input_shape: Shape) -> Shape:
        return self.pool.output_shape(self.conv.output_shape(input_shape))

    def param_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return self.conv.param_shapes(input_shape)

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        x, w, b = images(x), self.conv.parameter("w"), self.conv.params.get("b")
        check_shapes(x.shape, w.shape, 1)  # here, where the filters still have the size that the user gave them
        stride, places = pair(self.conv.stride, "stride"), pair(self.pool.pool_size, "pool_size")
        pads = image_pads(x.shape[1:3], w.shape[:2], stride, self.conv.padding)
        steps = stride[0] * places[0], stride[1] * places[1]
        y, conv_cache = conv2d_forward(pad(x, pads), spread(w, places, stride), None, steps)
        P, F = places[0] * places[1], w.shape[3]
        blocks = turn(y).reshape(P, F, *turn(y).shape[1:])  # (P, F, OH, OW, N)
        best = np.maximum.reduce(blocks)
        y = best if b is None else best + b[:, None, None, None]
        if self.relu:
            y = np.maximum(y, np.zeros(y.shape, y.dtype))
        return turn(y), (conv_cache, blocks, best, y, pads, stride, places)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        conv_cache, blocks, best, y, pads, stride, places = cache
        d = np.ascontiguousarray(turn(gradient(dy, turn(y).shape)))
        dblocks = np.empty(blocks.shape, d.dtype)
        # Windows whose maximum has not been met yet. Where ReLU gave 0, nothing goes back.
        searching = y > 0 if self.relu else np.ones(best.shape, bool)
        for block, dblock in zip(blocks, dblocks, strict=True):
            here = searching & (block == best)
            searching ^= here
            np.multiply(d, here, out=dblock)
        P, F, *size = blocks.shape
        dxp, dspread, _ = conv2d_backward(turn(dblocks.reshape(P * F, *size)), conv_cache, need_dx)
        dw = gathered(dspread, self.conv.params["w"].shape, places, stride)
        db = dblocks.sum(axis=(0, 2, 3, 4)) if "b" in self.conv.params else None
        return None if dxp is None else unpad(dxp, pads), named(dw, db)


def spread(w: Array, places: Pair, stride: Pair) -> Array:
    """Filters (KH, KW, C, F) -> filters for the whole patch, P * F: each at its P = PH * PW places, 0 elsewhere."""
    KH, KW, C, F = w.shape
    wide = np.zeros((*wide_size((KH, KW), places, stride), C, *places, F), w.dtype)
    at_places(wide, (KH, KW), stride)[...] = w
    return wide.reshape(*wide.shape[:3], F * places[0] * places[1])


def gathered(dwide: Array, shape: tuple[int, ...], places: Pair, stride: Pair) -> Array:
    """The gradient of the spread filters -> that of the filters (KH, KW, C, F): the adjoint of `spread`."""
    KH, KW, C, F = shape
    dwide = np.ascontiguousarray(dwide).reshape(*dwide.shape[:3], *places, F)
    return at_places(dwide, (KH, KW), stride).sum(axis=(0, 1))


def wide_size(kernel_size: Pair, places: Pair, stride: Pair) -> Pair:
    """The height and width of a filter that holds another one at all its places."""
    height, width = (k + (p - 1) * s for k, p, s in zip(kernel_size, places, stride, strict=True))
    return height, width


def at_places(wide: Array, kernel_size: Pair, stride: Pair) -> Array:
    """Patch filters (height, width, C, PH, PW, F) -> what stands at each place, (PH, PW, KH, KW, C, F), as a view."""
    (KH, KW), (SH, SW) = kernel_size, stride
    _, _, C, PH, PW, F = wide.shape
    h, w, c, ph, pw, f = wide.strides
    return np.ndarray((PH, PW, KH, KW, C, F), wide.dtype, wide, 0, (SH * h + ph, SW * w + pw, h, w, c, f))


@dataclass
class Pass(Layer):
    """Hands everything on: keeps a place in the network, so that the parameters behind it keep their names."""

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return x, None

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return dy, {}
