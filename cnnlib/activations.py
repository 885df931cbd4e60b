"""Activations: one function, applied to every value; any shape goes in and comes out."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.checks import floats, gradient
from cnnlib.layer import Gradients, Layer
from cnnlib.losses import softmax


def relu_forward(x: Any) -> tuple[Array, Array]:
    """max(x, 0): any shape -> y, cache (where x was positive), both of the shape of x.

    >>> relu_forward(np.array([-1.0, 0.0, 2.0]))[0]
    array([0., 0., 2.])

    Source: Nair and Hinton 2010.
    """
    x = floats(x, "x")
    return np.maximum(x, np.zeros_like(x)), x > 0  # two arrays: NumPy compares them twice as fast as one and 0


def relu_backward(dy: Any, cache: Array) -> Array:
    """The gradient of the output -> dx = dy where x was positive, 0 elsewhere (at x = 0 too).

    >>> relu_backward(np.array([5.0, 5.0, 5.0]), relu_forward(np.array([-1.0, 0.0, 2.0]))[1])
    array([0., 0., 5.])
    """
    return gradient(dy, cache.shape) * cache


def tanh_forward(x: Any) -> tuple[Array, Array]:
    """tanh(x): any shape -> y, cache (y itself), both of the shape of x.

    >>> tanh_forward(np.array([0.0, 100.0]))[0]
    array([0., 1.])
    """
    y = np.tanh(floats(x, "x"))
    return y, y


def tanh_backward(dy: Any, cache: Array) -> Array:
    """The gradient of the output -> dx = dy * (1 - y²), of the same shape."""
    return gradient(dy, cache.shape) * (1 - cache * cache)


def sigmoid_forward(x: Any) -> tuple[Array, Array]:
    """1 / (1 + exp(-x)), without overflow: any shape -> y, cache (y itself), both of the shape of x.

    >>> sigmoid_forward(np.array([-1000.0, 0.0, 1000.0]))[0]
    array([0. , 0.5, 1. ])
    """
    y = np.exp(-np.logaddexp(0, -floats(x, "x")))
    return y, y


def sigmoid_backward(dy: Any, cache: Array) -> Array:
    """The gradient of the output -> dx = dy * y * (1 - y), of the same shape."""
    return gradient(dy, cache.shape) * cache * (1 - cache)


def softmax_forward(x: Any) -> tuple[Array, Array]:
    """Softmax over the last axis: (..., K) -> p (..., K), cache (p itself); see `softmax`."""
    p = softmax(x)
    return p, p


def softmax_backward(dy: Any, cache: Array) -> Array:
    """The gradient of the probabilities (..., K) -> dx = p * (dy - sum of dy * p), of the same shape.

    >>> softmax_backward(np.array([1.0, 0.0]), softmax_forward(np.array([0.0, 0.0]))[1])
    array([ 0.25, -0.25])
    """
    dy = gradient(dy, cache.shape)
    return cache * (dy - (dy * cache).sum(axis=-1, keepdims=True))


@dataclass
class ReLU(Layer):
    """max(x, 0), value by value: any shape -> the same shape."""

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return relu_forward(x)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return relu_backward(dy, cache), {}


@dataclass
class Tanh(Layer):
    """tanh(x), value by value: any shape -> the same shape."""

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return tanh_forward(x)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return tanh_backward(dy, cache), {}


@dataclass
class Sigmoid(Layer):
    """1 / (1 + exp(-x)), value by value: any shape -> the same shape."""

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return sigmoid_forward(x)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return sigmoid_backward(dy, cache), {}


@dataclass
class Softmax(Layer):
    """Probabilities over the last axis: (N, K) -> (N, K). Training needs none: the loss takes logits."""

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return softmax_forward(x)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return softmax_backward(dy, cache), {}
