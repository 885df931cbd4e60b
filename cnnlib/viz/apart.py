"""Texts at the right of a figure, each joined by a line to what it names, and none on top of another."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.transforms import offset_copy

from cnnlib.viz.look import INK

Point = tuple[float, float]


def name_at_right(ax: Axes, texts: Sequence[str], ends: Sequence[Point], colors: Sequence[str]) -> None:
    """Texts, the points (x, y) that they name, in data coordinates, and the colors of the lines between."""
    ax.apply_aspect()  # images keep square pixels: the axes is smaller than its place in the figure
    heights = [ax.transAxes.inverted().transform(ax.transData.transform(end))[1] for end in ends]
    gap = 14 / (72 / ax.figure.dpi * ax.bbox.height)
    beside = offset_copy(ax.transAxes, ax.figure.canvas.figure, x=14, units="points")
    for text, end, height, color in zip(texts, ends, apart(heights, gap), colors, strict=True):
        ax.annotate(
            text,
            end,
            (1.0, height),
            textcoords=beside,
            verticalalignment="center",
            color=INK,
            fontsize=9,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": color, "shrinkA": 1, "shrinkB": 0, "linewidth": 1.0},
        )


def apart(heights: Sequence[float], gap: float) -> list[float]:
    """Heights in [0, 1] -> the same, in the same order, moved until neighbors are `gap` apart, below 1 if they fit."""
    order = sorted(range(len(heights)), key=lambda k: heights[k])
    moved = list(heights)
    for below, k in zip(order, order[1:], strict=False):
        moved[k] = max(moved[k], moved[below] + gap)
    limit = 1.0
    for k in reversed(order):
        moved[k] = min(moved[k], limit)
        limit = moved[k] - gap
    return moved
