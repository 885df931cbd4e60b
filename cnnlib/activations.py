"""Activations: one function, applied to every value; any shape goes in and comes out."""

from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.checks import floats, gradient


def relu_forward(x: Any) -> tuple[Array, Array]:
    """max(x, 0): any shape -> y, cache (where x was positive), both of the shape of x.

    >>> relu_forward(np.array([-1.0, 0.0, 2.0]))[0]
    array([0., 0., 2.])

    Source: Nair and Hinton 2010.
    """
    x = floats(x, "x")
    return np.maximum(x, 0), x > 0


def relu_backward(dy: Any, cache: Array) -> Array:
    """The gradient of the output -> dx = dy where x was positive, 0 elsewhere (at x = 0 too).

    >>> relu_backward(np.array([5.0, 5.0, 5.0]), relu_forward(np.array([-1.0, 0.0, 2.0]))[1])
    array([0., 0., 5.])
    """
    return gradient(dy, cache.shape) * cache
