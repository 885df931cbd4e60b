"""Softmax and cross-entropy, fused: the gradient is simple, and no probability can reach log(0)."""

from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.checks import floats, rows


def softmax(z: Any) -> Array:
    """Logits (..., K) -> probabilities (..., K) that sum to 1 over the last axis.

    p[k] = exp(z[k]) / sum over j of exp(z[j]), computed with z - max(z), which gives the same p and
    cannot overflow.

    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])

    Source: Bridle 1990.
    """
    z = floats(z, "z")
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_cross_entropy(z: Any, labels: Any) -> tuple[float, Array]:
    """Logits (N, K) and labels (N,) -> the mean of -log(p[label]) over the batch, its gradient dz (N, K).

    z: logits, float32 or float64.  labels: integers from 0 to K - 1. An empty batch has the loss 0.

    -log(p[label]) = log(sum over j of exp(z[j])) - z[label], so no logarithm of a p that was rounded to 0;
    dz = (p - one_hot(label)) / N.

    Raises TypeError for labels that are no integers, ValueError for labels out of range or not (N,).

    >>> loss, dz = softmax_cross_entropy(np.zeros((1, 10)), [3])
    >>> round(loss, 4)
    2.3026

    Source: Bridle 1990.
    """
    z = rows(z, "z")
    N, K = z.shape
    labels = class_indices(labels, N, K)
    if not N:
        return 0.0, np.zeros_like(z)
    shifted = z - z.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=1, keepdims=True)
    right = np.arange(N), labels
    loss = (float(np.log(total).sum()) - float(shifted[right].sum())) / N
    dz = e / (N * total)
    dz[right] -= 1 / N
    return loss, dz


def class_indices(labels: Any, N: int, K: int) -> Array:
    """Labels -> an integer array (N,) with values from 0 to K - 1, or an error that says what they were."""
    labels = np.asarray(labels)
    if labels.shape != (N,):
        hint = ": one-hot? Try labels.argmax(axis=1)" if labels.shape == (N, K) else ""
        raise ValueError(f"labels must be one integer for each of the {N} rows of z, ({N},); got {labels.shape}{hint}")
    if labels.dtype.kind not in "iu":
        if not N:
            return labels.astype(np.int64)
        raise TypeError(f"labels must be integers from 0 to {K - 1}; got dtype {labels.dtype}")
    if N and not 0 <= labels.min() <= labels.max() < K:
        raise ValueError(f"labels must lie between 0 and {K - 1}; got {labels.min()} to {labels.max()}")
    return labels
