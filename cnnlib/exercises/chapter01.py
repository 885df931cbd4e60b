"""The exercises of chapter 1: the size of a map, an edge detector, forward, backward, a true convolution."""

from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.conv import conv2d_backward, conv2d_forward
from cnnlib.exercises.answers import array, close, expect, run, same
from cnnlib.windows import output_size

IMAGE, KERNEL, STRIDE, PADDING = (18, 10), (5, 4), 2, 2
TINY = 1e-6  # float32 weights that add up to zero do so only nearly


def slide(x: Array, w: Array, s: int = 1) -> Array:
    """One image (H, W) and one filter (KH, KW) -> the map (OH, OW)."""
    return conv2d_forward(x[None, :, :, None], w[:, :, None, None], None, s)[0][0, :, :, 0]


def slide_back(dy: Array, w: Array, shape: tuple[int, int], s: int) -> Array:
    """The gradient (OH, OW) of a map -> the gradient (H, W) of its image."""
    _, cache = conv2d_forward(np.zeros((1, *shape, 1)), w[:, :, None, None], None, s)
    dx: Any = conv2d_backward(dy[None, :, :, None], cache)[0]
    return dx[0, :, :, 0]


def sizes(stride: int = STRIDE, padding: float = PADDING, kernel: tuple[int, int] = KERNEL) -> list[int]:
    """The settings of exercise 1, or others -> [OH, OW]; half a padding is one side only."""
    padded = [size + int(2 * padding) for size in IMAGE]
    return [output_size(size, k, stride) for size, k in zip(padded, kernel, strict=True)]


