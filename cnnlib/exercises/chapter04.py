"""The exercises of chapter 4: pooling by hand, without loops, its two gradients, and blurring before skipping."""

from typing import Any

import numpy as np

from cnnlib.arrays import Array, Pair
from cnnlib.conv import conv2d_forward
from cnnlib.exercises.answers import Wrong, array, compare, expect, run, same
from cnnlib.exercises.max_gradients import (
    Winner,
    first_by_columns,
    last,
    to_every_winner,
    to_winners,
    truncated,
    unraveled_by_height,
    windows_side_by_side,
)
from cnnlib.pool import avgpool2d_backward, avgpool2d_forward, maxpool2d_forward

IMAGE = np.array([[0, 2, 5, 1, 1, 3], [6, 1, 0, 3, 0, 2], [4, 1, 4, 0, 7, 2], [2, 4, 3, 5, 6, 1]])
DY = np.array([[10, 20], [30, 40]])
# Shapes of images and sizes of windows for 04-2 and 04-3.
PLAIN = [((2, 4, 6, 3), (2, 3)), ((1, 7, 8, 2), (3, 2)), ((3, 5, 5, 1), (2, 2)), ((1, 3, 9, 2), (1, 4))]
SHARED = [((2, 6, 4, 3), (3, 2)), ((2, 4, 4, 1), (2, 2)), ((1, 7, 9, 2), (3, 4)), ((2, 4, 5, 1), (1, 2))]


TIES: list[tuple[Winner, str, str]] = [
    (last, "en los empates has elegido al último: gana el primero, fila a fila",
     "on ties you chose the last: the first in row order wins"),
    (first_by_columns, "en los empates has leído por columnas: gana el primero, fila a fila",
     "on ties you read by columns: the first in row order wins"),
]


def by_hand(answer: Any) -> None:
    """04-1: dx of a max pooling of IMAGE with windows of 2x3."""
    setting = (2, 3), (2, 3)
    mean, cache = avgpool2d_forward(IMAGE[None, :, :, None], (2, 3))
    causes = [
        *((to_winners(DY, IMAGE, *setting, winner=winner), es, en) for winner, es, en in TIES),
        (to_every_winner(DY, IMAGE, *setting), "en un empate el gradiente no va a todos: va al primero, fila a fila",
         "on a tie the gradient does not go to all: it goes to the first in row order"),
        (to_every_winner(DY, IMAGE, *setting, share=True),
         "en un empate no se reparte: va entero al primero, fila a fila",
         "on a tie it is not shared: all of it goes to the first in row order"),
        (avgpool2d_backward(DY[None, :, :, None], cache)[0, :, :, 0],
         "eso es el reparto de la media: el máximo lo da todo a uno",
         "those are the shares of the mean: the maximum gives all to one"),
        (maxpool2d_forward(IMAGE[None, :, :, None], (2, 3))[0][0, :, :, 0],
         "eso son los máximos: se pide `dx`, con la forma de la imagen",
         "those are the maxima: asked for is `dx`, in the shape of the image"),
        (to_winners(np.ones((2, 2)), IMAGE, *setting), "los lugares son los buenos: pon en cada uno su `dy`",
         "the places are right: put its `dy` in each"),
        (to_winners(DY.T, IMAGE, *setting), "los lugares son los buenos, pero `dy` está traspuesto",
         "the places are right, but `dy` is transposed"),
    ]
    right = to_winners(DY, IMAGE, *setting)
    for wrong, es, en in causes:
        expect(not same(answer, wrong), es, en)
    found = array(answer, right.shape)
    for i, j in np.argwhere(~np.isclose(found, right)):
        raise Wrong(
            f"en la fila {i}, columna {j} no va {found[i, j]:g}: ¿en qué ventana está, y quién gana en ella?",
            f"{found[i, j]:g} is wrong at row {i}, column {j}: which window is it in, and who wins there?",
        )


