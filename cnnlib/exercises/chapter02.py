"""Exercises of chapter 2: small matrices, by hand."""

from contextlib import suppress
from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.conv import conv2d_backward, conv2d_forward
from cnnlib.exercises.answers import Wrong, array, close, expect, run

IMAGE = np.arange(1.0, 17).reshape(1, 4, 4, 1)
FILTERS = np.zeros((3, 3, 1, 2))
FILTERS[1, 1, 0], FILTERS[2, 1, 0, 0], FILTERS[1, 2, 0, 1] = (1, -1), -1, 1


def sent_back(delta: Array, filters: Array = FILTERS) -> Array:
    """What the outputs send back: delta (2, 2, 2) in the order (i, j, f) -> dx (4, 4)."""
    _, cache = conv2d_forward(IMAGE, filters, None)
    dx, _, _ = conv2d_backward(delta[None], cache)
    return np.asarray(dx)[0, :, :, 0]


def shape_of(answer: Any) -> tuple[int, ...] | None:
    """Any answer -> its shape as an array; None when it has none, as rows of different lengths."""
    try:
        return np.shape(answer)
    except ValueError:
        return None


def numbers(answer: Any, shape: tuple[int, ...]) -> Array:
    """The reader's numbers -> an array of this shape; as many numbers in other brackets will do, or Wrong."""
    with suppress(TypeError, ValueError):  # `array` says what is wrong with it
        answer = np.asarray(answer, dtype=np.float64).reshape(shape)
    return array(answer, shape)


def one_output(answer: Any) -> None:
    """02-1: the output at row 1, column 0, for the filter (0 2 0 / 1 0 0 / 0 -1 0)."""
    w = np.array([[0.0, 2, 0], [1, 0, 0], [0, -1, 0]])[:, :, None, None]
    expect(shape_of(answer) is not None and np.size(answer) == 1, "se pide un solo número", "one number is asked for")
    found = numbers(answer, ())
    y, turned, transposed = (
        conv2d_forward(IMAGE, f, None)[0][0, :, :, 0] for f in (w, w[::-1, ::-1], w.transpose(1, 0, 2, 3))
    )
    expect(
        found != y[0, 1],
        "esa es la salida de la fila 0, columna 1: la fila va primero",
        "that is the output at row 0, column 1: the row comes first",
    )
    expect(
        found not in (y[0, 0], y[1, 1]),
        "filtro bien aplicado, ventana equivocada: la de la fila 1, columna 0 empieza en el 5",
        "the right filter on the wrong window: the one at row 1, column 0 begins at the 5",
    )
    expect(
        found != turned[1, 0],
        "has girado el filtro media vuelta: hacia delante se usa tal como está",
        "you turned the filter by half a turn: the forward pass takes it as it is",
    )
    expect(
        found != transposed[1, 0],
        "has cambiado las filas del filtro por sus columnas",
        "you swapped the rows of the filter and its columns",
    )
    expect(
        found == y[1, 0],
        f"no es {found:g}: multiplica la ventana (5 6 7 / 9 10 11 / 13 14 15) por el filtro y suma",
        f"it is not {found:g}: multiply the window (5 6 7 / 9 10 11 / 13 14 15) by the filter and add",
    )


def third_delta(answer: Any) -> None:
    """02-2: dx for the delta (1 0 / 0 2) of channel 0 and (0 3 / 0 0) of channel 1."""
    delta = np.stack([np.array([[1.0, 0], [0, 2]]), np.array([[0.0, 3], [0, 0]])], axis=-1)
    right = sent_back(delta)
    expect(
        shape_of(answer) != (2, 2),
        "eso tiene la forma del bloque interior: dx tiene la forma de x, (4, 4)",
        "that has the shape of the inner block: dx has the shape of x, (4, 4)",
    )
    found = numbers(answer, (4, 4))
    expect(
        not close(found, sent_back(delta, FILTERS[::-1, ::-1])),
        "has girado los filtros: un sello lleva el filtro tal como está; lo gira la convolución completa",
        "you turned the filters: a stamp carries the filter as it is; the full convolution turns it",
    )
    expect(
        not close(found, sent_back(delta[:, :, ::-1])),
        "cada delta ha pasado por el filtro del otro canal",
        "each delta went through the filter of the other channel",
    )
    expect(
        not close(found, sent_back(delta.transpose(1, 0, 2))),
        "has cambiado las filas de la delta por sus columnas",
        "you swapped the rows of delta and its columns",
    )
    for i, j in np.argwhere(~np.isclose(found, right)):
        raise Wrong(
            f"en la fila {i}, columna {j} no va {found[i, j]:g}: suma los sellos que cubren ese píxel",
            f"{found[i, j]:g} is wrong at row {i}, column {j}: add up the stamps that cover that pixel",
        )


