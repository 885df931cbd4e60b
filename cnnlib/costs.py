"""What a network costs and sees, layer by layer, without allocating a single weight."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from math import prod

from cnnlib.arrays import Pair
from cnnlib.layer import Layer, Shape
from cnnlib.networks import Parallel, Residual, Sequential

BYTES = 4  # float32
HEADER = ("layer", "", "output shape", "parameters", "multiply-adds", "activations, kB", "sees")
Sight = tuple[Pair, Pair] | None  # the receptive field and the distance of neighbors, in pixels; None: everything


@dataclass(frozen=True)
class Row:
    """One layer of a summary; multiply-adds and the memory of the output, in bytes, are for one image."""

    name: str
    layer: str
    output_shape: Shape
    parameters: int
    multiply_adds: int
    activation_bytes: int
    receptive_field: Pair | None

    def cells(self) -> tuple[str, ...]:
        """The row as a person reads it."""
        sees = "everything" if self.receptive_field is None else "{}×{}".format(*self.receptive_field)
        kilobytes = f"{self.activation_bytes / 1000:,.1f}"
        return (
            self.name,
            self.layer,
            str(self.output_shape),
            f"{self.parameters:,}",
            f"{self.multiply_adds:,}",
            kilobytes,
            sees,
        )


@dataclass(frozen=True)
class Summary:
    """The rows of a network and their sums; shows itself as a table of text, or of HTML in a notebook."""

    rows: tuple[Row, ...]

    @property
    def parameters(self) -> int:
        return sum(row.parameters for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        return sum(row.multiply_adds for row in self.rows)

    @property
    def activation_bytes(self) -> int:
        return sum(row.activation_bytes for row in self.rows)

    def table(self) -> list[tuple[str, ...]]:
        """Header, rows and sums, as text."""
        sums = f"{self.parameters:,}", f"{self.multiply_adds:,}", f"{self.activation_bytes / 1000:,.1f}"
        return [HEADER, *(row.cells() for row in self.rows), ("sum", "", "", *sums, "")]

    def __repr__(self) -> str:
        table = self.table()
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        align = "<", "<", "<", ">", ">", ">", ">"
        lines = [
            "  ".join(f"{cell:{a}{w}}" for cell, a, w in zip(row, align, widths, strict=True)).rstrip() for row in table
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        header, *rows = self.table()
        head = "".join(f'<th scope="col">{cell}</th>' if cell else "<td></td>" for cell in header)
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def summary(model: Layer, input_shape: Shape) -> Summary:
    """A network and the shape of one input (H, W, C) or (D,) -> its layers with shapes, parameters and costs.

    Multiply-adds count convolutions and dense layers, for one image; activations are the outputs in float32.
    Nothing is built or allocated.

    Raises ValueError when the layers do not fit the input or each other.

    >>> from cnnlib import Conv2D, Dense, Flatten
    >>> found = summary(Sequential([Conv2D(6, 3), Flatten(), Dense(2)]), (5, 5, 1))
    >>> found.parameters, found.multiply_adds, found.rows[0].receptive_field
    (170, 594, (3, 3))
    """
    if not isinstance(model, Layer):
        raise TypeError(f"summary takes a layer or a Sequential (a classifier's network is its model_); got {model!r}")
    rows, _ = walk(model, "", tuple(input_shape), ((1, 1), (1, 1)))
    return Summary(tuple(rows))


def receptive_field(layers: Layer | Iterable[Layer]) -> Pair | None:
    """Layers one after the other -> how many pixels (height, width) of the input one output sees.

    None when it sees everything, however large: from a Flatten, a Dense or a global pooling on.

    >>> from cnnlib import Conv2D, MaxPool2D
    >>> receptive_field([Conv2D(8, 3), Conv2D(8, 3), Conv2D(8, 3)])
    (7, 7)
    >>> receptive_field([Conv2D(8, 5), MaxPool2D(2), Conv2D(8, 5)])
    (14, 14)

    Source: Araujo, Norris and Sim 2019, equation 2.
    """
    sight = look(layers if isinstance(layers, Layer) else Sequential(list(layers)), ((1, 1), (1, 1)))
    return sight and sight[0]


def look(layer: Layer, sight: Sight) -> Sight:
    """What the input of a layer sees -> what its output sees."""
    if isinstance(layer, Sequential):
        for part in layer.layers:
            sight = look(part, sight)
        return sight
    if layer.children():
        skip = [sight] if isinstance(layer, Residual) and layer.shortcut is None else []
        return widest([look(part, sight) for part in layer.children().values()] + skip)
    reach = layer.reach()
    if sight is None or reach is None:
        return None
    ((h, w), (jh, jw)), ((KH, KW), (SH, SW)) = sight, reach
    return (h + (KH - 1) * jh, w + (KW - 1) * jw), (jh * SH, jw * SW)


def widest(sights: list[Sight]) -> Sight:
    """What several branches see -> what their sum or concatenation sees: the largest of each."""
    seen = [sight for sight in sights if sight is not None]
    if len(seen) < len(sights):
        return None
    (h, w), (jh, jw) = (tuple(max(axis) for axis in zip(*pairs, strict=True)) for pairs in zip(*seen, strict=True))
    return (h, w), (jh, jw)


def walk(layer: Layer, name: str, input_shape: Shape, sight: Sight) -> tuple[list[Row], Sight]:
    """A layer, its name, its input -> a row for it or for each of its parts, and what its output sees."""
    rows: list[Row] = []
    after = look(layer, sight)
    if isinstance(layer, Sequential):
        layer.output_shape(input_shape)  # an error here says which layer it is
        for key, part in layer.children().items():
            part_rows, sight = walk(part, dotted(name, key), input_shape, sight)
            rows, input_shape = rows + part_rows, part.output_shape(input_shape)
        return rows, after
    for key, part in layer.children().items():
        rows += walk(part, dotted(name, key), input_shape, sight)[0]
    output_shape = layer.output_shape(input_shape)
    own = {} if layer.children() else layer.param_shapes(input_shape)
    parameters, memory = sum(map(prod, own.values())), BYTES * prod(output_shape)
    seen = after and after[0]
    costs = 0 if layer.children() else layer.multiply_adds(input_shape)
    return [*rows, Row(name, label(layer), output_shape, parameters, costs, memory, seen)], after


def dotted(name: str, key: str) -> str:
    """The name of a layer and the key of a part -> the name of the part."""
    return f"{name}.{key}" if name else key


def label(layer: Layer) -> str:
    """A layer -> a short name with what tells it from others of its kind."""
    if isinstance(layer, Residual):
        return "sum"
    if isinstance(layer, Parallel):
        return "concatenation"
    told = {
        "filters": "",
        "units": "",
        "kernel_size": "kernel ",
        "pool_size": "window ",
        "rate": "",
        "stride": "stride ",
    }
    parts = [
        f"{text}{getattr(layer, key)}" for key, text in told.items() if getattr(layer, key, None) not in (None, (1, 1))
    ]
    return f"{type(layer).__name__} {', '.join(parts)}".strip()
