"""Winograd's convolution: 3 x 3 filters with a quarter of the multiplications, for predictions alone.

Four outputs side by side are the sums of 6 pixels d by 3 weights g: 4 * 3 = 12 multiplications. Six are enough. The
sums belong together as the coefficients of a product of polynomials do, and a product is known from its values at 6
points: the matrices V give the values, number by number multiplied, and what the transposes make of them is

    y = V(3).T @ ((V(2) / N @ g) * (B @ d))

with V(degree) the values of polynomials at the points, B and N from Lagrange's formula. In two dimensions the same is
done by rows and by columns: 4 x 4 outputs from 6 x 6 pixels for 36 multiplications instead of 144. Pixels and weights
are turned into 36 numbers each; adding up over the channels makes one matrix product for each of the 36.

Numbers of different sizes meet on the way, which costs digits: the largest error is about 1e-5 of the largest output,
where im2col has 1e-6. To a prediction this is nothing. Gradients and float64 keep to im2col.
"""

from dataclasses import fields
from typing import Any

import numpy as np

from cnnlib.arrays import Array, Padding, Pads, turn
from cnnlib.checks import bias, images
from cnnlib.conv import Conv2D, check_shapes, columns
from cnnlib.products import matmul, product
from cnnlib.windows import image_pads, pad, windows

POINTS = np.array([0.0, 1, -1, 2, -2])  # and infinity, where a polynomial has the value of its highest coefficient
MOST = 0.4  # of im2col's multiplications: with more, the copies on the way take longer than what is saved


def values(degree: int) -> Array:
    """A degree -> the matrix (6, degree + 1) from a polynomial's coefficients to its values at the points."""
    return np.vstack([np.vander(POINTS, degree + 1, increasing=True), np.eye(degree + 1)[-1:]])


def lagrange() -> tuple[Array, Array]:
    """The polynomials (6, 6) that are 0 at all points but their own, by coefficients, and their values there (6, 1)."""
    others = [np.delete(POINTS, i) for i in range(5)]
    polynomials = [np.append(np.poly(points)[::-1], 0) for points in others]
    at_own = [np.prod(point - points) for point, points in zip(POINTS, others, strict=True)]
    return np.array([*polynomials, np.poly(POINTS)[::-1]]), np.array([*at_own, 1])[:, None]


B, N_POINTS = lagrange()
OF_PIXELS, OF_WEIGHTS, TO_OUTPUTS = (  # by rows and by columns at once: (36, 36), (36, 9), (16, 36)
    np.kron(m, m).astype(np.float32) for m in (B, values(2) / N_POINTS, values(3).T)
)


def winograd_forward(x: Any, w: Any, b: Any, padding: Padding = 0) -> Array:
    """3 x 3 filters over images, in float32: (N, H, W, C) -> y (N, OH, OW, F), as `conv2d_forward` with stride 1.

    x: images (N, H, W, C).  w: filters (3, 3, C, F).  b: biases (F,), or None.  padding: see `conv2d_forward`.

    Raises ValueError when the filters are not 3 x 3 or the channels differ.

    >>> y = winograd_forward(np.ones((1, 5, 5, 1)), np.ones((3, 3, 1, 1)), None)
    >>> np.allclose(y, 9), y.shape
    (True, (1, 3, 3, 1))

    Source: Winograd 1980; for convolutional networks: Lavin and Gray 2016, arXiv:1509.09308, section 4.
    """
    x, w = images(x).astype(np.float32, copy=False), np.asarray(w, np.float32)
    check_shapes(x.shape, w.shape, 1)
    if w.shape[:2] != (3, 3):
        raise ValueError(f"Winograd's convolution wants 3 x 3 filters; got w {w.shape}")
    (C, F), b = w.shape[2:], bias(b, w.shape[3], f"w {w.shape}")
    pads = image_pads(x.shape[1:3], (3, 3), (1, 1), padding)
    N, OH, OW, TH, TW = tiles(x.shape, pads)
    (top, bottom), (left, right) = pads
    xp = pad(x, ((top, bottom + 4 * TH - OH), (left, right + 4 * TW - OW)))
    p = columns(windows(xp, (6, 6), (4, 4)), 1)  # (1, 36*C, TH*TW*N)
    d = matmul(OF_PIXELS, p.reshape(36, -1)).reshape(36, C, -1)
    g = matmul(OF_WEIGHTS, w.reshape(9, -1)).reshape(36, C, F)
    y = matmul(TO_OUTPUTS, product(g.transpose(0, 2, 1), d).reshape(36, -1))  # (16, F*TH*TW*N)
    y = y.reshape(4, 4, F, TH, TW, N).transpose(2, 3, 0, 4, 1, 5).reshape(F, 4 * TH, 4 * TW, N)
    y = turn(y)[:, :OH, :OW]
    return y if b is None else np.add(y, b, out=y)


def tiles(shape: tuple[int, ...], pads: Pads) -> tuple[int, int, int, int, int]:
    """The shape (N, H, W, C) of images and their padding -> N, OH, OW, and how many 4 x 4 tiles cover the output."""
    N, OH, OW = shape[0], shape[1] + sum(pads[0]) - 2, shape[2] + sum(pads[1]) - 2
    return N, OH, OW, -(-OH // 4), -(-OW // 4)


def worth_it(shape: tuple[int, ...], w: tuple[int, ...], pads: Pads) -> bool:
    """The shapes of images and 3 x 3 filters -> whether Winograd's way is the quicker one."""
    N, OH, OW, TH, TW = tiles(shape, pads)
    (C, F), T = w[2:], N * TH * TW
    turning = OF_PIXELS.size * C * T + OF_WEIGHTS.size * C * F + TO_OUTPUTS.size * F * T
    return turning + 36 * C * F * T < MOST * 9 * C * F * N * OH * OW


class WinogradConv(Conv2D):
    """A Conv2D that predicts in Winograd's way where that is quicker."""

    def __init__(self, conv: Conv2D) -> None:
        super().__init__(**{field.name: getattr(conv, field.name) for field in fields(conv)})
        self.params = conv.params

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        w, single = self.parameter("w"), np.asarray(x).dtype == np.float32 == self.params["w"].dtype
        if single and worth_it(x.shape, w.shape, image_pads(x.shape[1:3], (3, 3), (1, 1), self.padding)):
            return winograd_forward(x, w, self.params.get("b"), self.padding), None
        return super().forward(x, train)
