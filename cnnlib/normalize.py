"""Normalization: batch normalization over the images of a batch, local response normalization over channels."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnlib.arrays import Array, batch_innermost
from cnnlib.checks import gradient, image_shape, images, integer, number
from cnnlib.layer import Gradients, Layer, Shape

Statistics = tuple[Array, Array]
BatchCache = tuple[Array, Array, Array, bool]
ResponseCache = tuple[Array, Array, tuple[int, float, float]]


def batchnorm2d_forward(
    x: Any, gamma: Array, beta: Array, statistics: Statistics | None = None, eps: float = 1e-5
) -> tuple[Array, BatchCache, Statistics]:
    """Each channel with mean 0 and variance 1, then scaled: (N, H, W, C) -> y (N, H, W, C), cache, (mean, variance).

    x: images, float32 or float64.  gamma, beta: the new spread and mean of each channel, (C,).
    statistics: the mean and variance (C,) to use; None takes those of the batch, as training does.
    eps: added to the variance.

    The mean and variance returned are those that were used; the variance divides by N * H * W.

    >>> x = np.random.default_rng(0).random((8, 4, 4, 2))
    >>> y, _, _ = batchnorm2d_forward(x, np.ones(2), np.zeros(2))
    >>> np.allclose(y.mean(axis=(0, 1, 2)), 0), np.allclose(y.var(axis=(0, 1, 2)), 1, atol=1e-3)
    (True, True)

    Source: Ioffe and Szegedy 2015, algorithm 1.
    """
    x = batch_innermost(images(x))  # also the order in which float32 adds up with the smallest error
    if gamma.shape != (x.shape[3],):
        raise ValueError(f"gamma and beta have {gamma.size} channels, x has {x.shape[3]}; got x {x.shape}")
    if statistics is None:
        mean = x.mean(axis=(0, 1, 2)) if len(x) else np.zeros(x.shape[3], x.dtype)
        centered = x - mean
        variance = np.mean(centered * centered, axis=(0, 1, 2)) if len(x) else np.ones(x.shape[3], x.dtype)
    else:
        mean, variance = (s.astype(x.dtype, copy=False) for s in statistics)
        centered = x - mean
    scale = 1 / np.sqrt(variance + eps)
    normal = np.multiply(centered, scale, out=centered)
    y = normal * gamma
    y += beta
    return y, (normal, scale, gamma, statistics is None), (mean, variance)


def batchnorm2d_backward(dy: Any, cache: BatchCache) -> tuple[Array, Array, Array]:
    """The gradient of the output (N, H, W, C) -> dx (N, H, W, C), dgamma (C,), dbeta (C,).

    With the statistics of the batch, every image moves the mean and the variance, and so every other image:
    dx = gamma * scale * (dy - mean of dy - normal * mean of dy * normal).

    Source: Ioffe and Szegedy 2015, section 3.
    """
    normal, scale, gamma, of_batch = cache
    dy = gradient(dy, normal.shape)
    axes = (0, 1, 2)
    dgamma, dbeta = (dy * normal).sum(axis=axes), dy.sum(axis=axes)
    if of_batch:
        M = max(normal[..., 0].size, 1)
        dy = dy - dbeta / M - normal * (dgamma / M)
    return dy * (gamma * scale), dgamma, dbeta


def local_response_forward(
    x: Any, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> tuple[Array, ResponseCache]:
    """x / (k + alpha / size * sum of squares over `size` neighboring channels)^beta: (N, H, W, C) -> y, cache.

    x: images.  The channels beyond the first and the last count as 0. For an even `size` the longer half lies
        before the channel.

    >>> local_response_forward(np.full((1, 1, 1, 3), 2.0), size=3, alpha=3.0, beta=1.0)[0].round(3)
    array([[[[0.222, 0.154, 0.222]]]])

    Source: Krizhevsky, Sutskever and Hinton 2012, section 3.3; alpha is divided by size here.
    """
    x = images(x)
    d = k + alpha / size * channel_sums(x * x, size // 2, (size - 1) // 2)
    return x * d**-beta, (x, d, (size, alpha, beta))


def local_response_backward(dy: Any, cache: ResponseCache) -> Array:
    """The gradient of the output (N, H, W, C) -> dx (N, H, W, C): a channel also answers for its neighbors."""
    x, d, (size, alpha, beta) = cache
    dy = gradient(dy, x.shape)
    shared = channel_sums(dy * x * d ** (-beta - 1), (size - 1) // 2, size // 2)
    return dy * d**-beta - (2 * alpha * beta / size) * x * shared


def channel_sums(x: Array, before: int, after: int) -> Array:
    """(N, H, W, C) -> (N, H, W, C): each channel plus the `before` channels before it and the `after` after it."""
    C, total = x.shape[3], np.zeros_like(x)
    for step in range(-min(before, C - 1), min(after, C - 1) + 1):
        to, of = slice(max(-step, 0), C - max(step, 0)), slice(max(step, 0), C - max(-step, 0))
        total[..., to] += x[..., of]
    return total


@dataclass
class BatchNorm2D(Layer):
    """Each channel minus its mean, over its standard deviation, times gamma plus beta: (N, H, W, C) -> the same shape.

    momentum: how far the running mean and variance move to those of each batch while training; outside
        training they take the place of the batch's. The running variance divides by N * H * W - 1.
    eps: added to the variance.
    params: gamma (C,), beta (C,).  running_mean, running_var: (C,).

    >>> layer = BatchNorm2D()
    >>> layer.build((4, 4, 2), np.random.default_rng(0))
    (4, 4, 2)
    >>> y, _ = layer.forward(np.random.default_rng(0).random((8, 4, 4, 2)), train=True)
    >>> np.allclose(y.mean(axis=(0, 1, 2)), 0, atol=1e-6)
    True

    Source: Ioffe and Szegedy 2015, algorithm 1.
    """

    momentum: float = 0.1
    eps: float = 1e-5

    def __post_init__(self) -> None:
        super().__post_init__()
        number(self.momentum, "momentum", 0, 1)
        number(self.eps, "eps", 0)

    def output_shape(self, input_shape: Shape) -> Shape:
        return image_shape(input_shape, "BatchNorm2D")

    def param_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        C = input_shape[-1]
        return {"gamma": (C,), "beta": (C,)}

    def allocate(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> None:
        shape = self.param_shapes(input_shape)["gamma"]
        self.params = {"gamma": np.ones(shape, dtype), "beta": np.zeros(shape, dtype)}
        self.running_mean, self.running_var = np.zeros(shape, dtype), np.ones(shape, dtype)

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        gamma, beta = self.parameter("gamma"), self.parameter("beta")
        running = None if train else (self.running_mean, self.running_var)
        y, cache, (mean, variance) = batchnorm2d_forward(x, gamma, beta, running, self.eps)
        if train and len(y):
            M = y[..., 0].size
            self.running_mean = self.moved(self.running_mean, mean)
            self.running_var = self.moved(self.running_var, variance * (M / max(M - 1, 1)))
        return y, cache

    def moved(self, running: Array, batch: Array) -> Array:
        """A running statistic -> a new one, moved to the batch's: never in place, others may hold the old one."""
        return ((1 - self.momentum) * running + self.momentum * batch).astype(running.dtype)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        dx, dgamma, dbeta = batchnorm2d_backward(dy, cache)
        return dx, {"gamma": dgamma, "beta": dbeta}


@dataclass
class LocalResponseNorm(Layer):
    """x / (k + alpha / size * sum of squares over `size` neighboring channels)^beta: (N, H, W, C) -> the same shape.

    The channels beyond the first and the last count as 0. For an even `size` the longer half lies before the channel.

    >>> layer = LocalResponseNorm(size=3, alpha=3.0, beta=1.0)
    >>> layer.build((1, 1, 3), np.random.default_rng(0))
    (1, 1, 3)
    >>> layer.forward(np.full((1, 1, 1, 3), 2.0))[0].round(3)
    array([[[[0.222, 0.154, 0.222]]]])

    Source: Krizhevsky, Sutskever and Hinton 2012, section 3.3; alpha is divided by size here.
    """

    size: int = 5
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        integer(self.size, "size", 1)
        for name in ("alpha", "beta", "k"):
            number(getattr(self, name), name, 0)

    def output_shape(self, input_shape: Shape) -> Shape:
        return image_shape(input_shape, "LocalResponseNorm")

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return local_response_forward(x, self.size, self.alpha, self.beta, self.k)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return local_response_backward(dy, cache), {}
