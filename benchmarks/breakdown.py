"""Where the time of a training step goes, and how near it comes to the fastest product of this machine."""

from collections import defaultdict
from contextlib import ExitStack
from time import perf_counter
from unittest import mock

import networks
import numpy as np
from work import INITIAL, LR

from cnnlib import AdaGrad, Dense, conv, dense, fusion, softmax_cross_entropy
from cnnlib.datasets import load_mnist

# The dense layers count as products as a whole: they are little else.
PARTS = {
    "optimizer": [(AdaGrad, "step")],
    "products": [(conv, "product"), (conv, "product_transposed"), (Dense, "forward"), (Dense, "backward")],
    "copies": [(conv, "columns"), (conv, "pad"), (fusion, "pad"), (dense, "flatten_forward")],
}


def sgemm_peak(rounds=7, size=1536):
    """The most floating-point operations a second that a product of large matrices reaches here."""
    a = np.random.default_rng(0).standard_normal((size, size), dtype=np.float32)
    return 2 * size**3 / min(seconds(lambda: a @ a, rounds))


def step_operations(model, batch):
    """A network and a batch -> the floating-point operations that a training step asks for.

    A multiply-add is two: forward, in the gradient by the weights, and, but for the first layer, by the input.
    """
    total, shape = 0, model.input_shape
    for i, layer in enumerate(model.layers):
        total += (4 if i == 0 else 6) * layer.multiply_adds(shape) * batch
        shape = layer.output_shape(shape)
    return total


def breakdown(name, batch, peak, steps=40):
    """A network and a batch -> the parts of a step's time as fractions, and the fraction of the peak it reaches.

    Calls are what a step on no images takes before the optimizer and outside of products and copies, whose own calls
    count with them; elementwise passes, the optimizer's among them, are what remains.
    """
    model, _ = networks.pair(name)
    quick, optimizer = fusion.fused(model), AdaGrad(LR, INITIAL)
    (x, labels), _ = load_mnist()

    def gradients(N):
        z, cache = quick.forward(x[:N], train=True)
        return quick.backward(softmax_cross_entropy(z, labels[:N])[1], cache, need_dx=False)[1]

    def step():
        optimizer.step(quick.params, gradients(batch))

    step()
    total = np.median(seconds(step, steps))
    empty = np.median(seconds(lambda: gradients(0), steps))
    calls = empty - sum(time_of_parts(lambda: gradients(0), steps).values())
    parts = {part: value / total for part, value in (time_of_parts(step, steps) | {"calls": calls}).items()}
    parts["elementwise"] = 1 - sum(parts.values())
    return parts | {"of the peak": step_operations(model, batch) / total / peak}


def time_of_parts(step, steps):
    """A step -> the median seconds that it spends in each of PARTS."""
    spent = defaultdict(float)

    def timed(part, function):
        def wrapper(*arguments, **settings):
            start = perf_counter()
            result = function(*arguments, **settings)
            spent[part] += perf_counter() - start
            return result

        return wrapper

    found = {part: [] for part in PARTS}
    with ExitStack() as patches:
        for part, functions in PARTS.items():
            for owner, name in functions:
                patches.enter_context(mock.patch.object(owner, name, timed(part, getattr(owner, name))))
        for _ in range(steps):
            spent.clear()
            step()
            for part, values in found.items():
                values.append(spent[part])
    return {part: float(np.median(values)) for part, values in found.items()}


def seconds(function, rounds):
    """A function -> the seconds of each of some calls."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        function()
        times.append(perf_counter() - start)
    return times
