"""Dropout: while training, each value is left out at random, so that no unit can lean on one other."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.checks import floats, gradient
from cnnlib.layer import Gradients, Layer, Shape


def dropout_forward(x: Any, rate: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Each value 0 with probability `rate`, else x / (1 - rate): any shape -> y, cache (the factors).

    The factor 1 / (1 - rate) keeps the mean, so that nothing needs to change when dropout is off.

    >>> y, _ = dropout_forward(np.ones(8), 0.5, np.random.default_rng(0))
    >>> sorted(set(y.tolist()))
    [0.0, 2.0]

    Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014, section 4 and section 10.
    """
    x = floats(x, "x")
    kept = rng.random(x.shape, np.float32) >= rate
    factors = kept.astype(x.dtype) / (1 - rate)
    return x * factors, factors


def dropout_backward(dy: Any, cache: Array) -> Array:
    """The gradient of the output -> dx: the same factors, of the same shape."""
    return gradient(dy, cache.shape) * cache


@dataclass
class Dropout(Layer):
    """While training each value is 0 with probability `rate`: any shape -> the same shape; else nothing happens.

    rate: from 0 to less than 1. The layer draws from a generator of its own, seeded by the one given to `build`.
    """

    rate: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.rate < 1:
            raise ValueError(f"rate must be at least 0 and less than 1; got {self.rate}")
        self.rng: np.random.Generator | None = None

    def allocate(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> None:
        self.rng = np.random.default_rng(rng.integers(2**63))

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        if not train or self.rate == 0:
            return floats(x, "x"), None
        if self.rng is None:
            raise ValueError(f"{self} has no generator yet: call build(input_shape, rng) first")
        return dropout_forward(x, self.rate, self.rng)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return floats(dy, "dy") if cache is None else dropout_backward(dy, cache), {}
