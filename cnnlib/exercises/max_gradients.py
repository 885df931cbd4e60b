"""The gradient of max pooling, right and as known mistakes give it: what the checks of chapter 4 compare with.

All take dy (OH, OW), one image x (H, W), the size and the stride of the windows, and give dx (H, W).
"""

from collections.abc import Callable

import numpy as np

from cnnlib.arrays import Array, Pair

Winner = Callable[[Array], int]  # a window (KH, KW) -> the place that receives its gradient, in row order


def to_winners(dy: Array, x: Array, size: Pair, stride: Pair, winner: Winner = np.argmax, add: bool = True) -> Array:
    """The gradient (OH, OW) of the maxima -> the gradient (H, W), each window's to the place that `winner` names."""
    dx, (KH, KW) = np.zeros(x.shape), size
    for i, j in np.ndindex(dy.shape):
        top, left = i * stride[0], j * stride[1]
        u, v = divmod(int(winner(x[top : top + KH, left : left + KW])), KW)
        dx[top + u, left + v] = dy[i, j] + (dx[top + u, left + v] if add else 0)
    return dx


def last(window: Array) -> int:
    """The last maximum in row order."""
    return window.size - 1 - int(window.ravel()[::-1].argmax())


def first_by_columns(window: Array) -> int:
    """The first maximum, column by column."""
    v, u = divmod(int(window.T.argmax()), window.shape[0])
    return u * window.shape[1] + v


def to_every_winner(dy: Array, x: Array, size: Pair, stride: Pair, share: bool = False) -> Array:
    """The gradient (OH, OW) of the maxima -> (H, W): whole to all that tie, or in equal parts."""
    dx, (KH, KW) = np.zeros(x.shape), size
    for i, j in np.ndindex(dy.shape):
        here = slice(i * stride[0], i * stride[0] + KH), slice(j * stride[1], j * stride[1] + KW)
        wins = x[here] == x[here].max()
        dx[here] += dy[i, j] * wins / (wins.sum() if share else 1)
    return dx


def unraveled_by_height(dy: Array, x: Array, size: Pair, stride: Pair, width: bool) -> Array:
    """dx as the original finds its places: the row k // KH, the column k % KW or (width=False) k % KH."""
    (H, W), (KH, KW), dx = x.shape, size, np.zeros(x.shape)
    for i, j in np.ndindex(dy.shape):
        top, left = i * stride[0], j * stride[1]
        k = int(x[top : top + KH, left : left + KW].argmax())
        row, column = top + k // KH, left + k % (KW if width else KH)
        if row < H and column < W:
            dx[row, column] += dy[i, j]
    return dx


def truncated(dy: Array, x: Array, size: Pair, stride: Pair) -> Array:
    """dx as it comes out in the dtype of x: each sum cut to whole numbers when x holds integers."""
    dx, (KH, KW) = np.zeros_like(x), size
    for i, j in np.ndindex(dy.shape):
        top, left = i * stride[0], j * stride[1]
        u, v = divmod(int(x[top : top + KH, left : left + KW].argmax()), KW)
        dx[top + u, left + v] += dy[i, j]
    return dx.astype(np.float64)


def windows_side_by_side(dy: Array, x: Array, size: Pair) -> Array:
    """dx as it comes out when the stride is taken for the size; windows that leave the image are passed over."""
    dx, (KH, KW) = np.zeros(x.shape), size
    for i, j in np.ndindex(dy.shape):
        window = x[i * KH : (i + 1) * KH, j * KW : (j + 1) * KW]
        if window.size:
            u, v = divmod(int(window.argmax()), window.shape[1])
            dx[i * KH + u, j * KW + v] += dy[i, j]
    return dx
