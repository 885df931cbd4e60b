"""What gemm.c saves in the browser: for a cell of a live page, where nothing else runs beside it.

Prints for two networks, in each type of number and by turns, how long a step of training on 20 images takes with
gemm.c and with `np.einsum`, and the same for each product of at least 100,000 multiplications.
"""

from time import perf_counter

import numpy as np

from cnnlib import SGD, Conv2D, Dense, Flatten, MaxPool2D, ReLU, Sequential, gemm, zoo
from cnnlib.training import train_epoch

TURNS, STEPS, BATCH = 7, 20, 20
with_gemm = gemm.products


def with_einsum(a, b):
    y = np.empty((len(a), a.shape[1], b.shape[2]), np.result_type(a, b))
    return np.einsum("gmk,gkn->gmn", a, b, out=y)


def ratio(run):
    """The least time with gemm.c, of several turns, and its part of the least time with einsum."""
    seconds = {with_gemm: [], with_einsum: []}
    for _ in range(TURNS):
        for way, times in seconds.items():
            start = perf_counter()
            run(way)
            times.append(perf_counter() - start)
    quick, slow = (min(times) for times in seconds.values())
    return quick, quick / slow


def large_products(step):
    """The factors of the products that a step asks for."""
    asked = []

    def products(a, b):
        asked.append((a, b))
        return with_gemm(a, b)

    step(products)
    return [(a, b) for a, b in asked if a.size * b.shape[2] >= 100_000]


def measure(name, model, dtype):
    rng = np.random.default_rng(0)
    model.build((28, 28, 1), rng, dtype)
    x, y = rng.random((STEPS * BATCH, 28, 28, 1)).astype(dtype), rng.integers(0, 10, STEPS * BATCH)
    optimizer = SGD(0.01)

    def train(way, images=STEPS * BATCH):
        gemm.products = way
        train_epoch(model, optimizer, x[:images], y[:images], BATCH, rng)
        gemm.products = with_gemm

    train(with_gemm)
    seconds, part = ratio(train)
    parts = [ratio(lambda way, a=a, b=b: way(a, b))[1] for a, b in large_products(lambda way: train(way, BATCH))]
    print(f"{name} {np.dtype(dtype)}: a step {1000 * seconds / STEPS:.1f} ms, {part:.2f} of einsum's;", end=" ")
    print(f"{len(parts)} products {min(parts):.2f} to {max(parts):.2f}")


for dtype in (np.float32, np.float64):
    layers = [Conv2D(8, kernel_size=3, padding=1), ReLU(), MaxPool2D(2), Flatten(), Dense(64), ReLU(), Dense(10)]
    measure("chapter 6", Sequential(layers), dtype)
    measure("LeNet", zoo.lenet(), dtype)