def without_loops(answer: Any) -> None:
    """04-2: pool(x, KH, KW) -> the maxima of windows that do not overlap."""
    rng = np.random.default_rng(42)
    for shape, (KH, KW) in PLAIN:
        x = rng.normal(size=shape) - 3
        right = maxpool2d_forward(x, (KH, KW))[0]
        N, OH, OW, C = right.shape
        inside = x[:, : OH * KH, : OW * KW]
        causes = [
            (avgpool2d_forward(x, (KH, KW))[0], "eso son las medias: se piden los máximos",
             "those are the means: the maxima are asked for"),
            (inside.reshape(N, KH, OH, KW, OW, C).max(axis=(1, 3)),
             "los ejes están en otro orden: al partir las filas va primero la ventana y luego el lugar, (OH, KH)",
             "the axes are in another order: split the rows with the window first and the place second, (OH, KH)"),
            (inside.reshape(N, OH, KH, OW, KW, C).max(axis=(1, 3)),
             "el máximo recorre las ventanas, y debe recorrer su interior: los ejes KH y KW",
             "the maximum runs over the windows, and it should run inside them: the axes KH and KW"),
            (inside.reshape(N, OH, KH, OW, KW, C).max(axis=(2, 4, 5)),
             "el máximo mezcla los canales: cada uno va por su cuenta",
             "the maximum mixes channels: each is on its own"),
            (maxpool2d_forward(x, (KH, KW), padding="same")[0],
             "sobran ventanas: las filas y columnas que no completan una se descartan",
             "there are windows too many: rows and columns that do not fill one are dropped"),
        ]
        if shape[1] >= KW and shape[2] >= KH:
            causes.append((maxpool2d_forward(x, (KW, KH))[0], "has cambiado KH por KW: la altura va primero",
                           "you swapped KH and KW: the height comes first"))
        setting = f"x {shape}, KH = {KH}, KW = {KW}"
        compare(
            run(answer, x, KH, KW), right, causes,
            f"la forma es correcta, los números no ({setting})", f"the shape is right, the numbers are not ({setting})",
        )


def mean_shares(answer: Any) -> None:
    """04-3: backward(dy, shape, KH, KW) of average pooling."""
    rng = np.random.default_rng(43)
    for shape, (KH, KW) in SHARED:
        y, cache = avgpool2d_forward(np.zeros(shape), (KH, KW))
        dy = rng.normal(size=y.shape)
        right = avgpool2d_backward(dy, cache)
        times = KH * KW / (KH + KW)
        winner = np.zeros(shape)
        winner[:, : y.shape[1] * KH : KH, : y.shape[2] * KW : KW] = dy
        causes = [
            (right * times,
             f"para una ventana de {KH}×{KW} tu gradiente sale multiplicado por {times:.3g}: "
             "¿divides por h + w en vez de por h · w?",
             f"for a {KH}×{KW} window your gradient is multiplied by {times:.3g}: "
             "do you divide by h + w instead of h · w?"),
            (right * KH * KW, "cada píxel recibe `dy` entero: falta dividir por los píxeles de la ventana",
             "each pixel receives all of `dy`: divide it by the pixels of the window"),
            (right * KH, "divides solo por KW: la ventana tiene KH · KW píxeles",
             "you divide by KW only: the window has KH · KW pixels"),
            (right * KW, "divides solo por KH: la ventana tiene KH · KW píxeles",
             "you divide by KH only: the window has KH · KW pixels"),
            (right[:, : y.shape[1] * KH, : y.shape[2] * KW],
             "faltan las filas o columnas que ninguna ventana lee: dx tiene la forma `shape`, con ceros ahí",
             "rows or columns that no window reads are missing: dx has the shape `shape`, with zeros there"),
            (winner, "eso se lo da todo a un píxel, como el máximo: la media lo reparte",
             "that gives all to one pixel, as the maximum does: the mean shares it out"),
        ]
        setting = f"dy {dy.shape}, shape {shape}, KH = {KH}, KW = {KW}"
        compare(
            run(answer, dy, shape, KH, KW), right, causes,
            f"la forma es correcta, los números no ({setting}): cada píxel recibe parte del `dy` de su ventana",
            f"the shape is right, the numbers are not ({setting}): each pixel receives a share of its window's `dy`",
        )


def winner_takes_all(answer: Any) -> None:
    """04-4: backward(dy, x, size, stride) of max pooling: rectangles, integers, overlaps and ties."""
    rng = np.random.default_rng(44)
    noise = rng.permutation(42).reshape(6, 7) / 4.0
    check_winners(answer, rng, noise, (2, 2), (2, 2))
    check_winners(answer, rng, noise, (3, 2), (3, 2))
    check_winners(answer, rng, noise, (2, 3), (2, 3))
    check_winners(answer, rng, rng.permutation(36).reshape(6, 6), (3, 2), (3, 2))
    check_winners(answer, rng, noise - 20, (3, 3), (2, 1))
    check_winners(answer, rng, rng.integers(-2, 1, (7, 8)).astype(float), (2, 3), (2, 3))
    check_winners(answer, rng, rng.integers(-2, 1, (6, 6)), (3, 2), (1, 2))


