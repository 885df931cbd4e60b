"""The diagram of a network: a slab for each array, and above it the layer that makes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log1p

from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.path import Path

from cnnlib.checks import integer
from cnnlib.layer import Layer, Shape
from cnnlib.viz.look import BLUE, FAINT, ORANGE, PURPLE, bare
from cnnlib.viz.steps import Box, Diagram, diagram, steps

LARGEST, LEGIBLE = 9.0, 6.0  # font sizes in points
LETTER, LINE_HEIGHT = 0.64, 1.25  # of a text, in font sizes
LEAST_SLAB, MARGIN = 22.0, 5.0  # room for the slabs, and between neighbors, in points


@dataclass(frozen=True)
class Layout:
    """Where boxes stand: the sides of a cell in points, the font size, and how the texts are written."""

    drawn: Diagram
    columns: int
    pitch: float
    row_height: float
    lane_height: float
    size: float
    separator: str

    def head(self) -> float:
        """The height of what stands above the slabs, in points."""
        return head(self.drawn, self.separator) * self.size

    def slab(self) -> float:
        """The height of the highest slab, in points."""
        room = self.lane_height - self.head() - LINE_HEIGHT * self.size - MARGIN
        return min(room, 1.3 * self.pitch, 70.0)

    def center(self, place: tuple[int, float]) -> tuple[float, float]:
        """Column and lane -> the middle of the slab."""
        column, lane = place
        y = (column // self.columns + 0.5) * self.row_height + lane * self.lane_height
        return (column % self.columns + 0.5) * self.pitch, y + (self.head() - LINE_HEIGHT * self.size) / 2


def architecture(
    model: Layer,
    input_shape: Shape,
    ax: Axes | None = None,
    labels: Mapping[str, str] | None = None,
    title: str = "",
) -> Axes:
    """A network, the shape of one input (H, W, C) or (D,) -> ax with its arrays, and the layers between them.

    Above each slab stand the layer that makes it, with its window and step ("3×3 /2"), and the layers after it
    that change values alone, such as ReLU. Below stands its shape. The height of a slab grows with the
    logarithm of H, its width with that of C; rows (D,) are orange, and their height grows with that of D.
    Neighbors that read the same are one, with a count. Residual and Parallel are drawn open, with the arc or
    the branches, where all fits in one row, or where the model is such a
    block; else each is one slab with a purple edge.

    labels: the word for a class of layers, by its name: {"Conv2D": "convolución"}; "" leaves the word out.
    The model need not be built.

    Raises TypeError when model is no layer or labels no mapping, ValueError when the layers do not fit.

    >>> from cnnlib import Conv2D, Dense, Flatten, ReLU, Sequential
    >>> from matplotlib.figure import Figure
    >>> model = Sequential([Conv2D(8, 3), ReLU(), Flatten(), Dense(10)])
    >>> ax = architecture(model, (28, 28, 1), ax=Figure().subplots())
    >>> [text.get_text() for text in ax.texts if "×" in text.get_text()]
    ['28×28×1', 'Conv2D\\n3×3\\nReLU', '26×26×8']
    """
    if not isinstance(model, Layer):
        raise TypeError(f"architecture takes a layer or a Sequential (a classifier's is its model_); got {model!r}")
    if labels is not None and not isinstance(labels, Mapping):
        raise TypeError(f"labels must be a mapping such as {{'Conv2D': 'conv'}}, or None; got {labels!r}")
    shape, words = tuple(integer(size, "input_shape", 1) for size in input_shape), labels or {}
    found = steps(model, shape, words)
    ax = bare(ax, title)
    width, height = points(ax)
    layout = fitted(diagram(found, shape, True, words), width, height, 1)
    if layout.size < LEGIBLE and len(found) > 1:
        layout = wrapped(diagram(found, shape, False, words), width, height)
    draw(ax, layout)
    ax.set(xlim=(0, width), ylim=(height, 0))
    return ax


def points(ax: Axes) -> tuple[float, float]:
    """An axes -> its width and height in points, as the figure will lay it out."""
    figure = ax.figure.canvas.figure
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    return 72 / figure.dpi * ax.bbox.width, 72 / figure.dpi * ax.bbox.height


def wrapped(drawn: Diagram, width: float, height: float) -> Layout:
    """A diagram in one lane -> its layout in the fewest rows that are legible, or else in the most legible ones."""
    layouts = [fitted(drawn, width, height, rows) for rows in range(1, len(drawn.boxes) + 1)]
    legible = [layout for layout in layouts if layout.size >= LEGIBLE]
    return legible[0] if legible else max(layouts, key=lambda layout: layout.size)


def fitted(drawn: Diagram, width: float, height: float, rows: int) -> Layout:
    """A diagram, width and height in points -> its layout in so many rows, with the largest font that fits."""
    columns = ceil((1 + max(box.place[0] for box in drawn.boxes)) / rows)
    lanes = round(1 + 2 * max(box.place[1] for box in drawn.boxes))
    pitch, row_height = width / columns, height / rows
    sizes = {}
    for separator in ("\n", " "):
        texts = [text for box in drawn.boxes for text in (*label(box, separator).split("\n"), shape_text(box))]
        across = (pitch - MARGIN) / (LETTER * max(map(len, texts)))
        down = (row_height / lanes - LEAST_SLAB - MARGIN) / (head(drawn, separator) + LINE_HEIGHT)
        spans = [((end.place[0] - start.place[0]) * pitch, text) for start, end, text in drawn.arcs if text]
        arcs = [span / (LETTER * len(text)) for span, text in spans]
        sizes[separator] = max(min(LARGEST, across, down, *arcs), 1.0)
    separator = max(sizes, key=lambda key: (sizes[key], key == " "))
    return Layout(drawn, columns, pitch, row_height, row_height / lanes, sizes[separator], separator)


def label(box: Box, separator: str) -> str:
    """What stands above a slab: word, window and folded layers, on lines of their own or on one."""
    return separator.join(box.lines)


def head(drawn: Diagram, separator: str) -> float:
    """The height of what stands above the slabs, in font sizes."""
    lines = max(len(label(box, separator).split("\n")) for box in drawn.boxes)
    return LINE_HEIGHT * lines + 0.3 + (1.6 if drawn.arcs else 0.0)


def shape_text(box: Box) -> str:
    """A box -> what stands below its slab, or in the ring of a sum."""
    return "+" if box.shape is None else "×".join(map(str, box.shape))


def draw(ax: Axes, layout: Layout) -> None:
    """All slabs, texts, arrows and arcs of a layout."""
    sizes = slab_sizes(layout)
    for box, (width, height) in zip(layout.drawn.boxes, sizes.values(), strict=True):
        draw_box(ax, layout, box, width, height)
    for before, after, lane in layout.drawn.arrows:
        draw_arrow(ax, layout, before, after, lane, sizes)
    for start, end, text in layout.drawn.arcs:
        draw_arc(ax, layout, start, end, text)


def slab_sizes(layout: Layout) -> dict[Box, tuple[float, float]]:
    """A layout -> the width and height of every slab, in points."""
    shapes = [box.shape for box in layout.drawn.boxes if box.shape is not None]
    highest = {axes: max((s[0] for s in shapes if len(s) == axes), default=1) for axes in {len(s) for s in shapes}}
    deepest = max((s[-1] for s in shapes if len(s) == 3), default=1)
    sizes = {}
    for box in layout.drawn.boxes:
        if box.shape is None:
            sizes[box] = 1.6 * layout.size, 1.6 * layout.size
            continue
        channels = box.shape[-1] if len(box.shape) == 3 else 1
        width = 0.42 * layout.pitch * log1p(channels) / log1p(max(deepest, 7))
        sizes[box] = max(width, 3.0), layout.slab() * log1p(box.shape[0]) / log1p(highest[len(box.shape)])
    return sizes


def draw_box(ax: Axes, layout: Layout, box: Box, width: float, height: float) -> None:
    """One slab with the texts above and below it, or one sum."""
    x, y = layout.center(box.place)
    if box.shape is None:
        ring = {"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": PURPLE}
        ax.text(x, y, "+", ha="center", va="center", fontsize=layout.size, bbox=ring)
        return
    color = FAINT if box.place[0] == 0 else BLUE if len(box.shape) == 3 else ORANGE
    edge, weight = (PURPLE, 2.0) if box.closed else (color, 1.0)
    corner = x - width / 2, y - height / 2
    ax.add_patch(Rectangle(corner, width, height, facecolor=to_rgba(color, 0.25), edgecolor=edge, lw=weight))
    if box.lines:
        ax.text(x, y - height / 2 - 2, label(box, layout.separator), ha="center", va="bottom", fontsize=layout.size)
    ax.text(x, y + height / 2 + 2, shape_text(box), ha="center", va="top", fontsize=layout.size, color=FAINT)


def draw_arrow(
    ax: Axes, layout: Layout, before: Box, after: Box, lane: float, sizes: Mapping[Box, tuple[float, float]]
) -> None:
    """An arrow from slab to slab: straight, along another lane, or on to the next row."""
    (x0, y0), (x1, y1) = layout.center(before.place), layout.center(after.place)
    x0, x1 = x0 + sizes[before][0] / 2 + 1, x1 - sizes[after][0] / 2 - 1
    if before.place[0] // layout.columns < after.place[0] // layout.columns:
        line(ax, [(x0, y0), (layout.columns * layout.pitch, y0)], "-")
        line(ax, [(0, y1), (x1, y1)])
        return
    _, along = layout.center((before.place[0], lane))
    leaves = (before.place[0] % layout.columns + 1) * layout.pitch
    arrives = after.place[0] % layout.columns * layout.pitch
    line(ax, [(x0, y0), (leaves, y0), (leaves, along), (arrives, along), (arrives, y1), (x1, y1)])


def draw_arc(ax: Axes, layout: Layout, start: Box, end: Box, text: str) -> None:
    """The shortcut of a residual block, above the texts of its body, with its own text on it."""
    x0, y = (start.place[0] + 1) * layout.pitch, layout.center(start.place)[1]
    x1, top = layout.center(end.place)[0], y - layout.slab() / 2 - layout.head() + 0.8 * layout.size
    line(ax, [(x0, y), (x0, top), (x1, top), (x1, y - 0.9 * layout.size)], color=PURPLE)
    if text:
        behind = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
        ax.text((x0 + x1) / 2, top, text, ha="center", va="center", fontsize=layout.size, bbox=behind)


def line(ax: Axes, route: Sequence[tuple[float, float]], style: str = "-|>", color: str = FAINT) -> None:
    """A line through points; with a head at its end, unless style is "-"."""
    turns = [point for k, point in enumerate(route) if k == 0 or point != route[k - 1]]
    ax.add_patch(FancyArrowPatch(path=Path(turns), arrowstyle=style, mutation_scale=7.0, linewidth=1.0, color=color))
