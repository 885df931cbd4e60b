"""Exercises of chapter 5: places in the row, the other flattening, views, and dense layers in other clothes."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from cnnlib.arrays import Array, batch_innermost
from cnnlib.exercises.answers import Cause, Wrong, array, close, compare, expect, run

PLACE, MAPS = 1001, (14, 14, 8)
WORDS = {"view": True, "vista": True, "copy": False, "copia": False}


def pixel_of_a_place(answer: Any) -> None:
    """05-1: place 1001 of maps (14, 14, 8), channels last -> (row, column, channel)."""
    found = tuple(array(answer, (3,)).tolist())
    i, j, c = np.unravel_index(PLACE, MAPS)
    C, H, W = (MAPS[2], *MAPS[:2])
    first_c, first_i, first_j = np.unravel_index(PLACE, (C, H, W))
    mistakes = [
        ((first_i, first_j, first_c), "has leído la fila con los canales primero: aquí van al final",
         "you read the row channels first: here they come last"),
        ((first_c, first_i, first_j), "has leído la fila con los canales primero, y aquí van al final",
         "you read the row channels first, and here they come last"),
        ((c, i, j), "los números están bien, el orden no: se pide (fila, columna, canal)",
         "the numbers are right, their order is not: asked for is (row, column, channel)"),
        ((j, i, c), "has cambiado la fila por la columna: el cociente entre W es la fila",
         "you swapped row and column: the quotient by W is the row"),
        ((i + 1, j + 1, c + 1), "los índices empiezan en 0, también los de la respuesta",
         "indices begin at 0, those of the answer too"),
        (np.unravel_index(PLACE - 1, MAPS), "ese es el lugar anterior: los lugares empiezan en 0",
         "that is the place before: places begin at 0"),
    ]
    for wrong, es, en in mistakes:
        expect(found != wrong, es, en)
    k = (found[0] * W + found[1]) * C + found[2]
    expect(
        k == PLACE,
        f"({found[0]:g}, {found[1]:g}, {found[2]:g}) va al lugar {k:g}, no al {PLACE}",
        f"({found[0]:g}, {found[1]:g}, {found[2]:g}) goes to place {k:g}, not to {PLACE}",
    )
    expect(
        found == (i, j, c),
        f"({found[0]:g}, {found[1]:g}, {found[2]:g}) no está en los mapas: cada índice es menor que su lado, {MAPS}",
        f"({found[0]:g}, {found[1]:g}, {found[2]:g}) is not in the maps: each index is smaller than its side, {MAPS}",
    )


def compare_in(setting: str, found: Any, right: Array, mistakes: Iterable[Cause]) -> None:
    """Raise Wrong unless `found` is right, with the setting behind each sentence."""
    compare(
        found,
        right,
        [(wrong, f"{es} ({setting})", f"{en} ({setting})") for wrong, es, en in mistakes],
        f"la forma {right.shape} es correcta, los números no ({setting})",
        f"the shape {right.shape} is right, the numbers are not ({setting})",
    )


def flatten_first(answer: Any) -> None:
    """05-2: a function of maps (N, H, W, C) -> rows (N, C*H*W), channels first."""
    rng = np.random.default_rng(52)
    for shape in [(2, 3, 4, 5), (3, 5, 2, 3), (1, 2, 6, 4), (4, 3, 3, 1)]:
        x = rng.normal(size=shape)
        N = len(x)
        maps = x.transpose(0, 3, 1, 2)  # (N, C, H, W)
        right = maps.reshape(N, -1)
        mistakes = [
            (x.reshape(N, -1), "esa fila lleva los canales al final: `reshape` no mueve ejes, hace falta `transpose`",
             "that row has the channels last: `reshape` moves no axes, a `transpose` is needed"),
            (x.transpose(0, 3, 2, 1).reshape(N, -1), "cada mapa se recorre por columnas: primero la fila y luego "
             "la columna", "each map is read column by column: the row comes first, then the column"),
            (x.transpose(3, 1, 2, 0).reshape(N, -1), "cada fila mezcla varias imágenes: el eje del lote no se mueve",
             "each row mixes several images: the axis of the batch stays where it is"),
            (x.reshape(-1, N).T, "cada fila mezcla varias imágenes: el eje del lote no se toca",
             "each row mixes several images: the axis of the batch is left alone"),
            (maps, "los ejes están en su orden; falta ponerlos en fila, (N, C*H*W)",
             "the axes are in order; they are still to be lined up, (N, C*H*W)"),
            (maps.ravel(), "has aplanado también el lote: cada imagen tiene su fila",
             "you flattened the batch as well: each image has a row of its own"),
        ]
        compare_in(f"x {shape}", run(answer, x), right, mistakes)
        expect(
            close(array(run(answer, batch_innermost(x)), right.shape), right),
            f"con el lote en lo más interior de la memoria da otra cosa: lee por índices, no por memoria (x {shape})",
            f"with the batch innermost in memory it gives something else: read by index, not by memory (x {shape})",
        )


def view_or_copy(answer: Any) -> None:
    """05-3: six times True (shares memory with x) or False (a copy)."""
    x = np.arange(24).reshape(2, 3, 4)
    cases = [
        (x.reshape(4, 6), "los números ya están seguidos: basta con otra forma",
         "the numbers lie in a row already: another shape is enough"),
        (x.T, "trasponer solo cambia los saltos de sitio", "to transpose only moves the strides"),
        (x.transpose(0, 2, 1).reshape(2, 12), "una fila pide los lugares 0, 4, 8, 1…: no hay un salto único",
         "a row asks for the places 0, 4, 8, 1…: there is no single jump"),
        (x[:, :, 1], "los lugares 1, 5, 9… van de 4 en 4", "the places 1, 5, 9… advance by 4"),
        (x[:, [0, 2]], "una lista de índices copia siempre, aunque sus saltos sean iguales",
         "a list of indices always copies, even if its jumps are equal"),
        (x[:, :, 1].reshape(6), "los lugares 1, 5, 9, 13, 17 y 21 van de 4 en 4: los dos ejes se funden en uno",
         "the places 1, 5, 9, 13, 17 and 21 advance by 4: the two axes merge into one"),
    ]
    right = np.array([np.shares_memory(x, result) for result, _, _ in cases])
    found = truths(answer, len(cases))
    expect(
        not np.array_equal(found, ~right),
        "está todo del revés: True es que comparte memoria",
        "it is all the other way around: True means that memory is shared",
    )
    for k, (given, shares, (_, es, en)) in enumerate(zip(found, right, cases, strict=True), 1):
        expect(given == shares, f"la {k}.ª no: {es}", f"not number {k}: {en}")


def truths(answer: Any, count: int) -> Array:
    """The reader's list of True and False, of 1 and 0, or of the words view and copy -> an array of bools."""
    if isinstance(answer, list | tuple):
        answer = [WORDS.get(word.lower(), word) if isinstance(word, str) else word for word in answer]
    found = array(answer, (count,))
    for value in found:
        if value not in (0, 1):
            raise Wrong(f"se espera True o False en cada lugar; llegó {value:g}",
                        f"expected True or False at each place; got {value:g}")
    return found.astype(bool)


