"""The layers of 1998 as exercises of chapter 7: scaled tanh and trainable subsampling."""

from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.exercises.answers import compare, expect, run

A, S = 1.7159, 2 / 3


def pair_of_functions(answer: Any) -> tuple[Any, Any]:
    """The reader's pair (forward, backward), or Wrong."""
    expect(
        isinstance(answer, tuple | list) and len(answer) == 2 and all(map(callable, answer)),
        "la respuesta es un par de funciones, `(forward, backward)`",
        "the answer is a pair of functions, `(forward, backward)`",
    )
    return answer[0], answer[1]


def forward_of(forward: Any, *arguments: Array) -> tuple[Any, Any]:
    """The reader's forward on some arguments -> y and its cache, or Wrong."""
    result = run(forward, *arguments)
    expect(
        isinstance(result, tuple | list) and len(result) == 2,
        "`forward` debe devolver dos cosas, `(y, cache)`",
        "`forward` must return two things, `(y, cache)`",
    )
    return result[0], result[1]


def scaled_tanh(answer: Any) -> None:
    """07-3: forward(x) -> (y, cache), backward(dy, cache) -> dx, with y = A tanh(S x)."""
    forward, backward = pair_of_functions(answer)
    rng = np.random.default_rng(73)
    for shape in [(5,), (3, 4), (2, 4, 3, 2)]:
        x, dy = 2 * rng.standard_normal(shape), rng.standard_normal(shape)
        y, cache = forward_of(forward, x)
        check_scaled(y, x)
        forward_of(forward, x + 1)  # another image in between: what is needed must travel in the cache
        check_scaled_back(run(backward, dy, cache), x, dy)


def check_scaled(y: Any, x: Array) -> None:
    """The values; Wrong with the cause that fits."""
    compare(
        y,
        A * np.tanh(S * x),
        [
            (np.tanh(x), "esa es la tanh sin escala: faltan A y S", "that is tanh without scale: A and S are missing"),
            (A * np.tanh(x), "falta S, dentro de la tanh", "S is missing, inside tanh"),
            (np.tanh(S * x), "falta A, delante de la tanh", "A is missing, in front of tanh"),
            (S * np.tanh(A * x), "A y S están cambiadas: A va fuera y S dentro",
             "A and S are swapped: A goes outside, S inside"),
        ],
        "`forward` no es A · tanh(S · x)",
        "`forward` is not A · tanh(S · x)",
    )


def check_scaled_back(dx: Any, x: Array, dy: Array) -> None:
    """The gradient; Wrong with the cause that fits."""
    t, y = np.tanh(S * x), A * np.tanh(S * x)
    compare(
        dx,
        dy * A * S * (1 - t**2),
        [
            (dy * (1 - y**2), "usas 1 − y², la derivada de la tanh sin escala: aquí y llega hasta 1.7159",
             "you use 1 − y², the derivative of tanh without scale: here y goes up to 1.7159"),
            (dy * A * S * (1 - y**2), "dentro del cuadrado va la tanh sola, y / A, no y",
             "inside the square goes tanh alone, y / A, not y"),
            (dy * A * (1 - t**2), "falta S: la regla de la cadena también pasa por S · x",
             "S is missing: the chain rule goes through S · x too"),
            (dy * S * (1 - t**2), "falta A: y es A veces la tanh", "A is missing: y is A times tanh"),
            (dy * (1 - t**2), "faltan A y S, los dos factores de la regla de la cadena",
             "A and S are missing, both factors of the chain rule"),
            (A * S * (1 - t**2), "falta multiplicar por dy", "the factor dy is missing"),
        ],
        "`forward` es correcta; `backward` no: dx debe ser dy por la pendiente en cada x",
        "`forward` is right, `backward` is not: dx must be dy times the slope at each x",
    )


