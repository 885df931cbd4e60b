"""What a diagram shows of a network: its steps, and the boxes and arrows that they become."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cnnlib.checks import pair
from cnnlib.layer import Layer, Shape
from cnnlib.networks import Parallel, Residual, Sequential

Words = Mapping[str, str]
Place = tuple[int, float]  # column from the left, lane from the middle


@dataclass(frozen=True)
class Step:
    """A layer and what is folded into it: what it is called, line by line, and the shape that it gives."""

    layer: Layer
    input_shape: Shape
    shape: Shape
    names: tuple[str, ...]  # its word, its window, and the words of the layers folded into it
    count: int = 1

    def lines(self) -> tuple[str, ...]:
        """The names that are not empty, after how many times the step stands here."""
        shown = [name for name in self.names if name]
        if shown and self.count > 1:
            shown[0] = f"{self.count} × {shown[0]}"
        return tuple(shown)


@dataclass(frozen=True)
class Box:
    """A place in the diagram: with the shape of an array, or the sum of a residual block."""

    place: Place
    shape: Shape | None
    lines: tuple[str, ...] = ()
    closed: bool = False  # a block that keeps its inside to itself


@dataclass
class Diagram:
    """Boxes, and what joins them."""

    boxes: list[Box] = field(default_factory=list)
    arrows: list[tuple[Box, Box, float]] = field(default_factory=list)  # from, to, along which lane
    arcs: list[tuple[Box, Box, str]] = field(default_factory=list)  # from, to, over the boxes between, with a text

    def add(self, box: Box, *before: Box) -> Box:
        """One more box, with an arrow from each of those before it."""
        self.boxes.append(box)
        self.arrows += [(last, box, last.place[1]) for last in before]
        return box


def steps(model: Layer, input_shape: Shape, words: Words) -> list[Step]:
    """A network, the shape of one input -> its steps in order; equal ones that follow each other are one.

    A layer that only changes values, such as ReLU, is folded into the step before it.
    """
    found: list[Step] = []
    for layer, shape in parts(model, input_shape):
        after = tuple(layer.output_shape(shape))
        word = words.get(type(layer).__name__, type(layer).__name__)
        if found and elementwise(layer, shape) and not isinstance(found[-1].layer, Parallel):
            found[-1] = replace(found[-1], names=(*found[-1].names, word))
        else:
            found.append(Step(layer, shape, after, (word, window(layer))))
    return runs(found)


def parts(layer: Layer, shape: Shape) -> Iterator[tuple[Layer, Shape]]:
    """A layer, the shape of its input -> the layers that follow each other in it, with the shapes of theirs."""
    if not isinstance(layer, Sequential):
        yield layer, shape
        return
    for part in layer.layers:
        yield from parts(part, shape)
        shape = part.output_shape(shape)


def runs(found: Sequence[Step]) -> list[Step]:
    """Steps in order -> the same, with neighbors that read the same and give the same shape counted as one."""
    merged: list[Step] = []
    for step in found:
        if merged and (merged[-1].names, merged[-1].shape) == (step.names, step.shape):
            merged[-1] = replace(merged[-1], count=merged[-1].count + 1)
        else:
            merged.append(step)
    return merged


def elementwise(layer: Layer, input_shape: Shape) -> bool:
    """Whether a layer keeps the shape, mixes no pixels and multiplies by no matrix: ReLU, Dropout, BatchNorm2D."""
    kept = tuple(layer.output_shape(input_shape)) == tuple(input_shape)
    mixes = layer.children() or window(layer) or layer.multiply_adds(input_shape)
    return kept and not mixes


def window(layer: Layer) -> str:
    """A layer -> its window and its step, "3×3 /2"; no step where it is the usual one, nothing without a window."""
    kernel, pool = getattr(layer, "kernel_size", None), getattr(layer, "pool_size", None)
    size = pool if kernel is None else kernel
    if size is None:
        return ""
    usual = (1, 1) if pool is None else pair(pool, "pool_size")
    SH, SW = usual if layer.stride is None else pair(layer.stride, "stride")  # type: ignore[attr-defined]
    step = "" if usual == (SH, SW) else f" /{SH}" if SH == SW else f" /{SH}×{SW}"
    return "{}×{}".format(*pair(size, "window")) + step


def diagram(found: Sequence[Step], input_shape: Shape, inside: bool, words: Words) -> Diagram:
    """The steps of a network -> its boxes and arrows; inside: whether its blocks are drawn open."""
    drawn = Diagram()
    last = drawn.add(Box((0, 0.0), input_shape))
    for step in found:
        if inside and step.count == 1 and isinstance(step.layer, Residual):
            last = open_residual(drawn, last, step, step.layer, words)
        elif inside and step.count == 1 and isinstance(step.layer, Parallel):
            last = open_parallel(drawn, last, step, step.layer, words)
        else:
            last = chain(drawn, last, [step], last.place[1])
    return drawn


def chain(drawn: Diagram, last: Box, found: Sequence[Step], lane: float) -> Box:
    """Add one box a step, each to the right of the one before, all in one lane -> the last of them."""
    for step in found:
        place = last.place[0] + 1, lane
        last = drawn.add(Box(place, step.shape, step.lines(), bool(step.layer.children())), last)
    return last


def open_residual(drawn: Diagram, start: Box, step: Step, block: Residual, words: Words) -> Box:
    """Add the body of a block, the sum with its arc, and what comes out -> the last box."""
    end = chain(drawn, start, steps(block.body, step.input_shape, words), start.place[1])
    total = drawn.add(Box((end.place[0] + 1, start.place[1]), None), end)
    beside = [] if block.shortcut is None else steps(block.shortcut, step.input_shape, words)
    text = ", ".join(" ".join(part.lines()) for part in beside)
    drawn.arcs.append((start, total, text))
    return drawn.add(Box((total.place[0] + 1, start.place[1]), step.shape, step.names[2:]), total)


def open_parallel(drawn: Diagram, start: Box, step: Step, block: Parallel, words: Words) -> Box:
    """Add the branches of a block, one a lane, and what they are concatenated to -> the last box."""
    column, middle = start.place
    branches = [steps(branch, step.input_shape, words) for branch in block.branches]
    lanes = [middle + k - (len(branches) - 1) / 2 for k in range(len(branches))]
    ends = [chain(drawn, start, branch, lane) for branch, lane in zip(branches, lanes, strict=True)]
    out = drawn.add(Box((column + 1 + max(1, *map(len, branches)), middle), step.shape))
    drawn.arrows += [(end, out, lane) for end, lane in zip(ends, lanes, strict=True)]
    return out
