"""What one output sees of the image, layer after layer."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from cnnlib.arrays import Pair
from cnnlib.checks import pair
from cnnlib.layer import Layer, Shape
from cnnlib.networks import Residual, Sequential
from cnnlib.viz.apart import name_at_right
from cnnlib.viz.grids import grid
from cnnlib.viz.look import GRAY, HIGHLIGHTS, LINE, bare, nested, window
from cnnlib.viz.pictures import image as draw_image
from cnnlib.windows import image_pads

Span = tuple[int, int, int]  # output p sees the pixels p * step + first to p * step + last: step, first, last
Box = tuple[int, int, int, int]  # row, column, height, width
MOST_LINES = 64  # pixels on a side; more lines would be all one sees


def receptive_field(
    layers: Layer | Iterable[Layer],
    image_shape: Shape,
    position: Pair | None = None,
    ax: Axes | None = None,
    labels: Sequence[str] | None = None,
    title: str = "",
    image: Any = None,
) -> Axes:
    """Layers, an image (H, W) or (H, W, C) -> ax with what one output sees of it, outlined after each layer.

    position: row and column of the output of the last layer; the middle one if None. The smaller outlines are
        those of the outputs in the middle of what it sees. What lies outside the image is padding (gray).
    labels: a text for each outline, from the smallest; its height and width in pixels if None.
    image: what to draw below the outlines, (H, W), (H, W, 1) or (H, W, 3); the grid of pixels if None.
    A layer that adds nothing to what is seen, such as ReLU, gets no outline.

    Raises ValueError for a layer that sees everything, such as Flatten, a position outside the output, and
    labels that are not one an outline.

    >>> from cnnlib import Conv2D
    >>> from matplotlib.figure import Figure
    >>> ax = receptive_field([Conv2D(8, 3), Conv2D(8, 3), Conv2D(8, 3)], (9, 9), ax=Figure().subplots())
    >>> [text.get_text() for text in ax.texts]
    ['3×3', '5×5', '7×7']

    Source: Araujo, Norris and Sim 2019.
    """
    stack = layers.layers if isinstance(layers, Sequential) else [layers] if isinstance(layers, Layer) else list(layers)
    boxes = seen(stack, image_shape, position)
    texts = [f"{height}×{width}" for _, _, height, width in boxes] if labels is None else list(labels)
    if len(texts) != len(boxes):
        raise ValueError(f"labels must be one for each of the {len(boxes)} outlines; got {labels!r}")
    H, W = image_shape[:2]
    if image is not None and np.shape(image)[:2] != (H, W):
        raise ValueError(f"image must have the height and width {H} x {W} of image_shape; got {np.shape(image)}")
    ax = bare(ax, title)
    background(ax, (H, W), boxes, image)
    for k, box in enumerate(boxes):
        window(ax, box, k, nested(k, len(boxes)))
    ends = [(column + width - 0.5, row - 0.5) for row, column, _, width in boxes]
    name_at_right(ax, texts, ends, [HIGHLIGHTS[k % len(HIGHLIGHTS)] for k in range(len(boxes))])
    return ax


def seen(layers: Sequence[Layer], image_shape: Shape, position: Pair | None) -> list[Box]:
    """Layers in order, an image -> the window of the image that one output of each sees, without repetitions."""
    if len(image_shape) not in (2, 3):
        raise ValueError(f"image_shape must be (H, W) or (H, W, C), without the batch; got {image_shape}")
    shape = tuple(image_shape) if len(image_shape) == 3 else (*image_shape, 1)
    Sequential(list(layers)).output_shape(shape)  # an error here says which layer it is
    shapes, spans = [shape], []
    for layer in layers:
        spans.append(spans_of(layer, shapes[-1]))
        shapes.append(layer.output_shape(shapes[-1]))
    size = shapes[-1][:2]
    middle = size[0] // 2, size[1] // 2
    at = middle if position is None else pair(position, "position", 0)
    if at[0] >= size[0] or at[1] >= size[1]:
        raise ValueError(f"position must lie in the {size[0]} x {size[1]} output of the last layer; got {at}")
    rows, columns = (along([s[axis] for s in spans], [s[axis] for s in shapes], at[axis]) for axis in (0, 1))
    corners = zip(rows, columns, strict=True)
    boxes = [(top, left, bottom - top + 1, right - left + 1) for (top, bottom), (left, right) in corners]
    return [box for k, box in enumerate(boxes) if k == len(boxes) - 1 or box[2:] != boxes[k + 1][2:]]


def along(spans: Sequence[Span], sizes: Sequence[int], at: int) -> list[Pair]:
    """The spans of all layers, the size of the axis before each and after, an output -> by layer, the pixels seen.

    Pixels are the first and the last; each layer's output is the one in the middle of what the next sees.
    """
    places = [at]
    for (step, first, last), size in zip(reversed(spans), reversed(sizes[:-1]), strict=True):
        nearest, farthest = at * step + first, at * step + last
        inside = min(max((nearest + farthest) // 2, 0), size - 1)  # the middle of what it sees may be padding
        at = min(max(inside, nearest), farthest)  # and so may be all of it
        places.append(at)
    pixels, whole = [], (1, 0, 0)
    for span, place in zip(spans, reversed(places[:-1]), strict=True):
        whole = after(whole, span)
        pixels.append((place * whole[0] + whole[1], place * whole[0] + whole[2]))
    return pixels


def after(before: Span, span: Span) -> Span:
    """What the input of a layer sees of the image, and an output of its input -> what the output sees of the image."""
    return before[0] * span[0], before[0] * span[1] + before[1], before[0] * span[2] + before[2]


def spans_of(layer: Layer, input_shape: Shape) -> tuple[Span, Span]:
    """A layer, the shape of its input (H, W, C) -> what an output sees of it, along rows and along columns."""
    if isinstance(layer, Sequential):
        rows = columns = (1, 0, 0)
        for part in layer.layers:
            row, column = spans_of(part, input_shape)
            rows, columns = after(rows, row), after(columns, column)
            input_shape = part.output_shape(input_shape)
        return rows, columns
    if layer.children():
        found = [spans_of(part, input_shape) for part in layer.children().values()]
        found += [((1, 0, 0), (1, 0, 0))] if isinstance(layer, Residual) and layer.shortcut is None else []
        rows, columns = (
            (max(s[axis][0] for s in found), min(s[axis][1] for s in found), max(s[axis][2] for s in found))
            for axis in (0, 1)
        )
        return rows, columns
    reach = layer.reach()
    if reach is None:
        raise ValueError(f"layers must see a window; every output of {layer} sees the whole image: stop before it")
    size, (SH, SW) = reach
    (top, _), (left, _) = image_pads((input_shape[0], input_shape[1]), size, (SH, SW), getattr(layer, "padding", 0))
    return (SH, -top, size[0] - 1 - top), (SW, -left, size[1] - 1 - left)


def background(ax: Axes, size: Pair, boxes: Sequence[Box], image: Any) -> None:
    """The image, or its pixels, and as much of the padding around it as the windows reach."""
    H, W = size
    top, left = (max([0, *(-box[axis] for box in boxes)]) for axis in (0, 1))
    bottom = max([0, *(box[0] + box[2] - H for box in boxes)])
    right = max([0, *(box[1] + box[3] - W for box in boxes)])
    edges = -left - 0.5, W + right - 0.5, H + bottom - 0.5, -top - 0.5
    padded = np.pad(np.ones((H, W)), ((top, bottom), (left, right)))
    ax.imshow(padded, cmap=GRAY, vmin=-6, vmax=1, extent=edges, interpolation="nearest")
    if image is not None:
        draw_image(image, ax, ax.get_title())
    if image is None and max(size) <= MOST_LINES:
        grid(ax, edges)
    ax.plot([-0.5, W - 0.5, W - 0.5, -0.5, -0.5], [-0.5, -0.5, H - 0.5, H - 0.5, -0.5], color=LINE, linewidth=1.0)
    ax.set(xlim=edges[:2], ylim=edges[2:])
