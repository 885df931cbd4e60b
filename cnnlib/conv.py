"""Convolution: one small detector, used everywhere.

    y[n, i, j, f] = b[f] + sum over kh, kw, c of  w[kh, kw, c, f] * xp[n, i * SH + kh * DH, j * SW + kw * DW, c]

with xp the padded input, S the stride and D the dilation. (As in every library for neural networks this
is a cross-correlation: the filter is not turned.) All windows side by side form a matrix of columns, and the
convolution is one matrix product: "im2col". Its backward pass is the transpose of the same two steps.
"""

from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from cnnlib.arrays import Array, IntOrPair, Padding, Pads, Pair, turn
from cnnlib.checks import bias, floats, gradient, image_shape, images, integer, pair
from cnnlib.init import lecun
from cnnlib.layer import Gradients, Init, Layer, Shape, named, weights_and_bias
from cnnlib.products import product, product_transposed
from cnnlib.windows import add_windows, image_pads, image_size, pad, span, unpad, windows

Cache = tuple[Array, Array, bool, Pads, Pair, Pair, int]


def conv2d_forward(
    x: Any,
    w: Any,
    b: Any,
    stride: IntOrPair = 1,
    padding: Padding = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
) -> tuple[Array, Cache]:
    """Slide filters over images: (N, H, W, C) -> y (N, OH, OW, F), cache.

    x: images (N, H, W, C), float32 or float64; integers are computed in float32.
    w: filters (KH, KW, C / groups, F).  b: biases (F,), or None.
    stride, dilation: pixels, an integer or a pair (vertical, horizontal).
    padding: zeros around the image, an integer, a pair, "same" (OH = ceil(H / stride)) or "valid" (none).
    groups: filters in group g see only the channels of group g; F is a multiple of groups.

    Raises ValueError when the channels of x and w differ or a kernel is larger than its padded image.

    >>> import numpy as np
    >>> x = np.arange(1.0, 17.0).reshape(1, 4, 4, 1)
    >>> w = np.array([[0.0, 0, 0], [0, 1, 0], [0, -1, 0]]).reshape(3, 3, 1, 1)
    >>> y, cache = conv2d_forward(x, w, None)
    >>> y[0, :, :, 0]
    array([[-4., -4.],
           [-4., -4.]])

    Source: LeCun, Bottou, Bengio and Haffner 1998, section II; im2col: Chellapilla, Puri and Simard 2006.
    """
    x, w = images(x), floats(w, "w")
    check_shapes(x.shape, w.shape, groups)
    stride, dilation = pair(stride, "stride"), pair(dilation, "dilation")
    KH, KW, _, F = w.shape
    b = bias(b, F, f"w {w.shape}")
    pads = image_pads(x.shape[1:3], (KH, KW), stride, padding, dilation)
    xp = pad(x, pads)
    p = windows(xp, (KH, KW), stride, dilation)  # (N, OH, OW, KH, KW, C)
    N, OH, OW = p.shape[:3]
    w_rows = matrix(w, groups).transpose(0, 2, 1)  # (G, F/G, KH*KW*C/G)
    y = product(w_rows, columns(p, groups))  # (G, F/G, OH*OW*N)
    y = turn(y.reshape(F, OH, OW, N))  # (N, OH, OW, F)
    if b is not None:
        y += b
    return y, (xp, w, b is not None, pads, stride, dilation, groups)


