"""Augmentation: training images that were not taken, but could have been."""

from collections.abc import Callable

import numpy as np

from cnnlib.arrays import Array
from cnnlib.checks import images, integer


def shift(pixels: int) -> Callable[[Array, np.random.Generator], Array]:
    """How many pixels at most -> a function (x, rng) -> x that moves each image at random.

    The function takes images (N, H, W, C) and returns new ones: each moved by -pixels to +pixels rows and
    columns, every move equally likely; zeros come in at the edge that opens.

    >>> x = np.arange(1.0, 5.0).reshape(1, 2, 2, 1)
    >>> shift(1)(x, np.random.default_rng(0))[0, :, :, 0]
    array([[3., 4.],
           [0., 0.]])

    Source: Simard, Steinkraus and Platt 2003, section 2.
    """
    pixels = integer(pixels, "pixels", 0)

    def shifted(x: Array, rng: np.random.Generator) -> Array:
        x = images(x)
        N, H, W, _ = x.shape
        padded = np.pad(x, ((0, 0), (pixels, pixels), (pixels, pixels), (0, 0)))
        down, right = rng.integers(0, 2 * pixels + 1, (2, N))
        rows = down[:, None] + np.arange(H)
        columns = right[:, None] + np.arange(W)
        return padded[np.arange(N)[:, None, None], rows[:, :, None], columns[:, None, :]]

    return shifted
