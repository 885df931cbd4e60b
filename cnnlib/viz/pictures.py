"""Images, and contact sheets of them: digits, filters, feature maps."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from cnnlib.arrays import Array
from cnnlib.checks import integer
from cnnlib.viz.look import GRAY, LINE, Scale, bare, cell_size, color_scale, font_size, outline, real

MOST_TILES = 1024  # more would be smaller than a pixel, and slow to draw


def image(
    x: Any, ax: Axes | None = None, title: str = "", highlight: Any = None, signed: bool = False
) -> Axes:
    """One image (H, W), (H, W, 1) or (H, W, 3) -> ax with it, gray or in color.

    Values in [0, 1] go from black to white, and so do 0 to 255 in uint8; other gray values from their
    smallest to their largest. Colors must be in [0, 1] or integers from 0 to 255.
    highlight: a window (row, column, height, width) to outline, or a list of such.
    signed: True shows gray values by their sign: negative blue, 0 white, positive orange.

    Raises ValueError when x is no finite image or a window leaves it.

    >>> from matplotlib.figure import Figure
    >>> ax = image([[0, 1], [1, 0]], ax=Figure().subplots())
    >>> ax.images[0].get_array().tolist()
    [[0, 1], [1, 0]]
    """
    x = real(x, "x", ["(H, W)", "(H, W, C)"])
    x = drawable(x if x.ndim == 3 else x[..., None], signed)
    ax = bare(ax, title)
    colors, low, high = color_scale(x, signed)
    ax.imshow(x, cmap=colors, vmin=low, vmax=high)
    outline(ax, highlight, x.shape[:2])
    return ax


def images(
    x: Any,
    ax: Axes | None = None,
    titles: Sequence[Any] | None = None,
    columns: int | None = None,
    signed: bool = False,
    title: str = "",
) -> Axes:
    """Images (N, H, W), (N, H, W, 1) or (N, H, W, 3) -> ax with all of them, in one color scale.

    titles: N short texts or numbers, one above each image.  columns: images in a row.
    signed: as in `image`. The k-th image drawn is `ax.images[k]`.

    Raises ValueError when x holds no finite images, or titles not one entry an image.

    >>> from matplotlib.figure import Figure
    >>> ax = images(np.zeros((6, 28, 28, 1)), ax=Figure().subplots(), titles=[3, 1, 4, 1, 5, 9], columns=3)
    >>> len(ax.images), [text.get_text() for text in ax.texts]
    (6, ['3', '1', '4', '1', '5', '9'])
    """
    x = real(x, "x", ["(N, H, W)", "(N, H, W, C)"])
    N = len(x)
    x = drawable(x if x.ndim == 4 else x[..., None], signed)
    if titles is not None and len(titles) != N:
        raise ValueError(f"titles must have one entry for each of the {N} images; got {len(titles)}")
    columns = even_columns(N) if columns is None else integer(columns, "columns", 1)
    texts = [str(text) for text in (() if titles is None else titles)]
    return sheet(x, bare(ax, title), min(columns, N), color_scale(x, signed), texts)


def filters(w: Any, ax: Axes | None = None, title: str = "") -> Axes:
    """Filters (KH, KW, C, F) -> ax with every filter, signed, in one color scale.

    One channel: the F filters side by side. More: one column a filter, one row a channel.

    Raises ValueError when w is no finite (KH, KW, C, F), or has more than 1024 images.

    >>> from matplotlib.figure import Figure
    >>> len(filters(np.ones((3, 3, 2, 4)), ax=Figure().subplots()).images)
    8
    """
    w = real(w, "w", ["(KH, KW, C, F)"])
    KH, KW, C, F = w.shape
    tiles = w.transpose(2, 3, 0, 1).reshape(C * F, KH, KW)
    columns = even_columns(F) if C == 1 else F
    return sheet(tiles, bare(ax, title), columns, color_scale(tiles, signed=True))


def feature_maps(y: Any, ax: Axes | None = None, title: str = "") -> Axes:
    """Feature maps of one image, (H, W, F) or (1, H, W, F) -> ax with the F maps in one color scale.

    Signed when a value is negative, else from black (0) to white (the largest).

    Raises ValueError when y is no finite (H, W, F) or holds more than one image.

    >>> from matplotlib.figure import Figure
    >>> len(feature_maps(np.ones((1, 26, 26, 8)), ax=Figure().subplots()).images)
    8
    """
    y = real(y, "y", ["(H, W, F)", "(1, H, W, F)"])
    if y.ndim == 4 and len(y) != 1:
        raise ValueError(f"y must hold the maps of one image, not {len(y)}; got shape {y.shape}: try y[:1]")
    maps = np.moveaxis(y[0] if y.ndim == 4 else y, -1, 0)
    scale = color_scale(maps, signed=True) if maps.min() < 0 else (GRAY, 0.0, float(maps.max()) or 1.0)
    return sheet(maps, bare(ax, title), even_columns(len(maps)), scale)


def drawable(x: Array, signed: bool) -> Array:
    """(..., H, W, C) -> (..., H, W) for one channel, (..., H, W, 3) in [0, 1] for three; else ValueError."""
    C = x.shape[-1]
    if C == 1:
        return x[..., 0]
    if C != 3:
        raise ValueError(f"the last axis of x must be 1 channel (gray) or 3 (RGB); got shape {x.shape}")
    if signed:
        raise ValueError(f"signed=True takes gray images, of one channel; got 3 channels, shape {x.shape}")
    if x.dtype.kind in "iu":
        x = x / 255
    if x.min() < 0 or x.max() > 1:
        raise ValueError(f"colors must be in [0, 1], or integers 0 to 255; got {x.min():g} to {x.max():g}")
    return x


def even_columns(N: int) -> int:
    """How many images -> how many in a row: about twice as wide as high, the last row full if it can be."""
    least = int(np.ceil(np.sqrt(2 * N)))
    full = [columns for columns in range(least, 2 * least) if N % columns == 0]
    return full[0] if full else -(-N // -(-N // least))


def sheet(tiles: Array, ax: Axes, columns: int, scale: Scale, titles: Sequence[str] = ()) -> Axes:
    """Images (N, H, W[, 3]) -> ax with tile k in row k // columns, column k % columns."""
    N, H, W = tiles.shape[:3]
    if N > MOST_TILES:
        raise ValueError(f"at most {MOST_TILES} images fit a figure; got {N}: draw a slice")
    rows = -(-N // columns)
    gap = 0.12 * max(H, W)
    cell = cell_size(ax, columns, 1.3 * rows if titles else rows)
    size = font_size(cell, max(map(len, titles), default=1), largest=10.0)
    head = 1.3 * size / cell * max(H, W) if titles else 0.0
    across, down = W + gap, H + gap + head
    colors, low, high = scale
    frames = []
    for k, tile in enumerate(tiles):
        x, y = across * (k % columns), down * (k // columns)
        ax.imshow(tile, cmap=colors, vmin=low, vmax=high, extent=(x, x + W, y + H, y))
        frames.append(Rectangle((x, y), W, H))
    frame = PatchCollection(frames, facecolors="none", edgecolors=LINE, linewidths=0.6, clip_on=False)
    ax.add_collection(frame)
    for k, text in enumerate(titles):
        x, y = across * (k % columns), down * (k // columns)
        ax.text(x + W / 2, y - 0.04 * H, text, ha="center", va="bottom", fontsize=size)
    ax.set(xlim=(0, across * columns - gap), ylim=(down * rows - gap - head, -head), aspect="equal")
    return ax
