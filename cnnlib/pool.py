"""Pooling: one value for each window of each channel, its maximum or its mean.

Max pooling sends the gradient of a window to the place of its maximum: on a tie, to the first in row
order. Average pooling spreads it evenly over the pixels that it counted; the padding is not counted.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnlib.arrays import Array, IntOrPair, Padding, Pads, Pair, batch_innermost, full_images
from cnnlib.checks import gradient, image_shape, images, pair
from cnnlib.layer import Gradients, Layer, Shape
from cnnlib.windows import add_windows, image_pads, image_size, pad, unpad, windows

MaxCache = tuple[Array, Array, Pair, Pair, Pads]
AvgCache = tuple[tuple[int, ...], Array, Pair, Pair, Pads]


def maxpool2d_forward(
    x: Any, pool_size: IntOrPair = 2, stride: IntOrPair | None = None, padding: Padding = 0
) -> tuple[Array, MaxCache]:
    """The maximum of every window: (N, H, W, C) -> y (N, OH, OW, C), cache.

    x: images (N, H, W, C), float32 or float64; integers are computed in float32.
    pool_size, stride: pixels, an integer or a pair (vertical, horizontal); stride None is pool_size.
    padding: of -inf around the image, smaller than the window: an integer, a pair, "same" or "valid".

    A window of nothing but -inf has no maximum to speak of: beside padding, its gradient may be dropped.

    Raises ValueError when no window fits or the padding is as large as the window.

    >>> x = np.array([[1.0, 2, 5, 0], [3, 4, 1, 1]]).reshape(1, 2, 4, 1)
    >>> maxpool2d_forward(x)[0].ravel()
    array([4., 5.])

    Source: Ranzato, Huang, Boureau and LeCun 2007.
    """
    x, (pool_size, stride) = images(x), pool_settings(pool_size, stride, padding)
    pads = image_pads(x.shape[1:3], pool_size, stride, padding)
    xp = pad(x, pads, -np.inf)
    (KH, KW), (SH, SW) = pool_size, stride
    rows = largest(windows(xp, (KH, 1), (SH, 1)))  # (N, OH, W, C): whole rows first, each one run of memory
    y = largest(windows(rows, (1, KW), (1, SW)))
    return y, (xp, y, pool_size, stride, pads)


def largest(p: Array) -> Array:
    """Windows (N, OH, OW, KH, KW, C) -> the maximum of each, (N, OH, OW, C), a new array."""
    N, OH, OW, KH, KW, C = p.shape
    y = p[:, :, :, 0, 0].copy(order="K")
    for kh, kw in list(np.ndindex(KH, KW))[1:]:
        np.maximum(y, p[:, :, :, kh, kw], out=y)
    return y


def maxpool2d_backward(dy: Any, cache: MaxCache) -> Array:
    """The gradient of the output (N, OH, OW, C) -> dx (N, H, W, C): all of it to the first maximum.

    dy: the gradient of the loss by y.  cache: what `maxpool2d_forward` gave beside y.

    Raises ValueError when dy has not the shape of y.

    >>> y, cache = maxpool2d_forward(np.array([[7.0, 7], [1, 2]]).reshape(1, 2, 2, 1))
    >>> maxpool2d_backward(np.ones((1, 1, 1, 1)), cache)[0, :, :, 0]
    array([[1., 0.],
           [0., 0.]])
    """
    xp, y, pool_size, stride, pads = cache
    dy = batch_innermost(gradient(dy, y.shape))
    dx = full_images(xp.shape, 0.0, dy.dtype)
    p, into = windows(xp, pool_size, stride), windows(dx, pool_size, stride)
    overlap = stride[0] < pool_size[0] or stride[1] < pool_size[1]
    searching = np.ones_like(y, dtype=bool)  # windows whose maximum has not been met yet
    for kh, kw in np.ndindex(pool_size):
        here = searching & (p[:, :, :, kh, kw] == y)
        searching ^= here
        if overlap:
            into[:, :, :, kh, kw] += dy * here
        else:
            np.multiply(dy, here, out=into[:, :, :, kh, kw])
    return unpad(dx, pads)


def avgpool2d_forward(
    x: Any, pool_size: IntOrPair = 2, stride: IntOrPair | None = None, padding: Padding = 0
) -> tuple[Array, AvgCache]:
    """The mean of every window: (N, H, W, C) -> y (N, OH, OW, C), cache.

    x: images (N, H, W, C), float32 or float64; integers are computed in float32.
    pool_size, stride: pixels, an integer or a pair (vertical, horizontal); stride None is pool_size.
    padding: not counted in the mean, smaller than the window: an integer, a pair, "same" or "valid".

    Raises ValueError when no window fits or the padding is as large as the window.

    >>> x = np.array([[1.0, 2, 5, 0], [3, 4, 1, 2]]).reshape(1, 2, 4, 1)
    >>> avgpool2d_forward(x)[0].ravel()
    array([2.5, 2. ])

    Source: LeCun et al. 1998, section II.B ("sub-sampling").
    """
    x, (pool_size, stride) = images(x), pool_settings(pool_size, stride, padding)
    pads = image_pads(x.shape[1:3], pool_size, stride, padding)
    inside = pad(np.ones((1, *x.shape[1:3], 1), x.dtype), pads)
    count = windows(inside, pool_size, stride).sum(axis=(3, 4))  # (1, OH, OW, 1): the pixels that are no padding
    xp = pad(x, pads)
    p = windows(xp, pool_size, stride)  # (N, OH, OW, KH, KW, C), a view
    y = np.zeros_like(p[:, :, :, 0, 0])
    for kh, kw in np.ndindex(pool_size):
        y += p[:, :, :, kh, kw]
    y /= count
    return y, (xp.shape, count, pool_size, stride, pads)


def avgpool2d_backward(dy: Any, cache: AvgCache) -> Array:
    """The gradient of the output (N, OH, OW, C) -> dx (N, H, W, C): an equal share to each pixel that counted.

    dy: the gradient of the loss by y.  cache: what `avgpool2d_forward` gave beside y.

    Raises ValueError when dy has not the shape of y.

    >>> y, cache = avgpool2d_forward(np.zeros((1, 3, 2, 1)), pool_size=(3, 2))
    >>> avgpool2d_backward(np.full((1, 1, 1, 1), 6.0), cache)[0, :, :, 0]
    array([[1., 1.],
           [1., 1.],
           [1., 1.]])
    """
    (N, H, W, C), count, pool_size, stride, pads = cache
    OH, OW = count.shape[1:3]
    share = gradient(dy, (N, OH, OW, C)) / count
    p = np.broadcast_to(share[:, :, :, None, None], (N, OH, OW, *pool_size, C))
    return unpad(add_windows(p, (H, W), stride), pads)


def global_avgpool2d_forward(x: Any) -> tuple[Array, tuple[int, ...]]:
    """The mean of each channel over the whole image: (N, H, W, C) -> y (N, C), cache.

    >>> global_avgpool2d_forward(np.arange(4.0).reshape(1, 2, 2, 1))[0]
    array([[1.5]])

    Source: Lin, Chen and Yan 2014, section 3.2.
    """
    x = images(x)
    if 0 in x.shape[1:3]:
        raise ValueError(f"an image must have at least one pixel; got x {x.shape}")
    return batch_innermost(x).mean(axis=(1, 2)), x.shape


def global_avgpool2d_backward(dy: Any, cache: tuple[int, ...]) -> Array:
    """The gradient of the means (N, C) -> dx (N, H, W, C): an equal share to each pixel."""
    N, H, W, C = cache
    share = gradient(dy, (N, C)) / (H * W)
    dx = full_images((N, H, W, C), 0.0, share.dtype)
    dx += share[:, None, None]
    return dx


def pool_settings(pool_size: IntOrPair, stride: IntOrPair | None, padding: Padding) -> tuple[Pair, Pair]:
    """The settings of a pooling -> pool_size, stride as pairs; ValueError when a window could hold padding alone."""
    size = pair(pool_size, "pool_size")
    if not isinstance(padding, str) and any(p >= k for p, k in zip(pair(padding, "padding", 0), size, strict=True)):
        raise ValueError(f"padding must be smaller than the window; got padding {padding}, pool_size {pool_size}")
    return size, size if stride is None else pair(stride, "stride")


@dataclass
class Pooling(Layer):
    """What both poolings with windows share: their settings, and what follows from these."""

    pool_size: IntOrPair = 2
    stride: IntOrPair | None = None
    padding: Padding = 0

    def output_shape(self, input_shape: Shape) -> Shape:
        H, W, C = image_shape(input_shape, type(self).__name__)
        pool_size, stride = pool_settings(self.pool_size, self.stride, self.padding)
        return *image_size((H, W), pool_size, stride, self.padding), C

    def reach(self) -> tuple[Pair, Pair] | None:
        return pool_settings(self.pool_size, self.stride, self.padding)


@dataclass
class MaxPool2D(Pooling):
    """The maximum of every window: (N, H, W, C) -> (N, OH, OW, C); see `maxpool2d_forward`.

    >>> MaxPool2D(2).build((28, 28, 8), np.random.default_rng(0))
    (14, 14, 8)
    """

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return maxpool2d_forward(x, self.pool_size, self.stride, self.padding)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return maxpool2d_backward(dy, cache), {}


@dataclass
class AvgPool2D(Pooling):
    """The mean of every window: (N, H, W, C) -> (N, OH, OW, C); see `avgpool2d_forward`.

    >>> AvgPool2D((2, 4)).build((28, 28, 8), np.random.default_rng(0))
    (14, 7, 8)
    """

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return avgpool2d_forward(x, self.pool_size, self.stride, self.padding)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return avgpool2d_backward(dy, cache), {}


@dataclass
class GlobalAvgPool2D(Layer):
    """The mean of each channel over the whole image: (N, H, W, C) -> (N, C).

    >>> GlobalAvgPool2D().build((7, 7, 512), np.random.default_rng(0))
    (512,)

    Source: Lin, Chen and Yan 2014, section 3.2.
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        return image_shape(input_shape, "GlobalAvgPool2D")[2:]

    def reach(self) -> tuple[Pair, Pair] | None:
        return None

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return global_avgpool2d_forward(x)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return global_avgpool2d_backward(dy, cache), {}
