"""Learning curves: one line a quantity, one point an epoch."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cnnlib.viz.look import LINE_STYLES, SERIES, target

MARKERS = ("o", "s", "^", "D")


def learning_curves(
    history: Mapping[str, Sequence[float]],
    ax: Axes | None = None,
    keys: Sequence[str] = ("loss", "val_loss"),
    labels: Sequence[str] | None = None,
    ylabel: str = "",
    xlabel: str = "",
    title: str = "",
) -> Axes:
    """A history {name: (epochs,)} -> ax with a line for each of `keys`, over the epochs 1, 2, 3 ...

    history: as `CNNClassifier.history_`.  keys: which entries to draw.
    labels: what the legend calls them; the keys themselves if None.
    An epoch whose value is NaN or infinite leaves a hole in its line.

    Raises ValueError when history lacks one of the keys, or labels are not as many as keys.

    >>> from matplotlib.figure import Figure
    >>> ax = learning_curves({"loss": [2.3, 0.9, 0.5]}, ax=Figure().subplots(), keys=["loss"])
    >>> [epoch.item() for epoch in ax.lines[0].get_xdata()]
    [1, 2, 3]
    """
    names = list(keys) if labels is None else list(labels)
    if isinstance(keys, str) or not keys or len(names) != len(keys):
        raise ValueError(f"keys must be a list of names, labels as many or None; got {keys!r} and {labels!r}")
    curves = [curve(history, key) for key in keys]
    ax = target(ax)
    for k, (values, name) in enumerate(zip(curves, names, strict=True)):
        ax.plot(
            np.arange(1, len(values) + 1),
            values,
            label=name,
            color=SERIES[k % len(SERIES)],
            linestyle=LINE_STYLES[k % len(LINE_STYLES)],
            marker=MARKERS[k % len(MARKERS)] if len(values) <= 20 else "",
            markersize=5,
        )
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.legend()
    return ax


def curve(history: Mapping[str, Sequence[float]], key: str) -> np.ndarray:
    """A history and the name of one of its entries -> its values (epochs,); ValueError if there are none."""
    if key not in history:
        hint = ": train with validation_data to have it" if key.startswith("val_") else ""
        raise ValueError(f"history has no {key!r}, only {sorted(history)}{hint}")
    values = np.asarray(history[key], dtype=float)
    if values.ndim != 1 or values.size == 0:
        raise ValueError(f"history[{key!r}] must hold one number an epoch; got shape {values.shape}")
    return np.where(np.isfinite(values), values, np.nan)