def map_size(answer: Any) -> None:
    """01-1: (OH, OW) of the settings above."""
    found = array(answer, (2,)).tolist()
    inside = [(size + 2 * PADDING - k + 1) // STRIDE for size, k in zip(IMAGE, KERNEL, strict=True)]
    mistakes = [
        (sizes()[::-1], "el orden es (OH, OW): primero las filas", "the order is (OH, OW): rows first"),
        (inside, "un lado sale corto: el +1 va fuera de la división; cuenta los comienzos desde el 0",
         "one side is too small: the +1 stands outside the division; count the starts from 0"),
        (sizes(padding=0), "falta el relleno", "the padding is missing"),
        (sizes(padding=PADDING / 2), "el relleno va por los dos lados: H + 2p, no H + p",
         "padding goes on both sides: H + 2p, not H + p"),
        (sizes(stride=1), "ese es el mapa con paso 1: aquí la ventana avanza de dos en dos",
         "that is the map with stride 1: here the window moves by two"),
        (sizes(kernel=KERNEL[::-1]), "el filtro tiene 5 filas y 4 columnas, no al revés",
         "the filter has 5 rows and 4 columns, not the other way around"),
    ]
    for wrong, es, en in mistakes:
        expect(found != wrong, es, en)
    expect(
        found == sizes(),
        f"no es ({found[0]:g}, {found[1]:g}): haz la lista de las filas en que puede empezar una ventana y cuéntalas",
        f"not ({found[0]:g}, {found[1]:g}): list the rows at which a window can begin, and count them",
    )


def edge_detector(answer: Any) -> None:
    """01-2: a filter that is positive from bright to dark, left to right, and silent elsewhere."""
    w = array(np.squeeze(answer) if isinstance(answer, np.ndarray) else answer, (3, 3))
    expect(np.isfinite(w).all(), "los pesos deben ser números finitos", "the weights must be finite numbers")
    w = w / max(np.abs(w).max(), 1e-300)
    to_dark = np.repeat([[1.0, 1, 1, 0, 0, 0]], 6, axis=0)
    vertical, horizontal = slide(to_dark, w), slide(to_dark.T, w)
    conditions = [
        (np.abs(vertical).max() > TINY or np.abs(horizontal).max() < TINY,
         "responde a los bordes horizontales y no a los verticales: está girado un cuarto de vuelta",
         "it responds to horizontal edges and not to vertical ones: it lies on its side"),
        (abs(w.sum()) < TINY, "una zona lisa no debe dar nada: ¿suman cero los pesos?",
         "a flat area must give nothing: do the weights add up to zero?"),
        (np.abs(w.sum(axis=1)).max() < TINY,
         "calla en las zonas lisas, pero no en los bordes horizontales: cada fila debe sumar cero",
         "it is silent on flat areas but not on horizontal edges: each row must add up to zero"),
        (np.abs(vertical).max() > TINY, "no responde a nada", "it responds to nothing"),
        (vertical.max() > TINY,
         "da un número negativo de claro a oscuro: cambia el signo (el filtro no se gira al usarlo)",
         "it gives a negative number from bright to dark: change the sign (the filter is not turned when used)"),
        (vertical.min() > -TINY,
         "junto a un mismo borde da números positivos y también negativos: debe dar solo positivos",
         "beside one edge it gives positive numbers and negative ones too: it must give positive ones only"),
    ]
    for right, es, en in conditions:
        expect(right, es, en)


def compare(found: Any, right: Array, wrongs: list[tuple[Array, str, str]]) -> None:
    """Raise Wrong with the sentence of the known mistake that gives `found`, if it is not right."""
    for wrong, es, en in wrongs:
        expect(same(found, right) or not same(found, wrong), es, en)
    found = array(found, right.shape)
    expect(
        close(found, right),
        f"la forma {right.shape} es correcta, pero los números no: con esta entrada el primero debería ser "
        f"{right.flat[0]:.4f} y es {found.flat[0]:.4f}",
        f"the shape {right.shape} is right, the numbers are not: for this input the first one should be "
        f"{right.flat[0]:.4f} and is {found.flat[0]:.4f}",
    )


def forward(answer: Any) -> None:
    """01-3: forward(x, w, s), rectangles and strides that do not fit."""
    rng = np.random.default_rng(13)
    for (H, W), (KH, KW), s in [((5, 6), (3, 2), 1), ((7, 9), (3, 3), 2), ((8, 11), (2, 3), 3), ((4, 5), (4, 5), 2)]:
        x, w = rng.normal(size=(H, W)), rng.normal(size=(KH, KW))
        right = slide(x, w, s)
        OH, OW = (H - KH + 1) // s, (W - KW + 1) // s
        mistakes = [
            (right[:OH, :OW], "falta la última fila o columna del mapa: el +1 va fuera de la división",
             "the last row or column of the map is missing: the +1 stands outside the division"),
            (slide(x, w), "el mapa es el de paso 1: falta usar s", "this is the map with stride 1: s is not used"),
            (slide(x, w)[: right.shape[0], : right.shape[1]],
             "el tamaño es correcto, pero las ventanas avanzan de una en una: empiezan en i * s y j * s",
             "the size is right, but the windows move by one: they begin at i * s and j * s"),
            (slide(x, w[::-1, ::-1], s), "has girado el filtro: aquí se usa tal cual",
             "you turned the filter: here it is used as it is"),
            (right.T, "el mapa sale traspuesto: las filas primero", "the map is transposed: rows first"),
        ]
        compare(run(answer, x, w, s), right, mistakes)


def backward(answer: Any) -> None:
    """01-4: backward(dy, w, shape, s)."""
    rng = np.random.default_rng(14)
    for shape, (KH, KW), s in [((5, 6), (3, 2), 1), ((8, 7), (3, 3), 2), ((8, 11), (2, 3), 3)]:
        w = rng.normal(size=(KH, KW))
        dy = rng.normal(size=slide(np.zeros(shape), w, s).shape)
        right, last = slide_back(dy, w, shape, s), np.zeros(shape)
        for i, j in np.ndindex(dy.shape):
            last[i * s : i * s + KH, j * s : j * s + KW] = dy[i, j] * w
        read = right[: (dy.shape[0] - 1) * s + KH, : (dy.shape[1] - 1) * s + KW]
        mistakes = [
            (last, "cada ventana borra lo que dejó la anterior: hay que sumar (+=)",
             "each window overwrites what the one before left: the shares must be added (+=)"),
            (slide_back(dy, w[::-1, ::-1], shape, s),
             "el filtro está girado: al repartir dy por la ventana se usa tal cual",
             "the filter is turned: to hand dy out over the window, use it as it is"),
            (read, "faltan las filas o columnas que ninguna ventana lee: dx tiene la forma `shape`, con ceros ahí",
             "rows or columns that no window reads are missing: dx has the shape `shape`, with zeros there"),
            (stride_one(dy, w, shape), "las ventanas avanzan de una en una: empiezan en i * s y j * s",
             "the windows move by one: they begin at i * s and j * s"),
        ]
        compare(run(answer, dy, w, shape, s), right, mistakes)


def stride_one(dy: Array, w: Array, shape: tuple[int, int]) -> Array:
    """dx as it comes out when the stride is forgotten, (H, W)."""
    dx, (KH, KW) = np.zeros(shape), w.shape
    for i, j in np.ndindex(dy.shape):
        dx[i : i + KH, j : j + KW] += dy[i, j] * w
    return dx


def convolve(answer: Any) -> None:
    """01-5: convolve(x, w), full and turned."""
    rng = np.random.default_rng(15)
    for (H, W), (KH, KW) in [((4, 5), (2, 3)), ((2, 3), (4, 5)), ((3, 4), (3, 3)), ((1, 6), (1, 2))]:
        x, w = rng.normal(size=(H, W)), rng.normal(size=(KH, KW))
        wide = np.pad(x, ((KH - 1, KH - 1), (KW - 1, KW - 1)))
        mistakes = [
            (slide(wide, w), "es una correlación cruzada: falta girar el filtro",
             "this is a cross-correlation: the filter is not turned"),
            (slide(wide, w[::-1]), "el filtro está girado solo de arriba abajo: gira también las columnas",
             "the filter is turned upside down only: turn the columns too"),
            (slide(wide, w[:, ::-1]), "el filtro está girado solo de lado a lado: gira también las filas",
             "the filter is turned left to right only: turn the rows too"),
        ]
        if H >= KH and W >= KW:
            mistakes.append((slide(x, w[::-1, ::-1]),
                             "faltan las superposiciones del borde: rodea x con KH - 1 filas y KW - 1 columnas",
                             "the overlaps at the border are missing: surround x with KH - 1 rows, KW - 1 columns"))
        compare(run(answer, x, w), slide(wide, w[::-1, ::-1]), mistakes)


EXERCISES = {"01-1": map_size, "01-2": edge_detector, "01-3": forward, "01-4": backward, "01-5": convolve}
