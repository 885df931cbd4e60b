"""The one palette and the one style of the figures, and what the drawing functions share."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.patches import Rectangle

from cnnlib.arrays import Array
from cnnlib.checks import integer

Scale = tuple[Colormap, float, float]  # a color map and the values at its two ends

# Three of Okabe and Ito's colors and a purple: told apart with each of the three common kinds of color blindness.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#AA4488"
INK, FAINT, LINE = "#222222", "#6b6b6b", "#b0b0b0"
SERIES = (BLUE, ORANGE, GREEN, PURPLE)
HIGHLIGHTS = (GREEN, PURPLE, BLUE, INK)  # on orange cells an orange outline would not be seen
LINE_STYLES = ("-", "--", ":", "-.")

DIVERGING = LinearSegmentedColormap.from_list("cnnlib-signed", [BLUE, "#ffffff", ORANGE])
ERRORS = LinearSegmentedColormap.from_list("cnnlib-errors", ["#ffffff", "#f6c9a8", ORANGE])
GRAY = LinearSegmentedColormap.from_list("cnnlib-gray", ["#000000", "#ffffff"])


def style() -> None:
    """Nothing -> nothing: set matplotlib's defaults to the look of the book, for all figures that follow.

    >>> style()
    >>> plt.rcParams["figure.figsize"]
    [6.4, 3.2]
    """
    plt.rcParams.update(
        {
            "figure.figsize": (6.4, 3.2),
            "figure.dpi": 110,
            "figure.constrained_layout.use": True,
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "savefig.dpi": 110,
            "svg.hashsalt": "cnnlib",
            "font.size": 10,
            "axes.titlesize": 10.5,
            "axes.labelsize": 10,
            "xtick.labelsize": 9,
            "ytick.labelsize": 9,
            "legend.fontsize": 9.5,
            "figure.labelsize": 10,
            "legend.frameon": False,
            "axes.prop_cycle": plt.cycler(color=SERIES, linestyle=LINE_STYLES),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": FAINT,
            "axes.labelcolor": INK,
            "text.color": INK,
            "xtick.color": FAINT,
            "ytick.color": FAINT,
            "xtick.labelcolor": INK,
            "ytick.labelcolor": INK,
        }
    )


def real(x: Any, name: str, axes: Sequence[str]) -> Array:
    """Anything array-like -> a finite, non-empty real array whose shape is one of `axes`, like "(H, W)"."""
    x = np.asarray(x)
    expected = " or ".join(axes)
    if x.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers; got dtype {x.dtype}")
    if x.ndim not in {shape.count(",") + 1 for shape in axes}:
        raise ValueError(f"{name} must have the shape {expected}; got {x.shape}")
    if x.size == 0:
        raise ValueError(f"{name} must hold at least one number; got the shape {x.shape}")
    if not np.isfinite(x).all():
        place = tuple(np.argwhere(~np.isfinite(x))[0].tolist())
        raise ValueError(f"{name} must be finite to have a color; got {x[place]} at {place}")
    return x


def target(ax: Axes | None) -> Axes:
    """An axes or None -> that axes, or pyplot's current one."""
    if ax is None:
        return plt.gca()
    if not isinstance(ax, Axes):
        raise TypeError(f"ax must be one matplotlib Axes; got {type(ax).__name__}. One of several is axes[0]")
    return ax


def bare(ax: Axes | None, title: str = "") -> Axes:
    """An axes or None -> that axes, or the current one, without ticks and frame and with a title."""
    ax = target(ax)
    ax.set(xticks=[], yticks=[], title=title)
    ax.spines[:].set_visible(False)
    return ax


