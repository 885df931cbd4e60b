"""How large the gradients are, from the first layer to the last."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from cnnlib.arrays import Array
from cnnlib.checks import floats
from cnnlib.viz.apart import name_at_right
from cnnlib.viz.curves import MARKERS
from cnnlib.viz.look import LINE, LINE_STYLES, SERIES, target


def gradient_flow(
    grads: Mapping[str, Any], ax: Axes | None = None, xlabel: str = "", ylabel: str = "", title: str = ""
) -> Axes:
    """Gradients by name, {"0.w": array ...} -> ax with the root mean square of each weight's, on a log scale.

    grads: what `Sequential.backward` returns, or several of them by name, {"He": grads ...}: each is a line with
        its name at its end. Only weights are drawn, the names "w" and "....w", in the order of the network.
    A gradient that is 0 everywhere has no logarithm: its marker is hollow, at the bottom, on the line of 0.

    Raises ValueError when there are no weights, a gradient is not finite or the networks differ; TypeError for
    what is no mapping.

    >>> from matplotlib.figure import Figure
    >>> ax = gradient_flow({"1.w": np.full((4, 2), -0.5), "0.w": np.ones((3, 4)), "0.b": np.ones(4)},
    ...                    ax=Figure().subplots())
    >>> [size.item() for size in ax.lines[0].get_ydata()], [text.get_text() for text in ax.get_xticklabels()]
    ([1.0, 0.5], ['0', '1'])
    """
    if not isinstance(grads, Mapping):
        raise TypeError(f"grads must be a mapping from names to gradients; got {type(grads).__name__}")
    several = bool(grads) and all(isinstance(value, Mapping) for value in grads.values())
    series = {name: sizes(one) for name, one in (grads.items() if several else [("", grads)])}
    layers = list(next(iter(series.values())))
    for name, one in series.items():
        if list(one) != layers:
            raise ValueError(f"grads must be of one network; got weights of {layers}, and in {name!r} of {list(one)}")
    ax = target(ax)
    draw(ax, {name: np.array(list(one.values())) for name, one in series.items()})
    room = 72 / ax.figure.dpi * ax.bbox.width
    crowded = 7 * sum(map(len, layers)) > room
    size = min(9.0, max(0.8 * room / len(layers), 5.0)) if crowded else 9.0
    ax.set_xticks(range(len(layers)), layers, rotation=90 if crowded else 0, fontsize=size)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    return ax


def sizes(grads: Mapping[str, Any]) -> dict[str, float]:
    """Gradients by name -> the root mean square of each weight's, by the name of its layer, in network order."""
    weights = {key: value for key, value in grads.items() if key.split(".")[-1] == "w"}
    if not weights:
        raise ValueError(f'grads must hold the gradient of a weight, such as "0.w"; got {list(grads)}')
    found = {}
    for key in sorted(weights, key=in_order):
        gradient = floats(weights[key], f"grads[{key!r}]").astype(np.float64)
        if gradient.size == 0 or not np.isfinite(gradient).all():
            raise ValueError(f"grads[{key!r}] must be finite, with at least one number: did the loss diverge?")
        largest = np.abs(gradient).max()
        # Divided by the largest before it is squared: the square of 1e-200 would be 0.
        scaled = gradient / (largest or 1.0)
        found[key.removesuffix("w").removesuffix(".")] = float(largest * np.sqrt(np.mean(scaled**2)))
    return found


def in_order(key: str) -> list[tuple[bool, int, str]]:
    """A name such as "10.body.0.w" -> what sorts it as the network does: 2 before 10, the body before the shortcut."""
    return [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in key.split(".")]


def draw(ax: Axes, series: Mapping[str, Array]) -> None:
    """Sizes (layers,) by the name of their series -> lines, with the zeros below and the names at the right."""
    zero = log_axis(ax, np.concatenate(list(series.values())))
    ends = []
    for k, y in enumerate(series.values()):
        x, color = np.arange(len(y)), SERIES[k % len(SERIES)]
        look: dict[str, Any] = {"color": color, "marker": MARKERS[k % len(MARKERS)], "markersize": 5, "clip_on": False}
        ax.plot(x, np.where(y > 0, y, np.nan), linestyle=LINE_STYLES[k % len(LINE_STYLES)], **look)
        if not y.all():
            ax.plot(x[y == 0], np.full((y == 0).sum(), zero), linestyle="", markerfacecolor="white", **look)
        ends.append((float(x[-1]), float(y[-1]) or zero))
    if list(series) != [""]:
        name_at_right(ax, list(series), ends, [SERIES[k % len(SERIES)] for k in range(len(ends))])


def log_axis(ax: Axes, values: Array) -> float:
    """All sizes -> where a 0 is drawn: below a line that ends the log scale, if one is there."""
    positive = values[values > 0] if values.any() else np.ones(1)
    first, last = int(np.floor(np.log10(positive.min()))), int(np.ceil(np.log10(positive.max())))
    low, high = first - 0.1, last + 0.1
    zero = low - 0.08 * (high - low)
    decades = range(first, last + 1, 1 + (last - first) // 6)
    ticks, names = [10.0**k for k in decades], [f"$10^{{{k}}}$" for k in decades]
    if not values.all():
        ax.hlines(10**low, 0, 1, color=LINE, linewidth=0.8, transform=ax.get_yaxis_transform())
        ticks, names, low = [10**zero, *ticks], ["0", *names], 2 * zero - low
    ax.set(yscale="log", ylim=(10**low, 10**high))
    ax.minorticks_off()
    ax.set_yticks(ticks, names)
    return float(10**zero)
