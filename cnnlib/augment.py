"""Augmentation: training images that were not taken, but could have been."""

from dataclasses import dataclass

import numpy as np

from cnnlib.arrays import Array
from cnnlib.checks import images, integer


@dataclass(frozen=True)
class shift:
    """How many pixels at most -> a function (x, rng) -> x that moves each image at random.

    The function takes images (N, H, W, C) and returns new ones: each moved by -pixels to +pixels rows and
    columns, every move equally likely; zeros come in at the edge that opens.

    >>> x = np.arange(1.0, 5.0).reshape(1, 2, 2, 1)
    >>> shift(1)(x, np.random.default_rng(0))[0, :, :, 0]
    array([[3., 4.],
           [0., 0.]])

    Source: Simard, Steinkraus and Platt 2003, section 2.
    """

    pixels: int

    def __post_init__(self) -> None:
        integer(self.pixels, "pixels", 0)

    def __call__(self, x: Array, rng: np.random.Generator) -> Array:
        x = images(x)
        N, H, W, _ = x.shape
        p = self.pixels
        padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
        down, right = rng.integers(0, 2 * p + 1, (2, N))
        rows = down[:, None] + np.arange(H)
        columns = right[:, None] + np.arange(W)
        return padded[np.arange(N)[:, None, None], rows[:, :, None], columns[:, None, :]]
