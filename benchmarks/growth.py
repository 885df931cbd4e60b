"""How time and memory of a training step grow: in proportion, with an exponent of 1, and no faster."""

import tracemalloc
from math import prod

import numpy as np
from breakdown import seconds

from cnnlib import Conv2D, Dense, Flatten, MaxPool2D, ReLU, Sequential, fusion, softmax_cross_entropy

MOST = 1.25  # the largest exponent that is let pass: caches make small sizes a little cheaper than their share
SIZES = {
    "images in a batch": [dict(batch=n) for n in (32, 64, 128, 256)],
    "pixels of an image": [dict(side=n) for n in (16, 24, 32, 48)],
    "channels": [dict(channels=n) for n in (4, 8, 16, 32)],
}


def step_of(batch=64, side=24, channels=8):
    """Sizes -> a function that computes the gradients of a small network."""
    layers = [Conv2D(8, 3, padding=1), ReLU(), MaxPool2D(2), Flatten(), Dense(10)]
    rng, model = np.random.default_rng(0), Sequential(layers)
    model.build((side, side, channels), rng)
    quick = fusion.fused(model)
    x, labels = rng.random((batch, side, side, channels), dtype=np.float32), rng.integers(0, 10, batch)

    def step():
        z, cache = quick.forward(x, train=True)
        quick.backward(softmax_cross_entropy(z, labels)[1], cache, need_dx=False)

    return step


def amount(side=1, **sizes):
    """Sizes -> the number that the cost should be in proportion to; pixels for a side."""
    return side * side * prod(sizes.values())


def growth(rounds=7):
    """What grows -> its amounts, the seconds and the bytes of a step, and the exponents of both."""
    found = {}
    for what, settings in SIZES.items():
        steps = [step_of(**setting) for setting in settings]
        amounts = [amount(**setting) for setting in settings]
        costs = {"time": [min(seconds(step, rounds)) for step in steps], "memory": [memory(step) for step in steps]}
        exponents = {cost: exponent(amounts, values) for cost, values in costs.items()}
        found[what] = {"amounts": amounts, **costs, "exponents": exponents}
    return found


def exponent(amounts, costs):
    """Amounts and their costs -> the power of the amount that the cost grows with: the slope of the logarithms."""
    return float(np.polyfit(np.log(amounts), np.log(costs), 1)[0])


def memory(step):
    """A function -> the most bytes that its arrays take at once."""
    tracemalloc.start()
    step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
