"""Is this gradient right? Compare it with the slope that the function itself shows."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.layer import Layer

Function = Callable[..., Any]
Named = dict[str, Any]
Backward = Callable[[Array], Named]
Evaluate = Callable[[Named], tuple[Any, Backward]]


def check_gradients(
    target: Layer | Function | tuple[Function, Function],
    x: Any,
    *others: Any,
    train: bool = False,
    tolerance: float = 1e-6,
    step: float = 1e-5,
    samples: int = 100,
    seed: int = 0,
) -> float:
    """A layer or function and its input (any shape) -> the largest relative error of its gradients.

    target: a built layer; a pair (forward, backward) with forward(x, *others) -> (y, cache) and
        backward(dy, cache) -> the gradients in the order of the arguments (more are left unchecked); or a loss
        with loss(x) -> (a number, dx).
    x, others: arrays, computed in float64; what is None is passed on as it is.
    train: given to the layer's forward pass.  tolerance: the largest relative error allowed.
    step: how far each number is moved, up and down.  samples: at most so many numbers of each array
        are moved, chosen at random.  seed: of that choice and of the weights of the outputs.

    The outputs are weighted with random numbers g, because the plain sum of the outputs misses rows or
    channels that were swapped and calls a softmax right whose gradient is 0. For each number v of each array
    compare the gradient of sum(g * y) with (sum(g * y(v + step)) - sum(g * y(v - step))) / (2 * step). The error
    is relative to the largest gradient of the array.

    Raises AssertionError beyond the tolerance, with the place and both numbers.
    The layer, its parameters and its random state are as before afterwards.

    >>> from cnnlib.losses import softmax_cross_entropy
    >>> check_gradients(lambda z: softmax_cross_entropy(z, [2, 0]), np.zeros((2, 3))) < 1e-6
    True
    """
    rng = np.random.default_rng(seed)
    evaluate, arrays = as_function(target, x, others, train)
    y, backward = evaluate(arrays)
    g = rng.standard_normal(np.shape(y))
    gradients = backward(g)
    noise = 4 * np.finfo(np.float64).eps * float(np.sum(np.abs(g * y))) / step  # what rounding adds to a slope
    worst = 0.0
    for name, v in arrays.items():
        if v is None:
            continue
        gradient = np.asarray(gradients[name])
        if gradient.shape != v.shape:
            raise AssertionError(f"the gradient of {name} must have its shape {v.shape}; got {gradient.shape}")
        places = rng.permutation(v.size)[:samples]
        slopes = np.array([slope(evaluate, arrays, v, place, g, step) for place in places])
        worst = max(worst, compare(name, gradient, places, slopes, noise, tolerance))
    return worst


def slope(evaluate: Evaluate, arrays: Named, v: Array, place: int, g: Array, step: float) -> float:
    """The slope of sum(g * y) along one number of v, by a step up and a step down."""
    value = v.flat[place]
    v.flat[place] = value + step
    up = np.sum(g * evaluate(arrays)[0])
    v.flat[place] = value - step
    down = np.sum(g * evaluate(arrays)[0])
    v.flat[place] = value
    return float(up - down) / (2 * step)


def compare(name: str, gradient: Array, places: Array, slopes: Array, noise: float, tolerance: float) -> float:
    """Gradients and measured slopes -> the largest relative error; AssertionError when it is too large.

    A difference that rounding explains, up to `noise`, never counts as more than the tolerance.
    """
    if not len(places):
        return 0.0
    found = gradient.ravel()[places]
    scale = max(np.abs(slopes).max(), np.abs(gradient).max(), noise / tolerance, 1e-300)
    errors = np.nan_to_num(np.abs(found - slopes) / scale, nan=np.inf)
    error, i = float(errors.max()), int(errors.argmax())
    if error > tolerance:
        at = tuple(int(k) for k in np.unravel_index(places[i], gradient.shape))
        raise AssertionError(
            f"the gradient of {name} at {at} is {found[i]:.6g}, the slope measured there {slopes[i]:.6g}: "
            f"relative error {error:.1e}, tolerance {tolerance:.0e}"
        )
    return error


def as_function(target: Any, x: Any, others: tuple, train: bool) -> tuple[Evaluate, Named]:
    """What is to be checked -> a function of named arrays that gives y and y's backward pass, and those arrays."""
    arrays: Named = {"x": np.array(x, np.float64)}
    if isinstance(target, Layer):
        if others and not (len(others) == 1 and isinstance(others[0], bool)):
            raise TypeError(f"check_gradients(layer, x, train) takes no other arrays; got {len(others)} of them")
        layer = in_float64(target)
        return of_layer(layer, others[0] if others else train), arrays | layer.params
    if isinstance(target, tuple | list):
        arrays |= {f"argument {i}": None if a is None else np.array(a, np.float64) for i, a in enumerate(others, 1)}
        return of_pair(*target), arrays
    return of_loss(target), arrays


def of_layer(layer: Layer, train: bool) -> Evaluate:
    """A layer -> a function of x; every call sees the same random state and running statistics."""

    def evaluate(arrays: Named) -> tuple[Any, Backward]:
        used = copy.deepcopy(layer)
        y, cache = used.forward(arrays["x"], train=train)

        def backward(g: Array) -> Named:
            dx, grads = used.backward(g, cache)
            for name, p in layer.params.items():
                if not np.array_equal(used.params[name], p):
                    raise AssertionError(f"backward changed the parameter {name}; it must only return gradients")
            return {"x": dx} | grads

        return y, backward

    return evaluate


def of_pair(forward: Function, back: Function) -> Evaluate:
    """A pair (forward, backward) -> a function of its arguments."""

    def evaluate(arrays: Named) -> tuple[Any, Backward]:
        y, cache = forward(*arrays.values())

        def backward(g: Array) -> Named:
            gradients = back(g, cache)
            gradients = tuple(gradients) if isinstance(gradients, tuple | list) else (gradients,)
            if len(gradients) < len(arrays):
                raise AssertionError(f"backward must give a gradient for each of {list(arrays)}; got {len(gradients)}")
            return dict(zip(arrays, gradients, strict=False))  # what was not given as an argument is not checked

        return y, backward

    return evaluate


def of_loss(loss: Function) -> Evaluate:
    """A loss, x -> (a number, dx) -> a function of x."""

    def evaluate(arrays: Named) -> tuple[Any, Backward]:
        value, dx = loss(arrays["x"])
        return value, lambda g: {"x": g * dx}

    return evaluate


def in_float64(layer: Layer) -> Layer:
    """A built layer -> a copy of it, parts included, whose parameters are float64."""
    layer = copy.deepcopy(layer)
    parts = [layer]
    while parts:
        part = parts.pop()
        parts += part.children().values()
        if not part.children():
            part.params = {name: p.astype(np.float64) for name, p in part.params.items()}
    return layer
