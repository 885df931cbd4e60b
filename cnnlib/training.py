"""The training loop: forward, loss, backward, step, batch after batch."""

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.fusion import fused
from cnnlib.losses import softmax_cross_entropy
from cnnlib.networks import Sequential
from cnnlib.optimizers import Optimizer
from cnnlib.prediction import for_prediction

Augment = Callable[[Array, np.random.Generator], Array]
History = dict[str, list[float]]
Data = tuple[Array, Array]


def batches(N: int, batch_size: int, rng: np.random.Generator | None = None) -> Iterator[Array]:
    """N images -> the indices of one batch after the other, shuffled if there is a generator.

    >>> [list(batch) for batch in batches(5, 2)]
    [[np.int64(0), np.int64(1)], [np.int64(2), np.int64(3)], [np.int64(4)]]
    """
    order = np.arange(N) if rng is None else rng.permutation(N)
    for start in range(0, N, batch_size):
        yield order[start : start + batch_size]


def train_epoch(
    model: Sequential,
    optimizer: Optimizer,
    x: Array,
    labels: Array,
    batch_size: int,
    rng: np.random.Generator,
    augment: Augment | None = None,
) -> tuple[float, float]:
    """One pass over images (N, ...) and labels (N,) -> the mean loss and accuracy."""
    total_loss, right = 0.0, 0
    quick, params = fused(model), model.params
    for batch in batches(len(x), batch_size, rng):
        images = x[batch] if augment is None else augment(x[batch], rng)
        z, caches = quick.forward(images, train=True)
        loss, dz = softmax_cross_entropy(z, labels[batch])
        _, grads = quick.backward(dz, caches, need_dx=False)
        optimizer.step(params, grads)
        total_loss += loss * len(batch)
        right += int(np.sum(z.argmax(axis=1) == labels[batch]))
    return total_loss / len(x), right / len(x)


def logits(model: Sequential, x: Array, batch_size: int) -> Array:
    """Images (N, ...) -> logits (N, K), computed batch by batch so that memory does not grow with N."""
    quick = for_prediction(model)
    if not len(x):
        return outputs(quick, x)
    return np.concatenate([outputs(quick, x[batch]) for batch in batches(len(x), batch_size)])


def outputs(model: Sequential, x: Array) -> Array:
    """Images (N, ...) -> logits (N, K), dropping what each layer keeps for a backward pass as soon as it is there."""
    for layer in model.layers:
        x = layer.forward(x)[0]
    return x


def evaluate(model: Sequential, x: Array, labels: Array, batch_size: int) -> tuple[float, float]:
    """Images (N, ...) and labels (N,) -> the mean loss and the accuracy."""
    z = logits(model, x, batch_size)
    return softmax_cross_entropy(z, labels)[0], float(np.mean(z.argmax(axis=1) == labels))


def train(
    model: Sequential,
    optimizer: Optimizer,
    data: Data,
    rng: np.random.Generator,
    epochs: Iterable[Any],
    batch_size: int,
    augment: Augment | None = None,
    validation: Data | None = None,
    patience: int | None = None,
) -> tuple[Sequential, History]:
    """Train for some epochs -> the trained model and its history, a dict of lists with an entry an epoch.

    patience: stop after so many epochs without a better validation loss, and return the best model.
    An interrupt (Ctrl-C) ends the training: with the best model by validation loss where there is validation
    data, else with the model as it stands; the history keeps the epochs that were finished.
    """
    keys = ("loss", "accuracy", "val_loss", "val_accuracy") if validation else ("loss", "accuracy")
    history: History = {key: [] for key in keys}
    best, best_epoch = None, -1
    try:
        for epoch, _ in enumerate(epochs):
            entry: tuple[float, ...] = train_epoch(model, optimizer, *data, batch_size, rng, augment)
            if validation:
                entry += evaluate(model, *validation, batch_size)
            for values, value in zip(history.values(), entry, strict=True):
                values.append(value)
            if validation and (best is None or not history["val_loss"][best_epoch] <= entry[2]):
                best, best_epoch = copy.deepcopy(model), epoch
            if patience is not None and epoch - best_epoch >= patience:
                break
    except KeyboardInterrupt:
        return best or model, history
    return (best if patience is not None and best else model), history
