"""The pieces of work that are compared, each as two functions that do the same: cnnlib's and PyTorch's."""

import networks
import numpy as np
import three_loops
import torch
from sklearn.neural_network import MLPClassifier
from torch.nn import functional

from cnnlib import AdaGrad
from cnnlib.datasets import load_mnist
from cnnlib.training import logits, train

LR, INITIAL = 0.01, 1  # the settings of problem 7
STEPS = {1: 400, 50: 40, 128: 20}  # batch -> steps in one call: about a tenth of a second


def training(name, batch, compiled=False):
    """A network and a batch size -> two functions that train some batches, and return the mean loss of these."""
    model, module = networks.pair(name)
    (x, labels), _ = load_mnist()
    N = batch * STEPS[batch]
    x, labels = x[:N], labels[:N]
    optimizer = AdaGrad(LR, INITIAL)
    rng, torch_rng = np.random.default_rng(0), np.random.default_rng(0)

    def ours():
        return train(model, optimizer, (x, labels), rng, range(1), batch)[1]["loss"][0]

    tx, targets = networks.images_for_torch(x), torch.from_numpy(labels)
    theirs_optimizer = torch.optim.Adagrad(
        module.parameters(), LR, initial_accumulator_value=INITIAL, foreach=False, fused=True
    )
    network = torch.compile(module) if compiled else module

    def theirs():
        total = 0.0
        order = torch.from_numpy(torch_rng.permutation(N))
        for start in range(0, N, batch):
            of = order[start : start + batch]
            theirs_optimizer.zero_grad(set_to_none=True)
            loss = functional.cross_entropy(network(tx[of]), targets[of])
            loss.backward()
            theirs_optimizer.step()
            total += loss.item() * batch
        return total / N

    return {"cnnlib": ours, "PyTorch": theirs}


def prediction(name, N, batch):
    """A network -> two functions that compute the logits (N, K) of N images, in batches."""
    model, module = networks.pair(name)
    shape = networks.NETWORKS[name][1]
    if shape == (28, 28, 1):
        x = load_mnist()[1][0][:N]
    else:
        x = np.random.default_rng(0).standard_normal((N, *shape), dtype=np.float32)
    tx = networks.images_for_torch(x)

    def theirs():
        with torch.inference_mode():
            return torch.cat([module(part) for part in tx.split(batch)]).numpy()

    return {"cnnlib": lambda: logits(model, x, batch), "PyTorch": theirs}


def loops(name, batch=50):
    """A network -> one training step in cnnlib and with three nested loops, on the same batch; both give the loss."""
    model, _ = networks.pair(name)
    (x, labels), _ = load_mnist()
    x, labels = x[:batch], labels[:batch]
    params = [value.copy() for value in model.params.values()]
    squares = [np.full_like(value, INITIAL) for value in params]
    optimizer, rng = AdaGrad(LR, INITIAL), np.random.default_rng(0)
    return {
        "cnnlib": lambda: train(model, optimizer, (x, labels), rng, range(1), batch)[1]["loss"][0],
        "three loops": lambda: three_loops.train_step(params, squares, x, labels, networks.PADDINGS[name], LR),
    }


def agree(functions, calls=3, rtol=1e-4):
    """Raise AssertionError unless the functions give the same, call after call, to the rounding of float32."""
    for _ in range(calls):
        first, *others = (function() for function in functions.values())
        for other in others:
            np.testing.assert_allclose(other, first, rtol=rtol, atol=rtol * np.abs(first).max())


def perceptron(N=2000, batch=50):
    """An epoch of problem 7, and one of scikit-learn's perceptron with a hidden layer of the same 64 units."""
    model, _ = networks.pair("problem 7")
    (x, labels), _ = load_mnist()
    x, labels = x[:N], labels[:N]
    optimizer, rng = AdaGrad(LR, INITIAL), np.random.default_rng(0)
    network = MLPClassifier((64,), batch_size=batch, random_state=0)
    rows, classes = x.reshape(N, -1), np.arange(10)
    return {
        "cnnlib": lambda: train(model, optimizer, (x, labels), rng, range(1), batch),
        "scikit-learn": lambda: network.partial_fit(rows, labels, classes=classes),
    }
