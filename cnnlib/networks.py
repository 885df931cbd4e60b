"""Networks: layers made of layers. A network is a layer, so whatever works for one works for the other."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.checks import floats
from cnnlib.layer import Gradients, Layer, Shape


@dataclass
class Sequential(Layer):
    """Layers one after the other: (N, *input_shape) -> (N, *output_shape).

    params: the layers' own arrays under keys like "0.w"; the gradients have the same keys.

    >>> from cnnlib.activations import ReLU
    >>> from cnnlib.dense import Dense
    >>> model = Sequential([Dense(3), ReLU(), Dense(2)])
    >>> model.build((4,), np.random.default_rng(0))
    (2,)
    >>> list(model.params)
    ['0.w', '0.b', '2.w', '2.b']
    """

    layers: list[Layer]

    def __post_init__(self) -> None:
        self.layers = list(self.layers)
        check_layers({f"layers[{i}]": layer for i, layer in enumerate(self.layers)})

    def children(self) -> dict[str, Layer]:
        return {str(i): layer for i, layer in enumerate(self.layers)}

    @property
    def params(self) -> dict[str, Array]:  # type: ignore[override]
        return named_params(self)

    def output_shape(self, input_shape: Shape) -> Shape:
        for i, layer in enumerate(self.layers):
            input_shape = self.located(i, layer.output_shape, input_shape)
        return tuple(input_shape)

    def param_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        shapes: dict[str, Shape] = {}
        for i, layer in enumerate(self.layers):
            shapes |= {f"{i}.{name}": shape for name, shape in layer.param_shapes(input_shape).items()}
            input_shape = layer.output_shape(input_shape)
        return shapes

    def allocate(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> None:
        for layer in self.layers:
            input_shape = layer.build(input_shape, rng, dtype)

    def forward(self, x: Array, train: bool = False) -> tuple[Array, list[Any]]:
        x, caches = floats(x, "x"), []
        for i, layer in enumerate(self.layers):
            x, cache = self.located(i, layer.forward, x, train)
            caches.append(cache)
        return x, caches

    def backward(self, dy: Array, cache: list[Any], need_dx: bool = True) -> tuple[Array | None, Gradients]:
        gradients: Gradients = {}
        dx: Any = dy
        for i in reversed(range(len(self.layers))):
            unasked = {} if need_dx or i > 0 else {"need_dx": False}
            dx, grads = self.layers[i].backward(dx, cache[i], **unasked)
            gradients |= {f"{i}.{name}": gradient for name, gradient in grads.items()}
        return dx, gradients

    def located(self, i: int, method: Any, *arguments: Any) -> Any:
        """Call a layer's method; an error gets the layer's place added, so that it can be found."""
        try:
            return method(*arguments)
        except (ValueError, TypeError) as error:
            error.add_note(f"in layer {i} of the Sequential, {self.layers[i]}")
            raise


@dataclass
class Residual(Layer):
    """What a body adds to its input: (N, *input_shape) -> body(x) + shortcut(x), (N, *output_shape).

    body, shortcut: layers, or a Sequential. shortcut None passes x on as it is.
    params: under keys like "body.0.w" and "shortcut.w".

    >>> from cnnlib.conv import Conv2D
    >>> Residual(Conv2D(4, padding="same")).build((8, 8, 4), np.random.default_rng(0))
    (8, 8, 4)

    Source: He, Zhang, Ren and Sun 2016, equations 1 and 2.
    """

    body: Layer
    shortcut: Layer | None = None

    def __post_init__(self) -> None:
        check_layers(self.children())

    def children(self) -> dict[str, Layer]:
        return {"body": self.body} if self.shortcut is None else {"body": self.body, "shortcut": self.shortcut}

    @property
    def params(self) -> dict[str, Array]:  # type: ignore[override]
        return named_params(self)

    def output_shape(self, input_shape: Shape) -> Shape:
        body = tuple(self.body.output_shape(input_shape))
        shortcut = tuple(self.shortcut.output_shape(input_shape) if self.shortcut else input_shape)
        if body != shortcut:
            raise ValueError(f"body and shortcut must give the same shape to be added; got {body} and {shortcut}")
        return body

    def param_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return prefixed({name: layer.param_shapes(input_shape) for name, layer in self.children().items()})

    def allocate(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> None:
        for layer in self.children().values():
            layer.build(input_shape, rng, dtype)

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        x = floats(x, "x")
        y, cache = self.body.forward(x, train)
        passed, shortcut_cache = (x, None) if self.shortcut is None else self.shortcut.forward(x, train)
        if y.shape != passed.shape:
            raise ValueError(
                f"body and shortcut must give the same shape to be added; got {y.shape} and {passed.shape}"
            )
        return y + passed, (cache, shortcut_cache)

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        through: Any = dy
        shortcut_grads: Gradients = {}
        if self.shortcut is not None:
            through, shortcut_grads = self.shortcut.backward(dy, cache[1])
        dx, grads = self.body.backward(dy, cache[0])
        return dx + through, prefixed({"body": grads, "shortcut": shortcut_grads})


@dataclass
class Parallel(Layer):
    """Branches side by side: (N, H, W, C) -> their outputs concatenated over the channels, (N, OH, OW, sum of C).

    branches: layers or Sequentials whose outputs have the same height and width.
    params: under keys like "0.w" and "1.0.w".

    >>> from cnnlib.conv import Conv2D
    >>> from cnnlib.pool import MaxPool2D
    >>> Parallel([Conv2D(4, 1), MaxPool2D(3, 1, 1)]).build((8, 8, 3), np.random.default_rng(0))
    (8, 8, 7)

    Source: Szegedy et al. 2015, figure 2.
    """

    branches: list[Layer]

    def __post_init__(self) -> None:
        self.branches = list(self.branches)
        check_layers(self.children())
        if not self.branches:
            raise ValueError("branches must hold at least one layer; got none")

    def children(self) -> dict[str, Layer]:
        return {str(i): branch for i, branch in enumerate(self.branches)}

    @property
    def params(self) -> dict[str, Array]:  # type: ignore[override]
        return named_params(self)

    def output_shape(self, input_shape: Shape) -> Shape:
        shapes = [tuple(branch.output_shape(input_shape)) for branch in self.branches]
        if len({shape[:-1] for shape in shapes}) > 1:
            raise ValueError(f"branches must give the same height and width to be concatenated; got {shapes}")
        return *shapes[0][:-1], sum(shape[-1] for shape in shapes)

    def param_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return prefixed({name: branch.param_shapes(input_shape) for name, branch in self.children().items()})

    def allocate(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> None:
        for branch in self.branches:
            branch.build(input_shape, rng, dtype)

    def forward(self, x: Array, train: bool = False) -> tuple[Array, Any]:
        outputs, caches = zip(*(branch.forward(x, train) for branch in self.branches), strict=True)
        shapes = [output.shape for output in outputs]
        if len({shape[:-1] for shape in shapes}) > 1:
            raise ValueError(f"branches must give the same height and width to be concatenated; got {shapes}")
        return np.concatenate(outputs, axis=-1), (caches, [output.shape[-1] for output in outputs])

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[Array | None, Gradients]:
        caches, widths = cache
        parts = np.split(dy, np.cumsum(widths)[:-1], axis=-1)
        results = [b.backward(part, c) for b, part, c in zip(self.branches, parts, caches, strict=True)]
        dx: Any = sum(dx for dx, _ in results)
        return dx, prefixed({str(i): grads for i, (_, grads) in enumerate(results)})


def check_layers(children: dict[str, Any]) -> None:
    """Layers by name -> nothing; TypeError for what is no layer."""
    for name, layer in children.items():
        if not isinstance(layer, Layer):
            raise TypeError(f"{name} must be a layer such as ReLU(); got {layer!r}")


def prefixed(parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Dicts by the name of the part -> one dict with keys like "part.key"."""
    return {f"{part}.{key}": value for part, values in parts.items() for key, value in values.items()}


def named_params(layer: Layer) -> dict[str, Array]:
    """A layer made of layers -> their own arrays, under keys like "0.w"."""
    return prefixed({name: child.params for name, child in layer.children().items()})
