"""Layers: thin dataclasses around the pure functions, with a specification, parameters and nothing else.

The fields of a layer are its specification. `build` alone allocates: it has the parameters drawn and returns
the shape of the output. `forward` returns the output and a cache that belongs to the caller; `backward` takes
that cache and returns gradients. A layer remembers no image, no gradient and no learning rate, so it can be
used twice, checked without being disturbed, and shared between threads.

Shapes given to `build` leave out the batch axis: (H, W, C) for images, (D,) for rows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from cnnlib.activations import (
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    softmax_backward,
    softmax_forward,
    tanh_backward,
    tanh_forward,
)
from cnnlib.arrays import Array, IntOrPair, Padding, Pair
from cnnlib.checks import image_shape, integer, pair
from cnnlib.conv import check_groups, conv2d_backward, conv2d_forward
from cnnlib.dense import dense_backward, dense_forward, flatten_backward, flatten_forward
from cnnlib.init import fans, lecun
from cnnlib.pool import (
    avgpool2d_backward,
    avgpool2d_forward,
    global_avgpool2d_backward,
    global_avgpool2d_forward,
    maxpool2d_backward,
    maxpool2d_forward,
    pool_settings,
)
from cnnlib.windows import image_size, span

Shape = tuple[int, ...]
Params = dict[str, Array]
Gradients = dict[str, Array]
Init = Callable[[Shape, int, int, np.random.Generator, Any], Array]


class Layer:
    """What every layer offers. A layer without parameters defines `forward`, `backward` and perhaps `output_shape`."""

    params: dict[str, Array]
    input_shape: Shape | None = None  # what the layer was built for, once it was

    def __post_init__(self) -> None:
        self.params = {}

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of the input -> the shape of the output, both without the batch."""
        return tuple(input_shape)

    def param_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """The shape of the input -> the shape of every parameter, by name."""
        return {}

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: Any = np.float32) -> Shape:
        """The shape of the input -> the shape of the output; draws the parameters, if any, from `rng`."""
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng must be a generator such as np.random.default_rng(0); got {rng!r}")
        dtype = np.dtype(dtype)
        if dtype not in (np.float32, np.float64):
            raise TypeError(f"dtype must be float32 or float64; got {dtype}")
        output_shape = self.output_shape(input_shape)
        self.input_shape = tuple(input_shape)
        self.allocate(self.input_shape, rng, dtype)
        return output_shape

    def allocate(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> None:
        """The part of `build` that a layer with parameters adds: draw them."""

    def multiply_adds(self, input_shape: Shape) -> int:
        """The shape of the input -> how many multiplications, each with an addition, one image takes."""
        return 0

    def reach(self) -> tuple[Pair, Pair] | None:
        """How far one output looks, and how far apart two neighbors look, in pixels of the input; None: it sees all."""
        return (1, 1), (1, 1)

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        """x (N, *input_shape) -> y (N, *output_shape), cache; some layers work differently while training."""
        raise NotImplementedError

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        """dy (N, *output_shape), cache -> dx (N, *input_shape), the gradients by parameter name."""
        raise NotImplementedError

    def children(self) -> dict[str, "Layer"]:
        """The layers that this one is made of, by name; none, for most."""
        return {}

    def parameter(self, name: str) -> Array:
        """The name of a parameter -> its array; ValueError when the layer has not been built."""
        if name not in self.params:
            raise ValueError(f"{self} has no parameter {name!r} yet: call build(input_shape, rng) first")
        return self.params[name]


def weights_and_bias(shapes: dict[str, Shape], init: Init, groups: int, rng: np.random.Generator, dtype: Any) -> Params:
    """The shapes of w and b -> the arrays: w drawn by `init`, b all 0, if it is there at all."""
    params = {name: np.zeros(shape, dtype) for name, shape in shapes.items() if name == "b"}
    return {"w": init(shapes["w"], *fans(shapes["w"], groups), rng, dtype)} | params


def named(dw: Array, db: Array | None) -> Gradients:
    """The gradients of w and b -> a dict by name, without b where there is none."""
    return {"w": dw} if db is None else {"w": dw, "b": db}


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


@dataclass
class MaxPool2D(Layer):
    """The maximum of every window: (N, H, W, C) -> (N, OH, OW, C); see `maxpool2d_forward`.

    >>> MaxPool2D(2).build((28, 28, 8), np.random.default_rng(0))
    (14, 14, 8)
    """

    pool_size: IntOrPair = 2
    stride: IntOrPair | None = None
    padding: Padding = 0

    def output_shape(self, input_shape: Shape) -> Shape:
        return pooled_shape(input_shape, self)

    def reach(self) -> tuple[Pair, Pair] | None:
        return pool_settings(self.pool_size, self.stride, self.padding)

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return maxpool2d_forward(x, self.pool_size, self.stride, self.padding)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return maxpool2d_backward(dy, cache), {}


@dataclass
class AvgPool2D(Layer):
    """The mean of every window: (N, H, W, C) -> (N, OH, OW, C); see `avgpool2d_forward`.

    >>> AvgPool2D((2, 4)).build((28, 28, 8), np.random.default_rng(0))
    (14, 7, 8)
    """

    pool_size: IntOrPair = 2
    stride: IntOrPair | None = None
    padding: Padding = 0

    def output_shape(self, input_shape: Shape) -> Shape:
        return pooled_shape(input_shape, self)

    def reach(self) -> tuple[Pair, Pair] | None:
        return pool_settings(self.pool_size, self.stride, self.padding)

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return avgpool2d_forward(x, self.pool_size, self.stride, self.padding)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return avgpool2d_backward(dy, cache), {}


def pooled_shape(input_shape: Shape, layer: MaxPool2D | AvgPool2D) -> Shape:
    """The shape of the input (H, W, C) -> (OH, OW, C)."""
    H, W, C = image_shape(input_shape, type(layer).__name__)
    pool_size, stride = pool_settings(layer.pool_size, layer.stride, layer.padding)
    return *image_size((H, W), pool_size, stride, layer.padding), C


@dataclass
class GlobalAvgPool2D(Layer):
    """The mean of each channel over the whole image: (N, H, W, C) -> (N, C).

    >>> GlobalAvgPool2D().build((7, 7, 512), np.random.default_rng(0))
    (512,)

    Source: Lin, Chen and Yan 2014, section 3.2.
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        return image_shape(input_shape, "GlobalAvgPool2D")[2:]

    def reach(self) -> tuple[Pair, Pair] | None:
        return None

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return global_avgpool2d_forward(x)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return global_avgpool2d_backward(dy, cache), {}


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


@dataclass
class ReLU(Layer):
    """max(x, 0), value by value: any shape -> the same shape."""

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return relu_forward(x)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return relu_backward(dy, cache), {}


@dataclass
class Tanh(Layer):
    """tanh(x), value by value: any shape -> the same shape."""

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return tanh_forward(x)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return tanh_backward(dy, cache), {}


@dataclass
class Sigmoid(Layer):
    """1 / (1 + exp(-x)), value by value: any shape -> the same shape."""

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return sigmoid_forward(x)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return sigmoid_backward(dy, cache), {}


@dataclass
class Softmax(Layer):
    """Probabilities over the last axis: (N, K) -> (N, K). Training needs none: the loss takes logits."""

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        return softmax_forward(x)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        return softmax_backward(dy, cache), {}
