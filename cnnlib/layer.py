"""What every layer is: a specification, parameters and nothing else. The layers stand beside their functions.

The fields of a layer are its specification. `build` alone allocates: it has the parameters drawn and returns
the shape of the output. `forward` returns the output and a cache that belongs to the caller; `backward` takes
that cache and returns gradients. A layer remembers no image, no gradient and no learning rate, so it can be
used twice, checked without being disturbed, and shared between threads.

Shapes given to `build` leave out the batch axis: (H, W, C) for images, (D,) for rows.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.arrays import Array, Pair
from cnnlib.init import fans

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