def subsampling(answer: Any) -> None:
    """07-4: forward(x, w, b) -> (y, cache), backward(dy, cache) -> (dx, dw, db): w times the sum of 2x2, plus b."""
    forward, backward = pair_of_functions(answer)
    rng = np.random.default_rng(74)
    for N, H, W, C in [(1, 2, 2, 1), (2, 4, 6, 3), (3, 6, 4, 2)]:
        x, w, b = rng.standard_normal((N, H, W, C)), rng.standard_normal(C), rng.standard_normal(C)
        dy = rng.standard_normal((N, H // 2, W // 2, C))
        y, cache = forward_of(forward, x, w, b)
        check_sampled(y, x, w, b)
        forward_of(forward, x + 1, w + 1, b)
        result = run(backward, dy, cache)
        expect(
            isinstance(result, tuple | list) and len(result) == 3,
            "`backward` debe devolver tres gradientes, `(dx, dw, db)`",
            "`backward` must return three gradients, `(dx, dw, db)`",
        )
        check_sampled_back(result, x, w, dy)


def blocks(x: Array) -> Array:
    """Maps (N, H, W, C) -> the sums of 2x2, (N, H/2, W/2, C)."""
    N, H, W, C = x.shape
    return np.asarray(x.reshape(N, H // 2, 2, W // 2, 2, C).sum(axis=(2, 4)))


def check_sampled(y: Any, x: Array, w: Array, b: Array) -> None:
    """The values; Wrong with the cause that fits."""
    s = blocks(x)
    compare(
        y,
        w * s + b,
        [
            (w * s / 4 + b, "esa es la media: en 1998 los cuatro se *suman*",
             "that is the mean: in 1998 the four are *added*"),
            (w * s, "falta el sesgo b", "the bias b is missing"),
            (s + b, "falta el factor w de cada mapa", "the factor w of each map is missing"),
            (w * (s + b), "el sesgo va fuera: primero por w, después + b",
             "the bias goes outside: first times w, then + b"),
            (s, "eso es solo la suma: faltan w y b", "that is the sum alone: w and b are missing"),
        ],
        "`forward` no es w por la suma de cada 2×2, más b",
        "`forward` is not w times the sum of each 2×2, plus b",
    )


def check_sampled_back(result: Any, x: Array, w: Array, dy: Array) -> None:
    """The three gradients; Wrong with the cause that fits."""
    spread, s = np.repeat(np.repeat(dy, 2, axis=1), 2, axis=2), blocks(x)
    axes = (0, 1, 2)
    compare(
        result[0],
        spread * w,
        [
            (spread, "a dx le falta el factor w de su mapa", "dx lacks the factor w of its map"),
            (spread * w / 4, "dx no se divide por 4: la suma pasa entero el gradiente a cada uno",
             "dx is not divided by 4: a sum hands the whole gradient to each of them"),
            (dy * w, "dx tiene la forma de x: cada dy va a sus cuatro píxeles",
             "dx has the shape of x: each dy goes to its four pixels"),
        ],
        "`dx` no sale: cada píxel recibe w por el dy de su ventana",
        "`dx` is not right: each pixel receives w times the dy of its window",
    )
    compare(
        result[1],
        (dy * s).sum(axis=axes),
        [
            ((dy * s).sum(), "hay un w por mapa: suma sobre lote, filas y columnas, no sobre los canales",
             "there is one w for each map: sum over batch, rows and columns, not over channels"),
            ((dy * s).sum(axis=axes) / 4, "dw usa la suma de los cuatro, no su media",
             "dw uses the sum of the four, not their mean"),
            ((dy * s).mean(axis=axes), "dw es una suma sobre el lote y las posiciones, no una media",
             "dw is a sum over the batch and the places, not a mean"),
            ((dy * s).sum(axis=(1, 2)), "falta sumar sobre el lote: w es el mismo en todas las imágenes",
             "sum over the batch as well: w is the same for all images"),
            (dy.sum(axis=axes), "dw no es la suma de dy: esa es db", "dw is not the sum of dy: that is db"),
        ],
        "`dw` no sale: w multiplica la suma de cada 2×2",
        "`dw` is not right: w multiplies the sum of each 2×2",
    )
    compare(
        result[2],
        dy.sum(axis=axes),
        [
            (4 * dy.sum(axis=axes), "b se suma una vez por ventana, no una por píxel",
             "b is added once for each window, not once for each pixel"),
            (dy.sum(), "hay un b por mapa: suma sobre lote, filas y columnas, no sobre los canales",
             "there is one b for each map: sum over batch, rows and columns, not over channels"),
            (dy.mean(axis=axes), "db es una suma, no una media", "db is a sum, not a mean"),
            (dy.sum(axis=(1, 2)), "falta sumar sobre el lote: b es el mismo en todas las imágenes",
             "sum over the batch as well: b is the same for all images"),
        ],
        "`db` no sale: b llega tal cual a todas las salidas de su mapa",
        "`db` is not right: b reaches every output of its map as it is",
    )
