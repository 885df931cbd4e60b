"""How well LeNet reads the 10,000 test images of MNIST when it is trained on all 60,000, and how soon.

    CNNLIB_DATA=folder python benchmarks/full_mnist.py [--epochs 15] [--beside-pytorch]

The folder holds the four original files of MNIST; without CNNLIB_DATA they are downloaded, once. Prints the
training loss and the test accuracy after each epoch, and the seconds of training so far. The test only watches:
settings are fixed beforehand, and the last epoch counts, not the best. Each image is moved at random by up to two
pixels whenever it enters a batch. One thread. Fails if fewer than 99 in 100 test images are read right.

--beside-pytorch trains the same network in PyTorch as well, from the same weights on the same batches; the two
take turns, an epoch each.
"""

import argparse
import copy
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

from cnnlib import SGD, augment, schedules, training, zoo
from cnnlib.datasets import load_mnist

BATCH, LR, SHIFT, AT_LEAST = 50, 0.05, 2, 0.99
MOMENTUM = 0.9


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=15, help="passes over the 60,000 images")
    parser.add_argument("--seed", type=int, default=0, help="of the weights, the order and the shifts")
    parser.add_argument("--beside-pytorch", action="store_true", help="train in PyTorch as well, in turns")
    settings = parser.parse_args()
    with threadpool_limits(1):
        accuracy = train(load_mnist("full"), settings)
    if accuracy < AT_LEAST:
        raise SystemExit(f"expected a test accuracy of at least {AT_LEAST}, got {accuracy:.4f}")


def train(data, settings):
    """((X, y), (X_test, y_test)), the settings of the command -> cnnlib's test accuracy after the last pass."""
    (X, _), _ = data
    rng, model = np.random.default_rng(settings.seed), zoo.lenet()
    model.build(X.shape[1:], rng)
    rate = schedules.cosine(LR, steps=settings.epochs * -(-len(X) // BATCH))
    sides = {"cnnlib": cnnlib_epochs(model, data, rate, rng)}
    if settings.beside_pytorch:
        sides["PyTorch"] = pytorch_epochs(copy.deepcopy(model), data, rate, copy.deepcopy(rng))
    spent, accuracies = dict.fromkeys(sides, 0.0), {}
    for epoch in range(1, settings.epochs + 1):
        for side, epochs in sides.items():
            start = perf_counter()
            loss = next(epochs)
            spent[side] += perf_counter() - start
            accuracies[side] = next(epochs)
            result = f"loss {loss:.4f}  test {accuracies[side]:.4f}  {spent[side]:.0f} s"
            print(f"epoch {epoch:2}  {side:7}  {result}", flush=True)
    return accuracies["cnnlib"]


def cnnlib_epochs(model, data, rate, rng):
    """A built network -> after each pass, its training loss, then its test accuracy."""
    (X, y), (X_test, y_test) = data
    optimizer = SGD(rate, MOMENTUM, nesterov=True)
    while True:
        yield training.train_epoch(model, optimizer, X, y, BATCH, rng, augment.shift(SHIFT))[0]
        yield training.evaluate(model, X_test, y_test, 500)[1]


def pytorch_epochs(model, data, rate, rng):
    """The same with a copy of the network in PyTorch."""
    import networks
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    (X, y), (X_test, y_test) = data
    module = networks.torch_lenet()
    networks.copy_weights(model, module, (4, 4, 16))
    optimizer = torch.optim.SGD(module.parameters(), LR, momentum=MOMENTUM, nesterov=True, fused=True)
    moved, targets, steps, test = augment.shift(SHIFT), torch.from_numpy(y), 0, networks.images_for_torch(X_test)
    while True:
        total = 0.0
        for batch in training.batches(len(X), BATCH, rng):
            optimizer.param_groups[0]["lr"] = rate(steps)
            optimizer.zero_grad(set_to_none=True)
            images = networks.images_for_torch(moved(X[batch], rng))
            loss = functional.cross_entropy(module(images), targets[batch])
            loss.backward()
            optimizer.step()
            total, steps = total + loss.item() * len(batch), steps + 1
        yield total / len(X)
        with torch.inference_mode():
            yield float((module(test).argmax(1).numpy() == y_test).mean())


if __name__ == "__main__":
    main()
