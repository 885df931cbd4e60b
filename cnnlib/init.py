"""Initial weights: normal, centered on 0, with a spread that keeps signals from growing or dying.

A layer adds up `fan_in` products. If the weights have the variance 1 / fan_in, the sum has the variance of
the inputs; each rule below is that thought with another assumption about what comes after.
"""

from math import prod, sqrt
from typing import Any

import numpy as np

from cnnlib.arrays import Array


def fans(shape: tuple[int, ...], groups: int = 1) -> tuple[int, int]:
    """The shape of weights (..., C / groups, F) -> how many inputs an output sees, how many outputs an input feeds.

    >>> fans((3, 3, 8, 16))
    (72, 144)
    """
    places = prod(shape[:-2])
    return places * shape[-2], places * shape[-1] // groups


def normal(shape: tuple[int, ...], std: float, rng: np.random.Generator, dtype: Any) -> Array:
    """A shape -> normal values with standard deviation `std`; the same draws whatever the dtype."""
    return (rng.standard_normal(shape) * std).astype(dtype)


def lecun(shape: tuple[int, ...], fan_in: int, fan_out: int, rng: np.random.Generator, dtype: Any) -> Array:
    """Variance 1 / fan_in: keeps the variance of a linear layer. Source: LeCun, Bottou, Orr and Müller 1998, eq. 16.

    >>> lecun((100, 100), 100, 100, np.random.default_rng(0), np.float32).std().round(2)
    np.float32(0.1)
    """
    return normal(shape, sqrt(1 / max(fan_in, 1)), rng, dtype)


def glorot(shape: tuple[int, ...], fan_in: int, fan_out: int, rng: np.random.Generator, dtype: Any) -> Array:
    """Variance 2 / (fan_in + fan_out): forward and backward alike. Source: Glorot and Bengio 2010, eq. 12."""
    return normal(shape, sqrt(2 / max(fan_in + fan_out, 1)), rng, dtype)


def he(shape: tuple[int, ...], fan_in: int, fan_out: int, rng: np.random.Generator, dtype: Any) -> Array:
    """Variance 2 / fan_in: makes up for the half that ReLU cuts. Source: He, Zhang, Ren and Sun 2015, eq. 10."""
    return normal(shape, sqrt(2 / max(fan_in, 1)), rng, dtype)


def zeros(shape: tuple[int, ...], fan_in: int, fan_out: int, rng: np.random.Generator, dtype: Any) -> Array:
    """All weights 0: every filter is the same and stays the same. Here to be seen failing."""
    return np.zeros(shape, dtype)
