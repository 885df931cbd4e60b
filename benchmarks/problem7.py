"""How many times as fast as three nested loops cnnlib trains the network of problem 7.

    python benchmarks/problem7.py [--rounds 10]

Both train on the same batches of 50 images from the same first weights, with AdaGrad (sums from 1, learning
rate 0.01). A step is forward, loss, backward and update. First the two must agree; then their steps take
turns, so that a busy moment of the machine hits both. One BLAS thread. Fails if cnnlib is less than 40 times
as fast by the medians.
"""

import argparse
import platform
from time import perf_counter

import numpy as np
import three_loops
from threadpoolctl import threadpool_limits

from cnnlib import AdaGrad, Conv2D, Dense, Flatten, MaxPool2D, ReLU, Sequential, softmax_cross_entropy
from cnnlib.datasets import load_mnist

BATCH, LR, AT_LEAST = 50, 0.01, 40
STEPS_A_ROUND = {"three loops": 1, "cnnlib": 20}
NAMES = {"0": "conv", "4": "hidden", "6": "out"}


def make_steps():
    """Two functions (images, labels) -> loss that train one network each, and their parameters by name."""
    layers = [Conv2D(8, 3, padding=1), ReLU(), MaxPool2D(2), Flatten(), Dense(64), ReLU(), Dense(10)]
    model, optimizer = Sequential(layers), AdaGrad(LR, initial=1)
    model.build((28, 28, 1), np.random.default_rng(0), np.float32)
    params = {NAMES[key[0]] + key[1:]: value for key, value in model.params.items()}
    loop_params = {name: value.copy() for name, value in params.items()}
    squares = {name: np.ones_like(value) for name, value in params.items()}

    def cnnlib_step(x, labels):
        z, cache = model.forward(x, train=True)
        loss, dz = softmax_cross_entropy(z, labels)
        _, grads = model.backward(dz, cache, need_dx=False)
        optimizer.step(model.params, grads)
        return loss

    def loop_step(x, labels):
        return three_loops.train_step(loop_params, squares, x, labels, LR)

    return {"three loops": loop_step, "cnnlib": cnnlib_step}, loop_params, params


def check_agreement(images, labels, steps=3):
    """Raise AssertionError unless losses and parameters stay equal, to the rounding of float32."""
    functions, loop_params, params = make_steps()
    for start in range(0, steps * BATCH, BATCH):
        batch = np.s_[start : start + BATCH]
        losses = [step(images[batch], labels[batch]) for step in functions.values()]
        np.testing.assert_allclose(*losses, rtol=1e-5, err_msg="the losses differ")
        print(f"losses of step {start // BATCH}: three loops {losses[0]:.6f}, cnnlib {losses[1]:.6f}")
    for name, value in params.items():
        np.testing.assert_allclose(loop_params[name], value, rtol=1e-4, atol=1e-6, err_msg=f"{name} differs")


def measure(images, labels, rounds):
    """The seconds of each step, by name: in each round, both functions take their turn."""
    functions, *_ = make_steps()
    seconds = {name: [] for name in functions}
    rng = np.random.default_rng(1)
    for i in range(rounds + 1):
        for name, step in functions.items():
            for _ in range(STEPS_A_ROUND[name]):
                batch = rng.integers(len(images), size=BATCH)
                start = perf_counter()
                step(images[batch], labels[batch])
                if i > 0:  # the first round warms up
                    seconds[name].append(perf_counter() - start)
    return seconds


def table(seconds):
    """Seconds by name -> a Markdown table; the last columns compare the medians, and the best steps."""
    slow = 1e3 * np.quantile(seconds["three loops"], (0, 0.5))
    lines = [
        "| | steps | min, ms | median, ms | 10–90 %, ms | µs an image | times as fast | best to best |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, times in seconds.items():
        best, low, middle, high = 1e3 * np.quantile(times, (0, 0.1, 0.5, 0.9))
        lines.append(
            f"| {name} | {len(times)} | {best:.2f} | {middle:.2f} | {low:.2f}–{high:.2f} "
            f"| {1e3 * middle / BATCH:.0f} | {slow[1] / middle:.0f} | {slow[0] / best:.0f} |"
        )
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10, help="steps of the three loops to time")
    rounds = parser.parse_args().rounds
    (images, labels), _ = load_mnist()
    with threadpool_limits(1):
        check_agreement(images, labels)
        seconds = measure(images, labels, rounds)
    print(f"\nPython {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}, batch {BATCH}\n")
    print(table(seconds))
    ratio = np.median(seconds["three loops"]) / np.median(seconds["cnnlib"])
    if ratio < AT_LEAST:
        raise SystemExit(f"expected cnnlib to be at least {AT_LEAST} times as fast, got {ratio:.1f}")


if __name__ == "__main__":
    main()
