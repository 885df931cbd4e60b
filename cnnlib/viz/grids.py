"""Pictures in which every cell counts: a matrix with its numbers, a pixel grid with its windows."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from cnnlib.arrays import IntOrPair, Padding
from cnnlib.checks import integer, pair
from cnnlib.viz.look import (
    FAINT,
    GRAY,
    LINE,
    bare,
    cell_size,
    color_scale,
    font_size,
    ink_on,
    nested,
    outline,
    real,
    window,
)
from cnnlib.windows import image_pads, image_size


def matrix(
    values: Any,
    ax: Axes | None = None,
    title: str = "",
    highlight: Any = None,
    number_format: str = "g",
    signed: bool = True,
) -> Axes:
    """A matrix (H, W) -> ax with one colored cell a number, and the number written in it.

    highlight: a window (row, column, height, width) to outline, or a list of such.
    number_format: how Python's format() writes a number, for instance ".2f".
    signed: True colors negative numbers blue, 0 white, positive ones orange; False goes from black to white.

    Raises ValueError when values is no finite (H, W) or a window leaves it.

    >>> from matplotlib.figure import Figure
    >>> ax = matrix([[1, -2], [0.5, 0]], ax=Figure().subplots(), highlight=(0, 0, 1, 2))
    >>> [text.get_text() for text in ax.texts]
    ['1', '-2', '0.5', '0']
    """
    values = real(values, "values", ["(H, W)"])
    H, W = values.shape
    colors, low, high = color_scale(values, signed)
    # Adding 0 turns -0.0 into 0.0, or it would be written "-0".
    texts = [[format(number, number_format) for number in row] for row in values + 0]
    ax = bare(ax, title)
    ax.imshow(values, cmap=colors, vmin=low, vmax=high, interpolation="nearest")
    grid(ax, (-0.5, W - 0.5, H - 0.5, -0.5))
    size = font_size(cell_size(ax, W, H), max(len(text) for row in texts for text in row))
    for i, j in np.ndindex(H, W):
        ink = ink_on(colors((values[i, j] - low) / (high - low)))
        ax.text(j, i, texts[i][j], ha="center", va="center", fontsize=size, color=ink, zorder=4)
    outline(ax, highlight, (H, W))
    return ax


def windows(
    image_shape: tuple[int, int],
    kernel_size: IntOrPair,
    stride: IntOrPair = 1,
    padding: Padding = 0,
    ax: Axes | None = None,
    title: str = "",
    first: int = 3,
) -> Axes:
    """The sizes (H, W) of an image -> ax with its pixels, its padding (gray) and the first windows on it.

    kernel_size, stride: pixels, an integer or a pair.  padding: an integer, a pair, "same" or "valid".
    first: how many windows to outline, in row order. A pixel that no window reads is crossed out.

    Raises ValueError when the kernel is larger than the padded image.

    >>> from matplotlib.figure import Figure
    >>> ax = windows((7, 7), kernel_size=3, stride=2, padding=1, ax=Figure().subplots())
    >>> [edge.item() for edge in ax.get_xlim()]
    [-1.5, 7.5]
    """
    H, W = pair(image_shape, "image_shape")
    (KH, KW), (SH, SW) = pair(kernel_size, "kernel_size"), pair(stride, "stride")
    first = integer(first, "first", 0)
    (top, bottom), (left, right) = image_pads((H, W), (KH, KW), (SH, SW), padding)
    OH, OW = image_size((H, W), (KH, KW), (SH, SW), padding)
    read = np.zeros((top + H + bottom, left + W + right), bool)
    for i, j in np.ndindex(OH, OW):
        read[i * SH : i * SH + KH, j * SW : j * SW + KW] = True

    ax = bare(ax, title)
    padded = np.pad(np.ones((H, W)), ((top, bottom), (left, right)))
    edges = -left - 0.5, W + right - 0.5, H + bottom - 0.5, -top - 0.5
    ax.imshow(padded, cmap=GRAY, vmin=-6, vmax=1, extent=edges, interpolation="nearest")
    grid(ax, edges)
    rows, columns = np.nonzero(~read)
    ax.plot(columns - left, rows - top, linestyle="", marker="x", color=FAINT)
    for k, (i, j) in enumerate(list(np.ndindex(OH, OW))[:first]):
        window(ax, (i * SH - top, j * SW - left, KH, KW), k, nested(k, min(first, OH * OW)))
    return ax


def grid(ax: Axes, edges: tuple[float, float, float, float]) -> None:
    """The edges (left, right, bottom, top) of an image -> thin lines between its cells, and around it."""
    left, right, bottom, top = edges
    ax.hlines(np.arange(top, bottom + 1), left, right, color=LINE, linewidth=0.8, clip_on=False)
    ax.vlines(np.arange(left, right + 1), top, bottom, color=LINE, linewidth=0.8, clip_on=False)
    ax.set(xlim=(left, right), ylim=(bottom, top))