def silent_pixels(answer: Any) -> None:
    """02-3: the pixels whose gradient is 0 for every delta, as pairs (row, column)."""
    found = pixels(answer)
    reached = sent_back(np.ones((2, 2, 2)), np.abs(FILTERS)) > 0
    by_first = sent_back(np.ones((2, 2, 2)), np.abs(FILTERS) * [1, 0]) > 0
    expect(
        found != places(reached),
        "esos son los píxeles que sí reciben algo: se piden los demás",
        "those are the pixels that do receive something: the others are asked for",
    )
    expect(
        found != places(~by_first),
        "has mirado solo el filtro 0: el filtro 1 también envía",
        "you looked at filter 0 alone: filter 1 sends as well",
    )
    for i, j in sorted(found & places(reached)):
        raise Wrong(
            f"el píxel ({i}, {j}) sí recibe algo: está bajo un peso que no es cero de alguna ventana",
            f"the pixel ({i}, {j}) does receive something: it lies under a nonzero weight of some window",
        )
    missing = sorted(places(~reached) - found)
    expect(
        not missing,
        f"falta{'n' * (len(missing) > 1)} {len(missing)}: busca las columnas de A que son todo ceros",
        f"{len(missing)} missing: look for the columns of A that are all zeros",
    )


def places(mask: Array) -> set[tuple[int, int]]:
    """A mask (H, W) -> the places where it is true, as pairs (row, column)."""
    return {(int(i), int(j)) for i, j in np.argwhere(mask)}


def pixels(answer: Any) -> set[tuple[int, int]]:
    """The reader's pairs (row, column), or a mask (4, 4) -> a set of pairs inside the image, or Wrong."""
    if isinstance(answer, set | frozenset):
        answer = list(answer)
    shape = shape_of(answer)
    if shape == (4, 4):
        return places(array(answer, (4, 4)) != 0)
    pairs = array(answer, (shape[0] if shape else 1, 2))
    for i, j in pairs:
        expect(
            i in range(4) and j in range(4),
            f"({i:g}, {j:g}) no es un píxel: filas y columnas van de 0 a 3",
            f"({i:g}, {j:g}) is no pixel: rows and columns go from 0 to 3",
        )
    return {(int(i), int(j)) for i, j in pairs}


def matrix_of_a_layer(answer: Any) -> None:
    """02-4: a function (w, H, W) -> the matrix (F*OH*OW, H*W*C) of the convolution with the filters w."""
    rng = np.random.default_rng(2)
    for H, W, shape in [(4, 4, (3, 3, 1, 2)), (5, 3, (2, 2, 1, 1)), (3, 6, (1, 4, 2, 3)), (6, 5, (3, 2, 3, 2))]:
        C, F = shape[2:]
        w = rng.standard_normal(shape)
        y = unit_responses(w, H, W)  # (H*W*C, OH, OW, F)
        right = y.transpose(3, 1, 2, 0).reshape(-1, H * W * C)
        found = run(answer, w, H, W)
        setting = f"w {w.shape}, H = {H}, W = {W}"
        expect(
            shape_of(found) != right.T.shape or right.shape == right.T.shape,
            f"eso tiene la forma de la traspuesta: cada imagen unidad da una columna ({setting})",
            f"that has the shape of the transpose: each unit image gives a column ({setting})",
        )
        found = array(found, right.shape)
        expect(
            F == 1 or not close(found, y.transpose(1, 2, 3, 0).reshape(right.shape)),
            f"las filas están en el orden (i, j, f); se pide (f, i, j) ({setting})",
            f"the rows come in the order (i, j, f); asked for is (f, i, j) ({setting})",
        )
        expect(
            not close(found, unit_responses(w[::-1, ::-1], H, W).transpose(3, 1, 2, 0).reshape(right.shape)),
            f"el filtro está girado: hacia delante se usa tal como está ({setting})",
            f"the filter is turned: the forward pass takes it as it is ({setting})",
        )
        expect(
            close(found, right),
            f"la forma es correcta, los números no ({setting}): la columna k es la salida para la imagen "
            "con un 1 en el lugar k",
            f"the shape is right, the numbers are not ({setting}): column k is the output for the image "
            "with a 1 in place k",
        )


def unit_responses(w: Array, H: int, W: int) -> Array:
    """Filters (KH, KW, C, F) -> the outputs for the H*W*C unit images, (H*W*C, OH, OW, F)."""
    C = w.shape[2]
    return conv2d_forward(np.eye(H * W * C).reshape(-1, H, W, C), w, None)[0]


def invisible_delta(answer: Any) -> None:
    """02-5: a delta (2, 2, 2) in the order (i, j, f), not all 0, whose dx is all 0."""
    delta = numbers(answer, (2, 2, 2))
    size = np.abs(delta).max()
    expect(np.isfinite(size), "hay números que no son finitos", "there are numbers that are not finite")
    expect(
        size > 0,
        "una delta de ceros no vale: algún número ha de ser distinto de 0",
        "a delta of zeros does not count: some number must not be 0",
    )
    expect(
        blank(delta / size) or not blank(delta.transpose(1, 2, 0) / size),
        "los números están bien, los ejes no: los canales van al final, (i, j, f)",
        "the numbers are good, the axes are not: channels come last, (i, j, f)",
    )
    dx = sent_back(delta)
    i, j = np.unravel_index(np.abs(dx).argmax(), dx.shape)
    expect(
        blank(delta / size),
        f"todavía llega {dx[i, j]:g} al píxel ({i}, {j}): otra salida tiene que enviarle lo contrario",
        f"{dx[i, j]:g} still arrives at the pixel ({i}, {j}): another output must send it the opposite",
    )


def blank(delta: Array) -> bool:
    """Whether nothing comes back from delta (2, 2, 2)."""
    return close(sent_back(delta), 0)


EXERCISES = {
    "02-1": one_output,
    "02-2": third_delta,
    "02-3": silent_pixels,
    "02-4": matrix_of_a_layer,
    "02-5": invisible_delta,
}
