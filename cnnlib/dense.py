"""The dense layer and the way into it: every output sees every input.

y = x @ w + b      dx = dy @ w.T      dw = x.T @ dy      db = sum of dy over the batch
"""

from typing import Any

from cnnlib.arrays import Array
from cnnlib.checks import bias, floats, gradient, images, rows

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
    y = (w.T @ x.T).T  # the same product as x @ w, with the batch innermost in memory
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
    dx = (w @ dy.T).T if need_dx else None
    return dx, x.T @ dy, dy.sum(axis=0) if has_bias else None


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
