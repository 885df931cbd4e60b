"""What the operations ask of their arguments, and what they say when the answer is wrong."""

import operator
from typing import Any

import numpy as np

from cnnlib.arrays import Array, IntOrPair, Pair


def integer(value: Any, name: str, minimum: int) -> int:
    """Any integer of at least `minimum` -> int."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer; got {value!r}, a {type(value).__name__}") from None
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be an integer; got {value!r}")
    if number < minimum:
        raise ValueError(f"{name} must be at least {minimum}; got {number}")
    return number


def number(value: Any, name: str, minimum: float, maximum: float = float("inf")) -> float:
    """Any finite real number from `minimum` to `maximum` -> float."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} must be a number; got {value!r}, a {type(value).__name__}")
    if not minimum <= value <= maximum or value == float("inf"):
        most = "" if maximum == float("inf") else f" and at most {maximum}"
        raise ValueError(f"{name} must be finite and at least {minimum}{most}; got {value}")
    return float(value)


def pair(value: IntOrPair, name: str, minimum: int = 1) -> Pair:
    """An integer, or a pair of them -> (vertical, horizontal)."""
    if not isinstance(value, tuple | list):
        number = integer(value, name, minimum)
        return number, number
    if len(value) != 2:
        raise ValueError(f"{name} must be one integer or a pair (vertical, horizontal); got {value!r}")
    return integer(value[0], f"{name}[0]", minimum), integer(value[1], f"{name}[1]", minimum)


def floats(x: Any, name: str) -> Array:
    """Any real array -> float64 if it is float64 (or wider), else float32."""
    x = np.asarray(x)
    if x.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers; got dtype {x.dtype}")
    return x.astype(float_dtype(x.dtype), copy=False)


def float_dtype(dtype: np.dtype) -> type[np.floating]:
    """The dtype of data -> the dtype to compute in: float64 is kept, everything else is float32."""
    return np.float64 if dtype.kind == "f" and dtype.itemsize >= 8 else np.float32


def images(x: Any, name: str = "x") -> Array:
    """Any real array of four axes -> float images (N, H, W, C)."""
    x = floats(x, name)
    if x.ndim != 4:
        hint = {
            2: f": for one gray image, {name}[None, :, :, None]",
            3: f": for gray images {name}[..., None], for one image {name}[None]",
        }.get(x.ndim, "")
        raise ValueError(f"{name} must have 4 axes, (N, H, W, C); got {x.ndim}, shape {x.shape}{hint}")
    return x


def rows(x: Any, name: str = "x") -> Array:
    """Any real array of two axes -> float rows (N, D)."""
    x = floats(x, name)
    if x.ndim != 2:
        hint = ": images need a Flatten() before a Dense" if x.ndim == 4 else ""
        raise ValueError(f"{name} must have 2 axes, (N, D); got {x.ndim}, shape {x.shape}{hint}")
    return x


def gradient(dy: Any, shape: tuple[int, ...]) -> Array:
    """Any real array of the shape of the output -> a float gradient."""
    dy = floats(dy, "dy")
    if dy.shape != shape:
        raise ValueError(f"dy must have the shape of the output y, {shape}; got {dy.shape}")
    return dy


def bias(b: Any, outputs: int, weights: str) -> Array | None:
    """None or any real array (outputs,) -> None or floats."""
    if b is None:
        return None
    b = floats(b, "b")
    if b.shape != (outputs,):
        raise ValueError(f"b must have one value for each of the {outputs} outputs of {weights}; got shape {b.shape}")
    return b


def image_shape(input_shape: tuple[int, ...], layer: str) -> tuple[int, int, int]:
    """The shape of one image -> (H, W, C)."""
    if len(input_shape) != 3:
        raise ValueError(f"{layer} takes images, an input_shape (H, W, C) without the batch; got {tuple(input_shape)}")
    H, W, C = (integer(size, "input_shape", 1) for size in input_shape)
    return H, W, C