def color_scale(x: Array, signed: bool) -> Scale:
    """Values of any shape -> the color scale that shows them.

    Signed: white is 0, blue below, orange above. Else from black to white: 0 to 1 for values inside
    [0, 1], 0 to 255 for uint8, the smallest to the largest otherwise.
    """
    low, high = float(x.min()), float(x.max())
    if signed:
        limit = max(-low, high) or 1.0
        return DIVERGING, -limit, limit
    if x.dtype == np.uint8:
        return GRAY, 0.0, 255.0
    if low >= 0 and high <= 1:
        return GRAY, 0.0, 1.0
    return GRAY, low, high if high > low else low + 1.0


def ink_on(color: Any) -> str:
    """A color (R, G, B[, A]) in [0, 1] -> the text color, black or white, with a contrast of at least 4.5.

    Source: WCAG 2.2, "relative luminance" and "contrast ratio".
    """
    c = np.asarray(color[:3])
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    luminance = linear @ (0.2126, 0.7152, 0.0722)
    return "black" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "white"


def cell_size(ax: Axes, columns: float, rows: float) -> float:
    """A grid of columns x rows square cells on ax -> the side of a cell in points."""
    # Layout may still move the axes a little, so the text leaves a margin.
    return 72 / ax.figure.dpi * min(ax.bbox.width / columns, ax.bbox.height / rows)


def font_size(cell: float, characters: int, largest: float = 11.0) -> float:
    """The side of a cell in points, the length of a text -> the font size at which the text fits the cell."""
    return float(np.clip(1.35 * cell / max(characters, 1), 3.0, max(min(largest, 0.5 * cell), 3.0)))


def outline(ax: Axes, highlight: Any, shape: tuple[int, int]) -> None:
    """Outline the windows (row, column, height, width), one or a list, on an image (H, W)."""
    several = isinstance(highlight, list | tuple) and all(isinstance(box, list | tuple) for box in highlight)
    boxes = [] if highlight is None else highlight if several else [highlight]
    for box in boxes:
        if not isinstance(box, list | tuple) or len(box) != 4:
            raise ValueError(f"highlight must be (row, column, height, width) or a list of such; got {box!r}")
        row, column = integer(box[0], "highlight row", 0), integer(box[1], "highlight column", 0)
        height, width = integer(box[2], "highlight height", 1), integer(box[3], "highlight width", 1)
        if row + height > shape[0] or column + width > shape[1]:
            raise ValueError(
                f"highlight (row {row}, column {column}, height {height}, width {width}) leaves the "
                f"{shape[0]} x {shape[1]} values"
            )
    apart = not any(overlap(one, other) for one, other in combinations(boxes, 2))
    for k, box in enumerate(boxes):
        window(ax, box, k, 0.06 * (len(boxes) > 1) if apart else nested(k, len(boxes)))


def overlap(one: Sequence[int], other: Sequence[int]) -> bool:
    """Two windows (row, column, height, width) -> whether they share a pixel."""
    return all(
        one[axis] < other[axis] + other[axis + 2] and other[axis] < one[axis] + one[axis + 2] for axis in (0, 1)
    )


def nested(k: int, N: int) -> float:
    """Which of N windows -> how far inside its edges it is drawn, in pixels.

    Each a little inside the one before: windows that overlap share edges, and one would hide the other.
    """
    return 0.07 * (k % len(HIGHLIGHTS) - (min(N, len(HIGHLIGHTS)) - 1) / 2)


def window(ax: Axes, box: Sequence[int], k: int, inset: float) -> None:
    """Outline (row, column, height, width) in the k-th color, so many pixels inside its edges."""
    row, column, height, width = box
    ax.add_patch(
        Rectangle(
            (column - 0.5 + inset, row - 0.5 + inset),
            width - 2 * inset,
            height - 2 * inset,
            fill=False,
            edgecolor=HIGHLIGHTS[k % len(HIGHLIGHTS)],
            linestyle=LINE_STYLES[k % len(LINE_STYLES)],
            linewidth=2.4,
            path_effects=[patheffects.withStroke(linewidth=3.6, foreground="white")],
            zorder=3,
            clip_on=False,
        )
    )
