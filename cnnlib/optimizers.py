"""Optimizers: how far, and in which direction, the parameters move.

An optimizer sees two dicts with the same keys, the parameters and the gradients of the loss by them, and
changes the parameters *in place*. What it remembers from step to step it keeps by name, in itself and not
in the layers, so the gradients can be checked without moving a weight.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from cnnlib.arrays import Array
from cnnlib.checks import number

Rate = float | Callable[[int], float]
Named = dict[str, Array]


@dataclass
class Optimizer:
    """What every optimizer shares: the learning rate, the number of steps taken, the memory by name."""

    lr: Rate
    steps: int = field(default=0, init=False, repr=False, compare=False)
    state: dict[str, Named] = field(default_factory=dict, init=False, repr=False, compare=False)

    def step(self, params: Named, grads: Named) -> None:
        """Parameters and gradients with the same keys and shapes -> nothing; changes the parameters in place.

        Raises ValueError when the keys or shapes differ, or the learning rate is negative or not finite.
        """
        check_named(params, grads)
        rate = number(self.lr(self.steps) if callable(self.lr) else self.lr, "the learning rate", 0)
        self.steps += 1
        for name, w in params.items():
            self.update(name, w, grads[name], rate)

    def update(self, name: str, w: Array, dw: Array, lr: float) -> None:
        """Move one parameter, in place."""
        raise NotImplementedError

    def memory(self, kind: str, name: str, w: Array, initial: float = 0.0) -> Array:
        """What the optimizer remembers for a parameter, `initial` everywhere at first."""
        memories = self.state.setdefault(kind, {})
        if name not in memories:
            memories[name] = np.full_like(w, initial)
        if memories[name].shape != w.shape:
            raise ValueError(
                f"{name} had the shape {memories[name].shape} in earlier steps; got {w.shape}: another network?"
            )
        return memories[name]


def check_named(params: Named, grads: Named) -> None:
    """Parameters and gradients -> nothing; ValueError when they do not belong together."""
    if params.keys() != grads.keys():
        missing, extra = sorted(params.keys() - grads.keys()), sorted(grads.keys() - params.keys())
        raise ValueError(
            f"params and grads must have the same keys; no gradient for {missing}, no parameter for {extra}"
        )
    for name, w in params.items():
        if w.shape != grads[name].shape:
            raise ValueError(f"the gradient of {name} must have its shape {w.shape}; got {grads[name].shape}")


def descend(w: Array, lr: float, dw: Array, h: Array, eps: float) -> None:
    """w -= lr * dw / (sqrt(h) + eps), in place, with one new array where the formula would make four."""
    step = np.sqrt(h, out=np.empty_like(h))
    step += eps
    np.divide(dw, step, out=step)
    step *= lr
    w -= step


@dataclass
class SGD(Optimizer):
    """Stochastic gradient descent: w -= lr * dw, with momentum v = momentum * v + dw if asked for.

    lr: a number, or a function of the step (0, 1, 2, ...).  momentum: 0 to 1.
    nesterov: look ahead along the velocity, w -= lr * (dw + momentum * v).
    weight_decay: adds weight_decay * w to every gradient.

    >>> w = np.array([1.0])
    >>> SGD(lr=0.1).step({"w": w}, {"w": np.array([2.0])})
    >>> w
    array([0.8])

    Source: Robbins and Monro 1951; momentum: Polyak 1964; Nesterov's: Sutskever et al. 2013.
    """

    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def update(self, name: str, w: Array, dw: Array, lr: float) -> None:
        if self.weight_decay:
            dw = dw + self.weight_decay * w
        if self.momentum:
            v = self.memory("velocity", name, w)
            v *= self.momentum
            v += dw
            dw = dw + self.momentum * v if self.nesterov else v
        w -= lr * dw


@dataclass
class AdaGrad(Optimizer):
    """Smaller steps where gradients have been large: h += dw * dw; w -= lr * dw / (sqrt(h) + eps).

    lr: a number, or a function of the step.  initial: the value of every sum h at the start; at 0 the first
        step has the length lr in every coordinate, at 1 the first steps are short wherever gradients are small.

    >>> w = np.array([1.0, 1.0])
    >>> AdaGrad(lr=0.1).step({"w": w}, {"w": np.array([2.0, -0.01])})
    >>> w.round(4)
    array([0.9, 1.1])

    Source: Duchi, Hazan and Singer 2011, figure 1 (diagonal).
    """

    initial: float = 0.0
    eps: float = 1e-10

    def update(self, name: str, w: Array, dw: Array, lr: float) -> None:
        h = self.memory("squares", name, w, self.initial)
        h += dw * dw
        descend(w, lr, dw, h, self.eps)


@dataclass
class RMSProp(Optimizer):
    """AdaGrad that forgets: h = rho * h + (1 - rho) * dw * dw; w -= lr * dw / (sqrt(h) + eps).

    >>> w = np.array([1.0])
    >>> RMSProp(lr=0.01).step({"w": w}, {"w": np.array([5.0])})
    >>> w.round(4)
    array([0.9])

    Source: Tieleman and Hinton 2012, lecture 6.5.
    """

    rho: float = 0.99
    eps: float = 1e-8

    def update(self, name: str, w: Array, dw: Array, lr: float) -> None:
        h = self.memory("squares", name, w)
        h *= self.rho
        h += (1 - self.rho) * dw * dw
        descend(w, lr, dw, h, self.eps)


@dataclass
class Adam(Optimizer):
    """Momentum and RMSProp, both corrected for their start at 0: w -= lr * m' / (sqrt(v') + eps).

    m = beta1 * m + (1 - beta1) * dw,  v = beta2 * v + (1 - beta2) * dw * dw,
    m' = m / (1 - beta1^t),  v' = v / (1 - beta2^t) at step t = 1, 2, ...

    >>> w = np.array([1.0])
    >>> Adam(lr=0.1).step({"w": w}, {"w": np.array([5.0])})
    >>> w.round(4)
    array([0.9])

    Source: Kingma and Ba 2015, algorithm 1.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def update(self, name: str, w: Array, dw: Array, lr: float) -> None:
        m, v = self.memory("mean", name, w), self.memory("squares", name, w)
        m += (1 - self.beta1) * (dw - m)
        v += (1 - self.beta2) * (dw * dw - v)
        descend(w, lr / (1 - self.beta1**self.steps), m, v / (1 - self.beta2**self.steps), self.eps)