def check_winners(answer: Any, rng: np.random.Generator, x: Array, size: Pair, stride: Pair) -> None:
    """One setting of 04-4; Wrong with the cause that fits."""
    OH, OW = ((n - k) // s + 1 for n, k, s in zip(x.shape, size, stride, strict=True))
    dy = rng.normal(size=(OH, OW))
    setting = dy, x, size, stride
    right = to_winners(*setting)
    by_height = ("la fila y la columna salen de dividir `argmax` por la *anchura* de la ventana, no por la altura",
                 "row and column come from dividing `argmax` by the *width* of the window, not by its height")
    causes = [
        (unraveled_by_height(*setting, width=False), *by_height),
        (unraveled_by_height(*setting, width=True), *by_height),
        (truncated(*setting), "con una imagen de enteros tu gradiente pierde los decimales: ¿`zeros_like(x)`?",
         "for an image of integers your gradient loses its decimals: `zeros_like(x)`?"),
        (to_winners(*setting, add=False), "un píxel que gana en dos ventanas recibe de las dos: suma (+=)",
         "a pixel that wins two windows receives from both: add (+=)"),
        (to_every_winner(*setting), "en los empates creas gradiente: solo lo recibe el primero, fila a fila",
         "on ties you create gradient: only the first in row order receives it"),
        (to_every_winner(*setting, share=True), "en los empates repartes: va entero al primero, fila a fila",
         "on ties you share it out: all of it goes to the first in row order"),
        *((to_winners(*setting, winner=winner), es, en) for winner, es, en in TIES),
    ]
    if size != stride:
        side_by_side = windows_side_by_side(dy, x, size)
        causes.append((side_by_side,
                       "las ventanas empiezan en i * stride[0] y j * stride[1], no en múltiplos de su tamaño",
                       "windows begin at i * stride[0] and j * stride[1], not at multiples of their size"))
    text = f"x {x.shape}, size {size}, stride {stride}"
    result = run(answer, *setting)
    compare(
        result, right, causes,
        f"la forma es correcta, los números no ({text}): dx suma {total(result)}, y dy, {dy.sum():.4f}",
        f"the shape is right, the numbers are not ({text}): dx adds up to {total(result)}, dy to {dy.sum():.4f}",
    )


def total(result: Any) -> str:
    """The sum of what a reader's function gave, as text; a question mark for what has none."""
    try:
        return f"{np.sum(np.asarray(result, dtype=np.float64)):.4f}"
    except (TypeError, ValueError):
        return "?"


def blur_before_skipping(answer: Any) -> None:
    """04-5: blur_pool(x) -> maxima of 2x2 with stride 1, then a blur with stride 2."""
    rng = np.random.default_rng(45)
    for shape in [(6, 8), (7, 9), (4, 4), (9, 6)]:
        x = rng.normal(size=shape)
        peaks = maxima(x, 2, 1)
        right = blurred(peaks)
        causes = [
            (blurred(maxima(x, 2, 2)) if min(shape) >= 6 else right,
             "los máximos van con paso 1: el salto viene después",
             "the maxima have stride 1: the skipping comes afterward"),
            (16 * right, "falta dividir el filtro por 16, la suma de sus pesos",
             "divide the filter by 16, the sum of its weights"),
            (blurred(peaks, stride=1), "el filtro que difumina va con paso 2", "the blurring filter has stride 2"),
            (maxima(blurred(x, stride=1), 2, 2), "has difuminado antes de tomar máximos: primero los máximos",
             "you blurred before taking maxima: maxima first"),
            (maxima(blurred(x, stride=1), 2, 1)[::2, ::2], "has difuminado antes de tomar máximos: primero los máximos",
             "you blurred before taking maxima: maxima first"),
            (blurred(peaks, padding=1), "sin relleno: el filtro solo va donde cabe entero",
             "no padding: the filter only goes where all of it fits"),
            (maxima(x, 2, 2), "eso es la agrupación de siempre: falta el filtro que difumina",
             "that is ordinary pooling: the blurring filter is missing"),
            (blurred(x), "faltan los máximos: eso es solo el filtro",
             "the maxima are missing: that is the filter alone"),
        ]
        compare(
            run(answer, x), right, causes,
            f"la forma es correcta, los números no (x {shape})", f"the shape is right, the numbers are not (x {shape})",
        )


def maxima(x: Array, size: int, stride: int) -> Array:
    """One image (H, W) -> its maxima (OH, OW)."""
    return np.asarray(maxpool2d_forward(x[None, :, :, None], size, stride)[0][0, :, :, 0])


def blurred(x: Array, stride: int = 2, padding: int = 0) -> Array:
    """One image (H, W) -> (OH, OW), blurred by (1 2 1) in both directions."""
    blur = np.outer([1, 2, 1], [1, 2, 1])[:, :, None, None] / 16
    return np.asarray(conv2d_forward(x[None, :, :, None], blur, None, stride, padding)[0][0, :, :, 0])


EXERCISES = {
    "04-1": by_hand,
    "04-2": without_loops,
    "04-3": mean_shares,
    "04-4": winner_takes_all,
    "04-5": blur_before_skipping,
}
