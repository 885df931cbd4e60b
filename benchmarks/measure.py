"""Fair timing: what is compared takes turns in one process, so that a busy moment of the machine hits both."""

import contextlib
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import torch
from threadpoolctl import threadpool_limits


@dataclass(frozen=True)
class Times:
    """The seconds of one piece of work, a number a round."""

    rounds: tuple[float, ...]

    @property
    def median(self):
        return float(np.median(self.rounds))

    @property
    def best(self):
        return min(self.rounds)

    @property
    def spread(self):
        """(90 % quantile - 10 % quantile) / median."""
        low, high = np.quantile(self.rounds, (0.1, 0.9))
        return float((high - low) / self.median)


@contextlib.contextmanager
def threads(n):
    """Both libraries compute with n threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        with threadpool_limits(n):
            yield
    finally:
        torch.set_num_threads(before)


def take_turns(functions, rounds, seconds=0.1):
    """Functions by name -> their Times, per call.

    A turn repeats a function for about `seconds`, after a call that is not timed: the threads of the side before may
    still be awake. The first round warms up; each round takes the functions the other way around.
    """
    calls = {}
    for name, function in functions.items():
        function()
        start = perf_counter()
        function()
        calls[name] = max(1, round(seconds / (perf_counter() - start)))
    times = {name: [] for name in functions}
    for i in range(rounds + 1):
        for name, function in list(functions.items())[:: -1 if i % 2 else 1]:
            function()
            start = perf_counter()
            for _ in range(calls[name]):
                function()
            if i > 0:
                times[name].append((perf_counter() - start) / calls[name])
    return {name: Times(tuple(values)) for name, values in times.items()}