def conv2d_backward(
    dy: Any,
    cache: Cache,
    need_dx: bool = True,
) -> tuple[Array | None, Array, Array | None]:
    """The gradient of y (N, OH, OW, F) -> dx, dw, db in the shapes of x, w, b.

    dy: the gradient of the loss by y.  cache: what `conv2d_forward` gave beside y.
    need_dx: False skips dx (it is None then): nothing asks for the gradient by the data.
    db is None where the forward pass had no bias.

    Raises ValueError when dy has not the shape of y.

    >>> import numpy as np
    >>> x, w = np.ones((2, 5, 5, 3)), np.ones((3, 3, 3, 4))
    >>> y, cache = conv2d_forward(x, w, np.zeros(4), padding="same")
    >>> [d.shape for d in conv2d_backward(np.ones_like(y), cache)]
    [(2, 5, 5, 3), (3, 3, 3, 4), (4,)]

    Source: LeCun et al. 1998, section II; the transpose of a convolution: Dumoulin and Visin 2016, section 4.
    """
    xp, w, has_bias, pads, stride, dilation, groups = cache
    KH, KW, CG, F = w.shape
    p = windows(xp, (KH, KW), stride, dilation)  # (N, OH, OW, KH, KW, C)
    N, OH, OW = p.shape[:3]
    dy = gradient(dy, (N, OH, OW, F))
    dy = turn(dy).reshape(groups, F // groups, OH * OW * N)
    db = dy.sum(axis=2).reshape(F) if has_bias else None
    dw = product_transposed(columns(p, groups), dy)  # (G, KH*KW*C/G, F/G)
    dw = dw.transpose(1, 0, 2).reshape(KH, KW, CG, F)
    if not need_dx:
        return None, dw, db
    dp = uncolumns(product(matrix(w, groups), dy), p.shape)  # (N, OH, OW, KH, KW, C)
    dxp = add_windows(dp, xp.shape[1:3], stride, dilation)
    return unpad(dxp, pads), dw, db


def matrix(w: Array, groups: int) -> Array:
    """(KH, KW, C / groups, F) -> (groups, KH*KW*C / groups, F / groups): the filters as columns, a view."""
    KH, KW, CG, F = w.shape
    return w.reshape(KH * KW * CG, groups, F // groups).transpose(1, 0, 2)


def columns(p: Array, groups: int) -> Array:
    """(N, OH, OW, KH, KW, C) -> (G, KH*KW*C/G, OH*OW*N): im2col, in one copy."""
    N, OH, OW, KH, KW, C = p.shape
    p = p.transpose(3, 4, 5, 1, 2, 0)  # (KH, KW, C, OH, OW, N)
    p = p.reshape(KH, KW, groups, C // groups, OH, OW, N)
    p = p.transpose(2, 0, 1, 3, 4, 5, 6)  # the groups first
    return p.reshape(groups, KH * KW * C // groups, OH * OW * N)


def uncolumns(columns: Array, shape: tuple[int, ...]) -> Array:
    """(groups, KH*KW*C / groups, OH*OW*N) -> (N, OH, OW, KH, KW, C): the way back; a copy only if groups > 1."""
    N, OH, OW, KH, KW, C = shape
    groups = len(columns)
    p = columns.reshape(groups, KH, KW, C // groups, OH, OW, N).transpose(1, 2, 0, 3, 4, 5, 6)
    return p.reshape(KH, KW, C, OH, OW, N).transpose(5, 3, 4, 0, 1, 2)


def check_groups(channels: int, filters: int, groups: int) -> None:
    """Channels, filters, groups -> nothing; ValueError when they cannot be shared out evenly."""
    if channels % integer(groups, "groups", 1) or filters % groups:
        counts = f"{channels} channels, {filters} filters, {groups} groups"
        raise ValueError(f"groups must divide channels and filters; got {counts}")


def check_shapes(x: tuple[int, ...], w: tuple[int, ...], groups: int) -> None:
    """The shapes of x and w -> nothing; ValueError when the filters cannot see these channels."""
    if len(w) != 4 or 0 in w:
        raise ValueError(f"w must hold filters (KH, KW, C / groups, F), none of them 0; got shape {w}")
    check_groups(x[3], w[3], groups)
    if x[3] != w[2] * groups:
        hint = ": channels first? Try x.transpose(0, 2, 3, 1)" if x[1] == w[2] * groups else ""
        raise ValueError(
            f"x (N, H, W, C) has C = {x[3]} channels, w (KH, KW, C / groups, F) wants {w[2] * groups}; "
            f"got x {x}, w {w}, groups {groups}{hint}"
        )


@dataclass
class Conv2D(Layer):
    """A convolution with learned filters: (N, H, W, C) -> (N, OH, OW, filters).

    filters: how many.  kernel_size, stride, dilation: pixels, an integer or a pair (vertical, horizontal).
    padding: an integer, a pair, "same" or "valid".  groups: see `conv2d_forward`.
    params: w (KH, KW, C / groups, filters), b (filters,) unless use_bias is False.

    >>> Conv2D(8, kernel_size=3, padding=1).build((28, 28, 1), np.random.default_rng(0))
    (28, 28, 8)
    """

    filters: int
    kernel_size: IntOrPair = 3
    stride: IntOrPair = 1
    padding: Padding = 0
    dilation: IntOrPair = 1
    groups: int = 1
    use_bias: bool = True
    init: Init = field(default=lecun, repr=False)  # its repr is an address in memory

    def output_shape(self, input_shape: Shape) -> Shape:
        H, W, C = image_shape(input_shape, "Conv2D")
        check_groups(C, integer(self.filters, "filters", 1), self.groups)
        settings = pair(self.kernel_size, "kernel_size"), pair(self.stride, "stride")
        return *image_size((H, W), *settings, self.padding, pair(self.dilation, "dilation")), self.filters

    def param_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        w = (*pair(self.kernel_size, "kernel_size"), input_shape[-1] // self.groups, self.filters)
        return {"w": w, "b": (self.filters,)} if self.use_bias else {"w": w}

    def allocate(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> None:
        self.params = weights_and_bias(self.param_shapes(input_shape), self.init, self.groups, rng, dtype)

    def multiply_adds(self, input_shape: Shape) -> int:
        return prod(self.output_shape(input_shape)[:2]) * prod(self.param_shapes(input_shape)["w"])

    def reach(self) -> tuple[Pair, Pair] | None:
        (KH, KW), (DH, DW) = pair(self.kernel_size, "kernel_size"), pair(self.dilation, "dilation")
        return (span(KH, DH), span(KW, DW)), pair(self.stride, "stride")

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        w, b = self.parameter("w"), self.params.get("b")
        return conv2d_forward(x, w, b, self.stride, self.padding, self.dilation, self.groups)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        dx, dw, db = conv2d_backward(dy, cache, need_dx)
        return dx, named(dw, db)
