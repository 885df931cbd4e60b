"""Which class is taken for which: counting the pairs, and drawing the counts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from cnnlib.arrays import Array
from cnnlib.viz.look import ERRORS, FAINT, cell_size, font_size, ink_on, target


def confusion_counts(y_true: Any, y_pred: Any, classes: Sequence[Any] | None = None) -> Array:
    """True and predicted labels (N,), (N,) -> counts (K, K): row = true class, column = predicted.

    classes: the K labels in the order of rows and columns; if None, all labels that occur, sorted.

    Raises ValueError when the two differ in length, or a label is none of the classes.

    >>> confusion_counts([0, 0, 1, 2], [0, 1, 1, 1])
    array([[1, 1, 0],
           [0, 1, 0],
           [0, 1, 0]])
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.ndim != 1 or y_true.shape != y_pred.shape or y_true.size == 0:
        raise ValueError(
            f"y_true and y_pred must be labels, (N,) and (N,); got {y_true.shape} and {y_pred.shape}. "
            "Are they probabilities? argmax(axis=1) gives labels"
        )
    labels = classes_of(y_true, y_pred, classes)
    counts = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(counts, (places(y_true, labels, "y_true"), places(y_pred, labels, "y_pred")), 1)
    return counts


def confusion_matrix(
    y_true: Any,
    y_pred: Any,
    ax: Axes | None = None,
    classes: Sequence[Any] | None = None,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
) -> Axes:
    """True and predicted labels (N,), (N,) -> ax with their counts: row = true class, column = predicted.

    classes: as in `confusion_counts`.  xlabel, ylabel: what columns and rows are, in the reader's language.
    Only the mistakes are colored; right answers stand gray on the diagonal, and a 0 off it is left out.

    Raises ValueError as `confusion_counts` does.

    >>> from matplotlib.figure import Figure
    >>> ax = confusion_matrix([0, 0, 1, 2], [0, 1, 1, 1], ax=Figure().subplots())
    >>> [text.get_text() for text in ax.texts]
    ['1', '1', '', '', '1', '', '', '1', '0']
    """
    counts = confusion_counts(y_true, y_pred, classes)
    labels = classes_of(np.asarray(y_true), np.asarray(y_pred), classes)
    K = len(counts)
    right = np.eye(K, dtype=bool)
    mistakes = np.where(right, 0, counts)
    most = max(int(mistakes.max()), 1)
    ax = target(ax)
    ax.imshow(mistakes, cmap=ERRORS, vmin=0, vmax=most, interpolation="nearest")
    ax.imshow(np.where(right, 1.0, np.nan), cmap="Greys", vmin=0, vmax=12, interpolation="nearest")
    size = font_size(cell_size(ax, K, K), len(str(counts.max())))
    for i, j in np.ndindex(K, K):
        ink = FAINT if i == j else ink_on(ERRORS(mistakes[i, j] / most))
        text = str(counts[i, j]) if i == j or counts[i, j] else ""
        ax.text(j, i, text, ha="center", va="center", fontsize=size, color=ink)
    ax.set(xticks=range(K), yticks=range(K), xticklabels=labels, yticklabels=labels)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(True)
    return ax


def classes_of(y_true: Array, y_pred: Array, classes: Sequence[Any] | None) -> Array:
    """Labels (N,), (N,) and the classes, or None -> the classes (K,)."""
    if classes is None:
        return np.unique(np.concatenate([y_true, y_pred]))
    labels = np.asarray(classes)
    if labels.ndim != 1 or len(np.unique(labels)) != labels.size or labels.size == 0:
        raise ValueError(f"classes must be different labels, (K,); got {classes!r}")
    return labels


def places(y: Array, labels: Array, name: str) -> Array:
    """Labels (N,) -> where each stands among the classes (K,); ValueError for one that does not."""
    known = np.isin(y, labels)
    if not known.all():
        raise ValueError(f"{name} holds {y[~known].tolist()[0]!r}, which is none of the classes {labels.tolist()}")
    order = np.argsort(labels)
    return order[np.searchsorted(labels, y, sorter=order)]
