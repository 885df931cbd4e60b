"""Networks: layers made of layers. A network is a layer, so whatever works for one works for the other."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.layers import Gradients, Layer, Shape


@dataclass
class Sequential(Layer):
    """Layers one after the other: (N, *input_shape) -> (N, *output_shape).

    params: the layers' own arrays under keys like "0.w"; the gradients have the same keys.

    >>> from cnnlib.layers import Dense, ReLU
    >>> model = Sequential([Dense(3), ReLU(), Dense(2)])
    >>> model.build((4,), np.random.default_rng(0))
    (2,)
    >>> list(model.params)
    ['0.w', '0.b', '2.w', '2.b']
    """

    layers: list[Layer]

    def __post_init__(self) -> None:
        self.layers = list(self.layers)
        for i, layer in enumerate(self.layers):
            if not isinstance(layer, Layer):
                raise TypeError(f"layers[{i}] must be a layer such as ReLU(); got {layer!r}")

    def children(self) -> dict[str, Layer]:
        return {str(i): layer for i, layer in enumerate(self.layers)}

    @property
    def params(self) -> dict[str, Array]:  # type: ignore[override]
        return {f"{key}.{name}": p for key, layer in self.children().items() for name, p in layer.params.items()}

    def output_shape(self, input_shape: Shape) -> Shape:
        for i, layer in enumerate(self.layers):
            input_shape = self.located(i, layer.output_shape, input_shape)
        return tuple(input_shape)

    def param_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        shapes = {}
        for i, layer in enumerate(self.layers):
            shapes |= {f"{i}.{name}": shape for name, shape in layer.param_shapes(input_shape).items()}
            input_shape = layer.output_shape(input_shape)
        return shapes

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: Any = np.float32) -> Shape:
        for i, layer in enumerate(self.layers):
            input_shape = self.located(i, layer.build, input_shape, rng, dtype)
        return tuple(input_shape)

    def forward(self, x: Array, train: bool = False) -> tuple[Array, list[Any]]:
        caches = []
        for i, layer in enumerate(self.layers):
            x, cache = self.located(i, layer.forward, x, train)
            caches.append(cache)
        return x, caches

    def backward(self, dy: Array, cache: list[Any], need_dx: bool = True) -> tuple[Array | None, Gradients]:
        gradients: Gradients = {}
        for i in reversed(range(len(self.layers))):
            dy, grads = self.layers[i].backward(dy, cache[i], need_dx or i > 0)
            gradients |= {f"{i}.{name}": gradient for name, gradient in grads.items()}
        return dy, gradients

    def located(self, i: int, method: Any, *arguments: Any) -> Any:
        """Call a layer's method; an error gets the layer's place added, so that it can be found."""
        try:
            return method(*arguments)
        except (ValueError, TypeError) as error:
            error.add_note(f"in layer {i} of the Sequential, {self.layers[i]}")
            raise
