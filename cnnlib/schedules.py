"""Learning rates that change with the step: functions to give to an optimizer as its `lr`.

Each is a small dataclass with `__call__`, so that it can be copied, compared, pickled and searched over.
"""

from dataclasses import dataclass
from math import cos, pi

from cnnlib.checks import integer


@dataclass(frozen=True)
class constant:
    """The same rate at every step: a step (0, 1, 2, ...) -> lr."""

    lr: float

    def __call__(self, step: int) -> float:
        return self.lr


@dataclass(frozen=True)
class step:
    """The rate times `factor` after every `every` steps: a step (0, 1, 2, ...) -> a rate.

    >>> [step(0.1, every=2, factor=0.5)(i) for i in range(5)]
    [0.1, 0.1, 0.05, 0.05, 0.025]
    """

    lr: float
    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        integer(self.every, "every", 1)

    def __call__(self, step: int) -> float:
        return self.lr * self.factor ** (step // self.every)


@dataclass(frozen=True)
class cosine:
    """Half a wave down from `lr` to `final` in so many steps, and `final` from there: a step -> a rate.

    >>> [round(cosine(0.1, steps=4)(i), 4) for i in range(6)]
    [0.1, 0.0854, 0.05, 0.0146, 0.0, 0.0]

    Source: Loshchilov and Hutter 2017, equation 5 without restarts.
    """

    lr: float
    steps: int
    final: float = 0.0

    def __post_init__(self) -> None:
        integer(self.steps, "steps", 1)

    def __call__(self, step: int) -> float:
        done = min(step / self.steps, 1)
        return self.final + (self.lr - self.final) * (1 + cos(pi * done)) / 2