def spread(answer: Any) -> None:
    """05-4: a function (w (C, U), H, W) -> weights (H*W*C, U) that do the same behind a flattening."""
    rng = np.random.default_rng(54)
    for C, U, H, W in [(3, 4, 2, 5), (5, 2, 3, 3), (1, 3, 4, 2), (4, 1, 1, 6)]:
        w = rng.normal(size=(C, U))
        rows = np.tile(w, (H * W, 1))
        by_channel = np.repeat(w, H * W, axis=0)
        mistakes = [
            (rows, "es la suma, no la media: falta dividir entre H·W",
             "that is the sum, not the mean: divide by H·W"),
            (by_channel / (H * W), "repites cada fila H·W veces seguidas: ese es el orden de los canales primero",
             "you repeat each row H·W times in succession: that is the order of channels first"),
            (by_channel, "repites cada fila H·W veces seguidas, como con los canales primero, y falta dividir",
             "you repeat each row H·W times in succession, as with channels first, and do not divide"),
            (rows / (H + W), "¿divides entre H + W? La media divide entre el número de píxeles, H·W",
             "do you divide by H + W? The mean divides by the number of pixels, H·W"),
            (rows / (H * W * C), "¿divides entre H·W·C? Cada media es de un solo canal: H·W",
             "do you divide by H·W·C? Each mean is over one channel alone: H·W"),
            ((rows / (H * W)).reshape(H, W, C, U), "los pesos son correctos; falta la forma de una densa, (H*W*C, U)",
             "the weights are right; give them the shape of a dense layer, (H*W*C, U)"),
        ]
        compare_in(f"w {w.shape}, H = {H}, W = {W}", run(answer, w, H, W), rows / (H * W), mistakes)


def as_filters(answer: Any) -> None:
    """05-5: a function (w (C*H*W, U) channels first, H, W) -> filters (H, W, C, U)."""
    rng = np.random.default_rng(55)
    for C, H, W, U in [(3, 2, 5, 4), (2, 4, 3, 5), (1, 3, 2, 2), (4, 3, 3, 1)]:
        w = rng.normal(size=(C * H * W, U))
        theirs = w.reshape(C, H, W, U)
        right = theirs.transpose(1, 2, 0, 3)
        mistakes = [
            (w.reshape(H, W, C, U), "lees las filas como si llevaran los canales al final: allí van primero",
             "you read the rows as if the channels came last: over there they come first"),
            (w.reshape(C, W, H, U).transpose(2, 1, 0, 3), "en el fichero las filas de la imagen van antes que las "
             "columnas: (C, H, W), no (C, W, H)",
             "in the file the rows of the image come before the columns: (C, H, W), not (C, W, H)"),
            (theirs, "esa es la forma que tenían allí; falta llevar los canales detrás, (H, W, C, U)",
             "that is the shape they had over there; the channels are still to move back, (H, W, C, U)"),
            (theirs.transpose(2, 1, 0, 3), "has cambiado las filas por las columnas",
             "you swapped rows and columns"),
            (right[::-1, ::-1], "has girado los filtros: aquí se usan tal como están",
             "you turned the filters: here they are used as they are"),
            (right.reshape(-1, U), "el orden es correcto; falta la forma de unos filtros, (H, W, C, U)",
             "the order is right; give them the shape of filters, (H, W, C, U)"),
        ]
        compare_in(f"w {w.shape}, H = {H}, W = {W}", run(answer, w, H, W), right, mistakes)


EXERCISES = {
    "05-1": pixel_of_a_place,
    "05-2": flatten_first,
    "05-3": view_or_copy,
    "05-4": spread,
    "05-5": as_filters,
}
