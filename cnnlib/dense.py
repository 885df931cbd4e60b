"""The dense layer and the way into it: every output sees every input.

y = x @ w + b      dx = dy @ w.T      dw = x.T @ dy      db = sum of dy over the batch
"""

from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from cnnlib.arrays import Array, Pair
from cnnlib.checks import bias, floats, gradient, image_shape, images, integer, rows
from cnnlib.init import lecun
from cnnlib.layer import Gradients, Init, Layer, Shape, named, weights_and_bias
from cnnlib.products import matmul

DenseCache = tuple[Array, Array, bool]


def dense_forward(x: Any, w: Any, b: Any) -> tuple[Array, DenseCache]:
    """y = x @ w + b: (N, D) -> y (N, U), cache.

    x: rows (N, D), float32 or float64; integers are computed in float32.
    w: weights (D, U).  b: biases (U,), or None.

    Raises ValueError when the columns of x are not the rows of w.

    >>> import numpy as np
    >>> y, cache = dense_forward(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([0.5]))
    >>> y
    array([[11.5]])

    Source: Rumelhart, Hinton and Williams 1986, equation 1.
    """
    x, w = rows(x), floats(w, "w")
    if w.ndim != 2 or w.shape[0] != x.shape[1]:
        raise ValueError(f"x (N, D) has D = {x.shape[1]} columns, w must be (D, U) with as many rows; got w {w.shape}")
    b = bias(b, w.shape[1], f"w {w.shape}")
    y = matmul(w.T, x.T).T  # the same product as x @ w, with the batch innermost in memory
    if b is not None:
        y += b
    return y, (x, w, b is not None)


def dense_backward(dy: Any, cache: DenseCache, need_dx: bool = True) -> tuple[Array | None, Array, Array | None]:
    """The gradient of the output (N, U) -> dx (N, D), dw (D, U), db (U,).

    dy: the gradient of the loss by y.  cache: what `dense_forward` gave beside y.
    need_dx: False skips dx (it is None then). db is None where the forward pass had no bias.

    Raises ValueError when dy has not the shape of y.

    >>> import numpy as np
    >>> y, cache = dense_forward(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), None)
    >>> dx, dw, db = dense_backward(np.array([[10.0]]), cache)
    >>> dx, dw.ravel(), db
    (array([[30., 40.]]), array([10., 20.]), None)
    """
    x, w, has_bias = cache
    dy = gradient(dy, (len(x), w.shape[1]))
    dx = matmul(w, dy.T).T if need_dx else None
    dw = matmul(x.T, dy)
    return dx, dw, dy.sum(axis=0) if has_bias else None


def flatten_forward(x: Any) -> tuple[Array, tuple[int, ...]]:
    """The values of each image in one row, rows first, channels last: (N, H, W, C) -> y (N, H*W*C), cache.

    >>> import numpy as np
    >>> flatten_forward(np.arange(8.0).reshape(1, 2, 2, 2))[0]
    array([[0., 1., 2., 3., 4., 5., 6., 7.]])
    """
    x = images(x)
    N, H, W, C = x.shape
    return x.transpose(1, 2, 3, 0).reshape(H * W * C, N).T, x.shape  # with the batch innermost in memory


def flatten_backward(dy: Any, cache: tuple[int, ...]) -> Array:
    """The gradient of the rows (N, H*W*C) -> dx (N, H, W, C): the same values in the shape of the images."""
    N, H, W, C = cache
    return gradient(dy, (N, H * W * C)).T.reshape(H, W, C, N).transpose(3, 0, 1, 2)


@dataclass
class Flatten(Layer):
    """Every image as one row, rows first, channels last: (N, H, W, C) -> (N, H*W*C).

    >>> Flatten().build((14, 14, 8), np.random.default_rng(0))
    (1568,)
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        return (prod(image_shape(input_shape, "Flatten")),)

    def reach(self) -> tuple[Pair, Pair] | None:
        return None

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return flatten_forward(x)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return flatten_backward(dy, cache), {}


@dataclass
class Dense(Layer):
    """Every output sees every input: (N, D) -> (N, units); params w (D, units), b (units,) unless use_bias is False.

    >>> Dense(10).build((64,), np.random.default_rng(0))
    (10,)
    """

    units: int
    use_bias: bool = True
    init: Init = field(default=lecun, repr=False)

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            hint = ": put a Flatten() before it" if len(input_shape) == 3 else ""
            raise ValueError(f"Dense takes rows, an input_shape (D,) without the batch; got {tuple(input_shape)}{hint}")
        integer(input_shape[0], "input_shape", 1)
        return (integer(self.units, "units", 1),)

    def param_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        w = (input_shape[0], self.units)
        return {"w": w, "b": (self.units,)} if self.use_bias else {"w": w}

    def allocate(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> None:
        self.params = weights_and_bias(self.param_shapes(input_shape), self.init, 1, rng, dtype)

    def multiply_adds(self, input_shape: Shape) -> int:
        return prod(self.param_shapes(input_shape)["w"])

    def reach(self) -> tuple[Pair, Pair] | None:
        return None

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return dense_forward(x, self.parameter("w"), self.params.get("b"))

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        dx, dw, db = dense_backward(dy, cache, need_dx)
        return dx, named(dw, db)
